// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/extension"
)

func records() []record {
	b := ballot{Vote: extension.Vote{Stream: 1, End: 9, MessageCount: 3, LeafCount: 4, Root: [32]byte{5}, Endpoints: 2}, Body: message.Hash{6}, Height: 7}
	return []record{
		&mark{Boot: 1 << 40, Next: 9},
		&pair{Seq: 3, D: [33]byte{2}, E: [33]byte{3}},
		&target{End: 9, Sticky: 8, Rank: 7},
		&bench{Level: 2, Until: 100, Reason: reasonInvalid},
		&heartbeat{End: 9, Height: 8},
		&conduct{Garbled: occurrences{1, 2}, Invalid: occurrences{3, 4}, Missing: occurrences{5, 6}, Equivocations: occurrences{7, 8}, Wrong: occurrences{9, 10}},
		&suspension{Epoch: 1, Since: 2, Stream: 3, End: 4},
		&halt{Reason: reasonTooMany, Height: 2, Member: 3, Addr: address{4}, Stream: 5, End: 6},
		&b,
		&ballots{b, b},
		&pool{{Seq: 1}, {Seq: 2}},
		&signing{Ballot: b, effort: effort{Since: 1, Opened: 2, Round: 3, Count: 4}},
		&pursuit{Epoch: 1, Digest: message.Digest{2}, effort: effort{Since: 3, Opened: 4, Round: 5, Count: 6}},
		&session{Number: 5, Epoch: 1, Ballot: b, Attempt: 2, Opened: 6, Signers: []signer{{Index: 1, Have: true, Z: [32]byte{1}}, {Index: 2, Blamed: true}}},
		&session{
			Number: 5, Epoch: 1, Statement: 7, Kind: kindHalt, Digest: message.Digest{8}, Ballot: ballot{Body: message.Hash{8}}, Attempt: 2, Opened: 6,
			Signers: []signer{{Index: 1, Have: true, Z: [32]byte{1}}},
		},
		&certificate{Stream: message.Stream{Chain: 31337, Finality: 3, Epoch: 1}, Ballot: b, S: [32]byte{1}, R: [20]byte{2}, Height: 3, Session: 4, Epoch: 5, Kept: 6},
		&fraud{Count: 1, Height: 2, End: 3, First: message.Hash{4}, Second: message.Hash{5}},
		new(number),
	}
}

func TestRecordsRoundTrip(t *testing.T) {
	for _, r := range records() {
		b := encode(r)
		got := reflect.New(reflect.TypeOf(r).Elem()).Interface().(record)
		if err := decode(b, got); err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%T: %+v, %v", r, got, err)
		}
		for _, wrong := range [][]byte{b[:len(b)-1], append(bytes.Clone(b), 0), nil} {
			other := reflect.New(reflect.TypeOf(r).Elem()).Interface().(record)
			if err := decode(wrong, other); !errors.Is(err, ErrRecord) || message.FateOf(err) != message.Halt {
				t.Errorf("%T of %d bytes: %v", r, len(wrong), err)
			}
		}
	}
}

func TestReasonWithoutMeaningIsRefused(t *testing.T) {
	for _, why := range []reason{0, reasonEnd, 0xff} {
		if err := decode(encode(&bench{Until: 1, Reason: why}), new(bench)); !errors.Is(err, ErrRecord) {
			t.Errorf("bench for reason %d: %v", why, err)
		}
		if err := decode(encode(&halt{Reason: why}), new(halt)); !errors.Is(err, ErrRecord) {
			t.Errorf("halt for reason %d: %v", why, err)
		}
	}
}

// A session is of a checkpoint or of a statement whose kind is known.
func TestSessionOfNoKindIsRefused(t *testing.T) {
	for _, q := range []session{
		{Number: 1, Statement: 1, Kind: kindCheckpoint}, {Number: 1, Kind: kindReady}, {Number: 1, Statement: 1, Kind: kindEnd}, {Number: 1, Statement: 1, Kind: 0xff},
	} {
		if err := decode(encode(&q), new(session)); !errors.Is(err, ErrRecord) {
			t.Errorf("statement %d of kind %d: %v", q.Statement, uint8(q.Kind), err)
		}
	}
	for k := kindReady; k < kindEnd; k++ {
		if err := decode(encode(&session{Number: 1, Statement: 1, Kind: k}), new(session)); err != nil {
			t.Errorf("kind %d: %v", k, err)
		}
	}
}

func FuzzRecord(f *testing.F) {
	for i, r := range records() {
		f.Add(uint8(i), encode(r))
	}
	f.Fuzz(func(t *testing.T, kind uint8, b []byte) {
		all := records()
		r := all[int(kind)%len(all)]
		got := reflect.New(reflect.TypeOf(r).Elem()).Interface().(record)
		if decode(b, got) == nil && !bytes.Equal(encode(got), b) {
			t.Fatalf("%T: %x re-encoded as %x", r, b, encode(got))
		}
	})
}
