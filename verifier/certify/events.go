// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"strconv"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/schnorr"
)

// The events of the module; attributes are decimal or 0x-hexadecimal text.
const (
	EventCertificate  = "bridge_certificate"
	EventSession      = "bridge_session"
	EventEquivocation = "bridge_equivocation"
	EventBench        = "bridge_bench"
	EventSuspended    = "bridge_suspended"
	EventHalt         = "bridge_halt"
	EventStatement    = "bridge_statement"
	EventResumed      = "bridge_resumed"
)

func dec(v uint64) string { return strconv.FormatUint(v, 10) }

func (s *step) emit(kind string, pairs ...string) {
	e := sdk.NewEvent(kind)
	for i := 0; i+1 < len(pairs); i += 2 {
		e = e.AppendAttributes(sdk.NewAttribute(pairs[i], pairs[i+1]))
	}
	s.ctx.EventManager().EmitEvent(e)
}

func (s *step) emitCertificate(c *certificate) {
	b := &c.Ballot
	s.emit(EventCertificate, "stream", dec(uint64(b.Stream)), "end", dec(b.End), "root", b.Root.String(),
		"messages", dec(b.MessageCount), "leaves", dec(b.LeafCount), "session", dec(c.Session))
}

func (s *step) emitSession(q *session) {
	s.emit(EventSession, "session", dec(q.Number), "stream", dec(uint64(q.Ballot.Stream)), "end", dec(q.Ballot.End),
		"attempt", dec(uint64(q.Attempt)), "epoch", dec(q.Epoch), "statement", dec(q.Statement), "kind", q.Kind.String())
}

func (s *step) emitStatement(q *session, sig schnorr.Signature) {
	s.emit(EventStatement, "statement", dec(q.Statement), "kind", q.Kind.String(), "epoch", dec(q.Epoch), "session", dec(q.Number),
		"digest", message.Hash(q.Digest).String(), "s", message.Hash(sig.S).String(), "r", message.Address(sig.R).String())
}

func (s *step) emitEquivocation(m member, stream uint16, f *fraud) {
	s.emit(EventEquivocation, "member", dec(uint64(m.index)), "stream", dec(uint64(stream)), "end", dec(f.End),
		"first", f.First.String(), "second", f.Second.String())
}

func (s *step) emitBench(m member, q *session, b *bench) {
	s.emit(EventBench, "member", dec(uint64(m.index)), "session", dec(q.Number), "reason", b.Reason.String(), "until", dec(b.Until),
		"epoch", dec(q.Epoch))
}

func (s *step) emitSuspended(m member, p *suspension) {
	s.emit(EventSuspended, "member", dec(uint64(m.index)), "stream", dec(uint64(p.Stream)), "end", dec(p.End), "epoch", dec(p.Epoch))
}

func (s *step) emitHalt(h *halt) {
	s.emit(EventHalt, "reason", h.Reason.String(), "member", dec(uint64(h.Member)), "stream", dec(uint64(h.Stream)), "end", dec(h.End))
}
