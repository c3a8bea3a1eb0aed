// SPDX-License-Identifier: Apache-2.0

// Package v1 is generated from verifier/proto/aitbc/bridge/node/v1 by scripts/proto.sh:
// the gRPC queries of one node about itself. Hand-written code has no place here.
package v1
