// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

func limitKinds() []*kind {
	request := func(name Kind, n uint64, doc string, f func(*strike, *exchange)) *kind {
		return &kind{Info: Info{Kind: name, Stage: StageRequest, Doc: doc, N: n}, request: f}
	}
	status := func(name Kind, code int, doc string) *kind {
		return request(name, 0, doc, func(_ *strike, x *exchange) {
			x.write(code, http.Header{"Content-Type": {"text/plain"}}, []byte(http.StatusText(code)+"\n"))
		})
	}
	refuse := func(name Kind, code int, words, doc string) *kind {
		return callKind(name, nil, 0, doc, func(k *strike, below next) (*answer, error) {
			if !k.fire() {
				return below(k.call)
			}
			return refusal(k.call, code, words), nil
		})
	}
	return []*kind{
		callKind(RangeLimit, []string{"eth_getLogs"}, 100, "a range above n blocks is refused with -32005", func(k *strike, below next) (*answer, error) {
			from, to, ok := k.blockRange()
			if !ok || to < from || to-from+1 <= k.rule.n() || !k.fire() {
				return below(k.call)
			}
			return refusal(k.call, -32005, "query returned more than 10000 results"), nil
		}),
		callKind(ResultLimit, []string{"eth_getLogs"}, 10, "an answer of more than n logs is refused with -32005", func(k *strike, below next) (*answer, error) {
			a, err := below(k.call)
			if err != nil {
				return a, err
			}
			if logs, _ := a.result.([]any); uint64(len(logs)) <= k.rule.n() || !k.fire() {
				return a, nil
			}
			return refusal(k.call, -32005, "query returned more than "+strconv.FormatUint(k.rule.n(), 10)+" results"), nil
		}),
		refuse(RPCRateLimit, -32005, "project rate limit exceeded", "too many requests, said in a JSON-RPC error with status 200"),
		refuse(RPCInternal, -32603, "internal error", "an internal error, said in a JSON-RPC error with status 200"),
		status(HTTP429, http.StatusTooManyRequests, "status 429 without Retry-After"),
		request(HTTP429After, 7, "status 429 with Retry-After of n seconds", func(k *strike, x *exchange) {
			x.write(http.StatusTooManyRequests, http.Header{"Retry-After": {strconv.FormatUint(k.rule.n(), 10)}}, []byte("{}"))
		}),
		status(HTTP413, http.StatusRequestEntityTooLarge, "status 413"),
		status(HTTP500, http.StatusInternalServerError, "status 500"),
		status(HTTP502, http.StatusBadGateway, "status 502"),
		status(HTTP503, http.StatusServiceUnavailable, "status 503"),
		request(HTTPPage, 0, "status 200 with a web page instead of JSON", func(_ *strike, x *exchange) {
			x.write(http.StatusOK, http.Header{"Content-Type": {"text/html"}}, []byte("<!doctype html><title>Just a moment</title>\n"))
		}),
		callKind(AnswerLate, nil, 1000, "an answer comes n milliseconds late", func(k *strike, below next) (*answer, error) {
			a, err := below(k.call)
			if err != nil || !k.fire() {
				return a, err
			}
			return a, k.s.options.Wait(k.r.Context(), time.Duration(k.rule.n())*time.Millisecond)
		}),
		request(Hang, 0, "no answer, until the client or the proxy goes", func(_ *strike, x *exchange) {
			select {
			case <-x.r.Context().Done():
			case <-x.s.closing:
			}
			panic(http.ErrAbortHandler)
		}),
		request(ConnectionReset, 0, "the connection is reset before an answer", func(_ *strike, x *exchange) { x.reset() }),
	}
}

// reset ends the connection with a TCP reset. It does not return.
func (x *exchange) reset() {
	if h, ok := x.w.(http.Hijacker); ok {
		if c, _, err := h.Hijack(); err == nil {
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // without it the end is an orderly one
			}
			_ = c.Close()
		}
	}
	panic(http.ErrAbortHandler)
}
