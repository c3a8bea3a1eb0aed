// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"fmt"
	"slices"

	"github.com/aitbc/bridge/keys/dkg"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
)

// MaxMembers bounds the committees of a campaign.
const MaxMembers = 13

// Run plays the campaign of a seed: a birth, then changes of the set, refreshes, aborts and rotations, each with
// another random set of corrupt members. Committees have at most members.
func Run(seed uint64, members int) (Result, error) {
	d := roll(seed, "campaign")
	n := 1 + d.IntN(members)
	if d.chance(60) {
		n = min(members, max(n, 4))
	}
	r, err := newRun(seed, n, params)
	if err != nil {
		return Result{}, err
	}
	r.r.What = "campaign"
	return r.finish(r.campaign(d, members))
}

// finish writes down what a run came to. A broken law is no error.
func (r *run) finish(err error) (Result, error) {
	for _, n := range r.nodes {
		r.r.Fired["killed"] += uint64(n.kills)
	}
	r.r.Blocks, r.r.Trace = r.height, fmt.Sprintf("%x", r.trace[:8])
	if err != nil {
		r.r.Violation = fmt.Sprintf("height %d: %v", r.height, err)
	}
	return *r.r, nil
}

func (r *run) campaign(d *dice, members int) error {
	r.choose = func(x *committeev1.Ceremony) map[int]fault { return r.draw(d, x) }
	done, err := r.over(1)
	if err != nil {
		return err
	}
	for k := uint64(2); !done; k++ { // more than f were faulty
		if done, err = r.over(k); err != nil {
			return err
		}
	}
	steps := 2 + d.IntN(3)
	for range steps {
		if err := r.change(d, members); err != nil {
			return err
		}
	}
	return nil
}

// change asks for one ceremony and sees it through.
func (r *run) change(d *dice, members int) error {
	e, err := r.committee.ActiveEpoch(r.ctx)
	if err != nil {
		return err
	}
	change := &committeev1.MemberChange{}
	payload := committeev1.Payload{Kind: &committeev1.Payload_Member{Member: change}}
	abort := false
	switch what := d.IntN(10); {
	case what < 2:
		r.r.Fired["refresh"]++
	case what < 3:
		r.r.Fired["asked-to-abort"]++
		abort = true
	case what < 4:
		r.r.Fired["rotation"]++
		payload.Kind = &committeev1.Payload_Rotate{Rotate: &committeev1.Rotation{NotBefore: uint64(r.height) + 100}}
	default:
		if err := r.drawChange(d, &e, members, change); err != nil {
			return err
		}
	}
	number := r.seen + 1
	if err := r.propose(payload); err != nil {
		return err
	}
	if err := r.until("a ceremony", func() (bool, error) { return r.seen >= number, nil }); err != nil {
		return err
	}
	if abort {
		for range d.IntN(5) {
			if err := r.step(); err != nil {
				return err
			}
		}
		if r.ended < number {
			if err := r.propose(committeev1.Payload{Kind: &committeev1.Payload_Abort{Abort: &committeev1.Abort{Ceremony: number}}}); err != nil {
				return err
			}
		}
	}
	done, err := r.over(number)
	if err != nil || done {
		return err
	}
	// Aborted: the members ask again, for the same target set.
	for range 20 {
		number = r.seen + 1
		if err := r.propose(committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{}}}); err != nil {
			return err
		}
		if err := r.until("another ceremony", func() (bool, error) { return r.seen >= number, nil }); err != nil {
			return err
		}
		if done, err := r.over(number); err != nil || done {
			return err
		}
	}
	return broken("twenty ceremonies in a row were aborted")
}

// drawChange lets members leave and new ones join.
func (r *run) drawChange(d *dice, e *committeev1.Epoch, members int, m *committeev1.MemberChange) error {
	n := len(e.Members)
	if room := min(members-n, committee.MaxJoiners(n)); room > 0 && d.chance(70) {
		for range 1 + d.IntN(room) {
			x, err := r.join()
			if err != nil {
				return err
			}
			proof, err := dkg.ProveKey(d, r.bridge, x.operator, x.dealing.Secret)
			if err != nil {
				return err
			}
			m.Add = append(m.Add, committeev1.NewMember{
				ConsPubkey: x.key.PubKey().Bytes(), Operator: x.operator[:], Moniker: x.name, DealingKey: x.dealing.Public[:], DealingProof: proof,
			})
			r.r.Fired["join"]++
		}
	}
	if n > 1 && (len(m.Add) == 0 || d.chance(40)) {
		for _, i := range d.Perm(n)[:1+d.IntN(max(1, n/3))] {
			m.Remove = append(m.Remove, e.Members[i].ConsAddress)
			r.r.Fired["leave"]++
		}
	}
	return nil
}

// draw is a random set of faulty members: at most f of the dealers and of the receivers mostly, any number of them
// else.
func (r *run) draw(d *dice, x *committeev1.Ceremony) map[int]fault {
	free, far := len(x.Dealers)-int(x.DealerThreshold), len(x.Receivers)-int(x.Threshold)
	if !d.chance(85) {
		free, far = len(x.Dealers), len(x.Receivers)
	} else if d.chance(50) {
		free, far = d.IntN(free+1), d.IntN(far+1)
	}
	var all []int
	for _, n := range r.nodes {
		if deals(x, n) || receives(x, n) {
			all = append(all, n.index)
		}
	}
	out := map[int]fault{}
	for _, p := range d.Perm(len(all)) {
		n := r.nodes[all[p]]
		if deals(x, n) && free == 0 || receives(x, n) && far == 0 {
			continue
		}
		if deals(x, n) {
			free--
		}
		if receives(x, n) {
			far--
		}
		out[n.index] = r.drawFault(d)
	}
	return out
}

func (r *run) drawFault(d *dice) fault {
	switch {
	case d.chance(8):
		return fault{loseSeed: true}
	case d.chance(12):
		return fault{cut: committeev1.Phase(1 + d.IntN(5))}
	}
	return fault{way: &ways[d.IntN(len(ways))]}
}

func deals(x *committeev1.Ceremony, n *node) bool {
	return slices.ContainsFunc(x.Dealers, func(d committeev1.Dealer) bool { return string(d.ConsAddress) == string(n.cons()) })
}

func receives(x *committeev1.Ceremony, n *node) bool {
	return slices.ContainsFunc(x.Receivers, func(v committeev1.Receiver) bool { return string(v.ConsAddress) == string(n.cons()) })
}
