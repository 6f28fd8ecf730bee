"""Whether a file is still the same: by its content, and by what the file system says of it."""

from __future__ import annotations

import os
import time
from functools import cache

RACY = 2.0
"""Seconds after its last change in which a file could change again without its times telling."""


def digest_of_file(path: str) -> str | None:
    """The SHA-256 of a file; None when it cannot be read."""
    import hashlib

    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def stamp_of_file(path: str) -> str | None:
    """What changes whenever a file does, and when the machine is started (power may have failed before it was written
    out); None when there is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (
        f"{boot_id()}:{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"
    )  # fmt: skip


def is_settled(path: str) -> bool:
    """Whether a file's next change will show in its stamp, however soon it comes."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    return time.time() - max(status.st_mtime, status.st_ctime) > RACY


@cache
def boot_id() -> str:
    """Tells machines apart, and one from itself before it was started anew; where that is not told, its name."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return os.uname().nodename
