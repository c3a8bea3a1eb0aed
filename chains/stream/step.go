// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"github.com/aitbc/bridge/chains/message"
)

// Needs says which block hashes and counters Step wants for a batch of events: the last block
// of the state (has it changed?), the end of each window that gets a leaf, and the batch's own
// end; and the counter of every outbound lane known at that end.
func Needs(state State, batch Batch) Need {
	need := Need{At: batch.To, Blocks: []uint64{batch.To}}
	if !state.Last.Hash.IsZero() {
		need.Blocks = append(need.Blocks, state.Last.Number)
	}
	for i := range state.Lanes {
		need.Lanes = append(need.Lanes, state.Lanes[i].OutboundKey)
	}
	for i := range batch.Events {
		e := &batch.Events[i]
		switch {
		case e.Kind == OutboundSet:
			need.Lanes = append(need.Lanes, OutboundKey{e.TargetChain, e.Finality})
		case e.Kind == Sent, e.Kind == Delivered && state.Config.Stream.Finality == message.Final:
			if end, ok := message.WindowEnd(e.Block, state.Config.Stride); ok {
				need.Blocks = append(need.Blocks, end)
			}
		}
	}
	slices.Sort(need.Blocks)
	need.Blocks = slices.Compact(need.Blocks)
	slices.SortFunc(need.Lanes, compareKeys)
	need.Lanes = slices.Compact(need.Lanes)
	return need
}

// Step consumes one batch and returns the state after it and the windows that it completed,
// oldest first. state is not changed; on an error nothing of the batch is taken.
//
// The batch starts at state.Next and ends at an end block of a window, so no window is ever
// left open. Only windows with leaves are returned. A stream of lower finality takes only
// messages that asked for at most its own, and no receipts; it checks all of them.
//
// Errors: ErrBadBatch (retry); *FinalizedReorgError, *IDMismatchError, *NonceGapError,
// *CounterError, *DeliveredError, *LogError (halt); message.ErrRange past 2^48 leaves.
// Rules: docs/spec/tree.md. INVARIANT: I-01, I-04, I-06, I-08.
func Step(state State, batch Batch) (State, []Window, error) {
	if err := checkShape(state, batch); err != nil {
		return state, nil, err
	}
	s := step{State: state, batch: batch}
	s.Lanes = slices.Clone(state.Lanes)
	if last := state.Last; !last.Hash.IsZero() {
		is, ok := s.hashOf(last.Number)
		if !ok {
			return state, nil, fmt.Errorf("hash of block %d is missing: %w", last.Number, ErrBadBatch)
		}
		if is != last.Hash {
			return state, nil, &FinalizedReorgError{Chain: state.Config.Stream.Chain, Number: last.Number, Was: last.Hash, Is: is}
		}
	}
	leaves, delivered, err := s.readEvents()
	if err != nil {
		return state, nil, err
	}
	if err := s.checkCounters(); err != nil {
		return state, nil, err
	}
	if err := s.checkDelivered(delivered); err != nil {
		return state, nil, err
	}
	windows, err := s.closeWindows(leaves)
	if err != nil {
		return state, nil, err
	}
	end, ok := s.hashOf(batch.To)
	if !ok {
		return state, nil, fmt.Errorf("hash of block %d is missing: %w", batch.To, ErrBadBatch)
	}
	s.Last = BlockRef{Number: batch.To, Hash: end}
	s.Next = batch.To + 1
	return s.State, windows, nil
}

// step is the state in the making.
type step struct {
	State
	batch Batch
}

