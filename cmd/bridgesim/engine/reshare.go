// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"slices"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/ethereum/go-ethereum/crypto"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/bridge/cmd/bridgesim/audit"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/agent"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/transaction"
)

// operatorsLook is how often the operators look whether there is something to approve.
const operatorsLook = 2 * time.Second

// accounts are a member's keys beside its consensus key and its share.
type accounts struct {
	operator *ecdsa.PrivateKey
	address  [20]byte
	dealing  keystore.DealingKey
}

func (s *sim) makeAccounts(member int) (a accounts, err error) {
	seed := sha256.Sum256(fmt.Appendf(nil, "seed %d operator %d", s.cfg.Seed, member))
	if a.operator, err = crypto.ToECDSA(seed[:]); err != nil {
		return a, fmt.Errorf("operator account: %w", err)
	}
	a.address = crypto.PubkeyToAddress(a.operator.PublicKey)
	a.dealing = keystore.DealingKey{BridgeID: s.bridgeID, Secret: frost.Scalar(sha256.Sum256(fmt.Appendf(nil, "seed %d dealing %d", s.cfg.Seed, member)))}
	a.dealing.Public, err = frost.PublicShare(roll(s.cfg.Seed, "dealing keys"), a.dealing.Secret)
	return a, err
}

// validators is the set of the genesis when the committee is to be dealt again.
func (s *sim) validators() (out []committeev1.Validator) {
	for i, k := range s.keys {
		a := &s.accounts[i]
		out = append(out, committeev1.Validator{
			ConsAddress: k.PubKey().Address(), ConsPubkey: k.PubKey().Bytes(), Operator: a.address[:], Moniker: fmt.Sprint("v", i+1),
			DealingKey: a.dealing.Public[:], Status: committeev1.Status_STATUS_MEMBER,
		})
	}
	return out
}

// hands makes the part of a process that takes part in ceremonies.
func (n *node) hands(p *process, sign *signer.Signer, log *slog.Logger) (*agent.Agent, error) {
	a := &n.s.accounts[n.member-1]
	return agent.New(agent.Config{
		ConsAddress: n.key.PubKey().Address(), Operator: a.address, DealingKey: &a.dealing, Chain: chainOf{n, p}, Sender: chainOf{n, p},
		Files: n.vault, Signer: sign, Voter: p.voter, Rand: roll(n.s.cfg.Seed, fmt.Sprintf("%s hands %d", n.name, p.life)), Logger: log,
	})
}

// chainOf is a process's own application as its agent sees it.
type chainOf struct {
	n *node
	p *process
}

var (
	_ agent.Chain  = chainOf{}
	_ agent.Sender = chainOf{}
)

// Invoke implements grpc.ClientConnInterface over ABCI queries.
func (c chainOf) Invoke(ctx context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	data, err := proto.Marshal(args.(proto.Message))
	if err != nil {
		return err
	}
	r, err := c.p.app.Query(ctx, &abci.RequestQuery{Path: method, Data: data})
	switch {
	case err != nil:
		return err
	case r.Code != 0:
		return status.Error(codes.NotFound, r.Log) // the agent asks for nothing that could fail otherwise
	}
	return proto.Unmarshal(r.Value, reply.(proto.Message))
}

// NewStream implements grpc.ClientConnInterface: there are none.
func (c chainOf) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "no streams")
}

func (c chainOf) query() committeev1.QueryClient { return committeev1.NewQueryClient(c) }

// State implements agent.Chain.
func (c chainOf) State(ctx context.Context) (*agent.State, error) {
	st, err := agent.Read(ctx, c.query())
	if err == nil {
		st.CatchingUp = c.n.cut || c.n.height() < c.n.s.cons.tip()
	}
	return st, err
}

// Ceremony implements agent.Chain.
func (c chainOf) Ceremony(ctx context.Context, number uint64) (committeev1.Ceremony, error) {
	return agent.ReadCeremony(ctx, c.query(), number)
}

// Dealings implements agent.Chain.
func (c chainOf) Dealings(ctx context.Context, ceremony uint64) ([]committeev1.DealingOf, error) {
	return agent.ReadDealings(ctx, c.query(), ceremony)
}

// Send implements agent.Sender: the network's pool holds the newest transaction of each member.
func (c chainOf) Send(ctx context.Context, m transaction.Message) error {
	s, a := c.n.s, &c.n.s.accounts[c.n.member-1]
	r, err := c.query().Account(ctx, &committeev1.QueryAccountRequest{Operator: a.address[:]})
	if err != nil {
		return err
	}
	body, err := transaction.Encode(r.Sequence, m)
	if err != nil {
		return err
	}
	tx, err := transaction.Sign(body, s.bridgeID, r.Fork, func(hash [32]byte) (sig [65]byte, err error) {
		b, err := crypto.Sign(hash[:], a.operator)
		copy(sig[:], b)
		return sig, err
	})
	if err == nil {
		s.pool[c.n.member-1] = tx
	}
	return err
}

