// SPDX-License-Identifier: Apache-2.0

package curve

import "github.com/consensys/gnark-crypto/ecc/secp256k1"

// baseTable has j·16^i·G for each of the 64 half bytes i of a scalar and j in 1 … 15: 60 KiB,
// made once in about a millisecond. It makes multiplications of G three times faster.
var baseTable = makeBaseTable()

func makeBaseTable() (out [64][15]Affine) {
	_, g := secp256k1.Generators()
	var power secp256k1.G1Jac
	power.FromAffine(&g)
	all := make([]secp256k1.G1Jac, 0, 64*15)
	for range 64 {
		multiple := power
		for range 15 {
			all = append(all, multiple)
			multiple.AddAssign(&power)
		}
		power = multiple // 16 times
	}
	for k, p := range secp256k1.BatchJacobianToAffineG1(all) {
		out[k/15][k%15] = p
	}
	return out
}

// MulBasePublic is k·G in variable time: only for a k that everybody may know.
func MulBasePublic(k *Element) (out Affine) {
	var sum secp256k1.G1Jac
	sum.FromAffine(&Affine{})
	for i, b := range k.Bytes() {
		at := 2 * (31 - i)
		if high := b >> 4; high != 0 {
			sum.AddMixed(&baseTable[at+1][high-1])
		}
		if low := b & 15; low != 0 {
			sum.AddMixed(&baseTable[at][low-1])
		}
	}
	out.FromJacobian(&sum)
	return out
}
