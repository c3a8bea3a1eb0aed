// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package node

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtcfg "github.com/cometbft/cometbft/config"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
)

const aloneChain = "aitbc-devnet-9"

// alone is a network of one validator with its real CometBFT, in this process.
type alone struct {
	t    *testing.T
	home Layout
	cfg  Config
	log  *logs
}

// logs is a writer that many goroutines use.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newAlone(t *testing.T, change func(*cmttypes.GenesisDoc)) *alone {
	t.Helper()
	a := &alone{t: t, home: Layout(filepath.Join(t.TempDir(), "n1")), log: new(logs)}
	must(t, Init(a.home, InitOptions{ChainID: aloneChain, Moniker: "alone", Loopback: true}))
	c, err := LoadComet(a.home)
	must(t, err)
	c.P2P.ListenAddress, c.RPC.ListenAddress = "tcp://127.0.0.1:0", "tcp://127.0.0.1:0"
	c.Instrumentation.PrometheusListenAddr = "127.0.0.1:0"
	c.Consensus.TimeoutCommit = 10 * time.Millisecond
	c.P2P.PexReactor = false // its address book is still written after the node has stopped
	cmtcfg.WriteConfigFile(a.home.CometFile(), c)
	m, err := NewMember(a.home, "", "127.0.0.1:1")
	must(t, err)
	doc, err := Collect(aloneChain, time.Unix(1_700_000_000, 0), []Member{m})
	must(t, err)
	if change != nil {
		change(doc)
	}
	must(t, Deal(doc, []Layout{a.home}, rand.Reader))
	must(t, Install(a.home, doc, nil))
	a.cfg = Default()
	a.cfg.ChainID, a.cfg.GRPC, a.cfg.SnapshotInterval = aloneChain, "127.0.0.1:0", 0
	return a
}

// tap sees what CometBFT asks of the application.
type tap struct {
	abci.Application
	block  func(*abci.RequestFinalizeBlock)
	commit func(*abci.ResponseCommit)
}

func (w *tap) FinalizeBlock(ctx context.Context, r *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	out, err := w.Application.FinalizeBlock(ctx, r)
	if w.block != nil {
		w.block(r)
	}
	return out, err
}

func (w *tap) Commit(ctx context.Context, r *abci.RequestCommit) (*abci.ResponseCommit, error) {
	out, err := w.Application.Commit(ctx, r)
	if w.commit != nil {
		w.commit(out)
	}
	return out, err
}

// run runs the node until block height was committed and inside (if given) has returned.
func (a *alone) run(height int64, w *tap, hooks Hooks, inside func()) (heights []int64) {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.t.Context())
	defer cancel()
	var mu sync.Mutex
	reached := make(chan struct{})
	hooks.Application = func(inner abci.Application) abci.Application {
		w.Application = inner
		w.block = func(r *abci.RequestFinalizeBlock) {
			mu.Lock()
			defer mu.Unlock()
			heights = append(heights, r.Height)
			if r.Height == height+1 { // so that height is committed
				close(reached)
			}
		}
		return w
	}
	done := make(chan error, 1)
	go func() { done <- Run(ctx, a.home, a.cfg, a.log, hooks) }()
	select {
	case <-reached:
		if inside != nil {
			inside()
		}
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			a.t.Fatalf("run: %v\n%s", err, a.log)
		}
	case err := <-done:
		a.t.Fatalf("the node ended before height %d: %v\n%s", height, err, a.log)
	}
	mu.Lock()
	defer mu.Unlock()
	return heights
}

// refuses runs the node, which must not start.
func (a *alone) refuses() error {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.t.Context())
	defer cancel()
	return Run(ctx, a.home, a.cfg, a.log, Hooks{Ready: func() { a.t.Error("the node has started"); cancel() }})
}

// boots are what the signer announced in one life of the node.
type boots struct {
	app.Voter
	seen []uint64
}

func (b *boots) Extend(a extension.Agenda) []byte {
	out := b.Voter.Extend(a)
	if e, err := extension.Decode(out); err == nil && e != nil && e.Boot != 0 && (len(b.seen) == 0 || b.seen[len(b.seen)-1] != e.Boot) {
		b.seen = append(b.seen, e.Boot)
	}
	return out
}

