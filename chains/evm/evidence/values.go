// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/aitbc/bridge/chains/message"
)

// hex reads a string of 0x and lower-case hex digits, the only spelling of the execution
// APIs for anything but addresses. The result has no 0x and aliases the input.
func (s *scanner) hex(mixedCase bool) ([]byte, error) {
	at := s.i
	t, err := s.text()
	if err != nil {
		return nil, err
	}
	if len(t) < 2 || t[0] != '0' || t[1] != 'x' {
		s.i = at
		return nil, s.bad("want 0x")
	}
	for _, c := range t[2:] {
		if !isHex(c) || !mixedCase && c >= 'A' && c <= 'F' {
			s.i = at
			return nil, s.bad("want lower-case hex digits")
		}
	}
	return t[2:], nil
}

// quantity reads a number: no leading zero, at least one digit, at most maxBytes bytes long.
func (s *scanner) quantity(maxBytes int) ([]byte, error) {
	at := s.i
	t, err := s.hex(false)
	if err != nil {
		return nil, err
	}
	if len(t) == 0 || t[0] == '0' && len(t) > 1 {
		s.i = at
		return nil, s.bad("empty number or leading zero")
	}
	if len(t) > 2*maxBytes {
		s.i = at
		return nil, fmt.Errorf("byte %d: number of %d digits: %w", at, len(t), message.ErrRange)
	}
	return t, nil
}

func (s *scanner) uint64(to *uint64) error {
	t, err := s.quantity(8)
	if err != nil {
		return err
	}
	*to = 0
	for _, c := range t {
		d := c - '0'
		if c >= 'a' {
			d = c - 'a' + 10
		}
		*to = *to<<4 | uint64(d)
	}
	return nil
}

// optional is uint64 for a field that may be missing.
func (s *scanner) optional(to **uint64) error {
	*to = new(uint64)
	return s.uint64(*to)
}

// is reads a number that must be want.
func (s *scanner) is(want uint64) error {
	var have uint64
	if err := s.uint64(&have); err != nil {
		return err
	}
	if have != want {
		return fmt.Errorf("%d, want %d: %w", have, want, message.ErrBadEncoding)
	}
	return nil
}

// big reads a number of at most 256 bits.
func (s *scanner) big(to **big.Int) error {
	t, err := s.quantity(32)
	if err != nil {
		return err
	}
	*to, _ = new(big.Int).SetString(string(t), 16)
	return nil
}

// fixed reads exactly len(to) bytes.
func (s *scanner) fixed(to []byte) error { return s.exactly(to, false) }

// address reads 20 bytes; their case may be that of an EIP-55 checksum.
func (s *scanner) address(to []byte) error { return s.exactly(to, true) }

func (s *scanner) exactly(to []byte, mixedCase bool) error {
	at := s.i
	t, err := s.hex(mixedCase)
	if err != nil {
		return err
	}
	if len(t) != 2*len(to) {
		s.i = at
		return s.bad(fmt.Sprintf("%d hex digits, want %d", len(t), 2*len(to)))
	}
	_, err = hex.Decode(to, t)
	return err
}

// equal reads bytes that must be want.
func (s *scanner) equal(want []byte) error {
	var have [32]byte
	if err := s.fixed(have[:len(want)]); err != nil {
		return err
	}
	if string(have[:len(want)]) != string(want) {
		return fmt.Errorf("%x, want %x: %w", have[:len(want)], want, message.ErrBadEncoding)
	}
	return nil
}

// data reads at most limit bytes.
func (s *scanner) data(to *[]byte, limit int) error {
	at := s.i
	t, err := s.hex(false)
	if err != nil {
		return err
	}
	if len(t)%2 != 0 {
		s.i = at
		return s.bad("odd number of hex digits")
	}
	if len(t)/2 > limit {
		return fmt.Errorf("%d bytes, limit %d: %w", len(t)/2, limit, message.ErrRange)
	}
	*to = make([]byte, len(t)/2)
	_, err = hex.Decode(*to, t)
	return err
}
