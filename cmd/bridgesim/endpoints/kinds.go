// SPDX-License-Identifier: Apache-2.0

package endpoints

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// call is what an endpoint is asked.
type call uint8

const (
	callChainID call = iota
	callBlock
	callLogs
	callCall
	callStorage
	callReceipt
)

// Kind is one way not to answer honestly. Exactly what it touches is set.
type Kind struct {
	Name string
	// Lies: it says what is not so. The others fail, lack, refuse or stand on an old view, which honest endpoints do as
	// well: any number of endpoints may at once.
	Lies bool
	// Apart: two endpoints with rules of other salts never tell the same lie.
	Apart bool
	// Alike: endpoints with one rule tell the same lie, and a reader takes it from m of them.
	Alike bool

	stale  bool // all answers are from the view when the rule was made
	other  bool // answers are from another history
	second bool // each second one
	id     bool // another chain id
	since  func(stream.Heads) uint64
	fail   func(*told, call) error
	tag    func(*told, evm.Tag, uint64) (uint64, error)
	block  func(*told, evm.At, *evm.Block) error
	logs   func(t *told, l *Ledger, logs []evm.Log, from, to uint64) (out []evm.Log, struck bool, err error)
	call   func(*told, []byte) ([]byte, error)

	storage func(*told, message.Hash) (message.Hash, error)
	receipt func(*told, *evm.Receipt) bool // false: there is none
}

func lag(k Kind) *Kind   { return &k }
func lie(k Kind) *Kind   { k.Lies, k.Alike = true, true; return &k }
func apart(k Kind) *Kind { k.Lies, k.Alike, k.Apart = true, true, true; return &k }

