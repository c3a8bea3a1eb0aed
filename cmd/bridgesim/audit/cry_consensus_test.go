// SPDX-License-Identifier: Apache-2.0

package audit

// consensusCries are about certificates, sessions and agreement.
var consensusCries = []cry{
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
	{Forgery, "session for which fewer than the threshold voted",
		func(n *net) {
			n.sent("x")
			n.vote(1, 4, n.newest())
			n.vote(2, 4, n.newest())
			n.a.Session(n.unsaid(1, 0, n.newest()))
		},
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()) }},
	{Forgery, "signer that did not vote",
		func(n *net) {
			n.sent("x")
			for _, m := range []int{1, 2, 4} {
				n.vote(m, 4, n.newest())
			}
			n.a.Session(n.unsaid(1, 0, n.newest()))
		},
		func(n *net) { n.sent("x"); n.session(1, 0, n.newest()) }},
	{Conduct, "a suspended member is chosen",
		func(n *net) {
			n.a.byzantine[3] = true
			suspend(n, 3)
			s := n.unsaid(1, 0, n.newest())
			s.Height = 8
			n.a.Session(s)
		},
		func(n *net) { // suspended after the session was opened
			n.a.byzantine[3] = true
			n.sent("x")
			n.session(1, 0, n.newest())
			suspend(n, 3)
		}},
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
}

func other(c Checkpoint) Checkpoint { c.Root[0] ^= 1; return c }
