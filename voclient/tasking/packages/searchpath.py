"""Where task packages are sought, and finding them there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .. import locations
from ..calls.values import suggest
from ..descriptors.descriptor import Package
from ..descriptors.loading import load_package_file
from ..errors import DescriptorError, PackageNotFoundError

PACKAGE_FILE = "package.yaml"


class _SearchPath:
    """Folders added in code, ahead of and behind those of the environment and the installation."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self.last: list[str] = []
        self.instead: list[str] | None = None


_path = _SearchPath()
_forgetters: list[Callable[[], None]] = []


def on_rescan(forget: Callable[[], None]) -> None:
    """Have `forget` called whenever what was found holds no longer."""
    _forgetters.append(forget)


def get_task_path() -> list[str]:
    """The folders in which task packages are sought, in this order.

    Returns
    -------
    list of str
        Those added in code, of `VOCLIENT_TASKPATH`, the user's, VOClient's own, the system's; some may not exist.

    Examples
    --------
    >>> prepend_task_path("/home/me/tasks")
    >>> get_task_path()[0]
    '/home/me/tasks'
    >>> set_task_path(None)
    """
    if _path.instead is not None:
        middle = _path.instead
    else:
        setting = os.environ.get("VOCLIENT_TASKPATH", "")
        middle = [
            os.path.abspath(folder) for folder in setting.split(os.pathsep) if folder
        ] + locations.taskdef_folders()
    return list(dict.fromkeys([*_path.first, *middle, *_path.last]))


def set_task_path(folders: Iterable[str | os.PathLike[str]] | None) -> None:
    """Search these folders and no others.

    Parameters
    ----------
    folders : list of paths, or None
        Each is a package or holds packages. None: back to the default, forgetting what was added.

    Raises
    ------
    TypeError
        One of them is no path.

    Examples
    --------
    >>> set_task_path(["mytasks", "formats"])
    >>> [package.name for package in find_packages()]
    ['formats', 'mytasks']
    >>> set_task_path(None)
    """
    _path.instead = None if folders is None else _absolute(folders)
    _path.first, _path.last = [], []
    rescan()


def prepend_task_path(*folders: str | os.PathLike[str]) -> None:
    """Search these folders before all others.

    Parameters
    ----------
    *folders : path
        Each is a package or holds packages; the first of them is searched first.

    Raises
    ------
    TypeError
        One of them is no path.

    Examples
    --------
    >>> prepend_task_path("mytasks")
    >>> find_packages("my*")[0].summary
    'Programs of our group'
    >>> set_task_path(None)
    """
    _path.first = list(dict.fromkeys(_absolute(folders) + _path.first))
    rescan()


def append_task_path(*folders: str | os.PathLike[str]) -> None:
    """Search these folders after all others.

    Parameters
    ----------
    *folders : path
        Each is a package or holds packages; the last of them is searched last.

    Raises
    ------
    TypeError
        One of them is no path.

    Examples
    --------
    >>> append_task_path("mytasks", "formats")
    >>> [package.name for package in find_packages()]
    ['cfitsio', 'formats', 'gnuplot', 'mytasks', 'sextractor', 'stilts', 'vao', 'wcstools', 'xpa']
    >>> set_task_path(None)
    """
    _path.last = list(dict.fromkeys(_path.last + _absolute(folders)))
    rescan()


def rescan() -> None:
    """Forget what was found: packages and descriptors are looked up again when next asked for.

    Examples
    --------
    >>> rescan()
    """
    for forget in _forgetters:
        forget()


def _absolute(folders: Iterable[str | os.PathLike[str]]) -> list[str]:
    if isinstance(folders, (str, os.PathLike)):
        folders = [folders]
    if not isinstance(folders, Iterable):
        raise TypeError(f"the search path is a list of folders, not {folders!r}")
    return [os.path.abspath(os.path.expanduser(folder)) for folder in folders]


def find_packages(pattern: str = "*") -> list[Package]:
    """The task packages on the search path whose names match a pattern, by name.

    Parameters
    ----------
    pattern : str, optional
        As file names are matched: `*`, `?`, `[ab]`.

    Returns
    -------
    list of Package
        Of two with one name, the first on the path. A folder that cannot be read, or whose `package.yaml` is wrong, is
        left out with a warning.

    Raises
    ------
    TypeError
        The pattern is no text.

    Examples
    --------
    >>> [(package.name, package.license) for package in find_packages("v*")]
    [('vao', 'BSD-3-Clause')]
    """
    from fnmatch import fnmatchcase

    check_text(pattern, "pattern")
    found: dict[str, Package] = {}
    for file in _all_files():
        try:
            package = load_package_file(file)
            list_descriptors(package)
        except DescriptorError as error:
            import warnings

            warnings.warn(f"a task package is left out: {error}", stacklevel=2)
            continue
        if fnmatchcase(package.name, pattern):
            found.setdefault(package.name, package)
    return [found[name] for name in sorted(found)]


def is_descriptor(file: str) -> bool:
    """Whether a file of a package's folder is the descriptor of a task."""
    return file.endswith(".yaml") and file != PACKAGE_FILE and file[0] not in "._"


def list_descriptors(package: Package) -> list[str]:
    """The files of a package's tasks, by name; DescriptorError when its folder cannot be read."""
    try:
        return sorted(file for file in os.listdir(package.folder) if is_descriptor(file))
    except OSError as error:
        raise DescriptorError(f"{package.folder}: cannot be read: {error.strerror}", file=package.folder) from error


def check_text(value: Any, what: str) -> None:
    """A name is text, or TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"the {what} is text, not {value!r}")


def find_package(name: str) -> Package:
    """The first package of that name on the search path; PackageNotFoundError tells where it was sought."""
    folders = get_task_path()
    others: list[str] = []
    for file in _all_files(first=name):
        try:
            package = load_package_file(file)
        except DescriptorError:
            if os.path.basename(os.path.dirname(file)) == name:
                raise
            continue
        if package.name == name:
            return package
        others.append(package.name)
    raise PackageNotFoundError(
        f"no task package {name!r}{suggest(name, others)} (searched: {', '.join(folders) or 'no folder'})",
        package=name, searched=tuple(folders),
    )  # fmt: skip


def _all_files(first: str | None = None) -> Iterator[str]:
    """All package files on the search path; `first` is a likely name of a folder. Entry points come last."""
    for folder in get_task_path():
        yield from _files(folder, first)
    if _path.instead is not None:
        return
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    for point in entry_points(group="voclient.taskdefs"):
        try:
            spec = find_spec(point.module)
        except (ImportError, ValueError):
            continue
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            yield from _files(folder, first)


def _files(folder: str, first: str | None) -> Iterator[str]:
    """Of one folder of the path: itself when it is a package, else the packages in it."""
    own = os.path.join(folder, PACKAGE_FILE)
    if os.path.isfile(own):
        yield own
        return
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in [first] * (first in names) + names if first else names:
        file = os.path.join(folder, name, PACKAGE_FILE)
        if os.path.isfile(file):
            yield file
