// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"encoding/binary"
	"fmt"
	"sort"
	"sync"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/signer"
)

// Journal keeps records: keys/journal has one. Append returns when the record is on disk.
type Journal interface {
	Append(record []byte) error
	Replay(visit func(record []byte) error) error
	Fresh() bool
}

// Kinds of vote journal records; the first byte of each.
const (
	kindVote = 1 // stream hash 32 ‖ window end 8 ‖ body hash 32
	kindBoot = 2 // boot 8, written before a commitment of that boot is announced
	// kindApproval, kindUse and kindFinished are knowledge of statements that are no checkpoints.
	kindApproval = 3 // approval 32, written before the operator's transaction is broadcast
	kindUse      = 4 // approval 32 ‖ digest 32, written before a share of that statement is asked for
	kindFinished = 5 // digest of a ready statement 32
	// kindLower is kindVote of a stream below final, in which several bodies of one window are right.
	kindLower = 6

	voteSize     = 1 + 32 + 8 + 32
	bootSize     = 1 + 8
	approvalSize = 1 + 32
	useSize      = 1 + 32 + 32
	finishedSize = 1 + 32
)

// maxRemembered bounds the windows per stream whose digest is kept in memory. Older ones
// are never voted for again.
const maxRemembered = 1 << 16

// maxLower bounds the votes that are remembered per stream below final. Older ones are forgotten: no share is asked for
// them, and the same vote said again is journaled again. It is well above MaxTips.
const maxLower = 1 << 11

// ErrJournal: the vote journal takes nothing any more; nothing is voted for until the node was
// started again, which checks the file.
var ErrJournal = message.NewError(message.Halt, "vote journal failed")

// ErrForgotten: the window is older than the vote journal's memory.
var ErrForgotten = message.NewError(message.Reject, "window older than the vote journal's memory")

// ConflictError: the journal holds another digest for the window. Voting for both would be
// equivocation, so the stream halts.
type ConflictError struct {
	Stream         message.Stream
	End            uint64
	Journaled, Now message.Hash // body hashes
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("window %d of chain %s: journal holds vote %s, own tree gives %s", e.End, e.Stream.Chain, e.Journaled, e.Now)
}

// Fate is halt.
func (e *ConflictError) Fate() message.Fate { return message.Halt }

// book is the vote journal: one digest per (stream, end), for ever; of a stream below final every digest that was
// voted for. INVARIANT: I-05.
type book struct {
	mu      sync.Mutex
	journal Journal
	streams map[message.Hash]*page
	lower   map[message.Hash]*pile
	boots   map[uint64]bool
	orders  signer.Approvals

	// What the journal held when it was opened; never written after openBook.
	fresh  bool
	opened map[message.Hash]map[uint64]bool
	booted map[uint64]bool
}

// page holds one stream's digests by rising end.
type page struct {
	floor uint64 // ends at or below were forgotten; valid when full
	full  bool
	ends  []entry
}

type entry struct {
	end  uint64
	body message.Hash
}

// find returns the place of end and whether it is taken.
func (p *page) find(end uint64) (int, bool) {
	i := sort.Search(len(p.ends), func(i int) bool { return p.ends[i].end >= end })
	return i, i < len(p.ends) && p.ends[i].end == end
}

func (p *page) add(at int, e entry) {
	p.ends = append(p.ends, entry{})
	copy(p.ends[at+1:], p.ends[at:])
	p.ends[at] = e
	if len(p.ends) > maxRemembered {
		p.floor, p.full = p.ends[0].end, true
		p.ends = p.ends[1:]
	}
}

// pile holds the votes of one stream below final.
type pile struct {
	known map[entry]bool
	votes []entry // the oldest first
}

func (p *pile) add(e entry) {
	if len(p.votes) >= maxLower {
		for _, old := range p.votes[:maxLower/2] {
			delete(p.known, old)
		}
		p.votes = append(make([]entry, 0, maxLower), p.votes[maxLower/2:]...)
	}
	p.known[e] = true
	p.votes = append(p.votes, e)
}

