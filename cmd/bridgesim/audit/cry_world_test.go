// SPDX-License-Identifier: Apache-2.0

package audit

// worldCries are about chains, deliveries and the end of a run.
var worldCries = []cry{
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
			s := n.message("y")
			s.Nonce = 1
			s.ID = MessageID(bridge, s)
			n.a.Sent(s)
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

// reorgBelowFinal replaces final blocks of chain A by others with another message.
func reorgBelowFinal(n *net, from uint64) {
	n.a.Reorged(chainA, from)
	n.fork++
	n.sent("another history")
}

func certified(n *net, height uint64) Send {
	s := n.sent("x")
	n.a.Certificate(n.certificate(n.newest(), height))
	return s
}
