// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/relayer/deliver"
)

// Bounds of the demo's waits.
const (
	deliverLimit = 90 * time.Second
	pauseLimit   = 60 * time.Second
)

// ErrDemo: messages were lost or arrived twice.
var ErrDemo = errors.New("demo failed")

// Tally is what a run came to.
type Tally struct {
	Sent, Delivered, Lost, Duplicated int
	P50, P90                          time.Duration // source finality to delivery
}

// traffic is one run: what was sent and what was seen.
type traffic struct {
	n         *Network
	observers map[message.ChainID]*observer
	senders   map[message.ChainID]*evm.TransactionManager
	sent      []client.Sent
}

// newTraffic starts observers, which end with ctx.
func (n *Network) newTraffic(ctx context.Context) (*traffic, error) {
	t := &traffic{n: n, observers: n.observe(ctx), senders: map[message.ChainID]*evm.TransactionManager{}}
	for i := range n.Info.Chains {
		id := n.Info.Chains[i].ChainID
		s, err := n.Client.Sender(id, n.keys.user)
		if err != nil {
			return nil, err
		}
		t.senders[id] = s
	}
	return t, nil
}

// send sends count messages each way at the same time, every second one through the
// ERC-7786 form.
func (t *traffic) send(ctx context.Context, count int) ([]client.Sent, error) {
	lanes := []client.LaneName{{Source: FirstChain, Target: SecondChain}, {Source: SecondChain, Target: FirstChain}}
	out := make([]client.Sent, len(lanes)*count)
	errs := make([]error, len(out))
	var group sync.WaitGroup
	for i := range out {
		lane := lanes[i/count]
		target, _ := t.n.Info.Chain(lane.Target)
		group.Go(func() {
			out[i], errs[i] = t.n.Client.Send(ctx, t.senders[lane.Source], client.Send{
				From: lane.Source, To: lane.Target, Target: target.Inbox,
				Data: fmt.Appendf(nil, "message %d of lane %s", len(t.sent)+i, lane), ERC7786: i%2 == 1,
			})
		})
	}
	group.Wait()
	for i := range out {
		if errs[i] == nil {
			t.sent = append(t.sent, out[i])
		}
	}
	return out, errors.Join(errs...)
}

// arrived counts which of the messages were delivered.
func (t *traffic) arrived(list []client.Sent) (n int) {
	for i := range list {
		if len(t.observers[list[i].Target].of(list[i].ID)) > 0 {
			n++
		}
	}
	return n
}

// await waits until all messages of a list have arrived.
func (t *traffic) await(ctx context.Context, list []client.Sent, limit time.Duration) error {
	return t.n.until(ctx, "deliveries", limit, func(ctx context.Context) (bool, string) {
		n := t.arrived(list)
		if n == len(list) {
			return true, ""
		}
		return false, fmt.Sprintf("%d of %d delivered%s", n, len(list), t.reasons(ctx, list))
	})
}

// reasons counts by reason the messages that wait, as `bridgectl track` tells it.
func (t *traffic) reasons(ctx context.Context, list []client.Sent) string {
	counts := map[deliver.Reason]int{}
	for i := range list {
		if len(t.observers[list[i].Target].of(list[i].ID)) > 0 {
			continue
		}
		st, err := t.n.Client.Status(ctx, list[i])
		if err != nil {
			return ""
		}
		counts[st.Reason]++
	}
	text := ""
	for _, r := range []deliver.Reason{
		deliver.WaitingFinality, deliver.WaitingVotes, deliver.Signing, deliver.Certified,
		deliver.LanePaused, deliver.RecipientReverted, deliver.TargetUnreachable,
	} {
		if counts[r] > 0 {
			text += fmt.Sprintf(", %d %s", counts[r], r)
		}
	}
	return text
}

// Demo sends 20 messages, pauses and unpauses a lane in the middle, and counts. The
// tally is printed whatever it says; an error means that it is not 20 of 20.
func (n *Network) Demo(ctx context.Context) (Tally, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t, err := n.newTraffic(ctx)
	if err != nil {
		return Tally{}, err
	}
	const half = 5
	n.say("sending %d messages, %d each way, through both forms of sendMessage", 2*half, half)
	first, err := t.send(ctx, half)
	if err != nil {
		return Tally{}, err
	}
	if err := t.await(ctx, first, deliverLimit); err != nil {
		return t.tally(ctx, 4*half), err
	}
	lane := client.LaneName{Source: FirstChain, Target: SecondChain}
	if err := t.pauseAndSend(ctx, lane, half); err != nil {
		return t.tally(ctx, 4*half), err
	}
	if err := t.await(ctx, t.sent, deliverLimit); err != nil {
		return t.tally(ctx, 4*half), err
	}
	// A second delivery would come soon after the first: look on for a few blocks.
	if err := follow.Sleep(ctx, 3*time.Second); err != nil {
		return Tally{}, err
	}
	if err := t.table(ctx); err != nil {
		return Tally{}, err
	}
	sum := t.tally(ctx, 4*half)
	n.say("demo: %d of %d delivered, %d lost, %d duplicated, p50 %.1f s", sum.Delivered, sum.Sent, sum.Lost, sum.Duplicated, sum.P50.Seconds())
	if sum.Delivered != sum.Sent || sum.Lost != 0 || sum.Duplicated != 0 {
		return sum, ErrDemo
	}
	return sum, nil
}

