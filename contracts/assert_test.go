// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
)

const (
	final = uint8(message.Final)
	pause = uint64(72 * 3600)
)

var (
	stranger = common.HexToAddress("0x57A46E57A46E57A46E57A46E57A46E57A46E57A4")
	newer    = common.HexToAddress("0x8e3012ab8e3012ab8e3012ab8e3012ab8e3012ab")
	sibling  = message.Keccak([]byte("sibling"))
	receiver = common.HexToAddress("0x1234567890123456789012345678901234567890")
)

func num(v uint64) *big.Int { return new(big.Int).SetUint64(v) }

// refused compares the whole revert: the error and every argument of it.
func (w *world) refused(err error, name string, args ...any) {
	w.t.Helper()
	e, ok := w.abi.Errors[name]
	if !ok {
		w.t.Fatalf("no error %s", name)
	}
	in, packErr := e.Inputs.Pack(args...)
	if packErr != nil {
		w.t.Fatalf("%s: %v", name, packErr)
	}
	var r *revert
	if !errors.As(err, &r) {
		w.t.Errorf("have %s, want %s", w.name(err), name)
	} else if want := append(e.ID.Bytes()[:4], in...); !bytes.Equal(r.data, want) {
		w.t.Errorf("have %s %x, want %s %x", w.name(err), r.data, name, want)
	}
	if len(w.logs) != 0 {
		w.t.Errorf("%s: refused, yet %d events", name, len(w.logs))
	}
}

// emitted counts the manager's events of a name, all arguments of which are as given, in the last transaction.
func (w *world) emitted(name string, args ...any) (n int) {
	w.t.Helper()
	e := w.abi.Events[name]
	topics, data := []common.Hash{e.ID}, []byte{}
	for i, in := range e.Inputs {
		word, err := abi.Arguments{in}.Pack(args[i])
		if err != nil {
			w.t.Fatal(err)
		}
		if in.Indexed {
			topics = append(topics, common.Hash(word))
		} else {
			data = append(data, word...)
		}
	}
	for _, l := range w.logs {
		same := l.Address == w.manager && len(l.Topics) == len(topics) && bytes.Equal(l.Data, data)
		for i := 0; same && i < len(topics); i++ {
			same = l.Topics[i] == topics[i]
		}
		if same {
			n++
		}
	}
	return n
}

func (w *world) emits(name string, args ...any) {
	w.t.Helper()
	if n := w.emitted(name, args...); n != 1 {
		w.t.Errorf("%s %v: emitted %d times, want once", name, args, n)
	}
}

func (w *world) view(method string, args ...any) []any {
	w.t.Helper()
	w.must(method, args...)
	out, err := w.abi.Unpack(method, w.out)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) delivered(d *delivery) bool {
	w.t.Helper()
	return w.view("verifiedMessages", common.Address(d.message.Lane().ID()), num(uint64(d.message.Nonce)))[0].(bool)
}

// inbound is the pause and the minimum epoch of the lane from a chain.
func (w *world) inbound(c message.ChainID) (until uint64, epoch uint32) {
	w.t.Helper()
	out := w.view("inbound", chainWord(c), final)
	return out[1].(*big.Int).Uint64(), out[2].(uint32)
}

func (w *world) transmit(c message.ChainID) error {
	w.t.Helper()
	_, err := w.call(deployer, "sendMessage", chainWord(c), receiver, []byte("hello"))
	return err
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Errorf("have %s, want success", w.name(err))
	}
}

// laneOf is the lane of the first manager of a chain.
func laneOf(c message.ChainID) common.Address {
	return common.Address(message.Lane{SourceChain: c, SourceManager: remote, Finality: message.Final}.ID())
}

func errOf(_ uint64, err error) error { return err }

// through calls the manager by way of a timelock.
func (w *world) through(lock common.Address, method string, args ...any) error {
	w.t.Helper()
	a := abiOf(w.t, bindings.TimelockControllerMetaData)
	salt := [32]byte(common.BigToHash(num(w.db.GetNonce(deployer))))
	for _, step := range []string{"schedule", "execute"} {
		in := []any{w.manager, new(big.Int), w.pack(method, args...), [32]byte{}, salt}
		if step == "schedule" {
			in = append(in, new(big.Int))
		}
		data, err := a.Pack(step, in...)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.send(deployer, &lock, 0, data); err != nil {
			if step == "schedule" {
				w.t.Fatal(err)
			}
			return err
		}
	}
	return nil
}
