// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
)

// Times is how often something happened and at which height last.
type Times struct {
	Count uint32 `json:"count"`
	Last  uint64 `json:"last"`
}

// Conduct is what the chain's state records of one member. Every node agrees on it.
type Conduct struct {
	Member        uint32         `json:"member"`
	Moniker       string         `json:"moniker"`
	Address       string         `json:"address"`         // consensus address, hexadecimal
	Suspended     uint64         `json:"suspended_since"` // height; 0: not suspended
	BenchUntil    uint64         `json:"bench_until"`     // 0: not benched now
	BenchReason   string         `json:"bench_reason,omitempty"`
	Equivocations Times          `json:"equivocations"`
	Evidence      []Equivocation `json:"evidence,omitempty"`
	Garbled       Times          `json:"garbled"`
	InvalidShares Times          `json:"invalid_shares"`
	MissingShares Times          `json:"missing_shares"`
	WrongVotes    Times          `json:"wrong_votes"` // windows certified with another checkpoint than it had voted for
}

// Equivocation is a member's newest case in one stream; the signed words are in block Height.
type Equivocation struct {
	Stream uint32 `json:"stream"`
	End    uint64 `json:"end"`
	First  string `json:"first"` // body hashes
	Second string `json:"second"`
	Count  uint32 `json:"count"`
	Height uint64 `json:"height"`
}

// Fault is what this node saw a member do, under one rule.
type Fault struct {
	Kind    string `json:"kind"`
	Rule    string `json:"rule"`
	Member  uint32 `json:"member"` // 0: no member
	Moniker string `json:"moniker"`
	Address string `json:"address"`
	Count   uint64 `json:"count"`
	First   uint64 `json:"first"`
	Last    uint64 `json:"last"`
	Detail  string `json:"detail,omitempty"`
}

// Absence says in how many of the last commits a member is missing.
type Absence struct {
	Member  uint32 `json:"member"`
	Moniker string `json:"moniker"`
	Address string `json:"address"`
	Missed  uint32 `json:"missed"`
	Last    uint64 `json:"last"`
}

// judge asks for the members' conduct and for what this node saw.
func (s *Status) judge(ctx context.Context, conn *grpc.ClientConn, names map[uint32]string) error {
	list, err := certifyv1.NewQueryClient(conn).Members(ctx, &certifyv1.QueryMembersRequest{})
	if err != nil {
		return fmt.Errorf("query conduct: %w", err)
	}
	if h := list.Halt; h != nil {
		s.Halted = fmt.Sprintf("%s at height %d, last cause member %d %q (%X), stream %d, window %d",
			h.Reason, h.Height, h.Member, names[h.Member], h.Address, h.Stream, h.End)
	}
	for i := range list.Members {
		m := &list.Members[i]
		one := Conduct{
			Member: m.Index, Moniker: names[m.Index], Address: fmt.Sprintf("%X", m.Address),
			Equivocations: times(m.Equivocations), Garbled: times(m.Garbled),
			InvalidShares: times(m.InvalidShares), MissingShares: times(m.MissingShares), WrongVotes: times(m.WrongVotes),
		}
		if m.Suspension != nil {
			one.Suspended = m.Suspension.Since
		}
		if b := m.Bench; b != nil && b.Until > list.Height {
			one.BenchUntil, one.BenchReason = b.Until, b.Reason
		}
		for _, e := range m.Evidence {
			one.Evidence = append(one.Evidence, Equivocation{
				Stream: e.Stream, End: e.End, First: fmt.Sprintf("0x%x", e.First), Second: fmt.Sprintf("0x%x", e.Second), Count: e.Count, Height: e.Height,
			})
		}
		s.Conduct = append(s.Conduct, one)
	}
	own := nodev1.NewQueryClient(conn)
	self, err := own.Node(ctx, &nodev1.QueryNodeRequest{})
	if err != nil {
		return fmt.Errorf("query node: %w", err)
	}
	s.Stopped, s.Boot = self.Stopped, self.Signer.Boot
	s.reads(self.Sources)
	for i := range s.Streams {
		s.Streams[i].fill(self)
	}
	seen, err := own.Faults(ctx, &nodev1.QueryFaultsRequest{})
	if err != nil {
		return fmt.Errorf("query faults: %w", err)
	}
	s.Commits = seen.Commits
	for _, f := range seen.Faults {
		s.Faults = append(s.Faults, Fault{
			Kind: f.Kind, Rule: f.Rule, Member: f.Member, Moniker: f.Moniker, Address: fmt.Sprintf("%X", f.ConsAddress),
			Count: f.Count, First: f.First, Last: f.Last, Detail: f.Detail,
		})
	}
	for _, m := range seen.Absences {
		s.Absences = append(s.Absences, Absence{Member: m.Member, Moniker: m.Moniker, Address: fmt.Sprintf("%X", m.ConsAddress), Missed: m.Missed, Last: m.Last})
	}
	return nil
}

// fill takes what the node says of its own part in the stream.
func (p *StreamStatus) fill(self *nodev1.QueryNodeResponse) {
	if p.Lower != nil {
		for _, c := range self.Contradictions {
			if c.Stream == p.Index && c.Generation == p.Lower.Generation {
				p.Lower.Contradicted, p.Lower.Reported = c.End, c.Sent
			}
		}
		if p.Lower.StoppedAt != 0 {
			return // nobody is asked for anything in it
		}
	}
	for _, o := range self.Streams {
		if o.Index != p.Index {
			continue
		}
		p.Halted, p.Abstains = o.Halted, o.Abstains
		switch {
		case p.Lower != nil:
			p.Lower.Tip, p.Lower.Waits = o.Newest, o.Waits
		case p.Halted == "" && p.Abstains == "" && p.CertifiedEnd != 0 && o.Newest < p.CertifiedEnd:
			p.Abstains = fmt.Sprintf("own tree ends at block %d, certified is block %d: it must hold the certified checkpoint first", o.Newest, p.CertifiedEnd)
		}
		return
	}
	p.Abstains = "this node does not cover the chain"
}

func times(o certifyv1.Occurrences) Times { return Times{o.Count, o.Height} }
