// SPDX-License-Identifier: Apache-2.0

package signer

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
)

// Errors of Sign. ErrJournal and ErrStopped halt this member's signing; the others refuse one request.
var (
	// ErrPolicy: the request is not for this share, or contradicts itself.
	ErrPolicy = message.NewError(message.Reject, "signer: request refused")
	// ErrSessionID: the session id does not follow from its contents.
	ErrSessionID = message.NewError(message.Reject, "signer: session id does not recompute")
	// ErrNoShare: there is no share of the session's key epoch.
	ErrNoShare = message.NewError(message.Retry, "signer: no share of this key epoch")
	// ErrNoVote: this node's own journal does not vouch for exactly this statement: it has no vote for the
	// checkpoint, no approval of the order, no record of the ceremony.
	ErrNoVote = message.NewError(message.Retry, "signer: the own journal does not vouch for this statement")
	// ErrPairBurnt: the pair of this seq was used, dropped, or belongs to another boot.
	ErrPairBurnt = message.NewError(message.Reject, "signer: nonce pair is gone")
	// ErrCommitment: the session does not carry our own commitment unchanged.
	ErrCommitment = message.NewError(message.Reject, "signer: own commitment differs")
	// ErrConflict: a share left already for this session number or window, over other contents.
	ErrConflict = message.NewError(message.Halt, "signer: conflicts with what was signed")
	// ErrForgotten: the session or window is older than the signer remembers.
	ErrForgotten = message.NewError(message.Reject, "signer: older than the journal's memory")
	// ErrJournal: the share could not be journaled; it was not released and its pair is gone.
	// Nothing is signed before the journal was opened again.
	ErrJournal = message.NewError(message.Halt, "signer: journal failed")
	// ErrNotJournaled: the same for this session alone, as after a full disk: later ones may work.
	ErrNotJournaled = message.NewError(message.Retry, "signer: share not journaled")
)

// Request asks for a share of one session. Everything in it is checked, nothing believed.
type Request struct {
	BridgeID      message.Hash
	Fork          uint32
	SessionNumber uint64
	Session       frost.Session
	BodyHash      [32]byte
	MySeq         uint32 // seq of our commitment, of the current boot
	// Statement is what is signed, in full: a *message.Checkpoint from the node's own tree, or a
	// message.Ready, Rotate or HaltOrder. The body hash, for the last three the digest, and the digest that follow
	// from it must be the ones above: a digest alone cannot be told from a forged one.
	Statement message.Statement
}

