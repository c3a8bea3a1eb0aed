// SPDX-License-Identifier: Apache-2.0

package extension

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

var update = flag.Bool("update", false, "rewrite golden files")

// sample holds shares, votes, commitments and heartbeats as asked, every byte telling.
func sample(shares, votes, commitments, heartbeats int) *Extension {
	e := &Extension{Fork: 1, Boot: 0x0000000102030405}
	fill := func(b []byte, tag byte, i int) {
		for j := range b {
			b[j] = tag + byte(i+j)
		}
	}
	for i := range shares {
		s := Share{Session: uint64(100 + i)}
		fill(s.Z[:], 0x10, i)
		e.Shares = append(e.Shares, s)
	}
	for i := range votes {
		v := Vote{Stream: uint16(1 + i/2), End: uint64(99 + 2*i), MessageCount: uint64(5 + i), LeafCount: 1<<48 - 1 - uint64(i), Endpoints: 3}
		fill(v.BlockHash[:], 0x20, i)
		fill(v.PeaksHash[:], 0x30, i)
		fill(v.Root[:], 0x40, i)
		e.Votes = append(e.Votes, v)
	}
	for i := range commitments {
		c := Commitment{Seq: uint32(7 + i)}
		fill(c.D[:], 0x50, i)
		fill(c.E[:], 0x60, i)
		e.Commitments = append(e.Commitments, c)
	}
	for i := range heartbeats {
		e.Heartbeats = append(e.Heartbeats, Heartbeat{Stream: uint16(i + 1), End: uint64(1000 + i)})
	}
	return e
}