func (b *boots) hook() Hooks {
	return Hooks{Voter: func(v app.Voter) app.Voter { b.Voter = v; return b }}
}

func (a *alone) journals() []byte {
	a.t.Helper()
	var out []byte
	for _, p := range []string{a.home.VoteJournal(), a.home.SignerJournal()} {
		b, err := os.ReadFile(p)
		must(a.t, err)
		out = append(out, b...)
	}
	return out
}

// TestRollbackOfOneNode: by one block and by several. The kept block is executed again and gives
// the same state, the journals stay, and the boots keep growing.
func TestRollbackOfOneNode(t *testing.T) {
	a := newAlone(t, nil)
	if _, err := Rollback(a.home, a.cfg, 0); !errors.Is(err, app.ErrNoState) {
		t.Errorf("a home without blocks: err %v", err)
	}
	first, second := new(boots), new(boots)
	a.run(12, new(tap), first.hook(), func() {
		for name, err := range map[string]error{
			"rollback": third(Rollback(a.home, a.cfg, 0)),
			"export":   third(Export(a.home, a.cfg, 0, filepath.Join(t.TempDir(), "g.json"))),
			"import":   third(Import(a.home, a.cfg, a.home.GenesisFile(), false)),
			"start":    a.refuses(),
		} {
			if !errors.Is(err, journal.ErrLocked) || !strings.Contains(err.Error(), "runs on this home") {
				t.Errorf("%s beside the running node: err %v", name, err)
			}
		}
	})
	for _, height := range []int64{-3, 1000} {
		if _, err := Rollback(a.home, a.cfg, height); !errors.Is(err, app.ErrNoState) {
			t.Errorf("to height %d: err %v", height, err)
		}
	}
	before := a.journals()
	r, err := Rollback(a.home, a.cfg, 0)
	must(t, err)
	if r.To != r.From-1 || r.Again != r.From || r.Fetched != 0 {
		t.Errorf("by one block: %+v", r)
	}
	if !bytes.Equal(a.journals(), before) {
		t.Error("a rollback changed the journals")
	}
	heights := a.run(r.From+3, new(tap), second.hook(), nil)
	if heights[0] != r.From {
		t.Errorf("after a rollback to %d the first block executed is %d", r.To, heights[0])
	}
	if len(first.seen) != 1 || len(second.seen) != 1 || second.seen[0] <= first.seen[0] {
		t.Errorf("boots %x, then %x", first.seen, second.seen)
	}

	// To an older height. Alone there is nobody to fetch blocks from, so only the states are compared.
	deep, err := Rollback(a.home, a.cfg, 5)
	must(t, err)
	if deep.To != 5 || deep.Again != 6 || deep.Fetched != deep.From-6 {
		t.Errorf("to height 5: %+v", deep)
	}
	held, err := hold(a.home)
	must(t, err)
	defer func() { must(t, held.close()) }()
	state, err := openState(a.home, aloneChain, held)
	must(t, err)
	blocks, states, err := openBlocks(a.home, held)
	must(t, err)
	comet, err := states.Load()
	must(t, err)
	if state.LastBlockHeight() != 5 || comet.LastBlockHeight != 5 || blocks.Height() != 6 || !bytes.Equal(comet.AppHash, state.LastCommitID().Hash) {
		t.Errorf("application at %d, CometBFT at %d, blocks up to %d", state.LastBlockHeight(), comet.LastBlockHeight, blocks.Height())
	}
}

func third[T any](_ T, err error) error { return err }

