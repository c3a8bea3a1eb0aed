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
	"local":    {registry.EvidenceReceipts, Ethereum, "blocks of an embedded go-ethereum"},
	"ethereum": {registry.EvidenceReceipts, Ethereum, "headers of the main network, whole blocks of Sepolia"},
	"optimism": {registry.EvidenceReceipts, OPStack, "header of OP Mainnet, whole block of Zora, the same stack"},
	"bsc":      {registry.EvidenceAgreement, Ethereum, "header of the test network passes; no whole block with a system transaction is at hand"},
	"polygon":  {registry.EvidenceAgreement, 0, "state-sync receipts are outside the root"},
	"arbitrum": {registry.EvidenceAgreement, 0, "own transaction types, receipts differ by version"},
	"zksync":   {registry.EvidenceAgreement, 0, "headers commit to no receipts trie"},
	"avalanche": {registry.EvidenceAgreement, 0,
		"headers have fields of their own in the hash"},
}

// Of returns the rule for a profile by its name; an unknown one gets agreement.
func Of(profile string) Rule {
	if r, ok := rules[profile]; ok {
		return r
	}
	return Rule{Evidence: registry.EvidenceAgreement, Reason: "unknown kind of chain"}
}
