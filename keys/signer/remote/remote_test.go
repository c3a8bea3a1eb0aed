// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
)

func TestSignsFromAnotherProcess(t *testing.T) {
	r := newRig(t)
	c, list := r.ready(2)
	cp := checkpoint(9, 1)
	if err := c.Vote(*cp); err != nil {
		t.Fatal(err)
	}
	q := request(r.group.Key, 1, list[0], cp)
	if _, err := c.Sign(q, nil); !errors.Is(err, signer.ErrNoVote) {
		t.Errorf("without the node's own vote: %v", err)
	}
	z, err := c.Sign(q, yes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := frost.Aggregate(q.Session, []frost.Scalar{z}); err != nil {
		t.Error(err)
	}
	if again, err := c.Sign(q, yes); err != nil || again != z {
		t.Errorf("not the same share again: %v", err)
	}
	if got := c.Shares(); len(got) != 1 || got[0] != (signer.ShareInfo{KeyEpoch: 1, Index: 1, GroupKey: r.group.Key}) {
		t.Errorf("shares %v", got)
	}
	if c.Boot()>>24 != 100 || c.LastBoot() != c.Boot() || c.Err() != nil {
		t.Errorf("boot %x, %x; %v", c.Boot(), c.LastBoot(), c.Err())
	}
	if strings.Contains(r.log.String(), message.Hash(r.share.Secret).String()[2:]) {
		t.Error("the log holds the share")
	}
}

// TestCompromisedNode: whoever holds the socket gets no second body for a window, nothing of
// another chain or fork number, and nothing that was not told before.
func TestCompromisedNode(t *testing.T) {
	voted, other := checkpoint(9, 1), checkpoint(9, 2)
	for _, tc := range []struct {
		name string
		play func(r *rig, c *Client, list []signer.SeqCommitment) error
		want error
	}{
		{"vote and sign", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			_, err := c.Sign(request(r.group.Key, 1, l[0], voted), yes)
			return err
		}, nil},
		{"second vote in a window", func(_ *rig, c *Client, _ []signer.SeqCommitment) error { return c.Vote(*other) }, signer.ErrConflict},
		{"the same vote again", func(_ *rig, c *Client, _ []signer.SeqCommitment) error { return c.Vote(*voted) }, nil},
		{"a share that nobody voted for", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			return raw(c, request(r.group.Key, 1, l[0], checkpoint(11, 1)))
		}, signer.ErrNoVote},
		{"a share for the other body", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			return raw(c, request(r.group.Key, 1, l[0], other))
		}, signer.ErrNoVote},
		{"the other body's digest under the voted body", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			q := request(r.group.Key, 1, l[0], voted)
			q.Session.Digest = other.Digest()
			seal(&q)
			return raw(c, q)
		}, signer.ErrPolicy},
		{"a session replayed with another digest", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			next := checkpoint(11, 1)
			q := request(r.group.Key, 1, l[0], voted)
			if err := errors.Join(raw(c, q), c.Vote(*next)); err != nil {
				return err
			}
			q.Session.Digest, q.BodyHash, q.Statement = next.Digest(), next.BodyHash(), next
			return raw(c, q)
		}, signer.ErrSessionID},
		{"the same number with another digest and id", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			next := checkpoint(11, 1)
			if err := errors.Join(raw(c, request(r.group.Key, 1, l[0], voted)), c.Vote(*next)); err != nil {
				return err
			}
			return raw(c, request(r.group.Key, 1, l[1], next))
		}, signer.ErrConflict},
		{"one pair in two sessions", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			next := checkpoint(11, 1)
			if err := errors.Join(raw(c, request(r.group.Key, 1, l[0], voted)), c.Vote(*next)); err != nil {
				return err
			}
			return raw(c, request(r.group.Key, 2, l[0], next))
		}, signer.ErrPairBurnt},
		{"two bodies of one window below final", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			for n, cp := range []*message.Checkpoint{below(voted), below(other)} {
				if err := raw(c, request(r.group.Key, uint64(n+1), l[n], cp)); !errors.Is(err, signer.ErrNoVote) {
					return fmt.Errorf("before the vote: %w", err)
				}
				if err := errors.Join(c.Vote(*cp), raw(c, request(r.group.Key, uint64(n+1), l[n], cp))); err != nil {
					return err
				}
			}
			return nil
		}, nil},
		{"a final share for a body voted for below final", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			next := checkpoint(11, 1)
			if err := c.Vote(*below(next)); err != nil {
				return err
			}
			return raw(c, request(r.group.Key, 1, l[0], next))
		}, signer.ErrNoVote},
		{"a vote of another chain", func(_ *rig, c *Client, _ []signer.SeqCommitment) error {
			x := *checkpoint(11, 1)
			x.BridgeID[0] ^= 1
			return c.Vote(x)
		}, signer.ErrPolicy},
		{"a share of another fork", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			q := request(r.group.Key, 1, l[0], voted)
			q.Fork = 2
			seal(&q)
			return raw(c, q)
		}, signer.ErrPolicy},
		{"a share of another key epoch", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			q := request(r.group.Key, 1, l[0], voted)
			q.Session.KeyEpoch = 2
			seal(&q)
			return raw(c, q)
		}, signer.ErrNoShare},
		{"a halt order that nobody approved", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			return raw(c, ordered(r, l[0], halt()))
		}, signer.ErrNoVote},
		{"a halt order that was approved", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			return errors.Join(c.Approve(signer.HaltApproval(halt())), raw(c, ordered(r, l[0], halt())))
		}, nil},
		{"a halt order of another chain than was approved", func(r *rig, c *Client, l []signer.SeqCommitment) error {
			o := halt()
			o.Chain++
			if err := c.Approve(signer.HaltApproval(halt())); err != nil {
				return err
			}
			return raw(c, ordered(r, l[0], o))
		}, signer.ErrNoVote},
		{"a share of another bridge", func(_ *rig, c *Client, _ []signer.SeqCommitment) error {
			_, s := deal(t, 2)
			s.BridgeID[0] ^= 1
			return c.AddShare(s)
		}, signer.ErrPolicy},
		{"a second share of a key epoch", func(_ *rig, c *Client, _ []signer.SeqCommitment) error {
			_, s := deal(t, 1)
			return c.AddShare(s)
		}, signer.ErrShareHeld},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			c, list := r.ready(2)
			if err := c.Vote(*voted); err != nil {
				t.Fatal(err)
			}
			if err := tc.play(r, c, list); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			if c.Err() != nil {
				t.Errorf("the connection ended: %v", c.Err())
			}
		})
	}
}

