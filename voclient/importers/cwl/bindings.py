"""From CWL's bindings to argv templates and the order of words."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from voclient.tasking.descriptors.yamlfile import Path

from ..draft import Source, literal_word
from .types import Type

_FIELDS = ("position", "prefix", "separate", "itemSeparator", "valueFrom", "shellQuote", "loadContents")
_REFERENCE = re.compile(r"""\$\(inputs(?:\.(\w+)|\[(?:"([^"\]]+)"|'([^'\]]+)')\])(\.path|\.basename)?\)""")


class Reference(NamedTuple):
    """A text with one parameter reference in it: `$(inputs.name)`, perhaps with `.path`, and what is around it."""

    before: str
    name: str
    member: str
    """`path` or `basename` of a File, or nothing."""
    after: str

    @property
    def alone(self) -> bool:
        return not self.before and not self.after


class Binding(NamedTuple):
    """An `inputBinding`, or what an entry of `arguments` says of its text."""

    position: int = 0
    prefix: str | None = None
    separate: bool = True
    separator: str | None = None
    value: str | None = None
    """Its `valueFrom`."""


def is_expression(text: str) -> bool:
    """Whether CWL evaluates something in a text."""
    return "$(" in text or "${" in text


def read_text(source: Source, path: Path, text: Any) -> str | Reference:
    """A text that is literal, or holds one reference to an input; refused when it is anything else."""
    if not isinstance(text, str):
        raise source.refuse(path, f"{text!r} is no text")
    if not is_expression(text):
        if "\\$" in text:
            raise source.refuse(path, "an escaped $, which the versions of CWL read differently")
        return text
    pieces = _pieces(text)
    if pieces is not None and sum(isinstance(piece, Reference) for piece in pieces) == 1:
        at = next(i for i, piece in enumerate(pieces) if isinstance(piece, Reference))
        return pieces[at]._replace(before="".join(pieces[:at]), after="".join(pieces[at + 1 :]))  # type: ignore
    if "runtime." in text:
        raise source.refuse(path, f"{text!r} asks for CWL's runtime, which is not there")
    what = "JavaScript" if "${" in text else "an expression that is no plain reference to one input"
    raise source.refuse(path, f"{text!r} is {what}")


def read_pieces(source: Source, path: Path, text: Any) -> list[str | Reference]:
    """A text of which any number of plain references are parts; refused when there is anything else in it."""
    if isinstance(text, str) and is_expression(text) and (pieces := _pieces(text)) is not None:
        return pieces
    found = read_text(source, path, text)
    return [found]


def _pieces(text: str) -> list[str | Reference] | None:
    """Text and references in turn; None: there are other expressions. CWL takes blanks off a text it evaluates."""
    text = text.strip()
    if is_expression(_REFERENCE.sub("", text)) or "\\" in text:
        return None
    pieces: list[str | Reference] = []
    end = 0
    for match in _REFERENCE.finditer(text):
        pieces += [text[end : match.start()]] if text[end : match.start()] else []
        pieces.append(Reference("", match[1] or match[2] or match[3], (match[4] or "").lstrip("."), ""))
        end = match.end()
    return [*pieces, text[end:]] if text[end:] else pieces


def read_binding(source: Source, path: Path, given: Any) -> Binding:
    """An `inputBinding`; an expression for a position is refused."""
    if not isinstance(given, dict):
        raise source.refuse(path, f"{given!r} is no binding")
    source.only(path, given, _FIELDS, extensions=True)
    position = given.get("position")
    position = 0 if position is None else position
    if not isinstance(position, int) or isinstance(position, bool):
        raise source.refuse((*path, "position"), f"{position!r}: the order must be known before the values")
    for name in ("prefix", "itemSeparator", "valueFrom"):
        if given.get(name) is not None and not isinstance(given[name], str):
            raise source.refuse((*path, name), f"{given[name]!r} is no text")
    if given.get("itemSeparator") == "":
        raise source.refuse((*path, "itemSeparator"), "an empty separator")
    prefix, separate = given.get("prefix"), given.get("separate", True)
    if prefix is not None and is_expression(prefix):
        raise source.refuse((*path, "prefix"), "an expression")
    if prefix is None and separate is False:
        raise source.refuse((*path, "separate"), "there is no prefix to be separate from")
    return Binding(position, prefix, separate is not False, given.get("itemSeparator"), given.get("valueFrom"))


def words_of(binding: Binding, value: str) -> list[str]:
    """A single value, or its template, with the prefix as the binding wants it."""
    if binding.prefix is None:
        return [value]
    prefix = literal_word(binding.prefix)
    return [prefix, value] if binding.separate else [prefix + value]


def bind(source: Source, path: Path, type: Type, binding: Binding | None) -> dict[str, Any]:
    """The fields `argv`, `repeated`, `separator` of an input that is bound (or whose array type is)."""
    inner = None if type.binding is None else read_binding(source, type.path, type.binding)
    if inner is not None and inner.value is not None:
        raise source.refuse((*type.path, "valueFrom"), "what stands for a value")
    if not type.array:
        if inner is not None and binding is not None:
            raise source.refuse(type.path, "bound twice, by its type as well")
        return _bind_single(source, path, type, binding or inner or Binding())
    return _bind_array(source, path, type, binding, inner)


def _bind_single(source: Source, path: Path, type: Type, binding: Binding) -> dict[str, Any]:
    if type.base == "bool":
        return {"argv": [literal_word(binding.prefix)]} if binding.prefix else {}
    return {"argv": words_of(binding, "{}")}


def _bind_array(
    source: Source, path: Path, type: Type, binding: Binding | None, inner: Binding | None
) -> dict[str, Any]:
    if type.base == "bool":
        raise source.refuse(path, "a list of booleans")
    if inner is not None and inner.separator is not None:
        raise source.refuse((*type.path, "itemSeparator"), "a separator for items that are no lists")
    if binding is None:
        assert inner is not None
        return {"repeated": True, "argv": words_of(inner, "{}")}
    if binding.separator is not None:
        if inner is not None:
            raise source.refuse(type.path, "items that are joined and bound one by one as well")
        return {"repeated": True, "separator": binding.separator, "argv": words_of(binding, "{}")}
    if inner is not None and binding.prefix:
        raise source.refuse(type.path, f"one {binding.prefix!r} ahead of items that have a prefix of their own")
    if inner is not None:
        return {"repeated": True, "argv": words_of(inner, "{}")}
    if not binding.prefix:
        return {"repeated": True, "argv": ["{}"]}
    if type.single and not binding.separate:
        raise source.refuse(path, "a prefix that is joined to one value and stands alone before a list")
    return {"repeated": True, "argv": [literal_word(binding.prefix), "{...}"]}
