// SPDX-License-Identifier: Apache-2.0

package faultproxy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/message"
)

// pattern asks n times and writes x for each answer that is a lie.
func pattern(t *testing.T, url string, body []byte, n int) string {
	t.Helper()
	honest := post(upstream.url, body)
	var out strings.Builder
	for range n {
		r := post(url, body)
		if r.err != nil {
			t.Fatal(r.err)
		}
		out.WriteByte(map[bool]byte{true: '.', false: 'x'}[bytes.Equal(r.body, honest.body)])
	}
	return out.String()
}

func TestRulesStrikeWhatTheyName(t *testing.T) {
	id, code := request("eth_chainId"), request("eth_getCode", upstream.manager, "latest")
	gas := request("eth_gasPrice")
	for name, c := range map[string]struct {
		rule faultproxy.Rule
		body []byte
		want string
	}{
		"always":                  {faultproxy.Rule{}, id, "xxxxxx"},
		"after two":               {faultproxy.Rule{After: 2}, id, "..xxxx"},
		"each third":              {faultproxy.Rule{Every: 3}, id, "..x..x"},
		"after one, each second":  {faultproxy.Rule{After: 1, Every: 2}, id, "..x.x."},
		"twice":                   {faultproxy.Rule{Count: 2}, id, "xx...."},
		"each second, twice":      {faultproxy.Rule{Every: 2, Count: 2}, id, ".x.x.."},
		"this method":             {faultproxy.Rule{Methods: []string{"eth_chainId"}}, id, "xxxxxx"},
		"another method":          {faultproxy.Rule{Methods: []string{"eth_getCode"}}, id, "......"},
		"two methods":             {faultproxy.Rule{Methods: []string{"eth_gasPrice", "eth_getCode"}}, code, "xxxxxx"},
		"every method":            {faultproxy.Rule{}, gas, "xxxxxx"},
		"another caller":          {faultproxy.Rule{Caller: "other"}, id, "......"},
		"this caller":             {faultproxy.Rule{Caller: "me"}, id, "xxxxxx"},
		"from a head to come":     {faultproxy.Rule{FromHead: 1 << 30}, id, "......"},
		"up to a head that is by": {faultproxy.Rule{ToHead: 3}, id, "......"},
		"between these heads":     {faultproxy.Rule{FromHead: 3, ToHead: 1 << 30}, id, "xxxxxx"},
	} {
		t.Run(name, func(t *testing.T) {
			c.rule.Fault = faultproxy.RPCInternal
			s := start(t, faultproxy.Options{}, c.rule)
			if got := pattern(t, s.As("me"), c.body, 6); got != c.want {
				t.Errorf("struck %s, want %s", got, c.want)
			}
			if fired := s.Fired(faultproxy.RPCInternal); fired != uint64(strings.Count(c.want, "x")) {
				t.Errorf("fired %d times", fired)
			}
		})
	}
}

func TestBlocksAndLogsOfARule(t *testing.T) {
	other := message.Address{9}
	tx := upstream.txs[1]
	for name, c := range map[string]struct {
		rule faultproxy.Rule
		gone []uint64 // blocks whose logs are struck
	}{
		"block":            {faultproxy.Rule{FromBlock: upstream.first, ToBlock: upstream.first}, []uint64{upstream.first}},
		"topic":            {faultproxy.Rule{Topic: &topicSent, FromBlock: upstream.first + 2}, []uint64{upstream.first + 2}},
		"transaction":      {faultproxy.Rule{Tx: &tx}, []uint64{upstream.first + 1}},
		"another contract": {faultproxy.Rule{Contract: &other}, nil},
		"later blocks":     {faultproxy.Rule{FromBlock: upstream.first + 3}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.rule.Fault = faultproxy.LogDrop
			s := start(t, faultproxy.Options{Seed: 3}, c.rule)
			was, is := list(t, post(upstream.url, allLogs())), list(t, post(s.URL(), allLogs()))
			gone := subtract(was, is)
			if len(gone) != len(c.gone) {
				t.Fatalf("%d logs gone", len(gone))
			}
			for i, l := range gone {
				if l.(object)["blockNumber"] != hex(c.gone[i]) {
					t.Errorf("gone is %v", l)
				}
			}
		})
	}
}

