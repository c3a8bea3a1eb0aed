// SPDX-License-Identifier: Apache-2.0

// Command generate writes contracts/bindings from forge's artifacts in contracts/out. Run it through generate.sh.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/accounts/abi/abigen"
)

// contract names an artifact, out/<Source>/<Name>.json, and the file that its binding goes to.
type contract struct{ Source, Name, File string }

var contracts = []contract{
	{"CrossChainManager.sol", "CrossChainManager", "cross_chain_manager.go"},
	{"Inbox.sol", "Inbox", "inbox.go"},
	{"Counter.sol", "Counter", "counter.go"},
	{"TimelockController.sol", "TimelockController", "timelock_controller.go"},
	{"draft-IERC7786.sol", "IERC7786Recipient", "ierc7786_recipient.go"},
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate <forge's out folder> <bindings folder>")
		os.Exit(2)
	}
	for _, c := range contracts {
		if err := generate(c, os.Args[1], os.Args[2]); err != nil {
			fmt.Fprintf(os.Stderr, "generate %s: %v\n", c.Name, err)
			os.Exit(1)
		}
	}
}

func generate(c contract, out, bindings string) error {
	raw, err := os.ReadFile(filepath.Join(out, c.Source, c.Name+".json"))
	if err != nil {
		return err
	}
	var artifact struct {
		ABI              json.RawMessage
		Bytecode         struct{ Object string }
		DeployedBytecode struct{ Object string }
	}
	if err := json.Unmarshal(raw, &artifact); err != nil {
		return fmt.Errorf("decode artifact: %w", err)
	}
	if n := (len(artifact.DeployedBytecode.Object) - 2) / 2; c.Name == "CrossChainManager" && n > 22_000 {
		return fmt.Errorf("code is %d bytes, at most 22000", n)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, artifact.ABI); err != nil {
		return fmt.Errorf("abi: %w", err)
	}
	bin := artifact.Bytecode.Object
	if bin == "0x" {
		bin = ""
	}
	code, err := abigen.Bind([]string{c.Name}, []string{compact.String()}, []string{bin}, nil, "bindings", nil, nil)
	if err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	code = "// SPDX-License-Identifier: MIT\n\n" + code
	return os.WriteFile(filepath.Join(bindings, c.File), []byte(code), 0o644)
}
