// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/cmd/bridged/node"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
)

// Bounds of the waits while a network is born or changes.
const (
	keyLimit    = 3 * time.Minute
	actLimit    = time.Minute
	streamLimit = 30 * time.Second
	passLimit   = 10 * time.Second
)

// awaitKey waits until the validators have made the group key among themselves.
func (n *Network) awaitKey(ctx context.Context) (committeev1.Epoch, error) {
	return n.AwaitEpoch(ctx, 1)
}

// AwaitEpoch waits until key epoch number is active and returns it.
func (n *Network) AwaitEpoch(ctx context.Context, number uint64) (active committeev1.Epoch, err error) {
	said := ""
	err = n.until(ctx, fmt.Sprintf("key epoch %d", number), keyLimit, func(ctx context.Context) (bool, string) {
		v, err := n.Client.Committee(ctx)
		if err != nil {
			return false, err.Error()
		}
		progress := "no ceremony yet"
		if c := v.Ceremony; c != nil {
			progress = fmt.Sprintf("ceremony %d, phase %s, waits on %s", c.Number, c.Phase, strings.Join(c.WaitsOn, " "))
			if c.Aborted != "" && c.Aborted != said {
				said = c.Aborted
				n.say("  ceremony %d aborted: %s", c.Number, c.Aborted)
			}
			if c.Phase == "done" && v.KeyEpoch == number {
				n.say("ceremony %d: %d of %d members hold a share of group key %s; %d blocks, %d bytes", c.Number, c.Ready, c.Receivers, v.GroupKey, c.Blocks, c.Bytes)
			}
		}
		return v.KeyEpoch >= number, progress
	})
	if err != nil {
		return active, err
	}
	e, err := n.Epochs(ctx, 0)
	if err != nil {
		return active, err
	}
	return e.Active, nil
}

// openLanes has the members open a stream of each finality for each deployed manager.
func (n *Network) openLanes(ctx context.Context, deployed []deployment) error {
	if len(n.opts.Lower) > 0 {
		if err := n.allowLower(ctx); err != nil {
			return fmt.Errorf("allow streams below final: %w", err)
		}
	}
	opened := 0
	for _, f := range n.finalities() {
		for _, d := range deployed {
			if err := n.Decide(ctx, committeev1.Payload{Kind: &committeev1.Payload_Lane{Lane: &committeev1.LaneChange{Stream: lanesv1.Stream{
				Chain: uint64(d.chain), Manager: d.manager.Bytes(), Finality: uint32(f), Epoch: 1, Stride: stride, StartBlock: d.block,
			}}}}); err != nil {
				return fmt.Errorf("%s lane of chain %s: %w", f, d.chain, err)
			}
			opened++
		}
	}
	return n.until(ctx, "streams", streamLimit, func(ctx context.Context) (bool, string) {
		list, err := n.Client.Streams(ctx)
		if err != nil {
			return false, err.Error()
		}
		return len(list) == opened, fmt.Sprintf("%d of %d", len(list), opened)
	})
}

// allowLower switches the parameter lower_finality on and leaves the others as they are.
func (n *Network) allowLower(ctx context.Context) error {
	var params committeev1.Params
	if err := n.Ask(ctx, 0, func(ctx context.Context, conn *grpc.ClientConn) error {
		r, err := committeev1.NewQueryClient(conn).Validators(ctx, &committeev1.QueryValidatorsRequest{})
		if err == nil {
			params = r.Params
		}
		return err
	}); err != nil {
		return err
	}
	params.LowerFinality = true
	return n.Decide(ctx, committeev1.Payload{Kind: &committeev1.Payload_Parameter{Parameter: &committeev1.ParameterChange{Params: params}}})
}

// Decide proposes something through one validator and approves it through the others until it has passed. Validators
// that do not run, or that refuse, are passed over.
func (n *Network) Decide(ctx context.Context, p committeev1.Payload) error {
	number := uint64(0)
	passed := func(ctx context.Context) (bool, string, error) {
		r, err := n.Client.Proposal(ctx, number)
		switch {
		case err != nil:
			return false, err.Error(), nil //nolint:nilerr // asked again
		case r.Status != "passed" && r.Status != "open":
			return false, "", fmt.Errorf("proposal %d: %s: %s", number, r.Status, r.Failure)
		}
		return r.Status == "passed", r.Status, nil
	}
	var errs []error
	for i, child := range n.Nodes {
		if child.PID() == 0 {
			continue
		}
		err := n.admin(ctx, i, func(ctx context.Context, c nodev1.AdminClient) error {
			if number == 0 {
				r, err := c.Propose(ctx, &nodev1.ProposeRequest{Payload: p})
				if err != nil {
					return err
				}
				number = r.Proposal
				return nil
			}
			for began := time.Now(); ; {
				_, err := c.Approve(ctx, &nodev1.ApproveRequest{Proposal: number})
				// A validator that is a block behind does not know the proposal yet.
				if status.Code(err) != codes.NotFound || time.Since(began) > passLimit || follow.Sleep(ctx, 200*time.Millisecond) != nil {
					return err
				}
			}
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", child.Name, err))
			continue
		}
		if ok, _, err := passed(ctx); ok || err != nil {
			return err
		}
	}
	if number == 0 {
		return fmt.Errorf("nobody could propose: %w", errors.Join(errs...))
	}
	// The validator that was asked may be a block behind those that approved.
	var failed error
	err := n.until(ctx, fmt.Sprintf("proposal %d", number), passLimit, func(ctx context.Context) (ok bool, progress string) {
		ok, progress, failed = passed(ctx)
		return ok || failed != nil, progress
	})
	if err = errors.Join(err, failed); err != nil {
		return fmt.Errorf("proposal %d has not passed: %w", number, errors.Join(err, errors.Join(errs...)))
	}
	return nil
}

// admin calls validator i over the socket in its home.
func (n *Network) admin(ctx context.Context, i int, call func(context.Context, nodev1.AdminClient) error) (err error) {
	conn, err := node.Dial("unix://" + filepath.Join(string(n.NodeHome(i)), "admin.sock"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	ctx, cancel := context.WithTimeout(ctx, actLimit)
	defer cancel()
	return call(ctx, nodev1.NewAdminClient(conn))
}
