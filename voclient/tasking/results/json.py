"""Format `json`: one document, read when it is complete; and `jsonl`: an object a line, each a row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import ResultError
from . import Event, Item
from .convert import bad_value, from_json, missing
from .lines import LineSplitter
from .rows import plain_keys

if TYPE_CHECKING:
    from ..descriptors.descriptor import Key, Section
    from . import Capture

_ABSENT = object()


def load(text: str, line: int = 0) -> Any:
    """A JSON value; ResultError for anything else."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "numbers or nesting beyond reason"
        line = line or getattr(error, "lineno", 0)
        raise ResultError(f"line {line} of the output is not JSON: {reason}", line=line) from None


def _member(document: Any, key: Key) -> Any:
    """The value at the key's dotted path; numbers in it count list items from 0."""
    for step in str(key.group if key.group is not None else key.name).split("."):
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return _ABSENT
    return document


def _converted(key: Key, value: Any, line: int) -> Any:
    try:
        return missing(key) if value is _ABSENT else from_json(key, value)
    except ValueError:
        raise bad_value(key, value, line) from None


def _row_items(keys: tuple[Key, ...], documents: Iterator[tuple[int, Any]]) -> Iterator[Event]:
    """An object a row; those before a bad one are given before it is reported."""
    rows: list[list[Any]] = []
    trouble: ResultError | None = None
    try:
        for number, document in documents:
            rows.append([_converted(key, _member(document, key), number) for key in keys])
    except ResultError as error:
        trouble = error
    if rows:
        yield Item({key.name: [row[place] for row in rows] for place, key in enumerate(keys)}, rows=True)
    if trouble:
        raise trouble


class JsonParser:
    """The members of one document: those declared, or all, or the whole under one key; of a list of objects, rows."""

    def __init__(self, section: Section, capture: Capture) -> None:
        self._section = section
        self._capture = capture

    def feed(self, data: bytes) -> Iterator[Event]:
        return iter(())

    def finish(self, complete: bool = True) -> Iterator[Event]:
        with self._capture.open() as file:
            text = file.read().decode("utf-8-sig", "surrogateescape")
        if not text.strip():
            return
        try:
            document = load(text)
        except ResultError:
            if complete:
                raise
            return
        keys = plain_keys(self._section)
        if isinstance(document, list) and keys and self._section.rows:
            yield from _row_items(keys, ((0, row) for row in document))
            return
        values: dict[str, Any] = {}
        if self._section.key:
            values[self._section.key] = document
        elif not keys:
            if not isinstance(document, dict):
                raise ResultError("the JSON output is not an object, so its members cannot be keys")
            values.update(document)
        for key in keys:
            value = _member(document, key)
            if value is not _ABSENT:
                values[key.name] = _converted(key, value, 0)
        yield Item(values)


class JsonLinesParser:
    """Each line an object, each object a row of the declared keys."""

    def __init__(self, section: Section) -> None:
        self._keys = plain_keys(section)
        self._splitter = LineSplitter()

    def feed(self, data: bytes) -> Iterator[Event]:
        return self._rows(self._splitter.feed(data))

    def finish(self, complete: bool = True) -> Iterator[Event]:
        return self._rows(self._splitter.finish() if complete else [])

    def _rows(self, lines: list[str]) -> Iterator[Event]:
        documents = (
            (number, load(line, number)) for number, line in enumerate(lines, self._splitter.number + 1) if line.strip()
        )
        return _row_items(self._keys, documents)
