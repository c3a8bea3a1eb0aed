// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"context"
	"sync"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/contracts/bindings"
)

// lookEvery is the resolution of the observer's times.
const lookEvery = 100 * time.Millisecond

var topicDelivered = message.Keccak([]byte("MessageDelivered(bytes32,address)"))

// arrival is one MessageDelivered event.
type arrival struct {
	tx message.Hash
	at time.Time // when the observer saw it
}

// observer watches one chain: which block was final when, and what was delivered.
type observer struct {
	client *client.Client
	chain  message.ChainID

	mu       sync.Mutex
	finalAt  map[uint64]time.Time
	final    uint64
	arrivals map[message.ID][]arrival
	next     uint64
}

// observe starts one observer per chain; they end with ctx.
func (n *Network) observe(ctx context.Context) map[message.ChainID]*observer {
	out := map[message.ChainID]*observer{}
	for i := range n.Info.Chains {
		k := &n.Info.Chains[i]
		o := &observer{client: n.Client, chain: k.ChainID, next: k.DeployBlock, finalAt: map[uint64]time.Time{}, arrivals: map[message.ID][]arrival{}}
		out[k.ChainID] = o
		go func() {
			for follow.Sleep(ctx, lookEvery) == nil {
				_ = o.look(ctx) // what was missed is seen at the next look
			}
		}()
	}
	return out
}

// look reads what is new. A failed look changes nothing.
func (o *observer) look(ctx context.Context) error {
	e, err := o.client.Chain(o.chain)
	if err != nil {
		return err
	}
	final, err := e.Block(ctx, evm.At{Tag: evm.Finalized})
	if err != nil {
		return err
	}
	o.mu.Lock()
	for b := o.final + 1; b <= final.Number; b++ {
		o.finalAt[b] = time.Now()
	}
	o.final = max(o.final, final.Number)
	next := o.next
	o.mu.Unlock()
	head, err := e.Block(ctx, evm.At{Tag: evm.Latest})
	if err != nil || head.Number < next {
		return err
	}
	logs, err := e.Logs(ctx, e.Manager(), []message.Hash{topicDelivered}, next, head.Number)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range logs {
		if len(logs[i].Topics) == 2 {
			id := message.ID(logs[i].Topics[1])
			o.arrivals[id] = append(o.arrivals[id], arrival{tx: logs[i].TxHash, at: time.Now()})
		}
	}
	o.next = head.Number + 1
	return nil
}

func (o *observer) of(id message.ID) []arrival {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.arrivals[id]
}

func (o *observer) finalSince(block uint64) (time.Time, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, ok := o.finalAt[block]
	return t, ok
}

// count is the number of MessageDelivered events, repeated ones included.
func (o *observer) count() (events, distinct int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, a := range o.arrivals {
		events += len(a)
	}
	return events, len(o.arrivals)
}

// inboxCount is the demo recipient's own counter.
func (n *Network) inboxCount(ctx context.Context, id message.ChainID) (int, error) {
	e, err := n.Client.Chain(id)
	if err != nil {
		return 0, err
	}
	k, _ := n.Info.Chain(id)
	abi, err := bindings.InboxMetaData.GetAbi()
	if err != nil {
		return 0, err
	}
	data, err := abi.Pack("count")
	if err != nil {
		return 0, err
	}
	out, err := e.Endpoint.Call(ctx, evm.Call{To: k.Inbox, Data: data}, evm.At{Tag: evm.Latest})
	if err != nil || len(out) != 32 {
		return 0, err
	}
	return int(out[31]) | int(out[30])<<8 | int(out[29])<<16, nil
}
