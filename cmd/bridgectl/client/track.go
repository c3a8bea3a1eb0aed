// SPDX-License-Identifier: Apache-2.0

package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
	"github.com/aitbc/bridge/relayer/deliver"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// ErrUnknown: no message and no transaction with messages has this hash.
var ErrUnknown = message.NewError(message.Retry, "no such message")

// Stage is how far a message has come.
type Stage string

// The stages, in order.
const (
	StageSent      Stage = "sent"      // in a source block
	StageFinal     Stage = "final"     // the window around it is final
	StageSigning   Stage = "signing"   // a signing session is open
	StageCertified Stage = "certified" // anyone can deliver it
	StageDelivered Stage = "delivered"
)

// Status is the answer of Track.
type Status struct {
	Sent
	Lane     string         `json:"lane"`
	Stage    Stage          `json:"stage"`
	Reason   deliver.Reason `json:"reason"`
	Who      string         `json:"who"`
	Next     string         `json:"next"`
	Detail   string         `json:"detail,omitempty"`
	Window   uint64         `json:"window,omitempty"` // end block of its window
	TargetTx message.Hash   `json:"target_tx,omitzero"`
	TargetAt uint64         `json:"target_block,omitempty"`
}

// Track explains where the message of an id is, or each message that a transaction sent.
// It reads the chains and asks validators; no relayer is needed.
//
// Errors: ErrUnknown when no chain of the network has it.
func (c *Client) Track(ctx context.Context, hash message.Hash) ([]Status, error) {
	sent, err := c.find(ctx, hash)
	if err != nil {
		return nil, err
	}
	out := make([]Status, len(sent))
	for i := range sent {
		if out[i], err = c.Status(ctx, sent[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// find looks for a transaction first, then for a message id, newest blocks first.
func (c *Client) find(ctx context.Context, hash message.Hash) ([]Sent, error) {
	var errs []error
	for i := range c.Network.Chains {
		id := c.Network.Chains[i].ChainID
		r, ok, err := c.chains[id].Receipt(ctx, hash)
		if err != nil {
			errs = append(errs, fmt.Errorf("chain %s: %w", id, err))
			continue
		}
		if !ok {
			continue
		}
		all, err := c.sentIn(id, r)
		if err != nil {
			return nil, err
		}
		if len(all) == 0 {
			return nil, fmt.Errorf("transaction %s on chain %s sent nothing: %w", hash, id, ErrUnknown)
		}
		return all, nil
	}
	for i := range c.Network.Chains {
		k := &c.Network.Chains[i]
		l, err := c.search(ctx, k.ChainID, topicSent, 3, hash, k.DeployBlock)
		if err != nil {
			errs = append(errs, fmt.Errorf("chain %s: %w", k.ChainID, err))
			continue
		}
		if l == nil {
			continue
		}
		r, _, err := c.chains[k.ChainID].Receipt(ctx, l.TxHash)
		if err != nil {
			return nil, err
		}
		all, err := c.sentIn(k.ChainID, r)
		if err != nil {
			return nil, err
		}
		if j := slices.IndexFunc(all, func(s Sent) bool { return s.ID == message.ID(hash) }); j >= 0 {
			return all[j : j+1], nil
		}
	}
	return nil, errors.Join(append(errs, fmt.Errorf("%s: %w", hash, ErrUnknown))...)
}

// search looks from the newest block down to first for a log of the manager whose topic
// at a place equals hash; nil when there is none.
func (c *Client) search(ctx context.Context, chain message.ChainID, topic message.Hash, place int, hash message.Hash, first uint64) (*evm.Log, error) {
	e := c.chains[chain]
	head, err := e.Block(ctx, evm.At{Tag: evm.Latest})
	if err != nil {
		return nil, err
	}
	k, _ := c.Network.Chain(chain)
	span := uint64(1000)
	if p, ok := k.ProfileOf(); ok && p.LogRange > 0 {
		span = p.LogRange
	}
	for to := head.Number; ; {
		from := first
		if to >= span && to-span+1 > first {
			from = to - span + 1
		}
		logs, err := e.Logs(ctx, e.Manager(), []message.Hash{topic}, from, to)
		if err != nil {
			return nil, err
		}
		for i := range logs {
			if len(logs[i].Topics) > place && logs[i].Topics[place] == hash {
				return &logs[i], nil
			}
		}
		if from <= first || from == 0 {
			return nil, nil
		}
		to = from - 1
	}
}

// Status explains where one message is.
func (c *Client) Status(ctx context.Context, s Sent) (Status, error) {
	st := Status{Sent: s, Lane: LaneName{s.Source, s.Target, s.finality}.String(), Stage: StageSent}
	source, err := c.Chain(s.Source)
	if err != nil {
		return st, err
	}
	target, err := c.Chain(s.Target)
	if err != nil {
		return st, err
	}
	lane := message.Lane{SourceChain: s.Source, SourceManager: source.Manager(), Finality: s.finality}
	done, err := target.Delivered(ctx, lane, s.Nonce, evm.At{Tag: evm.Latest})
	if err != nil {
		return st.because(deliver.TargetUnreachable, err.Error()), nil
	}
	if done {
		st.Stage = StageDelivered
		k, _ := c.Network.Chain(s.Target)
		l, err := c.search(ctx, s.Target, topicDelivered, 1, message.Hash(s.ID), k.DeployBlock)
		if err != nil {
			return st, err
		}
		if l == nil {
			st.Stage = StageCertified
			return st.because(deliver.Superseded, fmt.Sprintf("nonce %d of the lane is taken at chain %s, and no delivery of this message is there", s.Nonce, s.Target)), nil
		}
		st.TargetTx, st.TargetAt = l.TxHash, l.Block
		return st.because(deliver.Delivered, ""), nil
	}
	certified, err := c.certification(ctx, &st, source)
	if err != nil || !certified {
		return st, err
	}
	return c.delivery(ctx, st, target)
}

func (st Status) because(r deliver.Reason, detail string) Status {
	st.Reason, st.Who, st.Next, st.Detail = r, r.Who(), r.Next(), detail
	return st
}

// certification finds how far source chain and validators are. A message is certified by any stream of its source whose
// finality is at least the one that it asked for.
func (c *Client) certification(ctx context.Context, st *Status, source *evm.Client) (bool, error) {
	streams, err := c.Streams(ctx)
	if err != nil {
		return false, err
	}
	able := slices.DeleteFunc(streams, func(s lanesv1.Stream) bool {
		return s.ClosedAt != 0 || s.Chain != uint64(st.Source) || s.Finality < uint32(st.finality) || !slices.Equal(s.Manager, addressBytes(source.Manager()))
	})
	slices.SortFunc(able, func(a, b lanesv1.Stream) int { return cmp.Compare(a.Finality, b.Finality) })
	if n := len(able); n == 0 || message.Finality(able[n-1].Finality) != message.Final {
		*st = st.because(deliver.WaitingVotes, "the validators have no stream for the source chain")
		return false, nil
	}
	last := &able[len(able)-1]
	end, ok := message.WindowEnd(st.Block, last.Stride)
	if !ok {
		return false, fmt.Errorf("stream %d: stride: %w", last.Index, message.ErrRange)
	}
	st.Window = end
	for i := range able[:len(able)-1] {
		known, err := c.ahead(ctx, st, &able[i])
		if err != nil || known {
			return st.Stage == StageCertified, err
		}
	}
	final, err := source.Block(ctx, evm.At{Tag: evm.Finalized})
	if err != nil && !errors.Is(err, evm.ErrNoBlock) {
		return false, err
	}
	if final.Number < end {
		*st = st.because(deliver.WaitingFinality, st.note(fmt.Sprintf("window ends at block %d, final is %d", end, final.Number)))
		return false, nil
	}
	st.Stage = StageFinal
	_, err = c.ahead(ctx, st, last)
	return st.Stage == StageCertified, err
}

// note puts what was found before in front.
func (st *Status) note(s string) string {
	if st.Detail == "" {
		return s
	}
	return st.Detail + "; " + s
}

// ahead looks how far one stream is with the message's window; known is false when it has nothing to say of it.
func (c *Client) ahead(ctx context.Context, st *Status, s *lanesv1.Stream) (known bool, err error) {
	if s.StoppedAt != 0 {
		st.Detail = st.note(fmt.Sprintf("stream %d (%s) is stopped since height %d", s.Index, message.Finality(s.Finality), s.StoppedAt))
		return false, nil
	}
	status, err := c.StreamStatus(ctx, s.Index)
	if err != nil {
		return false, err
	}
	if k := status.Certified; k != nil && k.End >= st.Window {
		st.Stage = StageCertified
		return true, nil
	}
	if s.FloorEnd >= st.Window {
		st.Detail = st.note(fmt.Sprintf("stream %d (%s) certifies nothing at or below block %d again", s.Index, message.Finality(s.Finality), s.FloorEnd))
	}
	votes := 0
	for _, t := range status.Tallies {
		if t.End >= st.Window {
			votes = max(votes, len(t.Voters))
		}
	}
	switch final := message.Finality(s.Finality) == message.Final; {
	case len(status.OpenSessions) > 0 && (final || votes > 0):
		st.Stage = StageSigning
		*st = st.because(deliver.Signing, st.note(fmt.Sprintf("session %d", status.OpenSessions[0])))
	case votes > 0 || final:
		*st = st.because(deliver.WaitingVotes, st.note(fmt.Sprintf("%d votes for the window at or after block %d", votes, st.Window)))
	default:
		return false, nil
	}
	return true, nil
}

// delivery finds why a certified message is not delivered.
func (c *Client) delivery(ctx context.Context, st Status, target *evm.Client) (Status, error) {
	in, err := target.Inbound(ctx, st.Source, st.finality)
	if err != nil {
		return st.because(deliver.TargetUnreachable, err.Error()), nil
	}
	if in.PausedUntil.After(time.Now()) {
		return st.because(deliver.LanePaused, "lane paused until "+in.PausedUntil.UTC().Format(time.RFC3339)), nil
	}
	all, err := target.AllPausedUntil(ctx)
	if err != nil {
		return st.because(deliver.TargetUnreachable, err.Error()), nil
	}
	if all.After(time.Now()) {
		return st.because(deliver.LanePaused, "everything paused until "+all.UTC().Format(time.RFC3339)), nil
	}
	// Would the recipient take it? Asked as the manager would.
	call, err := pack(bindings.IERC7786RecipientMetaData.GetAbi, "receiveMessage(bytes32,bytes,bytes)",
		[32]byte(st.ID), Interoperable(st.Source, st.sender), st.data)
	if err != nil {
		return st, err
	}
	answer, err := target.Endpoint.Call(ctx, evm.Call{From: target.Manager(), To: st.account, Data: call}, evm.At{Tag: evm.Latest})
	if reason, refused := evm.IsReverted(err); refused {
		return st.because(deliver.RecipientReverted, reason.String()), nil
	}
	if err != nil {
		return st.because(deliver.TargetUnreachable, err.Error()), nil
	}
	magic := append(slices.Clone(call[:4]), make([]byte, 28)...)
	if len(answer) < 32 || !slices.Equal(answer[:32], magic) {
		return st.because(deliver.RecipientReverted, fmt.Sprintf("%s is no ERC-7786 recipient: its answer lacks the magic value", st.account)), nil
	}
	return st.because(deliver.Certified, ""), nil
}

// Recipient is the account on the target that a message is for.
func (s *Sent) Recipient() common.Address { return common.Address(s.account) }

func addressBytes(a message.Address) []byte { return a[:] }
