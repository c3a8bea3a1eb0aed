// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"testing"

	"cosmossdk.io/log/v2"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/baseapp"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/keys/signer"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/statetest"
	"github.com/aitbc/bridge/verifier/transaction"
)

const chainID = "aitbc-agent-1"

var bridgeID = message.BridgeID(chainID)

// net is the real state machine of ceremonies and the agents of its members, block by block.
type net struct {
	t      *testing.T
	ctx    sdk.Context
	keeper committee.Keeper
	nodes  []*node
	texts  map[string]bool // refusals that came
	mute   bool            // nobody signs
}

// node is one member's home and process.
type node struct {
	net     *net
	cons    ed25519.PubKey
	op      [20]byte
	dealing keystore.DealingKey

	files   Files
	journal map[message.Digest]bool // of the voter: survives the process
	shares  map[uint64]keystore.Share
	pending []transaction.Message
	agent   *Agent
	off     bool
	behind  bool
	// apart: the signer is another process, which keeps its shares.
	apart bool
	// restless: a fresh process for every block.
	restless bool
	// edit changes what is said; nil in an honest node. view changes what is seen.
	edit func(transaction.Message) transaction.Message
	view func(*State)

	steps int // boundaries that were passed
	die   int // the one at which the process ends; 0: none
}

type crash struct{}

// boundary is a place before or after something that outlives the process.
func (n *node) boundary() {
	n.steps++
	if n.die == n.steps {
		panic(crash{})
	}
}

func newNet(t *testing.T, members int, files func(i int) Files) *net {
	t.Helper()
	ms, key := statetest.Store(t, committee.StoreKey)
	w := &net{
		t: t, keeper: committee.NewKeeper(key, chainID), texts: map[string]bool{},
		ctx: sdk.NewContext(ms, cmtproto.Header{ChainID: chainID, Height: 1}, false, log.NewNopLogger()),
	}
	g := committeev1.GenesisState{Fork: 1}
	for i := range members {
		n := w.join(i, files(i))
		g.Validators = append(g.Validators, committeev1.Validator{
			ConsAddress: n.cons.Address(), ConsPubkey: n.cons, Operator: n.op[:], Moniker: fmt.Sprint("m", i),
			DealingKey: n.dealing.Public[:], Status: committeev1.Status_STATUS_MEMBER,
		})
	}
	slices.SortFunc(g.Validators, func(a, b committeev1.Validator) int { return bytes.Compare(a.ConsAddress, b.ConsAddress) })
	must(t, w.keeper.InitGenesis(w.ctx, g))
	return w
}

// join makes the home and the process of one more node. It is no member by that.
func (w *net) join(i int, files Files) *node {
	w.t.Helper()
	dealing, err := keystore.NewDealingKey(bridgeID)
	must(w.t, err)
	n := &node{
		net: w, cons: ed25519.GenPrivKeyFromSecret([]byte{byte(i)}).PubKey().(ed25519.PubKey), op: [20]byte{19: byte(i + 1)},
		dealing: dealing, files: files, journal: map[message.Digest]bool{},
	}
	n.start()
	w.nodes = append(w.nodes, n)
	return n
}

// newMember is n's entry for a change of the set.
func (n *node) newMember() committeev1.NewMember {
	n.net.t.Helper()
	proof, err := dkg.ProveKey(rand.Reader, bridgeID, n.op, n.dealing.Secret)
	must(n.net.t, err)
	return committeev1.NewMember{ConsPubkey: n.cons, Operator: n.op[:], Moniker: "new", DealingKey: n.dealing.Public[:], DealingProof: proof}
}

// start is a fresh process on what is in the home.
func (n *node) start() {
	n.net.t.Helper()
	if !n.apart || n.shares == nil {
		n.shares = map[uint64]keystore.Share{} // what was said is out in the world
	}
	var err error
	n.agent, err = New(Config{
		ConsAddress: n.cons.Address(), Operator: n.op, DealingKey: &n.dealing, Chain: n, Sender: n,
		Files: watched{n.files, n}, Signer: n, SignerKeeps: n.apart, Voter: n, Rand: rand.Reader,
	})
	must(n.net.t, err)
}

// step runs one step; a process that ends in it is started again.
func (n *node) step() (err error) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(crash); !ok {
				panic(p)
			}
			n.start()
		}
	}()
	return n.agent.Step(context.Background())
}

