// SPDX-License-Identifier: Apache-2.0

package node

import (
	"sync"

	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
)

// commits tells the parts beside the state machine of each commit. It stands between the
// application and its voter, and like the voter it never waits (I-07).
type commits struct {
	app.Voter

	mu   sync.Mutex
	news chan struct{} // closed with the next commit
	tell []func(extension.Agenda)
}

func newCommits(v app.Voter) *commits { return &commits{Voter: v, news: make(chan struct{})} }

// then adds somebody to tell. f must return at once. Not after the application was announced.
func (c *commits) then(f func(extension.Agenda)) { c.tell = append(c.tell, f) }

// next is closed with the next commit.
func (c *commits) next() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.news
}

// Committed implements app.Voter.
func (c *commits) Committed(a extension.Agenda) {
	c.Voter.Committed(a)
	for _, f := range c.tell {
		f(a)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.news)
	c.news = make(chan struct{})
}
