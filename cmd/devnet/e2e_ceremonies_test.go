// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
	"github.com/aitbc/bridge/verifier/committee"
)

// verdict is what a ceremony must hold against the member that follows a policy.
type verdict struct {
	excluded string // why its dealing does not count; empty: it may
	accuser  bool   // it made a false complaint
	unready  bool   // it has not proven its share
}

// verdicts by policy.
var verdicts = map[string]verdict{
	"ceremony-rogue-key":        {excluded: committee.Invalid},
	"ceremony-rogue-late":       {excluded: committee.HashMismatch},
	"ceremony-silent":           {excluded: committee.NotCommitted, unready: true},
	"ceremony-no-deal":          {excluded: committee.NotDealt},
	"ceremony-changed":          {excluded: committee.HashMismatch},
	"ceremony-wrong-share-one":  {excluded: committee.WrongShare},
	"ceremony-wrong-share-many": {excluded: committee.WrongShare},
	"ceremony-false-complaint":  {excluded: committee.FalseComplaint, accuser: true},
	"ceremony-longer":           {excluded: committee.Malformed},
	"ceremony-copied-ephemeral": {excluded: committee.Invalid},
	"ceremony-not-ready":        {unready: true},
	"ceremony-wrong-ready":      {unready: true},
	"ceremony-late":             {excluded: committee.NotCommitted, unready: true},
}

// alike are policies that do little more than another one; they run with CHAOS=full alone.
var alike = map[string]bool{
	"ceremony-silent": true, "ceremony-no-deal": true, "ceremony-rogue-late": true, "ceremony-wrong-share-many": true, "ceremony-not-ready": true,
}

// TestCeremonies: one of four members is hostile in every ceremony, each time in another way, the first time
// while the group key is made. Every ceremony ends all the same: the honest members have one record of
// the epoch and their shares, the group key stays, the culprit is named with the reason, and all messages arrive once.
func TestCeremonies(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	const bad = 3
	b := buildByzantine(ctx, t)
	if have, want := slices.Sorted(slices.Values(b.rites)), slices.Sorted(maps.Keys(verdicts)); !slices.Equal(have, want) {
		t.Fatalf("policies %v, verdicts for %v", have, want)
	}
	list := b.rites
	if os.Getenv("CHAOS") != "full" {
		list = slices.DeleteFunc(slices.Clone(list), func(name string) bool { return alike[name] })
	}
	n := startWith(ctx, t, Options{Node: map[int]NodeOptions{bad: b.as(1, 1, list...)}})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	honest := []int{0, 1, 2}
	for k, name := range list {
		number, began := uint64(k+1), time.Now()
		if k == 1 {
			setPhases(ctx, t, n, 15) // enough for who answers; who does not is waited for that long
		}
		if k > 0 { // the birth is over
			refresh(ctx, t, n)
			ends(ctx, t, n, number)
		}
		c := oneStory(ctx, t, n, number, honest)
		v := verdicts[name]
		for i := range n.Nodes {
			want := verdict{}
			if i == bad {
				want = v
			}
			if have := verdictOf(t, c, n.ConsAddress(i)); have != want {
				t.Errorf("%s: node%d: %+v, want %+v", name, i, have, want)
			}
		}
		if acts(t, n.Nodes[bad])[name] == 0 {
			t.Errorf("%s has not acted", name)
		}
		namesCulprit(ctx, t, n, c.Number, fmt.Sprintf("node%d", bad), v)
		t.Logf("key epoch %d, ceremony %d, %s: %d blocks, %s", number, c.Number, name, c.Ended-c.Started+1, time.Since(began).Round(time.Second))
		if _, err := run.send(ctx, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	exactlyOnce(ctx, t, n, run)
	auditNonces(ctx, t, n, fmt.Sprintf("node%d", bad))
}

// setPhases has the members give every phase of a ceremony that many blocks.
func setPhases(ctx context.Context, t *testing.T, n *Network, blocks uint64) {
	t.Helper()
	p := committee.DefaultParams()
	p.CommitBlocks, p.DealBlocks, p.ComplainBlocks, p.ReadyBlocks = blocks, blocks, blocks, blocks
	if err := n.Decide(ctx, committeev1.Payload{Kind: &committeev1.Payload_Parameter{Parameter: &committeev1.ParameterChange{Params: p}}}); err != nil {
		t.Fatal(err)
	}
}

// refresh has the members deal the shares again.
func refresh(ctx context.Context, t *testing.T, n *Network) {
	t.Helper()
	if err := n.Decide(ctx, committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{}}}); err != nil {
		t.Fatal(err)
	}
}

// ends waits until the ceremony in progress has made the key epoch. It must not be aborted.
func ends(ctx context.Context, t *testing.T, n *Network, epoch uint64) {
	t.Helper()
	if err := n.until(ctx, fmt.Sprintf("key epoch %d", epoch), keyLimit, func(ctx context.Context) (bool, string) {
		c, err := n.Client.Ceremony(ctx, 0)
		switch {
		case err != nil:
			return false, err.Error()
		case c == nil || c.NewEpoch < epoch:
			return false, "not begun"
		case c.Aborted != "":
			t.Fatalf("ceremony %d was aborted: %s; dealers that do not count: %v", c.Number, c.Aborted, c.Excluded)
		}
		return c.Phase == "done", fmt.Sprintf("ceremony %d, phase %s, waits on %v", c.Number, c.Phase, c.WaitsOn)
	}); err != nil {
		t.Fatal(err)
	}
}

