// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package devnet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/cmd/devnet/chain"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/app"
)

// Start starts everything and returns when the validators make blocks. The network
// lives until Stop or until ctx ends; on an error nothing is left running.
//
// Errors: ErrUnsafe when the folder is not a devnet's.
func Start(ctx context.Context, opts Options) (*Network, error) {
	if err := opts.fill(); err != nil {
		return nil, err
	}
	if err := opts.prepare(); err != nil {
		return nil, err
	}
	run, cancel := context.WithCancel(ctx)
	n := &Network{opts: opts, dead: make(chan error, 1), cancel: cancel}
	if err := n.start(run); err != nil {
		return nil, errors.Join(err, n.Stop())
	}
	return n, nil
}

func (n *Network) start(ctx context.Context) (err error) {
	if n.keys, err = makeKeys(n.opts.Dir); err != nil {
		return err
	}
	if err := n.startChains(ctx); err != nil {
		return err
	}
	homes, genesis, peers, err := n.makeHomes()
	if err != nil {
		return err
	}
	state, err := app.ParseGenesis(genesis.AppState)
	if err != nil {
		return err
	}
	var groupKey [32]byte
	copy(groupKey[:], state.Committee.Epoch.GroupKey)
	deployed, err := n.deploy(ctx, groupKey)
	if err != nil {
		return err
	}
	for _, d := range deployed {
		if err := node.AddStream(genesis, lanesv1.Stream{
			Chain: uint64(d.chain), Manager: d.manager.Bytes(), Finality: uint32(message.Final), Epoch: 1, Stride: stride, StartBlock: d.block,
		}); err != nil {
			return err
		}
	}
	for _, h := range homes {
		if err := n.configure(h); err != nil {
			return err
		}
		if err := node.Install(h, genesis, peers); err != nil {
			return fmt.Errorf("install genesis in %s: %w", h, err)
		}
	}
	if err := n.describe(groupKey, deployed); err != nil {
		return err
	}
	if n.Client, err = client.Open(ctx, n.Info); err != nil {
		return err
	}
	return n.startProcesses(ctx, homes)
}

func (n *Network) startChains(ctx context.Context) error {
	k := n.keys
	var funded []common.Address
	for _, a := range [][20]byte{k.deployer.Address(), k.admin.Address(), k.pauser.Address(), k.user.Address(), k.relayer.Address()} {
		funded = append(funded, a)
	}
	for i, id := range []uint64{FirstChain, SecondChain} {
		port := firstChainPort + i
		if n.opts.AnyPorts {
			port = 0
		}
		c, err := chain.Start(ctx, chain.Config{ChainID: id, Port: port, Funded: funded, Logger: n.opts.Logger})
		if err != nil {
			return err
		}
		n.chains = append(n.chains, c)
		n.say("chain %d at %s: 1 s blocks, safe = head-1, finalized = head-2", id, c.URL())
	}
	return nil
}

// makeHomes makes the validators' homes and keys and deals the group key among them.
func (n *Network) makeHomes() ([]node.Layout, *cmttypes.GenesisDoc, []string, error) {
	var homes []node.Layout
	var members []node.Member
	var peers []string
	for i := range n.opts.Validators {
		h := n.NodeHome(i)
		if err := node.Init(h, node.InitOptions{
			ChainID: chainID, Moniker: fmt.Sprintf("node%d", i), PortOffset: n.opts.PortOffset + portStep*i, Loopback: true,
		}); err != nil {
			return nil, nil, nil, fmt.Errorf("init node%d: %w", i, err)
		}
		m, err := node.NewMember(h, "", "")
		if err != nil {
			return nil, nil, nil, err
		}
		homes, members, peers = append(homes, h), append(members, m), append(peers, m.Peer)
	}
	genesis, err := node.Collect(chainID, time.Now(), members)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := node.Deal(genesis, homes, rand.Reader); err != nil {
		return nil, nil, nil, err
	}
	n.say("%d validators' homes; group key dealt by this process: for a devnet only", n.opts.Validators)
	return homes, genesis, peers, nil
}

