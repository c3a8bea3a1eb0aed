#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every native fuzz target of the repository for the given time each (default 10s), as many targets at once
# as there are processors, each with one worker.
#   scripts/fuzz.sh 10s            all targets
#   scripts/fuzz.sh 60s Extension  those whose name or folder holds a text
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}
only=${2:-}
export FUZZ_TIME=$time FUZZ_GO=${GO:-go} FUZZ_TAGS=${TAGS:-devnet}

# Runs one target and prints one line, or all its output when there is a finding. When the time is up while
# a worker is between two inputs, the fuzzing engine of Go reports its own deadline as a failure:
# "context deadline exceeded" and no failing input. Only that is forgiven; a finding names its input or its panic.
fuzz_one() {
  local dir=${1%%:*} name=${1#*:} log
  log=$(mktemp)
  if "$FUZZ_GO" test -tags "$FUZZ_TAGS" -run '^$' -fuzz "^$name\$" -fuzztime "$FUZZ_TIME" -parallel 1 "./$dir" >"$log" 2>&1 ||
    { grep -qx '    context deadline exceeded' "$log" && ! grep -qE 'Failing input|panic|hung or terminated|minimizing|_test\.go:' "$log"; }; then
    printf '%-40s %-24s %s\n' "$name" "$dir" "$(grep -oE 'execs: [0-9]+' "$log" | tail -1)"
    rm -f "$log"
    return 0
  fi
  echo "== $name in $dir FAILED"
  cat "$log"
  rm -f "$log"
  return 1
}
export -f fuzz_one

targets=$(grep -roE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' chains keys verifier relayer contracts cmd |
  sed -E 's#/[^/]+:func #:#' | sort | { grep -- "$only" || true; })
[ -n "$targets" ] || { echo "no fuzz target found: the search is broken"; exit 1; }
xargs -P "$(nproc)" -I{} bash -c 'fuzz_one {} || exit 255' <<<"$targets"
echo "fuzz: $(wc -l <<<"$targets") targets for $time each, no finding"
