// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cosmossdk.io/log/v2"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/statetest"
)

// export is what the state gives to a chain that starts from it, through the file's encoding.
func (c *chain) export() committeev1.GenesisState {
	c.t.Helper()
	g := must[committeev1.GenesisState](c.t)(c.k.ExportGenesis(c.view()))
	g.Fork++
	b := must[[]byte](c.t)(json.Marshal(g))
	var back committeev1.GenesisState
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&back); err != nil {
		c.t.Fatal(err)
	}
	return back
}

// imported is a chain that goes on from an export, with the same nodes and their shares.
func (c *chain) imported() *chain {
	c.t.Helper()
	next := newChain(c.t, c.export(), c.nodes)
	next.height, next.now = c.height, c.now
	return next
}

// TestExportInEveryPhase: whatever a ceremony was doing, the chain that starts from the export
// has the old epoch and no ceremony, and makes the same change with an empty one.
func TestExportInEveryPhase(t *testing.T) {
	for phase := committeev1.Phase_PHASE_COMMIT; phase <= committeev1.Phase_PHASE_TEST; phase++ {
		for _, born := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/born %t", PhaseName(phase), born), func(t *testing.T) {
				c := birth(t, 4)
				joiner := newNode(5)
				if born {
					c.untilEpoch(1)
					c.block(func(ctx sdk.Context) error { return c.k.SetSequence(ctx, c.nodes[0].op, 4) })
					c.change([]*node{joiner}, nil)
				}
				c.until(20, PhaseName(phase), func() bool { return c.ceremony().Phase == phase })
				before := c.active()
				d := c.imported()
				after := d.active()
				if !equal(&before, &after) || d.ceremony().Number != 0 || len(d.statements()) != 0 || must[committeev1.Epoch](t)(d.k.ReadyEpoch(d.view())).Number != 0 {
					t.Fatal("something of the ceremony is left, or the epoch is not")
				}
				if born {
					if v, _, err := d.k.ValidatorByOperator(d.view(), c.nodes[0].op); err != nil || v.Sequence != 4 {
						t.Errorf("sequence %d, err %v", v.Sequence, err)
					}
					if d.status(joiner) != committeev1.Status_STATUS_JOINING || len(d.powers) != 5 {
						t.Fatal("the joiner is gone")
					}
					d.change(nil, nil)
				}
				d.untilEpoch(before.Number + 1)
				e := d.active()
				if e.Ceremony != c.ceremony().Number+1 || born && !bytes.Equal(e.GroupKey, before.GroupKey) {
					t.Errorf("ceremony %d made key %x", e.Ceremony, e.GroupKey)
				}
				if fork, err := d.k.Fork(d.view()); err != nil || fork != 2 {
					t.Errorf("fork %d, err %v", fork, err)
				}
			})
		}
	}
}

// TestExportOfRecords: what outlives an export beside the epoch.
func TestExportOfRecords(t *testing.T) {
	c := birth(t, 5)
	c.untilEpoch(1)
	gone := c.nodes[4]
	c.block(func(ctx sdk.Context) error { return c.k.SetSequence(ctx, gone.op, 6) })
	c.change(nil, []*node{gone})
	c.untilEpoch(2)
	s := halt(c)
	s.Halt.NotAfter += 1000
	c.block(func(ctx sdk.Context) error { _, err := c.k.AddStatement(ctx, s); return err })
	d := c.imported()
	if d.status(gone) != committeev1.Status_STATUS_REMOVED || !bytes.Equal(must[map[string][]byte](t)(d.k.ConsensusKeys(d.view()))[string(gone.cons.Address())], gone.cons) {
		t.Error("the removed key is forgotten")
	}
	if list := d.statements(); len(list) != 1 || list[0].Halt.HaltNonce != 1 {
		t.Fatalf("waiting: %+v", list)
	}
	if n, err := d.k.NextHaltNonce(d.view(), s.Halt.Chain, [20]byte(s.Halt.Manager)); err != nil || n != 2 {
		t.Errorf("halt nonce %d, err %v", n, err)
	}
	again := must[committeev1.GenesisState](t)(d.k.ExportGenesis(d.view()))
	want := c.export()
	if a, b := must[[]byte](t)(again.Marshal()), must[[]byte](t)(want.Marshal()); !bytes.Equal(a, b) {
		t.Error("a second export differs")
	}
	for range RejoinBlocks {
		d.block()
	}
	d.change([]*node{newNode(5)}, nil)
	if v, _, err := d.k.ValidatorByOperator(d.view(), gone.op); err != nil || v.Sequence != 6 {
		t.Errorf("back with sequence %d, err %v", v.Sequence, err)
	}
}

