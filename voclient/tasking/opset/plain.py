"""Values as JSON has them: what `to_dict`, `to_json` and `voclient run --json` give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """A value made of None, bool, int, finite float, str, list and dict.

    What is not finite, and a masked cell, is None; an array is a list; a Table an object of its columns; a Quantity
    `{"value": …, "unit": …}`; a path its name, and so a FITS file; a date in ISO 8601; any other thing what `str`
    makes of it.
    """
    kind = type(value)
    if kind is float:  # of many rows most values are of these types, so they come first
        return value if value - value == 0 else None
    if kind is int or value is None or isinstance(value, (str, bool)):
        return value
    if hasattr(value, "fileinfo") and hasattr(value, "filename"):  # an HDUList
        name = value.filename()
        return None if name is None or name.startswith("/proc/") else name  # a file of ours without a name
    if hasattr(value, "colnames"):
        return {name: plain(_listed(value[name])) for name in value.colnames}
    if hasattr(value, "to_value") and hasattr(value, "unit"):
        return {"value": plain(value.value), "unit": str(value.unit)}
    if hasattr(value, "tolist"):
        value = _listed(value)
    if isinstance(value, float):
        return float(value) if value - value == 0 else None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "surrogateescape")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return None if value is None else str(value)  # an array of one number may hold none


def _listed(value: Any) -> Any:
    """As `tolist`; numbers of single precision keep the digits they need: 3.44, not 3.440000057220459."""
    dtype = getattr(value, "dtype", None)
    if dtype is not None and dtype.kind == "f" and dtype.itemsize < 8:
        value = value.astype("U").astype("f8")
    return value.tolist()


def to_json(value: Any, indent: int | None = None) -> str:
    """JSON of a plain value, one that can be encoded as UTF-8."""
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # bytes that were no UTF-8 are lone surrogates, which JSON can only escape
        text = json.dumps(value, indent=indent, allow_nan=False)
    return text
