#!/usr/bin/env bash
# Brings up two real Rays on loopback, one open and one in token mode, and keeps them until down.sh.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
e2e=$(dirname "$here")
running=$e2e/.cache/running

"$here/install.sh"

start() { # open|token
  local state=$running/$1
  if [[ -f $state.pid ]] && kill -0 "$(cat "$state.pid")" 2>/dev/null; then
    echo "e2e/ray/up.sh: already up; e2e/ray/down.sh takes it down" >&2
    exit 1
  fi
  mkdir -p "$running"
  rm -f "$state.out" # else the first line of an earlier run is taken for this one's
  nohup "$e2e/.venv/bin/python" "$here/head.py" --auth "$1" --state "$state" \
    </dev/null >"$state.out" 2>&1 &
  echo $! >"$state.pid"
}

await() { # open|token
  local state=$running/$1
  until [[ -s $state.out ]]; do
    kill -0 "$(cat "$state.pid")" 2>/dev/null || break
    sleep 0.2
  done
  if ! [[ -s $state/url ]]; then
    cat "$state.out" >&2
    "$here/down.sh"
    exit 1
  fi
}

start open
start token
await open
await token

echo
echo "Open Ray:        $(cat "$running/open/url")"
echo "Token-mode Ray:  $(cat "$running/token/url")"
echo "  its token is the line in the file $running/token/token"
echo "Take both down with e2e/ray/down.sh"
