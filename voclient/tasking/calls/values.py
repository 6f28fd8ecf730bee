"""Parameter types: check a value given by a user, and spell it as a word for the program. Pure.

astropy's objects become plain values in `quantities`, which is imported when there is one.
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..descriptors.descriptor import FRAMES, Parameter
from ..errors import TaskParameterError

if TYPE_CHECKING:
    from typing import TypeGuard

_INT = re.compile(r"[-+]?[0-9]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_TRUE = frozenset(("true", "yes", "on", "1", "t", "y"))
_FALSE = frozenset(("false", "no", "off", "0", "f", "n"))
_FACES = ("to_value", "transform_to", "unit", "isoformat", "total_seconds")
"""What quantities, positions, times and columns have, and numbers and texts have not."""
_TEXTS = ("string", "path", "url", "table")
_NOUNS = {
    "bool": "True or False", "int": "an integer", "float": "a number", "string": "text", "choice": "a choice",
    "path": "a file name", "url": "a URL", "table": "an astropy Table, a file name or a URL", "angle": "an angle",
    "quantity": "a quantity", "range": "a pair (low, high) of numbers", "position": "a SkyCoord or a pair of degrees",
    "time": "a Time or a text such as 2026-01-31T12:30:00",
}  # fmt: skip


def check(parameter: Parameter, value: Any, task: str = "") -> Any:
    """Check what a call gives to a parameter.

    Parameters
    ----------
    parameter : Parameter
        What is accepted.
    value : object
        One value, or for a `repeated` parameter also a list of them; not None.
    task : str, optional
        For messages.

    Returns
    -------
    object
        A plain Python value of the parameter's type (a list of them if a list was given).

    Raises
    ------
    TaskParameterError
        The value is not accepted; the message says what is.

    Examples
    --------
    >>> check(Parameter("top", "int", minimum=0), "12")
    12
    """
    try:
        if parameter.separator and parameter.repeated and isinstance(value, str) and parameter.type not in _TEXTS:
            value = [item for item in value.split(parameter.separator) if item.strip()]
        if not parameter.repeated:
            return check_one(parameter, value)
        result = plain(parameter, value)
        if not _is_list(parameter, result):
            _check_length(parameter, 1)
            return check_one(parameter, result)
        values = [check_one(parameter, item) for item in _items(result)]
        _check_length(parameter, len(values))
        return values
    except ValueError as error:
        if isinstance(error, TaskParameterError):
            raise
        at = f"{task}: " if task else ""
        reason = "its secret value is not accepted" if parameter.secret else str(error)
        raise TaskParameterError(
            f"{at}parameter {parameter.name!r}: {reason}; accepted: {describe(parameter)}",
            task=task, parameter=parameter.name, value=None if parameter.secret else value,
        ) from None  # fmt: skip


def check_one(parameter: Parameter, value: Any) -> Any:
    """Check one value; `ValueError` with the reason."""
    result = _CHECKS[parameter.type](parameter, plain(parameter, value))
    for number in result if parameter.type == "range" else (result,):
        _check_bounds(parameter, number)
    if parameter.choices and result not in parameter.choices:
        raise ValueError(f"{show(value)} is none of its choices{suggest(str(result), map(str, parameter.choices))}")
    if parameter.pattern is not None and isinstance(result, str) and not re.fullmatch(parameter.pattern, result):
        meaning = f" ({parameter.help})" if parameter.help else ""
        raise ValueError(f"{show(value)} does not have the form {parameter.pattern}{meaning}")
    return result


def describe(parameter: Parameter) -> str:
    """What a parameter accepts, in words.

    >>> describe(Parameter("radius", "float", minimum=0, maximum=90, unit="deg", repeated=True))
    'a number from 0 to 90 (deg), or a list of them'
    """
    if parameter.choices:
        text = ", ".join(map(str, parameter.choices))
    else:
        text = "text or a number" if parameter.type == "string" and parameter.unit else _NOUNS[parameter.type]
        text += _describe_bounds(parameter)
        if parameter.pattern is not None:
            text += f" of the form {parameter.pattern}"
        if parameter.unit:
            text += f" ({parameter.unit})"
        if parameter.type == "position" and parameter.frame != "icrs":
            text += f" ({parameter.frame})"
        if parameter.type == "time" and (parameter.form or parameter.scale != "utc"):
            text += f" ({parameter.form or 'isot'}, {parameter.scale})"
    if not parameter.repeated:
        return text
    least, most = parameter.min_items, parameter.max_items
    if least is not None and least > 1:
        return (
            f"{text}, {least} of them"
            if least == most
            else f"{text}, a list of {least}{f' to {most}' if most else ' or more'} of them"
        )
    return f"{text}, or a list of {f'at most {most} of ' if most else ''}them"


def _describe_bounds(parameter: Parameter) -> str:
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    bounds = {"not below": low, "above": parameter.above, "not above": high, "below": parameter.below}
    told = [f" {word} {bound:g}" for word, bound in bounds.items() if bound is not None]
    return " and".join(told)


def suggest(word: str, words: Iterable[str]) -> str:
    """`; did you mean …?` when one of the words is close, else nothing."""
    import difflib

    known = list(words)
    close = difflib.get_close_matches(word, known, 1, 0.6) or difflib.get_close_matches(
        word.lower(), [name for name in known if name.islower()], 1, 0.6
    )
    return f"; did you mean {close[0]!r}?" if close else ""


def spell(value: Any, *, decimal: bool = False) -> str:
    """A checked value as the program is given it; numbers are written shortest, the way they read back.

    >>> spell(2.5), spell(10), spell(1e-8), spell("a b"), spell(1e-8, decimal=True)
    ('2.5', '10', '1e-08', 'a b', '0.00000001')
    """
    if decimal and isinstance(value, float) and math.isfinite(value):
        from decimal import Decimal

        return format(Decimal(repr(value)), "f")
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else repr(value)


def is_number(value: Any) -> TypeGuard[int | float]:
    """A plain int or float (a bool is neither)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_table(value: Any) -> bool:
    """Whether a value is an astropy Table (astropy is not imported to know)."""
    module = sys.modules.get("astropy.table")
    return module is not None and isinstance(value, module.Table)


