// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
)

// outSlot is the storage slot of a lane's outbound word: slot 3, keyed by chain · 2^8 + finality.
func outSlot(c message.ChainID, f message.Finality) common.Hash {
	key := new(big.Int).Or(new(big.Int).Lsh(chainWord(c), 8), num(uint64(f)))
	return crypto.Keccak256Hash(common.BigToHash(key).Bytes(), common.BigToHash(num(3)).Bytes())
}

// TestNonceExhausted: the last nonce is 2^48 − 1, and a lane that has used it up leaves its neighbours' fields alone.
func TestNonceExhausted(t *testing.T) {
	w := openLanes(t)
	for _, f := range finalities {
		w.ok(w.transmitAt(uint64(f))) // lifts the mark that the sealing left
		slot := outSlot(sourceChain, f)
		word := w.db.GetState(w.manager, slot).Big()
		mask := new(big.Int).Lsh(num(1<<48-1), 160)
		word.AndNot(word, mask).Or(word, new(big.Int).Lsh(num(1<<48-2), 160))
		w.db.SetState(w.manager, slot, common.BigToHash(word))

		w.ok(w.transmitAt(uint64(f)))
		w.refused(w.transmitAt(uint64(f)), "NonceExhausted", chainWord(sourceChain))
		out := w.view("outbound", chainWord(sourceChain), uint8(f))
		if out[0] != common.Address(remote) || out[1].(*big.Int).Uint64() != 1<<48-1 || out[2].(*big.Int).Sign() != 0 || out[3] != uint8(0) {
			t.Errorf("%s: %v", f, out)
		}
	}
}

// TestTooManyLanes: the bound counts chains and finalities alike, and one pauseAll reaches every lane below it.
func TestTooManyLanes(t *testing.T) {
	w := unsealed(t) // with two lanes
	for i := uint64(2); i < 64; i++ {
		w.must("addLane", num(1000+i/3), uint8(1+i%3), common.Address(remote))
	}
	for f := uint8(1); f <= 3; f++ {
		w.refused(errOf(w.call(deployer, "addLane", num(2000), f, newer)), "TooManyLanes", num(64))
	}
	w.must("addLane", num(1001), uint8(3), newer) // another manager of a chain is no further lane
	w.must("seal")
	if gas := w.mustFrom(pauser, "pauseAll"); gas > 1_000_000 {
		t.Errorf("pauseAll of 64 lanes takes %d gas", gas)
	}
	until := num(w.time + pause)
	for i := uint64(2); i < 64; i++ {
		in := [][]byte{attribute(t, minFinality, 1+i%3)}
		err := errOf(w.call(deployer, "sendMessage0", interoperable(message.ChainID(1000+i/3), receiver), []byte("x"), in))
		w.refused(err, "EverythingIsPaused", until)
	}
}

// TestPauseOfARetiredLane: it stops that lane alone, expires and is lifted, like that of a current one.
func TestPauseOfARetiredLane(t *testing.T) {
	w := openLanes(t)
	from := chainWord(sourceChain)
	w.ok(w.through(w.owner, "addLane", from, final, newer))
	w.emits("LaneRetired", from, final, common.Address(remote), laneAt(message.Final))
	old := func(nonce message.Nonce) *delivery {
		d := w.delivery(nonce, 2)
		d.flags, d.retired = d.flags|0x20, &remote
		return d
	}
	current := func(nonce message.Nonce) *delivery {
		d := w.delivery(nonce, 2)
		d.message.SourceManager = message.Address(newer)
		return d.sign(w.secret, w.key)
	}
	until := w.time + pause
	w.mustFrom(pauser, "pauseRetired", laneAt(message.Final))
	w.emits("InboundPaused", from, laneAt(message.Final), num(until), pauser)
	w.refused(errOf(w.deliver(old(1))), "LaneIsPaused", from, final, num(until))
	w.mustDeliver(current(1))
	w.mustDeliver(w.below(1, message.Fast, message.Final)) // of the same manager, current still
	w.ok(w.through(w.owner, "unpauseRetired", laneAt(message.Final)))
	w.emits("InboundUnpaused", from, laneAt(message.Final), w.owner)
	w.mustDeliver(old(1))

	w.mustFrom(pauser, "pauseRetired", laneAt(message.Final))
	w.time = until - 1
	w.refused(errOf(w.deliver(old(2))), "LaneIsPaused", from, final, num(until))
	w.time = until
	w.mustDeliver(old(2))

	// The pause of the current lane leaves the retired one open, and the other way round it was above.
	w.mustFrom(pauser, "pauseInbound", from, final)
	w.refused(errOf(w.deliver(current(2))), "LaneIsPaused", from, final, num(w.time+pause))
	w.mustDeliver(old(3))
}

// TestAddLane: what a change of the manager keeps, and that a retired one never becomes current again.
func TestAddLane(t *testing.T) {
	w := newWorld(t)
	from := chainWord(sourceChain)
	w.ok(w.transmit(sourceChain))
	until := num(w.time + pause)
	w.mustFrom(pauser, "pauseInbound", from, final)
	w.mustFrom(pauser, "pauseOutbound", from, final)
	w.ok(w.through(w.owner, "addLane", from, final, newer))
	for lane, view := range map[string][]any{
		"inbound": w.view("inbound", from, final), "outbound": w.view("outbound", from, final), "retired": w.view("retired", laneOf(sourceChain)),
	} {
		paused := view[1]
		if lane == "outbound" {
			paused = view[2]
			if view[1].(*big.Int).Uint64() != 1 {
				t.Errorf("the nonce is %s after one send", view[1])
			}
		}
		if paused.(*big.Int).Cmp(until) != 0 {
			t.Errorf("%s: paused until %s, want %s", lane, paused, until)
		}
		if lane != "retired" && view[0] != newer {
			t.Errorf("%s: manager %s", lane, view[0])
		}
	}
	w.refused(w.through(w.owner, "addLane", from, final, common.Address(remote)), "LaneExists", laneOf(sourceChain))
	for name, c := range map[string]struct {
		chain  *big.Int
		f      uint8
		remote common.Address
		want   string
		arg    any
	}{
		"chain 0":        {new(big.Int), final, newer, "ZeroValue", "remoteChain"},
		"no remote":      {num(5), final, common.Address{}, "ZeroValue", "remote"},
		"2^64":           {new(big.Int).Lsh(num(1), 64), final, newer, "ChainIdTooLarge", new(big.Int).Lsh(num(1), 64)},
		"the own chain":  {chainWord(targetChain), final, newer, "OwnChain", chainWord(targetChain)},
		"no finality":    {num(5), 0, newer, "FinalityNotAccepted", num(0)},
		"above finality": {num(5), 4, newer, "FinalityNotAccepted", num(4)},
	} {
		t.Log(name)
		w.refused(w.through(w.owner, "addLane", c.chain, c.f, c.remote), c.want, c.arg)
	}
}
