// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// Committee is what the validators' state says of the members and their key.
type Committee struct {
	ChainID     string       `json:"chain_id"`
	Height      uint64       `json:"height"`
	KeyEpoch    uint64       `json:"key_epoch"` // 0: there is no key yet
	KeyVersion  uint64       `json:"key_version"`
	GroupKey    string       `json:"group_key,omitempty"`
	Threshold   uint32       `json:"threshold"`
	Holding     int          `json:"holding"` // members that have proven to hold their share
	Spare       int          `json:"spare"`   // how many of those may fail before nothing is signed
	Faults      int          `json:"faults"`  // f, how many may fail when all hold their share
	Level       string       `json:"level"`   // ok, warning or error
	Advice      string       `json:"advice,omitempty"`
	Validators  []Standing   `json:"validators"`
	Ceremony    *Ceremony    `json:"ceremony,omitempty"` // the newest
	Statements  []Statement  `json:"statements"`         // that wait for signatures
	NextPending *ReadyAdvice `json:"ready,omitempty"`    // an epoch that waits to become active
	Stopped     []Stream     `json:"stopped_streams"`    // below final, contradicted
}

// ReadyAdvice is an epoch whose ceremony is done and that is not active yet.
type ReadyAdvice struct {
	KeyEpoch uint64 `json:"key_epoch"`
	GroupKey string `json:"group_key"`
	Members  int    `json:"members"`
}

// Standing is one validator.
type Standing struct {
	Index    uint32 `json:"index"` // in the active key epoch, 0: none
	Moniker  string `json:"moniker"`
	Address  string `json:"address"` // consensus address
	Operator string `json:"operator"`
	Status   string `json:"status"`
	Since    uint64 `json:"since"`
	Share    string `json:"share"` // held, unproven or none
}

// Statement waits for signatures of the group key.
type Statement struct {
	ID         uint64 `json:"id"`
	Kind       string `json:"kind"`
	KeyEpoch   uint64 `json:"key_epoch"`
	Digest     string `json:"digest"`
	Candidates int    `json:"candidates"`
}

// Committee asks for the members, the newest ceremony and what waits for a signature.
func (c *Client) Committee(ctx context.Context) (out Committee, err error) {
	err = c.ask(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		if out, err = committee(ctx, committeev1.NewQueryClient(conn)); err != nil {
			return err
		}
		return out.stopped(ctx, conn)
	})
	return out, err
}

func committee(ctx context.Context, q committeev1.QueryClient) (out Committee, err error) {
	network, err := q.Network(ctx, &committeev1.QueryNetworkRequest{})
	if err != nil {
		return out, err
	}
	epochs, err := q.Epochs(ctx, &committeev1.QueryEpochsRequest{})
	if err != nil {
		return out, err
	}
	list, err := q.Validators(ctx, &committeev1.QueryValidatorsRequest{})
	if err != nil {
		return out, err
	}
	waiting, err := q.Statements(ctx, &committeev1.QueryStatementsRequest{})
	if err != nil {
		return out, err
	}
	out = Committee{
		ChainID: network.ChainId, Height: network.Height, KeyEpoch: epochs.Active.Number, KeyVersion: epochs.Active.KeyVersion,
		Threshold: epochs.Active.Threshold, Validators: []Standing{}, Statements: []Statement{},
	}
	holds, err := holders(ctx, q, &epochs.Active)
	if err != nil {
		return out, err
	}
	indices := map[string]uint32{}
	for i := range epochs.Active.Members {
		m := &epochs.Active.Members[i]
		indices[string(m.ConsAddress)] = m.Index
	}
	for i := range list.Validators {
		out.Validators = append(out.Validators, standing(&list.Validators[i], indices, holds))
	}
	if out.KeyEpoch != 0 {
		out.GroupKey = fmt.Sprintf("0x%x", epochs.Active.GroupKey)
		out.judge(len(epochs.Active.Members), len(holds))
	} else {
		out.Level, out.Advice = "warning", "no group key yet: the first ceremony makes it"
	}
	if epochs.Ready.Number != 0 {
		out.NextPending = &ReadyAdvice{epochs.Ready.Number, fmt.Sprintf("0x%x", epochs.Ready.GroupKey), len(epochs.Ready.Members)}
	}
	for i := range waiting.Pending {
		s := &waiting.Pending[i]
		out.Statements = append(out.Statements, Statement{s.Id, word(s.Kind.String(), "STATEMENT_KIND_"), s.KeyEpoch, fmt.Sprintf("0x%x", s.Digest), len(s.Candidates)})
	}
	if r, err := q.Ceremony(ctx, &committeev1.QueryCeremonyRequest{}); err == nil {
		out.Ceremony = ceremonyOf(r, monikers(list.Validators))
	}
	return out, nil
}

