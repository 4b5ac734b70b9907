#!/usr/bin/env bash
# Installs Debian's Chromium. Does nothing when it is there already.
set -euo pipefail

chromium=/usr/bin/chromium

fail() {
  echo "e2e/browser/install.sh: $*" >&2
  exit 1
}

runs() {
  "$chromium" --version 2>/dev/null | grep -m 1 '^Chromium '
}

if version=$(runs); then
  echo "Chromium is installed: $version"
  exit 0
fi

command -v apt-get >/dev/null \
  || fail "there is no apt-get here; install Chromium by hand, so that $chromium runs it"
as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || fail "run as root: apt-get install chromium"
  as_root=(sudo -n)
fi

install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --quiet --quiet --yes --no-install-recommends chromium
}

# The lists of a fresh machine are empty or old; a second try then finds what the first did not.
install || { "${as_root[@]}" apt-get update --quiet --quiet && install; } \
  || fail "could not install the package chromium (is this Debian, and may $(id -un) install packages?)"
version=$(runs) || fail "the package chromium was installed but $chromium does not run"
echo "Installed $version"
