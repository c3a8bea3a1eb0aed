// SPDX-License-Identifier: Apache-2.0

package sources

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// bare is an endpoint that shows code and knows no block.
type bare struct {
	evm.Endpoint // panics on what a test does not expect
	code         []byte
	blocks       int // asked for
}

func (b *bare) ChainID(context.Context) (message.ChainID, error) { return 31337, nil }

func (b *bare) Code(context.Context, message.Address) ([]byte, error) { return b.code, nil }

func (b *bare) Block(context.Context, evm.At) (evm.Block, error) {
	b.blocks++
	return evm.Block{}, evm.ErrNoBlock
}

// TestRecentChecksTheCode: blocks above the final one are read of a manager whose code was checked, like final ones.
func TestRecentChecksTheCode(t *testing.T) {
	ctx, manager := t.Context(), message.Address{7}
	s := open(t, local(31337, "a", "b"))
	source, _ := s.Get(31337)
	b := &bare{}
	client, err := evm.New(ctx, evm.Config{ChainID: 31337, Manager: manager, Endpoint: b})
	if err != nil {
		t.Fatal(err)
	}
	r := &Reader{Client: client, source: source, record: &Record{filepath.Join(t.TempDir(), "1", "manager-code")}}
	recent, err := r.Recent(message.Fast)
	if err != nil {
		t.Fatal(err)
	}
	final := stream.State{Config: stream.Config{Stride: 2, Stream: message.Stream{Chain: 31337, Manager: manager}}, Next: 10, Last: stream.BlockRef{Number: 9, Hash: message.Hash{1}}}
	both := func() error {
		_, ahead := recent.Ahead(ctx, final)
		_, to := recent.UpTo(ctx, final, 11)
		if errors.Is(ahead, ErrCode) != errors.Is(to, ErrCode) {
			t.Errorf("%v, but %v", ahead, to)
		}
		return errors.Join(ahead, to)
	}
	if err := both(); !errors.Is(err, ErrCode) || b.blocks != 0 {
		t.Errorf("no code: %v, %d blocks read", err, b.blocks)
	}
	b.code = []byte{1}
	if err := both(); errors.Is(err, ErrCode) || !errors.Is(err, evm.ErrNoBlock) || b.blocks != 2 {
		t.Errorf("with code: %v, %d blocks read", err, b.blocks)
	}
	if _, err := r.Recent(message.Final); !errors.Is(err, message.ErrRange) {
		t.Errorf("final: %v", err)
	}
}
