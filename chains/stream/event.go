// SPDX-License-Identifier: Apache-2.0

package stream

import "github.com/aitbc/bridge/chains/message"

// EventKind says which event of the manager an Event is. Zero is unknown.
type EventKind uint8

// The events that a stream reads.
const (
	OutboundSet EventKind = 1 // OutboundSet: the remote of an outbound lane changed
	Sent        EventKind = 2 // CrossChainMessage
	Meta        EventKind = 3 // MessageMeta, in the same transaction directly beside its Sent
	Delivered   EventKind = 4 // MessageDelivered
)

// String is the event's name.
func (k EventKind) String() string {
	switch k {
	case OutboundSet:
		return "OutboundSet"
	case Sent:
		return "CrossChainMessage"
	case Meta:
		return "MessageMeta"
	case Delivered:
		return "MessageDelivered"
	}
	return "unknown"
}

// Event is one decoded log of the source manager. Kind says which fields are set.
type Event struct {
	Kind     EventKind
	Block    uint64
	LogIndex uint32 // within the block
	TxHash   message.Hash

	MessageID   message.ID       // Sent, Meta, Delivered
	TargetChain message.ChainID  // OutboundSet, Sent
	Finality    message.Finality // OutboundSet, Meta
	Remote      message.Address  // OutboundSet; zero closes the lane
	Target      message.Address  // Sent
	Data        []byte           // Sent
	Sender      message.Address  // Meta
	Nonce       message.Nonce    // Meta
	GasLimit    uint32           // Meta
	Deliverer   message.Address  // Delivered
}

// BlockRef is a block's number and hash.
type BlockRef struct {
	Number uint64
	Hash   message.Hash
}

// Heads are a chain's own labels. Final is zero while the chain has finalized nothing.
type Heads struct {
	Head, Safe, Final BlockRef
}

// OutboundKey names an outbound lane of the source manager.
type OutboundKey struct {
	TargetChain message.ChainID
	Finality    message.Finality // as asked by the sender
}

// Counter is the manager's own outbound counter: view outbound(targetChain, finality) at Batch.To.
type Counter struct {
	OutboundKey
	Nonce message.Nonce // last one used, 0 when nothing was sent
}

// DeliveredWord is one word of the manager's replay bits: view deliveredWord(lane, index) at
// Batch.To. Bit 0 of word 0 is set by addLane and stands for no message.
type DeliveredWord struct {
	Lane  message.Address
	Index uint64
	Word  [32]byte
}

// Batch is everything that the manager emitted in the blocks [From, To], and the evidence
// that nothing is missing.
type Batch struct {
	From, To uint64  // To is the end block of a window
	Events   []Event // in log order: block, then log index, both strictly rising as a pair

	// Ends holds hashes of canonical blocks by rising number: To always, every block that
	// Need.Blocks names, more are allowed.
	Ends []BlockRef
	// Counters at To, sorted by target chain, then finality. Nil means no evidence at To.
	Counters []Counter
	// DeliveredWords at To: every nonzero word of every inbound lane, retired ones too.
	// Nil means no evidence. A receipt names no lane, so only the sum of set bits is compared
	// with the number of receipts known (docs/spec/tree.md).
	DeliveredWords []DeliveredWord
}

// Need is what Step asks for beside the events: see Needs.
type Need struct {
	At     uint64        // block at which counters are read: Batch.To
	Blocks []uint64      // rising; hashes of these blocks
	Lanes  []OutboundKey // sorted; counters of these lanes
}

// Evidence answers a Need. Its fields are copied into the Batch fields of the same name.
type Evidence struct {
	Ends           []BlockRef
	Counters       []Counter       // nil when the node keeps no state at Need.At
	DeliveredWords []DeliveredWord // nil when not read
}
