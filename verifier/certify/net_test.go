// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"cosmossdk.io/log/v2"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// counter is a reproducible io.Reader.
type counter uint64

func (c *counter) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		*c++
		h := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(*c)))
		n += copy(p[n:], h[:])
	}
	return len(p), nil
}

var bridgeID = message.BridgeID("aitbc-test-1")

// node is a member: its signer without disk, and switches for faults.
type node struct {
	index  uint16 // 1… in the test: the order of addresses
	addr   address
	shares map[uint64]frost.Scalar // by key epoch
	boot   uint64
	next   uint32
	pairs  map[uint32]*frost.Nonce
	public map[uint32]extension.Commitment
	sent   map[uint64]frost.Scalar
	votes  []extension.Vote // sent until the state shows them

	absent, withhold, corrupt, mute bool
	change                          func(*extension.Extension) // last word on what is sent
}

// testNet drives a keeper as consensus does: extensions of height h are made from the
// state of h-1 and processed in block h+1.
type testNet struct {
	t       testing.TB
	rand    counter
	ms      storetypes.CommitMultiStore
	key     *storetypes.KVStoreKey
	k       Keeper
	ep      committeev1.Epoch // active
	ready   committeev1.Epoch
	last    committeev1.Epoch
	fork    uint32
	pending []committeev1.Statement // wait for a signature
	signed  []committeev1.Statement
	switchy bool // signing the ready statement makes its epoch active at once
	streams []lanesv1.Stream
	nodes   []*node
	h       int64
	said    []MemberVote // in the next block's last commit
	events  sdk.Events   // of the last block
}

func (n *testNet) ActiveEpoch(context.Context) (committeev1.Epoch, error) { return n.ep, nil }
func (n *testNet) ReadyEpoch(context.Context) (committeev1.Epoch, error)  { return n.ready, nil }
func (n *testNet) Fork(context.Context) (uint32, error)                   { return n.fork, nil }
func (n *testNet) Streams(context.Context) ([]lanesv1.Stream, error)      { return n.streams, nil }

func newNet(t testing.TB, size int) *testNet {
	t.Helper()
	n := &testNet{t: t, fork: 1, key: storetypes.NewKVStoreKey(StoreKey)}
	db := dbm.NewMemDB()
	n.ms = store.NewCommitMultiStore(db, log.NewNopLogger())
	n.ms.MountStoreWithDB(n.key, storetypes.StoreTypeIAVL, db)
	if err := n.ms.LoadLatestVersion(); err != nil {
		t.Fatal(err)
	}
	threshold := 2*size/3 + 1
	group, shares, err := frost.Deal(&n.rand, size, threshold)
	if err != nil {
		t.Fatal(err)
	}
	n.ep = committeev1.Epoch{Number: 1, Threshold: uint32(threshold), GroupKey: group.Key[:], KeyVersion: 1}
	for i := range size {
		v := n.join()
		v.shares[1] = shares[i]
		n.ep.Members = append(n.ep.Members, committeev1.Member{
			Index: uint32(i + 1), ConsAddress: v.addr[:], PublicShare: group.Public[i][:],
		})
	}
	n.addStream(1)
	n.k = NewKeeper(n.key, bridgeID, n, n)
	return n
}

// join adds a node without a share.
func (n *testNet) join() *node {
	i := len(n.nodes) + 1
	v := &node{index: uint16(i), addr: address{byte(i >> 8), byte(i)}, shares: map[uint64]frost.Scalar{}}
	v.restart(1)
	n.nodes = append(n.nodes, v)
	return v
}

func (n *testNet) addStream(index uint32) {
	manager := message.Address{0xaa, byte(index)}
	n.streams = append(n.streams, lanesv1.Stream{
		Index: index, Chain: 31336 + uint64(index), Manager: manager[:], Finality: 3, Epoch: 1, Stride: 2, StartBlock: 1,
	})
}

