// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"encoding/binary"
	"fmt"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/verifier/extension"
)

// ErrRecord: a record of the store does not decode. The state is broken: halt.
var ErrRecord = message.NewError(message.Halt, "broken state record")

// mark is the nonce mark of a member: only commitment Next of Boot is taken next. Kept for ever.
type mark struct {
	Boot uint64
	Next uint32
}

// pair is an unused commitment of a member's recorded boot.
type pair struct {
	Seq  uint32
	D, E frost.Point
}

// ballot is a vote in state with its body hash and the height that brought it.
type ballot struct {
	extension.Vote
	Body   message.Hash
	Height uint64
}

// effort is how far the signing of one checkpoint or statement is.
type effort struct {
	Since  uint64 // height of the first opening
	Opened uint64 // height of the newest round
	Round  uint32 // rounds failed so far
	Count  uint32 // sessions opened
}

// signing is the checkpoint of a stream that is being signed.
type signing struct {
	Ballot ballot
	effort
}

// pursuit is a statement that is being signed by the members of Epoch.
type pursuit struct {
	Epoch  uint64
	Digest message.Digest
	effort
}

// target is the window end that votes are asked for.
type target struct {
	End    uint64
	Sticky uint64 // height since when it stands; 0: recomputed
	Rank   uint16 // how many places below the t-th highest named end
}

// certificate is a certified checkpoint.
type certificate struct {
	Stream  message.Stream
	Ballot  ballot
	Digest  message.Digest
	S       [32]byte
	R       [20]byte
	Height  uint64
	Session uint64
	Epoch   uint64
	Kept    uint32 // certificates of the stream in store, in the newest one's record
}

func (c *certificate) checkpoint(bridgeID message.Hash) message.Checkpoint {
	return c.Ballot.Checkpoint(bridgeID, c.Stream)
}

// bench orders a member behind others until Until; Level counts repetitions.
type bench struct {
	Level  uint8
	Until  uint64
	Reason reason
}

// heartbeat is the newest final window end that a member named and the height that brought it.
type heartbeat struct {
	End    uint64
	Height uint64
}

// occurrences counts; Height is of the last one.
type occurrences struct {
	Count  uint32
	Height uint64
}

func (o *occurrences) add(height uint64) {
	if o.Count < ^uint32(0) {
		o.Count++
	}
	o.Height = height
}

// conduct is what a member did wrong, written when something happens.
type conduct struct {
	Garbled       occurrences // signed extensions that do not decode
	Invalid       occurrences // invalid shares
	Missing       occurrences // signed extensions without the share that was due, once per session
	Equivocations occurrences // in all streams
	Wrong         occurrences // windows that were certified with another body than it had voted for
}

// suspension takes a member out of everything but open sessions while Epoch is the active
// key epoch. Stream and End name the window of the equivocation.
type suspension struct {
	Epoch  uint64
	Since  uint64
	Stream uint16
	End    uint64
}

// halt ends signing: no session and no certificate any more. Member, Addr, Stream and End
// name the last cause.
type halt struct {
	Reason reason
	Height uint64
	Member uint16
	Addr   address
	Stream uint16
	End    uint64
}

// reason is why a member is benched or the chain halted.
type reason uint8

const (
	reasonMissing reason = 1
	reasonInvalid reason = 2
	reasonTooMany reason = 3
	reasonEnd     reason = 4 // the first value that has no meaning
)

var reasonNames = [reasonEnd]string{"", "missing_share", "invalid_share", "too_many_equivocators"}

func (r reason) String() string { return reasonNames[r] }

// fraud is a member's newest equivocation in one stream.
type fraud struct {
	Count         uint32
	Height        uint64 // of the block whose last commit carries the second vote
	End           uint64
	First, Second message.Hash // body hashes
}

// fields reads or writes a record field by field, so that each layout is written once.
// Every field is fixed width, big-endian.
type fields struct {
	b     []byte
	write bool
	bad   bool
}

func (f *fields) raw(p []byte) {
	if f.write {
		f.b = append(f.b, p...)
		return
	}
	if len(f.b) < len(p) {
		f.bad = true
		return
	}
	copy(p, f.b)
	f.b = f.b[len(p):]
}

func (f *fields) u64(v *uint64) {
	var w [8]byte
	binary.BigEndian.PutUint64(w[:], *v)
	f.raw(w[:])
	*v = binary.BigEndian.Uint64(w[:])
}

func (f *fields) u32(v *uint32) {
	var w [4]byte
	binary.BigEndian.PutUint32(w[:], *v)
	f.raw(w[:])
	*v = binary.BigEndian.Uint32(w[:])
}

func (f *fields) u16(v *uint16) {
	var w [2]byte
	binary.BigEndian.PutUint16(w[:], *v)
	f.raw(w[:])
	*v = binary.BigEndian.Uint16(w[:])
}

