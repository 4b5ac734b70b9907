#!/usr/bin/env bash
# Installs the Ray named in requirements.txt into e2e/.venv. Does nothing when exactly that is installed already.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$(dirname "$here")/.venv
wanted=$here/requirements.txt
installed=$venv/installed-requirements.txt

fail() {
  echo "e2e/ray/install.sh: $*" >&2
  exit 1
}

if cmp -s "$wanted" "$installed" && "$venv/bin/ray" --version >/dev/null 2>&1; then
  echo "Ray is installed: $("$venv/bin/ray" --version)"
  exit 0
fi

python=$(command -v python3) || fail "needs python3 (3.10 or later) on PATH"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
  || fail "needs python3 3.10 or later, found $("$python" --version 2>&1)"

rm -rf "$venv"
"$python" -m venv "$venv" || fail "could not make a virtual environment in $venv (is the venv module installed?)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted" \
  || fail "could not install the packages in $wanted"
"$venv/bin/ray" --version >/dev/null || fail "Ray was installed but does not run"

# Written last, so that an install that broke off half-way is not taken for a finished one.
cp "$wanted" "$installed"
echo "Installed $("$venv/bin/ray" --version)"
