// SPDX-License-Identifier: Apache-2.0

//go:build devnet && linux

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"

	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/keystore"
)

const canaryEnv = "BRIDGED_CANARY_ARGS"

// TestMain lets the test run this program as a process of its own, main and all.
func TestMain(m *testing.M) {
	if args := os.Getenv(canaryEnv); args != "" {
		os.Args = append(os.Args[:1], strings.Split(args, "\n")...)
		main()
	}
	os.Exit(m.Run())
}

// canary knows the secrets of a home in every form in which they could leak.
type canary struct {
	t       *testing.T
	needles map[string][]byte // what it is: its bytes
}

func (c *canary) secret(name string, raw []byte) {
	c.t.Helper()
	if len(raw) < 32 {
		c.t.Fatalf("%s has %d bytes", name, len(raw))
	}
	raw = raw[:32]
	half := hex.EncodeToString(raw[:16])
	ints := strings.Trim(strings.ReplaceAll(fmt.Sprintf("%d", raw[:16]), " ", ", "), "[]")
	for form, b := range map[string][]byte{
		"raw": raw, "hex": []byte(half), "HEX": []byte(strings.ToUpper(half)),
		"base64": []byte(base64.StdEncoding.EncodeToString(raw)[:40]), "base64 of an URL": []byte(base64.URLEncoding.EncodeToString(raw)[:40]),
		"decimal": []byte(new(big.Int).SetBytes(raw).String()), "%v": []byte(strings.ReplaceAll(ints, ",", "")), "%#v": []byte(ints),
	} {
		c.needles[name+" as "+form] = b
	}
}

func (c *canary) scan(where string, b []byte) {
	c.t.Helper()
	for name, n := range c.needles {
		if bytes.Contains(b, n) {
			c.t.Errorf("%s holds %s", where, name)
		}
	}
}

// say runs a command in this process; whatever it prints is scanned.
func (c *canary) say(want int, args ...string) string {
	c.t.Helper()
	code, out, log := say(args...)
	if code != want {
		c.t.Errorf("%v: code %d, want %d: %s%s", args, code, want, out, log)
	}
	c.scan(fmt.Sprint("output of ", args), []byte(out+log))
	return out
}

// tree scans all files below dir but those that are there to hold secrets.
func (c *canary) tree(dir string) (files int) {
	c.t.Helper()
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		switch {
		case d.Name() == "priv_validator_key.json", d.Name() == "node_key.json", d.Name() == "password":
			return nil
		}
		b, err := os.ReadFile(path)
		if err == nil {
			c.scan(path, b)
			files++
		}
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	return files
}

