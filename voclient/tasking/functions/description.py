"""The descriptor of a Python function: from its signature, its annotations and its docstring."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints, is_typeddict

from ..descriptors.descriptor import CONTROLS, Descriptor, Key, Parameter, Place, Results
from ..errors import DescriptorError
from .calls import FunctionCall, word
from .docstring import Docstring, read_docstring
from .kinds import Kind, read_kind, result_type

if TYPE_CHECKING:
    from .decorator import FunctionTask

_RENAMED = {"min": "minimum", "max": "maximum"}
_FLOWS = (Iterator, Iterable, Generator)


def describe_function(
    task: FunctionTask[..., Any], summary: str | None, units: Mapping[str, str], arguments: tuple[str, ...]
) -> Descriptor:
    """Describe the function of a task; `arguments` begin the command line of its process. Raises DescriptorError."""
    function, name = task.function, task.__name__
    code = function.__code__
    place = Place(os.path.abspath(code.co_filename), code.co_firstlineno, 1)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise _wrong(place, f"{name}: an `async def` cannot be a task; a function or a generator can")
    hints = _hints(function, name, place)
    told = read_docstring(function.__doc__)
    parameters: list[Parameter] = []
    kinds: dict[str, Kind] = {}
    for parameter in inspect.signature(function).parameters.values():
        made, kind = _parameter(parameter, hints, told, units, name, place)
        parameters.append(made)
        kinds[parameter.name] = kind
    of_keys = {name: unit for name, unit in units.items() if name not in kinds or name in told.results}
    return Descriptor(
        task=name,
        summary=summary or told.summary or name,
        executable=sys.executable,
        place=place,
        description=told.description,
        arguments=arguments,
        parameters=tuple(parameters),
        results=Results(channel=tuple({key.name: key for key in _keys(hints.get("return"), told, of_keys)}.values())),
        function=FunctionCall(kinds, task),
    )


def enumeration(function: Callable[..., Any], name: str) -> type[Enum]:
    """The enumeration that annotates a parameter."""
    waiting = [get_type_hints(function)[name]]
    while waiting:
        annotation = waiting.pop()
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            return annotation
        waiting += get_args(annotation)
    raise TypeError(f"{name} is annotated by no enumeration")


def _hints(function: Callable[..., Any], name: str, place: Place) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except Exception as error:  # whatever the text of an annotation raises
        raise _wrong(place, f"{name}: its annotations cannot be read: {error}") from error


def _parameter(
    parameter: inspect.Parameter,
    hints: dict[str, Any],
    told: Docstring,
    units: Mapping[str, str],
    task: str,
    place: Place,
) -> tuple[Parameter, Kind]:
    name = parameter.name
    where = f"{task}: parameter {name!r}"
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
        raise _wrong(place, f"{where} is not one that can be given by name; a list may hold any number of values")
    if name in CONTROLS:
        raise _wrong(place, f"{where} has the name of a task control; call it otherwise")
    if name not in hints:
        raise _wrong(place, f"{where} has no annotation that says what it is: `{name}: float`, for instance")
    try:
        kind = read_kind(hints[name])
    except ValueError as error:
        raise _wrong(place, f"{where}: {error}") from None
    fields = {"help": told.parameters.get(name, ""), **kind.fields}
    if name in units:
        fields["unit"] = units[name]
        kind = kind._replace(fields=fields, type="quantity" if kind.type == "float" else kind.type)
    if kind.convert == "quantity" and not fields.get("unit"):
        raise _wrong(place, f"{where} has no unit: `{name}: Annotated[Quantity, 'deg']`, for instance")
    fields["aliases"] = tuple(fields.get("aliases", ()))
    if kind.many:
        fields.setdefault("min_items", 0)
    has_default = parameter.default is not parameter.empty
    made = Parameter(
        name,
        kind.type,
        argv=() if parameter.kind is parameter.KEYWORD_ONLY else ("{}",),
        required=not has_default and not kind.nullable,
        repeated=bool(kind.many),
        default=_shown(parameter.default, fields.get("unit")) if has_default else None,
        choices=kind.choices,
        **{_RENAMED.get(field, field): value for field, value in fields.items()},
    )
    return made, kind._replace(needed=not has_default)


def _shown(default: Any, unit: str | None) -> Any:
    """A default as the signature and the documentation show it: plain."""
    if isinstance(default, Enum):
        return word(default)
    if default is None or isinstance(default, (bool, int, float, str)):
        return default
    if isinstance(default, os.PathLike):
        return os.fspath(default)
    if hasattr(default, "to_value"):
        return default.to_value(unit)
    if hasattr(default, "tolist"):
        return default.tolist()
    if isinstance(default, (list, tuple)):
        return [_shown(each, unit) for each in default]
    return repr(default)


def _keys(annotation: Any, told: Docstring, units: Mapping[str, str]) -> Iterator[Key]:
    """What the annotation of the result (a TypedDict, or a type of a single value) and `units` say of keys."""
    yields = get_origin(annotation) in _FLOWS
    annotation = get_args(annotation)[0] if yields else annotation
    hints = get_type_hints(annotation, include_extras=True) if is_typeddict(annotation) else {}
    for name, hint in hints.items():
        yield _key(name, hint, told.results.get(name, ""), units)
    if not hints and not yields and annotation is not None and (known := result_type(annotation)) is not None:
        help = next(iter(told.results.values()), "")
        yield _key("table" if known[0] == "table" else "result", annotation, help, units)
    for name, unit in units.items():
        if name not in hints:
            yield Key(name, "any", unit, told.results.get(name, ""))


def _key(name: str, annotation: Any, help: str, units: Mapping[str, str]) -> Key:
    kind, is_array, unit = result_type(annotation) or ("any", False, None)
    return Key(name, kind, units.get(name, unit), help, array=is_array)


def _wrong(place: Place, text: str) -> DescriptorError:
    return DescriptorError(f"{place}: {text}", file=place.file, line=place.line, column=place.column)
