// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"fmt"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// errTaken: the target's bit is set, and its own tree does not tell yet by whom.
var errTaken = message.NewError(message.Retry, "the nonce is taken at the target, by whom is not final yet")

// mayBeSuperseded reports whether a message whose bit is set at the target is perhaps not the one that set it: the final
// messages of a source's first epoch have had one history, and a receipt in the target's own tree names the message.
func (w *worker) mayBeSuperseded(s *source, m *message.Message, id message.ID) (bool, error) {
	if s.cfg.Stream.Epoch < 2 && m.Finality == message.Final {
		return false, nil
	}
	own := w.own()
	if own == nil {
		return false, nil // the target's own tree is not followed: nothing can be said
	}
	_, delivered, err := own.store.ReceiptOf(id)
	return !delivered, err
}

// judge decides about a message whose bit is set: with a receipt it was delivered. When the bit was set at the newest block
// that the target's own tree has read, and no receipt is in it, another message has set it. It returns that block, too:
// what is known of it is not asked again.
func (w *worker) judge(ctx context.Context, job Job) (Reason, uint64, error) {
	own := w.own()
	if own == nil {
		return TargetUnreachable, job.Judged, fmt.Errorf("stream of chain %s: %w", w.target.Chain(), stream.ErrNotFound)
	}
	state, ok, err := own.store.Load()
	if err != nil || !ok {
		return Certified, job.Judged, err
	}
	// The tree only grows: what has no receipt now had none at state.
	_, delivered, err := own.store.ReceiptOf(job.ID)
	switch {
	case err != nil:
		return TargetUnreachable, job.Judged, err
	case delivered:
		return Delivered, job.Judged, nil
	case job.Judged == state.Last.Number:
		return Certified, job.Judged, errTaken
	}
	m := job.Message
	word, err := w.target.DeliveredWordAt(ctx, m.Lane().ID(), uint64(m.Nonce)>>8, state.Last.Number)
	switch {
	case err != nil:
		return TargetUnreachable, job.Judged, err
	case bit(word, uint8(m.Nonce)):
		return Superseded, job.Judged, nil
	}
	return Certified, state.Last.Number, errTaken
}

// own is the stream of which the target is the source; nil: none is followed.
func (w *worker) own() *source {
	for _, s := range w.sources() {
		if s.cfg.Stream.Chain == w.target.Chain() && s.cfg.Stream.Manager == w.target.Manager() {
			return s
		}
	}
	return nil
}
