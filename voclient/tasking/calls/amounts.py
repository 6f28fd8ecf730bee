"""Sizes and ages as people write them: `10 GB`, `30d`."""

from __future__ import annotations

import math
import re
from typing import Any

_SIZES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZES |= {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZES |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
_AGES = {"": 1, "s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31557600}
_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([A-Za-z]*)\s*")


def parse_size(text: str) -> int:
    """Bytes; ValueError says what is accepted.

    Examples
    --------
    >>> parse_size("10 GB"), parse_size("1.5 MiB")
    (10000000000, 1572864)
    """
    found = _AMOUNT.fullmatch(text)
    if found is None or found[2].upper() not in _SIZES:
        raise ValueError("a size is a number and B, KB, MB, GB, TB (or KiB, MiB, GiB, TiB), as in '10 GB'")
    return round(float(found[1]) * _SIZES[found[2].upper()])


def parse_age(value: Any) -> float:
    """Seconds, of a number, a text, a timedelta or a Quantity; ValueError says what is accepted.

    Examples
    --------
    >>> parse_age("1d"), parse_age("1.5 h"), parse_age(90)
    (86400.0, 5400.0, 90.0)
    """
    seconds = math.nan
    try:
        if isinstance(value, str):
            found = _AMOUNT.fullmatch(value)
            if found is not None and found[2] in _AGES:
                seconds = float(found[1]) * _AGES[found[2]]
        elif hasattr(value, "total_seconds"):
            seconds = value.total_seconds()
        elif not isinstance(value, bool):
            seconds = float(value.to_value("s") if hasattr(value, "to_value") else value)
    except (TypeError, ValueError, OverflowError):
        pass
    if not 0 <= seconds < math.inf:
        raise ValueError("an age is a number and s, min, h, d, w or y, as in '30d'")
    return seconds


def show_size(size: int) -> str:
    """Bytes in the unit that fits.

    Examples
    --------
    >>> show_size(999), show_size(1234567)
    ('999 B', '1.2 MB')
    """
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("KB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.95 or unit == "TB":
            break
    return f"{value:.1f} {unit}"


def show_age(seconds: float) -> str:
    """Seconds in the unit that fits.

    Examples
    --------
    >>> show_age(30), show_age(7300), show_age(864000)
    ('30s', '2h', '10d')
    """
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size or (unit == "min" and seconds >= size):
            return f"{seconds / size:.0f}{unit}"
    return f"{max(seconds, 0):.0f}s"
