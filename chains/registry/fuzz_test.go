// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

// FuzzNetwork: a network file is refused or means the same after it is written again.
func FuzzNetwork(f *testing.F) {
	good := &Network{
		ChainID: "aitbc-test-1", BridgeID: message.BridgeID("aitbc-test-1"), GroupKey: message.Hash{1}, KeyVersion: 1,
		Validators: []Validator{{Moniker: "a", GRPC: "127.0.0.1:9090", RPC: "http://127.0.0.1:26657"}},
		Chains: []Chain{{
			ChainID: 31337, Name: "one", Manager: message.Address{1}, DeployBlock: 3, Profile: "local", Timelock: message.Address{2},
			URLs: []string{"http://127.0.0.1:8545"}, Inbox: message.Address{3},
		}},
	}
	path := filepath.Join(f.TempDir(), "network.json")
	if err := good.Save(path); err != nil {
		f.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for _, s := range []string{`{}`, `null`, `[]`, `{}{}`, `{"chains":[{}]}`, `{"validators":[{"rpc":"%zz"}]}`, `{"chain_id":1e99}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := Parse(b)
		if err != nil {
			return
		}
		if n.BridgeID != message.BridgeID(n.ChainID) {
			t.Errorf("bridge id of another chain id")
		}
		path := filepath.Join(t.TempDir(), "network.json")
		if err := n.Save(path); err != nil {
			t.Fatalf("accepted but not written: %v", err)
		}
		// Lists that are absent and lists that are empty are the same list.
		for i := range n.Chains {
			if len(n.Chains[i].URLs) == 0 {
				n.Chains[i].URLs = nil
			}
		}
		if again, err := Load(path); err != nil || !reflect.DeepEqual(again, n) {
			t.Errorf("written as something else: %v\n%+v\n%+v", err, n, again)
		}
	})
}
