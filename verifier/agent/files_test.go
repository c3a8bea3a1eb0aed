// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aitbc/bridge/keys/keystore"
)

// A crash in writing a secret leaves it under another name too; it goes with the file.
func TestEraseTakesWhatACrashLeft(t *testing.T) {
	password, err := keystore.NewPassword([]byte("a password of a test"))
	must(t, err)
	d := Dir{Path: filepath.Join(t.TempDir(), "keys"), Password: password}
	must(t, d.SaveSeed(1, bridgeID, Seed{1}))
	must(t, d.SaveSeed(11, bridgeID, Seed{2}))
	whole, err := os.ReadFile(d.seed(1))
	must(t, err)
	must(t, os.WriteFile(d.seed(1)+".0011223344556677.tmp", whole, 0o600))
	must(t, os.Link(d.seed(1), d.seed(1)+".8899aabbccddeeff.tmp"))
	must(t, d.EraseSeed(1))
	left, err := os.ReadDir(d.Path)
	must(t, err)
	if len(left) != 1 || left[0].Name() != filepath.Base(d.seed(11)) {
		t.Errorf("left: %v", left)
	}
	must(t, d.EraseSeed(1))
}
