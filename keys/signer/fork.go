// SPDX-License-Identifier: Apache-2.0

package signer

import "encoding/binary"

// HighestFork is the highest fork number under which a signer's journal says that a share was
// released; 0 when it says nothing. It reads and changes nothing.
func HighestFork(journal interface {
	Replay(visit func(record []byte) error) error
},
) (fork uint32, err error) {
	err = journal.Replay(func(b []byte) error {
		if releases(b) {
			fork = max(fork, binary.BigEndian.Uint32(b[1:]))
		}
		return nil
	})
	return fork, err
}
