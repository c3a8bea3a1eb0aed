// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"bytes"
	"testing"

	"github.com/aitbc/bridge/verifier/extension"
)

// spoke is what a policy says, decoded; it must be valid and differ from the honest words.
func spoke(t *testing.T, a *Actor, height uint64, e *extension.Extension) *extension.Extension {
	t.Helper()
	say := written(t, e)
	b, _ := a.speak(height, say)
	out, err := extension.Decode(b)
	if err != nil {
		t.Fatalf("%s: %v", a.schedule.at(height).Name, err)
	}
	if bytes.Equal(b, say) {
		t.Fatalf("%s changed nothing", a.schedule.at(height).Name)
	}
	if out == nil {
		return &extension.Extension{}
	}
	return out
}

// TestWordsAreValid: what votes and signings say passes the others' check, and lies.
func TestWordsAreValid(t *testing.T) {
	truth := honest()
	for name, wrong := range map[string]func(e *extension.Extension) bool{
		"other-digest": func(e *extension.Extension) bool {
			return e.Votes[0].Root == truth.Votes[0].Root || e.Votes[1].PeaksHash == truth.Votes[1].PeaksHash || e.Votes[0].End != truth.Votes[0].End
		},
		"far-future": func(e *extension.Extension) bool { return e.Votes[1].End < 1<<40 || e.Heartbeats[0].End < 1<<40 },
		"flood": func(e *extension.Extension) bool {
			return len(e.Shares) != 16 || len(e.Votes) != 6 || len(e.Heartbeats) != 32
		},
		"wrong-fork":     func(e *extension.Extension) bool { return e.Fork == truth.Fork || len(e.Votes) != 2 },
		"silent":         func(e *extension.Extension) bool { return !e.Empty() },
		"invalid-share":  func(e *extension.Extension) bool { return e.Shares[0].Z == truth.Shares[0].Z },
		"withhold-share": func(e *extension.Extension) bool { return len(e.Shares) != 0 || len(e.Votes) != 2 },
		"hide-when-chosen": func(e *extension.Extension) bool {
			return len(e.Shares) != 0
		},
		"commitments-invalid": func(e *extension.Extension) bool { return e.Commitments[0].D[0] != 5 },
		"commitments-foreign": func(e *extension.Extension) bool {
			return e.Commitments[1].D != [33]byte{2, 77} || e.Commitments[1].Seq != truth.Commitments[1].Seq
		},
		"commitments-reused": func(e *extension.Extension) bool {
			return len(e.Commitments) != 3 || e.Commitments[0].Seq >= 8 || e.Commitments[2].D != truth.Commitments[0].D
		},
		"boot-random": func(e *extension.Extension) bool { return e.Boot == boot },
		"boot-huge":   func(e *extension.Extension) bool { return e.Boot < 1<<63 },
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				a, _ := actor(t, name, seed)
				if e := spoke(t, a, 101, truth); wrong(e) {
					t.Fatalf("seed %d: %+v", seed, e)
				}
			}
		})
	}
}

// TestNothingToDoIsHonest: policies about votes, shares and commitments leave idle heights alone.
func TestNothingToDoIsHonest(t *testing.T) {
	idle := written(t, &extension.Extension{Fork: 1, Boot: boot, Heartbeats: []extension.Heartbeat{{Stream: 1, End: 43}}})
	for _, name := range []string{
		"other-digest", "equivocate", "invalid-share", "withhold-share", "hide-when-chosen",
		"commitments-invalid", "commitments-foreign", "commitments-reused", "propose-drop", "process-reject",
	} {
		a, _ := actor(t, name, 1)
		quiet := asked(100)
		quiet.Sessions = nil
		a.disguise(quiet)
		if b, delay := a.speak(101, idle); !bytes.Equal(b, idle) || delay != 0 {
			t.Errorf("%s: %x after %s", name, b, delay)
		}
	}
}

// TestEquivocationComesLater: the truth first, the lie for the same window in later extensions.
func TestEquivocationComesLater(t *testing.T) {
	a, _ := actor(t, "equivocate", 1)
	truth := honest()
	if b, _ := a.speak(101, written(t, truth)); !bytes.Equal(b, written(t, truth)) {
		t.Fatal("the first height is not honest")
	}
	lie := spoke(t, a, 102, truth) // repeated until the state shows it
	if len(lie.Votes) != 2 || lie.Votes[0].End != truth.Votes[0].End || lie.Votes[0].Root == truth.Votes[0].Root {
		t.Errorf("%+v", lie.Votes)
	}
	silent := *truth
	silent.Votes = nil // the state shows them
	if again := spoke(t, a, 103, &silent); len(again.Votes) != 2 || again.Votes[1] != lie.Votes[1] {
		t.Errorf("%+v", again.Votes)
	}
	certified := asked(103)
	for i := range certified.Streams {
		certified.Streams[i].CertifiedEnd = 41
	}
	a.disguise(certified)
	if b, _ := a.speak(104, written(t, &silent)); !bytes.Equal(b, written(t, &silent)) {
		t.Error("it lies about a window that is certified, where nobody listens")
	}
}

