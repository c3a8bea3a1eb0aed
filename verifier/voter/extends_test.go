// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/extension"
)

// A stream is voted for only where the own tree is known to hold what the state has certified, or the base of its epoch.
func TestOwnTreeHoldsTheCertifiedOne(t *testing.T) {
	_, s := full(1)
	held := s.streams[0].windows[1]
	other, unknown := held, held
	other.Root[0] ^= 1
	unknown.End -= 2 * stride
	certified := func(c message.Checkpoint) extension.StreamAgenda {
		return extension.StreamAgenda{HasCertified: true, CertifiedEnd: c.End, Certified: c}
	}
	based := func(c message.Checkpoint) extension.StreamAgenda {
		return extension.StreamAgenda{HasBase: true, Base: c}
	}
	for name, c := range map[string]struct {
		asked  extension.StreamAgenda
		agreed message.Checkpoint
		want   bool
	}{
		"nothing certified, no base":       {extension.StreamAgenda{}, message.Checkpoint{}, true},
		"a base that was not looked at":    {based(held), message.Checkpoint{}, false},
		"another base than was looked at":  {based(other), held, false},
		"the base that was found":          {based(held), held, true},
		"certified as read":                {certified(held), message.Checkpoint{}, true},
		"certified with another root":      {certified(other), message.Checkpoint{}, false},
		"certified where no window is":     {certified(unknown), message.Checkpoint{}, false},
		"certified long ago and found":     {certified(unknown), unknown, true},
		"certified, another one was found": {certified(unknown), held, false},
	} {
		v := *s.streams[0]
		v.agreed = c.agreed
		if got := v.extends(&c.asked); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
