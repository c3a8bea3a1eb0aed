// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/schnorr"
)

// source is one stream: the own tree and the newest certificate that stands on it.
type source struct {
	index uint16
	cfg   stream.Config
	store stream.Store
	stop  context.CancelFunc // ends what follows it

	mu      sync.Mutex
	newest  Certificate // signature checked
	usable  Certificate // newest that the own tree agrees with
	waiting bool        // newest is ahead of the own tree
}

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
	if c.Checkpoint.Stream != s.cfg.Stream || c.Checkpoint.BridgeID != s.cfg.BridgeID {
		return fmt.Errorf("certificate of another stream: %w", message.ErrBadEncoding)
	}
	if err := c.Checkpoint.Validate(); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	if err := verifyAny(keys, c); err != nil {
		return fmt.Errorf("certificate at block %d: %w", c.Checkpoint.End, err)
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
func (s *source) settle() (bool, error) {
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

func verifyAny(keys []schnorr.PublicKey, c Certificate) error {
	err := fmt.Errorf("no target's group key known: %w", message.ErrUnavailable)
	for _, k := range keys {
		if err = schnorr.Verify(k, c.Checkpoint.Digest(), c.Signature); err == nil {
			return nil
		}
	}
	return err
}
