"""Runs blocks of calls with Ray's own client and answers how long each block took.

The first line of stdin says where to and with which token; every further line is one block. Only the calls are timed, not
the start of Python.
"""

import asyncio
import json
import os
import pathlib
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # whatever Ray prints is not an answer
for name in ("RAY_ADDRESS", "RAY_API_SERVER_ADDRESS", "RAY_AUTH_MODE"):
    os.environ.pop(name, None)  # Ray prefers them to what it is given

import ray  # noqa: E402
from ray._private.ray_constants import get_runtime_env_default_excludes  # noqa: E402
from ray._private.runtime_env.packaging import create_package, get_uri_for_directory  # noqa: E402
from ray.job_submission import JobSubmissionClient  # noqa: E402


def many(client, threads, job_id, callers, calls):
    def caller(_):
        for _ in range(calls):
            client.get_job_info(job_id)

    list(threads.map(caller, range(callers)))


async def tail(client, job_id):
    characters = 0
    async for lines in client.tail_job_logs(job_id):
        characters += len(lines)
    return characters


def package(client, block, scratch):
    folder = block["folder"]
    excludes = get_runtime_env_default_excludes()
    if block["call"] == "name":
        get_uri_for_directory(folder, include_gitignore=True, excludes=excludes)
    elif block["call"] == "send":
        client._upload_package(
            "gcs://_ray_pkg_benchmark.zip", folder, include_gitignore=True, excludes=excludes
        )
    else:
        zipped = pathlib.Path(scratch) / "package.zip"
        create_package(folder, zipped, include_gitignore=True, excludes=excludes)
        return {"bytes": zipped.stat().st_size}
    return {}


def main():
    target = json.loads(sys.stdin.readline())
    client = JobSubmissionClient(
        target["address"], headers={"Authorization": "Bearer " + target["token"]}
    )
    threads = ThreadPoolExecutor(max_workers=64)
    python = ".".join(map(str, sys.version_info[:3]))
    print(json.dumps({"version": f"Ray {ray.__version__} on Python {python}"}), file=answers)
    for line in sys.stdin:
        block = json.loads(line)
        answer = {}
        start = time.perf_counter_ns()
        if "folder" in block:
            with tempfile.TemporaryDirectory() as scratch:
                answer = package(client, block, scratch)
        elif block["call"] == "job":
            for _ in range(block["calls"]):
                client.get_job_info(block["id"])
        elif block["call"] == "tail":
            found = asyncio.run(tail(client, block["id"]))
            if found != block["characters"]:
                raise AssertionError(f"{found} characters instead of {block['characters']}")
        elif block["call"] == "many":
            many(client, threads, block["id"], block["callers"], block["calls"])
        else:
            for _ in range(block["calls"]):
                found = len(client.list_jobs())
                if found != block["jobs"]:
                    raise AssertionError(f"{found} jobs instead of {block['jobs']}")
        print(json.dumps({"nanos": time.perf_counter_ns() - start, **answer}), file=answers)


main()
