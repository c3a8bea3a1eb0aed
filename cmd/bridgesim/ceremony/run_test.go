// SPDX-License-Identifier: Apache-2.0

package ceremony

import (
	"testing"
)

// TestCampaigns plays some seeds; each twice gives the same blocks.
func TestCampaigns(t *testing.T) {
	for seed := range uint64(8) {
		r, err := Run(seed, 7)
		if err != nil {
			t.Fatal(err)
		}
		if r.Violation != "" {
			t.Errorf("seed %d: %s", seed, r.Violation)
		}
		t.Logf("%+v", r)
	}
}
