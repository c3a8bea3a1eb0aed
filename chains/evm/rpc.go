// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// Bounds of one endpoint.
const (
	// CallTimeout bounds one question and its answer.
	CallTimeout = 10 * time.Second
	// MaxResponseBytes bounds one answer. A full log range must fit.
	MaxResponseBytes = 32 << 20
	// maxConnections per endpoint.
	maxConnections = 8
	// limitExceeded is the error code of EIP-1474 for a request that exceeds a defined limit.
	limitExceeded = -32005
	// methodNotFound is that of JSON-RPC for a method that the server does not have.
	methodNotFound = -32601
)

// node is a JSON-RPC endpoint over HTTP.
type node struct {
	client *http.Client
	url    string
	host   string // for errors; never the whole URL, which may hold a key
	calls  atomic.Uint64
}

// Dial makes an endpoint from an http or https URL. It does not connect: a dead URL shows at
// the first question.
//
// Errors: message.ErrBadEncoding. SECURITY: URLs often hold an access key, so errors name the
// host alone (I-14).
func Dial(rawURL string) (Endpoint, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("endpoint: want an http or https URL: %w", message.ErrBadEncoding)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxConnsPerHost = maxConnections
	transport.MaxIdleConnsPerHost = maxConnections
	return &node{client: &http.Client{Transport: bounded{transport}, Timeout: CallTimeout}, url: rawURL, host: u.Host}, nil
}

// bounded cuts response bodies off, so that a hostile endpoint cannot fill the memory.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &body{res.Body, MaxResponseBytes}
	return res, nil
}

type body struct {
	io.ReadCloser
	left int64
}

func (b *body) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("response above %d bytes: %w: %w", MaxResponseBytes, message.ErrRange, ErrTooMany)
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}

func (n *node) Close() { n.client.CloseIdleConnections() }

// ask calls a method. A JSON null leaves result as it is.
func (n *node) ask(ctx context.Context, result any, method string, args ...any) error {
	raw, err := n.raw(ctx, method, args...)
	if err == nil && string(raw) != "null" {
		if err = json.Unmarshal(raw, result); err != nil {
			err = fmt.Errorf("%s at %s: %w: %w", method, n.host, message.ErrUnavailable, err)
		}
	}
	return err
}

// raw calls a method and returns the result as it came.
func (n *node) raw(ctx context.Context, method string, args ...any) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	raw, err := n.post(ctx, method, args)
	if err == nil {
		return raw, nil
	}
	var answer *answerError
	if errors.As(err, &answer) {
		return nil, classify(method, answer)
	}
	why := fmt.Errorf("%w: %w", message.ErrUnavailable, err)
	var status statusError
	if errors.As(err, &status) && status == http.StatusRequestEntityTooLarge {
		why = fmt.Errorf("%w: %w", ErrTooMany, why)
	}
	return nil, fmt.Errorf("%s at %s: %w", method, n.host, why)
}

// classify names the answers that callers branch on. Providers word them in their own ways.
func classify(method string, answer *answerError) error {
	text := answer.Message
	lower := strings.ToLower(text)
	e := &RPCError{Method: method, Code: answer.Code, Text: text[:min(len(text), maxErrorText)]}
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(lower, p) {
				return true
			}
		}
		return false
	}
	// -32005 is also what some say to too many requests: asking for less would be more of them.
	pace := has("rate limit", "rate-limit", "ratelimit", "too many requests", "request count", "capacity", "per second", "beyond", "future")
	switch {
	case method == blockReceipts:
		if e.Code == methodNotFound || has("method not", "not supported", "unsupported", "does not exist") {
			return fmt.Errorf("%w: %w", ErrNoMethod, e)
		}
		if !pace && (e.Code == limitExceeded || has("response size", "size exceeded", "too large", "too big", "limit exceeded", "exceeds the limit")) {
			return fmt.Errorf("%w: %w", ErrTooMany, e)
		}
	case method == "eth_getLogs":
		if !pace &&
			(e.Code == limitExceeded || has("more than", "too many results", "too many logs", "range", "response size", "size exceeded", "max results", "limit exceeded", "exceeds the limit")) {
			return fmt.Errorf("%w: %w", ErrTooMany, e)
		}
	case method == "eth_call" || method == "eth_estimateGas":
		if data, ok := revertData(answer); ok || has("execution reverted", "revert") {
			return &RevertError{Data: data, Text: e.Text}
		}
		fallthrough
	case strings.HasPrefix(method, "eth_getBlock"), method == "eth_getStorageAt", method == "eth_getCode":
		if has("missing trie node", "state not available", "state is not available", "historical state", "no state available", "pruned", "state histories") {
			return fmt.Errorf("%w: %w", ErrNoState, e)
		}
		if has("block not found", "header not found", "unknown block", "header for hash not found", "not found") {
			return fmt.Errorf("%w: %w", ErrNoBlock, e)
		}
	}
	return e
}

