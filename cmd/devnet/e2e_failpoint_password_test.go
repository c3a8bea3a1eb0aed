// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/keystore"
)

// killChangingPassword ends a change of the password at each step. All key files open with the password
// that lies beside them, the old one or the new one, and the same command finishes the work.
func killChangingPassword(ctx context.Context, t *testing.T, bin string) {
	t.Helper()
	h := node.Layout(filepath.Join(t.TempDir(), "home"))
	if err := node.Init(h, node.InitOptions{ChainID: chainID, Moniker: "home", Loopback: true}); err != nil {
		t.Fatal(err)
	}
	opens := func() keystore.Password {
		p, err := keystore.ReadPassword(h.PasswordFile())
		if err != nil {
			t.Fatal(err)
		}
		_, dealing := keystore.LoadDealingKey(h.DealingFile(), p)
		_, operator := account.FromKeystoreFile(h.OperatorFile(), p)
		if err := errors.Join(dealing, operator); err != nil {
			t.Errorf("the home does not open with its own password: %v", err)
		}
		return p
	}
	change := []string{"keys", "change-password", "--home", string(h)}
	for _, k := range kills {
		if k.on != onPassword {
			continue
		}
		before := opens()
		if err := dieAt(ctx, k, filepath.Join(bin, "bridged"), change...); err != nil {
			t.Fatal(err)
		}
		changed := !opens().Same(before)
		if want := k.name != "keystore.replace.made"; changed != want {
			t.Errorf("%s:%d: changed %t, want %t", k.name, k.hit, changed, want)
		}
		if out, err := exec.CommandContext(ctx, filepath.Join(bin, "bridged"), change...).CombinedOutput(); err != nil {
			t.Errorf("%s:%d: again: %v\n%s", k.name, k.hit, err, out)
		}
		if _, err := os.Lstat(h.KeyDir() + ".next"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s:%d: the old keys are still there: %v", k.name, k.hit, err)
		}
	}
}
