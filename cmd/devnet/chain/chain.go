// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"math/big"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/beacon/engine"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/catalyst"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

const (
	// gasLimit of every block.
	gasLimit = 60_000_000
	// builderPause lets the payload builder take the pool's transactions.
	builderPause = 30 * time.Millisecond
	// maxSealFailures in a row stop the chain.
	maxSealFailures = 30
)

// Config of one chain. Zero values take the defaults named at each field.
type Config struct {
	ChainID   uint64           // required
	Port      int              // JSON-RPC over HTTP and WebSocket on 127.0.0.1; 0 takes a free one
	Funded    []common.Address // each starts with a million ether
	BlockTime time.Duration    // default 1 s
	SafeLag   uint64           // safe = head - SafeLag; default 1
	FinalLag  uint64           // finalized = head - FinalLag; default 2
	Logger    *slog.Logger     // default discards
}

// Chain is one running node. Start makes it, Close ends it.
type Chain struct {
	cfg   Config
	stack *node.Node
	eth   *eth.Ethereum
	api   *catalyst.ConsensusAPI
	url   string

	stop   context.CancelFunc
	done   chan struct{}
	failed error // set before done closes
	once   sync.Once

	making      sync.Mutex // held while a block is made, or dropped
	safe, final label
}

// label is the number of the block that has a label, and how far it follows behind the head.
type label struct{ at, lag uint64 }

// follow moves the label up, never down: not when its distance grows, and not while a shorter branch catches up.
func (l *label) follow(head uint64) { l.at = max(l.at, head-min(head, l.lag)) }

// Start runs a chain and its block producer until Close or until ctx ends. It
// returns when JSON-RPC answers; the first block follows a block time later.
func Start(ctx context.Context, cfg Config) (*Chain, error) {
	if cfg.ChainID == 0 {
		return nil, errors.New("chain id: must not be zero")
	}
	if cfg.BlockTime == 0 {
		cfg.BlockTime = time.Second
	}
	if cfg.SafeLag == 0 {
		cfg.SafeLag = 1
	}
	if cfg.FinalLag == 0 {
		cfg.FinalLag = 2
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Port == 0 {
		port, err := FreePort()
		if err != nil {
			return nil, err
		}
		cfg.Port = port
	}
	log.SetDefault(log.NewLogger(slog.DiscardHandler))
	stack, backend, err := open(cfg)
	if err != nil {
		return nil, fmt.Errorf("chain %d on port %d: %w", cfg.ChainID, cfg.Port, err)
	}
	run, stop := context.WithCancel(ctx)
	c := &Chain{
		cfg: cfg, stack: stack, eth: backend, api: catalyst.NewConsensusAPI(backend),
		url:  "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(cfg.Port)),
		stop: stop, done: make(chan struct{}), safe: label{lag: cfg.SafeLag}, final: label{lag: cfg.FinalLag},
	}
	go c.produce(run)
	return c, nil
}

func open(cfg Config) (*node.Node, *eth.Ethereum, error) {
	nc := node.DefaultConfig
	nc.DataDir = "" // in memory
	nc.P2P = p2p.Config{NoDiscovery: true, MaxPeers: 0, NoDial: true}
	nc.HTTPHost, nc.HTTPPort = "127.0.0.1", cfg.Port
	nc.HTTPModules = []string{"eth", "net", "web3", "debug"}
	nc.WSHost, nc.WSPort, nc.WSModules = nc.HTTPHost, nc.HTTPPort, nc.HTTPModules
	nc.AuthAddr, nc.AuthPort = "127.0.0.1", 0
	nc.IPCPath = ""
	stack, err := node.New(&nc)
	if err != nil {
		return nil, nil, err
	}
	ec := ethconfig.Defaults
	ec.Genesis = genesis(cfg)
	ec.NetworkId = cfg.ChainID
	ec.SyncMode = ethconfig.FullSync
	ec.Miner.GasPrice = big.NewInt(1)
	backend, err := eth.New(stack, &ec)
	if err != nil {
		return nil, nil, errors.Join(err, stack.Close())
	}
	system := filters.NewFilterSystem(backend.APIBackend, filters.Config{})
	stack.RegisterAPIs([]rpc.API{{Namespace: "eth", Service: filters.NewFilterAPI(system)}})
	if err := stack.Start(); err != nil {
		return nil, nil, errors.Join(err, stack.Close())
	}
	backend.SetSynced()
	return stack, backend, nil
}

// genesis has Prague rules from the first block: later forks stay off.
func genesis(cfg Config) *core.Genesis {
	rules := *params.AllDevChainProtocolChanges
	rules.ChainID = new(big.Int).SetUint64(cfg.ChainID)
	rules.OsakaTime, rules.AmsterdamTime, rules.BogotaTime, rules.UBTTime = nil, nil, nil, nil
	rules.BPO1Time, rules.BPO2Time, rules.BPO3Time, rules.BPO4Time, rules.BPO5Time = nil, nil, nil, nil, nil
	alloc := types.GenesisAlloc{}
	maps.Copy(alloc, core.SystemContractAllocs())
	rich := new(big.Int).Mul(big.NewInt(1_000_000), big.NewInt(params.Ether))
	for _, a := range cfg.Funded {
		alloc[a] = types.Account{Balance: rich}
	}
	return &core.Genesis{
		Config: &rules, GasLimit: gasLimit, Alloc: alloc,
		BaseFee: big.NewInt(params.GWei), Timestamp: uint64(time.Now().Unix()) - 1,
	}
}

// URL is the JSON-RPC endpoint.
func (c *Chain) URL() string { return c.url }

// ID is the EIP-155 chain id.
func (c *Chain) ID() uint64 { return c.cfg.ChainID }

// Head is the number of the newest block.
func (c *Chain) Head() uint64 { return c.eth.BlockChain().CurrentBlock().Number.Uint64() }

// Done closes when the chain has stopped; Err says why.
func (c *Chain) Done() <-chan struct{} { return c.done }

// Err is nil while the chain runs and after a wanted stop.
func (c *Chain) Err() error {
	select {
	case <-c.done:
		return c.failed
	default:
		return nil
	}
}

// Close stops producing and closes the node. It may be called more than once.
func (c *Chain) Close() error {
	var err error
	c.once.Do(func() {
		c.stop()
		<-c.done
		err = c.stack.Close()
	})
	return err
}

// Rewind drops every block above number, final ones too, with the transactions in them: the chain goes on from there
// with other blocks. At most some hundred blocks deep.
func (c *Chain) Rewind(number uint64) error {
	c.making.Lock()
	defer c.making.Unlock()
	if err := c.eth.BlockChain().SetHead(number); err != nil {
		return fmt.Errorf("chain %d: rewind to block %d: %w", c.cfg.ChainID, number, err)
	}
	if at := c.Head(); at != number {
		return fmt.Errorf("chain %d: rewound to block %d, not to %d", c.cfg.ChainID, at, number)
	}
	c.safe.at, c.final.at = min(c.safe.at, number), min(c.final.at, number)
	return nil
}

// Lag changes how many blocks the safe and finalized labels lie behind the head, from the next block on. Where that is more
// than now they stand still until the head is far enough; HoldLabels never is.
func (c *Chain) Lag(safe, final uint64) {
	c.making.Lock()
	defer c.making.Unlock()
	c.safe.lag, c.final.lag = safe, final
}

// HoldLabels is a distance at which a label stands still.
const HoldLabels = math.MaxUint64

// Final is the number of the newest block that has the finalized label.
func (c *Chain) Final() uint64 {
	c.making.Lock()
	defer c.making.Unlock()
	return c.final.at
}

func (c *Chain) produce(ctx context.Context) {
	defer close(c.done)
	tick := time.NewTicker(c.cfg.BlockTime)
	defer tick.Stop()
	failures := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := c.seal(ctx)
		switch {
		case err == nil:
			failures = 0
		case ctx.Err() != nil:
			return
		default:
			failures++
			c.cfg.Logger.Warn("block not made", "chain", c.cfg.ChainID, "err", err)
			if failures == maxSealFailures {
				c.failed = fmt.Errorf("chain %d: %d blocks in a row not made: %w", c.cfg.ChainID, failures, err)
				return
			}
		}
	}
}

