// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

var (
	// ErrLowerFinality: the parameters allow final streams alone.
	ErrLowerFinality = message.NewError(message.Reject, "streams below final are not allowed")
	// ErrNotCertified: a report on what was not certified, or is not kept any more.
	ErrNotCertified = message.NewError(message.Reject, "no such certificate")
)

// addStream opens a stream. Errors: ErrLowerFinality, those of lanes.
func (x Proposals) addStream(ctx context.Context, s lanesv1.Stream) error {
	if s.Finality != uint32(message.Final) {
		p, err := x.k.Params(ctx)
		if err != nil {
			return err
		}
		if !p.LowerFinality {
			return fmt.Errorf("finality %d: %w", s.Finality, ErrLowerFinality)
		}
	}
	_, err := x.lanes.AddStream(ctx, s)
	return err
}

// Contradict takes a member's report that the final history of a source is not what a certified checkpoint below final
// says. f+1 members, so an honest one among them, stop the stream: its votes and certificates are forgotten but for the highest
// end that is certified, at or below which nothing is certified again; nobody is blamed, since such blocks may change under
// honest members. The final stream of the source goes on.
//
// Errors: ErrUnknownMember, ErrNotCertified, those of lanes; ErrState.
func (x Proposals) Contradict(ctx context.Context, m *committeev1.MsgContradict) error {
	who, may, needed, err := x.k.voter(ctx, m.Sender)
	if err != nil {
		return err
	}
	e, err := x.k.ActiveEpoch(ctx)
	if err != nil {
		return err
	}
	newest, known, err := x.certify.Certified(ctx, m.Stream, m.End)
	switch {
	case err != nil:
		return err
	case !known:
		return fmt.Errorf("stream %d, block %d: %w", m.Stream, m.End, ErrNotCertified)
	}
	stopped, err := x.lanes.Contradict(ctx, m.Stream, m.Generation, lanesv1.Report{Member: who, End: m.End}, newest, may, len(e.Members)-needed+1)
	if err != nil {
		return err
	}
	emit(ctx, "bridge_contradiction", "stream", strconv.FormatUint(uint64(m.Stream), 10), "generation", strconv.FormatUint(uint64(m.Generation), 10),
		"window", strconv.FormatUint(m.End, 10), "member", hex.EncodeToString(who))
	if !stopped {
		return nil
	}
	if err := x.certify.CloseStream(ctx, m.Stream); err != nil {
		return err
	}
	return x.certify.DropCertificates(ctx, m.Stream)
}
