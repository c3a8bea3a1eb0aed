// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	gethnode "github.com/ethereum/go-ethereum/node"
	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/contracts/bindings"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

const testNetwork = "aitbc-test-1"

// source is go-ethereum in this process with three messages in windows of their own, all final.
type source struct {
	url     string
	manager message.Address
	windows []message.Checkpoint
}

func newSource(t *testing.T) *source {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(err)
	port := l.Addr().(*net.TCPAddr).Port
	ok(l.Close())
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("test")))
	ok(err)
	chain := big.NewInt(31337)
	auth := &bind.TransactOpts{From: crypto.PubkeyToAddress(key.PublicKey), Signer: func(_ common.Address, tx *types.Transaction) (*types.Transaction, error) {
		return types.SignTx(tx, types.LatestSignerForChainID(chain), key)
	}}
	rich := types.GenesisAlloc{auth.From: {Balance: new(big.Int).Mul(big.NewInt(1e18), big.NewInt(1000))}}
	sim := simulated.NewBackend(rich, func(n *gethnode.Config, e *ethconfig.Config) {
		n.HTTPHost, n.HTTPPort, n.HTTPModules = "127.0.0.1", port, []string{"eth"}
		c := *e.Genesis.Config
		c.ChainID = chain
		e.Genesis, e.NetworkId = &core.Genesis{Config: &c, GasLimit: 60_000_000, Alloc: e.Genesis.Alloc}, chain.Uint64()
	})
	t.Cleanup(func() { _ = sim.Close() })
	var owners [3]common.Address
	for i := range owners {
		owners[i], _, _, err = bindings.DeployTimelockController(auth, sim.Client(), big.NewInt(0), nil, nil, auth.From)
		ok(err)
		sim.Commit()
	}
	bridge := message.BridgeID(testNetwork)
	address, _, m, err := bindings.DeployCrossChainManager(auth, sim.Client(), bridge, new(big.Int).SetBytes(crypto.CompressPubkey(&key.PublicKey)[1:]), 1,
		owners[0], owners[1], owners[2], []common.Address{auth.From}, true)
	ok(err)
	sim.Commit()
	_, err = m.AddLane(auth, big.NewInt(31338), 3, common.Address{0x22})
	ok(err)
	sim.Commit()
	_, err = m.Seal(auth)
	ok(err)
	sim.Commit()
	for i := range 3 {
		_, err = m.SendMessage(auth, big.NewInt(31338), common.Address{0x33}, []byte{byte(i)})
		ok(err)
		for range 4 {
			sim.Commit()
		}
	}
	for range 80 {
		sim.Commit()
	}
	s := &source{url: fmt.Sprintf("http://127.0.0.1:%d", port), manager: message.Address(address)}
	e, err := evm.New(t.Context(), evm.Config{ChainID: 31337, Manager: s.manager, URLs: []string{s.url}})
	ok(err)
	defer e.Close()
	tree := store.NewMemory()
	read, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	err = follow.Run(read, follow.Config{Source: e, Store: tree, ReplayFrom: follow.NoReplay, Stream: stream.Config{
		BridgeID: bridge, Stride: 2, Stream: message.Stream{Chain: 31337, Manager: s.manager, Finality: message.Final, Epoch: 1},
	}, OnFinal: func(block uint64) {
		if block >= 32 {
			cancel(errThere)
		}
	}})
	if !errors.Is(context.Cause(read), errThere) {
		t.Fatalf("read the source: %v", err)
	}
	for i := range uint64(3) {
		w, err := tree.WindowByIndex(i)
		ok(err)
		s.windows = append(s.windows, w.Checkpoint)
	}
	return s
}

// answers are those of one validator about stream 1.
type answers struct {
	committeev1.UnimplementedQueryServer
	stream       lanesv1.Stream
	certificates []certifyv1.Certificate
}

func (*answers) Network(context.Context, *committeev1.QueryNetworkRequest) (*committeev1.QueryNetworkResponse, error) {
	return &committeev1.QueryNetworkResponse{ChainId: testNetwork}, nil
}

type streamAnswers struct {
	lanesv1.UnimplementedQueryServer
	*answers
}

func (a *streamAnswers) Streams(context.Context, *lanesv1.QueryStreamsRequest) (*lanesv1.QueryStreamsResponse, error) {
	return &lanesv1.QueryStreamsResponse{Streams: []lanesv1.Stream{a.stream}}, nil
}

type certificateAnswers struct {
	certifyv1.UnimplementedQueryServer
	*answers
}

func (a *certificateAnswers) Certificates(_ context.Context, r *certifyv1.QueryCertificatesRequest) (*certifyv1.QueryCertificatesResponse, error) {
	out := &certifyv1.QueryCertificatesResponse{}
	for _, c := range a.certificates {
		if c.Checkpoint.End > r.After {
			out.Certificates = append(out.Certificates, c)
		}
	}
	return out, nil
}

