// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/statetest"
)

const testChain = "aitbc-test-1"

// seeded is a reproducible io.Reader.
func seeded(parts ...int) *stream {
	s := &stream{}
	for _, p := range parts {
		s.state = sha256.Sum256(binary.BigEndian.AppendUint64(s.state[:], uint64(p)))
	}
	return s
}

// node is a validator with all its secrets, and what it does wrong.
type node struct {
	id      int
	cons    ed25519.PubKey
	op      [20]byte
	secret  frost.Scalar
	public  frost.Point
	shares  map[uint64]frost.Scalar // by ceremony
	tempers habits
}

// habits of a node; the zero value is an honest one.
type habits struct {
	absent      bool // says nothing at all
	noDeal      bool // commits, and shows nothing
	otherBytes  bool // shows other bytes than those committed to
	garbage     bool // commits to bytes that are no dealing
	unproven    bool // commits to a dealing whose proof is wrong
	wrongFor    int  // its dealing holds a wrong share for this receiver
	accuses     int  // complains about this dealer without a reason
	noReady     bool // never proves to hold its share
	noSignature bool // signs nothing
}

func newNode(id int) *node {
	n := &node{id: id, shares: map[uint64]frost.Scalar{}}
	n.cons = ed25519.GenPrivKeyFromSecret(fmt.Append(nil, "validator ", id)).PubKey().(ed25519.PubKey)
	h := sha256.Sum256(fmt.Append(nil, "operator ", id))
	n.op = [20]byte(h[:20])
	x, err := curve.RandomElement(seeded(id))
	if err != nil {
		panic(err)
	}
	n.secret = x.Bytes()
	p := curve.MulBasePublic(&x)
	n.public = curve.Encode(&p)
	return n
}

func newNodes(from, to int) (out []*node) {
	for i := from; i <= to; i++ {
		out = append(out, newNode(i))
	}
	return out
}

func (n *node) validator() committeev1.Validator {
	return committeev1.Validator{
		ConsAddress: n.cons.Address(), ConsPubkey: n.cons, Operator: bytes.Clone(n.op[:]), Moniker: fmt.Sprint("v", n.id),
		DealingKey: bytes.Clone(n.public[:]), Status: committeev1.Status_STATUS_MEMBER,
	}
}

// chain is a store with blocks, and the validators beside it.
type chain struct {
	t        testing.TB
	k        Keeper
	store    storetypes.CommitMultiStore
	height   int64
	now      int64
	nodes    []*node
	hashes   [][]byte
	powers   map[string]int64 // CometBFT's validators
	events   []string
	refused  []error                       // of the last block
	backward bool                          // messages of a block in reverse order
	before   []func(ctx sdk.Context) error // of the next block, instead of certify
	known    map[string]*dkg.Dealing       // parsed once
	dealt    map[string][]byte
}

// testParams are short: a test that waits for a deadline waits for few blocks.
func testParams() committeev1.Params {
	return committeev1.Params{
		CommitBlocks: 4, DealBlocks: 4, ComplainBlocks: 4, ReadyBlocks: 4, TestBlocks: 6, ProbationBlocks: 5, RetryBlocks: 3, ProposalBlocks: 1000,
	}
}

func birthGenesis(nodes []*node) committeev1.GenesisState {
	g := committeev1.GenesisState{Fork: 1, Params: testParams()}
	for _, n := range nodes {
		g.Validators = append(g.Validators, n.validator())
	}
	slices.SortFunc(g.Validators, func(a, b committeev1.Validator) int { return bytes.Compare(a.ConsAddress, b.ConsAddress) })
	return g
}

