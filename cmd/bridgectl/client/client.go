// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/keys/account"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

const (
	// askTimeout bounds one question to one validator.
	askTimeout = 3 * time.Second
	// TxTimeout bounds one transaction, from signing to receipt.
	TxTimeout = 3 * time.Minute
)

// Client speaks to one network. It is safe for concurrent use.
type Client struct {
	Network *registry.Network
	chains  map[message.ChainID]*evm.Client
	conns   []*grpc.ClientConn
}

// Open prepares the connections of a network whose chains have urls.
func Open(ctx context.Context, n *registry.Network) (*Client, error) {
	c := &Client{Network: n, chains: map[message.ChainID]*evm.Client{}}
	for i := range n.Chains {
		k := &n.Chains[i]
		e, err := evm.New(ctx, evm.Config{ChainID: k.ChainID, Manager: k.Manager, URLs: k.URLs})
		if err != nil {
			return nil, errors.Join(err, c.Close())
		}
		c.chains[k.ChainID] = e
	}
	for _, v := range n.Validators {
		conn, err := node.Dial(v.GRPC)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("validator %s: %w", v.Moniker, err), c.Close())
		}
		c.conns = append(c.conns, conn)
	}
	return c, nil
}

// Close ends all connections.
func (c *Client) Close() error {
	var errs []error
	for _, e := range c.chains {
		e.Close()
	}
	for _, conn := range c.conns {
		errs = append(errs, conn.Close())
	}
	return errors.Join(errs...)
}

// Chain is the manager's client on a chain of the network.
func (c *Client) Chain(id message.ChainID) (*evm.Client, error) {
	e, ok := c.chains[id]
	if !ok {
		return nil, fmt.Errorf("chain %s: not in the network file: %w", id, message.ErrUnknownLane)
	}
	return e, nil
}

// Sender sends transactions of an account on a chain. An account must have one
// sender at a time per chain.
func (c *Client) Sender(chain message.ChainID, from account.Account) (*evm.TransactionManager, error) {
	e, err := c.Chain(chain)
	if err != nil {
		return nil, err
	}
	return evm.NewTransactionManager(evm.TxConfig{Endpoint: e, ChainID: chain, Account: from, Poll: 200 * time.Millisecond})
}

// send estimates, sends and waits for the receipt.
func (c *Client) send(ctx context.Context, chain message.ChainID, by *evm.TransactionManager, to message.Address, data []byte) (evm.Receipt, error) {
	e, err := c.Chain(chain)
	if err != nil {
		return evm.Receipt{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, TxTimeout)
	defer cancel()
	gas, err := e.EstimateGas(ctx, evm.Call{From: by.Account.Address(), To: to, Data: data})
	if err != nil {
		return evm.Receipt{}, err
	}
	return by.Send(ctx, to, data, gas+gas/4)
}

// ask puts a question to the validators in turn until one answers.
func (c *Client) ask(ctx context.Context, question func(context.Context, *grpc.ClientConn) error) error {
	var errs []error
	for i, conn := range c.conns {
		one, cancel := context.WithTimeout(ctx, askTimeout)
		err := question(one, conn)
		cancel()
		if err == nil {
			return nil
		}
		errs = append(errs, fmt.Errorf("validator %s: %w", c.Network.Validators[i].Moniker, err))
	}
	return fmt.Errorf("no validator answers: %w", errors.Join(errs...))
}

// Streams lists the streams that the validators name.
func (c *Client) Streams(ctx context.Context) (list []lanesv1.Stream, err error) {
	err = c.ask(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		r, err := lanesv1.NewQueryClient(conn).Streams(ctx, &lanesv1.QueryStreamsRequest{})
		if err == nil {
			list = r.Streams
		}
		return err
	})
	return list, err
}

// StreamStatus is the validators' view of one stream.
func (c *Client) StreamStatus(ctx context.Context, index uint32) (out *certifyv1.QueryStreamStatusResponse, err error) {
	err = c.ask(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		out, err = certifyv1.NewQueryClient(conn).StreamStatus(ctx, &certifyv1.QueryStreamStatusRequest{Stream: index})
		return err
	})
	return out, err
}

// Certificates lists certificates of a stream after an end block.
func (c *Client) Certificates(ctx context.Context, index uint32, after uint64) (out []certifyv1.Certificate, err error) {
	err = c.ask(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		r, err := certifyv1.NewQueryClient(conn).Certificates(ctx, &certifyv1.QueryCertificatesRequest{Stream: index, After: after})
		if err == nil {
			out = r.Certificates
		}
		return err
	})
	return out, err
}

// Heights asks every validator for its committed height; -1 for one that does not answer.
func (c *Client) Heights(ctx context.Context) []int64 {
	out := make([]int64, len(c.conns))
	for i, conn := range c.conns {
		out[i] = -1
		one, cancel := context.WithTimeout(ctx, askTimeout)
		r, err := committeev1.NewQueryClient(conn).Network(one, &committeev1.QueryNetworkRequest{})
		cancel()
		if err == nil {
			out[i] = int64(r.Height)
		}
	}
	return out
}
