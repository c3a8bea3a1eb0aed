// SPDX-License-Identifier: Apache-2.0

// Package transaction is the envelope in which an operator speaks to the chain: a body with a
// sequence and one message, and an Ethereum signature over it.
//
// Read Decode first, then Digest and Sender. Decode has one answer for every byte string and
// one byte string for every answer. The package is core: it holds no key and asks for no
// state; who may send, and under which sequence, is judged by the application.
package transaction
