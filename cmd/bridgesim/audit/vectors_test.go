// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// hexes is a JSON string 0x….
type hexes []byte

func (h *hexes) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := hex.DecodeString(strings.TrimPrefix(s, "0x"))
	*h = v
	return err
}

func (h hexes) hash() Hash       { return Hash(h) }
func (h hexes) address() Address { return Address(h) }

func vectors(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("../../../contracts/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// The shared vectors of Go and Solidity hold for the auditors' own encoders.
func TestMessageVectors(t *testing.T) {
	var v struct {
		Tags []struct {
			Name string
			Tag  hexes
		}
		Bridges []struct {
			ChainID  string
			BridgeID hexes
		}
		Lanes []struct {
			SourceChain   uint64
			SourceManager hexes
			Finality      uint64
			Lane          hexes
		}
		Messages []struct {
			Name                                                       string
			BridgeID, SourceManager, TargetManager, Sender, Target, ID hexes
			SourceChain, TargetChain, Nonce, Finality                  uint64
			GasLimit                                                   uint32
			Data                                                       hexes
		}
		Receipts []struct {
			BridgeID, Manager, MessageID, Deliverer, Leaf hexes
			Chain                                         uint64
		}
		Checkpoints []struct {
			BridgeID, SourceManager, BlockHash, PeaksHash, Root, BodyHash, Digest hexes
			SourceChain, Finality, End, MessageCount, LeafCount                   uint64
			SourceEpoch                                                           uint32
		}
	}
	vectors(t, "messages.json", &v)
	for _, x := range v.Tags {
		if Tag(x.Name) != x.Tag.hash() {
			t.Errorf("tag %s", x.Name)
		}
	}
	for _, x := range v.Bridges {
		if BridgeID(x.ChainID) != x.BridgeID.hash() {
			t.Errorf("bridge %s", x.ChainID)
		}
	}
	lanes := 0
	for _, x := range v.Lanes {
		if x.Finality == final {
			lanes++
			if LaneID(x.SourceChain, x.SourceManager.address()) != x.Lane.address() {
				t.Errorf("lane of chain %d", x.SourceChain)
			}
		}
	}
	for _, x := range v.Messages {
		s := Send{
			SourceChain: x.SourceChain, SourceManager: x.SourceManager.address(), TargetChain: x.TargetChain, TargetManager: x.TargetManager.address(),
			Nonce: x.Nonce, Sender: x.Sender.address(), Target: x.Target.address(), GasLimit: x.GasLimit, Data: x.Data,
		}
		if messageID(x.BridgeID.hash(), s, x.Finality) != x.ID.hash() {
			t.Errorf("message %s", x.Name)
		}
	}
	for _, x := range v.Receipts {
		if ReceiptLeaf(x.BridgeID.hash(), x.Chain, x.Manager.address(), x.MessageID.hash(), x.Deliverer.address()) != x.Leaf.hash() {
			t.Errorf("receipt of %x", x.MessageID)
		}
	}
	for _, x := range v.Checkpoints {
		s := Stream{Chain: x.SourceChain, Manager: x.SourceManager.address(), Epoch: x.SourceEpoch}
		c := Checkpoint{
			End: x.End, BlockHash: x.BlockHash.hash(), MessageCount: x.MessageCount, LeafCount: x.LeafCount,
			PeaksHash: x.PeaksHash.hash(), Root: x.Root.hash(),
		}
		if bodyHash(x.BridgeID.hash(), s, x.Finality, c) != x.BodyHash.hash() {
			t.Errorf("body hash of window %d", x.End)
		}
		if digest(x.BridgeID.hash(), s.Chain, s.Manager, x.Finality, s.Epoch, c.Root) != x.Digest.hash() {
			t.Errorf("digest of window %d", x.End)
		}
	}
	if lanes == 0 || len(v.Tags) == 0 || len(v.Messages) == 0 || len(v.Receipts) == 0 || len(v.Checkpoints) == 0 {
		t.Error("vectors are missing")
	}
}

func TestTreeVectors(t *testing.T) {
	var v struct {
		Pairs   []struct{ A, B, Parent hexes }
		Windows []struct {
			Index                             int
			Leaves                            []hexes
			WindowRoot, SignedRoot, PeaksHash hexes
			Peaks                             []hexes
		}
		Proofs []struct {
			Window, Under int
			Leaf, Root    hexes
			Siblings      []hexes
			Valid         bool
		}
	}
	vectors(t, "tree.json", &v)
	for _, x := range v.Pairs {
		if pair(x.A.hash(), x.B.hash()) != x.Parent.hash() {
			t.Errorf("pair of %x and %x", x.A, x.B)
		}
	}
	var m mountains
	var windows [][]Hash
	for i, x := range v.Windows {
		var leaves []Hash
		for _, l := range x.Leaves {
			leaves = append(leaves, l.hash())
		}
		windows = append(windows, leaves)
		root := windowRoot(leaves)
		m.add(root)
		if root != x.WindowRoot.hash() || m.signedRoot(i) != x.SignedRoot.hash() || m.peaksHash(i) != x.PeaksHash.hash() {
			t.Errorf("window %d", x.Index)
		}
		if peaks := m.peaks(i + 1); len(peaks) != len(x.Peaks) || peaks[0] != x.Peaks[0].hash() {
			t.Errorf("peaks of window %d", x.Index)
		}
	}
	good := 0
	for i, x := range v.Proofs {
		at := -1
		for j, l := range windows[x.Window] {
			if l == x.Leaf.hash() {
				at = j
			}
		}
		same := at >= 0
		var own []Hash
		if same {
			own = append(windowPath(windows[x.Window], at), m.path(x.Window, x.Under)...)
			same = len(own) == len(x.Siblings)
		}
		node := x.Leaf.hash()
		for j, s := range x.Siblings {
			same = same && own[j] == s.hash()
			node = pair(node, s.hash())
		}
		if (node == x.Root.hash()) != x.Valid {
			t.Errorf("proof %d: valid is %t", i, !x.Valid)
		}
		if x.Valid {
			good++
			if !same {
				t.Errorf("proof %d of window %d under %d: own path differs", i, x.Window, x.Under)
			}
		}
	}
	if good == 0 || good == len(v.Proofs) {
		t.Errorf("%d of %d proofs are valid", good, len(v.Proofs))
	}
}

func TestSchnorrVectors(t *testing.T) {
	var v struct {
		Signatures []struct {
			Name             string
			Px, Digest, S, R hexes
			Valid            bool
		}
	}
	vectors(t, "schnorr.json", &v)
	count := map[bool]int{}
	for _, x := range v.Signatures {
		count[x.Valid]++
		if got := VerifySignature([32]byte(x.Px), x.Digest.hash(), [32]byte(x.S), x.R.address()); got != x.Valid {
			t.Errorf("%s: have %t, want %t", x.Name, got, x.Valid)
		}
	}
	if count[true] == 0 || count[false] == 0 {
		t.Errorf("vectors are missing: %v", count)
	}
}
