// SPDX-License-Identifier: Apache-2.0

package audit

// Behaviour is what a recipient does with a message. Zero: there is no code, the call succeeds and returns nothing.
type Behaviour uint8

// Behaviours of recipients.
const (
	NoCode     Behaviour = 0
	Accept     Behaviour = 1
	Refuse     Behaviour = 2 // reverts, always
	RefuseOnce Behaviour = 3 // reverts once for each message, then accepts
)

// Refusal is the custom error with which the manager reverts, by its name in Solidity.
type Refusal string

// Error is the name.
func (r Refusal) Error() string { return string(r) }

// Call is one receiveMessage transaction.
type Call struct {
	Now         uint64 // block.timestamp, seconds
	SourceChain uint64
	ID          Hash
	Target      Address
	Data        []byte
	Proof       []byte
	// Gas is what is left directly before the recipient is called. 0: more than enough.
	Gas uint64
}
