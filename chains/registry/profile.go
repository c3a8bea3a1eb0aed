// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"strconv"
	"time"

	"github.com/aitbc/bridge/chains/message"
)

// FeeModel is how a transaction pays. Only one so far: all profiles take type-2 transactions.
type FeeModel string

// EIP1559: base fee and priority fee.
const EIP1559 FeeModel = "eip1559"

// Evidence is what supports the logs that a node reads.
type Evidence string

// The kinds of evidence.
const (
	// EvidenceAgreement: equal answers of endpoints and the contract's own counters.
	EvidenceAgreement Evidence = "agreement"
	// EvidenceReceipts: receipts that hash to the header's root as well.
	EvidenceReceipts Evidence = "receipts"
)

// Profile is what the bridge knows about a kind of chain.
type Profile struct {
	Name      string          // unique, as written in network.json
	Chain     message.ChainID // zero for the local profile, which serves a range of ids
	Finality  Finality
	BlockTime time.Duration // usual distance of blocks; a guide for polling, never for safety
	Stride    uint64        // default blocks per window; Stride × BlockTime is at least 2 s
	LogRange  uint64        // most blocks in one log query
	Fees      FeeModel
	Evidence  Evidence
	Devnet    bool // a chain of one machine: zero timelock delays are allowed
}

// Ids of local chains; contracts accept devnet settings on these alone.
const (
	FirstLocal message.ChainID = 31337
	LastLocal  message.ChainID = 31399
)

var local = Profile{
	Name: "local", BlockTime: time.Second, Stride: 2,
	LogRange: 1000, Fees: EIP1559, Evidence: EvidenceAgreement, Devnet: true,
}

// profiles is sorted by chain id. Chains that finalize in leaps (Ethereum, rollups) keep short
// windows: a window that straddles the final block waits for the next leap.
var profiles = []Profile{
	{Name: "ethereum", Chain: 1, BlockTime: 12 * time.Second, Stride: 1, LogRange: 1000},
	{Name: "optimism", Chain: 10, BlockTime: 2 * time.Second, Stride: 2, LogRange: 2000},
	{Name: "bsc", Chain: 56, BlockTime: 450 * time.Millisecond, Stride: 8, LogRange: 1000},
	{Name: "polygon", Chain: 137, BlockTime: 2 * time.Second, Stride: 2, LogRange: 1000},
	{Name: "zksync", Chain: 324, BlockTime: time.Second, Stride: 4, LogRange: 2000},
	{Name: "arbitrum", Chain: 42161, BlockTime: 250 * time.Millisecond, Stride: 16, LogRange: 5000},
	{Name: "avalanche", Chain: 43114, BlockTime: time.Second, Stride: 4, LogRange: 1000},
}

// Get returns the profile for a chain id, with Chain set; false for an unknown chain.
func Get(chain message.ChainID) (Profile, bool) {
	if IsLocal(chain) {
		p := local
		p.Chain, p.Finality = chain, finalities[p.Name]
		return p, true
	}
	for _, p := range profiles {
		if p.Chain == chain {
			p.Finality, p.Fees, p.Evidence = finalities[p.Name], EIP1559, EvidenceAgreement
			return p, true
		}
	}
	return Profile{}, false
}

// IsLocal reports whether chain is one of the ids kept for development chains.
func IsLocal(chain message.ChainID) bool { return chain >= FirstLocal && chain <= LastLocal }

// All lists the profiles of public chains by chain id.
func All() []Profile {
	list := make([]Profile, len(profiles))
	for i := range profiles {
		list[i], _ = Get(profiles[i].Chain)
	}
	return list
}

// CAIP2 is the chain's CAIP-2 id, such as eip155:1.
func (p Profile) CAIP2() string { return CAIP2(p.Chain) }

// CAIP2 is the CAIP-2 id of an EVM chain.
func CAIP2(chain message.ChainID) string { return "eip155:" + strconv.FormatUint(uint64(chain), 10) }
