// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/schnorr"
)

const (
	// maxFlying transactions are under way per target.
	maxFlying = 16
	// keyLifetime bounds how old the group key read from the target may be.
	keyLifetime = time.Minute
	// tick is the worker's look at its queue.
	tick = 200 * time.Millisecond
	// attemptTimeout bounds one delivery, from simulation to receipt.
	attemptTimeout = 3 * time.Minute
)

// Target is one target chain as its worker needs it.
//
// Errors of Simulate and Send: *evm.RevertError or *evm.TxRevertedError when the
// manager refuses, others of fate retry when it could not be asked.
type Target interface {
	Chain() message.ChainID
	Manager() message.Address
	GroupKey(ctx context.Context) (schnorr.PublicKey, error)
	Inbound(ctx context.Context, source message.ChainID, f message.Finality) (evm.Inbound, error)
	DeliveredWord(ctx context.Context, lane message.Address, index uint64) ([32]byte, error)
	// DeliveredWordAt is DeliveredWord as of a block. Its word may be gone where that is old.
	DeliveredWordAt(ctx context.Context, lane message.Address, index, block uint64) ([32]byte, error)
	Simulate(ctx context.Context, data []byte) error
	Send(ctx context.Context, data []byte) (evm.Receipt, error)
}

// worker carries what is certified to one target.
type worker struct {
	target  Target
	sources func() []*source
	log     *slog.Logger

	keyMu sync.Mutex
	key   schnorr.PublicKey
	keyAt time.Time

	// owned by the loop
	queue   *Queue
	cursors map[uint16]cursors
	seen    map[*lower]uint64   // end of the newest tip that was looked at
	done    map[message.ID]bool // delivered below final by this relayer, not yet shown by the final stream
	flying  int
	results chan result
	// retryScan is when a scan that failed is tried again.
	retryScan time.Time

	leftMu sync.Mutex
	left   []*source // closed since the loop looked last
}

type result struct {
	job      Job
	reason   Reason
	receipt  evm.Receipt // zero unless this relayer delivered
	err      error
	demanded message.Finality // by the recipient; 0 when it did not refuse for that
	unproven bool             // no usable certificate held it
}

func newWorker(t Target, sources func() []*source, log *slog.Logger) *worker {
	return &worker{
		target: t, sources: sources, log: log.With("target", t.Chain()),
		queue: NewQueue(), cursors: map[uint16]cursors{}, done: map[message.ID]bool{}, results: make(chan result, maxFlying),
	}
}

// run works until ctx ends and then waits for what is under way.
func (w *worker) run(ctx context.Context) error {
	var flying sync.WaitGroup
	defer flying.Wait()
	timer := time.NewTicker(tick)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case r := <-w.results:
			w.flying--
			w.finish(r, time.Now())
		case now := <-timer.C:
			w.scan(ctx, now)
		}
		for _, job := range w.queue.Take(time.Now(), maxFlying-w.flying) {
			w.flying++
			flying.Add(1)
			go func() {
				defer flying.Done()
				one, cancel := context.WithTimeout(ctx, attemptTimeout)
				defer cancel()
				r := w.attempt(one, job)
				select {
				case w.results <- r:
				case <-ctx.Done():
				}
			}()
		}
	}
}

// forget takes a closed stream; the loop leaves it. Safe for concurrent use.
func (w *worker) forget(s *source) {
	w.leftMu.Lock()
	defer w.leftMu.Unlock()
	w.left = append(w.left, s)
}

// leave drops what waits of closed streams. Where the target itself has changed its final blocks, deliveries are undone
// that were final: everything is looked at again.
func (w *worker) leave() {
	w.leftMu.Lock()
	left := w.left
	w.left = nil
	w.leftMu.Unlock()
	for _, s := range left {
		w.queue.Drop(s.index)
		delete(w.cursors, s.index)
		if s.cfg.Stream.Chain == w.target.Chain() {
			clear(w.cursors)
			clear(w.seen)
			clear(w.done)
		}
	}
}

func (w *worker) finish(r result, now time.Time) {
	m := r.job.Message
	failpoint.Hit("relayer.queue.finish") // the outcome is lost; the target knows it
	log := w.log.With("lane", m.SourceChain.String()+"->"+m.TargetChain.String(), "finality", m.Finality.String(), "nonce", m.Nonce, "message", r.job.ID)
	if r.unproven {
		// Only a scan, which this loop makes, queues it again: it sees every certificate that is usable from here on.
		if s := w.source(r.job.Stream); s != nil {
			if _, _, err := s.prove(r.job.ID, 0); errors.Is(err, errUnproven) {
				w.queue.Forget(r.job.ID)
				log.Info("message is under no certificate any more, its block may have been replaced: it waits for another one", "err", r.err)
				return
			}
		}
	}
	if r.demanded != 0 {
		w.queue.Demand(r.job.ID, r.demanded)
	}
	if r.job.Taken {
		w.queue.Taken(r.job.ID, r.job.Judged)
	}
	if r.reason == Delivered && m.Finality < message.Final && len(w.done) < maxDone {
		w.done[r.job.ID] = true
	}
	pause, changed := w.queue.Finish(r.job.ID, r.reason, now)
	switch {
	case r.reason == Delivered && r.receipt.GasUsed > 0:
		log.Info("message delivered", "tx", r.receipt.TxHash, "gas", r.receipt.GasUsed)
	case r.reason == Delivered:
		log.Info("message was delivered by another relayer")
	case r.reason == Superseded:
		log.Warn("message will never be delivered: another one of a history that the source left has its nonce", "reason", r.reason)
	case changed:
		log.Info("message waits", "reason", r.reason, "retry", pause.Round(time.Millisecond), "err", r.err)
	default:
		log.Debug("message waits", "reason", r.reason, "retry", pause.Round(time.Millisecond), "err", r.err)
	}
}

