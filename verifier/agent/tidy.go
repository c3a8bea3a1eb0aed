// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// tidy takes away secrets that nobody needs any more. What it acts on are facts that no later
// state takes back: a ceremony that has ended, an epoch whose successor has signed.
func (a *Agent) tidy(ctx context.Context, s *State) error {
	return errors.Join(a.tidySeeds(s), a.tidyShares(ctx, s))
}

// tidySeeds erases the seeds of ceremonies that ended.
func (a *Agent) tidySeeds(s *State) error {
	seeds, err := a.cfg.Files.Seeds()
	if err != nil {
		return err
	}
	var errs []error
	for _, n := range seeds {
		// Of two ceremonies the older one has ended. A higher number is of a later state, or of a fork
		// that was left behind.
		if c := &s.Ceremony; n > c.Number || n == c.Number && !over(c) {
			continue
		}
		failpoint.Hit("agent.seed.erase") // the seed of an ended ceremony stays until the next start
		if err := a.cfg.Files.EraseSeed(n); err != nil {
			errs = append(errs, fmt.Errorf("erase seed of ceremony %d: %w", n, err))
			continue
		}
		failpoint.Hit("agent.seed.erased") // the seed is gone; its ceremony has ended
		if a.seed != nil && a.seed.ceremony == n {
			a.seed = nil
		}
	}
	return errors.Join(errs...)
}

func over(c *committeev1.Ceremony) bool {
	return c.Phase == committeev1.Phase_PHASE_DONE || c.Phase == committeev1.Phase_PHASE_ABORTED
}

// tidyShares erases the shares of aborted ceremonies, and those of older epochs once the active
// one has signed. A share that fits the active or the ready epoch is never erased.
func (a *Agent) tidyShares(ctx context.Context, s *State) error {
	names, err := a.cfg.Files.Shares()
	if err != nil {
		return err
	}
	errs := []error{a.forget(s)}
	for _, n := range names {
		why := ""
		switch {
		case n.Epoch == s.Active.Number && n.Ceremony == s.Active.Ceremony, n.Epoch == s.Ready.Number && n.Ceremony == s.Ready.Ceremony:
		case n.Epoch < s.Active.Number:
			if proven(s) {
				why = "the next epoch is active and has signed"
			}
		case n.Ceremony != 0:
			if why, err = a.aborted(ctx, s, n.Ceremony); err != nil {
				errs = append(errs, err)
			}
		}
		if why == "" {
			continue
		}
		failpoint.Hit("agent.share.erase") // an old share stays in the home until the next start
		if err := a.cfg.Files.EraseShare(n); err != nil {
			errs = append(errs, fmt.Errorf("erase %s: %w", n, err))
			continue
		}
		failpoint.Hit("agent.share.erased") // the old share is gone
		delete(a.misfits, n)
		a.log.Info("key share erased", "epoch", n.Epoch, "ceremony", n.Ceremony, "reason", why, "height", a.height)
	}
	return errors.Join(errs...)
}

// forget makes the signer drop what no session needs: older epochs once the active one has signed, and
// the epoch of the newest ceremony when that was aborted.
func (a *Agent) forget(s *State) error {
	var errs []error
	for _, held := range a.cfg.Signer.Shares() {
		e, c := held.KeyEpoch, &s.Ceremony
		old := e < s.Active.Number && proven(s)
		failed := e > s.Active.Number && e != s.Ready.Number && c.NewEpoch == e && c.Phase == committeev1.Phase_PHASE_ABORTED
		if old || failed {
			errs = append(errs, a.drop(e))
		}
	}
	return errors.Join(errs...)
}

// aborted says why a share of a ceremony is of no use; empty when it may still be.
func (a *Agent) aborted(ctx context.Context, s *State, number uint64) (string, error) {
	c := s.Ceremony
	if c.Number != number {
		var err error
		if c, err = a.cfg.Chain.Ceremony(ctx, number); errors.Is(err, ErrGone) {
			return "", nil // forgotten, or of a later state than this one: kept
		} else if err != nil {
			return "", err
		}
	}
	if c.Phase != committeev1.Phase_PHASE_ABORTED {
		return "", nil
	}
	return "its ceremony was aborted: " + c.Aborted, nil
}

// proven says whether the active epoch itself has signed its ready statement: its members can sign,
// so the shares of older ones are needed no more.
func proven(s *State) bool {
	return slices.ContainsFunc(s.Signed, func(w committeev1.Statement) bool {
		if w.Kind != committeev1.StatementKind_STATEMENT_KIND_READY || w.KeyEpoch != s.Active.Number || len(w.Digest) != 32 || len(s.Active.GroupKey) != 32 {
			return false
		}
		sig, err := schnorr.ParseSignature(w.Signature)
		return err == nil && schnorr.Verify(schnorr.PublicKey(s.Active.GroupKey), [32]byte(bytes.Clone(w.Digest)), sig) == nil
	})
}
