// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/aitbc/bridge/chains/message"
)

// Bounds of rules and of what is kept about callers.
const (
	maxRules      = 256
	maxRulesBytes = 1 << 20
	maxCallers    = 1024
	maxN          = 1 << 40
)

// Rule says what goes wrong, for whom, for which calls and how often. The zero value of a field is its widest
// meaning. Rules are applied in their order: a later one sees the lies of those before it.
type Rule struct {
	Fault   Kind     `json:"fault"`
	Caller  string   `json:"caller,omitempty"`  // by the header X-Caller or the path /as/<name>; empty: everyone
	Methods []string `json:"methods,omitempty"` // empty: all that the kind concerns

	After uint64  `json:"after,omitempty"` // leave alone so many matching calls of each caller first
	Every uint64  `json:"every,omitempty"` // then strike each n-th; 0 is the kind's own, mostly 1
	Count uint64  `json:"count,omitempty"` // happen at most so often, over all callers
	Rate  float64 `json:"rate,omitempty"`  // probability that a call is struck, by the seed; 0 is always

	FromHead uint64 `json:"from_head,omitempty"` // only while the upstream's head is at least this
	ToHead   uint64 `json:"to_head,omitempty"`   // and at most this; 0: no end

	FromBlock uint64           `json:"from_block,omitempty"` // touch only what lies in these blocks
	ToBlock   uint64           `json:"to_block,omitempty"`   // 0: no end
	Contract  *message.Address `json:"contract,omitempty"`   // touch only logs, calls and code of this contract
	Topic     *message.Hash    `json:"topic,omitempty"`      // touch only logs with this first topic
	Tx        *message.Hash    `json:"tx,omitempty"`         // touch only logs and the receipt of this transaction

	// Consistent tells the same lie in every answer that shows the same thing: what is struck follows from the
	// thing and the seed alone. It excludes After, Every and Count.
	Consistent bool `json:"consistent,omitempty"`

	N     uint64 `json:"n,omitempty"`     // the kind's number: a height, a depth, bytes, blocks; 0 is its default
	Data  string `json:"data,omitempty"`  // call-result, code: the bytes to return, as 0x and hex digits
	Forge *Forge `json:"forge,omitempty"` // log-add alone
}

// Forge describes a message that was never sent. What is zero is filled in: the rest is read from the manager.
type Forge struct {
	TargetChain message.ChainID  `json:"target_chain"`
	Finality    message.Finality `json:"finality,omitempty"` // default final
	Nonce       message.Nonce    `json:"nonce,omitempty"`    // default the lane's next
	Sender      message.Address  `json:"sender"`
	Target      message.Address  `json:"target"`
	Data        string           `json:"data,omitempty"` // text
}

// Errors of rules.
var (
	// ErrRule: a rule that means nothing.
	ErrRule = message.NewError(message.Reject, "bad fault rule")
)

var (
	callerName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	methodName = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)
	hexBytes   = regexp.MustCompile(`^0x([0-9a-fA-F]{2})*$`)
)

// Validate reports what is wrong with a rule: ErrRule.
func (r *Rule) Validate() error {
	k, ok := table[r.Fault]
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%.64q: %s: %w", string(r.Fault), fmt.Sprintf(format, args...), ErrRule)
	}
	switch {
	case !ok:
		return bad("unknown fault")
	case r.Caller != "" && !callerName.MatchString(r.Caller):
		return bad("caller is no name")
	case !(r.Rate >= 0 && r.Rate <= 1):
		return bad("rate %v is no probability", r.Rate)
	case r.ToHead != 0 && r.ToHead < r.FromHead, r.ToBlock != 0 && r.ToBlock < r.FromBlock:
		return bad("range ends before it starts")
	case r.Consistent && !k.Consistent:
		return bad("has no consistent form")
	case r.Consistent && (r.After != 0 || r.Every != 0 || r.Count != 0):
		return bad("consistent excludes after, every and count")
	case r.N > maxN:
		return bad("n above %d", uint64(maxN))
	case !hexBytes.MatchString(r.Data) && r.Data != "" || len(r.Data) > 1<<17:
		return bad("data is no hex, or too long")
	case r.Forge != nil && r.Fault != LogAdd:
		return bad("forge belongs to %s", LogAdd)
	case r.Fault == LogAdd && (r.Forge == nil || r.Contract == nil || r.Forge.TargetChain == 0):
		return bad("needs contract and forge with target_chain")
	case r.Fault == LogAdd && r.Consistent && r.ToBlock == 0:
		return bad("consistent needs to_block, where the message stands")
	case r.Fault == HistoryOther && r.Consistent && (r.FromBlock == 0 || r.ToBlock != 0):
		return bad("consistent needs from_block above 0 and no to_block")
	case r.Forge != nil && len(r.Forge.Data) > message.MaxDataBytes:
		return bad("forged data above %d bytes", message.MaxDataBytes)
	}
	for _, m := range r.Methods {
		if !methodName.MatchString(m) {
			return bad("method %.64q", m)
		}
	}
	if len(r.Methods) > 64 {
		return bad("more than 64 methods")
	}
	return nil
}

