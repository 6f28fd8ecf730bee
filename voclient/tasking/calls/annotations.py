"""The Python types that stand for parameters and task controls: annotations of task functions, and their text."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import NoneType, UnionType
from typing import Any, Literal, Protocol, TypedDict, Union, get_args, get_origin, get_type_hints

from ..descriptors.descriptor import Parameter
from .controls import Callback, ProgressCallback


class TableLike(Protocol):
    """An astropy `Table`, known by its face: astropy is not imported to name it."""

    @property
    def colnames(self) -> Any:
        """Names of its columns."""


class QuantityLike(Protocol):
    """A number or text with a unit: an astropy `Quantity` or `Angle`."""

    @property
    def unit(self) -> Any:
        """Its unit."""

    @property
    def to_value(self) -> Any:
        """Its number in another unit."""


class SkyLike(Protocol):
    """An astropy `SkyCoord`, or a frame with data."""

    @property
    def transform_to(self) -> Any:
        """Itself in another frame."""


class TimeLike(Protocol):
    """An astropy `Time`."""

    @property
    def scale(self) -> Any:
        """Its scale."""

    @property
    def jd1(self) -> Any:
        """Its days."""


class ControlArguments(TypedDict, total=False):
    """The task controls as arguments of a task function."""

    async_: bool
    execute: bool
    timeout: float | QuantityLike | None
    check: bool
    cwd: str | os.PathLike[str] | None
    env: Mapping[str, str] | None
    cache: bool | float | str | QuantityLike | timedelta
    callback: Callback | Mapping[str, Callback] | None
    executor: Any
    progress: bool | Literal["auto"] | ProgressCallback | None
    prompt: bool


_TYPES: dict[str, Any] = {
    "bool": bool, "int": int, "float": float, "string": str, "choice": str, "url": str,
    "path": str | os.PathLike[str], "table": TableLike | str | os.PathLike[str],
    "angle": float | str | QuantityLike, "quantity": float | str | QuantityLike,
    "position": SkyLike | tuple[float | str | QuantityLike, float | str | QuantityLike] | str,
    "time": TimeLike | str | float,
    "range": tuple[float | QuantityLike | None, float | QuantityLike | None] | str,
}  # fmt: skip


def control_types() -> dict[str, Any]:
    """The types of the task controls, in their order."""
    return get_type_hints(ControlArguments)


def annotate(parameter: Parameter, *, nullable: bool = False) -> Any:
    """The Python type that stands for a parameter; `nullable`: with None wherever None is accepted."""
    if parameter.choices and parameter.type in ("choice", "string", "int"):
        one: Any = Literal[parameter.choices]
    else:
        one = _TYPES[parameter.type]
        if parameter.unit and parameter.type in ("int", "float", "string"):
            one = (float | one if parameter.type == "string" else one) | QuantityLike
    if parameter.repeated:
        one = one | Iterable[one]
    optional = not parameter.required and (nullable or left_out(parameter) is None)
    return one | None if optional else one


def left_out(parameter: Parameter) -> Any:
    """What happens when it is left out, as the descriptor says; a flag that is left out is off."""
    return False if parameter.default is None and parameter.type == "bool" and parameter.argv else parameter.default


def spell_type(kind: Any) -> str:
    """A type as it is written, by the short names of what it consists of.

    >>> spell_type(str | Iterable[Literal["a", "b"]] | None)
    "str | Iterable[Literal['a', 'b']] | None"
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return " | ".join(map(spell_type, arguments))
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, arguments))}]"
    if origin is not None:
        return f"{origin.__name__}[{', '.join(map(spell_type, arguments))}]"
    if kind in (None, NoneType):
        return "None"
    return "Any" if kind is Any else str(kind.__name__)
