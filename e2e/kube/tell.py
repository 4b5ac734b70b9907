#!/usr/bin/env python3
"""Gives one order to the Kubernetes that up.sh brought up: tell.py ORDER [NAME=VALUE…].

Orders: run-head, stop-head (namespace, cluster); route (namespace, container_port, port); cut (namespace);
add-cloud-token (token, user, groups); revoke-cloud-token (token); stop-api-server, restart-api-server;
start-bare-api-server, stop-bare-api-server.
A value that is JSON is taken as such. A token is read from a file: token=@FILE.
"""

import json
import pathlib
import socket
import sys

SOCKET = pathlib.Path(__file__).resolve().parents[1] / ".cache" / "running" / "kube" / "orders"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    order = {"order": sys.argv[1]} | dict(map(named_value, sys.argv[2:]))
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(SOCKET))
        except OSError:
            sys.exit("tell.py: no Kubernetes is up; e2e/kube/up.sh brings one up")
        connection.sendall(json.dumps(order).encode() + b"\n")
        answer = json.loads(connection.makefile().readline())
    if "error" in answer:
        sys.exit(f"tell.py: {answer['error']}")
    print(json.dumps(answer["result"]))


def named_value(argument):
    name, _, value = argument.partition("=")
    if value.startswith("@"):
        return name, pathlib.Path(value[1:]).read_text().strip()
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


if __name__ == "__main__":
    main()
