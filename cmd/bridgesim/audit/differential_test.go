// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// These tests import the bridge: two hands wrote the same thing, and both must agree.

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xa0d17)) }

func randomHash(r *rand.Rand) (h Hash) {
	for i := range h {
		h[i] = byte(r.Uint32())
	}
	return h
}

// TestWorldAgreesWithStream: random sends, deliveries, reorgs and finality on a scripted chain;
// the bridge's own reader and the World give the same checkpoints and paths.
func TestWorldAgreesWithStream(t *testing.T) {
	windows, reorgs := 0, 0
	for seed := range uint64(60) {
		r := random(seed)
		stride := 1 + r.Uint64N(5)
		start := r.Uint64N(4)
		chain := chaintest.New(message.Hash(bridge), message.ChainID(chainA), message.Address(managerA))
		a, err := New(Config{
			BridgeID: bridge, GroupKey: newNet(t).key, Members: 1, Threshold: 1,
			Streams: []Stream{{Index: 3, Chain: chainA, Manager: managerA, Epoch: 1, Stride: stride, StartBlock: start}},
		})
		if err != nil {
			t.Fatal(err)
		}
		a.Block(chainA, 0, chain.Head().Hash)
		targets := []message.ChainID{5, message.ChainID(chainB), 3}
		for _, c := range targets {
			chain.SetRemote(c, message.Final, message.Address(managerB))
		}
		mine := func() {
			chain.Mine(1)
			a.Block(chainA, chain.Head().Number, chain.Head().Hash)
		}
		for mine(); chain.Head().Number < start; mine() { // the lanes' events lie before the first message
		}
		var finalTo uint64
		for range 150 {
			switch k := r.IntN(10); {
			case k < 4:
				m := chain.Send(targets[r.IntN(len(targets))], message.Final, message.Address(alice), message.Address(inbox), []byte{byte(r.Uint32())})
				a.Sent(Send{
					SourceChain: chainA, SourceManager: managerA, TargetChain: uint64(m.TargetChain), TargetManager: managerB,
					Nonce: uint64(m.Nonce), Sender: alice, Target: inbox, Data: m.Data, ID: Hash(m.ID()),
				})
			case k < 5: // from a source that the World does not know: forgery is not the matter here
				s := Send{SourceChain: 9, SourceManager: managerB, TargetChain: chainA, TargetManager: managerA, Nonce: 1 + r.Uint64N(1<<40), Sender: alice, Target: inbox}
				s.ID = MessageID(bridge, s)
				chain.Deliver(message.ID(s.ID), message.Address(carrier))
				a.Delivered(Delivery{Message: s, Relayer: carrier})
			case k < 8:
				mine()
			case k < 9:
				head := chain.Head().Number
				if deep := head - finalTo; deep > 1 && head > start+2 {
					n := 1 + r.Uint64N(min(deep-1, head-start-2))
					chain.Reorg(int(n))
					a.Reorged(chainA, head-n+1)
					reorgs++
				}
			default:
				if head := chain.Head().Number; head > finalTo {
					finalTo += r.Uint64N(head - finalTo + 1)
					chain.Finalize(finalTo)
					a.Final(chainA, finalTo)
				}
			}
		}
		windows += compareWindows(t, r, a.World, chain, stride, start, finalTo)
	}
	if windows < 300 || reorgs < 100 {
		t.Errorf("only %d windows and %d reorgs", windows, reorgs)
	}
}

