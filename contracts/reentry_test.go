// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"encoding/binary"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/tracing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
)

// reenters is the code of a recipient that calls `to` with data, whatever comes of it, and
// then returns the magic value.
func reenters(t *testing.T, to common.Address, data []byte) []byte {
	t.Helper()
	magic := abiOf(t, bindings.IERC7786RecipientMetaData).Methods["receiveMessage"].ID
	const head = 78
	length := binary.BigEndian.AppendUint16(nil, uint16(len(data)))
	code := append([]byte{0x61}, length...)        // PUSH2 length
	code = append(code, 0x61, 0, head, 0x5f, 0x39) // PUSH2 head, PUSH0, CODECOPY: data stands behind the code
	code = append(append(code, 0x5f, 0x5f, 0x61), length...)
	code = append(append(code, 0x5f, 0x5f, 0x73), to[:]...) // no value, no answer wanted
	code = append(code, 0x5a, 0xf1, 0x50)                   // GAS, CALL, POP
	code = append(append(code, 0x7f), common.RightPadBytes(magic, 32)...)
	code = append(code, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3) // return it
	if len(code) != head {
		t.Fatalf("code of %d bytes, want %d", len(code), head)
	}
	return append(code, data...)
}

// deliveries counts the MessageDelivered events of the last transaction by message.
func (w *world) deliveries() map[message.ID]int {
	out := map[message.ID]int{}
	for _, l := range w.logs {
		if l.Topics[0] == w.abi.Events["MessageDelivered"].ID {
			out[message.ID(l.Topics[1])]++
		}
	}
	return out
}

// TestReentry: a recipient that delivers the message again while it receives it gets it
// once. INVARIANT: I-02. Delivering another one from inside is allowed, and once as well.
func TestReentry(t *testing.T) {
	w := newWorld(t)
	to := func(nonce message.Nonce) *delivery {
		d := w.delivery(nonce, 2)
		d.message.Target = message.Address(receiver)
		return d.sign(w.secret, w.key)
	}
	same := to(1)
	w.db.SetCode(receiver, reenters(t, w.manager, same.calldata(w)), tracing.CodeChangeUnspecified)
	w.mustDeliver(same)
	if n := w.deliveries(); n[same.id] != 1 || len(n) != 1 {
		t.Errorf("delivered from inside itself: %v", n)
	}

	outer, inner := to(2), w.delivery(3, 2)
	w.db.SetCode(receiver, reenters(t, w.manager, inner.calldata(w)), tracing.CodeChangeUnspecified)
	w.mustDeliver(outer)
	if n := w.deliveries(); n[outer.id] != 1 || n[inner.id] != 1 || len(n) != 2 {
		t.Errorf("another message from inside: %v", n)
	}
	for _, d := range []*delivery{same, outer, inner} {
		if !w.delivered(d) {
			t.Errorf("nonce %d is not marked as delivered", d.message.Nonce)
		}
		if _, err := w.deliver(d); w.name(err) != "AlreadyDelivered" {
			t.Errorf("nonce %d again: %s", d.message.Nonce, w.name(err))
		}
	}
}

// TestTargetsThatHoldPower: no message can be sent to a contract that has power over the
// bridge, in either form of sending.
func TestTargetsThatHoldPower(t *testing.T) {
	w, owner, slow := threeOwners(t)
	to := chainWord(sourceChain)
	for name, target := range map[string]common.Address{
		"fast owner": w.owner, "owner": owner, "slow owner": slow, "manager": w.manager, "remote": common.Address(remote),
	} {
		t.Log(name)
		w.refused(errOf(w.call(deployer, "sendMessage", to, target, []byte("x"))), "TargetRefused", target)
		w.refused(errOf(w.call(deployer, "sendMessage0", interoperable(sourceChain, target), []byte("x"), [][]byte{})), "TargetRefused", target)
	}
	other := common.BigToAddress(new(big.Int).Add(w.owner.Big(), big.NewInt(1)))
	w.ok(errOf(w.call(deployer, "sendMessage", to, other, []byte("x"))))
}
