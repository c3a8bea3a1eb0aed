#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the contracts and rewrites contracts/bindings. Needs Go and Node; installs the pinned
# npm packages into contracts/node_modules when they are missing.
#   contracts/generate.sh            rewrite
#   contracts/generate.sh --check    rebuild elsewhere and compare with what is committed
set -eu
cd "$(dirname "$0")"
[ -d node_modules/solc ] && [ -d node_modules/@foundry-rs ] && [ -d node_modules/@openzeppelin/contracts ] ||
  npm ci --ignore-scripts --no-fund --no-audit
. ./forge.sh
forge build --skip '*.t.sol' -q
case "${1-}" in
'') go run ./generate out bindings ;;
--check)
  tmp=$(mktemp -d)
  trap 'rm -rf "$tmp"' EXIT
  cp bindings/doc.go "$tmp"
  go run ./generate out "$tmp"
  diff -r bindings "$tmp" || { echo "contracts/bindings is not what the sources give: run contracts/generate.sh" >&2; exit 1; }
  ;;
*) echo "usage: $0 [--check]" >&2; exit 2 ;;
esac
