#!/usr/bin/env bash
# Builds the real Kubernetes parts from their Go modules into e2e/.cache/kube, and copies the CRDs of the KubeRay
# operator and of kwok there. Does nothing for a part that is built already from the same files of its folder.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=$(dirname "$here")/.cache/kube
oldest_go=1.26

fail() {
  echo "e2e/kube/build.sh: $*" >&2
  exit 1
}

build() { # part, then program=package…
  local part=$1 made=$cache/.built-$1 program
  if cat "$here/$part"/* | cmp -s - "$made" && all_there "${@:2}"; then
    echo "$part is built"
    return
  fi
  rm -f "$made"
  (
    cd "$here/$part"
    modfile=$(modfile "$part")
    for program in "${@:2}"; do
      nice go build -trimpath -modfile="$modfile" -ldflags='-s -w' -o "$cache/.new-${program%%=*}" "${program#*=}" \
        || fail "could not build ${program%%=*}"
      mv "$cache/.new-${program%%=*}" "$cache/${program%%=*}"
    done
    crds "$part"
  )
  rm -rf "$cache"/kwok-source*
  # Written last, so that a build that broke off half-way is not taken for a finished one.
  cat "$here/$part"/* >"$made"
  echo "Built $part in $SECONDS s"
}

all_there() { # program=package…
  local program
  for program in "$@"; do [[ -x $cache/${program%%=*} ]] || return 1; done
}

modfile() { # part; in its folder; says by which go.mod it is built: kwok with one file of ours instead of its own
  local source=$cache/kwok-source
  case $1 in
    kwok)
      rm -rf "$source"
      cp -r "$(go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)" "$source"
      chmod -R u+w "$source"
      cp tunnel.go "$source/pkg/utils/net/tunnel.go"
      cp go.sum "$source.sum"
      { cat go.mod && echo "replace sigs.k8s.io/kwok => $source"; } >"$source.mod"
      echo "$source.mod"
      ;;
    *) echo go.mod ;;
  esac
}

crds() { # part; in its folder
  local module
  case $1 in
    kuberay-operator) module=$(go list -m -f '{{.Dir}}' github.com/ray-project/kuberay/ray-operator)/config/crd/bases/ray.io_*.yaml ;;
    kwok) module=$(go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/crd/bases/kwok.x-k8s.io_clusterportforwards.yaml ;;
    *) return ;;
  esac
  mkdir -p "$cache/crd"
  # shellcheck disable=SC2086 # a pattern
  install -m 0644 $module "$cache/crd" || fail "the module of $1 holds no CRDs"
}

command -v go >/dev/null || fail "needs go $oldest_go or later on PATH"
go_version=$(go env GOVERSION)
[[ $(printf '%s\n' "go$oldest_go" "$go_version" | sort -V | head -n 1) == "go$oldest_go" ]] \
  || fail "needs go $oldest_go or later, found $go_version"

mkdir -p "$cache"
export CGO_ENABLED=0 GOFLAGS='-mod=readonly -buildvcs=false'

# Two Kubernetes programs share most of their packages, so the second is quick.
build etcd etcd=go.etcd.io/etcd/server/v3
build kwok kwok=sigs.k8s.io/kwok/cmd/kwok
build kube-rbac-proxy kube-rbac-proxy=github.com/brancz/kube-rbac-proxy/cmd/kube-rbac-proxy
build kuberay-operator kuberay-operator=github.com/ray-project/kuberay/ray-operator
build kubernetes \
  kube-apiserver=k8s.io/kubernetes/cmd/kube-apiserver \
  kube-controller-manager=k8s.io/kubernetes/cmd/kube-controller-manager \
  kube-scheduler=k8s.io/kubernetes/cmd/kube-scheduler
