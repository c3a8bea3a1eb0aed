// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
)

// controlPath is where rules are read and set.
const controlPath = "/_faults"

// RuleState is a rule and what came of it.
type RuleState struct {
	Rule
	Seen  uint64 `json:"seen"`  // calls that it matched
	Fired uint64 `json:"fired"` // lies that it told
}

// State is what GET /_faults answers.
type State struct {
	Seed   uint64            `json:"seed"`
	Rules  []RuleState       `json:"rules"`
	Counts map[Kind]uint64   `json:"counts"` // by kind, since the start
	Calls  map[string]uint64 `json:"calls"`  // by method, since the start
}

// State is a copy of the rules and every count.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := State{Seed: s.seed, Rules: make([]RuleState, len(s.rules)), Counts: maps.Clone(s.counts), Calls: maps.Clone(s.calls)}
	for i, a := range s.rules {
		st.Rules[i] = RuleState{Rule: a.Rule, Fired: a.fired}
		for _, n := range a.seen {
			st.Rules[i].Seen += n
		}
	}
	return st
}

// controls serves: GET /_faults (State), PUT (a JSON array of rules), DELETE (no rules), GET /_faults/kinds.
func (s *Server) controls(mux *http.ServeMux) {
	mux.HandleFunc("GET "+controlPath, func(w http.ResponseWriter, _ *http.Request) { reply(w, s.State()) })
	mux.HandleFunc("GET "+controlPath+"/kinds", func(w http.ResponseWriter, _ *http.Request) { reply(w, Kinds()) })
	mux.HandleFunc("DELETE "+controlPath, func(w http.ResponseWriter, _ *http.Request) {
		_ = s.Set() // no rule is no bad rule
		reply(w, s.State())
	})
	mux.HandleFunc("PUT "+controlPath, func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRulesBytes))
		if err != nil {
			http.Error(w, "rules above the bound", http.StatusRequestEntityTooLarge)
			return
		}
		rules, err := ParseRules(b)
		if err == nil {
			err = s.Set(rules...)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		reply(w, s.State())
	})
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // a client that went away is not our fault
}
