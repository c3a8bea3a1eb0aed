// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// Run does the work behind Committed until ctx ends: what blocks on disk, store or signer.
//
// Errors: the context's; *TwinError (halt), for which the whole node must stop. It comes some
// heights after the alarm, when the other process had the time to hear of this one.
func (v *Voter) Run(ctx context.Context) error {
	for {
		if v.gone() {
			v.Step(ctx) // stops the signer
			return v.Stopped()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-v.wake:
			v.Step(ctx)
		}
	}
}

// Step does the work for the newest committed agenda and returns: Run is a loop around it.
// One caller at a time.
func (v *Voter) Step(ctx context.Context) {
	if a := v.latest.Load(); a != nil && v.twin.Load() == nil {
		v.work(ctx, a)
	}
	if twin := v.twin.Load(); twin != nil {
		v.fallSilent(twin)
	}
}

// work brings the snapshot up to an agenda. Shares come first: a session waits for them.
func (v *Voter) work(ctx context.Context, a *extension.Agenda) {
	if !takesPart(a) {
		return
	}
	if !v.observe(a) {
		return
	}
	v.warn(a)
	shares := v.sign(a)
	failpoint.Hit("voter.shares.publish") // new shares are lost before any extension carried them
	v.mu.Lock()
	v.publish(func(n *snapshot) { n.shares = shares })
	v.mu.Unlock()
	v.commit(a)
	if !a.Member {
		return
	}
	for i := range a.Streams {
		v.tend(ctx, a, &a.Streams[i])
	}
	if len(v.warned) > 1024 {
		clear(v.warned)
	}
}

// takesPart reports whether the state asks this process for anything: of the members of the ready key epoch alone it
// takes commitments and shares.
func takesPart(a *extension.Agenda) bool { return a.Member || a.ReadyIndex != 0 }

// signs reports whether the signer holds a share of a key epoch that this node is in.
func (v *Voter) signs(a *extension.Agenda) bool {
	if v.signer == nil {
		return false
	}
	return slices.ContainsFunc(v.signer.Shares(), func(s signer.ShareInfo) bool {
		return a.Member && s.KeyEpoch == a.KeyEpoch || a.ReadyIndex != 0 && s.KeyEpoch == a.ReadyEpoch
	})
}

// observe shows the signer the committed state; false when the signer saw a twin.
func (v *Voter) observe(a *extension.Agenda) bool {
	if v.signer == nil {
		return true
	}
	if !v.started {
		v.signer.Start(a.Height)
		v.started = true
	}
	o := signer.Observation{Height: a.Height, AppHash: a.AppHash, BridgeID: a.BridgeID, Fork: a.Fork, Boot: a.Boot, NextSeq: a.NextSeq}
	for _, c := range a.Unused {
		o.Unused = append(o.Unused, signer.SeqCommitment{Seq: c.Seq, D: c.D, E: c.E})
	}
	if err := v.signer.Observe(o); err != nil {
		v.raise(a.Height, err.Error())
		return false
	}
	return true
}

// warn says once when the state begins or ends to ask this member for silence.
func (v *Voter) warn(a *extension.Agenda) {
	why := a.Halted
	if why == "" && a.Suspended {
		why = "this member is suspended until the key epoch changes"
	}
	if why == v.duties {
		return
	}
	v.duties = why
	if why == "" {
		v.log.Info("the chain asks for votes again", "height", a.Height)
		return
	}
	v.log.Error("the chain asks this member for no votes", "height", a.Height, "reason", why)
}

// commit publishes the commitments of the signer's boot, after the boot is journaled.
func (v *Voter) commit(a *extension.Agenda) {
	if v.signer == nil {
		return
	}
	boot := v.signer.Boot()
	if !v.signs(a) {
		boot = 0 // a commitment would be asked for a share that this node cannot make
	}
	var list []extension.Commitment
	if boot != 0 {
		if err := v.book.boot(boot); err != nil {
			v.log.Error("boot not journaled, announcing no commitments", "height", a.Height, "err", err)
			boot = 0
		}
	}
	if boot != 0 {
		v.words.born(boot)
		for _, c := range v.signer.Commitments(poolTarget) {
			list = append(list, extension.Commitment{Seq: c.Seq, D: c.D, E: c.E})
		}
		if v.signer.Boot() != boot {
			return // a new boot began in between; the next agenda announces it
		}
	}
	failpoint.Hit("voter.commitments.publish") // new pairs are lost before their commitments were announced
	v.mu.Lock()
	defer v.mu.Unlock()
	v.publish(func(n *snapshot) { n.boot, n.commitments = boot, list })
}

// sign returns the shares that the agenda asks for: those there already and new ones.
func (v *Voter) sign(a *extension.Agenda) map[uint64][32]byte {
	now := v.now.Load()
	shares := map[uint64][32]byte{}
	for i := range a.Sessions {
		se := &a.Sessions[i]
		if !asks(a, se) {
			continue
		}
		if z, ok := now.shares[se.Number]; ok {
			shares[se.Number] = z
			continue
		}
		if v.signer == nil || v.twin.Load() != nil {
			continue
		}
		z, err := v.share(a, se, now)
		if err == nil {
			shares[se.Number] = z
			continue
		}
		if v.warned[se.Number] {
			continue
		}
		v.warned[se.Number] = true
		if message.FateOf(err) == message.Halt {
			v.log.Error("share refused", "stream", se.Stream, "window", se.End, "session", se.Number, "err", err)
		} else {
			v.log.Warn("no share", "stream", se.Stream, "window", se.End, "session", se.Number, "err", err)
		}
	}
	return shares
}

