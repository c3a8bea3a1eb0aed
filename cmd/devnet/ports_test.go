// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"fmt"
	"testing"
)

// TestSlotsNeverMeet: no port of a slot is one of another slot, whatever multiple of portStep lies between them.
func TestSlotsNeverMeet(t *testing.T) {
	whose := map[int]string{}
	for slot := range slots {
		for _, p := range validatorPorts {
			last := (p + slotOffset(slot)) % portStep
			if other := whose[last]; other != "" {
				t.Errorf("slot %d port %d and %s both end with %d", slot, p, other, last)
			}
			whose[last] = fmt.Sprintf("slot %d port %d", slot, p)
		}
	}
}

// TestNetworksHoldTheirPorts: each network gets a slot of its own, and gives it back.
func TestNetworksHoldTheirPorts(t *testing.T) {
	first, held, err := choosePorts(MaxValidators)
	if err != nil {
		t.Fatal(err)
	}
	second, other, err := choosePorts(MaxValidators)
	if err != nil {
		t.Fatal(err)
	}
	if first%portStep == second%portStep {
		t.Errorf("two networks at once in one slot: offsets %d and %d", first, second)
	}
	if held.Addr().String() == other.Addr().String() {
		t.Errorf("both hold %s", held.Addr())
	}
	for _, l := range []interface{ Close() error }{held, other} {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}
