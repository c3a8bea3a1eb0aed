// SPDX-License-Identifier: Apache-2.0

package audit

// split lets chain A certify "x", then replaces final blocks after it by another history; the certified window stays.
func split(n *net) Checkpoint {
	certified(n, 9)
	base := n.newest()
	n.sent("dead")
	n.a.Reorged(chainA, base.End+1)
	n.fork++
	n.sent("alive")
	return base
}

// reopened leads chain A on from a base as stream 7.
func reopened(n *net, base *Checkpoint, height uint64) []Violation {
	return n.a.Reopened(Reopening{Closed: 0, Stream: secondEpoch, Base: base, Height: height})
}

var secondEpoch = Stream{Index: 7, Chain: chainA, Manager: managerA, Epoch: 2, Stride: 2}

// under is a certificate of the newest window of chain A under its second epoch.
func under(n *net, height uint64) Certificate {
	c, _ := n.a.World.Newest(7)
	return n.certificate(c, height)
}

var reopenCries = []cry{
	{Facts, "reopening of a stream that is not the newest of its source",
		func(n *net) { base := split(n); reopened(n, &base, 20); reopened(n, &base, 21) },
		func(n *net) { base := split(n); reopened(n, &base, 20); n.a.Certificate(under(n, 25)) }},
	{History, "the next epoch is of another source",
		func(n *net) {
			s := secondEpoch
			s.Epoch = 3
			n.a.Reopened(Reopening{Closed: 0, Stream: s, Height: 20})
		},
		func(n *net) { reopened(n, nil, 20) }},
	{Forgery, "an epoch begins with what was never certified",
		func(n *net) { n.sent("x"); base := n.newest(); reopened(n, &base, 20) },
		func(n *net) { certified(n, 9); base := n.newest(); reopened(n, &base, 20) }},
	{Facts, "the committee resumes from what the source does not hold",
		func(n *net) {
			certified(n, 9)
			base := n.newest()
			n.a.Reorged(chainA, base.End)
			n.fork++
			n.sent("alive")
			reopened(n, &base, 20)
		},
		func(n *net) { base := split(n); reopened(n, &base, 20) }},
	{History, "session of a stream that is closed",
		func(n *net) {
			n.sent("x")
			s := n.session(1, 0, n.newest())
			reopened(n, nil, s.Height-1)
			s.Number = 2
			s.ID = SessionIDOf(bridge, s)
			n.a.Session(s)
		},
		func(n *net) { n.sent("x"); s := n.session(1, 0, n.newest()); reopened(n, nil, s.Height) }},
	{History, "certificate of a stream that is closed",
		func(n *net) {
			n.sent("x")
			reopened(n, nil, 20)
			n.a.Certificate(n.certificate(n.newest(), 22))
		},
		func(n *net) {
			n.sent("x")
			reopened(n, nil, 20)
			n.a.Certificate(n.certificate(n.newest(), 21)) // its shares were in
		}},
	{History, "certificate does not extend the base of its epoch",
		func(n *net) {
			n.sent("x")
			n.sent("y")
			last := n.newest()
			n.a.Certificate(n.certificate(last, 9))
			reopened(n, &last, 20)
			first := n.a.World.streams[7].present().windows[0].checkpoint
			first.Stream = 7
			n.a.Certificate(n.certificate(first, 25))
		},
		func(n *net) {
			base := split(n)
			reopened(n, &base, 20)
			again, _ := n.a.World.Checkpoint(7, base.End)
			n.a.Certificate(n.certificate(again, 25))
			n.a.Certificate(under(n, 26))
		}},
	{Twice, "second effect of one nonce",
		func(n *net) {
			dead := n.sent("dead")
			n.a.Certificate(n.certificate(n.newest(), 9))
			n.a.Delivered(Delivery{Message: dead, Relayer: carrier})
			n.a.Reorged(chainA, 1)
			n.fork++
			alive := n.sent("alive")
			reopened(n, nil, 20)
			n.a.Certificate(under(n, 25))
			n.a.Delivered(Delivery{Message: alive, Relayer: carrier})
		},
		func(n *net) { n.deliver(n.sent("x")); n.deliver(n.sent("y")) }},
	{Loss, "reason contradicts the target: nothing took the nonce",
		func(n *net) { s := n.sent("x"); n.a.End(End{Reasons: map[Hash]string{s.ID: "superseded"}}) },
		func(n *net) {
			dead := n.sent("dead")
			n.deliver(dead)
			n.a.Reorged(chainA, 1)
			n.fork++
			alive := n.sent("alive")
			reopened(n, nil, 20)
			n.a.Certificate(under(n, 25))
			n.a.End(End{Reasons: map[Hash]string{alive.ID: "superseded"}})
		}},
}
