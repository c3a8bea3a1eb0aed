// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/exit"
	"github.com/aitbc/bridge/relayer/deliver"
)

func sendCommand(o *options) *cobra.Command {
	var from, to uint64
	var target, data, key string
	var erc7786 bool
	var f finality
	cmd := &cobra.Command{
		Use:   "send",
		Short: "Send a message to a contract on another chain",
		Example: `  bridgectl send --from-chain 31337 --to-chain 31338 --target 0x… --data "hello"
  bridgectl send --from-chain 31337 --to-chain 31338 --target 0x… --data 0x0102 --erc7786 --json
  bridgectl send --from-chain 31337 --to-chain 31338 --target 0x… --data "hello" --finality fast`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := required(cmd, "from-chain", "to-chain", "target"); err != nil {
				return err
			}
			account, err := message.ParseAddress(target)
			if err != nil {
				return exit.Usagef("--target: %w", err)
			}
			payload, err := parseData(data)
			if err != nil {
				return exit.Usagef("--data: %w", err)
			}
			c, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = c.Close() }()
			if _, err := c.Chain(message.ChainID(to)); err != nil {
				return exit.Usagef("--to-chain: %w", err)
			}
			by, err := o.sender(c, message.ChainID(from), key, "account")
			if err != nil {
				return err
			}
			sent, err := c.Send(cmd.Context(), by, client.Send{
				From: message.ChainID(from), To: message.ChainID(to), Target: account, Data: payload, ERC7786: erc7786, Finality: message.Finality(f),
			})
			if err != nil {
				return err
			}
			return o.print(cmd.OutOrStdout(), sent, func(w io.Writer) {
				fmt.Fprintf(w, "message %s\nnonce   %d\ntx      %s\nblock   %d of chain %d\ngas     %d\n",
					sent.ID, sent.Nonce, sent.Tx, sent.Block, sent.Source, sent.GasUsed)
			})
		},
	}
	addFinality(cmd, &f, "of the source block before it may be delivered; below final it may be delivered and then vanish from its source")
	flags := cmd.Flags()
	flags.Uint64Var(&from, "from-chain", 0, "source chain id")
	flags.Uint64Var(&to, "to-chain", 0, "target chain id")
	flags.StringVar(&target, "target", "", "recipient on the target chain, an ERC-7786 contract")
	flags.StringVar(&data, "data", "", "payload: 0x and hex digits, or text")
	flags.BoolVar(&erc7786, "erc7786", false, "through the ERC-7786 form of sendMessage")
	flags.StringVar(&key, "key", "", "key file of the account that pays (default <home>/keys/account)")
	return cmd
}

// parseData reads hex after 0x, else the text itself.
func parseData(s string) ([]byte, error) {
	out := []byte(s)
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		var err error
		if out, err = hex.DecodeString(digits); err != nil {
			return nil, err
		}
	}
	if len(out) > message.MaxDataBytes {
		return nil, fmt.Errorf("%d bytes, at most %d: %w", len(out), message.MaxDataBytes, message.ErrRange)
	}
	return out, nil
}

func trackCommand(o *options) *cobra.Command {
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "track <message id or transaction hash>",
		Short: "Say where a message is, why, who must act and what changes next",
		Long: `Says where a message is, why, who must act and what changes next.

Reads the source chain, the validators and the target chain; no relayer is needed.
Reasons: waiting_finality, waiting_votes, signing, certified, lane_paused,
recipient_reverted, target_unreachable, superseded, delivered. A superseded message is never
delivered: its source left a history of which the target had taken the same nonce.`,
		Example: `  bridgectl track 0x5d…
  bridgectl track 0x5d… --wait 2m --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			hash, err := message.ParseHash(args[0])
			if err != nil {
				return exit.Usagef("%q is not 0x and 64 hex digits: %w", args[0], err)
			}
			c, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = c.Close() }()
			deadline := time.Now().Add(wait)
			var list []client.Status
			for {
				list, err = c.Track(cmd.Context(), hash)
				if err != nil && (wait == 0 || !errors.Is(err, message.ErrUnavailable)) {
					return err
				}
				if err == nil && (wait == 0 || delivered(list) || hopeless(list)) || time.Now().After(deadline) {
					break
				}
				timer := time.NewTimer(time.Second)
				select {
				case <-cmd.Context().Done():
					timer.Stop()
					return cmd.Context().Err()
				case <-timer.C:
				}
			}
			if err := o.print(cmd.OutOrStdout(), list, func(w io.Writer) { writeStatuses(w, list) }); err != nil {
				return err
			}
			if wait > 0 && !delivered(list) && hopeless(list) {
				return fmt.Errorf("superseded: never delivered")
			}
			if wait > 0 && !delivered(list) {
				return exit.Timeout(fmt.Errorf("not delivered within %s", wait))
			}
			return nil
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", 0, "wait until it is delivered, at most so long (exit code 4 after it)")
	return cmd
}

// hopeless: none of them changes any more, though not all are delivered.
func hopeless(list []client.Status) bool {
	for _, s := range list {
		if s.Stage != client.StageDelivered && s.Reason != deliver.Superseded {
			return false
		}
	}
	return len(list) > 0
}

func delivered(list []client.Status) bool {
	for _, s := range list {
		if s.Stage != client.StageDelivered {
			return false
		}
	}
	return len(list) > 0
}

func writeStatuses(w io.Writer, list []client.Status) {
	for i, s := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "message  %s\nlane     %s nonce %d\nsource   tx %s block %d\nstage    %s\nreason   %s\n",
			s.ID, s.Lane, s.Nonce, s.Tx, s.Block, s.Stage, s.Reason)
		if s.Detail != "" {
			fmt.Fprintf(w, "detail   %s\n", s.Detail)
		}
		fmt.Fprintf(w, "who      %s\nnext     %s\n", s.Who, s.Next)
		if s.TargetAt > 0 {
			fmt.Fprintf(w, "target   tx %s block %d\n", s.TargetTx, s.TargetAt)
		}
	}
}
