// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
)

// Config of an Actor.
type Config struct {
	ChainID  string
	Policies []Policy // none: an honest node
	Seed     uint64
	Dwell    uint64 // heights of one turn; Dwell when 0
	Logger   *slog.Logger
}

// Actor turns a node into a hostile one through its Hooks.
type Actor struct {
	log      *slog.Logger
	schedule schedule
	rites    []Policy // of ceremonies, which take turns by key epoch
	pause    func(time.Duration)

	mu     sync.Mutex
	agenda extension.Agenda // as the state has it, newest
	boots  boots
	memory memory
}

// New refuses every chain that is not a devnet. Errors: node.ErrUnsafe.
func New(c Config) (*Actor, error) {
	if !strings.HasPrefix(c.ChainID, node.DevnetPrefix) {
		return nil, fmt.Errorf("chain id %q does not begin with %s: %w", c.ChainID, node.DevnetPrefix, node.ErrUnsafe)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	a := &Actor{log: c.Logger, pause: time.Sleep, boots: boots{said: map[uint64]uint64{}}}
	var rest []Policy
	for _, p := range c.Policies {
		if p.OfCeremony() {
			a.rites = append(a.rites, p)
		} else {
			rest = append(rest, p)
		}
	}
	a.schedule = newSchedule(rest, c.Seed, c.Dwell)
	return a, nil
}

// Hooks are the seams that the node must be run with.
func (a *Actor) Hooks() node.Hooks {
	return node.Hooks{
		Voter:       func(v app.Voter) app.Voter { return &voter{v, a} },
		Application: func(x abci.Application) abci.Application { return &application{x, a} },
		Agent:       a.hire,
	}
}

func (a *Actor) act(p *Policy, height uint64) {
	a.log.Warn("byzantine act", "policy", p.Name, "height", height)
}

// voter shows the honest voter a chain on which nobody misbehaved in its name: else it would
// notice words that it never said and take its own node for a twin.
type voter struct {
	app.Voter
	actor *Actor
}

// Extend asks the honest voter. What leaves the node is decided in ExtendVote.
func (v *voter) Extend(a extension.Agenda) []byte { return v.Voter.Extend(v.actor.disguise(a)) }

// Committed tells the honest voter.
func (v *voter) Committed(a extension.Agenda) { v.Voter.Committed(v.actor.disguise(a)) }

// application changes what CometBFT hears from the honest application.
type application struct {
	abci.Application
	actor *Actor
}

// ExtendVote replaces the honest extension.
func (x *application) ExtendVote(ctx context.Context, r *abci.RequestExtendVote) (*abci.ResponseExtendVote, error) {
	resp, err := x.Application.ExtendVote(ctx, r)
	if err != nil {
		return resp, err
	}
	b, delay := x.actor.speak(uint64(r.Height), resp.VoteExtension)
	if delay > 0 {
		x.actor.pause(delay)
	}
	return &abci.ResponseExtendVote{VoteExtension: b}, nil
}

// VerifyVoteExtension accepts everything: CometBFT checks its own words too, and hostile members
// help each other.
func (x *application) VerifyVoteExtension(context.Context, *abci.RequestVerifyVoteExtension) (*abci.ResponseVerifyVoteExtension, error) {
	return &abci.ResponseVerifyVoteExtension{Status: abci.ResponseVerifyVoteExtension_ACCEPT}, nil
}

// PrepareProposal replaces the honest proposal.
func (x *application) PrepareProposal(ctx context.Context, r *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	resp, err := x.Application.PrepareProposal(ctx, r)
	if err != nil {
		return resp, err
	}
	return &abci.ResponsePrepareProposal{Txs: x.actor.propose(uint64(r.Height), resp.Txs, r.MaxTxBytes)}, nil
}

// ProcessProposal accepts whatever hostile proposers make, or refuses everything.
func (x *application) ProcessProposal(ctx context.Context, r *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	resp, err := x.Application.ProcessProposal(ctx, r)
	if err != nil {
		return resp, err
	}
	switch p := x.actor.schedule.at(uint64(r.Height)); {
	case p.refuse:
		x.actor.act(p, uint64(r.Height))
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	case p.propose != nil:
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
	}
	return resp, nil
}

// speak is the extension that leaves at a height, and how long to wait before.
func (a *Actor) speak(height uint64, honest []byte) ([]byte, time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, err := extension.Decode(honest)
	if err != nil {
		return honest, 0
	}
	a.memory.remember(height, e)
	p := a.schedule.at(height)
	t := &turn{height: height, agenda: a.agenda, honest: e, rand: a.schedule.random(height, 0), memory: &a.memory, boots: &a.boots}
	out := honest
	if e != nil {
		e.Boot = a.boots.announce(e.Boot, a.agenda.Boot)
		a.memory.keepLies(e)
		if out, err = extension.Encode(e); err != nil {
			return honest, 0
		}
	}
	var delay time.Duration
	if p.delay != nil {
		delay = p.delay(t)
	}
	if p.speak != nil {
		if other := p.speak(t); other != nil && !bytes.Equal(other, out) {
			out = other
			a.act(p, height)
			return out, delay
		}
	}
	if delay > 0 {
		a.act(p, height)
	}
	return out, delay
}

// propose is the proposal that leaves at a height.
func (a *Actor) propose(height uint64, honest [][]byte, maximum int64) [][]byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.schedule.at(height)
	if p.propose == nil || len(honest) != 1 {
		return honest
	}
	var c abci.ExtendedCommitInfo
	if err := c.Unmarshal(honest[0]); err != nil {
		return honest
	}
	t := &turn{height: height, agenda: a.agenda, rand: a.schedule.random(height, 1), memory: &a.memory}
	out := p.propose(t, &proposal{&c, honest, maximum})
	if out == nil {
		return honest
	}
	var size int64
	for _, tx := range out {
		size += int64(len(tx)) + 16 // more than the encoding adds
	}
	if size > maximum {
		return honest // CometBFT would stop this node
	}
	a.act(p, height)
	return out
}
