// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// voice is what one operator says, through however many members.
type voice struct {
	operator string
	speaks   bool // with key
	reverts  bool // the key stands for a revert
	key      digest
	mute     bool  // its members contradict each other
	lacks    error // one of lacks, unless it speaks
	refuses  bool
	promised bool // a request that is not overdue is under way
	able     bool // may speak yet
}

// tally is the state of a question by operators.
type tally struct {
	voices   []*voice // in the order of the members
	key      digest   // the most frequent answer
	best     int      // operators that give it
	able     int      // operators without an answer that may give one yet
	fresh    int      // of them, those that do not lack anything so far
	promised int      // of them, those that are asked and not overdue
	distinct int      // different answers
	reverts  int      // operators that say that the call reverts
	mute     bool
}

func (t *tally) voice(operator string) *voice {
	for _, v := range t.voices {
		if v.operator == operator {
			return v
		}
	}
	v := &voice{operator: operator}
	t.voices = append(t.voices, v)
	return v
}

// count holds for the replies so far.
func (r *round[T]) count() *tally {
	t := &tally{}
	for i := range r.replies {
		rep := &r.replies[i]
		v := t.voice(rep.m.operator)
		switch rep.kind {
		case said, reverted:
			if v.speaks && v.key != rep.key {
				v.mute = true
			}
			v.speaks, v.key, v.reverts = true, rep.key, rep.kind == reverted
		case absent:
			if v.lacks == nil {
				v.lacks = rep.err
			}
		case refused:
			v.refuses = true
		}
	}
	for m, req := range r.pending {
		v := t.voice(m.operator)
		v.able = true
		v.promised = v.promised || !req.probe && !req.overdue
	}
	for _, m := range r.left {
		t.voice(m.operator).able = true
	}
	votes := map[digest]int{}
	for _, v := range t.voices {
		switch {
		case v.mute:
			t.mute = true
		case v.speaks:
			if v.reverts {
				t.reverts++
			}
			if votes[v.key]++; votes[v.key] > t.best {
				t.best, t.key = votes[v.key], v.key
			}
		case v.able:
			t.able++
			if v.lacks == nil {
				t.fresh++
			}
			if v.promised {
				t.promised++
			}
		}
	}
	t.distinct = len(votes)
	return t
}

// lacking counts the operators that lack something in the same way.
func (t *tally) lacking(lack error) int {
	n := 0
	for _, v := range t.voices {
		if !v.mute && !v.speaks && v.lacks != nil && errors.Is(v.lacks, lack) {
			n++
		}
	}
	return n
}

// lead is how many operators support what m of them may come to say yet; over when that is
// nothing more than what is known already. While m may give an answer, nothing else counts.
func (t *tally) lead(m int) (lead int, over bool) {
	if t.best+t.able >= m {
		return t.best, false
	}
	over = true
	consider := func(have, more int) {
		if have+more >= m {
			lead, over = max(lead, have), over && have >= m
		}
	}
	consider(t.reverts, t.able)
	for _, lack := range lacks {
		consider(t.lacking(lack), t.fresh)
	}
	return lead, over || lead >= m
}

// agree asks until m operators give the same answer, the m best members first.
//
// Errors: *evm.RevertError when m operators say so, without data when they differ in it;
// evm.ErrNoBlock, evm.ErrNoState and errNoReceipt when m operators lack it; *ShortError; the
// context's error.
func agree[T any](ctx context.Context, p *Pool, q question[T], seeds ...reply[T]) (T, error) {
	var none T
	r, err := open(ctx, p, &q, seeds)
	if err != nil {
		return none, err
	}
	defer r.finish()
	for first := true; ; {
		t := r.count()
		if t.best >= p.cfg.Agree {
			r.settle(t.key)
			p.note(q.name, nil)
			return r.answer()
		}
		lead, over := t.lead(p.cfg.Agree)
		if over {
			return none, r.short(t)
		}
		if lead+t.promised < p.cfg.Agree && r.more(t) {
			continue
		}
		if first {
			first = false
			if m := p.probe(r.left); m != nil {
				r.start(m, true)
				continue
			}
		}
		if err := r.next(ctx); err != nil {
			return none, err
		}
	}
}

// more asks the best member of an operator that nobody waits for; false when there is none.
func (r *round[T]) more(t *tally) bool {
	for _, m := range r.left {
		if v := t.voice(m.operator); !v.speaks && !v.mute && !v.promised {
			r.start(m, false)
			return true
		}
	}
	return false
}

// answer is what the winners said.
func (r *round[T]) answer() (T, error) {
	var revert *evm.RevertError
	for i := range r.replies {
		rep := &r.replies[i]
		if rep.key != r.winner || rep.kind != said && rep.kind != reverted {
			continue
		}
		if rep.kind == said {
			return rep.value, nil
		}
		var e *evm.RevertError
		errors.As(rep.err, &e)
		if revert == nil {
			revert = &evm.RevertError{Data: e.Data, Text: e.Text}
		} else if e.Text != revert.Text {
			revert.Text = "" // the words are one endpoint's own
		}
	}
	var none T
	return none, revert
}

// short is why there is no answer. What m operators lack is lacking: fewer are not believed.
func (r *round[T]) short(t *tally) error {
	p := r.p
	if t.reverts >= p.cfg.Agree {
		return &evm.RevertError{}
	}
	for _, lack := range lacks {
		if t.lacking(lack) >= p.cfg.Agree {
			return fmt.Errorf("chain %s: %s: %w", p.cfg.Chain, r.q.name, lack)
		}
	}
	e := &ShortError{Chain: p.cfg.Chain, Question: r.q.name, Best: t.best, Need: p.cfg.Agree, Disagree: t.distinct > 1 || t.mute}
	for _, m := range r.members {
		i := slices.IndexFunc(r.replies, func(rep reply[T]) bool { return rep.m == m })
		if i < 0 || r.replies[i].class == "" {
			continue
		}
		rep := &r.replies[i]
		e.Absent = append(e.Absent, Absence{Member: m.Name, Class: rep.class})
		if !r.q.refusals || rep.err == nil {
			continue
		}
		if errors.Is(rep.err, evm.ErrTooMany) {
			e.refusals = append(e.refusals, evm.ErrTooMany)
		}
		var answer *evm.RPCError
		if errors.As(rep.err, &answer) {
			e.refusals = append(e.refusals, answer)
		} else if errors.Is(rep.err, message.ErrRange) {
			e.refusals = append(e.refusals, message.ErrRange)
		}
	}
	p.note(r.q.name, e)
	return e
}
