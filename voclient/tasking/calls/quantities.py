"""astropy's objects as plain values: quantities, angles, positions and times, in the unit, frame or form declared.

They are known by their faces, so that astropy is not imported for plain numbers and texts.
"""

from __future__ import annotations

import re
from typing import Any

from ..descriptors.descriptor import FRAMES, Parameter
from .values import is_number, show

_NUMERIC_FORMS = ("jd", "mjd", "jyear", "byear", "decimalyear", "unix", "gps", "cxcsec")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?", re.ASCII)


def unit_of(parameter: Parameter) -> str:
    """The unit a parameter declares, or its type implies."""
    return parameter.unit or ("deg" if parameter.type in ("angle", "position") else "")


def to_plain(parameter: Parameter, value: Any) -> Any:
    """A value with a unit, frame or scale as plain numbers or text: lists of them for arrays, pairs for positions.

    Any other value is given back as it is. `ValueError` when it cannot be expressed as declared.
    """
    if getattr(value, "unit", None) is not None and hasattr(value, "quantity"):
        value = value.quantity if not _is_masked(value) else value  # a column of a table
    if hasattr(value, "transform_to"):
        return _from_sky(parameter, value)
    if hasattr(value, "to_value"):
        if _is_masked(value):
            raise ValueError("a masked value is no value")
        if hasattr(value, "scale") and hasattr(value, "jd1") and not hasattr(value, "to"):
            return _from_time(parameter, value)
        return in_unit(parameter, value)
    if hasattr(value, "total_seconds"):
        from astropy.units import Quantity

        return in_unit(parameter, Quantity(value.total_seconds(), "s"))
    if parameter.type == "time" and hasattr(value, "isoformat"):
        return _from_datetime(parameter, value)
    return value


def in_unit(parameter: Parameter, value: Any) -> Any:
    """A Quantity (or TimeDelta) as a number, or a list of numbers."""
    unit = unit_of(parameter)
    try:
        number = value.to_value(unit)
        return _without_noise(number.tolist() if hasattr(number, "tolist") else float(number))
    except (ValueError, TypeError):
        wanted = f"cannot be expressed in {unit}" if unit else "has a unit, the parameter has none"
        raise ValueError(f"{show(value)} {wanted}") from None


def _without_noise(number: Any) -> Any:
    """One micrometre is 1000 nm, not 999.9999999999999: a number that is short but for its last digit is that."""
    if isinstance(number, list):
        return [_without_noise(each) for each in number]
    short = float(f"{number:.15g}") if isinstance(number, float) else number
    return short if len(repr(short)) < 15 else number


def _from_sky(parameter: Parameter, value: Any) -> Any:
    """A SkyCoord, or a frame with data, as a pair of degrees, or as the one coordinate an angle asks for."""
    if parameter.type != "position" and parameter.coordinate is None:
        raise ValueError(f"{show(value)} is a position; the parameter is none")
    from astropy.coordinates import SkyCoord

    try:
        there = SkyCoord(value).transform_to(parameter.frame)
    except Exception as error:  # what a frame lacks is told in errors of many kinds
        raise _inexpressible(value, parameter.frame, error) from None
    if _is_masked(there):
        raise ValueError("a masked value is no value")
    if parameter.coordinate is not None:
        return getattr(there, parameter.coordinate).to_value(unit_of(parameter)).tolist()
    lon, lat = (getattr(there, name).to_value("deg").tolist() for name in FRAMES[parameter.frame])
    return list(zip(lon, lat, strict=True)) if isinstance(lon, list) else (lon, lat)


def read_position(parameter: Parameter, text: str) -> tuple[float, float]:
    """Two numbers of degrees, or sexagesimal angles; hours where the first is a right ascension."""
    parts = [part.strip() for part in text.split(",")] if "," in text else text.split()
    if len(parts) == 6:
        parts = [":".join(parts[:3]), ":".join(parts[3:])]
    if len(parts) != 2:
        raise ValueError(text)
    return _read_angle(parts[0], hours=FRAMES[parameter.frame][0] == "ra"), _read_angle(parts[1], hours=False)


