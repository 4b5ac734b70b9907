#!/usr/bin/env bash
# Takes down the Kubernetes that up.sh brought up, and no other process.
set -euo pipefail

state=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.cache/running/kube

[[ -f $state.pid ]] || exit 0
pid=$(cat "$state.pid")
# The pid can belong to somebody else by now, after a restart of the machine.
if tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF -- "$state"; then
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
  echo "The Kubernetes is down; its logs are in $state/logs"
fi
rm -f "$state.pid"
