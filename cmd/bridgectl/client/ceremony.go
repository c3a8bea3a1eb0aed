// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Ceremony is one run of key generation or resharing, as an operator wants to see it.
type Ceremony struct {
	Number    uint64        `json:"number"`
	Kind      string        `json:"kind"`
	Phase     string        `json:"phase"`
	Height    uint64        `json:"height"`
	Started   uint64        `json:"started"`
	Left      uint64        `json:"blocks_left"` // of the phase
	NewEpoch  uint64        `json:"new_epoch"`
	Threshold uint32        `json:"threshold"`
	Waits     string        `json:"waits"`     // for what
	WaitsOn   []string      `json:"waits_on"`  // monikers
	Excluded  []Excluded    `json:"excluded"`  // dealers that do not count
	Ready     int           `json:"ready"`     // receivers that hold their share
	Receivers int           `json:"receivers"` //
	Blocks    uint64        `json:"blocks"`    // from the first to the last, or until now
	Bytes     uint64        `json:"bytes"`     // put into blocks
	Aborted   string        `json:"aborted,omitempty"`
	Rotation  bool          `json:"rotation"`
	False     []Accusations `json:"false_complaints"`
}

// Excluded is a dealer whose dealing does not count.
type Excluded struct {
	Dealer string `json:"dealer"`
	Reason string `json:"reason"`
}

// Accusations are complaints of a member that were wrong.
type Accusations struct {
	Member string `json:"member"`
	Count  uint32 `json:"count"`
}

// Over reports whether the ceremony has ended.
func (c *Ceremony) Over() bool { return c.Phase == "done" || c.Phase == "aborted" }

// Ceremony asks for one ceremony; number 0 is the newest. nil when there was none.
func (c *Client) Ceremony(ctx context.Context, number uint64) (out *Ceremony, err error) {
	err = c.ask(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		q := committeev1.NewQueryClient(conn)
		r, err := q.Ceremony(ctx, &committeev1.QueryCeremonyRequest{Number: number})
		if notFound(err) {
			out = nil
			return nil
		}
		if err != nil {
			return err
		}
		list, err := q.Validators(ctx, &committeev1.QueryValidatorsRequest{})
		if err != nil {
			return err
		}
		out = ceremonyOf(r, monikers(list.Validators))
		return nil
	})
	return out, err
}

func notFound(err error) bool { return status.Code(err) == codes.NotFound }

// word makes PHASE_COMMIT commit.
func word(name, prefix string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }

func monikers(list []committeev1.Validator) map[string]string {
	out := make(map[string]string, len(list))
	for i := range list {
		name := list[i].Moniker
		if name == "" {
			name = fmt.Sprintf("%x", list[i].ConsAddress)
		}
		out[string(list[i].ConsAddress)] = name
	}
	return out
}

func ceremonyOf(r *committeev1.QueryCeremonyResponse, names map[string]string) *Ceremony {
	p := &r.Ceremony
	c := &Ceremony{
		Number: p.Number, Kind: word(p.Kind.String(), "CEREMONY_KIND_"), Phase: word(p.Phase.String(), "PHASE_"), Height: r.Height,
		Started: p.Started, NewEpoch: p.NewEpoch, Threshold: p.Threshold, Receivers: len(p.Receivers), Bytes: p.Bytes,
		Aborted: p.Aborted, Rotation: p.Rotation, WaitsOn: []string{}, Excluded: []Excluded{}, False: []Accusations{},
	}
	name := func(addr []byte) string {
		if n, ok := names[string(addr)]; ok {
			return n
		}
		return fmt.Sprintf("%x", addr)
	}
	for i := range p.Receivers {
		v := &p.Receivers[i]
		if v.Ready {
			c.Ready++
		}
		if v.FalseComplaints > 0 {
			c.False = append(c.False, Accusations{name(v.ConsAddress), v.FalseComplaints})
		}
	}
	for i := range p.Dealers {
		if d := &p.Dealers[i]; d.Disqualified != "" {
			c.Excluded = append(c.Excluded, Excluded{name(d.ConsAddress), d.Disqualified})
		}
	}
	last := r.Height
	if c.Over() {
		last = p.Ended
	} else if p.Deadline > r.Height {
		c.Left = p.Deadline - r.Height
	}
	if last >= p.Started {
		c.Blocks = last - p.Started + 1
	}
	c.await(p, name)
	return c
}

// await says what the phase waits for, and on whom.
func (c *Ceremony) await(p *committeev1.Ceremony, name func([]byte) string) {
	dealers := func(missing func(*committeev1.Dealer) bool) {
		for i := range p.Dealers {
			if d := &p.Dealers[i]; d.Disqualified == "" && missing(d) {
				c.WaitsOn = append(c.WaitsOn, name(d.ConsAddress))
			}
		}
	}
	receivers := func(missing func(*committeev1.Receiver) bool) {
		for i := range p.Receivers {
			if v := &p.Receivers[i]; missing(v) {
				c.WaitsOn = append(c.WaitsOn, name(v.ConsAddress))
			}
		}
	}
	switch p.Phase {
	case committeev1.Phase_PHASE_COMMIT:
		c.Waits = "hashes of the dealings"
		dealers(func(d *committeev1.Dealer) bool { return len(d.Hash) == 0 })
	case committeev1.Phase_PHASE_DEAL:
		c.Waits = "the dealings"
		dealers(func(d *committeev1.Dealer) bool { return len(d.Hash) > 0 && !d.Dealt })
	case committeev1.Phase_PHASE_COMPLAIN:
		c.Waits = "receivers that check their shares"
		receivers(func(v *committeev1.Receiver) bool { return !v.Checked })
	case committeev1.Phase_PHASE_READY:
		c.Waits = "receivers that prove to hold their share"
		receivers(func(v *committeev1.Receiver) bool { return !v.Ready })
	case committeev1.Phase_PHASE_TEST:
		c.Waits = "the new committee's first signature"
	}
}
