// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
)

// TestJournalsInDoubt: what is done with a journal that is not the one that the member wrote.
func TestJournalsInDoubt(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil   func(t *testing.T, m *machine)
		refused error // by Open; nil: the node starts
		lost    bool
	}{
		"untouched":                        {func(*testing.T, *machine) {}, nil, false},
		"vote journal deleted":             {func(t *testing.T, m *machine) { remove(t, m, "votes") }, nil, true},
		"signer journal deleted":           {func(t *testing.T, m *machine) { remove(t, m, "signer") }, nil, false},
		"both deleted":                     {func(t *testing.T, m *machine) { remove(t, m, "votes"); remove(t, m, "signer") }, nil, true},
		"vote journal emptied":             {func(t *testing.T, m *machine) { truncate(t, m, "votes", 0) }, nil, true},
		"vote journal cut inside a record": {func(t *testing.T, m *machine) { truncate(t, m, "votes", -3) }, nil, true},
		"vote journal older by a boot":     {func(t *testing.T, m *machine) { truncate(t, m, "votes", 8) }, nil, true},
		"byte flipped": {func(t *testing.T, m *machine) {
			b := m.readFile("votes")
			b[30] ^= 1
			m.writeFile("votes", b)
		}, journal.ErrCorrupt, false},
		"signer journal instead of the vote journal": {func(_ *testing.T, m *machine) { m.writeFile("votes", m.readFile("signer")) }, message.ErrBadEncoding, false},
		"of another bridge": {func(t *testing.T, m *machine) {
			remove(t, m, "votes")
			j, err := journal.Open(filepath.Join(m.home, "journal", "votes"))
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			book, err := openBook(j)
			if err != nil {
				t.Fatal(err)
			}
			if err := book.enter(&message.Checkpoint{BridgeID: message.BridgeID("aitbc-other-1"), Stream: m.ledger.cfg.Stream, End: 3}); err != nil {
				t.Fatal(err)
			}
		}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			l, m := begin(t)
			send(m.chain, m)
			m.run(1)
			l.block(nil) // a vote of it stands in the state
			m.stop()
			before := m.newest()
			tc.spoil(t, m)
			if tc.refused != nil {
				if err := m.tryOpen(); !errors.Is(err, tc.refused) {
					t.Fatalf("opened: %v", err)
				}
				return
			}
			l.session = nil // it waited for a pair of the dead process
			m.start()
			if m.voter.lost.Load() != tc.lost {
				t.Errorf("lost: %v", m.voter.lost.Load())
			}
			certificates := l.certificates
			m.run(8)
			if tc.lost && (l.certificates != certificates || m.newest() != before) {
				t.Error("voted or signed without its journal")
			}
			send(m.chain, m)
			m.run(8)
			if l.certificates == certificates || m.newest() <= before {
				t.Errorf("did not resume by itself: %d certificates", l.certificates-certificates)
			}
			m.once()
		})
	}
}

// TestOneHomeTwoProcesses: the second start on the same disk is refused by the lock.
func TestOneHomeTwoProcesses(t *testing.T) {
	_, m := begin(t)
	for _, file := range []string{"votes", "signer"} {
		if _, err := journal.Open(filepath.Join(m.home, "journal", file)); !errors.Is(err, journal.ErrLocked) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func remove(t *testing.T, m *machine, file string) {
	t.Helper()
	if err := os.Remove(filepath.Join(m.home, "journal", file)); err != nil {
		t.Fatal(err)
	}
}

// truncate cuts the file to size bytes, or by -size when it is negative.
func truncate(t *testing.T, m *machine, file string, size int) {
	t.Helper()
	if size < 0 {
		size += len(m.readFile(file))
	}
	if err := os.Truncate(filepath.Join(m.home, "journal", file), int64(size)); err != nil {
		t.Fatal(err)
	}
}

func (m *machine) readFile(file string) []byte {
	m.t.Helper()
	b, err := os.ReadFile(filepath.Join(m.home, "journal", file))
	if err != nil {
		m.t.Fatal(err)
	}
	return b
}

func (m *machine) writeFile(file string, b []byte) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.home, "journal", file), b, 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// tryOpen opens both journals as a start does and gives the refusal.
func (m *machine) tryOpen() error {
	votes, err := journal.Open(filepath.Join(m.home, "journal", "votes"))
	if err != nil {
		return err
	}
	defer votes.Close()
	if _, err := New(Config{Journal: votes}); err != nil {
		return err
	}
	signed, err := journal.Open(filepath.Join(m.home, "journal", "signer"))
	if err != nil {
		return err
	}
	defer signed.Close()
	_, err = signer.New(signer.Config{
		BridgeID: bridge, Shares: []keystore.Share{{KeyEpoch: 1, Index: 1, Secret: m.ledger.secret, BridgeID: bridge, GroupKey: m.ledger.group.Key}},
		Journal: signed, Rand: m.rand,
	})
	return err
}