func newChain(t testing.TB, g committeev1.GenesisState, nodes []*node) *chain {
	t.Helper()
	c := &chain{t: t, nodes: nodes, powers: map[string]int64{}, known: map[string]*dkg.Dealing{}, dealt: map[string][]byte{}, now: 1_000_000}
	var key *storetypes.KVStoreKey
	c.store, key = statetest.Store(t, StoreKey)
	c.k = NewKeeper(key, testChain)
	cache := c.store.CacheMultiStore()
	ctx := sdk.NewContext(cache, cmtproto.Header{ChainID: testChain}, false, log.NewNopLogger())
	if err := c.k.InitGenesis(ctx, g); err != nil {
		t.Fatal(err)
	}
	cache.Write()
	all, err := GenesisValidators(&g)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if Sits(&all[i]) {
			c.powers[string(all[i].ConsPubkey)] = DefaultPower
		}
	}
	return c
}

func birth(t testing.TB, n int) *chain {
	nodes := newNodes(1, n)
	return newChain(t, birthGenesis(nodes), nodes)
}

// view is the committed state.
func (c *chain) view() sdk.Context {
	return sdk.NewContext(c.store.CacheMultiStore(), cmtproto.Header{ChainID: testChain, Height: c.height, Time: time.Unix(c.now, 0)}, false, log.NewNopLogger())
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (c *chain) active() committeev1.Epoch {
	return must[committeev1.Epoch](c.t)(c.k.ActiveEpoch(c.view()))
}

func (c *chain) ceremony() committeev1.Ceremony {
	x, _, err := c.k.Ceremony(c.view(), 0)
	if err != nil {
		c.t.Fatal(err)
	}
	return x
}

func (c *chain) status(n *node) committeev1.Status {
	v, _, err := c.k.Validator(c.view(), n.cons.Address())
	if err != nil {
		c.t.Fatal(err)
	}
	return v.Status
}

// block makes one block of exactly these messages; those that fail have no effect.
func (c *chain) block(messages ...func(sdk.Context) error) {
	c.t.Helper()
	c.height++
	c.now++
	cache := c.store.CacheMultiStore()
	ctx := sdk.NewContext(cache, cmtproto.Header{ChainID: testChain, Height: c.height, Time: time.Unix(c.now, 0)}, false, log.NewNopLogger())
	for _, f := range c.before {
		if err := f(ctx); err != nil {
			c.t.Fatal(err)
		}
	}
	c.before, c.refused = nil, nil
	for _, f := range messages {
		inner, write := ctx.CacheContext()
		if err := f(inner); err != nil {
			c.refused = append(c.refused, err)
			continue
		}
		write()
	}
	updates, err := c.k.EndBlock(ctx)
	if err != nil {
		c.t.Fatalf("height %d: %v", c.height, err)
	}
	for _, e := range ctx.EventManager().ABCIEvents() {
		s := e.Type
		for _, a := range e.Attributes {
			s += " " + a.Value
		}
		c.events = append(c.events, s)
	}
	c.tell(updates)
	cache.Write()
	c.hashes = append(c.hashes, c.store.Commit().Hash)
}

// tell is what CometBFT demands of updates: each key once, nobody leaves that was not there,
// somebody stays.
func (c *chain) tell(updates []abci.ValidatorUpdate) {
	seen := map[string]bool{}
	for _, u := range updates {
		k := string(u.PubKey.GetEd25519())
		if seen[k] {
			c.t.Fatalf("height %d: one key twice in the updates", c.height)
		}
		seen[k] = true
		if _, sits := c.powers[k]; u.Power == 0 && !sits {
			c.t.Fatalf("height %d: CometBFT is told to forget a stranger", c.height)
		}
		if u.Power == 0 {
			delete(c.powers, k)
		} else {
			c.powers[k] = u.Power
		}
	}
	if len(c.powers) == 0 {
		c.t.Fatal("nobody is left")
	}
	for _, p := range c.powers {
		if p != DefaultPower {
			c.t.Fatalf("power %d", p)
		}
	}
}

// step makes one block of what the nodes say by their habits, and lets them sign.
func (c *chain) step() {
	c.t.Helper()
	c.sign()
	m := c.messages()
	if c.backward {
		slices.Reverse(m)
	}
	c.block(m...)
}

// until steps until the condition holds, at most limit blocks.
func (c *chain) until(limit int, what string, done func() bool) {
	c.t.Helper()
	for range limit {
		if done() {
			return
		}
		c.step()
	}
	if !done() {
		x := c.ceremony()
		c.t.Fatalf("not within %d blocks: %s; ceremony %d phase %s %s", limit, what, x.Number, PhaseName(x.Phase), x.Aborted)
	}
}

func (c *chain) untilEpoch(number uint64) {
	c.t.Helper()
	c.until(80, fmt.Sprintf("epoch %d", number), func() bool { return c.active().Number == number })
	c.checkEpoch()
}

// checkEpoch: the active epoch is one group, and every share that a node holds is its own.
func (c *chain) checkEpoch() {
	c.t.Helper()
	e := c.active()
	g := must[frost.Group](c.t)(GroupOf(&e))
	if err := g.Validate(); err != nil {
		c.t.Fatal(err)
	}
	for _, n := range c.nodes {
		share, held := n.shares[e.Ceremony]
		if !held {
			continue
		}
		at := slices.IndexFunc(e.Members, func(m committeev1.Member) bool { return bytes.Equal(m.ConsAddress, n.cons.Address()) })
		if p := must[frost.Point](c.t)(frost.PublicShare(seeded(1), share)); at < 0 || p != g.Public[at] {
			c.t.Fatalf("share of %d is not that of the epoch", n.id)
		}
	}
}

// messages of all nodes that the state allows now.
func (c *chain) messages() (out []func(sdk.Context) error) {
	x := c.ceremony()
	if !InProgress(&x) {
		return nil
	}
	p := must[*dkg.Params](c.t)(DKGParams(&x))
	for _, n := range c.nodes {
		if !n.tempers.absent {
			if m := c.say(n, &x, p); m != nil {
				out = append(out, m)
			}
		}
	}
	return out
}

func (c *chain) say(n *node, x *committeev1.Ceremony, p *dkg.Params) func(sdk.Context) error {
	dealer, receiver := dealerOf(x, n.cons.Address()), receiverOf(x, n.cons.Address())
	switch x.Phase {
	case committeev1.Phase_PHASE_COMMIT:
		if dealer >= 0 && len(x.Dealers[dealer].Hash) == 0 {
			index := frost.Index(x.Dealers[dealer].Index)
			h := dkg.Hash(p, index, c.deal(n, x, p, index))
			return c.commitDealing(n, x.Number, h[:])
		}
	case committeev1.Phase_PHASE_DEAL:
		if dealer >= 0 && !x.Dealers[dealer].Dealt && x.Dealers[dealer].Disqualified == "" && !n.tempers.noDeal {
			b := bytes.Clone(c.deal(n, x, p, frost.Index(x.Dealers[dealer].Index)))
			if n.tempers.otherBytes {
				b[len(b)-1] ^= 1
			}
			return c.showDealing(n, x.Number, b)
		}
	case committeev1.Phase_PHASE_COMPLAIN:
		if receiver >= 0 && !x.Receivers[receiver].Checked {
			return c.sendCheck(n, x.Number, c.complaints(n, x, p, frost.Index(x.Receivers[receiver].Index)))
		}
	case committeev1.Phase_PHASE_READY:
		if receiver >= 0 && !x.Receivers[receiver].Ready && !n.tempers.noReady {
			return c.sendReady(n, x.Number, c.prove(n, x, p, frost.Index(x.Receivers[receiver].Index)))
		}
	}
	return nil
}

func (c *chain) commitDealing(n *node, number uint64, hash []byte) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		return c.k.CommitDealing(ctx, &committeev1.MsgCommitDealing{Sender: n.op[:], Ceremony: number, Hash: hash})
	}
}

