// SPDX-License-Identifier: Apache-2.0

package sources

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/evm/pool"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
)

// local is a chain whose endpoints are a, b, … at URLs of their own.
func local(id uint64, names ...string) Chain {
	c := Chain{ChainID: id}
	for _, n := range names {
		c.Endpoints = append(c.Endpoints, Endpoint{Name: n, URL: "http://127.0.0.1:1/key-" + n})
	}
	return c
}

func open(t *testing.T, chains ...Chain) *Set {
	t.Helper()
	s, err := Open(chains, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func members(s *Set, id message.ChainID) (out []string) {
	one, ok := s.Get(id)
	if !ok {
		return nil
	}
	for _, m := range one.Pool.Health().Members {
		out = append(out, m.Name)
	}
	return out
}

func TestApply(t *testing.T) {
	first, second := local(31337, "a", "b", "c"), local(31338, "a", "b")
	for name, c := range map[string]struct {
		to   func() []Chain
		want []Change
		text string // of the error; nothing has changed then
	}{
		"nothing": {to: func() []Chain { return []Chain{first, second} }},
		"an endpoint comes, one goes": {
			to:   func() []Chain { return []Chain{local(31337, "a", "d", "c"), second} },
			want: []Change{{Chain: 31337, What: Changed, Added: []string{"d"}, Removed: []string{"b"}}},
		},
		"an endpoint changes": {
			to: func() []Chain {
				c := local(31337, "a", "b", "c")
				c.Endpoints[1].RequestsPerHour = 100
				c.Endpoints[2].WS = "ws://127.0.0.1:1/key"
				return []Chain{second, c}
			},
			want: []Change{{Chain: 31337, What: Changed, Changed: []string{"b", "c"}}},
		},
		"a hash is demanded": {
			to: func() []Chain {
				c := local(31338, "a", "b")
				c.ManagerCodeHash = message.Keccak(nil).String()
				return []Chain{first, c}
			},
			want: []Change{{Chain: 31338, What: Changed, Settings: []string{"manager_code_hash"}}},
		},
		"a chain comes, one goes": {
			to:   func() []Chain { return []Chain{first, local(31339, "x", "y")} },
			want: []Change{{Chain: 31339, What: Added, Added: []string{"x", "y"}}, {Chain: 31338, What: Removed, Removed: []string{"a", "b"}}},
		},
		"all go": {
			to:   func() []Chain { return nil },
			want: []Change{{Chain: 31337, What: Removed, Removed: []string{"a", "b", "c"}}, {Chain: 31338, What: Removed, Removed: []string{"a", "b"}}},
		},
		"default said": {to: func() []Chain {
			c := local(31338, "a", "b")
			c.Agree = pool.DefaultAgree
			return []Chain{first, c}
		}},
		"more must agree": {text: "chains[0].agree", to: func() []Chain {
			c := local(31337, "a", "b", "c", "d")
			c.Agree = 3
			return []Chain{c, local(31338, "a", "c"), local(31339, "x", "y")}
		}},
		"unsafe": {text: "chains[0].unsafe", to: func() []Chain {
			c := local(31337, "a", "b", "c", "d")
			c.Unsafe = true
			return []Chain{c, second}
		}},
		"wrong later on":     {text: "chains[1]", to: func() []Chain { return []Chain{local(31337, "a", "d"), local(31338, "a")} }},
		"a chain twice":      {text: "appears twice", to: func() []Chain { return []Chain{first, first} }},
		"a chain of nobody":  {text: "no profile", to: func() []Chain { return []Chain{first, local(5, "a", "b")} }},
		"a hash that is not": {text: "manager_code_hash", to: func() []Chain { c := second; c.ManagerCodeHash = "0x12"; return []Chain{first, c} }},
		"one URL twice": {text: "endpoints[1].url: that of another", to: func() []Chain {
			c := local(31338, "a", "b")
			c.Endpoints[1].URL = c.Endpoints[0].URL
			return []Chain{first, c}
		}},
		"no ws": {text: "ws", to: func() []Chain {
			c := local(31338, "a", "b")
			c.Endpoints[1].WS = "http://127.0.0.1/key"
			return []Chain{first, c}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, first, second)
			kept, _ := s.Get(31337)
			have, err := s.Apply(c.to())
			if c.text != "" {
				if err == nil || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "key") && !strings.Contains(c.text, "key") {
					t.Fatalf("error %v, want %q and no URL", err, c.text)
				}
				if !reflect.DeepEqual(members(s, 31337), []string{"a", "b", "c"}) || !reflect.DeepEqual(members(s, 31338), []string{"a", "b"}) || members(s, 31339) != nil {
					t.Error("a refused list has changed something")
				}
				return
			}
			if err != nil || !reflect.DeepEqual(have, c.want) {
				t.Fatalf("%+v, %v", have, err)
			}
			for _, k := range c.to() {
				if !reflect.DeepEqual(members(s, k.id()), names(k.Endpoints)) {
					t.Errorf("chain %d has %v", k.ChainID, members(s, k.id()))
				}
			}
			if now, ok := s.Get(31337); ok && now != kept {
				t.Error("a chain that stays has another pool")
			}
			if again, err := s.Apply(c.to()); err != nil || len(again) != 0 {
				t.Errorf("the same list again: %+v, %v", again, err)
			}
		})
	}
}

