// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// dripBytes is how much of a slow body goes at once.
const dripBytes = 16

func bodyKinds() []*kind {
	body := func(name Kind, n uint64, doc string, f func(*strike, *exchange, []byte) bool) *kind {
		return &kind{Info: Info{Kind: name, Stage: StageBody, Doc: doc, N: n}, body: func(k *strike, x *exchange, b []byte) bool {
			return len(b) > 1 && k.fire() && f(k, x, b)
		}}
	}
	batch := func(name Kind, doc string, f func(*strike, []*answer) []*answer) *kind {
		return &kind{Info: Info{Kind: name, Stage: StageBatch, Doc: doc}, batch: func(k *strike, list []*answer) []*answer {
			if len(list) < 2 || !k.fire() {
				return list
			}
			return f(k, list)
		}}
	}
	return []*kind{
		body(BodySlow, 1000, "the body comes 16 bytes at a time, n milliseconds apart", func(k *strike, x *exchange, b []byte) bool {
			x.start(len(b))
			for len(b) > 0 {
				cut := min(dripBytes, len(b))
				x.send(b[:cut])
				if b = b[cut:]; len(b) == 0 {
					break
				}
				if err := x.s.options.Wait(x.r.Context(), time.Duration(k.rule.n())*time.Millisecond); err != nil {
					panic(http.ErrAbortHandler)
				}
			}
			return true
		}),
		body(BodyHuge, 64<<20, "a right answer with n bytes of spaces before its end; valid JSON", func(k *strike, x *exchange, b []byte) bool {
			x.w.Header().Set("Content-Type", "application/json")
			x.w.WriteHeader(http.StatusOK)
			end := bytes.LastIndexAny(b, "}]")
			if end < 0 {
				end = len(b) - 1
			}
			x.send(b[:end])
			pad := bytes.Repeat([]byte(" "), 1<<16)
			for left := k.rule.n(); left > 0; {
				cut := min(left, uint64(len(pad)))
				x.send(pad[:cut])
				left -= cut
			}
			x.send(b[end:])
			return true
		}),
		body(BodyCut, 0, "the connection ends in the middle of the body", func(_ *strike, x *exchange, b []byte) bool {
			x.start(len(b))
			x.send(b[:len(b)/2])
			panic(http.ErrAbortHandler)
		}),
		body(JSONBroken, 0, "a whole response that is no JSON: the last bracket is another one", func(_ *strike, x *exchange, b []byte) bool {
			broken := bytes.TrimRight(slices.Clone(b), " \r\n")
			broken[len(broken)-1] = ')'
			x.write(http.StatusOK, nil, broken)
			return true
		}),
		callKind(IDWrong, nil, 0, "an answer has the id of another call", func(k *strike, below next) (*answer, error) {
			a, err := below(k.call)
			if err != nil || len(a.id) == 0 || !k.fire() {
				return a, err
			}
			id := json.RawMessage(`"other"`)
			if n, err := strconv.ParseUint(string(a.id), 10, 63); err == nil {
				id = json.RawMessage(fmt.Sprint(n + 1_000_000))
			}
			a.id, a.changed = id, true
			return a, nil
		}),
		callKind(VersionWrong, nil, 0, "an answer says jsonrpc 1.0", func(k *strike, below next) (*answer, error) {
			a, err := below(k.call)
			if err != nil || a.version == "" || !k.fire() {
				return a, err
			}
			a.version, a.changed = "1.0", true
			return a, nil
		}),
		batch(BatchPartial, "one answer of a batch is missing", func(k *strike, list []*answer) []*answer {
			i := k.pick(len(list))
			return slices.Delete(slices.Clone(list), i, i+1)
		}),
		batch(BatchReordered, "the answers of a batch come last first, which JSON-RPC allows", func(_ *strike, list []*answer) []*answer {
			list = slices.Clone(list)
			slices.Reverse(list)
			return list
		}),
	}
}

// start sends the header of a body of known length.
func (x *exchange) start(length int) {
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("Content-Length", strconv.Itoa(length))
	x.w.WriteHeader(http.StatusOK)
}

// send writes and flushes a part of the body; it ends the exchange when the client is gone.
func (x *exchange) send(b []byte) {
	if _, err := x.w.Write(b); err != nil {
		panic(http.ErrAbortHandler)
	}
	if err := http.NewResponseController(x.w).Flush(); err != nil {
		panic(http.ErrAbortHandler)
	}
}
