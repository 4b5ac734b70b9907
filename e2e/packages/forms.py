"""Answers for each runtime env what Ray's own client would send.

Reads JSON lines, a runtime env each. Writes one line for each: {"sent"}, or {"error"} if Ray's client refuses it.
"""
import json
import logging
import sys

from ray.runtime_env import RuntimeEnv

logging.disable(logging.CRITICAL)


def answer(env):
    try:
        sent = RuntimeEnv(**env).to_dict()
        sent.pop("_ray_commit", None)  # is the version of the client
        return json.dumps({"sent": sent}, allow_nan=False)
    except Exception as error:  # what fails in Ray is for the caller to judge
        return json.dumps({"error": repr(error)})


for line in sys.stdin:
    print(answer(json.loads(line)), flush=True)
