// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// shared is a gate that many may use at once; each delivery is told.
type shared struct {
	mu sync.Mutex
	*gate
	sent chan arrival
}

func (s *shared) Simulate(ctx context.Context, call []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gate.Simulate(ctx, call)
}

func (s *shared) Send(ctx context.Context, call []byte) (evm.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.gate.Send(ctx, call)
	if err == nil {
		s.sent <- s.arrived[len(s.arrived)-1]
	}
	return r, err
}

func (s *shared) DeliveredWord(ctx context.Context, lane message.Address, index uint64) ([32]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gate.DeliveredWord(ctx, lane, index)
}

// office is one validator that gives out certificates.
type office struct {
	certifyv1.UnimplementedQueryServer
	mu   sync.Mutex
	kept map[uint32][]certifyv1.Certificate
}

func (o *office) add(index uint32, c Certificate) {
	k := c.Checkpoint
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept[index] = append(o.kept[index], certifyv1.Certificate{
		Checkpoint: certifyv1.Checkpoint{
			Stream: index, SourceChain: uint64(k.Stream.Chain), SourceManager: k.Stream.Manager[:], Finality: uint32(k.Stream.Finality), SourceEpoch: k.Stream.Epoch,
			End: k.End, BlockHash: k.BlockHash[:], MessageCount: k.MessageCount, LeafCount: k.LeafCount, PeaksHash: k.PeaksHash[:], Root: k.Root[:],
		},
		S: c.Signature.S[:], R: c.Signature.R[:],
	})
}

func (o *office) Certificates(_ context.Context, q *certifyv1.QueryCertificatesRequest) (*certifyv1.QueryCertificatesResponse, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return &certifyv1.QueryCertificatesResponse{Certificates: slices.DeleteFunc(slices.Clone(o.kept[q.Stream]), func(c certifyv1.Certificate) bool {
		return c.Checkpoint.End <= q.After
	})}, nil
}

// The loops together: streams, certificates, blocks, queue, target.
func TestRelayerDeliversBelowFinal(t *testing.T) {
	a := newAhead(t)
	a.send(fast, 1, "f")
	a.send(final, 1, "x")
	a.chain.Mine(4)
	tip := a.tip(fast, nil, 3)

	fin := lanesv1.Stream{Index: 1, Chain: 31337, Manager: a.src.cfg.Stream.Manager[:], Finality: 3, Epoch: 1, Stride: 2}
	low := fin
	low.Index, low.Finality, low.Generation, low.MaxAhead = 2, 1, 1, 64
	l, err := net.Listen("tcp", "127.0.0.1:0")
	a.ok(err)
	certificates := &office{kept: map[uint32][]certifyv1.Certificate{}}
	certificates.add(2, tip)
	server := grpc.NewServer()
	lanesv1.RegisterQueryServer(server, &lanesServer{streams: []lanesv1.Stream{low, fin}})
	certifyv1.RegisterQueryServer(server, certificates)
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(l) }()
	t.Cleanup(func() { server.Stop(); <-served })
	v, err := Dial(a.src.cfg.BridgeID, []string{l.Addr().String()})
	a.ok(err)
	t.Cleanup(func() { _ = v.Close() })

	target := &shared{gate: a.gate, sent: make(chan arrival, 10)}
	read := store.NewMemory()
	r, err := New(Config{
		Validators: v, Sources: map[message.ChainID]follow.Source{31337: a.chain}, Managers: map[message.ChainID]message.Address{31337: a.src.cfg.Stream.Manager},
		Targets: []Target{target}, Poll: time.Millisecond,
		Open:   func(stream.Config) (stream.Store, error) { return read, nil },
		Recent: func(message.Stream) (Recent, error) { return above{a.chain}, nil },
		Wake:   func(message.ChainID) func(context.Context, time.Duration) error { return follow.Sleep },
	})
	a.ok(err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	if got := <-target.sent; got != (arrival{"f", fast, fast}) {
		t.Errorf("%+v", got)
	}
	a.settle(5)
	target.mu.Lock()
	w, err := a.src.store.LatestWindow()
	a.ok(err)
	certificates.add(1, a.sign(w.Checkpoint))
	target.mu.Unlock()
	if got := <-target.sent; got != (arrival{"x", final, final}) {
		t.Errorf("%+v", got)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	a.arrivedAre(arrival{"f", fast, fast}, arrival{"x", final, final})
}
