// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"encoding/binary"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// busy is a chain with logs in every block.
type busy struct {
	*fake
	each   uint64 // deliveries in a block
	apart  bool   // each of them in a transaction of its own
	data   int    // bytes of a message instead of each delivery; 0: deliveries
	proofs atomic.Int64
}

func (b *busy) ref(n uint64) stream.BlockRef {
	ref := stream.BlockRef{Number: n}
	binary.BigEndian.PutUint64(ref.Hash[8:], n+1)
	return ref
}

func (b *busy) Block(ctx context.Context, at At) (Block, error) {
	block, err := b.fake.Block(ctx, at)
	block.BlockRef = b.ref(block.Number)
	if block.Number > 0 {
		block.Parent = b.ref(block.Number - 1).Hash
	}
	return block, err
}

func (b *busy) logsOf(n uint64) (logs []Log) {
	for i := range b.each {
		l := Log{Address: testManager, Topics: []message.Hash{topicDelivered, {1}}, Data: make([]byte, 32), Block: n, BlockHash: b.ref(n).Hash, Index: uint32(i)}
		if b.data > 0 {
			l.Topics = []message.Hash{topicSent, word(31337), word(31338), {1}}
			l.Data = make([]byte, 96+b.data)
			at, size := word(64), word(uint64(b.data))
			copy(l.Data[32:], at[:])
			copy(l.Data[64:], size[:])
		}
		binary.BigEndian.PutUint64(l.TxHash[8:], n+1)
		if b.apart {
			binary.BigEndian.PutUint64(l.TxHash[16:], i)
		}
		logs = append(logs, l)
	}
	return logs
}

func (b *busy) Logs(_ context.Context, _ message.Address, _ []message.Hash, from, to uint64) (logs []Log, err error) {
	for n := from; n <= to; n++ {
		logs = append(logs, b.logsOf(n)...)
	}
	return logs, nil
}

func (b *busy) Receipt(_ context.Context, tx message.Hash) (Receipt, bool, error) {
	b.proofs.Add(1)
	n, i := binary.BigEndian.Uint64(tx[8:])-1, binary.BigEndian.Uint64(tx[16:])
	logs := b.logsOf(n)
	if b.apart {
		logs = logs[i : i+1]
	}
	return Receipt{TxHash: tx, Block: b.ref(n), Success: true, Logs: logs}, true, nil
}

// TestBatchesEndWhereTheirWorkIsDone: a batch ends with a window before it becomes too many requests, logs or bytes; the
// next one goes on behind it, and a window is read whatever it costs.
func TestBatchesEndWhereTheirWorkIsDone(t *testing.T) {
	for name, c := range map[string]struct {
		each         uint64
		apart        bool
		data         int
		span, stride uint64 // blocks of a log query; of a window
		end          uint64 // of the first batch
		proofs       int64  // receipts for it
	}{
		"nothing in the way":                   {each: 0, span: 100, stride: 4, end: 1199},
		"requests":                             {each: 1, span: 1000, stride: 4, end: 511, proofs: 512},
		"requests in the middle of a window":   {each: 1, span: 1000, stride: 60, end: 479, proofs: 512},
		"requests of few blocks":               {each: 300, apart: true, span: 100, stride: 1, end: 3, proofs: 1200},
		"a window that takes more than that":   {each: 100, apart: true, span: 100, stride: 20, end: 19, proofs: 2000},
		"a window longer than a log query":     {each: 1, span: 100, stride: 600, end: 599, proofs: 600},
		"logs":                                 {each: 1000, span: 10, stride: 4, end: 47, proofs: 50},
		"bytes":                                {each: 1, data: 1 << 20, span: 10, stride: 4, end: 39, proofs: 40},
		"a window that has more logs and data": {each: 1000, data: 1024, span: 10, stride: 60, end: 59, proofs: 60},
	} {
		t.Run(name, func(t *testing.T) {
			b := &busy{fake: newFake(), each: c.each, apart: c.apart, data: c.data}
			last := 1200/c.stride*c.stride - 1
			b.head, b.final = last, last
			r := b.client(t, b)
			r.span.blocks = c.span
			cfg := stream.Config{Stride: c.stride, Stream: message.Stream{Chain: 31337, Manager: testManager}}
			got, err := r.Batch(t.Context(), cfg, 0, last)
			if err != nil || got.To != c.end || uint64(len(got.Events)) != (c.end+1)*c.each || b.proofs.Load() != c.proofs {
				t.Fatalf("blocks to %d, %d events, %d receipts: %v", got.To, len(got.Events), b.proofs.Load(), err)
			}
			if last == c.end {
				return
			}
			next, err := r.Batch(t.Context(), cfg, got.To+1, last)
			if err != nil || next.From != got.To+1 || next.Events[0].Block != next.From || !message.Aligned(next.To, c.stride) {
				t.Errorf("then blocks %d to %d: %v", next.From, next.To, err)
			}
		})
	}
}

// TestWindowsHaveABound: more logs and bytes than a window's gas buys are not taken.
func TestWindowsHaveABound(t *testing.T) {
	huge := make([]byte, windowData/4)
	for name, logs := range map[string][]Log{
		"bytes": {{Data: huge}, {Data: huge}, {Data: huge}, {Data: huge}, {Data: huge[:1]}},
		"logs":  make([]Log, windowLogs+1),
	} {
		f := newFake()
		f.final = 10
		c := f.client(t, &flooded{f, logs})
		cfg := stream.Config{Stride: 2, Stream: message.Stream{Chain: 31337, Manager: testManager}}
		if _, err := c.Batch(t.Context(), cfg, 0, 9); !errors.Is(err, message.ErrUnavailable) || errors.Is(err, message.ErrBadEncoding) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type flooded struct {
	*fake
	logs []Log
}

func (f *flooded) Logs(context.Context, message.Address, []message.Hash, uint64, uint64) ([]Log, error) {
	return f.logs, nil
}
