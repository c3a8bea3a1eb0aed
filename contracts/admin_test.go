// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/contracts/bindings"
)

// threeOwners is a sealed world whose owners differ: w.owner is ownerFast.
func threeOwners(t *testing.T) (w *world, owner, slow common.Address) {
	t.Helper()
	w = &world{chain: newChain(t), abi: abiOf(t, bindings.CrossChainManagerMetaData)}
	w.secret, w.key = groupKey("group")
	var locks [3]common.Address
	for i := range locks {
		locks[i] = w.mustDeploy(bindings.TimelockControllerMetaData, new(big.Int), []common.Address{deployer}, []common.Address{deployer}, common.Address{})
	}
	w.manager = w.mustDeploy(bindings.CrossChainManagerMetaData, [32]byte(bridgeID), new(big.Int).SetBytes(w.key[:]), uint64(1),
		locks[0], locks[1], locks[2], []common.Address{pauser}, true)
	w.counter, w.owner = w.mustDeploy(bindings.CounterMetaData, w.manager), locks[0]
	w.must("addLane", chainWord(sourceChain), final, common.Address(remote))
	w.must("seal")
	return w, locks[1], locks[2]
}

func TestNothingBeforeSeal(t *testing.T) {
	w := unsealed(t)
	d := w.delivery(1, 2)
	w.refused(errOf(w.deliver(d)), "NotSealed")
	w.refused(w.transmit(sourceChain), "NotSealed")
	w.refused(errOf(w.call(pauser, "pauseAll")), "NotSealed")
	w.refused(w.through(w.owner, "unpauseAll"), "NotSealed")
	w.refused(w.through(w.owner, "addLane", num(5), final, newer), "Unauthorized", w.owner)
	w.refused(errOf(w.call(stranger, "seal")), "Unauthorized", stranger)
	w.must("seal")
	w.emits("Sealed", deployer)
	w.mustDeliver(d)
	w.ok(w.transmit(sourceChain))
	w.refused(errOf(w.call(deployer, "seal")), "AlreadySealed")
	w.refused(errOf(w.call(deployer, "addLane", num(5), final, newer)), "Unauthorized", deployer)
	w.ok(w.through(w.owner, "addLane", num(5), final, newer))
}

func TestPauseOfALane(t *testing.T) {
	w, _, _ := threeOwners(t)
	from := chainWord(sourceChain)
	lane := laneOf(sourceChain)
	until := w.time + pause
	first, second := w.delivery(1, 2), w.delivery(2, 2)

	w.mustFrom(pauser, "pauseInbound", from, final)
	w.emits("InboundPaused", from, lane, num(until), pauser)
	w.refused(errOf(w.deliver(first)), "LaneIsPaused", from, final, num(until))
	w.ok(w.transmit(sourceChain)) // the other direction is open
	w.ok(w.through(w.owner, "unpauseInbound", from, final))
	w.emits("InboundUnpaused", from, lane, w.owner)
	w.mustDeliver(first)

	w.mustFrom(pauser, "pauseInbound", from, final)
	w.time = until - 1
	w.refused(errOf(w.deliver(second)), "LaneIsPaused", from, final, num(until))
	w.time = until
	w.mustDeliver(second)

	until = w.time + pause
	w.mustFrom(pauser, "pauseOutbound", from, final)
	w.emits("OutboundPaused", from, final, num(until), pauser)
	w.refused(w.transmit(sourceChain), "LaneIsPaused", from, final, num(until))
	w.mustDeliver(w.delivery(3, 2)) // the other direction is open
	w.ok(w.through(w.owner, "unpauseOutbound", from, final))
	w.emits("OutboundUnpaused", from, final, w.owner)
	w.ok(w.transmit(sourceChain))
	w.mustFrom(pauser, "pauseOutbound", from, final)
	w.time = until - 1
	w.refused(w.transmit(sourceChain), "LaneIsPaused", from, final, num(until))
	w.time = until
	w.ok(w.transmit(sourceChain))

	for _, method := range []string{"pauseInbound", "pauseOutbound"} {
		w.refused(errOf(w.call(pauser, method, num(5), final)), "UnknownLane", num(5), final)
		w.refused(w.through(w.owner, "un"+method, num(5), final), "UnknownLane", num(5), final)
	}
	w.refused(errOf(w.call(pauser, "pauseRetired", lane)), "UnknownRemote", num(0), lane) // it is the current one
	w.refused(w.through(w.owner, "unpauseRetired", lane), "UnknownRemote", num(0), lane)
}

