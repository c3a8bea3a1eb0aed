// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/big"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/transaction"
)

// digits is a reproducible io.Reader.
type digits struct{ state [32]byte }

func (d *digits) Read(b []byte) (int, error) {
	for n := 0; n < len(b); {
		d.state = sha256.Sum256(d.state[:])
		n += copy(b[n:], d.state[:])
	}
	return len(b), nil
}

// secretOf is the secret of dealingKey(i).
func secretOf(i int) (s frost.Scalar) {
	big.NewInt(int64(i + 2)).FillBytes(s[:])
	return s
}

// keyless turns the genesis into that of a chain without a key.
func keyless(n *network) {
	n.t.Helper()
	all, err := committee.GenesisValidators(&n.genesis.Committee)
	n.must(err)
	n.genesis.Committee = committeev1.GenesisState{Fork: 1, Validators: all}
}

// TestBirthInBlocks: a chain without a key makes one by transactions of its operators, up to the
// ready statement that its signers must sign.
func TestBirthInBlocks(t *testing.T) {
	n := newNetwork(t)
	keyless(n)
	n.must(n.start())
	v := &voting{network: n}
	n.step()
	ceremony := func() committeev1.Ceremony {
		c, _, err := n.apps[0].committee.Ceremony(v.state(), 0)
		n.must(err)
		return c
	}
	say := func(i int, m transaction.Message) {
		_, key := account(t, i)
		n.mempool = append(n.mempool, signedBy(t, key, testChain, 1, v.next[i], m))
		v.next[i]++
	}
	everybody := func(want committeev1.Phase, m func(i int, sender []byte) transaction.Message) {
		t.Helper()
		if c := ceremony(); c.Phase != want {
			t.Fatalf("phase %s, want %s", committee.PhaseName(c.Phase), committee.PhaseName(want))
		}
		n.mempool = nil
		for i := range 4 {
			who, _ := account(t, i)
			say(i, m(i, who[:]))
		}
		n.step()
		for i := range 4 {
			if r := n.result(i); r.Code != 0 {
				t.Fatalf("member %d: %s", i+1, r.Log)
			}
		}
		n.mempool = nil
	}
	c := ceremony()
	p, err := committee.DKGParams(&c)
	n.must(err)
	var dealings []*dkg.Dealing
	for i := range 4 {
		d, err := dkg.Deal(p, frost.Index(i+1), [32]byte{byte(i + 1)}, nil)
		n.must(err)
		dealings = append(dealings, d)
	}
	everybody(committeev1.Phase_PHASE_COMMIT, func(i int, who []byte) transaction.Message {
		h := dkg.Hash(p, frost.Index(i+1), dealings[i].Bytes())
		return &committeev1.MsgCommitDealing{Sender: who, Ceremony: 1, Hash: h[:]}
	})
	everybody(committeev1.Phase_PHASE_DEAL, func(i int, who []byte) transaction.Message {
		return &committeev1.MsgDeal{Sender: who, Ceremony: 1, Dealing: dealings[i].Bytes()}
	})
	everybody(committeev1.Phase_PHASE_COMPLAIN, func(_ int, who []byte) transaction.Message {
		return &committeev1.MsgCheck{Sender: who, Ceremony: 1}
	})
	r, err := dkg.Finalise(p, dealings)
	n.must(err)
	everybody(committeev1.Phase_PHASE_READY, func(i int, who []byte) transaction.Message {
		me := frost.Index(i + 1)
		var shares []frost.Scalar
		for _, d := range dealings {
			s, err := dkg.Open(p, d, me, secretOf(i))
			n.must(err)
			shares = append(shares, s)
		}
		share, err := dkg.Combine(p, r, me, shares)
		n.must(err)
		proof, err := dkg.ProveReady(&digits{}, p, r, me, share)
		n.must(err)
		return &committeev1.MsgReady{Sender: who, Ceremony: 1, Proof: proof}
	})
	if c := ceremony(); c.Phase != committeev1.Phase_PHASE_TEST {
		t.Fatalf("phase %s", committee.PhaseName(c.Phase))
	}
	ready, err := n.apps[0].committee.ReadyEpoch(v.state())
	if err != nil || ready.Number != 1 || !bytes.Equal(ready.GroupKey, r.Group.Key[:]) || ready.Members[3].Operator == "" {
		t.Fatalf("ready epoch %+v, err %v", ready, err)
	}
	found := false
	for _, e := range n.results[len(n.results)-1].Events {
		found = found || e.Type == "bridge_ceremony"
	}
	if !found {
		t.Error("the block tells nothing of the ceremony")
	}
	for range 3 { // votes are counted and agendas made without a key
		n.step()
	}
	e, err := n.apps[0].ExportAt(0)
	n.must(err)
	if g := e.Genesis.Committee; g.Epoch.Number != 0 || len(g.Validators) != 4 || g.LastCeremony != 1 || g.Fork != 2 {
		t.Errorf("export %+v", g)
	}
	n.must(e.Genesis.Validate())
}

func TestGenesisWithoutKeyRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*network)
		want   string
	}{
		{"good", func(*network) {}, ""},
		{"nobody", func(n *network) { n.genesis.Committee.Validators = nil }, "validators"},
		{"one more in the file", func(n *network) { n.request.Validators = n.request.Validators[:3] }, "3 validators, 4 members"},
		{"one more in CometBFT", func(n *network) { n.genesis.Committee.Validators = n.genesis.Committee.Validators[:3] }, "4 validators, 3 members"},
		{"small blocks", func(n *network) { n.request.ConsensusParams.Block.MaxBytes = MinBlockBytes(4) - 1 }, "max_bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNetwork(t)
			keyless(n)
			c.change(n)
			err := n.start()
			if c.want == "" {
				n.must(err)
				return
			}
			if !errors.Is(err, ErrGenesis) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("err %v, want ErrGenesis naming %q", err, c.want)
			}
		})
	}
}

// TestSetInBlocks: who joins is told to CometBFT with the equal power, blocks become large enough
// for it, its extensions count as signed; who is removed can still be checked afterwards.
func TestSetInBlocks(t *testing.T) {
	n := newNetwork(t)
	n.request.ConsensusParams.Block.MaxBytes = MinBlockBytes(4)
	for i := range n.request.Validators {
		n.request.Validators[i].Power = 7
	}
	n.must(n.start())
	v := &voting{network: n}
	n.step()
	n.step()
	if got := n.results[1]; len(got.ValidatorUpdates) != 0 || got.ConsensusParamUpdates.Block.MaxBytes != MinBlockBytes(4) {
		t.Fatalf("a quiet block: %+v", got.ConsensusParamUpdates)
	}
	joiner := ed25519.GenPrivKeyFromSecret([]byte("joiner"))
	operator := other(t, 9)
	proof, err := dkg.ProveKey(&digits{}, message.BridgeID(testChain), operator, secretOf(9))
	n.must(err)
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{Add: []committeev1.NewMember{
		{ConsPubkey: joiner.PubKey().Bytes(), Operator: operator[:], Moniker: "joiner", DealingKey: dealingKey(9), DealingProof: proof},
	}}}}, committeev1.ProposalStatus_PROPOSAL_STATUS_PASSED)
	r := n.results[len(n.results)-1]
	if len(r.ValidatorUpdates) != 1 || r.ValidatorUpdates[0].Power != 7 || !bytes.Equal(r.ValidatorUpdates[0].PubKey.GetEd25519(), joiner.PubKey().Bytes()) {
		t.Fatalf("updates %+v", r.ValidatorUpdates)
	}
	if got := r.ConsensusParamUpdates.Block.MaxBytes; got != MinBlockBytes(5) {
		t.Errorf("blocks of %d bytes for five, want %d", got, MinBlockBytes(5))
	}

	members := n.last
	with := func(key ed25519.PrivKey) bool {
		n.keys = append(n.keys, key)
		n.last.Votes = append(append([]abci.ExtendedVoteInfo(nil), members.Votes...), n.entry(4, n.height, []byte{}))
		defer func() { n.keys, n.last = n.keys[:4], members }()
		return n.accepts(n.propose())
	}
	stranger := ed25519.GenPrivKeyFromSecret([]byte("stranger"))
	if !with(joiner) || with(stranger) {
		t.Fatalf("signed by the joiner: accepted %t; by a stranger: %t", with(joiner), with(stranger))
	}

	for range committee.DefaultParams().ProbationBlocks + committee.DefaultParams().CommitBlocks + 2 { // nobody deals
		n.step()
	}
	v.pass(&committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{Remove: [][]byte{joiner.PubKey().Address()}}}}, committeev1.ProposalStatus_PROPOSAL_STATUS_PASSED)
	if r := n.results[len(n.results)-1]; len(r.ValidatorUpdates) != 1 || r.ValidatorUpdates[0].Power != 0 {
		t.Fatalf("updates %+v", r.ValidatorUpdates)
	}
	for range 3 {
		members = n.last
		if !with(joiner) || with(stranger) {
			t.Fatalf("height %d: what the removed one signed is refused, or a stranger's is not", n.height)
		}
		n.step()
	}
}
