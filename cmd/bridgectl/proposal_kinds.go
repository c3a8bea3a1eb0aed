// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/exit"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// proposalKinds are the commands that open proposals, but for members (ceremony propose).
func proposalKinds(o *options) []*cobra.Command {
	return []*cobra.Command{proposeLane(o), proposeParameter(o), proposeResume(o), proposeSource(o), proposeHalt(o), proposeRotate(o), proposeUpgrade(o)}
}

// kind is a command that proposes what payload makes of its flags.
func (o *options) kind(use, short, example string, payload func() (committeev1.Payload, error)) *cobra.Command {
	var home string
	cmd := &cobra.Command{
		Use: use, Short: short, Example: example, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := payload()
			if err != nil {
				return exit.Usage(err)
			}
			return o.propose(cmd, home, p)
		},
	}
	addNode(cmd, &home)
	return cmd
}

func proposeLane(o *options) *cobra.Command {
	var manager string
	var f finality
	s := lanesv1.Stream{Epoch: 1}
	cmd := o.kind("lane", "Propose that messages of a manager are certified: final ones, or, below an open final stream, fast or safe ones",
		`  bridgectl proposal lane --node ~/.bridged --chain 1 --manager 0x… --stride 2 --start-block 19000000
  bridgectl proposal lane --node ~/.bridged --chain 1 --manager 0x… --stride 2 --start-block 19000000 --finality fast --max-ahead 32`,
		func() (committeev1.Payload, error) {
			switch s.Finality = uint32(f); {
			case message.Finality(f) == message.Final && s.MaxAhead != 0:
				return committeev1.Payload{}, fmt.Errorf("--max-ahead is of streams below final: give --finality fast or safe")
			case s.MaxAhead > stream.MaxAheadLimit:
				return committeev1.Payload{}, fmt.Errorf("--max-ahead: %d, at most %d", s.MaxAhead, stream.MaxAheadLimit)
			}
			a, err := message.ParseAddress(manager)
			if err != nil {
				return committeev1.Payload{}, fmt.Errorf("--manager: %w", err)
			}
			s.Manager = a[:]
			return committeev1.Payload{Kind: &committeev1.Payload_Lane{Lane: &committeev1.LaneChange{Stream: s}}}, nil
		})
	cmd.Flags().Uint64Var(&s.Chain, "chain", 0, "EVM chain id of the source")
	cmd.Flags().StringVar(&manager, "manager", "", "address of its CrossChainManager")
	cmd.Flags().Uint64Var(&s.Stride, "stride", 2, "blocks of a window")
	cmd.Flags().Uint64Var(&s.StartBlock, "start-block", 0, "block in which the manager was deployed")
	cmd.Flags().Uint32Var(&s.Epoch, "epoch", 1, "source epoch; below final that of the final stream (bridgectl streams)")
	cmd.Flags().Uint32Var(&s.MaxAhead, "max-ahead", 0, "messages above the final tree that one checkpoint below final may hold, 1 to 1024 (default 64)")
	addFinality(cmd, &f, "of the source's blocks; below final the parameter lower_finality must be on, and epoch, stride and start block those of the final stream")
	return cmd
}

func proposeResume(o *options) *cobra.Command {
	var chain bool
	var member string
	var stopped uint32
	cmd := o.kind("resume", "Propose that a halted chain, a suspended member, or a stopped stream below final goes on",
		`  bridgectl proposal resume --node ~/.bridged --chain
  bridgectl proposal resume --node ~/.bridged --member 3f0a…
  bridgectl proposal resume --node ~/.bridged --stream 2`,
		func() (committeev1.Payload, error) {
			r := &committeev1.Resume{Chain: chain, Lower: stopped}
			given := 0
			for _, one := range []bool{chain, member != "", stopped != 0} {
				if one {
					given++
				}
			}
			if given != 1 {
				return committeev1.Payload{}, fmt.Errorf("exactly one of --chain, --member and --stream is needed; a source whose final blocks changed goes on by 'proposal resume-source'")
			}
			if member != "" {
				var err error
				if r.Member, err = parseConsAddress(member); err != nil {
					return committeev1.Payload{}, fmt.Errorf("--member: %w", err)
				}
			}
			return committeev1.Payload{Kind: &committeev1.Payload_Resume{Resume: r}}, nil
		})
	cmd.Flags().BoolVar(&chain, "chain", false, "the chain that signs nothing any more")
	cmd.Flags().StringVar(&member, "member", "", "consensus address of the suspended member")
	cmd.Flags().Uint32Var(&stopped, "stream", 0, "index of a stream below final that was contradicted (bridgectl streams)")
	return cmd
}

