#!/usr/bin/env bash
# Builds plugin.wasm. Needs clang with the target wasm32 and wasm-ld (Debian: clang lld).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

objects=$(mktemp -d)
trap 'rm -r "$objects"' EXIT
for source in source/*.c source/tp/*.c; do
  clang --target=wasm32-unknown-unknown -std=c11 -O2 -Wall -Wextra -Werror -ffreestanding \
    -mbulk-memory -msign-ext -mmutable-globals -fvisibility=hidden -I source/tp \
    -c "$source" -o "$objects/$(basename "$source" .c).o"
done
# The stack comes first, so that running out of it traps instead of overwriting data. The memory is at most 16 MiB, as the
# manifest says.
wasm-ld --no-entry --stack-first -z stack-size=65536 --max-memory=16777216 --strip-all \
  -o plugin.wasm "$objects"/*.o
