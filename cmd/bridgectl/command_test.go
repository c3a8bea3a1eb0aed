// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cosmossdk.io/log/v2"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/exit"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/lanes"
	"github.com/aitbc/bridge/verifier/statetest"
)

var manager = bytes.Repeat([]byte{0xaa}, 20)

// validator answers as one does, from a lanes module and parameters that proposals act on: each passes with its proposer's
// approval. Stream 1 of chain 7 is final.
type validator struct {
	nodev1.UnimplementedAdminServer

	t        *testing.T
	lanes    lanes.Keeper
	ctx      sdk.Context
	params   committeev1.Params
	grpc     string
	home     string
	proposed []committeev1.Payload
}

// committeeQueries are the validator's of one service.
type committeeQueries struct {
	committeev1.UnimplementedQueryServer
	v *validator
}

func (q committeeQueries) Validators(context.Context, *committeev1.QueryValidatorsRequest) (*committeev1.QueryValidatorsResponse, error) {
	out := &committeev1.QueryValidatorsResponse{Params: q.v.params}
	for i, name := range []string{"n1", "n2"} {
		out.Validators = append(out.Validators, committeev1.Validator{Moniker: name, ConsAddress: member(i + 1)})
	}
	return out, nil
}

func (committeeQueries) Network(context.Context, *committeev1.QueryNetworkRequest) (*committeev1.QueryNetworkResponse, error) {
	return &committeev1.QueryNetworkResponse{ChainId: "aitbc-test-1", Height: 9}, nil
}

func (committeeQueries) Epochs(context.Context, *committeev1.QueryEpochsRequest) (*committeev1.QueryEpochsResponse, error) {
	return &committeev1.QueryEpochsResponse{Active: committeev1.Epoch{Number: 1, Threshold: 1, GroupKey: make([]byte, 32), Members: []committeev1.Member{
		{Index: 1, ConsAddress: member(1)}, {Index: 2, ConsAddress: member(2)},
	}}}, nil
}

func (committeeQueries) Statements(context.Context, *committeev1.QueryStatementsRequest) (*committeev1.QueryStatementsResponse, error) {
	return &committeev1.QueryStatementsResponse{}, nil
}

// Proposal is the newest.
func (q committeeQueries) Proposal(_ context.Context, r *committeev1.QueryProposalRequest) (*committeev1.QueryProposalResponse, error) {
	if r.Number != uint64(len(q.v.proposed)) {
		return nil, status.Errorf(codes.NotFound, "proposal %d", r.Number)
	}
	return &committeev1.QueryProposalResponse{Proposal: committeev1.Proposal{Number: r.Number, Payload: q.v.proposed[r.Number-1]}}, nil
}

type certifyQueries struct {
	certifyv1.UnimplementedQueryServer
	v *validator
}

// StreamStatus: final streams are certified up to block 5, others up to block 9.
func (q certifyQueries) StreamStatus(_ context.Context, r *certifyv1.QueryStreamStatusRequest) (*certifyv1.QueryStreamStatusResponse, error) {
	out := &certifyv1.QueryStreamStatusResponse{Stream: r.Stream, Certified: &certifyv1.Checkpoint{End: 5, MessageCount: 2}}
	if r.Stream != 1 {
		out.Certified.End, out.Certified.MessageCount, out.OpenSessions = 9, 3, []uint64{4}
	}
	return out, nil
}

func member(i int) []byte { return bytes.Repeat([]byte{byte(i)}, 20) }

