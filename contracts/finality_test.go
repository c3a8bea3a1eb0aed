// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/tracing"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
)

// minFinality is the selector of the attribute minFinality(uint8).
const minFinality = "0x47723216"

var finalities = []message.Finality{message.Fast, message.Safe, message.Final}

// flagsOf is the first byte of a proof: bits 1-2 asked finality, 3-4 the checkpoint's.
func flagsOf(asked, reached message.Finality) byte { return byte(asked)<<1 | byte(reached)<<3 }

// openLanes is a sealed world with a lane of every finality from and to sourceChain.
func openLanes(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	for _, f := range []message.Finality{message.Fast, message.Safe} {
		w.ok(w.through(w.owner, "addLane", chainWord(sourceChain), uint8(f), common.Address(remote)))
		w.emits("InboundSet", chainWord(sourceChain), uint8(f), common.Address(remote), laneAt(f))
		w.emits("OutboundSet", chainWord(sourceChain), uint8(f), common.Address(remote))
	}
	return w
}

// laneAt is the lane of a finality from the first manager of sourceChain.
func laneAt(f message.Finality) common.Address {
	return common.Address(message.Lane{SourceChain: sourceChain, SourceManager: remote, Finality: f}.ID())
}

// below is a delivery asked for at one finality and certified at another; all of it says so.
func (w *world) below(nonce message.Nonce, asked, reached message.Finality) *delivery {
	d := w.delivery(nonce, 2)
	d.message.Finality, d.reached, d.flags = asked, reached, flagsOf(asked, reached)
	return d.sign(w.secret, w.key)
}

// transmitAt sends with the attribute minFinality.
func (w *world) transmitAt(f uint64) error {
	w.t.Helper()
	return errOf(w.call(deployer, "sendMessage0", interoperable(sourceChain, receiver), payload(f), [][]byte{attribute(w.t, minFinality, f)}))
}

// TestFinalityPairs: a proof is accepted when its checkpoint is at least as final as the sender asked, and both are
// what flags, id and signature say. Each accepted pair has its twins that claim another finality.
func TestFinalityPairs(t *testing.T) {
	codes := []message.Finality{0, 1, 2, 3}
	nonce := message.Nonce(0)
	w := openLanes(t)
	for _, asked := range codes {
		for _, reached := range codes {
			nonce++
			d := w.below(nonce, asked, reached)
			switch {
			case asked == 0:
				w.refused(errOf(w.deliver(d)), "FinalityNotAccepted", num(0))
				continue
			case reached < asked:
				w.refused(errOf(w.deliver(d)), "FinalityTooLow", num(uint64(reached)), num(uint64(asked)))
				continue
			}
			for _, other := range codes {
				if other != reached { // signed as another finality than the flags say
					twin := w.below(nonce, asked, reached)
					twin.reached = other
					twin.sign(w.secret, w.key)
					twin.reached = reached
					w.refused(errOf(w.deliver(twin)), "InvalidSignature", [32]byte(twin.root()))
				}
				if other != asked { // sent at another finality than the flags say
					twin := w.below(nonce, other, reached)
					twin.flags = flagsOf(asked, reached)
					honest := w.below(nonce, asked, reached)
					w.refused(errOf(w.deliver(twin)), "InvalidMessageId", [32]byte(honest.id), [32]byte(twin.id))
				}
			}
			before := w.count()
			w.mustDeliver(d)
			w.emits("MessageDelivered", [32]byte(d.id), deployer)
			if w.count() != before+1 || !w.delivered(d) {
				t.Errorf("asked %s under %s: not delivered", asked, reached)
			}
			for _, again := range finalities[asked-1:] { // once, whatever the checkpoint
				w.refused(errOf(w.deliver(w.below(nonce, asked, again))), "AlreadyDelivered", laneAt(asked), num(uint64(nonce)))
			}
		}
	}
}

