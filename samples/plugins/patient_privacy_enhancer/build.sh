#!/usr/bin/env bash
# Rebuilds the plugin, byte for byte the same: see ../README.md for the compiler.
cd "$(dirname "${BASH_SOURCE[0]}")"
source ../common/build-c.sh
build patient_privacy_enhancer
