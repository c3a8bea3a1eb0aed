// SPDX-License-Identifier: Apache-2.0

// Package signer is the process side that holds a member's key share: it makes nonce pairs,
// announces their public halves and releases signature shares under a policy of its own,
// which does not trust the chain's state (I-05).
//
// Read Signer and Request first, then Sign, whose steps are the policy. A pair is made in
// memory, never written, and deleted before its share leaves; what was signed is journaled
// and synced before that. So a crash, a restore or a replay can only burn pairs. A share is
// repeated from memory alone; after a restart nothing is repeated.
//
// The boot id names one life of this process. It grows strictly, and the signer takes a new
// one, burning all pairs, whenever the chain it is shown contradicts what it saw before. When
// the chain holds what only a copy of this process can have said, it stops for good.
//
// The package never decides what is true: it signs only a checkpoint for which the caller's
// vote journal holds this node's own vote. Rules: docs/spec/signing.md.
package signer