// TestLanesBelowFinalAreClosed: until the owner opens them nothing is sent or received on them.
func TestLanesBelowFinalAreClosed(t *testing.T) {
	w, owner, _ := threeOwners(t)
	from := chainWord(sourceChain)
	for i, f := range []message.Finality{message.Fast, message.Safe} {
		lane, code := laneAt(f), uint8(f)
		for _, reached := range finalities[f-1:] {
			w.refused(errOf(w.deliver(w.below(1, f, reached))), "UnknownLane", from, code)
			retired := w.below(1, f, reached)
			retired.flags, retired.retired = retired.flags|0x20, &remote
			w.refused(errOf(w.deliver(retired)), "UnknownRemote", from, common.Address(remote))
		}
		w.refused(w.transmitAt(uint64(f)), "UnknownLane", from, code)
		for _, method := range []string{"pauseInbound", "pauseOutbound"} {
			w.refused(errOf(w.call(pauser, method, from, code)), "UnknownLane", from, code)
			w.refused(w.through(w.owner, "un"+method, from, code), "UnknownLane", from, code)
		}
		if out := w.view("chainIds", lane); out[0].(*big.Int).Sign() != 0 {
			t.Errorf("%s: registered as of chain %s", f, out[0])
		}

		for _, who := range []common.Address{deployer, stranger, pauser} {
			w.refused(errOf(w.call(who, "addLane", from, code, common.Address(remote))), "Unauthorized", who)
		}
		w.refused(w.through(w.owner, "addLane", from, code, common.Address(remote)), "Unauthorized", w.owner)
		w.ok(w.through(owner, "addLane", from, code, common.Address(remote)))
		w.refused(w.through(owner, "addLane", from, code, common.Address(remote)), "LaneExists", lane)

		w.mustDeliver(w.below(1, f, f))
		w.ok(w.transmitAt(uint64(f)))
		if out := w.view("chainIds", lane); out[0].(*big.Int).Cmp(from) != 0 {
			t.Errorf("%s: chainIds is %s", f, out[0])
		}
		if i == 0 { // the other one is closed still
			w.refused(w.transmitAt(uint64(message.Safe)), "UnknownLane", from, uint8(message.Safe))
		}
	}
	for _, f := range []uint8{0, 4, 255} {
		w.refused(w.through(owner, "addLane", num(5), f, newer), "FinalityNotAccepted", new(big.Int).SetUint64(uint64(f)))
	}
	// Before the seal the deployer opens them.
	u := unsealed(t)
	u.must("addLane", from, uint8(message.Fast), common.Address(remote))
	u.refused(errOf(u.deliver(u.below(1, message.Fast, message.Fast))), "NotSealed")
	u.must("seal")
	u.mustDeliver(u.below(1, message.Fast, message.Fast))
}

