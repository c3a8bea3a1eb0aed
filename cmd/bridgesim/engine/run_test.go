// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"bytes"
	"errors"
	"testing"
)

// TestSameSeedSameTrace: a seed is a whole run, byte for byte.
func TestSameSeedSameTrace(t *testing.T) {
	const seed = 3
	var traces [2]bytes.Buffer
	for i := range traces {
		r, err := Run(Config{Seed: seed, Heights: 80, Trace: &traces[i]})
		if err != nil {
			t.Fatal(err)
		}
		if r.Failed() {
			t.Fatalf("seed %d: %v", seed, r.Violations)
		}
	}
	if traces[0].Len() < 10_000 || !bytes.Equal(traces[0].Bytes(), traces[1].Bytes()) {
		t.Fatalf("traces of %d and %d bytes differ", traces[0].Len(), traces[1].Len())
	}
}

// TestReshare: the key is dealt again in the middle of a run, and everything arrives.
func TestReshare(t *testing.T) {
	r, err := Run(Config{Seed: 3, Heights: 80, Faults: []string{faultReshare, faultCrash}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed() || r.Fired[faultReshare] != 1 || r.Seen.Epochs < 2 || r.Delivered == 0 || r.Delivered != r.Sent {
		t.Fatalf("%+v", r)
	}
}

// TestResume: final blocks of a chain change, members halt and stay halted, the committee leads the source on, and everything of the
// new history arrives or is superseded by what was delivered of the old one.
func TestResume(t *testing.T) {
	fired := map[string]uint64{}
	for _, seed := range []uint64{106, 110} {
		r, err := Run(Config{Seed: seed, Heights: 80, Faults: []string{faultFinalReorg, faultOldHome, faultCrash}})
		if err != nil {
			t.Fatal(err)
		}
		if r.Failed() || r.Fired["resumed"] != 1 || r.Seen.Reopenings != 1 || r.Delivered == 0 || r.Delivered != r.Sent {
			t.Errorf("%+v", r)
		}
		for k, n := range r.Fired {
			fired[k] += n
		}
	}
	for _, k := range []string{"superseded", "stays-halted", "halt-record-lost"} {
		if fired[k] == 0 {
			t.Errorf("%s never happened: %v", k, fired)
		}
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []Config{{Heights: MinHeights - 1}, {Heights: MinHeights, Faults: []string{"earthquake"}}} {
		if _, err := Run(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
