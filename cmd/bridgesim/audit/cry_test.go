// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// cry is a violation that an auditor must see and a twin in which it must be silent.
type cry struct {
	law  Law
	what string
	bad  func(n *net)
	good func(n *net)
}

func other(c Checkpoint) Checkpoint { c.Root[0] ^= 1; return c }

// reorgBelowFinal replaces final blocks of chain A by others with another message.
func reorgBelowFinal(n *net, from uint64) {
	n.a.Reorged(chainA, from)
	n.fork++
	n.sent("another history")
}

var cries = []cry{
	// ---- the world
	{Encoding, "the manager states another message id",
		func(n *net) { s := n.message("x"); s.ID[0] ^= 1; n.a.Sent(s) },
		func(n *net) { n.a.Sent(n.message("x")) }},
	{Facts, "sent by a manager that is not registered",
		func(n *net) {
			s := n.message("x")
			s.SourceManager = managerB
			s.ID = MessageID(bridge, s)
			n.a.Sent(s)
		},
		func(n *net) { n.a.Sent(n.message("x")) }},
	{Facts, "nonce is not the next of its lane",
		func(n *net) { s := n.message("x"); s.Nonce++; s.ID = MessageID(bridge, s); n.a.Sent(s) },
		func(n *net) { // the nonce of a message that a reorg removed is free again
			n.a.Sent(n.message("x"))
			n.mine(chainA, 1)
			n.a.Reorged(chainA, 1)
			n.a.Sent(n.message("y"))
		}},
	{Forgery, "delivered fields are not those of the id",
		func(n *net) { s := n.sent("x"); s.Data = []byte("y"); n.deliver(s) },
		func(n *net) { n.deliver(n.sent("x")) }},
	{Forgery, "delivered what was never sent",
		func(n *net) { n.deliver(n.message("x")) },
		func(n *net) { n.deliver(n.sent("x")) }},
	{Forgery, "delivered before it is final",
		func(n *net) { s := n.message("x"); n.a.Sent(s); n.mine(chainA, 2); n.deliver(s) },
		func(n *net) { s := n.message("x"); n.a.Sent(s); n.mine(chainA, 2); n.final(chainA); n.deliver(s) }},
	{Forgery, "delivered without a certificate in any state",
		func(n *net) { n.a.Delivered(Delivery{Message: n.sent("x"), Relayer: carrier}) },
		func(n *net) { n.deliver(n.sent("x")) }},
	{Facts, "delivered by a manager that is not registered",
		func(n *net) {
			s := n.message("x")
			s.TargetManager = managerA
			s.ID = MessageID(bridge, s)
			n.a.Sent(s)
			n.mine(chainA, 1)
			n.final(chainA)
			n.deliver(s)
		},
		func(n *net) { n.deliver(n.sent("x")) }},
	{Twice, "second effect of one message",
		func(n *net) { s := n.sent("x"); n.deliver(s); n.mine(chainB, 1); n.deliver(s) },
		func(n *net) { // the target's reorg took the first effect back
			s := n.sent("x")
			n.deliver(s)
			n.mine(chainB, 1)
			n.a.Reorged(chainB, 1)
			n.deliver(s)
			n.mine(chainB, 1)
		}},
	{Facts, "block does not follow the head",
		func(n *net) { n.a.Block(chainA, 2, Hash{1}) },
		func(n *net) { n.a.Block(chainA, 1, Hash{1}) }},
	{Facts, "zero block hash",
		func(n *net) { n.a.Block(chainA, 1, Hash{}) },
		func(n *net) { n.a.Block(chainA, 1, Hash{1}) }},
	{Facts, "final block is past the head",
		func(n *net) { n.a.Final(chainA, 1) },
		func(n *net) { n.a.Final(chainA, 0) }},
	{Facts, "final block went back",
		func(n *net) { n.mine(chainA, 3); n.a.Final(chainA, 2); n.a.Final(chainA, 1) },
		func(n *net) { n.mine(chainA, 3); n.a.Final(chainA, 2); n.a.Final(chainA, 2) }},
	{Facts, "reorg of blocks that do not exist",
		func(n *net) { n.a.Reorged(chainA, 2) },
		func(n *net) { n.mine(chainA, 1); n.a.Reorged(chainA, 1) }},

	// ---- certificates
	{Forgery, "certificate of an unknown stream",
		func(n *net) {
			n.sent("x")
			c := n.certificate(n.newest(), 9)
			c.Checkpoint.Stream = 7
			n.a.Certificate(c)
		},
		func(n *net) { n.sent("x"); n.a.Certificate(n.certificate(n.newest(), 9)) }},
	{Encoding, "certificate of a window that is not aligned",
		func(n *net) { n.sent("x"); c := n.newest(); c.End++; n.a.Certificate(n.certificate(c, 9)) },
		func(n *net) { n.sent("x"); n.a.Certificate(n.certificate(n.newest(), 9)) }},
	{Encoding, "certificate's body hash or digest is not its checkpoint's",
		func(n *net) { n.sent("x"); c := n.certificate(n.newest(), 9); c.BodyHash[0] ^= 1; n.a.Certificate(c) },
		func(n *net) { n.sent("x"); n.a.Certificate(n.certificate(n.newest(), 9)) }},
	{Forgery, "certificate's signature is not the group's",
		func(n *net) { n.sent("x"); c := n.certificate(n.newest(), 9); c.S[31] ^= 1; n.a.Certificate(c) },
		func(n *net) { n.sent("x"); n.a.Certificate(n.certificate(n.newest(), 9)) }},
	{Forgery, "certificate for a checkpoint that is not the chain's",
		func(n *net) { n.sent("x"); n.a.Certificate(n.certificate(other(n.newest()), 9)) },
		func(n *net) { // certified before final blocks changed: it was right
			n.sent("x")
			c := n.certificate(n.newest(), 9)
			reorgBelowFinal(n, 1)
			n.a.Certificate(c)
		}},
	{History, "two certificates of one window",
		func(n *net) {
			n.sent("x")
			n.a.Certificate(n.certificate(n.newest(), 9))
			reorgBelowFinal(n, 1)
			n.a.Certificate(n.certificate(n.newest(), 12))
		},
		func(n *net) {
			n.sent("x")
			n.a.Certificate(n.certificate(n.newest(), 9))
			n.sent("y")
			n.a.Certificate(n.certificate(n.newest(), 12))
		}},
	{Determinism, "one certificate has two signatures",
		func(n *net) {
			n.sent("x")
			c := n.certificate(n.newest(), 9)
			n.a.Certificate(c)
			c.R[0] ^= 1
			n.a.Certificate(c)
		},
		func(n *net) {
			n.sent("x")
			c := n.certificate(n.newest(), 9)
			n.a.Certificate(c)
			c.Node = 2
			n.a.Certificate(c)
		}},
	{History, "certificate does not grow",
		func(n *net) {
			n.sent("x")
			old := n.certificate(n.newest(), 9)
			n.sent("y")
			n.a.Certificate(n.certificate(n.newest(), 12))
			n.a.Certificate(old)
		},
		func(n *net) {
			n.sent("x")
			old := n.certificate(n.newest(), 9)
			n.a.Certificate(old)
			n.sent("y")
			n.a.Certificate(n.certificate(n.newest(), 12))
		}},
	{History, "certificate does not extend the last one",
		func(n *net) {
			n.sent("x")
			n.a.Certificate(n.certificate(n.newest(), 9))
			reorgBelowFinal(n, 1)
			n.sent("y")
			n.sent("z")
			n.a.Certificate(n.certificate(n.newest(), 12))
		},
		func(n *net) {
			n.sent("x")
			n.a.Certificate(n.certificate(n.newest(), 9))
			n.sent("y")
			n.sent("z")
			n.a.Certificate(n.certificate(n.newest(), 12))
		}},

	// ---- sessions
	{Determinism, "one session number has two contents",
		func(n *net) { n.sent("x"); s := n.session(1, 0, n.newest()); s.ID[0] ^= 1; n.a.Session(s) },
		func(n *net) { n.sent("x"); s := n.session(1, 0, n.newest()); n.a.Session(s) }},
	{DoubleSign, "the state gave one nonce pair to two sessions",
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()); n.session(2, 0, n.newest()) },
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()); n.session(2, 1, n.newest()) }},
	{DoubleSign, "session lists a pair that its honest member never announced",
		func(n *net) { n.sent("x"); n.a.Session(n.unsaid(1, 0, n.newest())) },
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()) }},
	{Encoding, "session with a zero fork, number or key epoch",
		func(n *net) { n.sent("x"); n.session(0, 0, n.newest()) },
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()) }},
	{Encoding, "session id does not follow from its contents",
		func(n *net) { n.sent("x"); s := n.unsaid(1, 0, n.newest()); s.KeyEpoch++; n.a.Session(s) },
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()) }},
	{Forgery, "session with fewer signers than the threshold",
		func(n *net) { n.sent("x"); s := n.unsaid(1, 0, n.newest()); s.Signers = s.Signers[:2]; n.a.Session(s) },
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()) }},
	{Encoding, "signers are not ascending members",
		func(n *net) {
			n.sent("x")
			s := n.unsaid(1, 0, n.newest())
			s.Signers[0], s.Signers[1] = s.Signers[1], s.Signers[0]
			n.a.Session(s)
		},
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()) }},
	{Forgery, "session of an unknown stream",
		func(n *net) { n.sent("x"); s := n.unsaid(1, 0, n.newest()); s.Checkpoint.Stream = 7; n.a.Session(s) },
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()) }},
	{Encoding, "body hash or digest is not the checkpoint's",
		func(n *net) { n.sent("x"); s := n.unsaid(1, 0, n.newest()); s.BodyHash[0] ^= 1; n.a.Session(s) },
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()) }},
	{Forgery, "session for a checkpoint that is not the chain's",
		func(n *net) { n.sent("x"); n.session(1, 0, other(n.newest())) },
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()) }},

	// ---- determinism and coherence
	{Determinism, "empty app hash",
		func(n *net) { n.a.AppHash(AppHash{Node: 1, Fork: 1, Height: 5}) },
		func(n *net) { n.a.AppHash(AppHash{Node: 1, Fork: 1, Height: 5, Hash: []byte{1}}) }},
	{Determinism, "app hashes differ",
		func(n *net) { n.height(5); n.a.AppHash(AppHash{Node: 2, Fork: 1, Height: 5, Hash: []byte{9}}) },
		func(n *net) { // another fork, a Byzantine node, and a replay
			n.height(5)
			n.a.AppHash(AppHash{Node: 2, Fork: 2, Height: 5, Hash: []byte{9}})
			n.a.AppHash(AppHash{Node: 4, Fork: 1, Height: 5, Hash: []byte{9}})
			n.height(5)
		}},
	{Coherence, "honest proposal refused",
		func(n *net) { n.a.Proposal(Proposal{Height: 5, Proposer: 1, Verifier: 2, Reason: "why"}) },
		func(n *net) {
			n.a.Proposal(Proposal{Height: 5, Proposer: 4, Verifier: 2})
			n.a.Proposal(Proposal{Height: 5, Proposer: 1, Verifier: 4})
			n.a.Proposal(Proposal{Height: 5, Proposer: 1, Verifier: 2, Tampered: true})
			n.a.Proposal(Proposal{Height: 5, Proposer: 1, Verifier: 2, Accepted: true})
		}},
	{Coherence, "honest nodes disagree on a proposal",
		func(n *net) {
			n.a.Proposal(Proposal{Height: 5, Proposer: 4, Verifier: 1, ID: Hash{1}, Accepted: true})
			n.a.Proposal(Proposal{Height: 5, Proposer: 4, Verifier: 2, ID: Hash{1}})
		},
		func(n *net) {
			n.a.Proposal(Proposal{Height: 5, Proposer: 4, Verifier: 1, ID: Hash{1}})
			n.a.Proposal(Proposal{Height: 5, Proposer: 4, Verifier: 2, ID: Hash{1}})
			n.a.Proposal(Proposal{Height: 5, Proposer: 4, Verifier: 2, ID: Hash{2}, Accepted: true})
		}},
	{Coherence, "well-formed extension refused",
		func(n *net) { n.a.Rejected(Rejection{Height: 5, From: 4, By: 1, Bytes: Extension{}.bytes(1)}) },
		func(n *net) {
			n.a.Rejected(Rejection{Height: 5, From: 4, By: 1, Bytes: []byte{9}})
			n.a.Rejected(Rejection{Height: 5, From: 1, By: 4, Bytes: Extension{}.bytes(1)})
		}},
	{Coherence, "honest extension refused",
		func(n *net) {
			n.release(1, 5, Extension{})
			n.a.Rejected(Rejection{Height: 5, From: 1, By: 2, Bytes: Extension{}.bytes(1)})
		},
		func(n *net) { // bytes changed on the way
			n.release(1, 5, Extension{})
			n.a.Rejected(Rejection{Height: 5, From: 1, By: 2, Bytes: append(Extension{}.bytes(1), 0)})
		}},

	// ---- conduct
	{Conduct, "an honest member is suspended",
		func(n *net) { suspend(n, 1) },
		func(n *net) { suspend(n, 4) }},
	{Conduct, "suspended for votes that the member never said",
		func(n *net) {
			n.sent("x")
			n.a.Suspended(Suspension{Member: 4, Stream: 0, End: n.newest().End, First: Hash{1}, Second: Hash{2}})
		},
		func(n *net) { suspend(n, 4) }},
	{Conduct, "suspension leaves fewer members than the threshold",
		func(n *net) { suspend(n, 4); suspend(n, 3) },
		func(n *net) { suspend(n, 4); suspend(n, 4) }},
	{Conduct, "halt although enough members are left",
		func(n *net) {
			n.sent("x")
			n.vote(4, 5, n.newest())
			n.vote(4, 6, other(n.newest()))
			n.a.Halted(ChainHalt{Fork: 1, Height: 7, Member: 4, End: n.newest().End})
		},
		halted},
	{Conduct, "halt for votes that the member never said",
		func(n *net) {
			suspend(n, 4)
			n.a.Halted(ChainHalt{Fork: 1, Height: 9, Member: 3, End: n.newest().End})
		},
		halted},
	{Conduct, "session on a chain that halted",
		func(n *net) { halted(n); s := n.unsaid(1, 0, n.newest()); s.Height = 9; n.a.Session(s) },
		func(n *net) { // opened before; another node tells it later
			n.sent("x")
			s := n.session(1, 0, n.newest())
			halted(n)
			n.a.Session(s)
		}},
	{Conduct, "certificate on a chain that halted",
		func(n *net) { n.height(1); halted(n); n.a.Certificate(n.certificate(n.newest(), 9)) },
		func(n *net) { // an import with another fork number goes on
			n.height(1)
			halted(n)
			n.a.AppHash(AppHash{Node: 1, Fork: 2, Height: 12, Hash: []byte{1}})
			n.a.Certificate(n.certificate(n.newest(), 15))
		}},
	{Conduct, "an honest member is benched for a session that does not list it",
		func(n *net) {
			n.a.Benched(Bench{Member: 1, Fork: 1, Height: 8, Session: 1, Reason: MissingShare, Committed: true})
		},
		func(n *net) { n.a.Benched(Bench{Member: 4, Fork: 1, Height: 8, Session: 1, Reason: MissingShare}) }},
	{Conduct, "an honest member is benched for an invalid share",
		func(n *net) { bench(n, func(b *Bench) { b.Reason = InvalidShare }) },
		func(n *net) { bench(n, func(*Bench) {}) }},
	{Conduct, "an absent member is benched",
		func(n *net) { bench(n, func(b *Bench) { b.Committed, b.Heard = false, nil }) },
		func(n *net) { bench(n, func(*Bench) {}) }},
	{Conduct, "benched before the share was due",
		func(n *net) { bench(n, func(b *Bench) { b.Height = 6 }) },
		func(n *net) { bench(n, func(b *Bench) { b.Heard = nil }) }},
	{Conduct, "benched for an extension that the member never made",
		func(n *net) { bench(n, func(b *Bench) { b.Heard = Extension{Heartbeats: []Heartbeat{{}}}.bytes(1) }) },
		func(n *net) { bench(n, func(*Bench) {}) }},
	{Conduct, "benched for an extension of another fork",
		func(n *net) {
			bench(n, func(b *Bench) {
				b.Heard = Extension{}.bytes(7)
				n.a.Released(Release{Member: 1, Incarnation: 1, Height: 7, Bytes: b.Heard})
			})
		},
		func(n *net) { bench(n, func(*Bench) {}) }},
	{Conduct, "benched although the share is there",
		func(n *net) {
			bench(n, func(b *Bench) {
				b.Heard = Extension{Shares: []Share{{1, n.share(n.a.chain.sessions[sessionKey{1, 1}], 1)}}}.bytes(1)
				n.a.Released(Release{Member: 1, Incarnation: 1, Height: 7, Bytes: b.Heard})
			})
		},
		func(n *net) {
			bench(n, func(b *Bench) {
				n.session(2, 1, n.newest())
				b.Heard = Extension{Shares: []Share{{2, n.share(n.a.chain.sessions[sessionKey{1, 2}], 1)}}}.bytes(1)
				n.a.Released(Release{Member: 1, Incarnation: 1, Height: 7, Bytes: b.Heard})
			})
		}},

	// ---- members
	{Facts, "incarnation starts twice",
		func(n *net) { n.a.Started(1, 1, nil) },
		func(n *net) { n.a.Started(1, 2, nil) }},
	{Facts, "copy of a process that never started, or over another",
		func(n *net) { n.a.Copied(1, 7, 2); n.a.Copied(1, 1, 1) },
		func(n *net) { n.a.Copied(1, 1, 2) }},
	{Facts, "journal of a process that never started",
		func(n *net) { n.a.Durable(1, 9, Fact{Kind: VoteBody}); n.a.Synced(1, 9, "votes", nil) },
		func(n *net) { n.a.Durable(1, 1, Fact{Kind: VoteBody}) }},
	{Facts, "durable fact of an unknown kind",
		func(n *net) { n.a.Durable(1, 1, Fact{}) },
		func(n *net) { n.a.Durable(1, 1, Fact{Kind: BootID}) }},
	{Encoding, "a journal does not read by its specification",
		func(n *net) { n.a.Synced(1, 1, "votes", []byte("another file")) },
		func(n *net) { n.a.Synced(1, 1, "votes", journalBytes()) }},
	{Encoding, "an honest member's extension does not decode",
		func(n *net) { n.a.Released(Release{Member: 1, Incarnation: 1, Height: 5, Bytes: []byte{2}}) },
		func(n *net) {
			n.a.Released(Release{Member: 1, Incarnation: 1, Height: 5})
			n.a.Released(Release{Member: 4, Incarnation: 1, Height: 5, Bytes: []byte{2}})
		}},
	{Facts, "extension of a process that never started",
		func(n *net) { n.a.Released(Release{Member: 1, Incarnation: 9, Height: 5}) },
		func(n *net) { n.a.Released(Release{Member: 1, Incarnation: 1, Height: 5}) }},
	{Encoding, "an honest vote names no window",
		func(n *net) { n.sent("x"); c := n.newest(); c.End++; n.vote(1, 5, c) },
		func(n *net) { n.sent("x"); n.vote(1, 5, n.newest()) }},
	{DoubleSign, "two bodies for one window",
		func(n *net) { n.sent("x"); n.vote(1, 5, n.newest()); n.vote(1, 6, other(n.newest())) },
		func(n *net) { // the same one again, a Byzantine member, and the next window
			n.sent("x")
			n.vote(1, 5, n.newest())
			n.vote(1, 6, n.newest())
			n.vote(4, 5, n.newest())
			n.vote(4, 6, other(n.newest()))
			n.sent("y")
			n.vote(1, 7, n.newest())
		}},
	{DoubleSign, "vote released before it was durable",
		func(n *net) { // durable on another disk of the member: a restored home
			n.sent("x")
			n.vote(1, 5, n.newest())
			n.a.Started(1, 2, nil)
			n.a.Released(Release{Member: 1, Incarnation: 2, Height: 6, Bytes: Extension{Votes: []Vote{{Checkpoint: n.newest()}}}.bytes(1)})
		},
		func(n *net) { // a restart on the same disk
			n.sent("x")
			n.vote(1, 5, n.newest())
			n.a.Started(1, 2, []Fact{{Kind: VoteBody, Key: BodyHash(bridge, n.a.World.streams[0].Stream, n.newest())}})
			n.a.Released(Release{Member: 1, Incarnation: 2, Height: 6, Bytes: Extension{Votes: []Vote{{Checkpoint: n.newest()}}}.bytes(1)})
		}},
	{DoubleSign, "commitment released before its boot was durable",
		func(n *net) {
			_, _, c := n.pairOf(seqKey{1, boot, 0})
			n.release(1, 5, Extension{Commitments: []Commitment{c}})
		},
		func(n *net) { n.announce(1, 0) }},
	{DoubleSign, "one commitment has two pairs",
		func(n *net) {
			n.announce(1, 0)
			_, _, c := n.pairOf(seqKey{1, boot, 1})
			c.Seq = 0
			n.release(1, 5, Extension{Commitments: []Commitment{c}})
		},
		func(n *net) { // copies of one memory whose randomness parted; the other disk has the boot by copying
			n.announce(1, 0)
			n.announce(1, 0)
			n.a.Copied(1, 1, 2)
			n.announce(1, 1)
			_, _, c := n.pairOf(seqKey{1, boot, 2})
			c.Seq = 1
			n.a.Released(Release{Member: 1, Incarnation: 2, Height: 5, Bytes: Extension{Commitments: []Commitment{c}}.bytes(1)})
		}},
	{Encoding, "an honest commitment is no point",
		func(n *net) {
			n.a.Durable(1, 1, Fact{Kind: BootID, Boot: boot})
			n.release(1, 5, Extension{Commitments: []Commitment{{D: Point{4}, E: Point{2}}}})
		},
		func(n *net) { n.announce(1, 0) }},
	{DoubleSign, "one nonce point announced twice",
		func(n *net) {
			n.announce(1, 0)
			n.announce(2, 0)
			_, _, c := n.pairOf(seqKey{1, boot, 0})
			c.Seq = 1
			n.release(1, 5, Extension{Commitments: []Commitment{c}})
		},
		func(n *net) { n.announce(1, 0); n.announce(2, 0); n.announce(1, 1) }},
	{DoubleSign, "share for a session that does not list the member",
		func(n *net) { n.release(1, 7, Extension{Shares: []Share{{1, [32]byte{1}}}}) },
		func(n *net) { signed(n, 1) }},
	{DoubleSign, "one nonce pair signed in two sessions",
		func(n *net) {
			s := signed(n, 1)
			again := n.unsaid(2, 0, s.Checkpoint)
			n.a.Session(again)
			n.a.Durable(1, 1, Fact{Kind: SessionID, Key: again.ID})
			n.release(1, 8, Extension{Shares: []Share{{2, n.share(again, 1)}}})
		},
		func(n *net) { // another pair for the second session
			s := signed(n, 1)
			again := n.session(2, 1, s.Checkpoint)
			n.release(1, 8, Extension{Shares: []Share{{2, n.share(again, 1)}}})
		}},
	{DoubleSign, "two shares over one nonce pair",
		func(n *net) { signed(n, 1); n.release(1, 8, Extension{Shares: []Share{{1, [32]byte{1}}}}) },
		func(n *net) { s := signed(n, 1); n.release(1, 8, Extension{Shares: []Share{{1, n.share(s, 1)}}}) }},
	{DoubleSign, "share released before it was durable",
		func(n *net) {
			s := signed(n, 1)
			n.a.Started(2, 2, []Fact{{Kind: VoteBody, Key: s.BodyHash}})
			n.a.Released(Release{Member: 2, Incarnation: 2, Height: 7, Bytes: Extension{Shares: []Share{{1, n.share(s, 2)}}}.bytes(1)})
		},
		func(n *net) {
			s := signed(n, 1)
			n.a.Started(2, 2, []Fact{{Kind: VoteBody, Key: s.BodyHash}, {Kind: SessionID, Key: s.ID}})
			n.a.Released(Release{Member: 2, Incarnation: 2, Height: 7, Bytes: Extension{Shares: []Share{{1, n.share(s, 2)}}}.bytes(1)})
		}},
	{DoubleSign, "share without an own durable vote",
		func(n *net) {
			s := signed(n, 1)
			n.a.Started(2, 2, []Fact{{Kind: SessionID, Key: s.ID}})
			n.a.Released(Release{Member: 2, Incarnation: 2, Height: 7, Bytes: Extension{Shares: []Share{{1, n.share(s, 2)}}}.bytes(1)})
		},
		func(n *net) { signed(n, 1); signed(n, 2) }},
	{DoubleSign, "an honest share cannot be checked",
		func(n *net) {
			n.sent("x")
			n.session(1, 0, n.newest())
			n.release(1, 7, Extension{Shares: []Share{{1, [32]byte{}}}})
		},
		func(n *net) { signed(n, 1) }},
	{DoubleSign, "an honest share is not valid",
		func(n *net) {
			n.sent("x")
			n.session(1, 0, n.newest())
			n.release(1, 7, Extension{Shares: []Share{{1, [32]byte{31: 1}}}})
		},
		func(n *net) { signed(n, 1); signed(n, 3) }},

	// ---- the end
	{Loss, "final message without effect and without a reason",
		func(n *net) { n.sent("x"); n.a.End(End{}) },
		func(n *net) {
			n.deliver(n.sent("x"))
			s := n.sent("y")
			n.a.Sent(n.message("not final"))
			n.mine(chainA, 1)
			n.a.End(End{Reasons: map[Hash]string{s.ID: "waiting_votes"}})
		}},
	{Loss, "reason is none of the specification's",
		func(n *net) { s := n.sent("x"); n.a.End(End{Reasons: map[Hash]string{s.ID: "tired"}}) },
		func(n *net) { s := n.sent("x"); n.a.End(End{Reasons: map[Hash]string{s.ID: "lane_paused"}}) }},
	{Loss, "reason contradicts the chain: it is final",
		func(n *net) { s := n.sent("x"); n.a.End(End{Reasons: map[Hash]string{s.ID: "waiting_finality"}}) },
		func(n *net) { // a halted stream excuses its messages
			n.sent("x")
			n.a.End(End{Halted: map[uint16]string{0: "final block changed"}})
		}},
	{Loss, "reason contradicts the chain: it is certified",
		func(n *net) { s := certified(n, 9); n.a.End(End{Reasons: map[Hash]string{s.ID: "signing"}}) },
		func(n *net) { s := n.sent("x"); n.a.End(End{Reasons: map[Hash]string{s.ID: "signing"}}) }},
	{Loss, "reason contradicts the chain: it is not certified",
		func(n *net) { s := n.sent("x"); n.a.End(End{Reasons: map[Hash]string{s.ID: "certified"}}) },
		func(n *net) { s := certified(n, 9); n.a.End(End{Reasons: map[Hash]string{s.ID: "certified"}}) }},
	{Loss, "window certified too late",
		func(n *net) { n.deliver(certified(n, 31)); n.height(60); n.a.End(End{Healed: 10}) },
		func(n *net) { n.deliver(certified(n, 30)); n.height(60); n.a.End(End{Healed: 10}) }},
	{Loss, "final window never certified",
		func(n *net) {
			s := n.sent("x")
			n.height(30)
			n.a.End(End{Healed: 10, Reasons: map[Hash]string{s.ID: "signing"}})
		},
		func(n *net) {
			s := n.sent("x")
			n.height(29)
			n.a.End(End{Healed: 10, Reasons: map[Hash]string{s.ID: "signing"}})
			halted(n) // the whole chain, loudly
			n.height(60)
			n.a.End(End{Healed: 10})
		}},
}

