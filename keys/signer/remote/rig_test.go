// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package remote

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/keys/signer"
)

var bridge = message.BridgeID("aitbc-test-1")

// drawer is a Shelf in memory.
type drawer struct {
	mu   sync.Mutex
	kept map[uint64]keystore.Share
	full bool
}

func (d *drawer) Save(s keystore.Share) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full {
		return errors.New("no space")
	}
	if d.kept == nil {
		d.kept = map[uint64]keystore.Share{}
	}
	d.kept[s.KeyEpoch] = s
	return nil
}

func (d *drawer) Drop(epoch uint64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.kept, epoch)
	return nil
}

func (d *drawer) has(epoch uint64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.kept[epoch]
	return ok
}

// rig is one signer's process within the test's, of a group of one member.
type rig struct {
	t     *testing.T
	group frost.Group
	share keystore.Share
	dir   string
	path  string
	shelf drawer
	log   safeBuffer

	turned int // nodes turned away that stranger has seen in the log
	ended  chan error
	stop   context.CancelFunc
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// deal is the share of key epoch n of a group of one.
func deal(t testing.TB, epoch uint64) (frost.Group, keystore.Share) {
	t.Helper()
	g, shares, err := frost.Deal(rand.Reader, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	return g, keystore.Share{KeyEpoch: epoch, Index: 1, Secret: shares[0], BridgeID: bridge, GroupKey: g.Key}
}

// privateTemp is a directory of mode 0700 with a short name, as sockets need it.
func privateTemp(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sgn")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func newRig(t *testing.T) *rig {
	t.Helper()
	dir := privateTemp(t)
	r := &rig{t: t, dir: dir, path: filepath.Join(dir, "s.sock")}
	r.group, r.share = deal(t, 1)
	r.run()
	return r
}

// run starts the process over what the home holds.
func (r *rig) run() {
	r.t.Helper()
	j, err := journal.Open(filepath.Join(r.dir, "journal"))
	if err != nil {
		r.t.Fatal(err)
	}
	s, err := signer.New(signer.Config{BridgeID: bridge, Shares: []keystore.Share{r.share}, Journal: j, Rand: rand.Reader})
	if err != nil {
		r.t.Fatal(err)
	}
	server, err := NewServer(Config{Signer: s, BridgeID: bridge, Fork: 1, Shelf: &r.shelf, Logger: slog.New(slog.NewTextHandler(&r.log, nil))})
	if err != nil {
		r.t.Fatal(err)
	}
	ln, err := Listen(r.path)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		err := server.Run(ctx, ln)
		_ = j.Close()
		ended <- err
	}()
	r.ended = ended
	r.stop = func() {
		stop()
		err := <-ended
		ended <- err // for whoever asks again
	}
	r.t.Cleanup(r.stop)
}

// dial connects a node whose clock jumps over every wait.
func (r *rig) dial() *Client {
	r.t.Helper()
	c, err := Dial(context.Background(), r.path, bridge, slog.New(slog.NewTextHandler(&r.log, nil)))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = c.Close() })
	skip(c)
	return c
}

// skip lets a client try again at once.
func skip(c *Client) {
	var mu sync.Mutex
	at := time.Now()
	c.now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(2 * maxWait)
		return at
	}
}

func checkpoint(end uint64, root byte) *message.Checkpoint {
	return &message.Checkpoint{
		BridgeID: bridge, Stream: message.Stream{Chain: 1, Manager: message.Address{1}, Finality: message.Final, Epoch: 1},
		End: end, BlockHash: message.Hash{2}, MessageCount: 1, LeafCount: 1, PeaksHash: message.Hash{3}, Root: message.Hash{root},
	}
}

// request is a session over a checkpoint with one commitment of the signer.
func request(key schnorr.PublicKey, number uint64, own signer.SeqCommitment, c *message.Checkpoint) signer.Request {
	se := frost.Session{Key: key, KeyEpoch: 1, Digest: c.Digest(), Commitments: []frost.Commitment{{Index: 1, D: own.D, E: own.E}}}
	q := signer.Request{BridgeID: bridge, Fork: 1, SessionNumber: number, Session: se, BodyHash: c.BodyHash(), MySeq: own.Seq, Statement: c}
	seal(&q)
	return q
}

func seal(q *signer.Request) {
	q.Session.ID = signer.SessionID(q.BridgeID, q.Fork, q.SessionNumber, q.BodyHash, q.Session)
}

func yes([32]byte) bool { return true }

// ready connects a node, takes a boot and gives the first n commitments.
func (r *rig) ready(n int) (*Client, []signer.SeqCommitment) {
	r.t.Helper()
	c := r.dial()
	c.Start(100)
	list := c.Commitments(n)
	if len(list) != n {
		r.t.Fatalf("%d commitments, want %d; signer: %v", len(list), n, c.Err())
	}
	return c, list
}

// seated asks until the server has seen that the former node is gone.
func seated(c *Client) *Client {
	for c.Boot(); errors.Is(c.Err(), ErrBusy); c.Boot() {
		runtime.Gosched()
	}
	return c
}

// stranger is a connection that has the seat and has said nothing.
func (r *rig) stranger() net.Conn {
	r.t.Helper()
	for {
		before := strings.Count(r.log.String(), "node connected")
		conn, err := net.Dial("unix", r.path)
		if err != nil {
			r.t.Fatal(err)
		}
		for {
			busy := strings.Count(r.log.String(), "two nodes use this signer") > r.turned
			if busy {
				r.turned++
				_ = conn.Close()
				break
			}
			if strings.Count(r.log.String(), "node connected") > before {
				return conn
			}
			runtime.Gosched()
		}
	}
}
