// SPDX-License-Identifier: Apache-2.0

package transaction

import (
	"bytes"
	"fmt"
	"math/big"

	"github.com/cosmos/gogoproto/proto"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Bounds of a transaction.
const (
	// MaxTxBytes bounds a whole transaction.
	MaxTxBytes = 256 << 10
	// SignatureBytes is r 32, s 32, v 1.
	SignatureBytes = 65
)

var (
	// ErrTooLarge: more than MaxTxBytes.
	ErrTooLarge = message.NewError(message.Reject, "transaction too large")
	// ErrSignature: not a signature that one account has made over this body on this network:
	// a zero or too large r or s, a high s, a recovery id other than 0 and 1, no such point.
	ErrSignature = message.NewError(message.Reject, "bad transaction signature")
)

// tag is the first word of what is signed.
var tag = message.Tag("tx")

// Message is one of the messages of the service Msg: each names its sender.
type Message interface {
	proto.Message
	GetSender() []byte
}

// Word is the 32 bytes that an account signs as an Ethereum personal message: what a wallet or
// an external signer is given, which adds the prefix of EIP-191 by itself.
func Word(bridgeID message.Hash, fork uint32, body []byte) [32]byte {
	return new(message.Words).Hash(tag).Hash(bridgeID).Uint(uint64(fork)).Hash(message.Keccak(body)).Sum()
}

// Digest is the hash that is signed: Word behind the prefix of EIP-191, version 0x45, so that
// no signature over it is one over an Ethereum transaction.
func Digest(bridgeID message.Hash, fork uint32, body []byte) [32]byte {
	word := Word(bridgeID, fork, body)
	return message.Keccak([]byte("\x19Ethereum Signed Message:\n32"), word[:])
}

// Encode makes the body that carries m, one of the seven messages of Msg.
//
// Errors: message.ErrBadEncoding for another message.
func Encode(sequence uint64, m Message) ([]byte, error) {
	b := committeev1.Body{Sequence: sequence}
	switch m := m.(type) {
	case *committeev1.MsgCommitDealing:
		b.Message = &committeev1.Body_CommitDealing{CommitDealing: m}
	case *committeev1.MsgDeal:
		b.Message = &committeev1.Body_Deal{Deal: m}
	case *committeev1.MsgCheck:
		b.Message = &committeev1.Body_Check{Check: m}
	case *committeev1.MsgReady:
		b.Message = &committeev1.Body_Ready{Ready: m}
	case *committeev1.MsgPropose:
		b.Message = &committeev1.Body_Propose{Propose: m}
	case *committeev1.MsgApprove:
		b.Message = &committeev1.Body_Approve{Approve: m}
	case *committeev1.MsgContradict:
		b.Message = &committeev1.Body_Contradict{Contradict: m}
	default:
		return nil, fmt.Errorf("message %T: %w", m, message.ErrBadEncoding)
	}
	out, err := b.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	return out, nil
}

// Sign makes the transaction of a body. sign gets the Digest and gives r ‖ s ‖ v with v 0 or 1,
// as go-ethereum's crypto.Sign does; 27 and 28 are taken too, and a high s is turned.
//
// Errors: ErrTooLarge, ErrSignature, or those of sign.
func Sign(body []byte, bridgeID message.Hash, fork uint32, sign func(hash [32]byte) ([65]byte, error)) ([]byte, error) {
	sig, err := sign(Digest(bridgeID, fork, body))
	if err != nil {
		return nil, fmt.Errorf("sign transaction: %w", err)
	}
	if sig[64] >= 27 {
		sig[64] -= 27
	}
	order := crypto.S256().Params().N
	if s := new(big.Int).SetBytes(sig[32:64]); s.Cmp(new(big.Int).Rsh(order, 1)) > 0 && s.Cmp(order) < 0 {
		s.Sub(order, s).FillBytes(sig[32:64])
		sig[64] ^= 1
	}
	tx := committeev1.Tx{Body: body, Signature: sig[:]}
	out, err := tx.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode transaction: %w", err)
	}
	if len(out) > MaxTxBytes {
		return nil, fmt.Errorf("%d bytes, at most %d: %w", len(out), MaxTxBytes, ErrTooLarge)
	}
	if _, err := Sender(&tx, bridgeID, fork); err != nil {
		return nil, err
	}
	return out, nil
}

