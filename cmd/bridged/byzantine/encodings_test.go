// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/verifier/extension"
)

// boot is what the honest signer of these tests has.
const boot = 7 << 24

// honest is what a member says that is asked for everything: a share, votes, commitments, heartbeats.
func honest() *extension.Extension {
	e := &extension.Extension{Fork: 1, Boot: boot}
	e.Shares = []extension.Share{{Session: 4, Z: [32]byte{31: 9}}}
	for s := range uint16(2) {
		e.Votes = append(e.Votes, extension.Vote{
			Stream: s + 1, End: 41, BlockHash: [32]byte{1}, MessageCount: 5, LeafCount: 6, PeaksHash: [32]byte{2}, Root: [32]byte{3}, Endpoints: 1,
		})
		e.Commitments = append(e.Commitments, extension.Commitment{Seq: 8 + uint32(s), D: [33]byte{2, byte(s)}, E: [33]byte{3, byte(s)}})
		e.Heartbeats = append(e.Heartbeats, extension.Heartbeat{Stream: s + 1, End: 43})
	}
	return e
}

// asked is the agenda that goes with it.
func asked(height uint64) extension.Agenda {
	a := extension.Agenda{Height: height, Fork: 1, KeyEpoch: 1, Threshold: 3, Member: true, MemberIndex: 2, Boot: boot, NextSeq: 8, Pool: 3}
	a.Heard = extension.Heard{Height: height - 1, Extension: []byte("words")}
	a.Unused = []extension.Commitment{{Seq: 5}}
	for s := range uint16(2) {
		a.Streams = append(a.Streams, extension.StreamAgenda{Index: s + 1, Stream: message.Stream{Chain: 1}, Stride: 2, CertifiedEnd: 39, HasCertified: true, Voted: []uint64{77}})
	}
	a.Sessions = []extension.SessionAgenda{{Number: 4, MyBoot: boot, MySeq: 5, Signers: []extension.Signer{{Index: 1, D: [33]byte{2, 77}, E: [33]byte{3, 77}}}}}
	return a
}

