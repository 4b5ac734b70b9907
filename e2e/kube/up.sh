#!/usr/bin/env bash
# Brings up a Kubernetes of real parts on loopback and keeps it until down.sh. Builds and installs them if need be.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
e2e=$(dirname "$here")
state=$e2e/.cache/running/kube

mkdir -p "$(dirname "$state")"
# The stack inherits the lock and holds it for as long as it runs.
exec 9>"$state.lock"
if ! flock -n 9; then
  echo "e2e/kube/up.sh: already up; e2e/kube/down.sh takes it down" >&2
  exit 1
fi

"$e2e/ray/install.sh" 9>&-
"$here/build.sh" 9>&-

rm -f "$state.out" # else the first line of an earlier run is taken for this one's
nohup "$e2e/.venv/bin/python" "$here/stack.py" --state "$state" </dev/null >"$state.out" 2>&1 &
pid=$!
echo "$pid" >"$state.pid"

until [[ -s $state.out ]]; do
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.2
done
if ! grep -q '^{' "$state.out"; then
  cat "$state.out" >&2
  "$here/down.sh"
  exit 1
fi

cat <<TEXT

The API server, its CA, the admin's kubeconfig and the socket that takes orders:
$(cat "$state.out")

Try:
  export KUBECONFIG=$state/kubeconfig
  kubectl apply --server-side -f e2e/kube/samples/kube-rbac-proxy.yaml
  e2e/kube/tell.py run-head namespace=scheme-proxy cluster=ray-cluster-with-auth
  kubectl -n scheme-proxy port-forward service/ray-cluster-with-auth-head-svc 8265:8265 &
  kubectl -n scheme-proxy create serviceaccount ray-user
  curl -i localhost:8265/api/version -H "Authorization: Bearer \$(kubectl -n scheme-proxy create token ray-user)"
Take it down with e2e/kube/down.sh
TEXT
