// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"strings"
	"testing"

	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/verifier/agent"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// TestCampaigns plays some seeds: no law is broken, and faults of several kinds happened.
func TestCampaigns(t *testing.T) {
	fired := map[string]uint64{}
	for seed := range uint64(6) {
		r, err := Run(seed, 5)
		if err != nil {
			t.Fatal(err)
		}
		if r.Violation != "" {
			t.Errorf("seed %d: %s", seed, r.Violation)
		}
		for k, v := range r.Fired {
			fired[k] += v
		}
	}
	for _, k := range []string{"killed", "delayed", "join", "abort-few_dealers"} {
		if fired[k] == 0 {
			t.Errorf("%s never happened: %v", k, fired)
		}
	}
}

// TestSameSeedSameBlocks: one seed decides everything.
func TestSameSeedSameBlocks(t *testing.T) {
	a, err := Run(3, 5)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Run(3, 5)
	if err != nil {
		t.Fatal(err)
	}
	if a.Trace != b.Trace || a.Blocks != b.Blocks {
		t.Errorf("%s of %d blocks, then %s of %d", a.Trace, a.Blocks, b.Trace, b.Blocks)
	}
}

// TestEveryWay plays each way of one corrupt member of four, at a birth and at a reshare.
func TestEveryWay(t *testing.T) {
	for i, c := range SmallCases(4) {
		if c.Way == "" || c.Corrupt != 2 {
			continue
		}
		r, err := RunSmall(uint64(i), c)
		if err != nil {
			t.Fatal(err)
		}
		if r.Violation != "" || r.Done == 0 {
			t.Errorf("%s: done %d, %s", r.What, r.Done, r.Violation)
		}
	}
}

// TestSmallCases: every subset is there, those of at most f members in every way.
func TestSmallCases(t *testing.T) {
	sets, named := map[uint]bool{}, 0
	for _, c := range SmallCases(5) {
		if c.Members == 5 {
			sets[c.Corrupt] = true
			if c.Way != "" {
				named++
			}
		}
	}
	if len(sets) != 32 || named != 5*2*len(ways) {
		t.Errorf("%d subsets of five, %d named cases", len(sets), named)
	}
}

// TestHomesAreLookedAt: a ceremony that is done is no success when a member lacks its share, or keeps what it should erase.
func TestHomesAreLookedAt(t *testing.T) {
	r, err := newRun(1, 4, params)
	if err != nil {
		t.Fatal(err)
	}
	r.restful = true
	r.choose = func(*committeev1.Ceremony) map[int]fault { return nil }
	if got, err := r.finish(r.small(1)); err != nil || got.Violation != "" || got.Done != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	n := r.nodes[2]
	kept := n.files.Clone()
	n.files = agent.NewMemory()
	if err := r.settle(1); err == nil || !strings.Contains(err.Error(), "has no share") {
		t.Errorf("without its share: %v", err)
	}
	n.files = kept
	if err := kept.SaveShare(agent.ShareName{Epoch: 9}, keystore.Share{}); err != nil {
		t.Fatal(err)
	}
	if err := r.settle(1); err == nil || !strings.Contains(err.Error(), "keeps 2 shares") {
		t.Errorf("with one more: %v", err)
	}
}
