// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
)

// session is one attempt to sign a checkpoint, or the statement of that id.
type session struct {
	Number, Epoch uint64 // Epoch 0: void, its stream was closed or stopped
	ID            [32]byte
	Statement     uint64 // 0: a checkpoint
	Kind          kind
	Ballot        ballot // Ballot.Stream is the stream's index; of a statement Body alone, its digest
	Digest        message.Digest
	Attempt       uint32 // 1-based per checkpoint or statement
	Opened        uint64
	Signers       []signer // by Index

	dirty, gone bool
}

// subject is what is signed, across attempts. The two halves of a rotation have one digest.
type subject struct {
	statement uint64
	body      message.Hash
}

func (q *session) subject() subject { return subject{q.Statement, q.Ballot.Body} }

// of reports whether q signs a checkpoint of the stream.
func (q *session) of(stream uint16) bool { return q.Statement == 0 && q.Ballot.Stream == stream }

// signer is a chosen member with its consumed commitment.
type signer struct {
	Index  uint16
	Addr   address
	Boot   uint64
	Seq    uint32
	D, E   frost.Point
	Have   bool // Z is its share
	Blamed bool // was benched for this session
	Z      frost.Scalar
}

func (s *session) fields(f *fields) {
	f.u64(&s.Number)
	f.u64(&s.Epoch)
	f.raw(s.ID[:])
	f.u64(&s.Statement)
	f.kind(&s.Kind)
	f.bad = f.bad || (s.Statement == 0) != (s.Kind == kindCheckpoint)
	f.raw(s.Digest[:])
	if s.Statement == 0 {
		s.Ballot.fields(f)
	} else {
		s.Ballot = ballot{Body: message.Hash(s.Digest)}
	}
	f.u32(&s.Attempt)
	f.u64(&s.Opened)
	n := uint16(len(s.Signers))
	f.u16(&n)
	for i := 0; i < int(n) && !f.bad; i++ {
		if !f.write {
			s.Signers = append(s.Signers, signer{})
		}
		g := &s.Signers[i]
		f.u16(&g.Index)
		f.raw(g.Addr[:])
		f.u64(&g.Boot)
		f.u32(&g.Seq)
		f.raw(g.D[:])
		f.raw(g.E[:])
		f.flag(&g.Have)
		f.flag(&g.Blamed)
		f.raw(g.Z[:])
	}
}
