// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"encoding/hex"
	"fmt"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/accounts/abi"

	"github.com/aitbc/bridge/contracts/bindings"
)

// Reason is why a contract refused a call.
type Reason struct {
	// Name of the custom error, such as AlreadyDelivered; "Error" for a text, "Panic" for a
	// Solidity panic, "" when the contract gave nothing that is known.
	Name string
	Args []any  // decoded arguments of the error, in its order
	Text string // of an Error(string), or what the endpoint said when nothing decodes
	Data []byte // the bytes that were returned
}

// String is the error's name with its arguments.
func (r Reason) String() string {
	switch {
	case r.Name == "":
		if r.Text != "" {
			return r.Text
		}
		return "no reason given"
	case r.Text != "":
		return r.Name + ": " + r.Text
	}
	args := make([]string, len(r.Args))
	for i, a := range r.Args {
		switch v := a.(type) {
		case []byte:
			args[i] = "0x" + hex.EncodeToString(v[:min(len(v), 64)])
		case [32]byte:
			args[i] = "0x" + hex.EncodeToString(v[:])
		case [4]byte:
			args[i] = "0x" + hex.EncodeToString(v[:])
		default:
			args[i] = fmt.Sprint(v)
		}
	}
	return r.Name + "(" + strings.Join(args, ", ") + ")"
}

var managerABI = sync.OnceValue(func() *abi.ABI {
	a, err := bindings.CrossChainManagerMetaData.GetAbi()
	if err != nil || a == nil {
		panic("evm: the manager's binding has no ABI") // a build error: the text is generated
	}
	return a
})

// Reason decodes what the contract returned.
func (e *RevertError) Reason() Reason {
	r := DecodeReason(e.Data)
	if r.Name == "" {
		r.Text = e.Text
	}
	return r
}

// DecodeReason reads the data of a revert by the manager's own errors, Error(string) and
// Panic(uint256). Unknown data gives a Reason without name.
func DecodeReason(data []byte) Reason {
	r := Reason{Data: data}
	if len(data) < 4 {
		return r
	}
	if e, err := managerABI().ErrorByID([4]byte(data[:4])); err == nil {
		if args, err := e.Inputs.Unpack(data[4:]); err == nil {
			r.Name, r.Args = e.Name, args
			return r
		}
	}
	if text, err := abi.UnpackRevert(data); err == nil {
		r.Name, r.Text = "Error", text
		if string(data[:4]) == "\x4e\x48\x7b\x71" {
			r.Name = "Panic"
		}
	}
	return r
}
