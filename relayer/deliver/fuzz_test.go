// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"runtime/metrics"
	"testing"

	"context"
	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/schnorr"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// allocated is how many bytes this process has ever allocated.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

var (
	ownBridge = message.BridgeID("aitbc-test-1")
	ownStream = message.Stream{Chain: 31337, Manager: message.Address{1}, Finality: message.Final, Epoch: 1}
)

// unsigned is a certificate as a validator tells it, with a signature of nobody.
func unsigned() certifyv1.Certificate {
	word := bytes.Repeat([]byte{7}, 32)
	return certifyv1.Certificate{
		Checkpoint: certifyv1.Checkpoint{
			Stream: 1, SourceChain: 31337, SourceManager: ownStream.Manager[:], Finality: 3, SourceEpoch: 1, End: 9,
			BlockHash: word, MessageCount: 1, LeafCount: 1, PeaksHash: word, Root: word,
		},
		S: word, R: word[:20],
	}
}

// FuzzCertificates: whatever a validator answers, nothing becomes a relayer's certificate but what
// the group signed.
func FuzzCertificates(f *testing.F) {
	good := certifyv1.QueryCertificatesResponse{Certificates: []certifyv1.Certificate{unsigned(), unsigned()}}
	text, err := good.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0x0a, 0}, 200))
	f.Add([]byte{0x0a, 0xff, 0xff, 0xff, 0xff, 0x07})
	key := schnorr.PublicKey(bytes.Repeat([]byte{0x42}, 32))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := allocated()
		var p certifyv1.QueryCertificatesResponse
		err := p.Unmarshal(b)
		if used := allocated() - before; used > 1<<20+512*uint64(len(b)) {
			t.Errorf("%d bytes took %d bytes of memory", len(b), used)
		}
		if err != nil {
			return
		}
		v, s := &Validators{bridgeID: ownBridge}, &source{}
		s.cfg.BridgeID, s.cfg.Stream = ownBridge, ownStream
		for i := range p.Certificates {
			c, err := v.certificate(&p.Certificates[i])
			if err != nil {
				if !errors.Is(err, message.ErrBadEncoding) {
					t.Errorf("error of another kind: %v", err)
				}
				continue
			}
			if k := &p.Certificates[i].Checkpoint; uint32(c.Checkpoint.Stream.Finality) != k.Finality || !bytes.Equal(c.Checkpoint.Root[:], k.Root) || c.Checkpoint.End != k.End {
				t.Errorf("%+v read as %+v", k, c.Checkpoint)
			}
			if err := s.offer(c, []schnorr.PublicKey{key}); err == nil {
				t.Errorf("certificate of nobody: %+v", c)
			}
		}
		if s.after() != 0 {
			t.Error("an unsigned certificate is the newest")
		}
	})
}

// FuzzStreams: a validator's list of streams is read as it is written, each stream once.
func FuzzStreams(f *testing.F) {
	good := lanesv1.QueryStreamsResponse{Streams: []lanesv1.Stream{
		{Index: 1, Chain: 31337, Manager: ownStream.Manager[:], Finality: 3, Epoch: 1, Stride: 2, StartBlock: 1},
		{Index: 1, Chain: 31337, Manager: ownStream.Manager[:], Finality: 3, Epoch: 1, Stride: 2, StartBlock: 1},
		{Index: 2, Chain: 31337, Manager: ownStream.Manager[:5], Finality: 3, Epoch: 1, Stride: 2, StartBlock: 1},
		{Index: 3, Chain: 31337, Manager: ownStream.Manager[:], Finality: 259, Epoch: 1, Stride: 2, StartBlock: 1},
	}}
	text, err := good.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(bytes.Repeat([]byte{0x0a, 0}, 200))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p lanesv1.QueryStreamsResponse
		if p.Unmarshal(b) != nil {
			return
		}
		said, _ := (&Validators{bridgeID: ownBridge}).claims(&p)
		for c := range said {
			found := false
			for i := range p.Streams {
				s := &p.Streams[i]
				found = found || s.Index == uint32(c.index) && s.Finality == uint32(c.Stream.Config.Stream.Finality) && bytes.Equal(s.Manager, c.Stream.Config.Stream.Manager[:])
			}
			if !found || c.Config.Validate() != nil {
				t.Errorf("%+v was never said", c)
			}
		}
	})
}

