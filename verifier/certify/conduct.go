// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"cmp"
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
)

// standing reads who is suspended in the active key epoch and whether the chain halted.
func (s *step) standing() error {
	s.out = make([]bool, len(s.seats))
	for i, a := range s.seats {
		var p suspension
		known, err := s.st.get(keyMember(prefixSuspension, a), &p)
		if err != nil {
			return err
		}
		s.out[i] = known && p.Epoch == s.ep.number
	}
	var err error
	s.halted, err = s.st.get(keyOf(prefixHalt), &halt{})
	return err
}

// record counts one occurrence in the conduct of who has that address.
func (s *step) record(addr address, of func(*conduct) *occurrences) error {
	key := keyMember(prefixConduct, addr)
	var c conduct
	if _, err := s.st.get(key, &c); err != nil {
		return err
	}
	of(&c).add(s.h)
	s.st.set(key, &c)
	return nil
}

// equivocated records the evidence and suspends m; the extension with its signature is in
// the last commit of block h.
func (s *step) equivocated(m member, first, second ballot) error {
	key := keyStreamMember(prefixFraud, second.Stream, m.addr)
	var f fraud
	known, err := s.st.get(key, &f)
	if err != nil {
		return err
	}
	if known && f.End == second.End && f.Second == second.Body {
		return nil // members repeat what the state does not show
	}
	count := f.Count
	if count < ^uint32(0) {
		count++
	}
	f = fraud{Count: count, Height: s.h, End: second.End, First: first.Body, Second: second.Body}
	s.st.set(key, &f)
	s.emitEquivocation(m, second.Stream, &f)
	if err := s.record(m.addr, func(c *conduct) *occurrences { return &c.Equivocations }); err != nil {
		return err
	}
	s.suspend(m, second.Stream, second.End)
	return nil
}

// suspend takes m out for the rest of the key epoch. Where fewer than threshold members
// would be left, nobody is taken out and the chain halts instead: it must not sign with
// members that equivocate, nor go on as if a smaller committee were the whole one.
func (s *step) suspend(m member, stream uint16, end uint64) {
	if s.halted || s.out[m.seat] {
		return
	}
	left := -1
	for _, o := range s.ep.members {
		if !s.out[o.seat] {
			left++
		}
	}
	if left < s.ep.threshold {
		h := halt{Reason: reasonTooMany, Height: s.h, Member: m.index, Addr: m.addr, Stream: stream, End: end}
		s.st.set(keyOf(prefixHalt), &h)
		s.halted = true
		s.dropOpen()
		s.emitHalt(&h)
		return
	}
	s.out[m.seat] = true
	p := suspension{Epoch: s.ep.number, Since: s.h, Stream: stream, End: end}
	s.st.set(keyMember(prefixSuspension, m.addr), &p)
	s.emitSuspended(m, &p)
}

// bench records the fault and puts m behind others: BenchBlocks, doubled on each repetition
// up to MaxBenchBlocks. At most one step per block.
func (s *step) bench(m member, q *session, why reason) error {
	err := s.record(m.addr, func(c *conduct) *occurrences {
		if why == reasonInvalid {
			return &c.Invalid
		}
		return &c.Missing
	})
	if err != nil || s.benched[m.seat] {
		return err
	}
	s.benched[m.seat] = true
	key := keyMember(prefixBench, m.addr)
	var b bench
	if _, err := s.st.get(key, &b); err != nil {
		return err
	}
	blocks := uint64(MaxBenchBlocks)
	if b.Level < 16 {
		blocks = min(uint64(BenchBlocks)<<b.Level, MaxBenchBlocks)
		b.Level++
	}
	b.Until, b.Reason = s.h+blocks, why
	s.st.set(key, &b)
	s.emitBench(m, q, &b)
	return nil
}

func (s *step) isBenched(m member) (bool, error) {
	var b bench
	_, err := s.st.get(keyMember(prefixBench, m.addr), &b)
	return b.Until > s.h, err
}

// covers reports whether m's heartbeat of the stream is recent and m counts.
func (s *step) covers(m member, b heartbeat) bool {
	return !s.out[m.seat] && s.h <= b.Height+CoverBlocks
}

// ErrNothingToResume: there is no halt, or no suspension of that member in the active key epoch.
var ErrNothingToResume = message.NewError(message.Reject, "nothing to resume")

// Resume lifts the chain's halt, or the suspension of the member with that consensus address:
// exactly one of both is asked for. Evidence and conduct stay, so a further equivocation
// has its consequence again. Only a passed proposal may call it.
//
// Errors: ErrNothingToResume.
func (k Keeper) Resume(c context.Context, chain bool, member []byte) error {
	ctx := sdk.UnwrapSDKContext(c)
	st := k.state(ctx)
	if chain == (len(member) != 0) {
		return fmt.Errorf("the chain or one member: %w", ErrNothingToResume)
	}
	key, what := keyOf(prefixHalt), "chain"
	if !chain {
		r, err := k.roll(ctx)
		if err != nil {
			return err
		}
		m, ok := r.ep.find(member)
		if !ok {
			return fmt.Errorf("%x is no member of key epoch %d: %w", member, r.ep.number, ErrNothingToResume)
		}
		key, what = keyMember(prefixSuspension, m.addr), "member"
		var p suspension
		if known, err := st.get(key, &p); err != nil || known && p.Epoch != r.ep.number {
			return cmp.Or(err, fmt.Errorf("member %d: %w", m.index, ErrNothingToResume))
		}
	}
	if !st.kv.Has(key) {
		return fmt.Errorf("%s: %w", what, ErrNothingToResume)
	}
	st.kv.Delete(key)
	ctx.EventManager().EmitEvent(sdk.NewEvent(EventResumed,
		sdk.NewAttribute("what", what), sdk.NewAttribute("member", fmt.Sprintf("0x%x", member))))
	return nil
}