// TestSendFinality: the attribute chooses the lane; ids are those of Go; every lane counts for itself.
func TestSendFinality(t *testing.T) {
	w := openLanes(t)
	next := map[message.Finality]message.Nonce{}
	send := func(f message.Finality, attributes ...[]byte) {
		t.Helper()
		next[f]++
		m := message.Message{
			BridgeID: bridgeID, SourceChain: targetChain, SourceManager: message.Address(w.manager), TargetChain: sourceChain, TargetManager: remote,
			Nonce: next[f], Sender: message.Address(deployer), Target: message.Address(receiver), Finality: f, Data: payload(uint64(next[f])),
		}
		if len(attributes) > 1 {
			m.GasLimit = 300_000
		}
		w.must("sendMessage0", interoperable(sourceChain, receiver), m.Data, append([][]byte{}, attributes...))
		id := m.ID()
		if common.Hash(w.out) != common.Hash(id) {
			t.Errorf("%s, nonce %d: have id %x, want %x", f, m.Nonce, w.out, id)
		}
		packed := new(big.Int).SetBytes(m.Sender[:])
		packed.Lsh(packed, 48).Or(packed, num(uint64(m.Nonce))).Lsh(packed, 32).Or(packed, num(uint64(m.GasLimit)))
		packed.Lsh(packed, 8).Or(packed, num(uint64(f))).Lsh(packed, 8)
		w.emits("MessageMeta", [32]byte(id), packed)
		for _, other := range finalities {
			if out := w.view("outbound", chainWord(sourceChain), uint8(other)); out[1].(*big.Int).Uint64() != uint64(next[other]) {
				t.Errorf("after a %s send the %s lane is at nonce %s, want %d", f, other, out[1], next[other])
			}
		}
	}
	gas := attribute(t, "0x39f87ba1", 300_000)
	for range 2 {
		for _, f := range finalities {
			want := attribute(t, minFinality, uint64(f))
			send(f, want)
			send(f, want, gas)
			send(f, gas, want)
		}
		send(message.Final)
		next[message.Final]++ // the seed's form is final
		w.ok(w.transmit(sourceChain))
	}
	for _, f := range []uint64{0, 4, 255, 256, 1 << 32} {
		w.refused(w.transmitAt(f), "FinalityNotAccepted", num(f))
	}
	if out := w.view("supportsAttribute", [4]byte(common.FromHex(minFinality))); out[0] != true {
		t.Error("minFinality(uint8) is not supported")
	}
}

// TestFinalitiesDoNotShareNonces: what happens on one lane leaves bits, views and pauses of the others alone. Above
// all a message below final never takes the nonce of a final one.
func TestFinalitiesDoNotShareNonces(t *testing.T) {
	w := openLanes(t)
	from := chainWord(sourceChain)
	check := func(nonce uint64, want map[message.Finality]bool) {
		t.Helper()
		for _, f := range finalities {
			bit := new(big.Int)
			if want[f] {
				bit.Lsh(num(1), uint(nonce%256))
			}
			word := w.view("deliveredWord", laneAt(f), num(nonce/256))[0].(*big.Int)
			if word = new(big.Int).And(word, new(big.Int).Lsh(num(1), uint(nonce%256))); word.Cmp(bit) != 0 {
				t.Errorf("nonce %d, %s: word has %x, want %x", nonce, f, word, bit)
			}
			if have := w.view("verifiedMessages", laneAt(f), num(nonce))[0]; have != want[f] {
				t.Errorf("nonce %d, %s: verifiedMessages is %v", nonce, f, have)
			}
			if have := w.view("isDelivered", from, uint8(f), num(nonce))[0]; have != want[f] {
				t.Errorf("nonce %d, %s: isDelivered is %v", nonce, f, have)
			}
			if have := w.view("laneId", from, common.Address(remote), uint8(f))[0]; have != laneAt(f) {
				t.Errorf("%s: laneId is %v", f, have)
			}
		}
	}
	for i, order := range [][]message.Finality{{1, 2, 3}, {3, 2, 1}, {2, 1, 3}} {
		nonce := uint64(1 + 255*i) // 1, 256, 511
		have := map[message.Finality]bool{}
		check(nonce, have)
		for _, f := range order {
			w.mustDeliver(w.below(message.Nonce(nonce), f, f))
			have[f] = true
			check(nonce, have)
		}
	}
}

