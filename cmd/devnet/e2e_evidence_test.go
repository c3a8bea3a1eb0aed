// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"fmt"
	"testing"
)

// evidence is what an honest node's status holds against a member.
type evidence struct {
	Refused, Ignored, Proposals uint64          // seen by that node
	Absent                      uint64          // height of the newest commit without the member
	Garbled, Invalid, Missing   uint64          // in state
	Wrong                       uint64          // in state
	Equivocations               uint64          // in state
	Suspended                   bool            // in state
	Blamed                      map[string]bool // levels of the problems that name the member
}

type snap map[string]evidence // by moniker

func (s snap) of(i int) evidence { return s[fmt.Sprintf("node%d", i)] }

// want names the evidence that a policy must leave.
type want string

const (
	evidenceNone         want = "none" // what it does breaks no rule, or is not provable
	evidenceRefused      want = "refused extensions"
	evidenceGarbled      want = "garbled extensions"
	evidenceIgnored      want = "ignored extensions"
	evidenceProposal     want = "refused proposals"
	evidenceInvalid      want = "invalid shares"
	evidenceMissing      want = "missing shares"
	evidenceWrong        want = "wrong votes"
	evidenceAbsent       want = "absences"
	evidenceEquivocation want = "equivocations and suspension"
)

// expected is how status names the culprit of each policy.
var expected = map[string]want{
	"garbage": evidenceRefused, "oversized": evidenceRefused, "truncated": evidenceRefused, "out-of-order": evidenceRefused,
	"duplicate-entries": evidenceRefused, "reserved-bytes": evidenceRefused, "trailing-bytes": evidenceRefused,
	"false-counts": evidenceRefused, "other-version": evidenceRefused,
	"late-garbage": evidenceGarbled, "late-oversized": evidenceGarbled,
	"other-digest": evidenceWrong, "equivocate": evidenceEquivocation, "far-future": evidenceNone, "flood": evidenceNone,
	"wrong-fork": evidenceIgnored, "silent": evidenceNone,
	"invalid-share": evidenceInvalid, "withhold-share": evidenceMissing, "hide-when-chosen": evidenceAbsent,
	"commitments-invalid": evidenceNone, "commitments-foreign": evidenceMissing, "commitments-reused": evidenceMissing,
	"boot-random": evidenceNone, "boot-huge": evidenceNone,
	"propose-drop": evidenceProposal, "propose-flags": evidenceProposal, "propose-forge": evidenceProposal,
	"propose-order": evidenceProposal, "propose-oversize": evidenceProposal, "propose-duplicate": evidenceProposal,
	"propose-round": evidenceProposal, "propose-extra": evidenceProposal, "propose-empty": evidenceProposal,
	"propose-encoding": evidenceProposal, "process-reject": evidenceNone,
}

// missing says what does not show; empty when everything does.
func (w want) missing(before, after evidence) string {
	var grew bool
	switch w {
	case evidenceNone:
		return ""
	case evidenceRefused:
		grew = after.Refused > before.Refused
	case evidenceGarbled:
		grew = after.Garbled > before.Garbled
	case evidenceIgnored:
		grew = after.Ignored > before.Ignored
	case evidenceProposal:
		grew = after.Proposals > before.Proposals
	case evidenceInvalid:
		grew = after.Invalid > before.Invalid
	case evidenceMissing:
		grew = after.Missing > before.Missing
	case evidenceWrong:
		grew = after.Wrong > before.Wrong
	case evidenceAbsent:
		grew = after.Absent > before.Absent
	case evidenceEquivocation:
		grew = after.Equivocations > before.Equivocations && after.Suspended
	default:
		return "no expectation is written for this policy"
	}
	if grew {
		return ""
	}
	return fmt.Sprintf("%s do not show: %+v, before %+v", w, after, before)
}

// snapshot is what `bridged status --json` of validator 0 says of every member, each named there
// by moniker and index.
func snapshot(ctx context.Context, t *testing.T, n *Network) snap {
	t.Helper()
	s, err := n.Status(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := snap{}
	index := map[string]uint32{}
	for _, c := range s.Conduct {
		index[c.Moniker] = c.Member
		out[c.Moniker] = evidence{
			Garbled: uint64(c.Garbled.Count), Invalid: uint64(c.InvalidShares.Count), Missing: uint64(c.MissingShares.Count), Wrong: uint64(c.WrongVotes.Count),
			Equivocations: uint64(c.Equivocations.Count), Suspended: c.Suspended != 0, Blamed: map[string]bool{},
		}
	}
	of := func(moniker string, member uint32) evidence {
		if member == 0 || index[moniker] != member {
			t.Errorf("status names member %d %q, the conduct list knows %v", member, moniker, index)
		}
		return out[moniker]
	}
	for _, f := range s.Faults {
		e := of(f.Moniker, f.Member)
		switch f.Kind {
		case "extension_refused":
			e.Refused += f.Count
		case "extension_ignored":
			e.Ignored += f.Count
		case "proposal_refused":
			e.Proposals += f.Count
		default:
			t.Errorf("unknown kind of fault %q", f.Kind)
		}
		out[f.Moniker] = e
	}
	for _, a := range s.Absences {
		e := of(a.Moniker, a.Member)
		e.Absent = a.Last // the count falls when old commits leave the window
		out[a.Moniker] = e
	}
	for _, p := range s.Problems {
		if p.Moniker != "" {
			of(p.Moniker, p.Member).Blamed[p.Level] = true
		}
	}
	return out
}
