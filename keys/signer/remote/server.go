// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
)

// frameTime bounds how long one message may take to come or go.
const frameTime = 5 * time.Second

// maxAway bounds the nodes that are being told that another one is connected; more are cut off without a word.
const maxAway = 8

// Shelf keeps share files. Both methods return when that is on disk.
type Shelf interface {
	// Save keeps a share; one that is kept already is accepted.
	Save(share keystore.Share) error
	// Drop erases the shares of a key epoch. It is called only while the share of a higher one is kept.
	Drop(epoch uint64) error
}

// Config of a server. All fields but Logger are required.
type Config struct {
	Signer   *signer.Signer
	BridgeID message.Hash
	Fork     uint32 // the one fork number that is served: a person says when it changes
	Shelf    Shelf
	Logger   *slog.Logger // nil: silent
}

// Server answers one node at a time.
type Server struct {
	cfg     Config
	witness signer.Witness
	life    [16]byte   // of the node that was connected last; of the serving goroutine
	stopped chan error // the reason why the signer stopped for good
}

// NewServer starts nothing.
func NewServer(cfg Config) (*Server, error) {
	if cfg.Signer == nil || cfg.BridgeID.IsZero() || cfg.Fork == 0 || cfg.Shelf == nil {
		return nil, fmt.Errorf("signer server: signer, bridge id, fork and shelf: %w", message.ErrZero)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Server{cfg: cfg, witness: cfg.Signer.Witness(), stopped: make(chan error, 1)}, nil
}

// Run answers on ln until ctx ends, and closes ln.
//
// Errors: the context's; signer.ErrTwin or signer.ErrStopped when the signer stopped for good; the listener's.
func (s *Server) Run(ctx context.Context, ln *net.UnixListener) error {
	var serving sync.WaitGroup
	defer serving.Wait()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	context.AfterFunc(ctx, func() { _ = ln.Close() })
	seat := make(chan struct{}, 1)       // who holds it is served
	door := make(chan struct{}, maxAway) // who holds one is told that the seat is taken
	for {
		c, err := ln.AcceptUnix()
		if err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("accept node: %w", err)
		}
		if err := checkPeer(c); err != nil {
			s.cfg.Logger.Error("refused a connection", "err", err)
			_ = c.Close()
			continue
		}
		select {
		case seat <- struct{}{}:
		default:
			s.cfg.Logger.Error("refused a second node: two nodes use this signer, stop one of them for good")
			select {
			case door <- struct{}{}:
				serving.Go(func() {
					defer func() { <-door }()
					stop := context.AfterFunc(ctx, func() { _ = c.Close() })
					defer stop()
					s.turnAway(c)
				})
			default:
				_ = c.Close()
			}
			continue
		}
		serving.Go(func() {
			defer func() { <-seat }()
			stop := context.AfterFunc(ctx, func() { _ = c.Close() })
			defer stop()
			defer func() { _ = c.Close() }()
			s.cfg.Logger.Info("node connected")
			err := s.serve(c)
			s.cfg.Logger.Warn("node gone: no share is given before it is back", "err", err)
			select {
			case why := <-s.stopped:
				cancel(why)
			default:
			}
		})
	}
}

// turnAway answers what comes first with ErrBusy. It reads it: closing over unread bytes would lose the answer.
func (s *Server) turnAway(c *net.UnixConn) {
	_ = c.SetDeadline(time.Now().Add(frameTime))
	_, _ = readFrame(c, func() error { return nil })
	b, err := (&answer{op: opHello, code: codeOf(ErrBusy), text: ErrBusy.Error()}).encode()
	if err == nil {
		_ = writeFrame(c, b)
	}
	_ = c.Close()
}

// serve answers one node until it is gone, says what is no message, or the signer stopped.
func (s *Server) serve(c net.Conn) error {
	greeted := false
	for {
		if err := c.SetDeadline(time.Time{}); err != nil {
			return err
		}
		b, err := readFrame(c, func() error { return c.SetDeadline(time.Now().Add(frameTime)) })
		if err != nil {
			return err
		}
		q, err := decodeCall(b)
		clear(b)
		var a answer
		switch {
		case err != nil:
			a = answer{op: opHello, code: codeOf(err), text: err.Error()}
		case !greeted:
			err = s.hello(&q)
			greeted = err == nil
			a = answered(q.op, err)
		default:
			a = s.answer(&q)
		}
		out, encoded := a.encode()
		if encoded != nil {
			return encoded
		}
		if err := c.SetDeadline(time.Now().Add(frameTime)); err != nil {
			return err
		}
		if err := writeFrame(c, out); err != nil {
			return err
		}
		if err != nil {
			return err // no message, or no greeting: nothing else from there is believed
		}
		if a.code == codeOf(signer.ErrTwin) || a.code == codeOf(signer.ErrStopped) || q.op == opStop {
			why := a.err()
			if q.op == opStop {
				why = fmt.Errorf("the node said %q: %w", q.text, signer.ErrStopped)
			}
			s.stopped <- why
			return why
		}
	}
}

func answered(op byte, err error) answer {
	if err == nil {
		return answer{op: op}
	}
	return answer{op: op, code: codeOf(err), text: err.Error()}
}

