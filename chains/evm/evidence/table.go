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

// Rule is the evidence that a kind of chain gets.
type Rule struct {
	Evidence registry.Evidence
	Format   Format // how to check receipts; set where the check could be made
	Reason   string // what stands behind receipts, or in their way
}

// rules by the name of a profile. A chain gets receipts only when a block of the real chain
// passes the tests of this package (docs/spec/evidence.md, "Fixtures").
var rules = map[string]Rule{
	"local":     {registry.EvidenceReceipts, Ethereum, "blocks of an embedded go-ethereum"},
	"ethereum":  {registry.EvidenceReceipts, Ethereum, "headers of the main network, whole blocks of Sepolia"},
	"optimism":  {registry.EvidenceReceipts, OPStack, "header of OP Mainnet, whole block of Zora, receipts before Canyon"},
	"bsc":       {registry.EvidenceAgreement, Ethereum, "a header of the test network passes; a whole block is missing"},
	"polygon":   {registry.EvidenceAgreement, 0, "receipts of state syncs lie outside the root or have a type of their own"},
	"arbitrum":  {registry.EvidenceAgreement, 0, "transaction types of its own; header fields with another meaning"},
	"zksync":    {registry.EvidenceAgreement, 0, "the block hash commits to no receipts trie"},
	"avalanche": {registry.EvidenceAgreement, 0, "header fields of its own in the hash"},
}

// Of returns the rule for a profile by its name; an unknown one gets agreement.
func Of(profile string) Rule {
	if r, ok := rules[profile]; ok {
		return r
	}
	return Rule{Evidence: registry.EvidenceAgreement, Reason: "unknown kind of chain"}
}
