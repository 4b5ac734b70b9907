"""Answers for each folder how Ray's own client names it, and how its zip differs from another one.

Reads JSON lines: {"folder", "kind": "working_dir" | "py_modules", "excludes", "zip"}. Writes one line for each:
{"uri", "difference"}, where the difference is empty if both zips hold the same, or {"error"} if Ray's client fails.
"""
import hashlib
import json
import logging
import pathlib
import sys
import tempfile
import zipfile

from ray._private import ray_constants
from ray._private.runtime_env.packaging import create_package, get_uri_for_directory

logging.disable(logging.CRITICAL)


def entries(path):
    """Everything a node makes use of, by name."""
    with zipfile.ZipFile(path) as archive:
        return {
            entry.filename: (
                oct(entry.external_attr >> 16),
                entry.create_system,
                hashlib.sha1(archive.read(entry)).hexdigest(),
            )
            for entry in archive.infolist()
        }


def difference(ours, rays):
    names = sorted(set(ours) | set(rays))
    return [[name, ours.get(name), rays.get(name)] for name in names if ours.get(name) != rays.get(name)]


def answer(case):
    module = case["kind"] == "py_modules"
    defaults = [] if module else ray_constants.get_runtime_env_default_excludes()
    excludes = defaults + case["excludes"]
    try:
        uri = get_uri_for_directory(case["folder"], include_gitignore=True, excludes=excludes)
        with tempfile.TemporaryDirectory() as scratch:
            target = pathlib.Path(scratch) / "rays.zip"
            create_package(
                case["folder"], target, include_gitignore=True, include_parent_dir=module, excludes=excludes
            )
            return {"uri": uri, "difference": difference(entries(case["zip"]), entries(target))}
    except Exception as error:  # what fails in Ray is for the caller to judge
        return {"error": repr(error)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
