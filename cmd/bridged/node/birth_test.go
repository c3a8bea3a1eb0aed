// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package node

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/sources"
	"github.com/aitbc/bridge/verifier/agent"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/upgrade"
)

// newborn is a home of a chain of one validator that has no key yet.
func newborn(t *testing.T) *alone {
	t.Helper()
	a := &alone{t: t, home: Layout(filepath.Join(t.TempDir(), "n1")), log: new(logs)}
	must(t, Init(a.home, InitOptions{ChainID: aloneChain, Moniker: "alone", Loopback: true}))
	c, err := LoadComet(a.home)
	must(t, err)
	c.P2P.ListenAddress, c.RPC.ListenAddress = "tcp://127.0.0.1:0", "tcp://"+unused(t)
	c.Instrumentation.PrometheusListenAddr = "127.0.0.1:0"
	c.Consensus.TimeoutCommit = 10 * time.Millisecond
	c.P2P.PexReactor = false // as in newAlone
	cmtcfg.WriteConfigFile(a.home.CometFile(), c)
	m, err := NewMember(a.home, "", "127.0.0.1:1")
	must(t, err)
	doc, err := Collect(aloneChain, time.Unix(1_700_000_000, 0), []Member{m})
	must(t, err)
	g, err := CheckGenesis(doc)
	must(t, err)
	// Blocks come faster here than key files are encrypted; a phase in which all have spoken ends at once.
	p := &g.Committee.Params
	p.CommitBlocks, p.DealBlocks, p.ComplainBlocks, p.ReadyBlocks, p.TestBlocks = 1000, 1000, 1000, 1000, 1000
	must(t, putState(doc, &g))
	must(t, Install(a.home, doc, nil))
	a.cfg = Default()
	a.cfg.Chains = []sources.Chain{{ChainID: 31337, Agree: 1, Unsafe: true, Endpoints: []sources.Endpoint{{Name: "nobody", URL: "http://" + unused(t)}}}}
	a.cfg.ChainID, a.cfg.GRPC, a.cfg.SnapshotInterval = aloneChain, unused(t), 0
	return a
}

// unused is an address on which nobody listens.
func unused(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, ln.Close())
	return ln.Addr().String()
}

// life is one life of a node whose committed states are seen.
type life struct {
	app.Voter
	a    *alone
	mu   sync.Mutex
	news chan struct{}
	last extension.Agenda
	done chan error
	stop context.CancelFunc
}

func (l *life) Committed(a extension.Agenda) {
	l.Voter.Committed(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = a
	close(l.news)
	l.news = make(chan struct{})
}

// live starts the node, which knows the upgrades.
func (a *alone) live(upgrades ...string) *life {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.t.Context())
	l := &life{a: a, news: make(chan struct{}), done: make(chan error, 1), stop: cancel}
	ready := make(chan struct{})
	hooks := Hooks{Upgrades: map[string]app.Upgrade{}, Ready: func() { close(ready) }, Voter: func(v app.Voter) app.Voter { l.Voter = v; return l }}
	for _, name := range upgrades {
		hooks.Upgrades[name] = nil
	}
	go func() { l.done <- Run(ctx, a.home, a.cfg, a.log, hooks) }()
	a.t.Cleanup(cancel)
	select {
	case <-ready:
	case err := <-l.done:
		a.t.Fatalf("start: %v\n%s", err, a.log)
	}
	return l
}

// until waits for a committed state; the chain makes them.
func (l *life) until(what string, ok func(*extension.Agenda) bool) {
	l.a.t.Helper()
	for {
		l.mu.Lock()
		last, news := l.last, l.news
		l.mu.Unlock()
		if last.Height > 0 && ok(&last) {
			return
		}
		if last.Height > 2000 {
			l.a.t.Fatalf("%s: not at height %d\n%s", what, last.Height, l.a.log)
		}
		select {
		case <-news:
		case err := <-l.done:
			l.a.t.Fatalf("%s: the node ended: %v\n%s", what, err, l.a.log)
		}
	}
}

func (l *life) height() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last.Height
}

func (l *life) end() {
	l.a.t.Helper()
	l.stop()
	if err := <-l.done; err != nil && !errors.Is(err, context.Canceled) {
		l.a.t.Fatalf("run: %v\n%s", err, l.a.log)
	}
}

func (a *alone) shares() []agent.ShareName {
	a.t.Helper()
	names, err := agent.Dir{Path: a.home.KeyDir()}.Shares()
	must(a.t, err)
	return names
}

