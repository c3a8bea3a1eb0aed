// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/cmd/bridgesim/audit"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/agent"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/voter"
)

// node is one validator's machine: what is on its disks, and the process, when it runs.
type node struct {
	s       *sim
	index   int // in sim.nodes
	member  int // number in the key epoch, from 1
	name    string
	key     ed25519.PrivKey
	share   keystore.Share
	dice    *dice
	liar    *liar // nil: honest
	restore *home // an older copy of its disks
	twin    bool  // a second machine with the keys of a member
	retired bool  // never started again

	disk    *disk
	vault   *agent.Memory
	db      *memory
	shelves []*shelf // by stream index less one
	views   []*view  // by chain

	proc     *process
	life     int            // number of the newest process
	cut      bool           // sees no other node
	slow     bool           // its voter works late
	lazy     bool           // it commits late
	sameRand bool           // its randomness repeats after each start
	boots    map[uint64]int // boots that it took, with the life that took each first
	syncing  bool           // a commit is planned
	down     string
	recorded map[uint16]bool // streams for which it ever wrote the record of a changed final block
}

func newNode(s *sim, index, member int, name string, key ed25519.PrivKey, share keystore.Share) *node {
	n := &node{s: s, index: index, member: member, name: name, key: key, share: share, dice: roll(s.cfg.Seed, name), db: newMemory(), vault: agent.NewMemory(share), boots: map[uint64]int{}, recorded: map[uint16]bool{}}
	n.disk = newDisk(roll(s.cfg.Seed, name+" disk"))
	n.disk.felt = s.fire
	n.disk.votes.durable = func(r []byte) { n.durable(voteFact(r)) }
	n.disk.signer.durable = func(r []byte) { n.durable(signerFact(r)) }
	for _, f := range s.feeds {
		n.shelf(f)
	}
	for _, c := range s.chains {
		n.views = append(n.views, newView(s, c, n, fmt.Sprintf("%s view %d", name, c.index)))
	}
	return n
}

// shelf is the store of a stream, made when it is asked for first.
func (n *node) shelf(f *feed) *shelf {
	for len(n.shelves) < int(f.index) {
		n.shelves = append(n.shelves, newShelf(n.disk.burn))
	}
	return n.shelves[f.index-1]
}

func (n *node) honest() bool { return n.liar == nil }

func (n *node) up() bool { return n.proc != nil }

// height is the newest committed height of the process.
func (n *node) height() int64 { return n.proc.height }

// in reports whether the node takes part in the consensus of a height.
func (n *node) in(h int64) bool { return n.up() && !n.cut && n.height() == h-1 }

// guard runs a part of the process. It reports false when the process died in it.
func (n *node) guard(f func()) (alive bool) {
	if !n.up() {
		return false
	}
	life, before := n.proc.life, n.s.running
	n.s.running = n
	defer func() {
		n.s.running = before
		switch p := recover().(type) {
		case nil:
			alive = n.proc != nil && n.proc.life == life
		case crash:
			n.s.fire(faultCrashInside)
			n.crash(p.where)
			n.s.restartSoon(n)
		default:
			panic(p)
		}
	}()
	f()
	return true
}

// start begins a process over what the disks hold.
func (n *node) start() {
	if n.up() || n.retired {
		return
	}
	n.s.lives[n.member]++
	p := &process{life: n.s.lives[n.member], said: map[int64][]string{}}
	n.proc, n.life = p, p.life
	n.s.trace.line("start", "node=%s life=%d", n.name, p.life)
	var err error
	alive := n.guard(func() { err = n.open(p) })
	switch {
	case !alive:
	case err != nil:
		n.proc = nil
		n.s.trace.line("start-fails", "node=%s err=%v", n.name, err)
		n.down = err.Error()
		if n.disk.full || n.disk.bad {
			n.s.restartSoon(n)
			return
		}
		n.s.fail("restart", "%s does not start: %v", n.name, err)
	default:
		n.down = ""
		for _, r := range p.reads {
			if n.proc == p {
				n.follow(r)
			}
		}
		n.s.cons.kick(n)
	}
}