func (f *fields) u8(v *uint8) {
	w := [1]byte{*v}
	f.raw(w[:])
	*v = w[0]
}

func (f *fields) flag(v *bool) {
	var w uint8
	if *v {
		w = 1
	}
	f.u8(&w)
	f.bad = f.bad || w > 1
	*v = w == 1
}

// reason refuses zero and values without a meaning.
func (f *fields) reason(v *reason) {
	f.u8((*uint8)(v))
	f.bad = f.bad || *v == 0 || *v >= reasonEnd
}

// kind refuses values without a meaning.
func (f *fields) kind(v *kind) {
	f.u8((*uint8)(v))
	f.bad = f.bad || *v >= kindEnd
}

type record interface{ fields(*fields) }

func encode(r record) []byte {
	f := &fields{write: true}
	r.fields(f)
	return f.b
}

func decode(b []byte, r record) error {
	f := &fields{b: b}
	r.fields(f)
	if f.bad || len(f.b) != 0 {
		return fmt.Errorf("%T of %d bytes: %w", r, len(b), ErrRecord)
	}
	return nil
}

func (m *mark) fields(f *fields)   { f.u64(&m.Boot); f.u32(&m.Next) }
func (p *pair) fields(f *fields)   { f.u32(&p.Seq); f.raw(p.D[:]); f.raw(p.E[:]) }
func (t *target) fields(f *fields) { f.u64(&t.End); f.u64(&t.Sticky); f.u16(&t.Rank) }
func (b *bench) fields(f *fields)  { f.u8(&b.Level); f.u64(&b.Until); f.reason(&b.Reason) }

func (h *heartbeat) fields(f *fields)   { f.u64(&h.End); f.u64(&h.Height) }
func (o *occurrences) fields(f *fields) { f.u32(&o.Count); f.u64(&o.Height) }

func (c *conduct) fields(f *fields) {
	for _, o := range []*occurrences{&c.Garbled, &c.Invalid, &c.Missing, &c.Equivocations, &c.Wrong} {
		o.fields(f)
	}
}

func (s *suspension) fields(f *fields) {
	f.u64(&s.Epoch)
	f.u64(&s.Since)
	f.u16(&s.Stream)
	f.u64(&s.End)
}

func (h *halt) fields(f *fields) {
	f.reason(&h.Reason)
	f.u64(&h.Height)
	f.u16(&h.Member)
	f.raw(h.Addr[:])
	f.u16(&h.Stream)
	f.u64(&h.End)
}

func (b *ballot) fields(f *fields) {
	f.u16(&b.Stream)
	f.u64(&b.End)
	f.raw(b.BlockHash[:])
	f.u64(&b.MessageCount)
	f.u64(&b.LeafCount)
	f.raw(b.PeaksHash[:])
	f.raw(b.Root[:])
	f.u8(&b.Endpoints)
	f.raw(b.Body[:])
	f.u64(&b.Height)
}

func (e *effort) fields(f *fields) {
	f.u64(&e.Since)
	f.u64(&e.Opened)
	f.u32(&e.Round)
	f.u32(&e.Count)
}

func (s *signing) fields(f *fields) {
	s.Ballot.fields(f)
	s.effort.fields(f)
}

func (p *pursuit) fields(f *fields) {
	f.u64(&p.Epoch)
	f.raw(p.Digest[:])
	p.effort.fields(f)
}

func (c *certificate) fields(f *fields) {
	f.u64((*uint64)(&c.Stream.Chain))
	f.raw(c.Stream.Manager[:])
	f.u8((*uint8)(&c.Stream.Finality))
	f.u32(&c.Stream.Epoch)
	c.Ballot.fields(f)
	f.raw(c.Digest[:])
	f.raw(c.S[:])
	f.raw(c.R[:])
	f.u64(&c.Height)
	f.u64(&c.Session)
	f.u64(&c.Epoch)
	f.u32(&c.Kept)
}

func (q *fraud) fields(f *fields) {
	f.u32(&q.Count)
	f.u64(&q.Height)
	f.u64(&q.End)
	f.raw(q.First[:])
	f.raw(q.Second[:])
}

// ballots is one member's uncertified votes of one stream in order of arrival.
type ballots []ballot

func (l *ballots) fields(f *fields) {
	n := uint8(len(*l))
	f.u8(&n)
	for i := 0; i < int(n) && !f.bad; i++ {
		if !f.write {
			*l = append(*l, ballot{})
		}
		(*l)[i].fields(f)
	}
}

// pool is one member's unused commitments, ascending by Seq.
type pool []pair

func (l *pool) fields(f *fields) {
	n := uint8(len(*l))
	f.u8(&n)
	for i := 0; i < int(n) && !f.bad; i++ {
		if !f.write {
			*l = append(*l, pair{})
		}
		(*l)[i].fields(f)
	}
}

type number uint64

func (n *number) fields(f *fields) { f.u64((*uint64)(n)) }