// TestBootWaitsAfterRollback: a boot id is above all older ones. A node that is rolled back below
// the height of its last start takes none before the chain has passed it.
func TestBootWaitsAfterRollback(t *testing.T) {
	a := newAlone(t, nil)
	first, second, after := new(boots), new(boots), new(boots)
	a.run(6, new(tap), first.hook(), nil)
	a.run(12, new(tap), second.hook(), nil)
	started := int64(second.seen[0] >> 24)
	// The application alone goes back: CometBFT has the blocks and executes them again at the
	// start, so the signer starts at a height below its last boot.
	held, err := hold(a.home)
	must(t, err)
	state, err := openState(a.home, aloneChain, held)
	must(t, err)
	must(t, state.RollbackTo(started-3))
	must(t, held.close())
	a.run(16, new(tap), after.hook(), nil)
	if len(after.seen) != 1 || after.seen[0] <= second.seen[0] || !strings.Contains(a.log.String(), "boot=") {
		t.Errorf("boots %x, then %x", second.seen, after.seen)
	}
	for i, b := range [][]uint64{first.seen, second.seen} {
		if len(b) != 1 {
			t.Errorf("life %d took boots %x", i+1, b)
		}
	}
}

// TestExportAndImport: the chain goes on one block higher under the next fork number. Journals and
// keys stay, the old data is kept, and no fork number comes twice.
func TestExportAndImport(t *testing.T) {
	a := newAlone(t, nil)
	before := new(boots)
	a.run(20, new(tap), before.hook(), nil)
	dir := t.TempDir()
	file, newest := filepath.Join(dir, "g2.json"), filepath.Join(dir, "newest.json")
	e, err := Export(a.home, a.cfg, 15, file)
	must(t, err)
	if e.Height != 15 || e.InitialHeight != 16 || e.Fork != 2 || !e.Confirmed || e.Members != 1 {
		t.Errorf("export %+v", e)
	}
	twice, err := Export(a.home, a.cfg, 15, filepath.Join(dir, "again.json"))
	must(t, err)
	if twice.SHA256 != e.SHA256 {
		t.Error("two exports of one height differ")
	}
	if _, err := Export(a.home, a.cfg, 15, file); !errors.Is(err, ErrUnsafe) {
		t.Errorf("a file was overwritten: err %v", err)
	}
	if _, err := Export(a.home, a.cfg, 9999, filepath.Join(dir, "x.json")); !errors.Is(err, app.ErrNoState) {
		t.Errorf("a height that was not reached: err %v", err)
	}
	last, err := Export(a.home, a.cfg, 0, newest)
	must(t, err)
	if last.Height < 20 {
		t.Errorf("newest export %+v", last)
	}

	refused := func(name, path string, reset bool, want error) {
		t.Helper()
		if _, err := Import(a.home, a.cfg, path, reset); !errors.Is(err, want) {
			t.Errorf("%s: err %v", name, err)
		}
	}
	edit := func(name string, change func(*cmttypes.GenesisDoc)) string {
		doc, err := LoadGenesis(file)
		must(t, err)
		change(doc)
		path := filepath.Join(dir, name)
		must(t, doc.SaveAs(path))
		return path
	}
	refused("newer state", file, false, ErrUnsafe)
	refused("own genesis file: fork 1", a.home.GenesisFile(), true, ErrUnsafe)
	refused("another chain", edit("chain.json", func(d *cmttypes.GenesisDoc) { d.ChainID = "aitbc-devnet-8" }), true, ErrUnsafe)
	refused("extensions later", edit("late.json", func(d *cmttypes.GenesisDoc) { d.ConsensusParams.ABCI.VoteExtensionsEnableHeight = 17 }), true, app.ErrGenesis)
	kept := a.journals()

	// Cut off while data/ was away: no node starts, the same import goes on.
	must(t, stage(a.home, 15))
	must(t, os.Rename(a.home.DataDir(), a.home.path("data.fork1")))
	if err := a.refuses(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a node without data started: err %v", err)
	}
	r, err := Import(a.home, a.cfg, file, true)
	must(t, err)
	if r.Fork != 2 || r.OldFork != 1 || r.InitialHeight != 16 || r.Member != 1 || len(r.Aside) != 1 {
		t.Errorf("import %+v", r)
	}
	for _, p := range append(r.Aside, a.home.path("data.fork1", "application.db")) {
		if _, err := os.Stat(p); err != nil {
			t.Errorf("not kept: %v", err)
		}
	}
	if !bytes.Equal(a.journals(), kept) {
		t.Error("an import changed the journals")
	}
	refused("the same fork number again", file, true, ErrUnsafe)

	after := new(boots)
	heights := a.run(30, new(tap), after.hook(), nil)
	if heights[0] != 16 {
		t.Errorf("the first block is %d", heights[0])
	}
	if len(before.seen) != 1 || len(after.seen) != 1 || after.seen[0] <= before.seen[0] {
		t.Errorf("boots %x, then %x", before.seen, after.seen)
	}
	if !strings.Contains(a.log.String(), "fork=2") {
		t.Error("the log does not name the fork")
	}
	refused("the other export, of the same fork number", newest, true, ErrUnsafe)
	if again, err := Export(a.home, a.cfg, 0, filepath.Join(dir, "g3.json")); err != nil || again.Fork != 3 {
		t.Errorf("export of the new chain: %+v, err %v", again, err)
	}
	// A whole import, not one that was cut off.
	whole, err := Import(a.home, a.cfg, filepath.Join(dir, "g3.json"), false)
	must(t, err)
	if whole.OldFork != 2 || whole.OldHeight < 30 || len(whole.Aside) != 2 {
		t.Errorf("second import %+v", whole)
	}
	if heights := a.run(whole.InitialHeight+3, new(tap), Hooks{}, nil); heights[0] != whole.InitialHeight {
		t.Errorf("the first block is %d", heights[0])
	}
}

