// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"context"
	"fmt"
	"time"

	"github.com/cometbft/cometbft/privval"
	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Grow makes count more homes with keys of their own and starts their nodes, which follow the chain and are no members
// yet. It returns what a proposal needs to let them join.
func (n *Network) Grow(ctx context.Context, count int) ([]committeev1.NewMember, error) {
	first := len(n.Nodes)
	if first+count > n.opts.Validators+n.opts.Spare {
		return nil, fmt.Errorf("%d validators and %d more; ports were taken for %d", first, count, n.opts.Validators+n.opts.Spare)
	}
	members, err := n.initHomes(first, count)
	if err != nil {
		return nil, err
	}
	info := *n.Info
	var out []committeev1.NewMember
	for k := range members {
		m := &members[k]
		operator, err := message.ParseAddress(m.Operator)
		if err != nil {
			return nil, err
		}
		out = append(out, committeev1.NewMember{
			ConsPubkey: m.PubKey, Operator: operator[:], Moniker: m.Moniker, DealingKey: m.DealingKey, DealingProof: m.DealingProof,
		})
		n.peers = append(n.peers, m.Peer)
		info.Validators = append(info.Validators, n.validator(first+k))
	}
	for k := range members {
		if err := n.furnish(n.NodeHome(first + k)); err != nil {
			return nil, err
		}
		if err := n.startNode(first + k); err != nil {
			return nil, err
		}
	}
	// Client goes on asking the validators that it knows: what is under way keeps its connections.
	n.Info = &info
	if err := info.Save(n.NetworkFile()); err != nil {
		return nil, err
	}
	for k := range members {
		if err := n.until(ctx, moniker(first+k)+" follows the chain", time.Minute, func(ctx context.Context) (bool, string) {
			v, err := n.Epochs(ctx, first+k)
			if err != nil {
				return false, err.Error()
			}
			return v.Active.Number > 0, fmt.Sprintf("key epoch %d", v.Active.Number)
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Epochs are the key epochs as validator i has them.
func (n *Network) Epochs(ctx context.Context, i int) (out *committeev1.QueryEpochsResponse, err error) {
	err = n.Ask(ctx, i, func(ctx context.Context, conn *grpc.ClientConn) error {
		out, err = committeev1.NewQueryClient(conn).Epochs(ctx, &committeev1.QueryEpochsRequest{})
		return err
	})
	return out, err
}

// ConsAddress is the consensus address of validator i.
func (n *Network) ConsAddress(i int) []byte {
	h := n.NodeHome(i)
	return privval.LoadFilePV(h.ConsensusKeyFile(), h.ConsensusStateFile()).GetAddress()
}
