// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

// slow is a chain with a block every 12 s and nothing in its blocks; its headers hash to their hashes.
type slow struct {
	clock *clock
	began time.Time
	leap  uint64 // blocks that become final together
	lag   uint64 // of the final block behind the newest

	mu     sync.Mutex
	blocks []*evidence.Header
}

func (s *slow) block(t testing.TB, n uint64) *evidence.Header {
	s.mu.Lock()
	defer s.mu.Unlock()
	for next := uint64(len(s.blocks)); next <= n; next++ {
		h := &types.Header{
			Number: new(big.Int).SetUint64(next), Difficulty: new(big.Int), Time: 12 * next,
			UncleHash: types.EmptyUncleHash, TxHash: types.EmptyTxsHash, ReceiptHash: types.EmptyReceiptsHash,
		}
		if next > 0 {
			h.ParentHash = [32]byte(s.blocks[next-1].Hash())
		}
		s.blocks = append(s.blocks, headerOf(t, h))
	}
	return s.blocks[n]
}

// headerOf is a header as an endpoint answers it, read again.
func headerOf(t testing.TB, h *types.Header) *evidence.Header {
	raw, err := json.Marshal(h)
	fields := map[string]any{}
	err = errors.Join(err, json.Unmarshal(raw, &fields))
	maps.DeleteFunc(fields, func(_ string, v any) bool { return v == nil })
	fields["transactions"] = []any{}
	raw, err2 := json.Marshal(fields)
	proven, err3 := evidence.DecodeHeader(evidence.Ethereum, raw)
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	return proven
}

// slowNode is one endpoint of it; it counts what it is asked.
type slowNode struct {
	evm.Endpoint // panics on what an idle reader has no reason to ask
	*slow
	t     *testing.T
	mu    sync.Mutex
	asked map[string]int
}

func (n *slowNode) count(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked[what]++
}

func (n *slowNode) Close() {}

func (n *slowNode) ChainID(context.Context) (message.ChainID, error) {
	n.count("chain id")
	return 1, nil
}

func (n *slowNode) Block(_ context.Context, at evm.At) (evm.Block, error) {
	number := at.Number
	switch at.Tag {
	case "":
		n.count("block")
	case evm.Finalized:
		n.count("finalized")
		head := uint64(n.clock.Now().Sub(n.began)/(12*time.Second)) + 1000
		number = (head - n.lag) / n.leap * n.leap
	default:
		n.t.Errorf("tag %s", at.Tag)
	}
	h := n.block(n.t, number)
	return evm.Block{BlockRef: stream.BlockRef{Number: number, Hash: h.Hash()}, Parent: h.Parent(), Time: h.Time()}, nil
}

func (n *slowNode) Logs(context.Context, message.Address, []message.Hash, uint64, uint64) ([]evm.Log, error) {
	n.count("logs")
	return nil, nil
}

func (n *slowNode) Header(_ context.Context, _ evidence.Format, block message.Hash) (*evidence.Header, error) {
	n.count("header")
	n.slow.mu.Lock()
	defer n.slow.mu.Unlock()
	i := slices.IndexFunc(n.blocks, func(h *evidence.Header) bool { return h.Hash() == block })
	return n.blocks[i], nil
}

// Storage: one lane, to chain 10.
func (n *slowNode) Storage(_ context.Context, _ message.Address, slot message.Hash, _ evm.At) (message.Hash, error) {
	n.count("storage")
	if slot == (message.Hash{31: 9}) {
		return message.Hash{31: 1}, nil
	}
	return message.Hash{30: 10, 31: byte(message.Final)}, nil
}

// Call: the counter of the lane is zero.
func (n *slowNode) Call(context.Context, evm.Call, evm.At) ([]byte, error) {
	n.count("call")
	return append(make([]byte, 31), append([]byte{1}, make([]byte, 96)...)...), nil
}

// TestIdleHour runs a node's own loop over its own client and pool, three endpoints of which two must agree, for an hour
// of a chain with a block every 12 s, one lane and no message, with the poll that a node has by default.
// It fails above the requests that docs/benchmarks.md promises.
func TestIdleHour(t *testing.T) {
	for name, c := range map[string]struct {
		leap, lag uint64
		most      int // requests an hour, to all three endpoints
	}{
		"final in leaps, as on Ethereum": {32, 64, 1500},
		"every block final at once":      {1, 2, 4500},
	} {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			chain := &slow{clock: clock, began: clock.Now(), leap: c.leap, lag: c.lag}
			cfg := Config{Chain: 1, Genesis: chain.block(t, 0).Hash(), Agree: DefaultAgree, Clock: clock, Jitter: func(most time.Duration) time.Duration { return most }}
			var nodes []*slowNode
			for _, name := range []string{"a", "b", "c"} {
				n := &slowNode{slow: chain, t: t, asked: map[string]int{}}
				nodes = append(nodes, n)
				cfg.Members = append(cfg.Members, Member{Name: name, Operator: name, Endpoint: n})
			}
			p, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			manager := message.Address{1}
			client, err := evm.New(t.Context(), evm.Config{ChainID: 1, Manager: manager, Endpoint: p, Now: clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			profile, _ := registry.Get(1)
			state, err := stream.NewState(stream.Config{
				BridgeID: message.BridgeID("aitbc-test-1"), Stride: profile.Stride, StartBlock: 900,
				Stream: message.Stream{Chain: 1, Manager: manager, Finality: message.Final, Epoch: 1},
			})
			if err != nil {
				t.Fatal(err)
			}
			state.Lanes = []stream.Outbound{{OutboundKey: stream.OutboundKey{TargetChain: 10, Finality: message.Final}, Remote: message.Address{2}}}
			state.Next, state.Last = 901, stream.BlockRef{Number: 900, Hash: chain.block(t, 900).Hash()}
			mem := store.NewMemory()
			if err := mem.Commit(state, nil); err != nil {
				t.Fatal(err)
			}
			requests := func() (sum, most int) {
				for _, n := range nodes {
					n.mu.Lock()
					one := 0
					for _, k := range n.asked {
						one += k
					}
					n.mu.Unlock()
					sum, most = sum+one, max(most, one)
				}
				return sum, most
			}
			end, over := clock.Now().Add(time.Hour), errors.New("over")
			err = follow.Run(t.Context(), follow.Config{
				Stream: state.Config, Source: client, Store: mem, Poll: 500 * time.Millisecond, ReplayFrom: follow.NoReplay,
				Sleep: func(_ context.Context, d time.Duration) error {
					clock.Advance(d)
					if clock.Now().After(end) {
						return over
					}
					return nil
				},
			})
			if !errors.Is(err, over) {
				t.Fatal(err)
			}
			if state, _, err = mem.Load(); err != nil || state.Next < 1300-c.lag-c.leap {
				t.Errorf("read up to block %d: %v", state.Next, err)
			}
			sum, most := requests()
			t.Logf("%d requests, at most %d to one endpoint; the first: %v", sum, most, nodes[0].asked)
			if sum > c.most || sum < 300 {
				t.Errorf("%d requests in an hour, at most %d", sum, c.most)
			}
		})
	}
}
