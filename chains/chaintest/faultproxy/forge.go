// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/aitbc/bridge/chains/message"
)

// First topics and selectors of the manager (docs/spec/messages.md).
var (
	topicSent        = message.Keccak([]byte("CrossChainMessage(uint256,uint256,bytes32,address,bytes)"))
	topicMeta        = message.Keccak([]byte("MessageMeta(bytes32,uint256)"))
	selectorBridgeID = message.Keccak([]byte("bridgeId()"))
	selectorOutbound = message.Keccak([]byte("outbound(uint256,uint8)"))
)

// forgery is a message that was never sent, where it claims to be.
type forgery struct {
	message message.Message
	tx      message.Hash
	block   uint64
	hash    string // of the block, as the upstream writes it
	time    any    // of the block
	index   uint64 // of its first log
	txIndex uint64
	gas     uint64 // used by the transactions before it
	logs    []any
}

// addLog adds the forged message to whatever would show it.
func addLog(k *strike, below next) (*answer, error) {
	c := k.call
	switch c.method {
	case "eth_getLogs":
		return forgedLogs(k, below)
	case "eth_call":
		return forgedCounter(k, below)
	case "eth_getTransactionReceipt", "eth_getBlockReceipts":
		return forgedReceipt(k, below)
	}
	return below(c)
}

func forgedLogs(k *strike, below next) (*answer, error) {
	a, err := below(k.call)
	filter := object(k.call.param(0))
	logs, isList := a.list(err)
	if !isList {
		return a, err
	}
	block := k.rule.ToBlock
	from, to, ok := k.blockRange()
	if h := filter["blockHash"]; h != nil {
		b, _ := k.ask("eth_getBlockByHash", h, false) // without an answer there is no number
		if from, ok = number(object(b)["number"]); !ok {
			return a, nil
		}
		to = from
	}
	if ok {
		if block == 0 && !k.rule.Consistent {
			block = to
		}
		if block < from || block > to {
			return a, nil
		}
	}
	f, made := k.forge(block)
	if !ok || !made {
		return a, nil
	}
	at := len(logs) // the forged logs are the last of their block
	for i, l := range logs {
		if n, ok := number(object(l)["blockNumber"]); ok && n > block {
			at = i
			break
		}
	}
	var wanted []any
	for _, l := range f.logs {
		if passes(filter, object(l)) {
			wanted = append(wanted, l)
		}
	}
	if len(wanted) == 0 || !k.fire() {
		return a, nil
	}
	return a.set(slices.Insert(slices.Clone(logs), at, wanted...)), nil
}

// list is a result that is a list.
func (a *answer) list(err error) ([]any, bool) {
	if err != nil || a.failure != nil {
		return nil, false
	}
	l, ok := a.result.([]any)
	return l, ok
}

// passes reports whether a node's filter lets a log through.
func passes(filter, log map[string]any) bool {
	anyOf := func(want any, have any) bool {
		if list, ok := want.([]any); ok {
			return slices.ContainsFunc(list, func(w any) bool { return sameHex(w, text(have)) }) || len(list) == 0
		}
		return want == nil || sameHex(want, text(have))
	}
	if !anyOf(filter["address"], log["address"]) {
		return false
	}
	have, _ := log["topics"].([]any)
	want, _ := filter["topics"].([]any)
	for i, w := range want {
		if i >= len(have) || !anyOf(w, have[i]) {
			return false
		}
	}
	return true
}

// forgedReceipt answers for the transaction that never was. Only a consistent rule comes here by itself.
func forgedReceipt(k *strike, below next) (*answer, error) {
	a, err := below(k.call)
	if err != nil || a.failure != nil {
		return a, err
	}
	f, ok := k.forge(k.rule.ToBlock)
	if !ok {
		return a, nil
	}
	if k.call.method == "eth_getTransactionReceipt" {
		if a.result != nil || !sameHex(k.call.param(0), f.tx.String()) || !k.fire() {
			return a, nil
		}
		return a.set(f.receipt()), nil
	}
	list, isList := a.result.([]any)
	if n, known := k.blockNamed(k.call.param(0)); !isList || !known || n != f.block || !k.fire() {
		return a, nil
	}
	return a.set(append(slices.Clone(list), f.receipt())), nil
}

// forgedCounter is the manager's view of the lane after the forged message.
func forgedCounter(k *strike, below next) (*answer, error) {
	p := object(k.call.param(0))
	input, ok := unhex(p["input"])
	if !ok {
		input, ok = unhex(p["data"])
	}
	a, err := below(k.call)
	if err != nil || a.failure != nil || !ok || !sameHex(p["to"], k.rule.Contract.String()) {
		return a, err
	}
	if string(input) != string(outboundCall(k.rule.Forge)) || !k.after(k.call.param(1)) {
		return a, nil
	}
	out, ok := unhex(a.result)
	f, forged := k.forge(k.rule.ToBlock)
	if !ok || !forged || len(out) < 64 || binary.BigEndian.Uint64(out[56:64]) >= uint64(f.message.Nonce) || !k.fire() {
		return a, nil
	}
	binary.BigEndian.PutUint64(out[56:64], uint64(f.message.Nonce))
	return a.set(hexOf(out)), nil
}

// after reports whether a block that a call names is one in which the forged message has been sent.
func (k *strike) after(at any) bool {
	n, ok := k.blockNamed(at)
	return ok && n >= k.rule.ToBlock
}

// blockNamed is the height of a block that is named by height, label or hash; nothing names the head.
func (k *strike) blockNamed(at any) (uint64, bool) {
	if n, ok := number(at); ok {
		return n, true
	}
	method := "eth_getBlockByNumber"
	if hash := object(at)["blockHash"]; hash != nil {
		at = hash
	}
	if at == nil {
		at = "latest"
	}
	if _, ok := hashOf(at); ok {
		method = "eth_getBlockByHash"
	}
	v, err := k.ask(method, at, false)
	n, ok := number(object(v)["number"])
	return n, err == nil && ok
}

