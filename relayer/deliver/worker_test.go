// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/contracts/bindings"
	"github.com/aitbc/bridge/keys/schnorr"
)

func TestProofIsPacked(t *testing.T) {
	m := &message.Message{
		Nonce: 0x010203040506, GasLimit: 0x0a0b0c0d, Sender: message.Address{0xaa, 19: 0xbb}, Finality: message.Final,
		SourceManager: message.Address{0xcc, 19: 0xdd},
	}
	c := Certificate{
		Checkpoint: message.Checkpoint{Stream: message.Stream{Finality: message.Final, Epoch: 7}},
		Signature:  schnorr.Signature{S: [32]byte{1, 31: 2}, R: [20]byte{3, 19: 4}},
	}
	siblings := []message.Hash{{5}, {6}}
	got := Proof(m, c, siblings, false)
	if len(got) != 87+64 {
		t.Fatalf("%d bytes, want %d", len(got), 87+64)
	}
	head := "1e" + "010203040506" + "0a0b0c0d" + "aa000000000000000000000000000000000000bb" + "00000007"
	if h := hex.EncodeToString(got[:35]); h != head {
		t.Fatalf("head %s, want %s", h, head)
	}
	if !bytes.Equal(got[35:67], c.Signature.S[:]) || !bytes.Equal(got[67:87], c.Signature.R[:]) || got[87] != 5 || got[119] != 6 {
		t.Fatal("signature or siblings misplaced")
	}
	m.Finality = message.Fast
	if got := Proof(m, c, siblings, false); got[0] != 0x1a { // docs/spec/contracts.md: fast under final
		t.Fatalf("flags %#x", got[0])
	}
	c.Checkpoint.Stream.Finality = message.Fast
	if got := Proof(m, c, siblings, false); got[0] != 0x0a {
		t.Fatalf("flags %#x", got[0])
	}
	m.Finality, c.Checkpoint.Stream.Finality = message.Final, message.Final
	retired := Proof(m, c, siblings, true)
	if len(retired) != 107+64 || retired[0] != 0x3e || !bytes.Equal(retired[87:107], m.SourceManager[:]) || retired[107] != 5 {
		t.Fatal("retired remote misplaced")
	}
}

func TestOutcomesBecomeReasons(t *testing.T) {
	reverted := func(name string) error {
		abi, err := bindings.CrossChainManagerMetaData.GetAbi()
		if err != nil {
			t.Fatal(err)
		}
		e, ok := abi.Errors[name]
		if !ok {
			t.Fatalf("the manager has no error %s", name)
		}
		data := bytes.Clone(e.ID[:4])
		for range e.Inputs {
			data = append(data, make([]byte, 64)...) // a zero of any type, with an empty tail for bytes
		}
		// Dynamic arguments point behind the head.
		for i, in := range e.Inputs {
			if in.Type.String() == "bytes" {
				data[4+32*i+31] = byte(32 * len(e.Inputs))
			}
		}
		return fmt.Errorf("simulate: %w", &evm.RevertError{Data: data})
	}
	for _, c := range []struct {
		name string
		err  error
		want Reason
	}{
		{"done", nil, Delivered},
		{"by another relayer", reverted("AlreadyDelivered"), Delivered},
		{"lane paused", reverted("LaneIsPaused"), LanePaused},
		{"all paused", reverted("EverythingIsPaused"), LanePaused},
		{"paused by the view", fmt.Errorf("x: %w", errPaused), LanePaused},
		{"recipient demands more", reverted("FinalityDemanded"), FinalityDemanded},
		{"no certificate of what it demands", fmt.Errorf("x: %w", errDemanded), FinalityDemanded},
		{"no certificate holds it", fmt.Errorf("x: %w", errUnproven), Certified},
		{"recipient reverts", reverted("RecipientReverted"), RecipientReverted},
		{"recipient refuses", reverted("RecipientRefused"), RecipientReverted},
		{"another key", reverted("InvalidSignature"), Outdated},
		{"older epoch", reverted("SourceEpochTooOld"), Outdated},
		{"no certificate", fmt.Errorf("x: %w", stream.ErrNotFound), Certified},
		{"fee", fmt.Errorf("x: %w", message.ErrUnderpriced), Underpriced},
		{"endpoint", errors.New("connection refused"), TargetUnreachable},
		{"outcome unknown", &evm.UnknownOutcomeError{Err: context.DeadlineExceeded}, TargetUnreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := classify(c.err); got != c.want {
				t.Fatalf("%s, want %s (%v)", got, c.want, c.err)
			}
		})
	}
}

