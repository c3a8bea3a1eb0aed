// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"encoding/binary"
	"maps"
	"math/big"
)

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

// Numbers of docs/spec/contracts.md.
const (
	maxLanes   = 64
	defaultGas = 200_000
	gasReserve = 10_000
	pauseTime  = 72 * 3600
	nonceLimit = uint64(1) << 48
)

// Contract is the manager of one target chain as a model of docs/spec/contracts.md: what it
// accepts, and the custom error when it does not. Roles are not modelled: whoever calls may.
type Contract struct {
	bridge  Hash
	chain   uint64
	manager Address
	px      [32]byte
	sealed  bool
	stopped uint64 // everything, until

	lanes      map[uint64]inbound  // current, by source chain
	retired    map[Address]inbound // by lane id
	known      map[Address]bool    // every lane id there ever was
	bits       map[laneNonce]bool
	recipients map[Address]Behaviour
	refused    map[Hash]bool // by recipients that refuse once
}

type inbound struct {
	remote      Address
	pausedUntil uint64
	minEpoch    uint32
}

type laneNonce struct {
	lane  Address
	nonce uint64
}

// NewContract is a manager before its seal: it has no lanes and receives nothing.
func NewContract(bridge Hash, chain uint64, manager Address, px [32]byte) *Contract {
	return &Contract{
		bridge: bridge, chain: chain, manager: manager, px: px,
		lanes: map[uint64]inbound{}, retired: map[Address]inbound{}, known: map[Address]bool{},
		bits: map[laneNonce]bool{}, recipients: map[Address]Behaviour{}, refused: map[Hash]bool{},
	}
}

// Clone is an independent copy, to go back to when the target chain reorganizes. What
// recipients that refuse once remember is the world's, not the chain's: it is shared.
func (c *Contract) Clone() *Contract {
	out := *c
	out.lanes, out.retired, out.known = maps.Clone(c.lanes), maps.Clone(c.retired), maps.Clone(c.known)
	out.bits, out.recipients = maps.Clone(c.bits), maps.Clone(c.recipients)
	return &out
}

// AddLane registers a manager of another chain; an older one of that chain is retired and stays receivable.
func (c *Contract) AddLane(chain uint64, remote Address) error {
	lane := LaneID(chain, remote)
	old, replaces := c.lanes[chain]
	switch {
	case chain == 0 || remote == Address{}:
		return Refusal("ZeroValue")
	case chain == c.chain:
		return Refusal("OwnChain")
	case c.known[lane]:
		return Refusal("LaneExists")
	case !replaces && len(c.lanes) == maxLanes:
		return Refusal("TooManyLanes")
	}
	if replaces {
		c.retired[LaneID(chain, old.remote)] = old
	}
	c.lanes[chain] = inbound{remote: remote, pausedUntil: old.pausedUntil, minEpoch: 1}
	c.known[lane] = true
	return nil
}

// Seal opens the manager.
func (c *Contract) Seal() error {
	if c.sealed {
		return Refusal("AlreadySealed")
	}
	c.sealed = true
	return nil
}

// PauseInbound stops a chain's current lane for 72 hours from now.
func (c *Contract) PauseInbound(now, chain uint64) error {
	l, ok := c.lanes[chain]
	if !ok {
		return Refusal("UnknownLane")
	}
	l.pausedUntil = max(l.pausedUntil, now+pauseTime)
	c.lanes[chain] = l
	return nil
}

// UnpauseInbound lifts it.
func (c *Contract) UnpauseInbound(chain uint64) error {
	l, ok := c.lanes[chain]
	if !ok {
		return Refusal("UnknownLane")
	}
	l.pausedUntil = 0
	c.lanes[chain] = l
	return nil
}

// PauseAll stops everything for 72 hours from now.
func (c *Contract) PauseAll(now uint64) error {
	if !c.sealed {
		return Refusal("NotSealed")
	}
	c.stopped = now + pauseTime
	return nil
}

