"""Carries bytes between the cluster's network, which does not exist, and the loopback ports of real programs.

A door is the port on loopback that stands for one container port of the head pods of one namespace. What it leads to
can change while it is used, and its connections can be cut, as they break when a pod goes away.
"""

import contextlib
import pathlib
import socket
import threading

from common.ports import LOOPBACK

CHUNK = 256 * 1024


class Doors:
    def __init__(self):
        self._doors = {}
        self._changes = threading.Lock()

    def lead(self, namespace, container_port, port):
        """Leads a container port to a port on loopback; None leads nowhere: connections are closed at once."""
        with self._changes:
            if (namespace, container_port) not in self._doors:
                self._doors[namespace, container_port] = _Door()
            self._doors[namespace, container_port].target = port

    def of(self, namespace):
        """Container port -> port of its door."""
        with self._changes:
            return {port: door.port for (where, port), door in self._doors.items() if where == namespace}

    def cut(self, namespace):
        """Breaks every connection through the doors of a namespace."""
        with self._changes:
            doors = [door for (where, _), door in self._doors.items() if where == namespace]
        for door in doors:
            door.cut()


class _Door:
    def __init__(self):
        self.target = None
        self._open = set()
        self._listener = socket.create_server((LOOPBACK, 0), backlog=128)
        threading.Thread(target=_accept, args=(self._listener, self._enter), daemon=True).start()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    def cut(self):
        for connection in list(self._open):
            _break(connection)

    def _enter(self, client):
        with contextlib.closing(client):
            target = self.target
            if target is None:
                return
            with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, target)) as inside:
                self._open |= {client, inside}
                try:
                    relay(client, inside)
                finally:
                    self._open -= {client, inside}


class PodNetwork:
    """The API server's way to pods and the kubelet: an HTTP CONNECT proxy on a Unix socket, which stands for the network.

    Without it the API server could not reach a pod's address, so there would be no service proxy.
    """

    def __init__(self, path, locate):
        self._locate = locate  # (host, port) of the cluster's network -> port on loopback, or None
        pathlib.Path(path).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(128)
        threading.Thread(target=_accept, args=(listener, self._connect), daemon=True).start()

    def _connect(self, client):
        with contextlib.closing(client):
            with contextlib.suppress(OSError, ValueError):
                host, port = _connect_target(client)
                target = int(port) if host == LOOPBACK else self._locate(host, int(port))
                if target is None:
                    client.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
                    return
                with socket.create_connection((LOOPBACK, target)) as inside:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    relay(client, inside)


def _connect_target(client):
    head = b""
    while not head.endswith(b"\r\n\r\n"):  # the client sends nothing after it before it has the answer
        more = client.recv(4096)
        if not more:
            raise ValueError("no request")
        head += more
    method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
    if method != "CONNECT":
        raise ValueError(method)
    return target.rsplit(":", 1)


def _accept(listener, serve):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def relay(one, other):
    """Carries bytes both ways until both sides have ended."""
    for side in (one, other):
        if side.family != socket.AF_UNIX:
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    back = threading.Thread(target=_pump, args=(other, one), daemon=True)
    back.start()
    _pump(one, other)
    back.join()


def _pump(source, sink):
    buffer = memoryview(bytearray(CHUNK))
    try:
        while count := source.recv_into(buffer):
            sink.sendall(buffer[:count])
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        _break(source)
        _break(sink)


def _break(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
