// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/message"
)

// allocated is how many bytes this process has ever allocated.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// oracle answers every request with the same body; ID in it becomes the request's own id.
type oracle struct{ body []byte }

func (o oracle) RoundTrip(r *http.Request) (*http.Response, error) {
	asked, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var call struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(asked, &call); err != nil {
		return nil, err
	}
	body := bytes.Replace(o.body, []byte("ID"), call.ID, 1)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
}

// answering is an endpoint that gives body to every question.
func answering(t testing.TB, body []byte) *node {
	t.Helper()
	return &node{client: &http.Client{Transport: bounded{oracle{body}}}, url: "http://oracle.invalid", host: "oracle.invalid"}
}

const (
	hash32  = `"0x0101010101010101010101010101010101010101010101010101010101010101"`
	block   = `{"number":"0xa","hash":` + hash32 + `,"parentHash":` + hash32 + `,"timestamp":"0x1","baseFeePerGas":"0x7"}`
	logJSON = `{"address":"0x0101010101010101010101010101010101010101","topics":[` + hash32 + `],"data":"0x00","blockNumber":"0x1","blockHash":` + hash32 +
		`,"logIndex":"0x0","transactionHash":` + hash32 + `,"removed":false}`
)

// FuzzAnswer: whatever an endpoint says, every question ends with a value or an error,
// within memory that the answer's size bounds.
func FuzzAnswer(f *testing.F) {
	for _, result := range []string{
		`null`, `"0x0"`, `"0xffffffffffffffff"`, `"0x"`, `[]`, `{}`, block, `[` + logJSON + `]`, `[{}]`, `[null]`,
		`{"transactionHash":` + hash32 + `,"blockNumber":"0x1","blockHash":` + hash32 + `,"status":"0x1","gasUsed":"0x1","logs":[` + logJSON + `]}`,
		`"0x` + strings.Repeat("f", 64) + `"`, `"0x` + strings.Repeat("f", 65) + `"`, `1e400`, `-1`,
	} {
		f.Add([]byte(`{"jsonrpc":"2.0","id":ID,"result":` + result + `}`))
	}
	for _, broken := range []string{
		``, `{`, `[]`, `null`, `{"jsonrpc":"2.0","id":ID}`, `{"id":ID,"error":{"code":3,"message":"execution reverted","data":"0x08c379a0"}}`,
		`{"id":ID,"error":{"code":-32000,"message":"header not found"}}`, `{"id":ID,"error":{"data":{"a":[1]}}}`, `{"id":ID,"error":null,"result":"0x1"}`,
	} {
		f.Add([]byte(broken))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		n, ctx := answering(t, body), t.Context()
		before := allocated()
		asked := message.Hash(bytes.Repeat([]byte{1}, 32))
		for _, at := range []At{{Tag: Latest}, {Number: 10}, {Hash: asked}} {
			b, err := n.Block(ctx, at)
			if err == nil && (b.Hash.IsZero() || at.Tag == "" && at.Hash.IsZero() && b.Number != at.Number || !at.Hash.IsZero() && b.Hash != at.Hash) {
				t.Errorf("block %s: %+v", at, b)
			}
		}
		logs, err := n.Logs(ctx, message.Address{1}, streamTopics, 1, 2)
		for i := range logs {
			if err != nil {
				t.Error("logs beside an error")
			}
			_, _ = decodeLog(&logs[i], 31337, logs[i].Address)
		}
		if r, ok, err := n.Receipt(ctx, asked); ok && (err != nil || r.TxHash != asked || r.EffectiveGasPrice == nil) {
			t.Errorf("receipt %+v, %v", r, err)
		}
		if v, err := n.TipWei(ctx); err == nil && (v.Sign() < 0 || v.BitLen() > 256) {
			t.Errorf("tip %s", v)
		}
		_, _ = n.ChainID(ctx)
		_, _ = n.TxNonce(ctx, message.Address{1})
		_, _ = n.EstimateGas(ctx, Call{})
		if h, err := n.Header(ctx, evidence.Ethereum, asked); err == nil {
			t.Errorf("header %s", h.Hash()) // nobody finds one that hashes to this
		}
		_, _ = n.Storage(ctx, message.Address{1}, message.Hash{}, At{Hash: asked})
		_, _ = n.Code(ctx, message.Address{1})
		_, err = n.Call(ctx, Call{}, At{Tag: Latest})
		if reverted := (*RevertError)(nil); errors.As(err, &reverted) {
			_ = reverted.Reason().String()
		}
		_ = sendOutcome(n.SendRaw(ctx, []byte{1}))
		if used := allocated() - before; used > 4<<20+1024*uint64(len(body)) {
			t.Errorf("%d bytes of answer took %d bytes of memory", len(body), used)
		}
	})
}