// Sign releases this member's signature share, or the same share again from memory.
//
// own says whether the node's own journal vouches for this body hash: its vote for a checkpoint, the
// operator's approval of an order, its record of a finished ceremony. It is called without locks held and may block. Blocks on the journal's disk. The order is the law I-05: checks,
// pair deleted, journal synced, share made and released. An error after the deletion burns
// the pair.
func (s *Signer) Sign(req Request, own func(body [32]byte) bool) (frost.Scalar, error) {
	prepared, share, what, err := s.check(&req)
	if err != nil {
		return frost.Scalar{}, err
	}
	if own == nil || !own(req.BodyHash) {
		return frost.Scalar{}, fmt.Errorf("session %d: %w", req.SessionNumber, ErrNoVote)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.admits(req); err != nil {
		return frost.Scalar{}, fmt.Errorf("session %d: %w", req.SessionNumber, err)
	}
	if c, ok := s.cache[req.SessionNumber]; ok && c.id == req.Session.ID {
		return c.share, nil // the id binds every field that the share depends on
	}
	if s.shares[share.KeyEpoch] != share {
		return frost.Scalar{}, fmt.Errorf("session %d: %w", req.SessionNumber, ErrNoShare) // dropped in between
	}
	rec := record{req.Fork, req.SessionNumber, req.Session.ID, what}
	if err := s.history.allows(rec); err != nil {
		return frost.Scalar{}, fmt.Errorf("session %d: %w", req.SessionNumber, err)
	}
	p, ok := s.pairs[req.MySeq]
	if !ok || s.boot == 0 {
		return frost.Scalar{}, fmt.Errorf("session %d, seq %d: %w", req.SessionNumber, req.MySeq, ErrPairBurnt)
	}
	if !slices.Contains(req.Session.Commitments, frost.Commitment{Index: share.Index, D: p.D, E: p.E}) {
		return frost.Scalar{}, fmt.Errorf("session %d, seq %d: %w", req.SessionNumber, req.MySeq, ErrCommitment)
	}
	delete(s.pairs, req.MySeq)
	defer p.nonce.Destroy()
	failpoint.Hit("signer.share.burnt") // the pair is lost and no share was made: the session waits for the next attempt
	if err := s.journal.Append(rec.encode()); err != nil {
		fate := ErrJournal
		if errors.Is(err, journal.ErrNotWritten) {
			fate = ErrNotJournaled
		}
		return frost.Scalar{}, fmt.Errorf("session %d: %w", req.SessionNumber, errors.Join(fate, err))
	}
	failpoint.Hit("signer.share.journaled") // the journal says signed though no share was made: this session is refused for ever, the next is not
	s.history.add(rec)
	z, err := prepared.Sign(share.Index, p.nonce, share.Secret, s.rand)
	if err != nil {
		return frost.Scalar{}, fmt.Errorf("session %d: %w", req.SessionNumber, err)
	}
	s.remember(req.SessionNumber, cached{req.Session.ID, z})
	failpoint.Hit("signer.share.made") // the share is lost before anyone saw it: this session is refused for ever, the next is not
	return z, nil
}

// admits is the part of the policy that depends on what Observe saw and on the journal's forks.
func (s *Signer) admits(req Request) error {
	switch {
	case s.stopped != nil:
		return fmt.Errorf("%w: %w", ErrStopped, s.stopped)
	case s.seen.told && req.Fork != s.seen.fork:
		return fmt.Errorf("fork %d, the chain is fork %d: %w", req.Fork, s.seen.fork, ErrPolicy)
	case req.Fork < s.history.fork():
		return fmt.Errorf("fork %d, signed under fork %d before: %w", req.Fork, s.history.fork(), ErrPolicy)
	}
	return nil
}

// check is the part of the policy that needs no history. It gives the share that signs and what is claimed.
func (s *Signer) check(req *Request) (*frost.Prepared, *keystore.Share, claim, error) {
	refuse := func(err error) (*frost.Prepared, *keystore.Share, claim, error) {
		return nil, nil, claim{}, fmt.Errorf("session %d: %w", req.SessionNumber, err)
	}
	se := &req.Session
	switch {
	case req.BridgeID != s.bridge:
		return refuse(refused("another bridge"))
	case req.Fork == 0:
		return refuse(refused("fork number is zero"))
	}
	share, what, err := s.review(req)
	if err != nil {
		return refuse(err)
	}
	switch {
	case what.body != req.BodyHash:
		return refuse(refused("body hash is not the statement's"))
	case SessionID(req.BridgeID, req.Fork, req.SessionNumber, req.BodyHash, *se) != se.ID:
		return refuse(ErrSessionID)
	}
	prepared, err := frost.Prepare(*se)
	if err != nil {
		return refuse(refused(err.Error()))
	}
	return prepared, share, what, nil
}

// SessionID is keccak256(abi.encode(SESSION_TAG, bridgeId, fork, keyEpoch, number, d,
// bodyHash, listHash)). It ignores se.ID and se.Key.
func SessionID(bridgeID message.Hash, fork uint32, number uint64, body [32]byte, se frost.Session) [32]byte {
	return new(message.Words).Hash(message.TagSession).Hash(bridgeID).Uint(uint64(fork)).Uint(se.KeyEpoch).
		Uint(number).Hash(se.Digest).Hash(body).Hash(ListHash(se.Commitments)).Sum()
}

// ListHash is keccak256 over i 32 ‖ D 33 ‖ E 33 of each commitment, in the given order.
func ListHash(list []frost.Commitment) message.Hash {
	b := make([]byte, 0, 98*len(list))
	for _, c := range list {
		b = append(b, new(message.Words).Uint(uint64(c.Index)).Bytes()...)
		b = append(append(b, c.D[:]...), c.E[:]...)
	}
	return message.Keccak(b)
}

// remember caches a share for repetition. Sessions have ascending numbers, so the lowest
// one is the oldest.
func (s *Signer) remember(number uint64, c cached) {
	if len(s.cache) >= maxCache {
		oldest := number
		for n := range s.cache {
			oldest = min(oldest, n)
		}
		delete(s.cache, oldest)
	}
	s.cache[number] = c
}
