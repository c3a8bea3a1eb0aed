// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"errors"
	"slices"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/verifier/extension"
)

// FaultKind is what a node saw go wrong. It is an observation of this node alone and never
// reaches the state (I-06): two honest nodes may have seen different things.
type FaultKind string

// The kinds. Each names a member: the one that signed, or the proposer.
const (
	// FaultExtension: VerifyVoteExtension refused a member's signed extension.
	FaultExtension FaultKind = "extension_refused"
	// FaultIgnored: a decided commit carries an extension that counts as empty.
	FaultIgnored FaultKind = "extension_ignored"
	// FaultProposal: ProcessProposal refused the proposer's block.
	FaultProposal FaultKind = "proposal_refused"
	// FaultOwnExtension: this node's own voter gave what the node itself would refuse.
	FaultOwnExtension FaultKind = "own_extension_replaced"
)

// The rules that an extension can break.
const (
	ruleOversize    = "oversize"
	ruleVersion     = "version"
	ruleMalformed   = "malformed"
	ruleUndecodable = "undecodable"
	ruleFork        = "fork"
)

const (
	// AbsenceWindow is over how many of the last commits absences are counted.
	AbsenceWindow = 100
	// maxFaults bounds what is remembered; the one seen longest ago makes room.
	maxFaults = 256
	// maxDetail bounds the text of the newest case, in bytes.
	maxDetail = 200
)

// Fault counts one kind of fault of one member under one rule.
type Fault struct {
	Kind        FaultKind
	Rule        string // which rule was broken: one word of a fixed list
	Address     sdk.ConsAddress
	Count       uint64
	First, Last int64  // heights
	Detail      string // of the newest case
}

// Absence says in how many of the last commits a member's precommit for the block was missing.
type Absence struct {
	Address sdk.ConsAddress
	Missed  int   // of Commits
	Last    int64 // height of the newest commit without it
}

// Observed is what this node saw since it started. Commits is how many commits Absences looks at.
type Observed struct {
	Faults   []Fault   // newest first
	Absences []Absence // most missed first; members that missed nothing are not listed
	Commits  int
}

type faultKey struct {
	kind    FaultKind
	rule    string
	address string
}

type missing struct {
	height int64
	absent []string
}

// faults is safe for concurrent use: consensus writes it, queries read it.
type faults struct {
	mu      sync.Mutex
	seen    map[faultKey]*Fault
	commits []missing // ascending heights, AbsenceWindow at most
}

func newFaults() *faults { return &faults{seen: map[faultKey]*Fault{}} }

func (f *faults) add(kind FaultKind, rule string, address []byte, height int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := faultKey{kind, rule, string(address)}
	one, ok := f.seen[key]
	if !ok {
		if len(f.seen) >= maxFaults {
			f.forgetOldest()
		}
		one = &Fault{Kind: kind, Rule: rule, Address: slices.Clone(address), First: height}
		f.seen[key] = one
	}
	one.Count++
	one.Last = height
	if err != nil {
		text := err.Error()
		one.Detail = text[:min(len(text), maxDetail)]
	}
}

func (f *faults) forgetOldest() {
	var oldest *faultKey
	for k, v := range f.seen {
		if oldest == nil || v.Last < f.seen[*oldest].Last {
			oldest = &k
		}
	}
	delete(f.seen, *oldest)
}

// commit takes the decided commit of a height: who is missing, and whose extension says nothing
// that counts. Replayed heights are taken once.
func (f *faults) commit(c *abci.ExtendedCommitInfo, fork uint32, height int64) {
	one := missing{height: height}
	for i := range c.Votes {
		v := &c.Votes[i]
		if v.BlockIdFlag != cmtproto.BlockIDFlagCommit {
			one.absent = append(one.absent, string(v.Validator.Address))
			continue
		}
		if len(v.VoteExtension) == 0 {
			continue
		}
		switch e, err := extension.Decode(v.VoteExtension); {
		case err != nil:
			f.add(FaultIgnored, ruleUndecodable, v.Validator.Address, height, err)
		case e != nil && e.Fork != fork:
			f.add(FaultIgnored, ruleFork, v.Validator.Address, height, nil)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.commits); n > 0 && f.commits[n-1].height >= height {
		return
	}
	f.commits = append(f.commits, one)
	if n := len(f.commits); n > AbsenceWindow {
		f.commits = slices.Clone(f.commits[n-AbsenceWindow:])
	}
}

func (f *faults) observed() Observed {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := Observed{Commits: len(f.commits)}
	for _, v := range f.seen {
		out.Faults = append(out.Faults, *v)
	}
	slices.SortFunc(out.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(b.Last, a.Last), slices.Compare(a.Address, b.Address), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Rule, b.Rule))
	})
	count := map[string]*Absence{}
	for _, one := range f.commits {
		for _, a := range one.absent {
			if count[a] == nil {
				count[a] = &Absence{Address: sdk.ConsAddress(a)}
			}
			count[a].Missed++
			count[a].Last = one.height
		}
	}
	for _, v := range count {
		out.Absences = append(out.Absences, *v)
	}
	slices.SortFunc(out.Absences, func(a, b Absence) int {
		return cmp.Or(cmp.Compare(b.Missed, a.Missed), slices.Compare(a.Address, b.Address))
	})
	return out
}

// extensionRule names what is wrong with refused bytes.
func extensionRule(b []byte) string {
	switch {
	case len(b) > extension.MaxBytes:
		return ruleOversize
	case len(b) > 0 && b[0] != extension.Version:
		return ruleVersion
	}
	return ruleMalformed
}

func ruleOf(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		return r.rule
	}
	return "state" // not the proposer's doing: this node could not read its own state
}

// Observed is what this node saw other members do, newest first. Safe at any time.
func (a *App) Observed() Observed { return a.faults.observed() }
