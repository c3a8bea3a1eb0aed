// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package keystore

import "errors"

// exchange is refused where a system has no exchange of names in one step.
func exchange(string, string) error { return errors.ErrUnsupported }
