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
	// scanLeaves are read from a tree at a time.
	scanLeaves = 256
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
	cursors map[uint16]uint64
	flying  int
	results chan result
	// retryScan is when a scan that failed is tried again.
	retryScan time.Time

	leftMu sync.Mutex
	left   []*source // closed since the loop looked last
}

type result struct {
	job     Job
	reason  Reason
	receipt evm.Receipt // zero unless this relayer delivered
	err     error
}

func newWorker(t Target, sources func() []*source, log *slog.Logger) *worker {
	return &worker{
		target: t, sources: sources, log: log.With("target", t.Chain()),
		queue: NewQueue(), cursors: map[uint16]uint64{}, results: make(chan result, maxFlying),
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
		}
	}
}

// scan queues what certificates have made deliverable since the last scan.
func (w *worker) scan(ctx context.Context, now time.Time) {
	w.leave()
	if now.Before(w.retryScan) {
		return
	}
	for _, s := range w.sources() {
		if err := w.scanSource(ctx, s); err != nil {
			if ctx.Err() == nil {
				w.log.Warn("scan stopped, trying again", "stream", s.index, "err", err)
			}
			w.retryScan = now.Add(2 * time.Second)
		}
	}
}

func (w *worker) scanSource(ctx context.Context, s *source) error {
	c, ok := s.certificate()
	if !ok || s.cfg.Stream.Chain == w.target.Chain() {
		return nil
	}
	words := map[uint64][32]byte{}
	lane := message.Lane{SourceChain: s.cfg.Stream.Chain, SourceManager: s.cfg.Stream.Manager, Finality: message.Final}.ID()
	for w.cursors[s.index] < c.Checkpoint.LeafCount && w.queue.Room(s.index) > scanLeaves {
		from := w.cursors[s.index]
		n := min(scanLeaves, c.Checkpoint.LeafCount-from)
		leaves, err := s.store.Leaves(from, int(n))
		if err != nil {
			return err
		}
		if len(leaves) == 0 {
			return fmt.Errorf("leaf %d: %w", from, stream.ErrNotFound)
		}
		for i := range leaves {
			m := leaves[i].Message
			if m == nil || m.TargetChain != w.target.Chain() || m.TargetManager != w.target.Manager() {
				continue
			}
			index := uint64(m.Nonce) >> 8
			if _, ok := words[index]; !ok {
				if words[index], err = w.target.DeliveredWord(ctx, lane, index); err != nil {
					return err
				}
			}
			job := Job{ID: m.ID(), Stream: s.index, Index: from + uint64(i), Message: m, Taken: bit(words[index], uint8(m.Nonce))}
			if job.Taken {
				// Only where a source left a history can the bit be another message's.
				if job.Taken, err = w.mayBeSuperseded(s, job.ID); err != nil {
					return err
				}
				if !job.Taken {
					continue
				}
			}
			if _, out := w.queue.Add(job); out != nil {
				w.log.Warn("refused message leaves the full queue, anyone may deliver it", "message", out.ID, "nonce", out.Message.Nonce)
			}
		}
		w.cursors[s.index] = from + uint64(len(leaves))
	}
	return nil
}

// bit i of a 256-bit big-endian word.
func bit(word [32]byte, i uint8) bool { return word[31-i/8]>>(i%8)&1 == 1 }

func (w *worker) finish(r result, now time.Time) {
	m := r.job.Message
	failpoint.Hit("relayer.queue.finish") // the outcome is lost; the target knows it
	pause, changed := w.queue.Finish(r.job.ID, r.reason, now)
	log := w.log.With("lane", m.SourceChain.String()+"->"+m.TargetChain.String(), "nonce", m.Nonce, "message", r.job.ID)
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
		out.reason, out.err = w.judge(ctx, job)
		return out
	}
	data, err := w.call(ctx, job)
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
	if out.reason == Outdated {
		w.forgetKey()
	}
	return out
}

// errOutdated: the target does not accept what the newest certificate offers.
var errOutdated = message.NewError(message.Retry, "the target's key does not verify the certificate")

// errPaused: the target's lane is paused.
var errPaused = message.NewError(message.Retry, "lane paused")

func (w *worker) call(ctx context.Context, job Job) ([]byte, error) {
	var s *source
	for _, x := range w.sources() {
		if x.index == job.Stream {
			s = x
		}
	}
	if s == nil {
		return nil, fmt.Errorf("stream %d: %w", job.Stream, stream.ErrNotFound)
	}
	c, _ := s.certificate()
	if c.Checkpoint.LeafCount <= job.Index {
		return nil, fmt.Errorf("certificate of leaf %d: %w", job.Index, stream.ErrNotFound)
	}
	lane, err := w.target.Inbound(ctx, s.cfg.Stream.Chain, job.Message.Finality)
	if err != nil {
		return nil, err
	}
	retired := lane.Remote != job.Message.SourceManager
	if !retired && lane.PausedUntil.After(time.Now()) {
		return nil, fmt.Errorf("until %s: %w", lane.PausedUntil.UTC().Format(time.RFC3339), errPaused)
	}
	key, err := w.groupKey(ctx)
	if err != nil {
		return nil, err
	}
	if err := schnorr.Verify(key, c.Checkpoint.Digest(), c.Signature); err != nil {
		return nil, fmt.Errorf("%w: %w", errOutdated, err)
	}
	siblings, _, err := stream.ProofFor(s.store, message.Hash(job.ID), c.Checkpoint)
	if err != nil {
		return nil, err
	}
	return evm.ReceiveMessageData(job.Message, Proof(job.Message, c, siblings, retired))
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

// classify turns what an attempt came to into the reason that a sender sees.
func classify(err error) Reason {
	var refused *evm.RevertError
	switch {
	case err == nil:
		return Delivered
	case errors.As(err, &refused):
		return classifyRevert(refused.Reason().Name)
	case errors.Is(err, errPaused):
		return LanePaused
	case errors.Is(err, errOutdated):
		return Outdated
	case errors.Is(err, stream.ErrNotFound):
		return Certified
	case errors.Is(err, message.ErrUnderpriced):
		return Underpriced
	}
	return TargetUnreachable
}

func classifyRevert(name string) Reason {
	switch name {
	case "AlreadyDelivered":
		return Delivered
	case "LaneIsPaused", "EverythingIsPaused", "NotSealed":
		return LanePaused
	case "RecipientReverted", "RecipientRefused", "InsufficientGas":
		return RecipientReverted
	case "":
		return RecipientReverted // out of gas and the like, inside the recipient's call
	}
	return Outdated
}
