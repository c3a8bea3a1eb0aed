// SPDX-License-Identifier: Apache-2.0

package evidence

import "github.com/aitbc/bridge/chains/registry"

// Format says which receipts a kind of chain has. Headers are read alike: the hash tells.
type Format uint8

// The formats. Zero is none.
const (
	// Ethereum has receipt types 0 to 4. BSC's system transactions are of type 0.
	Ethereum Format = 1
	// OPStack has deposits (type 0x7e) as well.
	OPStack Format = 2
)

func (f Format) valid() bool { return f == Ethereum || f == OPStack }

// Rule is how the evidence of a kind of chain is checked.
type Rule struct {
	Evidence registry.Evidence // as its profile says
	Format   Format            // how to check receipts; zero where nobody knows
	Reason   string            // what stands behind receipts, or in their way
}

// rules by the name of a profile, which says which evidence the chain gets: receipts only when a
// block of the real chain passes the tests of this package (docs/spec/evidence.md, "Fixtures").
var rules = map[string]Rule{
	"local":     {Format: Ethereum, Reason: "blocks of an embedded go-ethereum"},
	"ethereum":  {Format: Ethereum, Reason: "headers of the main network, whole blocks of Sepolia"},
	"optimism":  {Format: OPStack, Reason: "header of OP Mainnet, whole block of Zora, receipts before Canyon"},
	"bsc":       {Format: Ethereum, Reason: "a header of the test network passes; a whole block is missing"},
	"polygon":   {Reason: "receipts of state syncs lie outside the root or have a type of their own"},
	"arbitrum":  {Reason: "transaction types of its own; header fields with another meaning"},
	"zksync":    {Reason: "the block hash commits to no receipts trie"},
	"avalanche": {Reason: "header fields of its own in the hash"},
}

// Of returns the rule for a profile. One of another kind than those that are known has no
// format, so that it can have no receipts.
func Of(p registry.Profile) Rule {
	r, ok := rules[p.Name]
	if !ok {
		r.Reason = "unknown kind of chain"
	}
	r.Evidence = p.Evidence
	return r
}