func TestCallersByHeaderAndPath(t *testing.T) {
	s := start(t, faultproxy.Options{}, faultproxy.Rule{Fault: faultproxy.ChainID, Caller: "node-2"})
	honest := post(upstream.url, request("eth_chainId"))
	ask := func(url, header string) response {
		req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(request("eth_chainId")))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		if header != "" {
			req.Header.Set("X-Caller", header)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		return response{res.StatusCode, res.Header, b, err}
	}
	for _, c := range []struct {
		url, header string
		fooled      bool
	}{
		{s.URL(), "", false}, {s.URL(), "node-1", false}, {s.URL(), "node-2", true},
		{s.As("node-1"), "", false}, {s.As("node-2"), "", true}, {s.As("node-1"), "node-2", false},
	} {
		if got := !bytes.Equal(ask(c.url, c.header).body, honest.body); got != c.fooled {
			t.Errorf("%s with header %q fooled: %t", c.url, c.header, got)
		}
	}
	if r := ask(s.URL(), "no name!"); r.status != http.StatusBadRequest {
		t.Errorf("bad name: %d", r.status)
	}
	if r := post(s.URL()+"/elsewhere", request("eth_chainId")); r.status != http.StatusNotFound {
		t.Errorf("other path: %d", r.status)
	}
}

// TestSameSeedSameLies: the seed and the calls decide; callers do not disturb each other.
func TestSameSeedSameLies(t *testing.T) {
	storm := func(seed uint64) *faultproxy.Server {
		return start(t, faultproxy.Options{Seed: seed},
			faultproxy.Rule{Fault: faultproxy.LogDrop, Rate: 0.5}, faultproxy.Rule{Fault: faultproxy.LogData, Rate: 0.3}, faultproxy.Rule{Fault: faultproxy.HTTP503, Rate: 0.2})
	}
	run := func(s *faultproxy.Server, noise bool) []string {
		var out []string
		for range 24 {
			r := post(s.As("me"), allLogs())
			out = append(out, fmt.Sprint(r.status, string(r.body)))
			if noise {
				post(s.As("another"), allLogs())
			}
		}
		return out
	}
	first := run(storm(1), false)
	if !slices.Equal(first, run(storm(1), false)) {
		t.Error("the same seed gives other lies")
	}
	if !slices.Equal(first, run(storm(1), true)) {
		t.Error("another caller changes the lies")
	}
	if slices.Equal(first, run(storm(2), false)) {
		t.Error("another seed gives the same lies")
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(first)))
	if len(distinct) < 4 {
		t.Errorf("%d different answers of 24", len(distinct))
	}
}

// TestConsistentLies: a log that is altered is altered in the same way wherever it shows.
func TestConsistentLies(t *testing.T) {
	for _, k := range []faultproxy.Kind{faultproxy.LogData, faultproxy.LogTopic, faultproxy.LogAddress, faultproxy.LogDrop} {
		t.Run(string(k), func(t *testing.T) {
			s := start(t, faultproxy.Options{Seed: 5}, faultproxy.Rule{Fault: k, Consistent: true, Rate: 0.5})
			logs := list(t, post(s.URL(), allLogs()))
			if again := list(t, post(s.URL(), allLogs())); len(subtract(logs, again))+len(subtract(again, logs)) != 0 {
				t.Error("the second answer is another")
			}
			struck := 0
			for i, tx := range upstream.txs {
				honest := post(upstream.url, request("eth_getTransactionReceipt", tx)).result(t).(object)["logs"].([]any)
				one := post(s.URL(), request("eth_getTransactionReceipt", tx)).result(t).(object)["logs"].([]any)
				block := post(s.URL(), request("eth_getBlockReceipts", hex(upstream.first+uint64(i)))).result(t).([]any)[0].(object)["logs"].([]any)
				if len(subtract(one, logs)) != 0 || len(subtract(one, block))+len(subtract(block, one)) != 0 {
					t.Errorf("transaction %d: receipt %v, in the block %v", i, one, block)
				}
				struck += len(subtract(honest, one))
			}
			if struck == 0 || struck == 6 {
				t.Errorf("%d of 6 logs struck: the rate decides nothing", struck)
			}
		})
	}
	s := start(t, faultproxy.Options{}, faultproxy.Rule{Fault: faultproxy.LogData})
	if r := post(s.URL(), firstReceipt()); !bytes.Equal(r.body, post(upstream.url, firstReceipt()).body) {
		t.Error("a lie that is not consistent reached a receipt")
	}
}