func proposeHalt(o *options) *cobra.Command {
	var chain uint64
	var manager, scope string
	var last time.Duration
	cmd := o.kind("halt", "Propose a halt order: the group key signs that a manager pauses",
		"  bridgectl proposal halt --node ~/.bridged --chain 1 --manager 0x… --scope all --for 24h",
		func() (committeev1.Payload, error) {
			a, err := message.ParseAddress(manager)
			if err != nil {
				return committeev1.Payload{}, fmt.Errorf("--manager: %w", err)
			}
			w, err := parseScope(scope)
			if err != nil {
				return committeev1.Payload{}, fmt.Errorf("--scope: %w", err)
			}
			if last < time.Minute || last > 7*24*time.Hour {
				return committeev1.Payload{}, fmt.Errorf("--for: %s is not within 1m to 168h", last)
			}
			return committeev1.Payload{Kind: &committeev1.Payload_Halt{Halt: &committeev1.Halt{
				Chain: chain, Manager: a[:], Scope: w[:], NotAfter: uint64(time.Now().Add(last).Unix()),
			}}}, nil
		})
	cmd.Flags().Uint64Var(&chain, "chain", 0, "EVM chain id of the manager")
	cmd.Flags().StringVar(&manager, "manager", "", "address of the CrossChainManager")
	cmd.Flags().StringVar(&scope, "scope", "all", "drill, all, inbound, outbound, or a scope word of 64 hexadecimal digits")
	cmd.Flags().DurationVar(&last, "for", 24*time.Hour, "how long, at most 7 days")
	return cmd
}

// parseScope reads the scope word of a halt order.
func parseScope(s string) (w [32]byte, err error) {
	if n, ok := map[string]byte{"drill": 0, "all": 1, "inbound": 2, "outbound": 3}[s]; ok {
		w[31] = n
		return w, nil
	}
	h, err := message.ParseHash("0x" + strings.TrimPrefix(s, "0x"))
	return h, err
}

func proposeRotate(o *options) *cobra.Command {
	var after time.Duration
	cmd := o.kind("rotate", "Propose a new group key, signed by the old and the new one",
		"  bridgectl proposal rotate --node ~/.bridged --after 168h",
		func() (committeev1.Payload, error) {
			if after < 0 || after > 365*24*time.Hour {
				return committeev1.Payload{}, fmt.Errorf("--after: %s is not within 0 to a year", after)
			}
			return committeev1.Payload{Kind: &committeev1.Payload_Rotate{Rotate: &committeev1.Rotation{NotBefore: uint64(time.Now().Add(after).Unix())}}}, nil
		})
	cmd.Flags().DurationVar(&after, "after", 7*24*time.Hour, "when chain and targets change over; the targets' timelock needs 7 days")
	return cmd
}

func proposeUpgrade(o *options) *cobra.Command {
	u := &committeev1.Upgrade{}
	cmd := o.kind("upgrade", "Propose that every node stops at a height until it runs a new binary",
		"  bridgectl proposal upgrade --node ~/.bridged --name v2 --height 500000 --info sha256:9f86…",
		func() (committeev1.Payload, error) {
			return committeev1.Payload{Kind: &committeev1.Payload_Upgrade{Upgrade: u}}, nil
		})
	cmd.Flags().StringVar(&u.Name, "name", "", "name that the new binary knows")
	cmd.Flags().Uint64Var(&u.Height, "height", 0, "first height that the old binary does not make")
	cmd.Flags().StringVar(&u.Info, "info", "", "hash of the binary, or where to find it")
	return cmd
}
