"""Conditions of a descriptor (`when: {format: csv}`): do they hold for a call?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .descriptor import Condition, Descriptor


def holds(condition: Condition, descriptor: Descriptor, values: Mapping[str, Any]) -> bool:
    """Whether all parts of a condition hold.

    Parameters
    ----------
    condition : Condition
        Names of parameters, each with the values of which it must have one.
    descriptor : Descriptor
        The task: a parameter that is not given has its default.
    values : mapping
        The checked values of the call.

    Returns
    -------
    bool
        True also of an empty condition.
    """
    defaults = {parameter.name: parameter.default for parameter in descriptor.parameters}
    return all(_has_one(values.get(name), defaults.get(name), accepted) for name, accepted in condition)


def _has_one(value: Any, default: Any, accepted: tuple[Any, ...]) -> bool:
    """True and False say of a bool what it is, of others whether they are given."""
    if isinstance(value, bool) or (value is None and isinstance(default, bool)):
        state = default if value is None else value
    else:
        state = value is not None
    if any(item is state for item in accepted):
        return True
    value = default if value is None else value
    plain = [item for item in accepted if not isinstance(item, bool)]
    found = value if isinstance(value, list) else [value]
    return any(
        isinstance(item, (str, int, float)) and any(item == wanted or str(item) == str(wanted) for wanted in plain)
        for item in found
    )


def describe_condition(condition: Condition) -> str:
    """A condition in words.

    >>> describe_condition((("format", ("csv", "tsv")), ("output", (True,))))
    "format='csv' or format='tsv', and output"
    """
    parts = []
    for name, accepted in condition:
        words = [name if item is True else f"no {name}" if item is False else f"{name}={item!r}" for item in accepted]
        parts.append(" or ".join(words))
    return ", and ".join(parts)
