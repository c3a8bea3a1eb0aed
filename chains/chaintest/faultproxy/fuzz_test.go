// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

// FuzzRules: what is accepted means the same after it was written and read again.
func FuzzRules(f *testing.F) {
	f.Add([]byte(`[{"fault":"log-drop","caller":"node-1","methods":["eth_getLogs"],"rate":0.5,"from_block":1,"to_block":9}]`))
	f.Add([]byte(`[{"fault":"log-add","contract":"0x5103fe025f6c03aaf00d23fe1714144371c062c3","to_block":4,"consistent":true,"forge":{"target_chain":2,"sender":"0x0000000000000000000000000000000000000001","target":"0x0000000000000000000000000000000000000002"}}]`))
	f.Add([]byte(`[{"fault":"code","data":"0xfe","count":3,"every":2,"after":1}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		rules, err := ParseRules(b)
		if err != nil {
			return
		}
		again, err := ParseRules(encode(rules))
		if err != nil || !bytes.Equal(encode(rules), encode(again)) {
			t.Errorf("%s reads as %+v, then as %+v: %v", b, rules, again, err)
		}
	})
}

// FuzzCalls: a body that is read as calls keeps their bytes, and is left alone.
func FuzzCalls(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x1","blockHash":null}]}`))
	f.Add([]byte(` [{"id":"a","method":"eth_chainId"},{"method":"eth_blockNumber","params":{}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		calls, batch, err := parseCalls(body)
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			return
		}
		if len(calls) == 0 || !batch && len(calls) != 1 {
			t.Errorf("%d calls", len(calls))
		}
		for _, c := range calls {
			if !bytes.Contains(body, c.raw) {
				t.Errorf("call %s is no part of the body", c.raw)
			}
			if other := c.with(c.params); !json.Valid(other.raw) {
				t.Errorf("call %s", other.raw)
			}
		}
	})
}

// canned answers every question of the proxy with the same bytes.
type canned []byte

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(c)), Request: r}, nil
}

var oddContract = message.Address{0x51, 19: 1}

var questions = []string{
	`{"id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x1","toBlock":"latest"}]}`, `{"id":1,"method":"eth_getLogs","params":[{"blockHash":"` + message.Hash{1}.String() + `"}]}`,
	`{"id":1,"method":"eth_getLogs","params":["x"]}`, `{"id":1,"method":"eth_getTransactionReceipt","params":["0x04"]}`, `{"id":1,"method":"eth_getBlockReceipts","params":["0x2"]}`,
	`{"id":1,"method":"eth_getBlockByNumber","params":["finalized",false]}`, `{"id":1,"method":"eth_getBlockByHash","params":["` + message.Hash{1}.String() + `",false]}`,
	`{"id":1,"method":"eth_call","params":[{"to":"` + oddContract.String() + `","input":"` + hexOf(outboundCall(&Forge{TargetChain: 2})) + `"},"latest"]}`,
	`{"id":1,"method":"eth_chainId"}`, `{"id":1,"method":"eth_blockNumber","params":[]}`, `{"id":1,"method":"eth_getBlockByNumber"}`, `{"method":"eth_getStorageAt","params":[1]}`,
}

const oddLog = `{"address":"0x5100000000000000000000000000000000000001","topics":["0x01"],"data":"0x02","blockNumber":"0x2",` +
	`"blockHash":"0x0100000000000000000000000000000000000000000000000000000000000000","logIndex":"0x0","transactionHash":"0x04"}`

// oddResults have the shapes that kinds look for, and shapes that nearly are.
var oddResults = []string{
	`[` + oddLog + `,` + oddLog + `]`, `[{"blockNumber":"0x2","status":"0x1","transactionHash":"0x04","logs":[` + oddLog + `,1,null]}]`, `null`, `"0x5"`, `[[],null,"x",{"topics":[1],"data":7,"blockNumber":"0x2"}]`,
	`{"number":"0x2","hash":"` + message.Hash{1}.String() + `","parentHash":"0x","blockNumber":"0x2","status":"0x1","logs":[` + oddLog + `],"transactions":[` + oddLog + `]}`,
	`"` + message.Hash{31: 1}.String() + strings.Repeat("00", 96) + `"`, `{"number":"0xffffffffffffffff","hash":1,"logs":{},"status":null}`,
}

// onOddAnswer puts a question through every kind that works on calls while the upstream answers everything with the
// same bytes: what comes is valid JSON, or those bytes.
func onOddAnswer(t *testing.T, which uint8, answer []byte) {
	t.Helper()
	s := &Server{upstream: "http://127.0.0.1", client: &http.Client{Transport: canned(answer)}, counts: map[Kind]uint64{}}
	s.options = Options{MaxResponseBytes: 1 << 20}
	for _, k := range order {
		if k.call == nil || k.Kind == AnswerLate {
			continue
		}
		rule := Rule{Fault: k.Kind}
		if k.Kind == LogAdd {
			rule.Contract, rule.Forge, rule.ToBlock, rule.Consistent = &oddContract, &Forge{TargetChain: 2}, 2, true
		}
		x := &exchange{s: s, w: httptest.NewRecorder(), r: httptest.NewRequest(http.MethodPost, "/", nil)}
		var err error
		if x.calls, _, err = parseCalls([]byte(questions[int(which)%len(questions)])); err != nil {
			t.Fatal(err)
		}
		a := activate([]Rule{rule})[0]
		if !a.concerns(x.calls[0]) {
			continue
		}
		out, err := x.answers([]*strike{{exchange: x, rule: a, call: x.calls[0], dice: uint64(which)}})
		if err != nil || len(x.calls[0].id) == 0 {
			continue
		}
		if a.fired > 0 && !json.Valid(out) {
			t.Errorf("%s gives %s", k.Kind, out)
		}
		if a.fired == 0 && !bytes.Equal(out, answer) {
			t.Errorf("%s did not fire and gives %s instead of %s", k.Kind, out, answer)
		}
	}
}

func TestOddAnswers(t *testing.T) {
	for i := range questions {
		for _, result := range oddResults {
			onOddAnswer(t, uint8(i), []byte(`{"jsonrpc":"2.0","id":1,"result":`+result+`}`))
		}
		onOddAnswer(t, uint8(i), []byte(`{"id":null,"error":{"code":-32000}}`))
		onOddAnswer(t, uint8(i), []byte(`[]`))
	}
}

func FuzzAnswers(f *testing.F) {
	for i := range questions {
		f.Add(uint8(i), []byte(`{"jsonrpc":"2.0","id":1,"result":`+oddResults[i%len(oddResults)]+`}`))
	}
	f.Fuzz(onOddAnswer)
}
