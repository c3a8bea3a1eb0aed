// SPDX-License-Identifier: Apache-2.0

package node

import (
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
)

// Source is one chain that the node reads, as part of Status. No URL is in it.
type Source struct {
	Chain         uint64           `json:"chain"`
	Agree         uint32           `json:"agree"` // so many operators must give one answer
	Operators     uint32           `json:"operators"`
	Unsafe        string           `json:"unsafe,omitempty"` // what is weaker than the default
	Evidence      string           `json:"evidence"`         // what supports the logs: agreement or receipts
	Disagreements uint64           `json:"disagreements"`    // questions that had no answer because operators contradict each other
	Shortfalls    uint64           `json:"shortfalls"`       // questions that had no answer because too few did
	Endpoints     []EndpointStatus `json:"endpoints"`
}

// EndpointStatus is one endpoint of a Source; counts are since the node started.
type EndpointStatus struct {
	Name      string `json:"name"`
	Operator  string `json:"operator"`
	State     string `json:"state"`          // unchecked, healthy, demoted, wrong-chain
	Away      string `json:"away,omitempty"` // why it cannot be asked now
	Requests  uint64 `json:"requests"`
	Failures  uint64 `json:"failures"`
	Dissents  uint64 `json:"dissents"` // answers unlike the one that the others agreed on
	LastError string `json:"last_error,omitempty"`
	Head      uint64 `json:"head"`
}

// reads takes what the node says of its sources.
func (s *Status) reads(list []nodev1.Source) {
	for i := range list {
		p := &list[i]
		one := Source{
			Chain: p.Chain, Agree: p.Agree, Operators: p.Operators, Unsafe: p.Unsafe, Evidence: p.Evidence,
			Disagreements: p.Disagreements, Shortfalls: p.Shortfalls, Endpoints: []EndpointStatus{},
		}
		for j := range p.Endpoints {
			e := &p.Endpoints[j]
			one.Endpoints = append(one.Endpoints, EndpointStatus{
				Name: e.Name, Operator: e.Operator, State: e.State, Away: e.Away, Requests: e.Requests,
				Failures: e.Failures, Dissents: e.Dissents, LastError: e.LastError, Head: e.Head,
			})
		}
		s.Sources = append(s.Sources, one)
	}
}

// doubt says which sources and endpoints a person should look at.
func (s *Status) doubt(add func(level, format string, args ...any)) {
	for i := range s.Sources {
		p := &s.Sources[i]
		if p.Unsafe != "" && !registry.IsLocal(message.ChainID(p.Chain)) {
			add(LevelError, "chain %d: UNSAFE settings of this node: %s", p.Chain, p.Unsafe)
		}
		for j := range p.Endpoints {
			switch e := &p.Endpoints[j]; {
			case e.State == "wrong-chain":
				add(LevelError, "chain %d: endpoint %q serves another chain and has no voice", p.Chain, e.Name)
			case e.Dissents > 0:
				add(LevelError, "chain %d: endpoint %q answered %d times unlike the others: it lies or is behind", p.Chain, e.Name, e.Dissents)
			case e.State == "demoted":
				add(LevelWarning, "chain %d: endpoint %q fails (%s)", p.Chain, e.Name, e.LastError)
			}
		}
	}
}
