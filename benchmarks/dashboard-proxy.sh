#!/bin/sh
# Measures the dashboard proxy beside kube-rbac-proxy and beside direct access; see README.md.
set -eu
cd "$(dirname "$0")/.."

[ -x e2e/.cache/kube/kube-rbac-proxy ] || e2e/kube/build.sh

mvn -ntp -q -Pbenchmarks -pl benchmarks -am -DskipTests package
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xms1g -Xmx1g \
  -cp "benchmarks/target/classes:benchmarks/target/lib/*" \
  io.rayauth.benchmarks.ProxySideBySide "$@"
