// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"sort"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/committee"
)

// memberPower is every validator's voting power.
const memberPower = 10

// Member is one validator's entry for the genesis file. It holds no secret.
type Member struct {
	Moniker  string `json:"moniker"`
	PubKey   []byte `json:"cons_pubkey"` // Ed25519, base64
	Operator string `json:"operator,omitempty"`
	Peer     string `json:"peer"` // id@host:port
}

// NewMember describes the node of home h. address is host:port where peers reach it; empty
// for its own listen address.
func NewMember(h Layout, operator, address string) (m Member, err error) {
	c, err := LoadComet(h)
	if err != nil {
		return m, err
	}
	if err := h.Check(); err != nil {
		return m, err
	}
	key, err := p2p.LoadNodeKey(h.NodeKeyFile())
	if err != nil {
		return m, fmt.Errorf("read node key: %w", err)
	}
	if operator != "" {
		if _, err := message.ParseAddress(operator); err != nil {
			return m, fmt.Errorf("operator: %w", err)
		}
	}
	if address == "" {
		address = c.P2P.ListenAddress[len("tcp://"):]
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return m, fmt.Errorf("peer address %q: %w", address, err)
	}
	pub := privval.LoadFilePV(h.ConsensusKeyFile(), h.ConsensusStateFile()).Key.PubKey
	return Member{Moniker: c.Moniker, PubKey: pub.Bytes(), Operator: operator, Peer: string(key.ID()) + "@" + address}, nil
}

// Collect makes a genesis file of the members, without key and streams.
func Collect(chainID string, at time.Time, members []Member) (*cmttypes.GenesisDoc, error) {
	if err := CheckChainID(chainID); err != nil {
		return nil, err
	}
	doc := &cmttypes.GenesisDoc{ChainID: chainID, GenesisTime: at.UTC(), InitialHeight: 1, ConsensusParams: cmttypes.DefaultConsensusParams()}
	doc.ConsensusParams.ABCI.VoteExtensionsEnableHeight = 1
	doc.ConsensusParams.Block.MaxBytes = max(doc.ConsensusParams.Block.MaxBytes, app.MinBlockBytes(len(members)))
	var g app.Genesis
	g.Committee.Fork = 1
	e := &g.Committee.Epoch
	e.Number, e.KeyVersion, e.Threshold = 1, 1, uint32(committee.Threshold(len(members)))
	for i, m := range members {
		if len(m.PubKey) != ed25519.PubKeySize {
			return nil, fmt.Errorf("member %d: cons_pubkey of %d bytes, want %d", i+1, len(m.PubKey), ed25519.PubKeySize)
		}
		pub := ed25519.PubKey(m.PubKey)
		e.Members = append(e.Members, committeev1.Member{ConsAddress: pub.Address(), ConsPubkey: m.PubKey, Operator: m.Operator, Moniker: m.Moniker})
		doc.Validators = append(doc.Validators, cmttypes.GenesisValidator{Address: pub.Address(), PubKey: pub, Power: memberPower, Name: m.Moniker})
	}
	sort.Slice(e.Members, func(i, j int) bool {
		return bytes.Compare(e.Members[i].ConsAddress, e.Members[j].ConsAddress) < 0
	})
	for i := range e.Members {
		e.Members[i].Index = uint32(i + 1)
		if i > 0 && bytes.Equal(e.Members[i].ConsAddress, e.Members[i-1].ConsAddress) {
			return nil, fmt.Errorf("members %q and %q have one consensus key", e.Members[i-1].Moniker, e.Members[i].Moniker)
		}
	}
	if err := putState(doc, &g); err != nil {
		return nil, err
	}
	return doc, doc.ValidateAndComplete()
}

// AddStream gives a source the next index.
func AddStream(doc *cmttypes.GenesisDoc, s lanesv1.Stream) error {
	g, err := app.ParseGenesis(doc.AppState)
	if err != nil {
		return err
	}
	s.Index = 1
	if n := len(g.Lanes.Streams); n > 0 {
		s.Index = g.Lanes.Streams[n-1].Index + 1
	}
	g.Lanes.Streams = append(g.Lanes.Streams, s)
	return putState(doc, &g)
}

func putState(doc *cmttypes.GenesisDoc, g *app.Genesis) (err error) {
	doc.AppState, err = json.MarshalIndent(g, "", "  ")
	return err
}

// LoadGenesis reads a genesis file and checks its CometBFT part.
func LoadGenesis(path string) (*cmttypes.GenesisDoc, error) {
	doc, err := cmttypes.GenesisDocFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, app.ErrGenesis)
	}
	return doc, nil
}

// CheckGenesis says whether a node can start from doc: everything that is wrong at once.
func CheckGenesis(doc *cmttypes.GenesisDoc) (app.Genesis, error) {
	g, err := app.ParseGenesis(doc.AppState)
	if err != nil {
		return g, err
	}
	params := doc.ConsensusParams.ToProto()
	return g, errors.Join(g.Validate(), CheckChainID(doc.ChainID), app.CheckStart(&g, doc.InitialHeight, &params))
}

// Install puts a checked genesis file into a home and sets its peers.
func Install(h Layout, doc *cmttypes.GenesisDoc, peers []string) error {
	if _, err := CheckGenesis(doc); err != nil {
		return err
	}
	if err := h.Check(); err != nil {
		return err
	}
	if _, err := os.Lstat(h.GenesisFile()); err == nil {
		return fmt.Errorf("%s exists: a genesis file is never overwritten: %w", h.GenesisFile(), ErrUnsafe)
	}
	if len(peers) > 0 {
		if err := SetPeers(h, peers); err != nil {
			return err
		}
	}
	return doc.SaveAs(h.GenesisFile())
}
