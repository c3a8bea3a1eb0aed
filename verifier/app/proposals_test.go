// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/cometbft/cometbft/crypto/ed25519"
	dbm "github.com/cosmos/cosmos-db"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/certify"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/lanes"
	"github.com/aitbc/bridge/verifier/upgrade"
)

// voting sends the transactions of members and counts their sequences.
type voting struct {
	*network
	next [4]uint64
}

func (v *voting) propose(i int, p *committeev1.Payload) uint64 {
	v.t.Helper()
	v.mempool = [][]byte{v.proposing(i, v.next[i], p)}
	v.next[i]++
	v.step()
	v.mempool = nil
	r := v.result(0)
	if r.Code != 0 {
		v.t.Fatalf("propose: code %d: %s", r.Code, r.Log)
	}
	var data sdk.TxMsgData
	var out committeev1.MsgProposeResponse
	v.must(data.Unmarshal(r.Data))
	v.must(out.Unmarshal(data.MsgResponses[0].Value))
	return out.Proposal
}

// approve sends an approval and gives its result's code and text.
func (v *voting) approve(i int, proposal uint64) (uint32, string) {
	v.t.Helper()
	v.mempool = [][]byte{approval(v.t, i, v.next[i], proposal)}
	v.next[i]++
	v.step()
	v.mempool = nil
	r := v.result(0)
	return r.Code, r.Log
}

func (v *voting) state() sdk.Context {
	v.t.Helper()
	ctx, err := v.apps[0].CreateQueryContext(v.height, false)
	v.must(err)
	return ctx
}

func (v *voting) proposal(number uint64) committeev1.Proposal {
	v.t.Helper()
	p, found, err := v.apps[0].committee.Proposal(v.state(), number)
	if err != nil || !found {
		v.t.Fatalf("proposal %d: %t, %v", number, found, err)
	}
	return p
}

// pass proposes as member 1 and lets two more approve; it wants the status that comes out.
func (v *voting) pass(p *committeev1.Payload, want committeev1.ProposalStatus) committeev1.Proposal {
	v.t.Helper()
	number := v.propose(0, p)
	for i := 1; i < 3; i++ {
		if v.proposal(number).Status != committeev1.ProposalStatus_PROPOSAL_STATUS_OPEN {
			v.t.Fatalf("proposal %d ended with %d approvals", number, i)
		}
		if code, text := v.approve(i, number); code != 0 {
			v.t.Fatalf("approve: code %d: %s", code, text)
		}
	}
	out := v.proposal(number)
	if out.Status != want || out.Ended != uint64(v.height) || out.Needed != 3 || len(out.Approvals) != 3 || (out.Failure == "") != (want == committeev1.ProposalStatus_PROPOSAL_STATUS_PASSED) {
		v.t.Fatalf("proposal %+v, want %s", out, want)
	}
	return out
}

const (
	passed = committeev1.ProposalStatus_PROPOSAL_STATUS_PASSED
	failed = committeev1.ProposalStatus_PROPOSAL_STATUS_FAILED
)

var manager = bytes.Repeat([]byte{0xaa}, 20)