func (n *node) query() committeev1.QueryClient {
	h := baseapp.NewQueryServerTestHelper(n.net.ctx, codectypes.NewInterfaceRegistry())
	committeev1.RegisterQueryServer(h, committee.NewQueryServer(n.net.keeper))
	return committeev1.NewQueryClient(h)
}

// State implements Chain.
func (n *node) State(ctx context.Context) (*State, error) {
	s, err := Read(ctx, n.query())
	if err != nil {
		return nil, err
	}
	s.CatchingUp = n.behind
	if n.view != nil {
		n.view(s)
	}
	return s, nil
}

// Ceremony implements Chain.
func (n *node) Ceremony(ctx context.Context, number uint64) (committeev1.Ceremony, error) {
	return ReadCeremony(ctx, n.query(), number)
}

// Dealings implements Chain.
func (n *node) Dealings(ctx context.Context, ceremony uint64) ([]committeev1.DealingOf, error) {
	return ReadDealings(ctx, n.query(), ceremony)
}

// Send implements Sender.
func (n *node) Send(_ context.Context, m transaction.Message) error {
	n.boundary()
	if n.edit != nil {
		if m = n.edit(m); m == nil {
			return nil
		}
	}
	n.pending = []transaction.Message{m}
	n.boundary()
	return nil
}

// AddShare implements Signer.
func (n *node) AddShare(s keystore.Share) error {
	n.boundary()
	if have, ok := n.shares[s.KeyEpoch]; ok && have != s {
		return signer.ErrShareHeld
	}
	n.shares[s.KeyEpoch] = s
	return nil
}

// Shares implements Signer.
func (n *node) Shares() (out []signer.ShareInfo) {
	for _, s := range n.shares {
		out = append(out, signer.ShareInfo{KeyEpoch: s.KeyEpoch, Index: s.Index, GroupKey: s.GroupKey})
	}
	return out
}

// DropShare implements Signer.
func (n *node) DropShare(epoch uint64) error {
	delete(n.shares, epoch)
	return nil
}

// Finished implements Voter.
func (n *node) Finished(d message.Digest) error {
	n.boundary()
	n.journal[d] = true
	n.boundary()
	return nil
}

// watched are files whose writes are boundaries.
type watched struct {
	Files
	n *node
}

func (w watched) SaveSeed(c uint64, context message.Hash, s Seed) error {
	w.n.boundary()
	defer w.n.boundary()
	return w.Files.SaveSeed(c, context, s)
}

func (w watched) EraseSeed(c uint64) error {
	w.n.boundary()
	defer w.n.boundary()
	return w.Files.EraseSeed(c)
}

func (w watched) SaveShare(n ShareName, s keystore.Share) error {
	w.n.boundary()
	defer w.n.boundary()
	return w.Files.SaveShare(n, s)
}

func (w watched) EraseShare(n ShareName) error {
	w.n.boundary()
	defer w.n.boundary()
	return w.Files.EraseShare(n)
}

// block makes one block: what was said, what can be signed, the end of the block; then everybody acts.
func (w *net) block() {
	w.t.Helper()
	w.ctx = w.ctx.WithBlockHeight(w.ctx.BlockHeight() + 1)
	for _, n := range w.nodes {
		for _, m := range n.pending {
			branch, write := w.ctx.CacheContext()
			if err := w.handle(branch, m); err != nil {
				w.texts[err.Error()] = true
				continue
			}
			write()
		}
		n.pending = nil
	}
	w.sign()
	_, err := w.keeper.EndBlock(w.ctx)
	must(w.t, err)
	for _, n := range w.nodes {
		if n.restless {
			n.start()
		}
		if !n.off {
			_ = n.step() // what a test expects it asks for
		}
	}
}

func (w *net) handle(ctx sdk.Context, m transaction.Message) error {
	switch m := m.(type) {
	case *committeev1.MsgCommitDealing:
		return w.keeper.CommitDealing(ctx, m)
	case *committeev1.MsgDeal:
		return w.keeper.Deal(ctx, m)
	case *committeev1.MsgCheck:
		return w.keeper.Check(ctx, m)
	case *committeev1.MsgReady:
		return w.keeper.Ready(ctx, m)
	}
	return fmt.Errorf("message %T", m)
}

