// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/aitbc/bridge/keys/keystore"
)

// wallet is another process that signs, with the three methods of clef; change lets it lie.
type wallet struct {
	keys   []*local
	change func(*types.Transaction) *types.Transaction
	answer func(sig []byte) []byte
}

func (w *wallet) List() (out []common.Address) {
	for _, k := range w.keys {
		out = append(out, k.address)
	}
	return out
}

func (w *wallet) find(a common.Address) (*local, error) {
	for _, k := range w.keys {
		if k.address == a {
			return k, nil
		}
	}
	return nil, errors.New("the wallet's own text about " + a.Hex())
}

func (w *wallet) SignData(kind string, from common.Address, data hexutil.Bytes) (hexutil.Bytes, error) {
	k, err := w.find(from)
	if err != nil || kind != accounts.MimetypeTextPlain {
		return nil, errors.Join(err, errors.New(kind))
	}
	sig, err := k.SignText(context.Background(), data)
	sig[64] += 27 // as wallets do
	if w.answer != nil {
		return w.answer(sig[:]), err
	}
	return sig[:], err
}

func (w *wallet) SignTransaction(in map[string]json.RawMessage) (map[string]any, error) {
	var a struct {
		From                       common.Address
		To                         *common.Address
		Gas, Nonce                 hexutil.Uint64
		GasPrice, Value, ChainID   *hexutil.Big
		MaxFeePerGas, MaxPriority  *hexutil.Big
		Input                      hexutil.Bytes
		AccessList                 types.AccessList
		MaxPriorityFeePerGasIsHere bool
	}
	for key, to := range map[string]any{
		"from": &a.From, "to": &a.To, "gas": &a.Gas, "nonce": &a.Nonce, "gasPrice": &a.GasPrice, "value": &a.Value, "chainId": &a.ChainID,
		"maxFeePerGas": &a.MaxFeePerGas, "maxPriorityFeePerGas": &a.MaxPriority, "input": &a.Input, "accessList": &a.AccessList,
	} {
		if b, ok := in[key]; ok {
			if err := json.Unmarshal(b, to); err != nil {
				return nil, err
			}
		}
	}
	k, err := w.find(a.From)
	if err != nil {
		return nil, err
	}
	tx := types.NewTx(&types.LegacyTx{Nonce: uint64(a.Nonce), GasPrice: (*big.Int)(a.GasPrice), Gas: uint64(a.Gas), To: a.To, Value: (*big.Int)(a.Value), Data: a.Input})
	if a.MaxFeePerGas != nil {
		tx = types.NewTx(&types.DynamicFeeTx{
			ChainID: (*big.Int)(a.ChainID), Nonce: uint64(a.Nonce), GasTipCap: (*big.Int)(a.MaxPriority), GasFeeCap: (*big.Int)(a.MaxFeePerGas),
			Gas: uint64(a.Gas), To: a.To, Value: (*big.Int)(a.Value), Data: a.Input, AccessList: a.AccessList,
		})
	}
	if w.change != nil {
		tx = w.change(tx)
	}
	signed, err := k.SignTx(tx, (*big.Int)(a.ChainID))
	if err != nil {
		return nil, err
	}
	raw, err := signed.MarshalBinary()
	return map[string]any{"raw": hexutil.Bytes(raw), "tx": signed}, err
}

func newLocal(t *testing.T) *local {
	t.Helper()
	k, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return fromKey(k).(*local)
}

// serve offers w over HTTP and over a unix socket.
func serve(t *testing.T, w *wallet) (urls []string) {
	t.Helper()
	server := rpc.NewServer()
	if err := server.RegisterName("account", w); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	path := filepath.Join(t.TempDir(), "w.sock")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.ServeListener(ln) }()
	t.Cleanup(func() { web.Close(); _ = ln.Close(); server.Stop() })
	return []string{web.URL, "unix://" + path}
}

