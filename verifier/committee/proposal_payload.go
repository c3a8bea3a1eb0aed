// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"fmt"
	"unicode/utf8"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// ValidatePayload judges a payload by itself, so that who proposes learns of a slip at once
// and not after t approvals. Whether it can be executed is known when it is.
//
// Errors: message.ErrBadEncoding, message.ErrZero, message.ErrRange.
func ValidatePayload(p *committeev1.Payload) error {
	var err error
	switch v := p.Kind.(type) {
	case *committeev1.Payload_Member:
		err = checkMemberChange(v.Member)
	case *committeev1.Payload_Lane:
		if s := &v.Lane.Stream; s.Index != 0 {
			err = fmt.Errorf("index %d, the chain gives it: %w", s.Index, message.ErrRange)
		} else {
			err = checkChain(s.Chain, s.Manager)
		}
	case *committeev1.Payload_Parameter:
		err = ValidateParams(v.Parameter.Params)
	case *committeev1.Payload_Resume:
		err = checkResume(v.Resume)
	case *committeev1.Payload_Halt:
		err = checkHalt(v.Halt)
	case *committeev1.Payload_Rotate:
		if v.Rotate.NotBefore == 0 {
			err = fmt.Errorf("not_before: %w", message.ErrZero)
		}
	case *committeev1.Payload_Upgrade:
		if v.Upgrade.Name == "" {
			err = fmt.Errorf("name: %w", message.ErrZero)
		} else if !utf8.ValidString(v.Upgrade.Name) || !utf8.ValidString(v.Upgrade.Info) {
			err = fmt.Errorf("text: %w", message.ErrBadEncoding)
		}
	case *committeev1.Payload_Abort:
		if v.Abort.Ceremony == 0 {
			err = fmt.Errorf("ceremony: %w", message.ErrZero)
		}
	default:
		return fmt.Errorf("payload without a kind: %w", message.ErrBadEncoding)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", PayloadName(p), err)
	}
	return nil
}

func checkResume(r *committeev1.Resume) error {
	asked := 0
	for _, given := range []bool{r.Chain, len(r.Member) > 0, r.Source != nil, r.Lower != 0} {
		if given {
			asked++
		}
	}
	switch {
	case asked != 1 || len(r.Member) > 0 && len(r.Member) != 20:
		return fmt.Errorf("the chain, one member of 20 bytes, one source, or one stream below final: %w", message.ErrBadEncoding)
	case r.Source != nil && r.Source.Stream == 0:
		return fmt.Errorf("stream: %w", message.ErrZero)
	case r.Lower > 0xffff:
		return fmt.Errorf("stream %d, at most 65535: %w", r.Lower, message.ErrRange)
	case r.Source != nil && r.Source.Stream > 0xffff:
		return fmt.Errorf("stream %d, at most 65535: %w", r.Source.Stream, message.ErrRange)
	}
	return nil
}

func checkMemberChange(c *committeev1.MemberChange) error {
	if len(c.Add) > MaxMembers || len(c.Remove) > MaxMembers {
		return fmt.Errorf("%d join, %d leave, at most %d each: %w", len(c.Add), len(c.Remove), MaxMembers, message.ErrRange)
	}
	for i := range c.Add {
		if a := &c.Add[i]; len(a.Moniker) > MaxMonikerBytes || !utf8.ValidString(a.Moniker) {
			return fmt.Errorf("add[%d].moniker: text of at most %d bytes: %w", i, MaxMonikerBytes, message.ErrBadEncoding)
		}
	}
	return nil
}

func checkChain(chain uint64, manager []byte) error {
	switch {
	case chain == 0:
		return fmt.Errorf("chain: %w", message.ErrZero)
	case len(manager) != 20:
		return fmt.Errorf("manager of %d bytes, want 20: %w", len(manager), message.ErrBadEncoding)
	case message.Address(manager).IsZero():
		return fmt.Errorf("manager: %w", message.ErrZero)
	}
	return nil
}

func checkHalt(h *committeev1.Halt) error {
	switch {
	case len(h.Scope) != 32:
		return fmt.Errorf("scope of %d bytes, want 32: %w", len(h.Scope), message.ErrBadEncoding)
	case h.NotAfter == 0:
		return fmt.Errorf("not_after: %w", message.ErrZero)
	}
	return checkChain(h.Chain, h.Manager)
}

// PayloadName is the kind as events and people have it.
func PayloadName(p *committeev1.Payload) string {
	switch p.Kind.(type) {
	case *committeev1.Payload_Member:
		return "member"
	case *committeev1.Payload_Lane:
		return "lane"
	case *committeev1.Payload_Parameter:
		return "parameter"
	case *committeev1.Payload_Resume:
		return "resume"
	case *committeev1.Payload_Halt:
		return "halt"
	case *committeev1.Payload_Rotate:
		return "rotate"
	case *committeev1.Payload_Upgrade:
		return "upgrade"
	case *committeev1.Payload_Abort:
		return "abort"
	}
	return "unknown"
}
