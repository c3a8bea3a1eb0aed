// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"sort"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
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
	Operator string `json:"operator"`    // 0x address of the account that speaks for the validator
	// DealingKey is the point to which shares are encrypted, DealingProof that the operator has
	// its secret for this bridge; base64.
	DealingKey   []byte `json:"dealing_key"`
	DealingProof []byte `json:"dealing_proof"`
	Peer         string `json:"peer"` // id@host:port
}

// NewMember describes the node of home h. operator is another account than the home's own,
// empty for that; address is host:port where peers reach the node, empty for its own listen
// address. The home's password is needed, for the proof of the dealing key.
func NewMember(h Layout, operator, address string) (m Member, err error) {
	c, err := LoadConfig(h.ConfigFile(), os.Getenv)
	if err != nil {
		return m, err
	}
	return c.Member(h, operator, address)
}

// Member is NewMember with settings that flags have changed.
func (c *Config) Member(h Layout, operator, address string) (m Member, err error) {
	comet, err := LoadComet(h)
	if err != nil {
		return m, err
	}
	if err := h.check(true); err != nil {
		return m, err
	}
	node, err := loadNodeKey(h)
	if err != nil {
		return m, err
	}
	if address == "" {
		address = comet.P2P.ListenAddress[len("tcp://"):]
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return m, fmt.Errorf("peer address %q: %w", address, err)
	}
	pub, err := ConsensusPubKey(h, comet)
	if err != nil {
		return m, err
	}
	m = Member{Moniker: comet.Moniker, PubKey: pub.Bytes(), Peer: string(node.ID()) + "@" + address}
	password, err := c.Password(h)
	if err != nil {
		return m, err
	}
	var self message.Address
	if operator != "" {
		if self, err = message.ParseAddress(operator); err != nil {
			return m, fmt.Errorf("operator: %w", err)
		}
	} else {
		a, err := openOperator(h, c, password)
		if err != nil {
			return m, err
		}
		if a == nil {
			return m, fmt.Errorf("no operator account in %s: %w", h.OperatorFile(), ErrConfig)
		}
		self = a.Address()
	}
	key, err := keystore.LoadDealingKey(h.DealingFile(), password)
	if err != nil {
		return m, fmt.Errorf("load dealing key: %w", err)
	}
	bridge := message.BridgeID(c.ChainID)
	if key.BridgeID != bridge {
		return m, fmt.Errorf("dealing key of another bridge: %w", ErrUnsafe)
	}
	if m.DealingProof, err = dkg.ProveKey(rand.Reader, bridge, self, key.Secret); err != nil {
		return m, fmt.Errorf("prove dealing key: %w", err)
	}
	m.Operator, m.DealingKey = self.String(), key.Public[:]
	return m, nil
}

// Collect makes a genesis file of the members, without key and streams: the members make the
// key themselves, in a ceremony from the first block on.
//
// Every entry must prove its dealing key. Entries that disagree with others (one consensus
// key, operator or dealing key twice) are refused when the file is checked.
func Collect(chainID string, at time.Time, members []Member) (*cmttypes.GenesisDoc, error) {
	if err := CheckChainID(chainID); err != nil {
		return nil, err
	}
	doc := &cmttypes.GenesisDoc{ChainID: chainID, GenesisTime: at.UTC(), InitialHeight: 1, ConsensusParams: cmttypes.DefaultConsensusParams()}
	doc.ConsensusParams.ABCI.VoteExtensionsEnableHeight = 1
	doc.ConsensusParams.Block.MaxBytes = max(doc.ConsensusParams.Block.MaxBytes, app.MinBlockBytes(len(members)))
	var g app.Genesis
	g.Committee.Fork, g.Committee.Params = 1, committee.DefaultParams()
	for i, m := range members {
		v, err := m.validator(message.BridgeID(chainID))
		if err != nil {
			return nil, fmt.Errorf("member %d %q: %w", i+1, m.Moniker, err)
		}
		g.Committee.Validators = append(g.Committee.Validators, v)
		pub := ed25519.PubKey(m.PubKey)
		doc.Validators = append(doc.Validators, cmttypes.GenesisValidator{Address: pub.Address(), PubKey: pub, Power: memberPower, Name: m.Moniker})
	}
	sort.Slice(g.Committee.Validators, func(i, j int) bool {
		return bytes.Compare(g.Committee.Validators[i].ConsAddress, g.Committee.Validators[j].ConsAddress) < 0
	})
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if err := putState(doc, &g); err != nil {
		return nil, err
	}
	return doc, doc.ValidateAndComplete()
}

// validator checks the entry and its proof.
func (m *Member) validator(bridge message.Hash) (v committeev1.Validator, err error) {
	if len(m.PubKey) != ed25519.PubKeySize {
		return v, fmt.Errorf("cons_pubkey of %d bytes, want %d: %w", len(m.PubKey), ed25519.PubKeySize, app.ErrGenesis)
	}
	operator, err := message.ParseAddress(m.Operator)
	if err != nil {
		return v, fmt.Errorf("operator: %w", err)
	}
	key, err := frost.ParsePoint(m.DealingKey)
	if err != nil {
		return v, fmt.Errorf("dealing_key: %w", err)
	}
	if err := dkg.VerifyKeyProof(bridge, operator, key, m.DealingProof); err != nil {
		return v, fmt.Errorf("dealing_proof: %w", err)
	}
	return committeev1.Validator{
		ConsAddress: ed25519.PubKey(m.PubKey).Address(), ConsPubkey: m.PubKey, Operator: operator[:],
		Moniker: m.Moniker, DealingKey: m.DealingKey, Status: committeev1.Status_STATUS_MEMBER,
	}, nil
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
