"""How the process of a task finds its function and gets its arguments: plain data, written here and read there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..calls.values import is_table
from ..errors import TaskError

if TYPE_CHECKING:
    from enum import Enum

    from ..descriptors.descriptor import Descriptor, Invocation
    from .decorator import FunctionTask
    from .kinds import Kind

MAIN = "__voclient_main__"
"""What the main script is called in the process of a task, so that what is guarded by `__main__` does not run there."""
importing = False
"""This is the process of a task, and it is importing the function."""


class FunctionCall:
    """What a descriptor knows of its function: where it is found, and by parameter how a value is handed over.

    It survives pickling if another process can find the function.
    """

    def __init__(
        self, kinds: dict[str, Kind], task: FunctionTask[..., Any] | None = None, place: dict[str, Any] | None = None
    ) -> None:
        self.kinds = kinds
        self._task = task
        self._place = place

    def where(self, name: str) -> dict[str, Any]:
        """As JSON has it: a place, with a stamp of its file, or a pickle. TaskError: neither can be had."""
        place = self._find()
        if place is not None:
            return {**place, "stamp": _stamp(place["file"])}
        if self._task is None:
            raise TaskError(f"{name}: the function is in no file, so only the process that made the task can call it")
        return {"pickle": _pickled(self._task)}

    def _find(self) -> dict[str, Any] | None:
        return self._place if self._task is None else find_place(self._task)

    def __reduce__(self) -> Any:
        return FunctionCall, (self.kinds, None, self._find())

    def __repr__(self) -> str:
        place = self._find() or {}
        return f"<call of {place.get('module') or place.get('file')}:{place.get('name')}>"


def translate_call(descriptor: Descriptor, call: FunctionCall, given: Mapping[str, Any]) -> Invocation:
    """Check a call and write it down: as JSON on standard input; tables are words, `/dev/fd/N`."""
    import json

    from ..calls.arguments import begin

    if importing:
        raise TaskError(
            f"{descriptor.task}: called while the process of a task imports the file it is in; a script calls its "
            "tasks under `if __name__ == '__main__':`"
        )
    kinds = call.kinds
    given = {name: _words(value) for name, value in given.items()}
    invocation = begin(descriptor, given)
    values: dict[str, Any] = dict(invocation.values)
    for name, kind in kinds.items():
        if kind.nullable and name not in values and (name in given or kind.needed):
            values[name] = None
    staged: list[int] = []
    try:
        data = {
            "path": [os.path.abspath(folder) for folder in sys.path],
            "argv": list(sys.argv),
            "units": {key.name: key.unit for key in descriptor.results.channel if key.unit},
            "arguments": {name: _written(kinds[name], value, staged) for name, value in values.items()},
            **call.where(descriptor.task),
        }
        invocation.stdin = json.dumps(data).encode()
    except BaseException:
        for number in staged:
            os.close(number)
        raise
    invocation.descriptors = tuple(staged)
    invocation.words += [f"/dev/fd/{number}" for number in staged]
    return invocation


def _written(kind: Kind, value: Any, staged: list[int]) -> dict[str, Any]:
    """A checked value, and what its process makes of it."""
    argument: dict[str, Any] = {"value": value, "convert": kind.convert, "many": kind.many}
    if kind.convert == "table":
        argument |= {"class": kind.name, "names": kind.names, "value": _stage(value, staged)}
    elif kind.convert == "quantity":
        argument["unit"] = kind.unit
    return argument


def _stage(value: Any, staged: list[int]) -> Any:
    """The number of a table among the words, for a table."""
    if isinstance(value, list):
        return [_stage(each, staged) for each in value]
    if not is_table(value):
        return value
    from ..calls.staging import stage_table

    staged.append(stage_table(value))
    return len(staged) - 1


def _words(value: Any) -> Any:
    """Members of enumerations as the words that stand for them."""
    if isinstance(value, (list, tuple)):
        return [_words(each) for each in value] if any(map(_is_member, value)) else value
    return word(value) if _is_member(value) else value


def _is_member(value: Any) -> bool:
    enum = sys.modules.get("enum")
    return enum is not None and isinstance(value, enum.Enum)


def word(member: Enum) -> str:
    """What a member of an enumeration is called in a call: its value, if all values are texts, else its name."""
    return str(member.value) if all(isinstance(each.value, str) for each in type(member)) else member.name


def find_place(task: FunctionTask[..., Any]) -> dict[str, Any] | None:
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
            return {"module": name, "file": file, "name": function.__qualname__}
        if file is not None and os.path.abspath(function.__code__.co_filename) == file:
            return {"module": None, "file": file, "name": function.__qualname__}
    return None


def _stamp(file: str | None) -> list[int]:
    """What tells apart two versions of a module, for those who keep results of the same call."""
    try:
        status = os.stat(file or "")
    except OSError:
        return []
    return [status.st_mtime_ns, status.st_size]


def _pickled(task: FunctionTask[..., Any]) -> str:
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
    name, file = call["name"], call["file"]
    module = _import(call["module"], file) if call["module"] else run_file(MAIN, file)
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
        return run_file(name, file)
    found = getattr(module, "__file__", None)
    return module if file is None or (found and os.path.abspath(found) == file) else run_file(name, file)


def run_file(name: str, file: str) -> ModuleType:
    """Import a file under a name."""
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


def read_arguments(function: Callable[..., Any], call: dict[str, Any]) -> dict[str, Any]:
    """In the process of the task: what the function is called with."""
    tables = {"tables": call["tables"]}
    return {name: _argument(function, name, argument | tables) for name, argument in call["arguments"].items()}


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

    from ...votable.reading import read_votable

    kind = getattr(table, argument["class"])
    if isinstance(value, str):
        return kind.read(value)
    path = argument["tables"][value]
    with open(path, "rb") as file:
        found = kind(read_votable(file), copy=False)
    os.close(int(os.path.basename(path)))  # it was handed over
    return found


def _quantity(value: float, argument: dict[str, Any]) -> Any:
    from astropy.units import Quantity

    return Quantity(value, argument["unit"])


def _position(value: list[float], _: dict[str, Any]) -> Any:
    from astropy.coordinates import SkyCoord

    return SkyCoord(*value, unit="deg")


def _time(value: str, _: dict[str, Any]) -> Any:
    from astropy.time import Time

    return Time(value, scale="utc")


def _path(value: str, _: dict[str, Any]) -> Any:
    from pathlib import Path

    return Path(value)


_CONVERSIONS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "float": lambda value, _: float(value),
    "path": _path,
    "table": _table,
    "quantity": _quantity,
    "position": _position,
    "time": _time,
}
