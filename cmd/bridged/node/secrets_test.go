// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package node

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtlog "github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/privval"

	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
)

// passwordIn writes a password file and returns its path and the password.
func passwordIn(t *testing.T, dir, text string) (string, keystore.Password) {
	t.Helper()
	p, err := keystore.NewPassword([]byte(text))
	must(t, err)
	path := filepath.Join(dir, "password")
	must(t, keystore.SavePassword(path, p))
	return path, p
}

// TestBackupRestore: what a backup holds brings a home back that makes blocks; what is wrong
// with a backup, a home or the sign state is refused and changes nothing.
func TestBackupRestore(t *testing.T) {
	a := newAlone(t, nil)
	offline := filepath.Join(t.TempDir(), "offline")
	_, secret := passwordIn(t, offline, "kept apart from it")
	_, wrong := passwordIn(t, filepath.Join(t.TempDir(), "x"), "another password")
	out := filepath.Join(offline, "backup.json")
	made, err := MakeBackup(a.home, &a.cfg, out, secret, time.Unix(1_700_000_000, 0))
	must(t, err)
	kinds := map[string]int{}
	for _, k := range made.Keys {
		kinds[k.Kind]++
	}
	for _, kind := range []string{kindConsensus, kindNode, kindOperator, kindDealing, kindShare} {
		if kinds[kind] != 1 {
			t.Errorf("%d keys of kind %s", kinds[kind], kind)
		}
	}
	if _, err := MakeBackup(a.home, &a.cfg, out, secret, time.Now()); !errors.Is(err, keystore.ErrExists) {
		t.Errorf("over another backup: %v", err)
	}
	checked, err := VerifyBackup(t.Context(), a.home, &a.cfg, out, secret)
	if err != nil || checked.Home != 5 || checked.Network != -1 {
		t.Errorf("%d keys of the home, %d of the network, %v", checked.Home, checked.Network, err)
	}
	if _, err := VerifyBackup(t.Context(), a.home, nil, out, wrong); !errors.Is(err, keystore.ErrDecrypt) {
		t.Errorf("wrong password: %v", err)
	}
	// A backup of another home of the same chain.
	other := Layout(filepath.Join(t.TempDir(), "n2"))
	must(t, Init(other, InitOptions{ChainID: aloneChain, Moniker: "other"}))
	if _, err := VerifyBackup(t.Context(), other, &a.cfg, out, secret); !errors.Is(err, ErrProof) {
		t.Errorf("compared with another home: %v", err)
	}
	if _, err := Restore(other, out, secret, RestoreOptions{SignFrom: 5}); !errors.Is(err, keystore.ErrExists) {
		t.Errorf("over another home: %v", err)
	}

	lost := a.home
	state := filepath.Join(offline, "state.json")
	signed, err := os.ReadFile(lost.ConsensusStateFile())
	must(t, err)
	must(t, os.WriteFile(state, signed, 0o600))
	fresh := Layout(filepath.Join(t.TempDir(), "again"))
	for name, o := range map[string]RestoreOptions{
		"nothing": {}, "both": {SignState: state, SignFrom: 5}, "a negative height": {SignFrom: -1}, "no sign state": {SignState: out},
	} {
		if _, err := Restore(fresh, out, secret, o); !errors.Is(err, ErrSignState) {
			t.Errorf("%s: %v", name, err)
		}
		if exists(fresh.ConsensusKeyFile()) {
			t.Fatalf("%s: the key was restored", name)
		}
	}
	r, err := Restore(fresh, out, secret, RestoreOptions{SignState: state})
	must(t, err)
	if r.Journals || r.SignsAt != 0 || len(r.Keys) != 5 {
		t.Errorf("restored %+v", r)
	}
	if _, err := Restore(fresh, out, secret, RestoreOptions{}); !errors.Is(err, keystore.ErrExists) {
		t.Errorf("a second time: %v", err)
	}
	before, err := ShowKeys(lost)
	must(t, err)
	after, err := ShowKeys(fresh)
	must(t, err)
	for i := range before {
		if before[i].File, after[i].File = "", ""; before[i] != after[i] {
			t.Errorf("was %+v, is %+v", before[i], after[i])
		}
	}

	// The restored home goes on where the lost one was, above the height that it was given.
	doc, err := os.ReadFile(lost.GenesisFile())
	must(t, err)
	must(t, os.WriteFile(fresh.GenesisFile(), doc, 0o600))
	c, err := LoadComet(lost)
	must(t, err)
	c.SetRoot("")
	cmtcfg.WriteConfigFile(fresh.CometFile(), c)
	a.home = fresh
	a.run(3, new(tap), Hooks{}, func() {
		if _, err := Restore(a.home, out, secret, RestoreOptions{}); !errors.Is(err, journal.ErrLocked) {
			t.Errorf("beside the running node: %v", err)
		}
		if _, err := ChangePassword(a.home, &a.cfg, ""); !errors.Is(err, journal.ErrLocked) {
			t.Errorf("change of the password beside the running node: %v", err)
		}
	})
}