// attempt tries one delivery. It changes nothing but the chain.
func (w *worker) attempt(ctx context.Context, job Job) result {
	out := result{job: job}
	if job.Taken {
		out.reason, out.job.Judged, out.err = w.judge(ctx, job)
		return out
	}
	data, under, err := w.call(ctx, job)
	if err == nil {
		err = w.target.Simulate(ctx, data)
	}
	if err == nil {
		failpoint.Hit("relayer.attempt.send") // the queue is lost; it is made again from the trees and the target
		out.receipt, err = w.target.Send(ctx, data)
		failpoint.Hit("relayer.attempt.sent") // the delivery stands on the target, the queue is lost: the target's replay bit is read again
		var mined *evm.TxRevertedError
		if errors.As(err, &mined) {
			// Mined and refused: the chain has changed since the simulation. Ask it why.
			if again := w.target.Simulate(ctx, data); again != nil {
				err = again
			}
		}
		if err != nil {
			out.receipt = evm.Receipt{}
		}
	}
	out.reason, out.err = classify(err), err
	switch out.reason {
	case Outdated:
		w.forgetKey()
	case FinalityDemanded:
		out.demanded = max(demanded(err), job.Demanded, under+1)
	case Certified:
		out.unproven = errors.Is(err, errUnproven)
	case Delivered:
		w.doubt(&out)
	}
	return out
}

// doubt is for a message that was not delivered by this relayer: the nonce may be another message's.
func (w *worker) doubt(r *result) {
	s := w.source(r.job.Stream)
	if r.err == nil || s == nil {
		return
	}
	switch may, err := w.mayBeSuperseded(s, r.job.Message, r.job.ID); {
	case err != nil:
		r.reason, r.err = TargetUnreachable, err
	case may:
		r.reason, r.err, r.job.Taken = Certified, errTaken, true
	}
}

// errOutdated: the target does not accept what the newest certificate offers.
var errOutdated = message.NewError(message.Retry, "the target's key does not verify the certificate")

// errPaused: the target's lane is paused.
var errPaused = message.NewError(message.Retry, "lane paused")

// source is a final stream that is followed; nil for none.
func (w *worker) source(index uint16) *source {
	for _, s := range w.sources() {
		if s.index == index {
			return s
		}
	}
	return nil
}

// call makes the delivery under the best certificate that is usable now, whose finality it returns.
func (w *worker) call(ctx context.Context, job Job) (data []byte, under message.Finality, err error) {
	s := w.source(job.Stream)
	if s == nil {
		return nil, 0, fmt.Errorf("stream %d: %w", job.Stream, stream.ErrNotFound)
	}
	c, siblings, err := s.prove(job.ID, job.Demanded)
	if err != nil {
		return nil, 0, err
	}
	under = c.Checkpoint.Stream.Finality
	lane, err := w.target.Inbound(ctx, s.cfg.Stream.Chain, job.Message.Finality)
	if err != nil {
		return nil, under, err
	}
	retired := lane.Remote != job.Message.SourceManager
	if !retired && lane.PausedUntil.After(time.Now()) {
		return nil, under, fmt.Errorf("until %s: %w", lane.PausedUntil.UTC().Format(time.RFC3339), errPaused)
	}
	key, err := w.groupKey(ctx)
	if err != nil {
		return nil, under, err
	}
	if err := schnorr.Verify(key, c.Checkpoint.Digest(), c.Signature); err != nil {
		return nil, under, fmt.Errorf("%w: %w", errOutdated, err)
	}
	data, err = evm.ReceiveMessageData(job.Message, Proof(job.Message, c, siblings, retired))
	return data, under, err
}

// groupKey is the key that the target's manager names, read again when it is old.
func (w *worker) groupKey(ctx context.Context) (schnorr.PublicKey, error) {
	w.keyMu.Lock()
	defer w.keyMu.Unlock()
	if now := time.Now(); now.Sub(w.keyAt) > keyLifetime {
		k, err := w.target.GroupKey(ctx)
		if err != nil {
			return k, fmt.Errorf("read group key: %w", err)
		}
		w.key, w.keyAt = k, now
	}
	return w.key, nil
}

func (w *worker) forgetKey() {
	w.keyMu.Lock()
	defer w.keyMu.Unlock()
	w.keyAt = time.Time{}
}