// suspend lets a member say two bodies and the state suspend it for them.
func suspend(n *net, member int) {
	n.sent("x")
	c := n.newest()
	st := n.a.World.streams[0].Stream
	n.vote(member, 5, c)
	n.vote(member, 6, other(c))
	n.a.Suspended(Suspension{Member: member, Height: 7, Stream: 0, End: c.End, First: BodyHash(bridge, st, c), Second: BodyHash(bridge, st, other(c))})
}

// halted lets member 4 and then a third of the committee equivocate, which halts the chain.
// Member 3 is Byzantine here too.
func halted(n *net) {
	n.a.byzantine[3] = true
	suspend(n, 4)
	n.vote(3, 8, n.newest())
	n.vote(3, 9, other(n.newest()))
	n.a.Halted(ChainHalt{Fork: 1, Height: 9, Member: 3, End: n.newest().End})
}

// bench benches member 1 at height 8 for the share of session 1, which it did not say at height 7.
func bench(n *net, change func(*Bench)) {
	n.sent("x")
	n.session(1, 0, n.newest())
	n.release(1, 7, Extension{})
	b := Bench{Member: 1, Fork: 1, Height: 8, Session: 1, Reason: MissingShare, Committed: true, Heard: Extension{}.bytes(1)}
	change(&b)
	n.a.Benched(b)
}

