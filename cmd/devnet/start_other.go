// SPDX-License-Identifier: Apache-2.0

//go:build !devnet

package devnet

import (
	"context"
	"errors"
)

// ErrBuild: this program cannot deal keys.
var ErrBuild = errors.New("this program was built without the tag devnet, which holds the key dealer; use make build")

// Start is refused.
func Start(context.Context, Options) (*Network, error) { return nil, ErrBuild }
