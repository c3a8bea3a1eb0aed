// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/keystore"
	remotesigner "github.com/aitbc/bridge/keys/signer/remote"
	"github.com/aitbc/bridge/verifier/agent"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/voter"
)

// shareSigner is a signer in this process or in another one.
type shareSigner interface {
	voter.Signer
	agent.Signer
}

// secrets are what the home's password unlocks at the start.
type secrets struct {
	files    agent.Dir
	operator account.Account      // nil: the home has no operator account
	dealing  *keystore.DealingKey // nil: the home has no dealing key
}

// openSecrets reads the password and the keys that it locks. A home without any needs no password.
func openSecrets(h Layout, c *Config, bridge message.Hash) (*secrets, error) {
	out := &secrets{files: agent.Dir{Path: h.KeyDir()}}
	password, err := c.Password(h)
	if errors.Is(err, fs.ErrNotExist) && !locked(h) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	out.files.Password = password
	if out.operator, err = openOperator(h, c, password); err != nil {
		return nil, err
	}
	k, err := keystore.LoadDealingKey(h.DealingFile(), password)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("load dealing key: %w", err)
	case k.BridgeID != bridge:
		return nil, fmt.Errorf("dealing key of another bridge: %w", ErrUnsafe)
	default:
		out.dealing = &k
	}
	return out, nil
}

// locked says whether the home has a file that needs the password.
func locked(h Layout) bool {
	for _, f := range []string{h.OperatorFile(), h.DealingFile()} {
		if _, err := os.Lstat(f); err == nil {
			return true
		}
	}
	shares, err := agent.Dir{Path: h.KeyDir()}.Shares()
	return err != nil || len(shares) > 0
}

// newAgent makes the node's hands in ceremonies and the sender of its operator, which is nil without an account.
func newAgent(book ledger, e *engine, keys *secrets, self []byte, sign shareSigner, vote *voter.Voter, hooks Hooks, logger *slog.Logger) (*agent.Agent, *operator, error) {
	cfg := agent.Config{
		ConsAddress: self, DealingKey: keys.dealing, Chain: book, Streams: book, Files: keys.files,
		Signer: sign, Voter: vote, Rand: rand.Reader, Logger: logger,
	}
	if _, ok := sign.(*remotesigner.Client); ok {
		cfg.SignerKeeps = true
	}
	var out *operator
	if keys.operator != nil {
		out = &operator{account: keys.operator, ledger: book, pool: e.mempool}
		cfg.Operator, cfg.Sender = keys.operator.Address(), out
	}
	if hooks.Agent != nil {
		cfg = hooks.Agent(cfg)
	}
	a, err := agent.New(cfg)
	return a, out, err
}

// loadShares gives the signer what the home has, before consensus starts.
func loadShares(ctx context.Context, a *agent.Agent, book ledger, fresh bool, bridge message.Hash, genesis *committeev1.Epoch) error {
	epochs := []*committeev1.Epoch{genesis}
	if !fresh {
		s, err := book.State(ctx)
		if err != nil {
			return err
		}
		epochs = []*committeev1.Epoch{&s.Active, &s.Ready}
	}
	for _, e := range epochs {
		// A file that does not hold its share is told by the agent, which may have another way to it.
		if err := a.Load(bridge, e); err != nil && !errors.Is(err, agent.ErrNoShare) {
			return err
		}
	}
	return nil
}
