// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package remote

import "net"

// checkPeer trusts the modes of socket and directory, which let no other user connect.
func checkPeer(*net.UnixConn) error { return nil }
