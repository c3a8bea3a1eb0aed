// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
)

func socketKinds() []*kind {
	socket := func(name Kind, doc string) *kind {
		return &kind{Info: Info{Kind: name, Stage: StageSocket, Doc: doc}}
	}
	return []*kind{
		socket(SocketRefused, "a WebSocket handshake is answered with status 503"),
		socket(SocketDrop, "WebSocket connections are cut: those that are open when the rule is set, and new ones after their handshake"),
		socket(SocketSilent, "a WebSocket connection stays open and nothing comes from the upstream any more, until it ends"),
	}
}

// socket is one WebSocket connection, passed on as bytes.
type socket struct {
	caller string
	client net.Conn
	far    net.Conn
	silent atomic.Pointer[active] // the rule that keeps it silent
	once   sync.Once
}

func (c *socket) close() {
	c.once.Do(func() {
		_ = c.client.Close()
		_ = c.far.Close()
	})
}

// struckSocket is the first rule about sockets that strikes this caller.
func (s *Server) struckSocket(caller string, kinds ...Kind) *active {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range kinds {
		for _, a := range s.rules {
			if a.Fault != k || a.Caller != "" && a.Caller != caller {
				continue
			}
			if _, ok := a.turn(s.seed, caller); ok {
				return a
			}
		}
	}
	return nil
}

// strikeSockets applies new rules to open connections.
func (s *Server) strikeSockets() {
	s.mu.Lock()
	open := make([]*socket, 0, len(s.sockets))
	for c := range s.sockets {
		open = append(open, c)
	}
	s.mu.Unlock()
	for _, c := range open {
		s.strikeSocket(c)
	}
}

func (s *Server) strikeSocket(c *socket) {
	a := s.struckSocket(c.caller, SocketDrop, SocketSilent)
	switch {
	case a == nil:
	case a.Fault == SocketSilent:
		c.silent.Store(a)
	case s.fire(a):
		c.close()
	}
}

// tunnel passes a WebSocket connection on.
func (s *Server) tunnel(w http.ResponseWriter, r *http.Request, caller string) {
	if a := s.struckSocket(caller, SocketRefused); a != nil && s.fire(a) {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	far, err := s.dial(r.Context())
	if err != nil {
		s.count("upstream-failed")
		http.Error(w, "the upstream does not answer", http.StatusBadGateway)
		return
	}
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		_ = far.Close()
		return
	}
	client, buffered, err := hijacker.Hijack()
	if err != nil {
		_ = far.Close()
		return
	}
	c := &socket{caller: caller, client: client, far: far}
	defer c.close()
	s.mu.Lock()
	s.sockets[c] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.sockets, c)
		s.mu.Unlock()
	}()
	select {
	case <-s.closing: // Close may have looked at the sockets before this one was there
		return
	default:
	}
	if err := s.handshake(r, far); err != nil {
		return
	}
	reader := bufio.NewReader(far)
	res, err := http.ReadResponse(reader, r)
	if err != nil {
		return
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusSwitchingProtocols {
		res.Body = http.NoBody // what follows is no body of HTTP
	} else {
		res.Body = io.NopCloser(io.LimitReader(res.Body, s.options.MaxResponseBytes))
	}
	if err := res.Write(client); err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		return
	}
	s.strikeSocket(c)
	up := make(chan struct{})
	go func() {
		defer close(up)
		_, _ = io.Copy(far, buffered)
		c.close()
	}()
	_, _ = io.Copy(quiet{s, c}, reader)
	c.close()
	<-up
}

// quiet writes to the client unless the socket is silent; each part that it swallows counts.
type quiet struct {
	s *Server
	c *socket
}

func (q quiet) Write(b []byte) (int, error) {
	if a := q.c.silent.Load(); a != nil && q.s.fire(a) {
		return len(b), nil
	}
	return q.c.client.Write(b)
}

func (s *Server) dial(ctx context.Context) (net.Conn, error) {
	u, err := url.Parse(s.upstream)
	if err != nil {
		return nil, err
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	}
	d := &net.Dialer{Timeout: upstreamTimeout}
	if u.Scheme == "https" {
		return (&tls.Dialer{NetDialer: d, Config: &tls.Config{ServerName: u.Hostname(), NextProtos: []string{"http/1.1"}}}).DialContext(ctx, "tcp", host)
	}
	return d.DialContext(ctx, "tcp", host)
}

// handshake repeats the client's request to the upstream, without its origin and caller.
func (s *Server) handshake(r *http.Request, far net.Conn) error {
	u, err := url.Parse(s.upstream)
	if err != nil {
		return err
	}
	req := &http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	for name, v := range r.Header {
		if name != "X-Caller" && name != "Origin" {
			req.Header[name] = v
		}
	}
	if err := req.Write(far); err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	return nil
}
