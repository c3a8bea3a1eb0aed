// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/transaction"
)

// What keeps an agent from doing all that a ceremony asks of it. None of them ends the node: the
// old key epoch goes on without its help.
var (
	// ErrMismatch: the state records another result than its own dealings give. Nothing is proven,
	// journaled or signed for that epoch.
	ErrMismatch = message.NewError(message.Halt, "the recorded key epoch does not follow from the dealings")
	// ErrNoSeed: the file behind a hash that the state holds is gone. The member deals nothing.
	ErrNoSeed = message.NewError(message.Reject, "the seed behind the dealing that was announced is gone")
	// ErrNoShare: the home lacks the key share, and the dealings cannot give it again.
	ErrNoShare = message.NewError(message.Reject, "no key share")
	// ErrNoDealingKey: the home lacks the key to which shares are encrypted, or has another one.
	ErrNoDealingKey = message.NewError(message.Reject, "no dealing key")
	// ErrForeignHash: the state holds a hash that this home did not make.
	ErrForeignHash = message.NewError(message.Reject, "another hash stands under this member's name")
)

// Signer holds key shares by key epoch: keys/signer does.
type Signer interface {
	AddShare(s keystore.Share) error
	DropShare(epoch uint64) error
	Shares() []signer.ShareInfo
}

// Voter journals what this member itself knows, before any share of it says so.
type Voter interface {
	// Finished: this member holds its share of the epoch and has checked it, so the statement
	// may be signed. It returns when that is on disk.
	Finished(digest message.Digest) error
}

// Config of an agent. All fields are required but those that say otherwise.
type Config struct {
	ConsAddress []byte               // this node's
	Operator    [20]byte             // zero: it has no operator account and only keeps shares
	DealingKey  *keystore.DealingKey // nil: it can receive no share
	Chain       Chain
	Streams     Streams // nil: contradictions are not reported
	Sender      Sender  // may be nil without Operator
	Files       Files
	Signer      Signer
	// SignerKeeps: the signer is another process with files of its own. This home then has no share
	// files; what a dealer needs of its share comes from the dealings again.
	SignerKeeps bool
	Voter       Voter
	// Deal makes the dealings: dkg.Deal when nil. A test build may deal otherwise.
	Deal   func(p *dkg.Params, dealer frost.Index, seed [32]byte, share *frost.Scalar) (*dkg.Dealing, error)
	Rand   io.Reader
	Logger *slog.Logger // may be nil
}

// Agent is a node's hands in ceremonies. Step has one caller at a time.
type Agent struct {
	cfg  Config
	log  *slog.Logger
	wake chan struct{}

	height   uint64                  // of the newest state that was worked on
	held     map[uint64]frost.Point  // public shares of what the signer holds, by key epoch
	secrets  map[uint64]frost.Scalar // the shares themselves, of the newest two epochs
	checked  map[uint64]*outcome     // results that were recomputed, by ceremony
	misfits  map[ShareName]misfit    // files that do not hold what their name says
	seed     *seeded                 // of the newest ceremony
	said     saying                  // the message of the newest phase
	finished uint64                  // id of the statement that was journaled last

	mu      sync.Mutex
	trouble map[string]string // by part of the work
	refused string
	reports map[uint32]Contradiction // not settled, by stream
}

type seeded struct {
	ceremony uint64
	seed     Seed
}

// Format prints "[secret]" whatever the verb.
func (seeded) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[secret]") }

type saying struct {
	ceremony uint64
	phase    committeev1.Phase
	m        transaction.Message
	taken    bool // by the own mempool, once
}

// New makes an agent. Nothing runs before Step or Run.
func New(cfg Config) (*Agent, error) {
	switch {
	case len(cfg.ConsAddress) != 20:
		return nil, fmt.Errorf("agent: consensus address of %d bytes: %w", len(cfg.ConsAddress), message.ErrBadEncoding)
	case cfg.Chain == nil || cfg.Files == nil || cfg.Signer == nil || cfg.Voter == nil || cfg.Rand == nil:
		return nil, errors.New("agent: chain, files, signer, voter and randomness are required")
	case cfg.Operator != [20]byte{} && cfg.Sender == nil:
		return nil, errors.New("agent: an operator needs a sender")
	}
	if cfg.Deal == nil {
		cfg.Deal = dkg.Deal
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Agent{
		cfg: cfg, log: cfg.Logger, wake: make(chan struct{}, 1),
		held: map[uint64]frost.Point{}, secrets: map[uint64]frost.Scalar{}, checked: map[uint64]*outcome{},
		misfits: map[ShareName]misfit{}, trouble: map[string]string{}, reports: map[uint32]Contradiction{},
	}, nil
}

// Format prints whose hands these are, never a share, whatever the verb.
func (a *Agent) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "agent of %X", a.cfg.ConsAddress)
}

