// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"cmp"
	"context"
	"slices"
)

// measure asks every member and waits for those that are trusted, or for all when the question is patient, once m operators spoke no
// longer than Config.HedgeAfter. It ends early when done says so; done may be nil.
//
// The replies are those that came in time. Errors: the context's, message.ErrUnavailable when
// the pool is closed.
func measure[T any](ctx context.Context, p *Pool, q question[T], done func([]reply[T]) bool) (*round[T], []reply[T], error) {
	r, err := open(ctx, p, &q, nil)
	if err != nil {
		return nil, nil, err
	}
	defer r.finish()
	demoted := p.demoted(r.left)
	for _, m := range slices.Clone(r.left) {
		r.start(m, !q.patient && slices.Contains(demoted, m))
	}
	for len(r.pending) > 0 && !r.enough() && (done == nil || !done(r.replies)) {
		if err := r.next(ctx); err != nil {
			return nil, nil, err
		}
	}
	if speaking(r.replies) >= p.cfg.Agree {
		r.settle(digest{})
	}
	return r, slices.Clone(r.replies), nil
}

// enough reports whether m operators spoke alike in kind and nobody is worth waiting for.
func (r *round[T]) enough() bool {
	for _, req := range r.pending {
		if !req.probe && !req.overdue {
			return false
		}
	}
	t := r.count()
	for _, lack := range lacks {
		if t.lacking(lack) >= r.p.cfg.Agree {
			return true
		}
	}
	refusals := 0
	for _, v := range t.voices {
		if v.refuses {
			refusals++
		}
	}
	return speaking(r.replies) >= r.p.cfg.Agree || t.reverts >= r.p.cfg.Agree || refusals >= r.p.cfg.Agree
}

// speaking counts the operators that said a value.
func speaking[T any](replies []reply[T]) int {
	var seen []string
	for i := range replies {
		if o := replies[i].m.operator; replies[i].kind == said && !slices.Contains(seen, o) {
			seen = append(seen, o)
		}
	}
	return len(seen)
}

// byOperator is one value per operator, the greatest of its members, in rising order.
func byOperator[T, V any](replies []reply[T], value func(T) V, compare func(a, b V) int) []V {
	best := map[string]V{}
	for i := range replies {
		if replies[i].kind != said {
			continue
		}
		o, v := replies[i].m.operator, value(replies[i].value)
		if was, ok := best[o]; !ok || compare(v, was) > 0 {
			best[o] = v
		}
	}
	list := make([]V, 0, len(best))
	for _, v := range best {
		list = append(list, v)
	}
	slices.SortFunc(list, compare)
	return list
}

// reached is the m-th highest value: m operators say at least so much, so m-1 liars cannot
// raise it above what an honest one says.
func reached[V any](rising []V, m int) V { return rising[len(rising)-m] }

// covered is the m-th lowest value: m-1 liars cannot press it below what an honest one says.
func covered[V any](rising []V, m int) V { return rising[m-1] }

func itself[T any](v T) T { return v }

func compareUint(a, b uint64) int { return cmp.Compare(a, b) }
