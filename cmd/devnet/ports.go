// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

const (
	// firstSlotPort is where a network with ports of its own choice says that it has its slot.
	firstSlotPort = 8600
	// slots is how many such networks a machine can have.
	slots = 6
)

// slotOffset is what is added to the ports of the network in a slot, whatever hundreds come on top: the ports of two
// slots never meet, as 56, 57, 60 and 90 moved by 0 or 2, and by 0, 10 or 20, have nothing in common.
func slotOffset(slot int) int { return slot/2*10 + slot%2*2 }

// choosePorts finds an offset at which every port of every validator is free, and keeps other networks off
// them until the listener is closed, also while validators are down. All of them stay below 32768,
// where the system begins to take ports for outgoing connections: one that is free now could be one of those
// when the validator starts.
func choosePorts(validators int) (offset int, held net.Listener, err error) {
	for slot := range slots {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(firstSlotPort+slot)))
		if err != nil {
			continue
		}
		var taken error
		for range 100 {
			offset = 500 + 100*rand.IntN(45) + slotOffset(slot)
			if taken = freePorts(offset, validators); taken == nil {
				return offset, l, nil
			}
		}
		return 0, nil, errors.Join(fmt.Errorf("no free ports: %w", taken), l.Close())
	}
	return 0, nil, fmt.Errorf("no free ports: %d networks run, or others use ports from %d on", slots, firstSlotPort)
}

// freePorts reports the first port of the validators that is taken.
func freePorts(offset, validators int) error {
	for i := range validators {
		for _, p := range validatorPorts {
			port := p + offset + portStep*i
			l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
			if err != nil {
				return fmt.Errorf("validator %d: port %d: %w", i, port, err)
			}
			_ = l.Close()
		}
	}
	return nil
}

// validatorPorts are those of CometBFT's peers, its RPC, gRPC and metrics, before any offset.
var validatorPorts = []int{26656, 26657, 9090, 26660}
