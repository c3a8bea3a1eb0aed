// SPDX-License-Identifier: Apache-2.0

package signer

import (
	"fmt"

	"github.com/aitbc/bridge/chains/message"
)

// Errors that end a signer for the life of its process.
var (
	// ErrStopped: Stop was called; the reason is joined to it.
	ErrStopped = message.NewError(message.Halt, "signer: stopped for good")
	// ErrTwin: the state holds commitments of this process's own boot that it never made.
	ErrTwin = message.NewError(message.Halt, "signer: another process announces under this boot")
)

// Observation is what the committed state at Height records of this member and of itself.
type Observation struct {
	Height   uint64
	AppHash  [32]byte // of the state; zero when not told
	BridgeID message.Hash
	Fork     uint32

	Boot    uint64          // highest boot recorded of this member
	NextSeq uint32          // next seq of Boot that the state takes
	Unused  []SeqCommitment // commitments of Boot that the state holds
}

// maxHashes bounds the heights whose app hash is remembered.
const maxHashes = 64

// chain is what the signer remembers of the chain that it was shown in this process.
type chain struct {
	told   bool
	fork   uint32
	hashes [maxHashes]struct {
		height uint64
		hash   [32]byte
	}
}

// contradicts says what in o cannot follow what was seen before, up to height; "" when nothing.
func (c *chain) contradicts(height uint64, o *Observation) string {
	at := &c.hashes[o.Height%maxHashes]
	switch {
	case o.Height < height:
		return "height went back"
	case c.told && o.Fork != c.fork:
		return "another fork number"
	case o.AppHash != [32]byte{} && at.hash != [32]byte{} && at.height == o.Height && at.hash != o.AppHash:
		return "another app hash for a known height"
	}
	return ""
}

func (c *chain) add(o *Observation) {
	c.told, c.fork = true, o.Fork
	if o.AppHash != [32]byte{} {
		at := &c.hashes[o.Height%maxHashes]
		at.height, at.hash = o.Height, o.AppHash
	}
}

// Observe tells the signer what the committed state records. Call it after every commit.
//
// A chain that contradicts what this process saw, a mark that went back, or a recorded boot
// above ours burns all pairs and takes a new boot, at this height or a later one. Under a
// bridge id that is not the signer's there is no boot.
//
// Errors: ErrTwin once the state holds what only a copy of this process can have said, and
// what Stop was given; the signer is stopped then.
func (s *Signer) Observe(o Observation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped != nil {
		return s.stopped
	}
	if !s.started {
		return nil
	}
	height := s.height
	s.height = o.Height
	why := s.seen.contradicts(height, &o)
	if why == "" && s.boot != 0 && o.Boot == s.boot {
		if twin := s.foreign(&o); twin != "" {
			s.stop(fmt.Errorf("height %d, boot %x: %s: %w", o.Height, o.Boot, twin, ErrTwin))
			return s.stopped
		}
	}
	s.seen.add(&o)
	switch {
	case s.boot == 0:
	case why != "":
		s.burn(why)
	case o.BridgeID != s.bridge:
		s.burn("chain of another bridge")
	case o.Boot > s.boot:
		s.burn("state records a higher boot")
	case o.Boot == s.boot && o.NextSeq < s.mark:
		s.burn("mark went back")
	case o.Boot < s.boot && s.mark > 0:
		s.burn("state forgot this boot")
	case o.Boot == s.boot:
		s.mark = o.NextSeq
	}
	if s.boot == 0 && o.BridgeID == s.bridge {
		s.newBoot(o.Height, max(o.Boot, s.lastBoot))
	}
	return nil
}

// foreign says what the state holds under this process's own boot that it did not make.
func (s *Signer) foreign(o *Observation) string {
	if o.NextSeq > s.next {
		return fmt.Sprintf("the state took %d commitments, %d were made here", o.NextSeq, s.next)
	}
	for _, c := range o.Unused {
		if own, ok := s.made[c.Seq]; ok && own != c {
			return fmt.Sprintf("commitment %d has other points", c.Seq)
		}
	}
	return ""
}

// Stop ends this signer for the life of its process: all pairs and cached shares are destroyed,
// Commitments is empty, Sign refuses with ErrStopped. The first reason stands.
func (s *Signer) Stop(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop(why)
}

func (s *Signer) stop(why error) {
	if s.stopped != nil {
		return
	}
	if why == nil {
		why = ErrStopped
	}
	s.log.Error("signer stopped for good", "height", s.height, "err", why)
	s.wipe()
	clear(s.cache)
	s.stopped = why
}
