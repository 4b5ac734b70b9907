"""Runs what a head pod would run, as processes: Ray, and kube-rbac-proxy if the pod has one.

kwok only says that a pod runs. What a process gets here is what the operator put into the pod: the mode and the token
from the container's environment, the arguments, ConfigMaps and Secrets of the proxy, the tokens of the ServiceAccount.
"""

import base64
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

from common import processes
from common.ports import LOOPBACK
from common.private import write_private
from common.processes import Failed
from kube.api import kubeconfig

DASHBOARD = 8265
POD_SECONDS = 60
STOP_SECONDS = 60
PROXY_SECONDS = 30
RAY_VARIABLES = (
    "RAY_AUTH_MODE",
    "RAY_AUTH_TOKEN",
    "RAY_ENABLE_K8S_TOKEN_AUTH",
    "RAY_CLUSTER_NAME",
    "RAY_CLUSTER_NAMESPACE",
)
TOKEN_SECONDS = 24 * 3600
HEAD = pathlib.Path(__file__).resolve().parents[1] / "ray" / "head.py"


class HeadPods:
    def __init__(self, api, state, proxy_program, next_port):
        self._api = api
        self._state = state
        self._proxy_program = proxy_program
        self._next_port = next_port
        self._running = {}
        self._changes = threading.Lock()

    def run(self, namespace, cluster):
        """Runs the head pod of a RayCluster; returns its scheme and {container port: port on loopback}."""
        self.stop(namespace, cluster)
        pod = self._await_pod(namespace, cluster)
        running = _Running(self._state / f"{namespace}.{cluster}")
        with self._changes:
            self._running[namespace, cluster] = running
        env = self._ray_variables(pod)
        if env.get("RAY_ENABLE_K8S_TOKEN_AUTH") == "true":
            scheme, ray_port = "k8s", self._start_ray_with_api_server(running, pod, env)
        elif env.get("RAY_AUTH_MODE") == "token":
            scheme, ray_port = "token", self._start_ray_with_token(running, env)
        else:
            scheme, ray_port = "open", running.start_ray("--auth", "open")
        proxies = [container for container in pod["spec"]["containers"][1:] if _is_proxy(container)]
        if not proxies:
            return scheme, {_dashboard_port(pod): ray_port}
        ports = {}
        for proxy in proxies:
            ports |= self._start_proxy(running, pod, proxy, ray_port)
        return "kube-rbac-proxy", ports

    def stop(self, namespace, cluster):
        with self._changes:
            running = self._running.pop((namespace, cluster), None)
        if running:
            running.stop()

    def stop_all(self):
        for namespace, cluster in list(self._running):
            self.stop(namespace, cluster)

    def _await_pod(self, namespace, cluster):
        path = f"/api/v1/namespaces/{namespace}/pods?labelSelector=ray.io/node-type=head,ray.io/cluster={cluster}"
        deadline = time.monotonic() + POD_SECONDS
        while time.monotonic() < deadline:
            for pod in self._api.get(path)["items"]:
                if "deletionTimestamp" not in pod["metadata"]:
                    return pod
            time.sleep(0.2)
        raise Failed(f"RayCluster {namespace}/{cluster} has no head pod after {POD_SECONDS} s")

    def _ray_variables(self, pod):
        variables = pod["spec"]["containers"][0].get("env", ())
        return {variable["name"]: self._value(pod, variable) for variable in variables if variable["name"] in RAY_VARIABLES}

    def _value(self, pod, variable):
        source = variable.get("valueFrom")
        if source is None:
            return variable.get("value", "")
        if "secretKeyRef" in source:
            wanted = source["secretKeyRef"]
            return self._secret(pod["metadata"]["namespace"], wanted["name"])[wanted["key"]].decode()
        field = source.get("fieldRef", {}).get("fieldPath", "")
        if field == "metadata.namespace":
            return pod["metadata"]["namespace"]
        if label := re.fullmatch(r"metadata\.labels\['(.+)'\]", field):
            return pod["metadata"]["labels"][label[1]]
        raise Failed(f"cannot tell the value of {variable}")

    def _secret(self, namespace, name):
        data = self._api.get(f"/api/v1/namespaces/{namespace}/secrets/{name}").get("data", {})
        return {key: base64.b64decode(value) for key, value in data.items()}

    def _start_ray_with_token(self, running, env):
        token_file = running.state / "token"
        write_private(token_file, env["RAY_AUTH_TOKEN"] + "\n")
        return running.start_ray("--auth", "token", "--token-file", token_file)

    def _start_ray_with_api_server(self, running, pod, env):
        for name in ("RAY_CLUSTER_NAMESPACE", "RAY_CLUSTER_NAME"):
            if not env.get(name):
                raise Failed(f"the head pod has no {name}; Ray would refuse every token")
        folder = running.state / "secrets"
        for mounted in ("kubernetes.io", "ray.io"):
            (folder / mounted / "serviceaccount").mkdir(parents=True)
            write_private(folder / mounted / "serviceaccount" / "token", self._pod_token(pod))
        shutil.copy(self._api.ca, folder / "kubernetes.io" / "serviceaccount" / "ca.crt")
        server = urllib.parse.urlsplit(self._api.server)
        return running.start_ray(
            "--auth", "k8s",
            "--cluster", f"{env['RAY_CLUSTER_NAMESPACE']}/{env['RAY_CLUSTER_NAME']}",
            "--pod-secrets", folder,
            env={"KUBERNETES_SERVICE_HOST": server.hostname, "KUBERNETES_SERVICE_PORT": str(server.port)},
        )  # fmt: skip

    def _pod_token(self, pod):
        account = pod["spec"].get("serviceAccountName", "default")
        return self._api.service_account_token(pod["metadata"]["namespace"], account, TOKEN_SECONDS)

    def _start_proxy(self, running, pod, container, ray_port):
        account = running.state / "kube-rbac-proxy.kubeconfig"
        write_private(account, kubeconfig(self._api.server, self._api.ca, self._pod_token(pod)))
        folders = self._mounted(running, pod, container)
        ports = {}

        def here(argument):
            name, _, value = argument.partition("=")
            if name in ("--insecure-listen-address", "--secure-listen-address"):
                container_port = int(value.rsplit(":", 1)[1])
                ports[container_port] = self._next_port()
                return f"{name}={LOOPBACK}:{ports[container_port]}"
            if name == "--upstream":
                return f"{name}={_ray_seen_from_here(value, pod, ray_port)}"
            for mount_path, folder in folders.items():
                if value.startswith(mount_path + "/"):
                    return f"{name}={folder}{value[len(mount_path):]}"
            return argument

        arguments = [here(argument) for argument in container["args"]]
        running.start_proxy([self._proxy_program, f"--kubeconfig={account}", *arguments], ports.values())
        return ports

    def _mounted(self, running, pod, container):
        """Mount path -> folder with the content of the ConfigMap or Secret."""
        namespace = pod["metadata"]["namespace"]
        volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", ())}
        folders = {}
        for mount in container.get("volumeMounts", ()):
            volume = volumes[mount["name"]]
            if "configMap" in volume:
                path = f"/api/v1/namespaces/{namespace}/configmaps/{volume['configMap']['name']}"
                files = {name: text.encode() for name, text in self._api.get(path).get("data", {}).items()}
            elif "secret" in volume:
                files = self._secret(namespace, volume["secret"]["secretName"])
            else:
                continue
            folder = running.state / "volumes" / mount["name"]
            folder.mkdir(parents=True)
            for name, content in files.items():
                write_private(folder / name, content.decode())
            folders[mount["mountPath"].rstrip("/")] = folder
        return folders


