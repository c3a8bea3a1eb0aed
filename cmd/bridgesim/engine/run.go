// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"sort"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgesim/audit"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
)

// Bounds of a run.
const (
	// MinHeights is the least that leaves room for all phases.
	MinHeights = 60
	// extraHeights is how long a run goes on after its heights until everything is delivered.
	extraHeights = 150
	// needed is the share of final messages, in percent, that must arrive for a seed to count.
	needed   = 80
	relayers = 2
	// maxEvents per height bounds a run in which consensus does not move.
	maxEvents = 3_000
	// watchEvery is how many events pass between two calls of Watch.
	watchEvery = 256
)

// Config says what to run.
type Config struct {
	Seed    uint64
	Heights uint64
	Faults  []string  // nil: the seed chooses
	Trace   io.Writer // one line per event; may be nil
	// Watch is told the height every so many events and says whether to go on; may be nil.
	Watch func(height uint64) bool
}

// Result is what a run came to.
type Result struct {
	Seed       uint64            `json:"seed"`
	Heights    uint64            `json:"heights"` // decided
	Members    int               `json:"members"`
	Byzantine  int               `json:"byzantine"`
	Chains     int               `json:"chains"`
	Sent       int               `json:"sent"` // final messages
	Delivered  int               `json:"delivered"`
	Certified  int               `json:"certified"` // checkpoints
	Faults     []string          `json:"faults"`    // chosen
	Fired      map[string]uint64 `json:"fired"`
	Seen       audit.Seen        `json:"seen"`
	Trace      string            `json:"trace"` // hash
	Counted    bool              `json:"counted"`
	WhyNot     string            `json:"why_not,omitempty"`
	Violations []string          `json:"violations,omitempty"`
}

// Failed says that a law broke, whether or not the seed counts.
func (r *Result) Failed() bool { return len(r.Violations) > 0 }

// ErrConfig: nothing can be run so.
var ErrConfig = errors.New("simulator: bad configuration")

// sim is one run.
type sim struct {
	cfg   Config
	plan  *plan
	queue queue
	now   time.Duration
	trace *trace
	audit *audit.Audit
	phase phase

	chainID  string
	bridgeID message.Hash
	groupKey [32]byte
	genesis  []byte
	keys     []ed25519.PrivKey // by member less one
	shares   []keystore.Share
	accounts []accounts // by member less one
	pool     [][]byte   // the transaction of each member that waits for a block
	epoch    uint64     // active key epoch

	chains   []*chain
	feeds    []*feed // by stream index less one
	nodes    []*node
	lives    []int // processes of each member so far
	cons     *consensus
	relayers []*relayer
	running  *node // whose code runs now
	book     *book
	weather  *dice
	odds     map[string]*dice // of each fault

	fired    map[string]uint64
	refusals int
	problems []string
	healed   uint64 // height
	stopped  bool   // by Watch
}

// Run runs one seed.
//
// Errors: ErrConfig. What the run finds is in the result.
func Run(cfg Config) (res Result, err error) {
	if cfg.Heights < MinHeights {
		return res, fmt.Errorf("%d heights, at least %d: %w", cfg.Heights, MinHeights, ErrConfig)
	}
	for _, f := range cfg.Faults {
		if !known(f) {
			return res, fmt.Errorf("fault %q: %w", f, ErrConfig)
		}
	}
	s := &sim{cfg: cfg, plan: newPlan(cfg), fired: map[string]uint64{}, odds: map[string]*dice{}, chainID: "aitbc-devnet-sim", weather: roll(cfg.Seed, "weather")}
	s.trace = newTrace(cfg.Trace, &s.now)
	s.bridgeID = message.BridgeID(s.chainID)
	func() {
		defer func() {
			if p := recover(); p != nil {
				s.fail("panic", "%v", p)
				if cfg.Trace != nil {
					_, _ = fmt.Fprintf(cfg.Trace, "panic %v\n%s\n", p, debug.Stack())
				}
			}
		}()
		if err = s.setUp(); err != nil {
			return
		}
		defer s.watchFailpoints()()
		s.loop()
		s.finish()
	}()
	if err != nil {
		return res, err
	}
	return s.result(), nil
}

func known(fault string) bool {
	if slices.Contains([]string{faultByzantine, faultBadProposer, faultReshare, faultLies, faultLiesDiffer, faultLiesAlike, faultFinalReorg}, fault) {
		return true
	}
	return slices.ContainsFunc(catalogue, func(c struct {
		name string
		odds int
	}) bool {
		return c.name == fault
	})
}

