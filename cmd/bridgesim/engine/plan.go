// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"slices"
	"time"
)

// phase is a part of a run. Faults begin in the storm; at the heal all but the Byzantine
// members' own end; in the drain nothing new is sent.
type phase int

const (
	calm phase = iota
	storm
	heal
	drain
)

func (p phase) String() string { return [...]string{"calm", "storm", "heal", "drain"}[p] }

// The faults that a seed may choose. A new one gets a name here, a place that fires it, and a
// line in docs/spec/simulator.md.
const (
	faultReorg          = "reorg"
	faultFinalityStall  = "finality-stalls"
	faultChainSleep     = "chain-sleeps"
	faultRefuse         = "recipient-refuses"
	faultEndpointAway   = "endpoint-away"
	faultEndpointLate   = "endpoint-late"
	faultEndpointFlaky  = "endpoint-flaky"
	faultLies           = "endpoint-lies"
	faultLags           = "endpoint-lags"
	faultLiesDiffer     = "endpoints-differ"
	faultLiesAlike      = "endpoints-alike"
	faultFinalReorg     = "final-reorg"
	faultCrash          = "crash"
	faultCrashInside    = "crash-inside"
	faultTornWrite      = "torn-write"
	faultCrashFinalize  = "crash-before-commit"
	faultDiskFull       = "disk-full"
	faultSyncFails      = "sync-fails"
	faultOldHome        = "old-home"
	faultLostJournal    = "lost-journal"
	faultLostStore      = "lost-store"
	faultSameRandom     = "same-randomness"
	faultTwin           = "twin"
	faultPowerCut       = "power-cut"
	faultPartition      = "partition"
	faultSlowVoter      = "slow-voter"
	faultSlowCommit     = "slow-commit"
	faultDropVotes      = "votes-dropped"
	faultLateVotes      = "late-votes"
	faultNilVotes       = "nil-votes"
	faultRound          = "round-fails"
	faultExtendAgain    = "extend-again"
	faultMissedProposal = "proposal-missed"
	faultBadProposer    = "bad-proposer"
	faultByzantine      = "byzantine"
	faultRelayerLies    = "relayer-lies"
	faultReshare        = "reshare"
)

// rare faults are left out unless chosen; each has its odds in permille.
var catalogue = []struct {
	name string
	odds int
}{
	{faultReorg, 600}, {faultFinalityStall, 250}, {faultChainSleep, 200}, {faultRefuse, 200},
	{faultEndpointAway, 400}, {faultEndpointLate, 400}, {faultEndpointFlaky, 400}, {faultLags, 900},
	{faultCrash, 600}, {faultCrashInside, 500}, {faultCrashFinalize, 400}, {faultDiskFull, 200}, {faultSyncFails, 150},
	{faultOldHome, 250}, {faultLostJournal, 200}, {faultLostStore, 250}, {faultSameRandom, 200},
	{faultPartition, 350}, {faultSlowVoter, 500}, {faultSlowCommit, 500},
	{faultDropVotes, 600}, {faultLateVotes, 500}, {faultNilVotes, 400}, {faultRound, 500}, {faultExtendAgain, 400},
	{faultMissedProposal, 400}, {faultRelayerLies, 400}, {faultTwin, 150}, {faultPowerCut, 150},
}

// plan is what a seed chose: which faults exist, how strong, and the topology.
type plan struct {
	members   int
	threshold int
	chains    []profile
	faults    []string // sorted
	strength  int      // permille: how often faults strike
	twin      int      // member that gets a second machine; 0: none
	byzantine []int    // node numbers, at most f
	favourite []int    // whose votes the adversary drops first
	poll      time.Duration
	calmEnds  uint64 // heights
	healAt    uint64
	drainAt   uint64
}

func (p *plan) has(fault string) bool {
	_, ok := slices.BinarySearch(p.faults, fault)
	return ok
}

// twins says that a member has, or had, two machines.
func (p *plan) twins(member int) bool { return p.twin == member }

// operated says that operators send transactions.
func (p *plan) operated() bool { return p.has(faultReshare) || p.has(faultFinalReorg) }

// f is how many members may do anything.
func (p *plan) f() int { return p.members - p.threshold }

func newPlan(cfg Config) *plan {
	d := roll(cfg.Seed, "plan")
	p := &plan{members: 4, strength: d.between(5, 40), poll: d.span(200*time.Millisecond, 1500*time.Millisecond)}
	if d.chance(250) {
		p.members = 7
	}
	p.threshold = 2*p.members/3 + 1
	for range 2 + d.IntN(4)/3 {
		c := profile{
			every:  d.span(300*time.Millisecond, 2*time.Second),
			stride: uint64([]int{2, 2, 4, 8}[d.IntN(4)]), depth: uint64(d.between(1, 6)), jump: 1,
			reorgs: d.between(10, 80), sends: d.between(8, 60),
		}
		if d.chance(400) {
			c.jump = uint64(d.between(4, 20)) // as a rollup's: many blocks become final at once
		}
		p.chains = append(p.chains, c)
	}
	for _, f := range catalogue {
		if d.chance(f.odds) {
			p.faults = append(p.faults, f.name)
		}
	}
	if d.chance(600) {
		p.faults = append(p.faults, faultByzantine)
		p.byzantine = d.Perm(p.members)[:d.between(1, p.f())]
		slices.Sort(p.byzantine)
		if d.chance(700) {
			p.faults = append(p.faults, faultBadProposer)
		}
	}
	if roll(cfg.Seed, "reshare").chance(250) { // of its own dice, so that the seeds before it mean what they meant
		p.faults = append(p.faults, faultReshare)
	}
	if e := roll(cfg.Seed, "endpoints"); e.chance(900) {
		p.faults = append(p.faults, faultLies)
		if e.chance(500) {
			p.faults = append(p.faults, faultLiesDiffer)
		}
		if e.chance(600) && len(p.byzantine) < p.f() {
			p.faults = append(p.faults, faultLiesAlike)
		}
		if e.chance(120) {
			p.faults = append(p.faults, faultFinalReorg)
		}
	}
	if cfg.Faults != nil {
		p.faults = slices.Clone(cfg.Faults)
		if !slices.Contains(p.faults, faultByzantine) {
			p.byzantine = nil
		}
	}
	slices.Sort(p.faults)
	if p.has(faultTwin) {
		for p.twin = 1; slices.Contains(p.byzantine, p.twin-1); p.twin++ { // f is less than n
		}
	}
	p.favourite = d.Perm(p.members)[:p.f()]
	p.calmEnds = max(cfg.Heights/10, 10)
	p.healAt = cfg.Heights * 6 / 10
	p.drainAt = cfg.Heights * 8 / 10
	return p
}
