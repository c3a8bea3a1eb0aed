// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"

	"github.com/aitbc/bridge/chains/stream"
)

// Heads are a chain's own labels.
type Heads = stream.Heads

// Source is a source chain as the loop sees it. chains/evm reads a real one.
//
// Errors carry a fate: retry when the chain or its endpoints may answer later, halt when a
// final block changed.
type Source interface {
	// Heads returns the chain's labelled blocks.
	Heads(ctx context.Context) (Heads, error)
	// Batch returns the manager's events of the blocks [from, to], all final, with From, To
	// and Events set. Ends, Counters and DeliveredWords may be left to Evidence. A batch that is too much at once may end
	// before `to`, with a window.
	Batch(ctx context.Context, cfg stream.Config, from, to uint64) (stream.Batch, error)
	// Evidence answers what Step needs beside the events: block hashes and the contract's
	// counters. Ends must answer every block of need.Blocks.
	Evidence(ctx context.Context, cfg stream.Config, need stream.Need) (stream.Evidence, error)
}