// signed lets a member sign in session 1.
func signed(n *net, member int) Session {
	s, ok := n.a.chain.sessions[sessionKey{1, 1}]
	if !ok {
		n.sent("x")
		s = n.session(1, 0, n.newest())
	}
	n.release(member, 7, Extension{Shares: []Share{{1, n.share(s, member)}}})
	return s
}

func certified(n *net, height uint64) Send {
	s := n.sent("x")
	n.a.Certificate(n.certificate(n.newest(), height))
	return s
}

// Each auditor cries when its law breaks, says where, and is silent in the twin.
func TestCries(t *testing.T) {
	for _, c := range cries {
		t.Run(c.what, func(t *testing.T) {
			n := newNet(t)
			c.bad(n)
			if !slices.ContainsFunc(n.a.Violations(), func(v Violation) bool { return v.Law == c.law && v.What == c.what && v.Where != "" }) {
				t.Errorf("silent: %v", n.a.Violations())
			}
			n = newNet(t)
			c.good(n)
			if slices.ContainsFunc(n.a.Violations(), func(v Violation) bool { return v.What == c.what }) {
				t.Errorf("cries in the twin: %v", n.a.Violations())
			}
		})
	}
}

// The twins are right in every respect, not only in the one that their case is about.
func TestTwinsAreClean(t *testing.T) {
	for _, c := range cries {
		n := newNet(t)
		c.good(n)
		for _, v := range n.a.Violations() {
			t.Errorf("%s: %s", c.what, v)
		}
	}
}

// Every rule in the source has its case.
func TestEveryRuleHasACase(t *testing.T) {
	set := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	rules := 0
	rule := func(e ast.Expr) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Value == `""` {
			return
		}
		what, err := strconv.Unquote(lit.Value)
		if err != nil {
			t.Fatal(err)
		}
		rules++
		if !slices.ContainsFunc(cries, func(c cry) bool { return c.what == what }) {
			t.Errorf("no case for %q", what)
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			switch f := call.Fun.(type) {
			case *ast.SelectorExpr:
				if f.Sel.Name == "cry" {
					rule(call.Args[1])
				}
			case *ast.Ident:
				if f.Name == "say" {
					rule(call.Args[0])
					if len(call.Args) > 1 {
						rule(call.Args[1])
					}
				}
			}
			return true
		})
	}
	if rules < len(cries) {
		t.Errorf("%d rules in the source, %d cases", rules, len(cries))
	}
}
