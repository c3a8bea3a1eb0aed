// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"

	"github.com/aitbc/bridge/verifier/extension"
)

// fresh opens an application over an empty database.
func (n *network) fresh(i int) *App {
	n.t.Helper()
	a, err := n.open(i, dbm.NewMemDB(), Silent{})
	n.must(err)
	return a
}

// settle waits until no snapshot is being written: the manager does one thing at a time.
func settle(a *App) {
	for {
		if _, err := a.SnapshotManager().Prune(2); err == nil {
			return
		}
		runtime.Gosched()
	}
}

// snapshotDir is a directory that goes with the test. The SDK makes snapshots in goroutines that nobody can wait for before
// they have begun: one that writes when the test has ended is no failure of it.
func snapshotDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "snapshots-") //nolint:usetesting // t.TempDir fails the test when a file appears in its end
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestSnapshotGivesTheSameState: what ABCI carries from one node to another is the whole state.
func TestSnapshotGivesTheSameState(t *testing.T) {
	dir := snapshotDir(t)
	n := busyNetwork(t, 24, func(i int) Options {
		if i != 0 {
			return Options{}
		}
		return Options{Snapshots: Snapshots{Dir: dir, Interval: 10, Keep: 2}}
	})
	source := n.apps[0]
	settle(source)
	_, err := source.SnapshotManager().Create(uint64(n.height)) // the ones at 10 and 20 are made in the background
	n.must(err)
	list, err := source.ListSnapshots(&abci.RequestListSnapshots{})
	n.must(err)
	if len(list.Snapshots) == 0 || list.Snapshots[0].Height != 24 {
		t.Fatalf("snapshots %+v", list.Snapshots)
	}
	offered := list.Snapshots[0]
	n.options = func(int) Options { return Options{Snapshots: Snapshots{Dir: t.TempDir(), Keep: 2}} }
	joined := n.fresh(3)
	if r, err := n.fresh(2).OfferSnapshot(&abci.RequestOfferSnapshot{Snapshot: &abci.Snapshot{Height: 24, Format: 99, Chunks: 1, Hash: offered.Hash, Metadata: offered.Metadata}}); err != nil || r.Result == abci.ResponseOfferSnapshot_ACCEPT {
		t.Fatalf("a snapshot of an unknown format: %v, err %v", r, err)
	}
	r, err := joined.OfferSnapshot(&abci.RequestOfferSnapshot{Snapshot: offered, AppHash: n.hashes[23]})
	if err != nil || r.Result != abci.ResponseOfferSnapshot_ACCEPT {
		t.Fatalf("offer: %v, err %v", r, err)
	}
	for i := range offered.Chunks {
		c, err := source.LoadSnapshotChunk(&abci.RequestLoadSnapshotChunk{Height: offered.Height, Format: offered.Format, Chunk: i})
		n.must(err)
		broken := append(bytes.Clone(c.Chunk), 0)
		if a, err := joined.ApplySnapshotChunk(&abci.RequestApplySnapshotChunk{Index: i, Chunk: broken, Sender: "liar"}); err != nil || a.Result != abci.ResponseApplySnapshotChunk_RETRY || len(a.RejectSenders) != 1 {
			t.Fatalf("a broken chunk: %v, err %v", a, err)
		}
		a, err := joined.ApplySnapshotChunk(&abci.RequestApplySnapshotChunk{Index: i, Chunk: c.Chunk, Sender: "peer"})
		if err != nil || a.Result != abci.ResponseApplySnapshotChunk_ACCEPT {
			t.Fatalf("chunk %d: %v, err %v", i, a, err)
		}
	}
	info, err := joined.Info(&abci.RequestInfo{})
	n.must(err)
	if info.LastBlockHeight != 24 || !bytes.Equal(info.LastBlockAppHash, n.hashes[23]) {
		t.Fatalf("height %d app hash %x, want %x", info.LastBlockHeight, info.LastBlockAppHash, n.hashes[23])
	}
	// The joined node makes the next blocks with the others.
	n.apps[3] = joined
	for range 3 {
		n.step()
	}
}

