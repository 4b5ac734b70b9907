"""Knows how each Kubernetes part is started, and in which order they come up."""

import json
import pathlib
import secrets
import subprocess
import time

from common import processes
from common.ports import LOOPBACK
from common.private import write_private
from common.processes import Failed
from kube.api import Api, ApiError, kubeconfig

READY_SECONDS = 120
NODE = "node"


class Parts:
    """The control plane, a node that kwok plays, and the operator."""

    def __init__(self, programs, state, next_port):
        self._programs = programs
        self._state = state
        self._next_port = next_port
        self._logs = state / "logs"
        self._running = {}
        self._commands = {}
        self.kubeconfig = state / "kubeconfig"
        self.ca = state / "apiserver.crt"
        self.server = f"https://{LOOPBACK}:{next_port()}"
        self._admin_token = f"canary-{secrets.token_hex(16)}"
        self.api = Api(self.server, self.ca, self._admin_token)

    def start(self, token_webhook, pod_network):
        self._logs.mkdir()
        self._write_files(token_webhook, pod_network)
        self._start_etcd()
        self._start_api_server()
        self._start("kube-controller-manager", [
            f"--kubeconfig={self.kubeconfig}",
            f"--service-account-private-key-file={self._state / 'service-accounts.key'}",
            f"--root-ca-file={self.ca}",
            "--use-service-account-credentials=false",
            "--leader-elect=false",
            "--secure-port=0",
            # It would evict everything when this machine is too busy to renew the node's lease.
            "--controllers=*,-node-lifecycle-controller",
        ])  # fmt: skip
        self._start("kube-scheduler", [
            f"--kubeconfig={self.kubeconfig}", "--leader-elect=false", "--secure-port=0"
        ])  # fmt: skip
        self._add_crds()
        self._start_kwok()
        self._start_operator()
        self._await("the node is not ready", self._node_is_ready)

    def check_alive(self):
        for name, process in list(self._running.items()):
            if process.poll() is not None:
                raise Failed(f"{name} ended with code {process.returncode}\n{processes.end_of(self._log(name))}")

    def stop_api_server(self):
        self._kill("kube-apiserver")

    def restart_api_server(self):
        """Starts it on the same port with the same certificate and data."""
        self.stop_api_server()
        self._start_api_server()

    def start_bare_api_server(self):
        """Starts another one, which knows nothing of KubeRay, and returns its kubeconfig."""
        folder = self._state / "bare"
        folder.mkdir(mode=0o700, exist_ok=True)
        api = Api(f"https://{LOOPBACK}:{self._next_port()}", folder / "apiserver.crt", self._admin_token)
        self._run_api_server("bare-kube-apiserver", api, ["--etcd-prefix=/bare"])
        write_private(folder / "kubeconfig", kubeconfig(api.server, api.ca, self._admin_token))
        return {"kubeconfig": str(folder / "kubeconfig")}

    def stop_bare_api_server(self):
        self._kill("bare-kube-apiserver")

    def _write_files(self, token_webhook, pod_network):
        write_private(self._state / "admin-token.csv", f'{self._admin_token},admin,admin,"system:masters"\n')
        write_private(self.kubeconfig, kubeconfig(self.server, self.ca, self._admin_token))
        (self._state / "token-webhook.kubeconfig").write_text(json.dumps({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "webhook",
            "clusters": [{"name": "webhook", "cluster": {"server": token_webhook}}],
            "users": [{"name": "webhook", "user": {}}],
            "contexts": [{"name": "webhook", "context": {"cluster": "webhook", "user": "webhook"}}],
        }))  # fmt: skip
        (self._state / "egress.json").write_text(json.dumps({
            "apiVersion": "apiserver.k8s.io/v1beta1",
            "kind": "EgressSelectorConfiguration",
            "egressSelections": [{
                "name": "cluster",
                "connection": {"proxyProtocol": "HTTPConnect", "transport": {"uds": {"udsName": str(pod_network)}}},
            }],
        }))  # fmt: skip
        key = self._state / "service-accounts.key"
        try:
            made = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError) as e:
            raise Failed(f"needs `openssl genrsa` for the key of the ServiceAccount tokens: {e}") from None
        write_private(key, made)

    def _start_etcd(self):
        data = self._state / "etcd"
        data.mkdir(mode=0o700)
        client, peer = (f"http://{LOOPBACK}:{self._next_port()}" for _ in range(2))
        self._etcd = client
        self._start("etcd", [
            f"--data-dir={data}",
            f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
        ])  # fmt: skip

    def _start_api_server(self):
        self._run_api_server("kube-apiserver", self.api, [
            f"--authentication-token-webhook-config-file={self._state / 'token-webhook.kubeconfig'}",
            "--authentication-token-webhook-version=v1",
            "--authentication-token-webhook-cache-ttl=1s",  # so that a test sees soon that a token was revoked
            f"--egress-selector-config-file={self._state / 'egress.json'}",
            "--kubelet-preferred-address-types=InternalIP",
            "--allow-privileged",
            # Taints a new node until the node lifecycle controller, which does not run here, finds it ready.
            "--disable-admission-plugins=TaintNodesByCondition",
        ])  # fmt: skip

    def _run_api_server(self, name, api, more):
        key = self._state / "service-accounts.key"
        self._start(name, [
            f"--etcd-servers={self._etcd}",
            f"--secure-port={api.server.rsplit(':', 1)[1]}",
            f"--bind-address={LOOPBACK}",
            f"--advertise-address={LOOPBACK}",
            "--endpoint-reconciler-type=none",  # it would publish a loopback address, which is not allowed
            f"--cert-dir={api.ca.parent}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=RBAC",
            f"--token-auth-file={self._state / 'admin-token.csv'}",
            *more,
        ], program="kube-apiserver")  # fmt: skip
        self._await(f"{name} is not ready", lambda: api.ca.exists() and api.is_ready())

    def _add_crds(self):
        for file in sorted((self._programs / "crd").glob("*.yaml")):
            group, plural = file.stem.split("_")
            path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.{group}"
            self.api.apply(path, file.read_text())
            self._await(f"the API server does not serve {plural}", lambda: self._is_established(path))

    def _is_established(self, path):
        return is_true("Established", self.api.get(path))

    def _start_kwok(self):
        pod_log = self._state / "pod.log"
        pod_log.write_text("2026-01-01T00:00:00.000000000Z stdout F kwok plays this pod; no container runs\n")
        config = {
            "apiVersion": "kwok.x-k8s.io/v1alpha1",
            "kind": "ClusterLogs",
            "metadata": {"name": "all"},
            "spec": {"logs": [{"logsFile": str(pod_log)}]},
        }
        (self._state / "kwok.json").write_text(json.dumps(config))
        port = self._next_port()
        # Its own stages make nodes ready and pods running at once.
        self._start("kwok", [
            f"--kubeconfig={self.kubeconfig}",
            f"--config={self._state / 'kwok.json'}",
            "--manage-all-nodes",
            f"--node-ip={LOOPBACK}",
            f"--node-port={port}",
            f"--server-address={LOOPBACK}:{port}",
            "--node-lease-duration-seconds=40",
            "--cidr=10.244.0.1/16",
            "--enable-crds=ClusterPortForward",
        ])  # fmt: skip
        self.api.create("/api/v1/nodes", {
            "apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": {"kubernetes.io/hostname": NODE}}
        })  # fmt: skip

    def _start_operator(self):
        self._start("kuberay-operator", [
            f"-kubeconfig={self.kubeconfig}",
            "-enable-leader-election=false",
            f"-metrics-addr={LOOPBACK}:{self._next_port()}",
            f"-health-probe-bind-address={LOOPBACK}:{self._next_port()}",
            "-use-kubernetes-proxy",  # its own way to Ray; no pod address can be reached from here
        ])  # fmt: skip

    def _node_is_ready(self):
        return is_true("Ready", self.api.get(f"/api/v1/nodes/{NODE}"))

    def _start(self, name, arguments, program=None):
        executable = self._programs / (program or name)
        if not executable.exists():
            raise Failed(f"{executable.name} is not built: run e2e/kube/build.sh first")
        self._running[name] = processes.start([executable, *arguments], self._log(name))

    def _kill(self, name):
        process = self._running.pop(name, None)
        if process:
            process.kill()
            process.wait()

    def _log(self, name):
        return pathlib.Path(self._logs / f"{name}.log")

    def _await(self, complaint, condition):
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                if condition():
                    return
            except (ApiError, OSError):
                pass  # not yet
            self.check_alive()
            if time.monotonic() > deadline:
                raise Failed(f"{complaint} after {READY_SECONDS} s; see {self._logs}")
            time.sleep(0.2)


def is_true(condition, thing):
    conditions = thing.get("status", {}).get("conditions") or ()
    return any(found["type"] == condition and found["status"] == "True" for found in conditions)
