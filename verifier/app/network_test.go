// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"testing"
	"time"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/consensys/gnark-crypto/ecc/secp256k1"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

const testChain = "aitbc-test-1"

type scripted struct {
	extend    func(extension.Agenda) []byte
	committed []uint64
}

func (s *scripted) Extend(a extension.Agenda) []byte { return s.extend(a) }
func (s *scripted) Committed(a extension.Agenda)     { s.committed = append(s.committed, a.Height) }

// network is four applications that are driven as CometBFT drives them.
type network struct {
	t       testing.TB
	keys    []ed25519.PrivKey // by address
	apps    []*App
	dbs     []dbm.DB
	voters  []*scripted
	options func(i int) Options // beside the address; nil: none
	height  int64
	last    abci.ExtendedCommitInfo
	genesis Genesis
	request *abci.RequestInitChain
	blocks  []*abci.RequestFinalizeBlock  // all that were decided
	hashes  [][]byte                      // app hash after each
	commits []*abci.ResponseCommit        // of member 1
	results []*abci.ResponseFinalizeBlock // of member 1
	mempool [][]byte                      // what every proposer has
}

// account is the operator of member i, and its key.
func account(t testing.TB, i int) (message.Address, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := crypto.ToECDSA(bytes.Repeat([]byte{byte(i + 1)}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return message.Address(crypto.PubkeyToAddress(key.PublicKey)), key
}

// dealingKey is that of member i; its secret is i + 2.
func dealingKey(i int) []byte {
	p := new(secp256k1.G1Affine).ScalarMultiplicationBase(big.NewInt(int64(i + 2)))
	x := p.X.Bytes()
	return append([]byte{2 + p.Y.Bytes()[31]&1}, x[:]...)
}

func silent(extension.Agenda) []byte { return nil }

func newNetwork(t testing.TB) *network {
	t.Helper()
	n := &network{t: t}
	for i := range 4 {
		n.keys = append(n.keys, ed25519.GenPrivKeyFromSecret([]byte(fmt.Sprint("member ", i))))
	}
	sort.Slice(n.keys, func(i, j int) bool {
		return bytes.Compare(n.keys[i].PubKey().Address(), n.keys[j].PubKey().Address()) < 0
	})
	_, g := secp256k1.Generators()
	x := g.X.Bytes()
	point := append([]byte{2}, x[:]...)
	n.genesis.Committee = committeev1.GenesisState{Fork: 1, Epoch: committeev1.Epoch{Number: 1, Threshold: 3, KeyVersion: 1, GroupKey: x[:]}}
	cp := cmttypes.DefaultConsensusParams()
	cp.ABCI.VoteExtensionsEnableHeight = 1
	params := cp.ToProto()
	n.request = &abci.RequestInitChain{ChainId: testChain, Time: time.Unix(1, 0), ConsensusParams: &params, InitialHeight: 1}
	for i, k := range n.keys {
		pub := k.PubKey()
		operator, _ := account(t, i)
		n.genesis.Committee.Epoch.Members = append(n.genesis.Committee.Epoch.Members,
			committeev1.Member{Index: uint32(i + 1), ConsAddress: pub.Address(), ConsPubkey: pub.Bytes(), PublicShare: point, Operator: operator.String(), DealingKey: dealingKey(i)})
		p, err := cryptoenc.PubKeyToProto(pub)
		if err != nil {
			t.Fatal(err)
		}
		n.request.Validators = append(n.request.Validators, abci.ValidatorUpdate{PubKey: p, Power: 10})
	}
	return n
}

func (n *network) start() error {
	b, err := json.Marshal(n.genesis)
	if err != nil {
		return err
	}
	n.request.AppStateBytes = b
	n.height = n.request.InitialHeight - 1
	for i := range n.keys {
		v, db := &scripted{extend: silent}, dbm.NewMemDB()
		a, err := n.open(i, db, v)
		if err != nil {
			return err
		}
		if err := n.birth(a); err != nil {
			return err
		}
		n.apps, n.voters, n.dbs = append(n.apps, a), append(n.voters, v), append(n.dbs, db)
	}
	return nil
}

// open makes the application of member i over db, as a new process would.
func (n *network) open(i int, db dbm.DB, v Voter) (*App, error) {
	var o Options
	if n.options != nil {
		o = n.options(i)
	}
	o.ConsAddress, o.SyncPruning = n.keys[i].PubKey().Address().Bytes(), true
	return New(log.NewNopLogger(), db, testChain, v, o)
}

func (n *network) birth(a *App) error {
	r := *n.request
	r.Validators = append([]abci.ValidatorUpdate(nil), n.request.Validators...)
	_, err := a.InitChain(&r)
	return err
}

func (n *network) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func plain(c abci.ExtendedCommitInfo) abci.CommitInfo {
	out := abci.CommitInfo{Round: c.Round}
	for _, v := range c.Votes {
		out.Votes = append(out.Votes, abci.VoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	return out
}

func (n *network) propose() [][]byte {
	n.t.Helper()
	p, err := n.apps[int(n.height)%4].PrepareProposal(&abci.RequestPrepareProposal{Height: n.height + 1, LocalLastCommit: n.last, MaxTxBytes: 1 << 20, Txs: append([][]byte{[]byte("from the mempool")}, n.mempool...)})
	if err != nil {
		n.t.Fatal(err)
	}
	return p.Txs
}

func (n *network) accepts(txs [][]byte) bool {
	n.t.Helper()
	r, err := n.apps[0].ProcessProposal(&abci.RequestProcessProposal{Height: n.height + 1, Txs: txs, ProposedLastCommit: plain(n.last)})
	if err != nil {
		n.t.Fatal(err)
	}
	return r.Status == abci.ResponseProcessProposal_ACCEPT
}

// step makes one block with the members of absent silent.
func (n *network) step(absent ...int) {
	n.t.Helper()
	h, txs := n.height+1, n.propose()
	var next abci.ExtendedCommitInfo
	for i, a := range n.apps {
		p, err := a.ProcessProposal(&abci.RequestProcessProposal{Height: h, Txs: txs, ProposedLastCommit: plain(n.last), ProposerAddress: n.keys[0].PubKey().Address()})
		if err != nil || p.Status != abci.ResponseProcessProposal_ACCEPT {
			n.t.Fatalf("height %d member %d: status %v, err %v", h, i+1, p.GetStatus(), err)
		}
		e, err := a.ExtendVote(n.t.Context(), &abci.RequestExtendVote{Height: h})
		n.must(err)
		v := n.entry(i, h, e.VoteExtension)
		if slices.Contains(absent, i) {
			v = abci.ExtendedVoteInfo{Validator: v.Validator, BlockIdFlag: cmtproto.BlockIDFlagAbsent}
		}
		next.Votes = append(next.Votes, v)
	}
	n.decide(txs)
	n.last = next
}

// entry is a signed entry of the commit of height h.
func (n *network) entry(i int, h int64, ext []byte) abci.ExtendedVoteInfo {
	n.t.Helper()
	sig, err := n.keys[i].Sign(cmttypes.VoteExtensionSignBytes(testChain, &cmtproto.Vote{Height: h, Extension: ext}))
	n.must(err)
	return abci.ExtendedVoteInfo{
		Validator:   abci.Validator{Address: n.keys[i].PubKey().Address(), Power: 10},
		BlockIdFlag: cmtproto.BlockIDFlagCommit, VoteExtension: ext, ExtensionSignature: sig,
	}
}

// decide executes and commits the block everywhere.
func (n *network) decide(txs [][]byte) {
	n.t.Helper()
	h := n.height + 1
	block := &abci.RequestFinalizeBlock{Height: h, Txs: txs, DecidedLastCommit: plain(n.last), Time: time.Unix(h, 0)}
	var root []byte
	for i, a := range n.apps {
		r, err := a.FinalizeBlock(block)
		n.must(err)
		if i == 0 {
			root = r.AppHash
			n.results = append(n.results, r)
		} else if !bytes.Equal(root, r.AppHash) {
			n.t.Fatalf("height %d: app hash of member %d differs", h, i+1)
		}
		c, err := a.Commit()
		n.must(err)
		if i == 0 {
			n.commits = append(n.commits, c)
		}
	}
	n.height = h
	n.blocks, n.hashes = append(n.blocks, block), append(n.hashes, root)
}
