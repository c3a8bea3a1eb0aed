// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// kind of what is signed: zero for a checkpoint, else as in committee's StatementKind.
type kind uint8

const (
	kindCheckpoint = kind(committeev1.StatementKind_STATEMENT_KIND_UNSPECIFIED)
	kindReady      = kind(committeev1.StatementKind_STATEMENT_KIND_READY)
	kindRotate     = kind(committeev1.StatementKind_STATEMENT_KIND_ROTATE)
	kindHalt       = kind(committeev1.StatementKind_STATEMENT_KIND_HALT)
	kindEnd        = kindHalt + 1
)

var kindNames = [kindEnd]string{"checkpoint", "ready", "rotate", "halt"}

func (k kind) String() string { return kindNames[k] }

// ErrStatement: a statement of the committee's is not one that its key epoch may sign.
var ErrStatement = message.NewError(message.Reject, "statement that nobody may sign")

// statement is one that the committee wants signed by the members of ep, checked.
type statement struct {
	id     uint64
	kind   kind
	ep     *epoch
	digest message.Digest
	what   message.Statement
	voters []member // candidates that are members of ep and not suspended in it, by index
}

// statement checks p and finds who may sign it.
//
// A statement is signed as what its fields say, never as the digest beside them: both must
// agree. Errors: ErrStatement.
func (s *step) statement(p *committeev1.Statement) (statement, error) {
	x, err := s.parse(s.k.bridgeID, p)
	if err != nil {
		return x, err
	}
	for _, m := range x.ep.members {
		if x.ep == &s.ep && s.out[m.seat] {
			continue
		}
		if slices.ContainsFunc(p.Candidates, func(a []byte) bool { return string(a) == string(m.addr[:]) }) {
			x.voters = append(x.voters, m)
		}
	}
	return x, nil
}

// parse is statement without the voters.
func (r *roll) parse(bridgeID message.Hash, p *committeev1.Statement) (x statement, err error) {
	bad := func(format string, args ...any) (statement, error) {
		return x, fmt.Errorf("statement %d: %s: %w", p.Id, fmt.Sprintf(format, args...), ErrStatement)
	}
	x = statement{id: p.Id, ep: r.of(p.KeyEpoch)}
	switch {
	case p.Id == 0:
		return bad("no id")
	case x.ep == nil:
		return bad("key epoch %d is neither active nor ready", p.KeyEpoch)
	case len(p.Digest) != 32:
		return bad("digest of %d bytes", len(p.Digest))
	case p.Kind <= committeev1.StatementKind_STATEMENT_KIND_UNSPECIFIED || p.Kind >= committeev1.StatementKind(kindEnd):
		return bad("kind %d", p.Kind)
	case (p.Ready != nil) != (p.Kind == committeev1.StatementKind_STATEMENT_KIND_READY) || (p.Rotate != nil) != (p.Kind == committeev1.StatementKind_STATEMENT_KIND_ROTATE) ||
		(p.Halt != nil) != (p.Kind == committeev1.StatementKind_STATEMENT_KIND_HALT):
		return bad("fields of another kind")
	}
	x.kind, x.digest = kind(p.Kind), message.Digest(p.Digest)
	switch x.kind {
	case kindReady:
		if x.what, err = readyOf(bridgeID, p.Ready, x.ep); err != nil {
			return bad("%v", err)
		}
	case kindRotate:
		if x.what, err = rotateOf(bridgeID, p.Rotate, x.ep); err != nil {
			return bad("%v", err)
		}
	case kindHalt:
		if x.ep != &r.ep {
			return bad("a halt order of an epoch that is not active")
		}
		if x.what, err = haltOf(bridgeID, p.Halt); err != nil {
			return bad("%v", err)
		}
	}
	if x.what.Digest() != x.digest {
		return bad("digest is not of its fields")
	}
	return x, nil
}

func readyOf(bridgeID message.Hash, p *committeev1.ReadyStatement, ep *epoch) (message.Statement, error) {
	if p.KeyEpoch != ep.number || len(p.MemberSetHash) != 32 || p.Height == 0 {
		return nil, fmt.Errorf("key epoch %d, member set hash of %d bytes, height %d: %w", p.KeyEpoch, len(p.MemberSetHash), p.Height, message.ErrRange)
	}
	out := message.Ready{BridgeID: bridgeID, KeyEpoch: p.KeyEpoch, MemberSetHash: message.Hash(p.MemberSetHash), Height: p.Height}
	if out.MemberSetHash.IsZero() {
		return nil, fmt.Errorf("member set hash: %w", message.ErrZero)
	}
	return out, nil
}

