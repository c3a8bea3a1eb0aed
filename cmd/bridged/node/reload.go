// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"reflect"
	"sync"
	"syscall"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/sources"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
)

// reloader makes a running node take what its settings file says of chains and endpoints.
type reloader struct {
	load    func() (Config, error) // reads the file and the environment
	sources *sources.Set
	streams *streams
	log     *slog.Logger

	mu    sync.Mutex
	first Config // what load gave at the start
}

func newReloader(h Layout, s *sources.Set, t *streams, logger *slog.Logger) (*reloader, error) {
	r := &reloader{
		load:    func() (Config, error) { return LoadConfig(h.ConfigFile(), os.Getenv) },
		sources: s, streams: t, log: logger,
	}
	var err error
	r.first, err = r.load()
	return r, err
}

// reload reads the file again, checks the whole of it, and only then changes anything. restart are
// the keys whose new value takes effect at the next start alone.
//
// Errors: ErrConfig; nothing has changed then.
func (r *reloader) reload() (changes []sources.Change, restart []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.load()
	if err == nil {
		err = c.Validate()
	}
	if err == nil && c.ChainID != r.first.ChainID {
		err = fmt.Errorf("chain_id: %q, this node runs %q: %w", c.ChainID, r.first.ChainID, ErrConfig)
	}
	if err != nil {
		return nil, nil, err
	}
	changes, err = r.sources.Apply(c.Chains)
	r.streams.reconfigured()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", err, ErrConfig)
	}
	restart = differing(&r.first, &c)
	for i := range changes {
		p := &changes[i]
		r.log.Info("source reloaded", "chain", p.Chain.String(), "what", p.What, "added", p.Added, "removed", p.Removed, "changed", p.Changed, "settings", p.Settings)
	}
	for _, key := range restart {
		r.log.Warn("setting takes effect at the next start", "key", key)
	}
	return changes, restart, nil
}

// differing are the keys outside of the chains whose values differ.
func differing(a, b *Config) (keys []string) {
	va, vb := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	for i := range va.NumField() {
		if f := va.Type().Field(i); f.Name != "Chains" && va.Field(i).Interface() != vb.Field(i).Interface() {
			keys = append(keys, f.Tag.Get("toml"))
		}
	}
	return keys
}

// run reloads at each SIGHUP until ctx ends.
func (r *reloader) run(ctx context.Context) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-hangup:
			if _, _, err := r.reload(); err != nil {
				r.log.Error("settings not reloaded, nothing has changed", "err", err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Reload implements nodev1.AdminServer.
func (a *admin) Reload(context.Context, *nodev1.ReloadRequest) (*nodev1.ReloadResponse, error) {
	changes, restart, err := a.reloads.reload()
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return changesProto(changes, restart), nil
}

// Reloaded is what a reload has done.
type Reloaded struct {
	Chains  []sources.Change `json:"chains"`
	Restart []string         `json:"restart"` // keys whose new value takes effect at the next start alone
}

// AskReload makes the node that runs on home h read its settings file again.
//
// Errors: ErrConfig when the node refuses the file, and goes on as before; else nobody answers.
func AskReload(ctx context.Context, h Layout) (out Reloaded, err error) {
	conn, err := DialAdmin(h)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	r, err := nodev1.NewAdminClient(conn).Reload(ctx, &nodev1.ReloadRequest{})
	if status.Code(err) == codes.InvalidArgument {
		return out, fmt.Errorf("nothing has changed: %s: %w", status.Convert(err).Message(), ErrConfig)
	}
	if err != nil {
		return out, fmt.Errorf("ask the node at %s: %w", h.AdminSocket(), err)
	}
	out = Reloaded{Chains: []sources.Change{}, Restart: append([]string{}, r.Restart...)}
	for i := range r.Chains {
		c := &r.Chains[i]
		out.Chains = append(out.Chains, sources.Change{
			Chain: message.ChainID(c.Chain), What: c.What, Added: c.Added, Removed: c.Removed, Changed: c.Changed, Settings: c.Settings,
		})
	}
	return out, nil
}
