// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"encoding/binary"
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// The store's key spaces. Numbers in keys are big-endian, so iteration is ascending.
const (
	prefixMark        = 0x01 // address → mark
	prefixPool        = 0x02 // address → pool
	prefixBallots     = 0x03 // stream 2, address → ballots
	prefixSigning     = 0x04 // stream 2 → signing
	prefixSession     = 0x05 // number 8 → session
	prefixNext        = 0x06 // → next session number
	prefixCertificate = 0x07 // stream 2, end 8 → certificate
	prefixNewest      = 0x08 // stream 2 → newest certificate
	prefixBench       = 0x09 // address → bench
	prefixHeartbeat   = 0x0a // stream 2, address → heartbeat
	prefixTarget      = 0x0b // stream 2 → target
	prefixFraud       = 0x0c // stream 2, address → fraud
	prefixEpoch       = 0x0d // → key epoch of votes and sessions
	prefixHeight      = 0x0e // → height processed last
	prefixSuspension  = 0x0f // address → suspension
	prefixHalt        = 0x10 // → halt
	prefixConduct     = 0x11 // address → conduct
	prefixPursuit     = 0x12 // statement 8 → pursuit
	prefixTurn        = 0x13 // → statement that was given a place last while others waited
)

type state struct{ kv storetypes.KVStore }

func keyOf(prefix byte) []byte { return []byte{prefix} }

func keyMember(prefix byte, a address) []byte { return append([]byte{prefix}, a[:]...) }

func keyStream(prefix byte, stream uint16) []byte {
	return binary.BigEndian.AppendUint16([]byte{prefix}, stream)
}

func keyStreamMember(prefix byte, stream uint16, a address) []byte {
	return append(keyStream(prefix, stream), a[:]...)
}

func keyCertificate(stream uint16, end uint64) []byte {
	return binary.BigEndian.AppendUint64(keyStream(prefixCertificate, stream), end)
}

func keySession(number uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{prefixSession}, number)
}

func keyPursuit(statement uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{prefixPursuit}, statement)
}

// get reads the record under key into r; ok is false and r untouched when there is none.
func (s state) get(key []byte, r record) (ok bool, err error) {
	b := s.kv.Get(key)
	if b == nil {
		return false, nil
	}
	if err := decode(b, r); err != nil {
		return false, fmt.Errorf("key %x: %w", key, err)
	}
	return true, nil
}

func (s state) set(key []byte, r record) { s.kv.Set(key, encode(r)) }

func (s state) number(prefix byte) (uint64, error) {
	var n number
	_, err := s.get(keyOf(prefix), &n)
	return uint64(n), err
}

func (s state) setNumber(prefix byte, v uint64) { n := number(v); s.set(keyOf(prefix), &n) }

// each calls f for the records under prefix in ascending key order, from the first key at
// or above start (nil: the first), until f returns false.
func (s state) each(prefix, start []byte, f func(key, value []byte) (bool, error)) error {
	if start == nil {
		start = prefix
	}
	it := s.kv.Iterator(start, storetypes.PrefixEndBytes(prefix))
	defer func() { _ = it.Close() }() // a read-only iterator has nothing to report
	for ; it.Valid(); it.Next() {
		more, err := f(it.Key(), it.Value())
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// sessions are the open ones, by number.
func (s state) sessions() ([]*session, error) {
	var out []*session
	err := s.each(keyOf(prefixSession), nil, func(key, value []byte) (bool, error) {
		q := new(session)
		if err := decode(value, q); err != nil {
			return false, fmt.Errorf("key %x: %w", key, err)
		}
		out = append(out, q)
		return true, nil
	})
	return out, err
}

func (s state) newest(stream uint16) (c certificate, ok bool, err error) {
	ok, err = s.get(keyStream(prefixNewest, stream), &c)
	return c, ok, err
}

// last is newest; nil when there is none.
func (s state) last(stream uint16) (*certificate, error) {
	c, ok, err := s.newest(stream)
	if err != nil || !ok {
		return nil, err
	}
	return &c, nil
}

// addCertificate appends c as the stream's newest and drops the oldest beyond KeptCertificates.
func (s state) addCertificate(c certificate) error {
	stream := c.Ballot.Stream
	last, ok, err := s.newest(stream)
	if err != nil {
		return err
	}
	c.Kept = 1
	if ok {
		c.Kept = last.Kept + 1
	}
	prefix := keyStream(prefixCertificate, stream)
	for c.Kept > KeptCertificates {
		var oldest []byte
		if err := s.each(prefix, nil, func(key, _ []byte) (bool, error) {
			oldest = append([]byte(nil), key...)
			return false, nil
		}); err != nil {
			return err
		}
		if oldest == nil {
			return fmt.Errorf("stream %d: no certificate to prune: %w", stream, ErrRecord)
		}
		s.kv.Delete(oldest)
		c.Kept--
	}
	s.set(keyCertificate(stream, c.Ballot.End), &c)
	s.set(keyStream(prefixNewest, stream), &c)
	return nil
}
