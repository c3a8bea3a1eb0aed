// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridgesim/engine"
	"github.com/aitbc/bridge/cmd/exit"
)

const (
	// maxUncounted is the share of seeds, in percent, that may prove nothing.
	maxUncounted = 25
	// allKinds is how many seeds are enough for every way in which endpoints lie to happen.
	allKinds = 50
)

type options struct {
	seeds, heights uint64
	seed           int64
	first          uint64
	hours          float64
	shard          string
	trace, ledger  string
	faults         string
	asJSON         bool
}

func runCommand() *cobra.Command {
	var o options
	c := &cobra.Command{
		Use:   "run",
		Short: "Run seeds until they are done, the time is over or a law breaks",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return run(c.Context(), o, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.Uint64Var(&o.seeds, "seeds", 50, "how many seeds")
	f.Uint64Var(&o.first, "first", 1, "the first seed")
	f.Uint64Var(&o.heights, "heights", 200, "heights of each seed")
	f.Int64Var(&o.seed, "seed", -1, "this seed alone")
	f.Float64Var(&o.hours, "hours", 0, "run fresh seeds for so long instead of a number of them")
	f.StringVar(&o.shard, "shard", "1/1", "i/n: only every n-th seed, beginning with the i-th")
	f.StringVar(&o.trace, "trace", "", "write one line per event to this file; with --seed")
	f.StringVar(&o.ledger, "ledger", "", "append a line of JSON per seed to this file, and leave out the seeds that it has")
	f.StringVar(&o.faults, "faults", "", "these faults, by comma, instead of those that the seed chooses; none for none")
	f.BoolVar(&o.asJSON, "json", false, "print results as lines of JSON")
	return c
}

func run(ctx context.Context, o options, out, progress io.Writer) error {
	var shard, shards uint64
	if _, err := fmt.Sscanf(o.shard, "%d/%d", &shard, &shards); err != nil || shard < 1 || shard > shards {
		return exit.Usagef("--shard %q: want i/n with 1 <= i <= n", o.shard)
	}
	cfg := engine.Config{Heights: o.heights}
	if o.faults != "" {
		cfg.Faults = []string{}
		if o.faults != "none" {
			cfg.Faults = strings.Split(o.faults, ",")
		}
	}
	if o.seed >= 0 {
		o.first, o.seeds, o.hours, shard, shards = uint64(o.seed), 1, 0, 1, 1
	}
	if o.trace != "" {
		if o.seed < 0 {
			return exit.Usagef("--trace wants --seed")
		}
		f, err := os.Create(o.trace)
		if err != nil {
			return err
		}
		w := bufio.NewWriterSize(f, 1<<20)
		defer func() { _ = w.Flush(); _ = f.Close() }()
		cfg.Trace = w
	}
	var ledger *json.Encoder
	done := map[uint64]bool{}
	if o.ledger != "" {
		if err := readLedger(o.ledger, done); err != nil {
			return err
		}
		f, err := os.OpenFile(o.ledger, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644) //nolint:gosec // G302: results, no secret
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		ledger = json.NewEncoder(f)
	}

	start, last := time.Now(), time.Now()
	sum := total{fired: map[string]uint64{}}
	if o.hours > 0 {
		// The same for all shards that begin in one hour.
		o.first = uint64(start.Unix()/3600) << 20
	}
	cfg.Watch = func(height uint64) bool {
		if time.Since(last) > 2*time.Second {
			last = time.Now()
			fmt.Fprintf(progress, "%s; seed %d at height %d\n", sum.line(start), cfg.Seed, height)
		}
		return ctx.Err() == nil
	}
	for k := uint64(0); ; k++ {
		if o.hours > 0 && time.Since(start) > time.Duration(o.hours*float64(time.Hour)) || o.hours <= 0 && k >= o.seeds || ctx.Err() != nil {
			break
		}
		if k%shards != shard-1 {
			continue
		}
		if cfg.Seed = o.first + k; o.seed < 0 && done[cfg.Seed] {
			continue
		}
		r, err := engine.Run(cfg)
		if err != nil {
			if errors.Is(err, engine.ErrConfig) {
				return exit.Usage(err)
			}
			return err
		}
		if ctx.Err() != nil && !r.Failed() {
			break
		}
		sum.add(&r)
		if ledger != nil {
			if err := ledger.Encode(entry{r, commit(), start.UTC().Format(time.RFC3339)}); err != nil {
				return fmt.Errorf("write ledger: %w", err)
			}
		}
		if o.asJSON {
			if err := json.NewEncoder(out).Encode(r); err != nil {
				return err
			}
		} else if o.seed >= 0 {
			show(out, &r)
		}
		if r.Failed() {
			for _, v := range r.Violations {
				fmt.Fprintln(progress, v)
			}
			return fmt.Errorf("seed %d broke a law; again: bridgesim run --seed %d --heights %d%s --trace trace.txt", r.Seed, r.Seed, o.heights, again(o))
		}
	}
	if !o.asJSON {
		fmt.Fprintf(out, "%s\n%s", sum.line(start), sum.faults())
		for _, w := range sum.why {
			fmt.Fprintf(out, "does not count: %s\n", w)
		}
	}
	if o.seed < 0 && 100*(sum.seeds-sum.counted) > maxUncounted*sum.seeds {
		return fmt.Errorf("%d of %d seeds prove nothing: the generator is at fault", sum.seeds-sum.counted, sum.seeds)
	}
	if missing := engine.KindsMissing(sum.fired); sum.seeds >= allKinds && o.faults == "" && len(missing) > 0 {
		return fmt.Errorf("in %d seeds no endpoint did this: %s", sum.seeds, strings.Join(missing, ", "))
	}
	return nil
}

func again(o options) string {
	if o.faults == "" {
		return ""
	}
	return " --faults " + o.faults
}

// entry is one line of the ledger.
type entry struct {
	engine.Result
	Commit string `json:"commit"`
	Began  string `json:"began"`
}

// readLedger notes the seeds that a ledger has. A last line that was cut off is passed over.
func readLedger(path string, done map[uint64]bool) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			done[e.Seed] = true
		}
	}
	return lines.Err()
}

