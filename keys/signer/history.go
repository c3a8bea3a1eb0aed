// SPDX-License-Identifier: Apache-2.0

package signer

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/aitbc/bridge/chains/message"
)

// Kinds of journal records; the first byte of each.
const (
	kindBoot      = 1 // boot 8
	kindShare     = 2 // fork 4 ‖ number 8 ‖ session id 32 ‖ stream hash 32 ‖ window end 8 ‖ body hash 32
	kindStatement = 3 // fork 4 ‖ number 8 ‖ session id 32 ‖ subject 32 ‖ ordinal 8 ‖ digest 32

	// Those of a Witness.
	kindVote     = 4 // stream hash 32 ‖ window end 8 ‖ body hash 32
	kindApproval = 5 // approval 32
	kindUse      = 6 // approval 32 ‖ digest 32
	kindFinished = 7 // digest of a ready statement 32

	// Those of streams below final, in which several bodies of one window are right.
	kindLowerShare = 8 // as kindShare
	kindLowerVote  = 9 // as kindVote

	bootSize  = 1 + 8
	shareSize = 1 + 4 + 8 + 32 + 32 + 8 + 32

	voteSize     = 1 + 32 + 8 + 32
	approvalSize = 1 + 32
	useSize      = 1 + 32 + 32
	finishedSize = 1 + 32
)

// record is what the journal keeps of a share before it is released.
type record struct {
	fork   uint32
	number uint64
	id     [32]byte
	claim
}

// claim is what a share says: of all bodies with one subject and end, one may be signed.
type claim struct {
	statement bool         // not a checkpoint
	lower     bool         // checkpoint of a stream below final: any body may be signed that was voted for
	stream    message.Hash // of bridge and stream; of another statement its subject
	end       uint64       // of the window; of another statement its ordinal
	body      [32]byte     // of another statement its digest
}

func (r record) encode() []byte {
	kind := byte(kindShare)
	switch {
	case r.statement:
		kind = kindStatement
	case r.lower:
		kind = kindLowerShare
	}
	b := binary.BigEndian.AppendUint32([]byte{kind}, r.fork)
	b = binary.BigEndian.AppendUint64(b, r.number)
	b = append(append(b, r.id[:]...), r.stream[:]...)
	b = binary.BigEndian.AppendUint64(b, r.end)
	return append(b, r.body[:]...)
}

func bootRecord(boot uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{kindBoot}, boot)
}

// releases reports whether a journal record was written for a share.
func releases(b []byte) bool {
	return len(b) == shareSize && (b[0] == kindShare || b[0] == kindStatement || b[0] == kindLowerShare)
}

// replay takes one journal record at start. It refuses what this version does not write.
func (s *Signer) replay(b []byte) error {
	switch {
	case len(b) == bootSize && b[0] == kindBoot:
		boot := binary.BigEndian.Uint64(b[1:])
		if boot <= s.lastBoot {
			return fmt.Errorf("boot does not grow: %w", message.ErrBadEncoding)
		}
		s.lastBoot = boot
	case releases(b):
		r := record{
			fork:   binary.BigEndian.Uint32(b[1:]),
			number: binary.BigEndian.Uint64(b[5:]),
			id:     [32]byte(b[13:45]),
			claim: claim{
				statement: b[0] == kindStatement,
				lower:     b[0] == kindLowerShare,
				stream:    message.Hash(b[45:77]),
				end:       binary.BigEndian.Uint64(b[77:]),
				body:      [32]byte(b[85:]),
			},
		}
		if err := s.history.allows(r); err != nil {
			return err
		}
		s.history.add(r)
	default:
		return s.witness.replay(b)
	}
	return nil
}

// history remembers which session numbers and which windows a share was given for.
// INVARIANT: I-05. It holds without the vote journal and across restarts.
type history struct {
	sessions map[uint32]*ring       // session id by number; a new fork may count anew
	streams  map[message.Hash]*ring // body hash by window end, or digest by ordinal, per subject
}

func newHistory() history {
	return history{sessions: map[uint32]*ring{}, streams: map[message.Hash]*ring{}}
}

// fork is the highest fork number that a share was given under; 0: none.
func (h *history) fork() (newest uint32) {
	for f := range h.sessions {
		newest = max(newest, f)
	}
	return newest
}

// allows refuses a session number that was signed before, and another body for a window
// that was signed. The same body may be signed again in another session. A stream below final has
// no windows to remember: what it said of a block may become wrong, and it says something else.
func (h *history) allows(r record) error {
	if sessions, ok := h.sessions[r.fork]; ok {
		id, known := sessions.get(r.number)
		switch {
		case known && id == r.id:
			return ErrPairBurnt // its pair signed; only the memory cache could repeat it
		case known:
			return fmt.Errorf("number was signed with other contents: %w", ErrConflict)
		case sessions.forgot(r.number):
			return ErrForgotten
		}
	}
	if windows, ok := h.streams[r.stream]; ok && !r.lower {
		body, known := windows.get(r.end)
		switch {
		case known && body != r.body:
			return fmt.Errorf("window %d was signed with another body: %w", r.end, ErrConflict)
		case !known && windows.forgot(r.end):
			return ErrForgotten
		}
	}
	return nil
}

func (h *history) add(r record) {
	if h.sessions[r.fork] == nil {
		h.sessions[r.fork] = newRing()
	}
	h.sessions[r.fork].put(r.number, r.id)
	if r.lower {
		return
	}
	if h.streams[r.stream] == nil {
		h.streams[r.stream] = newRing()
	}
	h.streams[r.stream].put(r.end, r.body)
}

// ring remembers hashes by key and forgets the lowest keys when it is full.
type ring struct {
	values map[uint64][32]byte
	floor  uint64 // keys below it may have been forgotten
}

func newRing() *ring { return &ring{values: map[uint64][32]byte{}} }

func (r *ring) get(k uint64) ([32]byte, bool) { v, ok := r.values[k]; return v, ok }

func (r *ring) forgot(k uint64) bool { return k < r.floor }

func (r *ring) put(k uint64, v [32]byte) {
	r.values[k] = v
	if len(r.values) <= 2*maxHistory {
		return
	}
	keys := slices.Sorted(maps.Keys(r.values))
	for _, old := range keys[:len(keys)-maxHistory] {
		delete(r.values, old)
		r.floor = old + 1
	}
}