// pooled are the transactions that wait.
func (s *sim) pooled() (out [][]byte) {
	for _, tx := range s.pool {
		if tx != nil {
			out = append(out, tx)
		}
	}
	return out
}

// included takes what a block holds out of the pool.
func (s *sim) included(b *block) {
	for i, tx := range s.pool {
		for _, t := range b.txs {
			if tx != nil && string(t) == string(tx) {
				s.pool[i] = nil
			}
		}
	}
}

// operate lets the operators look at what there is to decide, until the key was dealt again and no stream can break any more.
func (s *sim) operate() {
	if s.epoch > 1 && !s.plan.has(faultFinalReorg) {
		return
	}
	s.after(operatorsLook, "operators", 0, s.operate)
	if s.phase == calm {
		return
	}
	for _, n := range s.nodes {
		if !n.up() || n.cut || n.twin || n.height() < s.cons.tip() {
			continue
		}
		n.guard(func() {
			if err := s.approve(n); err != nil {
				s.trace.line("operator", "node=%s err=%v", n.name, err)
			}
		})
	}
}

// wanted is what the operators agree on: to have the key dealt again, once, and again where a ceremony was aborted;
// and to go on with sources whose final blocks changed.
func (s *sim) wanted(c chainOf) (out []committeev1.Payload, err error) {
	for _, f := range s.feeds {
		if f.resume != nil && !f.closed {
			out = append(out, committeev1.Payload{Kind: &committeev1.Payload_Resume{Resume: &committeev1.Resume{Source: f.resume}}})
		}
	}
	if !s.plan.has(faultReshare) {
		return out, nil
	}
	st, err := agent.Read(context.Background(), c.query())
	if err != nil {
		return nil, err
	}
	if p := st.Ceremony.Phase; st.Active.Number == 1 && (p == committeev1.Phase_PHASE_UNSPECIFIED || p == committeev1.Phase_PHASE_ABORTED) {
		out = append(out, committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{}}})
	}
	return out, nil
}

// approve is one operator's look at its node: it approves or proposes the first thing that it has not done yet.
func (s *sim) approve(n *node) error {
	ctx, c := context.Background(), chainOf{n, n.proc}
	wants, err := s.wanted(c)
	if err != nil || len(wants) == 0 {
		return err
	}
	me := s.memberAddress(n.member)
	list, err := c.query().Proposals(ctx, &committeev1.QueryProposalsRequest{})
	if err != nil {
		return err
	}
	a := &s.accounts[n.member-1]
	for w := range wants {
		i := slices.IndexFunc(list.Proposals, func(o committeev1.Proposal) bool {
			return o.Status == committeev1.ProposalStatus_PROPOSAL_STATUS_OPEN && same(&o.Payload, &wants[w])
		})
		switch {
		case i >= 0 && slices.ContainsFunc(list.Proposals[i].Approvals, func(by []byte) bool { return string(by) == string(me) }):
		case i >= 0:
			return c.Send(ctx, &committeev1.MsgApprove{Sender: a.address[:], Proposal: list.Proposals[i].Number})
		case uint64(s.cons.tip())%uint64(s.plan.members) == uint64(n.member-1): // else somebody else proposes
			return c.Send(ctx, &committeev1.MsgPropose{Sender: a.address[:], Payload: wants[w]})
		}
	}
	return nil
}

func same(x, y *committeev1.Payload) bool {
	a, err := x.Marshal()
	b, also := y.Marshal()
	return err == nil && also == nil && bytes.Equal(a, b)
}

// tellEpoch tells the auditors of a key epoch when it is ready, and of the switch.
func (s *sim) tellEpoch(n *node) {
	if !s.plan.has(faultReshare) || s.epoch > 1 {
		return
	}
	r, err := chainOf{n, n.proc}.query().Epochs(context.Background(), &committeev1.QueryEpochsRequest{})
	if err != nil {
		s.fail("query", "epochs of %s: %v", n.name, err)
		return
	}
	for _, e := range []*committeev1.Epoch{&r.Ready, &r.Active} {
		if e.Number < 2 {
			continue
		}
		f := audit.Epoch{Number: e.Number, Active: e == &r.Active, GroupKey: [32]byte(e.GroupKey), Threshold: int(e.Threshold), Shares: map[int]audit.Point{}}
		for i := range e.Members {
			f.Shares[i+1] = audit.Point(e.Members[i].PublicShare)
		}
		s.judge(s.audit.Epoch(f))
	}
	if s.epoch = r.Active.Number; s.epoch > 1 {
		s.fire(faultReshare)
		s.trace.line("epoch", "number=%d height=%d", s.epoch, n.height())
	}
}
