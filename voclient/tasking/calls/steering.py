"""What a call gives as task controls: told from its parameters, and checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from ..descriptors.descriptor import CONTROLS
from ..errors import TaskParameterError
from .controls import SUPPORTED, Controls
from .values import show

_SECONDS = "a number of seconds above 0"


def split_controls(task: str, given: Mapping[str, Any]) -> tuple[Controls, dict[str, Any]]:
    """The controls among what a call gives by name, and the rest.

    Parameters
    ----------
    task : str
        For messages.
    given : mapping
        By name; `async` is `async_`, None is as good as absent.

    Returns
    -------
    tuple of Controls and dict
        The controls, checked, and all else as it is.

    Raises
    ------
    TaskParameterError
        A control is not known, or its value not accepted.

    Examples
    --------
    >>> controls, values = split_controls("votsort", {"top": 3, "timeout": 60})
    >>> controls.timeout, values
    (60.0, {'top': 3})
    """
    values = {name: value for name, value in given.items() if name not in CONTROLS}
    accepted: dict[str, Any] = {}
    for name, value in given.items():
        if name not in CONTROLS:
            continue
        own = "async_" if name == "async" else name
        if own not in SUPPORTED:
            raise TaskParameterError(
                f"{task}: the task control {name!r} is not supported (there are: {', '.join(SUPPORTED)})",
                task=task, parameter=name, value=value,
            )  # fmt: skip
        if name == "async" and "async_" in given:
            raise _refusal(task, name, value, "given once, as async_ or as async")
        if getattr(value, "shape", None) == () and type(value).__module__ == "numpy":
            value = value.item()
        if value is None and own not in _FLAGS:
            continue
        try:
            accepted[own] = _flag(value) if own in _FLAGS else _CHECKS[own](value)
        except _NotAcceptedError as error:
            raise _refusal(task, name, value, str(error)) from None
        except LookupError as error:
            raise TaskParameterError(f"{task}: {error.args[0]}", task=task, parameter=name, value=value) from None
    return Controls(**accepted), values


class _NotAcceptedError(Exception):
    """Says what would be."""


def _refusal(task: str, name: str, value: Any, accepted: str) -> TaskParameterError:
    text = f"{task}: task control {name!r} cannot be {show(value)}; accepted: {accepted}"
    return TaskParameterError(text, task=task, parameter=name, value=value)


def _flag(value: Any) -> bool:
    if not isinstance(value, int) or value not in (0, 1):
        raise _NotAcceptedError("True or False")
    return bool(value)


def _timeout(value: Any) -> float:
    try:
        seconds = float(value.to_value("s") if hasattr(value, "to_value") else value)
    except (TypeError, ValueError, OverflowError):
        raise _NotAcceptedError(_SECONDS) from None
    if not seconds > 0 or isinstance(value, (bool, str)):
        raise _NotAcceptedError(_SECONDS)
    return seconds


def _cwd(value: Any) -> str:
    if not isinstance(value, (str, bytes, os.PathLike)) or not os.path.isdir(value):
        raise _NotAcceptedError("an existing folder")
    return os.fsdecode(value)


def _env(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(map(_is_variable, value.items())):
        raise _NotAcceptedError("a mapping of variable names to text")
    return dict(value)


def _is_variable(item: tuple[Any, Any]) -> bool:
    name, value = item
    return (
        isinstance(name, str) and isinstance(value, str)
        and bool(name) and "=" not in name and "\0" not in name + value
    )  # fmt: skip


def _cache(value: Any) -> bool | float | str:
    if isinstance(value, bool) or (isinstance(value, str) and value == "refresh"):
        return value
    from .amounts import parse_age

    try:
        age = parse_age(value)
    except ValueError:
        age = 0
    if not age:
        raise _NotAcceptedError("True, False, how old a run may be ('12h', '1d', seconds), or 'refresh'")
    return age


def _callback(value: Any) -> Any:
    patterns, functions = (list(value), value.values()) if isinstance(value, Mapping) else ([], [value])
    if not all(map(callable, functions)) or not all(isinstance(pattern, str) for pattern in patterns):
        raise _NotAcceptedError("a function of (key, value), or a mapping of patterns to them")
    return value


def _executor(value: Any) -> Any:
    from ..executors import ACCEPTED, adapt

    try:
        return adapt(value)
    except TypeError:
        raise _NotAcceptedError(ACCEPTED) from None


def _progress(value: Any) -> Any:
    if value is True:
        from ..running.progress import is_available

        if not is_available():
            raise LookupError("progress=True needs tqdm: pip install 'voclient[progress]'")
    elif not (isinstance(value, bool) or (isinstance(value, str) and value == "auto") or callable(value)):
        raise _NotAcceptedError("'auto', True, False, or a function of (fraction, text)")
    return value


_FLAGS = ("async_", "execute", "check", "prompt")
_CHECKS: dict[str, Callable[[Any], Any]] = {
    "timeout": _timeout, "cwd": _cwd, "env": _env, "cache": _cache, "callback": _callback, "executor": _executor,
    "progress": _progress,
}  # fmt: skip
