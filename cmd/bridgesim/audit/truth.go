// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"cmp"
	"slices"
)

// find is the place of the window that ends at end.
func (h *history) find(end uint64) (int, bool) {
	return slices.BinarySearchFunc(h.windows, end, func(w window, e uint64) int { return cmp.Compare(w.end, e) })
}

// Checkpoint is the only right one of a window, false when the window is empty or not final.
func (w *World) Checkpoint(stream uint16, end uint64) (Checkpoint, bool) {
	s := w.streams[stream]
	if s == nil {
		return Checkpoint{}, false
	}
	h := s.present()
	i, ok := h.find(end)
	if !ok {
		return Checkpoint{}, false
	}
	c := h.windows[i].checkpoint
	c.Stream = stream
	return c, true
}

// Newest is the checkpoint of the newest final window with leaves.
func (w *World) Newest(stream uint16) (Checkpoint, bool) {
	s := w.streams[stream]
	if s == nil || len(s.present().windows) == 0 {
		return Checkpoint{}, false
	}
	h := s.present()
	c := h.windows[len(h.windows)-1].checkpoint
	c.Stream = stream
	return c, true
}

// holds reports whether this is, or once was since the stream's epoch began, the right checkpoint of its final window.
func (w *World) holds(c Checkpoint) bool { return w.historyOf(c) != nil }

// historyOf is the newest history of the stream that holds a checkpoint, nil when none does.
func (w *World) historyOf(c Checkpoint) *history {
	s := w.streams[c.Stream]
	if s == nil {
		return nil
	}
	for i := len(s.histories) - 1; i >= s.since; i-- {
		if s.histories[i].holds(c) {
			return s.histories[i]
		}
	}
	return nil
}

func (h *history) holds(c Checkpoint) bool {
	c.Stream = 0
	i, ok := h.find(c.End)
	return ok && h.windows[i].checkpoint == c
}

// grewFrom reports whether the history has the tree of a checkpoint at its end; the hash of the block may be another.
func (h *history) grewFrom(c Checkpoint) bool {
	i, ok := h.find(c.End)
	return ok && sameTree(h.windows[i].checkpoint, c)
}

func sameTree(x, y Checkpoint) bool {
	return x.End == y.End && x.MessageCount == y.MessageCount && x.LeafCount == y.LeafCount && x.PeaksHash == y.PeaksHash && x.Root == y.Root
}

// together reports whether one history holds both checkpoints of one stream.
func (w *World) together(x, y Checkpoint) bool {
	s := w.streams[x.Stream]
	return slices.ContainsFunc(s.histories[s.since:], func(h *history) bool { return h.holds(x) && h.holds(y) })
}

// IsFinal reports whether the message is in a final block of the present branch of its source.
func (w *World) IsFinal(id Hash) bool {
	s := w.sends[id]
	if s == nil || !s.present {
		return false
	}
	c := w.chain(s.at.chain)
	return s.at.chain != 0 && c.hasFinal && s.at.block <= c.final
}

// IsDelivered reports whether the message has its effect on its target's present branch.
func (w *World) IsDelivered(id Hash) bool {
	_, ok := w.effects[id]
	return ok
}

// Pending lists the final messages without effect, by source chain, target chain and nonce.
func (w *World) Pending() (out []Send) {
	for id, s := range w.sends {
		if w.IsFinal(id) && !w.IsDelivered(id) {
			out = append(out, s.Send)
		}
	}
	slices.SortFunc(out, func(x, y Send) int {
		return cmp.Or(cmp.Compare(x.SourceChain, y.SourceChain), cmp.Compare(x.TargetChain, y.TargetChain), cmp.Compare(x.Nonce, y.Nonce))
	})
	return out
}

// Siblings is the path of a leaf (a message id or a receipt) of a final window under the
// signed root of the window that ends at end.
func (w *World) Siblings(leaf Hash, stream uint16, end uint64) ([]Hash, bool) {
	s := w.streams[stream]
	if s == nil {
		return nil, false
	}
	h := s.present()
	under, ok := h.find(end)
	if !ok {
		return nil, false
	}
	for i := under; i >= 0; i-- {
		if at := slices.Index(h.windows[i].leaves, leaf); at >= 0 {
			return append(windowPath(h.windows[i].leaves, at), h.range_.path(i, under)...), true
		}
	}
	return nil, false
}
