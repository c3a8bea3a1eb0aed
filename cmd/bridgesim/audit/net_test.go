// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"encoding/binary"
	"hash/crc32"
	"math/big"
	"os"
	"testing"
)

const (
	chainA = uint64(1001)
	chainB = uint64(1002)
	boot   = uint64(7<<24 | 1)
)

var (
	bridge   = BridgeID("aitbc-audit-1")
	managerA = Address{0: 0xaa, 19: 1}
	managerB = Address{0: 0xbb, 19: 2}
	alice    = Address{19: 3}
	inbox    = Address{19: 4}
	carrier  = Address{19: 5}
)

// net is an audited world of two chains with one stream each and a committee of four whose
// key is known. Member 4 is Byzantine.
type net struct {
	t      *testing.T
	a      *Audit
	secret *big.Int
	key    [32]byte
	shares map[int]*big.Int
	nonces map[seqKey][2]*big.Int
	fork   byte // enters block hashes
}

// dealt is a polynomial of degree t-1 whose secret has a public point with an even y.
func dealt(n, t int) (secret *big.Int, key [32]byte, shares map[int]*big.Int, public map[int]Point) {
	for try := byte(0); ; try++ {
		var co []*big.Int
		for i := range t {
			co = append(co, scalar(keccak([]byte("coefficient"), []byte{try, byte(i)})))
		}
		if p := base(co[0]); p.y.Bit(0) == 1 || p.x.Cmp(order) >= 0 {
			continue
		} else {
			p.x.FillBytes(key[:])
		}
		shares, public = map[int]*big.Int{}, map[int]Point{}
		for i := 1; i <= n; i++ {
			v := new(big.Int)
			for k := t - 1; k >= 0; k-- {
				v.Mul(v, big.NewInt(int64(i))).Add(v, co[k]).Mod(v, order)
			}
			shares[i], public[i] = v, compress(base(v))
		}
		return co[0], key, shares, public
	}
}

func compress(p affine) (out Point) {
	out[0] = 2 + byte(p.y.Bit(0))
	p.x.FillBytes(out[1:])
	return out
}