// ParseRules reads a JSON array of rules, strictly: unknown fields, trailing bytes and rules that mean nothing
// are ErrRule. At most 256 rules, 1 MiB.
func ParseRules(b []byte) ([]Rule, error) {
	if len(b) > maxRulesBytes {
		return nil, fmt.Errorf("rules above %d bytes: %w", maxRulesBytes, ErrRule)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var rules []Rule
	if err := d.Decode(&rules); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRule, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("bytes after the rules: %w", ErrRule)
	}
	return rules, checkRules(rules)
}

func checkRules(rules []Rule) error {
	if len(rules) > maxRules {
		return fmt.Errorf("more than %d rules: %w", maxRules, ErrRule)
	}
	for i := range rules {
		if err := rules[i].Validate(); err != nil {
			return fmt.Errorf("rule %d: %w", i, err)
		}
	}
	return nil
}

// active is a rule at work. The server's lock guards seen, fired, height and fork.
type active struct {
	Rule
	kind   *kind
	index  int
	seen   map[string]uint64 // matching calls by caller
	fired  uint64
	height *uint64 // where a stale view stopped
	fork   *fork   // of a consistent other history
}

func activate(rules []Rule) []*active {
	list := make([]*active, len(rules))
	for i, r := range rules {
		r.Methods = slices.Clone(r.Methods)
		list[i] = &active{Rule: r, kind: table[r.Fault], index: i, seen: map[string]uint64{}}
	}
	return list
}

// n is the kind's number.
func (a *active) n() uint64 {
	if a.N != 0 {
		return a.N
	}
	return a.kind.N
}

// inBlocks reports whether a block is one that the rule touches.
func (a *active) inBlocks(number uint64) bool {
	return number >= a.FromBlock && (a.ToBlock == 0 || number <= a.ToBlock)
}

// concerns reports whether a call may be struck at all.
func (a *active) concerns(c *call) bool {
	if a.kind.asks != nil && !a.kind.asks(c) {
		return false
	}
	if len(a.Methods) > 0 {
		return slices.Contains(a.Methods, c.method)
	}
	return len(a.kind.methods) == 0 || slices.Contains(a.kind.methods, c.method) || a.Consistent && slices.Contains(a.kind.also, c.method)
}

// turn counts a matching call and reports whether it is struck, with the number that decides every choice
// inside this lie. Each caller has its own count and its own dice, so callers do not disturb each other.
func (a *active) turn(seed uint64, caller string) (dice uint64, struck bool) {
	if _, ok := a.seen[caller]; !ok && len(a.seen) >= maxCallers {
		caller = "" // shared by all further callers
	}
	seen := a.seen[caller]
	a.seen[caller]++
	dice = draw(seed, uint64(a.index), "call", caller, seen)
	if a.Consistent {
		return dice, true // the subject decides
	}
	every := max(a.Every, 1)
	if a.Every == 0 && a.kind.every != 0 {
		every = a.kind.every
	}
	if seen < a.After || (seen-a.After+1)%every != 0 || a.Count != 0 && a.fired >= a.Count {
		return dice, false
	}
	return dice, likely(dice, a.Rate)
}

// draw is the seed's number for one question.
func draw(seed, rule uint64, what, who string, n uint64) uint64 {
	var w message.Words
	w.Uint(seed).Uint(rule).Hash(message.Keccak([]byte(what))).Hash(message.Keccak([]byte(who))).Uint(n)
	h := w.Sum()
	return binary.BigEndian.Uint64(h[:8])
}

// likely turns a draw into a yes of the given probability; 0 is always.
func likely(dice uint64, rate float64) bool {
	return rate == 0 || float64(dice>>11)/(1<<53) < rate
}

// Storm is one rule for every kind that needs no details and concerns calls over HTTP, which share the rate.
func Storm(rate float64) []Rule {
	var rules []Rule
	for _, k := range order {
		r := Rule{Fault: k.Kind}
		if r.Validate() == nil && k.Stage != StageSocket {
			rules = append(rules, r)
		}
	}
	for i := range rules {
		rules[i].Rate = rate / float64(len(rules))
	}
	return rules
}
