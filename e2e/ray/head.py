"""Runs one Ray head on loopback, for as long as it is wanted, and leaves nothing behind.

Prints the URL of the dashboard on one line once the head takes jobs. The state folder then holds `url` and, in
token mode, `token` (readable by its owner only); after the end, only the logs. Ends with SIGTERM, or with the end
of standard input under --while-stdin-open, so that a test run that was killed takes its head along.

In Kubernetes mode Ray asks the API server of KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, and looks for its own
tokens where a pod has them. Only this head sees them there (a mount namespace), so nothing is left in /var/run.
"""

import argparse
import contextlib
import ctypes
import os
import pathlib
import secrets
import shutil
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import processes
from common.ports import LOOPBACK, PORTS_PER_CLAIM, claimed_ports
from common.private import write_private
from common.processes import Failed, Stopped, wanted

LONGEST_TEMP_DIR = 32  # Ray puts Unix sockets under it, whose paths end at 107 characters
DASHBOARD, AGENT, CLIENT_SERVER = 1, 2, 3  # from the first port on
READY_SECONDS = 300
STARTS = 3
TERM_SECONDS = 10
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auth", choices=("open", "token", "k8s"), required=True)
    parser.add_argument("--state", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--while-stdin-open", action="store_true")
    parser.add_argument("--token-file", type=pathlib.Path, help="token mode: the token (default: a new random one)")
    parser.add_argument("--cluster", metavar="NAMESPACE/NAME", help="Kubernetes mode: the RayCluster to ask rights for")
    parser.add_argument("--pod-secrets", type=pathlib.Path, metavar="FOLDER", help="Kubernetes mode: seen as /var/run/secrets")
    options = parser.parse_args()
    if options.auth == "k8s" and not (options.cluster and options.pod_secrets):
        parser.error("--auth k8s needs --cluster and --pod-secrets")
    processes.main(run, options)


def run(options):
    state = options.state
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    ray_env = environment(options, state)
    if options.auth == "k8s":
        see_as_pod_secrets(options.pod_secrets.resolve())
    log = state / "ray-start.log"
    with claimed_ports() as first_port, temp_dir() as temp:
        url = f"http://{LOOPBACK}:{first_port + DASHBOARD}"
        try:
            head = started(first_port, temp, log, ray_env, options)
            (state / "url").write_text(url + "\n")
            print(url, flush=True)
            while wanted(options.while_stdin_open):
                check_alive(head, log)
        finally:
            processes.end_descendants(TERM_SECONDS)  # politely at first, so that Ray removes its shared memory
            (state / "url").unlink(missing_ok=True)
            (state / "token").unlink(missing_ok=True)
            keep_logs(temp, state / "logs")


def environment(options, state):
    # A RAY_ variable of whoever runs this (an address, a token, a mode) would change the head.
    env = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    # The entrypoints of jobs find `python` and `ray` on this PATH.
    env["PATH"] = str(pathlib.Path(sys.executable).parent) + os.pathsep + env["PATH"]
    # Else Ray takes 127.0.0.1 for a mistake, looks for an address that other machines can reach, and listens there.
    env["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    if options.auth == "token":
        # CI searches every report for the first word, to prove that no token is ever printed.
        token = options.token_file.read_text() if options.token_file else f"canary-{secrets.token_hex(16)}\n"
        write_private(state / "token", token)
        env["RAY_AUTH_MODE"] = "token"
        env["RAY_AUTH_TOKEN_PATH"] = str((state / "token").resolve())
    elif options.auth == "k8s":
        env["RAY_AUTH_MODE"] = "token"
        env["RAY_ENABLE_K8S_TOKEN_AUTH"] = "true"
        env["RAY_CLUSTER_NAMESPACE"], env["RAY_CLUSTER_NAME"] = options.cluster.split("/")
    else:
        env["RAY_AUTH_MODE"] = "disabled"  # unset would mean: on, if this user has a token file
    return env


def see_as_pod_secrets(folder):
    """Shows the folder as /var/run/secrets to this process and its children, and to nobody else."""
    libc = ctypes.CDLL(None, use_errno=True)

    def call(name, *arguments):
        if getattr(libc, name)(*arguments) != 0:
            raise Failed(f"Kubernetes mode needs a mount namespace of its own; {name}: {os.strerror(ctypes.get_errno())}")

    uid, gid = os.getuid(), os.getgid()
    call("unshare", CLONE_NEWNS | (CLONE_NEWUSER if uid else 0))
    if uid:
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    call("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)
    var_run = pathlib.Path("/var/run").resolve()
    secrets_folder = var_run / "secrets"
    if not secrets_folder.exists():
        # Making the folder would leave it behind on the machine; an empty /var/run in its place is good enough for Ray.
        call("mount", b"none", bytes(var_run), b"tmpfs", 0, None)
        secrets_folder.mkdir()
    call("mount", bytes(folder), bytes(secrets_folder), None, MS_BIND, None)


def command(first_port, temp):
    return [
        str(pathlib.Path(sys.executable).with_name("ray")), "start", "--head", "--block",
        "--node-ip-address", LOOPBACK,
        "--port", str(first_port),
        "--dashboard-host", LOOPBACK,
        "--dashboard-port", str(first_port + DASHBOARD),
        "--dashboard-agent-listen-port", str(first_port + AGENT),
        "--ray-client-server-port", str(first_port + CLIENT_SERVER),
        "--min-worker-port", str(first_port + 10),
        "--max-worker-port", str(first_port + PORTS_PER_CLAIM - 1),
        "--temp-dir", str(temp),
        "--num-cpus", "4",
        "--object-store-memory", str(256 * 1024 * 1024),
        "--disable-usage-stats",
    ]  # fmt: skip


@contextlib.contextmanager
def temp_dir():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ray-"))
    try:
        if len(str(folder)) > LONGEST_TEMP_DIR:
            raise Failed(f"{folder} is too long for Ray's sockets; set TMPDIR to a shorter folder")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def started(first_port, temp, log, ray_env, options):
    """Starts Ray, again if need be: it gives its parts 30 seconds to find each other, which a busy machine may exceed."""
    deadline = time.monotonic() + READY_SECONDS
    for _ in range(STARTS):
        # On SIGTERM `ray start --block` ends all it has started.
        head = processes.start(command(first_port, temp), log, ray_env, when_orphaned="TERM")
        while head.poll() is None:
            if is_ready(first_port, options):
                return head
            if time.monotonic() > deadline:
                raise Failed(f"Ray was not ready after {READY_SECONDS} s\n{processes.end_of(log)}")
            if not wanted(options.while_stdin_open):
                raise Stopped
        processes.end_descendants(TERM_SECONDS)
    raise Failed(f"`ray start` ended with code {head.returncode}, {STARTS} times\n{processes.end_of(log)}")


def is_ready(first_port, options):
    url = f"http://{LOOPBACK}:{first_port + DASHBOARD}"
    token = (options.state / "token").read_text().strip() if options.auth == "token" else None
    # In Kubernetes mode no token is at hand that may ask for the version; this path asks for none.
    sign_of_life = "/api/authentication_mode" if options.auth == "k8s" else "/api/version"
    # Until the agent of the head node is there, a submission waits and can fail. The client server listens once it has
    # found the node; if it does not, all of Ray ends.
    return (answers(url + sign_of_life, token)
            and answers(f"http://{LOOPBACK}:{first_port + AGENT}/api/local_raylet_healthz", None)
            and listens(first_port + CLIENT_SERVER))  # fmt: skip


def listens(port):
    try:
        socket.create_connection((LOOPBACK, port), timeout=5).close()
        return True
    except OSError:
        return False


def answers(url, token):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with no_proxy.open(request, timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def check_alive(head, log):
    if head.poll() is not None:
        raise Failed(f"`ray start` ended with code {head.returncode}\n{processes.end_of(log)}")


def keep_logs(temp, kept):
    for session in temp.glob("session_*/logs"):
        if not session.parent.is_symlink():
            shutil.copytree(session, kept / session.parent.name, ignore_dangling_symlinks=True)


if __name__ == "__main__":
    main()
