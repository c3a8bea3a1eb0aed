// SPDX-License-Identifier: Apache-2.0

package transaction

import (
	"bytes"
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

var bridge = message.BridgeID("aitbc-test-1")

// account is a signing function and the address that belongs to it.
func account(t testing.TB, seed byte) (message.Address, func([32]byte) ([65]byte, error)) {
	t.Helper()
	key, err := crypto.ToECDSA(bytes.Repeat([]byte{seed}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return message.Address(crypto.PubkeyToAddress(key.PublicKey)), func(h [32]byte) ([65]byte, error) {
		sig, err := crypto.Sign(h[:], key)
		return [65]byte(sig), err
	}
}

func approve(t testing.TB, sequence uint64, sender message.Address) []byte {
	t.Helper()
	b, err := Encode(sequence, &committeev1.MsgApprove{Sender: sender[:], Proposal: 7})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSignedTransactionTellsItsSender(t *testing.T) {
	who, sign := account(t, 1)
	body := approve(t, 3, who)
	raw, err := Sign(body, bridge, 2, sign)
	if err != nil {
		t.Fatal(err)
	}
	tx, b, err := Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	if b.Sequence != 3 || !bytes.Equal(b.GetApprove().GetSender(), who[:]) || b.GetApprove().Proposal != 7 {
		t.Fatalf("decoded %v", b)
	}
	if got, err := Sender(tx, bridge, 2); err != nil || got != who {
		t.Fatalf("have %s %v, want %s", got, err, who)
	}
	// The same signature is of another account, or of none, elsewhere.
	if got, err := Sender(tx, bridge, 3); err == nil && got == who {
		t.Error("a transaction of fork 2 has the same sender in fork 3")
	}
	if got, err := Sender(tx, message.BridgeID("aitbc-test-2"), 2); err == nil && got == who {
		t.Error("a transaction of one bridge has the same sender on another")
	}
}

// TestDigestIsAPersonalMessage compares with go-ethereum's own form of EIP-191.
func TestDigestIsAPersonalMessage(t *testing.T) {
	who, _ := account(t, 1)
	body := approve(t, 0, who)
	word, digest := Word(bridge, 1, body), Digest(bridge, 1, body)
	if want := accounts.TextHash(word[:]); !bytes.Equal(digest[:], want) {
		t.Fatalf("have %x, want %x", digest, want)
	}
	// abi.encode(bytes32, bytes32, uint256, bytes32), written out once.
	var enc []byte
	enc = append(enc, crypto.Keccak256([]byte("aitbc.bridge.tx/v1"))...)
	enc = append(enc, bridge[:]...)
	enc = append(enc, new(big.Int).SetUint64(1).FillBytes(make([]byte, 32))...)
	enc = append(enc, crypto.Keccak256(body)...)
	if want := crypto.Keccak256(enc); !bytes.Equal(word[:], want) {
		t.Fatalf("word is %x, want %x", word, want)
	}
}

// TestSignersOfOtherHabits: wallets give v 27 and 28, some an s above half the order.
func TestSignersOfOtherHabits(t *testing.T) {
	who, sign := account(t, 1)
	body := approve(t, 0, who)
	plain, err := Sign(body, bridge, 1, sign)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*[65]byte){
		"v 27 or 28": func(s *[65]byte) { s[64] += 27 },
		"high s":     high,
		"both":       func(s *[65]byte) { high(s); s[64] += 27 },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Sign(body, bridge, 1, func(h [32]byte) ([65]byte, error) {
				s, err := sign(h)
				change(&s)
				return s, err
			})
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("have %x %v, want %x", got, err, plain)
			}
		})
	}
	if _, err := Sign(body, bridge, 1, func([32]byte) ([65]byte, error) { return [65]byte{}, nil }); !errors.Is(err, ErrSignature) {
		t.Errorf("zero signature: %v", err)
	}
	failed := errors.New("locked")
	if _, err := Sign(body, bridge, 1, func([32]byte) ([65]byte, error) { return [65]byte{}, failed }); !errors.Is(err, failed) {
		t.Errorf("signer that fails: %v", err)
	}
}

// high gives the other signature of the same account over the same hash.
func high(sig *[65]byte) {
	s := new(big.Int).SetBytes(sig[32:64])
	s.Sub(crypto.S256().Params().N, s).FillBytes(sig[32:64])
	sig[64] ^= 1
}

