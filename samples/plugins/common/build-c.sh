# Builds ./NAME.wasm of a plugin in C from ./source/*.c and the common parts. Sourced by the build.sh of a plugin, in its
# folder. The compiler is `clang` with `wasm-ld` (package lld) on the PATH.
set -euo pipefail
CLANG=14.0.6
export LC_ALL=C # the order of the files

found=$(clang --version | head -n 1)
if [[ "$found" != *"$CLANG"* ]]; then
  echo "This needs clang $CLANG, and found '$found': another one writes other bytes." >&2
  exit 1
fi

# The linker is called by itself: clang would also run wasm-opt where there is one, which writes other bytes. The stack
# comes first, so that running out of it traps instead of overwriting data. The maximum is 16 MiB.
build() {
  local objects source
  objects=$(mktemp -d)
  for source in source/*.c ../common/c/*.c; do
    clang --target=wasm32-unknown-unknown -std=c11 -O2 -Wall -Wextra -Werror -ffreestanding \
      -mbulk-memory -msign-ext -mmutable-globals -fvisibility=hidden -I ../common/c \
      -c "$source" -o "$objects/$(basename "$source" .c).o"
  done
  wasm-ld --no-entry --stack-first -z stack-size=65536 --max-memory=16777216 --strip-all \
    -o "$1.wasm" $(cd "$objects" && printf "$objects/%s " *.o)
  rm -r "$objects"
  chmod 644 "$1.wasm"
  sha256sum "$1.wasm" >SHA256SUMS
}
