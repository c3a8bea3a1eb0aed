// SPDX-License-Identifier: Apache-2.0

package message

import "fmt"

// Bounds that the contracts enforce at send (docs/spec/messages.md).
const (
	// MaxDataBytes bounds a message's payload.
	MaxDataBytes = 16384
	// MaxGasLimit bounds the gas a sender may ask for.
	MaxGasLimit = 10_000_000
	// DefaultGasLimit is what a gas limit of 0 means at delivery; it stays 0 in the id.
	DefaultGasLimit = 200_000
)

// Lane is the source side of a message's path. Each (lane, target chain) has its own nonces.
type Lane struct {
	SourceChain   ChainID
	SourceManager Address
	Finality      Finality
}

// ID is address(uint160(uint256(keccak256(abi.encode(LANE_TAG, chain, manager, finality))))):
// the first argument of the managers' chainIds and verifiedMessages.
func (l Lane) ID() Address {
	h := new(Words).Hash(TagLane).Uint(uint64(l.SourceChain)).Address(l.SourceManager).Uint(uint64(l.Finality)).Sum()
	return Address(h[12:])
}

// Message is one payload on a lane. All fields enter the id.
type Message struct {
	BridgeID      Hash
	SourceChain   ChainID
	SourceManager Address
	TargetChain   ChainID
	TargetManager Address
	Nonce         Nonce
	Sender        Address
	Target        Address
	Finality      Finality
	GasLimit      uint32 // as given by the sender; 0 means DefaultGasLimit at delivery
	Expiry        uint64 // always 0 in version 1
	Data          []byte
}

// Lane is the lane that the message travels.
func (m *Message) Lane() Lane { return Lane{m.SourceChain, m.SourceManager, m.Finality} }

// ID is keccak256 over thirteen words; it is the message's leaf and ERC-7786's sendId and receiveId.
// It hashes any field values; call Validate on input from outside.
func (m *Message) ID() ID {
	w := new(Words).Hash(TagMessage).Hash(m.BridgeID)
	w.Uint(uint64(m.SourceChain)).Address(m.SourceManager).Uint(uint64(m.TargetChain)).Address(m.TargetManager)
	w.Uint(uint64(m.Nonce)).Address(m.Sender).Address(m.Target).Uint(uint64(m.Finality))
	w.Uint(uint64(m.GasLimit)).Uint(m.Expiry).Hash(Keccak(m.Data))
	return ID(w.Sum())
}

// Validate applies the rules that the contracts enforce at send.
//
// Errors: ErrZero, ErrRange, each naming the field.
func (m *Message) Validate() error {
	switch {
	case m.BridgeID.IsZero():
		return fmt.Errorf("bridgeId: %w", ErrZero)
	case m.SourceChain == 0:
		return fmt.Errorf("sourceChain: %w", ErrZero)
	case m.SourceManager.IsZero():
		return fmt.Errorf("sourceManager: %w", ErrZero)
	case m.TargetChain == 0:
		return fmt.Errorf("targetChain: %w", ErrZero)
	case m.TargetManager.IsZero():
		return fmt.Errorf("targetManager: %w", ErrZero)
	case m.Sender.IsZero():
		return fmt.Errorf("sender: %w", ErrZero)
	case m.Target.IsZero():
		return fmt.Errorf("target: %w", ErrZero)
	case m.SourceChain == m.TargetChain:
		return fmt.Errorf("targetChain %s is the source chain: %w", m.TargetChain, ErrRange)
	case m.Nonce == 0:
		return fmt.Errorf("nonce: %w", ErrZero)
	case m.Nonce >= NonceLimit:
		return fmt.Errorf("nonce %d, limit 2^48: %w", m.Nonce, ErrRange)
	case !m.Finality.Valid():
		return fmt.Errorf("finality %d: %w", m.Finality, ErrRange)
	case m.GasLimit > MaxGasLimit:
		return fmt.Errorf("gasLimit %d, at most %d: %w", m.GasLimit, MaxGasLimit, ErrRange)
	case m.Expiry != 0:
		return fmt.Errorf("expiry %d, must be 0: %w", m.Expiry, ErrRange)
	case len(m.Data) > MaxDataBytes:
		return fmt.Errorf("data %d bytes, at most %d: %w", len(m.Data), MaxDataBytes, ErrRange)
	}
	return nil
}

// Receipt says that a message was delivered on Chain by Manager.
type Receipt struct {
	BridgeID  Hash
	Chain     ChainID
	Manager   Address
	MessageID ID
	Deliverer Address
}

// Leaf is the receipt's leaf in its chain's own tree.
func (r Receipt) Leaf() Hash {
	return new(Words).Hash(TagReceipt).Hash(r.BridgeID).Uint(uint64(r.Chain)).Address(r.Manager).
		Hash(r.MessageID).Address(r.Deliverer).Sum()
}
