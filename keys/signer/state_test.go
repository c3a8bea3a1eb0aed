// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package signer

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
)

// observe shows s a state of its own bridge.
func observe(s *Signer, boot uint64, next uint32, height uint64) {
	_ = s.Observe(Observation{Height: height, BridgeID: bridge, Fork: 1, Boot: boot, NextSeq: next})
}

func TestBoots(t *testing.T) {
	c := newCommittee(t)
	s := c.signers[0]
	boot := s.Boot()
	if boot>>24 != 100 {
		t.Fatalf("boot %x at height 100", boot)
	}
	first := s.Commitments(4)
	same := func(name string, want bool) {
		t.Helper()
		if (s.Boot() == boot) != want {
			t.Errorf("%s: boot %x, was %x", name, s.Boot(), boot)
		}
		boot = s.Boot()
	}
	observe(s, 0, 0, 101)
	same("not recorded yet", true)
	if got := s.Commitments(4); fmt.Sprint(got) != fmt.Sprint(first) {
		t.Error("announces other points before the mark moves")
	}
	observe(s, boot, 2, 102)
	same("mark moved", true)
	if got := s.Commitments(4); got[0] != first[2] || got[0].Seq != 2 || got[3].Seq != 5 {
		t.Errorf("after the mark: %v", got)
	}
	observe(s, boot, 1, 103)
	same("mark went back", false)
	if got := s.Commitments(1); len(got) != 1 || got[0].Seq != 0 || got[0] == first[0] {
		t.Errorf("new boot announces %v", got)
	}
	observe(s, boot+1, 0, 104)
	if s.Boot() != 0 && s.Boot() <= boot+1 {
		t.Errorf("boot %x not above the recorded one", s.Boot())
	}
	observe(s, 200<<24, 0, 105)
	if s.Boot() != 0 || s.Commitments(4) != nil {
		t.Error("announces below a recorded boot")
	}
	observe(s, 200<<24, 0, 201)
	if boot = s.Boot(); boot>>24 != 201 {
		t.Errorf("boot %x at height 201", boot)
	}
	observe(s, 0, 0, 150)
	if s.Boot() != 0 {
		t.Error("kept its boot when the height went back")
	}
	observe(s, 0, 0, 202)
	if s.Boot() <= boot {
		t.Error("boot does not grow")
	}
	if got := s.Commitments(100); len(got) != PoolTarget {
		t.Errorf("announces %d", len(got))
	}
	if got := s.Commitments(0); len(got) != 0 {
		t.Errorf("announces %d of 0", len(got))
	}
}