// TestRetainHeight: CometBFT may drop blocks below the lowest of what evidence, the constant and
// snapshots need, and nothing while there are fewer.
func TestRetainHeight(t *testing.T) {
	for _, c := range []struct {
		name     string
		retain   uint64
		evidence int64
		interval uint64
		want     int64 // after 30 blocks
	}{
		{"constant is lowest", 20, 5, 0, 10},
		{"evidence is lowest", 5, 20, 0, 10},
		{"snapshots are lowest", 5, 5, 6, 30 - 2*6},
		{"nothing yet", 100, 5, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNetwork(t)
			n.request.ConsensusParams.Evidence.MaxAgeNumBlocks = c.evidence
			dir := snapshotDir(t)
			n.options = func(i int) Options {
				o := Options{RetainBlocks: c.retain}
				if c.interval > 0 && i == 0 {
					o.Snapshots = Snapshots{Dir: dir, Interval: c.interval, Keep: 2}
				}
				return o
			}
			n.must(n.start())
			for range 30 {
				n.step()
			}
			if c.interval > 0 {
				settle(n.apps[0])
			}
			if got := n.commits[29].RetainHeight; got != c.want {
				t.Fatalf("retain height %d, want %d", got, c.want)
			}
			if n.commits[0].RetainHeight != 0 {
				t.Error("the first block lets blocks go")
			}
		})
	}
}

func TestRollbackAndReplay(t *testing.T) {
	n := busyNetwork(t, 30, nil)
	a := n.apps[1]
	for _, height := range []int64{0, -1, 30, 31} {
		if err := a.RollbackTo(height); !errors.Is(err, ErrNoState) {
			t.Errorf("height %d: err %v", height, err)
		}
	}
	n.must(a.RollbackTo(22))
	a, err := n.open(1, n.dbs[1], Silent{}) // as the node that starts after it
	n.must(err)
	if a.LastBlockHeight() != 22 || !bytes.Equal(a.LastCommitID().Hash, n.hashes[21]) {
		t.Fatalf("height %d, app hash %x", a.LastBlockHeight(), a.LastCommitID().Hash)
	}
	for i := 22; i < 30; i++ {
		r, err := a.FinalizeBlock(n.blocks[i])
		n.must(err)
		if !bytes.Equal(r.AppHash, n.hashes[i]) {
			t.Fatalf("height %d: another app hash", i+1)
		}
		_, err = a.Commit()
		n.must(err)
	}
	n.apps[1] = a
	n.step()
}

