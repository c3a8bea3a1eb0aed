// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"google.golang.org/grpc"

	"github.com/aitbc/bridge/cmd/bridged/node"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// askLimit bounds one question to one validator.
const askLimit = 5 * time.Second

// Ask puts a question to the query server of validator i.
func (n *Network) Ask(ctx context.Context, i int, question func(context.Context, *grpc.ClientConn) error) (err error) {
	conn, err := node.Dial(n.Info.Validators[i].GRPC)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	return question(ctx, conn)
}

// Committee is the members as validator i has them, by index.
func (n *Network) Committee(ctx context.Context, i int) (list []committeev1.Member, err error) {
	err = n.Ask(ctx, i, func(ctx context.Context, conn *grpc.ClientConn) error {
		r, err := committeev1.NewQueryClient(conn).Members(ctx, &committeev1.QueryMembersRequest{})
		if err == nil {
			list = r.Members
		}
		return err
	})
	return list, err
}

// Conduct is what the state of validator i holds against the members.
func (n *Network) Conduct(ctx context.Context, i int) (out *certifyv1.QueryMembersResponse, err error) {
	err = n.Ask(ctx, i, func(ctx context.Context, conn *grpc.ClientConn) error {
		out, err = certifyv1.NewQueryClient(conn).Members(ctx, &certifyv1.QueryMembersRequest{})
		return err
	})
	return out, err
}

// Status is what `bridged status --json` prints for validator i.
func (n *Network) Status(ctx context.Context, i int) (s node.Status, err error) {
	out, err := exec.CommandContext(ctx, filepath.Join(n.opts.Bin, "bridged"), "status", "--json", "--home", string(n.NodeHome(i))).Output()
	if err != nil {
		return s, fmt.Errorf("status of node%d: %w", i, err)
	}
	if err := json.Unmarshal(out, &s); err != nil {
		return s, fmt.Errorf("status of node%d: %w", i, err)
	}
	return s, nil
}
