"""Write a descriptor as YAML that people like to read and edit: in the order they think, with comments. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from voclient.tasking.descriptors.yamlfile import quoted, scalar

_WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z0-9_./+(-][A-Za-z0-9_./+()=;%'\" ~^$<>-]*", re.ASCII)


def emit(data: Mapping[str, Any], comments: Iterable[str] = (), remarks: Mapping[str, list[str]] | None = None) -> str:
    """Write a descriptor.

    Parameters
    ----------
    data : mapping
        What the descriptor says, plain values only.
    comments : iterable of str, optional
        What stands above it, a comment each.
    remarks : mapping, optional
        Comments above the parameters of these names.

    Returns
    -------
    str
        YAML.

    Examples
    --------
    >>> print(emit({"task": "t", "parameters": {"size": {"type": "int", "argv": "-n {}"}}}, ["A draft."]), end="")
    # A draft.
    task: t
    parameters:
      size:
        type: int
        argv: "-n {}"
    """
    lines = [line for text in comments for line in _comment(text, 0)]
    for key, value in data.items():
        if key == "parameters":
            lines.append("parameters:")
            for name, parameter in value.items():
                lines += [line for text in (remarks or {}).get(name, ()) for line in _comment(text, 2)]
                lines += _entry(name, parameter, 2)
        else:
            lines += _entry(key, value, 0)
    return "\n".join(lines) + "\n"


def _comment(text: str, indent: int) -> list[str]:
    lead = " " * indent + "# "
    words = "".join(ch if ch.isprintable() else " " for ch in text)
    return textwrap.wrap(words, _WIDTH, initial_indent=lead, subsequent_indent=lead + "  ", break_long_words=False)


def _entry(key: str, value: Any, indent: int) -> Iterator[str]:
    blanks = " " * indent
    lead = f"{blanks}{_key(key)}:"
    if isinstance(value, (Mapping, list)) and value:
        flow = inline(value)
        flat = not isinstance(value, Mapping) or indent > 2
        if flat and len(lead) + 1 + len(flow) <= _WIDTH and _is_flat(value):
            yield f"{lead} {flow}"
        elif isinstance(value, Mapping):
            yield lead
            for name, item in value.items():
                yield from _entry(name, item, indent + 2)
        else:
            yield lead
            for item in value:
                yield from _item(item, indent + 2)
    elif isinstance(value, str) and len(value) + len(lead) > _WIDTH and _folds(value):
        yield f"{lead} >-"
        yield from textwrap.wrap(
            value, _WIDTH - indent - 2, initial_indent=blanks + "  ", subsequent_indent=blanks + "  ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    elif isinstance(value, str) and "\n" in value and _is_block(value):
        yield f"{lead} |-"
        yield from (f"{blanks}  {line}".rstrip() for line in value.split("\n"))
    else:
        yield f"{lead} {inline(value)}"


def _item(value: Any, indent: int) -> Iterator[str]:
    blanks = " " * indent
    if not isinstance(value, Mapping) or len(inline(value)) + indent + 2 <= _WIDTH:
        yield f"{blanks}- {inline(value)}"
        return
    first = True
    for name, item in value.items():
        for line in _entry(name, item, indent + 2):
            yield f"{blanks}- {line[indent + 2 :]}" if first else line
            first = False


def _is_flat(value: Any) -> bool:
    """Whether a collection holds no collections of collections."""
    items = value.values() if isinstance(value, Mapping) else value
    return not any(
        isinstance(inner, Mapping)
        for item in items
        if isinstance(item, (Mapping, list))
        for inner in (item.values() if isinstance(item, Mapping) else item)
    )


def _folds(text: str) -> bool:
    """A paragraph that stays itself when its lines are folded."""
    return text.isprintable() and " ".join(text.split()) == text and max(map(len, text.split())) < _WIDTH - 20


def _is_block(text: str) -> bool:
    lines = text.split("\n")
    return bool(lines[0].strip()) and not lines[0].startswith(" ") and bool(lines[-1]) and all(
        line.isprintable() and line == line.rstrip() for line in lines
    )  # fmt: skip


def inline(value: Any) -> str:
    """A value on one line.

    >>> inline({"type": "int", "choices": [1, "1", "no", "a, b"], "min": 1e-5, "on": True})
    '{type: int, choices: [1, "1", "no", "a, b"], min: 1e-05, "on": true}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(inline, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(value), repr(value))
    return str(value) if isinstance(value, int) else quote(value)


def _key(key: Any) -> str:
    return str(inline(key)) if isinstance(key, (bool, int, float)) else quote(key)


_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "null", "true", "false"))


def quote(value: Any) -> str:
    """A text as YAML, in quotes where it needs them."""
    text = str(value)
    if (
        _PLAIN.fullmatch(text)
        and scalar(text) == text
        and not text.endswith(" ")
        and not re.match(r"-($| |--)", text)
        and text.lower() not in _WORDS
    ):
        return text
    return quoted(text)
