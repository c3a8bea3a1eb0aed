// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/cmd/devnet/chain"
	"github.com/aitbc/bridge/cmd/sources"
)

// Start starts everything and returns when the validators make blocks. The network
// lives until Stop or until ctx ends; on an error nothing is left running.
//
// Errors: ErrUnsafe when the folder is not a devnet's.
func Start(ctx context.Context, opts Options) (*Network, error) {
	if err := opts.fill(); err != nil {
		return nil, err
	}
	run, cancel := context.WithCancel(ctx)
	n := &Network{opts: opts, dead: make(chan error, 1), cancel: cancel}
	if err := n.opts.prepare(); err != nil {
		return nil, errors.Join(err, n.Stop())
	}
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
	if err := n.makeHomes(ctx); err != nil {
		return err
	}
	if err := n.startNodes(ctx); err != nil {
		return err
	}
	epoch, err := n.awaitKey(ctx)
	if err != nil {
		return err
	}
	groupKey := [32]byte(epoch.GroupKey)
	deployed, err := n.deploy(ctx, groupKey)
	if err != nil {
		return err
	}
	if err := n.openLanes(ctx, deployed); err != nil {
		return err
	}
	if err := n.describe(ctx, groupKey, deployed); err != nil {
		return err
	}
	return n.startRelayer()
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

// makeHomes makes the validators' homes and keys, and a genesis without a group key.
func (n *Network) makeHomes(ctx context.Context) error {
	members, err := n.initHomes(0, n.opts.Validators)
	if err != nil {
		return err
	}
	if n.genesis, err = node.Collect(chainID, time.Now(), members); err != nil {
		return err
	}
	n.Info = &registry.Network{ChainID: chainID, BridgeID: message.BridgeID(chainID)}
	for i := range members {
		n.peers = append(n.peers, members[i].Peer)
		n.Info.Validators = append(n.Info.Validators, n.validator(i))
	}
	for i := range members {
		if err := n.furnish(n.NodeHome(i)); err != nil {
			return err
		}
	}
	if n.Client, err = client.Open(ctx, n.Info); err != nil {
		return err
	}
	n.say("%d validators' homes with keys of their own; there is no group key yet", len(members))
	return nil
}

// initHomes makes homes at the same time: encrypting keys takes a while by intention.
func (n *Network) initHomes(first, count int) ([]node.Member, error) {
	members, errs := make([]node.Member, count), make([]error, count)
	var group sync.WaitGroup
	for k := range count {
		i := first + k
		group.Go(func() {
			h := n.NodeHome(i)
			if errs[k] = node.Init(h, node.InitOptions{
				ChainID: chainID, Moniker: moniker(i), PortOffset: n.opts.PortOffset + portStep*i, Loopback: true,
			}); errs[k] == nil {
				members[k], errs[k] = node.NewMember(h, "", "")
			}
		})
	}
	group.Wait()
	return members, errors.Join(errs...)
}

func moniker(i int) string { return fmt.Sprintf("node%d", i) }

// validator is where validator i answers.
func (n *Network) validator(i int) registry.Validator {
	at := func(port int) string {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(port+n.opts.PortOffset+portStep*i))
	}
	return registry.Validator{Moniker: moniker(i), GRPC: at(9090), RPC: "http://" + at(26657)}
}

// finalities are those of the lanes between the chains, final first: below it needs the final stream.
func (n *Network) finalities() []message.Finality {
	return slices.Concat([]message.Finality{message.Final}, n.opts.Lower)
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
			errs[i] = deploy(ctx, n.chains[i].URL(), &d[i], remote, n.keys, message.BridgeID(chainID), groupKey, n.finalities())
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

// furnish gives a home both sources, the genesis file and its peers.
func (n *Network) furnish(h node.Layout) error {
	c, err := node.LoadConfig(h.ConfigFile(), func(string) string { return "" })
	if err != nil {
		return err
	}
	c.Poll = "250ms"
	for _, k := range n.chains {
		c.Chains = append(c.Chains, sources.Chain{
			ChainID: k.ID(), Agree: 1, Unsafe: true, // a chain of one process has one endpoint
			Endpoints: []sources.Endpoint{{Name: "devnet", Operator: "devnet", URL: k.URL()}},
		})
	}
	if err := c.Save(h.ConfigFile()); err != nil {
		return err
	}
	if err := node.Install(h, n.genesis, n.peers); err != nil {
		return fmt.Errorf("install genesis in %s: %w", h, err)
	}
	return nil
}

// describe writes network.json and the relayer's configuration.
func (n *Network) describe(ctx context.Context, groupKey [32]byte, deployed []deployment) error {
	info := *n.Info
	info.GroupKey, info.KeyVersion = groupKey, 1
	for i, d := range deployed {
		info.Chains = append(info.Chains, registry.Chain{
			ChainID: d.chain, Name: "devnet-" + d.chain.String(), Manager: address(d.manager), DeployBlock: d.block,
			Profile: "local", Timelock: address(d.fast), URLs: []string{n.chains[i].URL()}, Inbox: address(d.inbox),
		})
	}
	c, err := client.Open(ctx, &info)
	if err != nil {
		return err
	}
	if err := n.Client.Close(); err != nil {
		return errors.Join(err, c.Close())
	}
	n.Info, n.Client = &info, c
	if err := info.Save(n.NetworkFile()); err != nil {
		return err
	}
	text := fmt.Sprintf("# relayer of the devnet\nnetwork = %q\npoll = \"250ms\"\n", n.NetworkFile())
	for _, k := range n.chains { // a chain of one process has one endpoint
		text += fmt.Sprintf("\n[[chains]]\nchain_id = %d\nagree = 1\nunsafe = true\n[[chains.endpoints]]\nname = \"devnet\"\nurl = %q\n", k.ID(), k.URL())
	}
	return os.WriteFile(filepath.Join(n.opts.Dir, "relayer", "relayer.toml"), []byte(text), 0o600)
}

func (n *Network) child(name, program string, o NodeOptions, args ...string) (*Process, error) {
	p := &Process{Name: name, path: filepath.Join(n.opts.Bin, program), args: args, log: filepath.Join(n.opts.Dir, "logs", name+".log")}
	p.Change(o)
	return p, p.start()
}

// startNode starts validator i, whose home is complete.
func (n *Network) startNode(i int) error {
	h := n.NodeHome(i)
	if n.opts.Prepare != nil {
		if err := n.opts.Prepare(i, h); err != nil {
			return fmt.Errorf("prepare %s: %w", h, err)
		}
	}
	p, err := n.child(moniker(i), "bridged", n.opts.Node[i], "start", "--home", string(h))
	if err != nil {
		return err
	}
	n.add(p)
	return nil
}

func (n *Network) startNodes(ctx context.Context) error {
	for i := range n.opts.Validators {
		if err := n.startNode(i); err != nil {
			return err
		}
	}
	go n.watch(ctx)
	return n.awaitHeights(ctx, 2)
}

// awaitHeights waits until every validator has committed a block of that height.
func (n *Network) awaitHeights(ctx context.Context, height int64) error {
	return n.until(ctx, "validators start", time.Minute, func(ctx context.Context) (bool, string) {
		heights := n.Client.Heights(ctx)
		up := 0
		for _, h := range heights {
			if h >= height {
				up++
			}
		}
		return up == len(heights), fmt.Sprintf("heights %v", heights)
	})
}

func (n *Network) startRelayer() error {
	p, err := n.child("relayer", "relayer", NodeOptions{}, "start", "--home", filepath.Join(n.opts.Dir, "relayer"))
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.Relayer = p
	return nil
}