// hello begins a connection. Another life of the node gets another boot: words of two processes under one boot
// could not be told apart (docs/spec/signing.md, section 6).
func (s *Server) hello(q *call) error {
	switch {
	case q.op != opHello:
		return fmt.Errorf("call %d before the greeting: %w", q.op, ErrFrame)
	case q.version != version || q.bridge != [32]byte(s.cfg.BridgeID):
		return fmt.Errorf("version %d, want %d, or another bridge: %w", q.version, version, ErrVersion)
	}
	if q.life != s.life {
		s.cfg.Signer.Renew()
		s.life = q.life
	}
	return nil
}

// answer does one call.
func (s *Server) answer(q *call) answer {
	sign := s.cfg.Signer
	switch q.op {
	case opBoot:
		return answer{op: q.op, boot: sign.Boot()}
	case opStart:
		sign.Start(q.height)
		return answer{op: q.op}
	case opObserve:
		return answered(q.op, s.observe(&q.observed))
	case opStop:
		sign.Stop(fmt.Errorf("the node said %q: %w", q.text, signer.ErrStopped))
		return answer{op: q.op}
	case opCommitments:
		return answer{op: q.op, list: sign.Commitments(min(int(q.max), maxList))}
	case opSign:
		share, err := s.sign(&q.request)
		if err != nil {
			level := slog.LevelDebug // the node asks again with every block
			if message.FateOf(err) == message.Halt {
				level = slog.LevelError
			}
			s.cfg.Logger.Log(context.Background(), level, "share refused", "session", q.request.SessionNumber, "err", err)
			return answered(q.op, err)
		}
		s.cfg.Logger.Info("share given", "session", q.request.SessionNumber)
		return answer{op: q.op, share: share}
	case opAddShare:
		return answered(q.op, s.add(q.share))
	case opDropShare:
		return answered(q.op, s.drop(q.epoch))
	case opShares:
		return answer{op: q.op, shares: sign.Shares()}
	case opVote:
		err := s.witness.Vote(q.vote)
		if errors.Is(err, signer.ErrConflict) {
			s.cfg.Logger.Error("vote refused", "chain", uint64(q.vote.Stream.Chain), "window", q.vote.End, "err", err)
		}
		return answered(q.op, err)
	case opApprove:
		s.cfg.Logger.Info("the node says that its operator approved an order", "approval", message.Hash(q.word))
		return answered(q.op, s.witness.Approve(q.word))
	case opFinished:
		return answered(q.op, s.witness.Finished(q.word))
	}
	return answered(q.op, fmt.Errorf("call %d: %w", q.op, ErrFrame))
}

// observe refuses a chain of another fork number.
func (s *Server) observe(o *signer.Observation) error {
	if o.Fork != s.cfg.Fork {
		return fmt.Errorf("the chain is fork %d, this signer serves fork %d: %w", o.Fork, s.cfg.Fork, signer.ErrPolicy)
	}
	return s.cfg.Signer.Observe(*o)
}

// sign gives a share of what stands in this process's own journal.
func (s *Server) sign(q *signer.Request) ([32]byte, error) {
	if q.Fork != s.cfg.Fork {
		return [32]byte{}, fmt.Errorf("fork %d, this signer serves fork %d: %w", q.Fork, s.cfg.Fork, signer.ErrPolicy)
	}
	var failed error
	share, err := s.cfg.Signer.Sign(*q, func([32]byte) bool {
		known, err := s.witness.Knows(q.Statement) // Sign has checked that body and statement belong together
		failed = err
		return known
	})
	return share, errors.Join(failed, err)
}

// add keeps the share on disk and signs with it from now on.
func (s *Server) add(share keystore.Share) error {
	held := s.holds(share.KeyEpoch)
	if err := s.cfg.Signer.AddShare(share); err != nil {
		return err
	}
	if err := s.cfg.Shelf.Save(share); err != nil {
		if !held {
			_ = s.cfg.Signer.DropShare(share.KeyEpoch)
		}
		return fmt.Errorf("key epoch %d: %w: %w", share.KeyEpoch, ErrKeep, err)
	}
	s.cfg.Logger.Info("share kept", "key_epoch", share.KeyEpoch, "index", uint64(share.Index))
	return nil
}

// drop forgets a share. Its file goes only while the share of a higher epoch is kept: a node that lies
// cannot make the member lose its newest one.
func (s *Server) drop(epoch uint64) error {
	if err := s.cfg.Signer.DropShare(epoch); err != nil {
		return err
	}
	list := s.cfg.Signer.Shares()
	if len(list) == 0 || list[len(list)-1].KeyEpoch <= epoch {
		s.cfg.Logger.Warn("share dropped, its file stays: none of a higher key epoch is held", "key_epoch", epoch)
		return nil
	}
	if err := s.cfg.Shelf.Drop(epoch); err != nil {
		return fmt.Errorf("key epoch %d: %w: %w", epoch, ErrKeep, err)
	}
	s.cfg.Logger.Info("share erased", "key_epoch", epoch)
	return nil
}

func (s *Server) holds(epoch uint64) bool {
	for _, one := range s.cfg.Signer.Shares() {
		if one.KeyEpoch == epoch {
			return true
		}
	}
	return false
}
