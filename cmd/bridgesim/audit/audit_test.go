// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"errors"
	"slices"
	"testing"
)

func TestConfigRefused(t *testing.T) {
	good := newNet(t).a.cfg
	for _, c := range []struct {
		name   string
		change func(*Config)
	}{
		{"no bridge", func(c *Config) { c.BridgeID = Hash{} }},
		{"no key", func(c *Config) { c.GroupKey = [32]byte{} }},
		{"key off the curve", func(c *Config) { c.GroupKey = [32]byte{31: 5} }},
		{"key of the order", func(c *Config) { order.FillBytes(c.GroupKey[:]) }},
		{"no members", func(c *Config) { c.Members = 0 }},
		{"no threshold", func(c *Config) { c.Threshold = 0 }},
		{"threshold above members", func(c *Config) { c.Threshold = c.Members + 1 }},
		{"no streams", func(c *Config) { c.Streams = nil }},
		{"no stride", func(c *Config) { c.Streams[0].Stride = 0 }},
		{"no epoch", func(c *Config) { c.Streams[0].Epoch = 0 }},
		{"no manager", func(c *Config) { c.Streams[0].Manager = Address{} }},
		{"one index twice", func(c *Config) { c.Streams[1].Index = c.Streams[0].Index }},
		{"one chain twice", func(c *Config) { c.Streams[1].Chain = c.Streams[0].Chain }},
	} {
		bad := good
		bad.Streams = slices.Clone(good.Streams)
		c.change(&bad)
		if _, err := New(bad); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
}

// A committee with more liars than it bears is told by name.
func TestEquivocatorsAreNamed(t *testing.T) {
	n := newNet(t)
	if got := n.a.Equivocators(); len(got) != 0 {
		t.Errorf("have %v before anybody spoke", got)
	}
	n.sent("x")
	n.vote(1, 5, n.newest())
	n.vote(1, 6, n.newest())
	for _, m := range []int{4, 3} {
		n.vote(m, 5, n.newest())
		n.vote(m, 6, other(n.newest()))
	}
	if got := n.a.Equivocators(); !slices.Equal(got, []int{3, 4}) {
		t.Errorf("have %v, want 3 and 4", got)
	}
}

// What a fact violates is returned by its own method and kept.
func TestViolationsAreReturnedOnce(t *testing.T) {
	n := newNet(t)
	if got := n.a.AppHash(AppHash{Node: 1, Fork: 1, Height: 1}); len(got) != 1 || got[0].Law != Determinism {
		t.Errorf("have %v", got)
	}
	if got := n.a.AppHash(AppHash{Node: 1, Fork: 1, Height: 2, Hash: []byte{1}}); len(got) != 0 {
		t.Errorf("have %v", got)
	}
	if got := n.a.Violations(); len(got) != 1 || got[0].String() != "I-06: empty app hash: node 1, height 1" {
		t.Errorf("have %v", got)
	}
}
