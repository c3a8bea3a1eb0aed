// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/keys/signer/remote"
)

var (
	_ Signer  = (*signer.Signer)(nil)
	_ Signer  = (*remote.Client)(nil)
	_ Witness = (*remote.Client)(nil)
)

// vault is a signer behind a socket, with a home of its own.
type vault struct {
	t     *testing.T
	m     *machine
	dir   string
	close func()
}

func newVault(m *machine) *vault {
	m.t.Helper()
	dir, err := os.MkdirTemp("", "vlt")
	m.must(err)
	m.t.Cleanup(func() { _ = os.RemoveAll(dir) })
	v := &vault{t: m.t, m: m, dir: dir, close: func() {}}
	m.t.Cleanup(func() { v.close() })
	return v
}

func (v *vault) path() string { return filepath.Join(v.dir, "s.sock") }

// open starts the signer's process over its home.
func (v *vault) open() {
	v.t.Helper()
	j, err := journal.Open(filepath.Join(v.dir, "journal"))
	v.m.must(err)
	s, err := signer.New(signer.Config{BridgeID: bridge, Shares: []keystore.Share{v.m.share(1)}, Journal: j, Rand: v.m.rand})
	v.m.must(err)
	server, err := remote.NewServer(remote.Config{Signer: s, BridgeID: bridge, Fork: 1, Shelf: nowhere{}})
	v.m.must(err)
	ln, err := remote.Listen(v.path())
	v.m.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Run(ctx, ln)
		_ = j.Close()
	}()
	v.close = func() {
		cancel()
		<-done
	}
}

// nowhere is a shelf that keeps nothing.
type nowhere struct{}

func (nowhere) Save(keystore.Share) error { return nil }
func (nowhere) Drop(uint64) error         { return nil }

// connect starts m's voter with the vault as its signer.
func (v *vault) connect() *remote.Client {
	v.t.Helper()
	m := v.m
	if m.voter == nil {
		m.start()
	}
	c, err := remote.Dial(context.Background(), v.path(), bridge, nil)
	m.must(err)
	v.t.Cleanup(func() { _ = c.Close() })
	m.must(m.votes.Close())
	m.votes, err = journal.Open(filepath.Join(m.home, "journal", "votes"))
	m.must(err)
	m.voter, err = New(Config{Journal: m.votes, Signer: c, Streams: []Stream{{Index: index, Config: m.ledger.cfg, Store: m.store, Heads: m.chain}}})
	m.must(err)
	m.committed(m.ledger.agenda())
	m.must(m.loop.Replay(context.Background()))
	return c
}

// TestSignerInItsOwnProcess: votes reach the signer before they are said; while it is away the node votes and gives no
// share; when it is back, with a new boot, it signs what was voted for meanwhile.
func TestSignerInItsOwnProcess(t *testing.T) {
	chain := newSource()
	l := newLedger(t, chain.Config(2))
	m := newMachine(t, l, chain)
	v := newVault(m)
	v.open()
	c := v.connect()
	send(chain, m)
	m.run(8)
	if l.certificates != 1 || m.voter.Stopped() != nil {
		t.Fatalf("%d certificates; signer: %v; stopped: %v", l.certificates, c.Err(), m.voter.Stopped())
	}
	send(chain, m)
	w := m.voter.now.Load().streams[index].windows
	second := w[len(w)-1] // told to the signer and not said yet
	second.Root[0] ^= 1
	if err := c.Vote(second); !errors.Is(err, signer.ErrConflict) {
		t.Errorf("the signer does not know the vote: %v", err)
	}
	m.run(6)

	boot := l.boot
	v.close()
	before := l.certificates
	send(chain, m)
	newest := m.voter.Status()[0].Newest
	m.run(6)
	if m.newest() != newest || l.certificates != before || c.Err() == nil {
		t.Errorf("signer away: newest vote %d of %d, %d certificates more, %v", m.newest(), newest, l.certificates-before, c.Err())
	}
	if err := m.voter.Approve([32]byte{1}); !errors.Is(err, remote.ErrAway) {
		t.Errorf("approval while the signer is away: %v", err)
	}
	v.open()
	for c.Err() != nil { // its next try is due in some milliseconds
		c.Boot()
		runtime.Gosched()
	}
	m.run(10)
	if l.certificates == before || l.boot <= boot || m.voter.Stopped() != nil {
		t.Errorf("signer back: %d certificates more, boot %x, was %x; stopped: %v", l.certificates-before, l.boot, boot, m.voter.Stopped())
	}
	m.must(m.voter.Approve([32]byte{1}))
	m.once()

	m.start() // the node is killed and started again, its signer lives
	_ = c.Close()
	boot, before = l.boot, l.certificates
	again := v.connect()
	for again.Err() != nil {
		again.Boot()
		runtime.Gosched()
	}
	send(chain, m)
	m.run(12)
	if l.certificates == before || l.boot <= boot || m.voter.Stopped() != nil {
		t.Errorf("node back: %d certificates more, boot %x, was %x; stopped: %v", l.certificates-before, l.boot, boot, m.voter.Stopped())
	}
	m.once()
}

// TestNodeStartsWithoutItsSigner: it votes all the same.
func TestNodeStartsWithoutItsSigner(t *testing.T) {
	chain := newSource()
	l := newLedger(t, chain.Config(2))
	m := newMachine(t, l, chain)
	v := newVault(m)
	v.connect()
	send(chain, m)
	m.run(8)
	if len(l.votes) == 0 || l.boot != 0 || m.voter.Stopped() != nil {
		t.Errorf("%d votes, boot %x, stopped: %v", len(l.votes), l.boot, m.voter.Stopped())
	}
}

// TestSignerKnowsAnotherVote: the signer's journal has another body for a window, so nothing is said of it; later windows are voted for.
func TestSignerKnowsAnotherVote(t *testing.T) {
	chain := newSource()
	l := newLedger(t, chain.Config(2))
	m := newMachine(t, l, chain)
	v := newVault(m)
	v.open()
	c := v.connect()
	send(chain, m)
	m.run(8)
	w := m.voter.now.Load().streams[index].windows
	forged := w[len(w)-1]
	forged.End, forged.Root[0] = forged.End+4, 1
	m.must(c.Vote(forged)) // as a node that lied before would
	put(chain)
	m.must(m.advance())
	before := m.newest()
	m.run(6)
	if s := m.voter.Status()[0]; s.Halted != nil || s.Doubts == 0 || m.newest() != before {
		t.Errorf("status %+v, newest vote %d, was %d", s, m.newest(), before)
	}
	put(chain)
	put(chain)
	m.must(m.advance())
	m.run(6)
	if m.newest() <= forged.End {
		t.Errorf("newest vote %d: nothing is said above window %d", m.newest(), forged.End)
	}
}
