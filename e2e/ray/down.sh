#!/usr/bin/env bash
# Takes down the Rays that up.sh brought up, and no other process.
set -euo pipefail

running=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.cache/running

for auth in open token; do
  state=$running/$auth
  [[ -f $state.pid ]] || continue
  pid=$(cat "$state.pid")
  # The pid can belong to somebody else by now, after a restart of the machine.
  if tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF -- "$state"; then
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
    echo "The $auth Ray is down; its logs are in $state/logs"
  fi
  rm -f "$state.pid"
done
