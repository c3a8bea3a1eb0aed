// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// exchange is one HTTP request and its response.
type exchange struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	caller string
	body   []byte
	calls  []*call
	batch  bool
}

// next asks what lies below a strike: an earlier rule, or the upstream.
type next func(*call) (*answer, error)

// strike is one rule that hits one call, or for other stages one request.
type strike struct {
	*exchange
	rule *active
	call *call // of a batch the first that the rule concerns, when the stage is not StageCall
	dice uint64
	// quiet: the proxy asks itself, which is no lie yet.
	quiet bool
}

// plainError is an upstream response that is no JSON-RPC answer; it passes as it is.
type plainError struct {
	status int
	header http.Header
	body   []byte
}

func (e *plainError) Error() string { return fmt.Sprintf("upstream: HTTP status %d", e.status) }

// run answers the request.
func (x *exchange) run() {
	strikes := x.s.plan(x)
	for _, k := range strikes {
		if k.rule.kind.request != nil && k.fire() {
			k.rule.kind.request(k, x)
			return
		}
	}
	out, err := x.answers(strikes)
	var plain *plainError
	if errors.As(err, &plain) {
		x.write(plain.status, plain.header, plain.body)
		return
	}
	if err != nil {
		x.s.count("upstream-failed")
		x.write(http.StatusBadGateway, nil, []byte("the upstream does not answer\n"))
		return
	}
	for _, k := range strikes {
		if k.rule.kind.body != nil && k.rule.kind.body(k, x, out) {
			return
		}
	}
	x.write(http.StatusOK, nil, out)
}

// answers is the body of the response before the strikes on bodies.
func (x *exchange) answers(strikes []*strike) ([]byte, error) {
	single := func(k *strike) bool { return k.rule.kind.call != nil }
	whole := func(k *strike) bool { return k.rule.kind.batch != nil }
	var list []*answer
	switch {
	case slices.ContainsFunc(strikes, single):
		for _, c := range x.calls {
			ask := next(x.forward)
			for _, k := range strikes {
				if k.call == c && single(k) {
					ask = layer(k, ask)
				}
			}
			a, err := ask(c)
			if err != nil {
				return nil, err
			}
			if len(c.id) > 0 { // a notification has no answer
				list = append(list, a)
			}
		}
	default:
		raw, err := x.s.post(x.r.Context(), x.r.Method, x.r.Header, x.body)
		if err != nil || !x.batch || !slices.ContainsFunc(strikes, whole) {
			return raw, err
		}
		parsed, ok := parseAnswers(raw)
		if !ok {
			return raw, nil
		}
		list = parsed
	}
	if !x.batch {
		if len(list) == 0 {
			return nil, nil
		}
		return list[0].bytes(), nil
	}
	for _, k := range strikes {
		if whole(k) {
			list = k.rule.kind.batch(k, list)
		}
	}
	parts := make([]json.RawMessage, len(list))
	for i, a := range list {
		parts[i] = a.bytes()
	}
	return encode(parts), nil
}

func layer(k *strike, below next) next {
	return func(c *call) (*answer, error) {
		on := *k
		on.call = c
		return k.rule.kind.call(&on, below)
	}
}

// forward asks the upstream one call.
func (x *exchange) forward(c *call) (*answer, error) {
	raw, err := x.s.post(x.r.Context(), http.MethodPost, x.r.Header, c.raw)
	if err != nil {
		return nil, err
	}
	a, err := parseAnswer(raw)
	if err != nil {
		if len(c.id) == 0 && len(raw) == 0 {
			return &answer{}, nil
		}
		return nil, &plainError{http.StatusOK, nil, raw}
	}
	return a, nil
}

// ask asks the upstream a question of the proxy's own, past every rule.
func (x *exchange) ask(method string, params ...any) (any, error) {
	return x.s.ask(x.r.Context(), method, params...)
}

func (x *exchange) write(status int, header http.Header, body []byte) {
	h := x.w.Header()
	for _, name := range []string{"Content-Type", "Retry-After"} {
		if v := header.Get(name); v != "" {
			h.Set(name, v)
		}
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // a client that went away is not our fault
}

// fire counts a lie that is told; false when the rule has lied often enough.
func (k *strike) fire() bool { return k.quiet || k.s.fire(k.rule) }

// pick chooses one of n > 0 by the strike's dice.
func (k *strike) pick(n int) int { return int(k.dice % uint64(n)) }

// hits reports whether a thing is struck: always, but for a consistent rule with a rate, which decides by the
// thing's name.
func (k *strike) hits(thing string) bool {
	return !k.rule.Consistent || likely(draw(k.s.seed, uint64(k.rule.index), "thing", thing, 0), k.rule.Rate)
}

// post sends a body to the upstream and returns the body of a 200; any other response is a *plainError.
func (s *Server) post(ctx context.Context, method string, from http.Header, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.upstream, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"Content-Type", "Accept", "Authorization"} {
		if v := from.Get(name); v != "" {
			req.Header.Set(name, v)
		}
	}
	if req.Header.Get("Content-Type") == "" && method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, s.options.MaxResponseBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > s.options.MaxResponseBytes {
		return nil, &plainError{http.StatusBadGateway, nil, []byte("answer of the upstream above the proxy's bound\n")}
	}
	if res.StatusCode != http.StatusOK {
		return nil, &plainError{res.StatusCode, res.Header, raw}
	}
	return raw, nil
}

// ask asks the upstream a question of the proxy's own.
func (s *Server) ask(ctx context.Context, method string, params ...any) (any, error) {
	c := (&call{id: json.RawMessage("1"), method: method}).with(append([]any{}, params...))
	raw, err := s.post(ctx, http.MethodPost, nil, c.raw)
	if err != nil {
		return nil, err
	}
	a, err := parseAnswer(raw)
	if err != nil {
		return nil, err
	}
	if a.failure != nil {
		return nil, fmt.Errorf("%s: upstream answers with an error", method)
	}
	return a.result, nil
}
