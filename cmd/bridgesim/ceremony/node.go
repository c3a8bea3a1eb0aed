// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/agent"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/transaction"
	"github.com/aitbc/bridge/verifier/voter"
)

// node is one machine: what is on its disk, and its process.
type node struct {
	c           *chain
	index       int // in chain.nodes
	name        string
	key         ed25519.PrivKey
	operatorKey *ecdsa.PrivateKey
	operator    [20]byte
	dealing     keystore.DealingKey

	files        *agent.Memory
	votes, signs file

	life   int
	agent  *agent.Agent
	voter  *voter.Voter
	agenda *extension.Agenda // the newest that it heard; nil: none yet

	away  bool     // it sees nobody
	lag   int      // blocks that its transactions are late
	liar  *hostile // nil: honest
	steps int      // places at which a process may die that it passed
	die   int      // the one at which it does; 0: none
	kills int

	work time.Duration // of the agent
}

// killed is what a process panics with when it dies.
type killed struct{}

// boundary is a place before or after something that outlives the process.
func (n *node) boundary() {
	n.steps++
	if n.die == n.steps {
		panic(killed{})
	}
}

// join makes one more machine and starts it. It is no member by that.
func (c *chain) join() (*node, error) {
	i := len(c.nodes)
	n := &node{c: c, index: i, name: fmt.Sprint("m", i+1)}
	n.files = agent.NewMemory()
	n.files.Boundary = n.boundary // each is a place where the process may die
	seed := func(what string) [32]byte { return sha256.Sum256(fmt.Appendf(nil, "%s %d of %d", what, i, c.seed)) }
	consensus, operator, dealing := seed("consensus"), seed("operator"), seed("dealing")
	n.key = ed25519.GenPrivKeyFromSecret(consensus[:])
	var err error
	if n.operatorKey, err = crypto.ToECDSA(operator[:]); err != nil {
		return nil, err
	}
	n.operator = crypto.PubkeyToAddress(n.operatorKey.PublicKey)
	n.dealing = keystore.DealingKey{BridgeID: c.bridge, Secret: curve.Scalar(dealing)}
	if n.dealing.Public, err = curve.PublicShare(roll(c.seed, "dealing keys"), n.dealing.Secret); err != nil {
		return nil, err
	}
	c.nodes = append(c.nodes, n)
	return n, n.start()
}

func (n *node) cons() []byte { return n.key.PubKey().Address() }

// rank: who acts later has a higher one.
func (n *node) rank() int {
	if n.liar != nil {
		return 1
	}
	return 0
}

// start is a new process over what the disk holds.
func (n *node) start() error {
	n.life++
	votes, err := journal.OpenOn(&n.votes, int64(len(n.votes.data)))
	if err != nil {
		return fmt.Errorf("vote journal of %s: %w", n.name, err)
	}
	signs, err := journal.OpenOn(&n.signs, int64(len(n.signs.data)))
	if err != nil {
		return fmt.Errorf("signer journal of %s: %w", n.name, err)
	}
	random := roll(n.c.seed, fmt.Sprint(n.name, " life ", n.life))
	s, err := signer.New(signer.Config{BridgeID: n.c.bridge, Journal: signs, Rand: random})
	if err != nil {
		return err
	}
	if n.voter, err = voter.New(voter.Config{Journal: votes, Signer: s}); err != nil {
		return err
	}
	n.agent, err = agent.New(agent.Config{
		ConsAddress: n.cons(), Operator: n.operator, DealingKey: &n.dealing, Chain: n, Sender: n, Files: n.files, Signer: s, Voter: vouching{n}, Rand: random,
	})
	return err
}

// vouching is the node's voter as its agent has it.
type vouching struct{ n *node }

// Finished implements agent.Voter.
func (v vouching) Finished(d message.Digest) error {
	v.n.boundary()
	err := v.n.voter.Finished(d)
	v.n.boundary()
	return err
}

