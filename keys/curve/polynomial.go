// SPDX-License-Identifier: Apache-2.0

package curve

// Lagrange is the coefficient of member at in the interpolation at x over all members.
// members are distinct and include at; x is not among them unless it equals at.
func Lagrange(members []Index, at, x Index) Element {
	var num, den, xe, xi Element
	num.SetOne()
	den.SetOne()
	xe.SetUint64(uint64(x))
	xi.SetUint64(uint64(at))
	for _, j := range members {
		if j == at {
			continue
		}
		var xj, d Element
		xj.SetUint64(uint64(j))
		d.Sub(&xj, &xe)
		num.Mul(&num, &d)
		d.Sub(&xj, &xi)
		den.Mul(&den, &d)
	}
	den.Inverse(&den)
	return *num.Mul(&num, &den)
}

// Interpolate evaluates at x the polynomial through (members[k], values[k]) in the exponent.
func Interpolate(members []Index, values []Affine, x Index) (sum Affine) {
	for k, i := range members {
		l := Lagrange(members, i, x)
		term := MulPublic(&values[k], &l)
		sum.Add(&sum, &term)
	}
	return sum
}

// Evaluate is Σ x^k·c[k]. It meets secrets with field arithmetic alone.
func Evaluate(c []Element, at Index) (sum Element) {
	var x Element
	x.SetUint64(uint64(at))
	for k := len(c) - 1; k >= 0; k-- {
		sum.Mul(&sum, &x).Add(&sum, &c[k])
	}
	return sum
}
