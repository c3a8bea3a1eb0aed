// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
	"github.com/aitbc/bridge/keys/schnorr"
)

// TestRefusals: each accepted delivery has its forged twins, each refused by its own error, without effect.
func TestRefusals(t *testing.T) {
	w := newWorld(t)
	thief, thiefKey := groupKey("thief")
	target := common.HexToAddress("0x1234567890123456789012345678901234567890")
	cases := []struct {
		name  string
		forge func(d *delivery) []byte // nil: the delivery as it is after the change
		want  string
	}{
		{"forged certificate", func(d *delivery) []byte { d.sign(thief, thiefKey); return nil }, "InvalidSignature"},
		{"signature of another root", func(d *delivery) []byte { d.sig = w.delivery(8, 2).sig; return nil }, "InvalidSignature"},
		{"forged path", func(d *delivery) []byte { d.siblings[1][31] ^= 1; return nil }, "InvalidSignature"},
		{"sibling more", func(d *delivery) []byte { d.siblings = append(d.siblings, message.Hash{1}); return nil }, "InvalidSignature"},
		{"sibling less", func(d *delivery) []byte { d.siblings = d.siblings[:1]; return nil }, "InvalidSignature"},
		{"epoch that was not signed", func(d *delivery) []byte { d.epoch = 2; return nil }, "InvalidSignature"},
		{"forged sender", func(d *delivery) []byte { d.message.Sender[0] ^= 1; return nil }, "InvalidMessageId"},
		{"forged nonce", func(d *delivery) []byte { d.message.Nonce++; return nil }, "InvalidMessageId"},
		{"forged gas limit", func(d *delivery) []byte { d.message.GasLimit++; return nil }, "InvalidMessageId"},
		{"forged data", func(d *delivery) []byte { d.message.Data = []byte("other"); return nil }, "InvalidMessageId"},
		{"forged id", func(d *delivery) []byte { d.id[0] ^= 1; return nil }, "InvalidMessageId"},
		{"for another chain", func(d *delivery) []byte { d.message.TargetChain = otherChain; d.sign(w.secret, w.key); return nil }, "InvalidMessageId"},
		{"for another manager", func(d *delivery) []byte { d.message.TargetManager[0] ^= 1; d.sign(w.secret, w.key); return nil }, "InvalidMessageId"},
		{"of another bridge", func(d *delivery) []byte {
			d.message.BridgeID = message.BridgeID("aitbc-other-1")
			d.sign(w.secret, w.key)
			return nil
		}, "InvalidMessageId"},
		{"of another source manager", func(d *delivery) []byte { d.message.SourceManager[0] ^= 1; d.sign(w.secret, w.key); return nil }, "InvalidMessageId"},
		{"of another finality", func(d *delivery) []byte { d.message.Finality = message.Fast; d.sign(w.secret, w.key); return nil }, "InvalidMessageId"},
		{"with an expiry", func(d *delivery) []byte { d.message.Expiry = 1; d.sign(w.secret, w.key); return nil }, "InvalidMessageId"},
		{"wrong chain", func(d *delivery) []byte { d.message.SourceChain = 5; d.sign(w.secret, w.key); return nil }, "UnknownLane"},
		{"own chain", func(d *delivery) []byte { d.message.SourceChain = targetChain; d.sign(w.secret, w.key); return nil }, "UnknownLane"},
		{"wrong manager", func(d *delivery) []byte {
			d.flags, d.retired = d.flags|0x20, (*message.Address)(target[:])
			return nil
		}, "UnknownRemote"},
		{"current manager as a retired one", func(d *delivery) []byte {
			d.flags, d.retired = d.flags|0x20, &remote
			return nil
		}, "UnknownRemote"},
		{"zero nonce", func(d *delivery) []byte { d.message.Nonce = 0; d.sign(w.secret, w.key); return nil }, "ZeroValue"},
		{"zero sender", func(d *delivery) []byte { d.message.Sender = message.Address{}; d.sign(w.secret, w.key); return nil }, "ZeroValue"},
		{"zero target", func(d *delivery) []byte { d.message.Target = message.Address{}; d.sign(w.secret, w.key); return nil }, "ZeroValue"},
		{"zero s", func(d *delivery) []byte { d.sig.S = [32]byte{}; return nil }, "ZeroValue"},
		{"zero R", func(d *delivery) []byte { d.sig.R = [20]byte{}; return nil }, "ZeroValue"},
		{"zero epoch", func(d *delivery) []byte { d.epoch = 0; d.sign(w.secret, w.key); return nil }, "SourceEpochTooOld"},
		{"s of the order", func(d *delivery) []byte { order.FillBytes(d.sig.S[:]); return nil }, "SignatureOutOfRange"},
		{"s above the order", func(d *delivery) []byte {
			s := new(big.Int).SetBytes(d.sig.S[:])
			if s.Add(s, order).BitLen() > 256 { // s + n often does not fit; the highest word is refused as well
				s.Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
			}
			s.FillBytes(d.sig.S[:])
			return nil
		}, "SignatureOutOfRange"},
		{"negated s", func(d *delivery) []byte {
			s := new(big.Int).SetBytes(d.sig.S[:])
			s.Sub(order, s).FillBytes(d.sig.S[:])
			return nil
		}, "InvalidSignature"},
		{"unknown flag 6", func(d *delivery) []byte { d.flags |= 0x40; return nil }, "UnknownFlags"},
		{"unknown flag 7", func(d *delivery) []byte { d.flags |= 0x80; return nil }, "UnknownFlags"},
		{"previous key", func(d *delivery) []byte { d.flags |= 1; return nil }, "NoPreviousKey"},
		{"asked finality fast", func(d *delivery) []byte { d.flags = 0x1a; return nil }, "UnknownLane"},
		{"asked finality fast, retired", func(d *delivery) []byte { d.flags, d.retired = 0x3a, &remote; return nil }, "UnknownRemote"},
		{"checkpoint finality safe", func(d *delivery) []byte { d.flags = 0x16; return nil }, "FinalityTooLow"},
		{"no flags", func(d *delivery) []byte { d.flags = 0; return nil }, "FinalityNotAccepted"},
		{"trailing byte", func(d *delivery) []byte { return append(d.proof(), 0) }, "TrailingBytes"},
		{"byte less", func(d *delivery) []byte { p := d.proof(); return p[:len(p)-1] }, "TrailingBytes"},
		{"short proof", func(d *delivery) []byte { return d.proof()[:86] }, "ProofTooShort"},
		{"short proof of a retired remote", func(d *delivery) []byte { d.flags |= 0x20; return d.proof()[:106] }, "ProofTooShort"},
		{"empty proof", func(d *delivery) []byte { return []byte{} }, "ProofTooShort"},
		{"recipient without code", func(d *delivery) []byte {
			d.message.Target = message.Address(target)
			d.sign(w.secret, w.key)
			return nil
		}, "RecipientRefused"},
		{"recipient that echoes", func(d *delivery) []byte {
			d.message.Target = message.Address{19: 4}
			d.sign(w.secret, w.key)
			return nil
		}, "RecipientRefused"},
		{"recipient that reverts", func(d *delivery) []byte {
			d.message.Target = message.Address(w.owner)
			d.sign(w.secret, w.key)
			return nil
		}, "RecipientReverted"},
		{"gas limit above what is left", func(d *delivery) []byte {
			d.message.GasLimit = 17_000_000
			d.sign(w.secret, w.key)
			return nil
		}, "InsufficientGas"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := w.delivery(7, 2)
			proof := c.forge(d)
			if proof == nil {
				proof = d.proof()
			}
			before := w.count()
			_, err := w.send(deployer, &w.manager, 0, d.calldataProof(w, proof))
			if got := w.name(err); got != c.want {
				t.Errorf("have %s, want %s", got, c.want)
			}
			if w.count() != before || len(w.logs) != 0 {
				t.Error("the refused delivery had an effect")
			}
		})
	}

	d := w.delivery(7, 2)
	w.mustDeliver(d)
	if _, err := w.deliver(d); w.name(err) != "AlreadyDelivered" {
		t.Errorf("replay: have %s, want AlreadyDelivered", w.name(err))
	}
	other := w.delivery(7, 4)
	if _, err := w.deliver(other); w.name(err) != "AlreadyDelivered" {
		t.Errorf("replay under another root: have %s, want AlreadyDelivered", w.name(err))
	}
	w.cfg.ChainID = big.NewInt(31338)
	if _, err := w.deliver(w.delivery(9, 0)); w.name(err) != "InvalidMessageId" {
		t.Errorf("after a fork with another chain id: have %s, want InvalidMessageId", w.name(err))
	}
}