def _read_angle(text: str, *, hours: bool) -> float:
    try:
        return float(text) if "_" not in text else float("nan")
    except ValueError:
        from astropy.coordinates import Angle

        # Seconds as they are written have no more digits.
        return round(float(Angle(text, unit="hourangle" if hours else "deg").to_value("deg")), 12)


def spell_sexagesimal(degrees: float, *, hours: bool) -> str:
    """`00:42:44.3300` or `+41:16:07.500`: both to 0.5 milliarcseconds and better.

    >>> spell_sexagesimal(10.684708, hours=True), spell_sexagesimal(-0.5, hours=False)
    ('00:42:44.3299', '-00:30:00.000')
    """
    digits = 4 if hours else 3
    last = round(abs(degrees) * 3600 * 10**digits / (15 if hours else 1))
    seconds, fraction = divmod(last, 10**digits)
    minutes, seconds = divmod(seconds, 60)
    whole, minutes = divmod(minutes, 60)
    sign = "" if hours else "-" if degrees < 0 else "+"
    return f"{sign}{whole % 24 if hours else whole:02d}:{minutes:02d}:{seconds:02d}.{fraction:0{digits}d}"


def read_time(parameter: Parameter, value: Any) -> str | float:
    """A number or text as a time of the declared form; `ValueError` when it is none."""
    form = parameter.form or "isot"
    numeric = form in _NUMERIC_FORMS
    if numeric and is_number(value):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{show(value)} ({type(value).__name__}) is not a time")
    if numeric:
        try:
            return int(value) if value.strip().lstrip("+-").isdecimal() else float(value)
        except ValueError:
            pass
    elif form in ("isot", "iso", "date") and (found := _ISO.fullmatch(value.strip())) and _is_date(value.strip()):
        date, minutes, seconds = found.groups()
        time = f"{minutes or '00:00'}{seconds or ':00'}"
        return date if form == "date" else f"{date}{'T' if form == 'isot' else ' '}{time}"
    return _make_time(parameter, value.strip())


def _is_date(text: str) -> bool:
    from datetime import datetime

    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False  # a leap second, perhaps
    return True


def _from_datetime(parameter: Parameter, value: Any) -> str | float:
    if not hasattr(value, "hour"):
        return read_time(parameter, value.isoformat())
    return _make_time(parameter, value)


def _make_time(parameter: Parameter, value: Any) -> str | float:
    """A text in any of astropy's forms, or a datetime (which is UTC when it does not say)."""
    from astropy.time import Time

    try:
        time = Time(value, scale=parameter.scale) if isinstance(value, str) else Time(value)
    except (ValueError, TypeError):
        raise ValueError(f"{show(value)} ({type(value).__name__}) is not a time") from None
    made: str | float = _from_time(parameter, time)
    return made


def _from_time(parameter: Parameter, value: Any) -> Any:
    if parameter.type != "time":
        raise ValueError(f"{show(value)} is a time; the parameter is none")
    form = parameter.form or "isot"
    try:
        there = getattr(value, parameter.scale).copy()
        there.precision = 9
        made = there.to_value("iso", subfmt="date") if form == "date" else there.to_value(form)
    except Exception as error:  # of a local time, a year before all calendars, a scale that wants tables
        raise _inexpressible(value, f"{form}, {parameter.scale}", error) from None
    made = made.tolist() if hasattr(made, "tolist") else made
    return [_trim(item, form) for item in made] if isinstance(made, list) else _trim(made, form)


def _inexpressible(value: Any, wanted: str, error: Exception) -> ValueError:
    return ValueError(f"{show(value)} cannot be expressed in {wanted}: {' '.join(str(error).split())}")


def _trim(value: Any, form: str) -> Any:
    """Without zeros that say nothing: `12:30:00.000000000`."""
    if not isinstance(value, str):
        return float(value)
    if "." not in value:
        return value
    value = value.rstrip("0")
    return value.rstrip(".") if form != "jyear_str" else f"{value}0" if value[-1] == "." else value


def _is_masked(value: Any) -> bool:
    mask: Any = getattr(value, "mask", False)
    return bool(mask.any()) if hasattr(mask, "any") else bool(mask)