// TestColludersAgree: two members tell the same lie about one window.
func TestColludersAgree(t *testing.T) {
	one, _ := actor(t, "other-digest", 1)
	two, _ := actor(t, "other-digest", 2)
	a, b := spoke(t, one, 101, honest()), spoke(t, two, 105, honest())
	if a.Votes[0] != b.Votes[0] || a.Votes[1] != b.Votes[1] {
		t.Error("their lies differ")
	}
}

// TestDisguise: the honest voter sees a chain on which nobody spoke in its name.
func TestDisguise(t *testing.T) {
	a, _ := actor(t, "boot-huge", 1)
	real := asked(100)
	real.Streams[0].Voted = []uint64{77, farAway + 1}
	seen := a.disguise(real)
	if seen.Heard.Height != 0 || seen.Unused != nil || seen.Boot != boot || seen.NextSeq != 8 || len(seen.Streams[0].Voted) != 1 {
		t.Errorf("%+v", seen)
	}
	if len(real.Streams[0].Voted) != 2 || real.Heard.Height == 0 {
		t.Error("the agenda itself was changed")
	}
	told := spoke(t, a, 101, honest()).Boot
	if told < 1<<63 {
		t.Fatalf("boot %x", told)
	}
	real.Boot, real.Sessions[0].MyBoot = told, told
	if seen = a.disguise(real); seen.Boot != boot || seen.Sessions[0].MyBoot != boot {
		t.Errorf("boot %x, session of boot %x", seen.Boot, seen.Sessions[0].MyBoot)
	}
	real.Boot = 5 // of an earlier run
	if seen = a.disguise(real); seen.Boot != 0 || seen.NextSeq != 0 || seen.Pool != 0 {
		t.Errorf("%+v", seen)
	}
}

// TestLiesAreKept: after a turn of lies the truth about the same window would be equivocation.
func TestLiesAreKept(t *testing.T) {
	a, _ := actor(t, "other-digest", 1)
	lie := spoke(t, a, 101, honest())
	a.schedule = newSchedule(nil, 0, 0)
	if again := spoke(t, a, 102, honest()); again.Votes[0] != lie.Votes[0] || again.Votes[1] != lie.Votes[1] {
		t.Errorf("%+v", again.Votes)
	}
	// And where the truth was told first, it is kept.
	a, _ = actor(t, "other-digest", 1)
	a.memory.remember(100, honest())
	if b, _ := a.speak(101, written(t, honest())); !bytes.Equal(b, written(t, honest())) {
		t.Errorf("%x", b)
	}
}

// TestMadeUpVotesNeverConflict: only equivocate says two things about one window.
func TestMadeUpVotesNeverConflict(t *testing.T) {
	for _, name := range []string{"far-future", "flood", "other-digest", "boot-random"} {
		type window struct {
			stream uint16
			end    uint64
		}
		said := map[window]extension.Vote{}
		for seed := range uint64(5) {
			a, _ := actor(t, name, seed)
			for height := uint64(101); height < 160; height++ {
				b, _ := a.speak(height, written(t, honest()))
				e, err := extension.Decode(b)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range e.Votes {
					w := window{v.Stream, v.End}
					if old, ok := said[w]; ok && old != v {
						t.Fatalf("%s: two votes for %+v", name, w)
					}
					said[w] = v
				}
			}
		}
	}
}

// TestBootsGrow: whatever an earlier run left in the state, this one goes past it.
func TestBootsGrow(t *testing.T) {
	a, _ := actor(t, "silent", 1)
	a.boots = boots{said: map[uint64]uint64{}}
	for _, recorded := range []uint64{0, 3, boot + 1, 1 << 63, ^uint64(0) - 1} {
		before := a.boots.note()
		if told := a.boots.announce(boot, recorded); told <= recorded || told < before || a.boots.said[told] != boot {
			t.Errorf("recorded %x: told %x", recorded, told)
		}
	}
	if told := a.boots.announce(0, 1); told != 0 {
		t.Errorf("no boot became %x", told)
	}
}