func (c *chain) showDealing(n *node, number uint64, b []byte) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		return c.k.Deal(ctx, &committeev1.MsgDeal{Sender: n.op[:], Ceremony: number, Dealing: b})
	}
}

func (c *chain) sendCheck(n *node, number uint64, complaints [][]byte) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		return c.k.Check(ctx, &committeev1.MsgCheck{Sender: n.op[:], Ceremony: number, Complaints: complaints})
	}
}

func (c *chain) sendReady(n *node, number uint64, proof []byte) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		return c.k.Ready(ctx, &committeev1.MsgReady{Sender: n.op[:], Ceremony: number, Proof: proof})
	}
}

// deal is what n shows in this ceremony, always the same bytes.
func (c *chain) deal(n *node, x *committeev1.Ceremony, p *dkg.Params, index frost.Index) []byte {
	c.t.Helper()
	at := fmt.Sprintf("%x %d %d %+v", p.Context, x.Number, n.id, n.tempers)
	if b := c.dealt[at]; b != nil {
		return b
	}
	q := *p
	if w := n.tempers.wrongFor; w > 0 && w <= len(p.Receivers) { // encrypted to nobody's key
		q.Receivers = slices.Clone(p.Receivers)
		q.Receivers[w-1].Key = newNode(1000 + w).public
	}
	var share *frost.Scalar
	if x.Kind == committeev1.CeremonyKind_CEREMONY_KIND_RESHARE {
		e := c.active()
		s, held := n.shares[e.Ceremony]
		if !held {
			return nil
		}
		share = &s
	}
	d := must[*dkg.Dealing](c.t)(dkg.Deal(&q, index, sha256.Sum256(fmt.Append(nil, "seed ", n.id, " ", x.Number)), share))
	b := d.Bytes()
	switch {
	case n.tempers.garbage:
		b = b[:len(b)-1]
	case n.tempers.unproven:
		b[len(b)-1] ^= 1
	}
	c.dealt[at] = b
	return b
}

