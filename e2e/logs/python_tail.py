"""Tails a job with Ray's own client and says how that went, in one line of JSON.

Usage: python_tail.py ADDRESS JOB. Connections may be cut meanwhile; whatever becomes of the tail is the answer.
"""

import asyncio
import json
import os
import sys

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # whatever Ray prints is not an answer
for name in ("RAY_ADDRESS", "RAY_API_SERVER_ADDRESS", "RAY_AUTH_MODE"):
    os.environ.pop(name, None)  # Ray prefers them to what it is given

from ray.job_submission import JobSubmissionClient  # noqa: E402


async def main(address, job):
    text = []
    try:
        async for lines in JobSubmissionClient(address).tail_job_logs(job):
            text.append(lines)
        end = "ended as if all were well"
    except Exception as e:  # whatever it is, it is the answer
        end = f"{type(e).__name__}: {e}"
    lines = "".join(text).splitlines()
    rows = [line for line in lines if line.startswith("row ")]
    print(json.dumps({"rows": len(rows), "end": end}), file=answers)


asyncio.run(main(*sys.argv[1:]))
