// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridged/node"
)

func statusCommand(home func() node.Layout) *cobra.Command {
	var asJSON bool
	var timeout time.Duration
	c := &cobra.Command{
		Use:   "status",
		Short: "Ask the running node how it, its streams and its fellow members are doing",
		Long: `Ask the running node how it, its streams and its fellow members are doing.

The lines that begin with ERROR or WARNING name who causes what: from the chain's state, on
which every node agrees, and from what this node saw itself since it started (faults).`,
		Args:    cobra.NoArgs,
		Example: "  bridged status --home ~/.bridged --json",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := node.LoadConfig(home().ConfigFile(), os.Getenv)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context(), timeout)
			defer cancel()
			s, err := node.QueryStatus(ctx, home(), cfg)
			if err != nil {
				if ctx.Err() != nil {
					err = errors.Join(err, ctx.Err())
				}
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), s)
			}
			return printStatus(c.OutOrStdout(), &s)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().DurationVar(&timeout, "timeout", 10*time.Second, "give up after")
	return c
}

// lines prints line by line and keeps the first error.
type lines struct {
	out io.Writer
	err error
}

func (l *lines) print(format string, args ...any) {
	if l.err == nil {
		_, l.err = fmt.Fprintf(l.out, format+"\n", args...)
	}
}

// marked is a text behind its mark, nothing for none.
func marked(mark, text string) string {
	if text == "" {
		return ""
	}
	return mark + text
}

func printStream(l *lines, p *node.StreamStatus, members uint32) {
	b := p.Lower
	switch {
	case b == nil:
		l.print("stream %d  chain %d  certified end %d  messages %d  target %d  own final %d  lag %d  covered by %d of %d",
			p.Index, p.Chain, p.CertifiedEnd, p.Messages, p.Target, p.OwnFinal, p.Lag, p.Covered, members)
	case b.StoppedAt != 0:
		l.print("stream %d  chain %d  %s  generation %d  STOPPED at height %d%s", p.Index, p.Chain, p.Finality, b.Generation, b.StoppedAt, contradicted(b))
	default:
		l.print("stream %d  chain %d  %s  generation %d  certified end %d  messages %d  tip %d  covered by %d of %d%s%s",
			p.Index, p.Chain, p.Finality, b.Generation, p.CertifiedEnd, p.Messages, b.Tip, p.Covered, members, marked("  waits: ", b.Waits), contradicted(b))
	}
}

func contradicted(b *node.LowerStatus) string {
	if b.Contradicted == 0 {
		return ""
	}
	return fmt.Sprintf("  CONTRADICTED at block %d", b.Contradicted)
}

func printStatus(out io.Writer, s *node.Status) error {
	l := &lines{out: out}
	for _, p := range s.Problems {
		l.print("%s: %s", strings.ToUpper(p.Level), p.Text)
	}
	l.print("chain %s  fork %d  height %d  catching up %t  peers %d", s.ChainID, s.Fork, s.Height, s.CatchingUp, s.Peers)
	l.print("member %d of %d  threshold %d  key epoch %d  group key %s  boot %x", s.Member, s.Members, s.Threshold, s.KeyEpoch, s.GroupKey, s.Boot)
	l.print("this node: %s  shares of key epochs %v", s.Standing, s.Shares)
	if c := s.Ceremony; c != nil && c.Aborted == "" {
		l.print("ceremony %d  %s  phase %s  %d blocks left  waits for %s", c.Number, c.Kind, c.Phase, c.Left, strings.Join(c.Waiting, ", "))
	}
	for i := range s.Streams {
		printStream(l, &s.Streams[i], s.Members)
	}
	for _, c := range s.Sources {
		stalled := ""
		if c.Stalled {
			stalled = "stalled"
		}
		l.print("source  chain %d  %d of %d operators must agree%s  evidence %s  final %d  head %d%s  disagreements %d  shortfalls %d",
			c.Chain, c.Agree, c.Operators, marked("  UNSAFE: ", c.Unsafe), c.Evidence, c.Final, c.Head, marked("  ", stalled), c.Disagreements, c.Shortfalls)
		for _, e := range c.Endpoints {
			l.print("endpoint %s  operator %s  chain %d  %s%s  head %d  requests %d  failures %d  dissents %d%s%s",
				e.Name, e.Operator, c.Chain, e.State, marked(" away: ", e.Away), e.Head, e.Requests, e.Failures, e.Dissents,
				marked("  announcements ", e.Announces), marked("  last error: ", e.LastError))
		}
	}
	for _, q := range s.Sessions {
		l.print("session %d  stream %d  end %d  opened %d  waits for members %v", q.Number, q.Stream, q.End, q.Opened, q.Waiting)
	}
	for _, m := range s.Conduct {
		state := "in good standing"
		if m.Suspended != 0 {
			state = "SUSPENDED"
		} else if m.BenchUntil != 0 {
			state = "benched"
		}
		l.print("member %d  %q  %s  %s  equivocations %d  garbled %d  invalid shares %d  missing shares %d  wrong votes %d",
			m.Member, m.Moniker, m.Address, state, m.Equivocations.Count, m.Garbled.Count, m.InvalidShares.Count, m.MissingShares.Count, m.WrongVotes.Count)
	}
	for _, f := range s.Faults {
		l.print("fault  %s %s  member %d %q  %s  %d times  heights %d to %d  %s", f.Kind, f.Rule, f.Member, f.Moniker, f.Address, f.Count, f.First, f.Last, f.Detail)
	}
	for _, m := range s.Absences {
		l.print("absent  member %d %q  %s  %d of %d commits  last %d", m.Member, m.Moniker, m.Address, m.Missed, s.Commits, m.Last)
	}
	return l.err
}
