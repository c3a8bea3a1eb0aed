// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"errors"
	"fmt"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
)

// ErrNotFound: the store holds no such window, leaf or node yet.
var ErrNotFound = message.NewError(message.Retry, "not found")

// LeafRef is a leaf's place.
type LeafRef struct {
	Window uint64 // Window.Index
	Leaf   int    // index within the window
	Number uint64 // 0-based number in the stream: Window.FirstLeaf + Leaf
}

// Store keeps one stream. All methods may be called at the same time, Commit by one caller.
// Readers see either all of a Commit or nothing of it. Returned values are the caller's own.
type Store interface {
	// Load returns the newest committed state; false before the first Commit.
	Load() (State, bool, error)
	// Commit stores state and the windows that led to it, durably, before it returns.
	// The windows continue those committed before.
	Commit(state State, windows []Window) error
	// WindowByIndex and WindowAt (by end block) return a whole window or ErrNotFound.
	WindowByIndex(index uint64) (Window, error)
	WindowAt(end uint64) (Window, error)
	// WindowBelow returns the newest window whose end is at or below end, or ErrNotFound.
	WindowBelow(end uint64) (Window, error)
	// LatestWindow returns the newest window or ErrNotFound.
	LatestWindow() (Window, error)
	// LeafByHash finds a leaf; a message's id is its leaf. False when unknown.
	LeafByHash(hash message.Hash) (LeafRef, bool, error)
	// ReceiptOf finds the receipt leaf for a message delivered on this chain. False when unknown.
	ReceiptOf(id message.ID) (LeafRef, bool, error)
	// Leaves returns up to max leaves of the stream from number `from` on; none at its end.
	Leaves(from uint64, max int) ([]Leaf, error)
	// Node is the merkle.Lookup of the range over the window roots; ErrNotFound when unknown.
	Node(level uint8, index uint64) (message.Hash, error)
}

// ForkError says that a checkpoint contradicts the own tree: one of both is not this
// source's history. Fate halt.
type ForkError struct {
	Given message.Checkpoint
	Own   message.Checkpoint // zero when the own tree has no leaf in that window
}

func (e *ForkError) Error() string {
	return fmt.Sprintf("checkpoint of chain %s at block %d has root %s, own tree has %s",
		e.Given.Stream.Chain, e.Given.End, e.Given.Root, e.Own.Root)
}

// Fate is halt.
func (e *ForkError) Fate() message.Fate { return message.Halt }

// Agree compares a checkpoint with the own tree. Nil means that the own tree at the
// checkpoint's end has exactly its root, counts, peaks and block hash.
//
// Errors: ErrNotFound (retry) when the stream has not been read up to the
// checkpoint's end; *ForkError (halt) when it has and differs; message.ErrBadEncoding when the
// checkpoint belongs to another stream.
func Agree(s Store, c message.Checkpoint) error {
	_, err := windowOf(s, c)
	return err
}

// AgreeTree is Agree but for the hash of the block: it may be another one where the chain changed and sent the same.
func AgreeTree(s Store, c message.Checkpoint) error {
	w, err := readWindow(s, c)
	if err != nil {
		return err
	}
	own := w.Checkpoint
	if own.BlockHash = c.BlockHash; own != c {
		return &ForkError{Given: c, Own: w.Checkpoint}
	}
	return nil
}

func windowOf(s Store, c message.Checkpoint) (Window, error) {
	w, err := readWindow(s, c)
	if err == nil && w.Checkpoint != c {
		err = &ForkError{Given: c, Own: w.Checkpoint}
	}
	if err != nil {
		return Window{}, err
	}
	return w, nil
}

// readWindow is the own window at the end of c.
func readWindow(s Store, c message.Checkpoint) (Window, error) {
	state, ok, err := s.Load()
	if err != nil {
		return Window{}, err
	}
	if !ok {
		return Window{}, fmt.Errorf("checkpoint at block %d, nothing read yet: %w", c.End, ErrNotFound)
	}
	if c.Stream != state.Config.Stream || c.BridgeID != state.Config.BridgeID {
		return Window{}, fmt.Errorf("checkpoint of another stream: %w", message.ErrBadEncoding)
	}
	if c.End >= state.Next {
		return Window{}, fmt.Errorf("checkpoint at block %d, read below %d: %w", c.End, state.Next, ErrNotFound)
	}
	w, err := s.WindowAt(c.End)
	if errors.Is(err, ErrNotFound) {
		return Window{}, &ForkError{Given: c}
	}
	if err != nil {
		return Window{}, err
	}
	return w, nil
}

// ProofFor lists the siblings that lead from a leaf to the root of a checkpoint, which must be
// the own one of a window at or after the leaf's. The result is checked before it is returned.
//
// Errors: ErrNotFound for an unknown leaf or a checkpoint not reached yet; merkle.ErrIndex when
// the leaf is newer than the checkpoint; *ForkError (halt) when the checkpoint is not the own one.
func ProofFor(s Store, hash message.Hash, under message.Checkpoint) ([]message.Hash, Leaf, error) {
	w, err := windowOf(s, under)
	if err != nil {
		return nil, Leaf{}, err
	}
	ref, ok, err := s.LeafByHash(hash)
	if err != nil {
		return nil, Leaf{}, err
	}
	if !ok {
		return nil, Leaf{}, fmt.Errorf("leaf %s: %w", hash, ErrNotFound)
	}
	home := w
	if ref.Window != w.Index {
		if home, err = s.WindowByIndex(ref.Window); err != nil {
			return nil, Leaf{}, err
		}
	}
	siblings, err := merkle.Prove(home.Hashes(), ref.Leaf, ref.Window, w.Index, s.Node)
	if err != nil {
		return nil, Leaf{}, fmt.Errorf("prove leaf %s under block %d: %w", hash, under.End, err)
	}
	if merkle.Verify(hash, siblings) != under.Root {
		return nil, Leaf{}, &ForkError{Given: under, Own: w.Checkpoint}
	}
	return siblings, home.Leaves[ref.Leaf], nil
}
