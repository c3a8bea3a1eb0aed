// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
)

// Bounds of a client.
const (
	// CallTime bounds one call, the signer's disk included.
	CallTime = 10 * time.Second
	// keepTime bounds one that writes or erases a share's file: encryption alone takes seconds on a small machine.
	keepTime = time.Minute
	// helloTime bounds the first call over a connection: a signer that hangs must not hold up the node for long.
	helloTime = 2 * time.Second
	// Between two tries to connect lie minWait at first and twice as much each time, maxWait at most.
	minWait = 100 * time.Millisecond
	maxWait = 5 * time.Second
)

// Client is the node's side: what a voter takes for a signer. It connects when it is asked something and
// does not wait for a signer that is away. It is safe for concurrent use; one call goes at a time.
type Client struct {
	path   string
	bridge message.Hash
	life   [16]byte
	log    *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	conn    net.Conn
	fresh   bool // Start was not said over this connection
	started bool
	stopped error
	wait    time.Duration
	next    time.Time // of the next try to connect

	state  sync.Mutex // what is told without a call; never held over one
	down   error
	boot   uint64
	shares []signer.ShareInfo
}

// Dial makes the client of the signer at path, an absolute one, and tries to connect. A signer that is not there yet
// is no error: the client says so in the log, and tries again with every call.
//
// Errors: ErrSocket, ErrPeer, ErrVersion: what a person must set right.
func Dial(ctx context.Context, path string, bridge message.Hash, log *slog.Logger) (*Client, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c := &Client{path: path, bridge: bridge, log: log, now: time.Now}
	if _, err := rand.Read(c.life[:]); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.connect(ctx)
	if errors.Is(err, ErrSocket) || errors.Is(err, ErrPeer) || errors.Is(err, ErrVersion) {
		return nil, err
	}
	return c, nil
}

// Err is why the signer is away; nil while it answers.
func (c *Client) Err() error {
	c.state.Lock()
	defer c.state.Unlock()
	return c.down
}

// Close ends the connection. The next call makes a new one.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return nil
	}
	err := c.conn.Close()
	c.conn = nil
	return err
}

// connect makes a connection and greets. The caller holds mu.
func (c *Client) connect(ctx context.Context) error {
	if c.conn != nil {
		return nil
	}
	if c.now().Before(c.next) {
		return fmt.Errorf("next try at %s: %w", c.next.Format(time.TimeOnly), ErrAway)
	}
	conn, err := c.dial(ctx)
	if err != nil {
		c.away(err)
		return err
	}
	c.conn, c.fresh, c.wait = conn, true, 0
	if _, err := c.exchange(&call{op: opHello, version: version, bridge: c.bridge, life: c.life}); err != nil {
		return c.lost(err)
	}
	c.state.Lock()
	was := c.down
	c.down = nil
	c.state.Unlock()
	if was != nil {
		c.log.Info("the signer is back")
	}
	return c.list()
}

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	if err := checkSocket(c.path); err != nil {
		if errors.Is(err, ErrSocket) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	ctx, cancel := context.WithTimeout(ctx, CallTime)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", c.path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	if err := checkPeer(conn.(*net.UnixConn)); err != nil { // a share may be sent there
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// away notes that there is no signer, loudly once, and when to try again. The caller holds mu.
func (c *Client) away(err error) {
	c.wait = min(max(2*c.wait, minWait), maxWait)
	c.next = c.now().Add(c.wait)
	c.state.Lock()
	was := c.down
	c.down, c.boot = err, 0
	c.state.Unlock()
	if was == nil || codeOf(was) != codeOf(err) {
		c.log.Error("the signer is away: this node votes and gives no share", "err", err)
	}
}

// lost ends a connection that failed. The caller holds mu.
func (c *Client) lost(err error) error {
	_ = c.conn.Close()
	c.conn = nil
	c.away(err)
	return err
}

// exchange sends one call and reads its answer; c.conn is there. The caller holds mu.
//
// Errors: the signer's refusal; ErrAway or ErrFrame, after which the connection is of no use.
func (c *Client) exchange(q *call) (answer, error) {
	b, err := q.encode()
	if err != nil {
		return answer{}, err
	}
	defer clear(b)
	limit := CallTime
	switch q.op {
	case opHello:
		limit = helloTime
	case opAddShare, opDropShare:
		limit = keepTime
	}
	if err := c.conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return answer{}, fmt.Errorf("%w: %w", ErrAway, err)
	}
	if err := writeFrame(c.conn, b); err != nil {
		return answer{}, fmt.Errorf("%w: %w", ErrAway, err)
	}
	in, err := readFrame(c.conn, func() error { return nil })
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", ErrAway, err)
	}
	a, err := decodeAnswer(q.op, in)
	if err != nil {
		return answer{}, err
	}
	return a, a.err()
}

// do is exchange over a connection that is made when there is none. The caller holds mu.
func (c *Client) do(q *call) (answer, error) {
	if c.stopped != nil {
		return answer{}, fmt.Errorf("%w: %w", signer.ErrStopped, c.stopped)
	}
	if err := c.connect(context.Background()); err != nil {
		return answer{}, err
	}
	a, err := c.exchange(q)
	var refused *refusal
	if err != nil && !errors.As(err, &refused) || errors.Is(err, ErrFrame) {
		return answer{}, c.lost(err)
	}
	return a, err
}