// TestOneBit flips every bit of a delivery's calldata. Nothing but the padding that the ABI leaves unread may pass.
func TestOneBit(t *testing.T) {
	w := newWorld(t)
	d := w.delivery(7, 2)
	d.message.Data = []byte("thirty-three bytes of data, I say")
	d.sign(w.secret, w.key)
	data := d.calldata(w)
	// selector 4 | five words of head | length, data | length, proof. Padding: after data, after proof.
	dataEnd := 4 + 5*32 + 32 + len(d.message.Data)
	proofAt := 4 + 5*32 + 32 + (len(d.message.Data)+31)/32*32 + 32
	proofEnd := proofAt + len(d.proof())
	padding := func(i int) bool { return i >= dataEnd && i < proofAt-32 || i >= proofEnd }

	refused := map[string]int{}
	for i := range data {
		for bit := range 8 {
			data[i] ^= 1 << bit
			_, err := w.send(deployer, &w.manager, 0, data)
			data[i] ^= 1 << bit
			if err == nil && !padding(i) {
				t.Fatalf("calldata byte %d of %d, bit %d flipped: accepted", i, len(data), bit)
			}
			if err == nil { // behind the fields: accepted, so take it back by a fresh world
				w = newWorld(t)
				continue
			}
			refused[w.name(err)]++
		}
	}
	if _, err := w.send(deployer, &w.manager, 0, data); err != nil {
		t.Fatalf("the delivery as it was: %s", w.name(err))
	}
	t.Logf("refused by: %v", refused)
}

