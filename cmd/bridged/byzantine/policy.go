// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/aitbc/bridge/verifier/extension"
)

// All is the name that stands for every policy that leaves nothing lasting in the state.
const All = "all"

// Dwell is how many heights one policy of several lasts before the next takes its turn, when
// nothing else is asked for. Four members propose in turn, so each turn holds two proposals, and
// time enough for a session.
const Dwell = 10

// ErrPolicy: no policy of that name.
var ErrPolicy = errors.New("unknown policy")

// Policy is one way to misbehave. At a height where it finds nothing to do the node is honest.
type Policy struct {
	Name string
	Does string
	// Shown is how `bridged status` of an honest node names the culprit; it begins with "no fault"
	// where nothing wrong can be proven or seen.
	Shown string
	// Lasting policies leave something in the state that ends only with the key epoch. They must be
	// named; All leaves them out, and those of ceremonies too.
	Lasting bool

	speak   func(*turn) []byte        // another extension; nil: the honest one
	delay   func(*turn) time.Duration // before the precommit is signed
	propose func(*turn, *proposal) [][]byte
	refuse  bool  // proposals of others
	rite    *rite // in ceremonies; such a policy does nothing else
}

// OfCeremony: the policy acts in ceremonies alone.
func (p *Policy) OfCeremony() bool { return p.rite != nil }

// turn is what a policy knows when it acts.
type turn struct {
	height uint64 // of the extension or proposal
	agenda extension.Agenda
	honest *extension.Extension // what the voter would say; nil: nothing
	rand   *rand.Rand           // of seed and height: a run can be repeated
	memory *memory
	boots  *boots
}

// proposal is an honest proposal that a policy changes.
type proposal struct {
	commit  *abci.ExtendedCommitInfo
	honest  [][]byte
	maximum int64 // bytes of all transactions
}

// memory is what policies keep between heights.
type memory struct {
	votes       []said           // honest votes, oldest first
	lies        []extension.Vote // told instead of honest ones
	commitments []extension.Commitment
}

// said is a vote with the height that first said it.
type said struct {
	extension.Vote
	height uint64
}

// maxMemory bounds each list of a memory.
const maxMemory = 64

// remember keeps what the honest voter says.
func (m *memory) remember(height uint64, e *extension.Extension) {
	if e == nil {
		return
	}
	for _, v := range e.Votes {
		if !slices.ContainsFunc(m.votes, func(s said) bool { return s.Stream == v.Stream && s.End == v.End }) {
			m.votes = append(m.votes, said{v, height})
		}
	}
	m.votes = m.votes[max(0, len(m.votes)-maxMemory):]
	for _, c := range e.Commitments {
		if len(m.commitments) < maxMemory && !slices.Contains(m.commitments, c) {
			m.commitments = append(m.commitments, c)
		}
	}
}

// lie remembers what was told about a window: a member that lies consistently never says the
// truth about it afterwards, for that would be equivocation.
func (m *memory) lie(v extension.Vote) {
	if !slices.Contains(m.lies, v) {
		m.lies = append(m.lies, v)
	}
	m.lies = m.lies[max(0, len(m.lies)-maxMemory):]
}

// keepLies repeats the lies that were told about the windows of e.
func (m *memory) keepLies(e *extension.Extension) {
	for i := range e.Votes {
		for _, l := range m.lies {
			if l.Stream == e.Votes[i].Stream && l.End == e.Votes[i].End {
				e.Votes[i] = l
			}
		}
	}
}

// Policies lists every policy, by group.
func Policies() []Policy {
	return slices.Concat(encodings(), votes(), signings(), proposals(), ceremonies())
}

// Parse reads names separated by commas. Errors: ErrPolicy.
func Parse(list string) ([]Policy, error) {
	var out []Policy
	known := Policies()
	for _, name := range strings.Split(list, ",") {
		name = strings.TrimSpace(name)
		if name == All || name == Ceremonies {
			for _, p := range known {
				if p.OfCeremony() == (name == Ceremonies) && !p.Lasting {
					out = append(out, p)
				}
			}
			continue
		}
		i := slices.IndexFunc(known, func(p Policy) bool { return p.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("%q: %w", name, ErrPolicy)
		}
		out = append(out, known[i])
	}
	return out, nil
}

// schedule tells which policy acts at a height.
type schedule struct {
	list  []Policy
	seed  uint64
	dwell uint64
}

func newSchedule(list []Policy, seed, dwell uint64) schedule {
	s := schedule{slices.Clone(list), seed, dwell}
	if s.dwell == 0 {
		s.dwell = Dwell
	}
	r := rand.New(rand.NewPCG(seed, 0))
	r.Shuffle(len(s.list), func(i, j int) { s.list[i], s.list[j] = s.list[j], s.list[i] })
	return s
}

func (s *schedule) at(height uint64) *Policy {
	if len(s.list) == 0 {
		return &Policy{}
	}
	return &s.list[height/s.dwell%uint64(len(s.list))]
}

// random is the source of one height. kind keeps the draws of extension and proposal apart.
func (s *schedule) random(height uint64, kind uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.seed, height<<1|kind))
}

// randomBytes draws n bytes.
func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}
