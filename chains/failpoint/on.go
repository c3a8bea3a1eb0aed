// SPDX-License-Identifier: Apache-2.0

//go:build failpoint

package failpoint

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// Env names the failpoint at which the process is killed: name or name:n.
const Env = "BRIDGE_FAILPOINT"

// Enabled says whether this build can be killed at a failpoint.
const Enabled = true

// ErrSetting: the environment does not name a failpoint.
var ErrSetting = errors.New(Env + " must be name or name:n with n from 1")

// trigger is the place to die at.
type trigger struct {
	name string
	left atomic.Int64 // hits until the end
}

var (
	armed *trigger // of the environment; never written after init
	hook  atomic.Pointer[func(name string)]
)

func init() {
	var err error
	if armed, err = parse(os.Getenv(Env)); err != nil {
		fmt.Fprintln(os.Stderr, "failpoint:", err)
		os.Exit(2)
	}
}

// parse reads the setting; an empty one is none.
func parse(setting string) (*trigger, error) {
	if setting == "" {
		return nil, nil
	}
	name, count, counted := strings.Cut(setting, ":")
	n := int64(1)
	if counted {
		var err error
		if n, err = strconv.ParseInt(count, 10, 32); err != nil {
			return nil, ErrSetting
		}
	}
	if name == "" || n < 1 {
		return nil, ErrSetting
	}
	t := &trigger{name: name}
	t.left.Store(n)
	return t, nil
}

// SetHook makes every Hit call f first, from whatever goroutine it is in; nil ends that. For tests
// and simulators that stop a part of the process instead of all of it. The returned function puts the
// former hook back.
func SetHook(f func(name string)) (restore func()) {
	var next *func(string)
	if f != nil {
		next = &f
	}
	old := hook.Swap(next)
	return func() { hook.Store(old) }
}

// Hit says that the program is at the place name. It may not return.
func Hit(name string) {
	if f := hook.Load(); f != nil {
		(*f)(name)
	}
	if armed == nil || armed.name != name || armed.left.Add(-1) != 0 {
		return
	}
	// The line goes to the file descriptor at once; nothing is flushed for it.
	_, _ = os.Stderr.WriteString("failpoint: killed at " + name + "\n")
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // the signal is on its way: nothing behind this call runs
}
