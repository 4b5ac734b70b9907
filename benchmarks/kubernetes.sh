#!/bin/sh
# Measures this client beside kubectl, on the Kubernetes that e2e/kube/up.sh has brought up; see README.md.
set -eu
cd "$(dirname "$0")/.."

command -v kubectl >/dev/null || { echo "benchmarks/kubernetes.sh: there is no kubectl" >&2; exit 1; }
e2e/kube/tell.py cut namespace=benchmark >/dev/null # says what is missing if nothing is up

mvn -ntp -q -Pbenchmarks -pl benchmarks -am -DskipTests package
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xms1g -Xmx1g \
  -cp "benchmarks/target/classes:benchmarks/target/lib/*" \
  io.rayauth.benchmarks.KubernetesSideBySide
