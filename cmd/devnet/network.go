// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/cmd/devnet/chain"
	"github.com/aitbc/bridge/keys/account"
)

// keys are the accounts of a devnet; their files lie below <dir>/bridgectl/keys and
// <dir>/relayer/keys.
type keys struct {
	deployer, admin, pauser, user, relayer account.Account
}

// Network is a running devnet. Start makes it; Stop ends it.
type Network struct {
	Info    *registry.Network
	Client  *client.Client
	Nodes   []*Process
	Relayer *Process

	opts    Options
	keys    keys
	genesis *cmttypes.GenesisDoc
	peers   []string

	mu     sync.Mutex // Nodes and Relayer while the network grows
	chains []*chain.Chain
	dead   chan error
	cancel context.CancelFunc
	once   sync.Once
}

// Dir is the folder of the devnet.
func (n *Network) Dir() string { return n.opts.Dir }

// NetworkFile is network.json.
func (n *Network) NetworkFile() string { return filepath.Join(n.opts.Dir, "network.json") }

// Home is bridgectl's home, with its keys.
func (n *Network) Home() string { return filepath.Join(n.opts.Dir, "bridgectl") }

// NodeHome is the home of a validator.
func (n *Network) NodeHome(i int) node.Layout {
	return node.Layout(filepath.Join(n.opts.Dir, fmt.Sprintf("node%d", i)))
}

// Died gives the first child or chain that ended by itself.
func (n *Network) Died() <-chan error { return n.dead }

// Stop ends every child by its pid, newest first, and both chains. It may be called
// more than once.
func (n *Network) Stop() error {
	var errs []error
	n.once.Do(func() {
		n.cancel()
		if n.Client != nil {
			errs = append(errs, n.Client.Close())
		}
		if n.Relayer != nil {
			errs = append(errs, n.Relayer.Stop())
		}
		var group sync.WaitGroup
		ended := make([]error, len(n.Nodes))
		for i, p := range n.Nodes {
			group.Go(func() { ended[i] = p.Stop() })
		}
		group.Wait()
		errs = append(errs, ended...)
		for _, c := range n.chains {
			errs = append(errs, c.Close())
		}
		if n.opts.held != nil {
			errs = append(errs, n.opts.held.Close())
		}
	})
	return errors.Join(errs...)
}

func (n *Network) say(format string, args ...any) { fmt.Fprintf(n.opts.Out, format+"\n", args...) }

// add makes p the last of Nodes.
func (n *Network) add(p *Process) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.Nodes = append(n.Nodes, p)
}

// children are the processes that were started.
func (n *Network) children() []*Process {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := slices.Clone(n.Nodes)
	if n.Relayer != nil {
		out = append(out, n.Relayer)
	}
	return out
}

// makeKeys writes a fresh account per role.
func makeKeys(dir string) (k keys, err error) {
	for _, f := range []struct {
		to   *account.Account
		path string
	}{
		{&k.deployer, "bridgectl/keys/deployer"},
		{&k.admin, "bridgectl/keys/admin"},
		{&k.pauser, "bridgectl/keys/pauser"},
		{&k.user, "bridgectl/keys/account"},
		{&k.relayer, "relayer/keys/account"},
	} {
		if *f.to, err = account.NewKeyFile(filepath.Join(dir, f.path)); err != nil {
			return k, err
		}
	}
	return k, nil
}

// watch reports the first child that ends although nobody stopped it.
func (n *Network) watch(ctx context.Context) {
	report := func(err error) {
		select {
		case n.dead <- err:
		default:
		}
	}
	for follow.Sleep(ctx, 500*time.Millisecond) == nil {
		for _, p := range n.children() {
			if ended, err := p.unexpected(); ended {
				report(fmt.Errorf("%s ended by itself (%v); last lines of %s:\n%s", p.Name, err, p.log, p.tail(15))) //nolint:errorlint // no error when it ended well
				return
			}
		}
		for _, c := range n.chains {
			if err := c.Err(); err != nil {
				report(err)
				return
			}
		}
	}
}

// until polls ok with a progress line every few seconds. It ends early when a child dies.
func (n *Network) until(ctx context.Context, what string, limit time.Duration, ok func(context.Context) (done bool, progress string)) error {
	began, said := time.Now(), time.Now()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		done, progress := ok(ctx)
		if done {
			return nil
		}
		if time.Since(said) >= 2*time.Second {
			said = time.Now()
			n.say("  … %s: %s (%d s)", what, strings.TrimSpace(progress), int(time.Since(began).Seconds()))
		}
		select {
		case err := <-n.dead:
			n.dead <- err
			return err
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return fmt.Errorf("%s: not within %s; last: %s: %w", what, limit, progress, context.DeadlineExceeded)
			}
			return ctx.Err()
		case <-time.After(150 * time.Millisecond):
		}
	}
}

func address(a [20]byte) message.Address { return message.Address(a) }