// TestPausesByFinality: a pause stops the lane that it names, and pauseAll stops all.
func TestPausesByFinality(t *testing.T) {
	w := openLanes(t)
	from := chainWord(sourceChain)
	nonce := message.Nonce(0)
	for _, paused := range finalities {
		w.mustFrom(pauser, "pauseInbound", from, uint8(paused))
		w.emits("InboundPaused", from, laneAt(paused), num(w.time+pause), pauser)
		w.mustFrom(pauser, "pauseOutbound", from, uint8(paused))
		for _, f := range finalities {
			nonce++
			for _, reached := range finalities[f-1:] {
				d := w.below(nonce+message.Nonce(100*reached), f, reached)
				if f == paused {
					w.refused(errOf(w.deliver(d)), "LaneIsPaused", from, uint8(f), num(w.time+pause))
				} else {
					w.mustDeliver(d)
				}
			}
			if f == paused {
				w.refused(w.transmitAt(uint64(f)), "LaneIsPaused", from, uint8(f), num(w.time+pause))
			} else {
				w.ok(w.transmitAt(uint64(f)))
			}
		}
		w.ok(w.through(w.owner, "unpauseInbound", from, uint8(paused)))
		w.ok(w.through(w.owner, "unpauseOutbound", from, uint8(paused)))
		w.mustDeliver(w.below(nonce+1000, paused, paused))
		w.ok(w.transmitAt(uint64(paused)))
	}
	w.mustFrom(pauser, "pauseAll")
	for _, f := range finalities {
		w.refused(errOf(w.deliver(w.below(5000, f, f))), "EverythingIsPaused", num(w.time+pause))
		w.refused(w.transmitAt(uint64(f)), "EverythingIsPaused", num(w.time+pause))
	}
}

// demand says, as a contract, which finality it demands.
func (w *world) demand(recipient common.Address, f uint8) error {
	w.t.Helper()
	code := w.db.GetCode(recipient) // transactions come from accounts without code
	w.db.SetCode(recipient, nil, tracing.CodeChangeUnspecified)
	_, err := w.call(recipient, "setDemandedFinality", f)
	w.db.SetCode(recipient, code, tracing.CodeChangeUnspecified)
	return err
}

// TestDemand: a recipient that demands more than was asked for gets the message under a checkpoint that is final enough.
func TestDemand(t *testing.T) {
	w := openLanes(t)
	counter := w.counter
	demand := func(f uint8) error { return w.demand(counter, f) }
	demanded := func() uint8 { return w.view("demandedBy", counter)[0].(uint8) }
	if demanded() != 1 {
		t.Errorf("who never said anything demands %d", demanded())
	}
	for _, f := range []uint8{0, 4, 255} {
		w.refused(demand(f), "FinalityNotAccepted", num(uint64(f)))
	}
	nonce := message.Nonce(0)
	for _, least := range []message.Finality{0, message.Safe, message.Final, message.Fast, message.Final, message.Safe} {
		if least != 0 {
			w.ok(demand(uint8(least)))
			w.emits("DemandedFinalitySet", counter, uint8(least))
			if demanded() != uint8(least) {
				t.Errorf("demands %d, want %s", demanded(), least)
			}
		}
		for _, asked := range finalities {
			nonce++
			for _, reached := range finalities[asked-1:] {
				d := w.below(nonce, asked, reached)
				if reached < least {
					for range 2 { // nothing is spent
						w.refused(errOf(w.deliver(d)), "FinalityDemanded", counter, num(uint64(least)), num(uint64(reached)))
					}
					if w.delivered(d) {
						t.Fatalf("%s under %s, demanded %s: marked as delivered", asked, reached, least)
					}
					continue
				}
				w.mustDeliver(d)
				break
			}
			if !w.delivered(w.below(nonce, asked, message.Final)) {
				t.Errorf("%s, demanded %s: not deliverable under a final checkpoint", asked, least)
			}
		}
	}
	// It is the recipient's own: what others say changes nothing for it.
	w.mustFrom(stranger, "setDemandedFinality", uint8(message.Final))
	w.ok(demand(uint8(message.Fast)))
	w.mustDeliver(w.below(nonce+1, message.Fast, message.Fast))
}

