// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/sources"
	remotesigner "github.com/aitbc/bridge/keys/signer/remote"
	"github.com/aitbc/bridge/verifier/agent"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/voter"
)

// beside is what stands beside the state machine, as the source of the node's own queries.
type beside struct {
	v     *voter.Voter
	s     shareSigner
	hands *agent.Agent
	feeds *sources.Set
	reads *streams
	book  ledger
}

var (
	_ app.LeafSource = beside{}
	_ app.NodeSource = beside{}
)

// Self is what the voter and the signer say of themselves.
func (b beside) Self() app.Self {
	var out app.Self
	var trouble []string
	if c, ok := b.s.(*remotesigner.Client); ok { // asking it could wait
		if out.Boot = c.LastBoot(); c.Err() != nil {
			trouble = append(trouble, "the signer gives no share: "+c.Err().Error())
		}
	} else {
		out.Boot = b.s.Boot()
	}
	for _, held := range b.s.Shares() {
		out.Epochs = append(out.Epochs, held.KeyEpoch)
	}
	done := b.hands.Status()
	out.Ceremonies = nodev1.Ceremonies{Trouble: strings.Join(append(trouble, done.Trouble...), "; "), Refused: done.Refused}
	if err := b.v.Stopped(); err != nil {
		out.Stopped = err.Error()
	}
	for _, c := range b.hands.Contradictions() {
		out.Contradictions = append(out.Contradictions, nodev1.Contradiction{Stream: c.Stream, Generation: c.Generation, End: c.End, Sent: c.Sent})
	}
	absent, waits := b.reads.abstains(), b.reads.waits()
	for _, s := range b.v.Status() {
		one := nodev1.Stream{Index: uint32(s.Index), Finality: uint32(s.Stream.Finality), Final: s.Final, Newest: s.Newest, Waits: waits[s.Index]}
		if s.Halted != nil {
			one.Halted = s.Halted.Error()
		}
		switch {
		case s.Abstained:
			one.Abstains = "the vote journal was lost: silent up to the blocks that were final then"
		case s.Halted == nil && absent[s.Index] != "":
			one.Abstains = absent[s.Index]
		case s.Halted == nil && s.Doubts > 0 && s.Doubted >= s.Newest:
			one.Abstains = fmt.Sprintf("window %d: another digest was voted for before, when the endpoints told another history", s.Doubted)
		}
		out.Streams = append(out.Streams, one)
	}
	out.Sources = sourcesProto(b.feeds.Health())
	return out
}

// Leaves reads the own trees.
func (b beside) Leaves(index uint16, from uint64, limit int) ([]certifyv1.Leaf, bool, error) {
	list, err := b.v.Leaves(index, from, limit)
	if errors.Is(err, stream.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, true, err
	}
	out := make([]certifyv1.Leaf, len(list))
	for i := range list {
		out[i] = leafProto(from+uint64(i), &list[i])
	}
	return out, true, nil
}

func leafProto(index uint64, l *stream.Leaf) certifyv1.Leaf {
	p := certifyv1.Leaf{Index: index, Hash: l.Hash[:], Block: l.Block, LogIndex: l.LogIndex, TxHash: l.TxHash[:]}
	if m := l.Message; m != nil {
		p.Kind = certifyv1.LeafKind_LEAF_KIND_MESSAGE
		p.Message = &certifyv1.Message{
			SourceChain: uint64(m.SourceChain), SourceManager: m.SourceManager[:],
			TargetChain: uint64(m.TargetChain), TargetManager: m.TargetManager[:],
			Nonce: uint64(m.Nonce), Sender: m.Sender[:], Target: m.Target[:],
			Finality: uint32(m.Finality), GasLimit: m.GasLimit, Expiry: m.Expiry, Data: m.Data,
		}
	}
	if r := l.Receipt; r != nil {
		p.Kind = certifyv1.LeafKind_LEAF_KIND_RECEIPT
		p.Receipt = &certifyv1.Receipt{Chain: uint64(r.Chain), Manager: r.Manager[:], MessageId: r.MessageID[:], Deliverer: r.Deliverer[:]}
	}
	return p
}
