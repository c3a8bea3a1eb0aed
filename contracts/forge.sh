# SPDX-License-Identifier: Apache-2.0
# Sourced in contracts/: puts the forge binary of npm's package for this machine into PATH.
for dir in node_modules/@foundry-rs/forge-*/bin; do
  [ -x "$dir/forge" ] || [ ! -f "$dir/forge" ] || chmod +x "$dir/forge"
  PATH="$PWD/$dir:$PATH"
done
export PATH