// setUp deals the keys and builds the world.
func (s *sim) setUp() error {
	p := s.plan
	for i := range p.members {
		s.keys = append(s.keys, ed25519.GenPrivKeyFromSecret(fmt.Appendf(nil, "seed %d member %d", s.cfg.Seed, i)))
	}
	sort.Slice(s.keys, func(i, j int) bool {
		return bytes.Compare(s.keys[i].PubKey().Address(), s.keys[j].PubKey().Address()) < 0
	})
	group, secrets, err := frost.Deal(roll(s.cfg.Seed, "deal"), p.members, p.threshold)
	if err != nil {
		return fmt.Errorf("deal: %w", err)
	}
	s.groupKey = group.Key
	ac := audit.Config{BridgeID: s.bridgeID, GroupKey: group.Key, Members: p.members, Threshold: p.threshold, Shares: map[int]audit.Point{}, Bound: 60}
	for i := range p.members {
		s.shares = append(s.shares, keystore.Share{KeyEpoch: 1, Index: frost.Index(i + 1), Secret: secrets[i], BridgeID: s.bridgeID, GroupKey: group.Key})
		ac.Shares[i+1] = group.Public[i]
	}
	s.epoch, s.pool = 1, make([][]byte, p.members)
	for i := range p.members {
		a, err := s.makeAccounts(i + 1)
		if err != nil {
			return err
		}
		s.accounts = append(s.accounts, a)
	}
	for i := range p.chains {
		c := newChain(s, i)
		c.profile = p.chains[i]
		s.chains = append(s.chains, c)
		ac.Streams = append(ac.Streams, s.addFeed(c, uint16(i+1), 1).audited())
	}
	for _, b := range p.byzantine {
		ac.Byzantine = append(ac.Byzantine, b+1)
	}
	if s.audit, err = audit.New(ac); err != nil {
		return err
	}
	if err := s.makeGenesis(group); err != nil {
		return err
	}
	s.book = newBook(s)
	s.cons = newConsensus(s)
	s.lives = make([]int, p.members+1)
	for _, c := range s.chains {
		c.found()
	}
	for i := range p.members {
		n := newNode(s, i, i+1, fmt.Sprintf("v%d", i+1), s.keys[i], s.shares[i])
		if slices.Contains(p.byzantine, i) {
			n.liar = &liar{n: n, dice: roll(s.cfg.Seed, n.name+" lies")}
		}
		s.nodes = append(s.nodes, n)
	}
	s.trace.line("seed", "seed=%d heights=%d members=%d byzantine=%v chains=%d faults=%v", s.cfg.Seed, s.cfg.Heights, p.members, p.byzantine, len(p.chains), p.faults)
	for _, n := range s.nodes {
		n.start()
	}
	for i := range relayers {
		s.relayers = append(s.relayers, newRelayer(s, i))
	}
	s.cons.plan(commitPause)
	s.after(time.Second, "weather", 0, s.strike)
	if p.has(faultLies) || p.has(faultLags) {
		s.after(time.Second, "deceive", 0, s.deceive)
	}
	if p.operated() {
		s.after(operatorsLook, "operators", 0, s.operate)
	}
	return nil
}

// loop runs events until the heights are over and everything arrived.
func (s *sim) loop() {
	limit := s.cfg.Heights * maxEvents
	for count := uint64(0); !s.failed(); count++ {
		if count > limit {
			s.fail("progress", "height %d after %d events", s.cons.tip(), count)
			return
		}
		h := uint64(s.cons.tip())
		if s.cfg.Watch != nil && count%watchEvery == 0 && !s.cfg.Watch(h) {
			s.stopped = true
			return
		}
		s.turn(h)
		if h >= s.cfg.Heights && s.book.done() || h >= s.cfg.Heights+extraHeights {
			return
		}
		e := s.queue.take()
		s.now = e.at
		if e.life != 0 {
			if n := s.nodes[e.who]; !n.up() || n.proc.life != e.life {
				continue
			}
		}
		e.run()
	}
}

// turn moves the phase.
func (s *sim) turn(h uint64) {
	p := s.phase
	switch {
	case p == calm && h >= s.plan.calmEnds:
		s.phase = storm
	case p == storm && h >= s.plan.healAt:
		s.phase = heal
		s.mend()
		s.healed = h
	case p == heal && h >= s.plan.drainAt:
		s.phase = drain
	default:
		return
	}
	s.trace.line("phase", "%s height=%d", s.phase, h)
}

