// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/aitbc/bridge/chains/message"
)

// number reads a quantity such as 0x1f.
func number(v any) (uint64, bool) {
	s, _ := v.(string)
	if !strings.HasPrefix(s, "0x") || len(s) > 18 {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:], 16, 64)
	return n, err == nil
}

// fromDecimal reads a number such as 31, as net_version answers.
func fromDecimal(v any) (uint64, bool) {
	s, _ := v.(string)
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}

// quantity writes one.
func quantity(n uint64) string { return "0x" + strconv.FormatUint(n, 16) }

// object is v as an object; nil when it is none. Reading a nil object finds nothing.
func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// objects are the objects of a list.
func objects(v any) []map[string]any {
	list, _ := v.([]any)
	var out []map[string]any
	for _, e := range list {
		if m := object(e); m != nil {
			out = append(out, m)
		}
	}
	return out
}

// unhex reads bytes such as 0x00ff.
func unhex(v any) ([]byte, bool) {
	s, _ := v.(string)
	if !strings.HasPrefix(s, "0x") {
		return nil, false
	}
	b, err := hex.DecodeString(s[2:])
	return b, err == nil
}

func hexOf(b []byte) string { return "0x" + hex.EncodeToString(b) }

// hashOf reads 32 bytes.
func hashOf(v any) (h message.Hash, ok bool) {
	b, ok := unhex(v)
	if !ok || len(b) != len(h) {
		return h, false
	}
	return message.Hash(b), true
}

// flipped is the bytes with the lowest bit of one byte turned; false when there is no such byte.
func flipped(v any, at int) (string, bool) {
	b, ok := unhex(v)
	if at < 0 {
		at += len(b)
	}
	if !ok || at < 0 || at >= len(b) {
		return "", false
	}
	b[at] ^= 1
	return hexOf(b), true
}

// flip turns a bit of the last byte of a field.
func flip(m map[string]any, field string) bool {
	s, ok := flipped(m[field], -1)
	if ok {
		m[field] = s
	}
	return ok
}

// sameHex compares hex text without regard to case.
func sameHex(v any, want string) bool {
	s, ok := v.(string)
	return ok && strings.EqualFold(s, want)
}

// text is v as text; empty when it is none.
func text(v any) string {
	s, _ := v.(string)
	return s
}
