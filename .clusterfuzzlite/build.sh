#!/usr/bin/env bash
# What ClusterFuzzLite calls, in the source tree.
exec bash fuzz/oss-fuzz/build.sh
