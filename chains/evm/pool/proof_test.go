// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/message"
)

// provable is an empty block whose fields hash to its hash; its receipts are none.
func provable(t testing.TB) *evidence.Header {
	t.Helper()
	return headerOf(t, &types.Header{
		Number: big.NewInt(70), Difficulty: new(big.Int), UncleHash: types.EmptyUncleHash, TxHash: types.EmptyTxsHash, ReceiptHash: types.EmptyReceiptsHash,
	})
}

func (h *host) Header(ctx context.Context, _ evidence.Format, block message.Hash) (*evidence.Header, error) {
	if _, err := h.begin(ctx, "header"); err != nil {
		return nil, err
	}
	return h.proof, nil
}

func (h *host) Receipts(ctx context.Context, of *evidence.Header) (*evidence.Receipts, error) {
	if _, err := h.begin(ctx, "receipts"); err != nil {
		return nil, err
	}
	return evidence.DecodeReceipts(of, []byte("[]"))
}

func (h *host) EachReceipt(ctx context.Context, of *evidence.Header) (*evidence.Receipts, error) {
	if _, err := h.begin(ctx, "each"); err != nil {
		return nil, err
	}
	return evidence.NewCollector(of).Receipts()
}

func (h *host) Transactions(ctx context.Context, block message.Hash) ([]message.Hash, error) {
	c, err := h.begin(ctx, "transactions")
	if err != nil {
		return nil, err
	}
	return []message.Hash{{9, c.branch(0)}, block}, nil
}

func (h *host) Storage(ctx context.Context, _ message.Address, slot message.Hash, at evm.At) (message.Hash, error) {
	c, err := h.begin(ctx, "storage")
	if err == nil && at.Hash.IsZero() {
		err = errors.New("a question that is not pinned")
	}
	slot[0] = c.branch(0)
	return slot, err
}

var errForged = fmt.Errorf("%w: by one byte", evidence.ErrReceipts)

// TestProofOfOne: one member whose answer proves itself is enough, at the price of one request;
// those that cannot prove theirs are passed over and struck.
func TestProofOfOne(t *testing.T) {
	b, block := newBench(t, 3, 2, nil), provable(t)
	for _, h := range b.hosts {
		h.with(func(h *host) { h.proof = block })
	}
	if _, err := b.Receipts(t.Context(), block); err != nil {
		t.Fatal(err)
	}
	asked := func() (n int) {
		for _, h := range b.hosts {
			n += h.count("receipts") + h.count("header")
		}
		return n
	}
	if asked() != 1 {
		t.Errorf("%d requests", asked())
	}
	for _, h := range b.hosts[:2] {
		h.with(func(h *host) { h.errs["receipts"], h.errs["header"] = errForged, fmt.Errorf("%w", evidence.ErrHeader) })
	}
	for range 2 {
		if r, err := b.Receipts(t.Context(), block); err != nil || r.Len() != 0 {
			t.Fatalf("two liars: %v", err)
		}
	}
	if h, err := b.Header(t.Context(), evidence.Ethereum, block.Hash()); err != nil || h != block {
		t.Errorf("header: %v", err)
	}
	if h := b.health("a"); h.LastError != ClassUnproven || h.Failures == 0 || h.Away != "" {
		t.Errorf("liar: %+v", h)
	}
	// Another block than asked for is nobody's proof.
	if h, err := b.Header(t.Context(), evidence.Ethereum, message.Hash{1}); err == nil {
		t.Errorf("header %s", h.Hash())
	}
}

func TestNobodyProves(t *testing.T) {
	b, block := newBench(t, 3, 2, nil), provable(t)
	for i, h := range b.hosts {
		h.with(func(h *host) {
			h.errs["receipts"] = []error{fmt.Errorf("%w: %w", evm.ErrNoMethod, &evm.RPCError{Code: -32601}), fmt.Errorf("%w: %w", evm.ErrTooMany, message.ErrUnavailable), errForged}[i]
			h.errs["each"] = errForged
			h.errs["header"] = errDown
		})
	}
	_, err := b.Receipts(t.Context(), block)
	var short *ShortError
	if !errors.Is(err, evm.ErrNoMethod) || !errors.Is(err, evm.ErrTooMany) || !errors.As(err, &short) || short.Need != 1 || len(short.Absent) != 3 {
		t.Errorf("receipts: %v", err)
	}
	if !slices.ContainsFunc(short.Absent, func(a Absence) bool { return a == Absence{"c", ClassUnproven} }) {
		t.Errorf("%+v", short.Absent)
	}
	// Nobody pauses: each receipt can be asked for at once.
	if _, err := b.EachReceipt(t.Context(), block); !errors.As(err, &short) || errors.Is(err, evm.ErrNoMethod) || b.hosts[0].count("each") != 1 {
		t.Errorf("each receipt: %v", err)
	}
	if _, err := b.Header(t.Context(), evidence.Ethereum, block.Hash()); !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("header: %v", err)
	}
}

// TestSlowProof: a member that hangs is not waited for.
func TestSlowProof(t *testing.T) {
	b, block := newBench(t, 2, 2, nil), provable(t)
	b.hosts[0].with(func(h *host) { h.hang["receipts"] = true })
	done := make(chan error, 1)
	go func() {
		_, err := b.Receipts(t.Context(), block)
		done <- err
	}()
	b.clock.await(DefaultHedgeAfter)
	b.clock.Advance(DefaultHedgeAfter)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestProofsCostTheirRequests: one request for each transaction is counted as that.
func TestProofsCostTheirRequests(t *testing.T) {
	b := newBench(t, 2, 2, func(c *Config) {
		for i := range c.Members {
			c.Members[i].HourlyRequests = 400
		}
	})
	q := question[int]{name: "costly", requests: 90, ask: func(context.Context, evm.Endpoint) (int, error) { return 1, nil }}
	for range 2 { // a quarter of 400 each, two for the chain
		if _, err := first(t.Context(), b.Pool, q); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := first(t.Context(), b.Pool, q); !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("beyond the budget: %v", err)
	}
	if h := b.health("a"); h.Requests != 92 {
		t.Errorf("%+v", h)
	}
}

func TestStorage(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[2].with(func(h *host) { h.fork = 9 })
	if w, err := b.Storage(t.Context(), message.Address{1}, message.Hash{31: 9}, evm.At{Tag: evm.Finalized}); err != nil || w != (message.Hash{31: 9}) {
		t.Errorf("word %s, %v", w, err)
	}
	b.hosts[1].with(func(h *host) { h.fork = 8 })
	if _, err := b.Storage(t.Context(), message.Address{1}, message.Hash{31: 9}, evm.At{Hash: hashOf(5, 0)}); !errors.Is(err, ErrDisagree) {
		t.Errorf("three words: %v", err)
	}
}
