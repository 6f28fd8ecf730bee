"""The tasking framework: a YAML descriptor makes a program a Python function.

Find and import: `find_packages`, `list_tasks`, `import_package`, `import_task`, `load_package`; the search path:
`get_task_path`, `set_task_path`, `prepend_task_path`, `append_task_path`, `rescan`. A `Task` is called and gives an
`OPset`, a `Session` keeps its program for many calls; `set_process_limit` bounds how many run at a time. Every error is
a `TaskError`. Names are loaded when they are first used.

Data flow one way through the rooms: `descriptors` (what a YAML file says), `packages` (found and imported), `calls` (a
call checked and translated to words), `running` (a process), by one of the `executors`; `results` (bytes to keys and
values), `opset` (what the caller holds). `sessions` keep a program, `storage` keeps what outlasts a call, `functions`
are tasks written in Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calls.map import Map
    from .calls.pset import ParameterSet
    from .calls.tasks import Task
    from .descriptors.descriptor import Descriptor, Package, Parameter
    from .descriptors.loading import load_descriptor
    from .errors import (
        CacheError,
        DescriptorError,
        ExecutableNotFoundError,
        ExecutableVersionError,
        PackageNotFoundError,
        ResultError,
        TaskAbortedError,
        TaskError,
        TaskExecutionError,
        TaskNotFoundError,
        TaskParameterError,
        TaskTimeoutError,
    )
    from .executors.local import process_limit, set_process_limit
    from .functions.decorator import task
    from .functions.reporting import report_progress
    from .opset import OPset
    from .packages.modules import bind_module, import_package, import_task, list_tasks, load_package
    from .packages.searchpath import (
        append_task_path,
        find_packages,
        get_task_path,
        prepend_task_path,
        rescan,
        set_task_path,
    )
    from .sessions.session import Session
    from .storage import cache
    from .storage.state import state_folder

_HOMES = {
    "descriptors.descriptor": ("Descriptor", "Package", "Parameter"),
    "errors": (
        "CacheError", "DescriptorError", "ExecutableNotFoundError", "ExecutableVersionError", "PackageNotFoundError",
        "ResultError",
        "TaskAbortedError", "TaskError", "TaskExecutionError", "TaskNotFoundError", "TaskParameterError",
        "TaskTimeoutError",
    ),
    "executors.local": ("process_limit", "set_process_limit"),
    "functions.decorator": ("task",),
    "functions.reporting": ("report_progress",),
    "descriptors.loading": ("load_descriptor",),
    "calls.map": ("Map",),
    "opset": ("OPset",),
    "packages.modules": ("bind_module", "import_package", "import_task", "list_tasks", "load_package"),
    "calls.pset": ("ParameterSet",),
    "storage.cache": ("cache",),
    "storage.state": ("state_folder",),
    "packages.searchpath": (
        "append_task_path", "find_packages", "get_task_path", "prepend_task_path", "rescan", "set_task_path",
    ),
    "sessions.session": ("Session",),
    "calls.tasks": ("Task",),
}  # fmt: skip

__all__ = [
    "CacheError",
    "Descriptor",
    "DescriptorError",
    "ExecutableNotFoundError",
    "ExecutableVersionError",
    "Map",
    "OPset",
    "Package",
    "PackageNotFoundError",
    "Parameter",
    "ParameterSet",
    "ResultError",
    "Session",
    "Task",
    "TaskAbortedError",
    "TaskError",
    "TaskExecutionError",
    "TaskNotFoundError",
    "TaskParameterError",
    "TaskTimeoutError",
    "append_task_path",
    "bind_module",
    "cache",
    "find_packages",
    "get_task_path",
    "import_package",
    "import_task",
    "list_tasks",
    "load_descriptor",
    "load_package",
    "prepend_task_path",
    "process_limit",
    "report_progress",
    "rescan",
    "set_process_limit",
    "set_task_path",
    "state_folder",
    "task",
]


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            from importlib import import_module

            home = import_module(f".{module}", __name__)
            value = home if module.endswith(f".{name}") else getattr(home, name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