func compareWindows(t *testing.T, r *rand.Rand, w *World, chain *chaintest.Chain, stride, start, finalTo uint64) int {
	t.Helper()
	cfg := chain.Config(stride)
	cfg.StartBlock = start
	state, err := stream.NewState(cfg)
	if err != nil {
		t.Fatal(err)
	}
	// The lanes were opened in block 1: a later start must be told of them.
	for _, c := range []message.ChainID{3, 5, message.ChainID(chainB)} {
		if start > 1 {
			state.Lanes = append(state.Lanes, stream.Outbound{OutboundKey: stream.OutboundKey{TargetChain: c, Finality: message.Final}, Remote: message.Address(managerB)})
		}
	}
	kept := store.NewMemory()
	newest, ok := message.NewestEnd(finalTo, stride)
	if !ok || newest < start {
		return 0
	}
	batch, err := chain.Batch(t.Context(), cfg, start, newest)
	if err != nil {
		t.Fatal(err)
	}
	ev, err := chain.Evidence(t.Context(), cfg, stream.Needs(state, batch))
	if err != nil {
		t.Fatal(err)
	}
	batch.Ends = ev.Ends
	state, windows, err := stream.Step(state, batch)
	if err != nil {
		t.Fatal(err)
	}
	if err := kept.Commit(state, windows); err != nil {
		t.Fatal(err)
	}
	if have := len(w.streams[3].present().windows); have != len(windows) {
		t.Fatalf("%d windows, the bridge has %d", have, len(windows))
	}
	for _, win := range windows {
		c := win.Checkpoint
		have, _ := w.Checkpoint(3, c.End)
		want := Checkpoint{
			Stream: 3, End: c.End, BlockHash: c.BlockHash, MessageCount: c.MessageCount, LeafCount: c.LeafCount,
			PeaksHash: c.PeaksHash, Root: c.Root,
		}
		if have != want || BodyHash(bridge, w.streams[3].Stream, have) != Hash(c.BodyHash()) {
			t.Fatalf("window %d: have %+v, the bridge has %+v", c.End, have, want)
		}
		leaf := win.Leaves[r.IntN(len(win.Leaves))].Hash
		under := windows[r.IntN(len(windows))].Checkpoint
		own, ok := w.Siblings(leaf, 3, under.End)
		theirs, _, err := stream.ProofFor(kept, leaf, under)
		if ok != (err == nil) || len(own) != len(theirs) {
			t.Fatalf("path of a leaf of window %d under %d: %d siblings (%t), the bridge has %d (%v)", c.End, under.End, len(own), ok, len(theirs), err)
		}
		for i := range own {
			if own[i] != Hash(theirs[i]) {
				t.Fatalf("path of a leaf of window %d under %d differs at %d", c.End, under.End, i)
			}
		}
	}
	return len(windows)
}

// TestExtensionAgreesWithCodec: random extensions and mutations of them get the same verdict
// and the same contents from both decoders.
func TestExtensionAgreesWithCodec(t *testing.T) {
	r := random(1)
	point := func() (p Point) { h := randomHash(r); copy(p[1:], h[:]); return p }
	verdicts := map[bool]int{}
	for range 4000 {
		e := &extension.Extension{Fork: r.Uint32(), Boot: r.Uint64()}
		for range r.IntN(4) {
			e.Shares = append(e.Shares, extension.Share{Session: r.Uint64N(6), Z: randomHash(r)})
		}
		for range r.IntN(4) {
			e.Votes = append(e.Votes, extension.Vote{
				Stream: uint16(r.IntN(3)), End: r.Uint64N(4), BlockHash: randomHash(r), MessageCount: r.Uint64N(1 << 48), LeafCount: r.Uint64N(1 << 48),
				PeaksHash: randomHash(r), Root: randomHash(r), Endpoints: uint8(r.Uint32()),
			})
		}
		for range r.IntN(4) {
			e.Commitments = append(e.Commitments, extension.Commitment{Seq: r.Uint32N(8), D: point(), E: point()})
		}
		for range r.IntN(4) {
			e.Heartbeats = append(e.Heartbeats, extension.Heartbeat{Stream: uint16(r.IntN(8)), End: r.Uint64()})
		}
		e.Sort()
		b, err := extension.Encode(e)
		if err != nil { // an entry twice
			own := Extension{Fork: e.Fork, Boot: e.Boot}
			for _, s := range e.Shares {
				own.Shares = append(own.Shares, Share(s))
			}
			for _, v := range e.Votes {
				own.Votes = append(own.Votes, Vote{Endpoints: v.Endpoints, Checkpoint: Checkpoint{
					Stream: v.Stream, End: v.End, BlockHash: v.BlockHash, MessageCount: v.MessageCount, LeafCount: v.LeafCount,
					PeaksHash: v.PeaksHash, Root: v.Root,
				}})
			}
			for _, c := range e.Commitments {
				own.Commitments = append(own.Commitments, Commitment(c))
			}
			for _, h := range e.Heartbeats {
				own.Heartbeats = append(own.Heartbeats, Heartbeat(h))
			}
			b = own.bytesBoot(e.Boot)
		}
		for range r.IntN(3) {
			switch r.IntN(4) {
			case 0:
				b = b[:r.IntN(len(b)+1)]
			case 1:
				b = append(b, byte(r.Uint32()))
			case 2:
				if len(b) > 0 {
					b[r.IntN(min(len(b), 20))] = byte(r.Uint32N(8))
				}
			default:
				if len(b) > 0 {
					b[r.IntN(len(b))] ^= 1 << r.IntN(8)
				}
			}
		}
		own, ownErr := DecodeExtension(b)
		theirs, err := extension.Decode(b)
		verdicts[err == nil]++
		if (err == nil) != (ownErr == nil) {
			t.Fatalf("%x: own decoder says %v, the codec %v", b, ownErr, err)
		}
		if err == nil && theirs != nil && !bytes.Equal(own.bytesBoot(theirs.Boot), b) {
			t.Fatalf("%x reads as %+v", b, own)
		}
	}
	if verdicts[true] < 500 || verdicts[false] < 500 {
		t.Errorf("verdicts: %v", verdicts)
	}
}

