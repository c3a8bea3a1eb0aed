// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"context"
	"slices"
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgesim/audit"
	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/relayer/deliver"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	"github.com/aitbc/bridge/verifier/certify"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/lanes"
)

// book is what the run knows of messages, votes and certificates.
type book struct {
	s         *sim
	finals    []sending
	certified int
	bodies    map[message.Hash]message.Checkpoint // of all votes ever released
	told      int64                               // height whose events were read
}

func newBook(s *sim) *book {
	return &book{s: s, bodies: map[message.Hash]message.Checkpoint{}}
}

// final: a message became final at its source.
func (b *book) final(m *sending) { b.finals = append(b.finals, *m) }

// vanished: final blocks of a chain are gone from one on.
func (b *book) vanished(chain message.ChainID, from uint64) {
	b.finals = slices.DeleteFunc(b.finals, func(m sending) bool { return m.message.SourceChain == chain && m.block >= from })
}

// undone: a reorganized target lost a delivery; relayers see that and try again.
func (b *book) undone(id [32]byte) {
	for _, r := range b.s.relayers {
		r.again(message.ID(id))
	}
}

// counts says how many final messages there are, and how many arrived.
func (b *book) counts() (sent, delivered int) {
	for i := range b.finals {
		m := &b.finals[i].message
		if refuses(m.Target) || b.s.chainOf(m.SourceChain).broken() {
			continue
		}
		sent++
		if b.delivered(m) {
			delivered++
		}
	}
	return sent, delivered
}

func (b *book) delivered(m *message.Message) bool {
	return b.s.chainOf(m.TargetChain).contract.Delivered(m.Lane().ID(), uint64(m.Nonce))
}

// late lists the final messages that should have arrived and did not.
func (b *book) late() (out []message.ID) {
	for i := range b.finals {
		if m := &b.finals[i].message; !refuses(m.Target) && !b.s.chainOf(m.SourceChain).broken() && !b.delivered(m) {
			out = append(out, m.ID())
		}
	}
	return out
}

// done says that nothing is on its way any more.
func (b *book) done() bool {
	for _, c := range b.s.chains {
		if len(c.sent) > 0 || c.broken() {
			return false
		}
	}
	return len(b.late()) == 0
}

// reasons says why messages are not delivered, by SPEC 7's words.
func (b *book) reasons() map[audit.Hash]string {
	out := map[audit.Hash]string{}
	for i := range b.finals {
		m := &b.finals[i].message
		switch taken := b.delivered(m); {
		case taken && !b.s.audit.World.IsDelivered(m.ID()):
			out[m.ID()] = string(deliver.Superseded)
			b.s.fire("superseded")
		case refuses(m.Target) && !taken:
			out[m.ID()] = string(deliver.RecipientReverted)
		}
	}
	return out
}

func (s *sim) chainOf(id message.ChainID) *chain {
	for _, c := range s.chains {
		if c.id == id {
			return c
		}
	}
	panic("unknown chain " + id.String())
}

// released tells an extension that left a process.
func (s *sim) released(n *node, height int64, ext []byte) {
	if e, err := extension.Decode(ext); err == nil && e != nil {
		for i := range e.Votes {
			v := &e.Votes[i]
			if f := s.feedOf(v.Stream); f != nil {
				c := v.Checkpoint(s.bridgeID, f.config.Stream)
				s.book.bodies[c.BodyHash()] = c
			}
		}
	}
	if n.up() { // a liar signs without its process too
		n.proc.say(height, ext)
	}
	s.trace.line("extend", "node=%s height=%d bytes=%d hash=%s", n.name, height, len(ext), shortHash(ext))
	s.judge(s.audit.Released(audit.Release{Member: n.member, Incarnation: n.life, Height: uint64(height), Bytes: ext}))
}

func shortHash(b []byte) string {
	if len(b) == 0 {
		return "-"
	}
	h := message.Keccak(b)
	return short(h[:])
}

// committed: a node applied a block. The first one tells what its state holds now.
func (s *sim) committed(n *node, b *block, r *abci.ResponseFinalizeBlock) {
	if b.height <= s.book.told || !n.honest() {
		return
	}
	s.book.told = b.height
	sessions, certificates := false, map[uint16]bool{}
	var proof equivocation
	for i := range r.Events {
		e := &r.Events[i]
		switch e.Type {
		case certify.EventSession:
			sessions = true
		case certify.EventCertificate:
			certificates[uint16(number(e, "stream"))] = true
		case certify.EventEquivocation:
			proof = readEquivocation(e)
		case certify.EventSuspended:
			s.fire("suspended")
			s.judge(s.audit.Suspended(audit.Suspension{
				Member: int(number(e, "member")), Height: uint64(b.height), Stream: uint16(number(e, "stream")), End: number(e, "end"),
				First: proof.first, Second: proof.second,
			}))
		case certify.EventBench:
			s.benched(b, e)
		case certify.EventHalt:
			s.fail("halt", "the chain halts at height %d: %v", b.height, e)
		}
		if e.Type == certify.EventBench || e.Type == certify.EventEquivocation || e.Type == certify.EventSuspended {
			s.trace.line(e.Type, "height=%d %s", b.height, attributes(e))
		}
	}
	closing := transacted(r, lanes.EventClosed)
	if sessions {
		s.tellSessions(n, closing)
	}
	defer s.tellEpoch(n)
	for _, f := range s.feeds {
		if certificates[f.index] {
			s.tellCertificates(n, f)
		}
	}
	if closing {
		s.tellStreams(n, b.height)
	}
}

