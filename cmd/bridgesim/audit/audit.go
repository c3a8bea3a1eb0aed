// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"errors"
	"fmt"
)

// Plain types of all facts. Named array types of other packages are assignable to them.
type (
	Hash    = [32]byte
	Address = [20]byte
	Point   = [33]byte // compressed: 2 or 3, then x
)

// Law is what a violation breaks: a law of docs/invariants.md, or one of the rules below.
type Law string

// Laws and rules.
const (
	Forgery     Law = "I-01"
	Twice       Law = "I-02"
	Loss        Law = "I-03"
	History     Law = "I-04"
	DoubleSign  Law = "I-05"
	Determinism Law = "I-06"
	FailClosed  Law = "I-08"
	Encoding    Law = "I-09"
	// Coherence: honest proposals and extensions are accepted by every honest node.
	Coherence Law = "coherence"
	// Conduct: nobody honest is suspended or benched without the cause that the spec names.
	Conduct Law = "conduct"
	// Facts: the facts told contradict each other, so the simulator or the fact is wrong.
	Facts Law = "facts"
)

// Violation is one broken law.
type Violation struct {
	Law   Law
	What  string // which rule, constant text
	Where string // who, when, which values
}

// String is law, rule and place in one line.
func (v Violation) String() string { return fmt.Sprintf("%s: %s: %s", v.Law, v.What, v.Where) }

// Config is what never changes in a run.
type Config struct {
	BridgeID  Hash
	GroupKey  [32]byte // Px of the key with even y
	Members   int      // n; members are numbered 1 to n, as in the key epoch
	Threshold int      // t
	Byzantine []int    // members that may do anything; all others are honest in all their incarnations
	Shares    map[int]Point
	// Shares are the members' public key shares of key epoch 1; with them each share of an honest member is
	// checked. Empty: not checked.

	Streams []Stream
	// Bound is how many heights after the heal, or after it is final if that is later, a
	// window may wait for its certificate. 0: 20.
	Bound uint64
}

// Stream is one stream of final checkpoints and its index in votes.
type Stream struct {
	Index      uint16
	Chain      uint64
	Manager    Address
	Epoch      uint32 // source epoch
	Stride     uint64
	StartBlock uint64
}

// Audit holds all that was told. Not safe for concurrent use.
type Audit struct {
	World *World

	cfg       Config
	byzantine map[int]bool
	all       []Violation
	fresh     []Violation // of the fact being told
	seen      Seen
	height    uint64 // highest told by AppHash
	fork      uint32 // highest told by AppHash

	chain   chainBook
	members memberBook
}

// Seen counts the facts that the auditors judged. A run in which a count stays zero proved
// nothing about that fact.
type Seen struct {
	Sends, Deliveries, Blocks, Reorgs, FinalReorgs     int
	Sessions, Certificates, AppHashes                  int
	Releases, Votes, Shares, Commitments, DurableFacts int
	Proposals, Rejections, Suspensions, Benches, Halts int
	Checkpoints                                        int // windows with leaves that became final
	Epochs                                             int // key epochs after the first
	Reopenings                                         int // source epochs after the first
	Misled                                             int // members that were told the same lie by as many endpoints as must agree
	WrongVotes                                         int // of misled members, for what the chain does not hold
}

// ErrConfig: a config cannot be audited.
var ErrConfig = errors.New("audit: bad config")

// New is an audit of an empty world.
func New(c Config) (*Audit, error) {
	switch {
	case c.BridgeID == Hash{} || c.GroupKey == [32]byte{}:
		return nil, fmt.Errorf("zero bridge id or group key: %w", ErrConfig)
	case !isKey(c.GroupKey):
		return nil, fmt.Errorf("group key is no point: %w", ErrConfig)
	case c.Members < 1 || c.Threshold < 1 || c.Threshold > c.Members:
		return nil, fmt.Errorf("threshold %d of %d members: %w", c.Threshold, c.Members, ErrConfig)
	case len(c.Streams) == 0:
		return nil, fmt.Errorf("no streams: %w", ErrConfig)
	}
	if c.Bound == 0 {
		c.Bound = 20
	}
	a := &Audit{cfg: c, byzantine: map[int]bool{}}
	for _, m := range c.Byzantine {
		a.byzantine[m] = true
	}
	w, err := newWorld(c.BridgeID, c.Streams)
	if err != nil {
		return nil, err
	}
	a.World = w
	a.chain = newChainBook()
	a.members = newMemberBook()
	return a, nil
}

// Violations are all so far, in the order in which they happened.
func (a *Audit) Violations() []Violation { return a.all }

// Seen counts what was judged so far.
func (a *Audit) Seen() Seen { return a.seen }

func (a *Audit) honest(member int) bool {
	return member >= 1 && member <= a.cfg.Members && !a.byzantine[member]
}

// cry records a violation of the fact being told.
func (a *Audit) cry(law Law, what, where string, args ...any) {
	a.fresh = append(a.fresh, Violation{law, what, fmt.Sprintf(where, args...)})
}

// done ends a fact and returns what it violated.
func (a *Audit) done() []Violation {
	out := a.fresh
	a.fresh = nil
	a.all = append(a.all, out...)
	return out
}
