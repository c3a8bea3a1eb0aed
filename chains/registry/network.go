// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"github.com/aitbc/bridge/chains/message"
)

// maxNetworkBytes bounds a network file.
const maxNetworkBytes = 1 << 20

// Network is network.json: all that a relayer, a client or a tool needs to know a network.
type Network struct {
	ChainID    string       `json:"chain_id"`  // of the validators' chain: aitbc-<name>-<n>
	BridgeID   message.Hash `json:"bridge_id"` // keccak256 of ChainID's bytes
	GroupKey   message.Hash `json:"group_key"` // Px; zero until the key ceremony
	KeyVersion uint64       `json:"key_version"`
	Validators []Validator  `json:"validators"`
	Chains     []Chain      `json:"chains"`
}

// Validator is where one validator answers.
type Validator struct {
	Moniker string `json:"moniker"`
	GRPC    string `json:"grpc"` // host:port
	RPC     string `json:"rpc"`  // URL of CometBFT's RPC
}

// Chain is one EVM chain of the network.
type Chain struct {
	ChainID     message.ChainID `json:"chain_id"`
	Name        string          `json:"name"`
	Manager     message.Address `json:"manager"`
	DeployBlock uint64          `json:"deploy_block"` // block in which the manager was deployed
	Profile     string          `json:"profile"`      // Profile.Name
	Timelock    message.Address `json:"timelock"`
	URLs        []string        `json:"urls,omitempty"`
	Inbox       message.Address `json:"inbox,omitzero"` // demo recipient, local chains only
}

// ProfileOf returns the profile that c names; false when it is unknown or of another chain.
func (c *Chain) ProfileOf() (Profile, bool) {
	p, ok := Get(c.ChainID)
	return p, ok && p.Name == c.Profile
}

// Chain finds a chain of the network.
func (n *Network) Chain(id message.ChainID) (*Chain, bool) {
	for i := range n.Chains {
		if n.Chains[i].ChainID == id {
			return &n.Chains[i], true
		}
	}
	return nil, false
}

// Load reads and validates a network file. Unknown keys are refused.
func Load(path string) (*Network, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("network file: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxNetworkBytes+1))
	if err != nil {
		return nil, fmt.Errorf("network file %s: %w", path, err)
	}
	if len(b) > maxNetworkBytes {
		return nil, fmt.Errorf("network file %s: above %d bytes: %w", path, maxNetworkBytes, message.ErrRange)
	}
	n, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("network file %s: %w", path, err)
	}
	return n, nil
}

// Parse decodes and validates the content of a network file.
func Parse(b []byte) (*Network, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	n := new(Network)
	if err := d.Decode(n); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more than one value: %w", message.ErrBadEncoding)
	}
	if err := n.Validate(); err != nil {
		return nil, err
	}
	return n, nil
}

// Save validates n and replaces the file at path atomically: a reader or a crash
// sees the old file or the new one.
func (n *Network) Save(path string) (err error) {
	if err := n.Validate(); err != nil {
		return err
	}
	b, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return fmt.Errorf("network file: %w", err)
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".network-*")
	if err != nil {
		return fmt.Errorf("network file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(append(b, '\n'))
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("network file %s: %w", path, err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("network file: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// Validate reports everything that is wrong, each by its key.
//
// Errors: message.ErrZero, message.ErrRange, message.ErrBadEncoding, joined.
func (n *Network) Validate() error {
	var errs []error
	bad := func(err error, key string, args ...any) {
		errs = append(errs, fmt.Errorf(key+": %w", append(args, err)...))
	}
	if n.ChainID == "" {
		bad(message.ErrZero, "chain_id")
	}
	if n.BridgeID != message.BridgeID(n.ChainID) {
		bad(message.ErrRange, "bridge_id: is not keccak256 of chain_id %q", n.ChainID)
	}
	if n.GroupKey.IsZero() != (n.KeyVersion == 0) {
		bad(message.ErrZero, "group_key and key_version: one without the other")
	}
	monikers := map[string]bool{}
	for i, v := range n.Validators {
		switch {
		case v.Moniker == "":
			bad(message.ErrZero, "validators[%d].moniker", i)
		case monikers[v.Moniker]:
			bad(message.ErrRange, "validators[%d].moniker: %q again", i, v.Moniker)
		}
		monikers[v.Moniker] = true
		if v.GRPC == "" {
			bad(message.ErrZero, "validators[%d].grpc", i)
		}
		if !isURL(v.RPC) {
			bad(message.ErrBadEncoding, "validators[%d].rpc: want a URL, have %q", i, v.RPC)
		}
	}
	ids := map[message.ChainID]bool{}
	for i := range n.Chains {
		c := &n.Chains[i]
		if c.ChainID == 0 {
			bad(message.ErrZero, "chains[%d].chain_id", i)
		} else if ids[c.ChainID] {
			bad(message.ErrRange, "chains[%d].chain_id: %s again", i, c.ChainID)
		}
		ids[c.ChainID] = true
		if c.Name == "" {
			bad(message.ErrZero, "chains[%d].name", i)
		}
		if c.Manager.IsZero() {
			bad(message.ErrZero, "chains[%d].manager", i)
		}
		if c.Timelock.IsZero() {
			bad(message.ErrZero, "chains[%d].timelock", i)
		}
		if _, ok := c.ProfileOf(); !ok {
			bad(message.ErrRange, "chains[%d].profile: %q is not the profile of chain %s", i, c.Profile, c.ChainID)
		}
		if !c.Inbox.IsZero() && !IsLocal(c.ChainID) {
			bad(message.ErrRange, "chains[%d].inbox: set outside local chains", i)
		}
		for j, u := range c.URLs {
			if !isURL(u) {
				bad(message.ErrBadEncoding, "chains[%d].urls[%d]: want a URL", i, j)
			}
		}
	}
	return errors.Join(errs...)
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && u.Host != ""
}
