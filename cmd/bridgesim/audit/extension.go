// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrExtension: the bytes are no extension by docs/spec/node.md.
var ErrExtension = errors.New("audit: not a vote extension")

// Extension is a decoded vote extension.
type Extension struct {
	Fork        uint32
	Boot        uint64
	Shares      []Share
	Votes       []Vote
	Commitments []Commitment
	Heartbeats  []Heartbeat
}

// Share is a signature share for a session.
type Share struct {
	Session uint64
	Z       [32]byte
}

// Vote is a vote for a checkpoint.
type Vote struct {
	Checkpoint
	Endpoints uint8
}

// Commitment is an announced nonce pair.
type Commitment struct {
	Seq  uint32
	D, E Point
}

// Heartbeat names the newest final aligned end of a stream.
type Heartbeat struct {
	Stream uint16
	End    uint64
}

// Sizes and quotas of docs/spec/node.md.
const (
	extensionMax = 2048
	headerSize   = 20

	shareSize, maxShares           = 40, 16
	voteSize, maxVotes             = 119, 6
	commitmentSize, maxCommitments = 70, 4
	heartbeatSize, maxHeartbeats   = 10, 32
)

// DecodeExtension reads an extension; empty bytes are one that says nothing. It judges what
// VerifyVoteExtension judges: size, shape, order.
func DecodeExtension(b []byte) (Extension, error) {
	var e Extension
	if len(b) == 0 {
		return e, nil
	}
	bad := func(why string, args ...any) (Extension, error) {
		return Extension{}, fmt.Errorf("%s: %w", fmt.Sprintf(why, args...), ErrExtension)
	}
	if len(b) > extensionMax || len(b) < headerSize {
		return bad("%d bytes", len(b))
	}
	if b[0] != 1 {
		return bad("version %d", b[0])
	}
	shares, votes, commitments, heartbeats := int(b[13]), int(b[14]), int(b[15]), int(b[16])
	if shares > maxShares || votes > maxVotes || commitments > maxCommitments || heartbeats > maxHeartbeats {
		return bad("%d shares, %d votes, %d commitments, %d heartbeats", shares, votes, commitments, heartbeats)
	}
	if b[17] != 0 || b[18] != 0 || b[19] != 0 {
		return bad("header does not end with zeros")
	}
	want := headerSize + shares*shareSize + votes*voteSize + commitments*commitmentSize + heartbeats*heartbeatSize
	if len(b) != want {
		return bad("%d bytes, the counts need %d", len(b), want)
	}
	e.Fork, e.Boot = binary.BigEndian.Uint32(b[1:]), binary.BigEndian.Uint64(b[5:])
	b = b[headerSize:]
	for i := range shares {
		s := Share{Session: binary.BigEndian.Uint64(b), Z: [32]byte(b[8:40])}
		if i > 0 && s.Session <= e.Shares[i-1].Session {
			return bad("shares not ascending")
		}
		e.Shares, b = append(e.Shares, s), b[shareSize:]
	}
	for i := range votes {
		v := decodeVote(b)
		if i > 0 {
			if p := e.Votes[i-1]; v.Stream < p.Stream || v.Stream == p.Stream && v.End <= p.End {
				return bad("votes not ascending")
			}
		}
		e.Votes, b = append(e.Votes, v), b[voteSize:]
	}
	for i := range commitments {
		c := Commitment{Seq: binary.BigEndian.Uint32(b), D: Point(b[4:37]), E: Point(b[37:70])}
		if i > 0 && c.Seq <= e.Commitments[i-1].Seq {
			return bad("commitments not ascending")
		}
		e.Commitments, b = append(e.Commitments, c), b[commitmentSize:]
	}
	for i := range heartbeats {
		h := Heartbeat{Stream: binary.BigEndian.Uint16(b), End: binary.BigEndian.Uint64(b[2:])}
		if i > 0 && h.Stream <= e.Heartbeats[i-1].Stream {
			return bad("heartbeats not ascending")
		}
		e.Heartbeats, b = append(e.Heartbeats, h), b[heartbeatSize:]
	}
	return e, nil
}

func decodeVote(b []byte) (v Vote) {
	v.Stream, v.End = binary.BigEndian.Uint16(b), binary.BigEndian.Uint64(b[2:])
	v.BlockHash = Hash(b[10:42])
	v.MessageCount, v.LeafCount = six(b[42:]), six(b[48:])
	v.PeaksHash, v.Root = Hash(b[54:86]), Hash(b[86:118])
	v.Endpoints = b[118]
	return v
}

// six reads a number of six bytes.
func six(b []byte) uint64 {
	return uint64(binary.BigEndian.Uint16(b))<<32 | uint64(binary.BigEndian.Uint32(b[2:]))
}
