// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// ErrJournal: the bytes are no journal by docs/spec/signing.md section 5.
var ErrJournal = errors.New("audit: not a journal")

const journalMagic = "aitbcjr\x01"

// maxRecord bounds the body of one record.
const maxRecord = 65_536

// ReadJournal gives the facts in the bytes of a vote or signer journal, as a disk holds them
// after a sync. An unfinished record at the end, or zeros to the end, is not there. Records of
// kinds that fix no fact of this package are passed over.
//
// Errors: ErrJournal for every other mismatch; the facts before it are returned.
func ReadJournal(b []byte) (facts []Fact, err error) {
	if len(b) < len(journalMagic) {
		return nil, nil // a file that was just made
	}
	if string(b[:len(journalMagic)]) != journalMagic {
		return nil, fmt.Errorf("magic %x: %w", b[:len(journalMagic)], ErrJournal)
	}
	table := crc32.MakeTable(crc32.Castagnoli)
	var sum uint32
	for at := len(journalMagic); at < len(b); {
		rest := b[at:]
		if zeros(rest) || len(rest) < 12 {
			return facts, nil
		}
		size := binary.BigEndian.Uint32(rest)
		if crc32.Checksum(rest[:4], table) != binary.BigEndian.Uint32(rest[4:]) || size == 0 || size > maxRecord {
			return facts, fmt.Errorf("header at byte %d: %w", at, ErrJournal)
		}
		if uint64(len(rest)) < 12+uint64(size) {
			return facts, nil
		}
		body := rest[12 : 12+size]
		if sum = crc32.Update(sum, table, body); sum != binary.BigEndian.Uint32(rest[8:]) {
			return facts, fmt.Errorf("record at byte %d: %w", at, ErrJournal)
		}
		if f, ok := factOf(body); ok {
			facts = append(facts, f)
		}
		at += 12 + int(size)
	}
	return facts, nil
}

// factOf reads one record. Sizes tell vote and signer records apart.
func factOf(r []byte) (Fact, bool) {
	switch {
	case r[0] == 1 && len(r) == 1+32+8+32: // vote: stream hash, end, body hash
		return Fact{Kind: VoteBody, Key: Hash(r[41:])}, true
	case (r[0] == 2 || r[0] == 3) && len(r) == 1+4+8+32+32+8+32: // share: fork, number, session id, …
		return Fact{Kind: SessionID, Key: Hash(r[13:45])}, true
	case r[0] == 5 && len(r) == 1+32: // finished ceremony, in the vote journal
		return Fact{Kind: Finished, Key: Hash(r[1:])}, true
	case (r[0] == 1 || r[0] == 2) && len(r) == 1+8: // boot, in either journal
		return Fact{Kind: BootID, Boot: binary.BigEndian.Uint64(r[1:])}, true
	}
	return Fact{}, false
}

func zeros(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// Synced tells the whole content of one journal of a running process after a sync: the same
// as Durable for each record in it that was not told yet. name tells the process's journals apart.
func (a *Audit) Synced(member, incarnation int, name string, content []byte) []Violation {
	d := a.members.disks[process{member, incarnation}]
	if d == nil {
		a.cry(Facts, "journal of a process that never started", "member %d, incarnation %d", member, incarnation)
		return a.done()
	}
	facts, err := ReadJournal(content)
	if err != nil {
		a.cry(Encoding, "a journal does not read by its specification", "member %d, incarnation %d, %s: %v", member, incarnation, name, err)
	}
	for _, f := range facts[min(d.read[name], len(facts)):] {
		a.seen.DurableFacts++
		a.hold(d, member, f)
	}
	d.read[name] = len(facts)
	return a.done()
}
