// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// Which process is killed at a failpoint, and when.
const (
	onFirstStart = iota + 1 // a validator that starts for the first time
	onNode                  // a validator of the running network
	onTornNode              // the same, after the end of its vote journal was torn
	onEmptyNode             // the same, after its trees were deleted
	onRelayer               // the relayer of the running network
	onInit                  // the program that makes a home
	onPassword              // the program that changes a home's password
	onCeremony              // a validator in the next ceremony
)

// kill is one planned end of a process.
type kill struct {
	on   int
	name string
	hit  int // the n-th time that the process comes there
}

// kills is every end that TestFailpoints and, in ceremonies, TestCeremonyKills plan, in their order: at least one for
// every failpoint.
var kills = []kill{
	{onInit, "keystore.file.write", 1},
	{onInit, "keystore.file.written", 2},
	{onInit, "keystore.file.synced", 1},
	{onInit, "keystore.file.named", 2},
	{onInit, "keystore.file.placed", 1},
	{onInit, "keystore.directory.sync", 2},

	{onPassword, "keystore.replace.made", 1},
	{onPassword, "keystore.replace.exchanged", 1},
	{onPassword, "keystore.replace.synced", 1},
	{onPassword, "keystore.erase.write", 1},
	{onPassword, "keystore.erase.written", 2},

	{onFirstStart, "journal.create.write", 1},
	{onFirstStart, "journal.create.written", 1},
	{onFirstStart, "journal.create.written", 1}, // the signer's: the other is there

	{onNode, "signer.share.made", 1},
	{onNode, "signer.boot.journal", 1},
	{onNode, "signer.boot.journaled", 1},
	{onNode, "voter.book.boot", 1},
	{onNode, "signer.share.burnt", 1},
	{onNode, "voter.book.booted", 1},
	{onNode, "journal.append.write", 1},  // of the boot, in the signer's journal
	{onNode, "journal.append.synced", 2}, // of the boot, in the vote journal
	{onNode, "signer.share.journaled", 2},
	{onTornNode, "journal.cut.truncate", 1},
	{onTornNode, "journal.cut.truncated", 1},
	{onEmptyNode, "store.open.schema", 1},
	{onEmptyNode, "store.open.schema", 2}, // of the second stream; the first is written now
	{onNode, "journal.append.written", 3},
	{onNode, "voter.book.vote", 1},
	{onNode, "voter.book.voted", 1},
	{onNode, "voter.window.publish", 2},
	{onNode, "voter.shares.publish", 1},
	{onNode, "voter.shares.publish", 4},
	{onNode, "voter.commitments.publish", 2},
	{onNode, "app.extend.release", 2},
	{onNode, "app.finalize.enter", 1},
	{onNode, "app.finalize.result", 2},
	{onNode, "app.commit.write", 1},
	{onNode, "app.commit.written", 2},
	{onNode, "app.committed.tell", 2},
	{onNode, "store.commit.windows", 1},
	{onNode, "store.commit.flushed", 1},
	{onNode, "store.commit.state", 2},
	{onNode, "store.commit.stored", 2},
	{onNode, "signer.share.made", 3},
	{onNode, "journal.append.write", 5},
	{onNode, "journal.append.synced", 6},

	{onRelayer, "evm.send.broadcast", 1},
	{onRelayer, "evm.send.sent", 1},
	{onRelayer, "evm.send.mined", 1},
	{onRelayer, "relayer.certificate.usable", 1},
	{onRelayer, "relayer.attempt.send", 2},
	{onRelayer, "relayer.attempt.sent", 1},
	{onRelayer, "relayer.queue.finish", 1},
	{onRelayer, "store.commit.flushed", 1},
	{onRelayer, "store.commit.stored", 1},
	{onRelayer, "evm.send.sent", 3},

	// One line is one ceremony, in which every validator is killed once. A message is counted when it is first
	// said: the hash, the dealing, the complaints, the proof.
	{onCeremony, "agent.seed.save", 1}, {onCeremony, "agent.message.send", 2}, {onCeremony, "agent.share.save", 1}, {onCeremony, "agent.finished.journal", 1},
	{onCeremony, "agent.seed.saved", 1}, {onCeremony, "agent.message.sent", 2}, {onCeremony, "agent.share.saved", 1}, {onCeremony, "agent.finished.journaled", 1},
	{onCeremony, "agent.message.send", 1}, {onCeremony, "agent.message.send", 3}, {onCeremony, "agent.message.send", 4}, {onCeremony, "agent.share.erase", 1},
	{onCeremony, "agent.message.sent", 1}, {onCeremony, "agent.message.sent", 3}, {onCeremony, "agent.message.sent", 4}, {onCeremony, "agent.share.erased", 1},
	{onCeremony, "agent.seed.erase", 1}, {onCeremony, "agent.seed.erased", 1}, {onCeremony, "keystore.file.synced", 2}, {onCeremony, "keystore.erase.written", 1},
}

// slicedKills are the kills in the running network: all of them, or with "i/n" every n-th from the i-th on. Each
// stands by itself, so that n slices together are the whole.
func slicedKills(t *testing.T, slice string) (list []kill) {
	t.Helper()
	i, n := 1, 1
	if slice != "" {
		if got, err := fmt.Sscanf(slice, "%d/%d", &i, &n); got != 2 || err != nil || i < 1 || i > n {
			t.Fatalf("slice %q is not i/n with 1 <= i <= n", slice)
		}
	}
	at := 0
	for _, k := range kills {
		switch k.on {
		case onNode, onTornNode, onEmptyNode, onRelayer:
			if at++; (at-1)%n == i-1 {
				list = append(list, k)
			}
		}
	}
	return list
}

// The slices of the plan hold every kill once.
func TestSlicesOfThePlan(t *testing.T) {
	whole := slicedKills(t, "")
	for n := 1; n <= 5; n++ {
		count := map[kill]int{}
		for _, k := range whole {
			count[k]++
		}
		for i := 1; i <= n; i++ {
			for _, k := range slicedKills(t, fmt.Sprintf("%d/%d", i, n)) {
				count[k]--
			}
		}
		for k, left := range count {
			if left != 0 {
				t.Errorf("%d slices: %+v: %d left", n, k, left)
			}
		}
	}
	if len(whole) < 30 {
		t.Errorf("%d kills in the running network", len(whole))
	}
}

var listed = regexp.MustCompile("(?m)^\\| `([a-z.]+)` \\|")

// Every failpoint of the code is in the plan, and the plan names no other. docs/failpoints.md is
// held to the code by scripts/failpoints.
func TestFailpointPlanIsWhole(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "failpoints.md"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range listed.FindAllStringSubmatch(string(page), -1) {
		names = append(names, m[1])
	}
	if len(names) == 0 {
		t.Fatal("no failpoint in the page: its form has changed")
	}
	for _, name := range names {
		if !slices.ContainsFunc(kills, func(k kill) bool { return k.name == name }) {
			t.Errorf("no process is killed at %s: add it to kills", name)
		}
	}
	for _, k := range kills {
		if !slices.Contains(names, k.name) {
			t.Errorf("%s is no failpoint", k.name)
		}
	}
}
