// SPDX-License-Identifier: Apache-2.0

package node

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/verifier/app"
)

func noEnv(string) string { return "" }

// FuzzConfig: bridged.toml is refused, or means the same after it is written again.
func FuzzConfig(f *testing.F) {
	path := filepath.Join(f.TempDir(), "bridged.toml")
	c := Default()
	c.ChainID = "aitbc-test-1"
	c.Chains = goodConfig().Chains
	if err := c.Save(path); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	for _, s := range []string{"", "x = 1", "poll = \"1ns\"", "chain_id = \"aitbc-a-1\"\npoll=\"-1h\"", "[[chains]]\nchain_id = 99999999999999999999", "grpc = \"[::1]:0\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := LoadConfig(path, noEnv)
		if err != nil {
			if !errors.Is(err, ErrConfig) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		if err := c.Validate(); err != nil {
			if !errors.Is(err, ErrConfig) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		if d := c.PollInterval(); d < 10*time.Millisecond || d > time.Hour {
			t.Errorf("poll %s", d)
		}
		if err := c.Save(path); err != nil {
			t.Fatal(err)
		}
		again, err := LoadConfig(path, noEnv)
		if len(c.Chains) == 0 && len(again.Chains) == 0 {
			c.Chains, again.Chains = nil, nil // absent and empty lists are the same
		}
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("written as something else: %v\n%+v\n%+v", err, c, again)
		}
	})
}

// madeMember is an entry as add-member prints it, without a home.
func madeMember(t testing.TB, n byte) Member {
	t.Helper()
	secret := frost.Scalar{31: n}
	key, err := ethcrypto.ToECDSA(secret[:])
	if err != nil {
		t.Fatal(err)
	}
	operator := message.Address{n}
	proof, err := dkg.ProveKey(rand.Reader, message.BridgeID(fuzzedChain), operator, secret)
	if err != nil {
		t.Fatal(err)
	}
	return Member{
		Moniker: "m", PubKey: ed25519.GenPrivKeyFromSecret([]byte{n}).PubKey().Bytes(), Operator: operator.String(),
		DealingKey: ethcrypto.CompressPubkey(&key.PublicKey), DealingProof: proof, Peer: "0123@127.0.0.1:26656",
	}
}

const fuzzedChain = "aitbc-devnet-9"

// FuzzGenesisFile: a genesis file is refused or makes a state that is valid; nothing panics.
func FuzzGenesisFile(f *testing.F) {
	doc, err := Collect(fuzzedChain, time.Unix(1_700_000_000, 0), []Member{madeMember(f, 1)})
	if err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(f.TempDir(), "genesis.json")
	if err := doc.SaveAs(path); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	for _, s := range []string{"", "{}", "null", `{"chain_id":"aitbc-test-1"}`, `{"chain_id":"aitbc-test-1","app_state":{}}`, `{"validators":[{"pub_key":null}]}`, `{"initial_height":"-1"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		doc, err := LoadGenesis(path)
		if err != nil {
			if !errors.Is(err, app.ErrGenesis) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		g, err := CheckGenesis(doc)
		if err != nil {
			return
		}
		if err := g.Validate(); err != nil || CheckChainID(doc.ChainID) != nil {
			t.Errorf("accepted: %v", err)
		}
		if _, err := cmttypes.GenesisDocFromJSON(b); err != nil {
			t.Errorf("accepted what CometBFT refuses: %v", err)
		}
	})
}
