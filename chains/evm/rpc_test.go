// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

// refusing is an endpoint that refuses every request with one error.
func refusing(t *testing.T, code int, text string) Endpoint {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%d,"error":{"code":%d,"message":%q}}`, requestID(t, r), code, text)
	}))
	t.Cleanup(s.Close)
	e, err := Dial(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func requestID(t *testing.T, r *http.Request) uint64 {
	t.Helper()
	var c call
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		t.Error(err)
	}
	return c.ID
}

// TestPrunedState: a node that does not keep a block's state says so in words of its own, to each question that reads
// state. It is no failure of the node, and no other refusal is taken for it.
func TestPrunedState(t *testing.T) {
	at := At{Hash: message.Hash{1}}
	questions := map[string]func(context.Context, Endpoint) error{
		"storage": func(ctx context.Context, e Endpoint) error {
			_, err := e.Storage(ctx, testManager, message.Hash{}, at)
			return err
		},
		"code": func(ctx context.Context, e Endpoint) error {
			_, err := e.Code(ctx, testManager)
			return err
		},
		"call": func(ctx context.Context, e Endpoint) error {
			_, err := e.Call(ctx, Call{To: testManager}, at)
			return err
		},
	}
	for _, c := range []struct {
		code int
		text string
		want error
	}{
		{-32000, "missing trie node 6f1a (path ) state 0x6f1a is not available, not found", ErrNoState}, // go-ethereum, hashes as keys
		{-32000, "required historical state unavailable (reexec=128)", ErrNoState},
		{-32000, "historical state 6f1a is not available", ErrNoState}, // go-ethereum, paths as keys
		{-32000, "state not available", ErrNoState},
		{-32000, "No state available for block 0x12", ErrNoState},
		{4444, "pruned history unavailable", ErrNoState},
		{-32000, "State already Pruned, number: 12", ErrNoState},
		{-32000, "state histories haven't been fully indexed yet", ErrNoState},
		{-32000, "header not found", ErrNoBlock},
		{-32001, "block not found: 0x01", ErrNoBlock},
		{-32000, "internal error", nil},
		{-32005, "limit exceeded", nil},
	} {
		e := refusing(t, c.code, c.text)
		for name, ask := range questions {
			err := ask(t.Context(), e)
			for _, kind := range []error{ErrNoState, ErrNoBlock, ErrTooMany} {
				if errors.Is(err, kind) != errors.Is(c.want, kind) {
					t.Errorf("%s, %q: %v", name, c.text, err)
				}
			}
			if !errors.Is(err, message.ErrUnavailable) || message.FateOf(err) != message.Retry {
				t.Errorf("%s, %q: %v", name, c.text, err)
			}
		}
	}
}
