// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"

	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// maxPages bounds the certificates of one stream that are asked for, in answers of 100: a stream keeps 1,000.
const maxPages = 11

// ErrBase: the endpoint and the validators contradict each other about what was certified.
var ErrBase = message.NewError(message.Halt, "certificates and endpoint contradict each other")

// Base is the newest certified checkpoint of a stream that still holds on its chain.
type Base struct {
	Stream   uint32       `json:"stream"`
	End      uint64       `json:"base_end"` // 0: none holds
	Block    message.Hash `json:"block_hash"`
	Messages uint64       `json:"messages"`
	Leaves   uint64       `json:"leaves"`
	Root     message.Hash `json:"root"`
	Why      []string     `json:"why"` // what was compared, a line each
}

// FindBase compares the stream's certificates with the chain as the endpoint at url shows it: the hash of each one's
// block, and the tree of the newest that fits, recomputed from the manager's logs. It reads all logs up to there.
//
// Errors: ErrBase when the block is the same and the tree is not; message.ErrUnknownLane; the endpoint's and the validators'.
func (c *Client) FindBase(ctx context.Context, index uint32, url string) (b Base, err error) {
	b = Base{Stream: index, Why: []string{}}
	s, err := c.stream(ctx, index)
	if err != nil {
		return b, err
	}
	if s.ClosedAt != 0 {
		return b, fmt.Errorf("stream %d is closed since height %d: %w", index, s.ClosedAt, message.ErrUnknownLane)
	}
	list, err := c.allCertificates(ctx, index)
	if err != nil {
		return b, err
	}
	e, err := evm.New(ctx, evm.Config{ChainID: message.ChainID(s.Chain), Manager: message.Address(s.Manager), URLs: []string{url}})
	if err != nil {
		return b, err
	}
	defer e.Close()
	final, err := e.Block(ctx, evm.At{Tag: evm.Finalized})
	if err != nil {
		return b, fmt.Errorf("read final block: %w", err)
	}
	b.say("the endpoint calls block %d final; the state keeps %d certificates of stream %d", final.Number, len(list), index)
	// A chain of hashes: where one block is the same, all before it are.
	var failed error
	n := sort.Search(len(list), func(i int) bool {
		k := &list[i].Checkpoint
		holds, is, err := holdsAt(ctx, e, k, final.Number)
		failed = errors.Join(failed, err)
		b.say("block %d: certified under %s, the endpoint has %s", k.End, message.Hash(k.BlockHash), is)
		return !holds
	})
	if failed != nil {
		return b, failed
	}
	if n == 0 {
		b.say("no certificate holds")
		if p := s.Base; p != nil {
			b.say("the stream itself started from block %d, of which epoch %d has the certificate: compare it by hand", p.End, s.Epoch-1)
		}
		return b, nil
	}
	k := &list[n-1].Checkpoint
	bridge, err := c.bridge(ctx)
	if err != nil {
		return b, err
	}
	if err := recompute(ctx, e, bridge, s, k); err != nil {
		return b, err
	}
	b.say("the tree up to block %d comes out of the endpoint's logs as it was certified", k.End)
	b.End, b.Block, b.Messages, b.Leaves, b.Root = k.End, message.Hash(k.BlockHash), k.MessageCount, k.LeafCount, message.Hash(k.Root)
	return b, nil
}

func (b *Base) say(format string, args ...any) { b.Why = append(b.Why, fmt.Sprintf(format, args...)) }

// bridge is the validators' bridgeId: a client of one validator has no network file.
func (c *Client) bridge(ctx context.Context) (id message.Hash, err error) {
	err = c.ask(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		r, err := committeev1.NewQueryClient(conn).Network(ctx, &committeev1.QueryNetworkRequest{})
		if err == nil {
			id = message.BridgeID(r.ChainId)
		}
		return err
	})
	return id, err
}

func (c *Client) stream(ctx context.Context, index uint32) (*lanesv1.Stream, error) {
	all, err := c.Streams(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(s lanesv1.Stream) bool { return s.Index == index })
	if i < 0 || len(all[i].Manager) != 20 {
		return nil, fmt.Errorf("stream %d: %w", index, message.ErrUnknownLane)
	}
	return &all[i], nil
}

// allCertificates are the stream's, ascending, each with hashes of 32 bytes.
func (c *Client) allCertificates(ctx context.Context, index uint32) (out []certifyv1.Certificate, err error) {
	after := uint64(0)
	for range maxPages {
		page, err := c.Certificates(ctx, index, after)
		if err != nil || len(page) == 0 {
			return out, err
		}
		for i := range page {
			k := &page[i].Checkpoint
			if k.End <= after || len(k.BlockHash) != 32 || len(k.PeaksHash) != 32 || len(k.Root) != 32 {
				return nil, fmt.Errorf("certificate at block %d: %w", k.End, message.ErrBadEncoding)
			}
			after = k.End
		}
		out = append(out, page...)
	}
	return out, nil
}

// holdsAt reports whether the endpoint has the certificate's block under its hash, as a final one.
func holdsAt(ctx context.Context, e *evm.Client, k *certifyv1.Checkpoint, final uint64) (bool, string, error) {
	if k.End > final {
		return false, "no final block there", nil
	}
	is, err := e.Block(ctx, evm.At{Number: k.End})
	if err != nil {
		return false, "", fmt.Errorf("read block %d: %w", k.End, err)
	}
	return is.Hash == message.Hash(k.BlockHash), is.Hash.String(), nil
}

// errThere ends the reading of a source.
var errThere = message.NewError(message.Halt, "read up to the checkpoint")

// recompute reads the source up to the checkpoint and compares the tree. Errors: ErrBase.
func recompute(ctx context.Context, e *evm.Client, bridge message.Hash, s *lanesv1.Stream, k *certifyv1.Checkpoint) error {
	cfg := stream.Config{BridgeID: bridge, Stride: s.Stride, StartBlock: s.StartBlock, Stream: message.Stream{
		Chain: message.ChainID(s.Chain), Manager: message.Address(s.Manager), Finality: message.Finality(s.Finality), Epoch: s.Epoch,
	}}
	tree := store.NewMemory()
	stop, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := follow.Run(stop, follow.Config{Stream: cfg, Source: e, Store: tree, ReplayFrom: follow.NoReplay, OnFinal: func(block uint64) {
		if block >= k.End {
			cancel(errThere)
		}
	}})
	if context.Cause(stop) != errThere { //nolint:errorlint // the very value that ended it
		return fmt.Errorf("read the source: %w", err)
	}
	want := message.Checkpoint{
		BridgeID: bridge, Stream: cfg.Stream, End: k.End, BlockHash: message.Hash(k.BlockHash), MessageCount: k.MessageCount, LeafCount: k.LeafCount,
		PeaksHash: message.Hash(k.PeaksHash), Root: message.Hash(k.Root),
	}
	if err := stream.Agree(tree, want); err != nil {
		return fmt.Errorf("%w: %w", ErrBase, err)
	}
	return nil
}