// Propose judges a payload as the chain does, and does it.
func (v *validator) Propose(_ context.Context, r *nodev1.ProposeRequest) (*nodev1.ProposeResponse, error) {
	if err := committee.ValidatePayload(&r.Payload); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	var err error
	switch k := r.Payload.Kind.(type) {
	case *committeev1.Payload_Lane:
		_, err = v.lanes.AddStream(v.ctx, k.Lane.Stream)
	case *committeev1.Payload_Parameter:
		v.params = k.Parameter.Params
	case *committeev1.Payload_Resume:
		if s := k.Resume.Source; s != nil {
			_, err = v.lanes.Reopen(v.ctx, s.Stream, nil)
		} else if k.Resume.Lower != 0 {
			err = v.lanes.ResumeLower(v.ctx, k.Resume.Lower)
		}
	}
	if err != nil {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	v.proposed = append(v.proposed, r.Payload)
	return &nodev1.ProposeResponse{Proposal: uint64(len(v.proposed)), Height: 12, Tx: []byte{1}}, nil
}

func newValidator(t *testing.T) *validator {
	t.Helper()
	ms, key := statetest.Store(t, lanes.StoreKey)
	v := &validator{
		t: t, lanes: lanes.NewKeeper(key), ctx: sdk.NewContext(ms, cmtproto.Header{Height: 7}, false, log.NewNopLogger()),
		params: committee.DefaultParams(), home: t.TempDir(),
	}
	first := lanesv1.Stream{Index: 1, Chain: 7, Manager: manager, Finality: 3, Epoch: 1, Stride: 2, StartBlock: 4}
	if err := v.lanes.InitGenesis(v.ctx, lanesv1.GenesisState{Streams: []lanesv1.Stream{first}}); err != nil {
		t.Fatal(err)
	}
	// Calls come one after the other: a command asks, then proposes.
	s := grpc.NewServer(grpc.ForceServerCodec(codec.NewProtoCodec(codectypes.NewInterfaceRegistry()).GRPCCodec()),
		grpc.UnaryInterceptor(func(_ context.Context, req any, _ *grpc.UnaryServerInfo, h grpc.UnaryHandler) (any, error) {
			return h(v.ctx, req)
		}))
	committeev1.RegisterQueryServer(s, &committeeQueries{v: v})
	certifyv1.RegisterQueryServer(s, &certifyQueries{v: v})
	lanesv1.RegisterQueryServer(s, lanes.NewQueryServer(v.lanes))
	nodev1.RegisterAdminServer(s, v)
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	unix, err := net.Listen("unix", filepath.Join(v.home, "admin.sock"))
	if err != nil {
		t.Fatal(err)
	}
	v.grpc = tcp.Addr().String()
	for _, l := range []net.Listener{tcp, unix} {
		go func() { _ = s.Serve(l) }()
	}
	t.Cleanup(s.Stop)
	return v
}

// run is a command of the program.
func (v *validator) run(args ...string) (out, told string, err error) {
	v.t.Helper()
	cmd := newCommand()
	var stdout, stderr bytes.Buffer
	cmd.SetArgs(args)
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.ExecuteContext(v.t.Context())
	return stdout.String(), stderr.String(), err
}

// must is a command that succeeds, at this validator.
func (v *validator) must(args ...string) string {
	v.t.Helper()
	out, told, err := v.run(args...)
	if err != nil {
		v.t.Fatalf("bridgectl %s: %v\n%s", strings.Join(args, " "), err, told)
	}
	return out
}

func (v *validator) last() committeev1.Payload {
	v.t.Helper()
	if len(v.proposed) == 0 {
		v.t.Fatal("nothing was proposed")
	}
	return v.proposed[len(v.proposed)-1]
}

func (v *validator) shows(want ...string) {
	v.t.Helper()
	out := v.must("proposal", "show", "1", "--grpc", v.grpc)
	for _, w := range want {
		if !strings.Contains(out, w) {
			v.t.Errorf("proposal show does not say %q:\n%s", w, out)
		}
	}
}

// contradict stops stream 2 by the reports of both members.
func (v *validator) contradict(generation uint32, newest uint64) {
	v.t.Helper()
	for i := range 2 {
		r := lanesv1.Report{Member: member(i + 1), End: newest}
		if _, err := v.lanes.Contradict(v.ctx, 2, generation, r, newest, [][]byte{member(1), member(2)}, 2); err != nil {
			v.t.Fatal(err)
		}
	}
}

func TestProposeLane(t *testing.T) {
	address := "0x" + strings.Repeat("aa", 20)
	of := func(more ...string) []string {
		return append([]string{"proposal", "lane", "--chain", "7", "--manager", address, "--stride", "2", "--start-block", "4"}, more...)
	}
	for name, c := range map[string]struct {
		args []string
		want uint32 // finality of the proposed stream; 0: refused
		says string
	}{
		"fast":                  {of("--finality", "fast"), 1, ""},
		"safe, bounded":         {of("--finality", "safe", "--max-ahead", "8"), 2, ""},
		"final":                 {[]string{"proposal", "lane", "--chain", "8", "--manager", address}, 3, ""},
		"a bound of final ones": {of("--max-ahead", "8"), 0, "--finality fast or safe"},
		"too far":               {of("--finality", "safe", "--max-ahead", "1025"), 0, "at most 1024"},
		"no such finality":      {of("--finality", "quick"), 0, "fast, safe or final"},
		"by its number":         {of("--finality", "1"), 0, "fast, safe or final"},
		"another epoch":         {of("--finality", "fast", "--epoch", "2"), 0, "no open final stream"},
		"no address":            {[]string{"proposal", "lane", "--chain", "7", "--manager", "0xaa"}, 0, "--manager"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newValidator(t)
			_, _, err := v.run(append(c.args, "--node", v.home)...)
			if c.want == 0 {
				if err == nil || !strings.Contains(err.Error(), c.says) || len(v.proposed) != 0 {
					t.Errorf("want %q: %v, proposed %v", c.says, err, v.proposed)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			p := v.last()
			if s := p.GetLane().GetStream(); s.Finality != c.want || s.Epoch != 1 || s.Stride != 2 {
				t.Errorf("proposed %+v", s)
			}
		})
	}
	v := newValidator(t)
	v.must(append(of("--finality", "fast"), "--node", v.home)...)
	v.shows("opens a fast stream: chain 7", "at most 64 messages")
}

// Flags that are not given leave the parameter as it stands.
func TestProposeParameter(t *testing.T) {
	v := newValidator(t)
	want := v.params
	for _, c := range []struct {
		flag   string
		change func()
	}{
		{"--lower-finality", func() { want.LowerFinality = true }},
		{"--deal-blocks=33", func() { want.DealBlocks = 33 }},
		{"--lower-finality=false", func() { want.LowerFinality = false }},
	} {
		v.must("proposal", "parameter", c.flag, "--node", v.home, "--grpc", v.grpc)
		if c.change(); v.params != want {
			t.Errorf("%s: %+v, want %+v", c.flag, v.params, want)
		}
		if len(v.proposed) == 1 {
			v.shows("streams below final MAY be opened", "deal 20")
		}
	}
	if _, _, err := v.run("proposal", "parameter", "--node", v.home, "--grpc", v.grpc); exit.Code(err) != exit.UsageErr {
		t.Errorf("nothing changes: %v", err)
	}
	if _, _, err := v.run("proposal", "parameter", "--deal-blocks", "1", "--node", v.home, "--grpc", v.grpc); err == nil || !strings.Contains(err.Error(), "deal_blocks") {
		t.Errorf("below its bound: %v", err)
	}
	if v.params != want {
		t.Errorf("what was refused counts: %+v", v.params)
	}
}

// A stream below final is opened, contradicted, shown and resumed by commands alone.
func TestStoppedStreamAtTheCommandLine(t *testing.T) {
	v := newValidator(t)
	v.must("proposal", "lane", "--chain", "7", "--manager", "0x"+strings.Repeat("aa", 20), "--start-block", "4", "--finality", "fast", "--node", v.home)
	if out := v.must("streams", "--grpc", v.grpc); strings.Contains(out, "stopped") || !strings.Contains(out, "fast") || !strings.Contains(out, "final") {
		t.Errorf("streams that run:\n%s", out)
	}
	if out := v.must("committee", "--grpc", v.grpc); strings.Contains(out, "WARNING") {
		t.Errorf("committee:\n%s", out)
	}
	if _, _, err := v.run("proposal", "resume", "--stream", "2", "--node", v.home); err == nil || !strings.Contains(err.Error(), "stream 2 runs") {
		t.Errorf("resumed while it runs: %v", err)
	}
	v.contradict(1, 9)
	var list []client.Stream
	if err := json.Unmarshal([]byte(v.must("streams", "2", "--grpc", v.grpc, "--json")), &list); err != nil {
		t.Fatal(err)
	}
	want := client.Stream{
		Index: 2, Chain: 7, Manager: "0x" + strings.Repeat("aa", 20), Finality: "fast", Epoch: 1, Stride: 2, StartBlock: 4, State: "stopped", StoppedAt: 7,
		MaxAhead: 64, Generation: 2, FloorEnd: 9, Certified: 9, Messages: 3, Signing: 1,
		Reports: &client.Contradicted{Generation: 1, Reports: []client.Report{
			{Member: "n1", Address: strings.Repeat("01", 20), End: 9, Height: 7}, {Member: "n2", Address: strings.Repeat("02", 20), End: 9, Height: 7},
		}},
	}
	if len(list) != 1 || !reflect.DeepEqual(list[0], want) {
		t.Errorf("stream %+v\nwant %+v", list, want)
	}
	for _, args := range [][]string{{"streams"}, {"committee"}} {
		out := v.must(append(args, "--grpc", v.grpc)...)
		for _, says := range []string{"stream 2, fast of chain 7, stopped at height 7", "at or below block 9", "n1 reported the checkpoint of generation 1 at block 9", "proposal resume --stream 2"} {
			if !strings.Contains(out, says) {
				t.Errorf("%s does not say %q:\n%s", args[0], says, out)
			}
		}
	}
	var shown client.Committee
	if err := json.Unmarshal([]byte(v.must("committee", "--grpc", v.grpc, "--json")), &shown); err != nil || shown.Level != "warning" || len(shown.Stopped) != 1 {
		t.Errorf("committee: %+v, %v", shown, err)
	}
	v.must("proposal", "resume", "--stream", "2", "--node", v.home)
	if out := v.must("streams", "2", "--grpc", v.grpc); strings.Contains(out, "stopped") || !strings.Contains(out, "at or below block 9") {
		t.Errorf("resumed:\n%s", out)
	}
	if p := v.last(); p.GetResume().GetLower() != 2 {
		t.Errorf("proposed %+v", p)
	}
	for _, index := range []string{"0", "x", "65536"} {
		if _, _, err := v.run("streams", index, "--grpc", v.grpc); exit.Code(err) != exit.UsageErr {
			t.Errorf("streams %s: %v", index, err)
		}
	}
	if _, _, err := v.run("streams", "9", "--grpc", v.grpc); err == nil || !strings.Contains(err.Error(), "stream 9") {
		t.Errorf("a stream that is not there: %v", err)
	}
}

func TestProposeResumeOfOneThing(t *testing.T) {
	v := newValidator(t)
	for _, args := range [][]string{{}, {"--chain", "--stream", "2"}, {"--member", strings.Repeat("01", 20), "--stream", "2"}, {"--chain", "--member", strings.Repeat("01", 20)}} {
		if _, _, err := v.run(append([]string{"proposal", "resume", "--node", v.home}, args...)...); exit.Code(err) != exit.UsageErr || len(v.proposed) != 0 {
			t.Errorf("%v: %v", args, err)
		}
	}
	v.must("proposal", "resume", "--chain", "--node", v.home)
	if p := v.last(); !p.GetResume().GetChain() {
		t.Errorf("proposed %+v", p)
	}
}

func TestProposeResumeSource(t *testing.T) {
	v := newValidator(t)
	for name, args := range map[string][]string{
		"no stream":      {"--base-end", "5"},
		"no base":        {"--stream", "1"},
		"two bases":      {"--stream", "1", "--base-end", "5", "--rpc", "http://127.0.0.1:1"},
		"a look at none": {"--stream", "1", "--base-end", "5", "--look"},
	} {
		if _, _, err := v.run(append([]string{"proposal", "resume-source", "--node", v.home}, args...)...); exit.Code(err) != exit.UsageErr || len(v.proposed) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := v.run("proposal", "resume-source", "--node", v.home, "--stream", "9", "--base-end", "0"); err == nil || !strings.Contains(err.Error(), "stream 9") {
		t.Errorf("a stream that is not there: %v", err)
	}
	out := v.must("proposal", "resume-source", "--node", v.home, "--stream", "1", "--base-end", "0")
	if !strings.Contains(out, "proposal 1 is in block 12") {
		t.Errorf("says %q", out)
	}
	v.shows("stream 1 closes for ever", "FROM NOTHING")
	all, err := v.lanes.Streams(v.ctx)
	if err != nil || len(all) != 2 || all[0].ClosedAt != 7 || all[1].Epoch != 2 {
		t.Errorf("streams %+v, %v", all, err)
	}
	if _, _, err := v.run("proposal", "resume-source", "--node", v.home, "--stream", "1", "--base-end", "0"); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("closed a second time: %v", err)
	}
	if _, _, err := v.run("proposal", "resume-source", "--node", t.TempDir(), "--stream", "1", "--base-end", "0"); err == nil || !strings.Contains(err.Error(), "is it running?") {
		t.Errorf("no node: %v", err)
	}
}
