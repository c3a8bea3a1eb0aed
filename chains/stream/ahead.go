// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
)

// Bounds of what a stream of lower finality may say ahead of the certified final tree.
const (
	// DefaultMaxAhead is how many messages one checkpoint ahead may hold unless its stream says otherwise.
	DefaultMaxAhead = 64
	// MaxAheadLimit is the highest such bound.
	MaxAheadLimit = 1024
	// maxUncertified bounds the final windows above the base that one Ahead reads: with more of them
	// the final stream is far behind its certificates and the lower one waits.
	maxUncertified = 1 << 14
)

// Errors of Ahead and Rederive. With each of them the stream of lower finality waits.
var (
	// ErrNothingAhead: no message that the stream takes lies above the base.
	ErrNothingAhead = message.NewError(message.Retry, "nothing ahead of the certified tree")
	// ErrTooFarAhead: more messages or windows lie above the base than the stream may hold.
	ErrTooFarAhead = message.NewError(message.Retry, "too far ahead of the certified tree")
)

// UnsettledError is a refusal of blocks that are not final. Whatever Step says of them they may
// change, so it stops nothing: the final stream judges them when they are final.
type UnsettledError struct{ Err error }

func (e *UnsettledError) Error() string { return "blocks that are not final: " + e.Err.Error() }

// Unwrap is what Step said.
func (e *UnsettledError) Unwrap() error { return e.Err }

// Fate is retry.
func (e *UnsettledError) Fate() message.Fate { return message.Retry }

// ContradictionError says that a certified checkpoint of lower finality is not what the final
// history gives. Fate halt: it stops its own stream alone, the final one goes on.
type ContradictionError struct {
	Certified message.Checkpoint
	Own       message.Checkpoint // zero when the final history gives none there
}

func (e *ContradictionError) Error() string {
	return fmt.Sprintf("%s checkpoint of chain %s at block %d has root %s, final history gives %s",
		e.Certified.Stream.Finality, e.Certified.Stream.Chain, e.Certified.End, e.Certified.Root, e.Own.Root)
}

// Fate is halt.
func (e *ContradictionError) Fate() message.Fate { return message.Halt }

// Lower names a stream of lower finality of the source whose final stream is at hand. All else it
// has in common with that one: chain, manager, epoch, stride, start block.
type Lower struct {
	Finality message.Finality // Fast or Safe
	MaxAhead int              // messages of one checkpoint, 1 to MaxAheadLimit
}

// Validate refuses the final stream and bounds out of range.
//
// Errors: message.ErrRange.
func (l Lower) Validate() error {
	switch {
	case !l.Finality.Valid() || l.Finality >= message.Final:
		return fmt.Errorf("finality %s is not below final: %w", l.Finality, message.ErrRange)
	case l.MaxAhead < 1 || l.MaxAhead > MaxAheadLimit:
		return fmt.Errorf("%d messages ahead, 1 to %d: %w", l.MaxAhead, MaxAheadLimit, message.ErrRange)
	}
	return nil
}

// stream is the lower stream beside a final one.
func (l Lower) stream(final message.Stream) message.Stream {
	final.Finality = l.Finality
	return final
}

// Tip is a checkpoint ahead of the certified final tree. Nothing of it is ever stored as a window:
// it is made again from the blocks, or given up.
type Tip struct {
	// Window has the checkpoint and its leaves, in window order. Its index and first leaf are those
	// that a window directly after the base has.
	Window Window
	Base   merkle.Range // over the windows up to the base
}

// Prove lists the siblings that lead from a leaf of the tip to its signed root.
//
// Errors: ErrNotFound for a leaf that the tip does not hold.
func (t *Tip) Prove(hash message.Hash) ([]message.Hash, Leaf, error) {
	i := slices.IndexFunc(t.Window.Leaves, func(l Leaf) bool { return l.Hash == hash })
	if i < 0 {
		return nil, Leaf{}, fmt.Errorf("leaf %s ahead: %w", hash, ErrNotFound)
	}
	siblings, err := merkle.WindowProof(t.Window.Hashes(), i)
	if err != nil {
		return nil, Leaf{}, fmt.Errorf("prove leaf %s ahead: %w", hash, err)
	}
	if t.Base.Count > 0 {
		siblings = append(siblings, t.Base.Bag())
	}
	return siblings, t.Window.Leaves[i], nil
}