// TestSignStateOfARestore: the key signs nothing up to the height that the operator gave.
func TestSignStateOfARestore(t *testing.T) {
	h := Layout(filepath.Join(t.TempDir(), "n1"))
	must(t, os.MkdirAll(h.DataDir(), 0o700))
	keys := bundle{{Key: Key{Kind: kindConsensus}}}
	s, err := signState(h, keys, &RestoreOptions{SignFrom: 120})
	must(t, err)
	for _, c := range []struct {
		height int64
		step   int8
		signs  bool
	}{{119, 3, false}, {120, 2, false}, {120, 3, false}, {121, 1, true}} {
		if _, err := s.CheckHRS(c.height, 0, c.step); (err == nil) != c.signs {
			t.Errorf("height %d step %d: %v", c.height, c.step, err)
		}
	}
	must(t, os.WriteFile(h.ConsensusStateFile(), []byte(`{"height":"7","round":0,"step":3}`), 0o600))
	if s, err := signState(h, keys, &RestoreOptions{}); err != nil || s.Height != 7 {
		t.Errorf("the home's own: %+v, %v", s, err)
	}
	if _, err := signState(h, keys, &RestoreOptions{SignFrom: 5}); !errors.Is(err, keystore.ErrExists) {
		t.Errorf("another one over the home's own: %v", err)
	}
	if s, err := signState(h, nil, &RestoreOptions{}); err != nil || s.Height != 0 {
		t.Errorf("no consensus key: %v", err)
	}
}

// TestChangePassword: all files or none, inside the home and outside, and again after a cut.
func TestChangePassword(t *testing.T) {
	h := Layout(filepath.Join(t.TempDir(), "n1"))
	must(t, Init(h, InitOptions{ChainID: aloneChain, Moniker: "n1"}))
	c, err := LoadConfig(h.ConfigFile(), noEnv)
	must(t, err)
	old, err := c.Password(h)
	must(t, err)
	opened := func(p keystore.Password) bool {
		_, dealing := keystore.LoadDealingKey(h.DealingFile(), p)
		_, operator := account.FromKeystoreFile(h.OperatorFile(), p)
		if (dealing == nil) != (operator == nil) {
			t.Fatalf("half of the files: %v, %v", dealing, operator)
		}
		return dealing == nil
	}
	// A file that does not open: nothing changes.
	bad := filepath.Join(h.KeyDir(), "share-9.json")
	_, strange := passwordIn(t, filepath.Join(t.TempDir(), "x"), "a strange password")
	must(t, keystore.SaveSecret(bad, kindShare, struct{}{}, []byte("x"), strange))
	if _, err := ChangePassword(h, &c, ""); !errors.Is(err, keystore.ErrDecrypt) || !opened(old) {
		t.Errorf("with a file of another password: %v", err)
	}
	must(t, os.Remove(bad))
	must(t, os.WriteFile(filepath.Join(h.KeyDir(), "notes"), []byte("kept"), 0o600))

	r, err := ChangePassword(h, &c, "")
	must(t, err)
	next, err := c.Password(h)
	must(t, err)
	if r.Files != 2 || next.Same(old) || opened(old) || !opened(next) || exists(h.KeyDir()+".next") {
		t.Errorf("changed %+v", r)
	}
	if b, err := os.ReadFile(filepath.Join(h.KeyDir(), "notes")); err != nil || string(b) != "kept" {
		t.Errorf("another file: %q, %v", b, err)
	}

	// To a file outside; the process died between the exchange and the settings.
	outside, word := passwordIn(t, filepath.Join(t.TempDir(), "run"), "a password outside")
	settings, err := os.ReadFile(h.ConfigFile())
	must(t, err)
	if _, err := ChangePassword(h, &c, outside); err != nil || !opened(word) || exists(h.PasswordFile()) {
		t.Fatalf("outside: %v", err)
	}
	must(t, os.WriteFile(h.ConfigFile(), settings, 0o600))
	must(t, keystore.SavePassword(h.PasswordFile(), next))
	r, err = ChangePassword(h, &c, outside)
	if err != nil || !r.Before {
		t.Errorf("again: %+v, %v", r, err)
	}
	c, err = LoadConfig(h.ConfigFile(), noEnv)
	if err != nil || c.PasswordFile != outside {
		t.Errorf("password_file %q, %v", c.PasswordFile, err)
	}
	if _, err := ChangePassword(h, &c, ""); !errors.Is(err, ErrConfig) {
		t.Errorf("back without a file: %v", err)
	}
}

