"""Finds free ports on loopback for programs that cannot look for one themselves."""

import contextlib
import random
import socket

from common.processes import Failed

LOOPBACK = "127.0.0.1"
PORTS_PER_CLAIM = 200
FIRST_PORT, LAST_PORT = 11_000, 31_000  # below the range from which the kernel hands out ports


@contextlib.contextmanager
def claimed_ports():
    """A run of ports that nobody uses, and that nobody else who asks here takes meanwhile; yields the first."""
    firsts = list(range(FIRST_PORT, LAST_PORT, PORTS_PER_CLAIM))
    random.shuffle(firsts)
    for first in firsts:
        with socket.socket(socket.AF_UNIX) as claim:
            try:
                claim.bind(f"\0ray-auth-client-e2e-{first}")  # gone with this process, however it ends
            except OSError:
                continue
            if all(is_free(port) for port in range(first, first + PORTS_PER_CLAIM)):
                yield first
                return
    raise Failed(f"found no {PORTS_PER_CLAIM} free ports in a row between {FIRST_PORT} and {LAST_PORT}")


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
