// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"

	"github.com/aitbc/bridge/chains/message"
)

const (
	// depositType is the transaction type of an OP-style deposit.
	depositType = 0x7e
	// depositVersion is what depositReceiptVersion holds since Canyon.
	depositVersion = 1
)

// depositRLP is a deposit's receipt since Canyon. Rule: OP Stack specification, "Deposit
// Receipt". Before Canyon a deposit has the fields of any receipt.
type depositRLP struct {
	Status            []byte
	CumulativeGasUsed uint64
	Bloom             types.Bloom
	Logs              []*types.Log
	DepositNonce      uint64
	DepositVersion    uint64
}

// receiptType reads a receipt's type; one that f does not have is refused, because its
// encoding is not known.
func (f Format) receiptType(s *scanner, to *uint8) error {
	var t uint64
	if err := s.uint64(&t); err != nil {
		return err
	}
	if t > types.SetCodeTxType && (t != depositType || f != OPStack) {
		return fmt.Errorf("receipt type %#x: %w", t, message.ErrRange)
	}
	*to = uint8(t)
	return nil
}

// encode is the consensus encoding, a leaf of the receipts trie.
func (r *receipt) encode() ([]byte, error) {
	if r.Type != depositType {
		return r.MarshalBinary()
	}
	status := []byte{}
	if r.Status == types.ReceiptStatusSuccessful {
		status = []byte{1}
	}
	if r.depositVersion == nil {
		plain := types.Receipt{Status: r.Status, CumulativeGasUsed: r.CumulativeGasUsed, Bloom: r.Bloom, Logs: r.Logs}
		body, err := plain.MarshalBinary()
		return append([]byte{depositType}, body...), err
	}
	body, err := rlp.EncodeToBytes(&depositRLP{
		Status: status, CumulativeGasUsed: r.CumulativeGasUsed, Bloom: r.Bloom, Logs: r.Logs,
		DepositNonce: *r.depositNonce, DepositVersion: *r.depositVersion,
	})
	return append([]byte{depositType}, body...), err
}

// leaves are encoded receipts, for types.DeriveSha.
type leaves [][]byte

// Len implements types.DerivableList.
func (l leaves) Len() int { return len(l) }

// EncodeIndex implements types.DerivableList.
func (l leaves) EncodeIndex(i int, w *bytes.Buffer) { w.Write(l[i]) }

// root is the receipts root.
func root(list []*receipt) (common.Hash, error) {
	encoded := make(leaves, len(list))
	for i, r := range list {
		var err error
		if encoded[i], err = r.encode(); err != nil {
			return common.Hash{}, fmt.Errorf("encode receipt %d: %w", i, err)
		}
	}
	return types.DeriveSha(encoded, trie.NewStackTrie(nil)), nil
}
