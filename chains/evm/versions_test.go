// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

// A chain may mine a version whose fee was raised since: its receipt is the outcome, and
// nothing is sent again.
func TestOlderVersionIsMined(t *testing.T) {
	f := newFake()
	m := f.manager(t, func() error {
		if f.head++; len(f.pool) == 3 && len(f.mined) == 0 {
			f.mine(f.pool[0])
		}
		if f.head > 100 {
			return errors.New("the mined version was not found")
		}
		return nil
	})
	r, err := m.Send(context.Background(), testManager, nil, 21000)
	if err != nil || !r.Success || r.TxHash != message.Hash(f.pool[0].Hash()) {
		t.Fatalf("receipt %+v: %v", r, err)
	}
	if len(f.mined) != 1 || len(f.pool) != 3 {
		t.Errorf("%d mined, %d versions sent after one was mined", len(f.mined), len(f.pool))
	}
}