func TestBeforeStart(t *testing.T) {
	c := newCommittee(t)
	j, err := journal.Open(filepath.Join(t.TempDir(), "j", "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	s, err := New(Config{BridgeID: bridge, Shares: []keystore.Share{c.share(0)}, Journal: j, Rand: testRand(1)})
	if err != nil {
		t.Fatal(err)
	}
	observe(s, 5, 5, 5)
	if s.Boot() != 0 || s.Commitments(4) != nil {
		t.Error("announces before Start")
	}
	for name, cfg := range map[string]Config{
		"nothing":        {},
		"no bridge":      {Shares: []keystore.Share{c.share(0)}, Journal: j, Rand: testRand(1)},
		"no journal":     {BridgeID: bridge, Shares: []keystore.Share{c.share(0)}, Rand: testRand(1)},
		"no randomness":  {BridgeID: bridge, Shares: []keystore.Share{c.share(0)}, Journal: j},
		"another bridge": {BridgeID: message.Hash{1}, Shares: []keystore.Share{c.share(0)}, Journal: j, Rand: testRand(1)},
		"epoch twice":    {BridgeID: bridge, Shares: []keystore.Share{c.share(0), c.share(1)}, Journal: j, Rand: testRand(1)},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestPairsAreBounded(t *testing.T) {
	c := newCommittee(t)
	s := c.signers[0]
	old := s.Commitments(1)[0]
	for mark := uint32(0); mark < 5*PoolTarget; mark += PoolTarget {
		observe(s, s.Boot(), mark, 101)
		s.Commitments(PoolTarget)
	}
	if len(s.pairs) > maxPairs {
		t.Errorf("%d pairs in memory", len(s.pairs))
	}
	if _, ok := s.pairs[old.Seq]; ok {
		t.Error("the oldest pair is still there")
	}
}

func TestHistoryForgets(t *testing.T) {
	h := newHistory()
	r := record{fork: 1, claim: claim{stream: message.Hash{1}}}
	for n := range uint64(2*maxHistory + 1) {
		r.number, r.end = n+10, n+10
		h.add(r)
	}
	for name, tc := range map[string]struct {
		r    record
		want error
	}{
		"forgotten number": {record{fork: 1, number: 11, claim: claim{stream: message.Hash{2}}}, ErrForgotten},
		"forgotten window": {record{fork: 2, number: 1, claim: claim{stream: message.Hash{1}, end: 11}}, ErrForgotten},
		"known number":     {record{fork: 1, number: r.number, id: [32]byte{1}}, ErrConflict},
		"known window":     {record{fork: 2, number: 1, claim: claim{stream: message.Hash{1}, end: r.end, body: [32]byte{1}}}, ErrConflict},
		"same window":      {record{fork: 2, number: 1, claim: claim{stream: message.Hash{1}, end: r.end}}, nil},
		"new":              {record{fork: 1, number: r.number + 1, claim: claim{stream: message.Hash{1}, end: r.end + 1}}, nil},
	} {
		if err := h.allows(tc.r); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
}

func TestJournalOfAnotherKindIsRefused(t *testing.T) {
	c := newCommittee(t)
	good := record{fork: 1, number: 1, claim: claim{stream: message.Hash{1}, end: 9, body: [32]byte{1}}}
	conflict := good
	conflict.number, conflict.body = 2, [32]byte{2}
	lower := conflict
	lower.lower, lower.number, lower.id = true, 1, [32]byte{5}
	for name, records := range map[string][][]byte{
		"unknown kind":            {{10, 1, 2}},
		"short share":             {good.encode()[:50]},
		"boot going back":         {bootRecord(5), bootRecord(4)},
		"two window votes":        {good.encode(), conflict.encode()},
		"one session, two shares": {good.encode(), lower.encode()},
	} {
		j, err := journal.Open(filepath.Join(t.TempDir(), "j", "s"))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if err := j.Append(r); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := New(Config{BridgeID: bridge, Shares: []keystore.Share{c.share(0)}, Journal: j, Rand: testRand(1)}); err == nil {
			t.Errorf("%s: accepted", name)
		}
		_ = j.Close()
	}
}

func TestSignerDoesNotPrint(t *testing.T) {
	c := newCommittee(t)
	s := c.signers[0]
	s.Commitments(4)
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		fmt.Fprintf(&out, verb, s)
		fmt.Fprintf(&out, verb, s.shares)
		fmt.Fprintf(&out, verb, s.newest())
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "signer", s)
	secret := c.shares[0]
	for _, hidden := range []string{fmt.Sprintf("%x", secret[:4]), strings.Trim(fmt.Sprint(secret[:4]), "[]")} { //nolint:staticcheck // QF1010: the decimal form of the bytes is meant
		if strings.Contains(strings.ToLower(out.String()), hidden) {
			t.Errorf("output holds the secret: %s", out.String())
		}
	}
}

func FuzzReplay(f *testing.F) {
	f.Add(bootRecord(7))
	f.Add(record{number: 1}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		s := &Signer{history: newHistory(), witness: newWitness()}
		if s.replay(b) == nil && len(b) != map[byte]int{
			kindBoot: bootSize, kindShare: shareSize, kindStatement: shareSize, kindLowerShare: shareSize,
			kindVote: voteSize, kindLowerVote: voteSize, kindApproval: approvalSize, kindUse: useSize, kindFinished: finishedSize,
		}[b[0]] {
			t.Errorf("accepted %d bytes", len(b))
		}
	})
}
