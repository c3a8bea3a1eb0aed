// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"

	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	"github.com/aitbc/bridge/verifier/voter"
)

// Kind bytes of journal records (docs/spec/signing.md).
const (
	shareRecord     = 2 // of a checkpoint
	statementRecord = 3 // of another statement
)

// back waits until validator i has caught up with the others.
func (f *failing) back(ctx context.Context, i int) error {
	f.mu.Lock()
	f.shares[i] = f.journaledShares(i)
	f.mu.Unlock()
	return f.n.until(ctx, f.n.Nodes[i].Name+" to come back", killLimit, func(ctx context.Context) (bool, string) {
		h := f.n.Client.Heights(ctx)
		best := int64(0)
		for _, x := range h {
			best = max(best, x)
		}
		return h[i] > 0 && h[i]+1 >= best, fmt.Sprint(h)
	})
}

// signsAgain waits until validator i has given a share since it was last started.
func (f *failing) signsAgain(ctx context.Context, i int) error {
	return f.n.until(ctx, f.n.Nodes[i].Name+" to sign again", killLimit, func(context.Context) (bool, string) {
		f.mu.Lock()
		before := f.shares[i]
		f.mu.Unlock()
		now := f.journaledShares(i)
		return now > before, fmt.Sprintf("%d shares, %d before", now, before)
	})
}

// journaledShares counts the shares in a copy of validator i's signer journal.
func (f *failing) journaledShares(i int) (count int) {
	b, err := os.ReadFile(f.home(i).SignerJournal())
	if err != nil {
		return 0
	}
	copied := filepath.Join(f.t.TempDir(), "signer")
	if err := os.WriteFile(copied, b, 0o600); err != nil {
		return 0
	}
	j, err := journal.Open(copied)
	if err != nil {
		f.t.Errorf("node%d: signer's journal: %v", i, err)
		return 0
	}
	defer j.Close()
	if err := j.Replay(func(r []byte) error {
		if r[0] == shareRecord || r[0] == statementRecord {
			count++
		}
		return nil
	}); err != nil {
		f.t.Errorf("node%d: signer's journal: %v", i, err)
	}
	return count
}

// checkState compares what every validator's application holds with what the chain decided,
// and looks for members who said two things or a wrong one.
func (f *failing) checkState(ctx context.Context) {
	t, n := f.t, f.n
	t.Helper()
	best := int64(0)
	for _, h := range n.Client.Heights(ctx) {
		best = max(best, h)
	}
	for i, v := range n.Info.Validators {
		rpc, err := rpchttp.New(v.RPC, "/websocket")
		if err != nil {
			t.Fatal(err)
		}
		var height int64
		var hash []byte
		if err := n.until(ctx, "node's own state", time.Minute, func(ctx context.Context) (bool, string) {
			info, err := rpc.ABCIInfo(ctx)
			if err != nil {
				return false, err.Error()
			}
			height, hash = info.Response.LastBlockHeight, info.Response.LastBlockAppHash
			return height >= best, fmt.Sprintf("height %d of %d", height, best)
		}); err != nil {
			t.Fatal(err)
		}
		// The hash of a state stands in the next block's header; every other validator is asked for it.
		for j, w := range n.Info.Validators {
			other, err := rpchttp.New(w.RPC, "/websocket")
			if err != nil {
				t.Fatal(err)
			}
			next := height + 1
			if err := n.until(ctx, "next header", time.Minute, func(ctx context.Context) (bool, string) {
				c, err := other.Commit(ctx, &next)
				if err != nil {
					return false, err.Error()
				}
				if !bytes.Equal(c.AppHash, hash) {
					t.Errorf("node%d: state %x at height %d, node%d has %x", i, hash, height, j, c.AppHash)
				}
				return true, ""
			}); err != nil {
				t.Error(err)
			}
		}
		conn, err := node.Dial(v.GRPC)
		if err != nil {
			t.Fatal(err)
		}
		members, err := certifyv1.NewQueryClient(conn).Members(ctx, &certifyv1.QueryMembersRequest{})
		if err := errors.Join(err, conn.Close()); err != nil {
			t.Fatal(err)
		}
		if members.Halt != nil || len(members.Members) != len(n.Nodes) {
			t.Errorf("node%d: %d members, halt %v", i, len(members.Members), members.Halt)
		}
		for _, m := range members.Members {
			if m.Equivocations.Count != 0 || m.InvalidShares.Count != 0 || m.Garbled.Count != 0 || m.Suspension != nil {
				t.Errorf("node%d: member %d: %+v", i, m.Index, m)
			}
		}
	}
}