// serve is a client of a validator that gives these answers.
func serve(t *testing.T, a *answers) *Client {
	t.Helper()
	s := grpc.NewServer(grpc.ForceServerCodec(codec.NewProtoCodec(codectypes.NewInterfaceRegistry()).GRPCCodec()))
	committeev1.RegisterQueryServer(s, a)
	lanesv1.RegisterQueryServer(s, &streamAnswers{answers: a})
	certifyv1.RegisterQueryServer(s, &certificateAnswers{answers: a})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(s.Stop)
	c, err := Open(t.Context(), &registry.Network{Validators: []registry.Validator{{Moniker: "n1", GRPC: l.Addr().String()}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func certificate(c message.Checkpoint) certifyv1.Certificate {
	return certifyv1.Certificate{Checkpoint: certifyv1.Checkpoint{
		Stream: 1, End: c.End, BlockHash: c.BlockHash[:], MessageCount: c.MessageCount, LeafCount: c.LeafCount, PeaksHash: c.PeaksHash[:], Root: c.Root[:],
	}}
}

// The base is the newest certificate whose block the chain still has; its tree is made again from the logs.
func TestFindBase(t *testing.T) {
	s := newSource(t)
	gone := func(c *message.Checkpoint) { c.BlockHash[0] ^= 1 }
	for name, c := range map[string]struct {
		change func(w []message.Checkpoint, a *answers)
		stream uint32
		want   int // place of the base among the windows, from 1 on; 0: none
		err    error
		says   string
	}{
		"all hold":              {func([]message.Checkpoint, *answers) {}, 1, 3, nil, "comes out of the endpoint's logs"},
		"the newest is gone":    {func(w []message.Checkpoint, _ *answers) { gone(&w[2]) }, 1, 2, nil, "comes out of the endpoint's logs"},
		"two are gone":          {func(w []message.Checkpoint, _ *answers) { gone(&w[1]); gone(&w[2]) }, 1, 1, nil, "comes out of the endpoint's logs"},
		"all are gone":          {func(w []message.Checkpoint, _ *answers) { gone(&w[0]); gone(&w[1]); gone(&w[2]) }, 1, 0, nil, "no certificate holds"},
		"the newest lies above": {func(w []message.Checkpoint, _ *answers) { w[2].End = 1001 }, 1, 2, nil, "no final block there"},
		"nothing is certified":  {func(_ []message.Checkpoint, a *answers) { a.certificates = []certifyv1.Certificate{} }, 1, 0, nil, "no certificate holds"},
		"gone below its own base": {func(w []message.Checkpoint, a *answers) {
			gone(&w[0])
			gone(&w[1])
			gone(&w[2])
			a.stream.Base, a.stream.Epoch = &lanesv1.Base{End: 3}, 2
		}, 1, 0, nil, "compare it by hand"},
		"another root under its block":  {func(w []message.Checkpoint, _ *answers) { w[2].Root[0] ^= 1 }, 1, 0, ErrBase, ""},
		"another count under its block": {func(w []message.Checkpoint, _ *answers) { w[2].MessageCount-- }, 1, 0, ErrBase, ""},
		"a closed stream":               {func(_ []message.Checkpoint, a *answers) { a.stream.ClosedAt = 7 }, 1, 0, message.ErrUnknownLane, ""},
		"an unknown stream":             {func([]message.Checkpoint, *answers) {}, 2, 0, message.ErrUnknownLane, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := &answers{stream: lanesv1.Stream{Index: 1, Chain: 31337, Manager: s.manager[:], Finality: 3, Epoch: 1, Stride: 2}}
			w := append([]message.Checkpoint(nil), s.windows...)
			c.change(w, a)
			if a.certificates == nil {
				for i := range w {
					a.certificates = append(a.certificates, certificate(w[i]))
				}
			}
			b, err := serve(t, a).FindBase(t.Context(), c.stream, s.url)
			if !errors.Is(err, c.err) {
				t.Fatalf("have %v, want %v", err, c.err)
			}
			if why := strings.Join(b.Why, "\n"); !strings.Contains(why, c.says) {
				t.Errorf("does not say %q:\n%s", c.says, why)
			}
			want := Base{Stream: c.stream}
			if c.want > 0 {
				k := s.windows[c.want-1]
				want = Base{Stream: 1, End: k.End, Block: k.BlockHash, Messages: k.MessageCount, Leaves: k.LeafCount, Root: k.Root}
			}
			if b.End != want.End || b.Block != want.Block || b.Messages != want.Messages || b.Leaves != want.Leaves || b.Root != want.Root {
				t.Errorf("base %+v, want %+v", b, want)
			}
		})
	}
}