func (s *sim) stormy() bool { return s.phase == storm }

// after plans an event.
func (s *sim) after(d time.Duration, kind string, who int, run func()) {
	s.queue.put(event{at: s.now + d, kind: kind, who: who, run: run})
}

// afterLife plans an event that happens only if the node's process still lives.
func (s *sim) afterLife(n *node, d time.Duration, kind string, run func()) {
	s.queue.put(event{at: s.now + d, kind: kind, who: n.index, life: n.proc.life, run: run})
}

// clock is the virtual time as a date.
func (s *sim) clock() time.Time { return time.Unix(1_700_000_000, 0).UTC().Add(s.now) }

func (s *sim) seconds() uint64 { return uint64(s.clock().Unix()) }

// struck asks whether a chosen fault happens here and now, so often in 1000 times. What has
// not happened yet late in the storm becomes likely.
func (s *sim) struck(fault string, permille int) bool {
	if s.phase != storm || !s.plan.has(fault) {
		return false
	}
	d := s.odds[fault]
	if d == nil {
		d = roll(s.cfg.Seed, "odds of "+fault)
		s.odds[fault] = d
	}
	if s.fired[fault] == 0 && uint64(s.cons.tip()) > (s.plan.calmEnds+s.plan.healAt)/2 {
		permille = max(permille, 300)
	}
	return d.chance(permille)
}

// fire counts a fault that had its effect.
func (s *sim) fire(fault string) { s.fired[fault]++ }

// fail records a problem; the run ends.
func (s *sim) fail(law, format string, args ...any) {
	text := law + ": " + fmt.Sprintf(format, args...)
	s.problems = append(s.problems, text)
	s.trace.line("FAIL", "%s", text)
}

// judge takes what the auditors found.
func (s *sim) judge(found []audit.Violation) {
	for _, v := range found {
		s.problems = append(s.problems, v.String())
		s.trace.line("VIOLATION", "%s", v)
	}
}

func (s *sim) failed() bool { return len(s.problems) > 0 }

func (s *sim) memberAddress(member int) []byte { return s.keys[member-1].PubKey().Address() }

func (s *sim) address(node int) []byte { return s.nodes[node].key.PubKey().Address() }

// memberNode is the first node of a member.
func (s *sim) memberNode(member int) *node { return s.nodes[member-1] }

// finish asks the auditors what only the end shows.
func (s *sim) finish() {
	if s.failed() || s.stopped {
		return
	}
	s.judge(s.audit.End(audit.End{Healed: s.healed, Reasons: s.book.reasons(), Halted: s.tellHalts()}))
	if s.failed() {
		return
	}
	for _, f := range s.feeds {
		if f.broken && !f.closed {
			s.fail("resume", "stream %d is not resumed %d heights after the heal", f.index, uint64(s.cons.tip())-s.healed)
			return
		}
	}
	if late := s.book.late(); len(late) > 0 {
		s.fail("I-03", "%d final messages are not delivered %d heights after the heal, first %s", len(late), uint64(s.cons.tip())-s.healed, late[0])
	}
}

func (s *sim) result() Result {
	r := Result{
		Seed: s.cfg.Seed, Heights: uint64(s.cons.tip()), Members: s.plan.members, Byzantine: len(s.plan.byzantine), Chains: len(s.plan.chains),
		Faults: s.plan.faults, Fired: s.fired, Seen: s.audit.Seen(), Violations: s.problems, Certified: s.book.certified,
	}
	r.Sent, r.Delivered = s.book.counts()
	r.Trace = s.trace.end()
	r.Counted, r.WhyNot = s.counts(&r)
	return r
}

// counts is the guard against runs that prove nothing.
func (s *sim) counts(r *Result) (bool, string) {
	if s.stopped {
		return false, "stopped"
	}
	if r.Sent == 0 || 100*r.Delivered < needed*r.Sent {
		return false, fmt.Sprintf("%d of %d messages arrived", r.Delivered, r.Sent)
	}
	for _, f := range s.plan.faults {
		if s.fired[f] == 0 {
			return false, fmt.Sprintf("fault %s never happened", f)
		}
	}
	return true, ""
}

// initChain is the first request of an empty application.
func (s *sim) initChain() *abci.RequestInitChain { return initRequest(s) }
