// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aitbc/bridge/cmd/sources"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
)

// openFeeds makes the sources of a configuration. Errors: ErrConfig.
func openFeeds(c *Config, logger *slog.Logger) (*sources.Set, error) {
	s, err := sources.Open(c.Chains, logger)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", err, ErrConfig))
	}
	return s, nil
}

// sourcesProto is what the node's own query says of its sources.
func sourcesProto(list []sources.Health) (out []nodev1.Source) {
	for i := range list {
		h := &list[i]
		one := nodev1.Source{
			Chain: uint64(h.Chain), Agree: uint32(h.Agree), Operators: uint32(h.Operators), Unsafe: h.UnsafeReason,
			Disagreements: h.Disagreements, Shortfalls: h.Shortfalls, Evidence: string(h.Profile.Evidence),
			Final: h.Final, Head: h.Head, Stands: uint64(h.Stands / time.Second), Stalled: h.Stalled,
			StalledAfter: uint64(h.Profile.Finality.Stalled / time.Second), Code: h.Code,
		}
		for j := range h.Members {
			m := &h.Members[j]
			one.Endpoints = append(one.Endpoints, nodev1.Endpoint{
				Name: m.Name, Operator: m.Operator, State: string(m.State), Away: string(m.Away), Requests: m.Requests,
				Failures: m.Failures, Dissents: m.Dissents, LastError: string(m.LastError), Head: m.Head, Final: m.Final,
				Announces: announces(h.Announced, m.Name),
			})
		}
		out = append(out, one)
	}
	return out
}

func announces(list map[string]bool, name string) string {
	switch up, ok := list[name]; {
	case !ok:
		return ""
	case up:
		return "standing"
	}
	return "broken"
}

// changesProto is what a reload has done.
func changesProto(list []sources.Change, restart []string) *nodev1.ReloadResponse {
	out := &nodev1.ReloadResponse{Restart: restart}
	for _, c := range list {
		out.Chains = append(out.Chains, nodev1.ReloadedChain{
			Chain: uint64(c.Chain), What: c.What, Added: c.Added, Removed: c.Removed, Changed: c.Changed, Settings: c.Settings,
		})
	}
	return out
}
