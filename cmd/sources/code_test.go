// SPDX-License-Identifier: Apache-2.0

package sources

import (
	"bytes"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/params"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
	"github.com/aitbc/bridge/keys/keystore"
)

func TestRecord(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "1")
	r := Record{filepath.Join(dir, "manager-code")}
	if _, ok, err := r.Load(); ok || err != nil {
		t.Errorf("no file: %t, %v", ok, err)
	}
	h := message.Keccak([]byte{1})
	if err := r.Save(h); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := r.Load(); got != h || !ok || err != nil {
		t.Errorf("%s, %t, %v", got, ok, err)
	}
	if err := r.Save(message.Keccak([]byte{2})); !errors.Is(err, keystore.ErrExists) {
		t.Errorf("written twice: %v", err)
	}
	if got, _, _ := r.Load(); got != h {
		t.Errorf("replaced by %s", got)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("files %v, %v", left, err)
	}
	for _, text := range []string{"", "0x12\n", h.String(), h.String() + "\n\n", "0x" + string(bytes.Repeat([]byte("0"), 64)) + "\n"} {
		if err := os.WriteFile(r.Path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := r.Load(); ok || !errors.Is(err, message.ErrBadEncoding) && !errors.Is(err, keystore.ErrFormat) {
			t.Errorf("%q: %t, %v", text, ok, err)
		}
	}
	// What somebody else may have written is not believed.
	if err := os.WriteFile(r.Path, []byte(h.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, r.Path} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, info.Mode()|0o020); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := r.Load(); ok || !errors.Is(err, keystore.ErrUnsafe) {
			t.Errorf("%s for others to write: %t, %v", path, ok, err)
		}
		if err := os.Chmod(path, info.Mode()); err != nil {
			t.Fatal(err)
		}
	}
	if got, ok, err := r.Load(); got != h || !ok || err != nil {
		t.Errorf("%s, %t, %v", got, ok, err)
	}
}

// FuzzRecord: a record is refused or is what is written for its hash.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(message.Keccak(nil).String() + "\n"))
	f.Add([]byte("0x\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := parseRecord(b); err == nil && h.String()+"\n" != string(b) {
			t.Errorf("%q is read as %s", b, h)
		}
	})
}

// TestSameBuild: a manager's code is recognized whatever its immutables are, and nothing else is.
func TestSameBuild(t *testing.T) {
	abi, err := bindings.CrossChainManagerMetaData.GetAbi()
	if err != nil {
		t.Fatal(err)
	}
	px, _ := new(big.Int).SetString("f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9", 16) // of three times the generator
	world, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		t.Fatal(err)
	}
	for i := byte(7); i <= 9; i++ { // timelocks without delay: every call gives a zero word
		world.SetCode(common.Address{i}, common.FromHex("5f5f5260205ff3"), tracing.CodeChangeUnspecified)
	}
	args, err := abi.Pack("", [32]byte{5}, px, uint64(1), common.Address{9}, common.Address{8}, common.Address{7}, []common.Address{{6}}, true)
	if err != nil {
		t.Fatal(err)
	}
	rules := *params.MergedTestChainConfig
	rules.ChainID = big.NewInt(31337) // a development chain: no delay is asked for
	code, _, _, err := runtime.Create(append(common.FromHex(bindings.CrossChainManagerMetaData.Bin), args...), &runtime.Config{
		ChainConfig: &rules, Origin: common.Address{4}, GasLimit: 30_000_000, State: world,
	})
	if err != nil || len(code) < 1000 {
		t.Fatalf("%d bytes, %v", len(code), err)
	}
	if !sameBuild(code) {
		t.Error("the own build is not recognized")
	}
	changed := bytes.Clone(code)
	changed[100] ^= 1
	for name, other := range map[string][]byte{
		"none": nil, "one byte differs": changed, "cut": code[:len(code)-1], "longer": append(bytes.Clone(code), 0),
		"another contract": common.FromHex(bindings.InboxMetaData.Bin),
	} {
		if sameBuild(other) {
			t.Errorf("%s: taken for the own build", name)
		}
	}
}
