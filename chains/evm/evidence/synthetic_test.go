// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"reflect"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/aitbc/bridge/chains/message"
)

// oneLog is a block of one receipt with one log, whose root is computed after edit.
func oneLog(t testing.TB, edit func(*receipt)) (*Header, []byte) {
	t.Helper()
	l := &types.Log{
		Address: common.Address{1}, Topics: []common.Hash{{2}, {3}}, Data: []byte{4, 5}, BlockNumber: 7, BlockHash: common.Hash{6}, TxHash: common.Hash{8},
	}
	r := &receipt{Receipt: types.Receipt{Type: types.BlobTxType, Status: 1, CumulativeGasUsed: 21_000, Logs: []*types.Log{l}}}
	edit(r)
	r.Bloom = types.CreateBloom(&r.Receipt)
	h := &Header{format: OPStack, hash: l.BlockHash, transactions: []common.Hash{l.TxHash}, fields: types.Header{Number: big.NewInt(7), Bloom: r.Bloom, GasUsed: 21_000}}
	var err error
	if h.fields.ReceiptHash, err = root([]*receipt{r}); err != nil {
		t.Fatal(err)
	}
	place := map[string]any{"blockNumber": "0x7", "blockHash": h.hash, "transactionHash": l.TxHash, "transactionIndex": "0x0"}
	log := map[string]any{"address": l.Address, "topics": l.Topics, "data": "0x0405", "logIndex": "0x0", "removed": false}
	maps.Copy(log, place)
	tx := map[string]any{
		"type": hexutil.Uint64(r.Type), "status": hexutil.Uint64(r.Status), "cumulativeGasUsed": hexutil.Uint64(r.CumulativeGasUsed), "logsBloom": r.Bloom, "logs": []any{log},
	}
	for key, v := range map[string]*uint64{"depositNonce": r.depositNonce, "depositReceiptVersion": r.depositVersion} {
		if v != nil {
			tx[key] = hexutil.Uint64(*v)
		}
	}
	maps.Copy(tx, place)
	raw, err := json.Marshal([]any{tx})
	if err != nil {
		t.Fatal(err)
	}
	return h, raw
}

// TestImpossibleBlocks: a chain could commit to these; no chain of a known kind does.
func TestImpossibleBlocks(t *testing.T) {
	one, two := uint64(1), uint64(2)
	for what, c := range map[string]struct {
		edit func(*receipt)
		ok   bool
	}{
		"blob":                       {func(*receipt) {}, true},
		"deposit since Canyon":       {func(r *receipt) { r.Type, r.depositNonce, r.depositVersion = depositType, &two, &one }, true},
		"deposit since Regolith":     {func(r *receipt) { r.Type, r.depositNonce = depositType, &two }, true},
		"deposit of another version": {func(r *receipt) { r.Type, r.depositNonce, r.depositVersion = depositType, &two, &two }, false},
		"log of a failure":           {func(r *receipt) { r.Status = 0 }, false},
	} {
		h, raw := oneLog(t, c.edit)
		_, err := DecodeReceipts(h, raw)
		if c.ok && err != nil || !c.ok && !errors.Is(err, ErrReceipts) {
			t.Errorf("%s: %v", what, err)
		}
	}
	h, raw := oneLog(t, func(*receipt) {})
	h.fields.Bloom[0] ^= 1
	if _, err := DecodeReceipts(h, raw); !errors.Is(err, ErrReceipts) {
		t.Errorf("bloom of the header: %v", err)
	}
	h.fields.ReceiptHash, h.fields.Bloom = types.EmptyReceiptsHash, types.Bloom{}
	if _, err := DecodeReceipts(h, []byte(`[]`)); !errors.Is(err, ErrReceipts) {
		t.Errorf("transaction without receipt: %v", err)
	}
	h, raw = oneLog(t, func(*receipt) {})
	var each []json.RawMessage
	if err := json.Unmarshal(raw, &each); err != nil {
		t.Fatal(err)
	}
	c := NewCollector(h)
	if err := c.Add(each[0]); err != nil {
		t.Fatal(err)
	}
	if err := c.Add(each[0]); !errors.Is(err, ErrReceipts) || !errors.Is(err, message.ErrRange) {
		t.Errorf("receipt too many: %v", err)
	}
	const price = 375*3 + 8*2 // a log with two topics and two bytes
	for gas, ok := range map[uint64]bool{price/2 + 1: true, price / 2: false, 0: false, 1<<64 - 1: true} {
		h.fields.GasUsed = gas
		if err := NewCollector(h).Add(each[0]); ok != (err == nil) || !ok && !errors.Is(err, message.ErrRange) {
			t.Errorf("log in a block that used %d gas: %v", gas, err)
		}
	}
	h.fields.GasUsed = 1<<64 - 1
	if c = NewCollector(h); c.gas != MaxLogGas {
		t.Errorf("%d gas for logs", c.gas)
	}
}

// TestDepositEncoding holds a deposit's encoding against go-ethereum's of a type that it knows.
func TestDepositEncoding(t *testing.T) {
	nonce, version := uint64(300), uint64(1)
	for status := range uint64(2) {
		plain := types.Receipt{Type: types.DynamicFeeTxType, Status: status, CumulativeGasUsed: 50_000, Logs: []*types.Log{{Address: common.Address{1}, Data: []byte{2}}}}
		plain.Bloom = types.CreateBloom(&plain)
		want, err := plain.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		deposit := &receipt{Receipt: plain, depositNonce: &nonce}
		deposit.Type = depositType
		old, err := deposit.encode()
		if err != nil || old[0] != depositType || !bytes.Equal(old[1:], want[1:]) {
			t.Errorf("status %d before Canyon: %x, %v", status, old, err)
		}
		deposit.depositVersion = &version
		out, err := deposit.encode()
		if err != nil {
			t.Fatal(err)
		}
		var fields, common []rlp.RawValue
		if err := errors.Join(rlp.DecodeBytes(out[1:], &fields), rlp.DecodeBytes(want[1:], &common)); err != nil {
			t.Fatal(err)
		}
		tail := [][]byte{{0x82, 0x01, 0x2c}, {0x01}} // 300 and 1
		if len(fields) != 6 || !bytes.Equal(fields[4], tail[0]) || !bytes.Equal(fields[5], tail[1]) || !reflect.DeepEqual(fields[:4], common) {
			t.Errorf("status %d since Canyon: %x", status, out)
		}
	}
}
