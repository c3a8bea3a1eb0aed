// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"slices"

	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
)

// Self is what a node says of itself beside the state machine.
type Self struct {
	Epochs     []uint64 // key epochs whose share the signer holds, ascending
	Boot       uint64   // of the signer; 0: none yet
	Streams    []nodev1.Stream
	Stopped    string // why it says nothing any more; empty while it does
	Ceremonies nodev1.Ceremonies
	Sources    []nodev1.Source
	// Contradictions are those that it reports, by stream.
	Contradictions []nodev1.Contradiction
}

// NodeSource tells what the parts beside the state machine know.
type NodeSource interface{ Self() Self }

// NodeServer answers what one node knows of itself and of others. It is no part of the state
// machine, and its answers are worth what the node's operator is worth.
type NodeServer struct {
	app    *App
	source NodeSource
}

var _ nodev1.QueryServer = NodeServer{}

// NewNodeServer serves the observations of a and what source says.
func NewNodeServer(a *App, source NodeSource) NodeServer { return NodeServer{a, source} }

// Node is the node's own state.
func (s NodeServer) Node(context.Context, *nodev1.QueryNodeRequest) (*nodev1.QueryNodeResponse, error) {
	self := s.source.Self()
	out := &nodev1.QueryNodeResponse{
		ChainId: s.app.chainID, ConsAddress: s.app.self, Streams: self.Streams, Stopped: self.Stopped, Ceremonies: self.Ceremonies, Sources: self.Sources,
		Contradictions: self.Contradictions,
		Signer:         nodev1.Signer{Epochs: self.Epochs, Boot: self.Boot},
	}
	if a := s.app.asked.Load(); a != nil {
		out.Height, out.Fork, out.Member = a.Height, a.Fork, uint32(a.MemberIndex)
		out.Signer.RecordedBoot, out.Signer.Unused = a.Boot, uint32(a.Pool)
		out.Signer.HasShare = slices.Contains(self.Epochs, a.KeyEpoch)
	}
	out.Moniker = s.app.members.Load().seat(s.app.self).moniker
	return out, nil
}

// Faults lists what the node saw others do wrong since it started.
func (s NodeServer) Faults(context.Context, *nodev1.QueryFaultsRequest) (*nodev1.QueryFaultsResponse, error) {
	seen, who := s.app.Observed(), s.app.members.Load()
	out := &nodev1.QueryFaultsResponse{Commits: uint32(seen.Commits)}
	for _, f := range seen.Faults {
		seat := who.seat(f.Address)
		out.Faults = append(out.Faults, nodev1.Fault{
			Kind: string(f.Kind), Rule: f.Rule, Member: seat.index, Moniker: seat.moniker, ConsAddress: f.Address,
			Count: f.Count, First: uint64(f.First), Last: uint64(f.Last), Detail: f.Detail,
		})
	}
	for _, m := range seen.Absences {
		seat := who.seat(m.Address)
		out.Absences = append(out.Absences, nodev1.Absence{
			Member: seat.index, Moniker: seat.moniker, ConsAddress: m.Address, Missed: uint32(m.Missed), Last: uint64(m.Last),
		})
	}
	return out, nil
}
