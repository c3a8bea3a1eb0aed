// SPDX-License-Identifier: Apache-2.0

package signer

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
)

// Bounds of a signer.
const (
	// PoolTarget is how far ahead of the recorded mark commitments are announced: what the
	// state holds for one member at most.
	PoolTarget = 16
	// maxPairs bounds the pairs in memory; the oldest are burnt first.
	maxPairs = 64
	// maxCache bounds the shares kept for repetition; the oldest sessions go first.
	maxCache = 256
	// maxHistory bounds the sessions, and per stream the windows, whose signing is remembered.
	// Numbers and windows below the remembered ones are refused.
	maxHistory = 4096
)

// Config is what a signer needs. All fields but Logger are required.
type Config struct {
	Share   keystore.Share
	Journal *journal.Journal // the signer's own, not the vote journal
	Rand    io.Reader        // cryptographic randomness
	Logger  *slog.Logger     // nil: silent
}

// Signer holds one key share. It is safe for concurrent use.
type Signer struct {
	share   keystore.Share
	journal *journal.Journal
	rand    io.Reader
	log     *slog.Logger

	mu       sync.Mutex
	started  bool
	stopped  error  // not nil: signs nothing any more
	boot     uint64 // 0: none yet, nothing is announced
	lastBoot uint64 // highest ever used, from the journal too
	height   uint64 // highest committed height seen
	mark     uint32 // next seq of boot that the state takes
	next     uint32 // next seq that will be made
	pairs    map[uint32]*pair
	made     map[uint32]SeqCommitment // public halves of boot's newest pairs, used ones too
	seen     chain                    // what Observe was told of the chain
	cache    map[uint64]cached        // by session number
	history  history
}

type pair struct {
	nonce *frost.Nonce
	D, E  frost.Point
}

type cached struct {
	id    [32]byte
	share frost.Scalar
}

// SeqCommitment is a public nonce pair as the vote extension announces it.
type SeqCommitment struct {
	Seq  uint32
	D, E frost.Point
}

// New reads the journal and holds the share; it announces nothing before Start.
func New(cfg Config) (*Signer, error) {
	if err := cfg.Share.Validate(); err != nil {
		return nil, err
	}
	if cfg.Journal == nil || cfg.Rand == nil {
		return nil, errors.New("signer: journal and randomness are required")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Signer{
		share: cfg.Share, journal: cfg.Journal, rand: cfg.Rand, log: cfg.Logger,
		pairs: map[uint32]*pair{}, made: map[uint32]SeqCommitment{}, cache: map[uint64]cached{}, history: newHistory(),
	}
	if err := cfg.Journal.Replay(s.replay); err != nil {
		return nil, fmt.Errorf("replay signer journal: %w", err)
	}
	return s, nil
}

// Index is the member's number in KeyEpoch.
func (s *Signer) Index() frost.Index { return s.share.Index }

// KeyEpoch is the epoch of the share.
func (s *Signer) KeyEpoch() uint64 { return s.share.KeyEpoch }

// Boot is the current boot id, height 5 ‖ random 3, or 0 when there is none: before Start,
// and while the state records a boot that is not below what this height allows.
func (s *Signer) Boot() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.boot
}

// Start takes a boot id at the committed height. When it cannot (a boot of this height
// stands in the journal, or the journal fails) Boot stays 0 and a later Observe tries again.
func (s *Signer) Start(committedHeight uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started || s.stopped != nil {
		return
	}
	s.started, s.height = true, committedHeight
	s.newBoot(committedHeight, s.lastBoot)
}

// Commitments are the pairs from the recorded mark on, at most max and at most up to
// PoolTarget beyond the mark, made fresh as needed. The same seq always carries the same
// points, so they may be announced until the mark moves. Empty without a boot, and shorter
// when randomness fails.
func (s *Signer) Commitments(max int) []SeqCommitment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.boot == 0 {
		return nil
	}
	var out []SeqCommitment
	for seq := s.mark; seq-s.mark < PoolTarget && len(out) < max && seq < ^uint32(0); seq++ {
		if seq == s.next && !s.makePair() {
			break
		}
		p, ok := s.pairs[seq]
		if !ok {
			break // burnt before the state took it: seqs are taken in order, so stop here
		}
		out = append(out, SeqCommitment{Seq: seq, D: p.D, E: p.E})
	}
	return out
}

