"""How the process of a task finds its function and gets its arguments: plain data, written here and read there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..errors import TaskError

if TYPE_CHECKING:
    from .decorator import FunctionTask

MAIN = "__voclient_main__"
"""What the main script is called in the process of a task, so that what is guarded by `__main__` does not run there."""
importing = False
"""This is the process of a task, and it is importing the function."""


def describe_call(task: FunctionTask, arguments: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """All that `find_function` and `read_arguments` need, as JSON can have it."""
    path = [os.path.abspath(folder) for folder in sys.path]
    units = {key.name: key.unit for key in task.descriptor.results.channel if key.unit}
    place = find_place(task) or {"pickle": _pickled(task)}
    return {"path": path, "argv": list(sys.argv), "units": units, "arguments": arguments, **place}


def find_place(task: FunctionTask) -> dict[str, Any] | None:
    """Where another process finds the function: a module or the main script, and a name; None: nowhere."""
    function, name = task.function, task.function.__module__
    module = sys.modules.get(name) if name else None
    found = member(module, function.__qualname__)
    if module is not None and (found is task or found is function):
        file = getattr(module, "__file__", None)
        file = None if file is None else os.path.abspath(file)
        spec = getattr(module, "__spec__", None)
        if name not in ("__main__", MAIN) or spec is not None:
            name = spec.name if spec is not None else name
            return {"module": name, "file": file, "stamp": _stamp(file), "name": function.__qualname__}
        if file is not None and os.path.abspath(function.__code__.co_filename) == file:
            return {"script": file, "stamp": _stamp(file), "name": function.__qualname__}
    return None


def _stamp(file: str | None) -> list[int]:
    """What tells apart two versions of a module, for those who keep results of the same call."""
    try:
        status = os.stat(file or "")
    except OSError:
        return []
    return [status.st_mtime_ns, status.st_size]


def _pickled(task: FunctionTask) -> str:
    from base64 import b64encode

    name = task.__name__
    try:
        import cloudpickle
    except ImportError:
        raise TaskError(
            f"{name}: the function is in no file, or not at the top of it, where its own process could find it: move "
            "it there, or `pip install voclient[functions]`"
        ) from None
    try:
        return b64encode(cloudpickle.dumps(task.function)).decode()
    except Exception as error:  # whatever the things that the function refers to raise
        raise TaskError(f"{name}: the function cannot be handed to a process of its own: {error}") from error


def find_function(call: dict[str, Any]) -> Callable[..., Any]:
    """In the process of the task: the function itself."""
    global importing
    from .decorator import FunctionTask

    importing = True
    try:
        found = _find(call)
    finally:
        importing = False
    return found.function if isinstance(found, FunctionTask) else found


def _find(call: dict[str, Any]) -> Any:
    if "pickle" in call:
        from base64 import b64decode

        import cloudpickle

        return cloudpickle.loads(b64decode(call["pickle"]))
    name, file = call["name"], call.get("script") or call["file"]
    module = _run_file(MAIN, file) if "script" in call else _import(call["module"], file)
    found = member(module, name)
    if found is None:
        raise TaskError(
            f"{name} is not there when {file} is imported: define it outside of `if __name__ == '__main__':`"
        )
    return found


def _import(name: str, file: str | None) -> ModuleType:
    """The module of that name, if it is that file; else the file, under that name."""
    from importlib import import_module

    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if file is None or not f"{name}.".startswith(f"{missing}."):
            raise
        return _run_file(name, file)
    found = getattr(module, "__file__", None)
    return module if file is None or (found and os.path.abspath(found) == file) else _run_file(name, file)


def _run_file(name: str, file: str) -> ModuleType:
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    if name == MAIN:
        sys.modules["__main__"] = module
    with open(file, "rb") as source:
        exec(compile(source.read(), file, "exec"), module.__dict__)
    return module


def member(module: ModuleType | None, name: str) -> Any:
    """What a module has under a name with dots, or None."""
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def member_of(module: str, name: str) -> Any:
    """Finds again what was pickled by name."""
    from importlib import import_module

    return member(import_module(module), name)


# Arguments: each with how the function wants it.


def read_arguments(function: Callable[..., Any], arguments: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """In the process of the task: what the function is called with."""
    return {name: _argument(function, name, argument) for name, argument in arguments.items()}


def _argument(function: Callable[..., Any], name: str, argument: dict[str, Any]) -> Any:
    value, many = argument["value"], argument["many"]
    if value is None:
        return None
    convert = _CONVERSIONS.get(argument["convert"])
    if argument["convert"] == "enum":
        from .description import enumeration

        kind = enumeration(function, name)
        convert = lambda word, _: next(each for each in kind if word in (each.value, each.name))  # noqa: E731
    if not many or (many == "either" and not isinstance(value, list)):
        return convert(value, argument) if convert else value
    values = value if isinstance(value, list) else [value]
    converted = [convert(each, argument) for each in values] if convert else values
    if many == "array":
        import numpy

        return numpy.array(converted)
    return tuple(converted) if many == "tuple" else converted


def _table(value: str | int, argument: dict[str, Any]) -> Any:
    """The table itself: of a descriptor that was handed over, or of a file, unless the function wants names, too."""
    if isinstance(value, str) and argument["names"]:
        return value
    from astropy import table

    kind = getattr(table, argument["class"])
    if isinstance(value, str):
        return kind.read(value)
    with open(value, "rb") as file:
        return kind.read(file, format="votable")


def _quantity(value: float, argument: dict[str, Any]) -> Any:
    from astropy.units import Quantity

    return Quantity(value, argument["unit"])


def _path(value: str, _: dict[str, Any]) -> Any:
    from pathlib import Path

    return Path(value)


_CONVERSIONS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "float": lambda value, _: float(value),
    "path": _path,
    "table": _table,
    "quantity": _quantity,
}
