// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

const (
	// KeptStatements is how many signed statements stay readable.
	KeptStatements = 100
	// MaxStatements bounds those that wait for a signature.
	MaxStatements = 100
)

// Errors of statements.
var (
	// ErrUnknownStatement: no statement with that id waits for a signature.
	ErrUnknownStatement = message.NewError(message.Reject, "unknown statement")
	// ErrStatement: a field is missing, out of range or not for this kind.
	ErrStatement = message.NewError(message.Reject, "bad statement")
	// ErrFull: too many statements wait. Some are signed or expire.
	ErrFull = message.NewError(message.Retry, "too many statements wait")
)

// Statements are those that wait for a signature, by id. A statement may vanish unsigned: with
// its ceremony, or when a halt order has expired.
func (k Keeper) Statements(ctx context.Context) ([]committeev1.Statement, error) {
	return k.statements(ctx, kindPending)
}

// SignedStatements are the newest that were signed, by id.
func (k Keeper) SignedStatements(ctx context.Context) ([]committeev1.Statement, error) {
	return k.statements(ctx, kindSigned)
}

func (k Keeper) statements(ctx context.Context, kind byte) (out []committeev1.Statement, err error) {
	err = k.each(ctx, kind, nil, func(_, b []byte) error {
		var s committeev1.Statement
		if err := s.Unmarshal(b); err != nil {
			return fmt.Errorf("decode statement: %w", ErrState)
		}
		out = append(out, s)
		return nil
	})
	return out, err
}

// StatementMessage is s as chains/message has it: exactly the fields of its kind are given.
// Errors: ErrStatement.
func StatementMessage(bridgeID message.Hash, s *committeev1.Statement) (message.Statement, error) {
	ready, rotate, halt := s.Ready, s.Rotate, s.Halt
	switch {
	case s.Kind == committeev1.StatementKind_STATEMENT_KIND_READY && ready != nil && rotate == nil && halt == nil && len(ready.MemberSetHash) == 32:
		return message.Ready{BridgeID: bridgeID, KeyEpoch: ready.KeyEpoch, MemberSetHash: message.Hash(ready.MemberSetHash), Height: ready.Height}, nil
	case s.Kind == committeev1.StatementKind_STATEMENT_KIND_ROTATE && rotate != nil && ready == nil && halt == nil && len(rotate.OldKey) == 32 && len(rotate.NewKey) == 32:
		return message.Rotate{BridgeID: bridgeID, KeyVersion: rotate.KeyVersion, OldPx: [32]byte(rotate.OldKey), NewPx: [32]byte(rotate.NewKey), NotBefore: rotate.NotBefore}, nil
	case s.Kind == committeev1.StatementKind_STATEMENT_KIND_HALT && halt != nil && ready == nil && rotate == nil && len(halt.Manager) == 20 && len(halt.Scope) == 32:
		return message.HaltOrder{
			BridgeID: bridgeID, Chain: message.ChainID(halt.Chain), Manager: message.Address(halt.Manager), Scope: [32]byte(halt.Scope),
			HaltNonce: halt.HaltNonce, NotAfter: halt.NotAfter,
		}, nil
	}
	return nil, fmt.Errorf("kind %d: %w", s.Kind, ErrStatement)
}

// AddStatement asks the group key for its signature on behalf of a proposal and gives the
// statement an id. Only halt orders are asked for like this. Key epoch 0 means the active one.
// Digest, signature and height are computed here, and so is the halt nonce when it is 0;
// candidates are sorted, and who is no member of the key epoch is left out.
//
// Errors: ErrStatement, ErrFull, ErrNoKey, ErrState.
func (k Keeper) AddStatement(ctx context.Context, s committeev1.Statement) (uint64, error) {
	active, err := k.ActiveEpoch(ctx)
	switch {
	case err != nil:
		return 0, err
	case active.Number == 0:
		return 0, ErrNoKey
	case s.Kind != committeev1.StatementKind_STATEMENT_KIND_HALT || s.Halt == nil || s.Proposal == 0:
		return 0, fmt.Errorf("kind %d of proposal %d: %w", s.Kind, s.Proposal, ErrStatement)
	case s.KeyEpoch != 0 && s.KeyEpoch != active.Number:
		return 0, fmt.Errorf("key epoch %d, %d is active: %w", s.KeyEpoch, active.Number, ErrStatement)
	case s.Halt.Chain == 0 || len(s.Halt.Manager) != 20 || bytes.Equal(s.Halt.Manager, make([]byte, 20)) || len(s.Halt.Scope) != 32:
		return 0, fmt.Errorf("chain %d, manager of %d bytes, scope of %d: %w", s.Halt.Chain, len(s.Halt.Manager), len(s.Halt.Scope), ErrStatement)
	case int64(s.Halt.NotAfter) <= sdk.UnwrapSDKContext(ctx).BlockTime().Unix():
		return 0, fmt.Errorf("not_after %d has passed: %w", s.Halt.NotAfter, ErrStatement)
	}
	waiting, err := k.Statements(ctx)
	if err != nil {
		return 0, err
	}
	if len(waiting) >= MaxStatements {
		return 0, fmt.Errorf("%d: %w", len(waiting), ErrFull)
	}
	halt := *s.Halt
	if halt.HaltNonce == 0 {
		if halt.HaltNonce, err = k.NextHaltNonce(ctx, halt.Chain, [20]byte(halt.Manager)); err != nil {
			return 0, err
		}
	}
	s.Halt, s.KeyEpoch = &halt, active.Number
	s.Candidates = among(&active, s.Candidates)
	return k.ask(ctx, &s)
}

