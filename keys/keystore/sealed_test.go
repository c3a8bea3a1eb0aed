// SPDX-License-Identifier: Apache-2.0

package keystore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/bridge/keys/frost"
)

// golden is a file of kind "share" under the password secretWord, with the secret of sample.
var golden = filepath.Join("testdata", "share-2.json")

func goldenFile(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGoldenFile: a file of this format stays readable, and its public part is bound to it.
func TestGoldenFile(t *testing.T) {
	if os.Getenv("GOLDEN_UPDATE") != "" {
		s := sample()
		b, err := Seal(shareKind, publicShare{hexWord(s.BridgeID), s.KeyEpoch, s.Index, s.GroupKey}, s.Secret[:], password(t, secretWord))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good := goldenFile(t)
	open := func(b []byte, word string) (Share, error) {
		var f publicShare
		secret, err := Unseal(b, shareKind, &f, password(t, word))
		if err != nil {
			return Share{}, err
		}
		return f.share(secret)
	}
	if s, err := open(good, secretWord); err != nil || s != sample() {
		t.Errorf("opened %v, %v", s, err)
	}
	// What an attacker without the password may try: all of it is one error without a hint.
	for name, b := range map[string][]byte{
		"another index":     bytes.Replace(good, []byte(`"index": 3`), []byte(`"index": 4`), 1),
		"another epoch":     bytes.Replace(good, []byte(`"key_epoch": 2`), []byte(`"key_epoch": 1`), 1),
		"a dearer function": bytes.Replace(good, []byte(`131072`), []byte(`262144`), 1),
		"another digit":     lastDigit(good),
	} {
		if bytes.Equal(b, good) {
			t.Fatalf("%s: nothing changed", name)
		}
		if _, err := open(b, secretWord); err == nil || err.Error() != ErrDecrypt.Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := open(good, secretWord+"!"); err == nil || err.Error() != ErrDecrypt.Error() {
		t.Errorf("wrong password: %v", err)
	}
	if _, err := Unseal(good, dealingKind, new(publicDealing), password(t, secretWord)); !errors.Is(err, ErrFormat) {
		t.Errorf("another kind: %v", err)
	}
	if _, err := Unseal(good, shareKind, new(publicShare), Password{}); !errors.Is(err, ErrPassword) {
		t.Errorf("no password: %v", err)
	}
}

func lastDigit(b []byte) []byte {
	out := bytes.Clone(b)
	i := bytes.LastIndexAny(out, "0123456789abcdef")
	out[i] = map[bool]byte{true: '1', false: '0'}[out[i] == '0']
	return out
}

// TestFormIsStrict: what is not exactly as Seal writes it is refused before scrypt runs.
func TestFormIsStrict(t *testing.T) {
	good := string(goldenFile(t))
	edit := func(from, to string) string {
		out := strings.Replace(good, from, to, 1)
		if out == good {
			t.Fatalf("%q is not in the file", from)
		}
		return out
	}
	var f sealed
	if err := json.Unmarshal([]byte(good), &f); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in   string
		want error
	}{
		"empty":             {"", ErrFormat},
		"no object":         {"[]", ErrFormat},
		"trailing":          {good + "{}", ErrFormat},
		"trailing space":    {good + " ", ErrFormat},
		"unknown field":     {edit(`"kind"`, `"extra": 1, "kind"`), ErrFormat},
		"field twice":       {edit(`"kind": "share"`, `"kind": "share", "kind": "share"`), ErrFormat},
		"field in capitals": {edit(`"kind"`, `"Kind"`), ErrFormat},
		"version 1":         {`{"version": 1, "secret": "0x5ec2"}`, ErrPlain},
		"version 3":         {edit(`"version": 2`, `"version": 3`), ErrFormat},
		"kind":              {edit(`"share"`, `"../share"`), ErrFormat},
		"public no object":  {strings.Replace(good, good[strings.Index(good, `"public": {`):strings.Index(good, `"crypto"`)], `"public": [], `, 1), ErrFormat},
		"cheap":             {edit("131072", "65536"), ErrFormat},
		"dear":              {edit("131072", "2097152"), ErrFormat},
		"negative":          {edit("131072", "-131072"), ErrFormat},
		"no power of two":   {edit("131072", "131073"), ErrFormat},
		"r":                 {edit(`"r": 8`, `"r": 16`), ErrFormat},
		"p":                 {edit(`"p": 1`, `"p": 2`), ErrFormat},
		"kdf":               {edit(`"scrypt"`, `"none"`), ErrFormat},
		"cipher":            {edit(cipherName, "none"), ErrFormat},
		"salt":              {edit(f.Crypto.Salt, f.Crypto.Salt[2:]), ErrFormat},
		"salt in capitals":  {edit(f.Crypto.Salt, strings.ToUpper(f.Crypto.Salt)), ErrFormat},
		"nonce":             {edit(f.Crypto.Nonce, f.Crypto.Nonce+"00"), ErrFormat},
		"text":              {edit(f.Crypto.Text, ""), ErrFormat},
		"long":              {good + strings.Repeat(" ", maxFile), ErrFormat},
	} {
		if _, err := ParseHeader([]byte(c.in)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		} else if strings.Contains(strings.ToLower(err.Error()), "5ec2") {
			t.Errorf("%s: the error quotes the file: %v", name, err)
		}
	}
	if h, err := ParseHeader([]byte(good)); err != nil || h.Version != 2 || h.Kind != shareKind || !strings.Contains(string(h.Public), `"key_epoch":2`) {
		t.Errorf("header %+v, %v", h, err)
	}
}

func TestSealRefuses(t *testing.T) {
	p := password(t, secretWord)
	for name, c := range map[string]struct {
		kind   string
		public any
		secret []byte
		p      Password
	}{
		"no password":       {"share", struct{}{}, []byte{1}, Password{}},
		"kind":              {"Share", struct{}{}, []byte{1}, p},
		"no secret":         {"share", struct{}{}, nil, p},
		"long secret":       {"share", struct{}{}, make([]byte, maxSecret+1), p},
		"public no object":  {"share", 5, []byte{1}, p},
		"long public":       {"share", map[string]string{"a": strings.Repeat("x", maxPublic)}, []byte{1}, p},
		"public is no JSON": {"share", func() {}, []byte{1}, p},
	} {
		if b, err := Seal(c.kind, c.public, c.secret, c.p); err == nil {
			t.Errorf("%s: sealed as %s", name, b)
		}
	}
}

// TestContentIsChecked: what is inside was authentic, and still must be a share.
func TestContentIsChecked(t *testing.T) {
	s := sample()
	good := publicShare{hexWord(s.BridgeID), s.KeyEpoch, s.Index, s.GroupKey}
	if got, err := good.share(s.Secret[:]); err != nil || got != s {
		t.Fatalf("%v, %v", got, err)
	}
	n := [32]byte{0: 0xff, 1: 0xff, 2: 0xff, 3: 0xff, 4: 0xff, 5: 0xff, 6: 0xff, 7: 0xff, 8: 0xff, 9: 0xff, 10: 0xff, 11: 0xff, 12: 0xff, 13: 0xff, 14: 0xff, 15: 0xff, 16: 0xff}
	for name, c := range map[string]struct {
		change func(*publicShare)
		secret []byte
	}{
		"epoch 0":       {func(f *publicShare) { f.KeyEpoch = 0 }, s.Secret[:]},
		"index 0":       {func(f *publicShare) { f.Index = 0 }, s.Secret[:]},
		"index 1025":    {func(f *publicShare) { f.Index = frost.MaxMembers + 1 }, s.Secret[:]},
		"zero bridge":   {func(f *publicShare) { f.BridgeID = hexWord([32]byte{}) }, s.Secret[:]},
		"short bridge":  {func(f *publicShare) { f.BridgeID = "0x09" }, s.Secret[:]},
		"zero key":      {func(f *publicShare) { f.GroupKey = [32]byte{} }, s.Secret[:]},
		"key off curve": {func(f *publicShare) { f.GroupKey = [32]byte{31: 5} }, s.Secret[:]},
		"zero secret":   {func(*publicShare) {}, make([]byte, 32)},
		"big secret":    {func(*publicShare) {}, n[:]},
		"short secret":  {func(*publicShare) {}, s.Secret[:31]},
	} {
		f := good
		c.change(&f)
		if _, err := f.share(c.secret); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := SaveShare(filepath.Join(t.TempDir(), "keys", "s"), Share{}, password(t, secretWord)); !errors.Is(err, ErrFormat) {
		t.Errorf("empty share: %v", err)
	}
}

func TestDealingKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "dealing.json")
	k, err := NewDealingKey([32]byte{9})
	if err != nil {
		t.Fatal(err)
	}
	p := password(t, secretWord)
	if err := SaveDealingKey(path, k, p); err != nil {
		t.Fatal(err)
	}
	if got, err := LoadDealingKey(path, p); err != nil || got != k {
		t.Errorf("loaded %v, %v", got, err)
	}
	other := k
	other.Public[0] ^= 1
	if err := SaveDealingKey(path+"2", other, p); !errors.Is(err, ErrFormat) {
		t.Errorf("another point: %v", err)
	}
	f := publicDealing{hexWord(k.BridgeID), other.Public.String()}
	if _, err := f.key(k.Secret[:]); !errors.Is(err, ErrFormat) {
		t.Errorf("another point in the file: %v", err)
	}
	if _, err := NewDealingKey([32]byte{}); !errors.Is(err, ErrFormat) {
		t.Errorf("no bridge: %v", err)
	}
	if _, err := json.Marshal(k); err == nil {
		t.Error("a dealing key became JSON")
	}
	digits := fmt.Sprintf("%x", k.Secret[:])
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%d"} {
		if out := fmt.Sprintf(verb, struct{ K DealingKey }{k}); strings.Contains(out, digits) {
			t.Errorf("%s: %s", verb, out)
		}
	}
}

