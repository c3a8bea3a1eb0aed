// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package remote

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
)

// calls is one of each kind.
func calls() []call {
	cp := checkpoint(9, 1)
	own := signer.SeqCommitment{Seq: 3, D: [33]byte{2, 1}, E: [33]byte{3, 1}}
	list := []call{
		{op: opHello, version: version, bridge: bridge, life: [16]byte{1}},
		{op: opBoot},
		{op: opStart, height: 7},
		{op: opObserve, observed: signer.Observation{Height: 1, AppHash: [32]byte{1}, BridgeID: bridge, Fork: 1, Boot: 5, NextSeq: 2, Unused: []signer.SeqCommitment{own}}},
		{op: opStop, text: "why"},
		{op: opCommitments, max: 4},
		{op: opAddShare, share: keystore.Share{KeyEpoch: 1, Index: 2, Secret: frost.Scalar{3}, BridgeID: bridge, GroupKey: [32]byte{4}}},
		{op: opDropShare, epoch: 3},
		{op: opShares},
		{op: opVote, vote: *cp},
		{op: opApprove, word: [32]byte{1}},
		{op: opFinished, word: [32]byte{2}},
	}
	for _, st := range []message.Statement{
		cp, halt(),
		message.Ready{BridgeID: bridge, KeyEpoch: 2, MemberSetHash: message.Hash{1}, Height: 9},
		message.Rotate{BridgeID: bridge, KeyVersion: 2, OldPx: [32]byte{1}, NewPx: [32]byte{2}, NotBefore: 4},
	} {
		q := request([32]byte{1}, 1, own, cp)
		q.Statement = st
		list = append(list, call{op: opSign, request: q})
	}
	return list
}

func answers() []answer {
	return []answer{
		{op: opHello}, {op: opSign, code: codeOf(signer.ErrConflict), text: "why"}, {op: opBoot, boot: 7},
		{op: opCommitments, list: []signer.SeqCommitment{{Seq: 1, D: [33]byte{2}, E: [33]byte{3}}}},
		{op: opSign, share: frost.Scalar{1}}, {op: opShares, shares: []signer.ShareInfo{{KeyEpoch: 1, Index: 2, GroupKey: [32]byte{3}}}},
	}
}

func TestCodecIsWhole(t *testing.T) {
	seen := map[byte]bool{}
	for _, c := range calls() {
		b, err := c.encode()
		if err != nil {
			t.Fatal(err)
		}
		seen[c.op] = true
		for cut := range b {
			if _, err := decodeCall(b[:cut]); !errors.Is(err, ErrFrame) {
				t.Errorf("call %d, %d of %d bytes: %v", c.op, cut, len(b), err)
			}
		}
		if _, err := decodeCall(append(bytes.Clone(b), 0)); !errors.Is(err, ErrFrame) {
			t.Errorf("call %d and a byte more: %v", c.op, err)
		}
	}
	for op := byte(opHello); op <= opFinished; op++ {
		if !seen[op] {
			t.Errorf("no call %d", op)
		}
	}
	for name, c := range map[string]call{
		"unknown call": {op: 99}, "no statement": {op: opSign}, "nil checkpoint": {op: opSign, request: signer.Request{Statement: (*message.Checkpoint)(nil)}},
		"too many unused":  {op: opObserve, observed: signer.Observation{Unused: make([]signer.SeqCommitment, maxUnused+1)}},
		"too many signers": {op: opSign, request: signer.Request{Statement: halt(), Session: frost.Session{Commitments: make([]frost.Commitment, frost.MaxMembers+1)}}},
	} {
		if _, err := c.encode(); !errors.Is(err, ErrFrame) {
			t.Errorf("%s: %v", name, err)
		}
	}
	worst := call{op: opSign, request: signer.Request{Statement: checkpoint(9, 1), Session: frost.Session{Commitments: make([]frost.Commitment, frost.MaxMembers)}}}
	if b, err := worst.encode(); err != nil || writeFrame(io.Discard, b) != nil {
		t.Errorf("the largest request of %d bytes: %v", len(b), err)
	}
}

// Every error that crosses the socket is the same one on the other side.
func TestErrorsCross(t *testing.T) {
	for _, c := range codes {
		a := answered(opSign, c.err)
		b, err := a.encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeAnswer(opSign, b)
		if err != nil || !errors.Is(got.err(), c.err) || message.FateOf(got.err()) != message.FateOf(c.err) {
			t.Errorf("%v became %v, %v", c.err, got.err(), err)
		}
	}
	if err := (&answer{op: opSign, code: 200}).err(); !errors.Is(err, ErrOther) {
		t.Errorf("unknown code: %v", err)
	}
}

// FuzzCall: what decodes encodes to the same bytes.
func FuzzCall(f *testing.F) {
	for _, c := range calls() {
		b, err := c.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := decodeCall(b)
		if err != nil {
			return
		}
		if again, err := c.encode(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x became %x, %v", b, again, err)
		}
	})
}

// FuzzAnswer: what decodes encodes to the same bytes.
func FuzzAnswer(f *testing.F) {
	for _, a := range answers() {
		b, err := a.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.op, b)
	}
	f.Fuzz(func(t *testing.T, op byte, b []byte) {
		a, err := decodeAnswer(op, b)
		if err != nil {
			return
		}
		if again, err := a.encode(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x became %x, %v", b, again, err)
		}
		_ = a.err()
	})
}

// FuzzFrame: a frame is read whole or refused, within its bound.
func FuzzFrame(f *testing.F) {
	f.Add([]byte{0, 0, 0, 2, 1, 2})
	f.Add([]byte{0xff, 0, 0, 2, 1, 2})
	f.Fuzz(func(t *testing.T, b []byte) {
		body, err := readFrame(bytes.NewReader(b), func() error { return nil })
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := writeFrame(&out, body); err != nil || !bytes.HasPrefix(b, out.Bytes()) {
			t.Errorf("%x was read as %x, %v", b, body, err)
		}
	})
}
