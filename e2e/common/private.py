"""Writes files that only their owner can read."""

import os
import pathlib


def write_private(file, text):
    """Replaces the file as a whole, so that a reader sees the old text or the new one."""
    file = pathlib.Path(file)
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
    fresh.replace(file)
