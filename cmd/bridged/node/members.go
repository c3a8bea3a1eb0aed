// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc"

	"github.com/aitbc/bridge/verifier/agent"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
	"github.com/aitbc/bridge/verifier/committee"
)

// Ceremony is the newest one, while it runs or when it was aborted.
type Ceremony struct {
	Number  uint64   `json:"number"`
	Kind    string   `json:"kind"`  // fresh, reshare
	Phase   string   `json:"phase"` // commit, deal, complain, ready, test, aborted
	Left    uint64   `json:"blocks_left"`
	Waiting []string `json:"waiting"` // monikers, or addresses, of who has not spoken in this phase
	Aborted string   `json:"aborted,omitempty"`
}

// absentAfter is from how many missed ones of the last 100 commits on a member is not counted as present.
const absentAfter = 50

// seats fills what concerns the set of members, ceremonies and shares.
func (s *Status) seats(ctx context.Context, conn *grpc.ClientConn, self []byte) error {
	q := committeev1.NewQueryClient(conn)
	v, err := q.Validators(ctx, &committeev1.QueryValidatorsRequest{})
	if err != nil {
		return fmt.Errorf("query validators: %w", err)
	}
	e, err := q.Epochs(ctx, &committeev1.QueryEpochsRequest{})
	if err != nil {
		return fmt.Errorf("query epochs: %w", err)
	}
	s.Standing = standingOf(v.Validators, &e.Active, self)
	names := make(map[string]string, len(v.Validators))
	for _, one := range v.Validators {
		names[string(one.ConsAddress)] = one.Moniker
	}
	c, err := agent.ReadCeremony(ctx, q, 0)
	switch {
	case errors.Is(err, agent.ErrGone):
	case err != nil:
		return err
	case committee.InProgress(&c) || c.Phase == committeev1.Phase_PHASE_ABORTED:
		s.Ceremony = ceremonyOf(&c, uint64(s.Height), names)
	}
	s.Culprits = culprits(&c, names, &e.Active)
	own, err := nodev1.NewQueryClient(conn).Node(ctx, &nodev1.QueryNodeRequest{})
	if err != nil {
		return fmt.Errorf("query node: %w", err)
	}
	s.Shares, s.Trouble, s.Refused = append([]uint64{}, own.Signer.Epochs...), own.Ceremonies.Trouble, own.Ceremonies.Refused
	made := c
	if c.Number != e.Active.Ceremony && e.Active.Ceremony != 0 {
		if made, err = agent.ReadCeremony(ctx, q, e.Active.Ceremony); err != nil && !errors.Is(err, agent.ErrGone) {
			return err
		}
	}
	s.able = able(&e.Active, &made)
	return nil
}

// able are the members that were ready in the ceremony which made the epoch: all of them where that is not known.
func able(e *committeev1.Epoch, made *committeev1.Ceremony) map[string]bool {
	out := make(map[string]bool, len(e.Members))
	for i := range e.Members {
		address := e.Members[i].ConsAddress
		out[fmt.Sprintf("%X", address)] = made.Number != e.Ceremony || e.Ceremony == 0 ||
			slices.ContainsFunc(made.Receivers, func(r committeev1.Receiver) bool { return r.Ready && string(r.ConsAddress) == string(address) })
	}
	return out
}

// spare is how many members that can sign there are beyond t: who proved its share, is not suspended and
// is not missing in most of the last commits.
func (s *Status) spare() int {
	n := 0
	for address, ok := range s.able {
		absent := slices.ContainsFunc(s.Absences, func(a Absence) bool { return a.Address == address && a.Missed >= absentAfter })
		suspended := slices.ContainsFunc(s.Conduct, func(c Conduct) bool { return c.Address == address && c.Suspended != 0 })
		if ok && !absent && !suspended {
			n++
		}
	}
	return n - int(s.Threshold)
}

func ceremonyOf(c *committeev1.Ceremony, height uint64, names map[string]string) *Ceremony {
	out := &Ceremony{Number: c.Number, Kind: word(c.Kind.String(), "CEREMONY_KIND_"), Phase: word(c.Phase.String(), "PHASE_"), Aborted: c.Aborted, Waiting: []string{}}
	if c.Phase == committeev1.Phase_PHASE_ABORTED {
		return out
	}
	if c.Deadline > height {
		out.Left = c.Deadline - height
	}
	add := func(address []byte, waits bool) {
		if !waits {
			return
		}
		name := names[string(address)]
		if name == "" {
			name = fmt.Sprintf("%X", address)
		}
		out.Waiting = append(out.Waiting, name)
	}
	for i := range c.Dealers {
		d := &c.Dealers[i]
		add(d.ConsAddress, d.Disqualified == "" && (c.Phase == committeev1.Phase_PHASE_COMMIT && len(d.Hash) == 0 || c.Phase == committeev1.Phase_PHASE_DEAL && !d.Dealt))
	}
	for i := range c.Receivers {
		r := &c.Receivers[i]
		add(r.ConsAddress, c.Phase == committeev1.Phase_PHASE_COMPLAIN && !r.Checked || c.Phase == committeev1.Phase_PHASE_READY && !r.Ready)
	}
	return out
}

func word(name, prefix string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }

// keys says what is wrong with the own share, ceremonies and the number of members that can sign.
func (s *Status) keys(add func(level, format string, args ...any)) {
	if s.Member != 0 && s.KeyEpoch != 0 && s.Shares != nil && !slices.Contains(s.Shares, s.KeyEpoch) {
		add(LevelError, "this node has no share of key epoch %d: it votes and signs nothing. Put the home's keys/ back and start the node again, or ask the members for a refresh (an empty member proposal); docs/runbooks/lost-share.md", s.KeyEpoch)
	}
	if s.Trouble != "" {
		add(LevelError, "this node cannot do its part in ceremonies: %s", s.Trouble)
	}
	if s.Refused != "" {
		add(LevelWarning, "the last transaction of this node's operator was not taken: %s", s.Refused)
	}
	if c := s.Ceremony; c != nil && c.Phase == "aborted" {
		add(LevelWarning, "ceremony %d was aborted: %s", c.Number, c.Aborted)
	}
	if s.KeyEpoch == 0 {
		add(LevelWarning, "there is no group key yet: nothing can be certified")
		return
	}
	f := int(s.Members) - int(s.Threshold)
	if len(s.able) == 0 || f == 0 {
		return
	}
	switch spare := s.spare(); {
	case spare < 0:
		add(LevelError, "%d members of key epoch %d can sign, %d are needed: NOTHING CAN BE SIGNED", spare+int(s.Threshold), s.KeyEpoch, s.Threshold)
	case spare == 0:
		add(LevelError, "exactly the %d members that are needed can sign in key epoch %d: one more lost stops it; bring one back or refresh the shares", s.Threshold, s.KeyEpoch)
	case 2*spare <= f:
		add(LevelWarning, "%d spare members can sign in key epoch %d, of %d at best", spare, s.KeyEpoch, f)
	}
}
