// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"time"
)

// Sleep returns after d, or earlier with the context's error.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
