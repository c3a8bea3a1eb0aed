// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/chains/stream"
)

// fake is a chain of one account in memory.
type fake struct {
	Endpoint // panics on what a test does not expect
	head     uint64
	final    uint64
	fork     byte // part of every block hash
	mined    []*types.Transaction
	at       map[message.Hash]uint64
	pool     []*types.Transaction // every version ever sent
	accept   func(*types.Transaction) error
	base     *big.Int
}

func newFake() *fake {
	return &fake{head: 10, at: map[message.Hash]uint64{}, base: big.NewInt(1e9), accept: func(*types.Transaction) error { return nil }}
}

func (f *fake) ref(n uint64) stream.BlockRef {
	return stream.BlockRef{Number: n, Hash: message.Hash{0xb0, f.fork, byte(n)}}
}

func (f *fake) ChainID(context.Context) (message.ChainID, error) { return 31337, nil }
func (f *fake) TipWei(context.Context) (*big.Int, error)         { return big.NewInt(1e9), nil }
func (f *fake) TxNonce(context.Context, message.Address) (uint64, error) {
	return uint64(len(f.mined)), nil
}

func (f *fake) Block(_ context.Context, at At) (Block, error) {
	n := at.Number
	switch at.Tag {
	case Latest, Safe:
		n = f.head
	case Finalized:
		n = f.final
	}
	b := Block{BlockRef: f.ref(n), BaseFee: f.base}
	if n > 0 {
		b.Parent = f.ref(n - 1).Hash
	}
	return b, nil
}

func (f *fake) Logs(context.Context, message.Address, []message.Hash, uint64, uint64) ([]Log, error) {
	return []Log{}, nil
}

func (f *fake) SendRaw(_ context.Context, raw []byte) error {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(raw); err != nil {
		return err
	}
	if tx.Nonce() < uint64(len(f.mined)) {
		return &RPCError{Text: "nonce too low"}
	}
	if err := f.accept(tx); err != nil {
		return err
	}
	f.pool = append(f.pool, tx)
	return nil
}

func (f *fake) Receipt(_ context.Context, h message.Hash) (Receipt, bool, error) {
	n, ok := f.at[h]
	return Receipt{TxHash: h, Block: f.ref(n), Success: true}, ok, nil
}

// mine takes the newest version in the pool with the next nonce.
func (f *fake) mine(tx *types.Transaction) {
	f.head++
	f.mined = append(f.mined, tx)
	f.at[message.Hash(tx.Hash())] = f.head
}

func (f *fake) newest() *types.Transaction { return f.pool[len(f.pool)-1] }

