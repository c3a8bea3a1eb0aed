// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"net"
	"slices"
	"testing"

	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/message"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// lanesServer says what one validator knows of the streams.
type lanesServer struct {
	lanesv1.UnimplementedQueryServer
	streams []lanesv1.Stream
}

func (s *lanesServer) Streams(context.Context, *lanesv1.QueryStreamsRequest) (*lanesv1.QueryStreamsResponse, error) {
	return &lanesv1.QueryStreamsResponse{Streams: s.streams}, nil
}

func serve(t *testing.T, streams ...lanesv1.Stream) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	lanesv1.RegisterQueryServer(s, &lanesServer{streams: streams})
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.Serve(l) }()
	t.Cleanup(func() { s.Stop(); <-ended })
	return l.Addr().String()
}

// One of three validators that names a manager of its own is not believed: a stream counts
// when more than a third of all validators, dead ones too, say the same.
func TestStreamsNeedMoreThanAThird(t *testing.T) {
	ours, theirs := message.Address{1}, message.Address{2}
	honest := lanesv1.Stream{Index: 1, Chain: 31337, Manager: ours[:], Finality: 3, Epoch: 1, Stride: 2}
	lie := honest
	lie.Manager = theirs[:]
	extra := lie
	extra.Index = 7
	over := honest
	over.ClosedAt = 9
	for name, c := range map[string]struct {
		validators [][]lanesv1.Stream // nil: dead
		want       int
		closed     bool
	}{
		"three agree":               {[][]lanesv1.Stream{{honest}, {honest}, {honest}}, 1, false},
		"one of three lies":         {[][]lanesv1.Stream{{lie, extra}, {honest}, {honest}}, 1, false},
		"one of three, others dead": {[][]lanesv1.Stream{{lie, extra}, nil, nil}, 0, false},
		"two of three":              {[][]lanesv1.Stream{{honest}, {honest}, nil}, 1, false},
		"one calls it closed":       {[][]lanesv1.Stream{{over}, {honest}, {honest}}, 1, false},
		"closed":                    {[][]lanesv1.Stream{{over}, {over}, {over}}, 0, true},
		"closed, one is behind":     {[][]lanesv1.Stream{{over}, {over}, {honest}}, 0, true},
		"closed, two of four":       {[][]lanesv1.Stream{{over}, {honest}, {over}, {honest}}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			var endpoints []string
			for _, streams := range c.validators {
				if streams == nil {
					endpoints = append(endpoints, "127.0.0.1:1")
					continue
				}
				endpoints = append(endpoints, serve(t, streams...))
			}
			v, err := Dial(message.Hash{1}, endpoints)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = v.Close() }()
			got, gone, err := v.Streams(t.Context())
			if len(got) != c.want {
				t.Fatalf("%d streams (%v), want %d: %v", len(got), got, c.want, err)
			}
			if c.closed != slices.Equal(gone, []uint16{1}) || !c.closed && len(gone) != 0 {
				t.Errorf("closed %v", gone)
			}
			for i, s := range got {
				if i != 1 || s.Stream.Manager != ours {
					t.Errorf("stream %d of manager %s", i, s.Stream.Manager)
				}
			}
		})
	}
}

// A contradiction stops a stream below final and makes its next generation: what says more of it counts, once more
// than a third say it.
func TestStoppedStreams(t *testing.T) {
	manager := message.Address{1}
	runs := lanesv1.Stream{Index: 2, Chain: 31337, Manager: manager[:], Finality: 1, Epoch: 1, Stride: 2, MaxAhead: 64, Generation: 1}
	stopped, resumed := runs, runs
	stopped.Generation, stopped.StoppedAt = 2, 70
	resumed.Generation = 2
	for name, c := range map[string]struct {
		said       []lanesv1.Stream
		generation uint32
		stopped    bool
	}{
		"runs":                             {[]lanesv1.Stream{runs, runs, runs}, 1, false},
		"one alone says stopped":           {[]lanesv1.Stream{stopped, runs, runs}, 1, false},
		"stopped":                          {[]lanesv1.Stream{stopped, stopped, stopped}, 2, true},
		"stopped, half are behind":         {[]lanesv1.Stream{runs, stopped, stopped, runs}, 2, true},
		"resumed":                          {[]lanesv1.Stream{resumed, resumed, resumed}, 2, false},
		"resumed, half are behind":         {[]lanesv1.Stream{resumed, stopped, stopped, resumed}, 2, true},
		"resumed, half have not seen it":   {[]lanesv1.Stream{resumed, runs, runs, resumed}, 2, false},
		"one alone names a later one, too": {[]lanesv1.Stream{{Index: 2, Chain: 31337, Manager: manager[:], Finality: 1, Epoch: 1, Stride: 2, Generation: 9}, resumed, resumed}, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			var endpoints []string
			for _, s := range c.said {
				endpoints = append(endpoints, serve(t, s))
			}
			v, err := Dial(message.Hash{1}, endpoints)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = v.Close() }()
			for range 8 { // the answer must not depend on the order of a map
				got, gone, err := v.Streams(t.Context())
				if err != nil || len(gone) != 0 || len(got) != 1 || got[2].Generation != c.generation || got[2].Stopped != c.stopped || got[2].Stream.Finality != message.Fast {
					t.Fatalf("%+v, %v, %v", got, gone, err)
				}
			}
		})
	}
}