// A chain of one is born on a real CometBFT, its node is started again on the encrypted share, and its
// operator acts through the admin socket.
func TestBirthOfAChain(t *testing.T) {
	a := newborn(t)
	l := a.live()
	var key [32]byte
	l.until("birth", func(s *extension.Agenda) bool { key = s.GroupKey; return s.KeyEpoch == 1 && s.Pool > 0 })
	l.end()
	if names := a.shares(); !slices.Equal(names, []agent.ShareName{{Epoch: 1, Ceremony: 1}}) {
		t.Fatalf("home holds %v", names)
	}
	if _, err := os.Lstat(a.home.AdminSocket()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("admin socket after the stop: %v", err)
	}

	// A socket that a killed process left behind is in nobody's way.
	ln, err := net.Listen("unix", a.home.AdminSocket())
	must(t, err)
	ln.(*net.UnixListener).SetUnlinkOnClose(false)
	must(t, ln.Close())
	l = a.live()
	l.until("boot", func(s *extension.Agenda) bool { return s.KeyEpoch == 1 && s.Boot>>24 > 0 && s.Pool > 0 })
	st, err := os.Lstat(a.home.AdminSocket())
	must(t, err)
	if st.Mode().Perm() != 0o600 {
		t.Errorf("admin socket has mode %o", st.Mode().Perm())
	}

	conn, err := DialAdmin(a.home)
	must(t, err)
	defer conn.Close()
	op := nodev1.NewAdminClient(conn)
	propose := func(p committeev1.Payload) *nodev1.ProposeResponse {
		t.Helper()
		r, err := op.Propose(t.Context(), &nodev1.ProposeRequest{Payload: p})
		if err != nil {
			t.Fatalf("propose: %v\n%s", err, a.log)
		}
		return r
	}
	if r := propose(committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{}}}); r.Proposal != 1 || len(r.Tx) != 32 || r.Height == 0 {
		t.Errorf("answer %v", r)
	}
	var got [32]byte
	l.until("refresh", func(s *extension.Agenda) bool { got = s.GroupKey; return s.KeyEpoch == 2 })
	if got != key {
		t.Errorf("group key %x, was %x", got, key)
	}

	// A stream that opens while the node runs. Its only endpoint is dead, which holds up nobody.
	manager := message.Address{19: 9}
	propose(committeev1.Payload{Kind: &committeev1.Payload_Lane{Lane: &committeev1.LaneChange{Stream: lanesv1.Stream{
		Chain: 31337, Manager: manager[:], Finality: uint32(message.Final), Epoch: 1, Stride: 2, StartBlock: 1,
	}}}})
	l.until("stream", func(s *extension.Agenda) bool { return len(s.Streams) == 1 && s.Streams[0].Stream.Manager == manager })

	// What is refused says why.
	_, err = op.Approve(t.Context(), &nodev1.ApproveRequest{Proposal: 77})
	if status.Code(err) != codes.NotFound {
		t.Errorf("approval of no proposal: %v", err)
	}
	if _, err = op.Approve(t.Context(), &nodev1.ApproveRequest{Proposal: 1}); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("approval of a proposal that has passed: %v", err)
	}
	_, err = op.Propose(t.Context(), &nodev1.ProposeRequest{})
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("empty proposal: %v", err)
	}

	// The committee's halt order: journaled by the admin call, signed because of it.
	propose(committeev1.Payload{Kind: &committeev1.Payload_Halt{Halt: &committeev1.Halt{
		Chain: 31337, Manager: manager[:], Scope: make([]byte, 32), NotAfter: uint64(time.Now().Add(time.Hour).Unix()),
	}}})
	public, err := Dial(a.cfg.GRPC)
	must(t, err)
	defer public.Close()
	q := committeev1.NewQueryClient(public)
	l.until("signed halt order", func(*extension.Agenda) bool {
		w, err := q.Statements(t.Context(), &committeev1.QueryStatementsRequest{})
		must(t, err)
		return len(w.Signed) > 0 && w.Signed[0].Kind == committeev1.StatementKind_STATEMENT_KIND_HALT
	})
	said, err := QueryStatus(t.Context(), a.home, a.cfg)
	must(t, err)
	for _, p := range said.Problems {
		if p.Level == LevelError && !strings.Contains(p.Text, "0 members were heard") { // of the dead endpoint
			t.Errorf("status: %s", p.Text)
		}
	}
	l.end()
	if names := a.shares(); !slices.Equal(names, []agent.ShareName{{Epoch: 2, Ceremony: 2}}) {
		t.Errorf("home holds %v", names)
	}
	if _, err := os.Lstat(filepath.Join(a.home.StreamDir(31337, 1), "MANIFEST")); err != nil {
		t.Errorf("store of the stream: %v\n%s", err, a.log)
	}

	// Without the file of its share the home makes it again from the chain.
	must(t, os.Remove(filepath.Join(a.home.KeyDir(), "share-2-2.json")))
	l = a.live()
	l.until("share made again", func(s *extension.Agenda) bool { return len(a.shares()) == 1 && s.Pool > 0 })

	// At the height of an upgrade that this program does not know the node ends. One that knows it goes on,
	// and the former one is of no use any more.
	at := l.height() + 150
	propose(committeev1.Payload{Kind: &committeev1.Payload_Upgrade{Upgrade: &committeev1.Upgrade{Name: "next", Height: at}}})
	if err := <-l.done; !errors.Is(err, upgrade.ErrNeeded) {
		t.Errorf("the node ended with %v", err)
	}
	l = a.live("next")
	l.until("upgrade", func(s *extension.Agenda) bool { return s.Height > at })
	l.end()
	if err := Run(t.Context(), a.home, a.cfg, a.log, Hooks{}); !errors.Is(err, upgrade.ErrOld) {
		t.Errorf("the former program ended with %v", err)
	}
}