// TestFinalProofsReadNoDemand: the gas of a final delivery is the same whether or not its recipient demands anything.
func TestFinalProofsReadNoDemand(t *testing.T) {
	var gas []uint64
	for _, f := range []uint8{1, 3} {
		w := openLanes(t)
		w.mustDeliver(w.delivery(1, 2))
		w.ok(w.demand(w.counter, f))
		gas = append(gas, w.mustDeliver(w.delivery(2, 2)))
	}
	w := openLanes(t)
	w.mustDeliver(w.delivery(1, 2))
	if none := w.mustDeliver(w.delivery(2, 2)); gas[0] != none || gas[1] != none {
		t.Errorf("without a demand %d gas, with one %v", none, gas)
	}
	// Nor do other messages under a final checkpoint.
	w.ok(w.demand(w.counter, 3))
	w.mustDeliver(w.below(1, message.Fast, message.Final))
	w.mustDeliver(w.below(2, message.Fast, message.Final))
	demanding := w.mustDeliver(w.below(3, message.Fast, message.Final))
	w.ok(w.demand(w.counter, 1))
	final := w.mustDeliver(w.below(4, message.Fast, message.Final))
	if lower := w.mustDeliver(w.below(5, message.Fast, message.Safe)); demanding != final || lower < final+2100 {
		t.Errorf("asked fast: %d and %d gas under final checkpoints, %d under a safe one", demanding, final, lower)
	}
}

// TestSourceEpochsByFinality: each lane has its own minimum; only a delivered proof on it raises it.
func TestSourceEpochsByFinality(t *testing.T) {
	w := openLanes(t)
	from := chainWord(sourceChain)
	least := map[message.Finality]uint32{1: 1, 2: 1, 3: 1}
	check := func() {
		t.Helper()
		for _, f := range finalities {
			if have := w.view("inbound", from, uint8(f))[2].(uint32); have != least[f] {
				t.Errorf("%s: minSourceEpoch %d, want %d", f, have, least[f])
			}
		}
	}
	at := func(nonce message.Nonce, asked, reached message.Finality, epoch uint32) *delivery {
		d := w.below(nonce, asked, reached)
		d.epoch = epoch
		return d.sign(w.secret, w.key)
	}
	nonce := message.Nonce(0)
	epoch := uint32(1)
	for _, asked := range []message.Finality{message.Fast, message.Final, message.Safe, message.Fast} {
		for _, reached := range finalities[asked-1:] {
			nonce++
			epoch++
			forged := at(nonce, asked, reached, epoch)
			forged.sig.S[31] ^= 1
			w.refused(errOf(w.deliver(forged)), "InvalidSignature", [32]byte(forged.root()))
			check()
			w.mustDeliver(at(nonce, asked, reached, epoch))
			w.emits("SourceEpochRaised", laneAt(asked), epoch)
			least[asked] = epoch
			check()
			nonce++
			for _, under := range finalities[asked-1:] {
				w.refused(errOf(w.deliver(at(nonce, asked, under, epoch-1))), "SourceEpochTooOld", num(uint64(epoch-1)), num(uint64(epoch)))
			}
			for _, f := range finalities { // the others take their own
				if f != asked {
					w.mustDeliver(at(nonce, f, f, least[f]))
				}
			}
			check()
		}
	}
	// A retired lane below final keeps and raises its own.
	w.ok(w.through(w.owner, "addLane", from, uint8(message.Fast), newer))
	old := func(nonce message.Nonce, epoch uint32) *delivery {
		d := at(nonce, message.Fast, message.Safe, epoch)
		d.flags, d.retired = d.flags|0x20, &remote
		return d
	}
	w.refused(errOf(w.deliver(old(5000, least[1]-1))), "SourceEpochTooOld", num(uint64(least[1]-1)), num(uint64(least[1])))
	w.mustDeliver(old(5000, least[1]+7))
	w.emits("SourceEpochRaised", laneAt(message.Fast), least[1]+7)
	least[1] = 1 // the new one starts anew
	check()
	if out := w.view("retired", laneAt(message.Fast)); out[0] != uint64(sourceChain) || out[3] != uint8(0) {
		t.Errorf("retired lane: %v", out)
	}
	// The other finalities of that manager are current still.
	w.mustDeliver(at(5000, message.Safe, message.Safe, least[2]))
	asRetired := at(5001, message.Safe, message.Safe, least[2])
	asRetired.flags, asRetired.retired = asRetired.flags|0x20, &remote
	w.refused(errOf(w.deliver(asRetired)), "UnknownRemote", from, common.Address(remote))
}