// oneStory waits until the members have one record of the ceremony that made key epoch number and of that epoch, and
// hold their shares of it. The group key is that of the birth.
func oneStory(ctx context.Context, t *testing.T, n *Network, number uint64, members []int) *committeev1.Ceremony {
	t.Helper()
	var first []byte
	var c committeev1.Ceremony
	for _, i := range members {
		if err := n.until(ctx, fmt.Sprintf("node%d: share of key epoch %d", i, number), killLimit, func(ctx context.Context) (bool, string) {
			var r *committeev1.QueryCeremonyResponse
			var e *committeev1.QueryEpochsResponse
			var own *nodev1.QueryNodeResponse
			if err := n.Ask(ctx, i, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
				q := committeev1.NewQueryClient(conn)
				if e, err = q.Epochs(ctx, &committeev1.QueryEpochsRequest{}); err != nil {
					return err
				}
				if r, err = q.Ceremony(ctx, &committeev1.QueryCeremonyRequest{}); err != nil {
					return err
				}
				own, err = nodev1.NewQueryClient(conn).Node(ctx, &nodev1.QueryNodeRequest{})
				return err
			}); err != nil {
				return false, err.Error()
			}
			if e.Active.Number != number || !slices.Contains(own.Signer.Epochs, number) {
				return false, fmt.Sprintf("key epoch %d, shares of %v, %s", e.Active.Number, own.Signer.Epochs, own.Ceremonies.Trouble)
			}
			c = r.Ceremony
			epoch, err := e.Active.Marshal()
			if err != nil {
				return false, err.Error()
			}
			record, err := c.Marshal()
			if err != nil {
				return false, err.Error()
			}
			story := slices.Concat(epoch, record)
			if first == nil {
				first = story
			}
			if !bytes.Equal(story, first) {
				t.Errorf("node%d: ceremony %v and epoch %v are not node%d's", i, c, e.Active, members[0])
			}
			if c.Phase != committeev1.Phase_PHASE_DONE || c.NewEpoch != number || e.Active.Ceremony != c.Number {
				t.Errorf("node%d: key epoch %d by ceremony %d, %s is the newest: %d", i, number, e.Active.Ceremony, c.Phase, c.Number)
			}
			if key := n.Info.GroupKey; !bytes.Equal(e.Active.GroupKey, key[:]) {
				t.Errorf("node%d: group key 0x%x", i, e.Active.GroupKey)
			}
			return true, ""
		}); err != nil {
			t.Fatal(err)
		}
	}
	return &c
}

// verdictOf is what a ceremony holds against a member.
func verdictOf(t *testing.T, c *committeev1.Ceremony, address []byte) (v verdict) {
	t.Helper()
	seen := 0
	for i := range c.Dealers {
		if d := &c.Dealers[i]; bytes.Equal(d.ConsAddress, address) {
			v.excluded = d.Disqualified
			seen++
		}
	}
	for i := range c.Receivers {
		if r := &c.Receivers[i]; bytes.Equal(r.ConsAddress, address) {
			v.accuser, v.unready = r.FalseComplaints > 0, !r.Ready
			seen++
		}
	}
	if seen != 2 {
		t.Errorf("%X is no dealer and receiver of ceremony %d", address, c.Number)
	}
	return v
}

// namesCulprit demands that both commands for operators say who did what, and accuse nobody else.
func namesCulprit(ctx context.Context, t *testing.T, n *Network, number uint64, name string, v verdict) {
	t.Helper()
	out, err := exec.CommandContext(ctx, filepath.Join(n.opts.Bin, "bridgectl"), "ceremony", "status", fmt.Sprint(number), "--json", "--network", n.NetworkFile()).Output()
	if err != nil {
		t.Fatalf("bridgectl ceremony status: %v", err)
	}
	var c struct {
		Excluded []struct{ Dealer, Reason string } `json:"excluded"`
		False    []struct {
			Member string
			Count  uint32
		} `json:"false_complaints"`
		Ready int
	}
	if err := json.Unmarshal(out, &c); err != nil {
		t.Fatal(err)
	}
	excluded, accuser := v.excluded != "", v.accuser
	if excluded != (len(c.Excluded) == 1 && c.Excluded[0].Dealer == name && c.Excluded[0].Reason == v.excluded) || !excluded && len(c.Excluded) > 0 ||
		accuser != (len(c.False) == 1 && c.False[0].Member == name && c.False[0].Count == 1) || !accuser && len(c.False) > 0 ||
		v.unready != (c.Ready == len(n.Nodes)-1) {
		t.Errorf("bridgectl: %s, want %+v of %s", out, v, name)
	}
	s, err := n.Status(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	for _, p := range s.Problems {
		if !strings.Contains(p.Text, fmt.Sprintf("ceremony %d", number)) {
			continue
		}
		said++
		if p.Moniker != name || p.Member == 0 || !strings.Contains(p.Text, v.excluded) && !strings.Contains(p.Text, "false complaints") {
			t.Errorf("status says %q, want %+v of %s", p.Text, v, name)
		}
	}
	want := 0
	if excluded {
		want++
	}
	if accuser {
		want++
	}
	if said != want {
		t.Errorf("status has %d problems of ceremony %d, want %d: %+v", said, number, want, s.Problems)
	}
}
