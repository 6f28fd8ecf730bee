"""Import task packages: a folder with a `package.yaml` and a YAML file a task becomes a module, without Python.

Nothing is read until a name is asked for; then only what that name needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from ..calls.tasks import Task
from ..calls.values import suggest
from ..descriptors.descriptor import Descriptor, Package
from ..descriptors.loading import load_descriptor, load_package_file
from ..errors import DescriptorError, PackageNotFoundError, TaskNotFoundError
from ..log import warn_deprecated
from .searchpath import (
    PACKAGE_FILE,
    check_text,
    find_package,
    find_packages,
    list_descriptors,
    on_rescan,
    prepend_task_path,
)

_modules: dict[str, PackageModule] = {}


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
        if isinstance(name, str) and os.sep not in name and name not in (os.curdir, os.pardir):
            return _import_by_name(name)
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


def _import_by_name(name: str) -> ModuleType:
    try:
        return import_package(name)
    except PackageNotFoundError as error:
        if not os.path.isfile(os.path.join(name, PACKAGE_FILE)):
            raise
        text = f"{error}; the folder {name!r} here is one: load_package('./{name}')"
        raise PackageNotFoundError(text, package=name, searched=error.searched) from None


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
    ['vosesame', 'votcat', ..., 'votstat']
    """
    check_text(name, "name of a package")
    if name not in _modules:
        _modules[name] = PackageModule(find_package(name))
    return _modules[name]


def import_task(name: str) -> Task:
    """Import one task.

    Parameters
    ----------
    name : str
        `package.task`; `task` alone for the first package that has it; the path of a descriptor (`./mytask.yaml`), or
        of a Python file with the name of a function in it that is a task (`./myfunctions.py:flux`): it is imported.

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
    check_text(name, "name of a task")
    if ".py:" in name:
        from ..functions.files import load_function

        return load_function(*name.rsplit(":", 1))
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

    Raises
    ------
    TypeError
        The pattern is no text.

    Examples
    --------
    >>> list_tasks("vot*t")
    ['stilts.votlint', 'vao.votcat', ..., 'vao.votstat']
    """
    from fnmatch import fnmatchcase

    check_text(pattern, "pattern")
    names = [(package.name, task) for package in find_packages() for task in _tasks_of(package.name).names()]
    return [
        f"{package}.{task}" for package, task in names
        if fnmatchcase(task, pattern) or fnmatchcase(f"{package}.{task}", pattern)
    ]  # fmt: skip


def bind_module(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make a Python module stand for a task package: `__getattr__` and `__dir__` for it.

    Parameters
    ----------
    package : str
        Name of the package; it is sought when a task is asked for.

    Returns
    -------
    tuple of two functions
        To be assigned to these names in the module.

    Examples
    --------
    >>> __getattr__, __dir__ = bind_module("vao")        # all that voclient/vaopackage.py says
    >>> __getattr__("votinfo")
    <task vao.votinfo>
    """
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
            self._package = find_package(self.name)
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
            if name in self.package.deprecated_aliases:
                warn_deprecated(f"{self.name}.{name} is deprecated: use {self.name}.{found}")
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


def _forget() -> None:
    for tasks in _tasks.values():
        tasks.forget()
    _modules.clear()


on_rescan(_forget)


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
