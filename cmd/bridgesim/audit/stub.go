// SPDX-License-Identifier: Apache-2.0

package audit

// Sent: a source manager emitted a message in the open block of its chain.
func (a *Audit) Sent(s Send) []Violation { return a.done() }

// Delivered: the open block of the target chain holds a successful delivery.
func (a *Audit) Delivered(d Delivery) []Violation { return a.done() }

// Block: the open block of a chain was mined with this number and hash, with what was sent
// and delivered in it so far.
func (a *Audit) Block(chain, number uint64, hash Hash) []Violation { return a.done() }

// Final: all blocks of the chain up to number are final.
func (a *Audit) Final(chain, number uint64) []Violation { return a.done() }

// Reorged: the blocks from this number on, and the open block, are gone.
func (a *Audit) Reorged(chain, from uint64) []Violation { return a.done() }

// Session: a node's state holds an open session.
func (a *Audit) Session(s Session) []Violation { return a.done() }

// Certificate: a node's state holds a certificate.
func (a *Audit) Certificate(c Certificate) []Violation { return a.done() }

// AppHash: a node committed, or replayed, a height.
func (a *Audit) AppHash(h AppHash) []Violation { return a.done() }

// Proposal: a node judged a proposal.
func (a *Audit) Proposal(p Proposal) []Violation { return a.done() }

// Rejected: a node refused an extension.
func (a *Audit) Rejected(r Rejection) []Violation { return a.done() }

// Suspended: the state suspends a member.
func (a *Audit) Suspended(s Suspension) []Violation { return a.done() }

// Benched: the state benches a member.
func (a *Audit) Benched(b Bench) []Violation { return a.done() }

// Started: a process of the member begins; journal is what its journals hold on disk.
func (a *Audit) Started(member, incarnation int, journal []Fact) []Violation { return a.done() }

// Durable: a journal of a running process was synced with this record in it.
func (a *Audit) Durable(member, incarnation int, f Fact) []Violation { return a.done() }

// Released: an extension left a process. Tell Byzantine members' too: suspensions are checked against it.
func (a *Audit) Released(r Release) []Violation { return a.done() }

// End: the run is over, all chains are final. Returns what only the end shows.
func (a *Audit) End(e End) []Violation { return a.done() }

// World is what the chains really hold.
type World struct{}

func newWorld(bridge Hash, streams []Stream) (*World, error) { return &World{}, nil }

// Checkpoint is the only right one of a window, false when the window is empty or not final.
func (w *World) Checkpoint(stream uint16, end uint64) (Checkpoint, bool) { return Checkpoint{}, false }

// Newest is the checkpoint of the newest final window with leaves.
func (w *World) Newest(stream uint16) (Checkpoint, bool) { return Checkpoint{}, false }

// IsFinal reports whether the message is in a final block of its source.
func (w *World) IsFinal(id Hash) bool { return false }

// IsDelivered reports whether the message has its effect on its target's present chain.
func (w *World) IsDelivered(id Hash) bool { return false }

// Siblings is the path of a final message under the signed root of the window that ends at end.
func (w *World) Siblings(id Hash, stream uint16, end uint64) ([]Hash, bool) { return nil, false }

type chainBook struct{}
type memberBook struct{}

func newChainBook() chainBook   { return chainBook{} }
func newMemberBook() memberBook { return memberBook{} }

// Contract is the manager of one target chain as a model of docs/spec/contracts.md.
type Contract struct{}

// NewContract is a manager before its seal: it has no lanes and receives nothing.
func NewContract(bridge Hash, chain uint64, manager Address, px [32]byte) *Contract {
	return &Contract{}
}

// AddLane registers a manager of another chain; an older one of that chain is retired and stays receivable.
func (c *Contract) AddLane(chain uint64, remote Address) error { return nil }

// Seal opens the manager.
func (c *Contract) Seal() {}

// PauseInbound stops a chain's current lane for 72 hours from now.
func (c *Contract) PauseInbound(now, chain uint64) error { return nil }

// UnpauseInbound lifts it.
func (c *Contract) UnpauseInbound(chain uint64) error { return nil }

// PauseAll stops everything for 72 hours from now.
func (c *Contract) PauseAll(now uint64) error { return nil }

// UnpauseAll lifts it; pauses of lanes stay.
func (c *Contract) UnpauseAll() error { return nil }

// Recipient says what the account does with messages.
func (c *Contract) Recipient(target Address, b Behaviour) {}

// Receive is receiveMessage: nil when the message had its effect, otherwise a Refusal and nothing changed
// (but for a recipient that refuses once: it remembers).
func (c *Contract) Receive(call Call) error { return nil }

// Delivered is verifiedMessages: the replay bit.
func (c *Contract) Delivered(lane Address, nonce uint64) bool { return false }

// Clone is an independent copy, to go back to when the target chain reorganizes.
func (c *Contract) Clone() *Contract { return &Contract{} }

// Proof packs the proof of receiveMessage from a message, a certificate and a path.
func Proof(s Send, c Certificate, epoch uint32, siblings []Hash) []byte { return nil }