// UnpauseAll lifts it; pauses of lanes stay.
func (c *Contract) UnpauseAll() error {
	if !c.sealed {
		return Refusal("NotSealed")
	}
	c.stopped = 0
	return nil
}

// Recipient says what the account does with messages.
func (c *Contract) Recipient(target Address, b Behaviour) { c.recipients[target] = b }

// Delivered is verifiedMessages: the replay bit.
func (c *Contract) Delivered(lane Address, nonce uint64) bool { return c.bits[laneNonce{lane, nonce}] }

// proof is what the packed bytes say.
type proof struct {
	nonce    uint64
	gasLimit uint32
	sender   Address
	epoch    uint32
	asked    byte // finality
	s        [32]byte
	r        Address
	retired  bool
	remote   Address // of a retired lane
	rest     []byte  // siblings
}

// Flags of a proof: asked and checkpoint finality final, with or without a retired remote. No lane below final is
// open here: a proof of one that is well formed names an unknown lane.
const (
	flagsFinal  = final<<1 | final<<3
	flagRetired = 1 << 5
	proofHead   = 87
)

// header reads everything but the remote, in the contract's order of refusals.
func header(b []byte) (p proof, err error) {
	if len(b) < proofHead {
		return p, Refusal("ProofTooShort")
	}
	f := b[0]
	p.retired, p.asked = f&flagRetired != 0, f>>1&3
	switch reached := f >> 3 & 3; {
	case f>>6 != 0:
		return p, Refusal("UnknownFlags")
	case f&1 != 0:
		return p, Refusal("NoPreviousKey")
	case p.asked == 0:
		return p, Refusal("FinalityNotAccepted")
	case reached < p.asked:
		return p, Refusal("FinalityTooLow")
	}
	p.nonce, p.gasLimit = six(b[1:]), binary.BigEndian.Uint32(b[7:])
	p.sender, p.epoch = Address(b[11:31]), binary.BigEndian.Uint32(b[31:])
	p.s, p.r = [32]byte(b[35:67]), Address(b[67:87])
	p.rest = b[proofHead:]
	return p, nil
}

// source finds the lane of a proof and checks that it is open for the proof's epoch.
func (c *Contract) source(chain, now uint64, p *proof) (lane Address, l inbound, err error) {
	if p.retired {
		if len(p.rest) < len(p.remote) {
			return lane, l, Refusal("ProofTooShort")
		}
		p.remote, p.rest = Address(p.rest[:20]), p.rest[20:]
	} else {
		cur, ok := c.lanes[chain]
		if !ok || p.asked != final {
			return lane, l, Refusal("UnknownLane")
		}
		p.remote, l = cur.remote, cur
	}
	if len(p.rest)%32 != 0 {
		return lane, l, Refusal("TrailingBytes")
	}
	lane = LaneID(chain, p.remote)
	if p.retired {
		old, ok := c.retired[lane]
		if !ok || p.asked != final {
			return lane, l, Refusal("UnknownRemote")
		}
		l = old
	}
	switch {
	case now < l.pausedUntil:
		return lane, l, Refusal("LaneIsPaused")
	case p.epoch < l.minEpoch:
		return lane, l, Refusal("SourceEpochTooOld")
	}
	return lane, l, nil
}

// verify folds the path and checks the signature of its root.
func (c *Contract) verify(chain, now uint64, leaf Hash, p *proof) error {
	s := new(big.Int).SetBytes(p.s[:])
	switch {
	case !c.sealed:
		return Refusal("NotSealed")
	case now < c.stopped:
		return Refusal("EverythingIsPaused")
	case s.Sign() == 0 || p.r == Address{}:
		return Refusal("ZeroValue")
	case s.Cmp(order) >= 0:
		return Refusal("SignatureOutOfRange")
	}
	root := leaf
	for rest := p.rest; len(rest) > 0; rest = rest[32:] {
		root = pair(root, Hash(rest[:32]))
	}
	if !VerifySignature(c.px, Digest(c.bridge, chain, p.remote, p.epoch, root), p.s, p.r) {
		return Refusal("InvalidSignature")
	}
	return nil
}

