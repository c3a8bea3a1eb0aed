// SPDX-License-Identifier: Apache-2.0

package faultproxy_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

func dial(t *testing.T, url string) evm.Endpoint {
	t.Helper()
	e, err := evm.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// TestDialKeepsItsWord: what chains/evm says about answers that no honest node gives. Each is retried, and no
// value comes with it.
func TestDialKeepsItsWord(t *testing.T) {
	ctx := context.Background()
	block := func(e evm.Endpoint) (bool, error) {
		b, err := e.Block(ctx, evm.At{Number: upstream.first})
		return b.Hash.IsZero(), err
	}
	chain := func(e evm.Endpoint) (bool, error) {
		id, err := e.ChainID(ctx)
		return id == 0, err
	}
	logs := func(e evm.Endpoint) (bool, error) {
		l, err := e.Logs(ctx, upstream.manager, []message.Hash{topicSent}, 0, upstream.head)
		return len(l) == 0, err
	}
	receipt := func(e evm.Endpoint) (bool, error) {
		r, found, err := e.Receipt(ctx, upstream.txs[0])
		return !found && len(r.Logs) == 0, err
	}
	for _, c := range []struct {
		fault faultproxy.Kind
		ask   func(evm.Endpoint) (bool, error)
		want  error
		n     uint64
	}{
		{faultproxy.BodyHuge, block, message.ErrUnavailable, evm.MaxResponseBytes + 1},
		{faultproxy.BodyCut, logs, message.ErrUnavailable, 0},
		{faultproxy.JSONBroken, receipt, message.ErrUnavailable, 0},
		{faultproxy.HTTPPage, logs, message.ErrUnavailable, 0},
		{faultproxy.HTTP429, logs, message.ErrUnavailable, 0},
		{faultproxy.HTTP429After, block, message.ErrUnavailable, 0},
		{faultproxy.HTTP500, receipt, message.ErrUnavailable, 0},
		{faultproxy.HTTP503, chain, message.ErrUnavailable, 0},
		{faultproxy.ConnectionReset, block, message.ErrUnavailable, 0},
		{faultproxy.RPCRateLimit, logs, message.ErrUnavailable, 0},
		{faultproxy.ResultNull, logs, message.ErrUnavailable, 0},
		{faultproxy.ResultNull, chain, message.ErrUnavailable, 0},
		{faultproxy.ResultEmpty, block, message.ErrUnavailable, 0},
		{faultproxy.BlockNull, block, evm.ErrNoBlock, 0},
		{faultproxy.RangeLimit, logs, message.ErrUnavailable, 5},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			s := start(t, faultproxy.Options{}, faultproxy.Rule{Fault: c.fault, N: c.n})
			e := dial(t, s.URL())
			nothing, err := c.ask(e)
			if !errors.Is(err, c.want) || message.FateOf(err) != message.Retry || !nothing {
				t.Errorf("nothing came: %t, error %v", nothing, err)
			}
			if s.Fired(c.fault) == 0 {
				t.Error("the fault did not happen")
			}
			if err := s.Set(); err != nil {
				t.Fatal(err)
			}
			if nothing, err := c.ask(e); err != nil || nothing {
				t.Errorf("afterwards: nothing came: %t, error %v", nothing, err)
			}
		})
	}
}

func TestWrongChainIsRefused(t *testing.T) {
	s := start(t, faultproxy.Options{}, faultproxy.Rule{Fault: faultproxy.ChainID})
	cfg := evm.Config{ChainID: chainID, Manager: upstream.manager, URLs: []string{s.URL()}}
	if _, err := evm.New(context.Background(), cfg); !errors.Is(err, evm.ErrWrongChain) || s.Fired(faultproxy.ChainID) != 1 {
		t.Errorf("another chain: %v", err)
	}
}

