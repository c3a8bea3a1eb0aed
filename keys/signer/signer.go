// SPDX-License-Identifier: Apache-2.0

package signer

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/schnorr"
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
	// MaxShares bounds the shares held: those of the active, the ready and the last epoch, and some to spare.
	MaxShares = 8
)

// Errors of AddShare.
var (
	// ErrShareHeld: another share of this key epoch is held. It goes by DropShare alone.
	ErrShareHeld = message.NewError(message.Reject, "signer: another share of this key epoch is held")
	// ErrTooManyShares: MaxShares are held.
	ErrTooManyShares = message.NewError(message.Reject, "signer: too many shares")
)

// Config is what a signer needs. All fields but Shares and Logger are required.
type Config struct {
	BridgeID message.Hash
	Shares   []keystore.Share // at most one per key epoch; empty: signs nothing before AddShare
	Journal  *journal.Journal // the signer's own, not the vote journal
	Rand     io.Reader        // cryptographic randomness
	Logger   *slog.Logger     // nil: silent
}

// Signer holds a member's key shares by key epoch: one boot, one pool of pairs and one journal
// for all of them. It is safe for concurrent use.
type Signer struct {
	bridge  message.Hash
	journal *journal.Journal
	rand    io.Reader
	log     *slog.Logger

	mu       sync.Mutex
	shares   map[uint64]*keystore.Share // by key epoch
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
	witness  witness
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

// ShareInfo is what may be told of a share.
type ShareInfo struct {
	KeyEpoch uint64
	Index    frost.Index
	GroupKey schnorr.PublicKey
}

// New reads the journal and holds the shares; it announces nothing before Start.
func New(cfg Config) (*Signer, error) {
	if cfg.BridgeID.IsZero() || cfg.Journal == nil || cfg.Rand == nil {
		return nil, errors.New("signer: bridge id, journal and randomness are required")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Signer{
		bridge: cfg.BridgeID, journal: cfg.Journal, rand: cfg.Rand, log: cfg.Logger, shares: map[uint64]*keystore.Share{},
		pairs: map[uint32]*pair{}, made: map[uint32]SeqCommitment{}, cache: map[uint64]cached{}, history: newHistory(), witness: newWitness(),
	}
	if err := cfg.Journal.Replay(s.replay); err != nil {
		return nil, fmt.Errorf("replay signer journal: %w", err)
	}
	for _, share := range cfg.Shares {
		if _, held := s.shares[share.KeyEpoch]; held {
			return nil, fmt.Errorf("key epoch %d twice: %w", share.KeyEpoch, ErrShareHeld)
		}
		if err := s.AddShare(share); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// AddShare makes the signer sign for one more key epoch, in memory alone: who calls it keeps the file.
// The share that is held already is accepted.
//
// Errors: those of keystore.Share.Validate; ErrPolicy for another bridge; ErrShareHeld, ErrTooManyShares, ErrStopped.
func (s *Signer) AddShare(share keystore.Share) error {
	if err := share.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old, held := s.shares[share.KeyEpoch]
	switch {
	case s.stopped != nil:
		return fmt.Errorf("%w: %w", ErrStopped, s.stopped)
	case share.BridgeID != s.bridge:
		return fmt.Errorf("share of another bridge: %w", ErrPolicy)
	case held && *old == share:
		return nil
	case held:
		return fmt.Errorf("key epoch %d: %w", share.KeyEpoch, ErrShareHeld)
	case len(s.shares) >= MaxShares:
		return fmt.Errorf("%d are held: %w", len(s.shares), ErrTooManyShares)
	}
	s.shares[share.KeyEpoch] = &share
	return nil
}

// DropShare destroys the share of a key epoch in memory; without one it does nothing.
func (s *Signer) DropShare(epoch uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if share, ok := s.shares[epoch]; ok {
		clear(share.Secret[:])
		delete(s.shares, epoch)
	}
	return nil
}

// Shares lists the shares that are held by rising key epoch.
func (s *Signer) Shares() []ShareInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []ShareInfo
	for _, epoch := range slices.Sorted(maps.Keys(s.shares)) {
		share := s.shares[epoch]
		list = append(list, ShareInfo{epoch, share.Index, share.GroupKey})
	}
	return list
}

// newest is the share of the highest key epoch, nil without any. The caller holds mu.
func (s *Signer) newest() (share *keystore.Share) {
	for _, one := range s.shares {
		if share == nil || one.KeyEpoch > share.KeyEpoch {
			share = one
		}
	}
	return share
}

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
// points, so they may be announced until the mark moves. Empty without a boot or without any
// share, and shorter when randomness fails. A pair is of no key epoch: a session of any may use it.
func (s *Signer) Commitments(max int) []SeqCommitment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.boot == 0 || len(s.shares) == 0 {
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

// makePair makes the pair of seq next. The share of the highest key epoch goes into the hash H3; the
// caller has one.
func (s *Signer) makePair() bool {
	n, d, e, err := frost.NewNonce(&bootReader{rand: s.rand, boot: s.boot, seq: s.next}, s.newest().Secret)
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

// Renew burns all pairs and forgets the chain that was shown: another process of the node begins to speak to this
// signer. The next Start takes a new boot, so that a boot names one life of the node too.
func (s *Signer) Renew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped != nil || !s.started {
		return
	}
	s.burn("another process of the node")
	s.started, s.height, s.seen = false, 0, chain{}
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

// String names the key epochs and the member's index in each, never a share.
func (s *Signer) String() string {
	text := "signer"
	for _, one := range s.Shares() {
		text += fmt.Sprintf(", member %d in key epoch %d", one.Index, one.KeyEpoch)
	}
	return text
}

// GoString is String.
func (s *Signer) GoString() string { return s.String() }

// Format prints String whatever the verb.
func (s *Signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue is String.
func (s *Signer) LogValue() slog.Value { return slog.StringValue(s.String()) }
