// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"errors"
	"math/big"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// classify turns what an attempt came to into the reason that a sender sees.
func classify(err error) Reason {
	var refused *evm.RevertError
	switch {
	case err == nil:
		return Delivered
	case errors.As(err, &refused):
		return classifyRevert(refused.Reason().Name)
	case errors.Is(err, errPaused):
		return LanePaused
	case errors.Is(err, errOutdated):
		return Outdated
	case errors.Is(err, errDemanded):
		return FinalityDemanded
	case errors.Is(err, stream.ErrNotFound), errors.Is(err, errUnproven):
		return Certified
	case errors.Is(err, message.ErrUnderpriced):
		return Underpriced
	}
	return TargetUnreachable
}

func classifyRevert(name string) Reason {
	switch name {
	case "AlreadyDelivered":
		return Delivered
	case "LaneIsPaused", "EverythingIsPaused", "NotSealed":
		return LanePaused
	case "FinalityDemanded":
		return FinalityDemanded
	case "RecipientReverted", "RecipientRefused", "InsufficientGas":
		return RecipientReverted
	case "":
		return RecipientReverted // out of gas and the like, inside the recipient's call
	}
	return Outdated
}

// demanded is the finality that a refusal names; 0 when it names none.
func demanded(err error) message.Finality {
	var refused *evm.RevertError
	if !errors.As(err, &refused) {
		return 0
	}
	args := refused.Reason().Args // recipient, demanded, finality of the checkpoint
	if len(args) < 2 {
		return 0
	}
	f, ok := args[1].(*big.Int)
	if !ok || !f.IsUint64() || f.Uint64() > uint64(message.Final) {
		return 0
	}
	return message.Finality(f.Uint64())
}