// TestHang: nothing comes until the client goes, and Close ends what still hangs.
func TestHang(t *testing.T) {
	s := start(t, faultproxy.Options{}, faultproxy.Rule{Fault: faultproxy.Hang})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	ask := func(ctx context.Context) {
		_, err := dial(t, s.URL()).ChainID(ctx)
		ended <- err
	}
	go ask(ctx)
	await(t, func() bool { return s.Fired(faultproxy.Hang) == 1 })
	select {
	case err := <-ended:
		t.Fatalf("it did not hang: %v", err)
	default:
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("after the client went: %v", err)
	}
	go ask(context.Background())
	await(t, func() bool { return s.Fired(faultproxy.Hang) == 2 })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("after the proxy went: %v", err)
	}
}

// await polls until ok; the test's own deadline ends it.
func await(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-t.Context().Done():
			t.Fatal("it did not come")
		case <-tick.C:
		}
	}
}

// TestSlowBodyWaitsForTheGate: the body comes in parts, each when the test lets it.
func TestSlowBodyWaitsForTheGate(t *testing.T) {
	gate, waiting := make(chan struct{}), make(chan time.Duration)
	s := start(t, faultproxy.Options{Wait: func(ctx context.Context, d time.Duration) error {
		select {
		case waiting <- d:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-gate:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}, faultproxy.Rule{Fault: faultproxy.BodySlow, N: 250})
	got := make(chan response, 1)
	go func() { got <- post(s.URL(), request("eth_blockNumber")) }()
	honest := post(upstream.url, request("eth_blockNumber"))
	for range (len(honest.body) - 1) / 16 {
		if d := <-waiting; d != 250*time.Millisecond {
			t.Errorf("waits %s", d)
		}
		select {
		case r := <-got:
			t.Fatalf("the body came without the gate: %s", r.body)
		default:
		}
		gate <- struct{}{}
	}
	same(t, honest, <-got)
}

func TestBodiesAreBoundedBothWays(t *testing.T) {
	s := start(t, faultproxy.Options{MaxRequestBytes: 200, MaxResponseBytes: 200})
	if r := post(s.URL(), request("eth_blockNumber")); r.status != http.StatusOK {
		t.Errorf("small: %d", r.status)
	}
	if r := post(s.URL(), allLogs()); r.status != http.StatusBadGateway {
		t.Errorf("large answer: %d", r.status)
	}
	if r := post(s.URL(), request("eth_call", string(make([]byte, 200)))); r.status != http.StatusRequestEntityTooLarge {
		t.Errorf("large request: %d", r.status)
	}
}

func TestSockets(t *testing.T) {
	ctx := context.Background()
	s := start(t, faultproxy.Options{})
	connect := func() (*rpc.Client, error) { return rpc.DialContext(ctx, "ws"+s.As("reader")[len("http"):]) }
	set := func(k faultproxy.Kind, caller string) {
		t.Helper()
		if err := s.Set(faultproxy.Rule{Fault: k, Caller: caller}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	heads := make(chan *types.Header, 16)
	sub, err := c.EthSubscribe(ctx, heads, "newHeads")
	if err != nil {
		t.Fatal(err)
	}
	mine := func() uint64 {
		upstream.sim.Commit()
		h, err := upstream.sim.Client().HeaderByNumber(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		return h.Number.Uint64()
	}
	if want, got := mine(), <-heads; got.Number.Uint64() != want {
		t.Errorf("head %d, want %d", got.Number, want)
	}
	set(faultproxy.SocketSilent, "reader")
	mine()
	await(t, func() bool { return s.Fired(faultproxy.SocketSilent) > 0 })
	set(faultproxy.SocketDrop, "another")
	if s.Fired(faultproxy.SocketDrop) != 0 {
		t.Error("another caller's connection was cut")
	}
	set(faultproxy.SocketDrop, "reader")
	if err := <-sub.Err(); err == nil || s.Fired(faultproxy.SocketDrop) != 1 {
		t.Errorf("cut %d times: %v", s.Fired(faultproxy.SocketDrop), err)
	}
	if len(heads) != 0 {
		t.Errorf("%d heads came through the silence", len(heads))
	}
	set(faultproxy.SocketRefused, "")
	if _, err := connect(); err == nil || s.Fired(faultproxy.SocketRefused) != 1 {
		t.Errorf("refused %d times: %v", s.Fired(faultproxy.SocketRefused), err)
	}
}
