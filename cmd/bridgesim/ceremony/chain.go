// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/certify"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/lanes"
)

const (
	chainID = "aitbc-ceremony-1"
	power   = 10
	// maxTxBytes is what consensus lets a proposer put into a block, beyond what the application takes.
	maxTxBytes = 20 << 20
	// queryGas is what the application gives a query.
	queryGas = 50_000_000
)

// errChain: the application did what it must never do.
var errChain = errors.New("the chain is at fault")

// dice are one labelled part of the seed.
type dice struct {
	*rand.Rand
	source *rand.ChaCha8
}

func roll(seed uint64, label string) *dice {
	b := append([]byte("aitbc.bridge.ceremonies"), binary.BigEndian.AppendUint64(nil, seed)...)
	src := rand.NewChaCha8(sha256.Sum256(append(b, label...)))
	return &dice{rand.New(src), src}
}

// Read makes dice the randomness of what wants an io.Reader.
func (d *dice) Read(p []byte) (int, error) { return d.source.Read(p) }

// chance is true percent times in 100.
func (d *dice) chance(percent int) bool { return d.IntN(100) < percent }

// waiting is a transaction that some member has said.
type waiting struct {
	from int // node
	raw  []byte
	body []byte // without the sequence, to know it again
	next uint64 // its sequence
	due  int64  // first height that may have it
}

// block is what the auditors get of a block: its transactions behind the last commit.
type block struct {
	height int64
	txs    [][]byte
}

// chain is one application, driven as CometBFT drives it.
type chain struct {
	seed      uint64
	bridge    message.Hash
	app       *app.App
	committee committee.Keeper
	agendas   certify.Keeper
	nodes     []*node

	height    int64
	ctx       sdk.Context // of the newest committed state
	last      abci.ExtendedCommitInfo
	set, next []int // nodes that vote at height+1 and height+2
	pool      []waiting
	blocks    []block
	trace     [32]byte
	before    func() error // with each committed state, ahead of those who hear of it

	// What the state machine costs: measured around FinalizeBlock and Commit.
	total, slowest time.Duration
	bytes          int
}

// newChain begins a chain without a key, with the nodes as its validators.
func newChain(seed uint64, members int, params committeev1.Params) (*chain, error) {
	c := &chain{seed: seed, bridge: message.BridgeID(chainID)}
	var err error
	if c.app, err = app.New(log.NewNopLogger(), dbm.NewMemDB(), chainID, app.Silent{}, app.Options{SyncPruning: true}); err != nil {
		return nil, err
	}
	stores := c.app.CommitMultiStore().(*rootmulti.Store).StoreKeysByName()
	c.committee = committee.NewKeeper(stores[committee.StoreKey], chainID)
	c.agendas = certify.NewKeeper(stores[certify.StoreKey], c.bridge, c.committee, lanes.NewKeeper(stores[lanes.StoreKey]))

	var g app.Genesis
	g.Committee = committeev1.GenesisState{Fork: 1, Params: params}
	cp := cmttypes.DefaultConsensusParams()
	cp.ABCI.VoteExtensionsEnableHeight = 1
	cp.Block.MaxBytes = max(cp.Block.MaxBytes, min(app.MinBlockBytes(members), cmttypes.MaxBlockSizeBytes))
	consensus := cp.ToProto()
	r := &abci.RequestInitChain{ChainId: chainID, Time: time.Unix(1, 0), ConsensusParams: &consensus, InitialHeight: 1}
	for range members {
		n, err := c.join()
		if err != nil {
			return nil, err
		}
		g.Committee.Validators = append(g.Committee.Validators, committeev1.Validator{
			ConsAddress: n.cons(), ConsPubkey: n.key.PubKey().Bytes(), Operator: n.operator[:], Moniker: n.name,
			DealingKey: n.dealing.Public[:], Status: committeev1.Status_STATUS_MEMBER,
		})
		p, err := cryptoenc.PubKeyToProto(n.key.PubKey())
		if err != nil {
			return nil, err
		}
		r.Validators = append(r.Validators, abci.ValidatorUpdate{PubKey: p, Power: power})
		c.set = append(c.set, n.index)
	}
	c.next = slices.Clone(c.set)
	slices.SortFunc(g.Committee.Validators, func(a, b committeev1.Validator) int { return bytes.Compare(a.ConsAddress, b.ConsAddress) })
	if r.AppStateBytes, err = json.Marshal(g); err != nil {
		return nil, err
	}
	_, err = c.app.InitChain(r)
	return c, err
}

