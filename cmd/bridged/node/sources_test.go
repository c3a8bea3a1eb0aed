// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package node

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/cmd/devnet/chain"
	"github.com/aitbc/bridge/cmd/sources"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// world is two chains, each behind proxies that lie when they are told to.
type world struct {
	t       *testing.T
	manager [2]message.Address
	proxies [2][]*faultproxy.Server
}

var worldChains = [2]uint64{31337, 31338}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	key, err := crypto.GenerateKey()
	must(t, err)
	from := crypto.PubkeyToAddress(key.PublicKey)
	for i, id := range worldChains {
		c, err := chain.Start(t.Context(), chain.Config{ChainID: id, Funded: []common.Address{from}, BlockTime: 100 * time.Millisecond})
		must(t, err)
		t.Cleanup(func() { _ = c.Close() })
		for k := range 3 {
			p, err := faultproxy.Start(c.URL(), faultproxy.Options{Seed: uint64(k)})
			must(t, err)
			t.Cleanup(func() { _ = p.Close() })
			w.proxies[i] = append(w.proxies[i], p)
		}
		e, err := evm.Dial(c.URL())
		must(t, err)
		defer e.Close()
		// What is deployed is one byte of code that does nothing.
		tx, err := types.SignNewTx(key, types.LatestSignerForChainID(new(big.Int).SetUint64(id)), &types.LegacyTx{
			GasPrice: big.NewInt(1e11), Gas: 100_000, Data: []byte{0x60, 0x01, 0x5f, 0xf3},
		})
		must(t, err)
		raw, err := tx.MarshalBinary()
		must(t, err)
		must(t, e.SendRaw(t.Context(), raw))
		w.manager[i] = message.Address(crypto.CreateAddress(from, 0))
		for code := []byte(nil); len(code) == 0; {
			code, err = e.Code(t.Context(), w.manager[i])
			must(t, err)
		}
	}
	return w
}

// chain is how a node reads chain i through some of the proxies, two of which must agree.
func (w *world) chain(i int, proxies ...int) sources.Chain {
	c := sources.Chain{ChainID: worldChains[i]}
	for _, k := range proxies {
		url := w.proxies[i][k].URL()
		c.Endpoints = append(c.Endpoints, sources.Endpoint{
			Name: []string{"own", "provider", "third"}[k], URL: url + "/as/secret-key", WS: "ws" + strings.TrimPrefix(url, "http") + "/as/secret-key",
		})
	}
	return c
}

// reader is a validator of final streams of both chains of w and a fast one of the second; its file knows the first alone.
func (w *world) reader() *alone {
	w.t.Helper()
	a := newAlone(w.t, func(doc *cmttypes.GenesisDoc) {
		g, err := CheckGenesis(doc)
		must(w.t, err)
		for i, id := range worldChains {
			g.Lanes.Streams = append(g.Lanes.Streams, lanesv1.Stream{
				Index: uint32(i + 1), Chain: id, Manager: w.manager[i][:], Finality: uint32(message.Final), Epoch: 1, Stride: 1, StartBlock: 1,
			})
		}
		g.Lanes.Streams = append(g.Lanes.Streams, lanesv1.Stream{
			Index: 3, Chain: worldChains[1], Manager: w.manager[1][:], Finality: uint32(message.Fast), Epoch: 1, Stride: 1, StartBlock: 1, MaxAhead: 64, Generation: 1,
		})
		must(w.t, putState(doc, &g))
	})
	c, err := LoadComet(a.home)
	must(w.t, err)
	c.RPC.ListenAddress, c.Instrumentation.PrometheusListenAddr = "tcp://"+unused(w.t), unused(w.t)
	c.Consensus.TimeoutCommit = 50 * time.Millisecond
	cmtcfg.WriteConfigFile(a.home.CometFile(), c)
	a.cfg.GRPC = unused(w.t)
	a.cfg.Poll = "1h" // whatever is read is read because a block was announced
	a.write(w.chain(0, 0, 1))
	return a
}

func (a *alone) write(chains ...sources.Chain) {
	a.t.Helper()
	a.cfg.Chains = chains
	must(a.t, a.cfg.Save(a.home.ConfigFile()))
}

// shows waits until the node's status is as wanted.
func (l *life) shows(what string, ok func(*Status) bool) (s Status) {
	l.a.t.Helper()
	next := uint64(0)
	l.until(what, func(a *extension.Agenda) bool {
		if a.Height < next {
			return false
		}
		next = a.Height + 5
		var err error
		if s, err = QueryStatus(l.a.t.Context(), l.a.home, l.a.cfg); err != nil {
			return false // it may not listen yet
		}
		return ok(&s)
	})
	return s
}