// deploy puts the contracts on both chains at the same time.
func (n *Network) deploy(ctx context.Context, groupKey [32]byte) ([]deployment, error) {
	deployer := common.Address(n.keys.deployer.Address())
	d := []deployment{planned(deployer, FirstChain), planned(deployer, SecondChain)}
	var group sync.WaitGroup
	errs := make([]error, len(d))
	for i := range d {
		remote := d[1-i]
		group.Go(func() {
			errs[i] = deploy(ctx, n.chains[i].URL(), &d[i], remote, n.keys, message.BridgeID(chainID), groupKey)
		})
	}
	group.Wait()
	for i := range d {
		if errs[i] != nil {
			return nil, fmt.Errorf("deploy on chain %s: %w", d[i].chain, errs[i])
		}
		n.say("chain %s: manager %s in block %d, lane and seal done", d[i].chain, address(d[i].manager), d[i].block)
	}
	return d, nil
}

// configure gives a validator both sources.
func (n *Network) configure(h node.Layout) error {
	c, err := node.LoadConfig(h.ConfigFile(), func(string) string { return "" })
	if err != nil {
		return err
	}
	c.Poll = "250ms"
	for _, k := range n.chains {
		c.Chains = append(c.Chains, node.Chain{ChainID: k.ID(), URLs: []string{k.URL()}})
	}
	return c.Save(h.ConfigFile())
}

// describe writes network.json and the relayer's configuration.
func (n *Network) describe(groupKey [32]byte, deployed []deployment) error {
	info := &registry.Network{ChainID: chainID, BridgeID: message.BridgeID(chainID), GroupKey: groupKey, KeyVersion: 1}
	for i := range n.opts.Validators {
		at := func(port int) string {
			return net.JoinHostPort("127.0.0.1", strconv.Itoa(port+n.opts.PortOffset+portStep*i))
		}
		info.Validators = append(info.Validators, registry.Validator{Moniker: fmt.Sprintf("node%d", i), GRPC: at(9090), RPC: "http://" + at(26657)})
	}
	for i, d := range deployed {
		info.Chains = append(info.Chains, registry.Chain{
			ChainID: d.chain, Name: "devnet-" + d.chain.String(), Manager: address(d.manager), DeployBlock: d.block,
			Profile: "local", Timelock: address(d.fast), URLs: []string{n.chains[i].URL()}, Inbox: address(d.inbox),
		})
	}
	n.Info = info
	if err := info.Save(n.NetworkFile()); err != nil {
		return err
	}
	text := fmt.Sprintf("# relayer of the devnet\nnetwork = %q\npoll = \"250ms\"\n", n.NetworkFile())
	return os.WriteFile(filepath.Join(n.opts.Dir, "relayer", "relayer.toml"), []byte(text), 0o600)
}

func (n *Network) startProcesses(ctx context.Context, homes []node.Layout) error {
	child := func(name, program string, o NodeOptions, args ...string) (*Process, error) {
		p := &Process{Name: name, path: filepath.Join(n.opts.Bin, program), args: args, log: filepath.Join(n.opts.Dir, "logs", name+".log")}
		p.Change(o)
		return p, p.start()
	}
	for i, h := range homes {
		if n.opts.Prepare != nil {
			if err := n.opts.Prepare(i, h); err != nil {
				return fmt.Errorf("prepare %s: %w", h, err)
			}
		}
		p, err := child(fmt.Sprintf("node%d", i), "bridged", n.opts.Node[i], "start", "--home", string(h))
		if err != nil {
			return err
		}
		n.Nodes = append(n.Nodes, p)
	}
	var err error
	if n.Relayer, err = child("relayer", "relayer", NodeOptions{}, "start", "--home", filepath.Join(n.opts.Dir, "relayer")); err != nil {
		return err
	}
	go n.watch(ctx)
	return n.until(ctx, "validators start", time.Minute, func(ctx context.Context) (bool, string) {
		heights := n.Client.Heights(ctx)
		up := 0
		for _, h := range heights {
			if h >= 2 {
				up++
			}
		}
		return up == n.opts.Validators, fmt.Sprintf("heights %v", heights)
	})
}