// TestSignatureAgreesWithGo: the contract and keys/schnorr accept and refuse the same, at every finality.
func TestSignatureAgreesWithGo(t *testing.T) {
	w := openLanes(t)
	for i := range 60 {
		asked := finalities[i%3]
		d := w.below(message.Nonce(1+i), asked, asked+message.Finality(i/3%int(4-asked)))
		root := message.Hash(d.id)
		for _, s := range d.siblings {
			root = merkle.Pair(root, s)
		}
		cp := message.Checkpoint{BridgeID: bridgeID, Root: root, Stream: message.Stream{Chain: sourceChain, Manager: remote, Finality: d.reached, Epoch: 1}}
		if i%2 == 1 {
			d.sig.S[31-i%32] ^= 1 << (i % 8)
		}
		goErr := schnorr.Verify(w.key, cp.Digest(), d.sig)
		_, err := w.deliver(d)
		if (goErr == nil) != (err == nil) {
			t.Errorf("signature %d: go says %v, the contract %s", i, goErr, w.name(err))
		}
	}
}

// TestConstructor: what a deployment refuses.
func TestConstructor(t *testing.T) {
	c := newChain(t)
	w := &world{chain: c, abi: abiOf(t, bindings.CrossChainManagerMetaData)}
	_, key := groupKey("group")
	px := new(big.Int).SetBytes(key[:])
	lock := func(seconds int64) common.Address {
		return c.mustDeploy(bindings.TimelockControllerMetaData, big.NewInt(seconds), []common.Address{deployer}, []common.Address{deployer}, common.Address{})
	}
	instant, hour, days, week := lock(0), lock(3600), lock(48*3600), lock(7*86400)
	people := []common.Address{pauser}
	none := common.Address{}
	cases := []struct {
		name    string
		chain   int64
		bridge  message.Hash
		px      *big.Int
		version uint64
		fast    common.Address
		owner   common.Address
		slow    common.Address
		pausers []common.Address
		devnet  bool
		want    string
	}{
		{"production", 1, bridgeID, px, 1, hour, days, week, people, false, "success"},
		{"devnet", 31399, bridgeID, px, 1, instant, instant, instant, people, true, "success"},
		{"zero bridge id", 1, message.Hash{}, px, 1, hour, days, week, people, false, "ZeroValue"},
		{"zero key", 1, bridgeID, new(big.Int), 1, hour, days, week, people, false, "ZeroValue"},
		{"key of the order", 1, bridgeID, order, 1, hour, days, week, people, false, "InvalidKey"},
		{"key off the curve", 1, bridgeID, big.NewInt(5), 1, hour, days, week, people, false, "InvalidKey"},
		{"zero key version", 1, bridgeID, px, 0, hour, days, week, people, false, "ZeroValue"},
		{"no fast owner", 1, bridgeID, px, 1, none, days, week, people, false, "ZeroValue"},
		{"no owner", 1, bridgeID, px, 1, hour, none, week, people, false, "ZeroValue"},
		{"no slow owner", 1, bridgeID, px, 1, hour, days, none, people, false, "ZeroValue"},
		{"owner without code", 1, bridgeID, px, 1, hour, pauser, week, people, false, "NotTimelock"},
		{"fast owner too fast", 1, bridgeID, px, 1, instant, days, week, people, false, "DelayTooShort"},
		{"owner too fast", 1, bridgeID, px, 1, hour, hour, week, people, false, "DelayTooShort"},
		{"slow owner too fast", 1, bridgeID, px, 1, hour, days, days, people, false, "DelayTooShort"},
		{"no pausers", 1, bridgeID, px, 1, hour, days, week, nil, false, "ZeroValue"},
		{"zero pauser", 1, bridgeID, px, 1, hour, days, week, []common.Address{none}, false, "ZeroValue"},
		{"devnet on a real chain", 1, bridgeID, px, 1, hour, days, week, people, true, "DevnetRefused"},
		{"devnet just below", 31336, bridgeID, px, 1, hour, days, week, people, true, "DevnetRefused"},
		{"devnet just above", 31400, bridgeID, px, 1, hour, days, week, people, true, "DevnetRefused"},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			c.cfg.ChainID = big.NewInt(k.chain)
			_, err := c.deploy(bindings.CrossChainManagerMetaData, [32]byte(k.bridge), k.px, k.version, k.fast, k.owner, k.slow, k.pausers, k.devnet)
			if got := w.name(err); got != k.want {
				var r *revert
				errors.As(err, &r)
				t.Errorf("have %s (%v), want %s", got, r, k.want)
			}
		})
	}
}
