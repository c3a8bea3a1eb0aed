// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// ErrDisagree: operators contradict each other and no m of them agree.
var ErrDisagree = message.NewError(message.Retry, "endpoints disagree")

// Class is a kind of trouble with a member, short enough for a metric's label.
type Class string

// The classes.
const (
	ClassTimeout     Class = "timeout"      // no answer in time
	ClassUnavailable Class = "unavailable"  // broken connection, HTTP status, garbled answer
	ClassRateLimited Class = "rate-limited" // the endpoint says so in an answer
	ClassRefused     Class = "refused"      // another error answer, where others answered
	ClassLag         Class = "lag"          // lacks a block, state or receipt that m others have
	ClassUnproven    Class = "unproven"     // header or receipts that are not what the block's hash commits to
	ClassSlow        Class = "slow"         // others were asked in its place and decided
	ClassDissent     Class = "dissent"      // contradicts m others
	ClassWrongChain  Class = "wrong-chain"  // another chain id or genesis hash
	ClassWrongCode   Class = "wrong-code"   // other code at an address than Pool.Expect wants
	ClassBudget      Class = "budget"       // out of requests for now
	ClassBackoff     Class = "backoff"      // pauses after a failure
	ClassBusy        Class = "busy"         // too many requests under way
)

// Absence is one member without a voice in a question.
type Absence struct {
	Member string
	Class  Class
}

// ShortError is a question that m operators did not answer alike. It is
// message.ErrUnavailable, or ErrDisagree when answers contradict each other.
type ShortError struct {
	Chain    message.ChainID
	Question string
	Best     int // operators with the most frequent answer
	Need     int // m
	Disagree bool
	Absent   []Absence // by name in the members' order
	refusals []error   // what a reader that adapts must know of the members' answers
}

func (e *ShortError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "chain %s: %s: %d of %d operators agree", e.Chain, e.Question, e.Best, e.Need)
	for _, a := range e.Absent {
		fmt.Fprintf(&b, ", %s: %s", a.Member, a.Class)
	}
	if e.Disagree {
		return b.String() + ": " + ErrDisagree.Error()
	}
	return b.String() + ": " + message.ErrUnavailable.Error()
}

// Fate is retry: members come back and lies end.
func (e *ShortError) Fate() message.Fate { return message.Retry }

// Unwrap gives the sentinel and, for logs and receipts, what members said when they refused.
func (e *ShortError) Unwrap() []error {
	sentinel := message.ErrUnavailable
	if e.Disagree {
		sentinel = ErrDisagree
	}
	return append([]error{sentinel}, e.refusals...)
}

// Errors inside the package.
var (
	errNoReceipt  = errors.New("no receipt")
	errBudget     = errors.New("out of budget")
	errWrongChain = errors.New("wrong chain")
	errWrongCode  = errors.New("wrong code")
	errNoCode     = errors.New("no code")
)

// garbled is an answer to another question than was asked.
func garbled(what string) error { return fmt.Errorf("%s: %w", what, message.ErrUnavailable) }

// rateLimited recognizes an answer that asks for a pause. Only its own member is affected.
func rateLimited(e *evm.RPCError) bool {
	text := strings.ToLower(e.Text)
	return e.Code == 429 || strings.Contains(text, "rate limit") || strings.Contains(text, "too many requests")
}
