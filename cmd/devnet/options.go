// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridged/node"
)

// Bounds and fixed numbers of a devnet.
const (
	// DefaultValidators and MaxValidators bound the committee of a devnet.
	DefaultValidators = 4
	MaxValidators     = 10
	// FirstChain and SecondChain are the EVM chain ids.
	FirstChain  = 31337
	SecondChain = 31338
	// firstChainPort is where the first chain listens by default; the second is one above.
	firstChainPort = 8545
	// portStep lies between the ports of two validators.
	portStep = 100
	// stride is the number of source blocks of a window.
	stride = 2

	chainID = "aitbc-devnet-1"
	marker  = ".bridge-devnet"
)

// ErrUnsafe: the folder is not one that a devnet may empty.
var ErrUnsafe = errors.New("refused as unsafe")

// Options of a devnet.
type Options struct {
	Dir        string // emptied at the start, if an earlier devnet made it
	Bin        string // folder of bridged and relayer; default that of the running program
	AnyPorts   bool   // free ports instead of the documented ones
	PortOffset int    // added to the validators' ports
	Out        io.Writer
	Logger     *slog.Logger

	Validators int                                 // DefaultValidators when 0
	Lower      []message.Finality                  // finalities below final for which lanes and streams are opened
	Spare      int                                 // how many more may join later (Network.Grow): their ports are looked for too
	Node       map[int]NodeOptions                 // by validator, for those that differ from the others
	Prepare    func(i int, home node.Layout) error // called when a home is complete, before anything starts

	held net.Listener // keeps other networks off ports that were chosen; nil for the documented ones
}

// NodeOptions make one validator another than the rest.
type NodeOptions struct {
	Program string   // path of another program instead of bridged
	Args    []string // after "start --home <home>"
	Env     []string // added to the environment, each NAME=value
}

func (o *Options) fill() error {
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Validators == 0 {
		o.Validators = DefaultValidators
	}
	if o.Validators < 1 || o.Spare < 0 || o.Validators+o.Spare > MaxValidators {
		return fmt.Errorf("%d validators and %d spare, want 1 to %d", o.Validators, o.Spare, MaxValidators)
	}
	for _, f := range o.Lower {
		if !f.Valid() || f >= message.Final {
			return fmt.Errorf("lower: finality %s is not below final", f)
		}
	}
	if o.Bin == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		o.Bin = filepath.Dir(self)
	}
	for _, name := range []string{"bridged", "relayer"} {
		if st, err := os.Stat(filepath.Join(o.Bin, name)); err != nil || st.IsDir() {
			return fmt.Errorf("bin: no program %s in %s; build it first: make build", name, o.Bin)
		}
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return err
	}
	o.Dir = dir
	if o.AnyPorts {
		o.PortOffset, o.held, err = choosePorts(o.Validators + o.Spare)
		return err
	}
	return freePorts(o.PortOffset, o.Validators+o.Spare)
}

// prepare empties the folder of an earlier devnet or makes a new one.
func (o *Options) prepare() error {
	entries, err := os.ReadDir(o.Dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return err
	case len(entries) > 0:
		if _, err := os.Stat(filepath.Join(o.Dir, marker)); err != nil {
			return fmt.Errorf("%s is not empty and no devnet made it: %w", o.Dir, ErrUnsafe)
		}
		for _, e := range entries {
			if err := os.RemoveAll(filepath.Join(o.Dir, e.Name())); err != nil {
				return err
			}
		}
	}
	for _, d := range []string{o.Dir, filepath.Join(o.Dir, "logs")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(o.Dir, marker), nil, 0o600)
}
