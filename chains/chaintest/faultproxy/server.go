// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
)

// Defaults of Options.
const (
	defaultRequestBytes  = 8 << 20
	defaultResponseBytes = 64 << 20
	upstreamTimeout      = 30 * time.Second
	headerTimeout        = 10 * time.Second
	// maxMethods bounds how many names of methods are counted apart.
	maxMethods = 256
)

// ErrOptions: a server cannot be started with these options.
var ErrOptions = message.NewError(message.Reject, "bad options of the fault proxy")

// Options of a server. The zero value lies never and listens on a free port of 127.0.0.1.
type Options struct {
	Listen  string // loopback host and port; default 127.0.0.1:0
	Control string // loopback host and port of a listener for /_faults alone; empty: on Listen too
	Seed    uint64
	Rules   []Rule
	// Wait holds a slow body or a late answer: it returns after d, or earlier with an error, which ends the
	// connection. Default: a timer. Tests give one that waits for them.
	Wait             func(ctx context.Context, d time.Duration) error
	MaxRequestBytes  int64 // default 8 MiB
	MaxResponseBytes int64 // of the upstream; default 64 MiB
}

// Server is a running proxy. Its methods may be called at the same time.
type Server struct {
	options  Options
	upstream string
	seed     uint64
	client   *http.Client
	url      string
	control  string
	servers  []*http.Server
	closing  chan struct{}
	closed   sync.Once
	done     sync.WaitGroup

	mu      sync.Mutex
	rules   []*active
	counts  map[Kind]uint64
	calls   map[string]uint64 // by method
	sockets map[*socket]struct{}
}

// Start runs a proxy before an http or https endpoint until Close. It does not connect yet.
//
// Errors: ErrOptions, ErrRule, and those of the listeners. SECURITY: errors never name the upstream's URL (I-14).
func Start(upstream string, o Options) (*Server, error) {
	u, err := url.Parse(upstream)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("upstream: want an http or https URL: %w", ErrOptions)
	}
	if err := checkRules(o.Rules); err != nil {
		return nil, err
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.MaxRequestBytes <= 0 {
		o.MaxRequestBytes = defaultRequestBytes
	}
	if o.MaxResponseBytes <= 0 {
		o.MaxResponseBytes = defaultResponseBytes
	}
	if o.Wait == nil {
		o.Wait = follow.Sleep
	}
	s := &Server{
		options: o, upstream: upstream, seed: o.Seed, closing: make(chan struct{}),
		rules: activate(o.Rules), counts: map[Kind]uint64{}, calls: map[string]uint64{}, sockets: map[*socket]struct{}{},
	}
	s.client = &http.Client{
		Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16, ResponseHeaderTimeout: upstreamTimeout},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	root := http.NewServeMux()
	root.HandleFunc("/{$}", s.serve)
	root.HandleFunc("/as/{caller}", s.serve)
	faults := root
	if o.Control != "" {
		faults = http.NewServeMux()
	}
	s.controls(faults)
	if s.url, err = s.listen(o.Listen, root); err != nil {
		return nil, err
	}
	s.control = s.url
	if o.Control != "" {
		if s.control, err = s.listen(o.Control, faults); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	s.control += controlPath
	return s, nil
}

func (s *Server) listen(address string, h http.Handler) (string, error) {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("listen address %q: want an address of loopback and a port: %w", address, ErrOptions)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: headerTimeout}
	s.servers = append(s.servers, srv)
	s.done.Add(1)
	go func() {
		defer s.done.Done()
		_ = srv.Serve(l) // always ErrServerClosed: only Close ends it
	}()
	return "http://" + l.Addr().String(), nil
}

// URL is the endpoint that lies.
func (s *Server) URL() string { return s.url }

// As is the same endpoint for one named caller.
func (s *Server) As(caller string) string { return s.url + "/as/" + caller }

// ControlURL is where rules and counts are read and set.
func (s *Server) ControlURL() string { return s.control }

// Seed is what every choice follows from.
func (s *Server) Seed() uint64 { return s.seed }