// TestQuotasAgreeWithCodec: as many entries of each kind as are allowed, and one more.
func TestQuotasAgreeWithCodec(t *testing.T) {
	for kind, quota := range []int{16, 6, 4, 32} {
		for n := quota - 1; n <= quota+1; n++ {
			var e Extension
			for i := range n {
				switch kind {
				case 0:
					e.Shares = append(e.Shares, Share{Session: uint64(i + 1)})
				case 1:
					e.Votes = append(e.Votes, Vote{Checkpoint: Checkpoint{End: uint64(i)}})
				case 2:
					e.Commitments = append(e.Commitments, Commitment{Seq: uint32(i)})
				default:
					e.Heartbeats = append(e.Heartbeats, Heartbeat{Stream: uint16(i)})
				}
			}
			b := e.bytes(1)
			_, ownErr := DecodeExtension(b)
			_, err := extension.Decode(b)
			if allowed := n <= quota; (ownErr == nil) != allowed || (err == nil) != allowed {
				t.Errorf("kind %d, %d entries: own decoder says %v, the codec %v", kind, n, ownErr, err)
			}
		}
	}
}

func (e Extension) bytesBoot(b uint64) []byte {
	out := e.bytes(e.Fork)
	for i := range 8 {
		out[5+i] = byte(b >> (56 - 8*i))
	}
	return out
}

// TestSharesAgreeWithFrost: session ids, binding, shares and the sum are those of the bridge.
func TestSharesAgreeWithFrost(t *testing.T) {
	n := newNet(t)
	n.sent("x")
	cp := n.newest()
	for number := uint64(1); number <= 20; number++ {
		s := n.session(number, uint32(number), cp)
		theirs := frost.Session{Key: schnorr.PublicKey(n.key), KeyEpoch: s.KeyEpoch, ID: s.ID, Digest: s.Digest}
		for _, g := range s.Signers {
			theirs.Commitments = append(theirs.Commitments, frost.Commitment{Index: frost.Index(g.Member), D: g.D, E: g.E})
		}
		if id := signer.SessionID(message.Hash(bridge), s.Fork, number, s.BodyHash, theirs); id != s.ID {
			t.Fatalf("session %d: id %x, the bridge has %x", number, s.ID, id)
		}
		var shares []frost.Scalar
		for _, g := range s.Signers {
			z := n.share(s, g.Member)
			shares = append(shares, z)
			if err := frost.VerifyShare(theirs, frost.Index(g.Member), n.a.cfg.Shares[g.Member], z); err != nil {
				t.Fatalf("session %d: %v", number, err)
			}
			n.release(g.Member, 7, Extension{Shares: []Share{{number, z}}})
		}
		sig, err := frost.Aggregate(theirs, shares)
		if err != nil || !VerifySignature(n.key, s.Digest, sig.S, sig.R) {
			t.Fatalf("session %d: %v", number, err)
		}
	}
	if len(n.a.Violations()) != 0 || n.a.Seen().Shares != 60 {
		t.Errorf("%v, %d shares", n.a.Violations(), n.a.Seen().Shares)
	}
}