// below is the same window of the fast stream.
func below(c *message.Checkpoint) *message.Checkpoint {
	fast := *c
	fast.Stream.Finality = message.Fast
	return &fast
}

// raw is what a hostile node sends: no vote before it, no question of its own.
func raw(c *Client, q signer.Request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.do(&call{op: opSign, request: q})
	return err
}

func halt() message.HaltOrder {
	return message.HaltOrder{BridgeID: bridge, Chain: 1, Manager: message.Address{1}, Scope: [32]byte{31: 1}, HaltNonce: 1, NotAfter: 2_000_000_000}
}

func ordered(r *rig, own signer.SeqCommitment, o message.HaltOrder) signer.Request {
	q := request(r.group.Key, 1, own, checkpoint(9, 1))
	q.Statement, q.Session.Digest, q.BodyHash = o, o.Digest(), [32]byte(o.Digest())
	seal(&q)
	return q
}

// TestVotesOutliveTheProcess: what the signer was told stands in its own journal.
func TestVotesOutliveTheProcess(t *testing.T) {
	r := newRig(t)
	c, _ := r.ready(1)
	if err := errors.Join(c.Vote(*checkpoint(9, 1)), c.Approve(signer.HaltApproval(halt())), c.Finished(message.Digest{1})); err != nil {
		t.Fatal(err)
	}
	boot := c.Boot()
	r.stop()
	if c.Boot() != 0 || !errors.Is(c.Err(), ErrAway) {
		t.Errorf("boot %x, %v while the signer is away", c.Boot(), c.Err())
	}
	if err := c.Vote(*checkpoint(13, 1)); !errors.Is(err, ErrAway) {
		t.Errorf("vote while it is away: %v", err)
	}
	r.run()
	if err := c.Observe(signer.Observation{Height: 101, BridgeID: bridge, Fork: 1, Boot: boot}); err != nil || c.Err() != nil {
		t.Fatalf("back: %v, %v", err, c.Err())
	}
	if now := c.Boot(); now <= boot {
		t.Errorf("boot %x after %x", now, boot)
	}
	if err := c.Vote(*checkpoint(9, 2)); !errors.Is(err, signer.ErrConflict) {
		t.Errorf("second vote after a restart: %v", err)
	}
	if err := raw(c, ordered(r, c.Commitments(1)[0], halt())); err != nil {
		t.Errorf("approval is forgotten: %v", err)
	}
	if got := strings.Count(r.log.String(), "this node votes and gives no share"); got != 1 {
		t.Errorf("said %d times that the signer is away", got)
	}
}

