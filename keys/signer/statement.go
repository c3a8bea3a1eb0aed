// SPDX-License-Identifier: Apache-2.0

package signer

import (
	"fmt"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/schnorr"
)

func refused(why string) error { return fmt.Errorf("%s: %w", why, ErrPolicy) }

// review is the policy for each kind of statement. It gives the share of the session's key epoch and
// what the statement claims. Rules: docs/spec/signing.md, section 4.
func (s *Signer) review(req *Request) (*keystore.Share, claim, error) {
	s.mu.Lock()
	share, ok := s.shares[req.Session.KeyEpoch]
	s.mu.Unlock()
	switch {
	case !ok:
		return nil, claim{}, fmt.Errorf("key epoch %d: %w", req.Session.KeyEpoch, ErrNoShare)
	case req.Session.Key != share.GroupKey:
		return nil, claim{}, refused("another group key")
	}
	var what claim
	var digest message.Digest
	var err error
	switch st := req.Statement.(type) {
	case *message.Checkpoint:
		what, digest, err = s.checkpoint(st)
	case message.Ready:
		what, err = s.ready(&st, share)
		digest = st.Digest()
	case message.Rotate:
		what, err = s.rotate(&st, share)
		digest = st.Digest()
	case message.HaltOrder:
		what, err = s.halt(&st, req.Fork)
		digest = st.Digest()
	default:
		return nil, claim{}, refused("no statement of a known kind")
	}
	switch {
	case err != nil:
		return nil, claim{}, err
	case digest != req.Session.Digest:
		return nil, claim{}, refused("digest is not the statement's")
	}
	if what.statement {
		what.body = digest
	}
	return share, what, nil
}

// checkpoint: one body per stream and window, whatever the key epoch and the fork; below final any body that was voted for.
func (s *Signer) checkpoint(c *message.Checkpoint) (claim, message.Digest, error) {
	if c == nil || c.BridgeID != s.bridge {
		return claim{}, message.Digest{}, refused("checkpoint of another bridge")
	}
	if err := c.Validate(); err != nil {
		return claim{}, message.Digest{}, refused("checkpoint: " + err.Error())
	}
	return claim{lower: c.Stream.Finality != message.Final, stream: streamHash(c), end: c.End, body: c.BodyHash()}, c.Digest(), nil
}

// streamHash names a stream of one bridge in the journal.
func streamHash(c *message.Checkpoint) message.Hash {
	st := c.Stream
	return new(message.Words).Hash(c.BridgeID).Uint(uint64(st.Chain)).Address(st.Manager).
		Uint(uint64(st.Finality)).Uint(uint64(st.Epoch)).Sum()
}

// ready: one body per key epoch and share. The number of an aborted ceremony's epoch is used again, by
// another ceremony, which gives another share.
func (s *Signer) ready(r *message.Ready, share *keystore.Share) (claim, error) {
	switch {
	case r.BridgeID != s.bridge:
		return claim{}, refused("ready statement of another bridge")
	case r.KeyEpoch != share.KeyEpoch:
		return claim{}, refused("ready statement of another key epoch")
	case r.MemberSetHash.IsZero() || r.Height == 0:
		return claim{}, refused("ready statement with a zero")
	}
	s.mu.Lock()
	held := s.shares[share.KeyEpoch] == share
	var public frost.Point
	var err error
	if held {
		public, err = frost.PublicShare(s.rand, share.Secret)
	}
	s.mu.Unlock()
	if !held {
		return claim{}, fmt.Errorf("key epoch %d: %w", r.KeyEpoch, ErrNoShare) // dropped in between
	}
	if err != nil {
		return claim{}, fmt.Errorf("public share: %w", err)
	}
	subject := new(message.Words).Hash(message.TagReady).Hash(s.bridge).Uint(uint64(public[0])).Hash([32]byte(public[1:])).Sum()
	return claim{statement: true, stream: subject, end: r.KeyEpoch}, nil
}

// rotate: one body per signing key and key version, whatever the fork: a signed rotation outlives the chain that
// asked for it. The new key signs first, and what it alone signed binds nobody: a rotation that was given up before
// the old key was asked leaves the way free for another new key. The member must hold shares of both keys, so it
// took part in making the new one.
func (s *Signer) rotate(r *message.Rotate, share *keystore.Share) (claim, error) {
	oldKey, newKey := schnorr.PublicKey(r.OldPx), schnorr.PublicKey(r.NewPx)
	switch {
	case r.BridgeID != s.bridge:
		return claim{}, refused("rotation of another bridge")
	case r.KeyVersion < 2 || r.NotBefore == 0:
		return claim{}, refused("rotation with key version below 2 or without a time")
	case oldKey == newKey || oldKey.Validate() != nil || newKey.Validate() != nil:
		return claim{}, refused("rotation between keys that are equal or none")
	case share.GroupKey != oldKey && share.GroupKey != newKey:
		return claim{}, refused("rotation between two other keys")
	case !s.holds(oldKey) || !s.holds(newKey):
		return claim{}, fmt.Errorf("rotation: want shares of the old and of the new key: %w", ErrNoShare)
	}
	subject := new(message.Words).Hash(message.TagRotate).Hash(s.bridge).Hash([32]byte(share.GroupKey)).Sum()
	return claim{statement: true, stream: subject, end: r.KeyVersion}, nil
}

func (s *Signer) holds(key schnorr.PublicKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, share := range s.shares {
		if share.GroupKey == key {
			return true
		}
	}
	return false
}

// halt: one body per manager and halt nonce. A fork counts nonces from its own state, so it is part of the subject:
// a rolled back chain must be able to halt again.
func (s *Signer) halt(o *message.HaltOrder, fork uint32) (claim, error) {
	switch {
	case o.BridgeID != s.bridge:
		return claim{}, refused("halt order of another bridge")
	case o.Chain == 0 || o.Manager.IsZero():
		return claim{}, refused("halt order without chain or manager")
	case o.HaltNonce == 0 || o.NotAfter == 0:
		return claim{}, refused("halt order without nonce or end")
	}
	subject := new(message.Words).Hash(message.TagHalt).Hash(s.bridge).Uint(uint64(fork)).Uint(uint64(o.Chain)).Address(o.Manager).Sum()
	return claim{statement: true, stream: subject, end: o.HaltNonce}, nil
}
