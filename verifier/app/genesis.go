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
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/certify"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/extension"
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

// sitting counts those that CometBFT has.
func sitting(all []committeev1.Validator) (n int) {
	for i := range all {
		if committee.Sits(&all[i]) {
			n++
		}
	}
	return n
}

// checkValidators demands that CometBFT's validators are those that sit, each once, with equal
// power. It returns the power.
func checkValidators(vals []abci.ValidatorUpdate, all []committeev1.Validator) (int64, error) {
	members := make(map[string]bool, len(all))
	for i := range all {
		if committee.Sits(&all[i]) {
			members[string(all[i].ConsPubkey)] = true
		}
	}
	if len(vals) != len(members) || len(vals) == 0 {
		return 0, fmt.Errorf("%d validators, %d members: %w", len(vals), len(members), ErrGenesis)
	}
	for i := range vals {
		key, err := cryptoenc.PubKeyFromProto(vals[i].PubKey)
		if err != nil || !members[string(key.Bytes())] {
			return 0, fmt.Errorf("validator %d is no member: %w", i, ErrGenesis)
		}
		delete(members, string(key.Bytes()))
		if vals[i].Power <= 0 || vals[i].Power != vals[0].Power {
			return 0, fmt.Errorf("validator %d has power %d, all must be equal: %w", i, vals[i].Power, ErrGenesis)
		}
	}
	return vals[0].Power, nil
}

// CheckStart says whether a chain whose first block is initial can start from g: vote
// extensions on from the first block (a chain that enables them later has a height at which
// nodes disagree), a later first block only under a later fork number, and blocks large
// enough for the worst last commit.
//
// The proposer of the next block must carry every entry of the last commit unmodified, also
// the entry of a member whose precommit came late and was judged by nobody. CometBFT bounds
// such an extension by MaxVoteExtensionSize alone; f members may send one each. A block too
// small for them would stop every proposer.
func CheckStart(g *Genesis, initial int64, p *cmtproto.ConsensusParams) error {
	var bad []error
	if p == nil || p.Abci == nil || p.Abci.VoteExtensionsEnableHeight != initial {
		bad = append(bad, fmt.Errorf("consensus_params.abci.vote_extensions_enable_height must be the initial height %d: %w", initial, ErrGenesis))
	}
	if initial > 1 && g.Committee.Fork < 2 {
		bad = append(bad, fmt.Errorf("initial_height %d under fork %d: only an export starts above 1, under a higher fork: %w", initial, g.Committee.Fork, ErrGenesis))
	}
	all, err := committee.GenesisValidators(&g.Committee)
	if err != nil {
		bad = append(bad, fmt.Errorf("%w: %w", err, ErrGenesis))
	}
	if n := sitting(all); p == nil || p.Block == nil || p.Block.MaxBytes < MinBlockBytes(n) {
		bad = append(bad, fmt.Errorf("consensus_params.block.max_bytes must be at least %d for %d members: %w", MinBlockBytes(n), n, ErrGenesis))
	}
	return errors.Join(bad...)
}

// MinBlockBytes is how large blocks of n members must be allowed to be: f oversized entries,
// honest ones for the rest, twice the commit itself, header and evidence.
func MinBlockBytes(n int) int64 {
	const entry, rest = 1 << 10, 1<<20 + 1<<18 // of one entry beside its extension; header, evidence, slack
	f := n - committee.Threshold(n)
	return int64(f)*int64(cmttypes.MaxVoteExtensionSize) + int64(n)*(extension.MaxBytes+entry) + rest
}

func (a *App) initChain(ctx sdk.Context, r *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	g, err := ParseGenesis(r.AppStateBytes)
	if err != nil {
		return nil, err
	}
	if err := CheckStart(&g, max(r.InitialHeight, 1), r.ConsensusParams); err != nil {
		return nil, err
	}
	if err := g.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGenesis, err)
	}
	all, err := committee.GenesisValidators(&g.Committee)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGenesis, err)
	}
	power, err := checkValidators(r.Validators, all)
	if err != nil {
		return nil, err
	}
	if err := a.committee.InitGenesis(ctx, g.Committee); err != nil {
		return nil, err
	}
	if err := a.committee.SetPower(ctx, power); err != nil {
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
