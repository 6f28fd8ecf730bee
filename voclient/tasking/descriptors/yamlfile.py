"""YAML 1.2 text to plain data that knows where each thing was written.

Types are those of the core schema, by resolvers of our own: PyYAML alone reads `12:30:00` as 45000 and `no` as False.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from ..errors import DescriptorError

Path: TypeAlias = tuple[Any, ...]
"""Keys and indices from the top of the document to a value."""

_PLAIN = "plain"
_LARGEST = 4 << 20
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Marks plain scalars for our own resolvers; quoted ones are text."""


class _SurrogateLoader(yaml.SafeLoader):
    """Reads escapes of lone surrogates, too, which libyaml refuses; it is ten times slower."""


_Loader.yaml_implicit_resolvers = _SurrogateLoader.yaml_implicit_resolvers = {None: [(_PLAIN, re.compile(""))]}
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(slots=True)
class Document:
    """What a file says (`data`), and where: lines and columns count from 1."""

    file: str
    text: str = ""
    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Where each value begins."""
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Where the key of each value of a mapping begins."""
    raw: dict[Path, str] = field(default_factory=dict)
    """The text of each scalar: a version 1.10 is not the number 1.1."""
    problems: list[tuple[int, int, str]] = field(default_factory=list)


def read_document(file: str, *, surrogates: bool = False) -> Document:
    """Read a YAML file; `DescriptorError` when it cannot be read or is no YAML. Duplicate keys are `problems`.

    With `surrogates`, escapes of lone ones are read: Python's spelling of file names that are no UTF-8.
    """
    try:
        with open(file, "rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise DescriptorError(f"{file}: cannot be read: {error.strerror}", file=file) from error
    if len(content) > _LARGEST:
        raise DescriptorError(f"{file}: larger than {_LARGEST >> 20} MiB, this is no descriptor", file=file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise _error(file, line, column, f"byte 0x{content[error.start]:02x} is not UTF-8") from error
    return parse_document(text, file, surrogates=surrogates)


def parse_document(text: str, file: str, *, surrogates: bool = False) -> Document:
    """As `read_document`, from text; `file` is for messages."""
    document = Document(file, text)
    try:
        node = yaml.compose(text, Loader=_SurrogateLoader if surrogates and _SURROGATE.search(text) else _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = " ".join(part for part in (error.problem, error.context and f"({error.context})") if part)
        if "cannot start any token" in reason and "\t" in text.split("\n")[line - 1][:column]:
            reason = "a TAB where blanks are needed: YAML is indented by blanks"
        raise _error(file, line, column, f"not YAML: {reason}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise _error(file, line, column, f"not YAML: {error.reason}") from error
    if node is not None:
        document.data = _convert(document, node, (), [])
    return document


def _error(file: str, line: int, column: int, reason: str) -> DescriptorError:
    return DescriptorError(f"{file}:{line}:{column}: {reason}", file=file, line=line, column=column)


def _convert(document: Document, node: Any, path: Path, above: list[Any]) -> Any:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    document.places[path] = (line, column)
    if node in above or len(above) > 20 or len(document.places) > 200_000:
        raise _error(document.file, line, column, "nested too deeply, or without end")
    if isinstance(node, yaml.ScalarNode):
        document.raw[path] = node.value
        if node.tag == _PLAIN:
            return scalar(node.value)
        if node.tag != "tag:yaml.org,2002:str":
            raise _error(document.file, line, column, f"the tag {node.tag!r} has no meaning here")
        return node.value
    if node.tag not in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
        raise _error(document.file, line, column, f"the tag {node.tag!r} has no meaning here")
    above = [*above, node]
    if isinstance(node, yaml.SequenceNode):
        return [_convert(document, item, (*path, i), above) for i, item in enumerate(node.value)]
    data: dict[Any, Any] = {}
    before: Path | None = None
    begin = 0
    for key_node, value_node in node.value:
        if before is not None and _continues(document, key_node, value_node):
            # In `{help: Right ascension, ICRS}` the comma was meant as part of the text.
            document.raw[before] = data[before[-1]] = document.text[begin : key_node.end_mark.index]
            continue
        before = None
        where = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            raise _error(document.file, *where, "a key must be a plain word; quote a text that begins with { or [")
        key = scalar(key_node.value) if key_node.tag == _PLAIN else key_node.value
        inner = (*path, key)
        if key in data:
            first = document.keys[inner][0]
            document.problems.append((*where, f"{key_node.value!r} is here twice (first in line {first})"))
            continue
        document.keys[inner] = where
        data[key] = _convert(document, value_node, inner, above)
        if node.flow_style and isinstance(data[key], str) and value_node.tag == _PLAIN:
            before, begin = inner, value_node.start_mark.index
    return data


def _continues(document: Document, key_node: Any, value_node: Any) -> bool:
    """Whether an entry of a flow mapping is a lone plain word, without colon."""
    between = document.text[key_node.end_mark.index : value_node.end_mark.index]
    return bool(key_node.tag == _PLAIN and value_node.tag == _PLAIN and not value_node.value and ":" not in between)


def scalar(text: str) -> Any:
    """The value of a plain word by the YAML 1.2 core schema.

    >>> [scalar(word) for word in ("3", "0x1f", "2.50", "true", "no", "12:30:00", "~")]
    [3, 31, 2.5, True, 'no', '12:30:00', None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 8 if text[:2] == "0o" else 16 if text[:2] == "0x" else 10) if len(text) < 4000 else text
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def quoted(text: str) -> str:
    """A text in the double quotes of YAML, on one line.

    >>> print(quoted("a \\"b\\"\\n"))
    "a \\"b\\"\\n"
    """
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    if character in "\n\t\r":
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}[character]
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
