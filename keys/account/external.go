// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"
)

// Bounds of an external signer.
const (
	// externalTimeout bounds one answer. A signer that asks a person for each signature is too
	// slow for a node: give it rules.
	externalTimeout = 30 * time.Second
	// maxAnswer bounds an answer of an external signer, in bytes: the largest transaction twice
	// in hexadecimal digits, with room for the JSON around it.
	maxAnswer = 1 << 20
)

var (
	// ErrExternal: the external signer is not reached or refuses. Its own text is not repeated.
	ErrExternal = errors.New("account: external signer")
	// ErrAnswer: the external signer answered with something else than what was asked for.
	ErrAnswer = errors.New("account: external signer gave a wrong answer")
	// ErrAccount: the external signer does not have the account, or has several.
	ErrAccount = errors.New("account: which account of the external signer?")
)

// external signs through another process, by the JSON-RPC of clef: account_list,
// account_signTransaction, account_signData.
type external struct {
	endpoint string // http(s) URL, or the path of a unix socket
	address  common.Address
}

// FromExternal opens an account of an external signer at http(s)://host:port or unix:///path.
// The user name of the URL says which account: http://0xab…@127.0.0.1:8550. Without one the
// signer must have exactly one.
//
// Nothing that comes back is believed: a transaction must be the one that was asked for, and
// every signature must be of the account.
func FromExternal(ctx context.Context, raw string) (Account, error) {
	endpoint, want, err := parseExternal(raw)
	if err != nil {
		return nil, err
	}
	e := &external{endpoint: endpoint}
	var have []common.Address
	if err := e.call(ctx, &have, "account_list"); err != nil {
		return nil, err
	}
	if e.address, err = choose(have, want); err != nil {
		return nil, err
	}
	return e, nil
}

// CheckExternal says whether raw is a URL that FromExternal takes, without dialling.
func CheckExternal(raw string) error {
	_, _, err := parseExternal(raw)
	return err
}

// parseExternal never quotes the URL: it may hold credentials.
func parseExternal(raw string) (endpoint string, want *common.Address, err error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", nil, fmt.Errorf("%w: not a URL", ErrExternal)
	}
	if u.User != nil {
		if _, has := u.User.Password(); has {
			return "", nil, fmt.Errorf("%w: a password in the URL", ErrExternal)
		}
		a, err := parseAddress(u.User.Username())
		if err != nil {
			return "", nil, fmt.Errorf("%w: the user name in the URL is no address", ErrExternal)
		}
		want = (*common.Address)(&a)
		u.User = nil
	}
	switch {
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		return u.String(), want, nil
	case u.Scheme == "unix" && u.Host == "" && u.Path != "":
		return u.Path, want, nil
	}
	return "", nil, fmt.Errorf("%w: want http(s)://host:port or unix:///path", ErrExternal)
}

// call makes one call over a connection of its own, so that the answer has a bound and a signer
// that was restarted is found again.
func (e *external) call(ctx context.Context, result any, method string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, externalTimeout)
	defer cancel()
	client, done, err := e.dial(ctx)
	if err != nil {
		return fmt.Errorf("%w: not reached", ErrExternal) // the error may hold the URL
	}
	defer done()
	if err := client.CallContext(ctx, result, method, args...); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrExternal, method, fate(ctx, err))
	}
	return nil
}

