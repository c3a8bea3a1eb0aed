// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// drive is a random walk of deliveries, forgeries and administration over the contract and the model.
type drive struct {
	*evm
	n       *net
	r       *rand.Rand
	remotes map[uint64][]Address // of each source chain, the newest last
	last    Call                 // newest successful one
}

var sources = []uint64{chainA, chainB}

func newDrive(t *testing.T, seed uint64) *drive {
	n := newNet(t)
	d := &drive{evm: newEVM(t, n.key), n: n, r: random(seed), remotes: map[uint64][]Address{}}
	for _, c := range sources {
		d.addLane(c, Address{0: byte(c), 19: 1})
		d.addLane(c, Address{})
	}
	d.addLane(target, Address{1})
	d.addLane(0, Address{1})
	return d
}

func (d *drive) addLane(chain uint64, remote Address) {
	d.t.Helper()
	have := verdict(d.model.AddLane(chain, remote))
	want := "success"
	if d.model.sealed {
		if !d.asOwner("addLane", word(chain), uint8(final), common.Address(remote)) {
			want = "refused"
		}
		if have != "success" {
			have = "refused"
		}
	} else {
		want = d.call("addLane", word(chain), uint8(final), common.Address(remote))
	}
	if have != want {
		d.t.Errorf("addLane: the model says %s, the contract %s", have, want)
	}
	if have == "success" {
		d.remotes[chain] = append(d.remotes[chain], remote)
	}
}

// administer does one act of an owner or a pauser on both.
func (d *drive) administer() {
	c := sources[d.r.IntN(len(sources))]
	var have error
	var want bool
	switch k := d.r.IntN(7); k {
	case 0:
		have, want = d.model.PauseInbound(d.time, c), d.call("pauseInbound", word(c), uint8(final)) == "success"
	case 1, 2:
		have, want = d.model.UnpauseInbound(c), d.asOwner("unpauseInbound", word(c), uint8(final))
	case 3:
		have, want = d.model.PauseAll(d.time), d.call("pauseAll") == "success"
	case 4, 5:
		have, want = d.model.UnpauseAll(), d.asOwner("unpauseAll")
	default:
		d.time += d.r.Uint64N(100) * 3600
		return
	}
	if (have == nil) != want {
		d.t.Errorf("administration: the model says %v, the contract %t", have, want)
	}
}

// honest is a call that a certificate of the group proves.
func (d *drive) honest() (Call, Send, uint32, []Hash, *Address) {
	c := sources[d.r.IntN(len(sources))]
	all := d.remotes[c]
	which := len(all) - 1
	var retired *Address
	if which > 0 && d.r.IntN(3) == 0 {
		which = d.r.IntN(which)
		retired = &all[which]
	}
	s := Send{
		SourceChain: c, SourceManager: all[which], TargetChain: target, TargetManager: Address(d.manager),
		Nonce: 1 + d.r.Uint64N(600), Sender: alice, Target: Address(d.counter), Data: make([]byte, 32),
	}
	copy(s.Data, randomBytes(d.r, 32))
	switch d.r.IntN(8) {
	case 0:
		s.Target = Address(d.owner) // reverts
	case 1:
		s.Target = inbox // no code
	case 2:
		s.Target = Address{19: 4} // a precompile that echoes
	case 3:
		s.GasLimit = []uint32{1, 5_000_000, 10_000_000}[d.r.IntN(3)]
	}
	epoch := uint32(1)
	if d.r.IntN(12) == 0 {
		epoch = uint32(d.r.IntN(4))
	}
	var siblings []Hash
	for range d.r.IntN(5) {
		siblings = append(siblings, randomHash(d.r))
	}
	return d.prove(s, epoch, siblings, retired), s, epoch, siblings, retired
}

// prove signs the root that a message leads to.
func (d *drive) prove(s Send, epoch uint32, siblings []Hash, retired *Address) Call {
	s.ID = MessageID(bridge, s)
	root := s.ID
	for _, x := range siblings {
		root = pair(root, x)
	}
	z, r := d.n.sign(Digest(bridge, s.SourceChain, s.SourceManager, epoch, root))
	return Call{SourceChain: s.SourceChain, ID: s.ID, Target: s.Target, Data: s.Data, Proof: Proof(s, epoch, z, r, retired, siblings)}
}

