// SPDX-License-Identifier: Apache-2.0

package audit

// Send is a message that a source manager emitted, in the open block of its chain.
type Send struct {
	SourceChain, TargetChain     uint64
	SourceManager, TargetManager Address
	Nonce                        uint64
	Sender, Target               Address
	GasLimit                     uint32 // as given; 0 stays 0
	Data                         []byte
	ID                           Hash // as the manager stated it
}

// Delivery is a successful delivery (the event MessageDelivered), in the open block of the
// target chain.
type Delivery struct {
	Message Send // as delivered: the fields that the recipient saw, and the id
	Relayer Address
}

// Checkpoint is what is voted and certified for one window.
type Checkpoint struct {
	Stream                  uint16
	End                     uint64
	BlockHash               Hash
	MessageCount, LeafCount uint64
	PeaksHash, Root         Hash
}

// Session is a signing session as a node's committed state holds it. Telling the same
// session again (by another node) is fine.
type Session struct {
	Fork                 uint32
	KeyEpoch, Number     uint64
	ID, Digest, BodyHash Hash
	Checkpoint           Checkpoint
	Statement            uint64 // id of what is signed when it is no checkpoint
	Height               uint64 // of the block that opened it
	Signers              []Signer
}

// Epoch is a key epoch of a node's committed state. Telling it again is fine.
type Epoch struct {
	Number    uint64
	Active    bool // false: ready, signs statements alone
	GroupKey  [32]byte
	Threshold int
	Shares    map[int]Point // public key shares, by member; the members are those of the config
}

// Signer is one entry of a session's list, by rising member.
type Signer struct {
	Member int
	Boot   uint64
	Seq    uint32
	D, E   Point
}

// Certificate is one of a node's committed state. Telling it again is fine.
type Certificate struct {
	Node             int // whose state; 0: not a member's
	Height           uint64
	Checkpoint       Checkpoint
	BodyHash, Digest Hash // as the state holds them
	S                [32]byte
	R                [20]byte
}

// FactKind says what a journal record fixes. Zero is unknown.
type FactKind uint8

// Kinds of durable facts.
const (
	VoteBody  FactKind = 1 // Key is the body hash: record 01 of the vote journal
	SessionID FactKind = 2 // Key is the session id: record 02 or 03 of the signer's journal
	BootID    FactKind = 3 // Boot is the boot: record 01 of the signer's or 02 of the vote journal
	Finished  FactKind = 4 // Key is the digest of a ready statement: record 05 of the vote journal
)

// Fact is one record that a journal holds on disk, synced.
type Fact struct {
	Kind FactKind
	Key  Hash
	Boot uint64
}

// Release is what ExtendVote of one process returned: it is out, whether or not anybody heard it.
type Release struct {
	Member, Incarnation int    // an incarnation is one process from start to end; twins have two at once
	Height              uint64 // of the extension
	Bytes               []byte // empty says nothing
}

// AppHash is the app hash of one committed, or replayed, height at one node.
type AppHash struct {
	Node   int
	Fork   uint32
	Height uint64
	Hash   []byte
}

// Proposal is one node's verdict on a proposal.
type Proposal struct {
	Height   uint64
	Round    int
	Proposer int
	Tampered bool // the proposer is honest, but these are not the bytes that it made
	Verifier int
	Accepted bool
	Reason   string
	ID       Hash // of the proposed bytes: honest verdicts on equal ones must agree; zero: not compared
}

// Rejection is VerifyVoteExtension refusing an extension.
type Rejection struct {
	Height   uint64
	From, By int
	Bytes    []byte
	Reason   string
}

// Suspension is one that the state records.
type Suspension struct {
	Member        int
	Height        uint64
	Stream        uint16
	End           uint64
	First, Second Hash // body hashes of the evidence
}

// ChainHalt is the halt that the state records when one equivocation more would leave fewer
// members than the threshold.
type ChainHalt struct {
	Fork   uint32
	Height uint64
	Member int // whose equivocation it was
	Stream uint16
	End    uint64
}

// Reasons of a bench.
const (
	MissingShare = "missing_share"
	InvalidShare = "invalid_share"
)

// Bench is one that the state records in the block at Height.
type Bench struct {
	Member  int
	Fork    uint32
	Height  uint64
	Session uint64 // number
	Reason  string // MissingShare or InvalidShare
	// Heard is the member's entry in the last commit of that block: the Commit flag and the extension.
	Committed bool
	Heard     []byte
}

// End is what the simulator claims when a run is over.
type End struct {
	Healed  uint64            // height since which only permanent faults of Byzantine members are left
	Reasons map[Hash]string   // by message id: why it is not delivered, one of SPEC 7's words
	Halted  map[uint16]string // by stream: why it stands; a named, loud halt excuses its windows
	// A halt of the whole chain in its newest fork, told by Halted, excuses all.
}
