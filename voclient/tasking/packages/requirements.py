"""Is the program of a task new enough? It is asked at its first run; the answer is kept while the file is the same."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from ..calls.controls import Controls
from ..descriptors.descriptor import Descriptor, Invocation, Requirement
from ..descriptors.loading import cache_entry, read_cache, write_cache
from ..errors import ExecutableVersionError
from .executables import find_executable

PATIENCE = 30.0
"""Seconds that a program may take to tell its version."""


def require(descriptor: Descriptor, environment: Mapping[str, str] | None = None, *, fresh: bool = False) -> str:
    """Check the version of a task's program.

    Parameters
    ----------
    descriptor : Descriptor
        The task; without `requires` any version will do.
    environment : mapping, optional
        Variables added for the program, `PATH` perhaps.
    fresh : bool, optional
        Ask again, whatever it said before.

    Returns
    -------
    str
        The version the program tells; nothing when none is required.

    Raises
    ------
    ExecutableNotFoundError
        There is no program.
    ExecutableVersionError
        It is older, or does not tell its version.
    """
    required = descriptor.requires
    if required is None:
        return ""
    added = {**dict(descriptor.environment), **(environment or {})}
    program = os.path.abspath(find_executable(descriptor, added))
    status = os.stat(program)
    stamp = [program, status.st_mtime_ns, status.st_size, list(required.argv), required.pattern]
    entry = cache_entry("versions", program)
    version = None if fresh else read_cache(entry, stamp)
    if not isinstance(version, str):
        version = _ask(descriptor, required, program, added)
        write_cache(entry, stamp, version)
    if _numbers(version) < _numbers(required.version):
        raise ExecutableVersionError(
            f"{descriptor.task}: {program} is version {version}, and {required.version} or later is required"
            + (f"; {descriptor.install}" if descriptor.install else ""),
            executable=program, version=version, required=required.version,
        )  # fmt: skip
    return version


def _ask(descriptor: Descriptor, required: Requirement, program: str, environment: Mapping[str, str]) -> str:
    """Run the program as a task of its own: it has a time limit, and cannot hang the caller."""
    from ..running.run import start

    asking = Descriptor(descriptor.task, "", program, descriptor.place)
    result = start(asking, Invocation(program, list(required.argv)), Controls(env=environment, timeout=PATIENCE))
    found = re.search(required.pattern, f"{result.stdout}\n{result.stderr}")
    version = (found[1] if found.re.groups else found[0]) if found else None
    if not version or not re.search("[0-9]", version):
        call = " ".join([os.path.basename(program), *required.argv])
        raise ExecutableVersionError(
            f"{descriptor.task}: `{call}` does not tell the version of {program} ({required.pattern}), "
            f"and {required.version} or later is required",
            executable=program, required=required.version,
        )  # fmt: skip
    return version


def _numbers(version: str) -> list[int]:
    """`3.10.2-beta` as [3, 10, 2]; zeros at the end say nothing."""
    numbers = [int(digits) for digits in re.findall("[0-9]+", re.split("[-+ ]", version.strip())[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers
