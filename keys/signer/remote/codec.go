// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"fmt"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/keys/signer"
)

// version of the protocol; both sides must have the same.
const version = 1

// Bounds of the lists in messages.
const (
	maxText   = 512
	maxUnused = 64 // commitments in an observation
	maxList   = signer.PoolTarget
)

// What a node asks; the first byte of a call.
const (
	opHello       = 1  // version 1 ‖ bridge id 32 ‖ life 16; must be the first
	opBoot        = 2  // –
	opStart       = 3  // height 8
	opObserve     = 4  // observation
	opStop        = 5  // reason, text
	opCommitments = 6  // max 2
	opSign        = 7  // request
	opAddShare    = 8  // key epoch 8 ‖ index 2 ‖ secret 32 ‖ bridge id 32 ‖ group key 32
	opDropShare   = 9  // key epoch 8
	opShares      = 10 // –
	opVote        = 11 // checkpoint
	opApprove     = 12 // approval 32
	opFinished    = 13 // digest 32
)

// Kinds of statement in a request.
const (
	statementCheckpoint = 1
	statementReady      = 2
	statementRotate     = 3
	statementHalt       = 4
)

// call is one message of a node. Only the fields of its op are there.
type call struct {
	op       byte
	version  byte
	bridge   [32]byte
	life     [16]byte // of the node's process; random
	height   uint64
	observed signer.Observation
	text     string
	max      uint16
	request  signer.Request
	share    keystore.Share
	epoch    uint64
	vote     message.Checkpoint
	word     [32]byte
}

func (c *call) encode() ([]byte, error) {
	w := &writer{}
	w.u8(c.op)
	switch c.op {
	case opHello:
		w.u8(c.version)
		w.bytes(c.bridge[:])
		w.bytes(c.life[:])
	case opBoot, opShares:
	case opStart:
		w.u64(c.height)
	case opObserve:
		return w.b, w.observation(&c.observed)
	case opStop:
		w.text(c.text)
	case opCommitments:
		w.u16(c.max)
	case opSign:
		err := w.request(&c.request)
		return w.b, err
	case opAddShare:
		w.u64(c.share.KeyEpoch)
		w.u16(uint16(c.share.Index))
		w.bytes(c.share.Secret[:])
		w.bytes(c.share.BridgeID[:])
		w.bytes(c.share.GroupKey[:])
	case opDropShare:
		w.u64(c.epoch)
	case opVote:
		w.checkpoint(&c.vote)
	case opApprove, opFinished:
		w.bytes(c.word[:])
	default:
		return nil, fmt.Errorf("call %d: %w", c.op, ErrFrame)
	}
	return w.b, nil
}

// decodeCall reads what encode wrote, and nothing else. Errors: ErrFrame.
func decodeCall(b []byte) (c call, err error) {
	r := &reader{b: b}
	switch c.op = r.u8(); c.op {
	case opHello:
		c.version, c.bridge, c.life = r.u8(), r.word(), [16]byte(r.take(16))
	case opBoot, opShares:
	case opStart:
		c.height = r.u64()
	case opObserve:
		c.observed = r.observation()
	case opStop:
		c.text = r.text()
	case opCommitments:
		c.max = r.u16()
	case opSign:
		c.request = r.request()
	case opAddShare:
		c.share = keystore.Share{KeyEpoch: r.u64(), Index: frost.Index(r.u16()), Secret: r.word(), BridgeID: r.word(), GroupKey: r.word()}
	case opDropShare:
		c.epoch = r.u64()
	case opVote:
		c.vote = r.checkpoint()
	case opApprove, opFinished:
		c.word = r.word()
	default:
		return call{}, fmt.Errorf("call %d: %w", c.op, ErrFrame)
	}
	return c, r.end()
}

// answer is what a server says to a call of op. code 0 is done; any other names an error.
type answer struct {
	op     byte
	code   byte
	text   string // why, with code
	boot   uint64
	list   []signer.SeqCommitment
	share  frost.Scalar
	shares []signer.ShareInfo
}

