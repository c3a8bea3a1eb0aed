// SPDX-License-Identifier: Apache-2.0

package extension

import "github.com/aitbc/bridge/chains/message"

// Agenda is what the committed state asks of one member: the voter's whole view of the
// chain. It is a snapshot; nobody changes it after it was made.
type Agenda struct {
	Height      uint64 // committed height; the next extension is of Height+1
	BridgeID    message.Hash
	Fork        uint32
	KeyEpoch    uint64   // the active one; 0 while there is no key
	GroupKey    [32]byte // of KeyEpoch
	Threshold   int
	Member      bool   // the address belongs to the active epoch: it votes. Who is in neither epoch is told only Streams
	MemberIndex uint16 // 1…n in KeyEpoch

	ReadyEpoch uint64 // a finished ceremony's, whose members sign before it is active; 0: none
	ReadyIndex uint16 // 1…n in ReadyEpoch; 0: not its member. A member of either epoch announces commitments and gives shares

	Boot    uint64       // highest boot of this member's signer in state; 0: none
	NextSeq uint32       // next commitment of Boot that the state takes
	Pool    int          // unused commitments of Boot that the state holds
	Unused  []Commitment // those commitments, rising seq

	Suspended bool   // this member's votes do not count and it is not chosen, until the key epoch changes
	Halted    string // reason why no checkpoint is signed; empty: they are. Only shares of other statements may be made while it is told

	AppHash [32]byte // of the committed state at Height; zero when not told
	Heard   Heard    // told after a commit alone

	Streams  []StreamAgenda  // open ones, by Index
	Sessions []SessionAgenda // open, of either epoch, this member signs, its share is not in; by Number
}

// Heard is what the last commit of block Agenda.Height carries from this member: what the
// chain heard it say, whoever said it.
type Heard struct {
	Height    uint64 // of the extension; 0: nothing was heard
	Extension []byte // of an entry with the Commit flag; not empty
}

// StreamAgenda is the state of one stream as one member needs it.
type StreamAgenda struct {
	Index        uint16
	Stream       message.Stream
	Stride       uint64
	StartBlock   uint64
	MaxAhead     uint64             // messages of one checkpoint below final; 0 in a final stream
	Generation   uint32             // below final, from 1 on; each contradiction raises it
	CertifiedEnd uint64             // valid when HasCertified
	HasCertified bool               // a checkpoint of this stream was certified
	Certified    message.Checkpoint // the newest certified one
	HasBase      bool               // the first checkpoint must hold Base, certified under an earlier source epoch
	Base         message.Checkpoint // of this stream; the hash of its block is that of when it was certified
	Target       uint64             // window end the state asks votes at or below; 0: none
	Voted        []uint64           // ends of this member's uncertified votes in state, ascending
	Said         message.Hash       // below final: body of this member's newest vote in state; zero: none. Ends do not tell two bodies apart
	Signing      bool               // a checkpoint of this stream is in signing
	SigningEnd   uint64             // its end, when Signing
}

// Decided is the end block below which nothing of the stream is asked for any more: that of the newest certificate,
// before the first one of the base; 0 without either.
func (s *StreamAgenda) Decided() uint64 {
	switch {
	case s.HasCertified:
		return s.CertifiedEnd
	case s.HasBase:
		return s.Base.End
	}
	return 0
}

// SessionAgenda is a session that waits for this member's share.
type SessionAgenda struct {
	Number   uint64
	ID       [32]byte
	Digest   message.Digest
	BodyHash message.Hash
	KeyEpoch uint64
	GroupKey [32]byte // of KeyEpoch
	Stream   uint16   // index of the stream whose checkpoint is signed; 0 for another statement
	End      uint64
	// Statement is what is signed when it is no checkpoint: Rotate, HaltOrder or Ready; BodyHash is then Digest.
	Statement message.Statement
	MyIndex   uint16   // this member's in KeyEpoch
	MySeq     uint32   // its commitment in Signers
	MyBoot    uint64   // the boot it belongs to
	Signers   []Signer // by Index: the whole ordered list that the share is bound to
}

// Signer is one entry of a session's commitment list.
type Signer struct {
	Index uint16
	D, E  [33]byte
}
