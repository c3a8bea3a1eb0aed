// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/keys/signer/remote"
)

// signerOptions are the arguments of `bridged signer`.
type signerOptions struct {
	home         node.Layout
	chainID      string
	fork         uint32 // 0: the journal's highest, 1 for a new journal
	socket       string // empty: signer.sock in the home
	passwordFile string
}

func signerCommand(home func() node.Layout, log io.Writer) *cobra.Command {
	var o signerOptions
	var level string
	c := &cobra.Command{
		Use:   "signer",
		Short: "Hold the key shares of one validator in a process of its own, until SIGINT or SIGTERM",
		Long: `Holds the key shares, the nonce pairs and a journal of one validator in a process of its own, which the node
reaches over a unix socket. The home is the signer's, not the node's: only keys/ and journal/ are used in it.

It serves one node of this user at a time, of one chain and one fork number, and gives a share only for a
checkpoint that the node let it journal first, at most one per window. It does not believe the node in anything
else either (docs/spec/signing.md, sections 4 and 8). In the node's bridged.toml: signer = "unix:///path/signer.sock".

After an import with a new fork number start it again with --fork. It ends with code 3 when the node stopped for
good because another process uses its keys.`,
		Args: cobra.NoArgs,
		Example: `  bridged signer --home ~/.bridged-signer --chain-id aitbc-main-1
  bridged signer --home ~/.bridged-signer --chain-id aitbc-main-1 --password-file /run/secrets/signer --socket /run/aitbc/signer.sock
  bridged signer --home ~/.bridged-signer --chain-id aitbc-main-1 --fork 2`,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.chainID == "" {
				return fmt.Errorf("%w: --chain-id is required", errUsage)
			}
			var l slog.Level
			if err := l.UnmarshalText([]byte(level)); err != nil {
				return fmt.Errorf("%w: --log-level: %w", errUsage, err)
			}
			o.home = home()
			o.passwordFile = cmp.Or(o.passwordFile, os.Getenv("BRIDGED_PASSWORD_FILE"))
			ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			err := runSigner(ctx, o, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: l})))
			if ctx.Err() != nil && errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
	}
	c.Flags().StringVar(&o.chainID, "chain-id", "", "aitbc-<name>-<number>; no other chain is served")
	c.Flags().Uint32Var(&o.fork, "fork", 0, "fork number that is served; 0: the highest that the journal knows, at least 1")
	c.Flags().StringVar(&o.socket, "socket", "", "unix socket, in a directory of mode 0700 (default <home>/signer.sock)")
	c.Flags().StringVar(&o.passwordFile, "password-file", "", "password of the share files ($BRIDGED_PASSWORD_FILE; default <home>/keys/password, made when missing)")
	c.Flags().StringVar(&level, "log-level", "info", "debug, info, warn or error")
	return c
}

// runSigner holds the shares of one home until ctx ends.
//
// Errors: node.ErrUnsafe, journal.ErrLocked, remote.ErrSocket, signer.ErrTwin, those of the files.
func runSigner(ctx context.Context, o signerOptions, log *slog.Logger) (err error) {
	if err := node.CheckChainID(o.chainID); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	home, err := filepath.Abs(string(o.home))
	if err != nil {
		return err
	}
	h := node.Layout(home)
	for _, dir := range []string{home, h.KeyDir(), filepath.Dir(h.SignerJournal())} {
		if err := privateDir(dir); err != nil {
			return err
		}
	}
	j, err := journal.Open(h.SignerJournal())
	if err != nil {
		return fmt.Errorf("open signer journal: %w", err)
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	known, err := signer.HighestFork(j)
	if err != nil {
		return fmt.Errorf("read signer journal: %w", err)
	}
	fork := cmp.Or(o.fork, known, 1)
	if fork < known {
		return fmt.Errorf("--fork %d: shares were given under fork %d: %w", fork, known, node.ErrUnsafe)
	}
	password, err := signerPassword(h, o.passwordFile)
	if err != nil {
		return err
	}
	bridge := message.BridgeID(o.chainID)
	kept := shelf{dir: h.KeyDir(), password: password}
	shares, err := kept.load(bridge)
	if err != nil {
		return err
	}
	s, err := signer.New(signer.Config{BridgeID: bridge, Shares: shares, Journal: j, Rand: rand.Reader, Logger: log})
	if err != nil {
		return fmt.Errorf("open signer: %w", err)
	}
	server, err := remote.NewServer(remote.Config{Signer: s, BridgeID: bridge, Fork: fork, Shelf: kept, Logger: log})
	if err != nil {
		return err
	}
	path := cmp.Or(o.socket, filepath.Join(home, "signer.sock"))
	if path, err = filepath.Abs(path); err != nil {
		return err
	}
	ln, err := remote.Listen(path)
	if err != nil {
		return err
	}
	log.Info("signer waits for its node", "chain", o.chainID, "fork", fork, "socket", path, "signer", s, "records", j.Len())
	return server.Run(ctx, ln)
}

// signerPassword reads the password of the share files; the default one is made when it is missing.
func signerPassword(h node.Layout, path string) (keystore.Password, error) {
	if path != "" {
		return keystore.ReadPassword(path)
	}
	password, err := keystore.ReadPassword(h.PasswordFile())
	if errors.Is(err, fs.ErrNotExist) {
		return keystore.NewPasswordFile(h.PasswordFile())
	}
	return password, err
}

// privateDir makes a directory of mode 0700, or refuses one that others may enter.
func privateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir() || info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s: mode %v, want a directory of mode 0700: %w", dir, info.Mode(), node.ErrUnsafe)
	}
	return nil
}
