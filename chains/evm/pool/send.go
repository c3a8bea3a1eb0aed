// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"slices"
	"strings"

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
			if refusal(err) == "known" {
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
	type said struct{ operator, reason string }
	var seen []said
	for i := range replies {
		rep := &replies[i]
		s := said{rep.m.operator, refusal(rep.err)}
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

// refusals are the words by which nodes refuse transactions. They serve only to find equal
// reasons; what follows from a reason is the transaction manager's to say.
var refusals = []struct {
	reason string
	words  []string
}{
	{"known", []string{"already known", "known transaction", "already imported", "already exists"}},
	{"nonce", []string{"nonce too low", "nonce is too low", "already been used"}},
	{"fee", []string{"underpriced", "less than block base fee", "fee too low", "replacement"}},
	{"funds", []string{"insufficient funds", "insufficient balance"}},
	{"never", []string{"intrinsic gas", "exceeds block gas limit", "gas limit", "invalid sender", "oversized", "invalid chain", "gas required exceeds", "max initcode", "higher than max fee"}},
}

// refusal is the reason in an endpoint's refusal, "other" when it is none of the known.
func refusal(err error) string {
	var answer *evm.RPCError
	if !errors.As(err, &answer) {
		return ""
	}
	text := strings.ToLower(answer.Text)
	for _, r := range refusals {
		if slices.ContainsFunc(r.words, func(w string) bool { return strings.Contains(text, w) }) {
			return r.reason
		}
	}
	return "other"
}
