// SPDX-License-Identifier: Apache-2.0

package merkle

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

func TestVectors(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "contracts", "vectors", "tree.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Pairs   []struct{ A, B, Parent message.Hash }
		Windows []struct {
			Leaves, Peaks                     []message.Hash
			WindowRoot, SignedRoot, PeaksHash message.Hash
		}
		Proofs []struct {
			Leaf, Root message.Hash
			Siblings   []message.Hash
			Valid      bool
		}
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Pairs) == 0 || len(v.Windows) == 0 || len(v.Proofs) == 0 {
		t.Fatal("empty vectors")
	}
	for i, c := range v.Pairs {
		if Pair(c.A, c.B) != c.Parent {
			t.Errorf("pair %d", i)
		}
	}
	var r Range
	for i, c := range v.Windows {
		root, err := WindowRoot(c.Leaves)
		if err != nil || root != c.WindowRoot || SignedRoot(r, root) != c.SignedRoot {
			t.Errorf("roots of window %d: %v", i, err)
		}
		if r = r.Append(root); !slices.Equal(r.Peaks, c.Peaks) || r.PeaksHash() != c.PeaksHash {
			t.Errorf("peaks after window %d", i)
		}
	}
	valid := 0
	for i, c := range v.Proofs {
		if (Verify(c.Leaf, c.Siblings) == c.Root) != c.Valid {
			t.Errorf("proof %d", i)
		}
		if c.Valid {
			valid++
		}
	}
	if valid == 0 || valid == len(v.Proofs) {
		t.Error("accepted and refused proofs must both be there")
	}
}
