// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/mempool"
	cmtnode "github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/proxy"
	rpclocal "github.com/cometbft/cometbft/rpc/client/local"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/cosmos-sdk/server"
	cometlog "github.com/cosmos/cosmos-sdk/server/log"

	"github.com/aitbc/bridge/verifier/app"
)

// engine is CometBFT in this process.
type engine struct {
	node   atomic.Pointer[cmtnode.Node] // nil before it was started
	client atomic.Pointer[rpclocal.Local]
}

// behind says whether the chain may be ahead of the state: the node fetches blocks or a snapshot, or
// does not run yet.
func (e *engine) behind() bool {
	n := e.node.Load()
	return n == nil || n.ConsensusReactor().WaitSync()
}

func (e *engine) mempool() mempool.Mempool {
	if n := e.node.Load(); n != nil {
		return n.Mempool()
	}
	return nil
}

func (e *engine) results() results {
	if c := e.client.Load(); c != nil {
		return c
	}
	return nil
}

// service runs CometBFT with the application a.
func (e *engine) service(c *cmtcfg.Config, key cmttypes.PrivValidator, h Layout, doc *cmttypes.GenesisDoc, a *app.App, hooks Hooks, border log.Logger, failed chan<- error) service {
	asked := server.NewCometABCIWrapper(a)
	if hooks.Application != nil {
		asked = hooks.Application(asked)
	}
	asked = stopping{asked, failed}
	return service{
		name: "comet",
		start: func() error {
			id, err := loadNodeKey(h)
			if err != nil {
				return err
			}
			n, err := cmtnode.NewNode(c, key, id, proxy.NewLocalClientCreator(asked),
				func() (*cmttypes.GenesisDoc, error) { return doc, nil }, cmtcfg.DefaultDBProvider,
				cmtnode.DefaultMetricsProvider(c.Instrumentation), cometlog.CometLoggerWrapper{Logger: border})
			if err != nil {
				return err
			}
			if err := n.Start(); err != nil {
				return err
			}
			e.client.Store(rpclocal.New(n))
			e.node.Store(n)
			go func() {
				<-n.Quit()
				report(failed, errors.New("comet stopped"))
			}()
			return nil
		},
		stop: func(ctx context.Context) error {
			n := e.node.Load()
			if n.IsRunning() {
				if err := n.Stop(); err != nil {
					return err
				}
			}
			done := make(chan struct{})
			go func() { n.Wait(); close(done) }()
			select {
			case <-done:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	}
}

// stopping ends the node when a decided block cannot be executed: by a planned upgrade for which it
// has not the program, or by a bug. CometBFT alone would go on without ever making a block again.
type stopping struct {
	abci.Application
	failed chan<- error
}

// FinalizeBlock is the application's.
func (s stopping) FinalizeBlock(ctx context.Context, r *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	out, err := s.Application.FinalizeBlock(ctx, r)
	if err != nil {
		report(s.failed, fmt.Errorf("block %d: %w", r.Height, err))
	}
	return out, err
}

// report tells of the first failure.
func report(failed chan<- error, err error) {
	select {
	case failed <- err:
	default:
	}
}