func (c *chain) parsed(p *dkg.Params, b []byte) *dkg.Dealing {
	if d := c.known[string(b)]; d != nil {
		return d
	}
	d := must[*dkg.Dealing](c.t)(dkg.ParseDealing(p, b))
	c.known[string(b)] = d
	return d
}

func (c *chain) complaints(n *node, x *committeev1.Ceremony, p *dkg.Params, me frost.Index) (out [][]byte) {
	dealings := must[[]committeev1.DealingOf](c.t)(c.k.Dealings(c.view(), x.Number))
	for _, b := range dealings {
		if int(b.Dealer) == n.tempers.accuses {
			out = append(out, falseComplaint(b.Dealer))
			continue
		}
		d := c.parsed(p, b.Dealing)
		if _, err := dkg.Open(p, d, me, n.secret); err != nil {
			out = append(out, must[[]byte](c.t)(dkg.Complain(seeded(n.id, int(b.Dealer)), p, d, me, n.secret)))
		}
	}
	return out
}

// falseComplaint has the right shape and a proof of nothing.
func falseComplaint(dealer uint32) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(dealer))
	p := newNode(999).public
	b = append(b, p[:]...)
	for range 64 {
		b = append(b, 1)
	}
	return b
}

// prove adds up n's share and proves to hold it.
func (c *chain) prove(n *node, x *committeev1.Ceremony, p *dkg.Params, me frost.Index) []byte {
	c.t.Helper()
	var chosen []*dkg.Dealing
	var shares []frost.Scalar
	for _, b := range must[[]committeev1.DealingOf](c.t)(c.k.Dealings(c.view(), x.Number)) {
		if slices.Contains(x.Qualified, b.Dealer) {
			d := c.parsed(p, b.Dealing)
			chosen = append(chosen, d)
			shares = append(shares, must[frost.Scalar](c.t)(dkg.Open(p, d, me, n.secret)))
		}
	}
	r := must[*dkg.Result](c.t)(dkg.Finalise(p, chosen))
	n.shares[x.Number] = must[frost.Scalar](c.t)(dkg.Combine(p, r, me, shares))
	return must[[]byte](c.t)(dkg.ProveReady(seeded(n.id, int(x.Number)), p, r, me, n.shares[x.Number]))
}