// TestStaleViewIsOneView: every question gets the chain as it was at the frozen block.
func TestStaleViewIsOneView(t *testing.T) {
	const height = 9
	s := start(t, faultproxy.Options{}, faultproxy.Rule{Fault: faultproxy.HeadStale, N: height})
	ask := func(method string, params ...any) rpcAnswer {
		return post(s.URL(), request(method, params...)).answer(t)
	}
	honest := func(method string, params ...any) any {
		return post(upstream.url, request(method, params...)).result(t)
	}
	block := func(params ...any) any { return ask("eth_getBlockByNumber", params...).Result }
	for _, tag := range []string{"latest", "pending", "safe", "finalized"} {
		if b := block(tag, false); b.(object)["number"] != hex(height) {
			t.Errorf("%s is %v", tag, b.(object)["number"])
		}
	}
	if block(hex(height+1), false) != nil || block(hex(height), false) == nil {
		t.Error("the view does not end at its height")
	}
	above := honest("eth_getBlockByNumber", hex(height+1), false).(object)["hash"]
	if ask("eth_getBlockByHash", above, false).Result != nil {
		t.Error("a block above is known by its hash")
	}
	if a := ask("eth_getCode", upstream.manager, hex(height+1)); a.Error == nil {
		t.Error("state above the height is known")
	}
	if ask("eth_getCode", upstream.manager, "latest").Result != honest("eth_getCode", upstream.manager, "latest") {
		t.Error("code at the height is missing")
	}
	logs := ask("eth_getLogs", object{"address": upstream.manager, "fromBlock": "0x0", "toBlock": "latest"}).Result.([]any)
	if last := logs[len(logs)-1].(object)["blockNumber"]; last != hex(height) {
		t.Errorf("last log in %v", last)
	}
	if l := ask("eth_getLogs", object{"fromBlock": hex(height + 1), "toBlock": hex(height + 4)}).Result; len(l.([]any)) != 0 {
		t.Errorf("logs above: %v", l)
	}
	frozen := start(t, faultproxy.Options{}, faultproxy.Rule{Fault: faultproxy.HeadStale})
	first := post(frozen.URL(), request("eth_blockNumber")).result(t)
	upstream.sim.Commit()
	if now := post(frozen.URL(), request("eth_blockNumber")).result(t); now != first || now == honest("eth_blockNumber") {
		t.Errorf("head %v, was %v", now, first)
	}
}

// TestOtherHistoryIsConnected: its hashes can be asked for, lead to their parents and stand in its logs.
func TestOtherHistoryIsConnected(t *testing.T) {
	from := upstream.first + 1
	s := start(t, faultproxy.Options{Seed: 9}, faultproxy.Rule{Fault: faultproxy.HistoryOther, FromBlock: from})
	ask := func(url, method string, params ...any) any { return post(url, request(method, params...)).result(t) }
	var parent any
	for n := from - 1; n < from+3; n++ {
		was, is := ask(upstream.url, "eth_getBlockByNumber", hex(n), false).(object), ask(s.URL(), "eth_getBlockByNumber", hex(n), false).(object)
		if (was["hash"] != is["hash"]) != (n >= from) {
			t.Errorf("block %d has hash %v, was %v", n, is["hash"], was["hash"])
		}
		if parent != nil && is["parentHash"] != parent {
			t.Errorf("block %d has parent %v, want %v", n, is["parentHash"], parent)
		}
		parent = is["hash"]
		if b := ask(s.URL(), "eth_getBlockByHash", is["hash"], false); b == nil || b.(object)["number"] != hex(n) || b.(object)["hash"] != is["hash"] {
			t.Errorf("block %d is not known by its hash", n)
		}
		for _, v := range ask(s.URL(), "eth_getLogs", object{"blockHash": is["hash"]}).([]any) {
			if v.(object)["blockHash"] != is["hash"] {
				t.Errorf("log %v", v)
			}
		}
		if code := post(s.URL(), request("eth_getCode", upstream.manager, object{"blockHash": is["hash"]})).answer(t); code.Error != nil {
			t.Errorf("state of block %d: %v", n, code.Error)
		}
		if n >= from && ask(s.URL(), "eth_getBlockByHash", was["hash"], false) != nil {
			t.Errorf("block %d of the true history is known too", n)
		}
	}
}

