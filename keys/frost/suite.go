// SPDX-License-Identifier: Apache-2.0

package frost

import (
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/schnorr"
)

// suite is what RFC 9591 section 6 calls a ciphersuite: the hashes H1 … H5 over secp256k1.
// The bridge signs with keccakSuite; the RFC's own SHA-256 suite is in the tests, so that
// the protocol around the hashes passes the RFC's vectors.
type suite interface {
	// rho is H1: the binding factor of one signer.
	rho(input []byte) fr.Element
	// challenge is H2 over the group commitment, the group key and the message.
	challenge(r, key *point, msg []byte) (fr.Element, error)
	// nonce is H3 over 32 random bytes and the 32 bytes of the key share.
	nonce(random, share []byte) fr.Element
	// messageHash is H4.
	messageHash(msg []byte) []byte
	// listHash is H5 over the encoded commitment list.
	listHash(list []byte) []byte
}

// suiteContext opens every hash of the Keccak suite but the challenge.
const suiteContext = "FROST-secp256k1-KECCAK256-ERC7816-v1"

// keccakSuite hashes with H(x) = keccak256(suiteContext ‖ x). Its challenge is ERC-7816's.
type keccakSuite struct{}

func (keccakSuite) hash(name string, parts ...[]byte) []byte {
	return crypto.Keccak256(append([][]byte{[]byte(suiteContext), []byte(name)}, parts...)...)
}

func (s keccakSuite) rho(input []byte) (x fr.Element) {
	return *x.SetBytes(s.hash("rho", input))
}

func (s keccakSuite) nonce(random, share []byte) (x fr.Element) {
	return *x.SetBytes(s.hash("nonce", random, share))
}

func (s keccakSuite) messageHash(msg []byte) []byte { return s.hash("msg", msg) }
func (s keccakSuite) listHash(list []byte) []byte   { return s.hash("com", list) }

func (keccakSuite) challenge(r, key *point, msg []byte) (x fr.Element, err error) {
	if len(msg) != 32 {
		return x, ErrScalar
	}
	e := schnorr.Challenge(schnorr.PublicKey(key.X.Bytes()), address(r), [32]byte(msg))
	if x.SetBytes(e[:]); x.IsZero() {
		return x, schnorr.ErrZeroChallenge
	}
	return x, nil
}

// address is the Ethereum address of p.
func address(p *point) [20]byte {
	x, y := p.X.Bytes(), p.Y.Bytes()
	return [20]byte(crypto.Keccak256(x[:], y[:])[12:])
}
