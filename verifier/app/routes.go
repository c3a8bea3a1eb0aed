// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"
	"github.com/cosmos/gogoproto/proto"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/transaction"
)

// senderField is the field of every message that names its sender.
const senderField = "sender"

// operatorTx is a decoded transaction as BaseApp wants it.
type operatorTx struct {
	raw      []byte
	tx       *committeev1.Tx
	sequence uint64
	message  transaction.Message
}

var _ sdk.Tx = (*operatorTx)(nil)

// GetMsgs is the one message.
func (t *operatorTx) GetMsgs() []sdk.Msg { return []sdk.Msg{t.message} }

// GetMsgsV2 is what BaseApp reads the sender for its event from: the message's descriptor with
// nothing but the sender in it.
func (t *operatorTx) GetMsgsV2() ([]protov2.Message, error) {
	d, err := proto.HybridResolver.FindDescriptorByName(protoreflect.FullName(proto.MessageName(t.message)))
	if err != nil {
		return nil, fmt.Errorf("descriptor of %T: %w", t.message, err)
	}
	m, ok := d.(protoreflect.MessageDescriptor)
	if !ok {
		return nil, fmt.Errorf("descriptor of %T is a %T", t.message, d)
	}
	out := dynamicpb.NewMessage(m)
	out.Set(m.Fields().ByName(senderField), protoreflect.ValueOfBytes(t.message.GetSender()))
	return []protov2.Message{out}, nil
}

// newRegistry knows the messages of Msg. They carry none of the SDK's annotations, so the
// registry is told where a message names its sender.
func newRegistry() (codectypes.InterfaceRegistry, error) {
	o := signing.Options{AddressCodec: addressCodec{}, ValidatorAddressCodec: addressCodec{}}
	for _, m := range []proto.Message{
		&committeev1.MsgCommitDealing{}, &committeev1.MsgDeal{}, &committeev1.MsgCheck{}, &committeev1.MsgReady{},
		&committeev1.MsgPropose{}, &committeev1.MsgApprove{}, &committeev1.MsgContradict{},
	} {
		o.DefineCustomGetSigners(protoreflect.FullName(proto.MessageName(m)), func(m protov2.Message) ([][]byte, error) {
			r := m.ProtoReflect()
			return [][]byte{r.Get(r.Descriptor().Fields().ByName(senderField)).Bytes()}, nil
		})
	}
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{ProtoFiles: proto.HybridResolver, SigningOptions: o})
	if err != nil {
		return nil, fmt.Errorf("registry of messages: %w", err)
	}
	msgservice.RegisterMsgServiceDesc(registry, &committeev1.Msg_serviceDesc)
	return registry, nil
}

// addressCodec writes operators as Ethereum does, in the SDK's own events.
type addressCodec struct{}

// StringToBytes reads 0x and 40 hexadecimal digits.
func (addressCodec) StringToBytes(s string) ([]byte, error) {
	a, err := message.ParseAddress(s)
	return a[:], err
}

// BytesToString writes them.
func (addressCodec) BytesToString(b []byte) (string, error) {
	if len(b) != len(message.Address{}) {
		return "", fmt.Errorf("address of %d bytes: %w", len(b), message.ErrBadEncoding)
	}
	return message.Address(b).String(), nil
}
