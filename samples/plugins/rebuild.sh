#!/usr/bin/env bash
# Builds every plugin in a copy of this folder and compares what comes out with what is committed.
# Usage: rebuild.sh FOLDER, which is emptied first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
copy=${1:?The folder to build in is missing: rebuild.sh FOLDER}
rm -rf "$copy"
mkdir -p "$copy"
cp -r common "$copy/"
differing=()
for script in */build.sh; do
  plugin=$(dirname "$script")
  mkdir "$copy/$plugin"
  cp -r "$plugin/source" "$script" "$copy/$plugin/"
  bash "$copy/$script"
  if cmp "$copy/$plugin/$plugin.wasm" "$plugin/$plugin.wasm" && cmp "$copy/$plugin/SHA256SUMS" "$plugin/SHA256SUMS"; then
    echo "$plugin: byte for byte what is committed"
  else
    differing+=("$plugin")
  fi
done
if [ ${#differing[@]} -gt 0 ]; then
  echo "Not what is committed: ${differing[*]}. Run their build.sh and commit what it writes." >&2
  exit 1
fi
