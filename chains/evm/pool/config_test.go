// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"errors"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

func TestConfig(t *testing.T) {
	members := func(operators ...string) []Member {
		var list []Member
		for i, o := range operators {
			name := string(rune('a' + i))
			list = append(list, Member{Name: name, Operator: o, Endpoint: newHost(name)})
		}
		return list
	}
	genesis := hashOf(0, 0)
	for name, c := range map[string]struct {
		cfg    Config
		want   error  // nil: accepted
		text   string // in the error
		unsafe string // in the reason
	}{
		"two of three":             {cfg: Config{Agree: 2, Members: members("x", "y", "z")}},
		"two of two":               {cfg: Config{Agree: 2, Members: members("x", "y")}},
		"three of five":            {cfg: Config{Agree: 3, Members: members("v", "w", "x", "y", "z")}},
		"three operators, spare":   {cfg: Config{Agree: 2, Members: members("x", "x", "y", "z")}},
		"none must agree":          {cfg: Config{Agree: 0, Unsafe: true, Members: members("x", "y")}, want: message.ErrRange, text: "0 operators must agree"},
		"fewer than none":          {cfg: Config{Agree: -1, Unsafe: true, Members: members("x", "y")}, want: message.ErrRange},
		"more than there are":      {cfg: Config{Agree: 3, Unsafe: true, Members: members("x", "y")}, want: message.ErrRange, text: "3 operators must agree, there are 2"},
		"one operator twice":       {cfg: Config{Agree: 2, Unsafe: true, Members: members("x", "x")}, want: message.ErrRange, text: "there are 1"},
		"operators by case":        {cfg: Config{Agree: 2, Unsafe: true, Members: members("X ", "x")}, want: message.ErrRange, text: "there are 1"},
		"one of one":               {cfg: Config{Agree: 1, Members: members("x")}, want: message.ErrRange, text: "decides alone"},
		"one of one, unsafe":       {cfg: Config{Agree: 1, Unsafe: true, Members: members("x")}, unsafe: "decides alone"},
		"no majority":              {cfg: Config{Agree: 2, Members: members("w", "x", "y", "z")}, want: message.ErrRange, text: "2 of 4 operators are no majority"},
		"no majority, unsafe":      {cfg: Config{Agree: 2, Unsafe: true, Members: members("w", "x", "y", "z")}, unsafe: "no majority"},
		"flag without need":        {cfg: Config{Agree: 2, Unsafe: true, Members: members("x", "y", "z")}},
		"no members":               {cfg: Config{Agree: 2}, want: message.ErrRange},
		"name twice":               {cfg: Config{Agree: 2, Members: append(members("x", "y"), Member{Name: "a", Operator: "z", Endpoint: newHost("a")})}, want: message.ErrRange, text: "member a is there twice"},
		"no name":                  {cfg: Config{Agree: 2, Members: append(members("x", "y"), Member{Operator: "z", Endpoint: newHost("a")})}, want: message.ErrRange, text: "member 2"},
		"no operator":              {cfg: Config{Agree: 2, Members: append(members("x", "y"), Member{Name: "c", Operator: " ", Endpoint: newHost("a")})}, want: message.ErrRange, text: "member 2"},
		"line break in a name":     {cfg: Config{Agree: 2, Members: append(members("x", "y"), Member{Name: "c\nd", Operator: "z", Endpoint: newHost("a")})}, want: message.ErrRange},
		"no endpoint":              {cfg: Config{Agree: 2, Members: append(members("x", "y"), Member{Name: "c", Operator: "z"})}, want: message.ErrZero, text: "member c: endpoint"},
		"small budget":             {cfg: Config{Agree: 2, Members: append(members("x", "y"), Member{Name: "c", Operator: "z", Endpoint: newHost("c"), HourlyRequests: MinHourlyRequests - 1})}, want: message.ErrRange, text: "requests an hour"},
		"least budget":             {cfg: Config{Agree: 2, Members: append(members("x", "y"), Member{Name: "c", Operator: "z", Endpoint: newHost("c"), HourlyRequests: MinHourlyRequests})}},
		"no genesis, public":       {cfg: Config{Chain: 1, Agree: 2, Members: members("x", "y")}, want: message.ErrRange, text: "genesis"},
		"genesis, public":          {cfg: Config{Chain: 1, Genesis: genesis, Agree: 2, Members: members("x", "y")}},
		"no genesis, unsafe":       {cfg: Config{Chain: 1, Unsafe: true, Agree: 2, Members: members("x", "y")}, unsafe: "genesis hash is not checked"},
		"too many":                 {cfg: Config{Agree: 2, Unsafe: true, Members: members(strings.Split("abcdefghijklmnopq", "")...)}, want: message.ErrRange, text: "17 members"},
		"everything at once, last": {cfg: Config{Agree: 9, HedgeAfter: -1, Members: members("x", "y")}, want: message.ErrRange, text: "9 operators must agree"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.cfg.Chain == 0 {
				c.cfg.Chain = testChain
			}
			p, err := New(c.cfg)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if err != nil {
				if !strings.Contains(err.Error(), c.text) {
					t.Errorf("error %q lacks %q", err, c.text)
				}
				return
			}
			defer p.Close()
			why, unsafe := p.Unsafe()
			if unsafe != (c.unsafe != "") || !strings.Contains(why, c.unsafe) {
				t.Errorf("unsafe %t: %q, want %q", unsafe, why, c.unsafe)
			}
			if h := p.Health(); h.Unsafe != unsafe || h.UnsafeReason != why || h.Agree != c.cfg.Agree || p.Agree() != c.cfg.Agree {
				t.Errorf("health %+v, %d must agree", h, p.Agree())
			}
		})
	}
	shared := newHost("a")
	if _, err := New(Config{Chain: testChain, Agree: 2, Members: []Member{{Name: "a", Operator: "x", Endpoint: shared}, {Name: "b", Operator: "y", Endpoint: shared}}}); !errors.Is(err, message.ErrRange) {
		t.Errorf("one endpoint under two operators: %v", err)
	}
	if _, err := New(Config{Agree: 2, Members: members("x", "y")}); !errors.Is(err, message.ErrZero) {
		t.Errorf("no chain: %v", err)
	}
}
