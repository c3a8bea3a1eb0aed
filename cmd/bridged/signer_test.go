// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/keys/signer/remote"
)

const signerChain = "aitbc-devnet-1"

// signerHome is a directory of mode 0700 with a short name, as sockets need it.
func signerHome(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sgn")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// said tells when a text was logged.
type said struct {
	text string
	ok   chan struct{}
	all  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	if s.ok != nil && strings.Contains(string(p), s.text) {
		close(s.ok)
		s.ok = nil
	}
	return s.all.Write(p)
}

// startSigner runs the signer of a home and gives a node's connection to it; stop ends both.
func startSigner(t *testing.T, o signerOptions) (c *remote.Client, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	listens := make(chan struct{})
	log := &said{text: "signer waits for its node", ok: listens}
	go func() { ended <- runSigner(ctx, o, slog.New(slog.NewTextHandler(log, nil))) }()
	select {
	case err := <-ended:
		t.Fatalf("the signer does not start: %v", err)
	case <-listens:
	}
	c, err := remote.Dial(context.Background(), filepath.Join(string(o.home), "signer.sock"), message.BridgeID(o.chainID), nil)
	if err != nil || c.Err() != nil {
		t.Fatalf("%v, %v", err, c.Err())
	}
	return c, func() error {
		_ = c.Close()
		cancel()
		return <-ended
	}
}

func dealt(t *testing.T, epoch uint64) keystore.Share {
	t.Helper()
	g, secrets, err := frost.Deal(rand.Reader, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	return keystore.Share{KeyEpoch: epoch, Index: 1, Secret: secrets[0], BridgeID: message.BridgeID(signerChain), GroupKey: g.Key}
}

// TestSignerKeepsShares: shares that a node hands over outlive the process, encrypted, and go when a newer one is there.
func TestSignerKeepsShares(t *testing.T) {
	o := signerOptions{home: node.Layout(signerHome(t)), chainID: signerChain}
	one, aborted, two := dealt(t, 1), dealt(t, 2), dealt(t, 2)
	c, stop := startSigner(t, o)
	if err := errors.Join(c.AddShare(one), c.AddShare(one), c.AddShare(aborted)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.DropShare(2), c.AddShare(two)); err != nil {
		t.Fatal(err)
	}
	if err := runSigner(context.Background(), o, slog.New(slog.DiscardHandler)); !errors.Is(err, journal.ErrLocked) || exitCode(err) != exitRefused {
		t.Errorf("a second signer on the home: %v", err)
	}
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	files, err := filepath.Glob(filepath.Join(o.home.KeyDir(), "*.json"))
	if err != nil || len(files) != 3 {
		t.Errorf("files %v, %v", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil || strings.Contains(string(b), message.Hash(two.Secret).String()[2:]) {
			t.Errorf("%s holds the share in plain, %v", f, err)
		}
	}

	c, stop = startSigner(t, o)
	want := []signer.ShareInfo{{KeyEpoch: 1, Index: 1, GroupKey: one.GroupKey}, {KeyEpoch: 2, Index: 1, GroupKey: two.GroupKey}}
	if got := c.Shares(); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("shares after a restart: %v", got)
	}
	if err := c.DropShare(1); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(o.home.ShareFile(1)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old share is left: %v", err)
	}
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}

	o.chainID = "aitbc-devnet-2"
	if err := runSigner(context.Background(), o, slog.New(slog.DiscardHandler)); !errors.Is(err, keystore.ErrFormat) {
		t.Errorf("shares of another chain: %v", err)
	}
}

// TestSignerServesOneFork: what the journal knows is the least; a person names a higher one.
func TestSignerServesOneFork(t *testing.T) {
	o := signerOptions{home: node.Layout(signerHome(t)), chainID: signerChain, fork: 3}
	bridge := message.BridgeID(signerChain)
	c, stop := startSigner(t, o)
	share := dealt(t, 1)
	if err := c.AddShare(share); err != nil {
		t.Fatal(err)
	}
	c.Start(100)
	own := c.Commitments(1)
	if len(own) != 1 {
		t.Fatal("no commitments")
	}
	cp := &message.Checkpoint{
		BridgeID: bridge, Stream: message.Stream{Chain: 1, Manager: message.Address{1}, Finality: message.Final, Epoch: 1},
		End: 9, BlockHash: message.Hash{2}, MessageCount: 1, LeafCount: 1, PeaksHash: message.Hash{3}, Root: message.Hash{4},
	}
	request := func(fork uint32) signer.Request {
		se := frost.Session{Key: share.GroupKey, KeyEpoch: 1, Digest: cp.Digest(), Commitments: []frost.Commitment{{Index: 1, D: own[0].D, E: own[0].E}}}
		se.ID = signer.SessionID(bridge, fork, 1, cp.BodyHash(), se)
		return signer.Request{BridgeID: bridge, Fork: fork, SessionNumber: 1, Session: se, BodyHash: cp.BodyHash(), MySeq: own[0].Seq, Statement: cp}
	}
	yes := func([32]byte) bool { return true }
	for _, fork := range []uint32{2, 4} {
		if _, err := c.Sign(request(fork), yes); !errors.Is(err, signer.ErrPolicy) {
			t.Errorf("fork %d: %v", fork, err)
		}
	}
	if _, err := c.Sign(request(3), yes); err != nil {
		t.Errorf("fork 3: %v", err)
	}
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	o.fork = 2
	if err := runSigner(context.Background(), o, slog.New(slog.DiscardHandler)); !errors.Is(err, node.ErrUnsafe) || exitCode(err) != exitRefused {
		t.Errorf("a fork below the journal's: %v", err)
	}
}

func TestSignerRefuses(t *testing.T) {
	open := signerHome(t)
	if err := os.Chmod(open, 0o750); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
	}{
		{"no chain id", []string{"signer", "--home", signerHome(t)}, exitUsage},
		{"a chain id that is none", []string{"signer", "--home", signerHome(t), "--chain-id", "x"}, exitUsage},
		{"a log level that is none", []string{"signer", "--home", signerHome(t), "--chain-id", signerChain, "--log-level", "x"}, exitUsage},
		{"an argument", []string{"signer", "x"}, exitUsage},
		{"a home of others", []string{"signer", "--home", open, "--chain-id", signerChain}, exitRefused},
		{"a socket in a directory of others", []string{"signer", "--home", signerHome(t), "--chain-id", signerChain, "--socket", filepath.Join(open, "s.sock")}, exitRefused},
		{"a password file that is not there", []string{"signer", "--home", signerHome(t), "--chain-id", signerChain, "--password-file", filepath.Join(open, "none")}, exitFailed},
	} {
		if code, _, log := say(c.args...); code != c.code || log == "" {
			t.Errorf("%s: code %d, %s", c.name, code, log)
		}
	}
}
