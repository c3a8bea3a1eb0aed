// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/cmd/sources"
)

// TestLyingEndpoints gives every validator three endpoints of three operators per chain, each a proxy before the real
// chain, of which two must agree. One of them lies in every way there is while messages flow: all arrive, nobody
// votes wrongly, status names it. Then a second one lies in another way, and later is gone: the chain abstains,
// nothing of it is certified and the other one goes on. When they are well again, everything arrives, without a restart.
func TestLyingEndpoints(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	var before proxies
	n := startWith(ctx, t, Options{Prepare: func(_ int, home node.Layout) error { return before.install(t, home) }})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	messages := 60
	if os.Getenv("CHAOS") == "full" {
		messages = 300
	}
	// First messages that were never sent, in answers in which all else is true; then everything there is.
	for i := range n.Info.Chains {
		before.forge(t, n, i)
	}
	sendUntil(ctx, t, run, "forged messages are shown", 3*time.Minute, func() (bool, string) {
		return before.told(faultproxy.LogAdd), "not everybody has asked the liar"
	})
	for i := range n.Info.Chains {
		before.set(t, n.Info.Chains[i].ChainID, 1)
		before.set(t, n.Info.Chains[i].ChainID, 2, faultproxy.Storm(0.3)...)
	}
	for len(run.sent) < messages {
		if _, err := run.send(ctx, 5); err != nil {
			t.Fatal(err)
		}
		waitBlocks(ctx, t, n, 2)
	}
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	before.fired(t)
	s, err := n.Status(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Sources {
		if c.Agree != 2 || c.Operators != 3 || c.Unsafe != "" || len(c.Endpoints) != 3 || c.Endpoints[2].Dissents+c.Endpoints[2].Failures == 0 {
			t.Errorf("source: %+v", c)
		}
	}
	if !slices.ContainsFunc(s.Problems, func(p node.Problem) bool { return strings.Contains(p.Text, `endpoint "liar"`) }) {
		t.Errorf("status does not name the endpoint that lies: %+v", s.Problems)
	}

	// Two of three operators of the first chain tell two other histories, then they are gone. They do nothing else:
	// a liar that tells the truth now and then makes two with an honest one.
	first := &n.Info.Chains[0]
	for _, rules := range [][]faultproxy.Rule{{{Fault: faultproxy.HistoryOther}}, {{Fault: faultproxy.ConnectionReset}}} {
		before.set(t, first.ChainID, 1, rules...)
		before.set(t, first.ChainID, 2, rules...)
		waitBlocks(ctx, t, n, 12) // what was certain before it is certified
		certified := certificates(ctx, t, n)
		held, err := run.send(ctx, 3)
		if err != nil {
			t.Fatal(err)
		}
		other := slices.DeleteFunc(slices.Clone(held), func(m client.Sent) bool { return m.Target != first.ChainID })
		if err := run.await(ctx, other, waitLimit); err != nil {
			t.Fatal(err)
		}
		now := certificates(ctx, t, n)
		if now[0] != certified[0] || now[1] <= certified[1] {
			t.Errorf("certified ends %v, were %v: the first chain has one honest endpoint, the second one two", now, certified)
		}
		if got, want := run.arrived(held), len(other); got != want {
			t.Errorf("%d of %d messages arrived, %d are of the chain that is read", got, len(held), want)
		}
		before.set(t, first.ChainID, 1)
		before.set(t, first.ChainID, 2)
		if err := run.await(ctx, run.sent, waitLimit); err != nil {
			t.Fatal(err)
		}
	}
	exactlyOnce(ctx, t, n, run)
	auditNonces(ctx, t, n)
	for i := range n.Nodes {
		s, err := n.Status(ctx, i)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Conduct {
			if c.WrongVotes.Count != 0 || c.Equivocations.Count != 0 {
				t.Errorf("node%d says of %s: %+v", i, c.Moniker, c)
			}
		}
	}
}

// proxies are three endpoints of each chain, the same for every validator.
type proxies struct {
	of map[message.ChainID][]*faultproxy.Server
}

var proxyNames = []string{"own", "provider", "liar"}

// install puts the proxies into the place of the chains' endpoints.
func (p *proxies) install(t *testing.T, home node.Layout) error {
	c, err := node.LoadConfig(home.ConfigFile(), func(string) string { return "" })
	if err != nil {
		return err
	}
	if p.of == nil {
		p.of = map[message.ChainID][]*faultproxy.Server{}
	}
	for i := range c.Chains {
		one := &c.Chains[i]
		id := message.ChainID(one.ChainID)
		for k := len(p.of[id]); k < len(proxyNames); k++ {
			s, err := faultproxy.Start(one.Endpoints[0].URL, faultproxy.Options{Seed: uint64(k + 1)})
			if err != nil {
				return err
			}
			t.Cleanup(func() { _ = s.Close() })
			p.of[id] = append(p.of[id], s)
		}
		one.Agree, one.Unsafe, one.Endpoints = 0, false, nil
		for k, name := range proxyNames {
			one.Endpoints = append(one.Endpoints, sources.Endpoint{Name: name, Operator: fmt.Sprint("operator ", k), URL: p.of[id][k].URL()})
		}
	}
	return c.Save(home.ConfigFile())
}

// forge lets the third endpoint of a chain show a message that nobody sent in every answer about logs. The second one
// fails now and then, so that the third is asked.
func (p *proxies) forge(t *testing.T, n *Network, chain int) {
	t.Helper()
	c, other := &n.Info.Chains[chain], &n.Info.Chains[1-chain]
	manager := c.Manager
	p.set(t, c.ChainID, 2, faultproxy.Rule{
		Fault: faultproxy.LogAdd, Contract: &manager, Forge: &faultproxy.Forge{
			TargetChain: other.ChainID, Sender: message.Address{0xba, 0xd0}, Target: other.Inbox, Data: "never sent",
		},
	})
	p.set(t, c.ChainID, 1, faultproxy.Rule{Fault: faultproxy.HTTP503, Methods: []string{"eth_getLogs"}, Count: 20})
}

func (p *proxies) set(t *testing.T, chain message.ChainID, k int, rules ...faultproxy.Rule) {
	t.Helper()
	if err := p.of[chain][k].Set(rules...); err != nil {
		t.Fatal(err)
	}
}

// told reports whether the third endpoint of every chain has told a lie of a kind.
func (p *proxies) told(k faultproxy.Kind) bool {
	for _, list := range p.of {
		if list[2].Fired(k) == 0 {
			return false
		}
	}
	return true
}

// fired demands that the lies were told.
func (p *proxies) fired(t *testing.T) {
	t.Helper()
	for id, list := range p.of {
		counts := list[2].Counts()
		if counts[faultproxy.LogAdd] == 0 || len(counts) < 20 {
			t.Errorf("chain %s: the endpoint lied in these ways alone: %v", id, counts)
		}
		t.Logf("chain %s: lies %v", id, counts)
	}
}