func checkShape(state State, b Batch) error {
	if b.From != state.Next || b.To < b.From {
		return fmt.Errorf("blocks %d to %d, next is %d: %w", b.From, b.To, state.Next, ErrBadBatch)
	}
	if !message.Aligned(b.To, state.Config.Stride) {
		return fmt.Errorf("block %d ends no window of %d blocks: %w", b.To, state.Config.Stride, ErrBadBatch)
	}
	for i := range b.Events {
		e := &b.Events[i]
		if e.Block < b.From || e.Block > b.To {
			return fmt.Errorf("event of block %d outside %d to %d: %w", e.Block, b.From, b.To, ErrBadBatch)
		}
		if i > 0 {
			if p := &b.Events[i-1]; e.Block < p.Block || (e.Block == p.Block && e.LogIndex <= p.LogIndex) {
				return fmt.Errorf("event %d of block %d not in log order: %w", e.LogIndex, e.Block, ErrBadBatch)
			}
		}
	}
	for i := range b.Ends {
		if b.Ends[i].Hash.IsZero() {
			return fmt.Errorf("zero hash of block %d: %w", b.Ends[i].Number, ErrBadBatch)
		}
		if i > 0 && b.Ends[i].Number <= b.Ends[i-1].Number {
			return fmt.Errorf("hashes not sorted at block %d: %w", b.Ends[i].Number, ErrBadBatch)
		}
	}
	return nil
}

func (s *step) hashOf(number uint64) (message.Hash, bool) {
	i, ok := slices.BinarySearchFunc(s.batch.Ends, number, func(r BlockRef, n uint64) int { return cmp.Compare(r.Number, n) })
	if !ok {
		return message.Hash{}, false
	}
	return s.batch.Ends[i].Hash, true
}

// readEvents follows remotes and nonces and turns events into leaves, still in log order.
// delivered counts the receipts among them, or 0 in a stream that takes none.
func (s *step) readEvents() (leaves []Leaf, delivered uint64, err error) {
	var half *Event // a Sent or Meta that waits for its other half
	for i := range s.batch.Events {
		e := &s.batch.Events[i]
		if half != nil && (e.Kind+half.Kind != Sent+Meta || e.Kind == half.Kind || e.TxHash != half.TxHash ||
			e.Block != half.Block || e.MessageID != half.MessageID) {
			return nil, 0, logError(half, half.Kind.String()+" without its other half")
		}
		switch e.Kind {
		case OutboundSet:
			s.lane(OutboundKey{e.TargetChain, e.Finality}).Remote = e.Remote
		case Sent, Meta:
			if half == nil {
				half = e
				continue
			}
			sent, meta := half, e
			if sent.Kind == Meta {
				sent, meta = meta, sent
			}
			half = nil
			m, err := s.readMessage(sent, meta)
			if err != nil {
				return nil, 0, err
			}
			if m.Finality <= s.Config.Stream.Finality {
				leaves = append(leaves, Leaf{message.Hash(sent.MessageID), m, nil, sent.Block, sent.LogIndex, sent.TxHash})
			}
		case Delivered:
			if s.Config.Stream.Finality != message.Final {
				continue
			}
			if e.MessageID.IsZero() {
				return nil, 0, logError(e, "delivery of the zero id")
			}
			st := s.Config.Stream
			r := &message.Receipt{BridgeID: s.Config.BridgeID, Chain: st.Chain, Manager: st.Manager, MessageID: e.MessageID, Deliverer: e.Deliverer}
			leaves = append(leaves, Leaf{r.Leaf(), nil, r, e.Block, e.LogIndex, e.TxHash})
			delivered++
		default:
			return nil, 0, logError(e, fmt.Sprintf("event kind %d", e.Kind))
		}
	}
	if half != nil {
		return nil, 0, logError(half, half.Kind.String()+" without its other half")
	}
	return leaves, delivered, nil
}