type liar struct {
	lanesv1.UnimplementedQueryServer
	streams []lanesv1.Stream
}

func (l *liar) Streams(context.Context, *lanesv1.QueryStreamsRequest) (*lanesv1.QueryStreamsResponse, error) {
	return &lanesv1.QueryStreamsResponse{Streams: l.streams}, nil
}

// One validator that says the same thing many times is still one validator.
func TestValidatorCountsOnce(t *testing.T) {
	honest := lanesv1.Stream{Index: 1, Chain: 31337, Manager: ownStream.Manager[:], Finality: 3, Epoch: 1, Stride: 2, StartBlock: 1}
	false1 := honest
	false1.StartBlock = 1000
	var endpoints []string
	for i := range 4 {
		said := []lanesv1.Stream{honest}
		if i == 0 {
			said = []lanesv1.Stream{false1, false1, false1, false1, false1}
		}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := grpc.NewServer()
		lanesv1.RegisterQueryServer(s, &liar{streams: said})
		go func() { _ = s.Serve(ln) }()
		t.Cleanup(s.Stop)
		endpoints = append(endpoints, ln.Addr().String())
	}
	v, err := Dial(ownBridge, endpoints)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	for range 10 { // the answer must not depend on the order of a map
		got, _, err := v.Streams(t.Context())
		if err != nil || len(got) != 1 || got[1].StartBlock != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
	}
}

// FuzzProof: what is packed for the manager is every field at its place and nothing more.
func FuzzProof(f *testing.F) {
	f.Add(uint64(1), uint32(200000), uint32(1), []byte{1}, uint8(3), false)
	f.Add(uint64(1)<<48-1, uint32(0), ^uint32(0), []byte{}, uint8(40), true)
	f.Fuzz(func(t *testing.T, nonce uint64, gas, epoch uint32, fill []byte, siblings uint8, retired bool) {
		m := &message.Message{Nonce: message.Nonce(nonce % uint64(message.NonceLimit)), GasLimit: gas, Finality: message.Final}
		copy(m.Sender[:], fill)
		copy(m.SourceManager[:], fill)
		c := Certificate{Checkpoint: message.Checkpoint{Stream: message.Stream{Finality: message.Final, Epoch: epoch}}}
		copy(c.Signature.S[:], fill)
		copy(c.Signature.R[:], fill)
		list := make([]message.Hash, siblings)
		for i := range list {
			copy(list[i][:], fill)
			list[i][31] = byte(i)
		}
		b := Proof(m, c, list, retired)
		head := proofHead
		if retired {
			head += 20
		}
		if len(b) != head+32*len(list) {
			t.Fatalf("%d bytes", len(b))
		}
		back := message.Message{
			Nonce:    message.Nonce(binary.BigEndian.Uint64(append([]byte{0, 0}, b[1:7]...))),
			GasLimit: binary.BigEndian.Uint32(b[7:]), Sender: message.Address(b[11:31]),
		}
		if back.Nonce != m.Nonce || back.GasLimit != gas || back.Sender != m.Sender || binary.BigEndian.Uint32(b[31:]) != epoch ||
			!bytes.Equal(b[35:67], c.Signature.S[:]) || !bytes.Equal(b[67:87], c.Signature.R[:]) || (b[0]&flagRetired != 0) != retired ||
			retired && !bytes.Equal(b[87:107], m.SourceManager[:]) {
			t.Errorf("%x", b)
		}
		for i := range list {
			if !bytes.Equal(b[head+32*i:head+32*i+32], list[i][:]) {
				t.Errorf("sibling %d", i)
			}
		}
	})
}
