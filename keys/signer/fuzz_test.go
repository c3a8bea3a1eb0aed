// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package signer

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
)

// memory is a file that a journal may lie in.
type memory struct{ b []byte }

func (m *memory) ReadAt(p []byte, at int64) (int, error) {
	n := copy(p, m.b[min(at, int64(len(m.b))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	m.b = append(m.b[:at:at], p...)
	return len(p), nil
}

func (m *memory) Truncate(size int64) error { m.b = m.b[:size]; return nil }
func (*memory) Sync() error                 { return nil }
func (*memory) Close() error                { return nil }

// inMemory is a committee without files.
func inMemory(t testing.TB, group frost.Group, shares []frost.Scalar) *committee {
	t.Helper()
	c := &committee{t: t, group: group, shares: shares}
	for i := range shares {
		j, err := journal.OpenOn(new(memory), 0)
		if err != nil {
			t.Fatal(err)
		}
		s, err := New(Config{
			BridgeID: bridge, Shares: []keystore.Share{{KeyEpoch: 1, Index: frost.Index(i + 1), Secret: shares[i], BridgeID: bridge, GroupKey: group.Key}}, Journal: j, Rand: testRand(byte(i + 10)),
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Start(100)
		c.signers = append(c.signers, s)
	}
	return c
}

// fields are the parts of a request as bytes that can be changed in place.
func fields(r *Request) []func(at int, x byte) {
	word := func(w []byte) func(int, byte) { return func(at int, x byte) { w[at%len(w)] ^= x } }
	number := func(v *uint64) func(int, byte) {
		return func(at int, x byte) {
			b := binary.BigEndian.AppendUint64(nil, *v)
			b[at%8] ^= x
			*v = binary.BigEndian.Uint64(b)
		}
	}
	short := func(v *uint32) func(int, byte) { return func(at int, x byte) { *v ^= uint32(x) << (8 * (at % 4)) } }
	cp, se := r.checkpoint(), &r.Session
	list := []func(int, byte){
		word(r.BridgeID[:]), short(&r.Fork), number(&r.SessionNumber), word(r.BodyHash[:]), short(&r.MySeq),
		word(se.Key[:]), number(&se.KeyEpoch), word(se.ID[:]), word(se.Digest[:]),
		word(cp.BridgeID[:]), number((*uint64)(&cp.Stream.Chain)), word(cp.Stream.Manager[:]), short(&cp.Stream.Epoch), number(&cp.End),
		word(cp.BlockHash[:]), number(&cp.MessageCount), number(&cp.LeafCount), word(cp.PeaksHash[:]), word(cp.Root[:]),
	}
	for i := range se.Commitments {
		c := &se.Commitments[i]
		list = append(list, word(c.D[:]), word(c.E[:]), func(_ int, x byte) { c.Index ^= frost.Index(x) })
	}
	return list
}

// FuzzRequest: a request that was changed after it was made gives no share, and when only its id was made
// again for the change, at most one share leaves for the session number (I-05).
func FuzzRequest(f *testing.F) {
	f.Add([]byte{}, false)
	for k := byte(0); k < 28; k += 3 {
		f.Add([]byte{k, 31, 1}, k%2 == 0)
	}
	group, shares, err := frost.Deal(testRand(1), 4, 3)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, script []byte, seal bool) {
		c := inMemory(t, group, shares)
		cp := checkpoint(9, 1)
		req := c.request(1, 0, cp)
		before := req
		changed := req
		changed.Session.Commitments = append([]frost.Commitment(nil), req.Session.Commitments...)
		list := fields(&changed)
		for ; len(script) >= 3; script = script[3:] {
			list[int(script[0])%len(list)](int(script[1]), script[2])
		}
		if seal {
			changed.seal()
		}
		same := equal(&before, &changed)
		s := c.signers[0]
		z, err := s.Sign(changed, voted(cp, *changed.Statement.(*message.Checkpoint)))
		if err != nil {
			if same {
				t.Errorf("the true request: %v", err)
			}
			return
		}
		if !same && !seal {
			t.Errorf("a share for a changed request: %+v", changed)
		}
		if y := c.group.Public[0]; frost.VerifyShare(changed.Session, 1, y, z) != nil {
			t.Error("a share that does not verify")
		}
		again, err := s.Sign(before, voted(cp))
		if err == nil && again != z {
			t.Error("two shares with one pair")
		}
		if err == nil && !same && before.SessionNumber == changed.SessionNumber {
			t.Errorf("two sessions under one number: %+v", changed)
		}
	})
}

func equal(a, b *Request) bool {
	x, y := *a, *b
	x.Session.Commitments, y.Session.Commitments = nil, nil
	fixed := func(r *Request) [12]any {
		return [12]any{r.BridgeID, r.Fork, r.SessionNumber, r.BodyHash, r.MySeq, *r.Statement.(*message.Checkpoint), r.Session.Key, r.Session.KeyEpoch, r.Session.ID, r.Session.Digest}
	}
	if fixed(&x) != fixed(&y) || len(a.Session.Commitments) != len(b.Session.Commitments) {
		return false
	}
	for i := range a.Session.Commitments {
		if a.Session.Commitments[i] != b.Session.Commitments[i] {
			return false
		}
	}
	return true
}

// FuzzRecords: a journal of whatever records gives a signer that knows each session number and
// window once, or none.
func FuzzRecords(f *testing.F) {
	r := record{fork: 1, number: 1, id: [32]byte{1}, claim: claim{stream: message.Hash{2}, end: 9, body: [32]byte{3}}}
	other := r
	other.number, other.end = 2, 11
	f.Add(append(r.encode(), other.encode()...), uint8(shareSize))
	f.Add(append(r.encode(), r.encode()...), uint8(shareSize))
	f.Add(append(bootRecord(7), bootRecord(7)...), uint8(bootSize))
	f.Add(append(bootRecord(7), bootRecord(8)...), uint8(bootSize))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		if size == 0 {
			return
		}
		s := &Signer{history: newHistory(), witness: newWitness()}
		sessions, windows, boot := map[string][]byte{}, map[string][]byte{}, uint64(0)
		for rest := b; len(rest) > 0; {
			one := rest[:min(len(rest), int(size))]
			rest = rest[len(one):]
			if s.replay(one) != nil {
				return
			}
			switch one[0] {
			case kindBoot:
				next := binary.BigEndian.Uint64(one[1:])
				if next <= boot {
					t.Fatalf("boot %d after %d", next, boot)
				}
				boot = next
			case kindShare, kindStatement:
				session, window := string(one[1:13]), string(one[45:85])
				if _, ok := sessions[session]; ok {
					t.Fatalf("session number twice: %x", one)
				}
				if body, ok := windows[window]; ok && !bytes.Equal(body, one[85:]) {
					t.Fatalf("two bodies for one window: %x", one)
				}
				sessions[session], windows[window] = one[13:45], one[85:]
			}
		}
	})
}
