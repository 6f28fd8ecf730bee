"""A table of contents of a package: names and summaries of its tasks, kept so that no descriptor is read for a list."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from ..descriptors.descriptor import Package
from ..descriptors.loading import cache_entry, load_descriptor, read_cache, write_cache
from ..errors import DescriptorError
from .searchpath import list_descriptors


class Entry(NamedTuple):
    """One task of a package; of a wrong descriptor, what is wrong."""

    task: str
    summary: str
    aliases: tuple[str, ...] = ()
    error: str = ""
    executable: str = ""
    """Of its program: a name, or a path."""


def index_package(package: Package) -> list[Entry]:
    """The tasks of a package, by name; only descriptors that changed since the last time are read."""
    cache = cache_entry("packages", package.folder)
    stamp = [2, package.folder]
    old = read_cache(cache, stamp)
    old = old if isinstance(old, dict) else {}
    new: dict[str, Any] = {}
    for name in list_descriptors(package):
        path = os.path.join(package.folder, name)
        key = _state(path)
        known = old.get(name)
        new[name] = known if _is_good(known, key) else [key, *_read(path, package)]
    if new != old:
        write_cache(cache, stamp, new)
    return sorted(Entry(*known)._replace(aliases=tuple(known[2])) for _, *known in new.values())


def _state(path: str) -> list[int]:
    """What changes with the file; nothing for one that is not there (a dangling link)."""
    try:
        status = os.stat(path)
    except OSError:
        return []
    return [status.st_mtime_ns, status.st_size]


def _is_good(known: Any, key: list[int]) -> bool:
    return isinstance(known, list) and len(known) == 6 and known[0] == key and not known[4]


def _read(path: str, package: Package) -> list[Any]:
    try:
        descriptor = load_descriptor(path, package)
    except DescriptorError as error:
        return [os.path.basename(path)[:-5], "", [], str(error), ""]
    return [descriptor.task, descriptor.summary, list(descriptor.aliases), "", descriptor.executable]
