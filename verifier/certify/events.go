// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"strconv"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// The events of the module; attributes are decimal or 0x-hexadecimal text.
const (
	EventCertificate  = "bridge_certificate"
	EventSession      = "bridge_session"
	EventEquivocation = "bridge_equivocation"
	EventBench        = "bridge_bench"
	EventSuspended    = "bridge_suspended"
	EventHalt         = "bridge_halt"
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
		"attempt", dec(uint64(q.Attempt)))
}

func (s *step) emitEquivocation(m member, stream uint16, f *fraud) {
	s.emit(EventEquivocation, "member", dec(uint64(m.index)), "stream", dec(uint64(stream)), "end", dec(f.End),
		"first", f.First.String(), "second", f.Second.String())
}

func (s *step) emitBench(m member, session uint64, b *bench) {
	s.emit(EventBench, "member", dec(uint64(m.index)), "session", dec(session), "reason", b.Reason.String(), "until", dec(b.Until))
}

func (s *step) emitSuspended(m member, p *suspension) {
	s.emit(EventSuspended, "member", dec(uint64(m.index)), "stream", dec(uint64(p.Stream)), "end", dec(p.End), "epoch", dec(p.Epoch))
}

func (s *step) emitHalt(h *halt) {
	s.emit(EventHalt, "reason", h.Reason.String(), "member", dec(uint64(h.Member)), "stream", dec(uint64(h.Stream)), "end", dec(h.End))
}
