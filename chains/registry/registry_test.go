// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/message"
)

func TestProfiles(t *testing.T) {
	names := map[string]bool{}
	for _, p := range append(All(), mustGet(t, FirstLocal), mustGet(t, LastLocal)) {
		if names[p.Name] && p.Name != "local" {
			t.Errorf("%s: name is taken", p.Name)
		}
		names[p.Name] = true
		if time.Duration(p.Stride)*p.BlockTime < 2*time.Second {
			t.Errorf("%s: window of %d blocks is shorter than two seconds", p.Name, p.Stride)
		}
		if p.LogRange < p.Stride || p.Fees == "" || p.Evidence == "" {
			t.Errorf("%s: incomplete: %+v", p.Name, p)
		}
	}
	for name := range finalities {
		if !names[name] {
			t.Errorf("finality of %q, which is no profile", name)
		}
	}
	for _, want := range []string{"ethereum", "polygon", "bsc", "arbitrum", "optimism", "zksync", "avalanche", "local"} {
		if !names[want] {
			t.Errorf("no profile %s", want)
		}
	}
	if got := mustGet(t, 31338).CAIP2(); got != "eip155:31338" {
		t.Errorf("CAIP-2 id is %s", got)
	}
	for _, id := range []message.ChainID{0, 2, FirstLocal - 1, LastLocal + 1} {
		if _, ok := Get(id); ok {
			t.Errorf("chain %s has a profile", id)
		}
	}
}

// TestPoll: looking for the final block costs no more than a request in a block's time, and delays a message by no more
// than a hundredth or a second.
func TestPoll(t *testing.T) {
	for _, p := range All() {
		if p.Poll() < p.BlockTime || p.Poll() > max(p.BlockTime, p.Finality.Usual/100, time.Second) {
			t.Errorf("%s: %s", p.Name, p.Poll())
		}
	}
	for name, want := range map[message.ChainID]time.Duration{1: 12 * time.Second, 10: 12 * time.Second, 56: time.Second, 137: 2 * time.Second, FirstLocal: 0} {
		if got := mustGet(t, name).Poll(); got != want {
			t.Errorf("chain %s: %s, want %s", name, got, want)
		}
	}
}

// TestEvidence: what `bridged status` says of each kind of chain.
func TestEvidence(t *testing.T) {
	for chain, want := range map[message.ChainID]Evidence{
		1: EvidenceReceipts, 10: EvidenceReceipts, FirstLocal: EvidenceReceipts, LastLocal: EvidenceReceipts,
		56: EvidenceAgreement, 137: EvidenceAgreement, 324: EvidenceAgreement, 42161: EvidenceAgreement, 43114: EvidenceAgreement,
	} {
		if got := mustGet(t, chain).Evidence; got != want {
			t.Errorf("chain %s: %s, want %s", chain, got, want)
		}
	}
}

// TestFinalities: a chain without a rule for finality, or with a figure that nobody can look up, is no chain of ours.
func TestFinalities(t *testing.T) {
	for _, p := range append(All(), mustGet(t, FirstLocal)) {
		f := p.Finality
		if f.Tag != TagFinalized || f.Usual <= 0 || f.Rests == "" || len(f.Sources) == 0 {
			t.Errorf("%s: incomplete: %+v", p.Name, f)
		}
		if f.Stalled < 4*f.Usual {
			t.Errorf("%s: called stalled after %s, usual is %s", p.Name, f.Stalled, f.Usual)
		}
		if (f.FastDepth == 0) != (f.FastSource == "") {
			t.Errorf("%s: depth %d of fast lanes from %q", p.Name, f.FastDepth, f.FastSource)
		}
		sources := f.Sources
		if f.FastSource != "" {
			sources = append(slices.Clone(sources), f.FastSource)
		}
		for _, s := range sources {
			if _, err := os.Stat(filepath.Join("..", "..", s)); !strings.HasPrefix(s, "https://") && err != nil {
				t.Errorf("%s: source %q is no page and no folder", p.Name, s)
			}
		}
	}
}

