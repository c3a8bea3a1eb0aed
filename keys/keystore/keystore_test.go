// SPDX-License-Identifier: Apache-2.0

package keystore

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/schnorr"
)

func sample() Share {
	return Share{
		KeyEpoch: 2, Index: 3, Secret: [32]byte{0: 0x5e, 1: 0xc2, 31: 0xe7}, BridgeID: [32]byte{9},
		GroupKey: schnorr.PublicKey(crypto.S256().Params().Gx.FillBytes(make([]byte, 32))),
	}
}

func TestSaveAndLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	path := SharePath(dir, 2)
	if filepath.Base(path) != "share-2.json" {
		t.Errorf("path %s", path)
	}
	if err := SaveShare(path, sample()); err != nil {
		t.Fatal(err)
	}
	got, err := LoadShare(path)
	if err != nil || got != sample() {
		t.Errorf("loaded %v, %v", got, err)
	}
	for p, want := range map[string]os.FileMode{dir: 0o700, path: 0o600} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v", p, info.Mode(), err)
		}
	}
	before, _ := os.ReadFile(path)
	other := sample()
	other.Index = 4
	if err := SaveShare(path, other); !errors.Is(err, ErrExists) {
		t.Errorf("overwrite: %v", err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("file changed")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left over: %v, %v", entries, err)
	}
}

func TestUnsafeIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	path := SharePath(dir, 2)
	if err := SaveShare(path, sample()); err != nil {
		t.Fatal(err)
	}
	check := func(name, p string) {
		t.Helper()
		if _, err := LoadShare(p); !errors.Is(err, ErrUnsafe) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		check(mode.String(), path)
	}
	_ = os.Chmod(path, 0o400)
	if _, err := LoadShare(path); err != nil {
		t.Errorf("mode 0400: %v", err)
	}
	link := filepath.Join(dir, "link.json")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	check("symlink", link)
	if err := SaveShare(link, sample()); !errors.Is(err, ErrExists) {
		t.Errorf("save over a symlink: %v", err)
	}
	linkDir := dir + "-link"
	if err := os.Symlink(dir, linkDir); err != nil {
		t.Fatal(err)
	}
	check("directory is a symlink", SharePath(linkDir, 2))
	check("directory", dir)
	_ = os.Chmod(dir, 0o750)
	check("directory 0750", path)
	if err := SaveShare(SharePath(dir, 3), sample()); !errors.Is(err, ErrUnsafe) {
		t.Errorf("save into 0750: %v", err)
	}
}

func TestContentIsChecked(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if err := SaveShare(SharePath(dir, 2), sample()); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(SharePath(dir, 2))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseShare(good); err != nil {
		t.Fatal(err)
	}
	edit := func(key string, value any) string {
		m := map[string]any{}
		if err := json.Unmarshal(good, &m); err != nil {
			t.Fatal(err)
		}
		m[key] = value
		b, _ := json.Marshal(m)
		return string(b)
	}
	zero := "0x" + strings.Repeat("0", 64)
	tests := map[string]string{
		"empty":         "",
		"no object":     "[]",
		"trailing":      string(good) + "{}",
		"unknown field": edit("extra", 1),
		"version":       edit("version", 2),
		"epoch 0":       edit("key_epoch", 0),
		"index 0":       edit("index", 0),
		"index 70000":   edit("index", 70000),
		"zero secret":   edit("secret", zero),
		"secret n":      edit("secret", "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
		"short secret":  edit("secret", "0x5ec2"),
		"no hex":        edit("secret", "0x"+strings.Repeat("5ec2zz", 11)[:64]),
		"zero bridge":   edit("bridge_id", zero),
		"zero key":      edit("group_key", zero),
		"key off curve": edit("group_key", zero[:65]+"5"),
		"secret number": edit("secret", 5),
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parseShare([]byte(in))
			if err == nil {
				t.Fatal("accepted")
			}
			if strings.Contains(strings.ToLower(err.Error()), "5ec2") {
				t.Errorf("error quotes the secret: %v", err)
			}
		})
	}
	long := filepath.Join(dir, "long.json")
	if err := WriteFile(long, make([]byte, maxShareFile+1)); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadShare(long); !errors.Is(err, ErrFormat) {
		t.Errorf("long file: %v", err)
	}
	if err := SaveShare(SharePath(dir, 9), Share{}); !errors.Is(err, ErrFormat) {
		t.Errorf("empty share: %v", err)
	}
}

func TestShareDoesNotPrint(t *testing.T) {
	s := sample()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		for _, v := range []any{s, &s, []Share{s}, struct{ S Share }{s}} {
			if out := strings.ToLower(fmt.Sprintf(verb, v)); strings.Contains(out, "5ec2") || strings.Contains(out, "94 194") {
				t.Errorf("%s: %s", verb, out)
			}
		}
	}
	if _, err := json.Marshal(s); err == nil {
		t.Error("a share became JSON")
	}
}

func FuzzLoadShare(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "keys")
	if err := SaveShare(SharePath(dir, 2), sample()); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(SharePath(dir, 2))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseShare(b)
		if err != nil {
			return
		}
		if err := s.Validate(); err != nil {
			t.Fatalf("parsed an invalid share: %v", err)
		}
		path := SharePath(filepath.Join(t.TempDir(), "keys"), s.KeyEpoch)
		if err := SaveShare(path, s); err != nil {
			t.Fatal(err)
		}
		if back, err := LoadShare(path); err != nil || back != s {
			t.Errorf("loaded something else: %v", err)
		}
	})
}
