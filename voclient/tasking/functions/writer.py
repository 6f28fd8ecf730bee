"""Write the OPset channel from Python (docs/channel.md). Light: astropy and numpy values are known by their faces."""

from __future__ import annotations

import json
import math
import os
from _thread import allocate_lock
from collections.abc import Mapping
from typing import Any

LINE_LIMIT_BYTES = 64 << 20
_KINDS = {"f": "float", "i": "int", "u": "int", "b": "bool", "U": "string"}
"""What numpy's kinds of values are here."""


class Writer:
    """The channel on a file descriptor; None, or a reader that has gone: nobody listens.

    Quantities are converted to the `units` of their keys, where they have one.
    """

    def __init__(self, descriptor: int | None, units: Mapping[str, str]) -> None:
        self._descriptor = descriptor
        self._units = units
        self._declared: dict[str, dict[str, Any]] = {}
        self._lock = allocate_lock()

    def begin(self) -> None:
        """Say that keys come from here; before any output."""
        self._send({"opset": 1})

    def put(self, key: str, value: Any) -> None:
        """Give a single value."""
        self._send({"key": _name(key), "value": self._encoded(key, value)})

    def row(self, values: Mapping[str, Any]) -> None:
        """Give one value for each of some row keys."""
        self._send({"row": {_name(key): self._encoded(key, value, in_row=True) for key, value in values.items()}})

    def progress(self, fraction: float | None, text: str = "") -> None:
        """Say how far things are."""
        known = fraction is not None and math.isfinite(fraction)
        self._send({"progress": min(max(float(fraction), 0.0), 1.0) if known else None, "text": str(text)})  # type: ignore[arg-type]

    def error(self, text: str) -> None:
        """Say why the run fails."""
        self._send({"error": text})

    def _encoded(self, key: str, value: Any, in_row: bool = False) -> Any:
        """The value as JSON has it; what cannot be seen from that is declared first."""
        try:
            if key in self._units and getattr(value, "unit", None) is not None:
                value = value.to(self._units[key])
            encoded, kind = encode(value)
        except TypeError as error:
            raise TypeError(f"key {key!r}: {error}") from None
        if in_row:
            kind.pop("array", None)
        before = self._declared.get(key)
        if before is not None and before.get("type") == "float" and not kind and _is_float(encoded):
            kind = before  # whole numbers, or none, among floats
        if kind != before and (kind or before):
            self._declared[key] = kind
            self._send({"declare": {key: {"type": "any", "array": False, **kind}}})
        return encoded

    def _send(self, message: dict[str, Any]) -> None:
        line = json.dumps(message, allow_nan=False).encode() + b"\n"
        if len(line) > LINE_LIMIT_BYTES:
            raise ValueError(
                f"key {message.get('key')!r}: its value takes {len(line) >> 20} MiB, a line of the OPset channel has "
                f"{LINE_LIMIT_BYTES >> 20}; write it to a file and give its path"
            )
        with self._lock:
            while self._descriptor is not None and line:
                try:
                    line = line[os.write(self._descriptor, line) :]
                except BlockingIOError:
                    import select

                    select.select([], [self._descriptor], [])
                except OSError:
                    self._descriptor = None


def encode(value: Any) -> tuple[Any, dict[str, Any]]:
    """A value in JSON, and what a declaration has to say of it; TypeError when that cannot be.

    >>> encode([1.5, float("nan")])
    ([1.5, 'NaN'], {'type': 'float'})
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value, {}
    if isinstance(value, float):
        return _number(float(value)), {"type": "float"}
    if hasattr(value, "colnames") and hasattr(value, "write"):
        return _votable(value), {"type": "table"}
    if hasattr(value, "to_value") and hasattr(value, "unit") and hasattr(value, "value"):
        encoded, kind = encode(value.value)
        return encoded, {**kind, **_unit(value.unit)}
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return _array(value)
    if isinstance(value, os.PathLike):
        return os.path.abspath(os.fsdecode(value)), {"type": "path"}
    if isinstance(value, Mapping):
        return {_name(key): _inner(each) for key, each in value.items()}, {}
    if isinstance(value, (list, tuple)):
        return _list(value)
    raise TypeError(
        f"a value of type {type(value).__name__} cannot be handed over; what can: None, bool, int, float, str, Path, "
        "Quantity, numpy arrays and astropy Tables, and lists and dicts of these"
    )


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _is_float(encoded: Any) -> bool:
    return encoded is None or (isinstance(encoded, int) and not isinstance(encoded, bool))


def _unit(unit: Any) -> dict[str, str]:
    text = "" if unit is None else str(unit)
    return {"unit": text} if text else {}


def _array(value: Any) -> tuple[Any, dict[str, Any]]:
    """numpy's scalars and arrays, also masked ones, and columns of tables with their units."""
    kind = value.dtype.kind
    if kind == "M":
        value, kind = value.astype(str), "U"
    if kind == "S":
        value, kind = value.astype(str), "U"
    if kind not in _KINDS:
        raise TypeError(f"an array of {value.dtype} cannot be handed over; of numbers, bools and texts, it can")
    encoded = value.tolist()
    if kind == "f":
        encoded = _numbers(encoded)
    unit = _unit(getattr(value, "unit", None))
    if value.shape == ():
        return encoded, {**({"type": "float"} if kind == "f" else {}), **unit}
    return encoded, {"type": _KINDS[kind], "array": True, **unit}


def _numbers(values: Any) -> Any:
    if isinstance(values, list):
        return [_numbers(value) for value in values]
    return None if values is None else _number(values)


def _list(values: list[Any] | tuple[Any, ...]) -> tuple[Any, dict[str, Any]]:
    """A list has the type that all its values have, a float one for whole numbers and None among floats."""
    pairs = [encode(value) for value in values]
    encoded = [pair[0] for pair in pairs]
    kinds: list[dict[str, Any]] = []
    for _, kind in pairs:
        if kind and kind not in kinds:
            kinds.append(kind)
    if not kinds:
        return encoded, {}
    plain = [value for value, kind in pairs if not kind]
    if len(kinds) == 1 and (not plain or (kinds[0]["type"] == "float" and all(map(_is_float, plain)))):
        return encoded, kinds[0]
    return [_inner(value) for value in values], {}


def _inner(value: Any) -> Any:
    """A value inside an object, or a list of several types, where nothing can be declared."""
    encoded, kind = encode(value)
    if kind.get("type") == "table" or "unit" in kind:
        raise TypeError(f"a {type(value).__name__} inside a dict or a list of several types; give it a key of its own")
    return encoded


def _votable(table: Any) -> str:
    from io import BytesIO

    document = BytesIO()
    table.write(document, format="votable")
    return document.getvalue().decode()


def _name(key: Any) -> str:
    if not isinstance(key, str) or not key:
        raise TypeError(f"{key!r} is no name of a key; names are text")
    return str(key)
