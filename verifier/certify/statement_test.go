// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"errors"
	"slices"
	"testing"

	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// firstKey is a chain of size validators without a key, whose ceremony has made the epoch 1.
func firstKey(t testing.TB, size int) *testNet {
	n := born(newNet(t, size))
	n.blocks(3)
	n.deal(true, n.all()...)
	n.switchy = true
	return n
}

// until commits blocks until the statement is signed, and says how many.
func (n *testNet) until(id uint64, most int) int {
	n.t.Helper()
	for b := 1; b <= most; b++ {
		n.block()
		if n.signedAt(id) != 0 {
			return b
		}
	}
	n.t.Fatalf("statement %d is not signed after %d blocks: %d sessions", id, most, len(n.sessions()))
	return 0
}

// Without a key nothing is taken; with a ready epoch its members sign, whoever of f fails, and
// are the committee from then on.
func TestReadyAtBirth(t *testing.T) {
	for name, tc := range map[string]struct {
		fault func(*node)
		most  int
	}{
		"all":             {func(*node) {}, 5},
		"one absent":      {func(v *node) { v.absent = true }, 7},
		"one withholds":   {func(v *node) { v.withhold = true }, 7},
		"one bad share":   {func(v *node) { v.corrupt = true }, 7},
		"one is not here": {func(v *node) { v.mute = true }, 7},
	} {
		t.Run(name, func(t *testing.T) {
			n := firstKey(t, 4)
			if a := n.agenda(1); a.Member || a.KeyEpoch != 0 || a.ReadyEpoch != 1 || a.ReadyIndex != 1 || a.Boot != 0 {
				t.Fatalf("before the ready epoch anything was taken: %+v", a)
			}
			tc.fault(n.nodes[2])
			n.ask(1, kindReady, 1, 1, 2, 3, 4)
			took := n.until(1, tc.most)
			if a := n.agenda(1); !a.Member || a.KeyEpoch != 1 || a.ReadyEpoch != 0 || a.Pool == 0 {
				t.Fatalf("after it: %+v", a)
			}
			if len(n.signed) != 1 || n.count(EventStatement) != 1 {
				t.Fatalf("signed %d times, %d events", len(n.signed), n.count(EventStatement))
			}
			n.block()
			if open := n.sessions(); len(open) != 0 {
				t.Fatalf("%d sessions outlive the signature", len(open))
			}
			n.vote(1, 9, 0, 1, 2, 4)
			n.blocks(6)
			if c := n.certified(1, 9, 0); c.Epoch != 1 {
				t.Fatalf("certified under epoch %d", c.Epoch)
			}
			t.Logf("signed after %d blocks", took)
		})
	}
}

// A chain without any key takes nothing, whatever is said, and breaks nothing.
func TestNoKey(t *testing.T) {
	n := born(newNet(t, 4))
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.ask(1, kindReady, 1, 1, 2, 3, 4) // of an epoch that is not there
	n.blocks(10)
	for m := 1; m <= 4; m++ {
		if a := n.agenda(m); a.Member || a.Boot != 0 || len(a.Sessions) != 0 || len(a.Streams) != 1 || a.Height != uint64(n.h) {
			t.Fatalf("member %d: %+v", m, a)
		}
	}
	if len(n.sessions()) != 0 || len(n.signed) != 0 {
		t.Fatal("something was signed")
	}
	n.nobodyBlamed()
}

