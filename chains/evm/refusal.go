// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"errors"
	"slices"
	"strings"
)

// Refusal is why a node does not take a transaction. Nodes agree on meanings, not on words.
type Refusal string

// The refusals.
const (
	RefusedKnown Refusal = "known" // it has the transaction already
	RefusedNonce Refusal = "nonce" // the nonce is used
	RefusedFee   Refusal = "fee"   // a higher fee is wanted
	RefusedFunds Refusal = "funds" // the account cannot pay
	RefusedEver  Refusal = "ever"  // no node would take it, at any price
	RefusedOther Refusal = "other" // words that mean none of these
)

var refusals = []struct {
	means Refusal
	words []string
}{
	{RefusedKnown, []string{"already known", "known transaction", "already imported", "already exists"}},
	{RefusedNonce, []string{"nonce too low", "nonce is too low", "already been used"}},
	{RefusedFee, []string{"underpriced", "less than block base fee", "fee too low", "replacement"}},
	{RefusedFunds, []string{"insufficient funds", "insufficient balance"}},
	{RefusedEver, []string{"intrinsic gas", "exceeds block gas limit", "gas limit", "invalid sender", "oversized", "invalid chain", "gas required exceeds", "max initcode", "higher than max fee"}},
}

// RefusalOf reads what a node said to a broadcast; "" when err is no error answer of a node.
func RefusalOf(err error) Refusal {
	var answer *RPCError
	if !errors.As(err, &answer) {
		return ""
	}
	text := strings.ToLower(answer.Text)
	for _, r := range refusals {
		if slices.ContainsFunc(r.words, func(w string) bool { return strings.Contains(text, w) }) {
			return r.means
		}
	}
	return RefusedOther
}