// restart burns all pairs and begins a boot.
func (v *node) restart(boot uint64) {
	v.boot, v.next = boot, 0
	v.pairs, v.public, v.sent = map[uint32]*frost.Nonce{}, map[uint32]extension.Commitment{}, map[uint64]frost.Scalar{}
}

// ctx is a view of the committed state at the current height.
func (n *testNet) ctx() sdk.Context {
	return sdk.NewContext(n.ms.CacheMultiStore(), cmtproto.Header{Height: n.h}, false, log.NewNopLogger())
}

func (n *testNet) agenda(index int) extension.Agenda {
	a, err := n.k.Agenda(n.ctx(), n.nodes[index-1].addr[:])
	if err != nil {
		n.t.Fatal(err)
	}
	return a
}

// extend is what the voter does: commitments from the mark on, votes not shown, shares asked for.
func (n *testNet) extend(v *node) *extension.Extension {
	a := n.agenda(int(v.index))
	e := &extension.Extension{Fork: a.Fork, Boot: v.boot}
	from := uint32(0)
	if a.Boot == v.boot {
		from = a.NextSeq
	}
	for seq := from; seq < from+2 && !v.mute; seq++ {
		c, ok := v.public[seq]
		if !ok {
			nonce, d, b, err := frost.NewNonce(&n.rand, frost.Scalar{31: 1}) // any secret: the share's part in it is keys/frost's matter
			if err != nil {
				n.t.Fatal(err)
			}
			c = extension.Commitment{Seq: seq, D: d, E: b}
			v.pairs[seq], v.public[seq] = nonce, c
		}
		e.Commitments = append(e.Commitments, c)
	}
	for _, vote := range v.votes {
		shown := false
		for _, s := range a.Streams {
			if s.Index == vote.Stream {
				for _, end := range s.Voted {
					shown = shown || end == vote.End
				}
				shown = shown || s.HasCertified && s.CertifiedEnd >= vote.End
			}
		}
		if !shown && len(e.Votes) < extension.MaxVotes {
			e.Votes = append(e.Votes, vote)
		}
	}
	for _, q := range a.Sessions {
		if z, ok := n.sign(v, q); ok && !v.withhold {
			if v.corrupt {
				z[31] ^= 1
			}
			e.Shares = append(e.Shares, extension.Share{Session: q.Number, Z: z})
		}
	}
	if v.change != nil {
		v.change(e)
	}
	e.Sort()
	b, err := extension.Encode(e)
	if err != nil {
		n.t.Fatalf("member %d: %v", v.index, err)
	}
	out, err := extension.Decode(b)
	if err != nil {
		n.t.Fatal(err)
	}
	return out
}

func (n *testNet) sign(v *node, q extension.SessionAgenda) (frost.Scalar, bool) {
	if z, ok := v.sent[q.Number]; ok {
		return z, true
	}
	nonce := v.pairs[q.MySeq]
	if nonce == nil || q.MyBoot != v.boot {
		return frost.Scalar{}, false
	}
	delete(v.pairs, q.MySeq)
	f := frost.Session{Key: schnorr.PublicKey(q.GroupKey), KeyEpoch: q.KeyEpoch, ID: q.ID, Digest: q.Digest}
	for _, g := range q.Signers {
		f.Commitments = append(f.Commitments, frost.Commitment{Index: frost.Index(g.Index), D: g.D, E: g.E})
	}
	share, ok := v.shares[q.KeyEpoch]
	if !ok { // tests that count the epoch up and change nobody
		share = v.shares[1]
	}
	z, err := frost.Sign(f, frost.Index(q.MyIndex), nonce, share, &n.rand)
	if err != nil {
		if v.change != nil {
			return frost.Scalar{}, false // it lied about its commitments
		}
		n.t.Fatalf("member %d signs session %d: %v", v.index, q.Number, err)
	}
	v.sent[q.Number] = z
	return z, true
}