// TestEveryKindIsExecuted by the real keepers, each with a twin that cannot be.
func TestEveryKindIsExecuted(t *testing.T) {
	v := &voting{network: started(t, 2)}

	params := committee.DefaultParams()
	params.ProposalBlocks = 50
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Parameter{Parameter: &committeev1.ParameterChange{Params: params}}}, passed)
	if got, err := v.apps[0].committee.Params(v.state()); err != nil || got != params {
		t.Errorf("parameters %v, %v", got, err)
	}

	lane := func() *committeev1.Payload {
		return &committeev1.Payload{Kind: &committeev1.Payload_Lane{Lane: &committeev1.LaneChange{
			Stream: lanesv1.Stream{Chain: 31337, Manager: manager, Finality: 3, Epoch: 1, Stride: 2, StartBlock: 5},
		}}}
	}
	v.pass(lane(), passed)
	if s, err := v.apps[0].lanes.Streams(v.state()); err != nil || len(s) != 1 || s[0].Index != 1 || s[0].StartBlock != 5 {
		t.Errorf("streams %v, %v", s, err)
	}
	if p := v.pass(lane(), failed); !strings.Contains(p.Failure, "same source") {
		t.Errorf("failure %q", p.Failure)
	}
	if s, err := v.apps[0].lanes.Streams(v.state()); err != nil || len(s) != 1 {
		t.Errorf("streams %v, %v", s, err)
	}

	halt := v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Halt{Halt: &committeev1.Halt{
		Chain: 31337, Manager: manager, Scope: make([]byte, 32), NotAfter: 1 << 40,
	}}}, passed)
	wait, err := v.apps[0].committee.Statements(v.state())
	if err != nil || len(wait) != 1 || wait[0].Proposal != halt.Number || wait[0].Halt.HaltNonce != 1 || len(wait[0].Candidates) != 3 {
		t.Fatalf("statements %v, %v", wait, err)
	}
	digest := message.HaltOrder{BridgeID: message.BridgeID(testChain), Chain: 31337, Manager: message.Address(manager), HaltNonce: 1, NotAfter: 1 << 40}.Digest()
	if !bytes.Equal(wait[0].Digest, digest[:]) {
		t.Errorf("digest %x, want %s", wait[0].Digest, digest)
	}
	// Who approves later may sign, too; the same member twice may not approve.
	if code, _ := v.approve(2, halt.Number); code != committee.CodeRefused {
		t.Errorf("second approval: code %d", code)
	}
	if code, text := v.approve(3, halt.Number); code != 0 {
		t.Errorf("later approval: code %d: %s", code, text)
	}
	if wait, err = v.apps[0].committee.Statements(v.state()); err != nil || len(wait) != 1 || len(wait[0].Candidates) != 4 {
		t.Errorf("statements %v, %v", wait, err)
	}
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Halt{Halt: &committeev1.Halt{
		Chain: 31337, Manager: manager, Scope: make([]byte, 32), NotAfter: 1, // has passed
	}}}, failed)

	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Upgrade{Upgrade: &committeev1.Upgrade{Name: "v2", Height: 10_000}}}, passed)
	if plan, found, err := v.apps[0].upgrade.Plan(v.state()); err != nil || !found || plan.Name != "v2" || plan.Height != 10_000 {
		t.Errorf("plan %v, %t, %v", plan, found, err)
	}
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Upgrade{Upgrade: &committeev1.Upgrade{Name: "v3", Height: 1}}}, failed)
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Upgrade{Upgrade: &committeev1.Upgrade{Name: "v2"}}}, passed)
	if _, found, err := v.apps[0].upgrade.Plan(v.state()); err != nil || found {
		t.Errorf("the withdrawn plan is there: %t, %v", found, err)
	}

	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Resume{Resume: &committeev1.Resume{Chain: true}}}, failed) // not halted

	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Rotate{Rotate: &committeev1.Rotation{NotBefore: 100_000}}}, passed)
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Rotate{Rotate: &committeev1.Rotation{NotBefore: 100_000}}}, failed) // one at a time
	c, found, err := v.apps[0].committee.Ceremony(v.state(), 0)
	if err != nil || !found || !c.Rotation || !committee.InProgress(&c) {
		t.Fatalf("ceremony %v, %t, %v", c, found, err)
	}
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Abort{Abort: &committeev1.Abort{Ceremony: c.Number}}}, passed)
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Abort{Abort: &committeev1.Abort{Ceremony: c.Number}}}, failed) // it has ended
	if c, _, err = v.apps[0].committee.Ceremony(v.state(), c.Number); err != nil || c.Phase != committeev1.Phase_PHASE_ABORTED {
		t.Fatalf("ceremony %v, %v", c, err)
	}

	key := ed25519.GenPrivKeyFromSecret([]byte("newcomer")).PubKey()
	operator, _ := account(t, 20)
	var secret frost.Scalar
	secret[31] = 22 // of dealingKey(20)
	proof, err := dkg.ProveKey(bytes.NewReader(bytes.Repeat([]byte{7}, 256)), message.BridgeID(testChain), operator, secret)
	if err != nil {
		t.Fatal(err)
	}
	join := func(proof []byte) *committeev1.Payload {
		return &committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{Add: []committeev1.NewMember{
			{ConsPubkey: key.Bytes(), Operator: operator[:], Moniker: "newcomer", DealingKey: dealingKey(20), DealingProof: proof},
		}}}}
	}
	v.pass(join(flip(proof, 3)), failed)
	v.pass(join(proof), passed)
	joined, found, err := v.apps[0].committee.ValidatorByOperator(v.state(), operator)
	if err != nil || !found || joined.Status != committeev1.Status_STATUS_JOINING || !bytes.Equal(joined.ConsPubkey, key.Bytes()) {
		t.Fatalf("validator %v, %t, %v", joined, found, err)
	}
	if u := v.results[len(v.results)-1].ValidatorUpdates; len(u) != 1 || u[0].Power != 10 {
		t.Errorf("CometBFT is told %v", u)
	}
	// Who joins speaks for itself in ceremonies, and has no say yet.
	if r := v.check(approval(t, 20, 0, halt.Number)); r.Code != 0 {
		t.Errorf("the newcomer's transaction: %s", r.Log)
	}
	v.mempool = [][]byte{approval(t, 20, 0, halt.Number)}
	v.step()
	if r := v.result(0); r.Code != committee.CodeRefused || !strings.Contains(r.Log, "unknown member") {
		t.Errorf("the newcomer's approval: code %d: %s", r.Code, r.Log)
	}
}