func plain(c abci.ExtendedCommitInfo) abci.CommitInfo {
	out := abci.CommitInfo{Round: c.Round}
	for _, v := range c.Votes {
		out.Votes = append(out.Votes, abci.VoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	return out
}

// block makes one block of what waits, and lets everybody who is up hear of it.
func (c *chain) block() error {
	h := c.height + 1
	prepared, err := c.app.PrepareProposal(&abci.RequestPrepareProposal{Height: h, LocalLastCommit: c.last, MaxTxBytes: maxTxBytes, Txs: c.due(h)})
	if err != nil {
		return err
	}
	judged, err := c.app.ProcessProposal(&abci.RequestProcessProposal{Height: h, Txs: prepared.Txs, ProposedLastCommit: plain(c.last)})
	if err != nil {
		return err
	}
	if judged.Status != abci.ResponseProcessProposal_ACCEPT {
		return fmt.Errorf("height %d: an honest proposal is refused: %w", h, errChain)
	}
	commit, err := c.votes(h)
	if err != nil {
		return err
	}
	began := time.Now()
	r, err := c.app.FinalizeBlock(&abci.RequestFinalizeBlock{Height: h, Txs: prepared.Txs, DecidedLastCommit: plain(c.last), Time: time.Unix(h, 0)})
	if err != nil {
		return fmt.Errorf("height %d: finalize: %w", h, err)
	}
	if _, err := c.app.Commit(); err != nil {
		return fmt.Errorf("height %d: commit: %w", h, err)
	}
	took := time.Since(began)
	c.total, c.slowest = c.total+took, max(c.slowest, took)
	c.trace = sha256.Sum256(append(c.trace[:], r.AppHash...))
	heard := c.last
	c.height, c.last = h, commit
	b := block{height: h}
	if len(prepared.Txs) > 0 {
		b.txs = prepared.Txs[1:]
	}
	for _, tx := range b.txs {
		c.bytes += len(tx)
	}
	c.blocks = append(c.blocks, b)
	if err := c.change(r.ValidatorUpdates); err != nil {
		return err
	}
	if c.ctx, err = c.app.CreateQueryContext(h, false); err != nil {
		return err
	}
	c.ctx = c.ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()) // one context for what would be many
	if err := c.tidyPool(); err != nil {
		return err
	}
	if err := c.before(); err != nil {
		return err
	}
	return c.tell(heard)
}

// votes are the precommits of height h.
func (c *chain) votes(h int64) (out abci.ExtendedCommitInfo, err error) {
	for _, i := range c.set {
		n := c.nodes[i]
		v := abci.ExtendedVoteInfo{Validator: abci.Validator{Address: n.cons(), Power: power}, BlockIdFlag: cmtproto.BlockIDFlagCommit}
		if h > 1 {
			v.VoteExtension = n.extend()
		}
		if err := extension.Check(v.VoteExtension); err != nil {
			return out, fmt.Errorf("extension of %s: %w", n.name, err)
		}
		if v.ExtensionSignature, err = n.key.Sign(cmttypes.VoteExtensionSignBytes(chainID, &cmtproto.Vote{Height: h, Extension: v.VoteExtension})); err != nil {
			return out, err
		}
		out.Votes = append(out.Votes, v)
	}
	return out, nil
}

// change gives the updates of a block to the votes two heights later.
func (c *chain) change(updates []abci.ValidatorUpdate) error {
	c.set = c.next
	c.next = slices.Clone(c.next)
	for i := range updates {
		key, err := cryptoenc.PubKeyFromProto(updates[i].PubKey)
		if err != nil {
			return err
		}
		n := c.nodeOf(ed25519.PubKey(key.Bytes()).Address())
		if n == nil {
			return fmt.Errorf("height %d: unknown validator %x: %w", c.height, key.Bytes(), errChain)
		}
		at := slices.Index(c.next, n.index)
		switch {
		case updates[i].Power == 0 && at >= 0:
			c.next = slices.Delete(c.next, at, at+1)
		case updates[i].Power == power && at < 0:
			c.next = append(c.next, n.index)
			slices.Sort(c.next)
		default:
			return fmt.Errorf("height %d: update of %s to power %d: %w", c.height, n.name, updates[i].Power, errChain)
		}
	}
	return nil
}

// tell gives everybody who is up the committed state, in an order that changes.
func (c *chain) tell(heard abci.ExtendedCommitInfo) error {
	said := map[string][]byte{}
	for _, v := range heard.Votes {
		said[string(v.Validator.Address)] = v.VoteExtension
	}
	order := roll(c.seed, fmt.Sprint("order ", c.height)).Perm(len(c.nodes))
	// Hostile members act last: they know what the honest have on their disks.
	slices.SortStableFunc(order, func(a, b int) int { return c.nodes[a].rank() - c.nodes[b].rank() })
	for _, i := range order {
		n := c.nodes[i]
		if n.away {
			continue
		}
		a, err := c.agendas.Agenda(c.ctx, n.cons())
		if err != nil {
			return fmt.Errorf("agenda of %s: %w", n.name, err)
		}
		copy(a.AppHash[:], c.app.LastCommitID().Hash)
		if ext := said[string(n.cons())]; len(ext) > 0 {
			a.Heard = extension.Heard{Height: uint64(c.height - 1), Extension: ext}
		}
		if err := n.hear(a); err != nil {
			return err
		}
	}
	return nil
}

// due are the transactions that a block of height h may have.
func (c *chain) due(h int64) (out [][]byte) {
	for _, w := range c.pool {
		if w.due <= h {
			out = append(out, w.raw)
		}
	}
	return out
}

// tidyPool forgets what was taken and what never can be.
func (c *chain) tidyPool() error {
	next := map[int]uint64{}
	for _, n := range c.nodes {
		s, err := c.sequence(n)
		if err != nil {
			return err
		}
		next[n.index] = s
	}
	c.pool = slices.DeleteFunc(c.pool, func(w waiting) bool { return w.next < next[w.from] || w.due+maxWait < c.height })
	return nil
}

// maxWait is for how many blocks a transaction waits that no block can have.
const maxWait = 40

func (c *chain) sequence(n *node) (uint64, error) {
	v, _, err := c.committee.ValidatorByOperator(c.ctx, n.operator)
	return v.Sequence, err
}

func (c *chain) nodeOf(cons []byte) *node {
	for _, n := range c.nodes {
		if bytes.Equal(n.cons(), cons) {
			return n
		}
	}
	return nil
}

// ceremony is the newest one.
func (c *chain) ceremony() (committeev1.Ceremony, error) {
	x, _, err := c.committee.Ceremony(c.ctx, 0)
	return x, err
}

// query is the committee's query service over the newest committed state.
type query struct {
	committeev1.QueryClient
	ctx    context.Context
	server committeev1.QueryServer
}

func (c *chain) query() query {
	return query{ctx: c.ctx.WithGasMeter(storetypes.NewGasMeter(queryGas)), server: committee.NewQueryServer(c.committee)}
}