// makePair makes the pair of seq next.
func (s *Signer) makePair() bool {
	n, d, e, err := frost.NewNonce(&bootReader{rand: s.rand, boot: s.boot, seq: s.next}, s.share.Secret)
	if err != nil {
		s.log.Error("make nonce pair", "err", err)
		return false
	}
	s.pairs[s.next] = &pair{n, d, e}
	s.made[s.next] = SeqCommitment{Seq: s.next, D: d, E: e}
	s.next++
	if s.next > 2*maxPairs {
		delete(s.made, s.next-2*maxPairs-1)
	}
	// seqs are made in order, so the pair maxPairs back is the oldest that can be left.
	if s.next > maxPairs {
		s.drop(s.next - maxPairs - 1)
	}
	return true
}

// bootReader hashes boot and seq into the randomness. Boots are journaled and never repeat,
// so even a reader that repeats itself (a restored snapshot) gives other pairs after a
// restart.
type bootReader struct {
	rand  io.Reader
	boot  uint64
	seq   uint32
	block uint64
}

// Read fills p in blocks of 32 bytes, each from 32 bytes of randomness.
func (b *bootReader) Read(p []byte) (int, error) {
	for at := 0; at < len(p); at += 32 {
		var raw [32]byte
		if _, err := io.ReadFull(b.rand, raw[:]); err != nil {
			return at, err
		}
		out := new(message.Words).Hash(raw).Uint(b.boot).Uint(uint64(b.seq)).Uint(b.block).Sum()
		b.block++
		copy(p[at:], out[:])
	}
	return len(p), nil
}

// drop destroys the pair of seq, if there is one.
func (s *Signer) drop(seq uint32) {
	if p, ok := s.pairs[seq]; ok {
		delete(s.pairs, seq)
		p.nonce.Destroy()
	}
}

// burn destroys all pairs and ends the boot. Shares that left stay in the cache: repeating
// them uses no nonce.
func (s *Signer) burn(why string) {
	s.log.Warn("signer takes a new boot", "reason", why, "height", s.height)
	s.wipe()
}

func (s *Signer) wipe() {
	for _, p := range s.pairs {
		p.nonce.Destroy()
	}
	clear(s.pairs)
	clear(s.made)
	s.boot, s.mark, s.next = 0, 0, 0
}

// newBoot takes a boot id of height when that is above floor and the journal has it.
func (s *Signer) newBoot(height, floor uint64) {
	if height >= 1<<40 {
		s.log.Error("height does not fit a boot id", "height", height)
		return
	}
	var random [3]byte
	if _, err := io.ReadFull(s.rand, random[:]); err != nil {
		s.log.Error("read randomness for boot id", "err", err)
		return
	}
	boot := height<<24 | uint64(random[0])<<16 | uint64(random[1])<<8 | uint64(random[2])
	if boot <= floor {
		s.log.Info("boot id waits for the next block", "height", height)
		return
	}
	failpoint.Hit("signer.boot.journal") // the boot id was never used; another is drawn at the next start
	if err := s.journal.Append(bootRecord(boot)); err != nil {
		s.log.Error("journal boot id", "err", err)
		return
	}
	failpoint.Hit("signer.boot.journaled") // the boot id is kept and never used again; the next one is above it
	s.boot, s.lastBoot, s.mark, s.next = boot, boot, 0, 0
}

// String names the member, never the share.
func (s *Signer) String() string {
	return fmt.Sprintf("signer of member %d in key epoch %d", s.share.Index, s.share.KeyEpoch)
}

// GoString is String.
func (s *Signer) GoString() string { return s.String() }

// Format prints String whatever the verb.
func (s *Signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue is String.
func (s *Signer) LogValue() slog.Value { return slog.StringValue(s.String()) }
