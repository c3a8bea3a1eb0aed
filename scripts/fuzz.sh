#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every native fuzz target of the repository for the given time each (default 10s).
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}
go=${GO:-go}
tags=${TAGS:-devnet}
found=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Runs one target. When the time is up while a worker is between two inputs, the fuzzing engine of Go
# reports its own deadline as a failure: "context deadline exceeded" and no failing input. Only
# that is forgiven; a finding names its input or its panic.
fuzz_one() {
  if $go test -tags "$tags" -run '^$' -fuzz "^$1\$" -fuzztime "$time" "$2" 2>&1 | tee "$log"; then
    return 0
  fi
  if grep -qx '    context deadline exceeded' "$log" &&
    ! grep -qE 'Failing input|panic|hung or terminated|minimizing|_test\.go:' "$log"; then
    echo "== $1: time was up within the engine; no finding"
    return 0
  fi
  return 1
}

while IFS=: read -r file name; do
  found=$((found + 1))
  echo "== $name in $(dirname "$file") for $time"
  fuzz_one "$name" "./$(dirname "$file")"
done < <(grep -roE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' chains keys verifier relayer contracts | sed 's/:func /:/')
[ "$found" -gt 0 ] || { echo "no fuzz target found: the search is broken"; exit 1; }
echo "fuzz: $found targets, no finding"
