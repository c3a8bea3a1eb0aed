// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/schnorr"
)

// source is one final stream: the own tree, the newest certificate that stands on it, and the streams below final of
// the same source.
type source struct {
	index uint16
	cfg   stream.Config
	store stream.Store
	stop  context.CancelFunc // ends what follows it

	mu      sync.Mutex
	newest  Certificate // signature checked
	usable  Certificate // newest that the own tree agrees with
	waiting bool        // newest is ahead of the own tree
	below   []*lower    // each finality once
}

func (s *source) number() uint16 { return s.index }

// after is the end block below which no certificate is new.
func (s *source) after() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest.Checkpoint.End
}

// offer takes a certificate whose signature stands under one of keys.
//
// Errors: message.ErrBadEncoding when it is of another stream, schnorr's errors when
// no key verifies it.
func (s *source) offer(c Certificate, keys []schnorr.PublicKey) error {
	if err := c.check(s.cfg, keys); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Checkpoint.End > s.newest.Checkpoint.End {
		s.newest, s.waiting = c, true
	}
	return nil
}

// settle makes the newest certificate usable once the own tree has reached it. It
// reports whether it did so now.
//
// Errors: *stream.ForkError (halt) when the own tree differs.
func (s *source) settle(context.Context) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.waiting {
		return false, nil
	}
	err := stream.Agree(s.store, s.newest.Checkpoint)
	switch {
	case errors.Is(err, stream.ErrNotFound):
		return false, nil
	case err != nil:
		if message.FateOf(err) == message.Halt {
			s.waiting = false // said once; a later certificate is judged anew
		}
		return false, err
	}
	failpoint.Hit("relayer.certificate.usable") // the certificate is lost; validators give it again
	s.usable, s.waiting = s.newest, false
	return true, nil
}

// certificate is the newest usable one; false before the first.
func (s *source) certificate() (Certificate, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.usable, s.usable.Checkpoint.LeafCount > 0
}

// lowers lists the streams below final of the same source.
func (s *source) lowers() []*lower {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.below)
}

// errUnproven: nothing that is certified and usable holds the message.
var errUnproven = message.NewError(message.Retry, "no usable certificate holds the message")

// errDemanded: what is certified is below what the recipient demands.
var errDemanded = message.NewError(message.Retry, "no certificate of the finality that the recipient demands")

// prove chooses the certificate of a message as of now: a final one when it covers the message, else the newest usable tip that
// holds it, of the highest finality. No tip holds a message that asked for more than the tip's finality. least is what the recipient demands, 0 for nothing known.
//
// Errors: errUnproven; errDemanded when what does is below least; the store's.
func (s *source) prove(id message.ID, least message.Finality) (Certificate, []message.Hash, error) {
	hash := message.Hash(id)
	final, certified := s.certificate()
	ref, known, err := s.store.LeafByHash(hash)
	if err != nil {
		return Certificate{}, nil, err
	}
	if certified && known && ref.Number < final.Checkpoint.LeafCount {
		siblings, _, err := stream.ProofFor(s.store, hash, final.Checkpoint)
		return final, siblings, err
	}
	var best *tip
	for _, l := range s.lowers() {
		for _, t := range slices.Backward(l.usable()) {
			if t.holds(hash) {
				if best == nil || l.finality() > best.Certificate.Checkpoint.Stream.Finality {
					best = t
				}
				break
			}
		}
	}
	switch {
	case best == nil:
		return Certificate{}, nil, errUnproven
	case best.Certificate.Checkpoint.Stream.Finality < least:
		return Certificate{}, nil, fmt.Errorf("%s, newest is %s: %w", least, best.Certificate.Checkpoint.Stream.Finality, errDemanded)
	}
	siblings, _, err := best.Prove(hash)
	return best.Certificate, siblings, err
}

func (t *tip) holds(hash message.Hash) bool {
	return slices.ContainsFunc(t.Window.Leaves, func(l stream.Leaf) bool { return l.Hash == hash })
}

// check refuses a certificate of another stream than cfg, and one whose signature stands under none of keys.
func (c *Certificate) check(cfg stream.Config, keys []schnorr.PublicKey) error {
	if c.Checkpoint.Stream != cfg.Stream || c.Checkpoint.BridgeID != cfg.BridgeID {
		return fmt.Errorf("certificate of another stream: %w", message.ErrBadEncoding)
	}
	if err := c.Checkpoint.Validate(); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	err := fmt.Errorf("no target's group key known: %w", message.ErrUnavailable)
	for _, k := range keys {
		if err = schnorr.Verify(k, c.Checkpoint.Digest(), c.Signature); err == nil {
			return nil
		}
	}
	return fmt.Errorf("certificate at block %d: %w", c.Checkpoint.End, err)
}