def _is_list(parameter: Parameter, value: Any) -> bool:
    if isinstance(value, (str, bytes, os.PathLike)) or (parameter.type == "table" and is_table(value)):
        return False
    if isinstance(value, Mapping):
        raise ValueError("a mapping is not a list")
    if parameter.type in ("range", "position") and isinstance(value, (tuple, list)) and len(value) == 2:
        return any(isinstance(item, (tuple, list)) or _is_whole(parameter, item) for item in value)
    if hasattr(value, "shape"):
        return bool(value.shape)
    return isinstance(value, Iterable)


def _is_whole(parameter: Parameter, item: Any) -> bool:
    """Whether one of a pair is a position by itself."""
    return parameter.type == "position" and (
        hasattr(item, "transform_to") or (isinstance(item, str) and ("," in item or " " in item.strip()))
    )


def _items(value: Any) -> list[Any]:
    items = list(value)
    if any(item is None for item in items):
        raise ValueError("None in a list")
    return items


def plain(parameter: Parameter, value: Any) -> Any:
    """What astropy, numpy and subclasses of str give, as Python's own; of a unit, as declared."""
    if type(value) in (str, int, float, bool, list, tuple):
        return value
    if any(hasattr(value, face) for face in _FACES):
        from .quantities import to_plain

        return to_plain(parameter, value)
    shape = getattr(value, "shape", None)
    if shape is not None and hasattr(value, "dtype") and hasattr(value, "tolist"):
        if type(value).__name__ == "MaskedConstant":
            raise ValueError("a masked value is no value")
        if value.dtype.kind in "mM":  # nanoseconds would become whole numbers
            value = value.astype("datetime64[us]" if value.dtype.kind == "M" else "timedelta64[us]")
        return plain(parameter, value.tolist())
    return str(value) if isinstance(value, str) else value


def show(value: Any) -> str:
    """A value in a message: one line, not too long."""
    try:
        text = repr(value)
    except ValueError:
        text = "a number of too many digits"
    text = " ".join(text.split()) if "\n" in text else text
    return text if len(text) <= 80 else text[:77] + "..."


def _wrong(value: Any, parameter: Parameter) -> ValueError:
    return ValueError(f"{show(value)} ({type(value).__name__}) is not {_NOUNS[parameter.type]}")