// seal builds one block on the head and moves safe and finalized behind it.
func (c *Chain) seal(ctx context.Context) error {
	c.making.Lock()
	defer c.making.Unlock()
	head := c.eth.BlockChain().CurrentBlock()
	number := head.Number.Uint64()
	var random, beaconRoot common.Hash
	if _, err := rand.Read(random[:]); err != nil {
		return err
	}
	res, err := c.api.ForkchoiceUpdatedV3(ctx, c.labels(head.Hash(), number), &engine.PayloadAttributes{
		Timestamp: max(uint64(time.Now().Unix()), head.Time+1), Random: random,
		Withdrawals: []*types.Withdrawal{}, BeaconRoot: &beaconRoot,
	})
	if err != nil {
		return fmt.Errorf("forkchoice: %w", err)
	}
	if res.PayloadID == nil {
		return fmt.Errorf("forkchoice gave no payload: %s", res.PayloadStatus.Status)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(builderPause):
	}
	env, err := c.api.GetPayloadV4(*res.PayloadID)
	if err != nil {
		return fmt.Errorf("get payload: %w", err)
	}
	requests := make([]hexutil.Bytes, len(env.Requests))
	for i, r := range env.Requests {
		requests[i] = r
	}
	status, err := c.api.NewPayloadV4(ctx, *env.ExecutionPayload, []common.Hash{}, &beaconRoot, requests)
	if err != nil {
		return fmt.Errorf("new payload: %w", err)
	}
	if status.Status != engine.VALID {
		return fmt.Errorf("new payload is %s", status.Status)
	}
	_, err = c.api.ForkchoiceUpdatedV3(ctx, c.labels(env.ExecutionPayload.BlockHash, env.ExecutionPayload.Number), nil)
	return err
}

// labels names head and the safe and finalized blocks behind it.
func (c *Chain) labels(head common.Hash, number uint64) engine.ForkchoiceStateV1 {
	hash := func(l *label) common.Hash {
		l.follow(number)
		return c.eth.BlockChain().GetCanonicalHash(l.at)
	}
	return engine.ForkchoiceStateV1{HeadBlockHash: head, SafeBlockHash: hash(&c.safe), FinalizedBlockHash: hash(&c.final)}
}

// FreePort asks the system for a port of loopback that is free now.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}
