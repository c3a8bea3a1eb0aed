// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Proposal is what the members decide on, in words.
type Proposal struct {
	Number    uint64   `json:"number"`
	Kind      string   `json:"kind"`
	Effect    []string `json:"effect"` // what happens when it passes, a line each
	Status    string   `json:"status"`
	Proposer  string   `json:"proposer"` // moniker, or operator
	Opened    uint64   `json:"opened"`
	Expires   uint64   `json:"expires"`
	Ended     uint64   `json:"ended,omitempty"`
	Approvals []string `json:"approvals"` // monikers
	Needed    uint32   `json:"needed"`
	Failure   string   `json:"failure,omitempty"`
}

// StatusWord is open, passed, failed or expired.
func StatusWord(s committeev1.ProposalStatus) string { return word(s.String(), "PROPOSAL_STATUS_") }

// Proposals lists the newest hundred proposals.
func (c *Client) Proposals(ctx context.Context) (out []Proposal, err error) {
	err = c.ask(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		q := committeev1.NewQueryClient(conn)
		r, err := q.Proposals(ctx, &committeev1.QueryProposalsRequest{})
		if err != nil {
			return err
		}
		list, err := q.Validators(ctx, &committeev1.QueryValidatorsRequest{})
		if err != nil {
			return err
		}
		out = []Proposal{}
		for i := range r.Proposals {
			out = append(out, proposalOf(&r.Proposals[i], list.Validators))
		}
		return nil
	})
	return out, err
}

// Proposal asks for one proposal.
func (c *Client) Proposal(ctx context.Context, number uint64) (out Proposal, err error) {
	err = c.ask(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		q := committeev1.NewQueryClient(conn)
		r, err := q.Proposal(ctx, &committeev1.QueryProposalRequest{Number: number})
		if err != nil {
			return err
		}
		list, err := q.Validators(ctx, &committeev1.QueryValidatorsRequest{})
		if err != nil {
			return err
		}
		out = proposalOf(&r.Proposal, list.Validators)
		return nil
	})
	return out, err
}

func proposalOf(p *committeev1.Proposal, list []committeev1.Validator) Proposal {
	names := monikers(list)
	name := func(addr []byte) string {
		if n, ok := names[string(addr)]; ok {
			return n
		}
		return fmt.Sprintf("%x", addr)
	}
	out := Proposal{
		Number: p.Number, Status: StatusWord(p.Status), Opened: p.Opened, Expires: p.Expires, Ended: p.Ended, Approvals: []string{},
		Needed: p.Needed, Failure: p.Failure, Proposer: fmt.Sprintf("0x%x", p.Proposer),
	}
	for i := range list {
		if string(list[i].Operator) == string(p.Proposer) {
			out.Proposer = name(list[i].ConsAddress)
		}
	}
	for _, a := range p.Approvals {
		out.Approvals = append(out.Approvals, name(a))
	}
	out.Kind, out.Effect = effect(&p.Payload, name)
	return out
}

// effect says in words what a payload does.
func effect(p *committeev1.Payload, name func([]byte) string) (kind string, lines []string) {
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	switch k := p.Kind.(type) {
	case *committeev1.Payload_Member:
		kind = "member"
		for i := range k.Member.Add {
			m := &k.Member.Add[i]
			say("joins: %s, operator 0x%x, consensus key %x, dealing key 0x%x", m.Moniker, m.Operator, m.ConsPubkey, m.DealingKey)
		}
		for _, a := range k.Member.Remove {
			say("leaves: %s (%x)", name(a), a)
		}
		if len(lines) == 0 {
			say("nobody joins or leaves; all shares are made anew")
		}
	case *committeev1.Payload_Lane:
		s := &k.Lane.Stream
		kind = "lane"
		f := message.Finality(s.Finality)
		say("opens a %s stream: chain %d, manager 0x%x, finality %d, epoch %d, stride %d, from block %d", f, s.Chain, s.Manager, s.Finality, s.Epoch, s.Stride, s.StartBlock)
		if f != message.Final {
			say("what it certifies may vanish from the chain: at most %s messages above the final tree", aheadWord(s.MaxAhead))
		}
	case *committeev1.Payload_Parameter:
		kind = "parameter"
		q := &k.Parameter.Params
		say("sets, in blocks: commit %d, deal %d, complain %d, ready %d, test %d, probation %d, retry %d, proposal %d", q.CommitBlocks, q.DealBlocks,
			q.ComplainBlocks, q.ReadyBlocks, q.TestBlocks, q.ProbationBlocks, q.RetryBlocks, q.ProposalBlocks)
		if q.LowerFinality {
			say("streams below final MAY be opened")
		} else {
			say("no stream below final may be opened; those that are open go on")
		}
	case *committeev1.Payload_Resume:
		kind = "resume"
		switch src := k.Resume.Source; {
		case k.Resume.Chain:
			say("the chain signs again")
		case src != nil && src.BaseEnd == 0:
			say("stream %d closes for ever; its source goes on under the next epoch FROM NOTHING: no certificate is held to be its history any more", src.Stream)
		case src != nil:
			say("stream %d closes for ever; its source goes on under the next epoch from the certificate at block %d", src.Stream, src.BaseEnd)
			say("what was certified above that block is void once a target has seen the next epoch")
		case k.Resume.Lower != 0:
			say("stream %d below final, which was contradicted, certifies again, above all that it has certified before", k.Resume.Lower)
		default:
			say("the suspension of %s (%x) ends", name(k.Resume.Member), k.Resume.Member)
		}
	case *committeev1.Payload_Halt:
		h := k.Halt
		kind = "halt"
		say("the group key orders manager 0x%x on chain %d to pause scope 0x%x until %s", h.Manager, h.Chain, h.Scope, instant(h.NotAfter))
	case *committeev1.Payload_Rotate:
		kind = "rotate"
		say("a new group key is made and signed by the old and the new one, valid from %s", instant(k.Rotate.NotBefore))
	case *committeev1.Payload_Upgrade:
		kind = "upgrade"
		say("every node stops at height %d until it runs %s (%s)", k.Upgrade.Height, k.Upgrade.Name, k.Upgrade.Info)
	case *committeev1.Payload_Abort:
		kind = "abort"
		say("ceremony %d ends without effect", k.Abort.Ceremony)
	default:
		kind = "unknown"
		say("this version does not know what it does: do not approve")
	}
	return kind, lines
}

func aheadWord(n uint32) string {
	if n == 0 {
		return fmt.Sprint(stream.DefaultMaxAhead)
	}
	return fmt.Sprint(n)
}

func instant(seconds uint64) string {
	if seconds > 1<<40 {
		return fmt.Sprintf("%d s", seconds)
	}
	return time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339)
}
