// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

func someHalt() Halt {
	return Halt{
		Stream: message.Stream{Chain: 1, Manager: message.Address{2}, Finality: message.Final, Epoch: 3}, Number: 4,
		Was: message.Hash{5}, Is: message.Hash{6}, Next: 7, Height: 8,
		Witnesses: []Witness{{Name: "own", Hash: message.Hash{6}}, {Name: "provider ü", Why: "no answer"}},
	}
}

func TestHaltCodec(t *testing.T) {
	for name, change := range map[string]func(*Halt){
		"as it is":     func(*Halt) {},
		"no witnesses": func(h *Halt) { h.Witnesses = nil },
	} {
		want := someHalt()
		change(&want)
		if got, err := DecodeHalt(EncodeHalt(want)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	whole := EncodeHalt(someHalt())
	for i := range whole {
		if _, err := DecodeHalt(whole[:i]); !errors.Is(err, message.ErrBadEncoding) {
			t.Errorf("%d of %d bytes: %v", i, len(whole), err)
		}
	}
	if _, err := DecodeHalt(append(bytes.Clone(whole), 0)); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("a byte more: %v", err)
	}
	same := someHalt()
	same.Is = same.Was
	if _, err := DecodeHalt(EncodeHalt(same)); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("a block that did not change: %v", err)
	}
	// What an endpoint says cannot make the record unreadable.
	long := someHalt()
	for len(long.Witnesses) < 2*MaxWitnesses {
		long.Witnesses = append(long.Witnesses, Witness{Name: strings.Repeat("ü", MaxWitnessBytes), Why: "\xff" + strings.Repeat("x", 300)})
	}
	got, err := DecodeHalt(EncodeHalt(long))
	if err != nil || len(got.Witnesses) != MaxWitnesses || len(got.Witnesses[5].Name) != MaxWitnessBytes {
		t.Errorf("bounds: %d witnesses, %v", len(got.Witnesses), err)
	}
	if h := someHalt(); message.FateOf(&h) != message.Halt || !strings.Contains(h.Error(), "final block 4 of chain 1") {
		t.Errorf("text %q", h.Error())
	}
}

func FuzzHalt(f *testing.F) {
	f.Add(EncodeHalt(someHalt()))
	f.Add([]byte{CodecVersion})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := DecodeHalt(b)
		if err != nil {
			return
		}
		if again := EncodeHalt(h); !bytes.Equal(again, b) {
			t.Errorf("%x decodes and encodes as %x", b, again)
		}
	})
}
