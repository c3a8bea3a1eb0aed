// SPDX-License-Identifier: Apache-2.0

package message

// Statement is anything that the group key signs: Checkpoint, Rotate, HaltOrder, Ready. Nothing else
// ever is.
type Statement interface {
	// Digest is what is signed.
	Digest() Digest
}

// The other statements that the group key signs. Each has its own tag as the first word,
// so none can be read as another (docs/spec/signing.md). Checkpoint is the fourth.

// Rotate announces a new group key; it is signed by the old and by the new key.
type Rotate struct {
	BridgeID   Hash
	KeyVersion uint64 // stored + 1
	OldPx      [32]byte
	NewPx      [32]byte
	NotBefore  uint64 // unix seconds
}

// Digest is what both keys sign.
func (r Rotate) Digest() Digest {
	return Digest(new(Words).Hash(TagRotate).Hash(r.BridgeID).Uint(r.KeyVersion).Hash(r.OldPx).Hash(r.NewPx).Uint(r.NotBefore).Sum())
}

// HaltOrder pauses a scope of one manager until NotAfter.
type HaltOrder struct {
	BridgeID  Hash
	Chain     ChainID
	Manager   Address
	Scope     [32]byte
	HaltNonce uint64 // stored + 1
	NotAfter  uint64 // unix seconds
}

// Digest is what the group key signs.
func (o HaltOrder) Digest() Digest {
	return Digest(new(Words).Hash(TagHalt).Hash(o.BridgeID).Uint(uint64(o.Chain)).Address(o.Manager).Hash(o.Scope).
		Uint(o.HaltNonce).Uint(o.NotAfter).Sum())
}

// Ready is a ceremony's self-test: the new committee can sign.
type Ready struct {
	BridgeID      Hash
	KeyEpoch      uint64
	MemberSetHash Hash
	Height        uint64
}

// Digest is what the group key signs.
func (r Ready) Digest() Digest {
	return Digest(new(Words).Hash(TagReady).Hash(r.BridgeID).Uint(r.KeyEpoch).Hash(r.MemberSetHash).Uint(r.Height).Sum())
}