// block commits one block.
func (n *testNet) block() {
	n.t.Helper()
	var next []MemberVote
	for _, v := range n.nodes {
		m := MemberVote{Address: v.addr[:], Present: !v.absent}
		if !v.absent {
			m.Extension = n.extend(v)
		}
		next = append(next, m)
	}
	n.h++
	n.process(n.said)
	n.said = next
}

// live is the store that the next block writes to.
func (n *testNet) live() state { return state{n.ms.GetKVStore(n.key)} }

// process commits the block of the current height with these votes.
func (n *testNet) process(votes []MemberVote) {
	n.t.Helper()
	ctx := sdk.NewContext(n.ms, cmtproto.Header{Height: n.h}, false, log.NewNopLogger())
	if err := n.k.ProcessVotes(ctx, votes); err != nil {
		n.t.Fatalf("block %d: %v", n.h, err)
	}
	n.events = ctx.EventManager().Events()
	n.ms.Commit()
}

func (n *testNet) blocks(count int) {
	n.t.Helper()
	for range count {
		n.block()
	}
}

// checkpoint is the checkpoint of stream 1 at end in the history named by salt.
func (n *testNet) checkpoint(stream uint16, end uint64, salt byte) message.Checkpoint {
	s := n.streams[stream-1]
	h := func(what byte) message.Hash {
		return message.Keccak(binary.BigEndian.AppendUint64([]byte{what, salt, byte(stream)}, end))
	}
	return message.Checkpoint{
		BridgeID: bridgeID,
		Stream:   message.Stream{Chain: message.ChainID(s.Chain), Manager: message.Address(s.Manager), Finality: message.Final, Epoch: s.Epoch},
		End:      end, BlockHash: h('b'), MessageCount: end, LeafCount: end + 1, PeaksHash: h('p'), Root: h('r'),
	}
}

// vote makes members vote for (stream, end, salt) from their next extension on.
func (n *testNet) vote(stream uint16, end uint64, salt byte, members ...int) {
	c := n.checkpoint(stream, end, salt)
	for _, m := range members {
		v := n.nodes[m-1]
		v.votes = append(v.votes, extension.VoteFor(stream, &c, 1))
	}
}

func (n *testNet) newest(stream uint16) (certificate, bool) {
	c, ok, err := n.k.state(n.ctx()).newest(stream)
	if err != nil {
		n.t.Fatal(err)
	}
	return c, ok
}

func (n *testNet) sessions() []*session {
	q, err := n.k.state(n.ctx()).sessions()
	if err != nil {
		n.t.Fatal(err)
	}
	return q
}

func (n *testNet) get(key []byte, r record) bool {
	ok, err := n.k.state(n.ctx()).get(key, r)
	if err != nil {
		n.t.Fatal(err)
	}
	return ok
}

func (n *testNet) benchOf(m int) (b bench) {
	n.get(keyMember(prefixBench, n.nodes[m-1].addr), &b)
	return b
}

func (n *testNet) count(event string) (c int) {
	for _, e := range n.events {
		if e.Type == event {
			c++
		}
	}
	return c
}

// keyOf is the group key of a key epoch; tests that count the epoch up have one key.
func (n *testNet) keyOf(number uint64) schnorr.PublicKey {
	if n.last.Number == number && number != 0 {
		return schnorr.PublicKey(n.last.GroupKey)
	}
	return schnorr.PublicKey(n.ep.GroupKey)
}

// certified demands a valid certificate of (stream, end, salt).
func (n *testNet) certified(stream uint16, end uint64, salt byte) certificate {
	n.t.Helper()
	c, ok := n.newest(stream)
	want := n.checkpoint(stream, end, salt)
	if !ok || c.checkpoint(bridgeID) != want || c.Digest != want.Digest() {
		n.t.Fatalf("height %d: newest certificate of stream %d is %+v, want end %d", n.h, stream, c.Ballot, end)
	}
	if err := schnorr.Verify(n.keyOf(c.Epoch), c.Digest, schnorr.Signature{S: c.S, R: c.R}); err != nil {
		n.t.Fatal(err)
	}
	return c
}
