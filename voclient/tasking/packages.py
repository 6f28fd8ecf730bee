"""Find task packages and import them: a folder with a `package.yaml` and a YAML file a task, no Python.

Nothing is read until a name is asked for; then only what that name needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FrameType, ModuleType
from typing import Any

from . import locations
from .descriptor import Descriptor, Package
from .errors import DescriptorError, PackageNotFoundError, TaskNotFoundError
from .loading import load_descriptor, load_package_file
from .task import Task
from .values import suggest

PACKAGE_FILE = "package.yaml"


class _SearchPath:
    """Folders added in code, ahead of and behind those of the environment and the installation."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self.last: list[str] = []
        self.instead: list[str] | None = None


_path = _SearchPath()
_modules: dict[str, PackageModule] = {}


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

    Examples
    --------
    >>> prepend_task_path("mytasks")
    >>> import_package("mytasks").hello
    <task mytasks.hello>
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

    Examples
    --------
    >>> append_task_path("mytasks", "formats")
    >>> import_task("hello")
    <task mytasks.hello>
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
    for tasks in _tasks.values():
        tasks.forget()
    _modules.clear()


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

    Examples
    --------
    >>> [(package.name, package.license) for package in find_packages("v*")]
    [('vao', 'BSD-3-Clause')]
    """
    from fnmatch import fnmatchcase

    _check_text(pattern, "pattern")
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


def load_package(
    name: str | os.PathLike[str] | None = None, *, file: str | os.PathLike[str] | None = None
) -> ModuleType:
    """Import a task package from wherever it lies.

    Parameters
    ----------
    name : str or path, optional
        Name of a package on the search path; or, when it holds a `/` or is a path object, the same as `file`.
    file : path, optional
        A `package.yaml` or its folder. From then on the package is found by its name, too.

    Returns
    -------
    module
        As of `import_package`.

    Raises
    ------
    PackageNotFoundError
        There is none; the message names the folders searched.
    DescriptorError
        Its `package.yaml` is wrong.

    Examples
    --------
    >>> mytasks = load_package("./mytasks")
    >>> mytasks.countlines("stars.xml")["lines"]
    25
    """
    if file is None:
        if name is None:
            raise TypeError("load_package needs a name or a file")
        if isinstance(name, str) and os.sep not in name:
            return import_package(name)
        file, name = name, None
    path = os.path.abspath(os.path.expanduser(file))
    path = os.path.join(path, PACKAGE_FILE) if os.path.isdir(path) else path
    if not os.path.isfile(path):
        raise PackageNotFoundError(
            f"no task package there: {path} does not exist", package=str(name or ""), searched=(path,)
        )
    package = load_package_file(path)
    if name is not None and package.name != name:
        raise PackageNotFoundError(
            f"{path} is the package {package.name!r}, not {name!r}", package=str(name), searched=(path,)
        )
    prepend_task_path(package.folder)
    return import_package(package.name)


def import_package(name: str) -> ModuleType:
    """Import a task package: a module whose attributes are its tasks.

    Parameters
    ----------
    name : str
        Name of a package on the search path.

    Returns
    -------
    module
        Tasks are read when they are asked for; `dir()` lists them.

    Raises
    ------
    PackageNotFoundError
        There is no such package.

    Examples
    --------
    >>> vao = import_package("vao")
    >>> dir(vao)
    ['vosesame', 'votcnv', 'votinfo', 'votpos', 'votsort', 'votstat']
    """
    _check_text(name, "name of a package")
    if name not in _modules:
        _modules[name] = PackageModule(_find(name))
    return _modules[name]


def import_task(name: str) -> Task:
    """Import one task.

    Parameters
    ----------
    name : str
        `package.task`; `task` alone for the first package that has it; or the path of a descriptor (`./mytask.yaml`).

    Returns
    -------
    Task
        The task function.

    Raises
    ------
    PackageNotFoundError, TaskNotFoundError
        There is no such package or task.
    DescriptorError
        The descriptor is wrong.

    Examples
    --------
    >>> import_task("vao.votinfo")("stars.xml")["rows"]
    5
    >>> import_task("mytasks/hello.yaml")
    <task mytasks.hello>
    """
    _check_text(name, "name of a task")
    if name.endswith(".yaml"):
        beside = os.path.join(os.path.dirname(os.path.abspath(name)), PACKAGE_FILE)
        return Task(load_descriptor(name, load_package_file(beside) if os.path.isfile(beside) else None))
    package, _, task = name.rpartition(".")
    if package:
        return _tasks_of(package).get(task)
    packages = find_packages()
    for found in packages:
        tasks = _tasks_of(found.name)
        if tasks.resolve(task):
            return tasks.get(task)
    known = [known for found in packages for known in _tasks_of(found.name).names()]
    listed = ", ".join(found.name for found in packages) or "none"
    raise TaskNotFoundError(f"no task {task!r} in any package{suggest(task, known)} (packages: {listed})", task=task)


def list_tasks(pattern: str = "*") -> list[str]:
    """Names of tasks on the search path.

    Parameters
    ----------
    pattern : str, optional
        As file names are matched; of the whole name, or of the task's alone.

    Returns
    -------
    list of str
        Each `package.task`.

    Examples
    --------
    >>> list_tasks("vot*t")
    ['vao.votsort', 'vao.votstat']
    """
    from fnmatch import fnmatchcase

    _check_text(pattern, "pattern")
    names = [(package.name, task) for package in find_packages() for task in _tasks_of(package.name).names()]
    return [
        f"{package}.{task}" for package, task in names
        if fnmatchcase(task, pattern) or fnmatchcase(f"{package}.{task}", pattern)
    ]  # fmt: skip


def bind_module(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` for a module that stands for a task package; nothing is read yet."""
    tasks = _tasks_of(package)
    module = sys._getframe(1).f_globals.get("__name__")

    def __getattr__(name: str) -> Any:
        try:
            return tasks.attribute(name)
        except TaskNotFoundError as error:
            # `from … import …` throws away what an AttributeError says.
            if _imports(sys._getframe(1)):
                text = f"cannot import name {name!r} from {module!r}: {error}"
                raise ImportError(text, name=module) from None
            raise

    return __getattr__, tasks.names