// TestRemoteConsensusKey: blocks with the consensus key in another place, reached through
// CometBFT's own socket; the node never has it.
func TestRemoteConsensusKey(t *testing.T) {
	a := newAlone(t, nil)
	vault := t.TempDir()
	key, state := filepath.Join(vault, "key.json"), filepath.Join(vault, "state.json")
	both, err := os.ReadFile(a.home.ConsensusKeyFile())
	must(t, err)
	must(t, os.WriteFile(key, both, 0o600))
	must(t, os.Rename(a.home.ConsensusStateFile(), state))
	dir, err := os.MkdirTemp("", "pv") // a socket's path is short
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := "unix://" + filepath.Join(dir, "s")
	c, err := LoadComet(a.home)
	must(t, err)
	c.SetRoot("")
	c.PrivValidatorListenAddr = socket
	cmtcfg.WriteConfigFile(a.home.CometFile(), c)
	if err := a.refuses(); !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), "one place signs") {
		t.Errorf("a local key beside it: %v", err)
	}
	must(t, os.Remove(a.home.ConsensusKeyFile()))
	must(t, os.Chmod(dir, 0o755)) //nolint:gosec // what is refused
	if err := a.refuses(); !errors.Is(err, ErrUnsafe) {
		t.Errorf("a socket that others reach: %v", err)
	}
	must(t, os.Chmod(dir, 0o700)) //nolint:gosec // a directory
	open := strings.Replace(socket, "unix://", "tcp://0.0.0.0:1/", 1)
	if err := noLocalKey(a.home, &cmtcfg.Config{BaseConfig: cmtcfg.BaseConfig{PrivValidatorListenAddr: open}}); !errors.Is(err, ErrConfig) {
		t.Errorf("a socket for everybody: %v", err)
	}

	dial := privval.DialUnixFn(filepath.Join(dir, "s"))
	endpoint := privval.NewSignerDialerEndpoint(cmtlog.NewNopLogger(), dial, privval.SignerDialerEndpointConnRetries(1000), privval.SignerDialerEndpointRetryWaitInterval(10*time.Millisecond))
	server := privval.NewSignerServer(endpoint, aloneChain, privval.LoadFilePV(key, state))
	must(t, server.Start())
	t.Cleanup(func() { _ = server.Stop() })
	a.run(4, new(tap), Hooks{}, nil)
	signed, err := os.ReadFile(state)
	must(t, err)
	if exists(a.home.ConsensusKeyFile()) || exists(a.home.ConsensusStateFile()) || bytes.Contains(signed, []byte(`"height": "0"`)) {
		t.Errorf("the node has a key, or the vault signed nothing: %s", signed)
	}
}

// TestMembersAreProven: an entry whose dealing key is not proven, or stands twice, makes no genesis.
func TestMembersAreProven(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	a, b := madeMember(t, 1), madeMember(t, 2)
	if _, err := Collect(aloneChain, at, []Member{a, b}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Member){
		"no operator":         func(m *Member) { m.Operator = "" },
		"operator changed":    func(m *Member) { m.Operator = "0x" + strings.Repeat("11", 20) },
		"no dealing key":      func(m *Member) { m.DealingKey = nil },
		"another dealing key": func(m *Member) { m.DealingKey = a.DealingKey },
		"no proof":            func(m *Member) { m.DealingProof = nil },
		"another's proof":     func(m *Member) { m.DealingProof = a.DealingProof },
		"consensus key":       func(m *Member) { m.PubKey = m.PubKey[1:] },
		"the same twice":      func(m *Member) { *m = a },
		"one consensus key":   func(m *Member) { m.PubKey = a.PubKey },
		"one operator": func(m *Member) {
			pub := m.PubKey
			*m = a
			m.PubKey = pub
		},
	} {
		m := b
		change(&m)
		if _, err := Collect(aloneChain, at, []Member{a, m}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Collect("aitbc-devnet-8", at, []Member{a, b}); err == nil {
		t.Error("proofs of another bridge were accepted")
	}
}
