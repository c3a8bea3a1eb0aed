// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import "testing"

// TestLyingEndpoints: one operator lies all the time and others fail; everything arrives, nobody votes wrongly.
func TestLyingEndpoints(t *testing.T) {
	r, err := Run(Config{Seed: 2, Heights: 80, Faults: []string{faultLies, faultLags, faultLiesDiffer}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed() || r.Fired[faultLies] == 0 || r.Seen.WrongVotes != 0 || r.Delivered == 0 || r.Delivered != r.Sent {
		t.Fatalf("%+v", r)
	}
}

// TestMisledMembers: members vote for another history when m endpoints tell it, and nothing comes of it.
func TestMisledMembers(t *testing.T) {
	wrong := 0
	for seed := uint64(1); seed <= 6; seed++ {
		r, err := Run(Config{Seed: seed, Heights: 80, Faults: []string{faultLies, faultLiesAlike}})
		if err != nil {
			t.Fatal(err)
		}
		if r.Failed() || r.Delivered != r.Sent {
			t.Fatalf("%+v", r)
		}
		wrong += r.Seen.WrongVotes
	}
	if wrong == 0 {
		t.Error("nobody was misled")
	}
}

// TestFinalReorg: a final block changes; its stream stands, the other chains go on.
func TestFinalReorg(t *testing.T) {
	r, err := Run(Config{Seed: 3, Heights: 80, Faults: []string{faultFinalReorg}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed() || r.Seen.FinalReorgs != 1 || r.Delivered == 0 || r.Delivered != r.Sent {
		t.Fatalf("%+v", r)
	}
}
