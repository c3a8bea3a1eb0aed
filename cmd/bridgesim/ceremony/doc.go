// SPDX-License-Identifier: Apache-2.0

//go:build devnet

// Package ceremony runs key ceremonies in virtual time: one real application with blocks and
// transactions, and for each member a real agent, voter and signer over files in memory. Some
// members are hostile, some are killed, forget their seed, are cut off or late. What the chain
// makes of it is judged again by the auditors, from the transactions alone.
//
// Read Config and Run first, then hostile, the list of what a corrupt member does. One seed decides
// everything. Consensus is a loop here: who is up votes, and every block is accepted by
// ProcessProposal; cmd/bridgesim/engine has the hostile proposers.
package ceremony