// sign signs what waits, with the shares of candidates whose journal vouches for it.
func (w *net) sign() {
	w.t.Helper()
	if w.mute {
		return
	}
	list, err := w.keeper.Statements(w.ctx)
	must(w.t, err)
	for i := range list {
		s := &list[i]
		e, err := w.keeper.ReadyEpoch(w.ctx)
		must(w.t, err)
		g, err := committee.GroupOf(&e)
		must(w.t, err)
		session := frost.Session{Key: g.Key, KeyEpoch: s.KeyEpoch, ID: [32]byte{1}, Digest: message.Digest(s.Digest)}
		var who []*node
		var nonces []*frost.Nonce
		for j := range e.Members {
			n := w.of(e.Members[j].ConsAddress)
			if len(who) == g.Threshold || !n.journal[message.Digest(s.Digest)] || n.shares[e.Number].Index == 0 ||
				!slices.ContainsFunc(s.Candidates, func(a []byte) bool { return bytes.Equal(a, n.cons.Address()) }) {
				continue
			}
			nonce, d, ee, err := frost.NewNonce(rand.Reader, n.shares[e.Number].Secret)
			must(w.t, err)
			session.Commitments = append(session.Commitments, frost.Commitment{Index: frost.Index(j + 1), D: d, E: ee})
			who, nonces = append(who, n), append(nonces, nonce)
		}
		if len(who) < g.Threshold {
			continue
		}
		var shares []frost.Scalar
		for j, n := range who {
			z, err := frost.Sign(session, session.Commitments[j].Index, nonces[j], n.shares[e.Number].Secret, rand.Reader)
			must(w.t, err)
			shares = append(shares, z)
		}
		sig, err := frost.Aggregate(session, shares)
		must(w.t, err)
		must(w.t, schnorr.Verify(g.Key, [32]byte(s.Digest), sig))
		must(w.t, w.keeper.Signed(w.ctx, s.Id, sig))
	}
}

func (w *net) of(address []byte) *node {
	for _, n := range w.nodes {
		if bytes.Equal(n.cons.Address(), address) {
			return n
		}
	}
	w.t.Fatalf("no node %x", address)
	return nil
}

// until makes blocks until ok, maxBlocks at most.
func (w *net) until(what string, ok func() bool) {
	w.t.Helper()
	const maxBlocks = 150
	for range maxBlocks {
		if ok() {
			return
		}
		w.block()
	}
	c, _, err := w.keeper.Ceremony(w.ctx, 0)
	w.t.Fatalf("%s: not within %d blocks: ceremony %d %s %q %v, refused %v", what, maxBlocks, c.Number, c.Phase, c.Aborted, err, w.texts)
}

func (w *net) active() committeev1.Epoch {
	w.t.Helper()
	e, err := w.keeper.ActiveEpoch(w.ctx)
	must(w.t, err)
	return e
}

func (w *net) ceremony(number uint64) committeev1.Ceremony {
	w.t.Helper()
	c, _, err := w.keeper.Ceremony(w.ctx, number)
	must(w.t, err)
	return c
}

func (w *net) phase(p committeev1.Phase) func() bool {
	return func() bool { return w.ceremony(0).Phase == p }
}

func (w *net) epoch(number uint64) func() bool {
	return func() bool { return w.active().Number == number }
}

// whole demands that every member of the active epoch has its share in the signer and in the home, and
// nothing of the ceremony but that.
func (w *net) whole() {
	w.t.Helper()
	w.block() // everybody has seen the newest state
	e := w.active()
	for i := range e.Members {
		n := w.of(e.Members[i].ConsAddress)
		m := memberOf(&e, n.cons.Address())
		if err := n.agent.fits(bridgeID, &e, m, ptr(n.shares[e.Number])); err != nil {
			w.t.Errorf("member %d: %v", m.Index, err)
		}
		names, err := n.files.Shares()
		must(w.t, err)
		if want := []ShareName{{e.Number, e.Ceremony}}; !slices.Equal(names, want) {
			w.t.Errorf("member %d: home holds %v, want %v", m.Index, names, want)
		}
		seeds, err := n.files.Seeds()
		must(w.t, err)
		if len(seeds) > 0 {
			w.t.Errorf("member %d: seeds of %v are left", m.Index, seeds)
		}
		if s := n.agent.Status(); len(s.Trouble) > 0 {
			w.t.Errorf("member %d: %v", m.Index, s.Trouble)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func inMemory(int) Files { return NewMemory() }

// hashOf is what a dealer commits to.
func hashOf(t *testing.T, c *committeev1.Ceremony, n *node, dealing []byte) []byte {
	t.Helper()
	p, err := committee.DKGParams(c)
	must(t, err)
	h := dkg.Hash(p, frost.Index(dealerOf(c, n.cons.Address()).Index), dealing)
	return h[:]
}