func TestGolden(t *testing.T) {
	full := sample(MaxShares, MaxVotes, MaxCommitments, MaxHeartbeats)
	for _, tc := range []struct {
		name string
		ext  *Extension
		size int
	}{
		{"nil", nil, 0},
		{"idle", sample(0, 0, 0, 0), 20},
		{"vote", sample(0, 1, 0, 0), 139},
		{"mixed", sample(1, 2, 1, 2), 20 + 40 + 2*119 + 70 + 2*10},
		{"full", full, 1974},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, err := Encode(tc.ext)
			if err != nil {
				t.Fatal(err)
			}
			if len(b) != tc.size {
				t.Fatalf("%d bytes, want %d", len(b), tc.size)
			}
			got, err := Decode(b)
			if err != nil || !reflect.DeepEqual(got, tc.ext) {
				t.Fatalf("decoded %+v, %v", got, err)
			}
			file := "testdata/" + tc.name + ".hex"
			if *update {
				if err := os.WriteFile(file, []byte(hex.EncodeToString(b)+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if hex.EncodeToString(b) != strings.TrimSpace(string(want)) {
				t.Fatalf("encoding changed: %x", b)
			}
		})
	}
	if FullBytes != 1974 || FullBytes > MaxBytes {
		t.Fatalf("FullBytes %d", FullBytes)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, e := range map[string]*Extension{
		"shares over quota":      sample(MaxShares+1, 0, 0, 0),
		"votes over quota":       sample(0, MaxVotes+1, 0, 0),
		"commitments over quota": sample(0, 0, MaxCommitments+1, 0),
		"heartbeats over quota":  sample(0, 0, 0, MaxHeartbeats+1),
		"equal shares":           {Shares: make([]Share, 2)},
		"equal votes":            {Votes: make([]Vote, 2)},
		"equal commitments":      {Commitments: make([]Commitment, 2)},
		"equal heartbeats":       {Heartbeats: make([]Heartbeat, 2)},
		"message count 2^48":     {Votes: []Vote{{MessageCount: message.CountLimit}}},
		"leaf count 2^48":        {Votes: []Vote{{LeafCount: message.CountLimit}}},
	} {
		if _, err := Encode(e); !errors.Is(err, ErrExtension) || message.FateOf(err) != message.Reject {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSort(t *testing.T) {
	want := sample(3, 4, 3, 3)
	e := sample(3, 4, 3, 3)
	e.Shares[0], e.Shares[2] = e.Shares[2], e.Shares[0]
	e.Votes[0], e.Votes[3] = e.Votes[3], e.Votes[0]
	e.Votes[1], e.Votes[2] = e.Votes[2], e.Votes[1]
	e.Commitments[0], e.Commitments[1] = e.Commitments[1], e.Commitments[0]
	e.Heartbeats[0], e.Heartbeats[2] = e.Heartbeats[2], e.Heartbeats[0]
	if _, err := Encode(e); err == nil {
		t.Fatal("unsorted lists encoded")
	}
	e.Sort()
	if !reflect.DeepEqual(e, want) {
		t.Fatalf("sorted %+v", e)
	}
}

func TestDecodeRefuses(t *testing.T) {
	good, err := Encode(sample(2, 2, 2, 2))
	if err != nil {
		t.Fatal(err)
	}
	votes := headerBytes + 2*shareBytes
	for name, change := range map[string]func([]byte) []byte{
		"header cut":      func(b []byte) []byte { return b[:headerBytes-1] },
		"one byte short":  func(b []byte) []byte { return b[:len(b)-1] },
		"one byte long":   func(b []byte) []byte { return append(b, 0) },
		"over the cap":    func([]byte) []byte { return make([]byte, MaxBytes+1) },
		"version 0":       func(b []byte) []byte { b[0] = 0; return b },
		"version 2":       func(b []byte) []byte { b[0] = 2; return b },
		"reserved byte 1": func(b []byte) []byte { b[17] = 1; return b },
		"reserved byte 2": func(b []byte) []byte { b[18] = 1; return b },
		"reserved byte 3": func(b []byte) []byte { b[19] = 1; return b },
		"count too high":  func(b []byte) []byte { b[16]++; return b },
		"shares equal": func(b []byte) []byte {
			copy(b[headerBytes+shareBytes:], b[headerBytes:headerBytes+8])
			return b
		},
		"votes swapped": func(b []byte) []byte {
			first := append([]byte(nil), b[votes:votes+voteBytes]...)
			copy(b[votes:], b[votes+voteBytes:votes+2*voteBytes])
			copy(b[votes+voteBytes:], first)
			return b
		},
		"heartbeat repeated": func(b []byte) []byte { copy(b[len(b)-10:], b[len(b)-20:len(b)-10]); return b },
		"quota of heartbeats": func(b []byte) []byte {
			b = b[:headerBytes]
			b[13], b[14], b[15], b[16] = 0, 0, 0, MaxHeartbeats+1
			for i := range MaxHeartbeats + 1 {
				b = binary.BigEndian.AppendUint16(b, uint16(i))
				b = binary.BigEndian.AppendUint64(b, 1)
			}
			return b
		},
	} {
		if err := Check(change(bytes.Clone(good))); !errors.Is(err, ErrExtension) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Check(good); err != nil {
		t.Fatal(err)
	}
	if e, err := Decode(nil); e != nil || err != nil {
		t.Fatalf("empty bytes: %v %v", e, err)
	}
}

func TestVoteForRoundTrip(t *testing.T) {
	stream := message.Stream{Chain: 31337, Manager: message.Address{1}, Finality: message.Final, Epoch: 1}
	c := message.Checkpoint{
		BridgeID: message.Hash{2}, Stream: stream, End: 7, BlockHash: message.Hash{3}, MessageCount: 4, LeafCount: 5,
		PeaksHash: message.Hash{6}, Root: message.Hash{7},
	}
	v := VoteFor(9, &c, 1)
	if v.Stream != 9 || v.Endpoints != 1 || v.Checkpoint(c.BridgeID, stream) != c {
		t.Fatalf("%+v", v)
	}
}

func FuzzDecode(f *testing.F) {
	for _, e := range []*Extension{nil, sample(0, 0, 0, 0), sample(1, 1, 1, 1), sample(MaxShares, MaxVotes, MaxCommitments, MaxHeartbeats)} {
		b, err := Encode(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Decode(b)
		if err != nil {
			if !errors.Is(err, ErrExtension) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if len(b) > MaxBytes {
			t.Fatalf("%d bytes accepted", len(b))
		}
		again, err := Encode(e)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("re-encoded %x as %x, %v", b, again, err)
		}
	})
}