func openBook(j Journal) (*book, error) {
	b := &book{
		journal: j, fresh: j.Fresh(), streams: map[message.Hash]*page{}, lower: map[message.Hash]*pile{}, boots: map[uint64]bool{},
		opened: map[message.Hash]map[uint64]bool{}, booted: map[uint64]bool{},
	}
	lower := map[message.Hash]*page{} // ends of all votes below final: more than the piles remember
	err := j.Replay(func(r []byte) error {
		if err := b.replay(r); err != nil || r[0] != kindLower {
			return err
		}
		key, end := message.Hash(r[1:33]), binary.BigEndian.Uint64(r[33:41])
		if lower[key] == nil {
			lower[key] = new(page)
		}
		if at, taken := lower[key].find(end); !taken {
			lower[key].add(at, entry{end: end})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("replay vote journal: %w", err)
	}
	for _, pages := range []map[message.Hash]*page{b.streams, lower} {
		for key, p := range pages {
			b.opened[key] = make(map[uint64]bool, len(p.ends))
			for _, e := range p.ends {
				b.opened[key][e.end] = true
			}
		}
	}
	for boot := range b.boots {
		b.booted[boot] = true
	}
	return b, nil
}

func (b *book) replay(r []byte) error {
	switch {
	case len(r) == voteSize && r[0] == kindVote:
		key, end, body := message.Hash(r[1:33]), binary.BigEndian.Uint64(r[33:41]), message.Hash(r[41:])
		p := b.page(key)
		at, taken := p.find(end)
		if taken || p.full && end <= p.floor || b.lower[key] != nil {
			return fmt.Errorf("two records for window %d: %w", end, message.ErrBadEncoding)
		}
		p.add(at, entry{end, body})
	case len(r) == voteSize && r[0] == kindLower:
		key, e := message.Hash(r[1:33]), entry{binary.BigEndian.Uint64(r[33:41]), message.Hash(r[41:])}
		p := b.pile(key)
		if p.known[e] || b.streams[key] != nil {
			return fmt.Errorf("two records for one vote of window %d: %w", e.end, message.ErrBadEncoding)
		}
		p.add(e)
	case len(r) == bootSize && r[0] == kindBoot:
		b.boots[binary.BigEndian.Uint64(r[1:])] = true
	case len(r) == approvalSize && r[0] == kindApproval:
		b.orders.Approve(message.Hash(r[1:]))
	case len(r) == useSize && r[0] == kindUse:
		if !b.orders.Approved(message.Hash(r[1:33])) {
			return fmt.Errorf("use of no approval: %w", message.ErrBadEncoding)
		}
		b.orders.Use(message.Hash(r[1:33]), message.Digest(r[33:]))
	case len(r) == finishedSize && r[0] == kindFinished:
		b.orders.Finish(message.Digest(r[1:]))
	default:
		return fmt.Errorf("record of %d bytes: %w", len(r), message.ErrBadEncoding)
	}
	return nil
}

func (b *book) page(key message.Hash) *page {
	p, ok := b.streams[key]
	if !ok {
		p = new(page)
		b.streams[key] = p
	}
	return p
}

func (b *book) pile(key message.Hash) *pile {
	p, ok := b.lower[key]
	if !ok {
		p = &pile{known: map[entry]bool{}}
		b.lower[key] = p
	}
	return p
}

// below reports whether a checkpoint is of a stream below final: then another body of its window is no equivocation.
func below(c *message.Checkpoint) bool {
	return c.Stream.Finality == message.Fast || c.Stream.Finality == message.Safe
}

// enter journals the digest of a window, or finds it there. Blocks on the disk.
//
// Errors: *ConflictError and ErrJournal (halt), ErrForgotten, the journal's. No conflict and nothing too old
// below final.
func (b *book) enter(c *message.Checkpoint) error {
	body := c.BodyHash()
	b.mu.Lock()
	defer b.mu.Unlock()
	key := streamKey(c.BridgeID, c.Stream)
	if below(c) {
		p, e := b.pile(key), entry{c.End, body}
		if p.known[e] {
			return nil
		}
		if err := b.write(kindLower, key, e); err != nil {
			return err
		}
		p.add(e)
		return nil
	}
	p := b.page(key)
	at, taken := p.find(c.End)
	switch {
	case taken && p.ends[at].body == body:
		return nil
	case taken:
		return &ConflictError{Stream: c.Stream, End: c.End, Journaled: p.ends[at].body, Now: body}
	case p.full && c.End <= p.floor:
		return fmt.Errorf("window %d: %w", c.End, ErrForgotten)
	}
	if err := b.write(kindVote, key, entry{c.End, body}); err != nil {
		return err
	}
	p.add(at, entry{c.End, body})
	return nil
}

// write appends the record of a vote. The caller holds mu.
func (b *book) write(kind byte, key message.Hash, e entry) error {
	r := append([]byte{kind}, key[:]...)
	r = binary.BigEndian.AppendUint64(r, e.end)
	failpoint.Hit("voter.book.vote") // the window was not voted for; it is entered after the next start
	if err := b.keep(append(r, e.body[:]...)); err != nil {
		return fmt.Errorf("journal vote of window %d: %w", e.end, err)
	}
	failpoint.Hit("voter.book.voted") // the digest is kept and not voted for yet: the same one is voted for after the next start
	return nil
}

// holds reports whether the journal has exactly this digest for the window: one of those that it has, below final.
func (b *book) holds(c *message.Checkpoint, body message.Hash) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := streamKey(c.BridgeID, c.Stream)
	if below(c) {
		return b.pile(key).known[entry{c.End, body}]
	}
	p := b.page(key)
	at, taken := p.find(c.End)
	return taken && p.ends[at].body == body
}

// boot journals a boot id once.
func (b *book) boot(boot uint64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.boots[boot] {
		return nil
	}
	failpoint.Hit("voter.book.boot") // the signer has a boot that the vote journal lacks; no commitment of it was announced
	if err := b.journal.Append(binary.BigEndian.AppendUint64([]byte{kindBoot}, boot)); err != nil {
		return fmt.Errorf("journal boot: %w", err)
	}
	failpoint.Hit("voter.book.booted") // both journals have the boot; no commitment of it was announced
	b.boots[boot] = true
	return nil
}

// streamKey names a stream of one bridge in the journal.
func streamKey(bridge message.Hash, s message.Stream) message.Hash {
	return new(message.Words).Hash(bridge).Uint(uint64(s.Chain)).Address(s.Manager).Uint(uint64(s.Finality)).Uint(uint64(s.Epoch)).Sum()
}