// pauseAndSend pauses a lane, sends, shows what waits and why, and unpauses.
func (t *traffic) pauseAndSend(ctx context.Context, lane client.LaneName, count int) error {
	n := t.n
	pauser, err := n.Client.Sender(lane.Target, n.keys.pauser)
	if err != nil {
		return err
	}
	p, err := n.Client.PauseLane(ctx, pauser, lane)
	if err != nil {
		return err
	}
	n.say("lane %s paused at its target until %s (gas %d); sending %d more", lane, p.Until.UTC().Format(time.RFC3339), p.Gas, 2*count)
	list, err := t.send(ctx, count)
	if err != nil {
		return err
	}
	held := slices.DeleteFunc(slices.Clone(list), func(s client.Sent) bool { return s.Target != lane.Target })
	var shown []client.Status
	if err := n.until(ctx, "paused lane", pauseLimit, func(ctx context.Context) (bool, string) {
		shown = shown[:0]
		for i := range held {
			st, err := n.Client.Status(ctx, held[i])
			if err != nil {
				return false, err.Error()
			}
			if st.Reason == deliver.LanePaused {
				shown = append(shown, st)
			}
		}
		return len(shown) == len(held), fmt.Sprintf("%d of %d wait with reason lane_paused", len(shown), len(held))
	}); err != nil {
		return err
	}
	for _, st := range shown {
		n.say("  %s  stage %s  reason %s  who: %s  next: %s", short(st.ID), st.Stage, st.Reason, st.Who, st.Next)
	}
	if got := t.arrived(held); got != 0 {
		return fmt.Errorf("%d messages crossed the paused lane: %w", got, ErrDemo)
	}
	admin, err := n.Client.Sender(lane.Target, n.keys.admin)
	if err != nil {
		return err
	}
	if _, err := n.Client.UnpauseLane(ctx, admin, lane, time.Minute); err != nil {
		return err
	}
	n.say("lane %s unpaused through the timelock", lane)
	return nil
}

// latencies are the times from source finality to delivery, sorted.
func (t *traffic) latencies() []time.Duration {
	var out []time.Duration
	for i := range t.sent {
		if d, ok := t.latency(&t.sent[i]); ok {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return out
}

func (t *traffic) latency(s *client.Sent) (time.Duration, bool) {
	since, ok := t.observers[s.Source].finalSince(s.Block)
	arrivals := t.observers[s.Target].of(s.ID)
	if !ok || len(arrivals) == 0 {
		return 0, false
	}
	return max(0, arrivals[0].at.Sub(since)), true
}

// tally counts from the targets' events and from the recipients' own counters.
func (t *traffic) tally(ctx context.Context, wanted int) Tally {
	sum := Tally{Sent: wanted, Delivered: t.arrived(t.sent)}
	sum.Lost = wanted - sum.Delivered
	for id, o := range t.observers {
		events, distinct := o.count()
		counted, err := t.n.inboxCount(ctx, id)
		if err != nil {
			counted = events
		}
		sum.Duplicated += max(events-distinct, counted-distinct)
	}
	if all := t.latencies(); len(all) > 0 {
		sum.P50, sum.P90 = percentile(all, 50), percentile(all, 90)
	}
	return sum
}

// percentile of a sorted, non-empty list, by nearest rank.
func percentile[T any](sorted []T, p int) T {
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}

func (t *traffic) table(ctx context.Context) error {
	w := tabwriter.NewWriter(t.n.opts.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "message\tlane\tsource tx\ttarget tx\tseconds\tgas")
	for i := range t.sent {
		s := &t.sent[i]
		arrivals := t.observers[s.Target].of(s.ID)
		if len(arrivals) == 0 {
			fmt.Fprintf(w, "%s\t%s->%s\t%s\t-\t-\t-\n", short(s.ID), s.Source, s.Target, short(s.Tx))
			continue
		}
		e, err := t.n.Client.Chain(s.Target)
		if err != nil {
			return err
		}
		r, _, err := e.Receipt(ctx, arrivals[0].tx)
		if err != nil {
			return err
		}
		d, _ := t.latency(s)
		fmt.Fprintf(w, "%s\t%s->%s\t%s\t%s\t%.1f\t%d\n", short(s.ID), s.Source, s.Target, short(s.Tx), short(r.TxHash), d.Seconds(), r.GasUsed)
	}
	return w.Flush()
}

// short is the beginning of a hash, enough for a table.
func short[T ~[32]byte](h T) string { return fmt.Sprintf("0x%x…", h[:6]) }