// Who is in the ready epoch alone gives commitments and shares, and nothing else of it counts.
func TestJoiningMember(t *testing.T) {
	n := newNet(t, 4)
	n.join()
	n.blocks(4)
	if a := n.agenda(5); a.Boot != 0 || a.ReadyIndex != 0 {
		t.Fatalf("taken from a validator that is in no epoch: %+v", a)
	}
	n.deal(false, 1, 2, 3, 4, 5)
	n.nodes[4].change = func(e *extension.Extension) { e.Heartbeats = []extension.Heartbeat{{Stream: 1, End: 101}} }
	n.vote(1, 9, 0, 1, 2, 5)
	n.blocks(4)
	a := n.agenda(5)
	if a.Member || a.MemberIndex != 0 || a.ReadyEpoch != 2 || a.ReadyIndex != 5 || a.KeyEpoch != 1 || a.Boot != 1 || a.Pool == 0 || len(a.Unused) != a.Pool {
		t.Fatalf("agenda of a joining member: %+v", a)
	}
	if n.get(keyStreamMember(prefixBallots, 1, n.nodes[4].addr), new(ballots)) || n.get(keyStreamMember(prefixHeartbeat, 1, n.nodes[4].addr), new(heartbeat)) {
		t.Fatal("its vote or its heartbeat is in the state")
	}
	if len(a.Streams[0].Voted) != 0 || len(n.sessions()) != 0 || n.agenda(1).Streams[0].Target != 0 || len(n.status(1).Heartbeats) != 0 {
		t.Fatal("its vote or its heartbeat counts")
	}
	if both := n.agenda(1); !both.Member || both.MemberIndex != 1 || both.ReadyIndex != 1 {
		t.Fatalf("a member of both epochs: %+v", both)
	}
	n.nodes[0].absent = true
	n.ask(1, kindReady, 2, 1, 2, 3, 4, 5)
	n.blocks(2)
	open := n.sessions()
	if len(open) != 1 || open[0].Epoch != 2 || open[0].Statement != 1 || open[0].Kind != kindReady || len(open[0].Signers) != 4 || !signs(open[0], n.nodes[4]) {
		t.Fatalf("sessions %+v", open)
	}
	se := n.agenda(5).Sessions
	if len(se) != 1 || se[0].KeyEpoch != 2 || se[0].GroupKey != [32]byte(n.ready.GroupKey) || se[0].MyIndex != 5 || se[0].BodyHash != [32]byte(se[0].Digest) ||
		se[0].Statement == nil || se[0].Statement.Digest() != se[0].Digest || se[0].Stream != 0 || se[0].End != 0 {
		t.Fatalf("what the joining member is asked for: %+v", se)
	}
	n.until(1, 4)
	n.nobodyBlamed()
	n.activate()
	n.nodes[4].change = nil
	n.nodes[4].votes = nil
	n.vote(1, 9, 0, 3, 4, 5)
	n.blocks(6)
	if c := n.certified(1, 9, 0); c.Epoch != 2 || len(n.agenda(5).Streams[0].Voted) != 0 {
		t.Fatalf("certified under epoch %d", c.Epoch)
	}
	n.nobodyBlamed()
}

// What the fields say is signed, by those whom the statement names, and nothing else.
func TestStatementsRefused(t *testing.T) {
	n := newNet(t, 4)
	n.deal(true, 1, 2, 3, 4)
	n.ask(1, kindReady, 2, 1, 2, 3)
	n.ask(2, kindRotate, 1, 1, 2, 3)
	n.ask(3, kindRotate, 2, 1, 2, 3)
	n.ask(4, kindHalt, 1, 1, 2, 3)
	good := slices.Clone(n.pending)
	type change = func(*committeev1.Statement)
	for name, tc := range map[string]struct {
		of     int // 1…4; 0: all
		change change
	}{
		"accepted":              {0, nil},
		"no id":                 {0, func(p *committeev1.Statement) { p.Id = 0 }},
		"short digest":          {0, func(p *committeev1.Statement) { p.Digest = p.Digest[:31] }},
		"other digest":          {0, func(p *committeev1.Statement) { p.Digest = append([]byte{p.Digest[0] ^ 1}, p.Digest[1:]...) }},
		"unknown kind":          {0, func(p *committeev1.Statement) { p.Kind = 4 }},
		"negative kind":         {0, func(p *committeev1.Statement) { p.Kind = -1 }},
		"kind of a checkpoint":  {0, func(p *committeev1.Statement) { p.Kind = 0 }},
		"unknown epoch":         {0, func(p *committeev1.Statement) { p.KeyEpoch = 3 }},
		"no epoch":              {0, func(p *committeev1.Statement) { p.KeyEpoch = 0 }},
		"no fields":             {0, func(p *committeev1.Statement) { p.Ready, p.Rotate, p.Halt = nil, nil, nil }},
		"ready and more":        {1, func(p *committeev1.Statement) { p.Halt = &committeev1.HaltStatement{} }},
		"ready of active epoch": {1, func(p *committeev1.Statement) { p.KeyEpoch = 1 }},
		"ready of no members": {1, func(p *committeev1.Statement) {
			p.Ready = &committeev1.ReadyStatement{KeyEpoch: 2, MemberSetHash: make([]byte, 32), Height: 1}
		}},
		"ready, height 0": {1, func(p *committeev1.Statement) {
			p.Ready = &committeev1.ReadyStatement{KeyEpoch: 2, MemberSetHash: p.Ready.MemberSetHash}
		}},
		"ready, short hash": {1, func(p *committeev1.Statement) {
			p.Ready = &committeev1.ReadyStatement{KeyEpoch: 2, MemberSetHash: []byte{1}, Height: 1}
		}},
		"rotate to the same key": {2, func(p *committeev1.Statement) { r := *p.Rotate; r.NewKey = r.OldKey; p.Rotate = &r }},
		"rotate, zero key":       {2, func(p *committeev1.Statement) { r := *p.Rotate; r.NewKey = make([]byte, 32); p.Rotate = &r }},
		"rotate, short key":      {2, func(p *committeev1.Statement) { r := *p.Rotate; r.OldKey = r.OldKey[:31]; p.Rotate = &r }},
		"rotate, no version":     {2, func(p *committeev1.Statement) { r := *p.Rotate; r.KeyVersion = 0; p.Rotate = &r }},
		"rotate of other keys": {2, func(p *committeev1.Statement) {
			r := *p.Rotate
			r.OldKey = append([]byte{}, r.OldKey...)
			r.OldKey[31] ^= 1
			p.Rotate = &r
		}},
		"halt of ready epoch": {4, func(p *committeev1.Statement) { p.KeyEpoch = 2 }},
		"halt, zero manager":  {4, func(p *committeev1.Statement) { h := *p.Halt; h.Manager = make([]byte, 20); p.Halt = &h }},
		"halt, no nonce":      {4, func(p *committeev1.Statement) { h := *p.Halt; h.HaltNonce = 0; p.Halt = &h }},
		"halt, no end":        {4, func(p *committeev1.Statement) { h := *p.Halt; h.NotAfter = 0; p.Halt = &h }},
		"halt, no chain":      {4, func(p *committeev1.Statement) { h := *p.Halt; h.Chain = 0; p.Halt = &h }},
		"halt, short scope":   {4, func(p *committeev1.Statement) { h := *p.Halt; h.Scope = h.Scope[:31]; p.Halt = &h }},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := n.k.roll(n.ctx())
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range good {
				if tc.of != 0 && tc.of != i+1 {
					continue
				}
				if tc.change != nil {
					tc.change(&p)
				}
				x, err := r.parse(bridgeID, &p)
				if tc.change == nil && (err != nil || x.what.Digest() != x.digest || x.kind != kind(p.Kind) || x.ep.number != p.KeyEpoch) ||
					tc.change != nil && !errors.Is(err, ErrStatement) {
					t.Fatalf("%s: %v", p.Kind, err)
				}
			}
		})
	}

	// A chain goes on whose committee asks for what nobody may sign.
	n.pending[3].Digest = make([]byte, 32)
	n.pending[0].KeyEpoch = 9
	n.pending = append(n.pending, committeev1.Statement{Id: 9})
	n.blocks(10)
	if n.signedAt(1)+n.signedAt(4)+n.signedAt(9) != 0 || n.signedAt(2) == 0 || n.signedAt(3) == 0 {
		t.Fatalf("signed %+v", n.signed)
	}
}

