"""Where this installation keeps its task packages, programs and caches. Read when asked, never at import."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def checkout() -> str | None:
    """The top folder of the source checkout this package runs from, if it does."""
    top = os.path.dirname(_PACKAGE)
    if os.path.isdir(os.path.join(top, "taskdefs")) and os.path.isfile(os.path.join(top, "meson.build")):
        return top
    return None


def prefix() -> str | None:
    """The installation prefix: the first folder above the package that has our programs in its `bin`.

    Right for virtual environments, `--user`, `--target` and distributions alike, without sysconfig.
    """
    folder = _PACKAGE
    for _ in range(4):
        folder = os.path.dirname(folder)
        if os.path.isfile(os.path.join(folder, "bin", "votinfo")):
            return folder
    return None


def program_folders() -> Iterator[str]:
    """Folders with the programs of this installation, best first; each is sought when it is asked for."""
    if top := checkout():
        built = os.path.join(top, "build", "legacy_bin")
        yield os.path.join(built, "tools")
        yield built
    if root := prefix():
        yield os.path.join(root, "bin")


def taskdef_folders() -> list[str]:
    """Folders of task packages that need no setting, best first (they may not exist)."""
    home = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    folders = [os.path.join(home, "voclient", "taskdefs")]
    if top := checkout():
        folders.append(os.path.join(top, "taskdefs"))
    folders.append(os.path.join(_PACKAGE, "taskdefs"))
    shares = [os.path.join(root, "share")] if (root := prefix()) else []
    shares += [
        share for share in (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":") if share
    ]
    folders += [os.path.join(share, "voclient", "taskdefs") for share in shares]
    return list(dict.fromkeys(folders))


def cache_folder() -> str:
    """Where Python's own caches are (`$XDG_CACHE_HOME/voclient`); it may not exist."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "voclient")


def version() -> str:
    """The version of this installation, or of this checkout; meson.build is where it is written."""
    if top := checkout():
        import re

        with open(os.path.join(top, "meson.build"), encoding="utf-8") as file:
            found = re.search(r"^\s*version: '([^']+)'", file.read(), re.MULTILINE)
        if found:
            return found[1]
    from importlib.metadata import version

    return version("voclient")


def own_environment() -> Mapping[bytes, bytes]:
    """The environment of this process, in bytes. (What is behind `os.environ` is read a hundred times quicker than
    that, which encodes each name and decodes each value.)"""
    return getattr(os.environ, "_data", None) or os.environb
