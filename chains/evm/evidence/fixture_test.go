// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/message"
)

// fixture is data of a public chain; its origin stands in the file.
type fixture struct {
	Origin   string          `json:"origin"`
	Header   json.RawMessage `json:"header"`
	Receipts json.RawMessage `json:"receipts"`
	Root     common.Hash     `json:"root"`
	Logs     []Log           `json:"logs"`    // of manager
	Manager  common.Address  `json:"manager"` // who sent them
}

func load(t testing.TB, name string) fixture {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var f fixture
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	if f.Origin == "" {
		t.Fatalf("%s names no origin", name)
	}
	return f
}

// recorded is a small block with every type of transaction, its JSON without white space.
func recorded(t testing.TB) answers {
	t.Helper()
	f := load(t, "geth-mixed.json")
	return answers{header: compact(t, f.Header), receipts: compact(t, f.Receipts), logs: f.Logs, manager: message.Address(f.Manager)}
}

func compact(t testing.TB, raw []byte) json.RawMessage {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPublicBlocks recomputes headers and whole blocks of public chains. The hashes were
// fixed by those chains, so nothing here can agree with itself alone.
func TestPublicBlocks(t *testing.T) {
	for name, c := range map[string]struct {
		format Format
		hash   string
	}{
		"ethereum-18189758.json":    {Ethereum, "0x802acf5c350f4252e31d83c431fcb259470250fa0edf49e8391cfee014239820"}, // Shanghai
		"ethereum-19431837.json":    {Ethereum, "0x4cf7d9108fc01b50023ab7cab9b372a96068fddcadec551630393b65acb1f34c"}, // Cancun
		"sepolia-175995.json":       {Ethereum, ""},                                                                   // London, failed transactions
		"sepolia-176360.json":       {Ethereum, ""},                                                                   // London, type 2
		"bsc-testnet-55475596.json": {Ethereum, "0x053e82c0a815b741826b338cb3fd1346a098ea0d69dcca5f56673731279be1db"}, // Prague fields, milliseconds in mixHash
		"optimism-154497277.json":   {OPStack, "0xa12f85c9c1bfd0879f3745ecc2b968e3357139173d185c6fc1cdace08f8d4575"},  // Isthmus
		"zora-49513698.json":        {OPStack, "0xb51d34c07f2b3c61b459f50b54dc1e05269682bfcfc91e4e3365129549cda723"},  // deposit receipt since Canyon
	} {
		t.Run(name, func(t *testing.T) {
			f := load(t, name)
			h, err := DecodeHeader(c.format, f.Header)
			if err != nil {
				t.Fatal(err)
			}
			if c.hash != "" && h.Hash().String() != c.hash {
				t.Errorf("hash %s", h.Hash())
			}
			if f.Receipts == nil {
				return
			}
			r, err := DecodeReceipts(h, f.Receipts)
			if err != nil {
				t.Fatal(err)
			}
			if r.Len() != len(h.Transactions()) {
				t.Errorf("%d receipts of %d transactions", r.Len(), len(h.Transactions()))
			}
		})
	}
}

// TestDepositReceipts: the nonce of a deposit is in the root since Canyon, and only with the
// version; a chain without deposits has no such receipt.
func TestDepositReceipts(t *testing.T) {
	f := load(t, "zora-49513698.json")
	h, err := DecodeHeader(OPStack, f.Header)
	if err != nil {
		t.Fatal(err)
	}
	for what, edit := range map[string][2]string{
		"other nonce":        {`"depositNonce": "0x2f38502"`, `"depositNonce": "0x2f38503"`},
		"no nonce":           {`"depositNonce": "0x2f38502",`, ``},
		"no version":         {`"depositReceiptVersion": "0x1",`, ``},
		"other version":      {`"depositReceiptVersion": "0x1"`, `"depositReceiptVersion": "0x2"`},
		"neither":            {`"depositNonce": "0x2f38502",` + "\n" + `   "depositReceiptVersion": "0x1",`, ``},
		"null nonce":         {`"depositNonce": "0x2f38502"`, `"depositNonce": null`},
		"of another type":    {`"type": "0x7e"`, `"type": "0x2"`},
		"of an unknown type": {`"type": "0x7e"`, `"type": "0x7d"`},
	} {
		raw := bytes.Replace(f.Receipts, []byte(edit[0]), []byte(edit[1]), 1)
		if bytes.Equal(raw, f.Receipts) {
			t.Fatalf("%s: nothing to edit", what)
		}
		if _, err := DecodeReceipts(h, raw); !errors.Is(err, ErrReceipts) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if h, err = DecodeHeader(Ethereum, f.Header); err != nil {
		t.Fatal(err)
	}
	if _, err := DecodeReceipts(h, f.Receipts); !errors.Is(err, ErrReceipts) {
		t.Errorf("deposit on a chain without: %v", err)
	}
}

// TestRegolithReceipts: before Canyon the nonce of a deposit is answered, but is not in the root.
func TestRegolithReceipts(t *testing.T) {
	f := load(t, "op-regolith-receipts.json")
	var short []struct {
		Type    string          `json:"type"`
		Gas     string          `json:"cumulativeGasUsed"`
		TxHash  common.Hash     `json:"transactionHash"`
		Nonce   string          `json:"depositNonce,omitempty"`
		RawLogs []rawLogNoPlace `json:"logs"`
	}
	if err := json.Unmarshal(f.Receipts, &short); err != nil {
		t.Fatal(err)
	}
	h := &Header{format: OPStack, fields: types.Header{Number: big.NewInt(4_012_992), ReceiptHash: f.Root, GasUsed: 623_249}, hash: common.Hash{1}}
	var raw []map[string]any
	index := 0
	for i, r := range short {
		h.transactions = append(h.transactions, r.TxHash)
		place := map[string]any{
			"blockNumber": hexutil.Uint64(4_012_992), "blockHash": h.hash, "transactionHash": r.TxHash, "transactionIndex": hexutil.Uint(uint(i)),
		}
		var bloom types.Bloom
		logs := []map[string]any{}
		for _, l := range r.RawLogs {
			bloom.Add(l.Address[:])
			log := map[string]any{"address": l.Address, "topics": l.Topics, "data": l.Data, "logIndex": hexutil.Uint(uint(index)), "removed": false}
			for _, topic := range l.Topics {
				bloom.Add(topic[:])
			}
			for k, v := range place {
				log[k] = v
			}
			logs = append(logs, log)
			index++
		}
		for j := range bloom {
			h.fields.Bloom[j] |= bloom[j]
		}
		one := map[string]any{"type": r.Type, "status": "0x1", "cumulativeGasUsed": r.Gas, "logsBloom": bloom, "logs": logs}
		if r.Nonce != "" {
			one["depositNonce"] = r.Nonce
		}
		for k, v := range place {
			one[k] = v
		}
		raw = append(raw, one)
	}
	prove := func() error {
		b, err := json.Marshal(raw)
		if err != nil {
			t.Fatal(err)
		}
		r, err := DecodeReceipts(h, b)
		if err != nil {
			return err
		}
		logs, err := Logs(h, r, message.Address(common.HexToAddress("0x2992607c1614484fe6d865088e5c048f0650afd4")), nil)
		if err != nil || len(logs) != 2 || logs[0].Index != 8 || logs[1].Index != 9 {
			return fmt.Errorf("logs %+v, %w", logs, err)
		}
		return nil
	}
	if err := prove(); err != nil {
		t.Fatal(err)
	}
	raw[0]["depositNonce"] = "0x1" // outside the root: passed over
	if err := prove(); err != nil {
		t.Fatal(err)
	}
	raw[0]["depositReceiptVersion"] = "0x1"
	if err := prove(); !errors.Is(err, ErrReceipts) {
		t.Errorf("Canyon's encoding before Canyon: %v", err)
	}
}

// rawLogNoPlace is a log without its place in the block.
type rawLogNoPlace struct {
	Address common.Address `json:"address"`
	Topics  []common.Hash  `json:"topics"`
	Data    hexutil.Bytes  `json:"data"`
}
