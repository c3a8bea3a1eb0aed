// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
)

// Figures are what Bench measures, from outside the validators: a window's end block is
// labelled final by its chain until its certificate can be queried.
type Figures struct {
	Windows            int
	BlocksP50          int64
	BlocksP90          int64
	CertifyP50         time.Duration
	CertifyP90         time.Duration
	ValidatorMiB       []int
	RelayerMiB         int
	Tally              Tally
	FinalToDeliveryP50 time.Duration
}

// Bench sends a message each way again and again for a number of windows and measures.
func (n *Network) Bench(ctx context.Context, rounds int) (Figures, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t, err := n.newTraffic(ctx)
	if err != nil {
		return Figures{}, err
	}
	marks := &marks{heights: map[message.ChainID]map[uint64]int64{}}
	go marks.follow(ctx, n, t)
	var certs []certified
	streams, err := n.Client.Streams(ctx)
	if err != nil {
		return Figures{}, err
	}
	for _, s := range streams {
		c := make(chan []certified, 1)
		go func() { c <- watchCertificates(ctx, n, s.Index, message.ChainID(s.Chain)) }()
		defer func() { <-c }()
		marks.results = append(marks.results, c)
	}
	for i := range rounds {
		if _, err := t.send(ctx, 1); err != nil {
			return Figures{}, err
		}
		if i%10 == 9 {
			n.say("  … %d of %d rounds", i+1, rounds)
		}
	}
	if err := t.await(ctx, t.sent, deliverLimit); err != nil {
		return Figures{}, err
	}
	f := Figures{Tally: t.tally(ctx, 2*rounds), RelayerMiB: n.Relayer.ResidentMiB()}
	for _, p := range n.Nodes {
		f.ValidatorMiB = append(f.ValidatorMiB, p.ResidentMiB())
	}
	cancel()
	for _, c := range marks.results {
		list := <-c
		c <- nil
		certs = append(certs, list...)
	}
	var times []time.Duration
	var blocks []int64
	for _, c := range certs {
		since, ok := t.observers[c.chain].finalSince(c.end)
		if !ok {
			continue
		}
		times = append(times, c.at.Sub(since))
		if h, ok := marks.height(c.chain, c.end); ok {
			blocks = append(blocks, c.height-h)
		}
	}
	if len(times) == 0 || len(blocks) == 0 {
		return f, fmt.Errorf("no certificate seen: %w", ErrDemo)
	}
	slices.Sort(times)
	slices.Sort(blocks)
	f.Windows = len(times)
	f.CertifyP50, f.CertifyP90 = percentile(times, 50), percentile(times, 90)
	f.BlocksP50, f.BlocksP90 = percentile(blocks, 50), percentile(blocks, 90)
	n.say("windows certified: %d", f.Windows)
	n.say("window end final → certificate: p50 %d blocks, %d ms; p90 %d blocks, %d ms", f.BlocksP50, f.CertifyP50.Milliseconds(), f.BlocksP90, f.CertifyP90.Milliseconds())
	n.say("source finality → delivery: p50 %.1f s, p90 %.1f s", f.Tally.P50.Seconds(), f.Tally.P90.Seconds())
	n.say("resident memory: validators %v MiB, relayer %d MiB", f.ValidatorMiB, f.RelayerMiB)
	return f, nil
}

// certified is one certificate as it appeared.
type certified struct {
	chain  message.ChainID
	end    uint64
	height int64
	at     time.Time
}

// watchCertificates lists the certificates of a stream that appear until ctx ends.
func watchCertificates(ctx context.Context, n *Network, index uint32, chain message.ChainID) []certified {
	var out []certified
	var after uint64
	if st, err := n.Client.StreamStatus(ctx, index); err == nil && st.Certified != nil {
		after = st.Certified.End
	}
	for follow.Sleep(ctx, lookEvery/2) == nil {
		list, err := n.Client.Certificates(ctx, index, after)
		if err != nil {
			continue
		}
		now := time.Now()
		for i := range list {
			after = max(after, list[i].Checkpoint.End)
			out = append(out, certified{chain, list[i].Checkpoint.End, int64(list[i].Height), now})
		}
	}
	return out
}
