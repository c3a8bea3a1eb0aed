// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
	keysigner "github.com/aitbc/bridge/keys/signer"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

func TestQueries(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	for i, v := range n.nodes {
		v.change = func(e *extension.Extension) {
			e.Heartbeats = []extension.Heartbeat{{Stream: 1, End: uint64(101 + 2*i)}, {Stream: 2, End: 7}}
		}
	}
	for _, end := range []uint64{9, 11, 13} {
		n.vote(1, end, 0, 1, 2, 3, 4)
		n.blocks(4)
	}
	n.vote(1, 21, 0, 1, 2, 3)
	n.vote(1, 23, 0, 4)
	n.blocks(2)
	q := NewQueryServer(n.k)
	ctx := n.ctx()

	for _, tc := range []struct {
		name   string
		stream uint32
		after  uint64
		limit  uint32
		want   []uint64
		code   codes.Code
	}{
		{name: "all", stream: 1, want: []uint64{9, 11, 13}},
		{name: "after", stream: 1, after: 9, want: []uint64{11, 13}},
		{name: "limit", stream: 1, limit: 2, want: []uint64{9, 11}},
		{name: "after the newest", stream: 1, after: 13},
		{name: "after everything", stream: 1, after: ^uint64(0)},
		{name: "other stream", stream: 2},
		{name: "limit too high", stream: 1, limit: MaxCertificates + 1, code: codes.InvalidArgument},
		{name: "stream too high", stream: 1 << 16, code: codes.InvalidArgument},
	} {
		t.Run("certificates "+tc.name, func(t *testing.T) {
			r, err := q.Certificates(ctx, &certifyv1.QueryCertificatesRequest{Stream: tc.stream, After: tc.after, Limit: tc.limit})
			if status.Code(err) != tc.code {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			if len(r.Certificates) != len(tc.want) {
				t.Fatalf("%d certificates", len(r.Certificates))
			}
			for i, c := range r.Certificates {
				sig := schnorr.Signature{S: [32]byte(c.S), R: [20]byte(c.R)}
				if c.Checkpoint.End != tc.want[i] {
					t.Fatalf("end %d, want %d", c.Checkpoint.End, tc.want[i])
				}
				if err := schnorr.Verify(schnorr.PublicKey(n.ep.GroupKey), [32]byte(c.Digest), sig); err != nil {
					t.Fatal(err)
				}
			}
		})
	}

	s, err := q.StreamStatus(ctx, &certifyv1.QueryStreamStatusRequest{Stream: 1})
	if err != nil || s.Certified == nil || s.Certified.End != 13 || s.Target != 21 || len(s.Heartbeats) != 4 || s.Heartbeats[3].End != 107 ||
		len(s.Tallies) != 2 || s.Tallies[0].End != 21 || len(s.Tallies[0].Voters) != 3 || len(s.OpenSessions) != 1 {
		t.Fatalf("status %+v, %v", s, err)
	}
	if _, err := q.StreamStatus(ctx, &certifyv1.QueryStreamStatusRequest{Stream: 2}); status.Code(err) != codes.NotFound {
		t.Fatal(err)
	}
	one, err := q.Session(ctx, &certifyv1.QuerySessionRequest{Number: s.OpenSessions[0]})
	if err != nil || one.Session.End != 21 || one.Session.State != certifyv1.SessionState_SESSION_STATE_OPEN || len(one.Session.Signers) != 3 {
		t.Fatalf("session %+v, %v", one, err)
	}
	if _, err := q.Session(ctx, &certifyv1.QuerySessionRequest{Number: 1}); status.Code(err) != codes.NotFound {
		t.Fatal(err)
	}
	all, err := q.Sessions(ctx, &certifyv1.QuerySessionsRequest{})
	if err != nil || len(all.Sessions) != 1 || all.Sessions[0].Number != s.OpenSessions[0] {
		t.Fatalf("sessions %+v, %v", all, err)
	}
}

// The signer computes the session id alone, from the list; both must agree to the byte.
func TestSessionIDAgreesWithSigner(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	q := n.sessions()[0]
	se := frost.Session{Key: schnorr.PublicKey(n.ep.GroupKey), KeyEpoch: q.Epoch, Digest: q.Digest}
	for _, g := range q.Signers {
		se.Commitments = append(se.Commitments, frost.Commitment{Index: frost.Index(g.Index), D: g.D, E: g.E})
	}
	if got := keysigner.SessionID(bridgeID, n.fork, q.Number, q.Ballot.Body, se); got != q.ID {
		t.Fatalf("signer %x, state %x", got, q.ID)
	}
}

func TestBrokenRecordIsAnError(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	ctx := n.ctx()
	ctx.KVStore(n.key).Set(keySession(n.sessions()[0].Number), []byte{1, 2, 3})
	if err := n.k.ProcessVotes(ctx, nil); err == nil {
		t.Fatal("a broken session record was passed over")
	}
	if _, err := n.k.Agenda(ctx, n.nodes[0].addr[:]); err == nil {
		t.Fatal("an agenda from a broken record")
	}
}
