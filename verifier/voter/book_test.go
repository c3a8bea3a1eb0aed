// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

func bookOf(t *testing.T, disk *records) *book {
	t.Helper()
	b, err := openBook(disk)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func said(f message.Finality, end uint64, root byte) *message.Checkpoint {
	return &message.Checkpoint{BridgeID: bridge, Stream: message.Stream{Chain: 1, Finality: f, Epoch: 1}, End: end, Root: message.Hash{root}}
}

// Below final a window may get another body, and each is on the disk before it is held; in the final stream the second is a conflict.
func TestBodiesOfOneWindow(t *testing.T) {
	for finality, second := range map[message.Finality]bool{message.Fast: true, message.Safe: true, message.Final: false} {
		disk := new(records)
		b := bookOf(t, disk)
		first, other, stranger := said(finality, 9, 1), said(finality, 9, 2), said(finality, 9, 3)
		if err := b.enter(first); err != nil {
			t.Fatal(err)
		}
		err := b.enter(other)
		if conflict := errors.As(err, new(*ConflictError)); conflict == second || second != (err == nil) {
			t.Errorf("%s: second body: %v", finality, err)
		}
		for _, when := range []string{"written", "read back"} {
			for c, want := range map[*message.Checkpoint]bool{first: true, other: second, stranger: false, said(finality, 11, 1): false} {
				if b.holds(c, c.BodyHash()) != want {
					t.Errorf("%s: %s: body %s held %t", finality, when, c.Root, !want)
				}
			}
			if b.holds(first, stranger.BodyHash()) {
				t.Errorf("%s: %s: holds a body that is another's", finality, when)
			}
			b = bookOf(t, disk)
		}
		written := len(disk.all)
		if err := b.enter(first); err != nil || len(disk.all) != written {
			t.Errorf("%s: the same body again: %v, %d records more", finality, err, len(disk.all)-written)
		}
		disk.fail = 1
		if err := b.enter(said(finality, 13, 1)); !errors.Is(err, errDisk) || b.holds(said(finality, 13, 1), said(finality, 13, 1).BodyHash()) {
			t.Errorf("%s: held without a record: %v", finality, err)
		}
		if !b.opened[streamKey(bridge, first.Stream)][9] {
			t.Errorf("%s: the journal as opened lacks the vote", finality)
		}
	}
}

// What is remembered below final is bounded; the next process remembers the same.
func TestOldBodiesAreForgotten(t *testing.T) {
	disk := new(records)
	b := bookOf(t, disk)
	vote := func(n int) *message.Checkpoint { return said(message.Fast, uint64(n/3), byte(n%3)) }
	const n = 2*maxLower + maxLower/2 + 7
	for i := range n {
		if err := b.enter(vote(i)); err != nil {
			t.Fatal(err)
		}
	}
	known := func(b *book) (first, count int) {
		for i := n - 1; i >= 0; i-- {
			if b.holds(vote(i), vote(i).BodyHash()) {
				first, count = i, count+1
			}
		}
		return first, count
	}
	first, count := known(b)
	if count > maxLower || count < maxLower/2 || first+count != n {
		t.Errorf("%d are held, the oldest is %d", count, first)
	}
	if f, c := known(bookOf(t, disk)); f != first || c != count {
		t.Errorf("read back, %d are held, the oldest is %d; want %d, %d", c, f, count, first)
	}
	if err := b.enter(vote(0)); err != nil || !b.holds(vote(0), vote(0).BodyHash()) || len(disk.all) != n+1 {
		t.Errorf("one that was forgotten comes back: %v, %d records", err, len(disk.all))
	}
	if again := bookOf(t, disk); !again.holds(vote(0), vote(0).BodyHash()) {
		t.Error("one that came back is not read back")
	}
}

// Records that no voter writes are refused.
func TestJournalOfTwoFinalities(t *testing.T) {
	record := func(kind, end, body byte) []byte {
		r := make([]byte, voteSize)
		r[0], r[40], r[voteSize-1] = kind, end, body
		return r
	}
	for name, tc := range map[string]struct {
		records [][]byte
		ok      bool
	}{
		"two bodies below final":     {[][]byte{record(kindLower, 9, 1), record(kindLower, 9, 2)}, true},
		"one body twice below final": {[][]byte{record(kindLower, 9, 1), record(kindLower, 9, 1)}, false},
		"two bodies in a final one":  {[][]byte{record(kindVote, 9, 1), record(kindVote, 9, 2)}, false},
		"final, then below":          {[][]byte{record(kindVote, 9, 1), record(kindLower, 11, 2)}, false},
		"below, then final":          {[][]byte{record(kindLower, 9, 1), record(kindVote, 11, 2)}, false},
		"too long":                   {[][]byte{append(record(kindLower, 9, 1), 0)}, false},
	} {
		if _, err := openBook(&records{all: tc.records}); (err == nil) != tc.ok || err != nil && !errors.Is(err, message.ErrBadEncoding) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