// A rotation is one digest for two keys: each half is signed by its own epoch, and the debts of one are not those of
// the other.
func TestBothHalvesOfARotation(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.deal(true, 1, 2, 3, 4)
	n.ask(1, kindRotate, 1, 1, 2, 3, 4)
	n.ask(2, kindRotate, 2, 1, 2, 3, 4)
	n.nodes[1].withhold = true
	n.block()
	open := n.sessions()
	if len(open) != 2 || open[0].Digest != open[1].Digest || open[0].Epoch == open[1].Epoch || open[0].ID == open[1].ID {
		t.Fatalf("sessions %+v", open)
	}
	n.until(1, 6)
	n.until(2, 6)
	if len(n.signed) != 2 || string(n.signed[0].Signature) == string(n.signed[1].Signature) {
		t.Fatalf("signed %+v", n.signed)
	}
}

// The sessions of the ready epoch go on when it becomes the active one; shares that come
// afterwards complete them.
func TestStatementLivesOnOverTheSwitch(t *testing.T) {
	for late := range 3 {
		n := newNet(t, 4)
		n.blocks(4)
		n.deal(true, 2, 3, 4)
		n.ask(1, kindRotate, 2, 2, 3, 4)
		n.block()
		first := n.sessions()[0]
		n.blocks(late)
		if n.signedAt(1) != 0 {
			continue // signed before the switch
		}
		n.activate()
		n.blocks(2 - min(late, 2))
		n.block()
		if n.signedAt(1) == 0 || len(n.signed) != 1 || first.Epoch != 2 {
			t.Fatalf("switch %d blocks after the opening: not signed", late)
		}
		n.nobodyBlamed()
	}
}