func TestDecodeRefuses(t *testing.T) {
	who, sign := account(t, 1)
	order := crypto.S256().Params().N.Bytes()
	good := func() *committeev1.Tx {
		raw, err := Sign(approve(t, 0, who), bridge, 1, sign)
		if err != nil {
			t.Fatal(err)
		}
		tx, _, err := Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		return tx
	}
	body := func(m Message) []byte {
		b, err := Encode(0, m)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	signature := func(change func(*[65]byte)) func(*committeev1.Tx) {
		return func(tx *committeev1.Tx) {
			s := [65]byte(tx.Signature)
			change(&s)
			tx.Signature = s[:]
		}
	}
	for _, c := range []struct {
		name   string
		want   error
		change func(*committeev1.Tx)
	}{
		{"good", nil, func(*committeev1.Tx) {}},
		{"other recovery id is another account, not another encoding", nil, signature(func(s *[65]byte) { s[64] ^= 1 })},
		{"no body", message.ErrBadEncoding, func(tx *committeev1.Tx) { tx.Body = nil }},
		{"body without a message", message.ErrBadEncoding, func(tx *committeev1.Tx) { tx.Body = []byte{8, 1} }},
		{"no signature", ErrSignature, func(tx *committeev1.Tx) { tx.Signature = nil }},
		{"short signature", ErrSignature, func(tx *committeev1.Tx) { tx.Signature = tx.Signature[:64] }},
		{"long signature", ErrSignature, func(tx *committeev1.Tx) { tx.Signature = append(tx.Signature, 0) }},
		{"high s", ErrSignature, signature(high)},
		{"recovery id 2", ErrSignature, signature(func(s *[65]byte) { s[64] = 2 })},
		{"recovery id 27", ErrSignature, signature(func(s *[65]byte) { s[64] += 27 })},
		{"zero r", ErrSignature, signature(func(s *[65]byte) { clear(s[:32]) })},
		{"zero s", ErrSignature, signature(func(s *[65]byte) { clear(s[32:64]) })},
		{"r is the order", ErrSignature, signature(func(s *[65]byte) { copy(s[:32], order) })},
		{"s is the order", ErrSignature, signature(func(s *[65]byte) { copy(s[32:64], order) })},
		{"no sender", message.ErrBadEncoding, func(tx *committeev1.Tx) { tx.Body = body(&committeev1.MsgApprove{Proposal: 1}) }},
		{"sender of 21 bytes", message.ErrBadEncoding, func(tx *committeev1.Tx) {
			tx.Body = body(&committeev1.MsgApprove{Sender: append(who[:], 0), Proposal: 1})
		}},
		{"zero sender", message.ErrZero, func(tx *committeev1.Tx) { tx.Body = body(&committeev1.MsgApprove{Sender: make([]byte, 20)}) }},
		{"unknown field in the body", message.ErrBadEncoding, func(tx *committeev1.Tx) { tx.Body = append(tx.Body, 0x78, 1) }},
		{"two messages", message.ErrBadEncoding, func(tx *committeev1.Tx) {
			tx.Body = append(tx.Body, body(&committeev1.MsgCheck{Sender: who[:], Ceremony: 1})...)
		}},
		{"sequence written as zero", message.ErrBadEncoding, func(tx *committeev1.Tx) { tx.Body = append([]byte{8, 0}, tx.Body...) }},
		{"sequence after the message", message.ErrBadEncoding, func(tx *committeev1.Tx) { tx.Body = append(tx.Body, 8, 1) }},
		{"too large", ErrTooLarge, func(tx *committeev1.Tx) {
			tx.Body = body(&committeev1.MsgDeal{Sender: who[:], Dealing: make([]byte, MaxTxBytes)})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tx := good()
			c.change(tx)
			raw, err := tx.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := Decode(raw); !errors.Is(err, c.want) {
				t.Fatalf("have %v, want %v", err, c.want)
			}
		})
	}

	raw, err := good().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"empty": {}, "cut": raw[:len(raw)-1], "trailing": append(bytes.Clone(raw), 0), "unknown field": append(bytes.Clone(raw), 0x78, 1),
		"fields in the other order": append(bytes.Clone(raw[len(raw)-67:]), raw[:len(raw)-67]...),
	} {
		if _, _, err := Decode(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestLargestTransaction: the bound is inclusive, and Sign knows it too.
func TestLargestTransaction(t *testing.T) {
	who, sign := account(t, 1)
	for extra, want := range map[int]error{0: nil, 1: ErrTooLarge} {
		m := &committeev1.MsgDeal{Sender: who[:], Dealing: make([]byte, MaxTxBytes-1000)}
		probe, err := Encode(0, m)
		if err != nil {
			t.Fatal(err)
		}
		tx := committeev1.Tx{Body: probe, Signature: make([]byte, SignatureBytes)}
		m.Dealing = make([]byte, len(m.Dealing)+MaxTxBytes-tx.Size()+extra)
		body, err := Encode(0, m)
		if err != nil {
			t.Fatal(err)
		}
		if raw, err := Sign(body, bridge, 1, sign); !errors.Is(err, want) || err == nil && len(raw) != MaxTxBytes {
			t.Errorf("%d more: %d bytes, %v, want %v", extra, len(raw), err, want)
		}
	}
}

func TestEncodeKnowsEveryMessage(t *testing.T) {
	who, sign := account(t, 1)
	for _, m := range []Message{
		&committeev1.MsgCommitDealing{Sender: who[:], Ceremony: 1, Hash: make([]byte, 32)},
		&committeev1.MsgDeal{Sender: who[:], Ceremony: 1, Dealing: []byte{1}},
		&committeev1.MsgCheck{Sender: who[:], Ceremony: 1, Complaints: [][]byte{{1}}},
		&committeev1.MsgReady{Sender: who[:], Ceremony: 1, Proof: []byte{1}},
		&committeev1.MsgPropose{Sender: who[:], Payload: committeev1.Payload{Kind: &committeev1.Payload_Abort{Abort: &committeev1.Abort{Ceremony: 1}}}},
		&committeev1.MsgApprove{Sender: who[:], Proposal: 1},
	} {
		body, err := Encode(9, m)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := Sign(body, bridge, 1, sign)
		if err != nil {
			t.Fatal(err)
		}
		_, b, err := Decode(raw)
		if err != nil {
			t.Fatalf("%T: %v", m, err)
		}
		got, err := MessageOf(b)
		if err != nil || got.String() != m.String() || b.Sequence != 9 {
			t.Errorf("%T: have %v %v", m, got, err)
		}
	}
	if _, err := Encode(0, notAMessage{}); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("unknown message: %v", err)
	}
}

type notAMessage struct{ committeev1.MsgResponse }

func (notAMessage) Reset()            {}
func (notAMessage) String() string    { return "" }
func (notAMessage) ProtoMessage()     {}
func (notAMessage) GetSender() []byte { return nil }

// FuzzDecode: no panic, and what is accepted has one encoding and a bounded size.
func FuzzDecode(f *testing.F) {
	who, sign := account(f, 1)
	raw, err := Sign(approve(f, 1, who), bridge, 1, sign)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)-1])
	f.Add([]byte{10, 0, 18, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		tx, body, err := Decode(b)
		if err != nil {
			return
		}
		m, err := MessageOf(body)
		if err != nil {
			t.Fatal(err)
		}
		inner, err := Encode(body.Sequence, m)
		if err != nil || !bytes.Equal(inner, tx.Body) {
			t.Fatalf("body %x encodes to %x, %v", tx.Body, inner, err)
		}
		again, err := (&committeev1.Tx{Body: inner, Signature: tx.Signature}).Marshal()
		if err != nil || !bytes.Equal(again, b) || len(b) > MaxTxBytes {
			t.Fatalf("%x encodes to %x, %v", b, again, err)
		}
		a, err1 := Sender(tx, bridge, 1)
		c, err2 := Sender(tx, bridge, 1)
		if a != c || (err1 == nil) != (err2 == nil) {
			t.Fatal("two answers for one signature")
		}
	})
}

// Each message of Msg is carried by a body and found in it again.
func TestEveryMessageIsCarried(t *testing.T) {
	who := make([]byte, 20)
	for _, m := range []Message{
		&committeev1.MsgCommitDealing{Sender: who}, &committeev1.MsgDeal{Sender: who}, &committeev1.MsgCheck{Sender: who}, &committeev1.MsgReady{Sender: who},
		&committeev1.MsgPropose{Sender: who}, &committeev1.MsgApprove{Sender: who}, &committeev1.MsgContradict{Sender: who, Stream: 2, Generation: 1, End: 9},
	} {
		raw, err := Encode(1, m)
		if err != nil {
			t.Fatalf("%T: %v", m, err)
		}
		var b committeev1.Body
		if err := b.Unmarshal(raw); err != nil {
			t.Fatal(err)
		}
		if got, err := MessageOf(&b); err != nil || got.String() != m.String() {
			t.Errorf("%T comes back as %v, %v", m, got, err)
		}
	}
}
