// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestByzantine runs real networks in which f members misbehave in every way that the build tag
// byzantine knows. Everything that is sent is delivered exactly once, no honest member is
// blamed, and `bridged status` of an honest node names the culprits.
//
// By default every policy acts in turns. CHAOS=full also runs each one alone (make chaos). BRIDGE_BYZANTINE
// is a program that was built before; without it the test builds one.
func TestByzantine(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Minute)
	defer cancel()
	b := buildByzantine(ctx, t)
	t.Run("one of four", func(t *testing.T) {
		b.oneOfFour(ctx, t, "invalid-share", "garbage", "propose-forge", "other-digest", "equivocate")
	})
	t.Run("two of seven in turns", func(t *testing.T) { b.twoOfSeven(ctx, t) })
	if os.Getenv("CHAOS") != "full" {
		return
	}
	var rest []string
	for _, name := range b.names {
		if !chosen[name] {
			rest = append(rest, name)
			continue
		}
		t.Run("one of four, "+name, func(t *testing.T) { b.oneOfFour(ctx, t, name) })
	}
	t.Run("one of four, each alone", func(t *testing.T) { b.oneOfFour(ctx, t, rest...) })
}

// chosen are the policies that show only when the member is chosen to sign. Once it is benched the
// honest ones suffice, so each needs a member that was not.
var chosen = map[string]bool{"invalid-share": true, "withhold-share": true, "hide-when-chosen": true, "commitments-foreign": true, "commitments-reused": true}

// byzantine is the program and what it can do.
type byzantine struct {
	program string
	names   []string // policies; those that last come last
	rites   []string // policies of ceremonies
	lasting map[string]bool
}

func buildByzantine(ctx context.Context, t *testing.T) *byzantine {
	t.Helper()
	b := &byzantine{program: filepath.Join(t.TempDir(), "bridged-byzantine"), lasting: map[string]bool{}}
	if p := os.Getenv("BRIDGE_BYZANTINE"); p != "" {
		b.program = p
	} else if out, err := exec.CommandContext(ctx, "go", "build", "-tags", "devnet byzantine", "-o", b.program, "../bridged").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(ctx, b.program, "byzantine", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name              string
		Lasting, Ceremony bool
	}
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		b.lasting[p.Name] = p.Lasting
	}
	for _, last := range []bool{false, true} {
		for _, p := range list {
			if p.Lasting == last && !p.Ceremony {
				b.names = append(b.names, p.Name)
			}
		}
	}
	for _, p := range list {
		if p.Ceremony {
			b.rites = append(b.rites, p.Name)
		}
	}
	return b
}

// as are the options of a node that follows policies.
func (b *byzantine) as(seed, dwell int, names ...string) NodeOptions {
	return NodeOptions{Program: b.program, Args: []string{
		"--byzantine", strings.Join(names, ","), "--byzantine-seed", fmt.Sprint(seed), "--byzantine-dwell", fmt.Sprint(dwell),
	}}
}

// split are the policies of two members that act in turns: the first those about encodings and
// proposals, the second the others, but for those that wait until the member is chosen.
func (b *byzantine) split() (first, second []string) {
	for _, name := range b.names {
		switch w := expected[name]; {
		case b.lasting[name], w == evidenceInvalid, name == "withhold-share", name == "hide-when-chosen":
		case w == evidenceRefused, w == evidenceGarbled, strings.HasPrefix(name, "propose-"):
			first = append(first, name)
		default:
			second = append(second, name)
		}
	}
	return first, second
}

// twoOfSeven lets two members act at the same time: first when they are chosen to sign, then
// everything else in turns, then both say two things at once.
func (b *byzantine) twoOfSeven(ctx context.Context, t *testing.T) {
	first, second := b.split()
	n := startWith(ctx, t, Options{Validators: 7, Node: map[int]NodeOptions{5: b.as(1, 1, "withhold-share"), 6: b.as(1, 1, "hide-when-chosen")}})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	sendUntil(ctx, t, run, "shares are withheld", 2*time.Minute, func() (bool, string) {
		s := snapshot(ctx, t, n)
		m := expected["withhold-share"].missing(evidence{}, s.of(5)) + expected["hide-when-chosen"].missing(evidence{}, s.of(6))
		return m == "", m
	})
	// A process announces commitments when it starts, and then only after it was chosen.
	for _, name := range slices.DeleteFunc(slices.Clone(second), func(name string) bool { return !chosen[name] }) {
		b.become(t, n, 6, 1, name)
		sendUntil(ctx, t, run, name, 2*time.Minute, func() (bool, string) { return acts(t, n.Nodes[6])[name] > 0, "has not acted" })
	}
	// Seven propose in turn, so seven heights hold a proposal of each.
	lists := map[int][]string{5: first, 6: second}
	b.become(t, n, 5, 7, first...)
	b.become(t, n, 6, 5, second...)
	before := snapshot(ctx, t, n)
	sendUntil(ctx, t, run, "every policy acts", 6*time.Minute, func() (bool, string) {
		var list []string
		after := snapshot(ctx, t, n)
		for i, names := range lists {
			did := acts(t, n.Nodes[i])
			for _, name := range names {
				if did[name] == 0 || !chosen[name] && expected[name].missing(before.of(i), after.of(i)) != "" {
					list = append(list, name)
				}
			}
		}
		slices.Sort(list)
		return len(list) == 0, fmt.Sprintf("%d to come: %v", len(list), list)
	})
	t.Logf("acts: %v, %v", acts(t, n.Nodes[5]), acts(t, n.Nodes[6]))
	// Both say two things at once: the last ones that may be suspended.
	for i := range lists {
		if snapshot(ctx, t, n).of(i).Suspended {
			t.Errorf("node%d is suspended although it never said two things", i)
		}
		b.become(t, n, i, 1, "equivocate")
	}
	sendUntil(ctx, t, run, "both are suspended", 2*time.Minute, func() (bool, string) {
		s := snapshot(ctx, t, n)
		return s.of(5).Suspended && s.of(6).Suspended, fmt.Sprintf("%+v, %+v", s.of(5), s.of(6))
	})
	b.finish(ctx, t, n, run, 5, 6)
}