func (l *life) grows(what string, list ...int) Status {
	l.a.t.Helper()
	var was []uint64
	return l.shows(what, func(s *Status) bool {
		if was == nil {
			for i := range s.Streams {
				was = append(was, s.Streams[i].OwnFinal)
			}
		}
		for _, i := range list {
			if s.Streams[i].OwnFinal < was[i]+5 {
				return false
			}
		}
		return true
	})
}

func problem(s *Status, text string) bool {
	return slices.ContainsFunc(s.Problems, func(p Problem) bool { return strings.Contains(p.Text, text) })
}

// TestReload changes the sources of a node that runs: wrong files, an endpoint in place of another one that hangs,
// a chain that comes, goes and comes back. Blocks are announced, or nothing would be read (the poll is an hour).
func TestReload(t *testing.T) {
	w := newWorld(t)
	a := w.reader()
	l := a.live()
	defer l.end()
	l.grows("the first chain is read", 0)
	s := l.shows("the second chain is not", func(s *Status) bool { return len(s.Streams) == 3 && s.Streams[1].Abstains != "" })
	if s.Streams[1].Abstains != "this node does not cover the chain" || s.Streams[2].Abstains != s.Streams[1].Abstains || s.Streams[0].Abstains != "" || s.Sources[0].Endpoints[0].Announces != "standing" {
		t.Errorf("%+v", s)
	}

	// What is wrong changes nothing, also where only a part of it is wrong.
	refused := func(want string, change func()) {
		t.Helper()
		change()
		_, err := AskReload(t.Context(), a.home)
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret-key") {
			t.Errorf("%s: %v", want, err)
		}
	}
	refused("chains[1]", func() { a.write(w.chain(0, 0, 1, 2), sources.Chain{ChainID: worldChains[1]}) })
	refused("needs a restart", func() {
		c := w.chain(0, 0, 1, 2)
		c.Agree = 3
		a.write(c, w.chain(1, 0, 1))
	})
	refused("unknown keys", func() { must(t, os.WriteFile(a.home.ConfigFile(), []byte("pol = 1\n"), 0o600)) })
	refused("runs", func() {
		other := a.cfg
		other.ChainID, other.Chains = "aitbc-devnet-8", nil
		must(t, other.Save(a.home.ConfigFile()))
	})
	if s := l.grows("the node goes on", 0); len(s.Sources) != 1 || len(s.Sources[0].Endpoints) != 2 {
		t.Errorf("after files that are wrong: %+v", s.Sources)
	}

	// One endpoint hangs and is replaced while it does; the other chain comes.
	must(t, w.proxies[0][1].Set(faultproxy.Rule{Fault: faultproxy.Hang}))
	l.shows("the provider hangs", func(*Status) bool { return w.proxies[0][1].Fired(faultproxy.Hang) > 0 })
	a.cfg.LogLevel = "debug"
	a.write(w.chain(0, 0, 2), w.chain(1, 0, 1))
	r, err := AskReload(t.Context(), a.home)
	must(t, err)
	if len(r.Chains) != 2 || r.Chains[0].What != sources.Changed || !slices.Equal(r.Chains[0].Added, []string{"third"}) || !slices.Equal(r.Chains[0].Removed, []string{"provider"}) ||
		r.Chains[1].What != sources.Added || !slices.Equal(r.Restart, []string{"log_level"}) {
		t.Errorf("reload: %+v", r)
	}
	s = l.grows("both chains are read", 0, 1)
	if s.Streams[1].Abstains != "" || len(s.Sources) != 2 {
		t.Errorf("%+v", s)
	}
	// The fast stream goes with it. Nothing was sent: it has nothing to say, and waits for nothing.
	reads := func(s *Status) bool {
		p := &s.Streams[2]
		return p.Abstains == "" && p.Halted == "" && p.Finality == "fast" && p.Lower != nil && *p.Lower == LowerStatus{Generation: 1}
	}
	l.shows("the fast stream is read", reads)
	if r, err = AskReload(t.Context(), a.home); err != nil || len(r.Chains) != 0 {
		t.Errorf("the same file again: %+v, %v", r, err)
	}
	scrape(t, a)

	// It goes and comes back.
	a.write(w.chain(0, 0, 2))
	r, err = AskReload(t.Context(), a.home)
	must(t, err)
	if len(r.Chains) != 1 || r.Chains[0].What != sources.Removed {
		t.Errorf("reload: %+v", r)
	}
	s = l.shows("the second chain is gone", func(s *Status) bool { return s.Streams[1].Abstains == "its chain is not configured any more" })
	if len(s.Sources) != 1 || s.Streams[1].Halted != "" || s.Streams[2].Abstains != s.Streams[1].Abstains || s.Streams[2].Halted != "" {
		t.Errorf("%+v", s)
	}
	a.write(w.chain(0, 0, 2), w.chain(1, 1, 2))
	_, err = AskReload(t.Context(), a.home)
	must(t, err)
	if s = l.grows("it is read again", 0, 1); s.Streams[1].Abstains != "" {
		t.Errorf("%+v", s.Streams)
	}
	s = l.shows("the fast stream too", reads)
	for _, p := range s.Problems {
		if strings.Contains(p.Text, "halted") {
			t.Errorf("%+v", p)
		}
	}
}