// TestNonceReuseGivesTheKey shows what I-05 is about: a pair has two secrets, so from three
// shares over one pair anybody solves for both and for the member's key share.
func TestNonceReuseGivesTheKey(t *testing.T) {
	n := newNet(t)
	n.sent("x")
	cp := n.newest()
	// z = d + ρ·e + (λ·c)·s is linear in the unknown d, e and s; the rest is public.
	var rows [3][4]*big.Int
	for i := range rows {
		s := n.unsaid(uint64(i+1), 0, cp)
		q, _ := equationOf(n.key, s, 1)
		z := n.share(s, 1)
		k := new(big.Int).Mul(q.lambda, q.c)
		rows[i] = [4]*big.Int{big.NewInt(1), q.rho, k.Mod(k, order), new(big.Int).SetBytes(z[:])}
	}
	if got := solve(rows)[2]; got.Cmp(n.shares[1]) != 0 {
		t.Error("three shares over one pair did not give the key share")
	}
	// With fresh pairs the equations have other unknowns and give nothing.
	for i := range rows {
		s := n.unsaid(uint64(i+1), uint32(i), cp)
		q, _ := equationOf(n.key, s, 1)
		z := n.share(s, 1)
		k := new(big.Int).Mul(q.lambda, q.c)
		rows[i] = [4]*big.Int{big.NewInt(1), q.rho, k.Mod(k, order), new(big.Int).SetBytes(z[:])}
	}
	if got := solve(rows)[2]; got.Cmp(n.shares[1]) == 0 {
		t.Error("shares over fresh pairs gave the key share")
	}
}

// solve eliminates a system of three equations modulo the order.
func solve(rows [3][4]*big.Int) (x [3]*big.Int) {
	for i := range rows {
		inverse := new(big.Int).ModInverse(rows[i][i], order)
		for j := range rows[i] {
			rows[i][j] = new(big.Int).Mul(rows[i][j], inverse)
			rows[i][j].Mod(rows[i][j], order)
		}
		for k := range rows {
			if k == i {
				continue
			}
			factor := new(big.Int).Set(rows[k][i])
			for j := range rows[k] {
				v := new(big.Int).Mul(factor, rows[i][j])
				rows[k][j] = v.Sub(rows[k][j], v).Mod(v, order)
			}
		}
	}
	for i := range rows {
		x[i] = rows[i][3]
	}
	return x
}

// TestJournalAgreesWithTheBridge: what the bridge's journal holds is what ReadJournal reads, at every length of the file.
func TestJournalAgreesWithTheBridge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	r := random(3)
	var want []Fact
	for i := range 40 {
		h := randomHash(r)
		switch i % 4 {
		case 0:
			err = j.Append(slices.Concat([]byte{1}, make([]byte, 40), h[:]))
			want = append(want, Fact{Kind: VoteBody, Key: h})
		case 1:
			err = j.Append(slices.Concat([]byte{2}, make([]byte, 12), h[:], make([]byte, 72)))
			want = append(want, Fact{Kind: SessionID, Key: h})
		case 2:
			err = j.Append([]byte{byte(1 + i/2%2), 0, 0, 0, 0, 0, 0, 0, byte(i)})
			want = append(want, Fact{Kind: BootID, Boot: uint64(i)})
		default:
			err = j.Append([]byte("another kind"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	content := read(t, path)
	whole, err := ReadJournal(content)
	if err != nil || !reflect.DeepEqual(whole, want) {
		t.Fatalf("%d facts (%v), want %d", len(whole), err, len(want))
	}
	for i := range len(content) {
		facts, err := ReadJournal(content[:i])
		if err != nil || len(facts) > len(want) || !slices.Equal(facts, want[:len(facts)]) {
			t.Fatalf("cut at %d: %d facts, %v", i, len(facts), err)
		}
		torn := bytes.Clone(content)
		torn[i] ^= 4
		if facts, err := ReadJournal(torn); err == nil && slices.Equal(facts, want) {
			t.Fatalf("byte %d changed: not noticed", i)
		}
	}
	n := newNet(t)
	before := n.a.Seen().DurableFacts
	n.a.Synced(1, 1, "votes", content[:len(content)/2])
	n.a.Synced(1, 1, "votes", content)
	n.a.Synced(1, 1, "votes", content)
	if n.a.Seen().DurableFacts-before != len(want) || len(n.a.Violations()) != 0 {
		t.Errorf("%d facts, want %d; %v", n.a.Seen().DurableFacts-before, len(want), n.a.Violations())
	}
}
