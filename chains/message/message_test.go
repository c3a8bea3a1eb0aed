// SPDX-License-Identifier: Apache-2.0

package message

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

// vectors is contracts/vectors/messages.json, the golden file of every encoding here.
func vectors(t *testing.T) map[string][]map[string]any {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "contracts", "vectors", "messages.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out map[string][]map[string]any
	d := json.NewDecoder(f)
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// encode is a second implementation: keccak256 of go-ethereum's abi.encode of the tag and the
// named fields, as Solidity does it.
func encode(t *testing.T, tag string, c map[string]any, fields ...string) Hash {
	t.Helper()
	args, values := abi.Arguments{}, []any{}
	add := func(kind string, v any) {
		ty, err := abi.NewType(kind, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		args, values = append(args, abi.Argument{Type: ty}), append(values, v)
	}
	add("bytes32", [32]byte(Keccak([]byte("aitbc.bridge."+tag+"/v1"))))
	for _, f := range fields {
		switch v := c[f].(type) {
		case json.Number:
			n, ok := new(big.Int).SetString(v.String(), 10)
			if !ok {
				t.Fatalf("%s: %s", f, v)
			}
			add("uint256", n)
		case string:
			if len(v) == 42 {
				add("address", common.HexToAddress(v))
			} else {
				add("bytes32", [32]byte(common.HexToHash(v)))
			}
		default:
			t.Fatalf("no field %s", f)
		}
	}
	b, err := args.Pack(values...)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) != 32*len(args) {
		t.Fatalf("%d bytes", len(b))
	}
	return Keccak(b)
}

func TestVectors(t *testing.T) {
	v := vectors(t)
	check := func(kind, tag, result string, fields ...string) {
		t.Helper()
		if len(v[kind]) == 0 {
			t.Errorf("no %s", kind)
		}
		for i, c := range v[kind] {
			want := encode(t, tag, c, fields...).String()
			if result == "lane" {
				want = "0x" + want[26:]
			}
			if c[result] != want {
				t.Errorf("%s %d: %s is %v, abi.encode gives %s", kind, i, result, c[result], want)
			}
		}
	}
	check("lanes", "lane", "lane", "sourceChain", "sourceManager", "finality")
	check("messages", "message", "id", "bridgeId", "sourceChain", "sourceManager", "targetChain", "targetManager",
		"nonce", "sender", "target", "finality", "gasLimit", "expiry", "dataHash")
	check("receipts", "receipt", "leaf", "bridgeId", "chain", "manager", "messageId", "deliverer")
	check("checkpoints", "vote", "bodyHash", "bridgeId", "sourceChain", "sourceManager", "finality", "sourceEpoch",
		"end", "blockHash", "messageCount", "leafCount", "peaksHash", "root")
	check("checkpoints", "checkpoint", "digest", "bridgeId", "sourceChain", "sourceManager", "finality", "sourceEpoch", "root")
	check("rotates", "rotate", "digest", "bridgeId", "keyVersion", "oldPx", "newPx", "notBefore")
	check("halts", "halt", "digest", "bridgeId", "chain", "manager", "scope", "haltNonce", "notAfter")
	check("readies", "ready", "digest", "bridgeId", "keyEpoch", "memberSetHash", "height")
	for _, c := range v["tags"] {
		if Tag(c["name"].(string)).String() != c["tag"] {
			t.Errorf("tag %v", c["name"])
		}
	}
	for _, c := range v["messages"] {
		data, err := hex.DecodeString(c["data"].(string)[2:])
		if err != nil || Keccak(data).String() != c["dataHash"] {
			t.Errorf("%v: data hash", c["name"])
		}
	}
}

func valid() Message {
	return Message{
		BridgeID: Hash{1}, SourceChain: 1, SourceManager: Address{1}, TargetChain: 2, TargetManager: Address{2},
		Nonce: 1, Sender: Address{3}, Target: Address{4}, Finality: Final, GasLimit: 5, Data: []byte{6},
	}
}

// Every field enters the id, and Validate knows its bounds.
func TestMessage(t *testing.T) {
	base := valid()
	if err := base.Validate(); err != nil {
		t.Fatal(err)
	}
	seen := map[ID]string{base.ID(): "base"}
	for name, edit := range map[string]func(*Message){
		"bridge": func(m *Message) { m.BridgeID[31]++ }, "source": func(m *Message) { m.SourceChain = 9 },
		"manager": func(m *Message) { m.SourceManager[19]++ }, "target chain": func(m *Message) { m.TargetChain++ },
		"target manager": func(m *Message) { m.TargetManager[19]++ }, "nonce": func(m *Message) { m.Nonce++ },
		"sender": func(m *Message) { m.Sender[19]++ }, "target": func(m *Message) { m.Target[19]++ },
		"finality": func(m *Message) { m.Finality = Fast }, "gas": func(m *Message) { m.GasLimit = 0 },
		"expiry": func(m *Message) { m.Expiry = 1 }, "data": func(m *Message) { m.Data = nil },
	} {
		m := valid()
		edit(&m)
		if other, ok := seen[m.ID()]; ok {
			t.Errorf("%s and %s have one id", name, other)
		}
		seen[m.ID()] = name
	}
	for name, c := range map[string]struct {
		edit func(*Message)
		want error
	}{
		"zero bridge":   {func(m *Message) { m.BridgeID = Hash{} }, ErrZero},
		"zero chain":    {func(m *Message) { m.SourceChain = 0 }, ErrZero},
		"zero manager":  {func(m *Message) { m.SourceManager = Address{} }, ErrZero},
		"zero target":   {func(m *Message) { m.Target = Address{} }, ErrZero},
		"zero nonce":    {func(m *Message) { m.Nonce = 0 }, ErrZero},
		"nonce 2^48":    {func(m *Message) { m.Nonce = NonceLimit }, ErrRange},
		"to itself":     {func(m *Message) { m.TargetChain = 1 }, ErrRange},
		"finality 4":    {func(m *Message) { m.Finality = 4 }, ErrRange},
		"too much gas":  {func(m *Message) { m.GasLimit = MaxGasLimit + 1 }, ErrRange},
		"expiry":        {func(m *Message) { m.Expiry = 1 }, ErrRange},
		"too much data": {func(m *Message) { m.Data = make([]byte, MaxDataBytes+1) }, ErrRange},
	} {
		m := valid()
		if c.edit(&m); !errors.Is(m.Validate(), c.want) || FateOf(m.Validate()) != Reject {
			t.Errorf("%s: %v", name, m.Validate())
		}
	}
	m := valid()
	m.GasLimit, m.Nonce, m.Data = MaxGasLimit, NonceLimit-1, make([]byte, MaxDataBytes)
	if err := m.Validate(); err != nil {
		t.Errorf("largest values: %v", err)
	}
}

func TestCheckpointValidate(t *testing.T) {
	good := Checkpoint{
		BridgeID: Hash{1}, Stream: Stream{Chain: 1, Manager: Address{1}, Finality: Final, Epoch: 1},
		End: 1, BlockHash: Hash{2}, MessageCount: 1, LeafCount: 1, PeaksHash: Hash{3}, Root: Hash{4},
	}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(*Checkpoint){
		"bridge": func(c *Checkpoint) { c.BridgeID = Hash{} }, "chain": func(c *Checkpoint) { c.Stream.Chain = 0 },
		"manager": func(c *Checkpoint) { c.Stream.Manager = Address{} }, "epoch": func(c *Checkpoint) { c.Stream.Epoch = 0 },
		"finality": func(c *Checkpoint) { c.Stream.Finality = 0 }, "block": func(c *Checkpoint) { c.BlockHash = Hash{} },
		"peaks": func(c *Checkpoint) { c.PeaksHash = Hash{} }, "root": func(c *Checkpoint) { c.Root = Hash{} },
		"no leaves": func(c *Checkpoint) { c.LeafCount, c.MessageCount = 0, 0 }, "too many": func(c *Checkpoint) { c.LeafCount = CountLimit },
		"messages above leaves": func(c *Checkpoint) { c.MessageCount = 2 },
	} {
		c := good
		if edit(&c); FateOf(c.Validate()) != Reject {
			t.Errorf("%s: %v", name, c.Validate())
		}
	}
}

func TestWindowEnds(t *testing.T) {
	const top = ^uint64(0)
	for _, c := range []struct {
		block, stride, end, newest uint64
		ok, newestOK               bool
	}{
		{0, 2, 1, 0, true, false},
		{1, 2, 1, 1, true, true},
		{2, 2, 3, 1, true, true},
		{5, 1, 5, 5, true, true},
		{7, 10, 9, 0, true, false},
		{9, 10, 9, 9, true, true},
		{1, 0, 0, 0, false, false},
		{top, 2, 0, 0, false, false},
		{top - 2, 2, top - 2, top - 2, true, true},
	} {
		if end, ok := WindowEnd(c.block, c.stride); ok != c.ok || (ok && end != c.end) {
			t.Errorf("WindowEnd(%d, %d) = %d, %v", c.block, c.stride, end, ok)
		}
		if end, ok := NewestEnd(c.block, c.stride); ok != c.newestOK || (ok && end != c.newest) {
			t.Errorf("NewestEnd(%d, %d) = %d, %v", c.block, c.stride, end, ok)
		}
		if c.ok && !Aligned(c.end, c.stride) {
			t.Errorf("end %d is not aligned to %d", c.end, c.stride)
		}
	}
	if Aligned(2, 2) || Aligned(0, 0) || Aligned(top, 2) {
		t.Error("aligned")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("0x" + hex.EncodeToString(make([]byte, 20)))
	f.Add("0x" + hex.EncodeToString(make([]byte, 32)))
	f.Add("0X00")
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := ParseAddress(s); err == nil && len(a.String()) != len(s) {
			t.Error("address")
		}
		if h, err := ParseHash(s); err == nil {
			if again, err := ParseHash(h.String()); err != nil || again != h {
				t.Error("hash")
			}
		}
	})
}