var metricName = regexp.MustCompile("`(bridge_[a-z_]+)")

// scrape compares what is served with docs/spec/operations.md.
func scrape(t *testing.T, a *alone) {
	t.Helper()
	c, err := LoadComet(a.home)
	must(t, err)
	ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.Instrumentation.PrometheusListenAddr+"/metrics", nil)
	must(t, err)
	res, err := http.DefaultClient.Do(ask)
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	var served, documented []string
	for line := range strings.Lines(string(body)) {
		if name, ok := strings.CutPrefix(line, "# TYPE bridge_"); ok {
			served = append(served, "bridge_"+strings.Fields(name)[0])
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "spec", "operations.md"))
	must(t, err)
	for _, m := range metricName.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, m[1])
	}
	slices.Sort(served)
	slices.Sort(documented)
	if !slices.Equal(served, documented) || len(served) != len(metrics) {
		t.Errorf("%d metrics:\nserved     %v\ndocumented %v", len(metrics), served, documented)
	}
	for _, line := range []string{`bridge_source_agree{chain="31337"} 2`, `bridge_endpoint_state{chain="31338",endpoint="own",state="healthy"} 1`, `bridge_stream_halted{chain="31337",stream="1"} 0`,
		`bridge_stream_generation{chain="31338",stream="3"} 1`, `bridge_stream_stopped{chain="31338",stream="3"} 0`, `bridge_stream_tip_block{chain="31338",stream="3"} 0`} {
		if !strings.Contains(string(body), line) {
			t.Errorf("no line %s", line)
		}
	}
	for _, secret := range []string{"secret-key", "ws://", "127.0.0.1"} {
		if strings.Contains(string(body), secret) {
			t.Errorf("the metrics say %q", secret)
		}
	}
}

// TestManagerCode: the hash of the code is kept; endpoints that show other code after a restart have no voice, the
// chain abstains and says why, and goes on when they show the right one.
func TestManagerCode(t *testing.T) {
	w := newWorld(t)
	a := w.reader()
	l := a.live()
	l.grows("the chain is read", 0)
	l.end()
	record := sources.Record{Path: filepath.Join(a.home.StreamDir(31337, 1), codeRecord)}
	h, ok, err := record.Load()
	if err != nil || !ok || h != message.Keccak([]byte{0}) {
		t.Fatalf("record %s, %t, %v", h, ok, err)
	}
	for _, p := range w.proxies[0] {
		must(t, p.Set(faultproxy.Rule{Fault: faultproxy.Code, Contract: &w.manager[0], Data: "0xfe"}))
	}
	l = a.live()
	s := l.shows("other code is refused", func(s *Status) bool { return problem(s, "shows other code of the manager") })
	if !problem(&s, "2 must agree: it reads nothing") || s.Streams[0].Halted != "" {
		t.Errorf("%+v", s.Problems)
	}
	for _, p := range w.proxies[0] {
		must(t, p.Set())
	}
	l.grows("the right code is there again", 0)
	l.end()

	// A hash that the file demands stands beside the one that was seen.
	c := w.chain(0, 0, 1)
	c.ManagerCodeHash = message.Keccak([]byte{1}).String()
	a.write(c)
	l = a.live()
	s = l.shows("another hash is demanded", func(s *Status) bool { return problem(s, "manager_code_hash is "+c.ManagerCodeHash) })
	if s.Streams[0].Abstains == "" {
		t.Errorf("%+v", s.Streams)
	}
	c.ManagerCodeHash = message.Keccak([]byte{0}).String()
	a.write(c)
	_, err = AskReload(context.WithoutCancel(t.Context()), a.home)
	must(t, err)
	l.grows("the right hash is demanded", 0)
	l.end()
}

