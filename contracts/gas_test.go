// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
)

const snapshot = "snapshots/gas.json"

// Bounds per flow: whole transactions, Prague rules, 32 bytes of data, cold state, bitmap word in use unless it says
// otherwise. The exact figures are in snapshots/gas.json; GAS_UPDATE=1 rewrites it.
var gasTargets = map[string]uint64{
	"send":                       34_500,
	"send_erc7786":               41_000,
	"send_erc7786_min_gas_limit": 43_500,
	"receive_0_siblings":         51_000,
	"receive_2_siblings":         52_000,
	"receive_5_siblings":         54_500,
	"receive_first_of_word":      70_000,
	"receive_retired_2_siblings": 52_500,
	"receive_fast_2_siblings":    54_500,
	"send_erc7786_fast":          43_000,
	"set_demanded_finality":      46_000,
	"pause_inbound":              33_000,
	"pause_outbound":             33_000,
	"pause_all_2_lanes":          45_000,
}

func TestGas(t *testing.T) {
	got := map[string]uint64{}
	record := func(flow string, gas uint64) {
		got[flow] = gas
		bound, ok := gasTargets[flow]
		if !ok || gas > bound {
			t.Errorf("%s: %d gas, target %d", flow, gas, bound)
		}
	}

	w := newWorld(t)
	target := common.HexToAddress("0x1234567890123456789012345678901234567890")
	to := chainWord(sourceChain)
	recipient := interoperable(sourceChain, target)
	w.must("sendMessage", to, target, payload(0)) // lifts the mark that the sealing left, and makes the nonce non-zero
	record("send", w.must("sendMessage", to, target, payload(1)))
	record("send_erc7786", w.must("sendMessage0", recipient, payload(2), [][]byte{}))
	record("send_erc7786_min_gas_limit", w.must("sendMessage0", recipient, payload(3), [][]byte{attribute(t, "0x39f87ba1", 300_000)}))

	w.mustDeliver(w.delivery(1, 1)) // the first delivery of all
	record("receive_0_siblings", w.mustDeliver(w.delivery(2, 0)))
	record("receive_2_siblings", w.mustDeliver(w.delivery(3, 2)))
	record("receive_5_siblings", w.mustDeliver(w.delivery(4, 5)))
	record("receive_first_of_word", w.mustDeliver(w.delivery(256, 2)))
	if w.count() != 1+5 {
		t.Fatalf("counter is %d after 5 deliveries, started at 1", w.count())
	}

	record("pause_inbound", w.mustFrom(pauser, "pauseInbound", chainWord(sourceChain), uint8(message.Final)))
	record("pause_outbound", w.mustFrom(pauser, "pauseOutbound", chainWord(sourceChain), uint8(message.Final)))
	record("pause_all_2_lanes", w.mustFrom(pauser, "pauseAll"))

	r := unsealed(t)
	next := common.HexToAddress("0x8e3012ab8e3012ab8e3012ab8e3012ab8e3012ab")
	r.must("addLane", chainWord(sourceChain), uint8(message.Final), next)
	r.must("seal")
	d := r.delivery(9, 2)
	d.flags, d.retired = d.flags|0x20, &remote
	record("receive_retired_2_siblings", r.mustDeliver(d))

	f := openLanes(t)
	f.must("sendMessage0", recipient, payload(1), [][]byte{attribute(t, minFinality, 1)})
	record("send_erc7786_fast", f.must("sendMessage0", recipient, payload(2), [][]byte{attribute(t, minFinality, 1)}))
	f.mustDeliver(f.below(1, message.Fast, message.Fast))
	record("receive_fast_2_siblings", f.mustDeliver(f.below(2, message.Fast, message.Fast)))
	record("set_demanded_finality", f.mustFrom(stranger, "setDemandedFinality", uint8(message.Final)))

	out, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, '\n')
	if os.Getenv("GAS_UPDATE") == "1" {
		if err := os.WriteFile(snapshot, out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out, want) {
		t.Errorf("gas differs from %s; if it is meant, run with GAS_UPDATE=1.\ngot %s", snapshot, out)
	}
}

func TestCodeSize(t *testing.T) {
	w := newWorld(t)
	if n := w.db.GetCodeSize(w.manager); n > 22_000 {
		t.Errorf("manager has %d bytes of code, at most 22000", n)
	}
	if len(bindings.CrossChainManagerMetaData.Bin) == 0 {
		t.Error("the binding carries no bytecode")
	}
}
