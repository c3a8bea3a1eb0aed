// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package signer

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
)

// seen is what a chain shows at a height while nothing is wrong.
func seen(s *Signer, height uint64) Observation {
	o := Observation{Height: height, AppHash: [32]byte{1, byte(height)}, BridgeID: bridge, Fork: 1, Boot: s.Boot()}
	for _, c := range s.Commitments(3) {
		o.Unused, o.NextSeq = append(o.Unused, c), c.Seq+1
	}
	return o
}

// TestBootChanges is the table of docs/spec/signing.md, "Boot": each contradiction ends the boot and every pair
// of it, and what is no contradiction does not.
func TestBootChanges(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(o *Observation)
		ends  bool
	}{
		"next height":                   {func(*Observation) {}, false},
		"same height again":             {func(o *Observation) { o.Height--; o.AppHash = [32]byte{1, byte(o.Height)} }, false},
		"app hash not told":             {func(o *Observation) { o.Height--; o.AppHash = [32]byte{} }, false},
		"a height far on":               {func(o *Observation) { o.Height += 1000 }, false},
		"lower height":                  {func(o *Observation) { o.Height -= 2 }, true},
		"another app hash, same height": {func(o *Observation) { o.Height--; o.AppHash = [32]byte{9} }, true},
		"another bridge":                {func(o *Observation) { o.BridgeID[0] ^= 1 }, true},
		"another fork":                  {func(o *Observation) { o.Fork++ }, true},
		"an older fork":                 {func(o *Observation) { o.Fork-- }, true},
		"higher boot":                   {func(o *Observation) { o.Boot++; o.Unused = nil }, true},
		"mark went back":                {func(o *Observation) { o.NextSeq = 0; o.Unused = nil }, true},
		"boot forgotten":                {func(o *Observation) { o.Boot = 7; o.Unused = nil }, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCommittee(t)
			s := c.signers[0]
			cp := checkpoint(9, 1)
			req := c.request(1, 0, cp)
			for h := uint64(101); h < 104; h++ {
				if err := s.Observe(seen(s, h)); err != nil {
					t.Fatal(err)
				}
			}
			boot := s.Boot()
			o := seen(s, 104)
			tc.spoil(&o)
			if err := s.Observe(o); err != nil {
				t.Fatal(err)
			}
			if (s.Boot() != boot) != tc.ends {
				t.Fatalf("boot %x, was %x", s.Boot(), boot)
			}
			if o.BridgeID != bridge && (s.Boot() != 0 || s.Commitments(1) != nil) {
				t.Error("announces on a chain of another bridge")
			}
			want := error(nil)
			if tc.ends {
				want = ErrPairBurnt
				if o.Fork != 1 {
					want = ErrPolicy
				}
			}
			if _, err := s.Sign(req, voted(cp)); !errors.Is(err, want) {
				t.Errorf("pair of the old boot: %v, want %v", err, want)
			}
		})
	}
}

// TestOlderHashIsRemembered: a height behind the newest one that shows another hash ends the boot that was
// taken when the height went back, too.
func TestOlderHashIsRemembered(t *testing.T) {
	c := newCommittee(t)
	s := c.signers[0]
	for _, h := range []uint64{101, 102, 103, 101} {
		if err := s.Observe(seen(s, h)); err != nil {
			t.Fatal(err)
		}
	}
	boot := s.Boot()
	o := seen(s, 102)
	o.AppHash = [32]byte{9}
	if err := s.Observe(o); err != nil {
		t.Fatal(err)
	}
	if s.Boot() == boot && boot != 0 {
		t.Errorf("boot %x in another history", boot)
	}
}

// TestSignerSeesTwin: what only a copy of this process can have announced stops it for good.
func TestSignerSeesTwin(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(o *Observation)
		twin  bool
	}{
		"own commitments":           {func(*Observation) {}, false},
		"fewer of them":             {func(o *Observation) { o.Unused = o.Unused[1:] }, false},
		"another D":                 {func(o *Observation) { o.Unused[1].D = o.Unused[0].D }, true},
		"another E":                 {func(o *Observation) { o.Unused[1].E = o.Unused[0].E }, true},
		"more than were made":       {func(o *Observation) { o.NextSeq = 17 }, true},
		"all that were made":        {func(o *Observation) { o.NextSeq = 16 }, false},
		"other points, older boot":  {func(o *Observation) { o.Boot--; o.Unused[0].D = o.Unused[1].D }, false},
		"other points, higher boot": {func(o *Observation) { o.Boot++; o.Unused[0].D = o.Unused[1].D }, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCommittee(t)
			s := c.signers[0]
			s.Commitments(PoolTarget)
			cp := checkpoint(9, 1)
			req := c.request(1, 0, cp)
			if _, err := s.Sign(req, voted(cp)); err != nil {
				t.Fatal(err)
			}
			o := seen(s, 101) // seq 0 was used: the list begins behind it only when the mark moves
			o.Unused, o.NextSeq = nil, 3
			for seq := range uint32(3) {
				o.Unused = append(o.Unused, s.made[seq])
			}
			tc.spoil(&o)
			err := s.Observe(o)
			if errors.Is(err, ErrTwin) != tc.twin || (err != nil) != tc.twin {
				t.Fatalf("got %v", err)
			}
			_, err = s.Sign(req, voted(cp))
			if tc.twin != errors.Is(err, ErrStopped) || !tc.twin && err != nil {
				t.Errorf("share from the cache: %v", err)
			}
			if tc.twin && (s.Boot() != 0 || len(s.pairs) != 0 || s.Commitments(1) != nil || message.FateOf(err) != message.Halt) {
				t.Error("not stopped")
			}
		})
	}
}