// ask gives s its id and digest and lets it wait.
func (k Keeper) ask(ctx context.Context, s *committeev1.Statement) (uint64, error) {
	m, err := StatementMessage(k.BridgeID(), s)
	if err != nil {
		return 0, err
	}
	if s.Id, err = k.next(ctx, counterStatement); err != nil {
		return 0, err
	}
	d := m.Digest()
	s.Digest, s.Signature, s.Height = d[:], nil, 0
	return s.Id, k.save(ctx, key(kindPending, word(s.Id)), s)
}

// among are the addresses of members of e that list names, ascending, each once.
func among(e *committeev1.Epoch, list [][]byte) (out [][]byte) {
	for i := range e.Members {
		if slices.ContainsFunc(list, func(a []byte) bool { return bytes.Equal(a, e.Members[i].ConsAddress) }) {
			out = append(out, e.Members[i].ConsAddress)
		}
	}
	return out
}

// AddCandidate: one more member approved a proposal that had passed. It may sign every
// statement that waits on behalf of that proposal, if it belongs to the statement's key epoch.
// Nothing happens when none waits.
func (k Keeper) AddCandidate(ctx context.Context, proposal uint64, consAddress []byte) error {
	if proposal == 0 {
		return nil
	}
	if err := k.addApprover(ctx, proposal, consAddress); err != nil {
		return err
	}
	waiting, err := k.Statements(ctx)
	if err != nil {
		return err
	}
	for i := range waiting {
		s := &waiting[i]
		if s.Proposal != proposal {
			continue
		}
		e, err := k.epochNumbered(ctx, s.KeyEpoch)
		if err != nil {
			return err
		}
		list := among(&e, append(s.Candidates, consAddress))
		if s.Kind == committeev1.StatementKind_STATEMENT_KIND_ROTATE {
			if list, err = k.holders(ctx, &e, list); err != nil {
				return err
			}
		}
		if s.Candidates = list; len(list) == 0 {
			s.Candidates = nil
		}
		if err := k.save(ctx, key(kindPending, word(s.Id)), s); err != nil {
			return err
		}
	}
	return nil
}

// epochNumbered is the active or the ready epoch; number 0 when it is neither.
func (k Keeper) epochNumbered(ctx context.Context, number uint64) (committeev1.Epoch, error) {
	e, err := k.ActiveEpoch(ctx)
	if err == nil && e.Number != number {
		e, err = k.ReadyEpoch(ctx)
	}
	if err == nil && e.Number != number {
		e = committeev1.Epoch{}
	}
	return e, err
}

// NextHaltNonce gives the next nonce of halt orders for one manager, 1 first. Errors: ErrFull
// for one manager more than MaxHaltNonces.
func (k Keeper) NextHaltNonce(ctx context.Context, chain uint64, manager [20]byte) (uint64, error) {
	at := key(kindHaltNonce, word(chain), manager[:])
	v, err := k.number(ctx, at)
	if err != nil {
		return 0, err
	}
	if v == 0 {
		known := 0
		if err := k.each(ctx, kindHaltNonce, nil, func(_, _ []byte) error { known++; return nil }); err != nil {
			return 0, err
		}
		if known >= MaxHaltNonces {
			return 0, fmt.Errorf("halt orders for %d managers: %w", known, ErrFull)
		}
	}
	k.kv(ctx).Set(at, word(v+1))
	return v + 1, nil
}

// Signed takes the group's signature over a waiting statement. What it sets in motion happens
// in the EndBlock of this block.
//
// Errors: ErrUnknownStatement; message.ErrBadEncoding and what schnorr.Verify returns for a
// signature that the key of the statement's epoch did not make; ErrState.
func (k Keeper) Signed(ctx context.Context, id uint64, sig schnorr.Signature) error {
	var s committeev1.Statement
	found, err := k.load(ctx, key(kindPending, word(id)), &s)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("statement %d: %w", id, ErrUnknownStatement)
	}
	e, err := k.epochNumbered(ctx, s.KeyEpoch)
	if err != nil {
		return err
	}
	if len(e.GroupKey) != 32 || len(s.Digest) != 32 {
		return fmt.Errorf("statement %d of key epoch %d: %w", id, s.KeyEpoch, ErrState)
	}
	if err := schnorr.Verify(schnorr.PublicKey(e.GroupKey), [32]byte(s.Digest), sig); err != nil {
		return fmt.Errorf("statement %d: %w", id, err)
	}
	b := sig.Bytes()
	s.Signature, s.Height = b[:], height(ctx)
	k.kv(ctx).Delete(key(kindPending, word(id)))
	if err := k.save(ctx, key(kindSigned, word(id)), &s); err != nil {
		return err
	}
	r, _, err := k.rotation(ctx)
	if err != nil {
		return err
	}
	return k.newest(ctx, kindSigned, KeptStatements, func(old uint64) bool { return old == r.NewStatement || old == r.OldStatement })
}

// moveStatements: what the epoch before was asked to sign, the new one is asked now.
func (k Keeper) moveStatements(ctx context.Context, e *committeev1.Epoch) error {
	waiting, err := k.Statements(ctx)
	if err != nil {
		return err
	}
	for i := range waiting {
		s := &waiting[i]
		if s.KeyEpoch == e.Number {
			continue
		}
		s.KeyEpoch, s.Candidates = e.Number, among(e, s.Candidates)
		if err := k.save(ctx, key(kindPending, word(s.Id)), s); err != nil {
			return err
		}
	}
	return nil
}

// expire drops halt orders that nobody may use any more.
func (k Keeper) expire(ctx context.Context) error {
	waiting, err := k.Statements(ctx)
	if err != nil {
		return err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime().Unix()
	for i := range waiting {
		if h := waiting[i].Halt; h != nil && int64(h.NotAfter) < now {
			k.kv(ctx).Delete(key(kindPending, word(waiting[i].Id)))
		}
	}
	return nil
}
