"""The tasking framework: a YAML descriptor makes a program a Python function.

Find and import: `find_packages`, `list_tasks`, `import_package`, `import_task`, `load_package`; the search path:
`get_task_path`, `set_task_path`, `prepend_task_path`, `append_task_path`, `rescan`. A `Task` is called and gives an
`OPset`, a `Session` keeps its program for many calls; `set_process_limit` bounds how many run at a time. Every error is
a `TaskError`. Names are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .descriptor import Descriptor, Package, Parameter
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
    from .loading import load_descriptor
    from .map import Map
    from .opset import OPset
    from .packages import bind_module, import_package, import_task, list_tasks, load_package
    from .pset import ParameterSet
    from .searchpath import (
        append_task_path,
        find_packages,
        get_task_path,
        prepend_task_path,
        rescan,
        set_task_path,
    )
    from .session import Session
    from .state import state_folder
    from .tasks import Task

_HOMES = {
    "descriptor": ("Descriptor", "Package", "Parameter"),
    "errors": (
        "CacheError", "DescriptorError", "ExecutableNotFoundError", "ExecutableVersionError", "PackageNotFoundError",
        "ResultError",
        "TaskAbortedError", "TaskError", "TaskExecutionError", "TaskNotFoundError", "TaskParameterError",
        "TaskTimeoutError",
    ),
    "executors.local": ("process_limit", "set_process_limit"),
    "functions.decorator": ("task",),
    "functions.reporting": ("report_progress",),
    "loading": ("load_descriptor",),
    "map": ("Map",),
    "opset": ("OPset",),
    "packages": ("bind_module", "import_package", "import_task", "list_tasks", "load_package"),
    "pset": ("ParameterSet",),
    "state": ("state_folder",),
    "searchpath": (
        "append_task_path", "find_packages", "get_task_path", "prepend_task_path", "rescan", "set_task_path",
    ),
    "session": ("Session",),
    "tasks": ("Task",),
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

            value = getattr(import_module(f".{module}", __name__), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