// Wake says that there is a new committed state. It returns at once and may be called from anywhere.
func (a *Agent) Wake() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// Run makes a step after each Wake until ctx ends. What goes wrong in a step is logged and tried
// again with the next state.
func (a *Agent) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-a.wake:
			if err := a.Step(ctx); err != nil && ctx.Err() == nil {
				a.log.Debug("ceremony step", "err", err) // what matters was told by note
			}
		}
	}
}

// Step does what the newest committed state asks of this member, and says at most one thing to
// the chain. A second call for the same state does nothing. Blocks on the disk.
//
// Errors: all that went wrong, joined. Every part of the work is tried in every step.
func (a *Agent) Step(ctx context.Context) error {
	s, err := a.cfg.Chain.State(ctx)
	if err == nil && s.Height == a.height {
		return nil
	}
	if err := a.note("state", err); err != nil {
		return err
	}
	a.height = s.Height
	errs := []error{a.note("share of the active epoch", a.hold(ctx, s, &s.Active)), a.note("share of the next epoch", a.hold(ctx, s, &s.Ready))}
	if s.CatchingUp {
		return errors.Join(errs...)
	}
	errs = append(errs, a.note("ceremony", a.act(ctx, s)), a.note("ready statement", a.vouch(ctx, s)), a.note("old secrets", a.tidy(ctx, s)), a.note("contradictions", a.contradict(ctx, s)))
	return errors.Join(errs...)
}

// act says what the phase asks of this member.
func (a *Agent) act(ctx context.Context, s *State) error {
	c := &s.Ceremony
	if c.Number == 0 || a.cfg.Operator == ([20]byte{}) {
		return nil
	}
	switch c.Phase {
	case committeev1.Phase_PHASE_COMMIT, committeev1.Phase_PHASE_DEAL:
		if d := dealerOf(c, a.cfg.ConsAddress); d != nil {
			return a.deal(ctx, s, d)
		}
	case committeev1.Phase_PHASE_COMPLAIN:
		if r := receiverOf(c, a.cfg.ConsAddress); r != nil && !r.Checked {
			return a.check(ctx, s, r)
		}
	case committeev1.Phase_PHASE_READY:
		if r := receiverOf(c, a.cfg.ConsAddress); r != nil && !r.Ready {
			return a.ready(ctx, s, r)
		}
	}
	return nil
}

// say sends a message, the same bytes again for as long as the state does not show it.
func (a *Agent) say(ctx context.Context, c *committeev1.Ceremony, build func() (transaction.Message, error)) error {
	if a.said.ceremony != c.Number || a.said.phase != c.Phase {
		m, err := build()
		if err != nil {
			return err
		}
		a.said = saying{ceremony: c.Number, phase: c.Phase, m: m}
		failpoint.Hit("agent.message.send") // what a phase asks was not said; it is said after the next start
	}
	err := a.cfg.Sender.Send(ctx, a.said.m)
	if err == nil && !a.said.taken {
		a.said.taken = true
		failpoint.Hit("agent.message.sent") // it was said, and is said again until the state shows it
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		a.refused = ""
		return nil
	}
	a.refused = err.Error()
	a.log.Warn("ceremony message not taken, tried again with the next block", "phase", c.Phase.String(), "ceremony", c.Number, "height", a.height, "err", err)
	return nil // tried again: no trouble of this node's own
}

// note keeps what is wrong with one part of the work and logs it once.
func (a *Agent) note(part string, err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	was := a.trouble[part]
	switch {
	case err == nil && was != "":
		delete(a.trouble, part)
		a.log.Info("trouble is over", "part", part, "height", a.height)
	case err != nil && err.Error() != was:
		a.trouble[part] = err.Error()
		a.log.Error("this member cannot do its part", "part", part, "height", a.height, "err", err)
	}
	return err
}

// Status is what an operator wants to know.
type Status struct {
	Trouble []string // what keeps the agent from its work, by part
	Refused string   // why its last message was not taken; empty once one was
}

// parts in the order of Status.
var parts = []string{"state", "share of the active epoch", "share of the next epoch", "ceremony", "ready statement", "old secrets", "contradictions"}

// Status may be asked from anywhere.
func (a *Agent) Status() (s Status) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range parts {
		if t := a.trouble[p]; t != "" {
			s.Trouble = append(s.Trouble, p+": "+t)
		}
	}
	s.Refused = a.refused
	return s
}

func dealerOf(c *committeev1.Ceremony, address []byte) *committeev1.Dealer {
	for i := range c.Dealers {
		if bytes.Equal(c.Dealers[i].ConsAddress, address) {
			return &c.Dealers[i]
		}
	}
	return nil
}

func receiverOf(c *committeev1.Ceremony, address []byte) *committeev1.Receiver {
	for i := range c.Receivers {
		if bytes.Equal(c.Receivers[i].ConsAddress, address) {
			return &c.Receivers[i]
		}
	}
	return nil
}

func memberOf(e *committeev1.Epoch, address []byte) *committeev1.Member {
	for i := range e.Members {
		if bytes.Equal(e.Members[i].ConsAddress, address) {
			return &e.Members[i]
		}
	}
	return nil
}
