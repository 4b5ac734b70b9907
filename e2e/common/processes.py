"""Starts programs, and sees to it that none outlives the one who started it.

Linux only: it adopts orphans (PR_SET_CHILD_SUBREAPER), the one sure way to find every process that a program has
started, and has the kernel end a child whose parent was killed (PR_SET_PDEATHSIG, by `setpriv`).
"""

import contextlib
import ctypes
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


class Stopped(Exception):
    """What runs here is no longer wanted."""


class Failed(Exception):
    """What was to run did not come up, or did not stay up."""


def main(run, options):
    """Runs until told to stop; ends with code 1 and one message if it fails."""
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    program = pathlib.Path(sys.argv[0]).name
    adopt_orphans(program)
    try:
        run(options)
    except Stopped:
        pass
    except Failed as e:
        sys.exit(f"{program}: {e}")


def stop(signum, frame):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise Stopped


def wanted(while_stdin_open):
    """Waits for a moment; false if what runs here is no longer wanted."""
    watched = [sys.stdin.fileno()] if while_stdin_open else []
    readable, _, _ = select.select(watched, [], [], 0.3)
    return not readable or bool(os.read(sys.stdin.fileno(), 1024))


def start(command, log, env=None, when_orphaned="KILL", **streams):
    """Starts a program that gets the signal `when_orphaned` when the thread that calls this is gone."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Failed("needs `setpriv` (util-linux 2.33 or later) on PATH")
    with open(log, "ab") as output:
        return subprocess.Popen(
            [setpriv, "--pdeathsig", when_orphaned, "--", *map(str, command)],
            env=env,
            **{"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output, **streams},
        )


def end_of(log):
    return pathlib.Path(log).read_text(errors="replace")[-4000:]


def adopt_orphans(program):
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit(f"{program}: cannot adopt orphans: {os.strerror(ctypes.get_errno())}")


def end_descendants(term_seconds):
    """Ends every process under this one, politely for as long as given."""
    for child in children(os.getpid()):
        send(signal.SIGTERM, child)
    deadline = time.monotonic() + term_seconds
    while reaped_children() and time.monotonic() < deadline:
        time.sleep(0.1)
    while reaped_children():
        for process in descendants(os.getpid()):
            send(signal.SIGKILL, process)
        time.sleep(0.05)


def reaped_children():
    """Takes the exit codes of those that ended; true while others are left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
        return True
    except ChildProcessError:
        return False


def descendants(pid):
    for child in children(pid):
        yield from descendants(child)
        yield child


def children(pid):
    found = []
    with contextlib.suppress(OSError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def send(signum, pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signum)
