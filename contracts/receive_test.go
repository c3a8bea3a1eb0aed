// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/tracing"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
)

// leafProof is a proof for verifyLeaf of a leaf, through the signature of a delivery with the same siblings.
func (w *world) leafProof(leaf message.Hash, epoch uint32) []byte {
	d := &delivery{flags: 0x1e, reached: message.Final, epoch: epoch, message: message.Message{BridgeID: bridgeID, SourceChain: sourceChain, SourceManager: remote}}
	d.siblings = []message.Hash{sibling}
	d.sig = sign(w.secret, w.key, d.digest(merkle.Pair(leaf, sibling)))
	return d.proof()
}

func TestVerifyLeaf(t *testing.T) {
	w := newWorld(t)
	from := chainWord(sourceChain)
	check := func(chain *big.Int, leaf message.Hash, proof []byte) error {
		return errOf(w.call(stranger, "verifyLeaf", chain, [32]byte(leaf), proof))
	}
	receipt := message.Receipt{BridgeID: bridgeID, Chain: sourceChain, Manager: remote, MessageID: message.ID{1}, Deliverer: sender}
	d := w.delivery(1, 0)
	for name, leaf := range map[string]message.Hash{"message": message.Hash(d.id), "receipt": receipt.Leaf()} {
		proof := w.leafProof(leaf, 1)
		if out := w.view("verifyLeaf", from, [32]byte(leaf), proof); out[0] != true {
			t.Errorf("%s: have %v", name, out)
		}
		wrong := leaf
		wrong[31] ^= 1
		w.refused(check(from, wrong, proof), "InvalidSignature", [32]byte(merkle.Pair(wrong, sibling)))
		w.refused(check(from, message.Hash{}, proof), "ZeroValue", "leaf")
		for at := 1; at < 31; at++ { // nonce, gas limit, sender
			changed := bytes.Clone(proof)
			changed[at] = 1
			w.refused(check(from, leaf, changed), "HeaderNotZero")
		}
		w.refused(check(num(5), leaf, proof), "UnknownLane", num(5), final)
		huge := new(big.Int).Lsh(num(1), 64)
		w.refused(check(huge, leaf, proof), "ChainIdTooLarge", huge)
		// A known lane of another chain: the signature names the chain.
		w.refused(check(chainWord(otherChain), leaf, proof), "InvalidSignature", [32]byte(merkle.Pair(leaf, sibling)))
	}
	other := receipt
	other.Deliverer[0] ^= 1
	w.refused(check(from, other.Leaf(), w.leafProof(receipt.Leaf(), 1)), "InvalidSignature",
		[32]byte(merkle.Pair(other.Leaf(), sibling)))

	// It writes nothing: no replay bit, no epoch.
	w.ok(check(from, message.Hash(d.id), w.leafProof(message.Hash(d.id), 9)))
	if _, epoch := w.inbound(sourceChain); epoch != 1 || w.delivered(d) {
		t.Error("verifyLeaf had an effect")
	}
	w.mustDeliver(d)

	proof := w.leafProof(receipt.Leaf(), 1)
	w.mustFrom(pauser, "pauseInbound", from, final)
	w.refused(check(from, receipt.Leaf(), proof), "LaneIsPaused", from, final, num(w.time+pause))
	w.time += pause
	w.mustFrom(pauser, "pauseAll")
	w.refused(check(from, receipt.Leaf(), proof), "EverythingIsPaused", num(w.time+pause))
	w.time += pause
	w.ok(check(from, receipt.Leaf(), proof))
	w.mustDeliver(w.at(2, 2))
	w.refused(check(from, receipt.Leaf(), proof), "SourceEpochTooOld", num(1), num(2))
	w.ok(check(from, receipt.Leaf(), w.leafProof(receipt.Leaf(), 2)))

	u := unsealed(t)
	_, err := u.call(stranger, "verifyLeaf", from, [32]byte(receipt.Leaf()), proof)
	u.refused(err, "NotSealed")
}

// at is a delivery that is certified in a source epoch.
func (w *world) at(nonce message.Nonce, epoch uint32) *delivery {
	d := w.delivery(nonce, 2)
	d.epoch = epoch
	return d.sign(w.secret, w.key)
}

