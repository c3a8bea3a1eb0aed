// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/signer"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
	"github.com/aitbc/bridge/verifier/transaction"
)

const (
	// waitBlocks bounds how long an admin call waits for a block that has its transaction.
	waitBlocks = 10
	// maxSocketPath is what the kernel takes as the name of a socket, in bytes.
	maxSocketPath = 107
)

// AdminSocket is admin.sock: where the operator's acts are asked for.
func (h Layout) AdminSocket() string { return h.path("admin.sock") }

// DialAdmin connects to the admin socket of the node that runs on home h.
func DialAdmin(h Layout) (*grpc.ClientConn, error) {
	path, err := filepath.Abs(h.AdminSocket())
	if err != nil {
		return nil, err
	}
	return grpc.NewClient("unix://"+path, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(coder), grpc.MaxCallRecvMsgSize(1<<20)))
}

// approver journals what the operator wants: the voter does.
type approver interface{ Approve(approval [32]byte) error }

// results are CometBFT's records of blocks.
type results interface {
	Block(ctx context.Context, height *int64) (*coretypes.ResultBlock, error)
	BlockResults(ctx context.Context, height *int64) (*coretypes.ResultBlockResults, error)
}

// admin serves the operator's acts. They go through the operator's own node, because for a halt
// order or a rotation no share of this member is given that its own journal does not vouch for.
type admin struct {
	ledger  ledger
	sender  *operator // nil without an operator account
	vouch   approver
	blocks  func() results // nil before the node runs
	commits *commits
	reloads *reloader
}

var _ nodev1.AdminServer = (*admin)(nil)

// Propose implements nodev1.AdminServer.
func (a *admin) Propose(ctx context.Context, r *nodev1.ProposeRequest) (*nodev1.ProposeResponse, error) {
	if r.Payload.Kind == nil {
		return nil, status.Error(codes.InvalidArgument, "the proposal proposes nothing")
	}
	if a.sender == nil {
		return nil, status.Error(codes.FailedPrecondition, ErrNoOperator.Error())
	}
	if err := a.approve(ctx, &r.Payload); err != nil {
		return nil, refusalOf(err)
	}
	self := a.sender.account.Address()
	tx, height, result, err := a.send(ctx, &committeev1.MsgPropose{Sender: self[:], Payload: r.Payload})
	if err != nil {
		return nil, refusalOf(err)
	}
	var answer committeev1.MsgProposeResponse
	if err := answerOf(result, &answer); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &nodev1.ProposeResponse{Proposal: answer.Proposal, Tx: tx[:], Height: height}, nil
}

// Approve implements nodev1.AdminServer.
func (a *admin) Approve(ctx context.Context, r *nodev1.ApproveRequest) (*nodev1.ApproveResponse, error) {
	if a.sender == nil {
		return nil, status.Error(codes.FailedPrecondition, ErrNoOperator.Error())
	}
	p, err := a.proposal(ctx, r.Proposal)
	if err != nil {
		return nil, refusalOf(err)
	}
	if err := a.approve(ctx, &p.Payload); err != nil {
		return nil, refusalOf(err)
	}
	self := a.sender.account.Address()
	tx, height, _, err := a.send(ctx, &committeev1.MsgApprove{Sender: self[:], Proposal: r.Proposal})
	if err != nil {
		return nil, refusalOf(err)
	}
	out := &nodev1.ApproveResponse{Tx: tx[:], Height: height}
	if p, err = a.proposal(ctx, r.Proposal); err == nil {
		out.Status = p.Status
	}
	return out, nil
}

// approve journals what the operator has seen of an order that the group key is to sign, before the
// chain hears of it.
func (a *admin) approve(ctx context.Context, p *committeev1.Payload) error {
	q, err := a.ledger.at()
	if err != nil {
		return err
	}
	var seen message.Hash
	switch k := p.Kind.(type) {
	case *committeev1.Payload_Halt:
		h := k.Halt
		if h == nil || len(h.Manager) != 20 || len(h.Scope) != 32 {
			return fmt.Errorf("manager of 20 bytes and scope of 32: %w", message.ErrBadEncoding)
		}
		seen = signer.HaltApproval(message.HaltOrder{
			BridgeID: message.BridgeID(a.ledger.chainID), Chain: message.ChainID(h.Chain), Manager: message.Address(h.Manager),
			Scope: [32]byte(h.Scope), NotAfter: h.NotAfter,
		})
	case *committeev1.Payload_Rotate:
		e, err := q.Epochs(ctx, &committeev1.QueryEpochsRequest{})
		if err != nil {
			return fmt.Errorf("query epochs: %w", err)
		}
		if k.Rotate == nil || len(e.Active.GroupKey) != 32 {
			return fmt.Errorf("there is no group key to rotate: %w", message.ErrZero)
		}
		seen = signer.RotateApproval(message.Rotate{
			BridgeID: message.BridgeID(a.ledger.chainID), KeyVersion: e.Active.KeyVersion + 1, OldPx: [32]byte(e.Active.GroupKey),
			NotBefore: k.Rotate.NotBefore,
		})
	default:
		return nil
	}
	if err := a.vouch.Approve(seen); err != nil {
		return fmt.Errorf("journal the approval: %w", err)
	}
	return nil
}

