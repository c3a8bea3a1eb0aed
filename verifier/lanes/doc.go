// SPDX-License-Identifier: Apache-2.0

// Package lanes is the module that knows the sources: their chains, managers, finality,
// stride and source epochs. Each is a stream with an index that is never reused.
//
// Read Validate first, then Keeper. Streams come from genesis and from proposals that passed
// (AddStream); none is removed, and final is the only finality. A stream whose source changed a final block is
// closed for ever and followed by one of the next epoch (Reopen, docs/adr/0015-source-epochs.md). The package is
// core: no clock, goroutine, disk or network beyond the store it is given.
package lanes
