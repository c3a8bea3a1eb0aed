// SPDX-License-Identifier: Apache-2.0

// Package v1 is generated from verifier/proto/aitbc/bridge/lanes/v1 by scripts/proto.sh:
// the genesis types and gRPC queries of the lanes module. Hand-written code has no place here.
package v1