func TestControl(t *testing.T) {
	s := start(t, faultproxy.Options{Control: "127.0.0.1:0", Seed: 4})
	do := func(method, path, body string) (int, []byte) {
		req, err := http.NewRequest(method, s.ControlURL()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, b
	}
	if status, b := do(http.MethodPut, "", `[{"fault":"chain-id","n":7,"count":1}]`); status != http.StatusOK {
		t.Fatalf("%d %s", status, b)
	}
	for _, want := range []string{"0x7", hex(chainID)} {
		if got := post(s.URL(), request("eth_chainId")).result(t); got != want {
			t.Errorf("chain id %v, want %s", got, want)
		}
	}
	var st faultproxy.State
	_, b := do(http.MethodGet, "", "")
	if err := json.Unmarshal(b, &st); err != nil {
		t.Fatal(err)
	}
	if len(st.Rules) != 1 || st.Rules[0].Fired != 1 || st.Rules[0].Seen != 2 || st.Rules[0].N != 7 || st.Counts[faultproxy.ChainID] != 1 ||
		st.Calls["eth_chainId"] != 2 || st.Seed != 4 {
		t.Errorf("state %s", b)
	}
	for name, bad := range map[string]string{
		"unknown fault": `[{"fault":"nothing"}]`, "unknown field": `[{"fault":"code","x":1}]`, "no array": `{}`, "more": `[] []`, "rate": `[{"fault":"code","rate":2}]`,
		"count of a consistent lie": `[{"fault":"log-data","consistent":true,"count":1}]`, "no consistent form": `[{"fault":"hang","consistent":true}]`,
		"range": `[{"fault":"code","from_block":3,"to_block":2}]`, "forge without contract": `[{"fault":"log-add","forge":{"target_chain":1}}]`,
		"forge elsewhere": `[{"fault":"code","forge":{"target_chain":1}}]`, "hex": `[{"fault":"code","data":"0x1"}]`, "caller": `[{"fault":"code","caller":"a b"}]`,
	} {
		if status, _ := do(http.MethodPut, "", bad); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	if rules := s.Rules(); len(rules) != 1 || rules[0].Fault != faultproxy.ChainID {
		t.Errorf("a bad set left %v", rules)
	}
	if status, _ := do(http.MethodDelete, "", ""); status != http.StatusOK || len(s.Rules()) != 0 {
		t.Errorf("delete: %d", status)
	}
	if _, b := do(http.MethodGet, "/kinds", ""); !strings.Contains(string(b), `"kind": "log-add"`) {
		t.Errorf("kinds %s", b)
	}
	if r := post(s.URL()+"/_faults", nil); r.status != http.StatusNotFound {
		t.Errorf("callers reach the control: %d", r.status)
	}
}

func TestStartRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		url  string
		o    faultproxy.Options
		want error
	}{
		"no URL":           {"127.0.0.1:1", faultproxy.Options{}, faultproxy.ErrOptions},
		"other scheme":     {"ws://127.0.0.1:1", faultproxy.Options{}, faultproxy.ErrOptions},
		"every interface":  {"http://127.0.0.1:1", faultproxy.Options{Listen: ":0"}, faultproxy.ErrOptions},
		"outside":          {"http://127.0.0.1:1", faultproxy.Options{Listen: "192.0.2.1:0"}, faultproxy.ErrOptions},
		"control, outside": {"http://127.0.0.1:1", faultproxy.Options{Control: "0.0.0.0:0"}, faultproxy.ErrOptions},
		"bad rule":         {"http://127.0.0.1:1", faultproxy.Options{Rules: []faultproxy.Rule{{Fault: "x"}}}, faultproxy.ErrRule},
	} {
		if _, err := faultproxy.Start(c.url, c.o); !errors.Is(err, c.want) || message.FateOf(err) != message.Reject {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := faultproxy.Start("http://key@127.0.0.1:1/secret", faultproxy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if r := post(s.URL(), request("eth_chainId")); r.status != http.StatusBadGateway || bytes.Contains(r.body, []byte("secret")) || s.Fired("upstream-failed") != 1 {
		t.Errorf("dead upstream: %d %s", r.status, r.body)
	}
}

func TestStormSharesTheRate(t *testing.T) {
	rules := faultproxy.Storm(0.5)
	sum := 0.0
	for _, r := range rules {
		sum += r.Rate
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	}
	if len(rules) < 40 || sum < 0.499 || sum > 0.501 {
		t.Errorf("%d rules with rate %v together", len(rules), sum)
	}
}

// TestBatchOfWhichOneIsStruck: the other answers keep their bytes and their places.
func TestBatchOfWhichOneIsStruck(t *testing.T) {
	body := batch("eth_gasPrice", "eth_chainId", "eth_blockNumber")
	var honest, lied []json.RawMessage
	s := start(t, faultproxy.Options{}, faultproxy.Rule{Fault: faultproxy.ChainID, N: 9})
	if err := errors.Join(json.Unmarshal(post(upstream.url, body).body, &honest), json.Unmarshal(post(s.URL(), body).body, &lied)); err != nil {
		t.Fatal(err)
	}
	if len(lied) != 3 || !bytes.Equal(lied[0], honest[0]) || !bytes.Equal(lied[2], honest[2]) || string(lied[1]) != `{"jsonrpc":"2.0","id":2,"result":"0x9"}` {
		t.Errorf("%s instead of %s", lied, honest)
	}
	notes := []byte(`[{"jsonrpc":"2.0","method":"eth_chainId"},{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}]`)
	if r := post(s.URL(), notes); string(r.body) != `[{"jsonrpc":"2.0","id":1,"result":"0x9"}]` {
		t.Errorf("a notification was answered: %s", r.body)
	}
}
