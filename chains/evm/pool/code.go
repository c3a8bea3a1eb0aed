// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// code is what must stand at an address.
type code struct {
	address message.Address
	hash    message.Hash
}

// Expect makes every member show code of that keccak256 hash at an address, from its next
// question on and whenever its chain is checked. One with other code has no voice; one without
// code lags. A later call with the same address replaces the hash.
func (p *Pool) Expect(address message.Address, hash message.Hash) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one := code{address, hash}
	if slices.Contains(p.codes, one) {
		return
	}
	list := slices.DeleteFunc(slices.Clone(p.codes), func(c code) bool { return c.address == address })
	p.codes = append(list, one)
	slices.SortFunc(p.codes, func(a, b code) int { return bytes.Compare(a.address[:], b.address[:]) })
	for _, m := range p.members {
		m.checkedAt = time.Time{}
	}
}

func (c code) check(ctx context.Context, e evm.Endpoint) error {
	b, err := e.Code(ctx, c.address)
	switch {
	case err != nil:
		return fmt.Errorf("code of %s: %w", c.address, err)
	case len(b) == 0:
		return fmt.Errorf("code of %s: %w", c.address, errNoCode)
	case message.Keccak(b) != c.hash:
		return errWrongCode
	}
	return nil
}
