// SPDX-License-Identifier: Apache-2.0

package node

import (
	"cmp"
	"fmt"
	"slices"
)

// Levels of a problem.
const (
	LevelError   = "error"   // something has stopped, or somebody broke the rules
	LevelWarning = "warning" // one more such thing and something stops, or somebody is weak
)

// Problem is one thing that a person should know, with who causes it where that is known.
type Problem struct {
	Level   string `json:"level"`
	Text    string `json:"text"`
	Member  uint32 `json:"member,omitempty"` // the culprit's index; 0: nobody, or no member
	Moniker string `json:"moniker,omitempty"`
	Address string `json:"address,omitempty"` // consensus address
}

// warnMissed is from how many missed ones of the last 100 commits on a member is a problem.
const warnMissed = 10

// heartbeatGrace is up to which height a new chain may not have heard every member for a stream.
const heartbeatGrace = 25

// who names a member as every line of the status does.
func who(member uint32, moniker, address string) string {
	switch {
	case member == 0:
		return "address " + address
	case moniker == "":
		return fmt.Sprintf("member %d (%s)", member, address)
	}
	return fmt.Sprintf("member %d %q (%s)", member, moniker, address)
}

// Conclude says what of all this is a problem, worst first, and who causes it.
func (s *Status) Conclude() {
	add := func(level, format string, args ...any) {
		s.Problems = append(s.Problems, Problem{Level: level, Text: fmt.Sprintf(format, args...)})
	}
	blame := func(level string, member uint32, moniker, address, format string, args ...any) {
		s.Problems = append(s.Problems, Problem{level, who(member, moniker, address) + " " + fmt.Sprintf(format, args...), member, moniker, address})
	}
	s.Problems = []Problem{}
	if s.Stopped != "" {
		add(LevelError, "this node has stopped: %s", s.Stopped)
	}
	if s.Halted != "" {
		add(LevelError, "THE CHAIN SIGNS NOTHING: %s; it goes on after a vote of the committee or an export and import", s.Halted)
	}
	if s.CatchingUp {
		add(LevelWarning, "this node is catching up with the chain")
	}
	s.keys(add)
	s.accuse(blame)
	s.doubt(add)
	for i := range s.Streams {
		s.Streams[i].doubt(s, add)
	}
	for i := range s.Conduct {
		m := &s.Conduct[i]
		say := func(level, format string, args ...any) { blame(level, m.Member, m.Moniker, m.Address, format, args...) }
		if m.Suspended != 0 {
			say(LevelError, "is suspended since height %d", m.Suspended)
		}
		for _, e := range m.Evidence {
			say(LevelError, "voted for two checkpoints of stream %d, window %d: %d times, last in block %d", e.Stream, e.End, e.Count, e.Height)
		}
		if m.InvalidShares.Count > 0 {
			say(LevelError, "gave %d invalid signature shares, last in block %d", m.InvalidShares.Count, m.InvalidShares.Last)
		}
		if m.Garbled.Count > 0 {
			say(LevelError, "signed %d vote extensions that do not decode, last in block %d", m.Garbled.Count, m.Garbled.Last)
		}
		if m.MissingShares.Count > 0 {
			say(LevelWarning, "was present without the share it owed %d times, last in block %d", m.MissingShares.Count, m.MissingShares.Last)
		}
		if m.WrongVotes.Count > 0 {
			say(LevelWarning, "had voted for another checkpoint than the certified one of %d windows, last in block %d: it lies or its endpoints do", m.WrongVotes.Count, m.WrongVotes.Last)
		}
		if m.BenchUntil != 0 {
			say(LevelWarning, "is benched until height %d (%s)", m.BenchUntil, m.BenchReason)
		}
	}
	for i := range s.Faults {
		f := &s.Faults[i]
		text, known := faultTexts[f.Kind]
		if !known {
			text = f.Kind
		}
		blame(LevelError, f.Member, f.Moniker, f.Address, "%s (%s): %d times, last at height %d", text, f.Rule, f.Count, f.Last)
	}
	for i := range s.Absences {
		if m := &s.Absences[i]; m.Missed >= warnMissed {
			blame(LevelWarning, m.Member, m.Moniker, m.Address, "is missing in %d of the last %d commits, last at height %d", m.Missed, s.Commits, m.Last)
		}
	}
	slices.SortStableFunc(s.Problems, func(a, b Problem) int { return cmp.Compare(a.Level, b.Level) }) // "error" comes first
}

// doubt says what of one stream is a problem.
func (p *StreamStatus) doubt(s *Status, add func(level, format string, args ...any)) {
	name := fmt.Sprintf("stream %d (chain %d)", p.Index, p.Chain)
	if l := p.Lower; l != nil {
		name = fmt.Sprintf("stream %d (chain %d, %s)", p.Index, p.Chain, p.Finality)
		if l.Contradicted != 0 {
			said := "it was not reported yet"
			if l.Reported != 0 {
				said = fmt.Sprintf("reported after height %d", l.Reported)
			}
			add(LevelError, "%s: THE CERTIFIED CHECKPOINT AT BLOCK %d IS NOT WHAT THIS NODE'S FINAL HISTORY SAYS: %s", name, l.Contradicted, said)
		}
		if l.StoppedAt != 0 {
			add(LevelError, "%s: STOPPED at height %d, because members found a certified checkpoint contradicted by the final history; the final stream goes on, a vote of the committee resumes this one", name, l.StoppedAt)
			return
		}
	}
	switch {
	case s.KeyEpoch == 0: // nobody certifies yet
	case p.Covered < s.Threshold && s.Height > heartbeatGrace:
		add(LevelError, "%s: %d members were heard for it lately, %d are needed to certify", name, p.Covered, s.Threshold)
	case p.Covered == s.Threshold && s.Members > s.Threshold:
		add(LevelWarning, "%s: exactly the %d members that are needed cover it: one more lost stops it", name, p.Covered)
	}
	switch {
	case p.Halted != "" && s.Stopped == "":
		add(LevelError, "%s: this node has halted it: %s", name, p.Halted)
	case p.Abstains != "":
		add(LevelWarning, "%s: this node does not vote: %s", name, p.Abstains)
	case p.Lower != nil && p.Lower.Waits != "":
		add(LevelWarning, "%s: this node waits: %s", name, p.Lower.Waits)
	}
}

var faultTexts = map[string]string{
	"extension_refused":      "sent vote extensions that this node refused",
	"extension_ignored":      "signed vote extensions that count for nothing",
	"proposal_refused":       "proposed blocks that this node refused",
	"own_extension_replaced": "is this node, whose own voter gave a bad vote extension",
}
