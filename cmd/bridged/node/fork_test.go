// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package node

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/privval"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/keystore"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/voter"
)

const forkChain = "aitbc-devnet-7"

// four is a network of four homes with real applications, voters, signers and journals, driven
// as CometBFT drives it.
type four struct {
	t       *testing.T
	chain   *chaintest.Chain
	cfg     stream.Config
	doc     *cmttypes.GenesisDoc
	members []*seated // by consensus address
	height  int64
	last    abci.ExtendedCommitInfo
	replace map[int][]byte // member to what a proposer puts in its place, with its signature
}

// seated is one member: what outlives a restart, and what does not.
type seated struct {
	home  Layout
	key   *privval.FilePV
	store *store.Memory

	app    *app.App
	voter  *voter.Voter
	opened closers
	boots  []uint64
	said   map[int64][]byte
}

func newFour(t *testing.T) *four {
	t.Helper()
	c := chaintest.New(message.BridgeID(forkChain), 31337, message.Address{1})
	c.SetRemote(31338, message.Final, message.Address{2})
	n := &four{t: t, chain: c, cfg: c.Config(2), replace: map[int][]byte{}}
	var list []Member
	var homes []Layout
	for i := range 4 {
		h := Layout(filepath.Join(t.TempDir(), fmt.Sprint("n", i+1)))
		must(t, Init(h, InitOptions{ChainID: forkChain, Moniker: fmt.Sprint("n", i+1), Loopback: true}))
		m, err := NewMember(h, "", "127.0.0.1:1")
		must(t, err)
		list, homes = append(list, m), append(homes, h)
		n.members = append(n.members, &seated{
			home: h, key: privval.LoadFilePV(h.ConsensusKeyFile(), h.ConsensusStateFile()), store: store.NewMemory(), said: map[int64][]byte{},
		})
	}
	slices.SortFunc(n.members, func(a, b *seated) int { return bytes.Compare(a.key.GetAddress(), b.key.GetAddress()) })
	doc, err := Collect(forkChain, time.Unix(1_700_000_000, 0), list)
	must(t, err)
	must(t, AddStream(doc, lanesv1.Stream{
		Chain: 31337, Manager: n.cfg.Stream.Manager[:], Finality: uint32(message.Final), Epoch: 1, Stride: n.cfg.Stride, StartBlock: n.cfg.StartBlock,
	}))
	must(t, Deal(doc, homes, rand.Reader))
	for _, h := range homes {
		must(t, Install(h, doc, nil))
	}
	n.doc = doc
	n.start()
	return n
}

// start opens every member on what is in its home.
func (n *four) start() {
	n.t.Helper()
	for _, m := range n.members {
		n.open(m)
		if m.app.LastBlockHeight() == 0 {
			n.birth(m)
		}
	}
	n.height = max(n.members[0].app.LastBlockHeight(), n.doc.InitialHeight-1)
}

func (n *four) open(m *seated) {
	n.t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	votes, err := openJournal(m.home.VoteJournal())
	must(n.t, err)
	m.opened.add(votes)
	defaults := Default()
	password, err := defaults.Password(m.home)
	must(n.t, err)
	sign, err := openSigner(m.home, message.BridgeID(forkChain), &m.opened, quiet)
	must(n.t, err)
	share, err := keystore.LoadShare(m.home.ShareFile(1), password)
	must(n.t, err)
	must(n.t, sign.AddShare(share))
	m.voter, err = voter.New(voter.Config{Journal: votes, Signer: sign, Logger: quiet, Streams: []voter.Stream{
		{Index: 1, Config: n.cfg, Store: m.store, Heads: n.chain},
	}})
	must(n.t, err)
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, m.home.DataDir())
	must(n.t, err)
	m.opened.add(db)
	m.app, err = app.New(log.NewNopLogger(), db, forkChain, m.voter, app.Options{ConsAddress: m.key.GetAddress().Bytes(), SyncPruning: true})
	must(n.t, err)
	m.app.Announce()
	n.follow(m, 0)
}

func (n *four) stop() {
	n.t.Helper()
	for _, m := range n.members {
		must(n.t, m.opened.close())
		m.opened = nil
	}
}

func (n *four) birth(m *seated) {
	n.t.Helper()
	params := n.doc.ConsensusParams.ToProto()
	var list []*cmttypes.Validator
	for _, v := range n.doc.Validators {
		list = append(list, cmttypes.NewValidator(v.PubKey, v.Power))
	}
	_, err := m.app.InitChain(&abci.RequestInitChain{
		Time: n.doc.GenesisTime, ChainId: n.doc.ChainID, InitialHeight: n.doc.InitialHeight, ConsensusParams: &params,
		Validators: cmttypes.TM2PB.ValidatorUpdates(cmttypes.NewValidatorSet(list)), AppStateBytes: n.doc.AppState,
	})
	must(n.t, err)
}

