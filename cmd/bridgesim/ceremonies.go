// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridgesim/ceremony"
	"github.com/aitbc/bridge/cmd/exit"
)

type ceremonyOptions struct {
	seeds, from    uint64
	corrupt        int
	members, small int
	asJSON         bool
}

func ceremonyCommand() *cobra.Command {
	var o ceremonyOptions
	c := &cobra.Command{
		Use:   "ceremony",
		Short: "Run key ceremonies with hostile members, and judge them again from their transactions",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return runCeremonies(c.Context(), o, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.Uint64Var(&o.seeds, "seeds", 60, "how many campaigns: a birth and some changes of the set each")
	f.Uint64Var(&o.from, "from", 1, "the first seed")
	f.IntVar(&o.corrupt, "corrupt", 0, "go on past --seeds until so many sets of corrupt members were drawn")
	f.IntVar(&o.members, "members", ceremony.MaxMembers, fmt.Sprintf("largest committee of a campaign, 1 to %d", ceremony.MaxMembers))
	f.IntVar(&o.small, "small", 0, "first play every set of corrupt members in all committees of at most so many, 5 at most")
	f.BoolVar(&o.asJSON, "json", false, "print results as lines of JSON")
	return c
}

// tally adds results up.
type tally struct {
	Runs       int               `json:"runs"`
	Blocks     int64             `json:"blocks"`
	Ceremonies int               `json:"ceremonies"`
	Corrupt    int               `json:"corrupt"`
	Beyond     int               `json:"beyond"`
	Done       int               `json:"done"`
	Aborted    int               `json:"aborted"`
	Fired      map[string]uint64 `json:"fired"`
}

func (t *tally) add(r *ceremony.Result) {
	t.Runs++
	t.Blocks += r.Blocks
	t.Ceremonies += r.Ceremonies
	t.Corrupt += r.Corrupt
	t.Beyond += r.Beyond
	t.Done += r.Done
	t.Aborted += r.Aborted
	for k, v := range r.Fired {
		t.Fired[k] += v
	}
}

func (t *tally) line(start time.Time) string {
	return fmt.Sprintf("%d runs, %d ceremonies (%d done, %d aborted), %d sets of corrupt members (%d of more than f), %d blocks, %s",
		t.Runs, t.Ceremonies, t.Done, t.Aborted, t.Corrupt, t.Beyond, t.Blocks, time.Since(start).Round(time.Second))
}

func runCeremonies(ctx context.Context, o ceremonyOptions, out, progress io.Writer) error {
	const maxSmall = 5
	if o.members < 1 || o.members > ceremony.MaxMembers || o.small < 0 || o.small > maxSmall {
		return exit.Usagef("--members %d, 1 to %d; --small %d, 0 to %d", o.members, ceremony.MaxMembers, o.small, maxSmall)
	}
	start, last := time.Now(), time.Now()
	sum := tally{Fired: map[string]uint64{}}
	note := func(r ceremony.Result, again string) error {
		sum.add(&r)
		if o.asJSON {
			if err := json.NewEncoder(out).Encode(r); err != nil {
				return err
			}
		}
		if r.Violation != "" {
			fmt.Fprintln(progress, r.Violation)
			return fmt.Errorf("seed %d, %s: broke a law; again: bridgesim ceremony %s", r.Seed, r.What, again)
		}
		if time.Since(last) > 2*time.Second {
			last = time.Now()
			fmt.Fprintln(progress, sum.line(start))
		}
		return ctx.Err()
	}
	defer func() {
		if o.asJSON {
			return
		}
		fmt.Fprintln(out, sum.line(start))
		for _, k := range slices.Sorted(maps.Keys(sum.Fired)) {
			fmt.Fprintf(out, "  %-28s %d\n", k, sum.Fired[k])
		}
	}()
	if o.small > 0 {
		for i, s := range ceremony.SmallCases(o.small) {
			r, err := ceremony.RunSmall(uint64(i), s)
			if err != nil {
				return err
			}
			if err := note(r, fmt.Sprintf("--seeds 0 --small %d", o.small)); err != nil {
				return err
			}
		}
	}
	for k := uint64(0); k < o.seeds || sum.Corrupt < o.corrupt; k++ {
		r, err := ceremony.Run(o.from+k, o.members)
		if err != nil {
			return err
		}
		if err := note(r, fmt.Sprintf("--seeds 1 --from %d --members %d", r.Seed, o.members)); err != nil {
			return err
		}
	}
	return nil
}
