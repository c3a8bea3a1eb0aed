// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"

	"github.com/aitbc/bridge/chains/evm"
)

// first asks one member after another, the best first, until one gives a value: for answers that
// prove themselves, whose ask refuses all others. No agreement is needed, so m does not count here.
//
// Errors: *ShortError, with what the members refused when the question wants that; the context's error.
func first[T any](ctx context.Context, p *Pool, q question[T]) (T, error) {
	var none T
	r, err := open(ctx, p, &q, nil)
	if err != nil {
		return none, err
	}
	defer r.finish()
	seen := 0
	for {
		for ; seen < len(r.replies); seen++ {
			if rep := r.replies[seen]; rep.kind == said {
				r.settle(digest{})
				return rep.value, nil
			}
		}
		switch {
		case r.awaited():
		case len(r.left) > 0:
			r.start(r.left[0], false)
			continue
		case len(r.pending) == 0:
			return none, r.refused()
		}
		if err := r.next(ctx); err != nil {
			return none, err
		}
	}
}

// awaited reports whether a request is under way that is not overdue.
func (r *round[T]) awaited() bool {
	for _, req := range r.pending {
		if !req.overdue {
			return true
		}
	}
	return false
}

// refused is why no member gave a value that proves itself; all have had their turn. Nobody is
// struck for it: where all fail, the question may be to blame.
func (r *round[T]) refused() error {
	e := &ShortError{Chain: r.p.cfg.Chain, Question: r.q.name, Need: 1}
	for i := range r.replies {
		rep := &r.replies[i]
		if rep.class == "" {
			continue
		}
		e.Absent = append(e.Absent, Absence{Member: rep.m.Name, Class: rep.class})
		for _, way := range []error{evm.ErrNoMethod, evm.ErrTooMany} {
			if r.q.refusals && errors.Is(rep.err, way) {
				e.refusals = append(e.refusals, way)
			}
		}
	}
	r.p.note(r.q.name, e)
	return e
}