// TestNodeRestart: another process of the node gets another boot, the same process after a lost connection keeps it.
func TestNodeRestart(t *testing.T) {
	r := newRig(t)
	c, list := r.ready(1)
	boot := c.Boot()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	seated(c)
	if again := c.Commitments(1); c.Boot() != boot || len(again) != 1 || again[0] != list[0] {
		t.Errorf("the same process: boot %x, was %x", c.Boot(), boot)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	other := seated(r.dial())
	if other.Commitments(1) != nil || other.Boot() != 0 {
		t.Error("a boot of the former process of the node")
	}
	other.Start(101)
	if got := other.Boot(); got <= boot {
		t.Errorf("boot %x after %x", got, boot)
	}
	if err := raw(other, request(r.group.Key, 1, list[0], checkpoint(9, 1))); !errors.Is(err, signer.ErrNoVote) {
		t.Errorf("%v", err)
	}
	if err := errors.Join(other.Vote(*checkpoint(9, 1))); err != nil {
		t.Fatal(err)
	}
	if err := raw(other, request(r.group.Key, 1, list[0], checkpoint(9, 1))); !errors.Is(err, signer.ErrPairBurnt) {
		t.Errorf("pair of the former process: %v", err)
	}
}

func TestSecondNodeIsRefused(t *testing.T) {
	r := newRig(t)
	first, list := r.ready(1)
	second := r.dial()
	if !errors.Is(second.Err(), ErrBusy) {
		t.Errorf("second node: %v", second.Err())
	}
	if !strings.Contains(r.log.String(), "two nodes use this signer") {
		t.Errorf("not loud: %s", r.log.String())
	}
	second.Start(200)
	if second.Boot() != 0 || second.Commitments(1) != nil {
		t.Error("the second node is served")
	}
	if _, err := first.Sign(request(r.group.Key, 1, list[0], checkpoint(9, 1)), yes); err != nil {
		t.Errorf("the first node suffers: %v", err)
	}
}

func TestSharesAreKept(t *testing.T) {
	r := newRig(t)
	c, _ := r.ready(1)
	_, two := deal(t, 2)
	if err := c.DropShare(1); err != nil || len(c.Shares()) != 0 {
		t.Fatalf("%v, %v", c.Shares(), err)
	}
	if err := errors.Join(c.AddShare(r.share), c.AddShare(two), c.AddShare(two)); err != nil {
		t.Fatal(err)
	}
	if !r.shelf.has(1) || !r.shelf.has(2) || len(c.Shares()) != 2 {
		t.Errorf("kept %v", c.Shares())
	}
	if err := c.DropShare(2); err != nil || !r.shelf.has(2) {
		t.Errorf("the newest share's file is gone: %v", err)
	}
	if err := errors.Join(c.AddShare(two), c.DropShare(1)); err != nil || r.shelf.has(1) {
		t.Errorf("the old share's file is still there: %v", err)
	}
	r.shelf.mu.Lock()
	r.shelf.full = true
	r.shelf.mu.Unlock()
	_, three := deal(t, 3)
	if err := c.AddShare(three); !errors.Is(err, ErrKeep) || len(c.Shares()) != 1 {
		t.Errorf("share that is not on disk: %v, %v", c.Shares(), err)
	}
	if err := c.AddShare(keystore.Share{}); err == nil {
		t.Error("empty share")
	}
}

func TestAnotherForkIsNotSeen(t *testing.T) {
	r := newRig(t)
	c, _ := r.ready(1)
	boot := c.Boot()
	if err := c.Observe(signer.Observation{Height: 101, BridgeID: bridge, Fork: 2}); err != nil || !errors.Is(c.Err(), signer.ErrPolicy) {
		t.Errorf("another fork: %v, %v", err, c.Err())
	}
	if err := c.Observe(signer.Observation{Height: 101, BridgeID: bridge, Fork: 1}); err != nil || c.Err() != nil || c.Boot() != boot {
		t.Errorf("this fork: %v, %v, boot %x", err, c.Err(), c.Boot())
	}
}

func TestTwinEndsTheProcess(t *testing.T) {
	r := newRig(t)
	c, _ := r.ready(1)
	err := c.Observe(signer.Observation{Height: 101, BridgeID: bridge, Fork: 1, Boot: c.Boot(), NextSeq: 9})
	if !errors.Is(err, signer.ErrTwin) || message.FateOf(err) != message.Halt {
		t.Errorf("mark beyond what was made: %v", err)
	}
	if err := <-r.ended; !errors.Is(err, signer.ErrTwin) {
		t.Errorf("the signer's process ended with %v", err)
	} else {
		r.ended <- err
	}
	if _, err := c.Sign(signer.Request{}, yes); !errors.Is(err, signer.ErrStopped) {
		t.Errorf("%v", err)
	}

	r = newRig(t)
	c, _ = r.ready(1)
	c.Stop(errors.New("a twin was heard"))
	if err := <-r.ended; !errors.Is(err, signer.ErrStopped) || !strings.Contains(err.Error(), "a twin was heard") {
		t.Errorf("the signer's process ended with %v", err)
	} else {
		r.ended <- err
	}
	if c.Boot() != 0 || c.Commitments(1) != nil || !errors.Is(c.Vote(*checkpoint(9, 1)), signer.ErrStopped) {
		t.Error("lives on")
	}
}

// TestStrangersAreCutOff: nothing but a greeting begins a connection, and what is no message ends it.
func TestStrangersAreCutOff(t *testing.T) {
	r := newRig(t)
	encode := func(q call) []byte {
		b, err := q.encode()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	greeting := encode(call{op: opHello, version: version, bridge: bridge})
	for _, tc := range []struct {
		name   string
		frames [][]byte
		want   []error // of each answer; the last one ends the connection
	}{
		{"a question before the greeting", [][]byte{encode(call{op: opBoot})}, []error{ErrFrame}},
		{"another version", [][]byte{encode(call{op: opHello, version: version + 1, bridge: bridge})}, []error{ErrVersion}},
		{"another bridge", [][]byte{encode(call{op: opHello, version: version, bridge: [32]byte{1}})}, []error{ErrVersion}},
		{"an unknown question", [][]byte{greeting, {77}}, []error{nil, ErrFrame}},
		{"a question that is too long", [][]byte{greeting, {opBoot, 0}}, []error{nil, ErrFrame}},
		{"a question that is too short", [][]byte{greeting, {opStart, 0}}, []error{nil, ErrFrame}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			conn := r.stranger()
			defer conn.Close()
			for i, f := range tc.frames {
				if err := writeFrame(conn, f); err != nil {
					t.Fatal(err)
				}
				in, err := readFrame(conn, func() error { return nil })
				if err != nil {
					t.Fatal(err)
				}
				a, err := decodeAnswer(in[0], in)
				if err == nil {
					err = a.err()
				}
				if !errors.Is(err, tc.want[i]) {
					t.Errorf("answer %d: %v, want %v", i, err, tc.want[i])
				}
			}
			if _, err := readFrame(conn, func() error { return nil }); !errors.Is(err, io.EOF) {
				t.Errorf("goes on: %v", err)
			}
		})
	}
	t.Run("a frame that is too large", func(t *testing.T) {
		conn := r.stranger()
		defer conn.Close()
		if _, err := conn.Write([]byte{0xff, 0, 0, 0}); err != nil {
			t.Fatal(err)
		}
		if _, err := readFrame(conn, func() error { return nil }); err == nil {
			t.Error("answered")
		}
	})
	c := seated(r.dial())
	c.Start(100)
	if list := c.Commitments(1); len(list) != 1 || c.Err() != nil {
		t.Errorf("the node is not served any more: %v", c.Err())
	}
}

func TestUnsafeSockets(t *testing.T) {
	dir := privateTemp(t)
	open := filepath.Join(dir, "open")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o750); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"directory of others": filepath.Join(open, "s.sock"), "a file is there": file, "relative": "s.sock",
		"too long": filepath.Join(dir, strings.Repeat("x", maxPath)),
	} {
		if _, err := Listen(path); !errors.Is(err, ErrSocket) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Dial(context.Background(), path, bridge, nil); !errors.Is(err, ErrSocket) {
			t.Errorf("dial, %s: %v", name, err)
		}
	}
	path := filepath.Join(dir, "s.sock")
	ln, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := Listen(path); !errors.Is(err, ErrSocket) {
		t.Errorf("second listener: %v", err)
	}
	if err := os.Chmod(path, 0o660); err != nil {
		t.Fatal(err)
	}
	if _, err := Dial(context.Background(), path, bridge, nil); !errors.Is(err, ErrSocket) {
		t.Errorf("socket of others: %v", err)
	}
	ln.SetUnlinkOnClose(false) // as a killed process leaves it
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Listen(path)
	if err != nil {
		t.Fatalf("socket of a killed process: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is left: %v", err)
	}
	c, err := Dial(context.Background(), path, bridge, nil)
	if err != nil || !errors.Is(c.Err(), ErrAway) {
		t.Errorf("no signer yet: %v", err)
	}
}
