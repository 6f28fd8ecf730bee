"""From the annotation of a parameter or a result to what the framework knows: types, choices, units, lists."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Required, Union, get_args, get_origin

from .calls import word

_FIELDS: dict[str, tuple[type, ...]] = {
    "help": (str,), "unit": (str,), "min": (int, float), "max": (int, float), "above": (int, float),
    "below": (int, float), "pattern": (str,), "aliases": (list, tuple), "min_items": (int,), "max_items": (int,),
    "secret": (bool,),
}  # fmt: skip
"""What `Annotated[float, {…}]` may say: words of a descriptor."""
_LISTS = (list, Sequence, Iterable, Collection)
_PLAIN = {bool: "bool", int: "int", float: "float", str: "string"}
_RESULTS = {"bool": "bool", "int": "int", "float": "float", "quantity": "float", "string": "string", "choice": "string",
            "path": "path", "table": "table"}  # fmt: skip


class Kind(NamedTuple):
    """What an annotation says."""

    type: str
    """A type of parameters."""
    convert: str = ""
    """What its process makes of a value: `float path table quantity position time enum`, or nothing."""
    many: str = ""
    """Of a list: `list tuple array`, or `either`, for one value or a list."""
    choices: tuple[Any, ...] = ()
    nullable: bool = False
    """It may be None."""
    needed: bool = False
    """The function has no default of its own, which then is None."""
    name: str = ""
    """Of the class of tables."""
    names: bool = False
    """A table may come as a file's name, too."""
    fields: Mapping[str, Any] = {}  # never changed

    @property
    def unit(self) -> str | None:
        return self.fields.get("unit")


def read_kind(annotation: Any) -> Kind:
    """Read an annotation; ValueError with what it cannot be.

    >>> read_kind(Annotated[float, "deg"] | None)[:2], read_kind(list[Literal["a", "b"]]).many
    (('quantity', 'float'), 'list')
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Required, NotRequired):
        return read_kind(arguments[0])
    if origin is Annotated:
        return _annotated(arguments[0], annotation.__metadata__)
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin is Literal:
        kind = "int" if all(type(choice) is int for choice in arguments) else "choice"
        return Kind(kind, choices=arguments)
    if origin in _LISTS or (origin is tuple and arguments[1:] == (...,)):
        return _list(arguments[0], "tuple" if origin is tuple else "list")
    one = origin or annotation
    if isinstance(one, type):
        return _class(one)
    raise ValueError(f"{_spell(annotation)} is no type of a parameter; {_ACCEPTED}")


_ACCEPTED = (
    "there are bool, int, float, str, Path, Literal, Enum, numpy.ndarray, astropy's Table, Quantity, SkyCoord and "
    "Time, list[…] and tuple[…, ...] of these, and Annotated[…, unit]"
)


def _class(kind: type) -> Kind:
    if kind in _PLAIN:
        return Kind(_PLAIN[kind], convert="float" if kind is float else "")
    if issubclass(kind, Enum):
        return Kind("choice", convert="enum", choices=tuple(map(word, kind)))
    if issubclass(kind, PurePath) or kind is os.PathLike:
        return Kind("path", convert="path")
    if kind in _LISTS or kind is tuple:
        raise ValueError(f"{kind.__name__} does not say of what: {kind.__name__}[float], for instance")
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray":
        return Kind("float", convert="float", many="array")
    if (table := sys.modules.get("astropy.table")) and issubclass(kind, table.Table):
        return Kind("table", convert="table", name="QTable" if issubclass(kind, table.QTable) else "Table")
    if (units := sys.modules.get("astropy.units")) and issubclass(kind, units.Quantity):
        return Kind("quantity", convert="quantity")
    if (coordinates := sys.modules.get("astropy.coordinates")) and issubclass(kind, coordinates.SkyCoord):
        return Kind("position", convert="position")
    if (time := sys.modules.get("astropy.time")) and issubclass(kind, time.Time):
        return Kind("time", convert="time")
    raise ValueError(f"{_spell(kind)} is no type of a parameter; {_ACCEPTED}")


def _union(members: tuple[Any, ...]) -> Kind:
    kinds = [read_kind(member) for member in members if member is not NoneType]
    nullable = len(kinds) < len(members)
    if len(kinds) == 1:
        return kinds[0]._replace(nullable=nullable)
    types = {kind.type for kind in kinds}
    if types == {"string", "path"}:
        return Kind("path", nullable=nullable)
    if types <= {"string", "path", "table"} and "table" in types:
        table = next(kind for kind in kinds if kind.type == "table")
        return table._replace(nullable=nullable, names=True)
    if types == {"int", "float"} and not any(kind.many for kind in kinds):
        return Kind("float", nullable=nullable)
    if len(types) == 1 and sorted(kind.many for kind in kinds) == ["", "list"]:
        return kinds[0]._replace(nullable=nullable, many="either")
    raise ValueError(f"{' | '.join(map(_spell, members))} is more than one type; {_ACCEPTED}")


def _list(member: Any, many: str) -> Kind:
    kind = read_kind(member)
    if kind.many:
        raise ValueError("lists of lists cannot be given to a task")
    return kind._replace(many=many, nullable=False)


def _annotated(base: Any, metadata: tuple[Any, ...]) -> Kind:
    kind = read_kind(base)
    fields = dict(kind.fields)
    for told in metadata:
        if isinstance(told, str):
            fields["unit"] = told
        elif hasattr(told, "physical_type") and hasattr(told, "to_string"):
            fields["unit"] = told.to_string()
        elif isinstance(told, Mapping):
            fields |= _checked(told)
    if "unit" in fields and kind.type == "float":
        kind = kind._replace(type="quantity")
    return kind._replace(fields=fields)


def _checked(told: Mapping[str, Any]) -> dict[str, Any]:
    from ..calls.values import suggest

    for name, value in told.items():
        if name not in _FIELDS:
            raise ValueError(f"Annotated says {name!r}{suggest(str(name), _FIELDS)} (there are {', '.join(_FIELDS)})")
        if not isinstance(value, _FIELDS[name]):
            raise ValueError(f"Annotated says {name}: {value!r}, which is no {_FIELDS[name][0].__name__}")
    return dict(told)


def result_type(annotation: Any) -> tuple[str, bool, str | None] | None:
    """Type, array and unit of a key whose value has this annotation; None: nothing that could be said."""
    try:
        kind = read_kind(annotation)
    except ValueError:
        return None
    if kind.type not in _RESULTS or kind.convert == "enum":
        return None
    return _RESULTS[kind.type], kind.many == "array", kind.unit


def _spell(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")
