"""From the text of a cell, or a value of the OPset channel, to a value of the type its key declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ResultError

if TYPE_CHECKING:
    from ..descriptors.descriptor import Key

_NOTHING = frozenset({"", "indef", "null", "none", "nan"})
_TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "off", "0"})
_NAN = float("nan")
_FORTRAN = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))[dD]([+-]?\d+)\Z", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,4000}\Z", re.ASCII)
_SEXAGESIMAL = re.compile(r"([+-]?)(\d+)[:\s]\s*(\d+)(?:[:\s]\s*(\d+))?(\.\d*)?\Z", re.ASCII)


def _read_string(text: str) -> str:
    return text


def _read_float(text: str) -> float:
    """A number in any spelling; nothing, INDEF and null are NaN."""
    text = text.strip()
    if text.lower() in _NOTHING:
        return _NAN
    if fortran := _FORTRAN.match(text):
        return float(f"{fortran[1]}e{fortran[2]}")
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return float(text)


def _read_int(text: str) -> int | None:
    text = text.strip()
    if _INTEGER.match(text):
        return int(text)
    if text.lower() in _NOTHING:
        return None
    raise ValueError(text)


def _read_bool(text: str) -> bool | None:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    if word in _NOTHING:
        return None
    raise ValueError(text)


def _read_angle(text: str, sexagesimal_scale: float = 1.0) -> float:
    """Degrees, also from `-00 30 00.5` or `12:30`."""
    found = _SEXAGESIMAL.match(text.strip())
    if not found:
        return _read_float(text)
    sign, whole, minutes, seconds, fraction = found.groups()
    last = float((seconds or minutes) + (fraction or ""))
    value = int(whole) + (last / 60 if seconds is None else int(minutes) / 60 + last / 3600)
    if int(minutes) >= 60 or last > 60:  # 60.0 is what others' rounding prints
        raise ValueError(text)
    return (-value if sign == "-" else value) * sexagesimal_scale


def _read_right_ascension(text: str) -> float:
    """Degrees; sexagesimal text is hours."""
    return _read_angle(text, 15.0)


_READERS: dict[str, Callable[[str], Any]] = {
    "string": _read_string,
    "int": _read_int,
    "float": _read_float,
    "bool": _read_bool,
    "angle": _read_angle,
    "right_ascension": _read_right_ascension,
}
_FLOATS = frozenset({"float", "angle", "right_ascension"})
# Other types (`list`, `dict`, `any`) come from JSON and the OPset channel only.
REFERENCE_TYPES = frozenset({"table", "text", "path", "fits"})
_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "angle": "an angle in degrees",
    "right_ascension": "a right ascension in degrees, or sexagesimal hours",
    "string": "a text",
    "list": "a list",
    "dict": "an object",
    "table": "the text of a VOTable document",
    "text": "a text",
    "path": "a file name",
    "fits": "the name of a FITS file",
}


def is_float(key: Key) -> bool:
    """Whether the key's values are floats, so that a missing one is NaN."""
    return key.type in _FLOATS


def missing(key: Key) -> Any:
    """What stands for no value: NaN among floats, else None."""
    return _NAN if is_float(key) else None


def bad_value(key: Key, value: Any, line: int, stream: str = "output") -> ResultError:
    """The error for a value that is not what its key declares; line 0: not known."""
    shown = repr(value)
    if len(shown) > 80:
        shown = shown[:77] + "..."
    where = f"line {line} of the {stream}: " if line else ""
    return ResultError(f"{where}{key.name} should be {_EXPECTED[key.type]}, not {shown}", key=key.name, line=line)


def from_text(key: Key, text: str | None) -> Any:
    """One value; `text` None means there is none. Raises ValueError."""
    return missing(key) if text is None else _READERS[key.type](text)


def column_from_text(key: Key, texts: Sequence[str | None]) -> tuple[list[Any], int | None]:
    """A column of values, and the index of the first that cannot be read (the values end before it)."""
    if key.type == "string":
        return list(texts), None
    if is_float(key):
        try:
            together = "".join(texts)  # type: ignore[arg-type]  # None raises TypeError
            if "_" not in together and together.isascii():
                return list(map(float, texts)), None  # type: ignore[arg-type]
        except (TypeError, ValueError):
            pass
    values: list[Any] = []
    for index, text in enumerate(texts):
        try:
            values.append(from_text(key, text))
        except ValueError:
            return values, index
    return values, None


def from_json(key: Key, value: Any) -> Any:
    """A value of the OPset channel or of a JSON document. Raises ValueError."""
    if value is None:
        return missing(key)
    kind = key.type
    if kind in _FLOATS:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, str):
            return _READERS[kind](value)
    elif kind == "int":
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, str):
            return _read_int(value)
    elif kind == "bool":
        if isinstance(value, bool):
            return value
    elif kind in ("string", "list", "dict"):
        if isinstance(value, {"string": str, "list": list, "dict": dict}[kind]):
            return value
    elif kind == "data":
        return _with_numbers(value)
    else:
        return value
    raise ValueError(value)


def _with_numbers(value: Any) -> Any:
    """JSON at any depth, in which the words for them are numbers that are not finite."""
    if isinstance(value, str):
        return float(value) if value in ("NaN", "Infinity", "-Infinity") else value
    if isinstance(value, list):
        return [_with_numbers(each) for each in value]
    return {name: _with_numbers(each) for name, each in value.items()} if isinstance(value, dict) else value