func (f *fake) manager(t *testing.T, sleep func() error) *TransactionManager {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("fake")))
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewTransactionManager(TxConfig{
		Endpoint: f, ChainID: 31337, Account: keyAccount{key}, MaxFeeWei: big.NewInt(20e9),
		Sleep: func(context.Context, time.Duration) error { return sleep() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFeeIsRaisedUntilMined(t *testing.T) {
	f := newFake()
	m := f.manager(t, func() error {
		if f.head++; f.head > 10+3*DefaultBumpBlocks {
			f.mine(f.newest())
		}
		return nil
	})
	r, err := m.Send(context.Background(), testManager, nil, 21000)
	if err != nil || !r.Success || len(f.pool) < 3 {
		t.Fatalf("receipt %+v, %d versions: %v", r, len(f.pool), err)
	}
	for i := 1; i < len(f.pool); i++ {
		was, is := f.pool[i-1], f.pool[i]
		if is.Nonce() != was.Nonce() || is.GasFeeCap().Cmp(raised(was.GasFeeCap())) < 0 || is.GasTipCap().Cmp(raised(was.GasTipCap())) < 0 {
			t.Errorf("version %d: nonce %d, cap %s, tip %s after %s, %s", i, is.Nonce(), is.GasFeeCap(), is.GasTipCap(), was.GasFeeCap(), was.GasTipCap())
		}
	}
}

func TestFeeStaysBelowTheLimit(t *testing.T) {
	f := newFake()
	stop := errors.New("stop")
	m := f.manager(t, func() error {
		if f.head++; f.head > 400 {
			return stop
		}
		return nil
	})
	var unknown *UnknownOutcomeError
	if _, err := m.Send(context.Background(), testManager, nil, 21000); !errors.As(err, &unknown) || !errors.Is(err, stop) {
		t.Fatalf("never mined: %v", err)
	}
	for _, tx := range f.pool {
		if tx.GasFeeCap().Cmp(m.MaxFeeWei) > 0 {
			t.Errorf("fee cap %s", tx.GasFeeCap())
		}
	}
	// The nonce is taken again; at the limit it cannot be outbid, so nothing is promised.
	f.base = big.NewInt(30e9)
	if _, err := m.Send(context.Background(), testManager, nil, 21000); !errors.Is(err, message.ErrUnderpriced) {
		t.Errorf("base fee above the limit: %v", err)
	}
}

func TestAbandonedNonceIsTakenAgain(t *testing.T) {
	f := newFake()
	stop := errors.New("stop")
	m := f.manager(t, func() error { return stop })
	if _, err := m.Send(context.Background(), testManager, []byte{1}, 21000); err == nil {
		t.Fatal("mined by nobody")
	}
	first := f.newest()
	m.Sleep = func(context.Context, time.Duration) error { f.mine(f.newest()); return nil }
	if _, err := m.Send(context.Background(), testManager, []byte{2}, 21000); err != nil {
		t.Fatal(err)
	}
	if tx := f.mined[0]; tx.Nonce() != first.Nonce() || tx.Data()[0] != 2 || tx.GasFeeCap().Cmp(first.GasFeeCap()) <= 0 {
		t.Errorf("nonce %d, data %x, cap %s", tx.Nonce(), tx.Data(), tx.GasFeeCap())
	}
}

func TestRestartOutbidsThePool(t *testing.T) {
	f := newFake()
	old := big.NewInt(8e9) // what an earlier life of the process left in the pool
	f.accept = func(tx *types.Transaction) error {
		if tx.GasFeeCap().Cmp(raised(old)) < 0 {
			return &RPCError{Text: "replacement transaction underpriced"}
		}
		return nil
	}
	m := f.manager(t, func() error { f.mine(f.newest()); return nil })
	if _, err := m.Send(context.Background(), testManager, nil, 21000); err != nil {
		t.Fatal(err)
	}
	if len(f.pool) != 1 || f.mined[0].Nonce() != 0 {
		t.Errorf("%d versions taken, nonce %d", len(f.pool), f.mined[0].Nonce())
	}
}

func TestForeignTransactionTakesTheNonce(t *testing.T) {
	f := newFake()
	foreign := types.NewTx(&types.LegacyTx{Nonce: 0})
	looks := 0
	m := f.manager(t, func() error {
		if looks++; looks == 1 {
			f.mine(foreign)
		} else if tx := f.newest(); tx.Nonce() == uint64(len(f.mined)) {
			f.mine(tx)
		}
		return nil
	})
	r, err := m.Send(context.Background(), testManager, nil, 21000)
	if err != nil || f.mined[1].Nonce() != 1 || message.Hash(f.mined[1].Hash()) != r.TxHash {
		t.Fatalf("receipt %+v: %v", r, err)
	}
}

func TestUnclearAnswers(t *testing.T) {
	f := newFake()
	f.accept = func(*types.Transaction) error { return &RPCError{Text: "try later"} }
	m := f.manager(t, func() error { f.head++; return nil })
	var unknown *UnknownOutcomeError
	if _, err := m.Send(context.Background(), testManager, nil, 21000); !errors.As(err, &unknown) {
		t.Errorf("a node that never takes it: %v", err)
	}
	for text, want := range map[string]error{
		"already known":                              nil,
		"nonce too low: next 5":                      errTaken,
		"transaction underpriced":                    errOutbid,
		"insufficient funds for gas * price + value": ErrFunds,
		"intrinsic gas too low":                      ErrRefused,
		"busy":                                       message.ErrUnavailable,
	} {
		var answer error = &RPCError{Text: text}
		if got := sendOutcome(answer); !errors.Is(got, want) || !errors.Is(want, message.ErrUnavailable) && errors.Is(got, message.ErrUnavailable) {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
	if got := sendOutcome(errors.New("connection reset")); !errors.Is(got, message.ErrUnavailable) {
		t.Errorf("broken connection is %v", got)
	}
}

// client reads by agreement: the hashes of a fake are no hashes of headers.
func (f *fake) client(t *testing.T, e Endpoint) *Client {
	t.Helper()
	c, err := New(t.Context(), Config{ChainID: 31337, Manager: testManager, Endpoint: e})
	if err != nil {
		t.Fatal(err)
	}
	c.rule.Evidence = registry.EvidenceAgreement
	return c
}

func TestFinalReorgHalts(t *testing.T) {
	f := newFake()
	f.final = 8
	ctx := context.Background()
	c := f.client(t, f)
	cfg := stream.Config{BridgeID: testBridge, Stride: 2, Stream: message.Stream{Chain: 31337, Manager: testManager, Finality: message.Final, Epoch: 1}}
	if _, err := c.Batch(ctx, cfg, 0, 7); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Batch(ctx, cfg, 0, 9); !errors.Is(err, message.ErrNotFinal) {
		t.Errorf("above final: %v", err)
	}
	f.final = 7
	if _, err := c.Heads(ctx); !errors.Is(err, message.ErrUnavailable) || message.FateOf(err) != message.Retry {
		t.Errorf("endpoint lags: %v", err)
	}
	f.fork = 1
	for _, final := range []uint64{8, 9, 10} { // the same block, by its child's word, by its number
		f.final = final
		var reorg *stream.FinalizedReorgError
		if _, err := c.Heads(ctx); !errors.As(err, &reorg) || message.FateOf(err) != message.Halt || reorg.Number != 8 {
			t.Errorf("final block %d changed: %v", final, err)
		}
	}
}
