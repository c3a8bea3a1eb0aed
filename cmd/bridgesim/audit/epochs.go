// SPDX-License-Identifier: Apache-2.0

package audit

// Epoch: a node's state holds a key epoch, ready or active.
//
// Tell an epoch that became active after the sessions of the block that made it so: those
// were opened under the one before.
func (a *Audit) Epoch(e Epoch) []Violation {
	a.seen.Epochs++
	say := func(law Law, what string) { a.cry(law, what, "key epoch %d, %d shares", e.Number, len(e.Shares)) }
	if e.GroupKey != a.cfg.GroupKey {
		say(Forgery, "another key epoch has another group key")
	}
	if len(e.Shares) != a.cfg.Members || e.Threshold != a.cfg.Threshold {
		say(Forgery, "a key epoch of other members or another threshold")
	}
	if !sharesOf(e.GroupKey, e.Threshold, e.Shares) {
		say(Forgery, "public shares are not those of the group key")
	}
	for m, p := range e.Shares {
		if was, ok := a.publicShare(a.chain.epoch, m); ok && e.Number > a.chain.epoch && was == p {
			say(Conduct, "a share was not dealt again")
		}
	}
	a.chain.epochs[e.Number] = e
	if !e.Active || e.Number == a.chain.epoch {
		return a.done()
	}
	if e.Number != a.chain.epoch+1 {
		say(History, "key epochs do not follow each other")
	}
	a.chain.epoch = e.Number
	clear(a.chain.suspended) // a suspension ends with its key epoch
	return a.done()
}

// sharesOf reports whether each run of threshold shares, of members that follow each other, gives the key: they
// are then of one polynomial of that degree.
func sharesOf(key [32]byte, threshold int, shares map[int]Point) bool {
	for first := 1; first+threshold-1 <= len(shares); first++ {
		var list []Signer
		for m := first; m < first+threshold; m++ {
			list = append(list, Signer{Member: m})
		}
		var sum affine
		for _, g := range list {
			x, y, ok := decodePoint(shares[g.Member])
			if !ok {
				return false
			}
			sum = sum.plus(affine{x, y}.times(lagrange(g.Member, list)))
		}
		if [32]byte(sum.x.FillBytes(make([]byte, 32))) != key || sum.y.Bit(0) != 0 {
			return false
		}
	}
	return threshold > 0 && len(shares) >= threshold
}

func (a *Audit) publicShare(epoch uint64, member int) (Point, bool) {
	if epoch == 1 {
		p, ok := a.cfg.Shares[member]
		return p, ok
	}
	p, ok := a.chain.epochs[epoch].Shares[member]
	return p, ok
}