// Kinds are all ways. Names are those of chains/chaintest/faultproxy but for no-state.
var Kinds = []*Kind{
	lie(Kind{Name: "log-drop", logs: some(func(_ *told, logs []evm.Log, i int) []evm.Log { return slices.Delete(logs, i, i+1) })}),
	apart(Kind{Name: "log-add", logs: addLogs}),
	apart(Kind{Name: "log-data", logs: change(func(t *told, l *evm.Log) {
		l.Data = slices.Clone(l.Data)
		xor(l.Data[13:19], t.salt) // inside an address, whatever the event
	})}),
	apart(Kind{Name: "log-topic", logs: change(func(t *told, l *evm.Log) {
		l.Topics = slices.Clone(l.Topics)
		xor(l.Topics[len(l.Topics)-1][:6], t.salt)
	})}),
	apart(Kind{Name: "log-address", logs: change(func(t *told, l *evm.Log) { xor(l.Address[:6], t.salt) })}),
	apart(Kind{Name: "log-block-hash", logs: change(func(t *told, l *evm.Log) { xor(l.BlockHash[:6], t.salt) })}),
	apart(Kind{Name: "log-tx-hash", logs: change(func(t *told, l *evm.Log) { xor(l.TxHash[:6], t.salt) })}),
	lie(Kind{Name: "log-removed", logs: change(func(_ *told, l *evm.Log) { l.Removed = true })}),
	lie(Kind{Name: "log-duplicate", logs: some(func(_ *told, logs []evm.Log, i int) []evm.Log { return slices.Insert(logs, i, logs[i]) })}),
	lag(Kind{Name: "log-reorder", logs: reorder}), // the pool puts lists into their order
	lie(Kind{Name: "log-truncated", logs: some(func(_ *told, logs []evm.Log, _ int) []evm.Log { return logs[:len(logs)/2] })}),
	lie(Kind{Name: "logs-empty", logs: some(func(*told, []evm.Log, int) []evm.Log { return nil })}),

	lie(Kind{Name: "receipt-status", receipt: func(_ *told, r *evm.Receipt) bool { r.Success = false; return true }}),
	lie(Kind{Name: "receipt-log-index", receipt: func(_ *told, r *evm.Receipt) bool {
		r.Logs = slices.Clone(r.Logs)
		r.Logs[0].Index++
		return true
	}}),
	lie(Kind{Name: "receipt-log-missing", receipt: func(_ *told, r *evm.Receipt) bool { r.Logs = r.Logs[1:]; return true }}),
	lag(Kind{Name: "receipt-null", receipt: func(*told, *evm.Receipt) bool { return false }}),
	apart(Kind{Name: "block-hash", block: func(t *told, _ evm.At, b *evm.Block) error { xor(b.Hash[:6], t.salt); return nil }}),
	apart(Kind{Name: "block-parent", block: func(t *told, _ evm.At, b *evm.Block) error { xor(b.Parent[:6], t.salt); return nil }}),
	lag(Kind{Name: "block-null", block: func(_ *told, at evm.At, _ *evm.Block) error {
		if at.Tag != "" {
			return nil
		}
		return evm.ErrNoBlock
	}}),
	{Name: "genesis-hash", Lies: true, fail: reconnects, block: func(t *told, _ evm.At, b *evm.Block) error {
		if b.Number == 0 {
			xor(b.Hash[:6], t.salt)
		}
		return nil
	}},
	{Name: "chain-id", Lies: true, fail: reconnects, id: true},

	lie(Kind{Name: "call-result", call: func(_ *told, out []byte) ([]byte, error) {
		if len(out) > 63 { // another rule may have left none
			out[63] ^= 1 // the counter
		}
		return out, nil
	}}),
	lag(Kind{Name: "head-stale", stale: true}),
	lag(Kind{Name: "finalized-stale", since: func(h stream.Heads) uint64 { return h.Final.Number }, tag: func(t *told, tag evm.Tag, n uint64) (uint64, error) {
		if tag == evm.Latest {
			return n, nil
		}
		return min(n, t.n), nil
	}}),
	lag(Kind{Name: "finalized-back", tag: back}),
	lag(Kind{Name: "finalized-null", tag: untagged(evm.ErrNoBlock)}),
	lag(Kind{Name: "finalized-unsupported", tag: untagged(&evm.RPCError{Code: -32601, Text: "the method does not exist"})}),
	lag(Kind{Name: "finalized-unknown", tag: untagged(&evm.RPCError{Code: -32602, Text: "invalid argument"})}),
	apart(Kind{Name: "history-other", other: true}),
	apart(Kind{Name: "history-mixed", other: true, second: true}),
	lag(Kind{Name: "result-null", fail: func(_ *told, c call) error {
		if c == callBlock {
			return evm.ErrNoBlock
		}
		return fmt.Errorf("null: %w", message.ErrUnavailable)
	}}),
	lie(Kind{
		Name: "result-empty", logs: some(func(*told, []evm.Log, int) []evm.Log { return nil }),
		call: func(*told, []byte) ([]byte, error) { return nil, nil },
	}),
	lie(Kind{Name: "unknown-block-empty", since: func(h stream.Heads) uint64 { return h.Head.Number }, logs: func(t *told, _ *Ledger, logs []evm.Log, _, _ uint64) ([]evm.Log, bool, error) {
		known, _ := slices.BinarySearchFunc(logs, t.n+1, func(l evm.Log, n uint64) int { return int(l.Block) - int(n) })
		return logs[:known:known], known < len(logs), nil
	}}),

	lag(Kind{Name: "result-limit", logs: func(t *told, _ *Ledger, logs []evm.Log, _, _ uint64) ([]evm.Log, bool, error) {
		if uint64(len(logs)) > t.n {
			return nil, true, tooMany()
		}
		return logs, false, nil
	}}),
	lag(Kind{Name: "rpc-rate-limit", fail: answers(&evm.RPCError{Code: -32005, Text: "too many requests"})}),
	lag(Kind{Name: "rpc-internal", fail: answers(&evm.RPCError{Code: -32603, Text: "internal error"})}),
	lag(Kind{Name: "http-503", fail: answers(fmt.Errorf("HTTP status 503: %w", message.ErrUnavailable))}),
	lag(Kind{Name: "hang", fail: answers(fmt.Errorf("no answer: %w", message.ErrUnavailable))}),
	lag(Kind{Name: "connection-reset", fail: func(t *told, _ call) error {
		if mix(t.salt+t.calls)%1000 >= t.n {
			return nil
		}
		return fmt.Errorf("connection reset: %w", message.ErrUnavailable)
	}}),
	lag(Kind{
		Name: "no-state", call: func(*told, []byte) ([]byte, error) { return nil, evm.ErrNoState },
		storage: func(_ *told, w message.Hash) (message.Hash, error) { return w, evm.ErrNoState },
	}),
}

