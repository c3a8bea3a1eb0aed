// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"bytes"
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/signer"
)

// records is a journal in memory whose next appends may fail.
type records struct {
	all  [][]byte
	fail int
}

var errDisk = errors.New("disk")

func (r *records) Append(b []byte) error {
	if r.fail > 0 {
		r.fail--
		return errDisk
	}
	r.all = append(r.all, bytes.Clone(b))
	return nil
}

func (r *records) Replay(visit func([]byte) error) error {
	for _, b := range r.all {
		if err := visit(bytes.Clone(b)); err != nil {
			return err
		}
	}
	return nil
}

func (r *records) Fresh() bool { return len(r.all) == 0 }

// FuzzBook: whatever windows come, disks fail and processes restart, the vote journal has one
// digest for each window and the book never holds another (I-05); below final it holds exactly what was entered.
func FuzzBook(f *testing.F) {
	f.Add([]byte{0, 1, 0, 1, 0, 2, 2, 0, 0, 1})
	f.Add([]byte{1, 1, 0, 7, 0, 7, 2, 0, 0, 7, 3, 5, 2, 0, 3, 5})
	f.Add([]byte{4, 1, 4, 2, 4, 1, 1, 0, 4, 3, 2, 0, 4, 2, 0, 1, 0, 2})
	f.Fuzz(func(t *testing.T, script []byte) {
		disk := new(records)
		lower := map[message.Hash]bool{}
		b, err := openBook(disk)
		if err != nil {
			t.Fatal(err)
		}
		first := map[uint64]message.Hash{}
		for ; len(script) >= 2; script = script[2:] {
			v := script[1]
			c := &message.Checkpoint{BridgeID: bridge, End: uint64(v >> 2), Root: message.Hash{v & 3}}
			switch script[0] % 5 {
			case 0:
				body := c.BodyHash()
				err := b.enter(c)
				if conflict := (*ConflictError)(nil); errors.As(err, &conflict) {
					if had, ok := first[c.End]; !ok || had == body {
						t.Fatalf("window %d: %v", c.End, err)
					}
				}
				if err == nil {
					if had, ok := first[c.End]; ok && had != body {
						t.Fatalf("window %d: a second digest", c.End)
					}
					first[c.End] = body
				}
				if b.holds(c, body) != (first[c.End] == body) {
					t.Fatalf("window %d: held, but not entered", c.End)
				}
			case 1:
				disk.fail = 1
			case 2:
				disk.fail = 0
				if b, err = openBook(disk); err != nil {
					t.Fatalf("own records refused: %v", err)
				}
			case 3:
				_ = b.boot(uint64(v))
			case 4:
				c.Stream.Finality = message.Fast + message.Finality(v>>1&1)
				body, written := c.BodyHash(), len(disk.all)
				err := b.enter(c)
				if err == nil && lower[body] != (len(disk.all) == written) {
					t.Fatalf("vote below final: known %t, %d records", lower[body], len(disk.all)-written)
				}
				if lower[body] = lower[body] || err == nil; b.holds(c, body) != lower[body] {
					t.Fatalf("vote below final: entered %t", lower[body])
				}
				if errors.As(err, new(*ConflictError)) || errors.Is(err, ErrForgotten) {
					t.Fatalf("below final: %v", err)
				}
			}
		}
	})
}

// FuzzJournal: records that this version does not write are refused, and two for one window too.
func FuzzJournal(f *testing.F) {
	j := new(records)
	b, err := openBook(j)
	if err != nil {
		f.Fatal(err)
	}
	for end := range uint64(3) {
		fast := message.Stream{Finality: message.Fast}
		if err := errors.Join(
			b.enter(&message.Checkpoint{BridgeID: bridge, End: end}), b.boot(end+1), b.enter(&message.Checkpoint{BridgeID: bridge, End: 1, LeafCount: end, Stream: fast}),
		); err != nil {
			f.Fatal(err)
		}
	}
	order := message.HaltOrder{BridgeID: bridge, Chain: 1, Manager: message.Address{1}, HaltNonce: 1, NotAfter: 1}
	if err := errors.Join(b.approve(signer.HaltApproval(order)), b.finished(message.Digest{1})); err != nil {
		f.Fatal(err)
	}
	if ok, err := b.vouches(order); !ok || err != nil {
		f.Fatal(err)
	}
	f.Add(j.all[len(j.all)-3], j.all[len(j.all)-1]) // an approval and its use
	for _, r := range j.all {
		f.Add(r, r)
		f.Add(r, j.all[0])
		f.Add(r, r[:len(r)-1])
	}
	f.Fuzz(func(t *testing.T, x, y []byte) {
		b, err := openBook(&records{all: [][]byte{x, y}})
		if err != nil {
			if !errors.Is(err, message.ErrBadEncoding) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		votes := 0
		for _, p := range b.streams {
			votes += len(p.ends)
		}
		for _, p := range b.lower {
			votes += len(p.votes)
		}
		for _, r := range [][]byte{x, y} {
			switch {
			case len(r) == voteSize && (r[0] == kindVote || r[0] == kindLower):
				votes--
			case len(r) == useSize && r[0] == kindUse:
				if len(x) != approvalSize || x[0] != kindApproval || !bytes.Equal(x[1:], r[1:33]) {
					t.Errorf("accepted the use of no approval: %x", r)
				}
			case len(r) != map[byte]int{kindBoot: bootSize, kindApproval: approvalSize, kindFinished: finishedSize}[r[0]]:
				t.Errorf("accepted %x", r)
			}
		}
		if votes != 0 {
			t.Errorf("%d votes too many", votes)
		}
	})
}
