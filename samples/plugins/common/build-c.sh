# Builds ./NAME.wasm of a plugin in C from ./source/*.c and the common parts. Sourced by the build.sh of a plugin, in its
# folder. The compiler is `clang` with `wasm-ld` (package lld) on the PATH.
set -euo pipefail
CLANG=14.0.6

found=$(clang --version | head -n 1)
if [[ "$found" != *"$CLANG"* ]]; then
  echo "This needs clang $CLANG, and found '$found': another one writes other bytes." >&2
  exit 1
fi

# The stack comes first, so that running out of it traps instead of overwriting data. The maximum is 16 MiB.
build() {
  clang --target=wasm32-unknown-unknown -std=c11 -Oz -Wall -Wextra -Werror -nostdlib -ffreestanding \
    -mbulk-memory -msign-ext -mmutable-globals -fvisibility=hidden \
    -I ../common/c -Wl,--no-entry -Wl,--stack-first -Wl,-z,stack-size=65536 -Wl,--max-memory=16777216 -Wl,--strip-all \
    -o "$1.wasm" source/*.c ../common/c/*.c
  sha256sum "$1.wasm" >SHA256SUMS
}