func (a *answer) encode() ([]byte, error) {
	w := &writer{}
	w.u8(a.op)
	w.u8(a.code)
	if a.code != 0 {
		w.text(a.text)
		return w.b, nil
	}
	switch a.op {
	case opBoot:
		w.u64(a.boot)
	case opCommitments:
		return w.b, w.commitments(a.list, maxList)
	case opSign:
		w.bytes(a.share[:])
	case opShares:
		if len(a.shares) > signer.MaxShares {
			return nil, fmt.Errorf("%d shares: %w", len(a.shares), ErrFrame)
		}
		w.u16(uint16(len(a.shares)))
		for i := range a.shares {
			w.u64(a.shares[i].KeyEpoch)
			w.u16(uint16(a.shares[i].Index))
			w.bytes(a.shares[i].GroupKey[:])
		}
	}
	return w.b, nil
}

// decodeAnswer reads the answer to a call of op. Errors: ErrFrame.
func decodeAnswer(op byte, b []byte) (a answer, err error) {
	r := &reader{b: b}
	a.op, a.code = r.u8(), r.u8()
	switch {
	case a.op != op:
		return answer{}, fmt.Errorf("answer to call %d, want %d: %w", a.op, op, ErrFrame)
	case a.code != 0:
		a.text = r.text()
		return a, r.end()
	}
	switch op {
	case opBoot:
		a.boot = r.u64()
	case opCommitments:
		a.list = r.commitments(maxList)
	case opSign:
		a.share = r.word()
	case opShares:
		for range r.count(signer.MaxShares) {
			a.shares = append(a.shares, signer.ShareInfo{KeyEpoch: r.u64(), Index: frost.Index(r.u16()), GroupKey: schnorr.PublicKey(r.word())})
		}
	}
	return a, r.end()
}

func (w *writer) commitments(list []signer.SeqCommitment, limit int) error {
	if len(list) > limit {
		return fmt.Errorf("%d commitments: %w", len(list), ErrFrame)
	}
	w.u16(uint16(len(list)))
	for i := range list {
		w.u32(list[i].Seq)
		w.bytes(list[i].D[:])
		w.bytes(list[i].E[:])
	}
	return nil
}

func (r *reader) commitments(limit int) (list []signer.SeqCommitment) {
	for range r.count(limit) {
		list = append(list, signer.SeqCommitment{Seq: r.u32(), D: r.point(), E: r.point()})
	}
	return list
}

func (w *writer) observation(o *signer.Observation) error {
	w.u64(o.Height)
	w.bytes(o.AppHash[:])
	w.bytes(o.BridgeID[:])
	w.u32(o.Fork)
	w.u64(o.Boot)
	w.u32(o.NextSeq)
	return w.commitments(o.Unused, maxUnused)
}

func (r *reader) observation() signer.Observation {
	return signer.Observation{
		Height: r.u64(), AppHash: r.word(), BridgeID: r.word(), Fork: r.u32(), Boot: r.u64(), NextSeq: r.u32(), Unused: r.commitments(maxUnused),
	}
}

func (w *writer) checkpoint(c *message.Checkpoint) {
	w.bytes(c.BridgeID[:])
	w.u64(uint64(c.Stream.Chain))
	w.bytes(c.Stream.Manager[:])
	w.u8(byte(c.Stream.Finality))
	w.u32(c.Stream.Epoch)
	w.u64(c.End)
	w.bytes(c.BlockHash[:])
	w.u64(c.MessageCount)
	w.u64(c.LeafCount)
	w.bytes(c.PeaksHash[:])
	w.bytes(c.Root[:])
}

func (r *reader) checkpoint() message.Checkpoint {
	return message.Checkpoint{
		BridgeID: r.word(),
		Stream:   message.Stream{Chain: message.ChainID(r.u64()), Manager: r.address(), Finality: message.Finality(r.u8()), Epoch: r.u32()},
		End:      r.u64(), BlockHash: r.word(), MessageCount: r.u64(), LeafCount: r.u64(), PeaksHash: r.word(), Root: r.word(),
	}
}

