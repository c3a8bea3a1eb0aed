// SPDX-License-Identifier: Apache-2.0

package audit

// memberCries are about what members say and how the state judges them.
var memberCries = []cry{
	// ---- agreement of endpoints
	{FailClosed, "an honest vote for what the chain does not hold",
		func(n *net) {
			n.sent("x")
			n.a.Misled(1, 0)
			n.a.Enlightened(1, 0)
			n.vote(1, 5, other(n.newest()))
		},
		func(n *net) { n.sent("x"); honestAll(n); n.a.Misled(1, 0); n.vote(1, 5, other(n.newest())) }},
	{Facts, "more faulty members than the bridge is made for",
		func(n *net) { n.a.Misled(1, 0) },
		func(n *net) { honestAll(n); n.a.Misled(1, 0); n.a.Enlightened(1, 0); n.a.Misled(1, 1) }},
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
	{Conduct, "benched although the extension was full of other shares",
		func(n *net) { full(n, maxShares) },
		func(n *net) { full(n, maxShares-1) }},
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

// full benches member 1 for an extension with so many shares of other sessions.
func full(n *net, shares int) {
	bench(n, func(b *Bench) {
		var e Extension
		for i := range shares {
			number := uint64(i + 2)
			e.Shares = append(e.Shares, Share{number, n.share(n.session(number, uint32(i+1), n.newest()), 1)})
		}
		b.Heard = e.bytes(1)
		n.a.Released(Release{Member: 1, Incarnation: 1, Height: 7, Bytes: b.Heard})
	})
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

// honestAll makes room for one that is misled.
func honestAll(n *net) { n.a.cfg.Byzantine, n.a.byzantine = nil, map[int]bool{} }