// learn reads every secret of the home.
func (c *canary) learn(h node.Layout) {
	t := c.t
	password, err := os.ReadFile(h.PasswordFile())
	check(t, err)
	c.needles["password"] = bytes.TrimSpace(password)
	p, err := keystore.ReadPassword(h.PasswordFile())
	check(t, err)
	operator, err := account.KeystoreSecret(h.OperatorFile(), p)
	check(t, err)
	dealing, err := keystore.LoadDealingKey(h.DealingFile(), p)
	check(t, err)
	share, err := keystore.LoadShare(h.ShareFile(1), p)
	check(t, err)
	var consensus privval.FilePVKey
	b, err := os.ReadFile(h.ConsensusKeyFile())
	check(t, err)
	check(t, cmtjson.Unmarshal(b, &consensus))
	peer, err := p2p.LoadNodeKey(h.NodeKeyFile())
	check(t, err)
	for name, raw := range map[string][]byte{
		"operator key": operator, "dealing key": dealing.Secret[:], "key share": share.Secret[:],
		"consensus key": consensus.PrivKey.Bytes(), "node key": peer.PrivKey.Bytes(),
	} {
		c.secret(name, raw)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestCanary: no secret of a home leaves the files that are there to hold it: not in outputs,
// errors, logs of a node that runs at debug level, arguments or environment of its process, nor any file.
func TestCanary(t *testing.T) {
	dir := t.TempDir()
	home := filepath.Join(dir, "n1")
	h := node.Layout(home)
	c := &canary{t: t, needles: map[string][]byte{}}
	c.say(exitOK, "init", "--home", home, "--chain-id", "aitbc-devnet-1", "--moniker", "n1", "--loopback")
	ports(t, h)
	member := filepath.Join(dir, "n1.json")
	check(t, os.WriteFile(member, []byte(c.say(exitOK, "genesis", "add-member", "--home", home)), 0o600))
	genesis := filepath.Join(dir, "genesis.json")
	c.say(exitOK, "genesis", "collect", "--chain-id", "aitbc-devnet-1", "--members", member, "--out", genesis)
	doc, err := node.LoadGenesis(genesis)
	check(t, err)
	check(t, node.Deal(doc, []node.Layout{h}, rand.Reader)) // the test's key is dealt, a network makes its own
	check(t, doc.SaveAs(genesis))
	c.say(exitOK, "genesis", "install", "--home", home, "--genesis", genesis)
	c.learn(h)

	// The scan finds what is there: else it would prove nothing.
	probe := &canary{t: new(testing.T), needles: c.needles}
	key, err := os.ReadFile(h.ConsensusKeyFile())
	check(t, err)
	if probe.scan("probe", key); !probe.t.Failed() {
		t.Fatal("the canary does not find the consensus key in its own file")
	}

	c.node(h)

	offline := filepath.Join(dir, "offline")
	word := []byte("the password of a backup")
	backupWord, err := keystore.NewPassword(word)
	check(t, err)
	c.needles["backup's password"] = word
	check(t, keystore.SavePassword(filepath.Join(offline, "password"), backupWord))
	with := []string{"--backup-password-file", filepath.Join(offline, "password")}
	backup := filepath.Join(dir, "backup.json")
	c.say(exitOK, "keys", "show", "--home", home)
	c.say(exitOK, "keys", "show", "--home", home, "--json")
	c.say(exitOK, append(with, "keys", "backup", "--home", home, "--out", backup)...)
	c.say(exitRefused, append(with, "keys", "backup", "--home", home, "--out", backup, "--json")...)
	c.say(exitOK, append(with, "keys", "verify-backup", "--home", home, backup, "--json")...)
	again := filepath.Join(dir, "again")
	c.say(exitRefused, append(with, "keys", "restore", "--home", again, backup)...)
	c.say(exitOK, append(with, "keys", "restore", "--home", again, backup, "--sign-from", "1000")...)
	fresh, err := os.ReadFile(filepath.Join(again, "keys", "password"))
	check(t, err)
	c.needles["password of the restored home"] = bytes.TrimSpace(fresh)
	c.say(exitFailed, "keys", "verify-backup", "--alone", backup, "--backup-password-file", h.PasswordFile())
	c.wrong(h, filepath.Join(offline, "password"))
	c.say(exitOK, "keys", "change-password", "--home", home, "--json")
	next, err := os.ReadFile(h.PasswordFile())
	check(t, err)
	c.needles["next password"] = bytes.TrimSpace(next)
	c.say(exitOK, "keys", "show", "--home", again)

	if n := c.tree(dir); n < 20 {
		t.Errorf("only %d files scanned", n)
	}
}

// wrong lets commands fail on a wrong password and on damaged key files, which hold the
// secrets themselves where an error might quote them.
func (c *canary) wrong(h node.Layout, otherPassword string) {
	t := c.t
	home := string(h)
	c.say(exitFailed, "genesis", "add-member", "--home", home, "--password-file", otherPassword)
	c.say(exitFailed, "keys", "change-password", "--home", home, "--password-file", otherPassword, "--new-password-file", otherPassword)
	p, err := keystore.ReadPassword(h.PasswordFile())
	check(t, err)
	share, err := keystore.LoadShare(h.ShareFile(1), p)
	check(t, err)
	text := hex.EncodeToString(share.Secret[:])
	plain, err := json.Marshal(map[string]any{"version": 1, "secret": "0x" + text})
	check(t, err)
	for name, damage := range map[string][]byte{
		"plain":     plain,
		"no json":   []byte(text),
		"two":       []byte(`{"version":2,"kind":"` + text + `"}`),
		"number":    []byte(`{"version":` + text + `}`),
		"long word": []byte(`{"` + text + `":1}`),
		"raw":       share.Secret[:],
	} {
		for _, file := range []string{h.ShareFile(1), h.OperatorFile(), h.DealingFile(), h.ConsensusKeyFile(), h.NodeKeyFile(), h.ConsensusStateFile()} {
			good, err := os.ReadFile(file)
			check(t, err)
			check(t, os.WriteFile(file, damage, 0o600))
			// What each command makes of it differs; none may quote it.
			for _, args := range [][]string{{"keys", "show", "--json"}, {"keys", "change-password", "--new-password-file", otherPassword, "--password-file", otherPassword}, {"start", "--log-level", "debug"}} {
				switch {
				case args[0] == "start" && (file == h.ShareFile(1) || name != "plain"):
					continue // a node starts without its share, which it may get from the chain; each try takes its time
				case args[1] == "change-password" && (name != "two" || file != h.ShareFile(1) && file != h.OperatorFile()):
					continue
				}
				code, out, log := say(append(args, "--home", string(h))...)
				if args[0] != "keys" && code == exitOK {
					t.Errorf("%s in %s: %v went well", name, file, args)
				}
				c.scan(fmt.Sprintf("%v with %s in %s", args, name, file), []byte(out+log))
			}
			check(t, os.WriteFile(file, good, 0o600))
		}
	}
}

// node runs the program as a process of its own at debug level until it has made blocks.
func (c *canary) node(h node.Layout) {
	t := c.t
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	p := exec.CommandContext(ctx, os.Args[0])
	p.Env = append(os.Environ(), canaryEnv+"="+strings.Join([]string{"start", "--home", string(h), "--log-level", "debug"}, "\n"))
	logs, err := p.StderrPipe()
	check(t, err)
	check(t, p.Start())
	var said bytes.Buffer
	done := make(chan struct{})
	go func() { defer close(done); _, _ = said.ReadFrom(logs) }()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		<-look.C
		code, out, log := say("status", "--home", string(h), "--json", "--timeout", "5s")
		c.scan("status", []byte(out+log))
		var s struct{ Height int64 }
		if code == exitOK && json.Unmarshal([]byte(out), &s) == nil && s.Height >= 3 {
			break
		}
		if ctx.Err() != nil {
			_ = p.Process.Kill()
			<-done
			t.Fatalf("no blocks: %s", said.String())
		}
	}
	proc := fmt.Sprintf("/proc/%d/", p.Process.Pid)
	for _, file := range []string{"cmdline", "environ", "limits"} {
		b, err := os.ReadFile(proc + file)
		if err != nil && file == "environ" {
			continue // not ours to read, since the process cannot be looked into
		}
		check(t, err)
		c.scan(proc+file, b)
		if file == "limits" && strings.Join(strings.Fields(line(string(b), "Max core file size")), " ") != "Max core file size 0 0 bytes" {
			t.Errorf("core dumps are allowed: %s", line(string(b), "Max core file size"))
		}
	}
	check(t, p.Process.Signal(os.Interrupt))
	<-done
	_ = p.Wait()
	if said.Len() < 1000 {
		t.Errorf("the node said little: %s", said.String())
	}
	c.scan("the node's log", said.Bytes())
}

func line(text, start string) string {
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, start) {
			return l
		}
	}
	return ""
}

// ports gives the home addresses of its own.
func ports(t *testing.T, h node.Layout) {
	t.Helper()
	var free []string
	for range 3 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		defer func() { _ = ln.Close() }()
		free = append(free, ln.Addr().String())
	}
	c, err := node.LoadComet(h)
	check(t, err)
	c.SetRoot("")
	c.P2P.ListenAddress, c.RPC.ListenAddress = "tcp://"+free[0], "tcp://"+free[1]
	c.Instrumentation.Prometheus = false
	cmtcfg.WriteConfigFile(h.CometFile(), c)
	own, err := node.LoadConfig(h.ConfigFile(), func(string) string { return "" })
	check(t, err)
	own.GRPC = free[2]
	check(t, own.Save(h.ConfigFile()))
}