func written(t *testing.T, e *extension.Extension) []byte {
	t.Helper()
	b, err := extension.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// actor follows one policy on a chain of which it was told one block.
func actor(t *testing.T, name string, seed uint64) (*Actor, *[]time.Duration) {
	t.Helper()
	p, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(Config{ChainID: node.DevnetPrefix + "1", Policies: p, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	pauses := new([]time.Duration)
	a.pause = func(d time.Duration) { *pauses = append(*pauses, d) }
	a.boots.own, a.boots.said[boot] = boot, boot
	a.disguise(asked(100))
	return a, pauses
}

// TestEncodingsAreRefused: at every height and seed, with much to say and with nothing.
func TestEncodingsAreRefused(t *testing.T) {
	for _, p := range encodings() {
		t.Run(p.Name, func(t *testing.T) {
			for seed := range uint64(50) {
				a, _ := actor(t, p.Name, seed)
				for height := uint64(101); height < 110; height++ {
					for _, say := range [][]byte{written(t, honest()), {}} {
						b, delay := a.speak(height, say)
						if err := extension.Check(b); !errors.Is(err, extension.ErrExtension) {
							t.Fatalf("seed %d height %d: %x is accepted", seed, height, b)
						}
						if late := strings.HasPrefix(p.Name, "late-"); late != (delay > 0) {
							t.Fatalf("delay %s", delay)
						}
						if len(b) > 1<<20-1024 {
							t.Fatalf("%d bytes do not fit into a consensus message", len(b))
						}
					}
				}
			}
		})
	}
}

// TestOnlyTheNamedRuleIsBroken: the structural policies spoil one thing in otherwise valid bytes.
func TestOnlyTheNamedRuleIsBroken(t *testing.T) {
	whole := written(t, honest())
	for name, repair := range map[string]func([]byte) []byte{
		"reserved-bytes": func(b []byte) []byte { copy(b[17:20], []byte{0, 0, 0}); return b },
		"trailing-bytes": func(b []byte) []byte { return b[:len(whole)] },
		"oversized":      func(b []byte) []byte { return b[:len(whole)] },
		"other-version":  func(b []byte) []byte { b[0] = extension.Version; return b },
		"false-counts":   func(b []byte) []byte { copy(b[13:17], whole[13:17]); return b },
		"duplicate-entries": func(b []byte) []byte {
			b[16]--
			return b[:len(whole)]
		},
		"out-of-order": func(b []byte) []byte {
			n := len(b)
			return slices.Concat(b[:n-20], b[n-10:], b[n-20:n-10])
		},
		"truncated": func(b []byte) []byte { return append(b, whole[len(b):]...) },
	} {
		a, _ := actor(t, name, 3)
		b, _ := a.speak(101, slices.Clone(whole))
		if bytes.Equal(b, whole) || !bytes.Equal(repair(slices.Clone(b)), whole) {
			t.Errorf("%s: %x", name, b)
		}
	}
}

func TestParse(t *testing.T) {
	all, err := Parse(All)
	if err != nil {
		t.Fatal(err)
	}
	rites, err := Parse(Ceremonies)
	if err != nil {
		t.Fatal(err)
	}
	lasting := 0
	seen := map[string]bool{}
	for _, p := range Policies() {
		if p.Lasting {
			lasting++
		}
		if seen[p.Name] || p.Does == "" || p.Shown == "" || p.Name == All || p.Name == Ceremonies || strings.Contains(p.Name, ",") {
			t.Errorf("policy %+v", p)
		}
		seen[p.Name] = true
	}
	if lasting == 0 || len(rites) == 0 || len(all)+lasting+len(rites) != len(seen) {
		t.Errorf("%d policies, %d of them lasting, %d of ceremonies, %d in all", len(seen), lasting, len(rites), len(all))
	}
	two, err := Parse("silent, garbage")
	if err != nil || len(two) != 2 || two[1].Name != "garbage" {
		t.Errorf("%v, %v", two, err)
	}
	for _, bad := range []string{"", "nonsense", "silent,", "silent garbage"} {
		if _, err := Parse(bad); !errors.Is(err, ErrPolicy) {
			t.Errorf("%q: err %v", bad, err)
		}
	}
}

// A policy of ceremonies takes no turn among the others.
func TestCeremoniesApart(t *testing.T) {
	list, err := Parse("silent,ceremony-late")
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(Config{ChainID: node.DevnetPrefix + "1", Policies: list, Dwell: 1})
	if err != nil {
		t.Fatal(err)
	}
	for h := range uint64(4) {
		if p := a.schedule.at(h); p.Name != "silent" {
			t.Errorf("height %d: %s", h, p.Name)
		}
	}
	if len(a.rites) != 1 || a.rites[0].Name != "ceremony-late" {
		t.Errorf("in ceremonies: %v", a.rites)
	}
}

// TestEveryPolicyHasItsTurn and the order depends on the seed alone.
func TestEveryPolicyHasItsTurn(t *testing.T) {
	all, err := Parse(All)
	if err != nil {
		t.Fatal(err)
	}
	orders := map[string]bool{}
	for seed := range uint64(4) {
		one, again := newSchedule(all, seed, 3), newSchedule(all, seed, 3)
		var order []string
		for h := range uint64(3 * len(all)) {
			if one.at(h).Name != again.at(h).Name {
				t.Fatal("one seed gave two schedules")
			}
			if h%3 == 0 {
				order = append(order, one.at(h).Name)
			} else if one.at(h).Name != order[len(order)-1] {
				t.Fatalf("height %d: a turn was cut short", h)
			}
		}
		orders[strings.Join(order, ",")] = true
		if len(slices.Compact(slices.Sorted(slices.Values(order)))) != len(all) {
			t.Errorf("seed %d: not every policy has a turn: %v", seed, order)
		}
	}
	if len(orders) < 2 {
		t.Error("the seed changes nothing")
	}
}

// TestOtherChainsAreRefused: this program runs on devnets alone.
func TestOtherChainsAreRefused(t *testing.T) {
	for _, id := range []string{"", "aitbc-main-1", "x" + node.DevnetPrefix + "1"} {
		if _, err := New(Config{ChainID: id}); !errors.Is(err, node.ErrUnsafe) {
			t.Errorf("%q: err %v", id, err)
		}
	}
}

// TestWithoutPolicyItIsHonest to the byte.
func TestWithoutPolicyItIsHonest(t *testing.T) {
	var log bytes.Buffer
	a, err := New(Config{ChainID: node.DevnetPrefix + "1", Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	a.disguise(asked(100))
	a.disguise(asked(101))
	if b, delay := a.speak(101, written(t, &extension.Extension{Fork: 1, Boot: 9 << 24})); delay != 0 || !bytes.Equal(b, written(t, &extension.Extension{Fork: 1, Boot: 9 << 24})) {
		t.Errorf("%x, %s", b, delay)
	}
	if txs := a.propose(101, [][]byte{[]byte("commit")}, 1<<20); len(txs) != 1 || string(txs[0]) != "commit" {
		t.Errorf("%q", txs)
	}
	if log.Len() != 0 {
		t.Errorf("it says that it acted: %s", log.String())
	}
}
