// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/keys/keystore"
)

func keysCommand(home func() node.Layout) *cobra.Command {
	c := &cobra.Command{
		Use:   "keys",
		Short: "Show, back up, restore and lock the keys of a home",
		Example: `  bridged keys show --home ~/.bridged
  bridged keys backup --home ~/.bridged --out backup.json --backup-password-file ~/offline/password
  bridged keys verify-backup --home ~/.bridged backup.json --backup-password-file ~/offline/password`,
	}
	c.AddCommand(keysShow(home), keysBackup(home), keysVerify(home), keysRestore(home), keysPassword(home))
	return c
}

func keysShow(home func() node.Layout) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show", Short: "List every key of this home by its public part; needs no password", Args: cobra.NoArgs,
		Example: "  bridged keys show --home ~/.bridged --json",
		RunE: func(c *cobra.Command, _ []string) error {
			list, err := node.ShowKeys(home())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), list)
			}
			l := &lines{out: c.OutOrStdout()}
			printKeys(l, list)
			return l.err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printKeys(l *lines, list []node.Key) {
	for _, k := range list {
		text := k.Kind
		for _, part := range []struct{ name, value string }{
			{"address", k.Address}, {"public", k.PublicKey}, {"group", k.GroupKey},
		} {
			if part.value != "" {
				text += "  " + part.name + " " + part.value
			}
		}
		if k.KeyEpoch != 0 {
			text += fmt.Sprintf("  key epoch %d  index %d", k.KeyEpoch, k.Index)
		}
		if k.File != "" {
			text += fmt.Sprintf("  file %s  mode %s  format %d  encrypted %t", k.File, k.Mode, k.Version, k.Encrypted)
		}
		if k.Problem != "" {
			text += "  PROBLEM: " + k.Problem
		}
		l.print("%s", text)
	}
}

// withBackup adds the flag that names the password of a backup, which is not the home's.
func withBackup(c *cobra.Command, to *string) {
	c.Flags().StringVar(to, "backup-password-file", "", "file with the password of the backup; keep it apart from backup and home")
}

func backupPassword(file string) (keystore.Password, error) {
	if file == "" {
		return keystore.Password{}, fmt.Errorf("%w: --backup-password-file is required", errUsage)
	}
	return keystore.ReadPassword(file)
}

