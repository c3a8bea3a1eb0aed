// SPDX-License-Identifier: Apache-2.0

package sources

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// ErrCode: the manager's code is not the one that it should be. Nothing is read until it is.
var ErrCode = message.NewError(message.Retry, "manager's code")

// Reader is one manager on one chain. It is a follow.Source that notes how far the labels have
// come and reads no logs before the manager's code was found to be what it should be.
type Reader struct {
	*evm.Client
	source *Source
	record *Record // nil: the code is not checked
	now    func() time.Time

	mu      sync.Mutex
	checked bool
	under   message.Hash // the settings' hash of that check
}

var _ follow.Source = (*Reader)(nil)

// Reader reads a manager of the chain. record keeps the hash of the code that was seen first; nil
// leaves the code unchecked.
//
// Errors: those of evm.New.
func (s *Source) Reader(ctx context.Context, manager message.Address, record *Record) (*Reader, error) {
	c, err := evm.New(ctx, evm.Config{ChainID: s.Chain(), Manager: manager, Endpoint: s.Pool})
	if err != nil {
		return nil, err
	}
	r := &Reader{Client: c, source: s, record: record, now: time.Now}
	if record != nil {
		// Known before the first question: an endpoint with other code gives no answer at all.
		if h, ok, err := record.Load(); err == nil && ok {
			s.Pool.Expect(manager, h)
		}
	}
	return r, nil
}

// Heads implements follow.Source.
func (r *Reader) Heads(ctx context.Context) (follow.Heads, error) {
	h, err := r.Client.Heads(ctx)
	if err == nil {
		r.source.saw(h.Final.Number, h.Head.Number, r.now())
	}
	return h, err
}

// Batch implements follow.Source. Errors: ErrCode, beside those of evm.Client.
func (r *Reader) Batch(ctx context.Context, cfg stream.Config, from, to uint64) (stream.Batch, error) {
	if err := r.checkCode(ctx); err != nil {
		return stream.Batch{}, err
	}
	return r.Client.Batch(ctx, cfg, from, to)
}

// Recent reads the blocks above the final ones of the same manager, after the same check of its code.
type Recent struct {
	*evm.Recent
	reader *Reader
}

var _ follow.AheadSource = (*Recent)(nil)

// Recent makes a reader for streams of finality safe or fast.
//
// Errors: message.ErrRange, as evm.NewRecent.
func (r *Reader) Recent(f message.Finality) (*Recent, error) {
	recent, err := evm.NewRecent(r.Client, f)
	if err != nil {
		return nil, err
	}
	return &Recent{Recent: recent, reader: r}, nil
}

// Ahead implements follow.AheadSource. Errors: ErrCode, beside those of evm.Recent.
func (r *Recent) Ahead(ctx context.Context, final stream.State) (stream.Batch, error) {
	if err := r.reader.checkCode(ctx); err != nil {
		return stream.Batch{}, err
	}
	return r.Recent.Ahead(ctx, final)
}

// UpTo is evm.Recent's. Errors: ErrCode, beside those.
func (r *Recent) UpTo(ctx context.Context, final stream.State, end uint64) (stream.Batch, error) {
	if err := r.reader.checkCode(ctx); err != nil {
		return stream.Batch{}, err
	}
	return r.Recent.UpTo(ctx, final, end)
}

// checkCode compares the code that m operators show with the settings' hash and with what was seen
// first, and has the pool check each endpoint from then on: at its first question, after each of
// its failures and every ten minutes. Without a record it checks nothing.
func (r *Reader) checkCode(ctx context.Context) error {
	if r.record == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	wanted := r.source.wantedCode()
	if r.checked && r.under == wanted {
		return nil
	}
	code, err := r.Code(ctx, r.Manager())
	if err != nil {
		return fmt.Errorf("chain %s: read the manager's code: %w", r.Chain(), err)
	}
	is := message.Keccak(code)
	switch seen, ok, err := r.record.Load(); {
	case len(code) == 0:
		return r.refuse("there is no code at manager %s", r.Manager())
	case !wanted.IsZero() && is != wanted:
		return r.refuse("manager %s has code %s, manager_code_hash is %s", r.Manager(), is, wanted)
	case err != nil:
		return r.refuse("the record of manager %s's code does not read: %v", r.Manager(), err)
	case ok && seen != is:
		return r.refuse("manager %s has code %s, this node has seen %s first", r.Manager(), is, seen)
	case !ok:
		if err := r.record.Save(is); err != nil {
			return r.refuse("the hash of manager %s's code was not recorded: %v", r.Manager(), err)
		}
		r.source.log.Info("manager's code recorded", "chain", r.Chain(), "manager", r.Manager(), "hash", is, "build", sameBuild(code))
	}
	if !sameBuild(code) {
		r.source.log.Warn("manager's code is not the one that this program was built with", "chain", r.Chain(), "manager", r.Manager(), "hash", is)
	}
	r.source.trouble(r.Manager(), "")
	r.source.Pool.Expect(r.Manager(), is)
	r.checked, r.under = true, wanted
	return nil
}

func (r *Reader) refuse(format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	if r.source.trouble(r.Manager(), what) {
		r.source.log.Error("manager's code is refused, nothing is read", "chain", r.Chain(), "why", what)
	}
	return fmt.Errorf("chain %s: %w: %w", r.Chain(), ErrCode, errors.New(what))
}
