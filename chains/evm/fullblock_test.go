// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
)

// crowded is an endpoint for which every block has too many logs for one answer.
type crowded struct {
	Endpoint
	receipt func(r *Receipt) (ok bool) // changes what is said of a transaction; nil leaves it
	leave   int                        // a transaction of each block that is not named; 0: all are
}

func (c *crowded) Logs(context.Context, message.Address, []message.Hash, uint64, uint64) ([]Log, error) {
	return nil, fmt.Errorf("%w: %w", ErrTooMany, message.ErrUnavailable)
}

func (c *crowded) Transactions(ctx context.Context, block message.Hash) ([]message.Hash, error) {
	list, err := c.Endpoint.Transactions(ctx, block)
	if c.leave > 0 && c.leave <= len(list) {
		list = slices.Delete(list, c.leave-1, c.leave)
	}
	return list, err
}

func (c *crowded) Receipt(ctx context.Context, tx message.Hash) (Receipt, bool, error) {
	r, ok, err := c.Endpoint.Receipt(ctx, tx)
	if err == nil && ok && c.receipt != nil {
		ok = c.receipt(&r)
	}
	return r, ok, err
}

// TestFullBlock: a block whose logs no answer holds is read by its receipts, to the same events, and as strictly.
func TestFullBlock(t *testing.T) {
	l := newLying(t)
	last := l.first + 2 // ends with a message: what is hidden there is seen
	want, err := l.reader(registry.EvidenceReceipts).Batch(t.Context(), l.cfg, 0, last)
	l.ok(err)
	both, agreed := []registry.Evidence{registry.EvidenceReceipts, registry.EvidenceAgreement}, []registry.Evidence{registry.EvidenceAgreement}
	read := func(kind registry.Evidence, e *crowded) error {
		r := l.reader(kind)
		e.Endpoint = r.Endpoint
		r.Endpoint = e
		b, err := r.Batch(t.Context(), l.cfg, 0, last)
		if err == nil && !reflect.DeepEqual(b, want) {
			t.Errorf("%s: %d events, want %d", kind, len(b.Events), len(want.Events))
		}
		return err
	}
	for _, kind := range both {
		if err := read(kind, &crowded{}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if err := read(registry.EvidenceReceipts, &crowded{leave: 1}); !errors.Is(err, evidence.ErrMissing) || !errors.Is(err, ErrUnproven) {
		t.Errorf("a transaction is not named: %v", err)
	}
	for name, c := range map[string]struct {
		receipt func(*Receipt) bool
		kinds   []registry.Evidence
	}{
		"no receipt":             {func(*Receipt) bool { return false }, both},
		"of another block":       {func(r *Receipt) bool { r.Block.Hash[0] ^= 1; return true }, both},
		"of another height":      {func(r *Receipt) bool { r.Block.Number++; return true }, both},
		"failed, with logs":      {func(r *Receipt) bool { r.Success = false; return true }, both},
		"a log left out":         {func(r *Receipt) bool { r.Logs = r.Logs[:0]; return true }, both[:1]},
		"failed, its logs taken": {func(r *Receipt) bool { r.Success = len(r.Logs) == 0; return true }, agreed},
	} {
		for _, kind := range c.kinds {
			if err := read(kind, &crowded{receipt: c.receipt}); !errors.Is(err, ErrUnproven) || message.FateOf(err) != message.Retry {
				t.Errorf("%s, %s: %v", kind, name, err)
			}
		}
	}
	grow := func(r *Receipt) bool {
		for i := range r.Logs {
			r.Logs[i].Data = make([]byte, maxBlockData+1)
		}
		return true
	}
	if err := read(registry.EvidenceAgreement, &crowded{receipt: grow}); !errors.Is(err, ErrTooMany) {
		t.Errorf("more data than a block's gas buys: %v", err)
	}
}

// TestAnswersHaveABound: an answer without end is cut off, and the caller learns that it may ask for less.
func TestAnswersHaveABound(t *testing.T) {
	sent := make(chan int64, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		spaces := make([]byte, 1<<20)
		for i := range spaces {
			spaces[i] = ' '
		}
		var n int64
		for range 2 * MaxResponseBytes >> 20 {
			k, err := w.Write(spaces)
			if n += int64(k); err != nil {
				break
			}
		}
		sent <- n
	}))
	defer s.Close()
	e, err := Dial(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Logs(t.Context(), testManager, streamTopics, 1, 1); !errors.Is(err, ErrTooMany) || !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	if n := <-sent; n >= 2*MaxResponseBytes {
		t.Errorf("%d bytes were taken", n)
	}
}

// TestTransactionsOfABlock: hashes in order, of the block that was asked for and of no other.
func TestTransactionsOfABlock(t *testing.T) {
	asked := message.Hash{31: 7}
	answer := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%d,"result":%s}`, requestID(t, r), answer)
	}))
	defer s.Close()
	e, err := Dial(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for text, want := range map[string]error{
		fmt.Sprintf(`{"hash":%q,"transactions":[%q,%q]}`, asked, message.Hash{1}, message.Hash{2}): nil,
		`null`: ErrNoBlock,
		fmt.Sprintf(`{"hash":%q,"transactions":[]}`, message.Hash{9}): message.ErrUnavailable,
		fmt.Sprintf(`{"hash":%q}`, asked):                             message.ErrUnavailable,
		fmt.Sprintf(`{"hash":%q,"transactions":null}`, asked):         message.ErrUnavailable,
		fmt.Sprintf(`{"hash":%q,"transactions":["0x12"]}`, asked):     message.ErrUnavailable,
		fmt.Sprintf(`{"hash":%q,"transactions":[{}]}`, asked):         message.ErrUnavailable,
		fmt.Sprintf(`{"transactions":[%q]}`, asked):                   message.ErrUnavailable,
	} {
		answer = text
		list, err := e.Transactions(t.Context(), asked)
		if !errors.Is(err, want) || err == nil && !slices.Equal(list, []message.Hash{{1}, {2}}) {
			t.Errorf("%s: %v, %v", text, list, err)
		}
	}
}
