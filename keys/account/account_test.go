// SPDX-License-Identifier: Apache-2.0

package account

import (
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/keystore"
)

const key = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"

func TestKeyFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	write := func(name, content string) string {
		p := filepath.Join(dir, name)
		if err := keystore.WriteFile(p, []byte(content)); err != nil {
			t.Fatal(err)
		}
		return p
	}
	want := common.HexToAddress("0x2c7536E3605D9C16a7a3D7b1898e529396a65c23")
	for i, content := range []string{key, key + "\n", "0x" + key, "0x" + strings.ToUpper(key) + "\r\n"} {
		a, err := FromKeyFile(write(fmt.Sprint("good", i), content))
		if err != nil || a.Address() != want {
			t.Errorf("good %d: %v", i, err)
		}
	}
	for i, content := range []string{"", key[1:], key + "0", key[:63] + "g", strings.Repeat("0", 64), strings.Repeat("f", 64)} {
		_, err := FromKeyFile(write(fmt.Sprint("bad", i), content))
		if !errors.Is(err, ErrKey) {
			t.Errorf("bad %d: %v", i, err)
		}
		if err != nil && strings.Contains(err.Error(), "4c0883") {
			t.Errorf("error quotes the key: %v", err)
		}
	}
	open := write("open", key)
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := FromKeyFile(open); !errors.Is(err, keystore.ErrUnsafe) {
		t.Errorf("mode 0644: %v", err)
	}
	made := filepath.Join(dir, "made")
	a, err := NewKeyFile(made)
	if err != nil {
		t.Fatal(err)
	}
	b, err := FromKeyFile(made)
	if err != nil || a.Address() != b.Address() {
		t.Errorf("made key reads back as another: %v", err)
	}
	if _, err := NewKeyFile(made); !errors.Is(err, keystore.ErrExists) {
		t.Errorf("second key in one file: %v", err)
	}
}

func TestSignTx(t *testing.T) {
	a, err := NewKeyFile(filepath.Join(t.TempDir(), "keys", "k"))
	if err != nil {
		t.Fatal(err)
	}
	chain := big.NewInt(31337)
	for name, tx := range map[string]*types.Transaction{
		"dynamic": types.NewTx(&types.DynamicFeeTx{ChainID: chain, Gas: 21000, GasFeeCap: big.NewInt(1)}),
		"legacy":  types.NewTx(&types.LegacyTx{Gas: 21000, GasPrice: big.NewInt(1)}),
	} {
		signed, err := a.SignTx(tx, chain)
		if err != nil {
			t.Fatal(err)
		}
		from, err := types.Sender(types.LatestSignerForChainID(chain), signed)
		if err != nil || from != common.Address(a.Address()) || signed.ChainId().Cmp(chain) != 0 {
			t.Errorf("%s: from %v on %v, %v", name, from, signed.ChainId(), err)
		}
	}
	other := types.NewTx(&types.DynamicFeeTx{ChainID: big.NewInt(1)})
	for name, id := range map[string]*big.Int{"nil": nil, "zero": new(big.Int), "another": chain} {
		if _, err := a.SignTx(other, id); !errors.Is(err, ErrChain) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAccountDoesNotPrint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "k")
	if err := keystore.WriteFile(path, []byte(key)); err != nil {
		t.Fatal(err)
	}
	a, err := FromKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := new(big.Int).SetBytes(crypto.FromECDSA(a.(*local).key)).String()
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		fmt.Fprintf(&out, verb, a)
		fmt.Fprintf(&out, verb, struct{ A Account }{a})
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "account", a)
	if s := strings.ToLower(out.String()); strings.Contains(s, "4c0883") || strings.Contains(s, d) {
		t.Error(out.String())
	}
}
