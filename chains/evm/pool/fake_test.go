// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

const testChain message.ChainID = 31337

var errDown = fmt.Errorf("connection refused: %w", message.ErrUnavailable)

// host is an endpoint whose every answer a test may bend.
type host struct {
	name string

	mu    sync.Mutex
	chain message.ChainID
	fork  byte   // part of every hash: hosts of one fork tell the same
	from  uint64 // first block of the fork
	heads map[evm.Tag]uint64
	err   error            // of every answer
	errs  map[string]error // of one method's answers
	hang  map[string]bool  // methods that answer when the context ends
	tip   uint64
	nonce uint64
	gas   uint64
	funds int64
	code  []byte // nil: what hosts of the fork show
	asked map[string]int
	done  bool
	proof *evidence.Header // answer to every question for a header
}

func newHost(name string) *host {
	return &host{
		name: name, chain: testChain, tip: 5, nonce: 7, gas: 100, funds: 50,
		heads: map[evm.Tag]uint64{evm.Latest: 100, evm.Safe: 90, evm.Finalized: 80},
		errs:  map[string]error{}, hang: map[string]bool{}, asked: map[string]int{},
	}
}

// with changes the host under its lock.
func (h *host) with(f func(h *host)) *host {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(h)
	return h
}

func (h *host) count(method string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked[method]
}

func (h *host) closed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.done
}