func (e *external) dial(ctx context.Context) (*rpc.Client, func(), error) {
	if e.endpoint[0] == '/' {
		conn, err := new(net.Dialer).DialContext(ctx, "unix", e.endpoint)
		if err != nil {
			return nil, nil, err
		}
		client, err := rpc.DialIO(ctx, io.LimitReader(conn, maxAnswer), conn)
		if err != nil {
			return nil, nil, errors.Join(err, conn.Close())
		}
		return client, func() { _ = conn.Close(); client.Close() }, nil
	}
	// A redirect would show what is to be signed to another host.
	own := &http.Client{
		Transport:     bounded{http.DefaultTransport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	client, err := rpc.DialOptions(ctx, e.endpoint, rpc.WithHTTPClient(own))
	if err != nil {
		return nil, nil, err
	}
	return client, client.Close, nil
}

// bounded cuts answers at maxAnswer.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	out, err := b.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	out.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(out.Body, maxAnswer), out.Body}
	return out, nil
}

func choose(have []common.Address, want *common.Address) (common.Address, error) {
	if want == nil {
		if len(have) != 1 {
			return common.Address{}, fmt.Errorf("it has %d: %w", len(have), ErrAccount)
		}
		return have[0], nil
	}
	for _, a := range have {
		if a == *want {
			return a, nil
		}
	}
	return common.Address{}, fmt.Errorf("%s is not among its %d: %w", want.Hex(), len(have), ErrAccount)
}

// fate keeps the end of the context apart from a refusal, whose text is the signer's own.
func fate(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if coded, ok := err.(rpc.Error); ok { //nolint:errorlint // the client wraps nothing
		return fmt.Errorf("refused with code %d", coded.ErrorCode())
	}
	return errors.New("no answer, or one that cannot be read")
}

// Address implements Account.
func (e *external) Address() [20]byte { return e.address }

// SignText implements Account.
func (e *external) SignText(ctx context.Context, text []byte) (out [65]byte, err error) {
	if len(text) == 0 || len(text) > MaxText {
		return out, fmt.Errorf("text of %d bytes, 1 to %d: %w", len(text), MaxText, ErrText)
	}
	var sig hexutil.Bytes
	if err := e.call(ctx, &sig, "account_signData", accounts.MimetypeTextPlain, e.address.Hex(), hexutil.Bytes(text)); err != nil {
		return out, err
	}
	return e.checkText(text, sig)
}

func (e *external) checkText(text, sig []byte) (out [65]byte, err error) {
	if len(sig) != 65 {
		return out, fmt.Errorf("signature of %d bytes: %w", len(sig), ErrAnswer)
	}
	out = [65]byte(sig)
	if out[64] >= 27 {
		out[64] -= 27
	}
	order := crypto.S256().Params().N
	if s := new(big.Int).SetBytes(out[32:64]); s.Cmp(new(big.Int).Rsh(order, 1)) > 0 && s.Cmp(order) < 0 {
		s.Sub(order, s).FillBytes(out[32:64])
		out[64] ^= 1
	}
	if !crypto.ValidateSignatureValues(out[64], new(big.Int).SetBytes(out[:32]), new(big.Int).SetBytes(out[32:64]), true) {
		return [65]byte{}, fmt.Errorf("no signature: %w", ErrAnswer)
	}
	key, err := crypto.SigToPub(accounts.TextHash(text), out[:])
	if err != nil || crypto.PubkeyToAddress(*key) != e.address {
		return [65]byte{}, fmt.Errorf("not signed by %s: %w", e.address.Hex(), ErrAnswer)
	}
	return out, nil
}

// transactionArgs are what account_signTransaction takes.
type transactionArgs struct {
	From                 string            `json:"from"`
	To                   *string           `json:"to"`
	Gas                  hexutil.Uint64    `json:"gas"`
	GasPrice             *hexutil.Big      `json:"gasPrice,omitempty"`
	MaxFeePerGas         *hexutil.Big      `json:"maxFeePerGas,omitempty"`
	MaxPriorityFeePerGas *hexutil.Big      `json:"maxPriorityFeePerGas,omitempty"`
	Value                *hexutil.Big      `json:"value"`
	Nonce                hexutil.Uint64    `json:"nonce"`
	Input                hexutil.Bytes     `json:"input"`
	AccessList           *types.AccessList `json:"accessList,omitempty"`
	ChainID              *hexutil.Big      `json:"chainId"`
}

// SignTx implements Account. Legacy and dynamic fee transactions are known; others are refused.
func (e *external) SignTx(tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	if err := checkChain(tx, chainID); err != nil {
		return nil, err
	}
	args := transactionArgs{
		From: e.address.Hex(), Gas: hexutil.Uint64(tx.Gas()), Value: (*hexutil.Big)(tx.Value()),
		Nonce: hexutil.Uint64(tx.Nonce()), Input: tx.Data(), ChainID: (*hexutil.Big)(chainID),
	}
	if to := tx.To(); to != nil {
		text := to.Hex()
		args.To = &text
	}
	switch tx.Type() {
	case types.LegacyTxType:
		args.GasPrice = (*hexutil.Big)(tx.GasPrice())
	case types.DynamicFeeTxType:
		args.MaxFeePerGas, args.MaxPriorityFeePerGas = (*hexutil.Big)(tx.GasFeeCap()), (*hexutil.Big)(tx.GasTipCap())
		list := tx.AccessList()
		args.AccessList = &list
	default:
		return nil, fmt.Errorf("transaction of type %d: %w", tx.Type(), types.ErrTxTypeNotSupported)
	}
	var answer struct {
		Raw hexutil.Bytes `json:"raw"`
	}
	if err := e.call(context.Background(), &answer, "account_signTransaction", args); err != nil {
		return nil, err
	}
	return e.checkTx(tx, chainID, answer.Raw)
}

// checkTx: what is hashed for the signature must be what was asked for, so that no field can
// differ, and the signature the account's.
func (e *external) checkTx(tx *types.Transaction, chainID *big.Int, raw []byte) (*types.Transaction, error) {
	signed := new(types.Transaction)
	if err := signed.UnmarshalBinary(raw); err != nil {
		return nil, fmt.Errorf("no transaction: %w", ErrAnswer)
	}
	signer := types.LatestSignerForChainID(chainID)
	if signed.Type() != tx.Type() || signer.Hash(signed) != signer.Hash(tx) || !signed.Protected() {
		return nil, fmt.Errorf("another transaction: %w", ErrAnswer)
	}
	if from, err := types.Sender(signer, signed); err != nil || from != e.address {
		return nil, fmt.Errorf("transaction not signed by %s: %w", e.address.Hex(), ErrAnswer)
	}
	return signed, nil
}

// String is the address.
func (e *external) String() string { return "external account " + e.address.Hex() }

// GoString is String.
func (e *external) GoString() string { return e.String() }

// LogValue is String.
func (e *external) LogValue() slog.Value { return slog.StringValue(e.String()) }
