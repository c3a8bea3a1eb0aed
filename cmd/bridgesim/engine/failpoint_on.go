// SPDX-License-Identifier: Apache-2.0

//go:build devnet && failpoint

package engine

import "github.com/aitbc/bridge/chains/failpoint"

func init() { hookable = failpoint.SetHook }
