// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
)

// TestRun starts the program before an endpoint, reads its addresses, and is lied to.
func TestRun(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":"0x1"}`)
	}))
	defer upstream.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"--upstream", upstream.URL, "--fault", "chain-id", "--seed", "3", "--control", "127.0.0.1:0"}, in, io.Discard)
		in.Close()
		ended <- err
	}()
	lines := bufio.NewScanner(out)
	values := map[string]string{}
	for range 3 {
		if !lines.Scan() {
			t.Fatal("no address")
		}
		name, value, _ := strings.Cut(lines.Text(), " ")
		values[name] = value
	}
	res, err := http.Post(values["endpoint"], "application/json", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || string(b) != `{"jsonrpc":"2.0","id":1,"result":"0x2"}` {
		t.Errorf("%s: %v", b, err)
	}
	if values["seed"] != "3" || !strings.HasSuffix(values["control"], "/_faults") {
		t.Errorf("printed %v", values)
	}
	cancel()
	if !lines.Scan() || lines.Text() != "chain-id 1" {
		t.Errorf("at the end: %s", lines.Text())
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestFlags(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "rules.json")
	if err := os.WriteFile(rules, []byte(`[{"fault":"head-back","n":3}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := chosen("log-drop, hang", 0.5, rules); err != nil || len(list) != 3 || list[0].N != 3 || list[2].Fault != faultproxy.Hang || list[2].Rate != 0.5 {
		t.Errorf("%+v: %v", list, err)
	}
	if list, err := chosen("", 0.5, ""); err != nil || len(list) < 40 {
		t.Errorf("%d rules: %v", len(list), err)
	}
	if list, err := chosen("", 0, ""); err != nil || len(list) != 0 {
		t.Errorf("%v: %v", list, err)
	}
	ctx := context.Background()
	var out, help bytes.Buffer
	if err := run(ctx, []string{"--help"}, &out, &help); !errors.Is(err, flag.ErrHelp) || !strings.Contains(help.String(), "--fault log-drop,head-back") {
		t.Errorf("help: %v", err)
	}
	if err := run(ctx, []string{"--list"}, &out, &help); err != nil || strings.Count(out.String(), "\n") != len(faultproxy.Kinds()) {
		t.Errorf("list: %v\n%s", err, out.String())
	}
	for name, args := range map[string][]string{
		"no upstream":  {},
		"bad fault":    {"--upstream", "http://127.0.0.1:1", "--fault", "nothing"},
		"needs detail": {"--upstream", "http://127.0.0.1:1", "--fault", "log-add"},
		"bad seed":     {"--upstream", "http://127.0.0.1:1", "--seed", "x"},
		"bad rate":     {"--upstream", "http://127.0.0.1:1", "--fault", "hang", "--rate", "2"},
		"no file":      {"--upstream", "http://127.0.0.1:1", "--rules", rules + "x"},
		"outside":      {"--upstream", "http://127.0.0.1:1", "--listen", "0.0.0.0:0"},
		"word":         {"--upstream", "http://127.0.0.1:1", "word"},
	} {
		if err := run(ctx, args, io.Discard, io.Discard); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
