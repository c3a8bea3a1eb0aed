// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"encoding/json"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/app"
)

// makeGenesis writes app_state with the dealt key and a stream per chain.
func (s *sim) makeGenesis(group frost.Group) (err error) {
	var g app.Genesis
	g.Committee = committeev1.GenesisState{Fork: 1, Epoch: committeev1.Epoch{
		Number: 1, Threshold: uint32(s.plan.threshold), KeyVersion: 1, GroupKey: group.Key[:],
	}}
	for i, k := range s.keys {
		pub := k.PubKey()
		g.Committee.Epoch.Members = append(g.Committee.Epoch.Members, committeev1.Member{
			Index: uint32(i + 1), ConsAddress: pub.Address(), ConsPubkey: pub.Bytes(), PublicShare: group.Public[i][:],
		})
	}
	if s.plan.operated() {
		g.Committee.Validators = s.validators()
		for i := range g.Committee.Epoch.Members {
			m, a := &g.Committee.Epoch.Members[i], &s.accounts[i]
			m.Operator, m.Moniker, m.DealingKey = message.Address(a.address).String(), g.Committee.Validators[i].Moniker, a.dealing.Public[:]
		}
	}
	for _, f := range s.feeds {
		g.Lanes.Streams = append(g.Lanes.Streams, lanesv1.Stream{
			Index: uint32(f.index), Chain: uint64(f.chain.id), Manager: f.chain.manager[:], Finality: 3, Epoch: f.config.Stream.Epoch, Stride: f.config.Stride,
		})
	}
	s.genesis, err = json.Marshal(g)
	return err
}

// initRequest is what CometBFT asks of an empty application.
func initRequest(s *sim) *abci.RequestInitChain {
	cp := cmttypes.DefaultConsensusParams()
	cp.ABCI.VoteExtensionsEnableHeight = 1
	params := cp.ToProto()
	r := &abci.RequestInitChain{ChainId: s.chainID, Time: s.clock(), ConsensusParams: &params, InitialHeight: 1, AppStateBytes: s.genesis}
	for _, k := range s.keys {
		p, err := cryptoenc.PubKeyToProto(k.PubKey())
		if err != nil {
			panic(fmt.Sprintf("public key: %v", err))
		}
		r.Validators = append(r.Validators, abci.ValidatorUpdate{PubKey: p, Power: power})
	}
	return r
}