// A statement that is withdrawn, or asked of another epoch, ends its sessions; nobody is blamed
// for a share that nobody wants.
func TestWithdrawnStatement(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	for _, v := range n.nodes {
		v.withhold = true
	}
	n.ask(1, kindHalt, 1, 1, 2, 3, 4)
	n.block()
	if len(n.sessions()) != 1 {
		t.Fatal("no session")
	}
	n.withdraw(1)
	if a := n.agenda(int(n.sessions()[0].Signers[0].Index)); len(a.Sessions) != 0 {
		t.Fatal("a share is asked for what was withdrawn")
	}
	n.blocks(4)
	if len(n.sessions()) != 0 || n.get(keyPursuit(1), new(pursuit)) {
		t.Fatal("a withdrawn statement is worked on")
	}
	n.nobodyBlamed()

	n.deal(false, 1, 2, 3, 4)
	n.ask(2, kindHalt, 1, 1, 2, 3, 4)
	n.block()
	old := n.sessions()[0]
	n.activate()
	n.blocks(3)
	if len(n.sessions()) != 0 {
		t.Fatal("a session of the epoch before is open")
	}
	n.pending[0].KeyEpoch = 2 // the committee asks its new epoch
	for _, v := range n.nodes {
		v.withhold = false
	}
	n.block()
	if open := n.sessions(); len(open) != 1 || open[0].Epoch != 2 || open[0].ID == old.ID || open[0].Attempt != 1 {
		t.Fatalf("sessions %+v", open)
	}
	n.until(2, 3)
	n.nobodyBlamed()
}

// An aborted ceremony's number is used again by the next one, with another key and members: what the
// first one's members were asked for ends with it.
func TestReadyNumberIsUsedAgain(t *testing.T) {
	n := firstKey(t, 4)
	n.nodes[0].withhold, n.nodes[1].withhold = true, true
	n.ask(1, kindReady, 1, 1, 2, 3, 4)
	n.blocks(5)
	old := n.sessions()
	if len(old) == 0 || n.signedAt(1) != 0 {
		t.Fatal("no session that hangs")
	}
	n.withdraw(1)
	n.ready = committeev1.Epoch{}
	n.block()
	if len(n.sessions()) != 0 {
		t.Fatal("sessions of an epoch that is no more")
	}
	n.nodes[0].withhold, n.nodes[1].withhold = false, false
	n.deal(true, 1, 2, 4)
	n.ask(2, kindReady, 1, 1, 2, 4)
	n.until(2, 5)
	if n.ep.Number != 1 || len(n.ep.Members) != 3 {
		t.Fatalf("active epoch %d of %d", n.ep.Number, len(n.ep.Members))
	}
}

// Candidates are the named members that the signing epoch has and that are not suspended in it.
func TestCandidates(t *testing.T) {
	n := newNet(t, 7)
	n.blocks(4)
	n.vote(1, 9, 0, 2)
	n.blocks(2)
	n.equivocate(2, 1, 9, 7)
	n.ask(1, kindHalt, 1, 1, 2, 3, 4, 5)
	n.blocks(5)
	if len(n.sessions()) != 0 || n.signedAt(1) != 0 {
		t.Fatal("a suspended member is a candidate")
	}
	n.pending[0].Candidates = append(n.pending[0].Candidates, n.nodes[6].addr[:], []byte("nobody"))
	n.block()
	if open := n.sessions(); len(open) != 1 || signs(open[0], n.nodes[1]) || signs(open[0], n.nodes[5]) {
		t.Fatalf("%d sessions, or one with a member that was not named", len(open))
	}
	n.until(1, 3)
	// The next epoch was made with it: there it signs.
	n.deal(false, 1, 2, 3, 4, 5)
	n.ask(2, kindReady, 2, 1, 2, 3, 4)
	n.until(2, 3)
	n.activate()
	if n.agenda(2).Suspended {
		t.Fatal("suspended in the next key epoch")
	}
}

func TestSessionQueriesNameTheStatement(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.ask(3, kindHalt, 1, 1, 2, 3, 4)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	q := NewQueryServer(n.k)
	all, err := q.Sessions(n.ctx(), &certifyv1.QuerySessionsRequest{})
	if err != nil || len(all.Sessions) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	x, c := all.Sessions[0], all.Sessions[1]
	if x.Statement != 3 || x.Kind != "halt" || x.End != 0 || string(x.BodyHash) != string(x.Digest) || c.Statement != 0 || c.Kind != "checkpoint" || c.End != 9 {
		t.Fatalf("%+v %+v", x, c)
	}
	one, err := q.Session(n.ctx(), &certifyv1.QuerySessionRequest{Number: x.Number})
	if err != nil || one.Session.Statement != 3 || one.Session.Kind != "halt" {
		t.Fatalf("%+v, %v", one, err)
	}
	if s := n.status(1); len(s.OpenSessions) != 1 || s.OpenSessions[0] != c.Number {
		t.Fatalf("sessions of stream 1: %v", s.OpenSessions)
	}
}
