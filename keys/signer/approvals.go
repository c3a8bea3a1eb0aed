// SPDX-License-Identifier: Apache-2.0

package signer

import (
	"maps"
	"slices"

	"github.com/aitbc/bridge/chains/message"
)

// maxApprovals bounds the approvals, the uses of them, the finished ceremonies, and in each stream below final
// the votes that are remembered; the oldest go first and vouch for nothing any more.
const maxApprovals = 1024

// First words of approvals. No statement has them, so an approval is never a digest.
var (
	tagApproveHalt   = message.Tag("approve-halt")
	tagApproveRotate = message.Tag("approve-rotate")
)

// HaltApproval is what an operator who approves a halt order has seen of it: all but the nonce, which the
// state gives when the proposal passes.
func HaltApproval(o message.HaltOrder) message.Hash {
	return new(message.Words).Hash(tagApproveHalt).Hash(o.BridgeID).Uint(uint64(o.Chain)).Address(o.Manager).Hash(o.Scope).Uint(o.NotAfter).Sum()
}

// RotateApproval is what an operator who approves a rotation has seen of it: all but the new key, which does not
// exist yet. A signer adds its own knowledge of that key: it holds a share of it.
func RotateApproval(r message.Rotate) message.Hash {
	return new(message.Words).Hash(tagApproveRotate).Hash(r.BridgeID).Uint(r.KeyVersion).Hash(r.OldPx).Uint(r.NotBefore).Sum()
}

// Approvals remembers what the operator of one member approved and which ceremonies it saw finished. It is
// memory alone: who owns it writes records first, and gives them again when it starts. It is not safe for concurrent use.
//
// An approval vouches for the first statement that needs it and, later on, for that digest alone. So an order
// that was approved once is not given twice under two nonces.
type Approvals struct {
	free     aging[message.Hash]   // approvals that vouched for nothing yet
	used     aging[message.Digest] // statements that an approval was used up for
	finished aging[message.Digest] // ready statements of ceremonies that this member saw finished
}

// Approved reports whether the approval stands and was not used.
func (a *Approvals) Approved(approval message.Hash) bool { return a.free.has(approval) }

// Approve adds an approval.
func (a *Approvals) Approve(approval message.Hash) { a.free.add(approval) }

// Finished reports whether the ceremony with this ready statement was finished.
func (a *Approvals) Finished(digest message.Digest) bool { return a.finished.has(digest) }

// Finish adds a finished ceremony.
func (a *Approvals) Finish(digest message.Digest) { a.finished.add(digest) }

// Use takes the approval for a statement's digest.
func (a *Approvals) Use(approval message.Hash, digest message.Digest) {
	a.free.remove(approval)
	a.used.add(digest)
}

// Vouches reports whether the operator, or for a ready statement the own record, stands behind a statement. use is the
// approval that is to be used up for it first; nil when that was done or none is needed.
func (a *Approvals) Vouches(st message.Statement) (use *message.Hash, ok bool) {
	var seen message.Hash
	switch st := st.(type) {
	case message.Ready:
		return nil, a.finished.has(st.Digest())
	case message.HaltOrder:
		seen = HaltApproval(st)
	case message.Rotate:
		seen = RotateApproval(st)
	default:
		return nil, false
	}
	if a.used.has(st.Digest()) {
		return nil, true
	}
	for _, h := range []message.Hash{message.Hash(st.Digest()), seen} {
		if a.free.has(h) {
			return &h, true
		}
	}
	return nil, false
}

// aging is a set that forgets its oldest entries.
type aging[K comparable] struct {
	at   map[K]uint64
	next uint64
}

func (s *aging[K]) has(k K) bool { _, ok := s.at[k]; return ok }

func (s *aging[K]) remove(k K) { delete(s.at, k) }

func (s *aging[K]) add(k K) {
	if s.at == nil {
		s.at = map[K]uint64{}
	}
	if !s.has(k) {
		s.at[k] = s.next
		s.next++
	}
	if len(s.at) > 2*maxApprovals {
		floor := slices.Sorted(maps.Values(s.at))[len(s.at)-maxApprovals]
		maps.DeleteFunc(s.at, func(_ K, at uint64) bool { return at < floor })
	}
}