// commit is what the binary was built from.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	out := "unknown"
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			out = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			out += "+"
		}
	}
	return out
}

type total struct {
	seeds, counted, heights, sent, delivered, certified uint64
	fired                                               map[string]uint64
	why                                                 []string
}

func (t *total) add(r *engine.Result) {
	t.seeds++
	if r.Counted {
		t.counted++
	} else if len(t.why) < 100 {
		t.why = append(t.why, fmt.Sprintf("seed %d: %s", r.Seed, r.WhyNot))
	}
	t.heights += r.Heights
	t.sent += uint64(r.Sent)
	t.delivered += uint64(r.Delivered)
	t.certified += uint64(r.Certified)
	for k, v := range r.Fired {
		t.fired[k] += v
	}
}

func (t *total) line(start time.Time) string {
	d := time.Since(start)
	return fmt.Sprintf("%d seeds (%d count), %d heights, %d checkpoints, %d of %d messages, %.0f heights/s, %s",
		t.seeds, t.counted, t.heights, t.certified, t.delivered, t.sent, float64(t.heights)/d.Seconds(), d.Round(time.Second))
}

func (t *total) faults() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(t.fired)) {
		fmt.Fprintf(&b, "  %-22s %d\n", k, t.fired[k])
	}
	return b.String()
}

func show(out io.Writer, r *engine.Result) {
	fmt.Fprintf(out, "seed %d: %d heights, n=%d, %d Byzantine, %d chains, faults %s\n  trace %s\n",
		r.Seed, r.Heights, r.Members, r.Byzantine, r.Chains, strings.Join(r.Faults, " "), r.Trace)
}
