#!/usr/bin/env bash
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite order it: it runs in the source tree, which is their images' working
# folder, puts the results into $OUT, and links with $CXX, $CXXFLAGS and the engine $LIB_FUZZING_ENGINE. $TARGETS are names of
# targets, if not all are to be built.
set -euo pipefail
: "${OUT:?}" "${CXX:?}" "${LIB_FUZZING_ENGINE:?}"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
export CGO_ENABLED=1
mkdir -p "$OUT"
go run ./fuzz/targets/libfuzzer "$made" ${TARGETS:-}
for archive in "$made"/*.a; do
  # The flags and the engine may be several words each.
  $CXX ${CXXFLAGS:-} "$archive" $LIB_FUZZING_ENGINE -o "$OUT/$(basename "$archive" .a)"
done
shopt -s nullglob # perhaps none of the chosen targets has a dictionary
cp "$made"/*.zip "$made"/*.dict "$OUT"
