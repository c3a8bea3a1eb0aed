// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

func TestRefusalWords(t *testing.T) {
	var means []Refusal
	for _, text := range []string{"already known", "Nonce too low", "transaction underpriced", "insufficient funds for gas", "intrinsic gas too low", "busy"} {
		means = append(means, RefusalOf(fmt.Errorf("send: %w", &RPCError{Text: text})))
	}
	if want := []Refusal{RefusedKnown, RefusedNonce, RefusedFee, RefusedFunds, RefusedEver, RefusedOther}; !slices.Equal(means, want) {
		t.Errorf("%v", means)
	}
	if got := RefusalOf(message.ErrUnavailable); got != "" {
		t.Errorf("no answer is %q", got)
	}
}