// TestStateOfAnotherFork: the state of one fork under the genesis file of another does not start.
func TestStateOfAnotherFork(t *testing.T) {
	a := newAlone(t, nil)
	a.run(4, new(tap), Hooks{}, nil)
	file := filepath.Join(t.TempDir(), "g2.json")
	_, err := Export(a.home, a.cfg, 0, file)
	must(t, err)
	must(t, os.Rename(file, a.home.GenesisFile()))
	if err := a.refuses(); !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), "fork number 2") {
		t.Errorf("err %v", err)
	}
}

// TestExportRefusesAStateTheChainDidNotAgreeOn: a node whose state went wrong must not hand it on.
func TestExportRefusesAStateTheChainDidNotAgreeOn(t *testing.T) {
	a := newAlone(t, nil)
	a.run(8, new(tap), Hooks{}, nil)
	held, err := hold(a.home)
	must(t, err)
	blocks, _, err := openBlocks(a.home, held)
	must(t, err)
	// The stored header of block 6 says another app hash than state 5 has.
	block := blocks.LoadBlock(6)
	commit := blocks.LoadBlockExtendedCommit(6)
	for blocks.Height() >= 6 {
		must(t, blocks.DeleteLatestBlock())
	}
	block.AppHash = bytes.Repeat([]byte{7}, 32)
	parts, err := block.MakePartSet(cmttypes.BlockPartSizeBytes)
	must(t, err)
	blocks.SaveBlockWithExtendedCommit(block, parts, commit)
	must(t, held.close())
	if _, err := Export(a.home, a.cfg, 5, filepath.Join(t.TempDir(), "g.json")); !errors.Is(err, ErrUnsafe) {
		t.Errorf("err %v", err)
	}
}

// TestOldBlocksGo: with a short retention the blocks below are gone from CometBFT's store.
func TestOldBlocksGo(t *testing.T) {
	a := newAlone(t, func(doc *cmttypes.GenesisDoc) { doc.ConsensusParams.Evidence.MaxAgeNumBlocks = 5 })
	var retain int64
	w := &tap{commit: func(r *abci.ResponseCommit) { retain = max(retain, r.RetainHeight) }}
	a.run(30, w, Hooks{retainBlocks: 8}, nil)
	if retain < 30-8 {
		t.Fatalf("retain height %d", retain)
	}
	held, err := hold(a.home)
	must(t, err)
	defer func() { must(t, held.close()) }()
	blocks, _, err := openBlocks(a.home, held)
	must(t, err)
	if blocks.Base() < retain-1 || blocks.LoadBlock(blocks.Base()-1) != nil || blocks.LoadBlock(blocks.Height()) == nil {
		t.Fatalf("blocks from %d, retain height %d", blocks.Base(), retain)
	}
}
