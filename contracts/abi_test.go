// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/contracts/bindings"
)

// TestSeedABI compares the manager with the text that the contract was first written down in: testdata/seed.sol.txt.
func TestSeedABI(t *testing.T) {
	raw, err := os.ReadFile("testdata/seed.sol.txt")
	if err != nil {
		t.Fatal(err)
	}
	seed := strings.Join(strings.Fields(string(raw)), " ")
	a := abiOf(t, bindings.CrossChainManagerMetaData)

	checked := 0
	for _, m := range regexp.MustCompile(`function (\w+)\(([^)]*)\) external( payable)?;`).FindAllStringSubmatch(seed, -1) {
		types, _ := parameters(m[2])
		signature := m[1] + "(" + strings.Join(types, ",") + ")"
		method, err := a.MethodById(crypto.Keccak256([]byte(signature))[:4])
		if err != nil {
			t.Errorf("%s: %v", signature, err)
			continue
		}
		if method.RawName != m[1] || (method.StateMutability == "payable") != (m[3] != "") || len(method.Outputs) != 0 {
			t.Errorf("%s: have %s", signature, method)
		}
		checked++
	}
	for _, m := range regexp.MustCompile(`event (\w+)\(([^)]*)\);`).FindAllStringSubmatch(seed, -1) {
		types, indexed := parameters(m[2])
		signature := m[1] + "(" + strings.Join(types, ",") + ")"
		event, err := a.EventByID(common.Hash(crypto.Keccak256([]byte(signature))))
		if err != nil {
			t.Errorf("%s: %v", signature, err)
			continue
		}
		for i, in := range event.Inputs {
			if in.Indexed != indexed[i] {
				t.Errorf("%s: argument %d indexed: have %v, want %v", signature, i, in.Indexed, indexed[i])
			}
		}
		checked++
	}
	getters := map[string]string{
		"mapping(address => mapping(uint256 => bool)) public verifiedMessages;": "verifiedMessages(address,uint256) bool",
		"mapping(address => uint256) public chainIds;":                          "chainIds(address) uint256",
	}
	for text, want := range getters {
		if !strings.Contains(seed, text) {
			t.Errorf("the seed does not hold %q", text)
		}
		signature, output, _ := strings.Cut(want, " ")
		method, err := a.MethodById(crypto.Keccak256([]byte(signature))[:4])
		if err != nil || !method.IsConstant() || len(method.Outputs) != 1 || method.Outputs[0].Type.String() != output {
			t.Errorf("%s: have %v, %v", want, method, err)
		}
		checked++
	}
	if checked != 5 {
		t.Errorf("compared %d declarations of the seed, want 5", checked)
	}
}

// parameters reads "uint256 indexed fromChain, bytes calldata data" into types and which are indexed.
func parameters(list string) (types []string, indexed []bool) {
	for _, p := range strings.Split(list, ",") {
		words := strings.Fields(p)
		types = append(types, words[0])
		indexed = append(indexed, len(words) > 1 && words[1] == "indexed")
	}
	return types, indexed
}