// loadShare reads the one key share of a home.
func loadShare(h node.Layout) (keystore.Share, error) {
	password, err := keystore.ReadPassword(h.PasswordFile())
	if err != nil {
		return keystore.Share{}, err
	}
	files, err := filepath.Glob(filepath.Join(h.KeyDir(), "share-*.json"))
	if err != nil || len(files) != 1 {
		return keystore.Share{}, fmt.Errorf("share files %v: %w", files, errors.Join(err, os.ErrNotExist))
	}
	return keystore.LoadShare(files[0], password)
}

// checkJournals opens the journals of stopped validators as their next start would.
func (f *failing) checkJournals() {
	t := f.t
	for i := range f.n.Nodes {
		h := f.home(i)
		votes, err := journal.Open(h.VoteJournal())
		if err != nil {
			t.Errorf("node%d: %v", i, err)
			continue
		}
		if _, err := voter.New(voter.Config{Journal: votes}); err != nil {
			t.Errorf("node%d: %v", i, err)
		}
		share, err := loadShare(h)
		if err != nil {
			t.Errorf("node%d: %v", i, err)
			continue
		}
		shares, err := journal.Open(h.SignerJournal())
		if err != nil {
			t.Errorf("node%d: %v", i, err)
			continue
		}
		if _, err := signer.New(signer.Config{BridgeID: share.BridgeID, Shares: []keystore.Share{share}, Journal: shares, Rand: rand.Reader}); err != nil {
			t.Errorf("node%d: %v", i, err)
		}
		t.Logf("node%d: %d votes, %d shares and boots in the journals", i, votes.Len(), shares.Len())
		if err := errors.Join(votes.Close(), shares.Close()); err != nil {
			t.Error(err)
		}
	}
}

// killInit ends the program that makes a home at each step of a key file. A key file is there as a whole or not at all, and
// one that is there is never replaced.
func killInit(ctx context.Context, t *testing.T, bin string) {
	t.Helper()
	for _, k := range kills {
		if k.on != onInit {
			continue
		}
		h := node.Layout(filepath.Join(t.TempDir(), "home"))
		program, args := filepath.Join(bin, "bridged"), []string{"init", "--home", string(h), "--chain-id", chainID, "--moniker", "home", "--loopback"}
		if err := dieAt(ctx, k, program, args...); err != nil {
			t.Fatal(err)
		}
		whole := wholeKeys(t, h)
		t.Logf("init killed at %s:%d, %d key files were there", k.name, k.hit, whole)
		want := k.hit - 1
		if k.name == "keystore.file.named" || k.name == "keystore.file.placed" || k.name == "keystore.directory.sync" {
			want = k.hit
		}
		if whole != want {
			t.Errorf("%s:%d: %d key files, want %d", k.name, k.hit, whole, want)
		}
		before, err := os.ReadFile(h.PasswordFile())
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		// Where nothing was made yet, init begins anew; what is there is never replaced.
		out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
		if (err == nil) != (whole == 0) {
			t.Errorf("%s:%d: init again, %d key files there: %v\n%s", k.name, k.hit, whole, err, out)
		}
		if after, err := os.ReadFile(h.PasswordFile()); whole > 0 && (err != nil || !bytes.Equal(before, after)) {
			t.Errorf("%s:%d: the password was replaced: %v", k.name, k.hit, err)
		}
	}
}

// wholeKeys counts the key files that init has made, in its order, each of which must be whole.
func wholeKeys(t *testing.T, h node.Layout) (whole int) {
	t.Helper()
	password, err := keystore.ReadPassword(h.PasswordFile())
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	whole++
	for _, load := range []func() error{
		func() error { _, err := account.KeystoreSecret(h.OperatorFile(), password); return err },
		func() error { _, err := keystore.LoadDealingKey(h.DealingFile(), password); return err },
	} {
		err := load()
		if errors.Is(err, os.ErrNotExist) {
			return whole
		}
		if err != nil {
			t.Error(err)
		}
		whole++
	}
	return whole
}
