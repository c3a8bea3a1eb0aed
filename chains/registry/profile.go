// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"cmp"
	"encoding/hex"
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
	Genesis   message.Hash    // hash of block 0; zero for the local profile: each local chain has its own
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
	LogRange: 1000, Fees: EIP1559, Evidence: EvidenceReceipts, Devnet: true,
}

// profiles is sorted by chain id. Chains that finalize in leaps (Ethereum, rollups) keep short
// windows: a window that straddles the final block waits for the next leap. Evidence is
// agreement unless a profile says receipts, which it may when blocks of that chain pass the
// tests of chains/evm/evidence.
var profiles = []Profile{
	{Name: "ethereum", Chain: 1, Genesis: hash("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"), BlockTime: 12 * time.Second, Stride: 1, LogRange: 1000, Evidence: EvidenceReceipts},
	{Name: "optimism", Chain: 10, Genesis: hash("7ca38a1916c42007829c55e69d3e9a73265554b586a499015373241b8a3fa48b"), BlockTime: 2 * time.Second, Stride: 2, LogRange: 2000, Evidence: EvidenceReceipts},
	{Name: "bsc", Chain: 56, Genesis: hash("0d21840abff46b96c84b2ac9e10e4f5cdaeb5693cb665db62a2f3b02d2d57b5b"), BlockTime: 450 * time.Millisecond, Stride: 8, LogRange: 1000},
	{Name: "polygon", Chain: 137, Genesis: hash("a9c28ce2141b56c474f1dc504bee9b01eb1bd7d1a507580d5519d4437a97de1b"), BlockTime: 2 * time.Second, Stride: 2, LogRange: 1000},
	{Name: "zksync", Chain: 324, Genesis: hash("e8e77626586f73b955364c7b4bbf0bb7f7685ebd40e852b164633a4acbd3244c"), BlockTime: time.Second, Stride: 4, LogRange: 2000},
	{Name: "arbitrum", Chain: 42161, Genesis: hash("7ee576b35482195fc49205cec9af72ce14f003b9ae69f6ba0faef4514be8b442"), BlockTime: 250 * time.Millisecond, Stride: 16, LogRange: 5000},
	{Name: "avalanche", Chain: 43114, Genesis: hash("31ced5b9beb7f8782b014660da0cb18cc409f121f408186886e1ca3e8eeca96b"), BlockTime: time.Second, Stride: 4, LogRange: 1000},
}

// hash is the hash of these 64 hex digits; the program does not start with others.
func hash(digits string) (h message.Hash) {
	if n, err := hex.Decode(h[:], []byte(digits)); err != nil || n != len(h) {
		panic("registry: " + digits + " is no hash")
	}
	return h
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
			p.Finality, p.Fees, p.Evidence = finalities[p.Name], EIP1559, cmp.Or(p.Evidence, EvidenceAgreement)
			return p, true
		}
	}
	return Profile{}, false
}

// Bounds of Profile.Poll.
const (
	minPoll = time.Second
	maxPoll = 12 * time.Second
)

// Poll is how long what is known of the final block stays good enough: a block's time, or a
// hundredth of what finality usually takes, whichever is more, and between 1 and 12 s. Zero, for
// always ask, on the chains of one machine.
func (p Profile) Poll() time.Duration {
	if p.Devnet {
		return 0
	}
	return min(max(p.BlockTime, p.Finality.Usual/100, minPoll), maxPoll)
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