// stopped adds the streams that wait for the members to resume them: a warning.
func (c *Committee) stopped(ctx context.Context, conn *grpc.ClientConn) error {
	r, err := lanesv1.NewQueryClient(conn).Streams(ctx, &lanesv1.QueryStreamsRequest{})
	if err != nil {
		return err
	}
	c.Stopped, err = streamViews(ctx, conn, r.Streams, func(s *lanesv1.Stream) bool { return s.StoppedAt != 0 && s.ClosedAt == 0 })
	if err == nil && len(c.Stopped) > 0 && c.Level == "ok" {
		c.Level, c.Advice = "warning", fmt.Sprintf("%d streams below final are stopped, first stream %d: %s", len(c.Stopped), c.Stopped[0].Index, c.Stopped[0].Resume())
	}
	return err
}

// judge counts the spare holders: warned at half of f or fewer, an error at none.
func (c *Committee) judge(members, holding int) {
	t := int(c.Threshold)
	c.Faults, c.Holding, c.Spare = members-t, holding, holding-t
	switch {
	case c.Spare < 0:
		c.Level, c.Advice = "error", fmt.Sprintf("%d of %d needed members hold a share: nothing can be signed", holding, t)
	case c.Spare == 0 && members > 1:
		c.Level, c.Advice = "error", "no spare member: the next failure stops signing; restore lost shares or reshare now"
	case 2*c.Spare <= c.Faults && members > 1 && c.Spare < c.Faults:
		c.Level, c.Advice = "warning", fmt.Sprintf("%d spare members of %d: restore lost shares or reshare", c.Spare, c.Faults)
	default:
		c.Level = "ok"
	}
}

// holders are the members of an epoch that proved to hold their share in its ceremony, by consensus address. For
// an epoch without a ceremony, or one that the state has forgotten, all members count.
func holders(ctx context.Context, q committeev1.QueryClient, e *committeev1.Epoch) (map[string]bool, error) {
	out := map[string]bool{}
	if e.Ceremony != 0 {
		if r, err := q.Ceremony(ctx, &committeev1.QueryCeremonyRequest{Number: e.Ceremony}); err == nil {
			for i := range r.Ceremony.Receivers {
				if r.Ceremony.Receivers[i].Ready {
					out[string(r.Ceremony.Receivers[i].ConsAddress)] = true
				}
			}
			return out, nil
		} else if !notFound(err) {
			return nil, err
		}
	}
	for i := range e.Members {
		out[string(e.Members[i].ConsAddress)] = true
	}
	return out, nil
}

func standing(v *committeev1.Validator, indices map[string]uint32, holds map[string]bool) Standing {
	s := Standing{
		Index: indices[string(v.ConsAddress)], Moniker: v.Moniker, Address: fmt.Sprintf("%x", v.ConsAddress),
		Operator: fmt.Sprintf("0x%x", v.Operator), Status: word(v.Status.String(), "STATUS_"), Since: v.Since, Share: "none",
	}
	if len(v.Operator) != len(message.Address{}) {
		s.Operator = ""
	}
	switch {
	case s.Index == 0:
	case holds[string(v.ConsAddress)]:
		s.Share = "held"
	default:
		s.Share = "unproven"
	}
	return s
}
