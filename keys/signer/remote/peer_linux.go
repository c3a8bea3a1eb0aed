// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

// checkPeer refuses a process of another user. The kernel tells who connected.
func checkPeer(c *net.UnixConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPeer, err)
	}
	var peer *syscall.Ucred
	var asked error
	if err := raw.Control(func(fd uintptr) {
		peer, asked = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	}); err != nil {
		return fmt.Errorf("%w: %w", ErrPeer, err)
	}
	if asked != nil {
		return fmt.Errorf("%w: %w", ErrPeer, asked)
	}
	if int(peer.Uid) != os.Geteuid() {
		return fmt.Errorf("uid %d, process %d: %w", peer.Uid, peer.Pid, ErrPeer)
	}
	return nil
}
