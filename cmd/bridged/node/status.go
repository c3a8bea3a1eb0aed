// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/aitbc/bridge/chains/message"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// Status is what `bridged status` shows.
type Status struct {
	ChainID    string         `json:"chain_id"`
	Height     int64          `json:"height"`
	CatchingUp bool           `json:"catching_up"`
	Peers      int            `json:"peers"`
	Member     uint32         `json:"member"`   // index in the key epoch, 0: no member
	Standing   string         `json:"standing"` // joining, member, leaving, none
	Members    uint32         `json:"members"`
	Threshold  uint32         `json:"threshold"`
	KeyEpoch   uint64         `json:"key_epoch"`
	GroupKey   string         `json:"group_key"`
	Fork       uint32         `json:"fork"`
	Halted     string         `json:"halted,omitempty"`  // why the chain signs nothing
	Stopped    string         `json:"stopped,omitempty"` // why this node says nothing at all
	Boot       uint64         `json:"boot"`              // of this node's signer, 0: none
	Shares     []uint64       `json:"shares"`            // key epochs whose share this node's signer holds
	Ceremony   *Ceremony      `json:"ceremony,omitempty"`
	Culprits   []Culprit      `json:"culprits"`          // of the newest ceremony
	Trouble    string         `json:"trouble,omitempty"` // why this node does less than a ceremony asks of it
	Refused    string         `json:"refused,omitempty"` // why the operator's last transaction was not taken
	Problems   []Problem      `json:"problems"`          // worst first: what is wrong, and who
	Streams    []StreamStatus `json:"streams"`
	Sources    []Source       `json:"sources"`  // chains that this node reads
	Sessions   []Session      `json:"sessions"` // open ones
	Conduct    []Conduct      `json:"conduct"`  // every member, from the chain's state
	Faults     []Fault        `json:"faults"`   // what this node saw since it started
	Absences   []Absence      `json:"absences"` // in the last Commits commits
	Commits    uint32         `json:"commits"`

	able map[string]bool // of the active epoch by address: has proven its share
}

// StreamStatus is one stream's part of Status.
type StreamStatus struct {
	Index        uint32 `json:"index"`
	Chain        uint64 `json:"chain"`
	Manager      string `json:"manager"`
	Finality     string `json:"finality"`      // fast, safe or final
	CertifiedEnd uint64 `json:"certified_end"` // 0: none yet
	Messages     uint64 `json:"messages"`      // certified
	Target       uint64 `json:"target"`
	OwnFinal     uint64 `json:"own_final"` // newest final block that this member named, 0: none
	BestFinal    uint64 `json:"best_final"`
	Lag          uint64 `json:"lag"`                // blocks that OwnFinal is behind the best member
	Covered      uint32 `json:"covered"`            // members that were heard for the stream lately
	Halted       string `json:"halted,omitempty"`   // why this node says nothing for it until it is started again
	Abstains     string `json:"abstains,omitempty"` // why this node does not vote for it now

	Lower *LowerStatus `json:"lower,omitempty"` // of a stream below final alone
}

// LowerStatus is what a stream below final has beside that.
type LowerStatus struct {
	Generation   uint32 `json:"generation"`             // from the state: each contradiction raises it
	StoppedAt    uint64 `json:"stopped_at,omitempty"`   // height at which a contradiction stopped it; 0: it runs
	Tip          uint64 `json:"tip"`                    // end of the checkpoint ahead that this node votes for; 0: none
	Waits        string `json:"waits,omitempty"`        // why there is none, when there may be something to say
	Contradicted uint64 `json:"contradicted,omitempty"` // end of a certified checkpoint that this node's final history contradicts; 0: none
	Reported     uint64 `json:"reported,omitempty"`     // height after which it last said so to the chain; 0: not yet
}

// Session is one open session's part of Status.
type Session struct {
	Number  uint64   `json:"number"`
	Stream  uint32   `json:"stream"`
	End     uint64   `json:"end"`
	Opened  uint64   `json:"opened"`
	Waiting []uint32 `json:"waiting"` // members whose share is missing
}

// Dial connects to a validator's query server.
func Dial(address string) (*grpc.ClientConn, error) {
	return grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(coder), grpc.MaxCallRecvMsgSize(maxGRPCBytes)))
}

