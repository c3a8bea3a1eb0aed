// SPDX-License-Identifier: Apache-2.0

package extension

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// Sort brings every list into the order that Encode requires. It removes nothing:
// duplicates are the caller's fault and Encode refuses them.
func (e *Extension) Sort() {
	slices.SortFunc(e.Shares, func(a, b Share) int { return cmp.Compare(a.Session, b.Session) })
	slices.SortFunc(e.Votes, func(a, b Vote) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.End, b.End))
	})
	slices.SortFunc(e.Commitments, func(a, b Commitment) int { return cmp.Compare(a.Seq, b.Seq) })
	slices.SortFunc(e.Heartbeats, func(a, b Heartbeat) int { return cmp.Compare(a.Stream, b.Stream) })
}

// Encode writes e; nil gives empty bytes. All numbers are big-endian.
//
//	header 20: version 1, fork 4, boot 8, counts of shares, votes, commitments, heartbeats 1 each, zero 3
//	share 40: session 8, scalar 32
//	vote 119: stream 2, end 8, blockHash 32, messageCount 6, leafCount 6, peaksHash 32, root 32, endpoints 1
//	commitment 70: seq 4, D 33, E 33
//	heartbeat 10: stream 2, end 8
//
// Errors: ErrExtension when a list is over its quota, out of order or a count is out of range.
func Encode(e *Extension) ([]byte, error) {
	if e == nil {
		return nil, nil
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	b := make([]byte, 0, headerBytes+len(e.Shares)*shareBytes+len(e.Votes)*voteBytes+
		len(e.Commitments)*commitmentBytes+len(e.Heartbeats)*heartbeatBytes)
	b = append(b, Version)
	b = binary.BigEndian.AppendUint32(b, e.Fork)
	b = binary.BigEndian.AppendUint64(b, e.Boot)
	b = append(b, byte(len(e.Shares)), byte(len(e.Votes)), byte(len(e.Commitments)), byte(len(e.Heartbeats)), 0, 0, 0)
	for _, s := range e.Shares {
		b = binary.BigEndian.AppendUint64(b, s.Session)
		b = append(b, s.Z[:]...)
	}
	for i := range e.Votes {
		b = appendVote(b, &e.Votes[i])
	}
	for i := range e.Commitments {
		c := &e.Commitments[i]
		b = binary.BigEndian.AppendUint32(b, c.Seq)
		b = append(b, c.D[:]...)
		b = append(b, c.E[:]...)
	}
	for _, h := range e.Heartbeats {
		b = binary.BigEndian.AppendUint16(b, h.Stream)
		b = binary.BigEndian.AppendUint64(b, h.End)
	}
	return b, nil
}

func appendVote(b []byte, v *Vote) []byte {
	b = binary.BigEndian.AppendUint16(b, v.Stream)
	b = binary.BigEndian.AppendUint64(b, v.End)
	b = append(b, v.BlockHash[:]...)
	b = appendUint48(b, v.MessageCount)
	b = appendUint48(b, v.LeafCount)
	b = append(b, v.PeaksHash[:]...)
	b = append(b, v.Root[:]...)
	return append(b, v.Endpoints)
}

// Decode reads what Encode writes and nothing else; empty bytes are valid and give nil.
//
// Errors: ErrExtension. It never panics and allocates at most what the quotas allow.
func Decode(b []byte) (*Extension, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if len(b) < headerBytes || len(b) > MaxBytes {
		return nil, fmt.Errorf("%d bytes, want 0 or %d to %d: %w", len(b), headerBytes, MaxBytes, ErrExtension)
	}
	if b[0] != Version {
		return nil, fmt.Errorf("version %d: %w", b[0], ErrExtension)
	}
	shares, votes, commitments, heartbeats := int(b[13]), int(b[14]), int(b[15]), int(b[16])
	if b[17]|b[18]|b[19] != 0 {
		return nil, fmt.Errorf("reserved bytes are not zero: %w", ErrExtension)
	}
	want := headerBytes + shares*shareBytes + votes*voteBytes + commitments*commitmentBytes + heartbeats*heartbeatBytes
	if len(b) != want {
		return nil, fmt.Errorf("%d bytes, the counts need %d: %w", len(b), want, ErrExtension)
	}
	e := &Extension{Fork: binary.BigEndian.Uint32(b[1:]), Boot: binary.BigEndian.Uint64(b[5:])}
	r := reader{b[headerBytes:]}
	for range shares {
		e.Shares = append(e.Shares, Share{Session: r.uint(8), Z: [32]byte(r.take(32))})
	}
	for range votes {
		e.Votes = append(e.Votes, Vote{
			Stream: uint16(r.uint(2)), End: r.uint(8), BlockHash: [32]byte(r.take(32)),
			MessageCount: r.uint(6), LeafCount: r.uint(6), PeaksHash: [32]byte(r.take(32)), Root: [32]byte(r.take(32)),
			Endpoints: uint8(r.uint(1)),
		})
	}
	for range commitments {
		e.Commitments = append(e.Commitments, Commitment{Seq: uint32(r.uint(4)), D: [33]byte(r.take(33)), E: [33]byte(r.take(33))})
	}
	for range heartbeats {
		e.Heartbeats = append(e.Heartbeats, Heartbeat{Stream: uint16(r.uint(2)), End: r.uint(8)})
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return e, nil
}

// Check is the judgement of VerifyVoteExtension: the bytes decode.
func Check(b []byte) error {
	_, err := Decode(b)
	return err
}

// reader takes fixed-width fields; Decode has compared the length before.
type reader struct{ b []byte }

func (r *reader) take(n int) []byte {
	t := r.b[:n]
	r.b = r.b[n:]
	return t
}

func (r *reader) uint(n int) (v uint64) {
	for _, c := range r.take(n) {
		v = v<<8 | uint64(c)
	}
	return v
}

func appendUint48(b []byte, v uint64) []byte {
	return append(b, byte(v>>40), byte(v>>32), byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}