// rotateOf demands that the key of the signing epoch is one of the two.
func rotateOf(bridgeID message.Hash, p *committeev1.RotateStatement, ep *epoch) (message.Statement, error) {
	if p.KeyVersion == 0 || len(p.OldKey) != 32 || len(p.NewKey) != 32 {
		return nil, fmt.Errorf("key version %d, keys of %d and %d bytes: %w", p.KeyVersion, len(p.OldKey), len(p.NewKey), message.ErrRange)
	}
	out := message.Rotate{BridgeID: bridgeID, KeyVersion: p.KeyVersion, OldPx: [32]byte(p.OldKey), NewPx: [32]byte(p.NewKey), NotBefore: p.NotBefore}
	for _, key := range [][32]byte{out.OldPx, out.NewPx} {
		if err := schnorr.PublicKey(key).Validate(); err != nil {
			return nil, err
		}
	}
	if out.OldPx == out.NewPx || [32]byte(ep.key) != out.OldPx && [32]byte(ep.key) != out.NewPx {
		return nil, fmt.Errorf("a rotation that is not from or to the key of epoch %d: %w", ep.number, message.ErrRange)
	}
	return out, nil
}

func haltOf(bridgeID message.Hash, p *committeev1.HaltStatement) (message.Statement, error) {
	if p.Chain == 0 || len(p.Manager) != 20 || len(p.Scope) != 32 || p.HaltNonce == 0 || p.NotAfter == 0 {
		return nil, fmt.Errorf("chain %d, manager of %d bytes, scope of %d, nonce %d, until %d: %w",
			p.Chain, len(p.Manager), len(p.Scope), p.HaltNonce, p.NotAfter, message.ErrRange)
	}
	out := message.HaltOrder{
		BridgeID: bridgeID, Chain: message.ChainID(p.Chain), Manager: message.Address(p.Manager), Scope: [32]byte(p.Scope),
		HaltNonce: p.HaltNonce, NotAfter: p.NotAfter,
	}
	if out.Manager.IsZero() {
		return nil, fmt.Errorf("manager: %w", message.ErrZero)
	}
	return out, nil
}

// readStatements fixes which statements are worked on in this block: a ready statement always, one at
// a time, and at most MaxStatements others. Where more wait, one that had
// StatementTurnBlocks makes room, and the next in the circle of ids comes. What cannot be
// signed, since its fields are wrong or fewer than threshold may sign it, takes no place.
//
// Sessions of statements that are not worked on end: they were withdrawn, replaced, or have to wait.
func (s *step) readStatements() error {
	list, err := s.k.committee.Statements(s.ctx)
	if err != nil {
		return fmt.Errorf("read statements: %w", err)
	}
	var ready *statement
	var others []statement
	for i := range list {
		x, err := s.statement(&list[i])
		switch {
		case err != nil || len(x.voters) < x.ep.threshold:
		case x.kind != kindReady:
			others = append(others, x)
		case ready == nil || x.id < ready.id:
			ready = &x
		}
	}
	slices.SortFunc(others, func(a, b statement) int { return cmp.Compare(a.id, b.id) })
	if others, err = s.takeTurns(others); err != nil {
		return err
	}
	s.statements = others
	if ready != nil {
		s.statements = append([]statement{*ready}, others...)
	}
	for _, q := range s.open {
		if q.Statement != 0 && !q.gone && s.wanted(q) == nil {
			q.gone = true
		}
	}
	return s.dropPursuits()
}

// wanted is the statement that q signs, if it is worked on.
func (s *step) wanted(q *session) *statement {
	for i := range s.statements {
		if x := &s.statements[i]; x.id == q.Statement && x.ep.number == q.Epoch && x.digest == q.Digest {
			return x
		}
	}
	return nil
}

// takeTurns picks at most MaxStatements of list, which is by id.
func (s *step) takeTurns(list []statement) ([]statement, error) {
	if len(list) <= MaxStatements {
		return list, nil
	}
	begun := make([]bool, len(list))
	spent := make([]bool, len(list))
	places := MaxStatements
	for i := range list {
		var p pursuit
		known, err := s.st.get(keyPursuit(list[i].id), &p)
		if err != nil {
			return nil, err
		}
		if begun[i] = known; known {
			spent[i] = s.h >= p.Since+StatementTurnBlocks
			places--
		}
	}
	waiting := len(list) - MaxStatements + places
	for i := range list {
		if spent[i] && places < waiting {
			begun[i] = false
			places++
		}
	}
	last, err := s.st.number(prefixTurn)
	if err != nil {
		return nil, err
	}
	from := max(0, slices.IndexFunc(list, func(x statement) bool { return x.id > last }))
	for i := range list {
		at := (from + i) % len(list)
		if begun[at] || spent[at] || places <= 0 {
			continue
		}
		begun[at] = true
		places--
		s.st.setNumber(prefixTurn, list[at].id)
	}
	out := make([]statement, 0, MaxStatements)
	for i := range list {
		if begun[i] {
			out = append(out, list[i])
		}
	}
	return out, nil
}

// dropPursuits forgets how far the work on statements was that are not worked on any more.
func (s *step) dropPursuits() error {
	var gone [][]byte
	err := s.st.each(keyOf(prefixPursuit), nil, func(key, value []byte) (bool, error) {
		var p pursuit
		if err := decode(value, &p); err != nil {
			return false, err
		}
		if !slices.ContainsFunc(s.statements, func(x statement) bool {
			return string(keyPursuit(x.id)) == string(key) && x.ep.number == p.Epoch && x.digest == p.Digest
		}) {
			gone = append(gone, append([]byte(nil), key...))
		}
		return true, nil
	})
	for _, key := range gone {
		s.st.kv.Delete(key)
	}
	return err
}