func TestStop(t *testing.T) {
	c := newCommittee(t)
	s := c.signers[0]
	cp := checkpoint(9, 1)
	first, second := c.request(1, 0, cp), c.request(2, 1, cp)
	if _, err := s.Sign(first, voted(cp)); err != nil {
		t.Fatal(err)
	}
	var nonces []*frost.Nonce
	for _, p := range s.pairs {
		nonces = append(nonces, p.nonce)
	}
	why := errors.New("the reason")
	s.Stop(why)
	s.Stop(errors.New("another"))
	for _, req := range []Request{first, second} {
		if z, err := s.Sign(req, voted(cp)); !errors.Is(err, ErrStopped) || !errors.Is(err, why) || z != (frost.Scalar{}) {
			t.Errorf("session %d: %v", req.SessionNumber, err)
		}
	}
	records := s.journal.Len()
	if err := s.Observe(Observation{Height: 500, BridgeID: bridge, Fork: 1}); !errors.Is(err, why) {
		t.Errorf("observe: %v", err)
	}
	s.Start(600)
	if s.Boot() != 0 || s.Commitments(4) != nil || s.journal.Len() != records {
		t.Error("lives on")
	}
	for _, n := range nonces {
		if _, err := mustPrepare(t, second).Sign(s.newest().Index, n, s.newest().Secret, testRand(3)); err == nil {
			t.Error("a pair was left in memory")
		}
	}
	_ = c.signers[2].journal.Close()
	j, err := journal.Open(c.paths[2])
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	early, err := New(Config{BridgeID: bridge, Shares: []keystore.Share{c.share(2)}, Journal: j, Rand: testRand(1)})
	if err != nil {
		t.Fatal(err)
	}
	early.Stop(why)
	early.Start(600)
	if early.Boot() != 0 {
		t.Error("started after it was stopped")
	}
	idle := c.signers[1]
	idle.Stop(nil)
	if err := idle.Observe(Observation{Height: 500, BridgeID: bridge, Fork: 1}); !errors.Is(err, ErrStopped) {
		t.Errorf("stopped without a reason: %v", err)
	}
}

func mustPrepare(t *testing.T, r Request) *frost.Prepared {
	t.Helper()
	p, err := frost.Prepare(r.Session)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestForks: nothing is signed under another fork than the chain's, nor below one that was signed under.
func TestForks(t *testing.T) {
	c := newCommittee(t)
	s := c.signers[0]
	a, b := checkpoint(9, 1), checkpoint(11, 2)
	if n, err := HighestFork(s.journal); err != nil || n != 0 {
		t.Errorf("fork %d of an unused journal: %v", n, err)
	}
	sign := func(fork uint32, number uint64, seq int, cp message.Checkpoint) error {
		t.Helper()
		r := c.request(number, seq, cp)
		r.Fork = fork
		r.seal()
		_, err := s.Sign(r, voted(a, b))
		return err
	}
	if err := s.Observe(Observation{Height: 101, BridgeID: bridge, Fork: 3}); err != nil {
		t.Fatal(err)
	}
	if err := sign(4, 1, 0, a); !errors.Is(err, ErrPolicy) {
		t.Errorf("fork 4 on a chain of fork 3: %v", err)
	}
	if err := sign(3, 1, 0, a); err != nil {
		t.Fatal(err)
	}
	if n, err := HighestFork(s.journal); err != nil || n != 3 {
		t.Errorf("fork %d, want 3: %v", n, err)
	}
	s = c.start(0, 200, 9)
	if err := sign(2, 2, 1, b); !errors.Is(err, ErrPolicy) {
		t.Errorf("fork 2 after fork 3: %v", err)
	}
	if err := sign(4, 2, 1, b); err != nil {
		t.Errorf("fork 4 after fork 3: %v", err)
	}
}

// full is a file without space.
type full struct {
	*os.File
	on bool
}

func (f *full) WriteAt(b []byte, at int64) (int, error) {
	if f.on {
		n, _ := f.File.WriteAt(b[:len(b)/2], at)
		return n, syscall.ENOSPC
	}
	return f.File.WriteAt(b, at)
}

// TestFullDisk: the pair of the session that could not be journaled is gone, later sessions are signed.
func TestFullDisk(t *testing.T) {
	c := newCommittee(t)
	path := filepath.Join(t.TempDir(), "signer")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	file := &full{File: f}
	j, err := journal.OpenOn(file, 0)
	if err != nil {
		t.Fatal(err)
	}
	old := c.signers[0]
	s, err := New(Config{BridgeID: bridge, Shares: []keystore.Share{*old.newest()}, Journal: j, Rand: testRand(5)})
	if err != nil {
		t.Fatal(err)
	}
	file.on = true
	s.Start(100)
	if s.Boot() != 0 {
		t.Fatal("a boot that is not journaled")
	}
	file.on = false
	observe(s, 0, 0, 100)
	if s.Boot() == 0 {
		t.Fatal("no boot with space")
	}
	_ = old.journal.Close()
	c.signers[0] = s
	cp := checkpoint(9, 1)
	first, second := c.request(1, 0, cp), c.request(2, 1, cp)
	size := j.Len()
	file.on = true
	z, err := s.Sign(first, voted(cp))
	if !errors.Is(err, ErrNotJournaled) || !errors.Is(err, syscall.ENOSPC) || errors.Is(err, ErrJournal) || message.FateOf(err) != message.Retry || z != (frost.Scalar{}) {
		t.Errorf("full disk: %v", err)
	}
	file.on = false
	if _, err := s.Sign(first, voted(cp)); !errors.Is(err, ErrPairBurnt) {
		t.Errorf("same session with space: %v", err)
	}
	if _, err := s.Sign(second, voted(cp)); err != nil || j.Len() != size+1 {
		t.Errorf("next session with space: %v, %d records", err, j.Len()-size)
	}
}