// TestResumeLiftsASuspension that equivocation brought.
func TestResumeLiftsASuspension(t *testing.T) {
	v := &voting{network: busyNetwork(t, 60, nil)}
	suspended := func() (out [][]byte) {
		r, err := certify.NewQueryServer(v.apps[0].certify).Members(v.state(), nil)
		v.must(err)
		for _, m := range r.Members {
			if m.Suspension != nil {
				out = append(out, m.Address)
			}
		}
		return out
	}
	who := suspended()
	if len(who) == 0 {
		t.Fatal("nobody is suspended: the test proves nothing")
	}
	resume := &committeev1.Payload{Kind: &committeev1.Payload_Resume{Resume: &committeev1.Resume{Member: who[0]}}}
	for _, x := range v.voters {
		x.extend = silent
	}
	v.pass(resume, passed)
	if got := suspended(); len(got) != len(who)-1 {
		t.Errorf("%d suspended, were %d", len(got), len(who))
	}
	v.pass(resume, failed)
}

// TestUpgrade: the chain stops at the planned height, by name, until a binary knows it; nothing
// of the block is lost or done twice.
func TestUpgrade(t *testing.T) {
	v := &voting{network: started(t, 2)}
	height := v.height + 6
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Upgrade{Upgrade: &committeev1.Upgrade{Name: "v2", Height: uint64(height)}}}, passed)
	for v.height+1 < height {
		v.step()
	}
	v.mempool = [][]byte{approval(t, 0, v.next[0], 1)}
	txs := v.network.propose()
	block := *v.blocks[len(v.blocks)-1]
	block.Height, block.Txs, block.DecidedLastCommit = height, txs, plain(v.last)
	if !v.accepts(txs) {
		t.Fatal("the block before which the chain stops is not accepted")
	}
	for range 2 {
		_, err := v.apps[0].FinalizeBlock(&block)
		var stop *upgrade.Error
		if !errors.As(err, &stop) || stop.Name != "v2" || !errors.Is(err, upgrade.ErrNeeded) || !strings.Contains(err.Error(), `"v2"`) {
			t.Fatalf("at the height: %v", err)
		}
	}
	select {
	case err := <-v.apps[0].Stopped():
		if !errors.Is(err, upgrade.ErrNeeded) {
			t.Errorf("stopped by %v", err)
		}
	default:
		t.Error("the application does not say that it stopped")
	}
	if got := v.apps[0].LastBlockHeight(); got != height-1 {
		t.Fatalf("state at height %d", got)
	}

	// The same disk under the new binary.
	ran := 0
	v.options = func(int) Options {
		return Options{Upgrades: map[string]Upgrade{"v2": func(ctx sdk.Context, a *App) error {
			ran++
			p := committee.DefaultParams()
			p.RetryBlocks = 77
			return a.committee.SetParams(ctx, p)
		}}}
	}
	for i := range v.apps {
		a, err := v.open(i, v.dbs[i], v.voters[i])
		v.must(err)
		a.Announce()
		v.apps[i] = a
	}
	v.decide(txs)
	if ran != 4 || v.result(0).Code != committee.CodeRefused {
		t.Errorf("handlers ran %d times; result %v", ran, v.result(0))
	}
	v.last.Votes = nil
	for i := range v.apps {
		v.last.Votes = append(v.last.Votes, v.entry(i, v.height, []byte{}))
	}
	v.mempool = nil
	v.step()
	if p, err := v.apps[0].committee.Params(v.state()); err != nil || p.RetryBlocks != 77 {
		t.Errorf("the handler's change: %v, %v", p, err)
	}
	if _, found, err := v.apps[0].upgrade.Plan(v.state()); err != nil || found || ran != 4 {
		t.Errorf("plan %t, %v, handlers ran %d times", found, err, ran)
	}

	// The old binary does not run on the new state, nor the new one before its time.
	v.options = nil
	old, err := v.open(0, v.dbs[0], Silent{})
	v.must(err)
	next := block
	next.Height, next.Txs = v.height+1, v.network.propose()
	if _, err := old.FinalizeBlock(&next); !errors.Is(err, upgrade.ErrOld) {
		t.Errorf("old binary: %v", err)
	}
	early, err := New(v.apps[0].Logger(), dbm.NewMemDB(), testChain, Silent{}, Options{SyncPruning: true, Upgrades: map[string]Upgrade{"v2": nil}})
	v.must(err)
	v.must(v.birth(early))
	for _, b := range v.blocks[:height-1] {
		if _, err = early.FinalizeBlock(b); err != nil {
			break
		}
		_, err = early.Commit()
		v.must(err)
	}
	if !errors.Is(err, upgrade.ErrEarly) {
		t.Errorf("new binary before its time: %v", err)
	}
}

