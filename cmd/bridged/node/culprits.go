// SPDX-License-Identifier: Apache-2.0

package node

import (
	"fmt"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
)

// Culprit is a participant of the newest ceremony, ended or not, against whom the state records something.
type Culprit struct {
	Ceremony        uint64 `json:"ceremony"`
	Member          uint32 `json:"member"` // index in the key epoch, 0: no member
	Moniker         string `json:"moniker"`
	Address         string `json:"address"`                    // consensus address
	Excluded        string `json:"excluded,omitempty"`         // why its dealing does not count
	FalseComplaints uint32 `json:"false_complaints,omitempty"` // about honest dealers
}

// culprits are by address, as dealers are.
func culprits(c *committeev1.Ceremony, names map[string]string, active *committeev1.Epoch) []Culprit {
	out := []Culprit{}
	of := func(address []byte) *Culprit {
		text := fmt.Sprintf("%X", address)
		for i := range out {
			if out[i].Address == text {
				return &out[i]
			}
		}
		one := Culprit{Ceremony: c.Number, Moniker: names[string(address)], Address: text}
		for i := range active.Members {
			if m := &active.Members[i]; string(m.ConsAddress) == string(address) {
				one.Member = m.Index
			}
		}
		out = append(out, one)
		return &out[len(out)-1]
	}
	for i := range c.Dealers {
		if d := &c.Dealers[i]; d.Disqualified != "" {
			of(d.ConsAddress).Excluded = d.Disqualified
		}
	}
	for i := range c.Receivers {
		if r := &c.Receivers[i]; r.FalseComplaints > 0 {
			of(r.ConsAddress).FalseComplaints = r.FalseComplaints
		}
	}
	return out
}

// accuse says who did wrong in the newest ceremony. Who was only silent may have been away.
func (s *Status) accuse(blame func(level string, member uint32, moniker, address, format string, args ...any)) {
	for _, c := range s.Culprits {
		switch c.Excluded {
		case "":
		case committee.NotCommitted, committee.NotDealt:
			blame(LevelWarning, c.Member, c.Moniker, c.Address, "dealt nothing in ceremony %d (%s)", c.Ceremony, c.Excluded)
		default:
			blame(LevelError, c.Member, c.Moniker, c.Address, "is excluded as a dealer of ceremony %d (%s)", c.Ceremony, c.Excluded)
		}
		if c.FalseComplaints > 0 {
			blame(LevelError, c.Member, c.Moniker, c.Address, "made %d false complaints in ceremony %d", c.FalseComplaints, c.Ceremony)
		}
	}
}
