// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"encoding/binary"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/schnorr"
)

// Proof flags (docs/spec/contracts.md): bits 1-2 the asked finality, bits 3-4 the
// checkpoint's, bit 5 a retired remote that follows the signature.
const (
	flagAskedShift      = 1
	flagCheckpointShift = 3
	flagRetired         = 1 << 5
	proofHead           = 87
)

// Certificate is a checkpoint with the group signature.
type Certificate struct {
	Checkpoint message.Checkpoint
	Signature  schnorr.Signature
	Height     uint64 // block of the validators' chain that combined it
}

// Proof packs what the target's manager checks beside id, target and data:
// flags 1, nonce 6, gasLimit 4, sender 20, sourceEpoch 4, s 32, R 20, [remote 20], siblings 32 each.
// retired says that m's source manager is no longer the target's current remote.
func Proof(m *message.Message, c Certificate, siblings []message.Hash, retired bool) []byte {
	flags := byte(m.Finality)<<flagAskedShift | byte(c.Checkpoint.Stream.Finality)<<flagCheckpointShift
	if retired {
		flags |= flagRetired
	}
	b := make([]byte, 1, proofHead+20+32*len(siblings))
	b[0] = flags
	var word [8]byte
	binary.BigEndian.PutUint64(word[:], uint64(m.Nonce))
	b = append(b, word[2:]...)
	b = binary.BigEndian.AppendUint32(b, m.GasLimit)
	b = append(b, m.Sender[:]...)
	b = binary.BigEndian.AppendUint32(b, c.Checkpoint.Stream.Epoch)
	b = append(b, c.Signature.S[:]...)
	b = append(b, c.Signature.R[:]...)
	if retired {
		b = append(b, m.SourceManager[:]...)
	}
	for _, s := range siblings {
		b = append(b, s[:]...)
	}
	return b
}