// TestExportOfARotation: once the old key was asked to sign, targets may follow the new one, so
// the chain that goes on must follow too. Before that the rotation is dropped.
func TestExportOfARotation(t *testing.T) {
	c := birth(t, 4)
	c.untilEpoch(1)
	c.startRotation(7, uint64(c.now+60), c.nodes[:3]...)
	c.until(20, "the new key is asked", func() bool { return len(c.statements()) == 1 && c.statements()[0].Rotate != nil })
	if d := c.imported(); len(d.statements()) != 0 || must[committeev1.Epoch](t)(d.k.ReadyEpoch(d.view())).Number != 0 {
		t.Error("a rotation that can be given up outlives an export")
	}
	c.step()
	for _, what := range []string{"asked", "signed"} {
		d := c.imported()
		d.until(100, "epoch 2", func() bool { return d.active().Number == 2 })
		if e := d.active(); e.KeyVersion != 2 {
			t.Errorf("%s: key version %d", what, e.KeyVersion)
		}
		c.step()
	}
}

func TestGenesisRefused(t *testing.T) {
	nodes := newNodes(1, 4)
	keyed := func() committeev1.GenesisState { return genesis(t) }
	bare := func() committeev1.GenesisState { return birthGenesis(nodes) }
	listed := func() committeev1.GenesisState {
		c := newChain(t, genesis(t), nil)
		c.block()
		return must[committeev1.GenesisState](t)(c.k.ExportGenesis(c.view()))
	}
	for _, f := range []struct {
		name, want string
		base       func() committeev1.GenesisState
		change     func(*committeev1.GenesisState)
	}{
		{"with a key", "", keyed, func(*committeev1.GenesisState) {}},
		{"without a key", "", bare, func(*committeev1.GenesisState) {}},
		{"with a key and validators", "", listed, func(*committeev1.GenesisState) {}},
		{"no params", "", bare, func(g *committeev1.GenesisState) { g.Params = committeev1.Params{} }},
		{"nobody", "0 that sit", bare, func(g *committeev1.GenesisState) { g.Validators = nil }},
		{"a key without an epoch", "epoch.number", bare, func(g *committeev1.GenesisState) { g.Epoch.GroupKey = make([]byte, 32) }},
		{"one parameter is zero", "params.deal_blocks", bare, func(g *committeev1.GenesisState) { g.Params.DealBlocks = 0 }},
		{"short phase", "params.test_blocks", bare, func(g *committeev1.GenesisState) { g.Params.TestBlocks = MinPhaseBlocks - 1 }},
		{"order", "not above", bare, func(g *committeev1.GenesisState) { g.Validators[0], g.Validators[1] = g.Validators[1], g.Validators[0] }},
		{"status", "must be member", bare, func(g *committeev1.GenesisState) { g.Validators[2].Status = committeev1.Status_STATUS_JOINING }},
		{"no status", "status unknown", listed, func(g *committeev1.GenesisState) { g.Validators[2].Status = 0 }},
		{"no dealing key", "dealing_key", bare, func(g *committeev1.GenesisState) { g.Validators[2].DealingKey = nil }},
		{"no operator", "operator", bare, func(g *committeev1.GenesisState) { g.Validators[2].Operator = nil }},
		{"one operator twice", "already in use", bare, func(g *committeev1.GenesisState) { g.Validators[2].Operator = g.Validators[1].Operator }},
		{"one dealing key twice", "already in use", bare, func(g *committeev1.GenesisState) { g.Validators[2].DealingKey = g.Validators[1].DealingKey }},
		{"address of another", "cons_address", bare, func(g *committeev1.GenesisState) { g.Validators[3].ConsAddress = bytes.Repeat([]byte{255}, 20) }},
		{"a member is missing", "missing", listed, func(g *committeev1.GenesisState) { g.Validators = g.Validators[1:] }},
		{"a member has left", "status removed", listed, func(g *committeev1.GenesisState) { g.Validators[0].Status = committeev1.Status_STATUS_REMOVED }},
		{"a member without a seat", "status member", listed, func(g *committeev1.GenesisState) {
			for i := range nodes {
				g.Validators = append(g.Validators, nodes[i].validator())
			}
		}},
		{"another operator", "not those of the epoch", listed, func(g *committeev1.GenesisState) { g.Validators[0].Operator = bytes.Repeat([]byte{1}, 20) }},
		{"one operator of two members", "already in use", keyed, func(g *committeev1.GenesisState) {
			g.Epoch.Members[1].Operator = "0x0000000000000000000000000000000000000001"
			g.Epoch.Members[2].Operator = g.Epoch.Members[1].Operator
		}},
		{"ready without rotation", "rotation", keyed, func(g *committeev1.GenesisState) {
			g.Ready = g.Epoch
			g.Ready.Number, g.Ready.KeyVersion = 2, 2
		}},
		{"rotation without ready", "rotation", keyed, func(g *committeev1.GenesisState) { g.Rotation = &committeev1.RotationState{} }},
		{"ceremony of the future", "last_ceremony", keyed, func(g *committeev1.GenesisState) { g.Epoch.Ceremony = 1 }},
		{"statement of the future", "statements", keyed, func(g *committeev1.GenesisState) {
			g.Statements = []committeev1.Statement{{Id: 1}}
		}},
		{"statement without fields", "statements", keyed, func(g *committeev1.GenesisState) {
			g.LastStatement, g.Statements = 1, []committeev1.Statement{{Id: 1}}
		}},
		{"halt nonce 0", "halt_nonces", keyed, func(g *committeev1.GenesisState) {
			g.HaltNonces = []committeev1.HaltNonce{{Chain: 1, Manager: make([]byte, 20)}}
		}},
		{"halt nonces twice", "halt_nonces", keyed, func(g *committeev1.GenesisState) {
			h := committeev1.HaltNonce{Chain: 1, Manager: make([]byte, 20), Nonce: 1}
			g.HaltNonces = []committeev1.HaltNonce{h, h}
		}},
	} {
		t.Run(f.name, func(t *testing.T) {
			g := f.base()
			f.change(&g)
			err := Validate(g)
			if (err == nil) != (f.want == "") || err != nil && !strings.Contains(err.Error(), f.want) {
				t.Fatalf("have %v, want %q", err, f.want)
			}
		})
	}
	c := birth(t, 4)
	c.untilEpoch(1)
	g := c.export()
	if len(g.Statements) != 1 {
		t.Fatalf("%d statements", len(g.Statements))
	}
	g.Statements[0].Digest = make([]byte, 32)
	store, key := statetest.Store(t, StoreKey)
	ctx := sdk.NewContext(store.CacheMultiStore(), cmtproto.Header{ChainID: testChain}, false, log.NewNopLogger())
	if err := NewKeeper(key, testChain).InitGenesis(ctx, g); !errors.Is(err, ErrStatement) {
		t.Errorf("digest of something else: %v", err)
	}
}

func TestParams(t *testing.T) {
	if err := ValidateParams(DefaultParams()); err != nil {
		t.Fatal(err)
	}
	c := birth(t, 4)
	p := testParams()
	p.CommitBlocks = MaxPhaseBlocks + 1
	c.block(func(ctx sdk.Context) error { return c.k.SetParams(ctx, p) })
	if len(c.refused) != 1 || !errors.Is(c.refused[0], message.ErrRange) {
		t.Errorf("out of bounds: %v", c.refused)
	}
	p = testParams()
	p.DealBlocks = 9
	c.block(func(ctx sdk.Context) error { return c.k.SetParams(ctx, p) })
	c.until(10, "deal", func() bool { return c.ceremony().Phase == committeev1.Phase_PHASE_DEAL })
	if x := c.ceremony(); x.Deadline-x.Since+1 != 9 {
		t.Errorf("deal from %d to %d", x.Since, x.Deadline)
	}
}