// begin counts a request and returns a copy to answer from.
func (h *host) begin(ctx context.Context, method string) (*host, error) {
	h.mu.Lock()
	h.asked[method]++
	h.asked["all"]++
	hang, err := h.hang[method] || h.hang["all"], h.err
	if e := h.errs[method]; e != nil {
		err = e
	}
	if h.done {
		err = errors.New("used after close")
	}
	c := &host{chain: h.chain, fork: h.fork, from: h.from, heads: map[evm.Tag]uint64{}, tip: h.tip, nonce: h.nonce, gas: h.gas, funds: h.funds, code: h.code}
	for k, v := range h.heads {
		c.heads[k] = v
	}
	h.mu.Unlock()
	if hang {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return c, err
}

func hashOf(n uint64, fork byte) (h message.Hash) {
	binary.BigEndian.PutUint64(h[8:], n)
	h[0] = 0xb0
	if n > 0 { // all forks share the genesis
		h[1] = fork
	}
	return h
}

func testBlock(n uint64, fork byte) evm.Block {
	b := evm.Block{BlockRef: stream.BlockRef{Number: n, Hash: hashOf(n, fork)}, Time: 1000 + n, BaseFee: big.NewInt(9)}
	if n > 0 {
		b.Parent = hashOf(n-1, fork)
	}
	return b
}

func testLogs(from, to uint64, fork byte) []evm.Log {
	list := []evm.Log{}
	for n := from; n <= to; n++ {
		list = append(list, evm.Log{
			Address: message.Address{1}, Topics: []message.Hash{{2}}, Data: []byte{fork, byte(n)},
			Block: n, BlockHash: hashOf(n, fork), Index: uint32(n), TxHash: message.Hash{3, byte(n)},
		})
	}
	return list
}

func testReceipt(tx message.Hash, fork byte) evm.Receipt {
	return evm.Receipt{
		TxHash: tx, Block: stream.BlockRef{Number: 70, Hash: hashOf(70, fork)}, Success: true, GasUsed: 21000,
		EffectiveGasPrice: big.NewInt(3), Logs: testLogs(70, 70, fork),
	}
}

func (h *host) ChainID(ctx context.Context) (message.ChainID, error) {
	c, err := h.begin(ctx, "chain")
	if err != nil {
		return 0, err
	}
	return c.chain, nil
}

func (h *host) Block(ctx context.Context, at evm.At) (evm.Block, error) {
	method := "block"
	if at.Tag != "" {
		method = "tag"
	}
	c, err := h.begin(ctx, method)
	if err != nil {
		return evm.Block{}, err
	}
	n := at.Number
	switch {
	case !at.Hash.IsZero():
		if n = binary.BigEndian.Uint64(at.Hash[8:]); at.Hash != hashOf(n, c.branch(n)) {
			return evm.Block{}, evm.ErrNoBlock
		}
	case at.Tag != "":
		var ok bool
		if n, ok = c.heads[at.Tag]; !ok {
			return evm.Block{}, evm.ErrNoBlock
		}
	}
	if n > c.heads[evm.Latest] {
		return evm.Block{}, evm.ErrNoBlock
	}
	return testBlock(n, c.branch(n)), nil
}

func (h *host) Logs(ctx context.Context, _ message.Address, _ []message.Hash, from, to uint64) ([]evm.Log, error) {
	c, err := h.begin(ctx, "logs")
	if err != nil {
		return nil, err
	}
	var list []evm.Log
	for n := from; n <= to; n++ {
		list = append(list, testLogs(n, n, c.branch(n))...)
	}
	return list, nil
}

// branch is the fork on which the host has block n.
func (h *host) branch(n uint64) byte {
	if n < h.from {
		return 0
	}
	return h.fork
}

func (h *host) Call(ctx context.Context, call evm.Call, at evm.At) ([]byte, error) {
	c, err := h.begin(ctx, "call")
	if err != nil {
		return nil, err
	}
	if at.Hash.IsZero() {
		return nil, errors.New("a call that is not pinned")
	}
	return append([]byte{c.branch(0)}, call.Data...), nil
}

func (h *host) EstimateGas(ctx context.Context, _ evm.Call) (uint64, error) {
	c, err := h.begin(ctx, "gas")
	if err != nil {
		return 0, err
	}
	return c.gas, nil
}

func (h *host) Code(ctx context.Context, _ message.Address) ([]byte, error) {
	c, err := h.begin(ctx, "code")
	if err != nil {
		return nil, err
	}
	if c.code != nil {
		return c.code, nil
	}
	return []byte{0x60, c.branch(0)}, nil
}

func (h *host) Balance(ctx context.Context, _ message.Address) (*big.Int, error) {
	c, err := h.begin(ctx, "balance")
	if err != nil {
		return nil, err
	}
	return big.NewInt(c.funds), nil
}

func (h *host) TxNonce(ctx context.Context, _ message.Address) (uint64, error) {
	c, err := h.begin(ctx, "nonce")
	if err != nil {
		return 0, err
	}
	return c.nonce, nil
}

func (h *host) TipWei(ctx context.Context) (*big.Int, error) {
	c, err := h.begin(ctx, "tip")
	if err != nil {
		return nil, err
	}
	return new(big.Int).SetUint64(c.tip), nil
}

func (h *host) SendRaw(ctx context.Context, _ []byte) error {
	_, err := h.begin(ctx, "send")
	return err
}

func (h *host) Receipt(ctx context.Context, tx message.Hash) (evm.Receipt, bool, error) {
	c, err := h.begin(ctx, "receipt")
	if errors.Is(err, errNoReceipt) {
		return evm.Receipt{}, false, nil
	}
	if err != nil {
		return evm.Receipt{}, false, err
	}
	return testReceipt(tx, c.branch(0)), true, nil
}

func (h *host) Close() { h.with(func(h *host) { h.done = true }) }

// bench is a pool over hosts with everything injected.
type bench struct {
	*Pool
	t     *testing.T
	hosts []*host
	clock *clock
	log   *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newBench names hosts a, b, c …; each is its own operator unless operators says otherwise.
func newBench(t *testing.T, k, agree int, change func(*Config)) *bench {
	t.Helper()
	b := &bench{t: t, clock: newClock(), log: &lockedBuffer{}}
	cfg := Config{
		Chain: testChain, Genesis: hashOf(0, 0), Agree: agree, Clock: b.clock, Logger: slog.New(slog.NewTextHandler(b.log, nil)),
		Jitter: func(most time.Duration) time.Duration { return most },
	}
	for i := range k {
		h := newHost(string(rune('a' + i)))
		b.hosts = append(b.hosts, h)
		cfg.Members = append(cfg.Members, Member{Name: h.name, Operator: "op-" + h.name, Endpoint: h})
	}
	if change != nil {
		change(&cfg)
	}
	p, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Pool = p
	t.Cleanup(p.Close)
	return b
}

func (b *bench) health(name string) MemberHealth {
	b.t.Helper()
	for _, m := range b.Health().Members {
		if m.Name == name {
			return m
		}
	}
	b.t.Fatalf("no member %s", name)
	return MemberHealth{}
}

// quiet waits until nothing is under way to a member.
func (b *bench) quiet(name string) {
	b.until(func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, m := range b.members {
			if m.Name == name {
				return m.inFlight == 0
			}
		}
		return true
	})
}

// settled waits until no question is open, also none that collects late answers.
func (b *bench) settled() {
	b.until(func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, m := range b.members {
			if m.refs > 0 {
				return false
			}
		}
		return true
	})
}

func (b *bench) until(cond func() bool) {
	b.t.Helper()
	for !cond() {
		if b.t.Context().Err() != nil {
			b.t.Fatal("the test ended while it waited")
		}
		runtime.Gosched()
	}
}
