"""Values of Python as the OPset channel has them. astropy and numpy values are known by their faces, not imported."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from typing import Any

_KINDS = {"f": "float", "i": "int", "u": "int", "b": "bool", "U": "string"}
"""What numpy's kinds of values are here."""


class _Number(str):
    """A number that is not finite, as the word for it."""


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
    if hasattr(value, "isot"):
        return _time(value)
    if hasattr(value, "icrs"):
        return _position(value.icrs)
    if hasattr(value, "total_seconds"):
        return _number(value.total_seconds()), {"type": "float", "unit": "s"}
    if hasattr(value, "isoformat"):
        return value.isoformat(), {}
    if hasattr(value, "to_value") and hasattr(value, "jd1"):
        value = value.to("s")
    if hasattr(value, "to_value") and hasattr(value, "unit") and hasattr(value, "value"):
        encoded, kind = encode(value.value)
        return encoded, {**kind, **_unit(value.unit)}
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return _array(value)
    if isinstance(value, os.PathLike):
        return os.path.abspath(os.fsdecode(value)), {"type": "path"}
    if isinstance(value, Mapping):
        return _data({key_name(key): _inner(each) for key, each in value.items()})
    if isinstance(value, (list, tuple)):
        return _list(value)
    raise TypeError(
        f"a value of type {type(value).__name__} cannot be handed over; what can: None, bool, int, float, str, Path, "
        "Quantity, SkyCoord, Time, dates, numpy arrays and astropy Tables, and lists and dicts of these"
    )


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return _Number("NaN" if value != value else "Infinity" if value > 0 else "-Infinity")


def _data(encoded: Any) -> tuple[Any, dict[str, Any]]:
    """Objects, and lists of several types: of type `data` if there are numbers in them that need words."""
    kinds = set(_words(encoded))
    if kinds == {_Number, str}:
        raise TypeError(
            "it has numbers that are not finite, and texts that say NaN or Infinity; give them keys of their own"
        )
    return encoded, {"type": "data"} if _Number in kinds else {}


def _words(encoded: Any) -> Iterator[type]:
    """The types of the words for numbers in it."""
    if isinstance(encoded, str):
        if encoded in ("NaN", "Infinity", "-Infinity"):
            yield type(encoded)
    elif isinstance(encoded, (dict, list)):
        for each in encoded.values() if isinstance(encoded, dict) else encoded:
            yield from _words(each)


def is_float(encoded: Any) -> bool:
    return encoded is None or (isinstance(encoded, int) and not isinstance(encoded, bool))


def _unit(unit: Any) -> dict[str, str]:
    text = "" if unit is None else str(unit)
    return {"unit": text} if text else {}


def _time(time: Any) -> tuple[Any, dict[str, Any]]:
    """astropy's Time: UTC in ISO 8601, to the nanosecond."""
    time = time.utc.copy()
    time.precision = 9
    return encode(time.isot.tolist() if time.shape else str(time.isot))


def _position(place: Any) -> tuple[Any, dict[str, Any]]:
    """astropy's SkyCoord: right ascension and declination, ICRS."""
    unit = {"type": "float", "unit": "deg"}
    ra, dec = _numbers(place.ra.deg.tolist()), _numbers(place.dec.deg.tolist())
    if not place.shape:
        return [ra, dec], unit
    if len(place.shape) > 1:
        raise TypeError("positions in more than one dimension cannot be handed over")
    return [list(pair) for pair in zip(ra, dec, strict=True)], {**unit, "array": True}


def _array(value: Any) -> tuple[Any, dict[str, Any]]:
    """numpy's scalars and arrays, also masked ones, and columns of tables with their units."""
    kind = value.dtype.kind
    if kind in ("M", "S"):
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
    if len(kinds) == 1 and (not plain or (kinds[0]["type"] == "float" and all(map(is_float, plain)))):
        return encoded, kinds[0]
    return _data([_inner(value) for value in values])


def _inner(value: Any) -> Any:
    """A value inside an object, or a list of several types, where nothing can be declared."""
    encoded, kind = encode(value)
    if kind.get("type") == "table" or "unit" in kind:
        raise TypeError(f"a {type(value).__name__} inside a dict or a list of several types; give it a key of its own")
    return encoded


def _votable(table: Any) -> str:
    from io import BytesIO

    from ...votable.writing import write_votable

    document = BytesIO()
    write_votable(table, document)
    return document.getvalue().decode()


def key_name(key: Any) -> str:
    if not isinstance(key, str) or not key:
        raise TypeError(f"{key!r} is no name of a key; names are text")
    return str(key)
