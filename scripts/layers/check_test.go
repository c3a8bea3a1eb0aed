// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

const header = "// SPDX-License-Identifier: Apache-2.0\n\npackage x\n\n"

// The check is only worth something when it can fail: each accepted file has a refused twin.
func TestCheckFile(t *testing.T) {
	for _, c := range []struct {
		name, file, body string
		want             string // "" means accepted
	}{
		{"down", "chains/merkle/a.go", `import _ "github.com/aitbc/bridge/chains/message"`, ""},
		{"up", "chains/message/a.go", `import _ "github.com/aitbc/bridge/chains/merkle"`, "may not import chains/merkle"},
		{"modules apart", "verifier/certify/a.go", `import _ "github.com/aitbc/bridge/verifier/lanes"`, "may not import verifier/lanes"},
		{"below a folder", "verifier/certify/a.go", `import _ "github.com/aitbc/bridge/verifier/api/certify/v1"`, ""},
		{"cmd is imported by cmd", "cmd/bridgectl/a.go", `import _ "github.com/aitbc/bridge/cmd/devnet"`, ""},
		{"cmd is imported by cmd alone", "relayer/deliver/a.go", `import _ "github.com/aitbc/bridge/cmd/devnet"`, "may not import cmd/devnet"},
		{"auditors import libraries", "cmd/bridgesim/audit/a.go", `import _ "golang.org/x/crypto/sha3"`, ""},
		{"auditors import no package from here", "cmd/bridgesim/audit/a.go", `import _ "github.com/aitbc/bridge/chains/message"`, "may not import chains/message"},
		{"auditors import no command", "cmd/bridgesim/audit/a.go", `import _ "github.com/aitbc/bridge/cmd/devnet"`, "may not import cmd/devnet"},
		{"the engine imports auditors", "cmd/bridgesim/engine/a.go", `import _ "github.com/aitbc/bridge/cmd/bridgesim/audit"`, ""},
		{"scripts do not import cmd", "scripts/vectors/a.go", `import _ "github.com/aitbc/bridge/cmd/devnet"`, "may not import cmd/devnet"},
		{"fence inside", "keys/frost/a.go", `import _ "github.com/consensys/gnark-crypto/ecc/secp256k1"`, ""},
		{"fence outside", "verifier/certify/a.go", `import _ "github.com/consensys/gnark-crypto/ecc/secp256k1"`, "fenced"},
		{"nobody imports geth's programs", "cmd/devnet/a.go", `import _ "github.com/ethereum/go-ethereum/cmd/utils"`, "fenced"},
		{"clock outside core", "chains/evm/a.go", "import \"time\"\nvar _ = time.Now", ""},
		{"clock in core", "verifier/lanes/a.go", "import \"time\"\nvar _ = time.Now", "no clock"},
		{"goroutine in core", "chains/stream/a.go", "func f() { go f() }", "no goroutine"},
		{"random in core", "keys/frost/a.go", `import _ "crypto/rand"`, "may not import crypto/rand"},
		{"unknown folder", "util/a.go", "", "not in the layer table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := checkFile(c.file, []byte(header+c.body))
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(got, "\n")
			if c.want == "" && all != "" {
				t.Fatalf("refused: %s", all)
			}
			if c.want != "" && !strings.Contains(all, c.want) {
				t.Fatalf("want %q, have %q", c.want, all)
			}
		})
	}
}

func TestHeader(t *testing.T) {
	got, err := checkFile("chains/message/a.go", []byte("package message\n"))
	if err != nil || len(got) != 1 || !strings.Contains(got[0], "SPDX") {
		t.Fatalf("have %v, %v", got, err)
	}
}

// A violation in a real tree is found by the walk, so the walk does not skip everything.
func TestWalkFinds(t *testing.T) {
	tree := fstest.MapFS{
		"chains/message/a.go":      {Data: []byte(header + `import _ "github.com/aitbc/bridge/keys/frost"`)},
		"chains/message/a_test.go": {Data: []byte(header + `import _ "github.com/aitbc/bridge/keys/frost"`)},
	}
	got, err := check(tree)
	if err != nil || len(got) != 1 {
		t.Fatalf("have %v, %v", got, err)
	}
}

func TestRepository(t *testing.T) {
	got, err := check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range got {
		t.Error(l)
	}
}
