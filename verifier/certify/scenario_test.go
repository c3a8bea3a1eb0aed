// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestScenarios runs testdata/*.txt. One command per line, # begins a comment:
//
//	members N                      a committee of N, one stream with stride 2
//	vote end=E [salt=S] of=M,…     members vote from their next extension on
//	withhold|corrupt|absent|mute of=M,…     a fault; honest of=M,… ends all faults
//	equivocate end=E [salt=S] of=M,…        members say another root of E, over two blocks each
//	epoch N                        the key epoch is N from the next block on
//	restart of=M,…                 the signers burn their pairs and begin a new boot
//	block N                        commit N blocks
//	want certified=E | sessions=N | target=E | benched=M,…|none | attempts=N | suspended=M,…|none | halted=reason|no
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var n *testNet
			for i, line := range strings.Split(string(text), "\n") {
				line, _, _ = strings.Cut(line, "#")
				if words := strings.Fields(line); len(words) > 0 {
					if err := command(t, &n, words); err != nil {
						t.Fatalf("%s:%d: %v", file, i+1, err)
					}
				}
			}
		})
	}
}

func command(t *testing.T, n **testNet, words []string) error {
	var args [3]uint64 // end, salt, plain number
	var of []int
	var wants [][2]string
	for _, w := range words[1:] {
		key, value, pair := strings.Cut(w, "=")
		if words[0] == "want" {
			wants = append(wants, [2]string{key, value})
			continue
		}
		if key == "of" {
			for _, m := range strings.Split(value, ",") {
				i, err := strconv.Atoi(m)
				if err != nil {
					return err
				}
				of = append(of, i)
			}
			continue
		}
		if !pair {
			key, value = "", key
		}
		at := slices.Index([]string{"end", "salt", ""}, key)
		v, err := strconv.ParseUint(value, 10, 32)
		if at < 0 || err != nil {
			return fmt.Errorf("argument %q", w)
		}
		args[at] = v
	}
	switch words[0] {
	case "members":
		*n = newNet(t, int(args[2]))
	case "block":
		(*n).blocks(int(args[2]))
	case "vote":
		(*n).vote(1, args[0], byte(args[1]), of...)
	case "equivocate":
		for _, m := range of {
			(*n).equivocate(m, 1, args[0], byte(args[1]))
		}
	case "epoch":
		(*n).ep.Number = args[2]
	case "want":
		for _, w := range wants {
			if got := (*n).show(w[0]); got != w[1] {
				return fmt.Errorf("%s is %s at height %d, want %s", w[0], got, (*n).h, w[1])
			}
		}
	default:
		for _, m := range of {
			v := (*n).nodes[m-1]
			switch words[0] {
			case "withhold":
				v.withhold = true
			case "corrupt":
				v.corrupt = true
			case "absent":
				v.absent = true
			case "mute":
				v.mute = true
			case "honest":
				v.withhold, v.corrupt, v.absent, v.mute = false, false, false, false
			case "restart":
				v.restart(v.boot + 1)
			default:
				return fmt.Errorf("command %q", words[0])
			}
		}
	}
	return nil
}

// show is what a scenario may ask for, as text.
func (n *testNet) show(what string) string {
	switch what {
	case "certified":
		c, ok := n.newest(1)
		if ok {
			n.certified(1, c.Ballot.End, 0)
		}
		return strconv.FormatUint(c.Ballot.End, 10)
	case "sessions":
		return strconv.Itoa(len(n.sessions()))
	case "target":
		return strconv.FormatUint(n.agenda(1).Streams[0].Target, 10)
	case "attempts":
		var sg signing
		n.get(keyStream(prefixSigning, 1), &sg)
		return strconv.FormatUint(uint64(sg.Count), 10)
	case "benched":
		return n.which(func(m int) bool { return n.benchOf(m).Until > uint64(n.h) })
	case "suspended":
		return n.which(func(m int) bool { return n.agenda(m).Suspended })
	case "halted":
		if reason := n.agenda(1).Halted; reason != "" {
			return reason
		}
		return "no"
	}
	return "unknown"
}

// which lists the members that are so.
func (n *testNet) which(so func(m int) bool) string {
	var list []string
	for m := range n.nodes {
		if so(m + 1) {
			list = append(list, strconv.Itoa(m+1))
		}
	}
	if list == nil {
		return "none"
	}
	return strings.Join(list, ",")
}
