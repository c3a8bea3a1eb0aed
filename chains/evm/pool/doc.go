// SPDX-License-Identifier: Apache-2.0

// Package pool makes one evm.Endpoint of several that must agree.
//
// Read Config and Pool first. Of k members, m operators have to give the same answer before
// the pool gives it; members of one operator are one voice. round.go asks the m best and more
// only when they differ, fail or hang; tally.go decides who agrees with whom; member.go keeps
// what the pool thinks of each member. Heads wakes a follower early from WebSocket
// subscriptions, as a hint and never as a source.
//
// The package must never answer with less than m equal voices, whatever fails: too few is
// message.ErrUnavailable, a contradiction is ErrDisagree, and both are worth another try
// (I-08). With at most m-1 lying operators no answer is wrong. It must never print a URL:
// members have names (I-14). The rules in full: docs/spec/sources.md, "Endpoint pool".
package pool
