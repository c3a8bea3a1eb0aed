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

func password(t testing.TB, text string) Password {
	t.Helper()
	p, err := NewPassword([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const secretWord = "correct horse battery"

func TestSaveAndLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	path := SharePath(dir, 2)
	if filepath.Base(path) != "share-2.json" {
		t.Errorf("path %s", path)
	}
	if err := SaveShare(path, sample(), password(t, secretWord)); err != nil {
		t.Fatal(err)
	}
	got, err := LoadShare(path, password(t, secretWord))
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
	if err := SaveShare(path, other, password(t, secretWord)); !errors.Is(err, ErrExists) {
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
	if err := SaveShare(path, sample(), password(t, secretWord)); err != nil {
		t.Fatal(err)
	}
	check := func(name, p string) {
		t.Helper()
		if _, err := LoadShare(p, password(t, secretWord)); !errors.Is(err, ErrUnsafe) {
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
	if _, err := LoadShare(path, password(t, secretWord)); err != nil {
		t.Errorf("mode 0400: %v", err)
	}
	link := filepath.Join(dir, "link.json")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	check("symlink", link)
	if err := SaveShare(link, sample(), password(t, secretWord)); !errors.Is(err, ErrExists) {
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
	if err := SaveShare(SharePath(dir, 3), sample(), password(t, secretWord)); !errors.Is(err, ErrUnsafe) {
		t.Errorf("save into 0750: %v", err)
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
