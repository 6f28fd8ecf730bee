"""The OPset channel: JSON Lines that programs made for the framework write beside their stdout.

    {"opset": 1}                                      first of all: keys come from here, not from stdout
    {"key": "rows", "value": 5, "unit": null}         a single value
    {"row": {"ra": 10.6847, "dec": 41.269}}           one value for each row key
    {"progress": 0.5, "text": "reading"}              or null for the fraction
    {"error": "Error opening VOTable 'x.xml'"}        why the run fails

Numbers that are not finite come as "NaN", "Infinity", "-Infinity". Members and lines not known are passed over.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import ResultError
from . import Event, Failure, Item, Progress
from .convert import REFERENCE_TYPES, bad_value, from_json
from .json import load
from .lines import LineSplitter
from .references import PathReference

if TYPE_CHECKING:
    from ..descriptor import Key

VERSION = 1


class ChannelParser:
    """Reads the channel; keys that the descriptor declares are held to their types.

    `folder` is where the program runs: relative paths start there.
    """

    def __init__(self, keys: dict[str, Key], folder: str) -> None:
        self._keys = keys
        self._folder = folder
        self._splitter = LineSplitter()
        self.is_on = False
        """The program has said that it gives its keys here."""

    def feed(self, data: bytes) -> Iterator[Event]:
        return self._events(self._splitter.feed(data))

    def finish(self, complete: bool = True) -> Iterator[Event]:
        return self._events(self._splitter.finish() if complete else [])

    def _events(self, lines: list[str]) -> Iterator[Event]:
        rows: dict[str, list[Any]] = {}
        trouble: ResultError | None = None
        for number, line in enumerate(lines, self._splitter.number + 1):
            try:
                message = self._message(line, number)
                row = self._row(message, number)
                event = None if row is not None else self._event(message, number)
            except ResultError as error:
                trouble = error
                break
            if rows and (event is not None or (row is not None and row.keys() != rows.keys())):
                yield Item(rows, rows=True)
                rows = {}
            if event is not None:
                yield event
            for name, value in (row or {}).items():
                rows.setdefault(name, []).append(value)
        if rows:
            yield Item(rows, rows=True)
        if trouble:
            raise trouble

    def _message(self, line: str, number: int) -> dict[str, Any]:
        if not line.strip():
            return {}
        try:
            message = load(line)
        except ResultError:
            raise _bad_line(number, line) from None
        if not isinstance(message, dict):
            raise _bad_line(number, line)
        version = message.get("opset")
        if version is not None:
            if version != VERSION:
                raise ResultError(f"line {number} of the OPset channel: version {version!r}, known is {VERSION}")
            self.is_on = True
        return message

    def _row(self, message: dict[str, Any], number: int) -> dict[str, Any] | None:
        row = message.get("row")
        if row is None:
            return None
        if not isinstance(row, dict):
            raise ResultError(f"line {number} of the OPset channel: a row is an object", line=number)
        return {name: self._value(name, value, number) for name, value in row.items()}

    def _event(self, message: dict[str, Any], number: int) -> Event | None:
        if "key" in message:
            name = message["key"]
            if not isinstance(name, str) or "value" not in message:
                raise ResultError(f"line {number} of the OPset channel: a key without name or value", line=number)
            unit = message.get("unit")
            value = self._value(name, message["value"], number)
            return Item({name: value}, units={name: unit} if isinstance(unit, str) else None)
        text = message.get("text")
        if "progress" in message:
            fraction = message["progress"]
            is_number = isinstance(fraction, (int, float)) and not isinstance(fraction, bool)
            return Progress(float(fraction) if is_number else None, text if isinstance(text, str) else "")
        if "error" in message:
            return Failure(str(message["error"]))
        return None

    def _value(self, name: str, value: Any, number: int) -> Any:
        key = self._keys.get(name)
        if key is None:
            return value
        if key.type in REFERENCE_TYPES:
            is_path = key.type == "path" and isinstance(value, str)
            return PathReference(os.path.join(self._folder, value)) if is_path else value
        try:
            return from_json(key, value)
        except ValueError:
            raise bad_value(key, value, number, "OPset channel") from None


def _bad_line(number: int, line: str) -> ResultError:
    shown = line if len(line) <= 60 else line[:57] + "..."
    return ResultError(f"line {number} of the OPset channel is not a JSON object: {shown!r}", line=number)