// transacted says that an operator's transaction caused an event.
func transacted(r *abci.ResponseFinalizeBlock, event string) bool {
	return slices.ContainsFunc(r.TxResults, func(t *abci.ExecTxResult) bool {
		return slices.ContainsFunc(t.Events, func(e abci.Event) bool { return e.Type == event })
	})
}

type equivocation struct{ first, second [32]byte }

func readEquivocation(e *abci.Event) (q equivocation) {
	for _, a := range e.Attributes {
		h, err := message.ParseHash(a.Value)
		if err != nil {
			continue
		}
		switch a.Key {
		case "first":
			q.first = h
		case "second":
			q.second = h
		}
	}
	return q
}

func (s *sim) benched(b *block, e *abci.Event) {
	s.fire("benched")
	m := int(number(e, "member"))
	out := audit.Bench{Member: m, Fork: 1, Height: uint64(b.height), Session: number(e, "session")}
	for _, a := range e.Attributes {
		if a.Key == "reason" {
			out.Reason = a.Value
		}
	}
	if v := b.commit.Votes; len(v) >= m {
		out.Committed, out.Heard = v[m-1].BlockIdFlag == cmtproto.BlockIDFlagCommit, v[m-1].VoteExtension
	}
	s.judge(s.audit.Benched(out))
}

func number(e *abci.Event, key string) uint64 {
	for _, a := range e.Attributes {
		if a.Key == key {
			v, _ := strconv.ParseUint(a.Value, 10, 64)
			return v
		}
	}
	return 0
}

func attributes(e *abci.Event) (out string) {
	for _, a := range e.Attributes {
		out += a.Key + "=" + a.Value + " "
	}
	return out
}

// query asks a node's committed state.
func (s *sim) query(n *node, method string, ask, answer proto.Message) bool {
	data, err := proto.Marshal(ask)
	if err == nil {
		var r *abci.ResponseQuery
		if r, err = n.proc.app.Query(context.Background(), &abci.RequestQuery{Path: "/aitbc.bridge.certify.v1.Query/" + method, Data: data}); err == nil {
			if r.Code != 0 {
				s.fail("query", "%s of %s: %s", method, n.name, r.Log)
				return false
			}
			err = proto.Unmarshal(r.Value, answer)
		}
	}
	if err != nil {
		s.fail("query", "%s of %s: %v", method, n.name, err)
	}
	return err == nil
}

// tellSessions tells the open sessions. In a block that closes a stream, those of that stream are void: they name no key epoch, and nobody
// may give a share for them.
func (s *sim) tellSessions(n *node, closing bool) {
	var out certifyv1.QuerySessionsResponse
	if !s.query(n, "Sessions", &certifyv1.QuerySessionsRequest{}, &out) {
		return
	}
	for i := range out.Sessions {
		q := &out.Sessions[i]
		if closing && q.KeyEpoch == 0 {
			continue
		}
		a := audit.Session{
			Fork: 1, KeyEpoch: q.KeyEpoch, Number: q.Number, ID: [32]byte(q.Id), Digest: [32]byte(q.Digest), BodyHash: [32]byte(q.BodyHash), Height: q.Opened,
			Statement: q.Statement,
		}
		if q.Statement == 0 {
			a.Checkpoint = plainCheckpoint(uint16(q.Stream), s.book.bodies[message.Hash(q.BodyHash)])
		}
		for j := range q.Signers {
			g := &q.Signers[j]
			a.Signers = append(a.Signers, audit.Signer{Member: int(g.Member), Boot: g.Boot, Seq: g.Seq, D: [33]byte(g.D), E: [33]byte(g.E)})
		}
		s.trace.line("session", "number=%d stream=%d end=%d attempt=%d", q.Number, q.Stream, q.End, q.Attempt)
		s.judge(s.audit.Session(a))
	}
}

func plainCheckpoint(index uint16, c message.Checkpoint) audit.Checkpoint {
	return audit.Checkpoint{
		Stream: index, End: c.End, BlockHash: c.BlockHash, MessageCount: c.MessageCount, LeafCount: c.LeafCount, PeaksHash: c.PeaksHash, Root: c.Root,
	}
}

func (s *sim) tellCertificates(n *node, f *feed) {
	after := uint64(0)
	if k := len(f.certs); k > 0 {
		after = f.certs[k-1].Checkpoint.End
	}
	var out certifyv1.QueryCertificatesResponse
	if !s.query(n, "Certificates", &certifyv1.QueryCertificatesRequest{Stream: uint32(f.index), After: after}, &out) {
		return
	}
	for i := range out.Certificates {
		p := &out.Certificates[i]
		k := p.Checkpoint
		c := deliver.Certificate{
			Checkpoint: message.Checkpoint{
				BridgeID: s.bridgeID, Stream: f.config.Stream, End: k.End, BlockHash: message.Hash(k.BlockHash),
				MessageCount: k.MessageCount, LeafCount: k.LeafCount, PeaksHash: message.Hash(k.PeaksHash), Root: message.Hash(k.Root),
			},
			Signature: schnorr.Signature{S: [32]byte(p.S), R: [20]byte(p.R)}, Height: p.Height,
		}
		f.certs = append(f.certs, c)
		s.book.certified++
		s.trace.line("certificate", "stream=%d end=%d root=%s height=%d", f.index, k.End, short(k.Root), p.Height)
		s.judge(s.audit.Certificate(audit.Certificate{
			Node: n.member, Height: p.Height, Checkpoint: plainCheckpoint(f.index, c.Checkpoint), BodyHash: [32]byte(p.BodyHash), Digest: [32]byte(p.Digest),
			S: [32]byte(p.S), R: [20]byte(p.R),
		}))
	}
}