func (a *admin) proposal(ctx context.Context, number uint64) (committeev1.Proposal, error) {
	q, err := a.ledger.at()
	if err != nil {
		return committeev1.Proposal{}, err
	}
	r, err := q.Proposal(ctx, &committeev1.QueryProposalRequest{Number: number})
	if err != nil {
		return committeev1.Proposal{}, fmt.Errorf("proposal %d: %w", number, err)
	}
	return r.Proposal, nil
}

// send sends m and waits until a block has it, waitBlocks at most.
//
// Errors: ErrRefused with the chain's reason, before a block or in it.
func (a *admin) send(ctx context.Context, m transaction.Message) (tx [32]byte, height uint64, result *abci.ExecTxResult, err error) {
	var out sent
	for tries := 0; ; tries++ {
		next := a.commits.next()
		if out, err = a.sender.submit(ctx, m); err == nil {
			break
		}
		if !errors.Is(err, ErrInFlight) || tries >= waitBlocks {
			return tx, 0, nil, err
		}
		if err := await(ctx, next); err != nil {
			return tx, 0, nil, err
		}
	}
	looked := out.height
	for tries := 0; tries <= waitBlocks; tries++ {
		next := a.commits.next()
		for newest := uint64(a.ledger.app.LastBlockHeight()); looked < newest; looked++ {
			result, err := a.find(ctx, out.tx, int64(looked+1))
			switch {
			case err != nil:
				return out.tx, 0, nil, err
			case result != nil && result.IsErr():
				return out.tx, looked + 1, nil, fmt.Errorf("block %d: %s (code %d): %w", looked+1, result.Log, result.Code, ErrRefused)
			case result != nil:
				return out.tx, looked + 1, result, nil
			}
		}
		if err := await(ctx, next); err != nil {
			return out.tx, 0, nil, err
		}
	}
	return out.tx, 0, nil, fmt.Errorf("transaction %X is in no block up to %d and may still come: %w", out.tx, looked, ErrInFlight)
}

// find is the result of a transaction in one block; nil when the block has it not.
func (a *admin) find(ctx context.Context, tx [32]byte, height int64) (*abci.ExecTxResult, error) {
	source := a.blocks()
	if source == nil {
		return nil, ErrNotReady
	}
	b, err := source.Block(ctx, &height)
	if err != nil {
		return nil, fmt.Errorf("read block %d: %w", height, err)
	}
	at := -1
	for i, one := range b.Block.Txs {
		if bytes.Equal(one.Hash(), tx[:]) {
			at = i
		}
	}
	if at < 0 {
		return nil, nil
	}
	r, err := source.BlockResults(ctx, &height)
	if err != nil {
		return nil, fmt.Errorf("read results of block %d: %w", height, err)
	}
	if at >= len(r.TxsResults) {
		return nil, fmt.Errorf("block %d has %d results, want more than %d", height, len(r.TxsResults), at)
	}
	return r.TxsResults[at], nil
}

// answerOf reads the message's answer out of a transaction's result.
func answerOf(r *abci.ExecTxResult, into interface{ Unmarshal([]byte) error }) error {
	var data sdk.TxMsgData
	if err := data.Unmarshal(r.Data); err != nil || len(data.MsgResponses) != 1 {
		return errors.New("the block has the transaction, its answer does not decode")
	}
	return into.Unmarshal(data.MsgResponses[0].Value)
}

// refusalOf is the status of an error.
func refusalOf(err error) error {
	if _, ok := status.FromError(err); ok {
		return err
	}
	code := codes.Unavailable
	switch {
	case errors.Is(err, ErrRefused), errors.Is(err, message.ErrBadEncoding), errors.Is(err, message.ErrZero):
		code = codes.FailedPrecondition
	case errors.Is(err, context.DeadlineExceeded):
		code = codes.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		code = codes.Canceled
	}
	return status.Error(code, err.Error())
}

func await(ctx context.Context, next <-chan struct{}) error {
	select {
	case <-next:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// adminService serves a on the home's socket.
func adminService(h Layout, a *admin, failed chan<- error) service {
	s := grpc.NewServer(grpc.ForceServerCodec(coder), grpc.MaxRecvMsgSize(1<<20))
	nodev1.RegisterAdminServer(s, a)
	return service{
		name: "admin",
		start: func() error {
			ln, err := listenAlone(h.AdminSocket())
			if err != nil {
				return err
			}
			serve(s, ln, "admin", failed)
			return nil
		},
		stop: func(context.Context) error { s.Stop(); return nil }, // closing the listener removes the socket
	}
}

func serve(s *grpc.Server, ln net.Listener, name string, failed chan<- error) {
	go func() {
		if err := s.Serve(ln); err != nil {
			report(failed, fmt.Errorf("%s: %w", name, err))
		}
	}()
}

// listenAlone listens on a unix socket that only the owner can open. One that a process left behind is
// replaced, one that a process serves is not.
func listenAlone(path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("%s has %d bytes, a socket's name at most %d: use a shorter home: %w", path, len(path), maxSocketPath, ErrConfig)
	}
	switch st, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case st.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf("%s is no socket: %w", path, ErrUnsafe)
	default:
		if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
			return nil, errors.Join(fmt.Errorf("another process serves %s: %w", path, ErrUnsafe), c.Close())
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("remove a stale socket: %w", err)
		}
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil { // the home is 0700: nobody came in between
		return nil, errors.Join(err, ln.Close())
	}
	return ln, nil
}
