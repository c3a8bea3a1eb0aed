// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// stopTimeout is how long a child may take to end by itself.
const stopTimeout = 15 * time.Second

// Process is one child that can be stopped, killed and started again.
type Process struct {
	Name    string
	path    string
	args    []string
	program string   // instead of path
	extra   []string // after args
	env     []string // beside this process's own
	log     string

	mu      sync.Mutex
	mayExit bool
	cmd     *exec.Cmd
	done    chan struct{}
	err     error
}

// start runs the program with its output appended to the log file.
func (p *Process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return fmt.Errorf("%s: runs already", p.Name)
	}
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	cmd := exec.Command(cmp.Or(p.program, p.path), slices.Concat(p.args, p.extra)...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), p.env...)
	cmd.SysProcAttr = childAttr()
	started, done := make(chan error), make(chan struct{})
	go func() {
		// A child dies with the thread that made it, so that thread must live as long.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			err = cmd.Wait()
		}
		_ = out.Close()
		p.mu.Lock()
		p.err = err
		p.mu.Unlock()
		close(done)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	p.cmd, p.done = cmd, done
	return nil
}

// Start runs the program again after Kill or Stop.
func (p *Process) Start() error { return p.start() }

// Change gives the child another program, further arguments and environment, from its next
// start on; the zero value makes it like the others again.
func (p *Process) Change(o NodeOptions) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.program, p.extra, p.env = o.Program, o.Args, o.Env
}

// Log is the file that takes the child's output.
func (p *Process) Log() string { return p.log }

// MayExit says that the child may end by itself: the network then does not count as broken.
func (p *Process) MayExit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mayExit = true
}

// unexpected is Exited for a child that should have stayed.
func (p *Process) unexpected() (bool, error) {
	p.mu.Lock()
	may := p.mayExit
	p.mu.Unlock()
	if may {
		return false, nil
	}
	return p.Exited()
}

// Exited reports that the child has ended although nobody stopped it.
func (p *Process) Exited() (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return false, nil
	}
	select {
	case <-p.done:
		return true, p.err
	default:
		return false, nil
	}
}

// ExitCode is how a child ended that nobody stopped; false while it runs. Stop it before it is
// started again.
func (p *Process) ExitCode() (int, bool) {
	ended, err := p.Exited()
	if !ended {
		return 0, false
	}
	var e *exec.ExitError
	if errors.As(err, &e) {
		return e.ExitCode(), true
	}
	return 0, err == nil
}

// Kill is kill -9.
func (p *Process) Kill() error { return p.end(syscall.SIGKILL) }

// Stop asks the child to end and kills it when it takes too long.
func (p *Process) Stop() error { return p.end(syscall.SIGTERM) }

func (p *Process) end(signal syscall.Signal) error {
	p.mu.Lock()
	cmd, done := p.cmd, p.done
	p.cmd = nil
	p.mu.Unlock()
	if cmd == nil {
		return nil
	}
	if err := cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	select {
	case <-done:
		return nil
	case <-time.After(stopTimeout):
	}
	_ = cmd.Process.Kill()
	<-done
	return fmt.Errorf("%s: did not stop within %s and was killed", p.Name, stopTimeout)
}

// PID is 0 when the child does not run.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// ResidentMiB is the child's resident memory; 0 when the system does not tell.
func (p *Process) ResidentMiB() int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
	if err != nil {
		return 0
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kib, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kib >> 10
		}
	}
	return 0
}

// tail is the end of the log, for errors.
func (p *Process) tail(lines int) string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