// TestExportGoesOn: a chain that starts from an export makes its first block without a last commit,
// whatever its height; the same from a restart there.
func TestExportGoesOn(t *testing.T) {
	old := busyNetwork(t, 40, nil)
	e, err := old.apps[0].ExportAt(0)
	old.must(err)
	other, err := old.apps[1].ExportAt(40)
	old.must(err)
	first, _ := json.Marshal(e)
	if second, _ := json.Marshal(other); !bytes.Equal(first, second) {
		t.Fatal("two members export different files")
	}
	if early, err := old.apps[0].ExportAt(30); err != nil || early.Height != 30 || !bytes.Equal(early.AppHash, old.hashes[29]) {
		t.Fatalf("export of an older height: %+v, err %v", early, err)
	}
	for _, height := range []int64{-1, 41} {
		if _, err := old.apps[0].ExportAt(height); !errors.Is(err, ErrNoState) {
			t.Errorf("height %d: err %v", height, err)
		}
	}
	if e.Genesis.Committee.Fork != 2 || e.Height != 40 || !bytes.Equal(e.AppHash, old.hashes[39]) {
		t.Fatalf("fork %d, height %d", e.Genesis.Committee.Fork, e.Height)
	}

	again := func(change func(*network)) *network {
		n := newNetwork(t)
		n.genesis = e.Genesis
		params := e.Params
		abciParams := *params.Abci
		abciParams.VoteExtensionsEnableHeight = 41
		params.Abci = &abciParams
		n.request.ConsensusParams, n.request.InitialHeight, n.request.Time = &params, 41, time.Unix(40, 0)
		change(n)
		return n
	}
	for name, change := range map[string]func(*network){
		"same fork":                func(n *network) { n.genesis.Committee.Fork = 1 },
		"extensions at 1":          func(n *network) { n.request.ConsensusParams.Abci.VoteExtensionsEnableHeight = 1 },
		"extensions a block later": func(n *network) { n.request.ConsensusParams.Abci.VoteExtensionsEnableHeight = 42 },
		"from the first height":    func(n *network) { n.request.InitialHeight = 1 },
	} {
		if err := again(change).start(); !errors.Is(err, ErrGenesis) {
			t.Errorf("%s: err %v", name, err)
		}
	}

	n := again(func(*network) {})
	n.must(n.start())
	var heights []uint64
	n.voters[0].extend = func(a extension.Agenda) []byte { heights = append(heights, a.Height); return nil }
	var marks [2][]uint64
	for i, from := range []*network{old, n} {
		for m := range from.apps {
			from.apps[m].self = from.keys[m].PubKey().Address().Bytes()
			var boot uint64
			from.voters[m].extend = func(a extension.Agenda) []byte { boot = a.Boot; return nil }
			_, err := from.apps[m].ExtendVote(t.Context(), &abci.RequestExtendVote{Height: from.height + 1})
			n.must(err)
			marks[i] = append(marks[i], boot)
			from.voters[m].extend = silent
		}
	}
	for m := range marks[0] {
		if marks[0][m] == 0 || marks[0][m] != marks[1][m] {
			t.Errorf("member %d: nonce mark %x became %x: a used commitment could come back (I-05)", m+1, marks[0][m], marks[1][m])
		}
	}
	if n.accepts([][]byte{[]byte("x")}) {
		t.Error("a transaction in the first block was accepted")
	}
	if len(n.propose()) != 0 {
		t.Error("the first proposal carries a last commit")
	}
	n.voters[0].extend = func(a extension.Agenda) []byte { heights = append(heights, a.Height); return nil }
	n.step()
	// Member 3 starts anew at the first height: the state decides, not what the process remembers.
	a, err := n.open(2, n.dbs[2], n.voters[2])
	n.must(err)
	n.apps[2] = a
	n.makeBusy()
	n.voters[0].extend = func(a extension.Agenda) []byte { heights = append(heights, a.Height); return nil }
	for range 10 {
		n.step()
	}
	if n.height != 51 || len(heights) != 11 || heights[0] != 40 || heights[10] != 50 {
		t.Fatalf("height %d, asked for %v", n.height, heights)
	}
	if v := n.voters[0].committed; len(v) != 11 || v[0] != 41 {
		t.Fatalf("committed %v", v)
	}
}

// TestOldForkSaysNothing: an extension of the fork that was left behind is carried, since a proposer
// drops nothing, and counts for nothing.
func TestOldForkSaysNothing(t *testing.T) {
	hash := func(fork uint32) []byte {
		n := newNetwork(t)
		n.addStreams()
		n.genesis.Committee.Fork = 2
		n.must(n.start())
		n.voters[1].extend = func(a extension.Agenda) []byte {
			h := hashOf(1)
			b, err := extension.Encode(&extension.Extension{Fork: fork, Boot: 1 << 30, Votes: []extension.Vote{
				{Stream: 1, End: 3, BlockHash: h, MessageCount: 1, LeafCount: 1, PeaksHash: h, Root: h},
			}})
			n.must(err)
			return b
		}
		for range 3 {
			n.step()
		}
		if fork != 2 {
			var seen bool
			for _, f := range n.apps[0].Observed().Faults {
				seen = seen || f.Kind == FaultIgnored && f.Rule == ruleFork && bytes.Equal(f.Address, n.keys[1].PubKey().Address())
			}
			if !seen {
				t.Error("not observed")
			}
		}
		return n.hashes[2]
	}
	if !bytes.Equal(hash(1), hash(3)) {
		t.Error("two other forks give two states")
	}
	if bytes.Equal(hash(1), hash(2)) {
		t.Error("the test proves nothing: this fork's extension changes no state either")
	}
}