// oneOfFour lets one member follow one policy after the other, with a restart in between.
func (b *byzantine) oneOfFour(ctx context.Context, t *testing.T, names ...string) {
	const bad = 3
	n := startWith(ctx, t, Options{})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		began, before := time.Now(), snapshot(ctx, t, n)
		did := acts(t, n.Nodes[bad])[name]
		b.become(t, n, bad, 1, name)
		var found string
		sendUntil(ctx, t, run, name, 90*time.Second, func() (bool, string) {
			if acts(t, n.Nodes[bad])[name] <= did {
				return false, "has not acted"
			}
			found = expected[name].missing(before.of(bad), snapshot(ctx, t, n).of(bad))
			return found == "", found
		})
		t.Logf("%s: %d acts, %s, %d of %d delivered", name, acts(t, n.Nodes[bad])[name]-did, time.Since(began).Round(time.Second), run.arrived(run.sent), len(run.sent))
	}
	b.finish(ctx, t, n, run, bad)
}

// become starts a member again under other policies.
func (b *byzantine) become(t *testing.T, n *Network, i, dwell int, names ...string) {
	t.Helper()
	p := n.Nodes[i]
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	p.Change(b.as(1, dwell, names...))
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
}

// finish demands delivery exactly once, honest members without blame, and one story.
func (b *byzantine) finish(ctx context.Context, t *testing.T, n *Network, run *traffic, bad ...int) {
	t.Helper()
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	exactlyOnce(ctx, t, n, run)
	s := snapshot(ctx, t, n)
	var except []string
	for i := range n.Nodes {
		name := fmt.Sprintf("node%d", i)
		if slices.Contains(bad, i) {
			except = append(except, name)
			continue
		}
		if e := s.of(i); e.Refused+e.Proposals+e.Ignored+e.Garbled+e.Invalid+e.Equivocations != 0 || e.Suspended {
			t.Errorf("honest member %s is blamed: %+v", name, e)
		}
	}
	auditNonces(ctx, t, n, except...)
}

// sendUntil sends a message each way again and again until ok, and waits for all of them.
func sendUntil(ctx context.Context, t *testing.T, run *traffic, what string, limit time.Duration, ok func() (bool, string)) {
	t.Helper()
	from := len(run.sent)
	last := time.Time{}
	if err := run.n.until(ctx, what, limit, func(ctx context.Context) (bool, string) {
		if time.Since(last) >= 3*time.Second {
			if _, err := run.send(ctx, 1); err != nil {
				return false, err.Error()
			}
			last = time.Now()
		}
		return ok()
	}); err != nil {
		t.Fatal(err)
	}
	if err := run.await(ctx, run.sent[from:], waitLimit); err != nil {
		t.Fatal(err)
	}
}

var actLine = regexp.MustCompile(`msg="byzantine act" policy=(\S+)`)

// acts counts what a hostile node says that it did, by policy.
func acts(t *testing.T, p *Process) map[string]int {
	t.Helper()
	b, err := os.ReadFile(p.Log())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, m := range actLine.FindAllSubmatch(b, -1) {
		out[string(m[1])]++
	}
	return out
}

// TestByzantinePoliciesAreExpected: a policy that is added needs its line above.
func TestByzantinePoliciesAreExpected(t *testing.T) {
	b := buildByzantine(context.Background(), t)
	if have := slices.Sorted(maps.Keys(expected)); !slices.Equal(have, slices.Sorted(slices.Values(b.names))) {
		t.Errorf("expectations for %v, policies %v", have, b.names)
	}
}