func outboundCall(f *Forge) []byte {
	w := new(message.Words).Uint(uint64(f.TargetChain)).Uint(uint64(f.finality()))
	return append(slices.Clone(selectorOutbound[:4]), w.Bytes()...)
}

func (f *Forge) finality() message.Finality {
	if f.Finality == 0 {
		return message.Final
	}
	return f.Finality
}

// forge makes the message from what the manager says about its lane, and puts it after all logs of the block.
func (k *strike) forge(block uint64) (*forgery, bool) {
	spec, manager := k.rule.Forge, *k.rule.Contract
	view := func(input []byte, at any) []byte {
		v, err := k.ask("eth_call", map[string]any{"to": manager.String(), "input": hexOf(input)}, at)
		b, ok := unhex(v)
		if err != nil || !ok {
			return nil
		}
		return b
	}
	header, err := k.ask("eth_getBlockByNumber", quantity(block), false)
	f := &forgery{block: block, hash: text(object(header)["hash"]), time: object(header)["timestamp"]}
	id, err2 := k.ask("eth_chainId")
	chain, ok := number(id)
	bridge, lane := view(selectorBridgeID[:4], quantity(block)), view(outboundCall(spec), quantity(block))
	if err != nil || err2 != nil || !ok || f.hash == "" || len(bridge) != 32 || len(lane) < 64 {
		return nil, false
	}
	f.message = message.Message{
		BridgeID: message.Hash(bridge), SourceChain: message.ChainID(chain), SourceManager: manager,
		TargetChain: spec.TargetChain, TargetManager: message.Address(lane[12:32]),
		Nonce: spec.Nonce, Sender: spec.Sender, Target: spec.Target, Finality: spec.finality(), Data: []byte(spec.Data),
	}
	if f.message.Nonce == 0 {
		f.message.Nonce = message.Nonce(binary.BigEndian.Uint64(lane[56:64])) + 1
	}
	if f.message.Sender.IsZero() {
		f.message.Sender = message.Address{0x5e, 19: 1}
	}
	if f.message.Target.IsZero() {
		f.message.Target = message.Address{0x7a, 19: 1}
	}
	id32 := f.message.ID()
	f.tx = message.Keccak([]byte("forged transaction"), id32[:])
	receipts, err := k.ask("eth_getBlockReceipts", quantity(block))
	if err != nil {
		return nil, false
	}
	for _, r := range objects(receipts) {
		f.txIndex++
		f.gas, _ = number(r["cumulativeGasUsed"])
		f.index += uint64(len(objects(r["logs"])))
	}
	f.logs = f.events()
	return f, true
}

// events are both logs of the send, exactly as Solidity writes them.
func (f *forgery) events() []any {
	m := &f.message
	id := m.ID()
	chains := new(message.Words).Uint(uint64(m.SourceChain)).Uint(uint64(m.TargetChain)).Bytes()
	sent := new(message.Words).Address(m.Target).Uint(64).Uint(uint64(len(m.Data))).Bytes()
	sent = append(sent, m.Data...)
	sent = append(sent, make([]byte, (32-len(m.Data)%32)%32)...)
	meta := append([]byte{}, m.Sender[:]...)
	nonce := binary.BigEndian.AppendUint64(nil, uint64(m.Nonce))
	meta = append(meta, nonce[2:]...)
	meta = binary.BigEndian.AppendUint32(meta, m.GasLimit)
	meta = append(meta, byte(m.Finality), 0)
	log := func(index uint64, data []byte, topics ...any) map[string]any {
		return map[string]any{
			"address": m.SourceManager.String(), "topics": topics, "data": hexOf(data), "blockNumber": quantity(f.block), "blockHash": f.hash,
			"transactionHash": f.tx.String(), "transactionIndex": quantity(f.txIndex), "logIndex": quantity(index), "removed": false,
			"blockTimestamp": f.time,
		}
	}
	return []any{
		log(f.index, sent, topicSent.String(), hexOf(chains[:32]), hexOf(chains[32:]), id.String()),
		log(f.index+1, meta, topicMeta.String(), id.String()),
	}
}

// receipt is the receipt of the transaction that never was.
func (f *forgery) receipt() map[string]any {
	return map[string]any{
		"type": "0x2", "status": "0x1", "transactionHash": f.tx.String(), "transactionIndex": quantity(f.txIndex),
		"blockHash": f.hash, "blockNumber": quantity(f.block), "from": f.message.Sender.String(), "to": f.message.SourceManager.String(),
		"contractAddress": nil, "gasUsed": quantity(90_000), "cumulativeGasUsed": quantity(f.gas + 90_000),
		"effectiveGasPrice": quantity(1_000_000_000), "logs": slices.Clone(f.logs), "logsBloom": bloom(f.logs),
	}
}

// bloom is the receipt's filter of 2048 bits (yellow paper, section 4.3.1).
func bloom(logs []any) string {
	var out [256]byte
	add := func(v any) {
		b, _ := unhex(v)
		h := message.Keccak(b)
		for i := range 3 {
			bit := binary.BigEndian.Uint16(h[2*i:]) & 2047
			out[255-bit/8] |= 1 << (bit % 8)
		}
	}
	for _, v := range logs {
		l := maps.Clone(object(v))
		add(l["address"])
		topics, _ := l["topics"].([]any)
		for _, t := range topics {
			add(t)
		}
	}
	return fmt.Sprintf("0x%x", out)
}
