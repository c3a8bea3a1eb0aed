// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/contracts/bindings"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// apart is the validator whose signer is a process of its own.
const apart = 2

// TestMembers: the committee goes from 4 to 5 to 7 to 4 members while 200 messages flow. Each change is a ceremony among
// the real processes; the group key stays, no contract is touched, nothing is lost or arrives twice, old shares are
// erased, and no secret of any member stands in a file outside of its keys, a log, an answer or a command line.
// One member's signer runs in its own process and is killed on the way.
func TestMembers(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	var signer *Process
	n := startWith(ctx, t, Options{Spare: 3, Prepare: func(i int, h node.Layout) (err error) {
		if i == apart {
			signer, err = signerApart(t, h)
		}
		return err
	}})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	key, slots := n.Info.GroupKey, groupKeys(ctx, t, n)

	var secrets canary
	const rounds, each = 50, 2 // 200 messages
	sent := make(chan error, 1)
	go func() {
		for range rounds {
			if _, err := run.send(ctx, each); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()

	for _, c := range []struct {
		join  int
		leave []int
		want  []int
	}{
		{join: 1, want: []int{0, 1, 2, 3, 4}},
		{join: 2, want: []int{0, 1, 2, 3, 4, 5, 6}},
		{leave: []int{1, 4, 6}, want: []int{0, 2, 3, 5}},
	} {
		secrets.learn(t, n) // also of shares that are erased by and by
		change(ctx, t, n, c.join, c.leave)
		e, err := n.Epochs(ctx, c.want[0])
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(e.Active.GroupKey, key[:]) || len(e.Active.Members) != len(c.want) || int(e.Active.Threshold) != 2*len(c.want)/3+1 {
			t.Fatalf("key epoch %d: key %x, %d members, threshold %d", e.Active.Number, e.Active.GroupKey, len(e.Active.Members), e.Active.Threshold)
		}
		for _, i := range c.want {
			if !isMember(&e.Active, n.ConsAddress(i)) {
				t.Errorf("node%d is no member of key epoch %d", i, e.Active.Number)
			}
		}
		oldSharesGo(ctx, t, n, e.Active.Number, c.want)
		if c.join == 1 {
			restart(ctx, t, n, signer, 2)
		}
	}

	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	waitBlocks(ctx, t, n, 5)
	sum := run.tally(ctx, 2*rounds*each)
	t.Logf("%d of %d delivered, %d lost, %d duplicated, p50 %s, p90 %s", sum.Delivered, sum.Sent, sum.Lost, sum.Duplicated, sum.P50, sum.P90)
	if sum.Sent != 2*rounds*each || sum.Delivered != sum.Sent || sum.Lost != 0 || sum.Duplicated != 0 {
		t.Fatal("messages were lost or arrived twice")
	}
	secrets.learn(t, n)
	secrets.check(ctx, t, n)
	for id, slot := range groupKeys(ctx, t, n) {
		if slot != slots[id] {
			t.Errorf("chain %s: the manager's group key changed", id)
		}
	}
}

// change proposes a change of members, has it approved, and waits for the key epoch that it makes.
func change(ctx context.Context, t *testing.T, n *Network, join int, leave []int) {
	t.Helper()
	before, err := n.Epochs(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	m := &committeev1.MemberChange{}
	if join > 0 {
		if m.Add, err = n.Grow(ctx, join); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range leave {
		m.Remove = append(m.Remove, n.ConsAddress(i))
	}
	began := time.Now()
	if err := n.Decide(ctx, committeev1.Payload{Kind: &committeev1.Payload_Member{Member: m}}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.AwaitEpoch(ctx, before.Active.Number+1); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d joined, %d left: key epoch %d after %s", join, len(leave), before.Active.Number+1, time.Since(began).Round(time.Second))
}

func isMember(e *committeev1.Epoch, addr []byte) bool {
	for i := range e.Members {
		if bytes.Equal(e.Members[i].ConsAddress, addr) {
			return true
		}
	}
	return false
}

// oldSharesGo waits until the members hold the share of the epoch and no older one.
func oldSharesGo(ctx context.Context, t *testing.T, n *Network, epoch uint64, members []int) {
	t.Helper()
	for _, i := range members {
		if err := n.until(ctx, fmt.Sprintf("node%d erases old shares", i), time.Minute, func(context.Context) (bool, string) {
			files, err := filepath.Glob(filepath.Join(shareHome(n, i).KeyDir(), "share-*"))
			if err != nil {
				return false, err.Error()
			}
			whole := 0
			for _, f := range files { // a death in the middle of a file leaves another one beside it
				own, ok := strings.CutPrefix(filepath.Base(f), fmt.Sprintf("share-%d", epoch))
				if !ok || !strings.HasPrefix(own, "-") && !strings.HasPrefix(own, ".") { // a node's files name the ceremony too, a signer's do not
					return false, f
				}
				if strings.HasSuffix(f, ".json") {
					whole++
				}
			}
			return whole == 1, fmt.Sprint(files)
		}); err != nil {
			t.Error(err)
		}
	}
}

// groupKeys are the keys that the managers hold, by chain.
func groupKeys(ctx context.Context, t *testing.T, n *Network) map[string]string {
	t.Helper()
	out := map[string]string{}
	for i := range n.Info.Chains {
		c := &n.Info.Chains[i]
		e, err := ethclient.DialContext(ctx, c.URLs[0])
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		m, err := bindings.NewCrossChainManager(common.Address(c.Manager), e)
		if err != nil {
			t.Fatal(err)
		}
		key, err := m.GroupKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		code, err := e.CodeAt(ctx, common.Address(c.Manager), nil)
		if err != nil || len(code) == 0 {
			t.Fatalf("code of the manager: %d bytes, %v", len(code), err)
		}
		out[c.ChainID.String()] = fmt.Sprintf("%x", key)
	}
	return out
}

// shareHome is where validator i keeps its key shares: its home, or that of its signer.
func shareHome(n *Network, i int) node.Layout {
	if own := n.NodeHome(i) + "-signer"; i == apart {
		if _, err := os.Stat(string(own)); err == nil {
			return own
		}
	}
	return n.NodeHome(i)
}

// signerApart starts the signer of a home as a process of its own and tells the node where it is.
func signerApart(t *testing.T, h node.Layout) (*Process, error) {
	t.Helper()
	home := string(h) + "-signer"
	bin := os.Getenv("BRIDGE_BIN")
	if bin == "" {
		bin = filepath.Join("..", "..", "build")
	}
	p := &Process{
		Name: "signer", path: filepath.Join(bin, "bridged"), log: filepath.Join(filepath.Dir(home), "logs", "signer.log"),
		args: []string{"signer", "--home", home, "--chain-id", chainID},
	}
	if err := p.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		_ = p.Stop() // it ends by itself when its node is stopped for good
		if t.Failed() {
			t.Logf("signer:\n%s", p.tail(30))
		}
	})
	c, err := node.LoadConfig(h.ConfigFile(), func(string) string { return "" })
	if err != nil {
		return nil, err
	}
	c.Signer = "unix://" + filepath.Join(home, "signer.sock")
	return p, c.Save(h.ConfigFile())
}
