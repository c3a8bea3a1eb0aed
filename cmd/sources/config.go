// SPDX-License-Identifier: Apache-2.0

package sources

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/pool"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
)

// Chain is one source and its endpoints, as bridged.toml and relayer.toml have it.
type Chain struct {
	ChainID uint64 `toml:"chain_id"`
	// Agree is how many operators must give the same answer; pool.DefaultAgree when 0.
	Agree int `toml:"agree,omitempty"`
	// Unsafe allows what `bridged status` then says of this chain at its top: fewer operators, or no majority.
	Unsafe bool `toml:"unsafe,omitempty"`
	// ManagerCodeHash is keccak256 of the manager's code, 0x and 64 hexadecimal digits. When empty, what
	// was seen first is taken.
	ManagerCodeHash string     `toml:"manager_code_hash,omitempty"`
	Endpoints       []Endpoint `toml:"endpoints"`
}

// Endpoint is one URL of a source.
type Endpoint struct {
	Name     string `toml:"name"`     // what logs and status say; URLs hold keys
	Operator string `toml:"operator"` // who runs it; endpoints of one operator are one voice. Name when empty
	URL      string `toml:"url"`
	// WS is a WebSocket URL that announces blocks; nothing else is read from it. May be empty.
	WS string `toml:"ws,omitempty"`
	// RequestsPerHour bounds what is asked of it; 0: no bound.
	RequestsPerHour int `toml:"requests_per_hour,omitempty"`
}

func (c *Chain) agree() int { return cmp.Or(c.Agree, pool.DefaultAgree) }

func (c *Chain) id() message.ChainID { return message.ChainID(c.ChainID) }

// codeHash is ManagerCodeHash; zero when it is empty. Errors: message.ErrBadEncoding.
func (c *Chain) codeHash() (message.Hash, error) {
	if c.ManagerCodeHash == "" {
		return message.Hash{}, nil
	}
	return parseHash(c.ManagerCodeHash)
}

// parseHash takes what message.Hash.String gives, and no zero.
func parseHash(s string) (h message.Hash, err error) {
	digits, ok := strings.CutPrefix(s, "0x")
	if !ok || len(digits) != 2*len(h) || strings.ToLower(digits) != digits {
		return h, fmt.Errorf("want 0x and 64 lower hexadecimal digits: %w", message.ErrBadEncoding)
	}
	if _, err := hex.Decode(h[:], []byte(digits)); err != nil || h.IsZero() {
		return message.Hash{}, fmt.Errorf("want 0x and 64 lower hexadecimal digits: %w", message.ErrBadEncoding)
	}
	return h, nil
}

// Check is everything that is wrong with the chain's settings, each by its key; nil when nothing is.
// It connects to nobody and repeats no URL.
func (c *Chain) Check() error {
	if len(c.Endpoints) == 0 {
		return errors.New("endpoints: none")
	}
	s, err := c.open(slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	s.close()
	return nil
}

// CheckAll checks a list: each chain by itself, and that none appears twice.
func CheckAll(list []Chain) error {
	var bad []error
	seen := map[uint64]bool{}
	for i := range list {
		c, key := &list[i], fmt.Sprintf("chains[%d]", i)
		if _, ok := registry.Get(c.id()); !ok {
			bad = append(bad, fmt.Errorf("%s.chain_id: no profile for chain %d", key, c.ChainID))
			continue
		}
		if seen[c.ChainID] {
			bad = append(bad, fmt.Errorf("%s.chain_id: chain %d appears twice", key, c.ChainID))
		}
		seen[c.ChainID] = true
		if err := c.Check(); err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", key, err))
		}
	}
	return errors.Join(bad...)
}

// members dials the endpoints that are not dialed yet: known is by URL, and gets what is new.
func (c *Chain) members(known map[string]evm.Endpoint) ([]pool.Member, error) {
	var errs []error
	var list []pool.Member
	for i := range c.Endpoints {
		e := &c.Endpoints[i]
		if slices.ContainsFunc(c.Endpoints[:i], func(o Endpoint) bool { return o.URL == e.URL }) {
			errs = append(errs, fmt.Errorf("endpoints[%d].url: that of another endpoint", i))
			continue
		}
		dialed := known[e.URL]
		if dialed == nil {
			var err error
			if dialed, err = evm.Dial(e.URL); err != nil {
				errs = append(errs, fmt.Errorf("endpoints[%d].url: %w", i, err))
				continue
			}
			known[e.URL] = dialed
		}
		list = append(list, pool.Member{Name: e.Name, Operator: cmp.Or(e.Operator, e.Name), Endpoint: dialed, HourlyRequests: e.RequestsPerHour})
	}
	return list, errors.Join(errs...)
}

// announcers are the endpoints that announce blocks.
func (c *Chain) announcers() (list []pool.HeadSource) {
	for i := range c.Endpoints {
		if e := &c.Endpoints[i]; e.WS != "" {
			list = append(list, pool.HeadSource{Name: e.Name, URL: e.WS})
		}
	}
	return list
}

// open makes the source. It connects to nobody.
//
// Errors: those of evm.Dial, pool.New and pool.NewHeads, none of which repeats a URL.
func (c *Chain) open(logger *slog.Logger) (_ *Source, err error) {
	s := &Source{chain: *c, dialed: map[string]evm.Endpoint{}, log: logger}
	var ok bool
	if s.Profile, ok = registry.Get(c.id()); !ok {
		return nil, fmt.Errorf("no profile for chain %d: %w", c.ChainID, message.ErrRange)
	}
	var errs []error
	if s.wanted, err = c.codeHash(); err != nil {
		errs = append(errs, fmt.Errorf("manager_code_hash: %w", err))
	}
	members, err := c.members(s.dialed)
	if err != nil {
		errs = append(errs, err)
	}
	if s.Heads, err = pool.NewHeads(pool.HeadsConfig{Chain: c.id(), Sources: c.announcers(), Logger: logger}); err != nil {
		errs = append(errs, fmt.Errorf("endpoints: ws: %w", err))
	}
	if errs == nil {
		if s.Pool, err = pool.New(pool.Config{
			Chain: c.id(), Genesis: s.Profile.Genesis, Agree: c.agree(), Unsafe: c.Unsafe, Members: members, Logger: logger,
		}); err != nil {
			errs = append(errs, err)
		}
	}
	if errs != nil {
		for _, e := range s.dialed {
			e.Close()
		}
		return nil, errors.Join(errs...)
	}
	return s, nil
}

// host is the operator of a URL of which nothing else is known.
func host(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
