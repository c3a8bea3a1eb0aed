// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import "testing"

// TestFoundSeeds runs seeds again that once broke a law, with what it was. A change of the generator gives a
// seed another meaning; the rules themselves have tests of their own where they are kept.
func TestFoundSeeds(t *testing.T) {
	for _, c := range []struct {
		seed, heights uint64
		was           string
	}{
		{1001, 200, "a member whose two copies had seen each other never came back, and consensus stood still"},
		{522913316907, 400, "a home restored with the randomness of its former life took that life's boot and rightly stopped, and the run expected it to go on"},
		{522914365515, 400, "the block that opens the lanes was reorganized away"},
		{522913316974, 400, "what recovery made durable was told before the process had started"},
		{4000031, 200, "a power loss while a journal was made left its room full of zeros, and the member did not start"},
		{4000167, 200, "a member that had skipped heights was expected to know its twin by one height alone"},
	} {
		r, err := Run(Config{Seed: c.seed, Heights: c.heights})
		if err != nil {
			t.Fatal(err)
		}
		if r.Failed() {
			t.Errorf("seed %d (%s): %v", c.seed, c.was, r.Violations)
		}
	}
}