func TestSourceEpoch(t *testing.T) {
	w := newWorld(t)
	lane := laneOf(sourceChain)
	w.mustDeliver(w.at(1, 1))
	if w.emitted("SourceEpochRaised", lane, uint32(1)) != 0 {
		t.Error("raised to what it was")
	}

	forged := w.at(2, 5)
	forged.sig.S[31] ^= 1
	failing := w.at(2, 5)
	failing.message.Target = message.Address(receiver) // no code
	failing.sign(w.secret, w.key)
	w.refused(errOf(w.deliver(forged)), "InvalidSignature", [32]byte(forged.root()))
	w.refused(errOf(w.deliver(failing)), "RecipientRefused", receiver, []byte{})
	if _, epoch := w.inbound(sourceChain); epoch != 1 {
		t.Fatalf("a refused proof raised the epoch to %d", epoch)
	}

	w.mustDeliver(w.at(2, 5))
	w.emits("SourceEpochRaised", lane, uint32(5))
	if _, epoch := w.inbound(sourceChain); epoch != 5 {
		t.Errorf("epoch %d, want 5", epoch)
	}
	if _, epoch := w.inbound(otherChain); epoch != 1 {
		t.Errorf("the epoch of another lane is %d", epoch)
	}
	for _, old := range []uint32{0, 1, 4} {
		w.refused(errOf(w.deliver(w.at(3, old))), "SourceEpochTooOld", num(uint64(old)), num(5))
	}
	w.refused(errOf(w.deliver(w.at(2, 6))), "AlreadyDelivered", lane, num(2)) // a newer epoch opens no replay
	w.mustDeliver(w.at(3, 5))
	if w.emitted("SourceEpochRaised", lane, uint32(5)) != 0 {
		t.Error("raised to what it was")
	}

	// Pausing and lifting leave the epoch alone.
	w.mustFrom(pauser, "pauseInbound", chainWord(sourceChain), final)
	w.ok(w.through(w.owner, "unpauseInbound", chainWord(sourceChain), final))
	w.refused(errOf(w.deliver(w.at(4, 4))), "SourceEpochTooOld", num(4), num(5))

	// A retired lane keeps its epoch and raises its own.
	w.ok(w.through(w.owner, "addLane", chainWord(sourceChain), final, newer))
	retired := func(nonce message.Nonce, epoch uint32) *delivery {
		d := w.at(nonce, epoch)
		d.flags, d.retired = d.flags|0x20, &remote
		return d
	}
	w.refused(errOf(w.deliver(retired(4, 4))), "SourceEpochTooOld", num(4), num(5))
	w.mustDeliver(retired(4, 1<<32-1))
	w.emits("SourceEpochRaised", lane, uint32(1<<32-1))
	w.refused(errOf(w.deliver(retired(5, 1<<32-2))), "SourceEpochTooOld", num(1<<32-2), num(1<<32-1))
	if out := w.view("retired", lane); out[0] != uint64(sourceChain) || out[2] != uint32(1<<32-1) || out[3] != uint8(0) {
		t.Errorf("retired lane: %v", out)
	}
	if _, epoch := w.inbound(sourceChain); epoch != 1 {
		t.Errorf("the new lane starts at epoch %d", epoch)
	}
}

// TestRecipients: a recipient that fails is named as the cause, and the message stays deliverable.
func TestRecipients(t *testing.T) {
	w := newWorld(t)
	recipient := abiOf(t, bindings.IERC7786RecipientMetaData)
	magic := common.RightPadBytes(recipient.Methods["receiveMessage"].ID, 32)
	word := func(change int) []byte { // code that returns the magic value with one byte of it changed
		out := bytes.Clone(magic)
		if change >= 0 {
			out[change] ^= 1
		}
		return append(append([]byte{0x7f}, out...), common.FromHex("5f5260205ff3")...)
	}
	zeros := func(n int) []byte { return make([]byte, n) }
	changed := func(at int) []byte { out := bytes.Clone(magic); out[at] ^= 1; return out }
	cases := []struct {
		name, code, want string
		raw, returned    []byte
	}{
		{"no code", "", "RecipientRefused", nil, nil},
		{"returns nothing", "00", "RecipientRefused", nil, nil},
		{"returns zero", "60205ff3", "RecipientRefused", nil, zeros(32)},
		{"returns four bytes", "", "RecipientRefused", append(append([]byte{0x7f}, magic...), common.FromHex("5f5260045ff3")...), magic[:4]},
		{"returns too much", "6103e85ff3", "RecipientRefused", nil, zeros(256)},
		{"wrong magic", "", "RecipientRefused", word(3), changed(3)},
		{"magic with padding set", "", "RecipientRefused", word(31), changed(31)},
		{"reverts with a reason", "63deadbeef5f526004601cfd", "RecipientReverted", nil, common.FromHex("deadbeef")},
		{"reverts with the magic", "", "RecipientReverted", append(word(-1)[:38:38], 0xfd), magic},
		{"reverts with too much", "6103e85ffd", "RecipientReverted", nil, zeros(256)},
		{"burns its gas", "fe", "RecipientReverted", nil, nil},
	}
	for i, c := range cases {
		code := append(common.FromHex(c.code), c.raw...)
		d := w.delivery(message.Nonce(1+i), 2)
		d.message.Target = message.Address(receiver)
		d.sign(w.secret, w.key)
		w.db.SetCode(receiver, code, tracing.CodeChangeUnspecified)
		for range 2 { // refused alike again: the replay bit is not set
			t.Log(c.name)
			w.refused(errOf(w.deliver(d)), c.want, receiver, append([]byte{}, c.returned...))
		}
		if w.delivered(d) {
			t.Errorf("%s: marked as delivered", c.name)
		}
		w.db.SetCode(receiver, word(-1), tracing.CodeChangeUnspecified)
		w.mustDeliver(d)
		w.emits("MessageDelivered", [32]byte(d.id), deployer)
		if !w.delivered(d) {
			t.Errorf("%s: not marked as delivered", c.name)
		}
		w.refused(errOf(w.deliver(d)), "AlreadyDelivered", common.Address(d.message.Lane().ID()), num(uint64(1+i)))
	}

	// Precompile 4 returns its input, which is also what a recipient is called with.
	d := w.delivery(100, 2)
	echo := common.BytesToAddress([]byte{4})
	d.message.Target = message.Address(echo)
	d.sign(w.secret, w.key)
	frame, err := recipient.Pack("receiveMessage", [32]byte(d.id), interoperable(sourceChain, common.Address(sender)), d.message.Data)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w.refused(errOf(w.deliver(d)), "RecipientRefused", echo, frame)
	}
	if w.delivered(d) {
		t.Error("precompile 4: marked as delivered")
	}
}
