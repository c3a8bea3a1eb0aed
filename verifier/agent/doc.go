// SPDX-License-Identifier: Apache-2.0

// Package agent is a node's own hands in ceremonies: it deals, checks, proves and keeps the
// share, by transactions of the node's operator. It also reports contradictions of certified checkpoints below final.
//
// Read Config and Agent.Step first. Each step follows from the newest committed state and the
// files of the home alone, says each thing again until the state shows it, at most once per
// block, and may be cut off anywhere. It runs beside the state machine, woken after commits, and
// must never be called in the consensus path (I-07). It must never print a seed, share or
// key (I-14), nor let a hash out before the seed behind it is on disk.
package agent
