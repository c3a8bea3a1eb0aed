// SPDX-License-Identifier: Apache-2.0

package audit

import "math/bits"

// windowRoot pairs the leaves level by level; the last node of an odd level moves up unchanged.
func windowRoot(leaves []Hash) Hash {
	level := leaves
	for len(level) > 1 {
		var up []Hash
		for i := 0; i+1 < len(level); i += 2 {
			up = append(up, pair(level[i], level[i+1]))
		}
		if len(level)%2 == 1 {
			up = append(up, level[len(level)-1])
		}
		level = up
	}
	return level[0]
}

// windowPath is the path of leaf i up to the window root.
func windowPath(leaves []Hash, i int) (path []Hash) {
	level := leaves
	for len(level) > 1 {
		var up []Hash
		for j := 0; j < len(level); j += 2 {
			if j+1 == len(level) {
				up = append(up, level[j])
				continue
			}
			switch i {
			case j:
				path = append(path, level[j+1])
			case j + 1:
				path = append(path, level[j])
			}
			up = append(up, pair(level[j], level[j+1]))
		}
		level, i = up, i/2
	}
	return path
}

// mountains is a mountain range with all its nodes: levels[l][i] covers the windows from
// i·2^l to (i+1)·2^l − 1.
type mountains struct {
	levels [][]Hash
}

func (m *mountains) count() int {
	if len(m.levels) == 0 {
		return 0
	}
	return len(m.levels[0])
}

func (m *mountains) add(root Hash) {
	for l := 0; ; l++ {
		if l == len(m.levels) {
			m.levels = append(m.levels, nil)
		}
		m.levels[l] = append(m.levels[l], root)
		n := len(m.levels[l])
		if n%2 == 1 {
			return
		}
		root = pair(m.levels[l][n-2], m.levels[l][n-1])
	}
}

// cut is an independent range of the first n windows.
func (m *mountains) cut(n int) mountains {
	var out mountains
	for i := range n {
		out.add(m.levels[0][i])
	}
	return out
}

// peaks of the first n windows, the highest mountain first.
func (m *mountains) peaks(n int) (out []Hash) {
	at := 0
	for l := bits.Len(uint(n)) - 1; l >= 0; l-- {
		if n>>l&1 == 1 {
			out = append(out, m.levels[l][at>>l])
			at += 1 << l
		}
	}
	return out
}

func bag(peaks []Hash) Hash {
	out := peaks[0]
	for _, p := range peaks[1:] {
		out = pair(out, p)
	}
	return out
}

// signedRoot is what is signed for window w, which is in the range.
func (m *mountains) signedRoot(w int) Hash {
	if w == 0 {
		return m.levels[0][0]
	}
	return pair(bag(m.peaks(w)), m.levels[0][w])
}

// peaksHash binds number and peaks of the windows up to and with w.
func (m *mountains) peaksHash(w int) Hash {
	e := encoded{}.number(uint64(w + 1))
	for _, p := range m.peaks(w + 1) {
		e = e.hash(p)
	}
	return keccak(e)
}

// path leads from the root of window i to the signed root of window w ≥ i.
func (m *mountains) path(i, w int) (out []Hash) {
	if i == w {
		if w == 0 {
			return nil
		}
		return []Hash{bag(m.peaks(w))}
	}
	// The mountain over the first w windows that holds window i.
	peaks := m.peaks(w)
	at, nth := 0, 0
	for l := bits.Len(uint(w)) - 1; l >= 0; l-- {
		if w>>l&1 == 0 {
			continue
		}
		if i < at+1<<l {
			for k := range l {
				out = append(out, m.levels[k][i>>k^1])
			}
			break
		}
		at += 1 << l
		nth++
	}
	if nth > 0 {
		out = append(out, bag(peaks[:nth]))
	}
	out = append(out, peaks[nth+1:]...)
	return append(out, m.levels[0][w])
}