// An answer that does not end is cut off.
func TestEndlessAnswerIsCutOff(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(`{"jsonrpc":"2.0","id":1,"result":"0x`), zeros{})
	b := &body{io.NopCloser(endless), 1 << 20}
	n, err := io.Copy(io.Discard, b)
	if !errors.Is(err, message.ErrRange) || n != 1<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// FuzzReason: what a contract returns is only read, however odd.
func FuzzReason(f *testing.F) {
	for name := range managerABI().Errors {
		id := managerABI().Errors[name].ID
		f.Add(append(id[:4:4], make([]byte, 64)...))
	}
	f.Add([]byte("\x08\xc3\x79\xa0" + strings.Repeat("\xff", 64)))
	f.Add([]byte("\x4e\x48\x7b\x71" + strings.Repeat("\x00", 31) + "\x11"))
	f.Fuzz(func(t *testing.T, data []byte) {
		before := allocated()
		r := DecodeReason(data)
		if !bytes.Equal(r.Data, data) {
			t.Error("the data is another")
		}
		_ = r.String()
		if used := allocated() - before; used > 1<<20+64*uint64(len(data)) {
			t.Errorf("%d bytes of data took %d bytes of memory", len(data), used)
		}
	})
}

// returning is an endpoint whose every call of a contract returns the same bytes.
type returning struct {
	Endpoint
	out []byte
}

func (r returning) Call(context.Context, Call, At) ([]byte, error) { return r.out, nil }

// FuzzViews: a contract that is not the manager cannot break its readers.
func FuzzViews(f *testing.F) {
	for _, words := range []int{0, 1, 2, 4, 8} {
		f.Add(make([]byte, 32*words))
		f.Add(bytes.Repeat([]byte{0xff}, 32*words))
	}
	f.Add(new(big.Int).Lsh(big.NewInt(1), 200).FillBytes(make([]byte, 32)))
	f.Fuzz(func(t *testing.T, out []byte) {
		c, ctx := &Client{Endpoint: returning{out: out}}, t.Context()
		before := allocated()
		if o, err := c.Outbound(ctx, 1, message.Final, atLatest); err == nil && o.Nonce >= message.NonceLimit {
			t.Errorf("nonce %d", o.Nonce)
		}
		if i, err := c.Inbound(ctx, 1, message.Final); err == nil && i.PausedUntil.Before(time.Time{}) {
			t.Errorf("paused until %s", i.PausedUntil)
		}
		if px, _, err := c.GroupKey(ctx); err == nil && !bytes.Equal(px[:], out[:32]) {
			t.Errorf("group key %x of %x", px, out)
		}
		_, _ = c.BridgeID(ctx)
		_, _ = c.AllPausedUntil(ctx)
		_, _ = c.IsSealed(ctx)
		_, _ = c.Delivered(ctx, message.Lane{}, 1, atLatest)
		if w, err := c.DeliveredWord(ctx, message.Address{}, 0, atLatest); err == nil && !bytes.Equal(w[:], out[:32]) {
			t.Errorf("word %x of %x", w, out)
		}
		_, _ = c.VerifyLeaf(ctx, 1, message.Hash{}, nil)
		if used := allocated() - before; used > 1<<20+64*uint64(len(out)) {
			t.Errorf("%d bytes of data took %d bytes of memory", len(out), used)
		}
	})
}