// QueryStatus asks the running node of home h.
func QueryStatus(ctx context.Context, h Layout, c Config) (s Status, err error) {
	comet, err := LoadComet(h)
	if err != nil {
		return s, err
	}
	rpc, err := rpchttp.New(strings.Replace(comet.RPC.ListenAddress, "tcp://", "http://", 1), "/websocket")
	if err != nil {
		return s, err
	}
	st, err := rpc.Status(ctx)
	if err != nil {
		return s, fmt.Errorf("ask rpc: %w", err)
	}
	s.ChainID, s.Height, s.CatchingUp = st.NodeInfo.Network, st.SyncInfo.LatestBlockHeight, st.SyncInfo.CatchingUp
	peers, err := rpc.NetInfo(ctx)
	if err != nil {
		return s, fmt.Errorf("ask rpc for peers: %w", err)
	}
	s.Peers = peers.NPeers
	if _, _, err := net.SplitHostPort(c.GRPC); err != nil {
		return s, fmt.Errorf("grpc: %w: %w", err, ErrConfig)
	}
	conn, err := Dial(c.GRPC)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return s, s.fill(ctx, conn, st.ValidatorInfo.Address)
}

func (s *Status) fill(ctx context.Context, conn *grpc.ClientConn, self []byte) error {
	members := committeev1.NewQueryClient(conn)
	n, err := members.Network(ctx, &committeev1.QueryNetworkRequest{})
	if err != nil {
		return fmt.Errorf("query network: %w", err)
	}
	s.Members, s.Threshold, s.KeyEpoch, s.GroupKey = n.Members, n.Threshold, n.KeyEpoch, fmt.Sprintf("0x%x", n.GroupKey)
	all, err := members.Members(ctx, &committeev1.QueryMembersRequest{})
	if err != nil {
		return fmt.Errorf("query members: %w", err)
	}
	names := make(map[uint32]string, len(all.Members))
	for i := range all.Members {
		names[all.Members[i].Index] = all.Members[i].Moniker
		if string(all.Members[i].ConsAddress) == string(self) {
			s.Member = all.Members[i].Index
		}
	}
	s.Fork = n.Fork
	streams, err := lanesv1.NewQueryClient(conn).Streams(ctx, &lanesv1.QueryStreamsRequest{})
	if err != nil {
		return fmt.Errorf("query streams: %w", err)
	}
	votes := certifyv1.NewQueryClient(conn)
	for i := range streams.Streams {
		p := &streams.Streams[i]
		if p.ClosedAt != 0 {
			continue // nobody is asked for anything in it
		}
		one := StreamStatus{Index: p.Index, Chain: p.Chain, Manager: fmt.Sprintf("0x%x", p.Manager), Finality: message.Finality(p.Finality).String()}
		if p.Finality != uint32(message.Final) {
			one.Lower = &LowerStatus{Generation: p.Generation, StoppedAt: p.StoppedAt}
		}
		q, err := votes.StreamStatus(ctx, &certifyv1.QueryStreamStatusRequest{Stream: p.Index})
		if err != nil {
			return fmt.Errorf("query stream %d: %w", p.Index, err)
		}
		if q.Certified != nil {
			one.CertifiedEnd, one.Messages = q.Certified.End, q.Certified.MessageCount
		}
		one.Target, one.Covered, s.Halted = q.Target, q.Covered, q.Halted
		for _, b := range q.Heartbeats {
			one.BestFinal = max(one.BestFinal, b.End)
			if b.Member == s.Member {
				one.OwnFinal = b.End
			}
		}
		one.Lag = one.BestFinal - one.OwnFinal
		s.Streams = append(s.Streams, one)
	}
	open, err := votes.Sessions(ctx, &certifyv1.QuerySessionsRequest{})
	if err != nil {
		return fmt.Errorf("query sessions: %w", err)
	}
	for i := range open.Sessions {
		q := &open.Sessions[i]
		one := Session{Number: q.Number, Stream: q.Stream, End: q.End, Opened: q.Opened}
		for _, g := range q.Signers {
			if !g.HasShare {
				one.Waiting = append(one.Waiting, g.Member)
			}
		}
		s.Sessions = append(s.Sessions, one)
	}
	if err := s.judge(ctx, conn, names); err != nil {
		return err
	}
	if err := s.seats(ctx, conn, self); err != nil {
		return err
	}
	s.Conclude()
	return nil
}
