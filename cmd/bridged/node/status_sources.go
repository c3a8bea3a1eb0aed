// SPDX-License-Identifier: Apache-2.0

package node

import (
	"strings"
	"time"

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
	Final         uint64           `json:"final"`            // newest blocks that operators agreed on, 0: none yet
	Head          uint64           `json:"head"`
	Stands        uint64           `json:"stands"`         // seconds for which final has been the same while the endpoints answered
	StalledAfter  uint64           `json:"stalled_after"`  // seconds, from the chain's profile
	Stalled       bool             `json:"stalled"`        // Stands is longer: the node waits
	Code          string           `json:"code,omitempty"` // what is wrong with the manager's code
	Endpoints     []EndpointStatus `json:"endpoints"`
}

// EndpointStatus is one endpoint of a Source; counts are since the node started.
type EndpointStatus struct {
	Name      string `json:"name"`
	Operator  string `json:"operator"`
	State     string `json:"state"`          // unchecked, healthy, demoted, wrong-chain, wrong-code
	Away      string `json:"away,omitempty"` // why it cannot be asked now
	Requests  uint64 `json:"requests"`
	Failures  uint64 `json:"failures"`
	Dissents  uint64 `json:"dissents"` // answers unlike the one that the others agreed on
	LastError string `json:"last_error,omitempty"`
	Head      uint64 `json:"head"`
	Final     uint64 `json:"final"`
	Announces string `json:"announces,omitempty"` // standing or broken, when it has a WebSocket URL
}

// reads takes what the node says of its sources.
func (s *Status) reads(list []nodev1.Source) {
	for i := range list {
		p := &list[i]
		one := Source{
			Chain: p.Chain, Agree: p.Agree, Operators: p.Operators, Unsafe: p.Unsafe, Evidence: p.Evidence,
			Disagreements: p.Disagreements, Shortfalls: p.Shortfalls, Endpoints: []EndpointStatus{},
			Final: p.Final, Head: p.Head, Stands: p.Stands, StalledAfter: p.StalledAfter, Stalled: p.Stalled, Code: p.Code,
		}
		for j := range p.Endpoints {
			e := &p.Endpoints[j]
			one.Endpoints = append(one.Endpoints, EndpointStatus{
				Name: e.Name, Operator: e.Operator, State: e.State, Away: e.Away, Requests: e.Requests,
				Failures: e.Failures, Dissents: e.Dissents, LastError: e.LastError, Head: e.Head, Final: e.Final, Announces: e.Announces,
			})
		}
		s.Sources = append(s.Sources, one)
	}
}

// operatorKey is by what operators are told apart.
func operatorKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func seconds(n uint64) time.Duration { return time.Duration(n) * time.Second }

// doubt says which sources and endpoints a person should look at.
func (s *Status) doubt(add func(level, format string, args ...any)) {
	for i := range s.Sources {
		p := &s.Sources[i]
		if p.Unsafe != "" && !registry.IsLocal(message.ChainID(p.Chain)) {
			add(LevelError, "chain %d: UNSAFE settings of this node: %s", p.Chain, p.Unsafe)
		}
		if p.Stalled {
			add(LevelWarning, "chain %d: its final block has been %d for %s, called stalled after %s; the head is %d: this node waits, it counts no confirmations instead",
				p.Chain, p.Final, seconds(p.Stands), seconds(p.StalledAfter), p.Head)
		}
		if p.Code != "" {
			add(LevelError, "chain %d: THE MANAGER'S CODE IS NOT WHAT IT SHOULD BE: %s; this node reads nothing of the chain", p.Chain, p.Code)
		}
		operators := map[string]bool{}
		for j := range p.Endpoints {
			if e := &p.Endpoints[j]; e.State != "wrong-chain" && e.State != "wrong-code" {
				operators[operatorKey(e.Operator)] = true
			}
		}
		if len(p.Endpoints) > 0 && len(operators) < int(p.Agree) {
			add(LevelError, "chain %d: endpoints of %d operators serve the chain and manager that this node knows, %d must agree: it reads nothing", p.Chain, len(operators), p.Agree)
		}
		for j := range p.Endpoints {
			switch e := &p.Endpoints[j]; {
			case e.State == "wrong-chain":
				add(LevelError, "chain %d: endpoint %q serves another chain and has no voice", p.Chain, e.Name)
			case e.State == "wrong-code":
				add(LevelError, "chain %d: endpoint %q shows other code of the manager than this node has recorded and has no voice", p.Chain, e.Name)
			case e.Dissents > 0:
				add(LevelError, "chain %d: endpoint %q answered %d times unlike the others: it lies or is behind", p.Chain, e.Name, e.Dissents)
			case e.State == "demoted":
				add(LevelWarning, "chain %d: endpoint %q fails (%s)", p.Chain, e.Name, e.LastError)
			}
		}
	}
}