// Named is the kind of a name; nil without one.
func Named(name string) *Kind {
	for _, k := range Kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// mix spreads a number over all bits.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func saltBytes(salt uint64) []byte { return binary.BigEndian.AppendUint64(nil, salt) }

// xor turns bits of six bytes, by the low bits of the salt and at least one.
func xor(b []byte, salt uint64) {
	for i, s := range saltBytes(salt | 1)[2:] {
		b[i] ^= s
	}
}

// some changes a copy of a list that is not empty, at a place that salt and list decide.
func some(f func(t *told, logs []evm.Log, i int) []evm.Log) func(*told, *Ledger, []evm.Log, uint64, uint64) ([]evm.Log, bool, error) {
	return func(t *told, _ *Ledger, logs []evm.Log, _, _ uint64) ([]evm.Log, bool, error) {
		if len(logs) == 0 {
			return logs, false, nil
		}
		last := logs[len(logs)-1].BlockHash
		i := mix(t.salt^binary.BigEndian.Uint64(last[:])) % uint64(len(logs))
		return f(t, slices.Clone(logs), int(i)), true, nil
	}
}

// change changes one log.
func change(f func(*told, *evm.Log)) func(*told, *Ledger, []evm.Log, uint64, uint64) ([]evm.Log, bool, error) {
	return some(func(t *told, logs []evm.Log, i int) []evm.Log { f(t, &logs[i]); return logs })
}

func reorder(_ *told, _ *Ledger, logs []evm.Log, _, _ uint64) ([]evm.Log, bool, error) {
	logs = slices.Clone(logs)
	slices.Reverse(logs)
	return logs, len(logs) > 1, nil
}

// addLogs adds a message that was never sent to the last block of the range, with the right id and nonce.
func addLogs(t *told, l *Ledger, logs []evm.Log, _, to uint64) ([]evm.Log, bool, error) {
	b, ok := l.chain.Block(to)
	if !ok || len(b.Lanes) == 0 {
		return logs, false, nil
	}
	lane := &b.Lanes[t.salt%uint64(len(b.Lanes))]
	if lane.Remote.IsZero() {
		return logs, false, nil
	}
	f := l.chain.Fork(to+1, t.salt|1<<63)
	f.Send(lane.TargetChain, lane.Finality, message.Address{0xbb}, message.Address{0xaa, 1}, saltBytes(t.salt))
	f.Mine(1)
	forged, _ := f.Block(to + 1)
	logs = slices.Clone(logs)
	for i := range forged.Events {
		out := l.log(&chaintest.Block{BlockRef: b.BlockRef}, &forged.Events[i])
		out.Block, out.Index = to, 1_000+uint32(i)
		logs = append(logs, out)
	}
	return logs, true, nil
}

// back names a final block five lower for each second question.
func back(t *told, tag evm.Tag, n uint64) (uint64, error) {
	if t.n++; tag == evm.Finalized && t.n%2 == 0 {
		n -= min(n, 5)
	}
	return n, nil
}

func untagged(err error) func(*told, evm.Tag, uint64) (uint64, error) {
	return func(_ *told, tag evm.Tag, n uint64) (uint64, error) {
		if tag == evm.Latest {
			return n, nil
		}
		return 0, err
	}
}

func answers(err error) func(*told, call) error { return func(*told, call) error { return err } }

// reconnects ends the connection at the first call: what is behind an endpoint does not change under a connection, and
// a new one is checked.
func reconnects(t *told, _ call) error {
	if t.calls == 1 {
		return fmt.Errorf("connection reset: %w", message.ErrUnavailable)
	}
	return nil
}

func tooMany() error {
	return fmt.Errorf("%w: %w", evm.ErrTooMany, &evm.RPCError{Method: "eth_getLogs", Code: -32005, Text: "query returned more than this endpoint gives"})
}