class _Running:
    """The processes of one pod."""

    def __init__(self, state):
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir(parents=True)
        self.state = state
        self._ray = None
        self._proxies = []

    def start_ray(self, *arguments, env=None):
        """Starts Ray and returns the port of its dashboard."""
        command = [sys.executable, HEAD, "--state", self.state / "ray", "--while-stdin-open", *arguments]
        log = self.state / "head.log"
        self._ray = processes.start(
            command, log, os.environ | (env or {}), when_orphaned="TERM", stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        url = self._ray.stdout.readline().decode().strip()
        if not url:
            raise Failed(f"Ray did not come up: {processes.end_of(log)}")
        return urllib.parse.urlsplit(url).port

    def start_proxy(self, command, ports):
        log = self.state / "kube-rbac-proxy.log"
        proxy = processes.start(command, log)
        self._proxies.append(proxy)
        deadline = time.monotonic() + PROXY_SECONDS
        while not all(map(_listens, ports)):
            if proxy.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"kube-rbac-proxy did not come up: {processes.end_of(log)}")
            time.sleep(0.1)

    def stop(self):
        for proxy in self._proxies:
            proxy.kill()
            proxy.wait()
        if self._ray:
            self._ray.stdin.close()
            try:
                self._ray.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                raise Failed(f"Ray did not end within {STOP_SECONDS} s") from None
        for private in ("token", "kube-rbac-proxy.kubeconfig"):
            (self.state / private).unlink(missing_ok=True)
        for private in ("secrets", "volumes"):
            shutil.rmtree(self.state / private, ignore_errors=True)


def _is_proxy(container):
    return any(argument.startswith("--upstream=") for argument in container.get("args", ()))


def _dashboard_port(pod):
    for port in pod["spec"]["containers"][0].get("ports", ()):
        if port.get("name") == "dashboard":
            return port["containerPort"]
    return DASHBOARD


def _ray_seen_from_here(upstream, pod, ray_port):
    """The proxy's upstream is Ray's own port in the pod; here Ray has another one."""
    wanted = urllib.parse.urlsplit(upstream)
    if wanted.hostname not in ("127.0.0.1", "localhost"):
        raise Failed(f"kube-rbac-proxy's upstream {upstream} is not in its pod")
    command = " ".join(pod["spec"]["containers"][0].get("args", ()))
    if f"--dashboard-port={wanted.port} " not in command + " ":
        raise Failed(f"kube-rbac-proxy's upstream {upstream} is not the port of Ray's dashboard in: {command}")
    return f"{wanted.scheme}://{LOOPBACK}:{ray_port}{wanted.path}"


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
