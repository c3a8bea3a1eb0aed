// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/crypto/sha3"
)

// keccak hashes the parts as one string.
func keccak(parts ...[]byte) (out Hash) {
	h := sha3.NewLegacyKeccak256()
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(out[:0])
	return out
}

// Tag is the first word of everything that is hashed.
func Tag(name string) Hash { return keccak([]byte("aitbc.bridge." + name + "/v1")) }

// BridgeID is the network's id, from its CometBFT chain id.
func BridgeID(chainID string) Hash { return keccak([]byte(chainID)) }

var (
	tagMessage    = Tag("message")
	tagLane       = Tag("lane")
	tagReceipt    = Tag("receipt")
	tagVote       = Tag("vote")
	tagSession    = Tag("session")
	tagCheckpoint = Tag("checkpoint")
)

// final is the code of the only finality that version 1 accepts.
const final = 3

// encoded is abi.encode of static values: one word each.
type encoded []byte

func (e encoded) hash(h Hash) encoded { return append(e, h[:]...) }

func (e encoded) number(v uint64) encoded {
	return binary.BigEndian.AppendUint64(append(e, make([]byte, 24)...), v)
}

func (e encoded) address(a Address) encoded { return append(append(e, make([]byte, 12)...), a[:]...) }

// LaneID is the lane's address-sized id.
func LaneID(chain uint64, manager Address) Address {
	h := keccak(encoded{}.hash(tagLane).number(chain).address(manager).number(final))
	return Address(h[12:])
}

// MessageID is the id that the fields of a send have in a bridge; s.ID is ignored.
func MessageID(bridge Hash, s Send) Hash {
	return messageID(bridge, s, final)
}

func messageID(bridge Hash, s Send, finality uint64) Hash {
	return keccak(encoded{}.hash(tagMessage).hash(bridge).
		number(s.SourceChain).address(s.SourceManager).number(s.TargetChain).address(s.TargetManager).
		number(s.Nonce).address(s.Sender).address(s.Target).number(finality).number(uint64(s.GasLimit)).
		number(0).hash(keccak(s.Data)))
}

// ReceiptLeaf is the leaf that a delivery adds to the tree of the chain where it happened.
func ReceiptLeaf(bridge Hash, chain uint64, manager Address, id Hash, deliverer Address) Hash {
	return keccak(encoded{}.hash(tagReceipt).hash(bridge).number(chain).address(manager).hash(id).address(deliverer))
}

// BodyHash is what members vote on.
func BodyHash(bridge Hash, s Stream, c Checkpoint) Hash {
	return bodyHash(bridge, s, final, c)
}

func bodyHash(bridge Hash, s Stream, finality uint64, c Checkpoint) Hash {
	return keccak(encoded{}.hash(tagVote).hash(bridge).number(s.Chain).address(s.Manager).number(finality).number(uint64(s.Epoch)).
		number(c.End).hash(c.BlockHash).number(c.MessageCount).number(c.LeafCount).hash(c.PeaksHash).hash(c.Root))
}

// Digest is what the group key signs for a checkpoint.
func Digest(bridge Hash, chain uint64, manager Address, epoch uint32, root Hash) Hash {
	return digest(bridge, chain, manager, final, epoch, root)
}

func digest(bridge Hash, chain uint64, manager Address, finality uint64, epoch uint32, root Hash) Hash {
	return keccak(encoded{}.hash(tagCheckpoint).hash(bridge).number(chain).address(manager).number(finality).number(uint64(epoch)).hash(root))
}

// listHash is the hash of a session's signers.
func listHash(list []Signer) Hash {
	var b []byte
	for _, s := range list {
		b = append(b, encoded{}.number(uint64(s.Member))...)
		b = append(append(b, s.D[:]...), s.E[:]...)
	}
	return keccak(b)
}

// SessionIDOf follows from all contents of a session; s.ID is ignored.
func SessionIDOf(bridge Hash, s Session) Hash {
	return keccak(encoded{}.hash(tagSession).hash(bridge).number(uint64(s.Fork)).number(s.KeyEpoch).number(s.Number).
		hash(s.Digest).hash(s.BodyHash).hash(listHash(s.Signers)))
}

// pair is an inner node: the smaller child first.
func pair(a, b Hash) Hash {
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	return keccak(a[:], b[:])
}