func keysBackup(home func() node.Layout) *cobra.Command {
	var out, secret, password string
	var asJSON bool
	c := &cobra.Command{
		Use:   "backup",
		Short: "Write the keys of this home into one encrypted file",
		Long: `Write the keys of this home into one encrypted file: consensus and node key, operator account,
dealing key, key shares. Each signs a challenge first.

Journals and the consensus key's sign state are not in it. They say what this node has promised; a copy is
out of date with the next block, and a node that trusts an old one can sign two different things.`,
		Args:    cobra.NoArgs,
		Example: "  bridged keys backup --home ~/.bridged --out backup.json --backup-password-file ~/offline/password",
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return fmt.Errorf("%w: --out is required", errUsage)
			}
			to, err := backupPassword(secret)
			if err != nil {
				return err
			}
			cfg, err := loadConfig(home(), password)
			if err != nil {
				return err
			}
			r, err := node.MakeBackup(home(), &cfg, out, to, time.Now())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), r)
			}
			l := &lines{out: c.OutOrStdout()}
			l.print("wrote %s: %d keys of %s, chain %s; each has signed a challenge", r.File, len(r.Keys), r.Moniker, r.ChainID)
			printKeys(l, r.Keys)
			l.print("NOT in it: journal/ and data/priv_validator_state.json, which are out of date with the next block: an old one makes a node sign two different things")
			l.print("make a new backup after each ceremony: key shares change")
			return l.err
		},
	}
	c.Flags().StringVar(&out, "out", "", "file to write; an existing one is refused")
	withBackup(c, &secret)
	passwordFlag(c, &password)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func keysVerify(home func() node.Layout) *cobra.Command {
	var secret string
	var alone, asJSON bool
	c := &cobra.Command{
		Use:   "verify-backup FILE",
		Short: "Decrypt a backup, let every key sign a challenge, compare it with home and chain",
		Args:  cobra.ExactArgs(1),
		Example: `  bridged keys verify-backup --home ~/.bridged backup.json --backup-password-file ~/offline/password
  bridged keys verify-backup --alone backup.json --backup-password-file ~/offline/password`,
		RunE: func(c *cobra.Command, args []string) error {
			from, err := backupPassword(secret)
			if err != nil {
				return err
			}
			var cfg *node.Config
			if !alone {
				have, err := loadConfig(home(), "")
				if err != nil {
					return err
				}
				cfg = &have
			}
			r, err := node.VerifyBackup(c.Context(), home(), cfg, args[0], from)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), r)
			}
			l := &lines{out: c.OutOrStdout()}
			l.print("%s: %d keys of %s, chain %s, made %s; each has signed a challenge", r.File, len(r.Keys), r.Moniker, r.ChainID, r.Made)
			printKeys(l, r.Keys)
			for _, with := range []struct {
				what string
				n    int
			}{{"this home", r.Home}, {"the chain's state", r.Network}} {
				if with.n < 0 {
					l.print("not compared with %s", with.what)
					continue
				}
				l.print("%d public parts are those of %s, none differs", with.n, with.what)
			}
			return l.err
		},
	}
	withBackup(c, &secret)
	c.Flags().BoolVar(&alone, "alone", false, "compare with no home and no chain")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func keysRestore(home func() node.Layout) *cobra.Command {
	var secret string
	var asJSON bool
	var o node.RestoreOptions
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put the keys of a backup into a home that lacks them",
		Long: `Put the keys of a backup into a home that lacks them. Nothing is overwritten; the node must not run, neither
here nor anywhere else with these keys.

The consensus key must not sign a height twice: give --sign-state, the lost home's data/priv_validator_state.json as
it was last, or else --sign-from, a height that the network has not reached yet: the key signs nothing up to it.`,
		Args: cobra.ExactArgs(1),
		Example: `  bridged keys restore --home ~/.bridged backup.json --backup-password-file ~/offline/password --sign-state /mnt/old/data/priv_validator_state.json
  bridged keys restore --home ~/.bridged backup.json --backup-password-file ~/offline/password --sign-from 121000`,
		RunE: func(c *cobra.Command, args []string) error {
			from, err := backupPassword(secret)
			if err != nil {
				return err
			}
			if o.PasswordFile != "" {
				if o.PasswordFile, err = filepath.Abs(o.PasswordFile); err != nil {
					return err
				}
			}
			r, err := node.Restore(home(), args[0], from, o)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), r)
			}
			l := &lines{out: c.OutOrStdout()}
			l.print("restored %d keys of %s, chain %s; each has signed a challenge from its new file", len(r.Keys), r.Moniker, r.ChainID)
			printKeys(l, r.Keys)
			l.print("the consensus key signs nothing at or below height %d", r.SignsAt)
			if !r.Journals {
				l.print("there are no journals: copy journal/ of the lost home if it is there and the newest; without it the node abstains up to the blocks that are final when it starts")
			}
			l.print("make sure that the lost home never starts again; then set ports, peers and chains, and install the genesis file")
			return l.err
		},
	}
	withBackup(c, &secret)
	c.Flags().StringVar(&o.PasswordFile, "password-file", "", "password that locks the restored keys; the home's own when not given")
	c.Flags().StringVar(&o.SignState, "sign-state", "", "the lost home's priv_validator_state.json")
	c.Flags().Int64Var(&o.SignFrom, "sign-from", 0, "height up to which the consensus key signs nothing")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func keysPassword(home func() node.Layout) *cobra.Command {
	var next, password string
	var asJSON bool
	c := &cobra.Command{
		Use:   "change-password",
		Short: "Encrypt all key files of this stopped home with another password",
		Long: `Encrypt all key files of this stopped home with another password: all of them, or none. Cut off, the same
command goes on. Without --new-password-file a new password is made in keys/password.

The old files are overwritten and removed. Copies of them stay readable with the old password.`,
		Args: cobra.NoArgs,
		Example: `  bridged keys change-password --home ~/.bridged
  bridged keys change-password --home ~/.bridged --new-password-file /run/secrets/bridged`,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := loadConfig(home(), password)
			if err != nil {
				return err
			}
			if next != "" {
				if next, err = filepath.Abs(next); err != nil {
					return err
				}
			}
			r, err := node.ChangePassword(home(), &cfg, next)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), r)
			}
			l := &lines{out: c.OutOrStdout()}
			if r.Before {
				l.print("the key files had the new password already; password_file is %s now", r.PasswordFile)
			} else {
				l.print("%d key files have a new password, in %s", r.Files, r.PasswordFile)
			}
			l.print("copies of the old files stay readable with the old password")
			return l.err
		},
	}
	c.Flags().StringVar(&next, "new-password-file", "", "file with the new password; one is made in keys/password when not given")
	passwordFlag(c, &password)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
