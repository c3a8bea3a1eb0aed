// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Seven members, five are needed: two may be missing.
func sevenMembers() *Status {
	s := &Status{KeyEpoch: 3, Member: 1, Members: 7, Threshold: 5, Shares: []uint64{3}, able: map[string]bool{}}
	for i := range 7 {
		s.able[fmt.Sprintf("%02X", i+1)] = true
	}
	return s
}

func TestProblemsOfKeys(t *testing.T) {
	for _, c := range []struct {
		name, want string // want begins the only problem; empty: none
		change     func(*Status)
	}{
		{"all well", "", func(*Status) {}},
		{"no member", "", func(s *Status) { s.Member, s.Shares = 0, []uint64{} }},
		{"next share is there too", "", func(s *Status) { s.Shares = []uint64{3, 4} }},
		{"own share missing", "error: this node has no share of key epoch 3", func(s *Status) { s.Shares = []uint64{2} }},
		{"one not ready", "warning: 1 spare members", func(s *Status) { s.able["07"] = false }},
		{"one absent", "warning: 1 spare members", func(s *Status) { s.Absences = []Absence{{Address: "07", Missed: 50}} }},
		{"one absent at times", "warning: address 07 is missing", func(s *Status) { s.Absences = []Absence{{Address: "07", Missed: 49}} }},
		{"none to spare", "error: exactly the 5 members", func(s *Status) { s.able["06"], s.able["07"] = false, false }},
		{"too few", "error: 4 members of key epoch 3 can sign, 5 are needed", func(s *Status) { s.able["05"], s.able["06"], s.able["07"] = false, false, false }},
		{"trouble", "error: this node cannot do its part in ceremonies: x", func(s *Status) { s.Trouble = "x" }},
		{"refused", "warning: the last transaction", func(s *Status) { s.Refused = "x" }},
		{"aborted", "warning: ceremony 4 was aborted: not_signed", func(s *Status) { s.Ceremony = &Ceremony{Number: 4, Phase: "aborted", Aborted: "not_signed"} }},
		{"no key yet", "warning: there is no group key yet", func(s *Status) { s.KeyEpoch, s.Member, s.able = 0, 0, nil }},
		{"four of four", "", func(s *Status) {
			s.Members, s.Threshold = 4, 3
			s.able = map[string]bool{"01": true, "02": true, "03": true, "04": true}
		}},
		{"one alone", "", func(s *Status) { s.Members, s.Threshold, s.able = 1, 1, map[string]bool{"01": true} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sevenMembers()
			c.change(s)
			s.Conclude()
			var have []string
			for _, p := range s.Problems {
				have = append(have, p.Level+": "+p.Text)
			}
			if c.want == "" && len(have) > 0 || c.want != "" && !slices.ContainsFunc(have, func(p string) bool { return strings.HasPrefix(p, c.want) }) {
				t.Errorf("have %q, want %q", have, c.want)
			}
		})
	}
}

func TestCeremonyWaitsFor(t *testing.T) {
	a, b := bytes.Repeat([]byte{1}, 20), bytes.Repeat([]byte{2}, 20)
	c := committeev1.Ceremony{
		Number: 4, Kind: committeev1.CeremonyKind_CEREMONY_KIND_RESHARE, Deadline: 30,
		Dealers:   []committeev1.Dealer{{ConsAddress: a, Hash: []byte{1}, Dealt: true}, {ConsAddress: b}},
		Receivers: []committeev1.Receiver{{ConsAddress: a}, {ConsAddress: b, Checked: true, Ready: true}},
	}
	names := map[string]string{string(a): "ann"}
	for phase, want := range map[committeev1.Phase][]string{
		committeev1.Phase_PHASE_COMMIT: {fmt.Sprintf("%X", b)}, committeev1.Phase_PHASE_DEAL: {fmt.Sprintf("%X", b)},
		committeev1.Phase_PHASE_COMPLAIN: {"ann"}, committeev1.Phase_PHASE_READY: {"ann"}, committeev1.Phase_PHASE_TEST: {},
	} {
		c.Phase = phase
		s := ceremonyOf(&c, 21, names)
		if !slices.Equal(s.Waiting, want) || s.Left != 9 || s.Kind != "reshare" || s.Number != 4 {
			t.Errorf("%s: %+v, want %v", phase, s, want)
		}
	}
	c.Dealers[1].Disqualified = "not_committed"
	c.Phase = committeev1.Phase_PHASE_DEAL
	if s := ceremonyOf(&c, 40, names); len(s.Waiting) > 0 || s.Left != 0 || s.Phase != "deal" {
		t.Errorf("%+v", s)
	}
}