// Receive is receiveMessage: nil when the message had its effect, otherwise a Refusal and nothing changed
// (but for a recipient that refuses once: it remembers).
func (c *Contract) Receive(call Call) error {
	p, err := header(call.Proof)
	if err != nil {
		return err
	}
	lane, l, err := c.source(call.SourceChain, call.Now, &p)
	if err != nil {
		return err
	}
	if p.nonce == 0 || p.sender == (Address{}) || call.Target == (Address{}) {
		return Refusal("ZeroValue")
	}
	id := MessageID(c.bridge, Send{
		SourceChain: call.SourceChain, SourceManager: p.remote, TargetChain: c.chain, TargetManager: c.manager,
		Nonce: p.nonce, Sender: p.sender, Target: call.Target, GasLimit: p.gasLimit, Data: call.Data,
	})
	if id != call.ID {
		return Refusal("InvalidMessageId")
	}
	if err := c.verify(call.SourceChain, call.Now, id, &p); err != nil {
		return err
	}
	if c.bits[laneNonce{lane, p.nonce}] {
		return Refusal("AlreadyDelivered")
	}
	if err := c.recipient(call, id, p.gasLimit); err != nil {
		return err
	}
	c.bits[laneNonce{lane, p.nonce}] = true
	l.minEpoch = p.epoch // not below: older ones were refused
	if p.retired {
		c.retired[lane] = l
	} else {
		c.lanes[call.SourceChain] = l
	}
	return nil
}

// recipient is the gas check and what the call to the recipient gives.
func (c *Contract) recipient(call Call, id Hash, limit uint32) error {
	needed := uint64(limit)
	if needed == 0 {
		needed = defaultGas
	}
	if needed += gasReserve; call.Gas != 0 && call.Gas-call.Gas/64 < needed {
		return Refusal("InsufficientGas")
	}
	switch c.recipients[call.Target] {
	case Accept:
		return nil
	case Refuse:
		return Refusal("RecipientReverted")
	case RefuseOnce:
		if c.refused[id] {
			return nil
		}
		c.refused[id] = true
		return Refusal("RecipientReverted")
	default:
		return Refusal("RecipientRefused")
	}
}

// VerifyLeaf is the view verifyLeaf: nil when the leaf is proven.
func (c *Contract) VerifyLeaf(now, sourceChain uint64, leaf Hash, packed []byte) error {
	if leaf == (Hash{}) {
		return Refusal("ZeroValue")
	}
	p, err := header(packed)
	if err != nil {
		return err
	}
	if p.asked != final {
		return Refusal("FinalityTooLow")
	}
	if p.nonce != 0 || p.gasLimit != 0 || p.sender != (Address{}) {
		return Refusal("HeaderNotZero")
	}
	if _, _, err := c.source(sourceChain, now, &p); err != nil {
		return err
	}
	return c.verify(sourceChain, now, leaf, &p)
}

// Proof packs the proof of receiveMessage from a message, its certificate's signature and the
// path. remote is the source manager when its lane is retired, otherwise nil.
func Proof(s Send, epoch uint32, z [32]byte, r [20]byte, remote *Address, siblings []Hash) []byte {
	flags := byte(flagsFinal)
	if remote != nil {
		flags |= flagRetired
	}
	b := []byte{flags}
	b = append(b, binary.BigEndian.AppendUint64(nil, s.Nonce)[2:]...)
	b = binary.BigEndian.AppendUint32(b, s.GasLimit)
	b = append(b, s.Sender[:]...)
	b = binary.BigEndian.AppendUint32(b, epoch)
	b = append(append(b, z[:]...), r[:]...)
	if remote != nil {
		b = append(b, remote[:]...)
	}
	for _, h := range siblings {
		b = append(b, h[:]...)
	}
	return b
}