// Close ends the listeners and every connection, those that hang too. It may be called more than once.
func (s *Server) Close() error {
	var err error
	s.closed.Do(func() {
		close(s.closing)
		for _, srv := range s.servers {
			err = errors.Join(err, srv.Close())
		}
		s.mu.Lock()
		open := maps.Clone(s.sockets)
		s.mu.Unlock()
		for c := range open {
			c.close()
		}
		s.done.Wait()
		s.client.CloseIdleConnections()
	})
	return err
}

// Set replaces all rules at once; their counts start again, those by kind go on. A socket-drop or socket-silent
// strikes connections that are open already.
func (s *Server) Set(rules ...Rule) error {
	if err := checkRules(rules); err != nil {
		return err
	}
	s.mu.Lock()
	s.rules = activate(rules)
	s.mu.Unlock()
	s.strikeSockets()
	return nil
}

// Rules is what is set, in order.
func (s *Server) Rules() []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Rule, len(s.rules))
	for i, a := range s.rules {
		list[i] = a.Rule
	}
	return list
}

// Fired is how often a fault happened since the start: lies that were told, not calls that could have been struck.
func (s *Server) Fired(k Kind) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[k]
}

// Counts is Fired of every kind that happened.
func (s *Server) Counts() map[Kind]uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}

func (s *Server) count(k Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[k]++
}

func (s *Server) fire(a *active) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Count != 0 && a.fired >= a.Count {
		return false
	}
	a.fired++
	s.counts[a.Fault]++
	return true
}

// serve answers one request to the endpoint.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	caller := r.PathValue("caller")
	if caller == "" {
		caller = r.Header.Get("X-Caller")
	}
	if caller != "" && !callerName.MatchString(caller) {
		http.Error(w, "the caller's name has other characters than letters, digits, dot, dash and underscore, or is too long", http.StatusBadRequest)
		return
	}
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		s.tunnel(w, r, caller)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.options.MaxRequestBytes))
	if err != nil {
		http.Error(w, "request above the proxy's bound", http.StatusRequestEntityTooLarge)
		return
	}
	x := &exchange{s: s, w: w, r: r, caller: caller, body: body}
	x.calls, x.batch, _ = parseCalls(body) // what is no JSON-RPC has no calls and passes
	x.run()
}

// plan counts the calls and chooses what strikes them. A rule of another stage than StageCall strikes a request
// at most once.
func (s *Server) plan(x *exchange) []*strike {
	head, known := s.headFor(x)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range x.calls {
		if _, ok := s.calls[c.method]; ok || len(s.calls) < maxMethods {
			s.calls[c.method]++
		}
	}
	var strikes []*strike
	for _, a := range s.rules {
		if a.kind.Stage == StageSocket || a.Caller != "" && a.Caller != x.caller || !a.atHead(head, known) {
			continue
		}
		for _, c := range x.calls {
			if !a.concerns(c) {
				continue
			}
			if dice, ok := a.turn(s.seed, x.caller); ok {
				strikes = append(strikes, &strike{exchange: x, rule: a, call: c, dice: dice})
			}
			if a.kind.Stage != StageCall {
				break
			}
		}
	}
	return strikes
}

// atHead reports whether the rule is on while the upstream's head is this.
func (a *active) atHead(head uint64, known bool) bool {
	if a.FromHead == 0 && a.ToHead == 0 {
		return true
	}
	return known && head >= a.FromHead && (a.ToHead == 0 || head <= a.ToHead)
}

// headFor asks for the upstream's head if any rule wants to know.
func (s *Server) headFor(x *exchange) (uint64, bool) {
	s.mu.Lock()
	wanted := false
	for _, a := range s.rules {
		wanted = wanted || a.FromHead != 0 || a.ToHead != 0
	}
	s.mu.Unlock()
	if !wanted {
		return 0, false
	}
	v, err := x.ask("eth_blockNumber")
	if err != nil {
		return 0, false
	}
	return number(v)
}
