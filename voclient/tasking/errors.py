"""Every exception of the tasking framework. All carry their data, and all pickle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .opset import OPset


class TaskError(Exception):
    """Base of all errors of the framework."""

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: _portable(value) for name, value in self.__dict__.items()}
        return (_remake, (type(self), self.args, state))


def _portable(value: Any) -> Any:
    """The value, or how it looks if it cannot be pickled."""
    import pickle

    try:
        pickle.dumps(value)
    except Exception:
        return repr(value)
    return value


def _remake(kind: type[TaskError], args: tuple[Any, ...], state: dict[str, Any]) -> TaskError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class PackageNotFoundError(TaskError):
    """No task package of that name (attribute ``package``) in the places of ``searched``."""

    def __init__(self, message: str, *, package: str = "", searched: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.package = package
        self.searched = searched


class TaskNotFoundError(TaskError, AttributeError):
    """The package has no task of that name."""

    def __init__(self, message: str, *, package: str = "", task: str = "") -> None:
        super().__init__(message)
        self.package = package
        self.task = task


class DescriptorError(TaskError):
    """A descriptor is wrong, at ``file``:``line``:``column``."""

    def __init__(self, message: str, *, file: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.column = column


class TaskParameterError(TaskError, ValueError):
    """A call is wrong: ``task``, ``parameter``, ``value`` say where."""

    def __init__(self, message: str, *, task: str = "", parameter: str = "", value: Any = None) -> None:
        super().__init__(message)
        self.task = task
        self.parameter = parameter
        self.value = value


class ExecutableNotFoundError(TaskError, FileNotFoundError):
    """The program of a task is in none of the ``places``."""

    def __init__(self, message: str, *, executable: str = "", places: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.executable = executable
        self.places = places


class ExecutableVersionError(TaskError):
    """The program of a task is too old, or does not tell: its ``version``, and the one ``required``."""

    def __init__(self, message: str, *, executable: str = "", version: str = "", required: str = "") -> None:
        super().__init__(message)
        self.executable = executable
        self.version = version
        self.required = required


class ResultError(TaskError):
    """What a tool printed could not be read as declared: ``key``, and the ``line`` of output."""

    def __init__(self, message: str, *, key: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.key = key
        self.line = line


class MissingKeyError(KeyError):
    """A key that an OPset has not, or not yet; the message says which. (A `KeyError`, as of any dict.)"""

    def __str__(self) -> str:
        return str(self.args[0])


class TaskExecutionError(TaskError):
    """A run failed; ``result`` is its OPset."""

    def __init__(self, message: str, *, result: OPset | None = None) -> None:
        super().__init__(message)
        self.result = result


class TaskTimeoutError(TaskExecutionError, TimeoutError):
    """A run was ended at its time limit."""


class TaskAbortedError(TaskExecutionError):
    """A run was aborted or closed before its end."""


class CacheError(TaskError):
    """The data cache in ``folder`` cannot be used, or not for this; runs go on without it."""

    def __init__(self, message: str, *, folder: str = "") -> None:
        super().__init__(message)
        self.folder = folder
