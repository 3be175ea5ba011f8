#!/usr/bin/env bash
# Builds plugin.wasm. Needs Node.js; the compiler is `asc` if it is on the PATH, else npx fetches it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

asc() {
  if type -P asc >/dev/null; then command asc "$@"; else npx --yes --package=assemblyscript@0.28.20 asc "$@"; fi
}

# An instance does one call and is thrown away, so nothing needs to be freed. The memory is at most 256 pages, 16 MiB, as
# the manifest says.
asc source/plugin.ts --outFile plugin.wasm --runtime stub --exportStart _initialize --maximumMemory 256 \
  --use abort=source/tp/abi/abort --optimizeLevel 3 --noAssert
