"""Runs one Ray head on loopback, for as long as it is wanted, and leaves nothing behind.

Prints the URL of the dashboard on one line once the head takes jobs. The state folder then holds `url` and, in
token mode, `token` (readable by its owner only); after the end, only the logs. Ends with SIGTERM, or with the end
of standard input under --while-stdin-open, so that a test run that was killed takes its head along.

Linux only: it adopts orphans (PR_SET_CHILD_SUBREAPER), the one sure way to find every process a head has started.
"""

import argparse
import contextlib
import ctypes
import os
import pathlib
import random
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

LOOPBACK = "127.0.0.1"
PORTS_PER_HEAD = 200
FIRST_PORT, LAST_PORT = 11_000, 31_000  # below the range from which the kernel hands out ports
LONGEST_TEMP_DIR = 32  # Ray puts Unix sockets under it, whose paths end at 107 characters
READY_SECONDS = 180
TERM_SECONDS = 10
PR_SET_CHILD_SUBREAPER = 36


class Stopped(Exception):
    """The head is no longer wanted."""


class Failed(Exception):
    """The head did not come up, or did not stay up."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auth", choices=("open", "token"), required=True)
    parser.add_argument("--state", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--while-stdin-open", action="store_true")
    options = parser.parse_args()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    adopt_orphans()
    try:
        run(options)
    except Stopped:
        pass
    except Failed as e:
        sys.exit(f"head.py: {e}")


def stop(signum, frame):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise Stopped


def run(options):
    state = options.state
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    ray_env = environment(options.auth, state)
    with claimed_ports() as first_port, temp_dir() as temp:
        dashboard, agent = first_port + 1, first_port + 2
        url = f"http://{LOOPBACK}:{dashboard}"
        with open(state / "ray-start.log", "wb") as output:
            head = subprocess.Popen(
                command(first_port, dashboard, agent, temp),
                env=ray_env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            await_ready(head, url, agent, state, options.while_stdin_open)
            (state / "url").write_text(url + "\n")
            print(url, flush=True)
            while wanted(options.while_stdin_open):
                check_alive(head, state)
        finally:
            end_descendants()
            (state / "url").unlink(missing_ok=True)
            (state / "token").unlink(missing_ok=True)
            keep_logs(temp, state / "logs")


def environment(auth, state):
    # A RAY_ variable of whoever runs this (an address, a token, a mode) would change the head.
    env = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    # The entrypoints of jobs find `python` and `ray` on this PATH.
    env["PATH"] = str(pathlib.Path(sys.executable).parent) + os.pathsep + env["PATH"]
    # Else Ray takes 127.0.0.1 for a mistake, looks for an address that other machines can reach, and listens there.
    env["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    if auth == "token":
        token_file = state / "token"
        descriptor = os.open(token_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            # CI searches every report for the first word, to prove that no token is ever printed.
            file.write(f"canary-{secrets.token_hex(16)}\n")
        env["RAY_AUTH_MODE"] = "token"
        env["RAY_AUTH_TOKEN_PATH"] = str(token_file.resolve())
    else:
        env["RAY_AUTH_MODE"] = "disabled"  # unset would mean: on, if this user has a token file
    return env


def command(first_port, dashboard, agent, temp):
    return [
        str(pathlib.Path(sys.executable).with_name("ray")), "start", "--head", "--block",
        "--node-ip-address", LOOPBACK,
        "--port", str(first_port),
        "--dashboard-host", LOOPBACK,
        "--dashboard-port", str(dashboard),
        "--dashboard-agent-listen-port", str(agent),
        "--ray-client-server-port", str(first_port + 3),
        "--min-worker-port", str(first_port + 10),
        "--max-worker-port", str(first_port + PORTS_PER_HEAD - 1),
        "--temp-dir", str(temp),
        "--num-cpus", "4",
        "--object-store-memory", str(256 * 1024 * 1024),
        "--disable-usage-stats",
    ]  # fmt: skip


@contextlib.contextmanager
def claimed_ports():
    """A run of ports that nobody uses, and that no second head.py takes meanwhile."""
    firsts = list(range(FIRST_PORT, LAST_PORT, PORTS_PER_HEAD))
    random.shuffle(firsts)
    for first in firsts:
        with socket.socket(socket.AF_UNIX) as claim:
            try:
                claim.bind(f"\0ray-auth-client-e2e-{first}")  # gone with this process, however it ends
            except OSError:
                continue
            if all(is_free(port) for port in range(first, first + PORTS_PER_HEAD)):
                yield first
                return
    raise Failed(f"found no {PORTS_PER_HEAD} free ports in a row between {FIRST_PORT} and {LAST_PORT}")


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


@contextlib.contextmanager
def temp_dir():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ray-"))
    try:
        if len(str(folder)) > LONGEST_TEMP_DIR:
            raise Failed(f"{folder} is too long for Ray's sockets; set TMPDIR to a shorter folder")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def await_ready(head, url, agent, state, while_stdin_open):
    deadline = time.monotonic() + READY_SECONDS
    token = (state / "token").read_text().strip() if (state / "token").exists() else None
    # Until the agent of the head node is there, a submission waits and can fail.
    while not (answers(f"{url}/api/version", token)
               and answers(f"http://{LOOPBACK}:{agent}/api/local_raylet_healthz", None)):  # fmt: skip
        check_alive(head, state)
        if time.monotonic() > deadline:
            raise Failed(f"Ray was not ready after {READY_SECONDS} s\n{start_output(state)}")
        if not wanted(while_stdin_open):
            raise Stopped


def answers(url, token):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with no_proxy.open(request, timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wanted(while_stdin_open):
    """Waits for a moment; false if the head is no longer wanted."""
    watched = [sys.stdin.fileno()] if while_stdin_open else []
    readable, _, _ = select.select(watched, [], [], 0.3)
    return not readable or bool(os.read(sys.stdin.fileno(), 1024))


def check_alive(head, state):
    if head.poll() is not None:
        raise Failed(f"`ray start` ended with code {head.returncode}\n{start_output(state)}")


def start_output(state):
    return (state / "ray-start.log").read_text(errors="replace")[-4000:]


def adopt_orphans():
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit(f"head.py: cannot adopt orphans: {os.strerror(ctypes.get_errno())}")


def end_descendants():
    """Ends every process under this one: politely at first, so that Ray removes its shared memory."""
    for child in children(os.getpid()):
        send(signal.SIGTERM, child)
    deadline = time.monotonic() + TERM_SECONDS
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


def keep_logs(temp, kept):
    for session in temp.glob("session_*/logs"):
        if not session.parent.is_symlink():
            shutil.copytree(session, kept / session.parent.name, ignore_dangling_symlinks=True)


if __name__ == "__main__":
    main()