func newNet(t *testing.T) *net {
	t.Helper()
	secret, key, shares, public := dealt(4, 3)
	a, err := New(Config{
		BridgeID: bridge, GroupKey: key, Members: 4, Threshold: 3, Byzantine: []int{4}, Shares: public, Bound: 20,
		Streams: []Stream{
			{Index: 0, Chain: chainA, Manager: managerA, Epoch: 1, Stride: 2},
			{Index: 1, Chain: chainB, Manager: managerB, Epoch: 1, Stride: 2},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	n := &net{t: t, a: a, secret: secret, key: key, shares: shares, nonces: map[seqKey][2]*big.Int{}}
	for m := 1; m <= 4; m++ {
		a.Started(m, 1, nil)
	}
	n.mine(chainA, 1)
	n.mine(chainB, 1)
	return n
}

// height lets the consensus commit a height.
func (n *net) height(h uint64) {
	for m := 1; m <= 3; m++ {
		n.a.AppHash(AppHash{Node: m, Fork: 1, Height: h, Hash: []byte{byte(h), byte(h >> 8)}})
	}
}

func (n *net) mine(chain uint64, count int) {
	c := n.a.World.chain(chain)
	for range count {
		number := c.base + uint64(len(c.blocks))
		h := keccak(binary.BigEndian.AppendUint64([]byte{n.fork, byte(len(c.open))}, number), []byte{byte(chain)})
		n.a.Block(chain, number, h)
	}
}

func (n *net) final(chain uint64) {
	head, _ := n.a.World.chain(chain).head()
	n.a.Final(chain, head)
}

// message is the next one of the lane from A to B, not sent yet.
func (n *net) message(data string) Send {
	s := Send{
		SourceChain: chainA, SourceManager: managerA, TargetChain: chainB, TargetManager: managerB,
		Nonce: n.a.World.chain(chainA).nonces[chainB] + 1, Sender: alice, Target: inbox, Data: []byte(data),
	}
	s.ID = MessageID(bridge, s)
	return s
}

// sent sends one, mined and final at an aligned end.
func (n *net) sent(data string) Send {
	s := n.message(data)
	n.a.Sent(s)
	n.mine(chainA, 1)
	if head, _ := n.a.World.chain(chainA).head(); head%2 == 0 {
		n.mine(chainA, 1)
	}
	n.final(chainA)
	return s
}

// deliver lets the newest final checkpoint be certified, if there is one, and tells the delivery.
func (n *net) deliver(s Send) {
	if c, ok := n.a.World.Newest(0); ok {
		n.a.Certificate(n.certificate(c, 9))
	}
	n.a.Delivered(Delivery{Message: s, Relayer: carrier})
}

// newest is the newest final checkpoint of the stream from A.
func (n *net) newest() Checkpoint {
	n.t.Helper()
	c, ok := n.a.World.Newest(0)
	if !ok {
		n.t.Fatal("no final window")
	}
	return c
}

// sign is a signature of the whole key.
func (n *net) sign(d Hash) (s [32]byte, r [20]byte) {
	k := scalar(keccak([]byte("nonce"), d[:]))
	p := base(k)
	h := keccak(p.x.FillBytes(make([]byte, 32)), p.y.FillBytes(make([]byte, 32)))
	copy(r[:], h[12:])
	z := new(big.Int).Mul(challenge(n.key, r, d), n.secret)
	z.Add(z, k).Mod(z, order).FillBytes(s[:])
	return s, r
}

// certificate of a checkpoint, right in itself.
func (n *net) certificate(c Checkpoint, height uint64) Certificate {
	st := n.a.World.streams[c.Stream]
	out := Certificate{Node: 1, Height: height, Checkpoint: c, BodyHash: BodyHash(bridge, st.Stream, c), Digest: n.a.digest(st, c)}
	out.S, out.R = n.sign(out.Digest)
	return out
}

// pairOf is the nonce pair of a commitment.
func (n *net) pairOf(k seqKey) (d, e *big.Int, c Commitment) {
	p, ok := n.nonces[k]
	if !ok {
		seed := encoded{}.number(uint64(k.member)).number(k.boot).number(uint64(k.seq))
		p = [2]*big.Int{scalar(keccak([]byte("d"), seed)), scalar(keccak([]byte("e"), seed))}
		n.nonces[k] = p
	}
	return p[0], p[1], Commitment{Seq: k.seq, D: compress(base(p[0])), E: compress(base(p[1]))}
}

// announce lets a member announce one pair, in order.
func (n *net) announce(member int, seq uint32) {
	n.a.Durable(member, 1, Fact{Kind: BootID, Boot: boot})
	_, _, c := n.pairOf(seqKey{member, boot, seq})
	n.release(member, 3, Extension{Commitments: []Commitment{c}})
}

// session over members 1 to 3 with a commitment of each, and what their disks need for a share.
func (n *net) session(number uint64, seq uint32, c Checkpoint) Session {
	s := n.unsaid(number, seq, c)
	for m := 1; m <= 3; m++ {
		n.announce(m, seq)
		n.vote(m, 4, c)
	}
	n.a.Session(s)
	for m := 1; m <= 3; m++ {
		n.a.Durable(m, 1, Fact{Kind: VoteBody, Key: s.BodyHash})
		n.a.Durable(m, 1, Fact{Kind: SessionID, Key: s.ID})
	}
	return s
}

func (n *net) unsaid(number uint64, seq uint32, c Checkpoint) Session {
	st := n.a.World.streams[c.Stream]
	s := Session{
		Fork: 1, KeyEpoch: 1, Number: number, Checkpoint: c, Height: 5,
		BodyHash: BodyHash(bridge, st.Stream, c), Digest: n.a.digest(st, c),
	}
	for m := 1; m <= 3; m++ {
		_, _, p := n.pairOf(seqKey{m, boot, seq})
		s.Signers = append(s.Signers, Signer{Member: m, Boot: boot, Seq: seq, D: p.D, E: p.E})
	}
	s.ID = SessionIDOf(bridge, s)
	return s
}

// share of a member in a session, by the equation of RFC 9591.
func (n *net) share(s Session, member int) (z [32]byte) {
	q, ok := equationOf(n.key, s, member)
	if !ok {
		n.t.Fatal("session without the member")
	}
	var seq uint32
	for _, g := range s.Signers {
		if g.Member == member {
			seq = g.Seq
		}
	}
	d, e, _ := n.pairOf(seqKey{member, boot, seq})
	v := new(big.Int).Mul(q.rho, e)
	k := new(big.Int).Mul(q.lambda, q.c)
	k.Mul(k, n.shares[member])
	v.Add(v, d).Add(v, k).Mod(v, order).FillBytes(z[:])
	return z
}

// release lets incarnation 1 of a member say an extension of fork 1.
func (n *net) release(member int, height uint64, e Extension) []Violation {
	return n.a.Released(Release{Member: member, Incarnation: 1, Height: height, Bytes: e.bytes(1)})
}

// bytes is the extension as it goes over the wire, for tests alone.
func (e Extension) bytes(fork uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{1}, fork)
	b = binary.BigEndian.AppendUint64(b, boot)
	b = append(b, byte(len(e.Shares)), byte(len(e.Votes)), byte(len(e.Commitments)), byte(len(e.Heartbeats)), 0, 0, 0)
	for _, s := range e.Shares {
		b = append(binary.BigEndian.AppendUint64(b, s.Session), s.Z[:]...)
	}
	for _, v := range e.Votes {
		b = binary.BigEndian.AppendUint16(b, v.Stream)
		b = append(binary.BigEndian.AppendUint64(b, v.End), v.BlockHash[:]...)
		b = append(b, binary.BigEndian.AppendUint64(nil, v.MessageCount)[2:]...)
		b = append(b, binary.BigEndian.AppendUint64(nil, v.LeafCount)[2:]...)
		b = append(append(append(b, v.PeaksHash[:]...), v.Root[:]...), v.Endpoints)
	}
	for _, c := range e.Commitments {
		b = append(append(binary.BigEndian.AppendUint32(b, c.Seq), c.D[:]...), c.E[:]...)
	}
	for _, h := range e.Heartbeats {
		b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint16(b, h.Stream), h.End)
	}
	return b
}

// vote makes a body durable and says it.
func (n *net) vote(member int, height uint64, c Checkpoint) {
	body := BodyHash(bridge, n.a.World.streams[c.Stream].Stream, c)
	n.a.Durable(member, 1, Fact{Kind: VoteBody, Key: body})
	n.release(member, height, Extension{Votes: []Vote{{Checkpoint: c, Endpoints: 1}}})
}

// journalBytes writes records as docs/spec/signing.md section 5 says.
func journalBytes(records ...[]byte) []byte {
	table := crc32.MakeTable(crc32.Castagnoli)
	b := []byte(journalMagic)
	var sum uint32
	for _, r := range records {
		size := binary.BigEndian.AppendUint32(nil, uint32(len(r)))
		sum = crc32.Update(sum, table, r)
		b = binary.BigEndian.AppendUint32(append(b, size...), crc32.Checksum(size, table))
		b = append(binary.BigEndian.AppendUint32(b, sum), r...)
	}
	return b
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
