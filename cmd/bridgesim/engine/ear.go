// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"context"
	"fmt"
	"log/slog"

	"cosmossdk.io/log/v2"
)

// ear puts warnings and errors of a node's own parts into the trace.
type ear struct {
	n     *node
	attrs []slog.Attr
}

// Enabled implements slog.Handler.
func (e *ear) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

// Handle implements slog.Handler.
func (e *ear) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	add := func(a slog.Attr) bool {
		text += fmt.Sprintf(" %s=%v", a.Key, a.Value)
		return true
	}
	for _, a := range e.attrs {
		add(a)
	}
	r.Attrs(add)
	e.n.s.trace.line("log", "node=%s %s %s", e.n.name, r.Level, text)
	return nil
}

// WithAttrs implements slog.Handler.
func (e *ear) WithAttrs(a []slog.Attr) slog.Handler {
	return &ear{e.n, append(append([]slog.Attr(nil), e.attrs...), a...)}
}

// WithGroup implements slog.Handler.
func (e *ear) WithGroup(string) slog.Handler { return e }

// border is the application's logger. An error in it is a bug of ours: an outside party
// can never cause one.
type border struct{ n *node }

var _ log.Logger = border{}

func (b border) Debug(string, ...any)                               {}
func (b border) DebugContext(context.Context, string, ...any)       {}
func (b border) Info(string, ...any)                                {}
func (b border) InfoContext(context.Context, string, ...any)        {}
func (b border) With(...any) log.Logger                             { return b }
func (b border) Impl() any                                          { return nil }
func (b border) WarnContext(_ context.Context, m string, kv ...any) { b.Warn(m, kv...) }

func (b border) Warn(m string, kv ...any) {
	b.n.s.trace.line("app", "node=%s WARN %s %v", b.n.name, m, kv)
}

func (b border) ErrorContext(_ context.Context, m string, kv ...any) { b.Error(m, kv...) }

func (b border) Error(m string, kv ...any) {
	b.n.s.trace.line("app", "node=%s ERROR %s %v", b.n.name, m, kv)
	b.n.s.fail("application error", "%s: %s %v", b.n.name, m, kv)
}
