// SPDX-License-Identifier: Apache-2.0

package main

// module is the import path of the repository.
const module = "github.com/aitbc/bridge"

// layers maps a folder to the folders of this repository that it may import. A package
// belongs to the longest folder that is a prefix of its path. "x/..." allows every package
// below x. An import inside the same folder is always allowed.
var layers = map[string][]string{
	"chains/message":       {},
	"chains/merkle":        {"chains/message"},
	"chains/registry":      {"chains/message"},
	"chains/failpoint":     {},
	"chains/evm":           {"chains/message", "chains/registry", "chains/evm/evidence", "chains/stream", "chains/follow", "chains/failpoint", "contracts/bindings"},
	"chains/evm/pool":      {"chains/message", "chains/registry", "chains/evm", "chains/evm/evidence"},
	"chains/evm/evidence":  {"chains/message", "chains/registry"},
	"chains/stream":        {"chains/message", "chains/merkle"},
	"chains/store":         {"chains/..."},
	"chains/follow":        {"chains/message", "chains/merkle", "chains/stream"},
	"chains/chaintest":     {"chains/message", "chains/stream", "chains/follow"},
	"keys/schnorr":         {},
	"keys/curve":           {},
	"keys/frost":           {"keys/schnorr", "keys/curve"},
	"keys/dkg":             {"keys/schnorr", "keys/frost", "keys/curve"},
	"keys/journal":         {"chains/failpoint"},
	"keys/account":         {"chains/message", "keys/keystore"},
	"keys/harden":          {},
	"keys/keystore":        {"chains/message", "chains/failpoint", "keys/schnorr", "keys/frost", "keys/journal"},
	"keys/signer":          {"chains/message", "chains/failpoint", "keys/schnorr", "keys/frost", "keys/journal", "keys/keystore"},
	"verifier/api":         {},
	"verifier/extension":   {"chains/message"},
	"verifier/transaction": {"chains/message", "verifier/api/..."},
	"verifier/certify":     {"chains/message", "chains/merkle", "keys/schnorr", "keys/frost", "verifier/api/...", "verifier/extension"},
	"verifier/committee":   {"chains/message", "chains/merkle", "keys/schnorr", "keys/frost", "keys/curve", "keys/dkg", "verifier/api/...", "verifier/extension"},
	"verifier/lanes":       {"chains/message", "chains/merkle", "chains/stream", "keys/schnorr", "keys/frost", "verifier/api/...", "verifier/extension"},
	"verifier/upgrade":     {"chains/message", "verifier/api/..."},
	"verifier/app":         {"chains/message", "chains/failpoint", "verifier/transaction", "verifier/upgrade", "verifier/certify", "verifier/committee", "verifier/lanes", "verifier/api/...", "verifier/extension"},
	"verifier/voter":       {"chains/...", "keys/...", "verifier/api/...", "verifier/extension"},
	"verifier/statetest":   {},
	"verifier/agent":       {"chains/message", "chains/failpoint", "keys/...", "verifier/api/...", "verifier/committee", "verifier/transaction"},
	"relayer/deliver":      {"chains/...", "keys/schnorr", "keys/account", "contracts/bindings", "verifier/api/..."},
	"contracts":            {},
	"cmd":                  {"..."},
	"scripts":              {"chains/...", "keys/...", "verifier/...", "relayer/...", "contracts/..."},

	// The auditors are written by another hand from the spec and import nothing of this repository.
	"cmd/bridgesim/audit": {},
}

// core packages are step functions: no clock, goroutine, unseeded randomness, disk or network.
var core = []string{
	"chains/message", "chains/merkle", "chains/stream", "keys/schnorr", "keys/curve", "keys/frost", "keys/dkg",
	"verifier/extension", "verifier/transaction", "verifier/upgrade", "verifier/certify", "verifier/committee", "verifier/lanes",
}

// coreBans are imports that no core package has.
var coreBans = []string{"math/rand", "math/rand/v2", "crypto/rand", "net", "net/http", "os", "os/exec", "sync", "sync/atomic"}

// fences maps a library (import path prefix) to the only folders that may import it.
var fences = map[string][]string{
	"github.com/spf13/cobra":                    {"cmd"},
	"github.com/dgraph-io/badger":               {"chains/store"},
	"github.com/consensys/gnark-crypto":         {"keys"},
	"github.com/ethereum/go-ethereum/ethclient": {"chains/evm", "cmd/devnet"},
	"github.com/ethereum/go-ethereum/rpc":       {"chains/evm", "keys/account", "cmd/devnet"},
	"github.com/ethereum/go-ethereum/cmd":       {},
}