func (n *node) open(p *process) error {
	log := slog.New(&ear{n: n})
	p.log = log
	votes, err := journal.OpenOn(&n.disk.votes, int64(len(n.disk.votes.data)))
	if err != nil {
		return fmt.Errorf("vote journal: %w", err)
	}
	signs, err := journal.OpenOn(&n.disk.signer, int64(len(n.disk.signer.data)))
	if err != nil {
		return fmt.Errorf("signer journal: %w", err)
	}
	n.s.judge(n.s.audit.Started(n.member, p.life, n.facts()))
	p.told = true
	label := fmt.Sprintf("%s signer %d", n.name, p.life)
	if n.sameRand {
		label = n.name + " signer"
		n.s.fire(faultSameRandom)
	}
	var random io.Reader = roll(n.s.cfg.Seed, label)
	sc := signer.Config{BridgeID: n.share.BridgeID, Journal: signs, Rand: random, Logger: log}
	if !n.s.plan.has(faultReshare) {
		sc.Shares = []keystore.Share{n.share} // else its agent brings what the home has
	}
	sign, err := signer.New(sc)
	if err != nil {
		return fmt.Errorf("signer: %w", err)
	}
	cfg := voter.Config{Journal: votes, Signer: sign, Logger: log}
	for _, v := range n.views {
		if err := v.open(); err != nil {
			return fmt.Errorf("client: %w", err)
		}
	}
	if p.voter, err = voter.New(cfg); err != nil {
		return fmt.Errorf("voter: %w", err)
	}
	p.app, err = app.New(border{n}, n.db, n.s.chainID, &seat{n, p}, app.Options{ConsAddress: sdk.ConsAddress(n.key.PubKey().Address()), SyncPruning: true})
	if err != nil {
		return fmt.Errorf("application: %w", err)
	}
	agenda := extension.Agenda{}
	if p.height = p.app.LastBlockHeight(); p.height == 0 {
		if _, err := p.app.InitChain(n.s.initChain()); err != nil {
			return fmt.Errorf("init chain: %w", err)
		}
	} else if agenda, err = p.app.Agenda(); err != nil {
		return fmt.Errorf("agenda: %w", err)
	}
	p.asked = agenda.Streams
	if p.height == 0 {
		for _, c := range n.s.genesisFeeds() {
			if _, err := n.cover(c, 0); err != nil {
				return err
			}
		}
	}
	for i := range agenda.Streams {
		a := &agenda.Streams[i]
		if f := n.s.feedOf(a.Index); f != nil {
			if _, err := n.cover(f, a.Decided()); err != nil {
				return err
			}
		}
	}
	if n.s.plan.has(faultReshare) {
		if p.agent, err = n.hands(p, sign, log); err != nil {
			return err
		}
		if p.height > 0 {
			_ = p.agent.Step(context.Background()) // what it cannot do now it does with the next state
		}
	}
	p.app.Announce()
	return nil
}

// crash ends the process: memory is gone, unsynced writes are torn.
func (n *node) crash(where string) {
	if !n.up() {
		return
	}
	n.s.trace.line("crash", "node=%s life=%d where=%s", n.name, n.proc.life, where)
	n.proc, n.syncing, n.disk.fuse = nil, false, 0
	n.disk.votes.crash()
	n.disk.signer.crash()
}

// finish applies a decided block. False: the process died.
func (n *node) finish(b *block) bool {
	p := n.proc
	return n.guard(func() {
		r, err := p.app.FinalizeBlock(&abci.RequestFinalizeBlock{
			Height: b.height, Txs: b.txs, DecidedLastCommit: b.last, Time: b.time, Hash: b.hash, ProposerAddress: n.s.address(b.proposer),
		})
		if err != nil {
			n.s.fail("finalize", "%s cannot finalize block %d: %v", n.name, b.height, err)
			return
		}
		if n.s.struck(faultCrashFinalize, n.s.plan.strength/4) {
			n.s.fire(faultCrashFinalize)
			n.crash("finalized, not committed")
			n.s.restartSoon(n)
			return
		}
		if _, err := p.app.Commit(); err != nil {
			n.s.fail("commit", "%s cannot commit block %d: %v", n.name, b.height, err)
			return
		}
		p.height = b.height
		n.s.trace.line("commit", "node=%s height=%d hash=%s", n.name, b.height, short(r.AppHash))
		n.s.judge(n.s.audit.AppHash(audit.AppHash{Node: n.index + 1, Fork: 1, Height: uint64(b.height), Hash: r.AppHash}))
		n.s.committed(n, b, r)
	})
}