func mustGet(t *testing.T, id message.ChainID) Profile {
	t.Helper()
	p, ok := Get(id)
	if !ok {
		t.Fatalf("no profile for chain %s", id)
	}
	return p
}

func network() *Network {
	return &Network{
		ChainID: "aitbc-test-1", BridgeID: message.BridgeID("aitbc-test-1"), GroupKey: message.Hash{1}, KeyVersion: 1,
		Validators: []Validator{{Moniker: "a", GRPC: "127.0.0.1:9090", RPC: "http://127.0.0.1:26657"}},
		Chains: []Chain{
			{ChainID: 31337, Name: "A", Manager: message.Address{1}, DeployBlock: 3, Profile: "local", Timelock: message.Address{2}, URLs: []string{"http://127.0.0.1:8545"}, Inbox: message.Address{9}},
			{ChainID: 1, Name: "Ethereum", Manager: message.Address{1}, Profile: "ethereum", Timelock: message.Address{2}},
		},
	}
}

func TestNetworkSaveLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "network.json")
	n := network()
	for range 2 { // the second replaces the first
		if err := n.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, n) {
		t.Errorf("have %+v, want %+v", got, n)
	}
	b, _ := os.ReadFile(path)
	if strings.Count(string(b), "inbox") != 1 {
		t.Error("an unset inbox is written")
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".network-*"))
	if len(left) != 0 {
		t.Errorf("temporary files left: %v", left)
	}
	for name, content := range map[string]string{
		"unknown key": strings.Replace(string(b), `"name"`, `"nam"`, 1),
		"two values":  string(b) + "{}",
		"cut":         string(b[:len(b)/2]),
		"empty":       "",
	} {
		if _, err := Parse([]byte(content)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestNetworkValidate(t *testing.T) {
	if err := network().Validate(); err != nil {
		t.Fatal(err)
	}
	for key, spoil := range map[string]func(*Network){
		"chain_id":            func(n *Network) { n.ChainID = ""; n.BridgeID = message.BridgeID("") },
		"bridge_id":           func(n *Network) { n.BridgeID[0]++ },
		"group_key":           func(n *Network) { n.GroupKey = message.Hash{} },
		"key_version":         func(n *Network) { n.KeyVersion = 0 },
		"validators[0].grpc":  func(n *Network) { n.Validators[0].GRPC = "" },
		"validators[0].rpc":   func(n *Network) { n.Validators[0].RPC = "localhost" },
		"validators[1]":       func(n *Network) { n.Validators = append(n.Validators, n.Validators[0]) },
		"chains[0].chain_id":  func(n *Network) { n.Chains[0].ChainID = 0 },
		"chains[1].chain_id":  func(n *Network) { n.Chains[1].ChainID = 31337 },
		"chains[0].name":      func(n *Network) { n.Chains[0].Name = "" },
		"chains[0].manager":   func(n *Network) { n.Chains[0].Manager = message.Address{} },
		"chains[0].timelock":  func(n *Network) { n.Chains[0].Timelock = message.Address{} },
		"chains[0].profile":   func(n *Network) { n.Chains[0].Profile = "ethereum" },
		"chains[1].inbox":     func(n *Network) { n.Chains[1].Inbox = message.Address{1} },
		"chains[0].urls[0]":   func(n *Network) { n.Chains[0].URLs[0] = "8545" },
		"validators[0].monik": func(n *Network) { n.Validators[0].Moniker = "" },
	} {
		n := network()
		spoil(n)
		err := n.Validate()
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
		if n.Save(filepath.Join(t.TempDir(), "n.json")) == nil {
			t.Errorf("%s: saved", key)
		}
	}
	n := network()
	n.BridgeID, n.Chains[0].Manager = message.Hash{}, message.Address{}
	err := n.Validate()
	if !errors.Is(err, message.ErrZero) || !errors.Is(err, message.ErrRange) {
		t.Errorf("not everything wrong is reported: %v", err)
	}
}