// sign lets the next block carry the signatures that enough candidates would give.
func (c *chain) sign() {
	c.t.Helper()
	for _, s := range must[[]committeev1.Statement](c.t)(c.k.Statements(c.view())) {
		e := must[committeev1.Epoch](c.t)(c.k.epochNumbered(c.view(), s.KeyEpoch))
		if sig, ok := c.signature(&e, &s); ok {
			c.before = append(c.before, func(ctx sdk.Context) error { return c.k.Signed(ctx, s.Id, sig) })
		}
	}
}

func (c *chain) signature(e *committeev1.Epoch, s *committeev1.Statement) (sig schnorr.Signature, ok bool) {
	c.t.Helper()
	session := frost.Session{Key: schnorr.PublicKey(e.GroupKey), KeyEpoch: e.Number, ID: [32]byte{1, byte(s.Id)}, Digest: [32]byte(s.Digest)}
	var nonces []*frost.Nonce
	var shares []frost.Scalar
	for i := range e.Members {
		m := &e.Members[i]
		if !slices.ContainsFunc(s.Candidates, func(a []byte) bool { return bytes.Equal(a, m.ConsAddress) }) {
			continue
		}
		n := c.node(m.ConsAddress)
		share, held := n.shares[e.Ceremony]
		if !held || n.tempers.absent || n.tempers.noSignature || len(shares) == int(e.Threshold) {
			continue
		}
		nonce, d, b, err := frost.NewNonce(seeded(n.id, int(s.Id), int(c.height)), share)
		if err != nil {
			c.t.Fatal(err)
		}
		nonces, shares = append(nonces, nonce), append(shares, share)
		session.Commitments = append(session.Commitments, frost.Commitment{Index: frost.Index(m.Index), D: d, E: b})
	}
	if len(shares) < int(e.Threshold) {
		return sig, false
	}
	p := must[*frost.Prepared](c.t)(frost.Prepare(session))
	var parts []frost.Scalar
	for i := range shares {
		parts = append(parts, must[frost.Scalar](c.t)(p.Sign(session.Commitments[i].Index, nonces[i], shares[i], seeded(2))))
	}
	return must[schnorr.Signature](c.t)(p.Aggregate(parts)), true
}

func (c *chain) node(consAddress []byte) *node {
	for _, n := range c.nodes {
		if bytes.Equal(n.cons.Address(), consAddress) {
			return n
		}
	}
	c.t.Fatalf("nobody has address %x", consAddress)
	return nil
}

// byIndex is the node with an index of the newest ceremony's receivers.
func (c *chain) byIndex(i int) *node {
	x := c.ceremony()
	return c.node(x.Receivers[i-1].ConsAddress)
}

// newMember is how n joins.
func (c *chain) newMember(n *node) committeev1.NewMember {
	proof := must[[]byte](c.t)(dkg.ProveKey(seeded(n.id), c.k.BridgeID(), n.op, n.secret))
	return committeev1.NewMember{ConsPubkey: n.cons, Operator: n.op[:], Moniker: fmt.Sprint("v", n.id), DealingKey: n.public[:], DealingProof: proof}
}

// change makes a block that changes the set, and fails the test when it is refused.
func (c *chain) change(add, remove []*node) {
	c.t.Helper()
	if err := c.tryChange(add, remove); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chain) tryChange(add, remove []*node) error {
	var m committeev1.MemberChange
	for _, n := range add {
		m.Add = append(m.Add, c.newMember(n))
	}
	for _, n := range remove {
		m.Remove = append(m.Remove, n.cons.Address())
	}
	c.block(func(ctx sdk.Context) error { return c.k.ChangeMembers(ctx, &m) })
	if len(c.refused) > 0 {
		return c.refused[0]
	}
	for _, n := range add {
		if !slices.Contains(c.nodes, n) {
			c.nodes = append(c.nodes, n)
		}
	}
	return nil
}