// request is bridge id 32 ‖ fork 4 ‖ number 8 ‖ group key 32 ‖ key epoch 8 ‖ session id 32 ‖ digest 32 ‖ body hash 32 ‖ seq 4 ‖
// statement ‖ count 2 ‖ (index 2 ‖ D 33 ‖ E 33)*.
func (w *writer) request(q *signer.Request) error {
	se := &q.Session
	w.bytes(q.BridgeID[:])
	w.u32(q.Fork)
	w.u64(q.SessionNumber)
	w.bytes(se.Key[:])
	w.u64(se.KeyEpoch)
	w.bytes(se.ID[:])
	w.bytes(se.Digest[:])
	w.bytes(q.BodyHash[:])
	w.u32(q.MySeq)
	if err := w.statement(q.Statement); err != nil {
		return err
	}
	if len(se.Commitments) > frost.MaxMembers {
		return fmt.Errorf("%d signers: %w", len(se.Commitments), ErrFrame)
	}
	w.u16(uint16(len(se.Commitments)))
	for i := range se.Commitments {
		w.u16(uint16(se.Commitments[i].Index))
		w.bytes(se.Commitments[i].D[:])
		w.bytes(se.Commitments[i].E[:])
	}
	return nil
}

func (r *reader) request() signer.Request {
	q := signer.Request{BridgeID: r.word(), Fork: r.u32(), SessionNumber: r.u64()}
	q.Session = frost.Session{Key: schnorr.PublicKey(r.word()), KeyEpoch: r.u64(), ID: r.word(), Digest: r.word()}
	q.BodyHash, q.MySeq = r.word(), r.u32()
	q.Statement = r.statement()
	for range r.count(frost.MaxMembers) {
		q.Session.Commitments = append(q.Session.Commitments, frost.Commitment{Index: frost.Index(r.u16()), D: r.point(), E: r.point()})
	}
	return q
}

func (w *writer) statement(st message.Statement) error {
	switch st := st.(type) {
	case *message.Checkpoint:
		if st == nil {
			return fmt.Errorf("no checkpoint: %w", ErrFrame)
		}
		w.u8(statementCheckpoint)
		w.checkpoint(st)
	case message.Ready:
		w.u8(statementReady)
		w.bytes(st.BridgeID[:])
		w.u64(st.KeyEpoch)
		w.bytes(st.MemberSetHash[:])
		w.u64(st.Height)
	case message.Rotate:
		w.u8(statementRotate)
		w.bytes(st.BridgeID[:])
		w.u64(st.KeyVersion)
		w.bytes(st.OldPx[:])
		w.bytes(st.NewPx[:])
		w.u64(st.NotBefore)
	case message.HaltOrder:
		w.u8(statementHalt)
		w.bytes(st.BridgeID[:])
		w.u64(uint64(st.Chain))
		w.bytes(st.Manager[:])
		w.bytes(st.Scope[:])
		w.u64(st.HaltNonce)
		w.u64(st.NotAfter)
	default:
		return fmt.Errorf("statement %T: %w", st, ErrFrame)
	}
	return nil
}

func (r *reader) statement() message.Statement {
	switch r.u8() {
	case statementCheckpoint:
		c := r.checkpoint()
		return &c
	case statementReady:
		return message.Ready{BridgeID: r.word(), KeyEpoch: r.u64(), MemberSetHash: r.word(), Height: r.u64()}
	case statementRotate:
		return message.Rotate{BridgeID: r.word(), KeyVersion: r.u64(), OldPx: r.word(), NewPx: r.word(), NotBefore: r.u64()}
	case statementHalt:
		return message.HaltOrder{
			BridgeID: r.word(), Chain: message.ChainID(r.u64()), Manager: r.address(), Scope: r.word(), HaltNonce: r.u64(), NotAfter: r.u64(),
		}
	}
	r.bad = true
	return message.Ready{}
}
