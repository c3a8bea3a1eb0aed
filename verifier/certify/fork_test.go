// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"encoding/hex"
	"slices"
	"testing"

	"github.com/aitbc/bridge/verifier/extension"
)

// imported is a network that starts from n's export with the next fork number, with the same
// members and signers.
func (n *testNet) imported() *testNet {
	n.t.Helper()
	g, err := n.k.ExportGenesis(n.ctx())
	if err != nil {
		n.t.Fatal(err)
	}
	m := newNet(n.t, len(n.nodes))
	m.nodes, m.streams, m.ep, m.h, m.fork = n.nodes, n.streams, n.ep, n.h, n.fork+1
	m.rand = n.rand
	ctx := m.ctx()
	if err := m.k.InitGenesis(ctx, g); err != nil {
		n.t.Fatal(err)
	}
	again, err := m.k.ExportGenesis(ctx)
	if err != nil || !slices.Equal(again.Records, g.Records) {
		n.t.Fatalf("export of the import differs: %v", err)
	}
	for _, r := range g.Records {
		key, _ := hex.DecodeString(r.Key)
		value, _ := hex.DecodeString(r.Value)
		m.live().kv.Set(key, value)
	}
	m.ms.Commit()
	return m
}

// An export in the midst of everything: open sessions, votes, pools, a target and a bench stay
// behind; nonce marks, the session counter, certificates and conduct go on. Nothing that
// was ever announced before is taken again.
func TestNewForkLeavesOpenWorkBehind(t *testing.T) {
	n := newNet(t, 4)
	var said [][]*extension.Extension // by member
	for i, v := range n.nodes {
		said = append(said, nil)
		v.change = func(e *extension.Extension) {
			c := *e
			c.Commitments, c.Votes, c.Shares = slices.Clone(e.Commitments), slices.Clone(e.Votes), slices.Clone(e.Shares)
			said[i] = append(said[i], &c)
		}
	}
	n.blocks(6)
	for _, end := range []uint64{9, 11} {
		n.vote(1, end, 0, 1, 2, 3, 4)
		n.blocks(4)
	}
	n.certified(1, 11, 0)
	n.nodes[0].withhold, n.nodes[1].withhold = true, true
	n.vote(1, 15, 0, 1, 2, 3, 4)
	n.blocks(6)
	open := n.sessions()
	if a := n.agenda(3); len(open) == 0 || !a.Streams[0].Signing || len(a.Streams[0].Voted) == 0 || a.Pool == 0 || a.Streams[0].Target == 0 || n.benchOf(1).Level+n.benchOf(2).Level == 0 {
		t.Fatalf("nothing open to leave behind: %+v", a)
	}
	last := open[len(open)-1].Number
	used := map[[33]byte]bool{} // points of every commitment that a session or a pool had
	marks := map[int]uint32{}
	for i, list := range said {
		marks[i] = n.agenda(i + 1).NextSeq
		for _, e := range list {
			for _, c := range e.Commitments {
				if c.Seq < marks[i] {
					used[c.D] = true
				}
			}
		}
	}
	if len(used) < 20 {
		t.Fatalf("only %d commitments were taken", len(used))
	}

	m := n.imported()
	if len(m.sessions()) != 0 {
		t.Fatal("sessions were imported")
	}
	for i := range m.nodes {
		a := m.agenda(i + 1)
		if a.Boot != 1 || a.NextSeq != marks[i] || a.Pool != 0 || len(a.Sessions) != 0 || len(a.Streams[0].Voted) != 0 ||
			a.Streams[0].Signing || a.Streams[0].Target != 0 || a.Streams[0].CertifiedEnd != 11 || a.Fork != 2 {
			t.Fatalf("agenda of member %d after the import: %+v", i+1, a)
		}
		if m.benchOf(i+1).Level != 0 {
			t.Fatal("a bench was imported")
		}
	}
	missing := m.members().Members[0].MissingShares.Count + m.members().Members[1].MissingShares.Count
	if missing == 0 {
		t.Fatal("conduct was left behind")
	}

	// Everything ever said is said again, as it was and under the new fork number.
	for i := range said {
		for _, e := range said[i] {
			m.then(m.entry(i+1, e))
			again := *e
			again.Fork = 2
			again.Votes = nil
			m.then(m.entry(i+1, &again))
		}
		if a := m.agenda(i + 1); a.NextSeq < marks[i] {
			t.Fatalf("the mark of member %d went back to %d", i+1, a.NextSeq)
		}
		var have pool
		m.get(keyMember(prefixPool, m.nodes[i].addr), &have)
		for _, p := range have {
			if used[p.D] {
				t.Fatalf("member %d: commitment %d was taken twice", i+1, p.Seq)
			}
		}
	}
	if len(m.sessions()) != 0 {
		t.Fatal("old words opened a session")
	}

	// Two signers restart, two go on with their boot; the window certifies under a new number.
	for i, v := range m.nodes {
		v.withhold, v.change, v.votes = false, nil, nil
		if i < 2 {
			v.restart(50)
		}
	}
	m.said = nil
	m.blocks(6)
	m.vote(1, 15, 0, 1, 2, 3, 4)
	m.blocks(2)
	fresh := m.sessions()
	if len(fresh) != 1 || fresh[0].Number <= last {
		t.Fatalf("%d sessions, or a number at or below %d", len(fresh), last)
	}
	for _, g := range fresh[0].Signers {
		if used[g.D] {
			t.Fatalf("member %d signs with a commitment of the old fork", g.Index)
		}
	}
	m.blocks(3)
	m.certified(1, 15, 0)
}