// TestSourceIsResumed by a proposal: its stream closes, the next epoch opens, and nobody can do it twice. What no
// certificate stands for is refused as a base.
func TestSourceIsResumed(t *testing.T) {
	v := &voting{network: started(t, 2)}
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Lane{Lane: &committeev1.LaneChange{
		Stream: lanesv1.Stream{Chain: 31337, Manager: manager, Finality: 3, Epoch: 1, Stride: 2, StartBlock: 5},
	}}}, passed)
	source := func(stream uint32, base uint64) *committeev1.Payload {
		return &committeev1.Payload{Kind: &committeev1.Payload_Resume{Resume: &committeev1.Resume{
			Source: &committeev1.SourceResume{Stream: stream, BaseEnd: base},
		}}}
	}
	if p := v.pass(source(1, 9), failed); !strings.Contains(p.Failure, certify.ErrNoBase.Error()) {
		t.Errorf("failure %q", p.Failure)
	}
	if p := v.pass(source(7, 0), failed); !strings.Contains(p.Failure, message.ErrUnknownLane.Error()) {
		t.Errorf("failure %q", p.Failure)
	}
	first, second := v.propose(0, source(1, 0)), v.propose(1, source(1, 0))
	for _, number := range []uint64{first, second} {
		for i := range 4 {
			if p := v.proposal(number); p.Status == committeev1.ProposalStatus_PROPOSAL_STATUS_OPEN && i != int(number-first) {
				if code, text := v.approve(i, number); code != 0 {
					t.Fatalf("approve: code %d: %s", code, text)
				}
			}
		}
	}
	if p := v.proposal(first); p.Status != passed {
		t.Fatalf("proposal %+v", p)
	}
	if p := v.proposal(second); p.Status != failed || !strings.Contains(p.Failure, lanes.ErrClosed.Error()) {
		t.Fatalf("proposal %+v", p)
	}
	s, err := v.apps[0].lanes.Streams(v.state())
	if err != nil || len(s) != 2 || s[0].ClosedAt == 0 || s[1].Epoch != 2 || s[1].Follows != 1 || s[1].Base != nil || s[1].ClosedAt != 0 {
		t.Fatalf("streams %v, %v", s, err)
	}
	a, err := v.apps[0].Agenda()
	if err != nil || len(a.Streams) != 1 || a.Streams[0].Index != 2 || a.Streams[0].Stream.Epoch != 2 {
		t.Errorf("agenda %+v, %v", a.Streams, err)
	}
	v.step()
}
