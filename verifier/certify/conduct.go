// SPDX-License-Identifier: Apache-2.0

package certify

// standing reads who is suspended in the active key epoch and whether the chain halted.
func (s *step) standing() error {
	s.out = make([]bool, len(s.ep.members))
	for i, m := range s.ep.members {
		var p suspension
		known, err := s.st.get(keyMember(prefixSuspension, m.addr), &p)
		if err != nil {
			return err
		}
		s.out[i] = known && p.Epoch == s.ep.number
	}
	var err error
	s.halted, err = s.st.get(keyOf(prefixHalt), &halt{})
	return err
}

// unlessHalted is pass, or nothing on a chain that halted.
func (s *step) unlessHalted(pass func() error) func() error {
	return func() error {
		if s.halted {
			return nil
		}
		return pass()
	}
}

// record counts one occurrence in m's conduct.
func (s *step) record(m member, of func(*conduct) *occurrences) error {
	key := keyMember(prefixConduct, m.addr)
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
	if err := s.record(m, func(c *conduct) *occurrences { return &c.Equivocations }); err != nil {
		return err
	}
	s.suspend(m, second.Stream, second.End)
	return nil
}

// suspend takes m out for the rest of the key epoch. Where fewer than threshold members
// would be left, nobody is taken out and the chain halts instead: it must not sign with
// members that equivocate, nor go on as if a smaller committee were the whole one.
func (s *step) suspend(m member, stream uint16, end uint64) {
	if s.halted || s.out[m.index-1] {
		return
	}
	left := -1
	for _, out := range s.out {
		if !out {
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
	s.out[m.index-1] = true
	p := suspension{Epoch: s.ep.number, Since: s.h, Stream: stream, End: end}
	s.st.set(keyMember(prefixSuspension, m.addr), &p)
	s.emitSuspended(m, &p)
}

// bench records the fault and puts m behind others: BenchBlocks, doubled on each repetition
// up to MaxBenchBlocks. At most one step per block.
func (s *step) bench(m member, session uint64, why reason) error {
	err := s.record(m, func(c *conduct) *occurrences {
		if why == reasonInvalid {
			return &c.Invalid
		}
		return &c.Missing
	})
	if err != nil || s.benched[m.index-1] {
		return err
	}
	s.benched[m.index-1] = true
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
	s.emitBench(m, session, &b)
	return nil
}

func (s *step) isBenched(m member) (bool, error) {
	var b bench
	_, err := s.st.get(keyMember(prefixBench, m.addr), &b)
	return b.Until > s.h, err
}

// covers reports whether m's heartbeat of the stream is recent and m counts.
func (s *step) covers(m member, b heartbeat) bool {
	return !s.out[m.index-1] && s.h <= b.Height+CoverBlocks
}