// readMessage joins both halves of a send and checks id and nonce.
//
// It does not ask whether target or sender make sense: whatever the manager accepted has a
// nonce and must be a leaf, or one odd message would stop its source for ever (I-12).
func (s *step) readMessage(sent, meta *Event) (*message.Message, error) {
	if len(sent.Data) > message.MaxDataBytes {
		return nil, logError(sent, fmt.Sprintf("data of %d bytes", len(sent.Data)))
	}
	key := OutboundKey{sent.TargetChain, meta.Finality}
	lane := s.lane(key)
	if lane.Remote.IsZero() {
		return nil, logError(sent, fmt.Sprintf("message to chain %s, %s, which has no remote", key.TargetChain, key.Finality))
	}
	m := &message.Message{
		BridgeID: s.Config.BridgeID, SourceChain: s.Config.Stream.Chain, SourceManager: s.Config.Stream.Manager,
		TargetChain: sent.TargetChain, TargetManager: lane.Remote, Nonce: meta.Nonce, Sender: meta.Sender,
		Target: sent.Target, Finality: meta.Finality, GasLimit: meta.GasLimit, Data: slices.Clone(sent.Data),
	}
	if id := m.ID(); id != sent.MessageID {
		return nil, &IDMismatchError{Block: sent.Block, LogIndex: sent.LogIndex, TxHash: sent.TxHash, Stated: sent.MessageID, Computed: id}
	}
	if want := lane.Nonce + 1; meta.Nonce != want || want >= message.NonceLimit {
		return nil, &NonceGapError{Lane: key, Block: sent.Block, Want: want, Have: meta.Nonce}
	}
	lane.Nonce = meta.Nonce
	return m, nil
}

// lane finds the lane or inserts it without remote, keeping the order. The pointer is valid
// until the next call.
func (s *step) lane(key OutboundKey) *Outbound {
	i, ok := slices.BinarySearchFunc(s.Lanes, key, func(o Outbound, k OutboundKey) int { return compareKeys(o.OutboundKey, k) })
	if !ok {
		s.Lanes = slices.Insert(s.Lanes, i, Outbound{OutboundKey: key})
	}
	return &s.Lanes[i]
}

// checkCounters compares nonces with the contract's counters, when there are any: all known
// lanes must be among them (I-08).
func (s *step) checkCounters() error {
	counters := s.batch.Counters
	if counters == nil {
		return nil
	}
	known := 0
	for i, c := range counters {
		if i > 0 && compareKeys(counters[i-1].OutboundKey, c.OutboundKey) >= 0 {
			return fmt.Errorf("counters not sorted at chain %s: %w", c.TargetChain, ErrBadBatch)
		}
		var seen message.Nonce
		if j, ok := slices.BinarySearchFunc(s.Lanes, c.OutboundKey, func(o Outbound, k OutboundKey) int { return compareKeys(o.OutboundKey, k) }); ok {
			seen = s.Lanes[j].Nonce
			known++
		}
		if c.Nonce != seen {
			return &CounterError{Lane: c.OutboundKey, Block: s.batch.To, Contract: c.Nonce, Seen: seen}
		}
	}
	if known != len(s.Lanes) {
		return fmt.Errorf("counters for %d of %d lanes: %w", known, len(s.Lanes), ErrBadBatch)
	}
	return nil
}

// checkDelivered compares the sum of set replay bits with the receipts known after the batch.
func (s *step) checkDelivered(delivered uint64) error {
	if s.batch.DeliveredWords == nil || s.Config.Stream.Finality != message.Final {
		return nil
	}
	var set uint64
	for i := range s.batch.DeliveredWords {
		w := &s.batch.DeliveredWords[i]
		for _, b := range w.Word {
			set += uint64(bits.OnesCount8(b))
		}
		if w.Index == 0 && w.Word[31]&1 == 1 {
			set-- // bit 0 of word 0: set when the lane was added
		}
	}
	if seen := s.Receipts + delivered; set != seen {
		return &DeliveredError{Block: s.batch.To, Contract: set, Seen: seen}
	}
	return nil
}

func compareKeys(a, b OutboundKey) int {
	return cmp.Or(cmp.Compare(a.TargetChain, b.TargetChain), cmp.Compare(a.Finality, b.Finality))
}
