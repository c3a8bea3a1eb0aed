// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"strings"
	"testing"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
)

func TestCulprits(t *testing.T) {
	a, b, d := bytes.Repeat([]byte{1}, 20), bytes.Repeat([]byte{2}, 20), bytes.Repeat([]byte{3}, 20)
	c := committeev1.Ceremony{
		Number: 4, Phase: committeev1.Phase_PHASE_DONE,
		Dealers: []committeev1.Dealer{
			{ConsAddress: a, Disqualified: committee.NotDealt}, {ConsAddress: b, Disqualified: committee.FalseComplaint}, {ConsAddress: d},
		},
		Receivers: []committeev1.Receiver{{ConsAddress: a}, {ConsAddress: b, FalseComplaints: 1}, {ConsAddress: d}},
	}
	active := committeev1.Epoch{Members: []committeev1.Member{{Index: 1, ConsAddress: a}, {Index: 2, ConsAddress: b}, {Index: 3, ConsAddress: d}}}
	s := Status{Culprits: culprits(&c, map[string]string{string(a): "ann", string(b): "bob", string(d): "dan"}, &active)}
	s.Conclude()
	var have []string
	for _, p := range s.Problems {
		if p.Moniker != "" {
			have = append(have, p.Level+" "+p.Moniker+" "+p.Text[strings.Index(p.Text, ") ")+2:])
		}
	}
	want := []string{
		"error bob is excluded as a dealer of ceremony 4 (false_complaint)", "error bob made 1 false complaints in ceremony 4",
		"warning ann dealt nothing in ceremony 4 (not_dealt)",
	}
	if strings.Join(have, "\n") != strings.Join(want, "\n") {
		t.Errorf("have %q, want %q", have, want)
	}
	if len(culprits(&committeev1.Ceremony{}, nil, &active)) != 0 {
		t.Error("a culprit without a ceremony")
	}
}