// Ahead makes the checkpoint of a lower stream that extends a certified final one.
//
// final is the final stream's state at its own cursor, s its store. base is the newest certified
// checkpoint of that stream, nil when there is none. batch holds the blocks from final.Next to the
// checkpoint's end with hashes and counters, as for Step; one that ends below final.Next stands for
// no blocks, and the checkpoint ends at the cursor. The leaves are the messages above the base that
// asked for at most the lower finality; those up to the cursor come from the store, the rest from a
// Step that is never committed, so ids, nonces and counters are checked all the same (I-08).
//
// Errors: ErrNothingAhead, ErrTooFarAhead, *UnsettledError and ErrNotFound (base above the cursor), all
// retry; *ForkError (halt) when the own tree does not hold the base; message.ErrRange; the store's.
func Ahead(final State, s Store, base *message.Checkpoint, lower Lower, batch Batch) (Tip, error) {
	a, err := above(final, s, base, lower)
	if err != nil {
		return Tip{}, err
	}
	if waiting := final.Windows() - a.Base.Count; waiting > maxUncertified {
		return Tip{}, fmt.Errorf("%d final windows above the base: %w", waiting, ErrTooFarAhead)
	}
	end := final.Last
	var fresh []Window
	if batch.To >= final.Next {
		next, windows, err := Step(final, batch)
		if err != nil {
			return Tip{}, &UnsettledError{err}
		}
		end, fresh = next.Last, windows
	}
	if err := a.stored(s, a.Base.Count, final.Windows(), end.Number); err != nil {
		return Tip{}, err
	}
	for i := range fresh {
		a.take(fresh[i].Leaves)
	}
	return a.tip(end)
}

// Rederive makes the checkpoint at an end that the final cursor has passed again, from final windows
// alone. The store does not know the hashes of all blocks: end.Hash is taken as given.
//
// Errors: those of Ahead; ErrNotFound when the cursor has not passed the end.
func Rederive(final State, s Store, base *message.Checkpoint, lower Lower, end BlockRef) (Tip, error) {
	if end.Number >= final.Next {
		return Tip{}, fmt.Errorf("block %d, final windows below %d: %w", end.Number, final.Next, ErrNotFound)
	}
	a, err := above(final, s, base, lower)
	if err != nil {
		return Tip{}, err
	}
	if err := a.stored(s, a.Base.Count, final.Windows(), end.Number); err != nil {
		return Tip{}, err
	}
	return a.tip(end)
}

// Recheck compares a certified checkpoint of a lower stream with the final history. Nil means that the
// final history up to its end holds exactly its messages above the base that it names. The block hash is not
// compared: a reorganisation that kept the messages harmed nobody.
//
// Errors: ErrNotFound (retry) while the final cursor has not passed the end; *ContradictionError (halt);
// message.ErrBadEncoding for a checkpoint of another source, message.ErrRange for one that is not lower; the store's.
func Recheck(final State, s Store, certified message.Checkpoint) error {
	if certified.End >= final.Next {
		if err := sameSource(final, &certified); err != nil {
			return err
		}
		return fmt.Errorf("block %d, final windows below %d: %w", certified.End, final.Next, ErrNotFound)
	}
	_, err := Held(final, s, certified, Batch{})
	return err
}

// Held makes the tip that a certified checkpoint of a lower stream speaks of again, from the own blocks. The tip's checkpoint
// is then the certified one: all of it but the block hash was compared, and a reorganisation that kept the messages harmed nobody.
//
// batch holds the blocks from final.Next to exactly the certified end, as for Ahead; it is not looked at when the
// final cursor has passed that end, as final windows alone tell then.
//
// Errors: *ContradictionError (halt) when the final history gives another tip; *UnsettledError (retry) when blocks do that are not
// final; ErrNotFound (retry) when the own final tree does not reach the base yet; ErrBadBatch for other blocks; message.ErrBadEncoding for
// a checkpoint of another source, message.ErrRange for one that is not lower; those of Ahead and the store.
func Held(final State, s Store, certified message.Checkpoint, batch Batch) (Tip, error) {
	if err := sameSource(final, &certified); err != nil {
		return Tip{}, err
	}
	passed := certified.End < final.Next
	if !passed && batch.To != certified.End {
		return Tip{}, fmt.Errorf("blocks to %d, checkpoint at %d: %w", batch.To, certified.End, ErrBadBatch)
	}
	base, ok, err := baseOf(final, s, &certified)
	switch {
	case err != nil:
		return Tip{}, err
	case !ok && passed:
		return Tip{}, &ContradictionError{Certified: certified}
	case !ok:
		return Tip{}, fmt.Errorf("base of the checkpoint at block %d, final windows below %d: %w", certified.End, final.Next, ErrNotFound)
	}
	var tip Tip
	lower := Lower{Finality: certified.Stream.Finality, MaxAhead: MaxAheadLimit}
	if passed {
		tip, err = Rederive(final, s, base, lower, BlockRef{certified.End, certified.BlockHash})
	} else {
		tip, err = Ahead(final, s, base, lower, batch)
	}
	if nothing := errors.Is(err, ErrNothingAhead) || errors.Is(err, ErrTooFarAhead); err != nil && !nothing {
		return Tip{}, err
	}
	own := tip.Window.Checkpoint
	tip.Window.Checkpoint.BlockHash = certified.BlockHash
	switch {
	case tip.Window.Checkpoint == certified:
		return tip, nil
	case passed:
		return Tip{}, &ContradictionError{Certified: certified, Own: own}
	}
	return Tip{}, &UnsettledError{fmt.Errorf("root %s at block %d, certified is %s", own.Root, certified.End, certified.Root)}
}