// forge changes a call in one of the ways a forger would try.
func (d *drive) forge(c Call, s Send, epoch uint32, siblings []Hash, retired *Address) (string, Call) {
	c.Proof = bytes.Clone(c.Proof)
	at := d.r.IntN(len(c.Proof))
	switch k := d.r.IntN(20); k {
	case 0, 1, 2:
		bit := d.r.IntN(8)
		c.Proof[at] ^= 1 << bit
		return fmt.Sprintf("bit %d of byte %d", bit, at), c
	case 3:
		c.Proof = c.Proof[:at]
		return fmt.Sprintf("cut at %d", at), c
	case 4:
		c.Proof = append(c.Proof, randomBytes(d.r, 1+d.r.IntN(40))...)
		return "longer", c
	case 5:
		c.Proof[0] = byte(d.r.Uint32())
		return fmt.Sprintf("flags %#x", c.Proof[0]), c
	case 6:
		c.ID = randomHash(d.r)
		return "another id", c
	case 7:
		c.Data = append(c.Data, 0)
		return "longer data", c
	case 8:
		c.Target[19] ^= 1
		return "another target", c
	case 9:
		c.SourceChain = []uint64{chainA, chainB, 5, target, 0}[d.r.IntN(5)]
		return "another source chain", c
	case 10:
		clear(c.Proof[35:67])
		return "zero s", c
	case 11:
		order.FillBytes(c.Proof[35:67])
		return "s is the order", c
	case 12:
		clear(c.Proof[67:87])
		return "zero R", c
	case 13:
		s.Nonce = 0
		return "nonce zero", d.prove(s, epoch, siblings, retired)
	case 14:
		s.Sender = Address{}
		return "sender zero", d.prove(s, epoch, siblings, retired)
	case 15:
		s.Target = Address{}
		return "target zero", d.prove(s, epoch, siblings, retired)
	case 16:
		s.TargetManager[0] ^= 1
		return "for another manager", d.prove(s, epoch, siblings, retired)
	case 17:
		s.SourceManager[0] ^= 1
		return "from an unknown manager", d.prove(s, epoch, siblings, &s.SourceManager)
	case 18:
		s.GasLimit = 17_000_000 + d.r.Uint32N(1<<30)
		c = d.prove(s, epoch, siblings, retired)
		c.Gas = 16_000_000 // about what is left; no limit of these tests is near it
		return "gas limit above what is left", c
	default:
		if d.last.Proof == nil {
			return "as it is", c
		}
		return "a replay", d.last
	}
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// TestContractAgreesWithTheManager: the model and the real bytecode give the same verdict, by
// the same name, to valid and forged deliveries under random administration.
func TestContractAgreesWithTheManager(t *testing.T) {
	verdicts := map[string]int{}
	calls := 0
	for seed := range uint64(6) {
		d := newDrive(t, seed)
		for range 5 { // before the seal
			c, _, _, _, _ := d.honest()
			verdicts[d.same("before the seal", c)]++
		}
		if have, want := verdict(d.model.Seal()), d.call("seal"); have != want || verdict(d.model.Seal()) != d.call("seal") {
			t.Fatalf("seal: the model says %s, the contract %s", have, want)
		}
		for step := range 250 {
			if step%25 == 24 {
				d.administer()
			}
			if step == 80 || step == 160 {
				d.addLane(sources[d.r.IntN(2)], Address{0: byte(step), 19: byte(seed)})
				d.addLane(sources[d.r.IntN(2)], d.remotes[chainA][0]) // there already, or of another chain
			}
			c, s, epoch, siblings, retired := d.honest()
			what := "honest"
			if d.r.IntN(3) > 0 {
				what, c = d.forge(c, s, epoch, siblings, retired)
			}
			calls++
			got := d.same(fmt.Sprintf("seed %d, step %d, %s", seed, step, what), c)
			verdicts[got]++
			if got == "success" {
				d.last = c
			}
			lane := LaneID(s.SourceChain, s.SourceManager)
			if name, out := d.view("verifiedMessages", common.Address(lane), word(s.Nonce)); name != "success" || out != d.model.Delivered(lane, s.Nonce) {
				t.Fatalf("seed %d, step %d: replay bits differ", seed, step)
			}
			if t.Failed() {
				t.FailNow()
			}
		}
	}
	t.Logf("%d calls: %v", calls, verdicts)
	for _, name := range []string{
		"success", "ProofTooShort", "TrailingBytes", "UnknownFlags", "NoPreviousKey", "FinalityNotAccepted", "FinalityTooLow", "UnknownLane", "UnknownRemote",
		"LaneIsPaused", "EverythingIsPaused", "NotSealed", "SourceEpochTooOld", "InvalidMessageId", "ZeroValue", "AlreadyDelivered",
		"SignatureOutOfRange", "InvalidSignature", "InsufficientGas", "RecipientReverted", "RecipientRefused",
	} {
		if verdicts[name] == 0 {
			t.Errorf("%s was never reached", name)
		}
	}
}

// view reads one bool of the manager.
func (e *evm) view(method string, args ...any) (string, bool) {
	e.t.Helper()
	name, out := e.read(e.pack(method, args...))
	return name, len(out) == 32 && out[31] == 1
}

// TestVerifyLeafAgreesWithTheManager: the view for receipts.
func TestVerifyLeafAgreesWithTheManager(t *testing.T) {
	d := newDrive(t, 77)
	verdicts := map[string]int{}
	for step := range 300 {
		if step == 5 {
			if d.model.Seal() != nil || d.call("seal") != "success" {
				t.Fatal("not sealed")
			}
		}
		if step%40 == 39 {
			d.administer()
		}
		c := sources[d.r.IntN(2)]
		leaf := ReceiptLeaf(bridge, c, d.remotes[c][0], randomHash(d.r), carrier)
		siblings := []Hash{randomHash(d.r)}
		z, r := d.n.sign(Digest(bridge, c, d.remotes[c][0], 1, pair(leaf, siblings[0])))
		proof := Proof(Send{}, 1, z, r, nil, siblings)
		switch d.r.IntN(5) {
		case 0:
			proof[1+d.r.IntN(30)] = 1
		case 1:
			proof[d.r.IntN(len(proof))] ^= 1 << d.r.IntN(8)
		case 2:
			leaf = Hash{}
		}
		have := verdict(d.model.VerifyLeaf(d.time, c, leaf, proof))
		want, _ := d.view("verifyLeaf", word(c), leaf, proof)
		if have != want {
			t.Fatalf("step %d: the model says %s, the contract %s", step, have, want)
		}
		verdicts[want]++
	}
	for _, name := range []string{"success", "HeaderNotZero", "ZeroValue", "InvalidSignature", "NotSealed"} {
		if verdicts[name] == 0 {
			t.Errorf("%s was never reached: %v", name, verdicts)
		}
	}
}

// TestContractGoesBack: a clone is the state before, and a recipient that refuses once accepts the second time.
func TestContractGoesBack(t *testing.T) {
	d := newDrive(t, 5)
	if d.model.Seal() != nil {
		t.Fatal("not sealed")
	}
	d.model.Recipient(inbox, RefuseOnce)
	s := Send{SourceChain: chainA, SourceManager: d.remotes[chainA][0], TargetChain: target, TargetManager: Address(d.manager), Nonce: 1, Sender: alice, Target: inbox}
	c := d.prove(s, 1, nil, nil)
	before := d.model.Clone()
	var got []string
	for _, m := range []*Contract{d.model, d.model, d.model, before, before} {
		got = append(got, verdict(m.Receive(c)))
	}
	if want := []string{"RecipientReverted", "success", "AlreadyDelivered", "success", "AlreadyDelivered"}; !slices.Equal(got, want) {
		t.Errorf("have %v, want %v", got, want)
	}
}