// hear gives the process a committed state. One that dies of it is started again and told once more.
func (n *node) hear(a extension.Agenda) error {
	if n.liar != nil {
		a.Heard = extension.Heard{} // it knows that it lies
	}
	for {
		died, err := n.act(a)
		if err != nil {
			return err
		}
		if !died {
			break
		}
		n.kills++
		n.die = 0
		if err := n.start(); err != nil {
			return err
		}
		a.Heard = extension.Heard{}
	}
	if err := n.voter.Stopped(); err != nil {
		return fmt.Errorf("%s stopped: %w", n.name, err)
	}
	return nil
}

func (n *node) act(a extension.Agenda) (died bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(killed); !ok {
				panic(p)
			}
			died = true
		}
	}()
	n.agenda = &a
	n.voter.Committed(a)
	began := time.Now()
	_ = n.agent.Step(context.Background()) // what it comes to is judged by what the chain and the home hold
	n.work += time.Since(began)
	n.voter.Step(context.Background())
	return false, nil
}

// extend is what the node says with its precommit.
func (n *node) extend() []byte {
	if n.away || n.agenda == nil || n.liar != nil && n.liar.mute() {
		return nil
	}
	return n.voter.Extend(*n.agenda)
}

// State implements agent.Chain.
func (n *node) State(ctx context.Context) (*agent.State, error) { return agent.Read(ctx, n.c.query()) }

// Ceremony implements agent.Chain.
func (n *node) Ceremony(ctx context.Context, number uint64) (committeev1.Ceremony, error) {
	return agent.ReadCeremony(ctx, n.c.query(), number)
}

// Dealings implements agent.Chain.
func (n *node) Dealings(ctx context.Context, ceremony uint64) ([]committeev1.DealingOf, error) {
	return agent.ReadDealings(ctx, n.c.query(), ceremony)
}

// Send implements agent.Sender. What a hostile member says instead is in its hands.
func (n *node) Send(_ context.Context, m transaction.Message) error {
	n.boundary()
	defer n.boundary()
	if n.liar != nil {
		return n.liar.say(m)
	}
	return n.say(m, n.lag, 0)
}

// say puts a transaction into the mempool of everybody, late blocks later; skew is added to its
// sequence. What waits there already is not said twice.
func (n *node) say(m transaction.Message, late int, skew int64) error {
	next, err := n.c.sequence(n)
	if err != nil {
		return err
	}
	body, err := transaction.Encode(0, m)
	if err != nil {
		return err
	}
	for _, w := range n.c.pool {
		if w.from != n.index {
			continue
		}
		if bytes.Equal(w.body, body) && skew == 0 {
			return nil
		}
		if w.next == next {
			next++
		}
	}
	next += uint64(skew)
	signed, err := transaction.Encode(next, m)
	if err != nil {
		return err
	}
	raw, err := transaction.Sign(signed, n.c.bridge, 1, func(hash [32]byte) (sig [65]byte, err error) {
		b, err := crypto.Sign(hash[:], n.operatorKey)
		copy(sig[:], b)
		return sig, err
	})
	if err != nil {
		return err
	}
	n.c.pool = append(n.c.pool, waiting{n.index, raw, body, next, n.c.height + 1 + int64(late)})
	return nil
}

// share is the secret of the node in a key epoch, as its home has it.
func (n *node) share(epoch, ceremony uint64) (keystore.Share, bool) {
	s, err := n.files.Share(agent.ShareName{Epoch: epoch, Ceremony: ceremony})
	return s, err == nil
}

// secret is the share of an epoch that belongs to a public share; nil when the home has none.
func (n *node) secret(epoch uint64, public frost.Point) *frost.Scalar {
	for _, name := range n.holds() {
		s, ok := n.share(name.Epoch, name.Ceremony)
		if x, err := s.Secret.Element(); ok && err == nil && name.Epoch == epoch && times(&x) == public {
			return &s.Secret
		}
	}
	return nil
}

// holds and seeds are what lies in the home; memory cannot fail.
func (n *node) holds() []agent.ShareName {
	names, _ := n.files.Shares()
	return names
}

func (n *node) seeds() []uint64 {
	numbers, _ := n.files.Seeds()
	return numbers
}
