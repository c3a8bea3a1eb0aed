// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"fmt"

	"github.com/aitbc/bridge/chains/message"
)

// Bounds of one JSON answer.
const (
	// MaxAnswerBytes bounds one answer of an endpoint.
	MaxAnswerBytes = 32 << 20
	// maxKeys of one object; a header has about thirty.
	maxKeys = 64
	// maxDepth of nesting; a log's topic lies four deep.
	maxDepth = 16
)

// scanner reads one JSON value. It is stricter than encoding/json: a key that comes twice in
// an object is refused, and the strings that it returns hold no escape, so that every value
// has one spelling.
type scanner struct {
	b     []byte
	i     int
	depth int
}

// scan reads raw as one value and nothing else.
func scan(raw []byte, value func(*scanner) error) error {
	if len(raw) > MaxAnswerBytes {
		return fmt.Errorf("%d bytes, limit %d: %w", len(raw), MaxAnswerBytes, message.ErrRange)
	}
	s := &scanner{b: raw}
	if err := value(s); err != nil {
		return err
	}
	if s.peek(); s.i != len(s.b) {
		return s.bad("more than one value")
	}
	return nil
}

func (s *scanner) bad(what string) error {
	return fmt.Errorf("byte %d: %s: %w", s.i, what, message.ErrBadEncoding)
}

// peek is the next byte that is not white space, zero at the end.
func (s *scanner) peek() byte {
	for ; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) take(c byte) error {
	if s.peek() != c {
		return s.bad(fmt.Sprintf("want %q", c))
	}
	s.i++
	return nil
}

// items reads what stands between two brackets, parted by commas.
func (s *scanner) items(first, last byte, item func() error) error {
	if err := s.take(first); err != nil {
		return err
	}
	if s.depth++; s.depth > maxDepth {
		return s.bad("nested too deep")
	}
	defer func() { s.depth-- }()
	if s.peek() == last {
		s.i++
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if s.peek() == last {
			s.i++
			return nil
		}
		if err := s.take(','); err != nil {
			return err
		}
	}
}

// object calls member for each key; member must read the value. Every key of required must
// come, and none may come twice.
func (s *scanner) object(required []string, member func(key string) error) error {
	var keys [maxKeys][]byte
	n := 0
	err := s.items('{', '}', func() error {
		s.peek()
		key, err := s.text()
		if err != nil {
			return err
		}
		for _, k := range keys[:n] {
			if string(k) == string(key) {
				return s.bad(fmt.Sprintf("key %q twice", clip(key)))
			}
		}
		if n == maxKeys {
			return s.bad("too many keys")
		}
		keys[n] = key
		n++
		if err := s.take(':'); err != nil {
			return err
		}
		s.peek()
		if err := member(string(key)); err != nil {
			return fmt.Errorf("%s: %w", clip(key), err)
		}
		return nil
	})
	if err != nil {
		return err
	}
next:
	for _, want := range required {
		for _, k := range keys[:n] {
			if string(k) == want {
				continue next
			}
		}
		return s.bad(fmt.Sprintf("no %s", want))
	}
	return nil
}

// clip bounds what an error repeats of an answer.
func clip(b []byte) string { return string(b[:min(len(b), 32)]) }

// array calls item for each element, at most limit times; item must read it.
func (s *scanner) array(limit int, item func(i int) error) error {
	i := 0
	return s.items('[', ']', func() error {
		if i >= limit {
			return fmt.Errorf("more than %d elements: %w", limit, message.ErrRange)
		}
		s.peek()
		i++
		return item(i - 1)
	})
}

// text reads a string of printable ASCII without escapes. The result aliases the input.
func (s *scanner) text() ([]byte, error) {
	if s.i >= len(s.b) || s.b[s.i] != '"' {
		return nil, s.bad("want a string")
	}
	start := s.i + 1
	for j := start; j < len(s.b); j++ {
		switch c := s.b[j]; {
		case c == '"':
			s.i = j + 1
			return s.b[start:j], nil
		case c < ' ' || c > '~' || c == '\\':
			s.i = j
			return nil, s.bad("escape or control character in a string")
		}
	}
	s.i = len(s.b)
	return nil, s.bad("string without end")
}

// skip reads any one value.
func (s *scanner) skip() error {
	switch c := s.peek(); {
	case c == '{':
		return s.object(nil, func(string) error { return s.skip() })
	case c == '[':
		return s.array(MaxAnswerBytes, func(int) error { return s.skip() })
	case c == '"':
		return s.skipString()
	case c == '-' || c >= '0' && c <= '9':
		return s.skipNumber()
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	}
	return s.bad("want a value")
}

func (s *scanner) literal(word string) error {
	if len(s.b)-s.i < len(word) || string(s.b[s.i:s.i+len(word)]) != word {
		return s.bad("want " + word)
	}
	s.i += len(word)
	return nil
}

// skipString reads a string with any escape of RFC 8259.
func (s *scanner) skipString() error {
	for s.i++; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return nil
		case c < ' ':
			return s.bad("control character in a string")
		case c == '\\':
			if s.i++; s.i >= len(s.b) {
				return s.bad("string without end")
			}
			switch s.b[s.i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for range 4 {
					if s.i++; s.i >= len(s.b) || !isHex(s.b[s.i]) {
						return s.bad("broken escape")
					}
				}
			default:
				return s.bad("unknown escape")
			}
		}
	}
	return s.bad("string without end")
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// digits reads at least one decimal digit.
func (s *scanner) digits() error {
	start := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	if s.i == start {
		return s.bad("want a digit")
	}
	return nil
}

// skipNumber reads a number of RFC 8259.
func (s *scanner) skipNumber() error {
	at := func(set ...byte) bool {
		for _, c := range set {
			if s.i < len(s.b) && s.b[s.i] == c {
				s.i++
				return true
			}
		}
		return false
	}
	at('-')
	if !at('0') {
		if err := s.digits(); err != nil {
			return err
		}
	}
	if at('.') {
		if err := s.digits(); err != nil {
			return err
		}
	}
	if at('e', 'E') {
		at('+', '-')
		return s.digits()
	}
	return nil
}