// TestRuleOfTheChain: a stream below final is followed where the chain's profile has a rule for it; elsewhere this node abstains and says why.
func TestRuleOfTheChain(t *testing.T) {
	for id, rule := range map[uint64]bool{1: true, 137: false} {
		c, err := chain.Start(t.Context(), chain.Config{ChainID: id, BlockTime: 100 * time.Millisecond})
		must(t, err)
		t.Cleanup(func() { _ = c.Close() })
		proxy, err := faultproxy.Start(c.URL(), faultproxy.Options{})
		must(t, err)
		t.Cleanup(func() { _ = proxy.Close() })
		feeds, err := sources.Open([]sources.Chain{{ChainID: id, Endpoints: []sources.Endpoint{{Name: "own", URL: c.URL()}, {Name: "other", URL: proxy.URL()}}}}, slog.New(slog.DiscardHandler))
		must(t, err)
		t.Cleanup(func() { _ = feeds.Close() })

		b := newBelowOn(t, message.ChainID(id))
		b.s.feeds = feeds
		if list := b.s.beginLower(t.Context()); len(list) != 0 {
			t.Errorf("chain %d: followed without the final stream's reader", id)
		}
		feed, _ := feeds.Get(message.ChainID(id))
		reader, err := feed.Reader(t.Context(), b.final.stream.Stream.Manager, nil)
		must(t, err)
		b.final.client.Store(reader)
		b.final.feed, b.final.running = feed, true
		for turn := range 2 { // the second one finds what the first one did
			begins := len(b.s.beginLower(t.Context())) == 1
			why := b.s.abstains()[fastIndex]
			if begins != (rule && turn == 0) || rule != (why == "") || !rule && !strings.Contains(why, "no rule") {
				t.Errorf("chain %d: begins %t, abstains because %q", id, begins, why)
			}
		}
	}
}

// TestLowerStreamIsTold: what status says of a stream below final, from the state and from the node.
func TestLowerStreamIsTold(t *testing.T) {
	for _, c := range []struct {
		name    string
		stopped uint64
		own     nodev1.QueryNodeResponse
		want    LowerStatus
		problem string
		says    string // why it does not vote
	}{
		{
			name: "it runs", own: nodev1.QueryNodeResponse{Streams: []nodev1.Stream{{Index: 3, Newest: 90}}},
			want: LowerStatus{Generation: 2, Tip: 90},
		},
		{
			name: "it waits", own: nodev1.QueryNodeResponse{Streams: []nodev1.Stream{{Index: 3, Waits: "no block"}}},
			want: LowerStatus{Generation: 2, Waits: "no block"}, problem: "this node waits: no block",
		},
		{name: "not covered", want: LowerStatus{Generation: 2}, problem: "this node does not vote", says: "this node does not cover the chain"},
		{
			name: "contradicted", own: nodev1.QueryNodeResponse{
				Streams:        []nodev1.Stream{{Index: 3}},
				Contradictions: []nodev1.Contradiction{{Stream: 4, Generation: 2, End: 1}, {Stream: 3, Generation: 2, End: 70, Sent: 11}},
			},
			want: LowerStatus{Generation: 2, Contradicted: 70, Reported: 11}, problem: "AT BLOCK 70 IS NOT WHAT",
		},
		{
			name: "contradicted before", own: nodev1.QueryNodeResponse{
				Streams: []nodev1.Stream{{Index: 3, Newest: 90}}, Contradictions: []nodev1.Contradiction{{Stream: 3, Generation: 1, End: 70}},
			},
			want: LowerStatus{Generation: 2, Tip: 90},
		},
		{name: "stopped", stopped: 12, want: LowerStatus{Generation: 2, StoppedAt: 12}, problem: "STOPPED at height 12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := StreamStatus{Index: 3, Finality: "fast", CertifiedEnd: 99, Lower: &LowerStatus{Generation: 2, StoppedAt: c.stopped}}
			one.fill(&c.own)
			s := Status{Streams: []StreamStatus{one}}
			s.doubtless(t, c.problem)
			if *one.Lower != c.want || one.Abstains != c.says {
				t.Errorf("%+v, %+v", one, one.Lower)
			}
		})
	}
}

// doubtless demands the problem that is wanted and no other one of the streams.
func (s *Status) doubtless(t *testing.T, want string) {
	t.Helper()
	s.Conclude()
	n := 0
	for _, p := range s.Problems {
		if strings.Contains(p.Text, "stream ") {
			n++
		}
	}
	if want == "" && n != 0 || want != "" && (n != 1 || !problem(s, want)) {
		t.Errorf("problems %+v, want %q", s.Problems, want)
	}
}

// TestStalledIsTold: what status says of a final block that stands still.
func TestStalledIsTold(t *testing.T) {
	p, _ := registry.Get(1)
	for _, c := range []struct {
		name   string
		change func(*Source)
		want   string
	}{
		{"it moves", func(*Source) {}, ""},
		{"it stands for long", func(s *Source) { s.Stands, s.Stalled = s.StalledAfter+1, true }, "its final block has been 7 for"},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := Source{Chain: 1, Agree: 0, Final: 7, Head: 90, StalledAfter: uint64(p.Finality.Stalled / time.Second)}
			c.change(&one)
			s := Status{Sources: []Source{one}}
			s.Conclude()
			if got := problem(&s, "this node waits"); got != (c.want != "") || c.want != "" && !problem(&s, c.want) {
				t.Errorf("%+v", s.Problems)
			}
		})
	}
}