func TestEveryReasonSaysWhoAndNext(t *testing.T) {
	for r := range advice {
		if r.Who() == "" || r.Next() == "" {
			t.Errorf("%s: who or next is missing", r)
		}
	}
}

func TestForeignCertificatesAreRefused(t *testing.T) {
	cfg := stream.Config{BridgeID: message.Hash{1}, Stream: message.Stream{Chain: 1, Manager: message.Address{2}, Finality: message.Final, Epoch: 1}, Stride: 2}
	good := message.Checkpoint{
		BridgeID: cfg.BridgeID, Stream: cfg.Stream, End: 3, BlockHash: message.Hash{1}, MessageCount: 1, LeafCount: 1,
		PeaksHash: message.Hash{1}, Root: message.Hash{1},
	}
	key := schnorr.PublicKey{31: 1}
	for _, c := range []struct {
		name   string
		change func(*message.Checkpoint)
	}{
		{"unsigned", func(*message.Checkpoint) {}},
		{"another bridge", func(k *message.Checkpoint) { k.BridgeID = message.Hash{9} }},
		{"another chain", func(k *message.Checkpoint) { k.Stream.Chain = 9 }},
		{"another source epoch", func(k *message.Checkpoint) { k.Stream.Epoch = 2 }},
		{"zero root", func(k *message.Checkpoint) { k.Root = message.Hash{} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &source{index: 1, cfg: cfg}
			k := good
			c.change(&k)
			sig := schnorr.Signature{S: [32]byte{31: 1}, R: [20]byte{1}}
			if err := s.offer(Certificate{Checkpoint: k, Signature: sig}, []schnorr.PublicKey{key}); err == nil {
				t.Fatal("taken")
			}
			if s.after() != 0 {
				t.Fatal("kept")
			}
		})
	}
	s := &source{index: 1, cfg: cfg}
	if err := s.offer(Certificate{Checkpoint: good}, nil); !errors.Is(err, message.ErrUnavailable) {
		t.Fatalf("%v without a key, want unavailable", err)
	}
}

// What a refusal names is read with care: it comes from outside.
func TestDemandedFinality(t *testing.T) {
	abi, err := bindings.CrossChainManagerMetaData.GetAbi()
	if err != nil {
		t.Fatal(err)
	}
	e := abi.Errors["FinalityDemanded"]
	word := func(n byte) []byte { return append(make([]byte, 31), n) }
	for name, c := range map[string]struct {
		data []byte
		want message.Finality
	}{
		"safe":      {slices.Concat(e.ID[:4], word(7), word(2), word(1)), message.Safe},
		"final":     {slices.Concat(e.ID[:4], word(7), word(3), word(2)), message.Final},
		"none such": {slices.Concat(e.ID[:4], word(7), word(4), word(2)), 0},
		"huge":      {slices.Concat(e.ID[:4], word(7), bytes.Repeat([]byte{0xff}, 32), word(2)), 0},
		"cut":       {slices.Concat(e.ID[:4], word(7)), 0},
		"nothing":   {nil, 0},
	} {
		if got := demanded(fmt.Errorf("x: %w", &evm.RevertError{Data: c.data})); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := demanded(errDemanded); got != 0 {
		t.Errorf("no refusal: %s", got)
	}
}

func TestBit(t *testing.T) {
	word := [32]byte{0: 0x80, 31: 0x02}
	for i := range 256 {
		if got, want := bit(word, uint8(i)), i == 1 || i == 255; got != want {
			t.Errorf("bit %d is %t", i, got)
		}
	}
}
