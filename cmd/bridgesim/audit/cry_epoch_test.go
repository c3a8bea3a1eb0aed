// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"maps"
	"math/big"
)

// redealt is a key epoch with other shares of the same key.
func (n *net) redealt(number uint64, active bool) Epoch {
	e := Epoch{Number: number, Active: active, GroupKey: n.key, Threshold: 3, Shares: map[int]Point{}}
	for i := int64(1); i <= 4; i++ {
		v := big.NewInt(int64(number))
		v.Mul(v, big.NewInt(i)).Add(v, big.NewInt(7)).Mul(v, big.NewInt(i)).Add(v, n.secret).Mod(v, order)
		e.Shares[int(i)] = compress(base(v))
	}
	return e
}

// statement is a session for a statement of a key epoch, which its signers have vouched for.
func (n *net) statement(number, epoch uint64) Session {
	s := n.unsaid(number, 0, n.newest())
	s.Statement, s.KeyEpoch, s.Checkpoint = 1, epoch, Checkpoint{}
	s.Digest = keccak([]byte("ready"))
	s.BodyHash = s.Digest
	for m := 1; m <= 3; m++ {
		n.announce(m, 0)
		n.a.Durable(m, 1, Fact{Kind: Finished, Key: s.Digest})
	}
	s.ID = SessionIDOf(bridge, s)
	return s
}

// epochCries are about key epochs and what they sign.
var epochCries = []cry{
	{Forgery, "another key epoch has another group key",
		func(n *net) { e := n.redealt(2, false); e.GroupKey[31] ^= 1; n.a.Epoch(e) },
		func(n *net) { n.a.Epoch(n.redealt(2, false)); n.a.Epoch(n.redealt(2, true)) }},
	{Forgery, "a key epoch of other members or another threshold",
		func(n *net) { e := n.redealt(2, false); e.Threshold = 2; n.a.Epoch(e) },
		func(n *net) { n.a.Epoch(n.redealt(2, false)) }},
	{Forgery, "public shares are not those of the group key",
		func(n *net) {
			e := n.redealt(2, false)
			e.Shares[4] = compress(base(big.NewInt(5)))
			n.a.Epoch(e)
		},
		func(n *net) { n.a.Epoch(n.redealt(2, false)) }},
	{Conduct, "a share was not dealt again",
		func(n *net) {
			e := n.redealt(2, false)
			e.Shares = maps.Clone(n.a.cfg.Shares)
			n.a.Epoch(e)
		},
		func(n *net) {
			n.a.Epoch(n.redealt(2, true))
			n.a.Epoch(n.redealt(2, true))
			n.a.Epoch(n.redealt(3, false))
		}},
	{History, "key epochs do not follow each other",
		func(n *net) { n.a.Epoch(n.redealt(3, true)) },
		func(n *net) { n.a.Epoch(n.redealt(2, true)); n.a.Epoch(n.redealt(3, true)) }},
	{Forgery, "checkpoint signed by a key epoch that is not active",
		func(n *net) {
			n.sent("x")
			s := n.session(1, 0, n.newest())
			n.a.Epoch(n.redealt(2, true))
			s.Number = 2
			s.ID = SessionIDOf(bridge, s)
			n.a.Session(s)
		},
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()); n.a.Epoch(n.redealt(2, true)) }},
	{Forgery, "statement signed by a key epoch that is neither active nor ready",
		func(n *net) { n.sent("x"); n.a.Session(n.statement(1, 2)) },
		func(n *net) { n.sent("x"); n.a.Epoch(n.redealt(2, false)); n.a.Session(n.statement(1, 2)) }},
	{Encoding, "body hash of a statement is not its digest",
		func(n *net) {
			n.sent("x")
			s := n.statement(1, 1)
			s.BodyHash[0] ^= 1
			n.a.Session(s)
		},
		func(n *net) { n.sent("x"); n.a.Session(n.statement(1, 1)) }},
}
