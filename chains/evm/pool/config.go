// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
)

// Bounds and habits.
const (
	// DefaultAgree is m where nothing else is asked for; less is unsafe.
	DefaultAgree = 2
	// MaxMembers of one pool.
	MaxMembers = 16
	// MinHourlyRequests is the least budget that is not "unlimited" (zero): a quarter of it
	// must be enough for a check of the chain and a question.
	MinHourlyRequests = 16
	// DefaultHedgeAfter is how long an answer may take before another member is asked too.
	DefaultHedgeAfter = time.Second
	// QuestionTimeout bounds one question to all its members.
	QuestionTimeout = 3 * evm.CallTimeout
	// DemoteAfter failures in a row a member is asked last; a dissent demotes at once.
	DemoteAfter = 3
	// PromoteAfter answers in a row that m others share, a demoted member is trusted again.
	PromoteAfter = 10
	// ProbeEvery is the least distance of questions to a demoted member that nobody needs.
	ProbeEvery = 30 * time.Second
	// RecheckEvery is how long a check of chain id and genesis hash holds at most.
	RecheckEvery = 10 * time.Minute
	// BackoffBase bounds the pause after a first failure; it doubles up to BackoffMax.
	BackoffBase = 500 * time.Millisecond
	// BackoffMax bounds every pause of a member.
	BackoffMax = time.Minute
	// maxInFlight requests of one member; a member with more has no voice in new questions.
	maxInFlight = 256
	// maxName bounds names of members and operators, in bytes.
	maxName = 64
)

// Member is one endpoint of a pool. The pool closes the endpoint when the member leaves.
type Member struct {
	Name           string // unique; the only thing that logs and errors say
	Operator       string // who runs it; members of one operator are one voice, whatever the case of letters
	Endpoint       evm.Endpoint
	HourlyRequests int // most requests in any hour; zero: no limit
}

// Config of a pool.
type Config struct {
	Chain   message.ChainID
	Genesis message.Hash // hash of block 0; zero leaves it unchecked, which is unsafe on public chains
	Members []Member
	Agree   int  // m: operators that must give the same answer
	Unsafe  bool // allows what Pool.Unsafe names

	HedgeAfter time.Duration                          // DefaultHedgeAfter when zero
	Clock      Clock                                  // the system's when nil
	Jitter     func(most time.Duration) time.Duration // evenly in [0, most]; random when nil
	Logger     *slog.Logger                           // discards when nil
}

func (c *Config) defaults() {
	if c.HedgeAfter == 0 {
		c.HedgeAfter = DefaultHedgeAfter
	}
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.Jitter == nil {
		c.Jitter = func(most time.Duration) time.Duration { return rand.N(most + 1) }
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
}

// operator is the name by which operators are told apart.
func operator(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func operators(members []Member) int {
	var seen []string
	for i := range members {
		if o := operator(members[i].Operator); !slices.Contains(seen, o) {
			seen = append(seen, o)
		}
	}
	return len(seen)
}

// unsafeReason says what is weaker than the default, "" when nothing is.
func (c *Config) unsafeReason(members []Member) string {
	var why []string
	k := operators(members)
	if c.Agree < DefaultAgree {
		why = append(why, fmt.Sprintf("%d operator decides alone, the default is %d", c.Agree, DefaultAgree))
	}
	if 2*c.Agree <= k {
		why = append(why, fmt.Sprintf("%d of %d operators are no majority", c.Agree, k))
	}
	if c.Genesis.IsZero() && !registry.IsLocal(c.Chain) {
		why = append(why, "the genesis hash is not checked")
	}
	return strings.Join(why, "; ")
}

// validate reports everything that is wrong with a set of members at once.
//
// Errors: message.ErrRange, message.ErrZero.
func (c *Config) validate(members []Member) error {
	var bad []error
	add := func(err error, format string, args ...any) {
		bad = append(bad, fmt.Errorf("pool of chain %s: %s: %w", c.Chain, fmt.Sprintf(format, args...), err))
	}
	if c.Chain == 0 {
		add(message.ErrZero, "chain")
	}
	if c.HedgeAfter < 0 {
		add(message.ErrRange, "hedge after %s", c.HedgeAfter)
	}
	if len(members) > MaxMembers {
		add(message.ErrRange, "%d members, most are %d", len(members), MaxMembers)
	}
	for i := range members {
		m := &members[i]
		switch {
		case !named(m.Name) || !named(m.Operator):
			add(message.ErrRange, "member %d: name and operator need 1 to %d printable bytes", i, maxName)
		case slices.ContainsFunc(members[:i], func(o Member) bool { return o.Name == m.Name }):
			add(message.ErrRange, "member %s is there twice", m.Name)
		}
		if m.Endpoint == nil {
			add(message.ErrZero, "member %s: endpoint", m.Name)
		} else if slices.ContainsFunc(members[:i], func(o Member) bool { return same(o.Endpoint, m.Endpoint) }) {
			add(message.ErrRange, "member %s: endpoint of another member", m.Name)
		}
		if m.HourlyRequests < 0 || m.HourlyRequests > 0 && m.HourlyRequests < MinHourlyRequests {
			add(message.ErrRange, "member %s: %d requests an hour, least is %d", m.Name, m.HourlyRequests, MinHourlyRequests)
		}
	}
	k := operators(members)
	if c.Agree < 1 || c.Agree > k {
		add(message.ErrRange, "%d operators must agree, there are %d", c.Agree, k)
	} else if why := c.unsafeReason(members); why != "" && !c.Unsafe {
		add(message.ErrRange, "%s: refused without the flag for unsafe settings", why)
	}
	return errors.Join(bad...)
}

func named(s string) bool {
	return strings.TrimSpace(s) != "" && len(s) <= maxName && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// same compares endpoints; those of a type that cannot be compared are all different.
func same(a, b evm.Endpoint) bool {
	if a == nil || b == nil {
		return false
	}
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	return va.Type() == vb.Type() && va.Comparable() && vb.Comparable() && a == b
}
