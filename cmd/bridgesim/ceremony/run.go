// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgesim/audit"
	"github.com/aitbc/bridge/keys/signer"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
)

// Blocks that phases last here: enough for a transaction that is some blocks late.
const (
	phaseBlocks = 5
	testBlocks  = 60
	maxLag      = 2
	// patience is how many blocks anything may take.
	patience = 300
)

var params = committeev1.Params{
	CommitBlocks: phaseBlocks, DealBlocks: phaseBlocks, ComplainBlocks: phaseBlocks, ReadyBlocks: phaseBlocks, TestBlocks: testBlocks,
	ProbationBlocks: 3, RetryBlocks: 1, ProposalBlocks: 1000,
}

// ErrBroken: a law was broken, or a ceremony that had to succeed did not.
var ErrBroken = errors.New("ceremony broke a law")

// Result is what a run came to.
type Result struct {
	Seed       uint64            `json:"seed"`
	What       string            `json:"what"`
	Members    int               `json:"members"` // at birth
	Blocks     int64             `json:"blocks"`
	Ceremonies int               `json:"ceremonies"` // that ended
	Corrupt    int               `json:"corrupt"`    // subsets that were not empty
	Beyond     int               `json:"beyond"`     // subsets of more than f
	Done       int               `json:"done"`
	Aborted    int               `json:"aborted"`
	Fired      map[string]uint64 `json:"fired"`
	Trace      string            `json:"trace"`
	Violation  string            `json:"violation,omitempty"`
}

// fault is what one member suffers or does in one ceremony.
type fault struct {
	way      *way // hostile
	cut      committeev1.Phase
	loseSeed bool
}

// run is one chain and the ceremonies on it.
type run struct {
	*chain
	r      *Result
	d      *dice
	judge  *audit.Ceremonies
	params committeev1.Params
	// choose says who is faulty in a ceremony that begins, by node.
	choose  func(x *committeev1.Ceremony) map[int]fault
	faults  map[int]fault
	seen    uint64 // newest ceremony that was met
	ended   uint64 // newest one that was judged
	lost    map[int]bool
	beyond  bool // more than f are faulty in this one
	restful bool // nobody is killed or late
}

func newRun(seed uint64, members int, p committeev1.Params) (*run, error) {
	c, err := newChain(seed, members, p)
	if err != nil {
		return nil, err
	}
	r := &run{
		chain: c, d: roll(seed, "run"), judge: audit.NewCeremonies(audit.Hash(c.bridge), 1), params: p,
		r: &Result{Seed: seed, Members: members, Fired: map[string]uint64{}},
	}
	c.before = r.look
	return r, nil
}

func broken(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, ErrBroken)...)
}

// step makes one block and looks at what became of the ceremony.
func (r *run) step() error {
	if err := r.operate(); err != nil {
		return err
	}
	if err := r.block(); err != nil {
		return err
	}
	b := r.blocks[len(r.blocks)-1]
	r.judge.Block(uint64(b.height), b.txs)
	return r.end()
}

// look meets ceremonies that begin and end, ahead of everybody who hears of it.
func (r *run) look() error {
	x, err := r.ceremony()
	if err != nil || x.Number == 0 {
		return err
	}
	if x.Number != r.seen && committee.InProgress(&x) {
		r.seen, r.lost = x.Number, map[int]bool{}
		r.faults = r.choose(&x)
		if len(r.faults) > 0 {
			r.r.Corrupt++
		}
		r.beyond = r.exceeds(&x)
		if r.beyond {
			r.r.Beyond++
		}
		for _, n := range r.nodes {
			n.liar, n.die, n.lag = nil, 0, 0
			f := r.faults[n.index]
			if f.way != nil {
				n.liar = newHostile(n, f.way, roll(r.seed, fmt.Sprint("way of ", n.name, " in ", x.Number)))
				r.r.Fired[f.way.name]++
				continue
			}
			if r.restful {
				continue
			}
			if r.d.chance(30) {
				n.die = n.steps + 1 + r.d.IntN(14)
			}
			if r.d.chance(25) {
				n.lag = 1 + r.d.IntN(maxLag)
				r.r.Fired["delayed"]++
			}
		}
	}
	over := !committee.InProgress(&x)
	for _, n := range r.nodes {
		f := r.faults[n.index]
		n.away = !over && f.cut != 0 && f.cut == x.Phase
		if n.away && int64(x.Since) == r.height+1 {
			r.r.Fired["cut-off"]++
		}
		if f.loseSeed && !over && x.Phase == committeev1.Phase_PHASE_DEAL && !r.lost[n.index] && len(n.seeds()) > 0 {
			r.lost[n.index] = true
			n.files.LoseSeeds()
			r.r.Fired["lost-seed"]++
			if err := n.start(); err != nil { // it is a process with an empty memory that finds it missing
				return err
			}
		}
		if over {
			n.liar, n.lag = nil, 0
		}
	}
	return nil
}