// FuzzKeyFile: a key file is refused, or means one thing and is written back as the same bytes.
// scrypt never runs here: its memory is bounded by what parse accepts.
func FuzzKeyFile(f *testing.F) {
	f.Add(goldenFile(f))
	for _, s := range []string{"", "{}", `{"version":1}`, `{"version":2}`, `{"version":2,"kind":"a","public":{},"crypto":{"n":99999999999}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := parse(b)
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrPlain) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		if same, err := file.bytes(); err != nil || !bytes.Equal(same, b) {
			t.Errorf("written as something else: %v", err)
		}
		if CheckScrypt(file.Crypto.N, file.Crypto.R, file.Crypto.P) != nil {
			t.Errorf("cost %+v", file.Crypto)
		}
	})
}

// FuzzPassword: a password is accepted and read back as it was, or refused without being quoted.
func FuzzPassword(f *testing.F) {
	for _, s := range []string{secretWord, "short", "a line\nand another one", "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4\xf3", "zwölf Zeichen!"} {
		f.Add([]byte(s))
	}
	dir := filepath.Join(f.TempDir(), "keys")
	if err := os.Mkdir(dir, 0o700); err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(dir, "password")
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := NewPassword(b)
		if err != nil {
			if !errors.Is(err, ErrPassword) || len(b) >= 12 && strings.Contains(err.Error(), string(b)) {
				t.Errorf("error %v", err)
			}
			return
		}
		for _, end := range []string{"", "\n", "\r\n"} {
			if err := os.WriteFile(path, append(bytes.Clone(b), end...), 0o600); err != nil {
				t.Fatal(err)
			}
			if q, err := ReadPassword(path); err != nil || !q.Same(p) {
				t.Errorf("end %q: %v", end, err)
			}
		}
	})
}
