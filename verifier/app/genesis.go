// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	abci "github.com/cometbft/cometbft/abci/types"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/certify"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/lanes"
)

// Genesis is app_state of genesis.json. Byte fields are base64, as encoding/json writes them.
type Genesis struct {
	Committee committeev1.GenesisState `json:"committee"`
	Lanes     lanesv1.GenesisState     `json:"lanes"`
	Certify   certify.Genesis          `json:"certify"`
}

// ErrGenesis: the genesis file cannot start this chain.
var ErrGenesis = message.NewError(message.Reject, "genesis refused")

// ParseGenesis reads app_state. Unknown keys and trailing data are refused.
func ParseGenesis(b []byte) (g Genesis, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&g); err != nil {
		return g, fmt.Errorf("app_state: %w: %w", err, ErrGenesis)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return g, fmt.Errorf("app_state: trailing data: %w", ErrGenesis)
	}
	return g, nil
}

// Validate reports everything that is wrong at once.
func (g *Genesis) Validate() error {
	return errors.Join(committee.Validate(g.Committee), lanes.Validate(g.Lanes))
}

// checkValidators demands that CometBFT's validators are the members, each once, with equal power.
func checkValidators(vals []abci.ValidatorUpdate, e *committeev1.Epoch) error {
	members := make(map[string]bool, len(e.Members))
	for i := range e.Members {
		members[string(e.Members[i].ConsPubkey)] = true
	}
	if len(vals) != len(members) {
		return fmt.Errorf("%d validators, %d members: %w", len(vals), len(members), ErrGenesis)
	}
	for i := range vals {
		key, err := cryptoenc.PubKeyFromProto(vals[i].PubKey)
		if err != nil || !members[string(key.Bytes())] {
			return fmt.Errorf("validator %d is no member: %w", i, ErrGenesis)
		}
		delete(members, string(key.Bytes()))
		if vals[i].Power <= 0 || vals[i].Power != vals[0].Power {
			return fmt.Errorf("validator %d has power %d, all must be equal: %w", i, vals[i].Power, ErrGenesis)
		}
	}
	return nil
}

func (a *App) initChain(ctx sdk.Context, r *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	if r.ConsensusParams == nil || r.ConsensusParams.Abci == nil || r.ConsensusParams.Abci.VoteExtensionsEnableHeight != 1 {
		return nil, fmt.Errorf("consensus_params.abci.vote_extensions_enable_height must be 1: %w", ErrGenesis)
	}
	if r.InitialHeight > 1 {
		return nil, fmt.Errorf("initial_height %d, must be 1: %w", r.InitialHeight, ErrGenesis)
	}
	g, err := ParseGenesis(r.AppStateBytes)
	if err != nil {
		return nil, err
	}
	if err := g.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGenesis, err)
	}
	if err := checkValidators(r.Validators, &g.Committee.Epoch); err != nil {
		return nil, err
	}
	if err := a.committee.InitGenesis(ctx, g.Committee); err != nil {
		return nil, err
	}
	if err := a.lanes.InitGenesis(ctx, g.Lanes); err != nil {
		return nil, err
	}
	if err := a.certify.InitGenesis(ctx, g.Certify); err != nil {
		return nil, err
	}
	return &abci.ResponseInitChain{Validators: r.Validators}, nil
}