// exceeds: more members are faulty than the ceremony bears.
func (r *run) exceeds(x *committeev1.Ceremony) bool {
	d, v := 0, 0
	for i := range x.Dealers {
		if _, bad := r.faults[r.nodeOf(x.Dealers[i].ConsAddress).index]; bad {
			d++
		}
	}
	for i := range x.Receivers {
		if _, bad := r.faults[r.nodeOf(x.Receivers[i].ConsAddress).index]; bad {
			v++
		}
	}
	return d > len(x.Dealers)-int(x.DealerThreshold) || v > len(x.Receivers)-int(x.Threshold)
}

// end judges a ceremony when it has ended.
func (r *run) end() error {
	x, err := r.ceremony()
	if err != nil || x.Number == r.ended || committee.InProgress(&x) {
		return err
	}
	r.ended = x.Number
	r.r.Ceremonies++
	f, err := r.fact(&x)
	if err != nil {
		return err
	}
	if f.Aborted == "" {
		r.r.Done++
	} else {
		r.r.Aborted++
		r.r.Fired["abort-"+f.Aborted]++
	}
	if why := r.judge.Ended(f); why != "" {
		return broken("ceremony %d: the auditors say: %s", x.Number, why)
	}
	if f.Aborted != "" && f.Aborted != committee.AbortProposal && !r.beyond {
		return broken("ceremony %d with at most f faulty members was aborted: %s, faults %s", x.Number, f.Aborted, r.names())
	}
	return nil
}

func (r *run) names() (out []string) {
	for _, n := range r.nodes {
		if f, bad := r.faults[n.index]; bad {
			what := fmt.Sprintf("cut %d, lost seed %t", f.cut, f.loseSeed)
			if f.way != nil {
				what = f.way.name
			}
			out = append(out, n.name+": "+what)
		}
	}
	return out
}

// fact is what the state says of a ceremony that ended, for the auditors.
func (r *run) fact(x *committeev1.Ceremony) (f audit.Ceremony, err error) {
	f = audit.Ceremony{
		Number: x.Number, Kind: int(x.Kind), Rotation: x.Rotation, OldEpoch: x.OldEpoch, NewEpoch: x.NewEpoch, Started: x.Started, Ended: x.Ended,
		Threshold: int(x.Threshold), DealerThreshold: int(x.DealerThreshold), Context: audit.Hash(x.Context), Aborted: x.Aborted,
		Blocks: [5]uint64{r.params.CommitBlocks, r.params.DealBlocks, r.params.ComplainBlocks, r.params.ReadyBlocks, r.params.TestBlocks},
		Out:    map[int]string{},
	}
	for i := range x.Dealers {
		d := &x.Dealers[i]
		p := audit.Party{Index: int(d.Index), Address: audit.Address(d.ConsAddress), Operator: r.nodeOf(d.ConsAddress).operator}
		copy(p.Point[:], d.Public)
		f.Dealers = append(f.Dealers, p)
		if d.Disqualified != "" {
			f.Out[int(d.Index)] = d.Disqualified
		}
	}
	for i := range x.Receivers {
		v := &x.Receivers[i]
		p := audit.Party{Index: int(v.Index), Address: audit.Address(v.ConsAddress), Operator: r.nodeOf(v.ConsAddress).operator}
		copy(p.Point[:], v.DealingKey)
		f.Receivers = append(f.Receivers, p)
		if v.Ready {
			f.Ready = append(f.Ready, int(v.Index))
		}
	}
	for _, q := range x.Qualified {
		f.Qualified = append(f.Qualified, int(q))
	}
	if x.Aborted != "" {
		return f, nil
	}
	e, err := r.committee.ActiveEpoch(r.ctx)
	if err == nil && x.Rotation {
		e, err = r.committee.ReadyEpoch(r.ctx)
	}
	if err != nil {
		return f, err
	}
	if e.Ceremony != x.Number {
		return f, broken("ceremony %d is done and key epoch %d is of ceremony %d", x.Number, e.Number, e.Ceremony)
	}
	f.GroupKey, f.KeyVersion = [32]byte(e.GroupKey), e.KeyVersion
	for i := range e.Members {
		f.Shares = append(f.Shares, audit.Point(e.Members[i].PublicShare))
	}
	signed, err := r.committee.SignedStatements(r.ctx)
	if err != nil {
		return f, err
	}
	for i := range signed {
		if s := &signed[i]; s.Kind == committeev1.StatementKind_STATEMENT_KIND_READY && s.KeyEpoch == x.NewEpoch && len(s.Signature) == 52 && s.Ready != nil {
			f.SignedFor, f.SignedAt, f.Signature = s.Ready.Height, s.Height, [52]byte(s.Signature)
		}
	}
	return f, nil
}

