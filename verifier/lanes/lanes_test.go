// SPDX-License-Identifier: Apache-2.0

package lanes

import (
	"strings"
	"testing"

	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

func TestValidate(t *testing.T) {
	good := func() lanesv1.GenesisState {
		m := make([]byte, 20)
		m[0] = 1
		return lanesv1.GenesisState{Streams: []lanesv1.Stream{
			{Index: 1, Chain: 31337, Manager: m, Finality: 3, Epoch: 1, Stride: 2},
			{Index: 2, Chain: 31338, Manager: m, Finality: 3, Epoch: 1, Stride: 1},
		}}
	}
	cases := []struct {
		name, want string
		change     func(*lanesv1.GenesisState)
	}{
		{"good", "", func(*lanesv1.GenesisState) {}},
		{"empty", "", func(g *lanesv1.GenesisState) { g.Streams = nil }},
		{"zero index", "index", func(g *lanesv1.GenesisState) { g.Streams[0].Index = 0 }},
		{"index not ascending", "ascend", func(g *lanesv1.GenesisState) { g.Streams[1].Index = 1 }},
		{"index too large", "65535", func(g *lanesv1.GenesisState) { g.Streams[1].Index = 65536 }},
		{"zero chain", "chain", func(g *lanesv1.GenesisState) { g.Streams[0].Chain = 0 }},
		{"zero manager", "manager", func(g *lanesv1.GenesisState) { g.Streams[0].Manager = make([]byte, 20) }},
		{"short manager", "19 bytes", func(g *lanesv1.GenesisState) { g.Streams[0].Manager = g.Streams[0].Manager[:19] }},
		{"fast, no bound", "max_ahead", func(g *lanesv1.GenesisState) { g.Streams[0].Finality = 1 }},
		{"unknown finality", "finality 4", func(g *lanesv1.GenesisState) { g.Streams[0].Finality = 4 }},
		{"zero epoch", "epoch", func(g *lanesv1.GenesisState) { g.Streams[0].Epoch = 0 }},
		{"zero stride", "stride", func(g *lanesv1.GenesisState) { g.Streams[0].Stride = 0 }},
		{"same source twice", "same source", func(g *lanesv1.GenesisState) { g.Streams[1].Chain = 31337 }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := good()
			c.change(&g)
			err := Validate(g)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Fatalf("err %v, want %q", err, c.want)
			}
		})
	}
}