// Open reads the envelope alone, whose cost does not depend on what the body says: size, the
// envelope's encoding, the signature's shape. Sender can be asked then.
//
// Errors: ErrTooLarge, ErrSignature, message.ErrBadEncoding.
func Open(b []byte) (*committeev1.Tx, error) {
	if len(b) > MaxTxBytes {
		return nil, fmt.Errorf("%d bytes, at most %d: %w", len(b), MaxTxBytes, ErrTooLarge)
	}
	var tx committeev1.Tx
	if err := canonical(&tx, b); err != nil {
		return nil, fmt.Errorf("transaction: %w", err)
	}
	return &tx, checkSignature(tx.Signature)
}

// Decode reads a whole transaction. What does not marshal to the same bytes again is refused,
// so nothing can hide in it and nobody can change a transaction's hash without its sender
// (I-09).
//
// Errors: those of Open, message.ErrZero.
func Decode(b []byte) (*committeev1.Tx, *committeev1.Body, error) {
	tx, err := Open(b)
	if err != nil {
		return nil, nil, err
	}
	var body committeev1.Body
	if err := canonical(&body, tx.Body); err != nil {
		return nil, nil, fmt.Errorf("body: %w", err)
	}
	m, err := MessageOf(&body)
	if err != nil {
		return nil, nil, err
	}
	switch s := m.GetSender(); {
	case len(s) != len(message.Address{}):
		return nil, nil, fmt.Errorf("sender of %d bytes, want 20: %w", len(s), message.ErrBadEncoding)
	case message.Address(s).IsZero():
		return nil, nil, fmt.Errorf("sender: %w", message.ErrZero)
	}
	return tx, &body, nil
}

// MessageOf is the message that a body carries. Errors: message.ErrBadEncoding when there is none.
func MessageOf(b *committeev1.Body) (Message, error) {
	var m Message
	switch v := b.Message.(type) {
	case *committeev1.Body_CommitDealing:
		m = v.CommitDealing
	case *committeev1.Body_Deal:
		m = v.Deal
	case *committeev1.Body_Check:
		m = v.Check
	case *committeev1.Body_Ready:
		m = v.Ready
	case *committeev1.Body_Propose:
		m = v.Propose
	case *committeev1.Body_Approve:
		m = v.Approve
	case *committeev1.Body_Contradict:
		m = v.Contradict
	default:
		return nil, fmt.Errorf("body without a message: %w", message.ErrBadEncoding)
	}
	return m, nil
}

// Sender is the account that signed tx for this network and fork. Whether it is the one that
// the message names is the caller's question.
//
// Errors: ErrSignature.
func Sender(tx *committeev1.Tx, bridgeID message.Hash, fork uint32) (a message.Address, err error) {
	if err := checkSignature(tx.Signature); err != nil {
		return a, err
	}
	digest := Digest(bridgeID, fork, tx.Body)
	key, err := crypto.SigToPub(digest[:], tx.Signature)
	if err != nil {
		return a, fmt.Errorf("recover sender: %w", ErrSignature)
	}
	if a = message.Address(crypto.PubkeyToAddress(*key)); a.IsZero() {
		return a, fmt.Errorf("sender: %w", ErrSignature)
	}
	return a, nil
}

// checkSignature judges the numbers alone. With a high s every signature would have a twin and
// every transaction two hashes.
func checkSignature(sig []byte) error {
	if len(sig) != SignatureBytes {
		return fmt.Errorf("%d bytes, want %d: %w", len(sig), SignatureBytes, ErrSignature)
	}
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:64])
	if !crypto.ValidateSignatureValues(sig[64], r, s, true) {
		return fmt.Errorf("r, s or recovery id out of range: %w", ErrSignature)
	}
	return nil
}

type codec interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

// canonical decodes b into m and demands that m encodes to b.
func canonical(m codec, b []byte) error {
	if err := m.Unmarshal(b); err != nil {
		return fmt.Errorf("does not decode: %w", message.ErrBadEncoding)
	}
	again, err := m.Marshal()
	if err != nil || !bytes.Equal(again, b) {
		return fmt.Errorf("does not encode to its bytes again: %w", message.ErrBadEncoding)
	}
	return nil
}