func revertData(answer *answerError) ([]byte, bool) {
	var s string
	if json.Unmarshal(answer.Data, &s) != nil {
		return nil, false
	}
	b, err := hexutil.Decode(s)
	return b, err == nil
}

// param is how JSON-RPC names a block.
func (a At) param() any {
	switch {
	case !a.Hash.IsZero():
		return map[string]any{"blockHash": a.Hash.String(), "requireCanonical": true}
	case a.Tag != "":
		return string(a.Tag)
	}
	return hexutil.EncodeUint64(a.Number)
}

func (a At) String() string {
	switch {
	case !a.Hash.IsZero():
		return a.Hash.String()
	case a.Tag != "":
		return string(a.Tag)
	}
	return fmt.Sprint(a.Number)
}

func (n *node) ChainID(ctx context.Context) (message.ChainID, error) {
	id, err := n.uint(ctx, "eth_chainId")
	return message.ChainID(id), err
}

func (n *node) uint(ctx context.Context, method string, args ...any) (uint64, error) {
	var v *hexutil.Uint64
	if err := n.ask(ctx, &v, method, args...); err != nil {
		return 0, err
	}
	if v == nil {
		return 0, garbled(method, "null")
	}
	return uint64(*v), nil
}

func (n *node) big(ctx context.Context, method string, args ...any) (*big.Int, error) {
	var v *hexutil.Big
	if err := n.ask(ctx, &v, method, args...); err != nil {
		return nil, err
	}
	if v == nil {
		return nil, garbled(method, "null")
	}
	return v.ToInt(), nil
}

// rpcBlock has pointers so that a missing field is seen.
type rpcBlock struct {
	Number  *hexutil.Uint64 `json:"number"`
	Hash    *message.Hash   `json:"hash"`
	Parent  *message.Hash   `json:"parentHash"`
	Time    *hexutil.Uint64 `json:"timestamp"`
	BaseFee *hexutil.Big    `json:"baseFeePerGas"`
}

func (n *node) Block(ctx context.Context, at At) (Block, error) {
	method, arg := "eth_getBlockByNumber", at.param()
	if !at.Hash.IsZero() {
		method, arg = "eth_getBlockByHash", at.Hash.String()
	}
	var b *rpcBlock
	if err := n.ask(ctx, &b, method, arg, false); err != nil {
		return Block{}, fmt.Errorf("read block %s: %w", at, err)
	}
	if b == nil {
		return Block{}, fmt.Errorf("read block %s: %w", at, ErrNoBlock)
	}
	if b.Number == nil || b.Hash == nil || b.Parent == nil || b.Time == nil || b.Hash.IsZero() {
		return Block{}, garbled(method, "incomplete block")
	}
	if !at.Hash.IsZero() && at.Hash != *b.Hash || at.Hash.IsZero() && at.Tag == "" && at.Number != uint64(*b.Number) {
		return Block{}, garbled(method, "another block than asked for")
	}
	out := Block{BlockRef: stream.BlockRef{Number: uint64(*b.Number), Hash: *b.Hash}, Parent: *b.Parent, Time: uint64(*b.Time)}
	if b.BaseFee != nil {
		out.BaseFee = b.BaseFee.ToInt()
	}
	return out, nil
}

type rpcLog struct {
	Address   *message.Address `json:"address"`
	Topics    []message.Hash   `json:"topics"`
	Data      *hexutil.Bytes   `json:"data"`
	Block     *hexutil.Uint64  `json:"blockNumber"`
	BlockHash *message.Hash    `json:"blockHash"`
	Index     *hexutil.Uint    `json:"logIndex"`
	TxHash    *message.Hash    `json:"transactionHash"`
	Removed   bool             `json:"removed"`
}

func (l *rpcLog) log(method string) (Log, error) {
	if l.Address == nil || l.Data == nil || l.Block == nil || l.BlockHash == nil || l.Index == nil || l.TxHash == nil || uint64(*l.Index) >= 1<<32 {
		return Log{}, garbled(method, "incomplete log")
	}
	return Log{
		Address: *l.Address, Topics: l.Topics, Data: *l.Data, Block: uint64(*l.Block), BlockHash: *l.BlockHash,
		Index: uint32(*l.Index), TxHash: *l.TxHash, Removed: l.Removed,
	}, nil
}