// A fork ends the halt; a suspension of the same key epoch and the evidence stay.
func TestNewForkEndsTheHalt(t *testing.T) {
	n := halted(t)
	m := n.imported()
	if a := m.agenda(2); a.Halted != "" || a.Suspended || !m.agenda(1).Suspended {
		t.Fatalf("after the import: %+v", a)
	}
	if p := m.members().Members; len(p[1].Evidence) != 1 || p[1].Equivocations.Count != 1 || p[0].Suspension == nil {
		t.Fatalf("evidence was left behind: %+v", p[1])
	}
	for _, v := range m.nodes {
		v.votes = nil
	}
	m.blocks(6)
	m.vote(1, 13, 0, 2, 3, 4)
	m.blocks(5)
	m.certified(1, 13, 0)
}

// No import brings what an export leaves behind.
func TestImportRefusesOpenWork(t *testing.T) {
	n := newNet(t, 4)
	a := n.nodes[0].addr
	for name, r := range map[string]struct {
		key   []byte
		value record
		ok    bool
	}{
		"mark":       {keyMember(prefixMark, a), &mark{Boot: 1, Next: 2}, true},
		"conduct":    {keyMember(prefixConduct, a), &conduct{}, true},
		"suspension": {keyMember(prefixSuspension, a), &suspension{Epoch: 1}, true},
		"pool":       {keyMember(prefixPool, a), &pool{}, false},
		"bench":      {keyMember(prefixBench, a), &bench{Reason: reasonMissing}, false},
		"halt":       {keyOf(prefixHalt), &halt{Reason: reasonTooMany}, false},
		"votes":      {keyStreamMember(prefixBallots, 1, a), &ballots{}, false},
		"signing":    {keyStream(prefixSigning, 1), &signing{}, false},
		"session":    {keySession(1), &session{}, false},
		"pursuit":    {keyPursuit(1), &pursuit{}, false},
		"turn":       {keyOf(prefixTurn), new(number), false},
		"target":     {keyStream(prefixTarget, 1), &target{}, false},
		"heartbeat":  {keyStreamMember(prefixHeartbeat, 1, a), &heartbeat{}, false},
		"height":     {keyOf(prefixHeight), new(number), false},
	} {
		m := newNet(t, 4)
		g := Genesis{Records: []Record{{Key: hex.EncodeToString(r.key), Value: hex.EncodeToString(encode(r.value))}}}
		if err := m.k.InitGenesis(m.ctx(), g); (err == nil) != r.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
