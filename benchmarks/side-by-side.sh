#!/bin/sh
# Measures this client beside the bare HTTP client and Ray's Python client; see README.md.
set -eu
cd "$(dirname "$0")/.."

mvn -ntp -q -Pbenchmarks -pl benchmarks -am -DskipTests package
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xms1g -Xmx1g \
  -cp "benchmarks/target/classes:benchmarks/target/lib/*" \
  io.rayauth.benchmarks.SideBySide "$@"