def _bool(parameter: Parameter, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise _wrong(value, parameter)


def _int(parameter: Parameter, value: Any) -> int:
    if isinstance(value, str) and _INT.fullmatch(value.strip()) and len(value) < 4000:
        return int(value)
    number = _number(parameter, value)
    if isinstance(number, float) and not number.is_integer():
        raise _wrong(value, parameter)
    return int(number)


def _number(parameter: Parameter, value: Any) -> int | float:
    """A plain number is in the declared unit. An int stays one: a program that asks for a float reads `3` as well."""
    if isinstance(value, str):
        number = _read_number(value)
        if number is not None:
            return number
        if parameter.unit or parameter.type in ("angle", "quantity", "range"):
            return _read_quantity(parameter, value)
        raise _wrong(value, parameter)
    if isinstance(value, (bool, type)) or not hasattr(value, "__float__") or getattr(value, "shape", ()) != ():
        raise _wrong(value, parameter)
    try:
        # No program reads more digits, and Python writes no more.
        return value if type(value) is int and value.bit_length() < 13_000 else float(value)
    except (TypeError, OverflowError):
        raise _wrong(value, parameter) from None


def _read_number(text: str) -> int | float | None:
    text = text.strip()
    if _INT.fullmatch(text) and len(text) < 4000:
        return int(text)
    try:
        number = float(text) if "_" not in text else None
    except ValueError:
        return None
    return None if number is not None and math.isinf(number) and "inf" not in text.lower() else number


def _read_quantity(parameter: Parameter, text: str) -> int | float:
    """Text that brings its own unit: `5 arcmin`, `12h30m`."""
    from astropy.coordinates import Angle
    from astropy.units import Quantity

    from .quantities import in_unit

    try:
        read = Angle(text, unit=None) if parameter.type == "angle" else Quantity(text)
    except (ValueError, TypeError):
        raise _wrong(text, parameter) from None
    return _number(parameter, in_unit(parameter, read))


def _string(parameter: Parameter, value: Any) -> str:
    """Text; where there is a unit, a number in it, too."""
    if parameter.unit and not isinstance(value, (str, bool)):
        return str(_number(parameter, value))
    if not isinstance(value, str):
        raise ValueError(f"{show(value)} ({type(value).__name__}) is not text")
    return value


def _choice(parameter: Parameter, value: Any) -> Any:
    return str(value) if isinstance(value, (int, float)) and value not in parameter.choices else value


def _path(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise _wrong(value, parameter)
    return os.fsdecode(value)


def _url(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str) or not _SCHEME.match(value):
        raise ValueError(f"{show(value)} does not begin with a scheme such as https:")
    return value


def _table(parameter: Parameter, value: Any) -> Any:
    return value if is_table(value) else _path(parameter, value)


def _range(parameter: Parameter, value: Any) -> tuple[Any, Any]:
    if isinstance(value, str):
        ends: list[Any] = [end.strip() or None for end in re.split(re.escape(parameter.separator or ","), value)]
    elif isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping)) and getattr(value, "shape", 0) != ():
        ends = list(value)
    else:
        ends = []
    if len(ends) != 2 or ends == [None, None]:
        raise _wrong(value, parameter)
    low, high = (None if end is None else _number(parameter, plain(parameter, end)) for end in ends)
    if low is not None and high is not None and not low <= high:
        raise ValueError(f"the low end of {show(value)} is above the high end")
    return low, high


def _position(parameter: Parameter, value: Any) -> tuple[float, float]:
    """Longitude (from 0 to 360) and latitude, in degrees."""
    if isinstance(value, str):
        from .quantities import read_position

        try:
            ends: list[Any] = list(read_position(parameter, value))
        except ValueError:
            raise _wrong(value, parameter) from None
    elif (
        isinstance(value, (tuple, list))
        and len(value) == 2
        and not any(isinstance(end, (tuple, list)) for end in value)
    ):
        angle = Parameter(parameter.name, "angle")
        ends = [_number(angle, plain(angle, end)) for end in value]
    else:
        raise _wrong(value, parameter)
    lon, lat = ends
    if not (math.isfinite(lon) and -90 <= lat <= 90):
        raise ValueError(
            f"{show(value)} is no place on the sky: {FRAMES[parameter.frame][1]} is from -90 to 90 degrees"
        )
    return lon if 0 <= lon < 360 else lon % 360, lat


def _time(parameter: Parameter, value: Any) -> str | float:
    from .quantities import read_time

    return read_time(parameter, value)


def _check_length(parameter: Parameter, count: int) -> None:
    least, most = parameter.min_items, parameter.max_items
    # No value at all is an absent parameter, unless it says otherwise.
    if count and ((least is not None and count < least) or (most is not None and count > most)):
        raise ValueError(f"{count} value{'' if count == 1 else 's'} in the list")


def _check_bounds(parameter: Parameter, number: Any) -> None:
    low, high, above, below = parameter.minimum, parameter.maximum, parameter.above, parameter.below
    if low is None and high is None and above is None and below is None:
        return
    if not isinstance(number, (int, float)):
        return
    unit = f" {parameter.unit}" if parameter.unit else ""
    if above is not None and not number > above:
        raise ValueError(f"{number}{unit} is not above {above:g}{unit}")
    if below is not None and not number < below:
        raise ValueError(f"{number}{unit} is not below {below:g}{unit}")
    if low is not None and not number >= low:
        raise ValueError(f"{number}{unit} is below the minimum {low:g}{unit}")
    if high is not None and not number <= high:
        raise ValueError(f"{number}{unit} is above the maximum {high:g}{unit}")


_CHECKS: dict[str, Callable[[Parameter, Any], Any]] = {
    "bool": _bool, "int": _int, "float": _number, "string": _string, "choice": _choice, "path": _path, "url": _url,
    "table": _table, "angle": _number, "quantity": _number, "range": _range,
    "position": _position, "time": _time,
}  # fmt: skip
