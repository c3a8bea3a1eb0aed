// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"fmt"
	"testing"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"

	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// TestOwnExtensionNeverFails: a validator that cannot extend, or whose extension its own
// VerifyVoteExtension refuses, stops consensus. Whatever the voter does, what leaves is valid.
func TestOwnExtensionNeverFails(t *testing.T) {
	n := newNetwork(t)
	n.must(n.start())
	n.step()
	good, err := extension.Encode(&extension.Extension{Fork: 1, Boot: 5})
	n.must(err)
	for _, c := range []struct {
		name   string
		extend func(extension.Agenda) []byte
		want   []byte
		fault  bool
	}{
		{"good", func(extension.Agenda) []byte { return good }, good, false},
		{"nothing", silent, []byte{}, false},
		{"panic", func(extension.Agenda) []byte { panic("broken voter") }, []byte{}, true},
		{"over the cap", func(extension.Agenda) []byte { return bytes.Repeat([]byte{1}, extension.MaxBytes+1) }, []byte{}, true},
		{"malformed", func(extension.Agenda) []byte { return good[:len(good)-1] }, []byte{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			n.voters[0].extend = c.extend
			before := len(n.apps[0].Observed().Faults)
			n.apps[0].faults = newFaults()
			r, err := n.apps[0].ExtendVote(t.Context(), &abci.RequestExtendVote{Height: n.height + 1})
			if err != nil || r.VoteExtension == nil || !bytes.Equal(r.VoteExtension, c.want) {
				t.Fatalf("extension %x, err %v", r.GetVoteExtension(), err)
			}
			v, err := n.apps[1].VerifyVoteExtension(&abci.RequestVerifyVoteExtension{Height: n.height + 1, VoteExtension: r.VoteExtension})
			if err != nil || v.Status != abci.ResponseVerifyVoteExtension_ACCEPT {
				t.Fatalf("status %v, err %v", v.GetStatus(), err)
			}
			if got := len(n.apps[0].Observed().Faults) == 1; got != c.fault {
				t.Errorf("observed %t, want %t (before %d)", got, c.fault, before)
			}
		})
	}
}

// TestPanicAfterCommit: what goes wrong beside the state machine does not stop it.
func TestPanicAfterCommit(t *testing.T) {
	n := newNetwork(t)
	n.must(n.start())
	n.apps[0].voter = panicking{}
	n.step()
	n.step()
}

type panicking struct{ Silent }

func (panicking) Committed(extension.Agenda) { panic("broken voter") }

func TestOptimisticExecutionIsOff(t *testing.T) {
	decoder := baseapp.NewBaseApp("x", log.NewNopLogger(), dbm.NewMemDB(), nil)
	if optimistic(decoder) {
		t.Error("found where it is not")
	}
	if !optimistic(baseapp.NewBaseApp("x", log.NewNopLogger(), dbm.NewMemDB(), nil, baseapp.SetOptimisticExecution())) {
		t.Error("not found")
	}
	n := newNetwork(t)
	n.must(n.start())
	if optimistic(n.apps[0].BaseApp) {
		t.Error("the application executes before a block is decided")
	}
}

// TestFaultsNameTheCulprit: what a node refuses is remembered by member, and served.
func TestFaultsNameTheCulprit(t *testing.T) {
	n := newNetwork(t)
	for i := range n.genesis.Committee.Epoch.Members {
		n.genesis.Committee.Epoch.Members[i].Moniker = fmt.Sprint("m", i+1)
	}
	n.must(n.start())
	n.step()
	n.step(3)
	n.step(3)
	n.step()
	bad := bytes.Repeat([]byte{1}, extension.MaxBytes+1)
	for range 2 {
		r, err := n.apps[0].VerifyVoteExtension(&abci.RequestVerifyVoteExtension{Height: 5, VoteExtension: bad, ValidatorAddress: n.keys[1].PubKey().Address()})
		if err != nil || r.Status != abci.ResponseVerifyVoteExtension_REJECT {
			t.Fatalf("status %v, err %v", r.GetStatus(), err)
		}
	}
	txs := append(n.propose(), []byte("extra"))
	p, err := n.apps[0].ProcessProposal(&abci.RequestProcessProposal{Height: 5, Txs: txs, ProposedLastCommit: plain(n.last), ProposerAddress: n.keys[2].PubKey().Address()})
	if err != nil || p.Status != abci.ResponseProcessProposal_REJECT {
		t.Fatalf("status %v, err %v", p.GetStatus(), err)
	}
	got, err := NewNodeServer(n.apps[0], nothing{}).Faults(t.Context(), &nodev1.QueryFaultsRequest{})
	n.must(err)
	find := func(kind FaultKind, rule string, member uint32, count uint64) {
		t.Helper()
		for _, f := range got.Faults {
			if f.Kind == string(kind) && f.Rule == rule && f.Member == member && f.Moniker == fmt.Sprint("m", member) && f.Count == count && f.Last == 5 && f.Detail != "" {
				return
			}
		}
		t.Errorf("no %s %s of member %d in %+v", kind, rule, member, got.Faults)
	}
	find(FaultExtension, ruleOversize, 2, 2)
	find(FaultProposal, ruleTransactions, 3, 1)
	if len(got.Faults) != 2 {
		t.Errorf("faults %+v", got.Faults)
	}
	if len(got.Absences) != 1 || got.Absences[0].Member != 4 || got.Absences[0].Missed != 2 || got.Absences[0].Last != 3 || got.Commits != 3 {
		t.Errorf("absences %+v of %d commits", got.Absences, got.Commits)
	}
	self, err := NewNodeServer(n.apps[0], nothing{}).Node(t.Context(), &nodev1.QueryNodeRequest{})
	n.must(err)
	if self.Member != 1 || self.Moniker != "m1" || self.Height != 4 || self.Fork != 1 || self.Stopped != "twin" {
		t.Errorf("self %+v", self)
	}
}

type nothing struct{}

func (nothing) Self() Self { return Self{Stopped: "twin"} }

// TestFaultsAreBounded: memory does not grow with what others do (I-13); what was seen longest ago goes.
func TestFaultsAreBounded(t *testing.T) {
	f := newFaults()
	for i := range 3 * maxFaults {
		f.add(FaultExtension, ruleMalformed, fmt.Appendf(nil, "%020d", i), int64(i), fmt.Errorf("%s", bytes.Repeat([]byte("x"), 10_000)))
	}
	got := f.observed().Faults
	if len(got) != maxFaults || got[0].Last != 3*maxFaults-1 || got[maxFaults-1].Last != 2*maxFaults || len(got[0].Detail) != maxDetail {
		t.Fatalf("%d faults, heights %d to %d, detail of %d bytes", len(got), got[0].Last, got[len(got)-1].Last, len(got[0].Detail))
	}
	for h := range int64(3 * AbsenceWindow) {
		f.commit(&abci.ExtendedCommitInfo{Votes: []abci.ExtendedVoteInfo{{Validator: abci.Validator{Address: []byte("a")}}}}, 1, h)
		f.commit(&abci.ExtendedCommitInfo{}, 1, h) // replayed
	}
	if o := f.observed(); o.Commits != AbsenceWindow || len(o.Absences) != 1 || o.Absences[0].Missed != AbsenceWindow {
		t.Fatalf("%d commits, absences %+v", o.Commits, o.Absences)
	}
}
