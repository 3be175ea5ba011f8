# Builds ./NAME.wasm of a plugin in AssemblyScript from ./source/plugin.ts. Sourced by the build.sh of a plugin, in its
# folder. The compiler is `asc` on the PATH, else the pinned version by npx.
set -euo pipefail
ASSEMBLYSCRIPT=0.28.20

asc() {
  if type -P asc >/dev/null; then command asc "$@"; else npx --yes --package="assemblyscript@$ASSEMBLYSCRIPT" asc "$@"; fi
}

found=$(asc --version)
if [[ "$found" != *"$ASSEMBLYSCRIPT"* ]]; then
  echo "This needs AssemblyScript $ASSEMBLYSCRIPT, and found '$found': another one writes other bytes." >&2
  exit 1
fi

# stub: one instance does one call and is thrown away, so nothing is ever freed. The maximum is 16 MiB.
build() {
  asc source/plugin.ts --outFile "$1.wasm" --runtime stub --exportStart _initialize --maximumMemory 256 \
    --use abort=../common/as/abi/abort --optimizeLevel 3 --shrinkLevel 1 --noAssert
  sha256sum "$1.wasm" >SHA256SUMS
}