func TestExternalSigner(t *testing.T) {
	w := &wallet{keys: []*local{newLocal(t)}}
	to, chain := common.Address{1}, big.NewInt(31337)
	txs := map[string]*types.Transaction{
		"dynamic": types.NewTx(&types.DynamicFeeTx{ChainID: chain, Nonce: 7, Gas: 21000, GasFeeCap: big.NewInt(9), GasTipCap: big.NewInt(2), To: &to, Value: big.NewInt(3), Data: []byte{4}}),
		"create":  types.NewTx(&types.DynamicFeeTx{ChainID: chain, Gas: 21000, GasFeeCap: big.NewInt(9), Data: []byte{4}}),
		"legacy":  types.NewTx(&types.LegacyTx{Nonce: 7, Gas: 21000, GasPrice: big.NewInt(1), To: &to}),
	}
	for _, url := range serve(t, w) {
		a, err := FromExternal(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if a.Address() != w.keys[0].Address() {
			t.Error("another address")
		}
		for name, tx := range txs {
			signed, err := a.SignTx(tx, chain)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if from, err := types.Sender(types.LatestSignerForChainID(chain), signed); err != nil || from != a.Address() || signed.Nonce() != tx.Nonce() {
				t.Errorf("%s: from %v, %v", name, from, err)
			}
		}
		text := []byte("0123456789abcdef0123456789abcdef")
		want, err := w.keys[0].SignText(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.SignText(t.Context(), text); err != nil || got != want {
			t.Errorf("text: %v", err)
		}
		if _, err := a.SignText(t.Context(), make([]byte, MaxText+1)); !errors.Is(err, ErrText) {
			t.Errorf("long text: %v", err)
		}
		if _, err := a.SignTx(types.NewTx(&types.AccessListTx{ChainID: chain}), chain); !errors.Is(err, types.ErrTxTypeNotSupported) {
			t.Errorf("unknown type: %v", err)
		}
		if _, err := a.SignTx(txs["dynamic"], big.NewInt(1)); !errors.Is(err, ErrChain) {
			t.Errorf("another chain: %v", err)
		}
	}
}

// TestExternalSignerLies: a changed field, another key, a broken signature: nothing is used.
func TestExternalSignerLies(t *testing.T) {
	w := &wallet{keys: []*local{newLocal(t)}}
	url := serve(t, w)[0]
	a, err := FromExternal(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	to, chain := common.Address{1}, big.NewInt(31337)
	asked := types.DynamicFeeTx{ChainID: chain, Nonce: 7, Gas: 21000, GasFeeCap: big.NewInt(9), GasTipCap: big.NewInt(2), To: &to, Value: big.NewInt(3), Data: []byte{4}}
	for name, lie := range map[string]func(*types.DynamicFeeTx){
		"nonce": func(x *types.DynamicFeeTx) { x.Nonce++ },
		"value": func(x *types.DynamicFeeTx) { x.Value = big.NewInt(4) },
		"to":    func(x *types.DynamicFeeTx) { x.To = &common.Address{2} },
		"data":  func(x *types.DynamicFeeTx) { x.Data = []byte{5} },
		"gas":   func(x *types.DynamicFeeTx) { x.Gas++ },
		"fee":   func(x *types.DynamicFeeTx) { x.GasFeeCap = big.NewInt(10) },
		"tip":   func(x *types.DynamicFeeTx) { x.GasTipCap = big.NewInt(1) },
		"list":  func(x *types.DynamicFeeTx) { x.AccessList = types.AccessList{{Address: to}} },
	} {
		w.change = func(*types.Transaction) *types.Transaction {
			x := asked
			lie(&x)
			return types.NewTx(&x)
		}
		if _, err := a.SignTx(types.NewTx(&asked), chain); !errors.Is(err, ErrAnswer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.change = nil
	other := newLocal(t)
	other.address = w.keys[0].address // signs with another key under the account's name
	good := w.keys
	w.keys = []*local{other}
	if _, err := a.SignTx(types.NewTx(&asked), chain); !errors.Is(err, ErrAnswer) {
		t.Errorf("transaction of another key: %v", err)
	}
	if _, err := a.SignText(t.Context(), []byte("text")); !errors.Is(err, ErrAnswer) {
		t.Errorf("text of another key: %v", err)
	}
	w.keys = good
	for name, lie := range map[string]func([]byte) []byte{
		"short":  func(s []byte) []byte { return s[:64] },
		"long":   func(s []byte) []byte { return append(s, 0) },
		"empty":  func([]byte) []byte { return nil },
		"zero":   func([]byte) []byte { return make([]byte, 65) },
		"parity": func(s []byte) []byte { s[64] ^= 7; return s },
		"huge":   func([]byte) []byte { return make([]byte, maxAnswer) },
	} {
		w.answer = lie
		if _, err := a.SignText(t.Context(), []byte("text")); !errors.Is(err, ErrAnswer) && !errors.Is(err, ErrExternal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.answer = nil
	w.keys = nil // refuses, in its own words
	if _, err := a.SignText(t.Context(), []byte("text")); !errors.Is(err, ErrExternal) || strings.Contains(err.Error(), "own text") {
		t.Errorf("refusal: %v", err)
	}
}

func TestWhichExternalAccount(t *testing.T) {
	w := &wallet{keys: []*local{newLocal(t), newLocal(t)}}
	url := serve(t, w)[0]
	if _, err := FromExternal(t.Context(), url); !errors.Is(err, ErrAccount) {
		t.Errorf("two accounts: %v", err)
	}
	named := func(a common.Address) string { return strings.Replace(url, "http://", "http://"+a.Hex()+"@", 1) }
	if a, err := FromExternal(t.Context(), named(w.keys[1].address)); err != nil || a.Address() != w.keys[1].Address() {
		t.Errorf("the second: %v", err)
	}
	if _, err := FromExternal(t.Context(), named(common.Address{9})); !errors.Is(err, ErrAccount) {
		t.Errorf("one that it does not have: %v", err)
	}
	for _, bad := range []string{"ftp://127.0.0.1", "http://", "unix://", "unix://host/path", "http://user@127.0.0.1:1", "http://" + w.keys[0].address.Hex() + ":hunter2@127.0.0.1:1", "127.0.0.1:1", "://"} {
		if _, err := FromExternal(t.Context(), bad); !errors.Is(err, ErrExternal) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := FromExternal(t.Context(), "unix:///nowhere/w.sock"); !errors.Is(err, ErrExternal) {
		t.Errorf("no socket: %v", err)
	}
}

func TestKeystoreFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "operator.json")
	p, err := keystore.NewPassword([]byte("a password of a test"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewKeystoreFile(path, p)
	if err != nil {
		t.Fatal(err)
	}
	b, err := FromKeystoreFile(path, p)
	if err != nil || a.Address() != b.Address() {
		t.Errorf("read back: %v", err)
	}
	if address, err := KeystoreAddress(path); err != nil || address != a.Address() {
		t.Errorf("address without a password: %v", err)
	}
	if _, err := NewKeystoreFile(path, p); !errors.Is(err, keystore.ErrExists) {
		t.Errorf("second account in one file: %v", err)
	}
	content, err := keystore.ReadFile(path, maxKeystoreFile)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(from, to string) []byte {
		out := strings.Replace(string(content), from, to, 1)
		if out == string(content) {
			t.Fatalf("%q is not in %s", from, content)
		}
		return []byte(out)
	}
	address := fmt.Sprintf("%x", a.Address())
	for name, c := range map[string]struct {
		in   []byte
		want error
	}{
		"nothing":         {nil, ErrKey},
		"cheap":           {edit("131072", "4096"), ErrKey},
		"dear":            {edit("131072", "1073741824"), ErrKey},
		"version 1":       {edit(`"version":3`, `"version":1`), ErrKey},
		"version as text": {edit(`"version":3`, `"version":"1"`), ErrKey},
		"another kdf":     {edit(`"scrypt"`, `"pbkdf2"`), ErrKey},
		"short key":       {edit(`"dklen":32`, `"dklen":16`), ErrKey},
		"another address": {edit(address, strings.Repeat("00", 20)), ErrKey},
		"no address":      {edit(address, ""), ErrKey},
		"changed":         {edit(`"ciphertext":"`, `"ciphertext":"00`), keystore.ErrDecrypt},
	} {
		if _, err := fromKeystore(c.in, p); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrong, err := keystore.NewPassword([]byte("another password"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fromKeystore(content, wrong); !errors.Is(err, keystore.ErrDecrypt) {
		t.Errorf("wrong password: %v", err)
	}
}

func TestSetting(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := keystore.NewPasswordFile(filepath.Join(dir, "password")); err != nil {
		t.Fatal(err)
	}
	p, err := keystore.ReadPassword(filepath.Join(dir, "password"))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := NewKeystoreFile(filepath.Join(dir, "k.json"), p)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := NewKeyFile(filepath.Join(dir, "raw"))
	if err != nil {
		t.Fatal(err)
	}
	w := &wallet{keys: []*local{newLocal(t)}}
	for s, want := range map[Setting][20]byte{
		"keystore:k.json": sealed.Address(), "raw": raw.Address(), Setting(filepath.Join(dir, "raw")): raw.Address(), Setting(serve(t, w)[1]): w.keys[0].Address(),
	} {
		if a, err := s.Open(t.Context(), dir, ""); err != nil || a.Address() != want {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range []Setting{"", "keystore:", "ftp://x"} {
		if s.Check() == nil {
			t.Errorf("%q accepted", s)
		}
	}
}

// FuzzExternalAnswer: whatever a signer answers is refused or is what was asked for.
func FuzzExternalAnswer(f *testing.F) {
	k, err := crypto.ToECDSA(common.FromHex(key))
	if err != nil {
		f.Fatal(err)
	}
	own := fromKey(k).(*local)
	e := &external{endpoint: "/none", address: own.address}
	chain := big.NewInt(1)
	tx := types.NewTx(&types.DynamicFeeTx{ChainID: chain, Nonce: 7, Gas: 21000, GasFeeCap: big.NewInt(9)})
	signed, err := own.SignTx(tx, chain)
	if err != nil {
		f.Fatal(err)
	}
	good, err := signed.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	text := []byte("text")
	sig, err := own.SignText(f.Context(), text)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(sig[:])
	f.Add([]byte{2})
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := e.checkTx(tx, chain, b); err == nil && (got.Hash() != signed.Hash() && got.Nonce() != 7) {
			t.Errorf("took another transaction: %v", got)
		}
		if got, err := e.checkText(text, b); err == nil {
			if pub, err := crypto.SigToPub(accounts.TextHash(text), got[:]); err != nil || crypto.PubkeyToAddress(*pub) != own.address {
				t.Errorf("took another signature")
			}
		}
	})
}
