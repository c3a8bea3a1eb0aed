// SPDX-License-Identifier: Apache-2.0

// Package v1 is generated from verifier/proto/aitbc/bridge/committee/v1 by scripts/proto.sh:
// the genesis types and gRPC queries of the committee module. Hand-written code has no place here.
package v1
