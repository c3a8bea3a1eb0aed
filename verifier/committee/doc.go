// SPDX-License-Identifier: Apache-2.0

// Package committee is the state machine of membership: who sits, who has a share, how a
// ceremony makes the group key or gives it to another set, and what the key is asked to sign
// beside checkpoints (docs/spec/membership.md).
//
// Read Keeper and EndBlock first, then ChangeMembers; DKGParams and Context lead from a
// ceremony in state to keys/dkg. Proposals decide what happens here; package certify brings the
// signatures and is asked nothing.
//
// INVARIANT: at most one ceremony is in progress, the active epoch is always one valid group,
// and a reshare never changes the group key.
//
// The package is core: no clock, goroutine, disk or network beyond the store it is given; time
// is that of the block (I-06).
package committee