func (n *node) Logs(ctx context.Context, address message.Address, topics []message.Hash, from, to uint64) ([]Log, error) {
	const method = "eth_getLogs"
	var raw *[]rpcLog
	filter := map[string]any{
		"address": address, "topics": [][]message.Hash{topics},
		"fromBlock": hexutil.EncodeUint64(from), "toBlock": hexutil.EncodeUint64(to),
	}
	if err := n.ask(ctx, &raw, method, filter); err != nil {
		return nil, fmt.Errorf("read logs of blocks %d to %d: %w", from, to, err)
	}
	if raw == nil {
		return nil, garbled(method, "null")
	}
	logs := make([]Log, len(*raw))
	for i := range *raw {
		l, err := (*raw)[i].log(method)
		if err != nil {
			return nil, err
		}
		logs[i] = l
	}
	return logs, nil
}

func (c Call) param() map[string]any {
	p := map[string]any{"to": c.To, "input": hexutil.Bytes(c.Data)}
	if !c.From.IsZero() {
		p["from"] = c.From
	}
	if c.Gas != 0 {
		p["gas"] = hexutil.Uint64(c.Gas)
	}
	return p
}

func (n *node) Call(ctx context.Context, call Call, at At) ([]byte, error) {
	var out *hexutil.Bytes
	if err := n.ask(ctx, &out, "eth_call", call.param(), at.param()); err != nil {
		return nil, err
	}
	if out == nil {
		return nil, garbled("eth_call", "null")
	}
	return *out, nil
}

func (n *node) EstimateGas(ctx context.Context, call Call) (uint64, error) {
	return n.uint(ctx, "eth_estimateGas", call.param())
}

func (n *node) Code(ctx context.Context, address message.Address) ([]byte, error) {
	var out hexutil.Bytes
	err := n.ask(ctx, &out, "eth_getCode", address, string(Latest))
	return out, err
}

func (n *node) Balance(ctx context.Context, address message.Address) (*big.Int, error) {
	return n.big(ctx, "eth_getBalance", address, string(Latest))
}

func (n *node) TxNonce(ctx context.Context, address message.Address) (uint64, error) {
	return n.uint(ctx, "eth_getTransactionCount", address, string(Latest))
}

func (n *node) TipWei(ctx context.Context) (*big.Int, error) {
	return n.big(ctx, "eth_maxPriorityFeePerGas")
}

func (n *node) SendRaw(ctx context.Context, raw []byte) error {
	var hash json.RawMessage
	return n.ask(ctx, &hash, "eth_sendRawTransaction", hexutil.Bytes(raw))
}

type rpcReceipt struct {
	TxHash    *message.Hash    `json:"transactionHash"`
	Block     *hexutil.Uint64  `json:"blockNumber"`
	BlockHash *message.Hash    `json:"blockHash"`
	Status    *hexutil.Uint64  `json:"status"`
	GasUsed   *hexutil.Uint64  `json:"gasUsed"`
	Price     *hexutil.Big     `json:"effectiveGasPrice"`
	Contract  *message.Address `json:"contractAddress"`
	Logs      []rpcLog         `json:"logs"`
}

func (n *node) Receipt(ctx context.Context, tx message.Hash) (Receipt, bool, error) {
	const method = "eth_getTransactionReceipt"
	var r *rpcReceipt
	if err := n.ask(ctx, &r, method, tx); err != nil {
		return Receipt{}, false, err
	}
	if r == nil {
		return Receipt{}, false, nil
	}
	if r.TxHash == nil || *r.TxHash != tx || r.Block == nil || r.BlockHash == nil || r.Status == nil || r.GasUsed == nil {
		return Receipt{}, false, garbled(method, "incomplete receipt")
	}
	out := Receipt{
		TxHash: tx, Block: stream.BlockRef{Number: uint64(*r.Block), Hash: *r.BlockHash},
		Success: *r.Status == 1, GasUsed: uint64(*r.GasUsed), EffectiveGasPrice: new(big.Int),
	}
	if r.Price != nil {
		out.EffectiveGasPrice = r.Price.ToInt()
	}
	if r.Contract != nil {
		out.Contract = *r.Contract
	}
	for i := range r.Logs {
		l, err := r.Logs[i].log(method)
		if err != nil {
			return Receipt{}, false, err
		}
		out.Logs = append(out.Logs, l)
	}
	return out, true, nil
}

// garbled is an answer that no honest node gives; another one may.
func garbled(method, what string) error {
	return fmt.Errorf("%s: %s: %w", method, what, message.ErrUnavailable)
}
