#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Regenerates verifier/api from verifier/proto. Needs protoc (Debian: protobuf-compiler).
# The generator is built from the gogoproto version of go.mod into .tools.
set -eu
cd "$(dirname "$0")/.."
export GOBIN="$PWD/.tools"
go install github.com/cosmos/gogoproto/protoc-gen-gocosmos
gogo=$(go list -m -f '{{.Dir}}' github.com/cosmos/gogoproto)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
find verifier/proto -name '*.proto' | LC_ALL=C sort | while read -r f; do
	protoc --plugin="$GOBIN/protoc-gen-gocosmos" -I verifier/proto -I "$gogo" -I "$gogo/protobuf" \
		--gocosmos_out=plugins=grpc,Mgoogle/protobuf/any.proto=github.com/cosmos/gogoproto/types/any:"$out" "$f"
done
for m in certify committee lanes node; do
	mkdir -p "verifier/api/$m/v1"
	rm -f "verifier/api/$m/v1/"*.pb.go
	cp "$out/github.com/aitbc/bridge/verifier/api/$m/v1/"*.pb.go "verifier/api/$m/v1/"
done