func TestPauseOfEverything(t *testing.T) {
	w, _, _ := threeOwners(t)
	from := chainWord(sourceChain)
	d := w.delivery(1, 2)
	stopped := func(until uint64) {
		t.Helper()
		w.refused(errOf(w.deliver(d)), "EverythingIsPaused", num(until))
		w.refused(w.transmit(sourceChain), "EverythingIsPaused", num(until))
	}
	until := w.time + pause
	w.mustFrom(pauser, "pauseAll")
	w.emits("EverythingPaused", num(until), pauser)
	stopped(until)
	w.ok(w.through(w.owner, "unpauseAll"))
	w.emits("EverythingUnpaused", w.owner)
	w.mustDeliver(d)
	w.ok(w.transmit(sourceChain))

	d = w.delivery(2, 2)
	w.mustFrom(pauser, "pauseAll")
	w.time = until - 1
	stopped(until)
	w.time = until
	w.mustDeliver(d)
	w.ok(w.transmit(sourceChain))

	// Lifting it leaves the pauses of single lanes.
	until, d = w.time+pause, w.delivery(3, 2)
	w.mustFrom(pauser, "pauseInbound", from, final)
	w.mustFrom(pauser, "pauseAll")
	w.ok(w.through(w.owner, "unpauseAll"))
	w.refused(errOf(w.deliver(d)), "LaneIsPaused", from, final, num(until))
	w.ok(w.transmit(sourceChain))
	w.ok(w.through(w.owner, "unpauseInbound", from, final))
	w.mustDeliver(d)
}

// TestRoles: what each role may do, and that nobody else may.
func TestRoles(t *testing.T) {
	w, owner, slow := threeOwners(t)
	from := chainWord(sourceChain)
	w.ok(w.through(owner, "addLane", from, final, newer)) // so that there is a retired lane
	lane := laneOf(sourceChain)
	calls := []struct {
		method string
		args   []any
		role   common.Address
	}{
		{"pauseInbound", []any{from, final}, pauser}, {"unpauseInbound", []any{from, final}, w.owner},
		{"pauseOutbound", []any{from, final}, pauser}, {"unpauseOutbound", []any{from, final}, w.owner},
		{"pauseRetired", []any{lane}, pauser}, {"unpauseRetired", []any{lane}, w.owner},
		{"pauseAll", nil, pauser}, {"unpauseAll", nil, w.owner},
		{"setPauser", []any{stranger, false}, owner}, {"addLane", []any{num(5), final, newer}, owner},
	}
	for _, c := range calls {
		for _, who := range []common.Address{deployer, stranger, pauser, w.owner, owner, slow} {
			var err error
			if who == w.owner || who == owner || who == slow {
				err = w.through(who, c.method, c.args...)
			} else {
				_, err = w.call(who, c.method, c.args...)
			}
			if who == c.role {
				w.ok(err)
			} else {
				w.refused(err, "Unauthorized", who)
			}
		}
	}
	w.ok(w.through(owner, "setPauser", stranger, true))
	w.emits("PauserSet", stranger, true)
	w.mustFrom(stranger, "pauseAll")
	w.ok(w.through(owner, "setPauser", stranger, false))
	w.refused(errOf(w.call(stranger, "pauseAll")), "Unauthorized", stranger)
	w.refused(w.through(owner, "setPauser", common.Address{}, true), "ZeroValue", "pauser")
}