def _imports(frame: FrameType) -> bool:
    """Whether a frame is at `from … import …`."""
    from opcode import opmap

    return frame.f_lasti >= 0 and frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]


class _Tasks:
    """The tasks of one package: found by file name, made when asked for, kept until `rescan`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._package: Package | None = None
        self._made: dict[str, Task] = {}

    def forget(self) -> None:
        self._package = None
        self._made.clear()

    @property
    def package(self) -> Package:
        if self._package is None:
            self._package = _find(self.name)
        return self._package

    def names(self) -> list[str]:
        """Names of all tasks: those of the files."""
        return [file[:-5] for file in list_descriptors(self.package)]

    def resolve(self, name: str) -> str | None:
        """The name of the file that has a task of this name or alias."""
        folder = self.package.folder
        if not name.isidentifier():
            return None
        if name != "package" and os.path.isfile(os.path.join(folder, f"{name}.yaml")):
            return name
        moved = dict(self.package.aliases).get(name)
        if moved:
            return moved
        from .index import index_package

        return next((entry.task for entry in index_package(self.package) if name in entry.aliases), None)

    def get(self, name: str) -> Task:
        if name not in self._made:
            found = self.resolve(name)
            if found is None:
                names = self.names()
                text = f"the package {self.name!r} has no task {name!r}{suggest(name, names)}"
                listed = ", ".join(names) or "none"
                raise TaskNotFoundError(f"{text} (tasks: {listed})", package=self.name, task=name)
            self._made[name] = Task(load_task(self.package, found))
        return self._made[name]

    def attribute(self, name: str) -> Any:
        if name == "__all__":
            return self.names()
        if name.startswith("__"):
            raise AttributeError(name)
        return self.get(name)


class PackageModule(ModuleType):
    """A task package as a module."""

    def __init__(self, package: Package) -> None:
        super().__init__(package.name, f"{package.summary}\n\n{package.description}".strip())
        self.__version__ = package.version
        self.__file__ = os.path.join(package.folder, PACKAGE_FILE)

    def __getattr__(self, name: str) -> Any:
        return _tasks_of(self.__name__).attribute(name)

    def __dir__(self) -> list[str]:
        return _tasks_of(self.__name__).names()


_tasks: dict[str, _Tasks] = {}


def _tasks_of(name: str) -> _Tasks:
    return _tasks.setdefault(name, _Tasks(name))


def is_descriptor(file: str) -> bool:
    """Whether a file of a package's folder is the descriptor of a task."""
    return file.endswith(".yaml") and file != PACKAGE_FILE and file[0] not in "._"


def list_descriptors(package: Package) -> list[str]:
    """The files of a package's tasks, by name; DescriptorError when its folder cannot be read."""
    try:
        return sorted(file for file in os.listdir(package.folder) if is_descriptor(file))
    except OSError as error:
        raise DescriptorError(f"{package.folder}: cannot be read: {error.strerror}", file=package.folder) from error


def load_task(package: Package, name: str) -> Descriptor:
    """The descriptor of a task of a package; file and task bear the same name."""
    file = os.path.join(package.folder, f"{name}.yaml")
    descriptor = load_descriptor(file, package)
    if descriptor.task != name:
        raise DescriptorError(
            f"{descriptor.place}: the task is called {descriptor.task!r}, so its file must be {descriptor.task}.yaml",
            file=file, line=descriptor.place.line, column=descriptor.place.column,
        )  # fmt: skip
    return descriptor


def _check_text(value: Any, what: str) -> None:
    if not isinstance(value, str):
        raise TypeError(f"the {what} is text, not {value!r}")


def _find(name: str) -> Package:
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