// TestVerifyLeafFinality: verifyLeaf is for final trees; verifyLeafAt takes what its caller takes.
func TestVerifyLeafFinality(t *testing.T) {
	w := openLanes(t)
	from := chainWord(sourceChain)
	leaf := message.Keccak([]byte("a leaf"))
	proofOf := func(asked, reached message.Finality) []byte {
		d := &delivery{flags: flagsOf(asked, reached), reached: reached, epoch: 1, siblings: []message.Hash{sibling}, message: message.Message{
			BridgeID: bridgeID, SourceChain: sourceChain, SourceManager: remote,
		}}
		d.sig = sign(w.secret, w.key, d.digest(merkle.Pair(leaf, sibling)))
		return d.proof()
	}
	for _, asked := range []message.Finality{0, 1, 2, 3} {
		for _, reached := range []message.Finality{0, 1, 2, 3} {
			proof := proofOf(asked, reached)
			for least := range uint8(6) { // 5 stands for verifyLeaf
				t.Run(fmt.Sprintf("%d under %d for %d", asked, reached, least), func(t *testing.T) {
					call, minimum := []any{"verifyLeafAt", from, [32]byte(leaf), proof, least}, uint64(least)
					if least == 5 {
						call, minimum = []any{"verifyLeaf", from, [32]byte(leaf), proof}, 3
					}
					err := errOf(w.call(stranger, call[0].(string), call[1:]...))
					switch {
					case least == 0 || asked == 0:
						w.refused(err, "FinalityNotAccepted", num(0))
					case reached < asked:
						w.refused(err, "FinalityTooLow", num(uint64(reached)), num(uint64(asked)))
					case uint64(asked) < minimum:
						w.refused(err, "FinalityTooLow", num(uint64(asked)), num(minimum))
					default:
						w.ok(err)
						if out := w.view(call[0].(string), call[1:]...); out[0] != true {
							t.Errorf("have %v", out)
						}
					}
				})
			}
		}
	}
	// An open lower lane does not lead around the pause of the final one, nor around its own.
	w.mustFrom(pauser, "pauseInbound", from, final)
	w.refused(errOf(w.call(stranger, "verifyLeaf", from, [32]byte(leaf), proofOf(3, 3))), "LaneIsPaused", from, final, num(w.time+pause))
	w.refused(errOf(w.call(stranger, "verifyLeafAt", from, [32]byte(leaf), proofOf(3, 3), uint8(1))), "LaneIsPaused", from, final, num(w.time+pause))
	w.refused(errOf(w.call(stranger, "verifyLeaf", from, [32]byte(leaf), proofOf(1, 3))), "FinalityTooLow", num(1), num(3))
	w.ok(errOf(w.call(stranger, "verifyLeafAt", from, [32]byte(leaf), proofOf(1, 3), uint8(1))))
	w.refused(errOf(w.call(stranger, "verifyLeafAt", from, [32]byte{}, proofOf(1, 3), uint8(1))), "ZeroValue", "leaf")
	headed := proofOf(1, 3)
	headed[6] = 1
	w.refused(errOf(w.call(stranger, "verifyLeafAt", from, [32]byte(leaf), headed, uint8(1))), "HeaderNotZero")
	// A lane that is not open proves nothing.
	w.refused(errOf(w.call(stranger, "verifyLeafAt", chainWord(otherChain), [32]byte(leaf), proofOf(1, 3), uint8(1))), "UnknownLane", chainWord(otherChain), uint8(1))
}
