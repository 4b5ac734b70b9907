"""Runs a Kubernetes of real parts on loopback, for as long as it is wanted, and leaves nothing behind but logs.

Prints one line of JSON once everything is up: where the API server is, its CA, the admin's kubeconfig, and the Unix
socket that takes orders (see `orders`), one line of JSON each, answered by one line of JSON. Ends with SIGTERM, or with
the end of standard input under --while-stdin-open.
"""

import argparse
import json
import os
import pathlib
import shutil
import socketserver
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import processes
from common.ports import LOOPBACK, PORTS_PER_CLAIM, claimed_ports
from common.processes import Failed, wanted
from kube.api import ApiError
from kube.cloud_tokens import CloudTokens
from kube.doors import Doors, PodNetwork
from kube.parts import Parts
from kube.pods import HeadPods

PROGRAMS = pathlib.Path(__file__).resolve().parents[1] / ".cache" / "kube"
LONGEST_SOCKET_PATH = 107


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--state", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--while-stdin-open", action="store_true")
    processes.main(run, parser.parse_args())


def run(options):
    state = options.state.resolve()
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True, mode=0o700)
    with claimed_ports() as first_port:
        stack = Stack(state, iter(range(first_port, first_port + PORTS_PER_CLAIM)))
        try:
            stack.start()
            print(json.dumps(stack.description()), flush=True)
            while wanted(options.while_stdin_open):
                stack.parts.check_alive()
        finally:
            try:
                stack.pods.stop_all()  # Ray wants time to remove its shared memory
            finally:
                processes.end_descendants(0)  # the others have nothing to save
                keep_logs_only(state)


def keep_logs_only(state):
    for entry in state.iterdir():
        if entry.name not in ("logs", "pods"):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


class Stack:
    def __init__(self, state, ports):
        taking_turns = threading.Lock()

        def next_port():
            with taking_turns:
                return next(ports)

        self._orders_socket = state / "orders"
        self._network_socket = state / "network"
        for path in (self._orders_socket, self._network_socket):
            if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
                raise Failed(f"{path} is too long for a Unix socket; choose a shorter --state")
        self.parts = Parts(PROGRAMS, state, next_port)
        self.pods = HeadPods(self.parts.api, state / "pods", PROGRAMS / "kube-rbac-proxy", next_port)
        self._tokens = CloudTokens(state / "cloud-tokens.json")
        self._doors = Doors()
        # A program started by a thread dies with it, so the threads that take orders are kept.
        self._workers = ThreadPoolExecutor(max_workers=16)

    def start(self):
        PodNetwork(self._network_socket, self._locate)
        self.parts.start(self._tokens.url, self._network_socket)
        threading.Thread(target=self._break_connections_of_deleted_heads, daemon=True).start()
        self._take_orders()

    def description(self):
        return {
            "server": self.parts.server,
            "ca": str(self.parts.ca),
            "kubeconfig": str(self.parts.kubeconfig),
            "orders": str(self._orders_socket),
        }

    def orders(self):
        return {
            "run-head": self.run_head,
            "stop-head": self.pods.stop,
            "route": self.route,
            "cut": self._doors.cut,
            "add-cloud-token": self._tokens.add,
            "revoke-cloud-token": self._tokens.revoke,
            "stop-api-server": self.parts.stop_api_server,
            "restart-api-server": self.parts.restart_api_server,
            "start-bare-api-server": self.parts.start_bare_api_server,
            "stop-bare-api-server": self.parts.stop_bare_api_server,
        }

    def run_head(self, namespace, cluster):
        """Runs the processes of a RayCluster's head pod, once the pod exists, and leads its ports to them."""
        scheme, ports = self.pods.run(namespace, cluster)
        for container_port, port in ports.items():
            self.route(namespace, container_port, port)
        return {"scheme": scheme, "ports": ports}

    def route(self, namespace, container_port, port):
        """Leads a container port of every pod of the namespace to a port on loopback; null: nowhere."""
        self._doors.lead(namespace, container_port, port)
        forwards = [
            {"ports": [door_of], "target": {"address": LOOPBACK, "port": door}}
            for door_of, door in self._doors.of(namespace).items()
        ]
        self.parts.api.apply(f"/apis/kwok.x-k8s.io/v1alpha1/clusterportforwards/{namespace}", {
            "apiVersion": "kwok.x-k8s.io/v1alpha1",
            "kind": "ClusterPortForward",
            "metadata": {"name": namespace},
            "spec": {"selector": {"matchNamespaces": [namespace]}, "forwards": forwards},
        })  # fmt: skip

    def _locate(self, pod_address, container_port):
        pods = self.parts.api.get(f"/api/v1/pods?fieldSelector=status.podIP={pod_address}")["items"]
        return self._doors.of(pods[0]["metadata"]["namespace"]).get(container_port) if pods else None

    def _break_connections_of_deleted_heads(self):
        """kwok keeps forwarding for a pod that is gone; a real kubelet does not."""
        path = "/api/v1/pods?labelSelector=ray.io/node-type=head"
        while True:
            try:
                version = self.parts.api.get(path)["metadata"]["resourceVersion"]
                for kind, pod in self.parts.api.watch(f"{path}&watch=1&resourceVersion={version}"):
                    if kind == "DELETED":
                        self._doors.cut(pod["metadata"]["namespace"])
            except (ApiError, OSError, ValueError, KeyError):
                time.sleep(0.3)  # the API server is restarting

    def _take_orders(self):
        orders, workers = self.orders(), self._workers

        class Orders(socketserver.StreamRequestHandler):
            def handle(self):
                for line in self.rfile:
                    self.wfile.write(json.dumps(workers.submit(answer, line).result()).encode() + b"\n")

        def answer(line):
            try:
                order = json.loads(line)
                return {"result": orders[order.pop("order")](**order)}
            except Exception as e:  # whatever went wrong, the one who gave the order is told
                return {"error": f"{type(e).__name__}: {e}"}

        server = socketserver.ThreadingUnixStreamServer(str(self._orders_socket), Orders)
        server.daemon_threads = True
        self._orders_socket.chmod(0o600)
        threading.Thread(target=server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    main()