// What agree demanded restarts for is refused as such, and a closed set takes nothing.
func TestApplyRefuses(t *testing.T) {
	s := open(t, local(31337, "a", "b", "c"))
	c := local(31337, "a", "b", "c")
	c.Agree = 3
	if _, err := s.Apply([]Chain{c}); !errors.Is(err, ErrRestart) {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply([]Chain{local(31337, "a", "b")}); !errors.Is(err, message.ErrUnavailable) {
		t.Error(err)
	}
}

func TestUnsafeIsSaid(t *testing.T) {
	var log bytes.Buffer
	c := local(31337, "a")
	c.Agree, c.Unsafe = 1, true
	s, err := Open([]Chain{c}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if h := s.Health(); !h[0].Unsafe || !strings.Contains(log.String(), "UNSAFE") || strings.Contains(log.String(), "key-a") {
		t.Errorf("%+v\n%s", h, log.String())
	}
}

// Run ends with its context and with the sources that go.
func TestRunEnds(t *testing.T) {
	s := open(t, local(31337, "a", "b"))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	if _, err := s.Apply(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply([]Chain{local(31338, "a", "b")}); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A label stands still from its last growth to the last time that it was seen, not longer.
func TestStalled(t *testing.T) {
	s := open(t, local(31337, "a", "b"))
	one, _ := s.Get(31337)
	at := time.Unix(1_700_000_000, 0)
	limit := one.Profile.Finality.Stalled
	for i, c := range []struct {
		final, head uint64
		after       time.Duration
		stands      time.Duration
		stalled     bool
	}{
		{10, 20, 0, 0, false},
		{10, 30, limit, limit, false},
		{11, 40, time.Hour, 0, false}, // it was not looked at for an hour
		{11, 41, limit + 1, limit + 1, true},
		{11, 41, time.Second, limit + 1 + time.Second, true},
		{12, 42, time.Second, 0, false},
	} {
		at = at.Add(c.after)
		one.saw(c.final, c.head, at)
		if h := one.Health(); h.Stands != c.stands || h.Stalled != c.stalled || h.Final != c.final || h.Head != c.head {
			t.Errorf("%d: %s, stalled %t, final %d, head %d", i, h.Stands, h.Stalled, h.Final, h.Head)
		}
	}
	// A chain that gives no final block at all stalls too.
	other := open(t, local(31338, "a", "b"))
	two, _ := other.Get(31338)
	two.saw(0, 5, at)
	two.saw(0, 50, at.Add(limit+1))
	if h := two.Health(); !h.Stalled {
		t.Errorf("%+v", h.Stands)
	}
}

func TestFromNetwork(t *testing.T) {
	for name, c := range map[string]struct {
		chain message.ChainID
		urls  []string
		agree int // 0: refused
	}{
		"one, local":         {31337, []string{"http://127.0.0.1:1"}, 1},
		"one host, local":    {31337, []string{"http://127.0.0.1:1", "http://127.0.0.1:2"}, 1},
		"one, public":        {1, []string{"https://a.example"}, 0},
		"none":               {1, nil, 0},
		"two":                {1, []string{"https://a.example", "https://b.example/key"}, 2},
		"two hosts of three": {1, []string{"https://a.example", "https://a.example/x", "https://b.example"}, 2},
		"four":               {1, []string{"https://a.example", "https://b.example", "https://c.example", "https://d.example"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := FromNetwork(&registry.Chain{ChainID: c.chain, URLs: c.urls})
			if c.agree == 0 {
				if !errors.Is(err, message.ErrRange) {
					t.Fatalf("%+v, %v", k, err)
				}
				return
			}
			if err != nil || k.Agree != c.agree || k.Unsafe != (c.agree < 2) || k.Check() != nil {
				t.Fatalf("%+v, %v, %v", k, err, k.Check())
			}
			s, err := Open([]Chain{k}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if one, ok := s.Get(c.chain); !ok || one.Agreed() != uint8(c.agree) {
				t.Errorf("%d operators stand behind an answer, want %d", one.Agreed(), c.agree)
			}
		})
	}
}
