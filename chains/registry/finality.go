// SPDX-License-Identifier: Apache-2.0

package registry

import "time"

// Tag is a label that a chain's nodes give a block, as JSON-RPC has it.
type Tag string

// TagFinalized is the only label that makes a block final for the bridge. There is no rule by
// confirmations: where the label stands still, the bridge waits.
const TagFinalized Tag = "finalized"

// Finality is what is known of how a chain becomes final. Of these only Tag, and for lanes of lower finality Safe and
// FastDepth, decide anything.
type Finality struct {
	// Tag is the label that is waited for.
	Tag Tag
	// Usual is how long a block usually takes to get it, rounded up.
	Usual time.Duration
	// Stalled is when users are told that the label stands still: never before four times Usual.
	Stalled time.Duration
	// Safe: the chain's nodes have a label `safe` that lies before finalized and means more than latest. Where it is
	// false there are no lanes of finality safe.
	Safe bool
	// FastDepth is how many blocks below latest a block lies before lanes of finality fast take it. 0: the chain has no such
	// lanes, since its label comes as soon, or nobody gives a figure. FastSource is where the figure comes from.
	FastDepth  uint64
	FastSource string
	// Rests says on what the label rests.
	Rests string
	// Sources are where the figures come from, read in November 2026.
	Sources []string
}

// Where more than one chain's figures stand.
const (
	ccipFinality     = "https://docs.chain.link/ccip/concepts/execution-latency/finality-by-chain"
	wormholeFinality = "https://wormhole.com/docs/build/reference/consistency-levels"
	cctpFinality     = "https://developers.circle.com/cctp/v1/required-block-confirmations"
	cctpFast         = "https://developers.circle.com/cctp/concepts/finality-and-block-confirmations"
)

// finalities are by the name of the profile.
var finalities = map[string]Finality{
	"ethereum": {
		Tag: TagFinalized, Usual: 19 * time.Minute, Stalled: 80 * time.Minute, Safe: true, FastDepth: 2, FastSource: cctpFast,
		Rests:   "two epochs of votes by two thirds of the stake (Casper FFG); safe is the justified block",
		Sources: []string{"https://ethereum.org/en/developers/docs/consensus-mechanisms/pos/#finality", wormholeFinality, cctpFinality},
	},
	"optimism": {
		Tag: TagFinalized, Usual: 30 * time.Minute, Stalled: 2 * time.Hour, Safe: true, FastDepth: 1, FastSource: cctpFast,
		Rests:   "its data stand in a finalized Ethereum block; safe: in an Ethereum block that may still be reorganised",
		Sources: []string{"https://docs.optimism.io/stack/transactions/transaction-finality", wormholeFinality, cctpFinality},
	},
	"bsc": {
		Tag: TagFinalized, Usual: 5 * time.Second, Stalled: 5 * time.Minute, Safe: true,
		Rests:   "votes of two thirds of the validators on two blocks in a row (BEP-126); when votes are missing it waits for more blocks",
		Sources: []string{"https://docs.bnbchain.org/bnb-smart-chain/developers/json_rpc/bsc-api-list/", "https://github.com/bnb-chain/BEPs/blob/master/BEPs/BEP126.md", ccipFinality},
	},
	"polygon": {
		Tag: TagFinalized, Usual: 2 * time.Minute, Stalled: 10 * time.Minute,
		Rests:   "a milestone that two thirds of the validators of its consensus layer have voted for (PIP-11)",
		Sources: []string{"https://github.com/maticnetwork/Polygon-Improvement-Proposals/blob/main/PIPs/PIP-11.md", wormholeFinality, cctpFinality},
	},
	"zksync": {
		Tag: TagFinalized, Usual: 24 * time.Hour, Stalled: 96 * time.Hour,
		Rests:   "its batch is proven and executed on Ethereum, in a block that is final",
		Sources: []string{"https://docs.zksync.io/zk-stack/concepts/blocks", "https://matter-labs.github.io/zksync-era/core/latest/specs/contracts/zkevm/batches_and_blocks_on_zksync.html"},
	},
	"arbitrum": {
		Tag: TagFinalized, Usual: 20 * time.Minute, Stalled: 80 * time.Minute, Safe: true, FastDepth: 1, FastSource: cctpFast,
		Rests:   "its batch stands in a finalized Ethereum block; safe: in a safe one",
		Sources: []string{"https://docs.arbitrum.io/how-arbitrum-works/reference/finality-and-reorgs", "https://github.com/OffchainLabs/nitro/releases/tag/v2.0.10", cctpFinality},
	},
	"avalanche": {
		Tag: TagFinalized, Usual: 2 * time.Second, Stalled: 5 * time.Minute,
		Rests:   "a block is final when it is accepted, so finalized is latest",
		Sources: []string{wormholeFinality, cctpFinality},
	},
	"local": {
		Tag: TagFinalized, Usual: 5 * time.Second, Stalled: time.Minute, Safe: true, FastDepth: 2, FastSource: "cmd/devnet/chain",
		Rests:   "one process that makes the blocks and says which are final",
		Sources: []string{"cmd/devnet/chain"},
	},
}
