// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"slices"

	"github.com/aitbc/bridge/chains/evm"
)

// SendRaw implements evm.Endpoint: the transaction goes to every member, and one that takes it
// is enough, for whether it is mined the chain says. A refusal counts when m operators refuse
// for the same reason; the others are message.ErrUnavailable, which promises nothing.
func (p *Pool) SendRaw(ctx context.Context, raw []byte) error {
	r, replies, err := measure(ctx, p, question[struct{}]{
		name: "transaction",
		ask: func(ctx context.Context, e evm.Endpoint) (struct{}, error) {
			err := e.SendRaw(ctx, raw)
			if evm.RefusalOf(err) == evm.RefusedKnown {
				err = nil
			}
			return struct{}{}, err
		},
	}, func(replies []reply[struct{}]) bool { return speaking(replies) > 0 })
	if err != nil {
		return err
	}
	if speaking(replies) > 0 {
		return nil
	}
	type said struct {
		operator string
		reason   evm.Refusal
	}
	var seen []said
	for i := range replies {
		rep := &replies[i]
		s := said{rep.m.operator, evm.RefusalOf(rep.err)}
		if rep.kind != refused || slices.Contains(seen, s) {
			continue
		}
		seen = append(seen, s)
		n := 0
		for _, o := range seen {
			if o.reason == s.reason {
				n++
			}
		}
		if n >= p.cfg.Agree {
			var answer *evm.RPCError
			errors.As(rep.err, &answer)
			return answer
		}
	}
	return r.tooFew(replies)
}
