// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"encoding/json"
	"reflect"
	"runtime/metrics"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
)

// allocated is how many bytes this process has ever allocated.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// frugal fails when f takes more memory than the input explains.
func frugal(t *testing.T, input int, f func()) {
	t.Helper()
	before := allocated()
	f()
	if used := allocated() - before; used > 4<<20+64*uint64(input) {
		t.Errorf("%d bytes of answer took %d bytes of memory", input, used)
	}
}

var publicHeaders = []string{
	"ethereum-18189758.json", "ethereum-19431837.json", "sepolia-175995.json", "bsc-testnet-55475596.json", "optimism-154497277.json",
	"zora-49513698.json", "geth-mixed.json",
}

// FuzzHeader: what is accepted hashes to what it says; no two headers share a hash.
func FuzzHeader(f *testing.F) {
	known := map[string]*Header{}
	for _, name := range publicHeaders {
		raw := load(f, name).Header
		h, err := DecodeHeader(OPStack, raw)
		if err != nil {
			f.Fatal(err)
		}
		known[h.Hash().String()] = h
		f.Add([]byte(compact(f, raw)))
	}
	for _, odd := range []string{``, `null`, `{}`, `[]`, `{"hash":"0x"}`, `{"transactions":["0x"]}`, `{"number":1e9}`, `{"difficulty":"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}`} {
		f.Add([]byte(odd))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		frugal(t, len(raw), func() {
			h, err := DecodeHeader(OPStack, raw)
			if err != nil {
				if h != nil {
					t.Error("a header beside an error")
				}
				return
			}
			if !json.Valid(raw) {
				t.Error("accepted what is no JSON")
			}
			if h.fields.Hash() != h.hash {
				t.Error("hash is not that of the fields")
			}
			if k := known[h.Hash().String()]; k != nil && (k.Number() != h.Number() || k.Parent() != h.Parent() || k.Time() != h.Time() || k.fields.ReceiptHash != h.fields.ReceiptHash) {
				t.Errorf("two headers of one hash: %+v", h.fields)
			}
		})
	})
}

// FuzzReceipts: under a known header nothing but its own receipts is accepted, whole or one
// by one.
func FuzzReceipts(f *testing.F) {
	type target struct {
		h    *Header
		logs []*types.Log
	}
	var targets []target
	add := func(h *Header, raw []byte) {
		r, err := DecodeReceipts(h, raw)
		if err != nil {
			f.Fatal(err)
		}
		t := target{h: h}
		for _, tx := range r.list {
			t.logs = append(t.logs, tx.Logs...)
		}
		var each []json.RawMessage
		if err := json.Unmarshal(raw, &each); err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(len(targets)), []byte(compact(f, raw)))
		f.Add(uint8(len(targets)), []byte(compact(f, each[0])))
		targets = append(targets, t)
	}
	add(oneLog(f, func(*receipt) {}))
	for _, name := range []string{"zora-49513698.json", "sepolia-175995.json"} {
		x := load(f, name)
		h, err := DecodeHeader(OPStack, x.Header)
		if err != nil {
			f.Fatal(err)
		}
		add(h, x.Receipts)
	}
	f.Fuzz(func(t *testing.T, which uint8, raw []byte) {
		want := targets[int(which)%len(targets)]
		frugal(t, len(raw), func() {
			if c := NewCollector(want.h); c.Add(raw) == nil {
				if r, err := c.Receipts(); err == nil && len(want.h.transactions) != 1 {
					t.Errorf("one receipt for all of %d: %+v", len(want.h.transactions), r)
				}
			}
			r, err := DecodeReceipts(want.h, raw)
			if err != nil {
				if r != nil {
					t.Error("receipts beside an error")
				}
				return
			}
			if !json.Valid(raw) {
				t.Error("accepted what is no JSON")
			}
			var logs []*types.Log
			for _, tx := range r.list {
				logs = append(logs, tx.Logs...)
			}
			if r.Len() != len(want.h.transactions) || !reflect.DeepEqual(logs, want.logs) {
				t.Errorf("%d other receipts under the same root", r.Len())
			}
		})
	})
}

// FuzzScan: the scanner accepts nothing that encoding/json refuses.
func FuzzScan(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-0.5e+7,"x\u00ff\n",true,false,null,{}]}`, ` [ ] `, `"`, `{"a":1,"a":2}`, `[1,]`, `01`, `-`, `{"a\":1}`, `1.`, `1e`, `nul`, `"\ud800"`, `{"\u0061":1}`, "\"\x01\"", `[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		frugal(t, len(raw), func() {
			if err := scan(raw, (*scanner).skip); err == nil && !json.Valid(raw) {
				t.Errorf("accepted %q", raw)
			}
		})
	})
}