// list learns the shares of the signer. The caller holds mu and has a connection.
func (c *Client) list() error {
	a, err := c.exchange(&call{op: opShares})
	if err != nil {
		return c.lost(err)
	}
	c.state.Lock()
	defer c.state.Unlock()
	c.shares = a.shares
	return nil
}

// Boot is the signer's boot, 0 while it is away.
func (c *Client) Boot() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, err := c.do(&call{op: opBoot})
	if err != nil {
		return 0
	}
	c.state.Lock()
	defer c.state.Unlock()
	c.boot = a.boot
	return a.boot
}

// LastBoot is what Boot said last, without asking; 0 while the signer is away.
func (c *Client) LastBoot() uint64 {
	c.state.Lock()
	defer c.state.Unlock()
	return c.boot
}

// Start lets the signer take a boot at the committed height. When it is away, Observe does so later.
func (c *Client) Start(committedHeight uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started = true
	c.begin(committedHeight)
}

// begin says Start once over each connection: the other process may be a new one. The caller holds mu.
func (c *Client) begin(height uint64) {
	if err := c.connect(context.Background()); err != nil || !c.fresh || c.stopped != nil {
		return
	}
	if _, err := c.do(&call{op: opStart, height: height}); err == nil {
		c.fresh = false
	}
}

// Observe tells the signer what the committed state records.
//
// Errors: signer.ErrTwin and signer.ErrStopped alone: this member must fall silent. A signer that is away, or that serves
// another fork, signs nothing, and the log says why.
func (c *Client) Observe(o signer.Observation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.started {
		c.begin(o.Height)
	}
	_, err := c.do(&call{op: opObserve, observed: o})
	if errors.Is(err, signer.ErrTwin) || errors.Is(err, signer.ErrStopped) {
		c.stopped = err
		return err
	}
	c.state.Lock()
	was := c.down
	c.down = err
	c.state.Unlock()
	if err != nil && !errors.Is(err, ErrAway) && (was == nil || codeOf(was) != codeOf(err)) {
		c.log.Error("the signer refuses this chain: this node votes and gives no share", "height", o.Height, "err", err)
	}
	return nil
}

// Stop ends the signer's process for good; here nothing is asked any more.
func (c *Client) Stop(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped != nil {
		return
	}
	if why == nil {
		why = signer.ErrStopped
	}
	if _, err := c.do(&call{op: opStop, text: why.Error()}); err != nil {
		c.log.Error("the signer was not told to stop: stop its process", "err", err)
	}
	c.stopped = why
}

// Commitments are the signer's; none while it is away.
func (c *Client) Commitments(limit int) []signer.SeqCommitment {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, err := c.do(&call{op: opCommitments, max: uint16(max(0, min(limit, maxList)))})
	if err != nil {
		return nil
	}
	return a.list
}

// Sign asks for a share, after own said that the node's journal vouches for it and, for a checkpoint, after the signer
// has the vote too: it may have been away when the vote was said.
//
// Errors: those of signer.Signer.Sign; ErrAway: nobody knows whether the pair is burnt.
func (c *Client) Sign(req signer.Request, own func(body [32]byte) bool) (frost.Scalar, error) {
	if own == nil || !own(req.BodyHash) {
		return frost.Scalar{}, fmt.Errorf("session %d: %w", req.SessionNumber, signer.ErrNoVote)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if cp, ok := req.Statement.(*message.Checkpoint); ok && cp != nil {
		if _, err := c.do(&call{op: opVote, vote: *cp}); err != nil {
			return frost.Scalar{}, err
		}
	}
	a, err := c.do(&call{op: opSign, request: req})
	return a.share, err
}

// AddShare gives a share to the signer, which writes it into its own home before it answers.
func (c *Client) AddShare(share keystore.Share) error {
	if err := share.Validate(); err != nil {
		return err
	}
	return c.change(&call{op: opAddShare, share: share})
}

// DropShare lets the signer forget a share, and erase it when it has one of a higher key epoch.
func (c *Client) DropShare(epoch uint64) error { return c.change(&call{op: opDropShare, epoch: epoch}) }

func (c *Client) change(q *call) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.do(q); err != nil {
		return err
	}
	return c.list()
}

// Shares are those of the signer when it was asked last; none before.
func (c *Client) Shares() []signer.ShareInfo {
	c.state.Lock()
	defer c.state.Unlock()
	return append([]signer.ShareInfo(nil), c.shares...)
}

// Vote tells the signer a vote before it may be said.
func (c *Client) Vote(cp message.Checkpoint) error { return c.tell(&call{op: opVote, vote: cp}) }

// Approve tells the signer that the operator approved an order.
func (c *Client) Approve(approval [32]byte) error {
	return c.tell(&call{op: opApprove, word: approval})
}

// Finished tells the signer that a ceremony was finished.
func (c *Client) Finished(digest message.Digest) error {
	return c.tell(&call{op: opFinished, word: digest})
}

func (c *Client) tell(q *call) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.do(q)
	return err
}
