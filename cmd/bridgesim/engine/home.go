// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"encoding/binary"
	"slices"

	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/bridgesim/audit"
	"github.com/aitbc/bridge/verifier/agent"
)

// home is a copy of a node's disks.
type home struct {
	height        int64
	db            *memory
	votes, signer []byte
	shelves       []shelved
	vault         *agent.Memory
}

// shelved is a copy of a stream's store with its record of a halt.
type shelved struct {
	commits []kept
	halt    *stream.Halt
}

// copyHome lays a copy of the disks aside, as a backup does: only what is synced.
func (n *node) copyHome() {
	h := &home{height: 0, db: n.db.clone(), votes: append([]byte{}, n.disk.votes.data...), signer: append([]byte{}, n.disk.signer.data...), vault: n.vault.Clone()}
	if n.up() {
		h.height = n.height()
	}
	for _, s := range n.shelves {
		h.shelves = append(h.shelves, shelved{slices.Clip(s.commits), s.halt})
	}
	n.restore = h
}

// goBack puts an older copy in the place of the disks of a stopped node.
func (n *node) goBack(h *home) error {
	n.db, n.vault = h.db.clone(), h.vault.Clone()
	n.disk.votes.copyFrom(h.votes)
	n.disk.signer.copyFrom(h.signer)
	lost := n.halts()
	n.shelves = nil // also of streams that were opened since
	for _, k := range h.shelves {
		old, err := shelfOf(k.commits, k.halt, n.disk.burn)
		if err != nil {
			return err
		}
		n.shelves = append(n.shelves, old)
	}
	if n.halts() < lost {
		n.s.fire("halt-record-lost")
	}
	return nil
}

// halts counts the records of final blocks that changed.
func (n *node) halts() (count int) {
	for _, s := range n.shelves {
		if s.halt != nil {
			count++
		}
	}
	return count
}

// durable tells a record that was just synced.
func (n *node) durable(f audit.Fact) {
	if n.up() && n.proc.told && f.Kind == audit.BootID {
		if life, known := n.boots[f.Boot]; !known {
			n.boots[f.Boot] = n.proc.life
		} else if life != n.proc.life {
			n.proc.reborn = true
		}
	}
	if n.up() && n.proc.told && f.Kind != 0 {
		n.s.judge(n.s.audit.Durable(n.member, n.proc.life, f))
	}
}

// facts are all records on both journals.
func (n *node) facts() (out []audit.Fact) {
	for _, r := range n.disk.votes.records() {
		out = append(out, voteFact(r))
	}
	for _, r := range n.disk.signer.records() {
		out = append(out, signerFact(r))
	}
	return out
}

// voteFact and signerFact read journal records as docs/spec/signing.md has them.
func voteFact(r []byte) (f audit.Fact) {
	switch {
	case len(r) == 73 && r[0] == 1:
		f = audit.Fact{Kind: audit.VoteBody, Key: [32]byte(r[41:73])}
	case len(r) == 9 && r[0] == 2:
		f = audit.Fact{Kind: audit.BootID, Boot: binary.BigEndian.Uint64(r[1:])}
	case len(r) == 33 && r[0] == 5:
		f = audit.Fact{Kind: audit.Finished, Key: [32]byte(r[1:])}
	}
	return f
}

func signerFact(r []byte) (f audit.Fact) {
	switch {
	case len(r) == 9 && r[0] == 1:
		f = audit.Fact{Kind: audit.BootID, Boot: binary.BigEndian.Uint64(r[1:])}
	case len(r) == 117 && (r[0] == 2 || r[0] == 3):
		f = audit.Fact{Kind: audit.SessionID, Key: [32]byte(r[13:45])}
	}
	return f
}
