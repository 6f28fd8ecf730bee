"""`prompt=True`: what a call lacks is asked for at the terminal."""

from __future__ import annotations

import builtins
import sys
from types import BuiltinFunctionType
from typing import TYPE_CHECKING, Any

from ..errors import TaskParameterError
from .arguments import resolve_names
from .values import check, describe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..descriptors.descriptor import Descriptor, Parameter


def ask_missing(descriptor: Descriptor, given: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a call by what its user types.

    Parameters
    ----------
    descriptor : Descriptor
        The task.
    given : mapping
        What the call gave, by name.

    Returns
    -------
    dict
        That, and what was asked for: required parameters, one of each group of which one must be given, and what
        others need. Without a terminal nothing is asked.

    Raises
    ------
    TaskParameterError
        The terminal was closed before all was given.
    """
    values = resolve_names(descriptor, given)
    if not _can_ask():
        return values
    while (parameter := _next_missing(descriptor, values)) is not None:
        values[parameter.name] = _ask(descriptor, parameter)
    return values


def _can_ask() -> bool:
    """There is a terminal, or a notebook that has put its own `input` in place."""
    if not isinstance(builtins.input, BuiltinFunctionType):
        return True
    return sys.stdin is not None and sys.stdin.isatty()


def _next_missing(descriptor: Descriptor, values: Mapping[str, Any]) -> Parameter | None:
    by_name = {parameter.name: parameter for parameter in descriptor.parameters}
    asked = {name for name, value in values.items() if value is not False}
    for parameter in descriptor.parameters:
        if parameter.name not in values and _is_required(descriptor, parameter, values):
            return parameter
    for group in (*descriptor.at_least_one, *descriptor.exactly_one):
        if not asked.intersection(group):
            return by_name[group[0]]
    for name in values:
        for other in by_name[name].needs if name in asked else ():
            if other not in asked:
                return by_name[other]
    return None


def _is_required(descriptor: Descriptor, parameter: Parameter, values: Mapping[str, Any]) -> bool:
    if not parameter.required_when:
        return parameter.required
    from ..descriptors.conditions import holds

    return holds(parameter.required_when, descriptor, values)


def _ask(descriptor: Descriptor, parameter: Parameter) -> Any:
    """A value, checked; asked again until it is accepted."""
    if parameter.help:
        _say(parameter.help)
    several = "; one a line, an empty line ends" if parameter.repeated else ""
    default = "" if parameter.default is None else f"; default {parameter.default}"
    _say(f"  accepted: {describe(parameter)}{default}{several}")
    items: list[str] = []
    while True:
        answer = _read(descriptor, parameter)
        if not answer and not items:
            _say("  a value is needed")
            continue
        try:
            if answer:
                check(parameter, answer, descriptor.task)
        except TaskParameterError as error:
            _say(f"  {str(error).removeprefix(f'{descriptor.task}: ')}")
            continue
        if not parameter.repeated:
            return answer
        if not answer:
            return items if len(items) > 1 else items[0]
        items.append(answer)


def _read(descriptor: Descriptor, parameter: Parameter) -> str:
    label = f"{parameter.name}: "
    try:
        if parameter.secret:
            from getpass import getpass

            return getpass(label)
        if not isinstance(builtins.input, BuiltinFunctionType) or (sys.stdout is not None and sys.stdout.isatty()):
            return input(label).strip()
        # `input` would write to standard output, which is not the terminal here.
        sys.stderr.write(label)
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.strip()
    except EOFError:
        _say("")
        raise TaskParameterError(
            f"{descriptor.task}: the terminal was closed before parameter {parameter.name!r} was given",
            task=descriptor.task, parameter=parameter.name,
        ) from None  # fmt: skip
    except KeyboardInterrupt:
        _say("")
        raise


def _say(text: str) -> None:
    print(text, file=sys.stderr)
