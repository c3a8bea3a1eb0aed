// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
)

const usage = `faultproxy stands before a JSON-RPC endpoint and lies on command or by seed.

  honest until told otherwise; the address of the endpoint and of its control are printed
    faultproxy --upstream http://127.0.0.1:8545
  two faults, always
    faultproxy --upstream http://127.0.0.1:8545 --fault log-drop,head-back
  two faults, each on one call in ten; the same seed and the same calls give the same lies
    faultproxy --upstream http://127.0.0.1:8545 --fault json-broken,http-503 --seed 7 --rate 0.1
  every fault that needs no details, together on one call in twenty
    faultproxy --upstream http://127.0.0.1:8545 --seed 7 --rate 0.05
  rules with details, from a file
    faultproxy --upstream http://127.0.0.1:8545 --rules rules.json
  while it runs (path of the control as printed)
    curl -s http://127.0.0.1:PORT/_faults
    curl -s -X PUT -d '[{"fault":"finalized-stale","n":120,"caller":"node-2"}]' http://127.0.0.1:PORT/_faults
    curl -s -X DELETE http://127.0.0.1:PORT/_faults

A caller is named by the header X-Caller or by the path /as/<name> of the endpoint.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "faultproxy:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends and then prints what happened.
func run(ctx context.Context, args []string, out, help io.Writer) error {
	flags := flag.NewFlagSet("faultproxy", flag.ContinueOnError)
	flags.SetOutput(help)
	flags.Usage = func() {
		fmt.Fprint(help, usage)
		flags.PrintDefaults()
	}
	upstream := flags.String("upstream", "", "URL of the endpoint behind the proxy, http or https; required")
	listen := flags.String("listen", "127.0.0.1:0", "loopback address of the endpoint; port 0 takes a free one")
	control := flags.String("control", "", "loopback address for /_faults alone; empty: on the endpoint's own address")
	seed := flags.String("seed", "", "number that every choice follows from; empty takes one at random and prints it")
	rate := flags.Float64("rate", 0, "probability that a call is struck; 0 is always for --fault, and no fault without it")
	faults := flags.String("fault", "", "names of faults, joined by commas (see --list)")
	file := flags.String("rules", "", "file with a JSON array of rules")
	list := flags.Bool("list", false, "list the faults and end")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *list {
		for _, k := range faultproxy.Kinds() {
			fmt.Fprintf(out, "%-22s %-8s %s\n", k.Kind, k.Stage, k.Doc)
		}
		return nil
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is no flag", flags.Arg(0))
	}
	rules, err := chosen(*faults, *rate, *file)
	if err != nil {
		return err
	}
	n, err := number(*seed)
	if err != nil {
		return err
	}
	s, err := faultproxy.Start(*upstream, faultproxy.Options{Listen: *listen, Control: *control, Seed: n, Rules: rules})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "endpoint %s\ncontrol %s\nseed %d\n", s.URL(), s.ControlURL(), n)
	<-ctx.Done()
	counts := s.Counts()
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(out, "%s %d\n", k, counts[k])
	}
	return s.Close()
}

// chosen are the rules of the file, then those of the names, or all kinds by rate.
func chosen(names string, rate float64, file string) ([]faultproxy.Rule, error) {
	var rules []faultproxy.Rule
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if rules, err = faultproxy.ParseRules(b); err != nil {
			return nil, err
		}
	}
	switch {
	case names != "":
		for _, name := range strings.Split(names, ",") {
			rules = append(rules, faultproxy.Rule{Fault: faultproxy.Kind(strings.TrimSpace(name)), Rate: rate})
		}
	case rate != 0:
		rules = append(rules, faultproxy.Storm(rate)...)
	}
	return rules, nil
}

func number(seed string) (uint64, error) {
	if seed == "" {
		var b [4]byte
		_, err := rand.Read(b[:])
		return uint64(binary.BigEndian.Uint32(b[:])), err
	}
	var n uint64
	if _, err := fmt.Sscanf(seed, "%d", &n); err != nil || fmt.Sprint(n) != seed {
		return 0, fmt.Errorf("seed %q is no number", seed)
	}
	return n, nil
}
