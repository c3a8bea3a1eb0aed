// SPDX-License-Identifier: Apache-2.0

package deliver

// Reason says why a message is where it is. The words are part of the tools'
// and the API's contract.
type Reason string

// The reasons of a message's life, in the order in which it meets them.
const (
	WaitingFinality   Reason = "waiting_finality"
	WaitingVotes      Reason = "waiting_votes"
	Signing           Reason = "signing"
	Certified         Reason = "certified"
	LanePaused        Reason = "lane_paused"
	FinalityDemanded  Reason = "finality_demanded"
	RecipientReverted Reason = "recipient_reverted"
	Underpriced       Reason = "underpriced"
	TargetUnreachable Reason = "target_unreachable"
	Outdated          Reason = "outdated"
	Superseded        Reason = "superseded"
	Delivered         Reason = "delivered"
)

// Who must act for the message to go on, and what changes next. Both are empty
// for a reason that the package does not know.
func (r Reason) Who() string { return advice[r].who }

// Next is the next change that a sender will see.
func (r Reason) Next() string { return advice[r].next }

var advice = map[Reason]struct{ who, next string }{
	WaitingFinality:   {"nobody: the source chain", "its block becomes final and the window around it ends"},
	WaitingVotes:      {"validators", "enough validators vote for the checkpoint"},
	Signing:           {"validators", "the signers' shares arrive and the checkpoint is certified"},
	Certified:         {"any relayer", "a relayer sends the delivery"},
	LanePaused:        {"the fast owner (a timelock) at the target", "the pause ends or the owner lifts it, then any relayer delivers"},
	FinalityDemanded:  {"nobody: the source chain and the validators", "a checkpoint of the finality that the recipient demands is certified, then any relayer delivers"},
	RecipientReverted: {"the recipient's owner", "the recipient accepts the call, then any relayer delivers"},
	Underpriced:       {"the relayer's operator", "the target's fee falls or the relayer's cap is raised"},
	TargetUnreachable: {"the relayer's operator", "an endpoint of the target answers again"},
	Outdated:          {"the bridge's owner", "a newer certificate or key that the target accepts"},
	Superseded:        {"nobody", "never: the target took a message of another history under this nonce; it must be sent again"},
	Delivered:         {"nobody", "nothing: the message arrived"},
}