var errIdle = errors.New("idle")

func (n *four) follow(m *seated, replay uint64) {
	n.t.Helper()
	err := follow.Run(n.t.Context(), follow.Config{
		Stream: n.cfg, Source: n.chain, Store: m.store, ReplayFrom: replay,
		OnWindow: func(w stream.Window) error { return m.voter.OnWindow(1, w) },
		OnFinal:  func(b uint64) { m.voter.OnFinal(1, b) },
		Sleep:    func(context.Context, time.Duration) error { return errIdle },
	})
	if !errors.Is(err, errIdle) {
		n.t.Fatal(err)
	}
}

// send makes a message final on the source, seen by every member.
func (n *four) send() {
	n.t.Helper()
	n.chain.Send(31338, message.Final, message.Address{7}, message.Address{8}, []byte("hello"))
	n.chain.Mine(4)
	n.chain.FinalizeHead()
	for _, m := range n.members {
		n.follow(m, follow.NoReplay)
	}
}

func (n *four) step() {
	n.t.Helper()
	h := n.height + 1
	plain := abci.CommitInfo{}
	for _, v := range n.last.Votes {
		plain.Votes = append(plain.Votes, abci.VoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	p, err := n.members[int(h)%4].app.PrepareProposal(&abci.RequestPrepareProposal{Height: h, LocalLastCommit: n.last, MaxTxBytes: 1 << 20})
	must(n.t, err)
	var next abci.ExtendedCommitInfo
	for i, m := range n.members {
		r, err := m.app.ProcessProposal(&abci.RequestProcessProposal{Height: h, Txs: p.Txs, ProposedLastCommit: plain, ProposerAddress: m.key.GetAddress()})
		if err != nil || r.Status != abci.ResponseProcessProposal_ACCEPT {
			n.t.Fatalf("height %d: status %v, err %v", h, r.GetStatus(), err)
		}
		e, err := m.app.ExtendVote(n.t.Context(), &abci.RequestExtendVote{Height: h})
		must(n.t, err)
		b := e.VoteExtension
		m.said[h] = b
		if x, err := extension.Decode(b); err == nil && x != nil && x.Boot != 0 && !slices.Contains(m.boots, x.Boot) {
			m.boots = append(m.boots, x.Boot)
		}
		if other, ok := n.replace[i]; ok {
			b = other
		}
		sig, err := m.key.Key.PrivKey.Sign(cmttypes.VoteExtensionSignBytes(forkChain, &cmtproto.Vote{Height: h, Extension: b}))
		must(n.t, err)
		next.Votes = append(next.Votes, abci.ExtendedVoteInfo{
			Validator:   abci.Validator{Address: m.key.GetAddress(), Power: memberPower},
			BlockIdFlag: cmtproto.BlockIDFlagCommit, VoteExtension: b, ExtensionSignature: sig,
		})
	}
	var root []byte
	for i, m := range n.members {
		r, err := m.app.FinalizeBlock(&abci.RequestFinalizeBlock{Height: h, Txs: p.Txs, DecidedLastCommit: plain, Time: n.doc.GenesisTime.Add(time.Duration(h) * time.Second)})
		must(n.t, err)
		if i == 0 {
			root = r.AppHash
		} else if !bytes.Equal(root, r.AppHash) {
			n.t.Fatalf("height %d: app hashes differ", h)
		}
		_, err = m.app.Commit()
		must(n.t, err)
		m.voter.Step(n.t.Context())
		must(n.t, m.voter.Stopped())
	}
	n.height, n.last = h, next
}

// until makes blocks up to a height, with a message every few blocks.
func (n *four) until(height int64) {
	n.t.Helper()
	for n.height < height {
		if n.height%6 == 3 {
			n.send()
		}
		n.step()
	}
}

func (n *four) query(request, response interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}, method string,
) {
	n.t.Helper()
	b, err := request.Marshal()
	must(n.t, err)
	r, err := n.members[0].app.Query(n.t.Context(), &abci.RequestQuery{Path: "/aitbc.bridge.certify.v1.Query/" + method, Data: b})
	must(n.t, err)
	if r.Code != 0 {
		n.t.Fatal(r.Log)
	}
	must(n.t, response.Unmarshal(r.Value))
}

func (n *four) certificates() []certifyv1.Certificate {
	var out certifyv1.QueryCertificatesResponse
	n.query(&certifyv1.QueryCertificatesRequest{Stream: 1}, &out, "Certificates")
	return out.Certificates
}

// export writes the genesis file of the next fork.
func (n *four) export(height int64) (string, *cmttypes.GenesisDoc) {
	n.t.Helper()
	var doc *cmttypes.GenesisDoc
	for _, m := range n.members {
		e, err := m.app.ExportAt(height)
		must(n.t, err)
		next, err := nextGenesis(forkChain, e, &cmttypes.BlockMeta{Header: cmttypes.Header{Time: n.doc.GenesisTime.Add(time.Duration(height) * time.Second)}})
		must(n.t, err)
		if doc != nil && !bytes.Equal(doc.AppState, next.AppState) {
			n.t.Fatal("members export different states")
		}
		doc = next
	}
	path := filepath.Join(n.t.TempDir(), "genesis.json")
	must(n.t, doc.SaveAs(path))
	return path, doc
}

// TestForkGoesOn: export at height 50 with certificates, import into all homes. The chain goes on at
// 51 under fork 2, the certificates are there, the stream goes on, no boot comes back, and what
// was said before the export counts for nothing.
func TestForkGoesOn(t *testing.T) {
	for _, c := range []struct {
		name  string
		stop  int64 // height at which the old chain stopped
		reset bool
	}{
		{"everyone stopped there", 50, false},
		{"blocks are left behind", 62, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newFour(t)
			n.until(50)
			certified := n.certificates()
			if len(certified) < 3 {
				t.Fatalf("%d certificates in 50 blocks", len(certified))
			}
			n.until(c.stop)
			last := n.certificates()
			path, doc := n.export(50)
			old := make([][]uint64, 4)
			spoken := make([]map[int64][]byte, 4)
			for i, m := range n.members {
				old[i], spoken[i] = m.boots, m.said
				m.boots, m.said = nil, map[int64][]byte{}
			}
			n.stop()
			for _, m := range n.members {
				cfg, err := LoadConfig(m.home.ConfigFile(), func(string) string { return "" })
				must(t, err)
				if _, err := Import(m.home, cfg, path, false); (err == nil) == c.reset {
					t.Fatalf("import without reset: err %v", err)
				}
				if c.reset {
					_, err := Import(m.home, cfg, path, true)
					must(t, err)
				}
				m.key = privval.LoadFilePV(m.home.ConsensusKeyFile(), m.home.ConsensusStateFile())
				if m.key.LastSignState.Height != 50 {
					t.Fatalf("the consensus key may sign at height %d", m.key.LastSignState.Height+1)
				}
			}
			n.doc, n.last, n.height = doc, abci.ExtendedCommitInfo{}, 50
			n.start()
			if n.height != 50 {
				t.Fatalf("starts after height %d", n.height)
			}
			n.step()
			if have := n.certificates(); len(have) != len(certified) || !bytes.Equal(have[len(have)-1].S, certified[len(certified)-1].S) {
				t.Fatalf("%d certificates came over, %d were exported", len(have), len(certified))
			}
			// For some blocks a proposer puts the words of the old fork, of the same height, in the place of
			// member 2's: validly signed, and worth nothing. They must not look like a second process either.
			replayed := 0
			for h := int64(52); h < 58; h++ {
				if b := spoken[1][h]; len(b) > 0 {
					n.replace[1], replayed = b, replayed+1
				}
				n.step()
				delete(n.replace, 1)
			}
			if c.reset && replayed == 0 {
				t.Error("the test proves little: the old fork said nothing at these heights")
			}
			n.until(120)
			have := n.certificates()
			if len(have) < len(certified)+3 {
				t.Fatalf("%d certificates, %d were exported: the stream does not go on", len(have), len(certified))
			}
			numbers := map[uint64]bool{}
			for _, x := range have {
				if numbers[x.Session] {
					t.Errorf("session %d certified twice", x.Session)
				}
				numbers[x.Session] = true
			}
			// What the old fork had certified above the export is certified again, and says the same.
			for _, x := range last {
				i := slices.IndexFunc(have, func(y certifyv1.Certificate) bool { return y.Checkpoint.End == x.Checkpoint.End })
				if i >= 0 && !bytes.Equal(have[i].BodyHash, x.BodyHash) {
					t.Errorf("window %d has two certified bodies (I-04)", x.Checkpoint.End)
				}
			}
			for i, m := range n.members {
				if len(old[i]) == 0 || len(m.boots) == 0 || m.boots[0] <= slices.Max(old[i]) {
					t.Errorf("member %d: boots %x, then %x (I-05)", i+1, old[i], m.boots)
				}
			}
			n.stop()
		})
	}
}
