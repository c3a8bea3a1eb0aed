// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
)

// disk is a file whose writes and syncs fail as told.
type disk struct {
	*os.File
	full bool  // half of each write fits
	sync error // of every sync
}

func (d *disk) WriteAt(b []byte, at int64) (int, error) {
	if !d.full {
		return d.File.WriteAt(b, at)
	}
	n, _ := d.File.WriteAt(b[:len(b)/2], at)
	return n, syscall.ENOSPC
}

func (d *disk) Sync() error { return errors.Join(d.sync, d.File.Sync()) }

// onDisks starts m with journals on disks that can be told to fail.
func (m *machine) onDisks() (votes, signed *disk) {
	m.t.Helper()
	m.start()
	reopen := func(old *journal.Journal, name string) (*journal.Journal, *disk) {
		if err := old.Close(); err != nil {
			m.t.Fatal(err)
		}
		f, err := os.OpenFile(filepath.Join(m.home, "journal", name), os.O_RDWR, 0)
		if err != nil {
			m.t.Fatal(err)
		}
		info, err := f.Stat()
		if err != nil {
			m.t.Fatal(err)
		}
		d := &disk{File: f}
		j, err := journal.OpenOn(d, info.Size())
		if err != nil {
			m.t.Fatal(err)
		}
		return j, d
	}
	m.votes, votes = reopen(m.votes, "votes")
	m.signed, signed = reopen(m.signed, "signer")
	s, err := signer.New(signer.Config{
		BridgeID: bridge, Shares: []keystore.Share{{KeyEpoch: 1, Index: 1, Secret: m.ledger.secret, BridgeID: bridge, GroupKey: m.ledger.group.Key}},
		Journal: m.signed, Rand: m.rand,
	})
	if err != nil {
		m.t.Fatal(err)
	}
	if m.voter, err = New(Config{Journal: m.votes, Signer: s, Streams: []Stream{{Index: index, Config: m.ledger.cfg, Store: m.store, Heads: m.chain}}}); err != nil {
		m.t.Fatal(err)
	}
	m.committed(m.ledger.agenda())
	return votes, signed
}

// TestFullDiskVotes: a window that could not be journaled is not voted for; with space it is given again,
// journaled and voted for, without a restart.
func TestFullDiskVotes(t *testing.T) {
	l, m := begin(t)
	votes, _ := m.onDisks()
	m.run(6)
	before := m.newest()
	votes.full = true
	put(m.chain)
	for range 3 {
		if err := m.advance(); !errors.Is(err, journal.ErrNotWritten) || message.FateOf(err) != message.Retry {
			t.Fatalf("full disk: %v", err)
		}
		m.run(2)
	}
	if m.newest() != before || m.voter.Status()[0].Halted != nil {
		t.Errorf("voted for %d without the journal; halted: %v", m.newest(), m.voter.Status()[0].Halted)
	}
	votes.full = false
	if err := m.advance(); err != nil {
		t.Fatal(err)
	}
	certificates := l.certificates
	m.run(6)
	if m.newest() == before || l.certificates != certificates+1 {
		t.Errorf("newest vote %d, %d certificates more", m.newest(), l.certificates-certificates)
	}
	m.reopened(t)
}

// TestVoteJournalFails: after a sync of unknown outcome nothing is voted for and the stream halts, loudly.
func TestVoteJournalFails(t *testing.T) {
	_, m := begin(t)
	votes, _ := m.onDisks()
	m.run(6)
	before := m.newest()
	votes.sync = syscall.EIO
	put(m.chain)
	if err := m.advance(); !errors.Is(err, ErrJournal) || message.FateOf(err) != message.Halt {
		t.Fatalf("failing sync: %v", err)
	}
	votes.sync = nil
	_ = m.advance()
	m.run(6)
	if m.newest() != before || !errors.Is(m.voter.Status()[0].Halted, ErrJournal) {
		t.Errorf("voted for %d after an unknown outcome; halted: %v", m.newest(), m.voter.Status()[0].Halted)
	}
	m.reopened(t)
}

// TestFullDiskShares: a share that could not be journaled is not released and its pair is gone; with
// space later sessions are signed, without a restart.
func TestFullDiskShares(t *testing.T) {
	l, m := begin(t)
	_, signed := m.onDisks()
	m.run(6)
	send(m.chain, m)
	signed.full = true
	certificates, size := l.certificates, m.signed.Len()
	m.run(12)
	if l.session == nil || l.certificates != certificates || m.signed.Len() != size {
		t.Fatalf("%d certificates on a full disk", l.certificates-certificates)
	}
	hangs := *l.session
	signed.full = false
	m.run(6)
	if l.session == nil || l.session.Number != hangs.Number {
		t.Error("the session whose pair is gone was signed")
	}
	send(m.chain, m)
	m.run(8)
	if l.certificates != certificates+1 {
		t.Errorf("%d certificates with space", l.certificates-certificates)
	}
	m.once()
	m.reopened(t)
}

// TestFullDiskBoot: without space there is no boot and no commitment; with space there is one.
func TestFullDiskBoot(t *testing.T) {
	for name, pick := range map[string]func(votes, signed *disk) *disk{
		"signer journal": func(_, signed *disk) *disk { return signed },
		"vote journal":   func(votes, _ *disk) *disk { return votes },
	} {
		t.Run(name, func(t *testing.T) {
			l, m := begin(t)
			full := pick(m.onDisks())
			m.run(6)
			// Another history: the boot ends and the next one finds no space.
			boot := m.voter.signer.Boot()
			full.full = true
			l.salt++
			m.committed(l.told())
			for range 3 {
				m.run(1)
				if now := m.voter.now.Load(); now.boot == boot || len(now.commitments) != 0 {
					t.Fatal("announces a boot that is not journaled")
				}
			}
			full.full = false
			m.run(1)
			if now := m.voter.now.Load(); now.boot == 0 || len(now.commitments) == 0 {
				t.Error("announces nothing with space")
			}
			m.reopened(t)
		})
	}
}

// reopened checks that the journals on disk are whole.
func (m *machine) reopened(t *testing.T) {
	t.Helper()
	m.stop()
	for _, name := range []string{"votes", "signer"} {
		before := m.readFile(name)
		j, err := journal.Open(filepath.Join(m.home, "journal", name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if j.Cut() != 0 || !bytes.Equal(before, m.readFile(name)) {
			t.Errorf("%s: %d bytes cut", name, j.Cut())
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