// share asks the signer for one share; of a checkpoint with the node's own one as the statement.
func (v *Voter) share(a *extension.Agenda, se *extension.SessionAgenda, now *snapshot) ([32]byte, error) {
	if se.Statement != nil {
		return v.order(a, se)
	}
	s, ok := now.streams[se.Stream]
	if !ok {
		return [32]byte{}, fmt.Errorf("stream not covered: %w", signer.ErrNoVote)
	}
	if s.lower() {
		return v.shareTip(a, se, now)
	}
	c, ok := s.at(se.End)
	if !ok || !s.mayVote(se.End, v.lost.Load()) {
		return [32]byte{}, fmt.Errorf("window not voted for: %w", signer.ErrNoVote)
	}
	for i := range a.Streams {
		if sa := &a.Streams[i]; sa.Index == se.Stream && (!s.fits(a, sa) || !v.holdsCertified(sa, s)) {
			return [32]byte{}, fmt.Errorf("own tree does not hold the certified one: %w", signer.ErrNoVote)
		}
	}
	return v.ask(a, se, c, func(body [32]byte) bool { return v.book.holds(c, body) })
}

// ask puts one request to the signer.
func (v *Voter) ask(a *extension.Agenda, se *extension.SessionAgenda, st message.Statement, own func(body [32]byte) bool) ([32]byte, error) {
	if boot := v.signer.Boot(); se.MyBoot != boot {
		return [32]byte{}, fmt.Errorf("commitment of boot %d, signer has %d: %w", se.MyBoot, boot, signer.ErrPairBurnt)
	}
	session := frost.Session{Key: schnorr.PublicKey(se.GroupKey), KeyEpoch: se.KeyEpoch, ID: se.ID, Digest: se.Digest}
	for _, m := range se.Signers {
		session.Commitments = append(session.Commitments, frost.Commitment{Index: frost.Index(m.Index), D: m.D, E: m.E})
	}
	z, err := v.signer.Sign(signer.Request{
		BridgeID: a.BridgeID, Fork: a.Fork, SessionNumber: se.Number, Session: session,
		BodyHash: se.BodyHash, MySeq: se.MySeq, Statement: st,
	}, own)
	return z, err
}

// holdsCertified is extends, with the store to ask.
func (v *Voter) holdsCertified(sa *extension.StreamAgenda, s *view) bool {
	if s.extends(sa) {
		return true
	}
	v.mu.Lock()
	covered, ok := v.streams[sa.Index]
	v.mu.Unlock()
	return ok && agree(covered.Store, sa) == nil
}

// agree compares the own tree with the certified checkpoint, before the first one with the base.
// Errors: those of stream.Agree.
func agree(s stream.Store, sa *extension.StreamAgenda) error {
	if sa.HasCertified {
		return stream.Agree(s, sa.Certified)
	}
	return stream.AgreeTree(s, sa.Base)
}

// tend compares a stream with the certified checkpoint, fetches an old target and drops
// what is decided.
func (v *Voter) tend(ctx context.Context, a *extension.Agenda, sa *extension.StreamAgenda) {
	s, ok := v.now.Load().streams[sa.Index]
	if !ok || s.halted != nil {
		return
	}
	if !s.fits(a, sa) {
		v.halt(sa.Index, fmt.Errorf("state has another stream or stride under this index: %w", message.ErrRange))
		return
	}
	if s.lower() {
		return // it has no tree to compare: the final stream beside it has
	}
	v.mu.Lock()
	covered, ok := v.streams[sa.Index]
	v.mu.Unlock()
	if !ok {
		return // removed since the snapshot
	}
	if v.lost.Load() && !s.barred && covered.Heads != nil {
		v.bar(ctx, sa.Index, covered.Heads)
	}
	if floor := v.words.floor(sa.Index); s.barred && floor > s.barrier {
		v.update(sa.Index, func(s *view) { s.barrier = floor })
	}
	root := sa.Base
	if sa.HasCertified {
		root = sa.Certified
	}
	if (sa.HasCertified || sa.HasBase) && s.agreed != root {
		err := agree(covered.Store, sa)
		switch {
		case err == nil:
			v.update(sa.Index, func(s *view) {
				s.agreed = root
				s.drop(root.End)
			})
		case message.FateOf(err) == message.Halt:
			v.halt(sa.Index, err)
			return
		case !errors.Is(err, stream.ErrNotFound):
			v.log.Warn("certified checkpoint not compared, abstaining", "stream", sa.Index, "window", root.End, "err", err)
		}
	}
	if sa.Target == 0 || sa.HasCertified && sa.Target <= sa.CertifiedEnd {
		return
	}
	if _, ok := s.below(sa.Target); ok {
		return
	}
	w, err := covered.Store.WindowBelow(sa.Target)
	if err == nil {
		err = v.OnWindow(sa.Index, w)
	}
	if err != nil && !errors.Is(err, stream.ErrNotFound) {
		v.log.Warn("target window not read", "stream", sa.Index, "window", sa.Target, "err", err)
	}
}

// drop forgets windows before the certified one.
func (s *view) drop(certified uint64) {
	i := 0
	for i < len(s.windows) && s.windows[i].End < certified {
		i++
	}
	if i > 0 {
		s.windows = append([]message.Checkpoint(nil), s.windows[i:]...)
	}
}

// bar fixes the block after which a node without its journal may vote again.
func (v *Voter) bar(ctx context.Context, index uint16, source HeadsSource) {
	h, err := source.Heads(ctx)
	if err != nil || h.Final.Hash.IsZero() {
		v.log.Warn("final block not known, abstaining", "stream", index, "err", err)
		return
	}
	barrier := max(h.Final.Number, v.words.floor(index))
	v.update(index, func(s *view) { s.barrier, s.barred = barrier, true })
	v.log.Warn("abstaining up to the final block after the loss of the vote journal", "stream", index, "window", barrier)
}
