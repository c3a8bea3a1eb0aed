// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"

	"github.com/aitbc/bridge/cmd/bridged/node"
)

// snapshotEvery is the distance of two snapshots in the test, in blocks.
const snapshotEvery = 15

// TestStateSync: a validator loses its data and its trees, keeps its keys, journals and sign
// state, and starts from a snapshot. It has no block below the snapshot, fills its trees anew, and
// then is worth a vote again: another validator stops, and messages still arrive.
func TestStateSync(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	n := startWith(ctx, t, Options{Prepare: func(_ int, h node.Layout) error {
		c, err := node.LoadConfig(h.ConfigFile(), func(string) string { return "" })
		if err != nil {
			return err
		}
		c.SnapshotInterval, c.SnapshotKeep = snapshotEvery, 3
		return c.Save(h.ConfigFile())
	}})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	first, err := run.send(ctx, 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.await(ctx, first, waitLimit); err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	past := func(what string, height int64) {
		t.Helper()
		must(n.until(ctx, what, 3*time.Minute, func(ctx context.Context) (bool, string) {
			h := n.Client.Heights(ctx)
			return h[0] > height, fmt.Sprintf("heights %v", h)
		}))
	}
	past("a snapshot is made", 2*snapshotEvery+5)

	lost := n.NodeHome(3)
	must(n.Nodes[3].Stop())
	signed, err := os.ReadFile(lost.ConsensusStateFile())
	must(err)
	must(os.Rename(lost.DataDir(), filepath.Join(n.Dir(), "lost-data")))
	must(os.RemoveAll(filepath.Join(string(lost), "streams")))
	must(os.Mkdir(lost.DataDir(), 0o700))
	must(os.Mkdir(filepath.Join(string(lost), "streams"), 0o700))
	must(os.WriteFile(lost.ConsensusStateFile(), signed, 0o600))
	var servers []string
	for i := range 2 {
		c, err := node.LoadComet(n.NodeHome(i))
		must(err)
		servers = append(servers, strings.TrimPrefix(c.RPC.ListenAddress, "tcp://"))
	}
	trusted := int64(snapshotEvery / 2)
	rpc, err := rpchttp.New("http://"+servers[0], "/websocket")
	must(err)
	header, err := rpc.Commit(ctx, &trusted)
	must(err)
	c, err := node.LoadComet(lost)
	must(err)
	c.StateSync.Enable, c.StateSync.RPCServers = true, servers
	c.StateSync.TrustHeight, c.StateSync.TrustHash = trusted, header.Commit.BlockID.Hash.String()
	cmtcfg.WriteConfigFile(lost.CometFile(), c)
	must(n.Nodes[3].Start())

	own, err := rpchttp.New("http://"+strings.TrimPrefix(c.RPC.ListenAddress, "tcp://"), "/websocket")
	must(err)
	var earliest int64
	must(n.until(ctx, "the node starts from a snapshot", 4*time.Minute, func(ctx context.Context) (bool, string) {
		s, err := own.Status(ctx)
		if err != nil {
			return false, err.Error()
		}
		earliest = s.SyncInfo.EarliestBlockHeight
		return !s.SyncInfo.CatchingUp && s.SyncInfo.LatestBlockHeight > 2*snapshotEvery, fmt.Sprintf("height %d, catching up %t", s.SyncInfo.LatestBlockHeight, s.SyncInfo.CatchingUp)
	}))
	if earliest <= snapshotEvery {
		t.Errorf("the node has block %d: it did not start from a snapshot", earliest)
	}
	must(n.until(ctx, "its trees hold the certified checkpoints", 3*time.Minute, func(ctx context.Context) (bool, string) {
		s, err := n.Status(ctx, 3)
		if err != nil {
			return false, err.Error()
		}
		for _, p := range s.Streams {
			if p.Abstains != "" || p.Halted != "" || p.CertifiedEnd != 0 && p.OwnFinal < p.CertifiedEnd {
				return false, fmt.Sprintf("stream %d: %s%s own final %d of %d", p.Index, p.Abstains, p.Halted, p.OwnFinal, p.CertifiedEnd)
			}
		}
		return len(s.Streams) > 0, "no streams"
	}))

	mustKill(t, n.Nodes[1])
	second, err := run.send(ctx, 4)
	must(err)
	if err := run.await(ctx, second, waitLimit); err != nil {
		t.Fatal(errors.Join(errors.New("three of four, one of them from a snapshot, do not certify"), err))
	}
	exactlyOnce(ctx, t, n, run)
	auditNonces(ctx, t, n)
}
