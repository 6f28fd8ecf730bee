"""Find the program of a task."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .. import locations
from ..errors import ExecutableNotFoundError

if TYPE_CHECKING:
    from ..descriptors.descriptor import Descriptor


def find_executable(descriptor: Descriptor, added: Mapping[str, str] | None = None) -> str:
    """Find the program of a task.

    Sought in `bin/` beside the descriptor, the package's `bindir`, `VOCLIENT_BINDIR`, this installation's programs, and
    `PATH`. A name with a slash is a path and is sought nowhere else.

    Parameters
    ----------
    descriptor : Descriptor
        The task.
    added : mapping, optional
        What the program's environment has beside this process's; `VOCLIENT_BINDIR` and `PATH` are read there first.

    Returns
    -------
    str
        The path of the program.

    Raises
    ------
    ExecutableNotFoundError
        There is none; the message names the places searched and what to install.
    """
    name = descriptor.executable
    if "/" in name:
        if _runs(name):
            return name
        places = [os.path.dirname(name)]
    else:
        places = []
        for folder in _folders(descriptor, added or {}):
            path = os.path.join(folder, name)
            if _runs(path):
                return path
            if folder not in places:
                places.append(folder)
    raise ExecutableNotFoundError(
        _message(descriptor, places), executable=name, places=tuple(places)
    )  # fmt: skip


def _folders(descriptor: Descriptor, added: Mapping[str, str]) -> Iterator[str]:
    if descriptor.place.file:
        yield os.path.join(os.path.dirname(descriptor.place.file), "bin")
    if descriptor.bindir:
        yield descriptor.bindir
    yield from _split(added.get("VOCLIENT_BINDIR", os.environ.get("VOCLIENT_BINDIR")))
    yield from locations.program_folders()
    yield from _split(added.get("PATH", os.environ.get("PATH", os.defpath)))


def _split(path: str | None) -> list[str]:
    return [folder for folder in path.split(os.pathsep) if folder] if path else []


def _runs(path: str) -> bool:
    return os.access(path, os.X_OK) and os.path.isfile(path)


def _message(descriptor: Descriptor, places: list[str]) -> str:
    name = descriptor.executable
    unusable = [path for folder in places if os.path.exists(path := os.path.join(folder, os.path.basename(name)))]
    if unusable:
        text = f"{descriptor.task}: {unusable[0]} cannot be executed"
    else:
        text = f"{descriptor.task}: there is no program {name!r}"
    text += f" (searched: {', '.join(places) or 'nowhere, no folder is set'})"
    remedy = descriptor.install or "install it, or name its folder in VOCLIENT_BINDIR"
    return f"{text}; {remedy}"
