#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every native fuzz target of the repository for the given time each (default 10s).
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}
go=${GO:-go}
tags=${TAGS:-devnet}
found=0
while IFS=: read -r file name; do
  found=$((found + 1))
  echo "== $name in $(dirname "$file") for $time"
  $go test -tags "$tags" -run '^$' -fuzz "^${name}\$" -fuzztime "$time" "./$(dirname "$file")"
done < <(grep -roE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' chains keys verifier relayer contracts | sed 's/:func /:/')
[ "$found" -gt 0 ] || { echo "no fuzz target found: the search is broken"; exit 1; }
echo "fuzz: $found targets, no finding"