// sameSource refuses a checkpoint that is not of a stream below the final one.
func sameSource(final State, c *message.Checkpoint) error {
	lower := Lower{Finality: c.Stream.Finality, MaxAhead: MaxAheadLimit}
	if err := lower.Validate(); err != nil {
		return err
	}
	if c.Stream != lower.stream(final.Config.Stream) || c.BridgeID != final.Config.BridgeID {
		return fmt.Errorf("checkpoint of another source: %w", message.ErrBadEncoding)
	}
	return nil
}

// baseOf finds the final window that a checkpoint of a lower stream extends, by the hash of its peaks;
// ok is false when the own tree has none such. Counts bound the search: the base has at most MaxAheadLimit leaves less.
func baseOf(final State, s Store, c *message.Checkpoint) (base *message.Checkpoint, ok bool, err error) {
	if c.PeaksHash == (merkle.Range{}).PeaksHash() {
		return nil, true, nil
	}
	least := c.LeafCount - min(c.LeafCount, MaxAheadLimit)
	window := func(i uint64) (message.Checkpoint, error) {
		w, err := s.WindowByIndex(i)
		if err != nil {
			return message.Checkpoint{}, fmt.Errorf("read window %d: %w", i, err)
		}
		return w.Checkpoint, nil
	}
	first := uint64(sort.Search(int(final.Windows()), func(i int) bool {
		w, e := window(uint64(i))
		err = errors.Join(err, e)
		return e == nil && w.LeafCount >= least
	}))
	for ; err == nil && first < final.Windows(); first++ {
		var w message.Checkpoint
		if w, err = window(first); err != nil || w.LeafCount >= c.LeafCount || w.End >= c.End {
			break
		}
		if w.PeaksHash == c.PeaksHash {
			return &w, true, nil
		}
	}
	return nil, false, err
}

// ahead is a tip in the making.
type ahead struct {
	Tip
	lower Lower
}

// above begins a tip over a base.
func above(final State, s Store, base *message.Checkpoint, lower Lower) (*ahead, error) {
	if err := lower.Validate(); err != nil {
		return nil, err
	}
	if final.Config.Stream.Finality != message.Final {
		return nil, fmt.Errorf("state of a %s stream: %w", final.Config.Stream.Finality, message.ErrRange)
	}
	a := &ahead{lower: lower}
	a.Window.Checkpoint = message.Checkpoint{BridgeID: final.Config.BridgeID, Stream: lower.stream(final.Config.Stream)}
	if base != nil {
		w, err := windowOf(s, *base)
		if err != nil {
			return nil, fmt.Errorf("base: %w", err)
		}
		if w.Index >= final.Windows() {
			return nil, fmt.Errorf("base at block %d, state ends at %d: %w", base.End, final.Last.Number, ErrNotFound)
		}
		if a.Base, err = merkle.RangeAt(w.Index+1, s.Node); err != nil {
			return nil, fmt.Errorf("peaks at block %d: %w", base.End, err)
		}
		a.Window.Checkpoint.MessageCount, a.Window.Checkpoint.LeafCount = base.MessageCount, base.LeafCount
	}
	a.Window.Index, a.Window.FirstLeaf = a.Base.Count, a.Window.Checkpoint.LeafCount
	a.Window.Checkpoint.PeaksHash = a.Base.PeaksHash()
	return a, nil
}

// stored takes the messages of the stored windows from index on, below the count, that end at or below end.
func (a *ahead) stored(s Store, index, count, end uint64) error {
	for ; index < count && !a.full(); index++ {
		w, err := s.WindowByIndex(index)
		if err != nil {
			return fmt.Errorf("read window %d: %w", index, err)
		}
		if w.Checkpoint.End > end {
			break
		}
		a.take(w.Leaves)
	}
	return nil
}

func (a *ahead) take(leaves []Leaf) {
	for i := range leaves {
		if m := leaves[i].Message; m != nil && m.Finality <= a.lower.Finality && !a.full() {
			a.Window.Leaves = append(a.Window.Leaves, leaves[i])
		}
	}
}

// full says that one message more than allowed was found: further ones change nothing.
func (a *ahead) full() bool { return len(a.Window.Leaves) > a.lower.MaxAhead }

// tip ends it.
func (a *ahead) tip(end BlockRef) (Tip, error) {
	w := &a.Window
	switch {
	case len(w.Leaves) == 0:
		return Tip{}, fmt.Errorf("block %d: %w", end.Number, ErrNothingAhead)
	case a.full():
		return Tip{}, fmt.Errorf("above %d messages at block %d: %w", a.lower.MaxAhead, end.Number, ErrTooFarAhead)
	}
	slices.SortStableFunc(w.Leaves, compareLeaves)
	root, err := merkle.WindowRoot(w.Hashes())
	if err != nil {
		return Tip{}, fmt.Errorf("tip at block %d: %w", end.Number, err)
	}
	c, n := &w.Checkpoint, uint64(len(w.Leaves))
	w.WindowRoot = root
	c.End, c.BlockHash, c.Root = end.Number, end.Hash, merkle.SignedRoot(a.Base, root)
	c.MessageCount, c.LeafCount = c.MessageCount+n, c.LeafCount+n
	if err := c.Validate(); err != nil {
		return Tip{}, fmt.Errorf("tip at block %d: %w", end.Number, err)
	}
	return a.Tip, nil
}
