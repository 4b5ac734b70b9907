"""Submits a folder with Ray's own client and tells whether it had to be uploaded.

Arguments: address, folder for working_dir, folder for py_modules. Prints {"working_dir", "py_modules", "uploads"}.
"""
import json
import sys

from ray.job_submission import JobSubmissionClient

address, working_dir, module = sys.argv[1:]
client = JobSubmissionClient(address)
uploads = []
upload = client._upload_package


def noticed(uri, *arguments, **options):
    uploads.append(uri)
    return upload(uri, *arguments, **options)


client._upload_package = noticed
job = client.submit_job(entrypoint="true", runtime_env={"working_dir": working_dir, "py_modules": [module]})
env = client.get_job_info(job).runtime_env
print(json.dumps({"working_dir": env["working_dir"], "py_modules": env["py_modules"], "uploads": uploads}))