// settle lets everybody finish, then holds the shares of the members against the auditors' result.
func (r *run) settle(epoch uint64) error {
	for range 4 {
		if err := r.step(); err != nil {
			return err
		}
	}
	e, err := r.committee.ActiveEpoch(r.ctx)
	if err != nil {
		return err
	}
	if e.Number != epoch {
		return broken("key epoch %d is active, not %d", e.Number, epoch)
	}
	shares := map[int][32]byte{}
	for i := range e.Members {
		n := r.nodeOf(e.Members[i].ConsAddress)
		s, ok := n.share(e.Number, e.Ceremony)
		if !ok {
			return broken("%s has no share of key epoch %d, %v", n.name, e.Number, n.agent.Status())
		}
		shares[int(e.Members[i].Index)] = s.Secret
		if old := len(n.holds()); old != 1 {
			return broken("%s keeps %d shares when key epoch %d has signed", n.name, old, e.Number)
		}
		if len(n.seeds()) != 0 {
			return broken("%s keeps a seed when its ceremony has ended", n.name)
		}
	}
	if why := r.judge.Shares(e.Number, shares); why != "" {
		return broken("shares of key epoch %d: the auditors say: %s", e.Number, why)
	}
	return nil
}

// operate lets the operators approve what is proposed.
func (r *run) operate() error {
	if r.height == 0 {
		return nil
	}
	list, err := r.committee.ProposalsBelow(r.ctx, ^uint64(0), 5)
	if err != nil {
		return err
	}
	active, err := r.committee.ActiveEpoch(r.ctx)
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		if p.Status != committeev1.ProposalStatus_PROPOSAL_STATUS_OPEN {
			continue
		}
		for k := range active.Members {
			n := r.nodeOf(active.Members[k].ConsAddress)
			if n.away || slices.ContainsFunc(p.Approvals, func(a []byte) bool { return string(a) == string(n.cons()) }) {
				continue
			}
			if err := r.vouch(n, &p.Payload, &active); err != nil {
				return err
			}
			if err := n.say(&committeev1.MsgApprove{Sender: n.operator[:], Proposal: p.Number}, 0, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// vouch journals an approval of a rotation before it is said.
func (r *run) vouch(n *node, p *committeev1.Payload, active *committeev1.Epoch) error {
	k, ok := p.Kind.(*committeev1.Payload_Rotate)
	if !ok {
		return nil
	}
	return n.voter.Approve(signer.RotateApproval(message.Rotate{
		BridgeID: r.bridge, KeyVersion: active.KeyVersion + 1, OldPx: [32]byte(active.GroupKey), NotBefore: k.Rotate.NotBefore,
	}))
}

// propose says a proposal in the name of the first member.
func (r *run) propose(p committeev1.Payload) error {
	active, err := r.committee.ActiveEpoch(r.ctx)
	if err != nil {
		return err
	}
	n := r.nodeOf(active.Members[0].ConsAddress)
	if err := r.vouch(n, &p, &active); err != nil {
		return err
	}
	return n.say(&committeev1.MsgPropose{Sender: n.operator[:], Payload: p}, 0, 0)
}

// until makes blocks until ok.
func (r *run) until(what string, ok func() (bool, error)) error {
	for range patience {
		if done, err := ok(); done || err != nil {
			return err
		}
		if err := r.step(); err != nil {
			return err
		}
	}
	x, _ := r.ceremony()
	return broken("%s: not within %d blocks: ceremony %d %s %q, faults %s", what, patience, x.Number, committee.PhaseName(x.Phase), x.Aborted, r.names())
}

// over makes blocks until the ceremony of a number has ended, and until its epoch is active when it is done.
func (r *run) over(number uint64) (done bool, err error) {
	var epoch uint64
	if err := r.until("ceremony", func() (bool, error) {
		if r.ended < number {
			return false, nil
		}
		x, _, err := r.committee.Ceremony(r.ctx, number)
		done, epoch = x.Phase == committeev1.Phase_PHASE_DONE, x.NewEpoch
		return true, err
	}); err != nil || !done {
		return false, err
	}
	if err := r.until("activation", func() (bool, error) {
		e, err := r.committee.ActiveEpoch(r.ctx)
		return e.Number == epoch, err
	}); err != nil {
		return true, err
	}
	return true, r.settle(epoch)
}
