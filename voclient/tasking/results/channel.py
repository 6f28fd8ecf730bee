"""The OPset channel: JSON Lines that programs made for the framework write beside their stdout.

    {"opset": 1}                                      first of all: keys come from here, not from stdout
    {"declare": {"flux": {"type": "float"}}}          what keys are that the descriptor does not declare
    {"key": "rows", "value": 5, "unit": null}         a single value
    {"row": {"ra": 10.6847, "dec": 41.269}}           one value for each row key
    {"progress": 0.5, "text": "reading"}              or null for the fraction
    {"error": "Error opening VOTable 'x.xml'"}        why the run fails

The standard is docs/channel.md; `conformance` holds writers to it, this reader is as lenient as it says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from ..descriptors.descriptor import KEY_TYPES, Key
from ..errors import ResultError
from . import Event, Failure, Item, Progress
from .contents import ArrayReference
from .convert import bad_value, from_json, missing
from .json import load
from .lines import LineSplitter
from .references import FileCapture, FitsReference, InlineTable, ListReference, PathReference, Reference

VERSION = 1
LINE_LIMIT_BYTES = 64 << 20
"""The longest line there may be."""
DECLARED = {"type": str, "unit": str, "help": str, "array": bool}
"""What a declaration says of a key: members of a key in a descriptor."""

_EXACT = {"float": float, "int": int, "string": str, "bool": bool}
"""Values of these types need no conversion: the way of nearly all of them."""


class ChannelParser:
    """Reads the channel; keys that the descriptor or the program declares are held to their types.

    `folder` is where the program runs: relative paths start there.
    """

    def __init__(self, keys: dict[str, Key], folder: str) -> None:
        self._keys = dict(keys)
        self._described = keys
        self._folder = folder
        self._splitter = LineSplitter(LINE_LIMIT_BYTES, "OPset channel")
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
                row = self._row(message, number) if "row" in message else None
                event = self._event(message, number) if row is None else None
            except ResultError as error:
                trouble = error
                break
            except RecursionError:
                trouble = _wrong(number, "is nested beyond reason")
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
        if not line or line.isspace():
            return {}
        if not line.isascii():
            try:
                line.encode()
            except UnicodeEncodeError as error:
                byte = ord(line[error.start]) & 0xFF
                raise _wrong(number, f"is not UTF-8 (byte 0x{byte:02x} at character {error.start + 1})") from None
        try:
            message = load(line)
        except ResultError:
            message = None
        if not isinstance(message, dict):
            shown = line if len(line) <= 60 else line[:57] + "..."
            raise _wrong(number, f"is not a JSON object: {shown!r}")
        if "opset" in message:
            version = message["opset"]
            if type(version) is not int or version != VERSION:
                raise _wrong(number, f"says version {_shown(version)} of the channel; known is {VERSION}")
            self.is_on = True
        return message

    def _row(self, message: dict[str, Any], number: int) -> dict[str, Any]:
        row = message["row"]
        if not isinstance(row, dict):
            raise _wrong(number, f"has a row that is no object: {_shown(row)}")
        return {name: self._cell(name, value, number) for name, value in row.items()}

    def _event(self, message: dict[str, Any], number: int) -> Event | None:
        if "key" in message:
            name, unit = message["key"], message.get("unit")
            if not isinstance(name, str) or not name:
                raise _wrong(number, f"has a key that is no name: {_shown(name)}")
            if "value" not in message:
                raise _wrong(number, f"has no value for the key {_shown(name)}")
            if unit is not None and not isinstance(unit, str):
                raise _wrong(number, f"has a unit that is no text: {_shown(unit)}")
            return Item({name: self._value(name, message["value"], number)}, units={name: unit} if unit else None)
        if "declare" in message:
            return self._declared(message["declare"], number)
        if "progress" in message:
            return _progress(message["progress"], message.get("text"))
        if "error" in message:
            if not isinstance(message["error"], str):
                raise _wrong(number, f"has an error that is no text: {_shown(message['error'])}")
            return Failure(message["error"])
        return None

    def _declared(self, declared: Any, number: int) -> Item:
        if not isinstance(declared, dict):
            raise _wrong(number, f"declares no object of keys: {_shown(declared)}")
        keys: dict[str, Key] = {}
        for name, fields in declared.items():
            if trouble := wrong_declaration(name, fields):
                raise _wrong(number, trouble)
            described = self._described.get(name)
            if described is None or described.type == "any":
                known = {field: fields[field] for field in DECLARED if fields.get(field) is not None}
                key = Key(name, **({"type": "any"} | known))
                if described is not None:
                    key = key._replace(unit=described.unit or key.unit, help=described.help or key.help)
                keys[name] = self._keys[name] = key
        return Item({}, keys=keys)

    def _value(self, name: str, value: Any, number: int) -> Any:
        """A single value."""
        key = self._keys.get(name)
        if key is None:
            return value
        if key.type in ("path", "fits", "table") and value is not None:
            return self._reference(key, value, number)
        if key.array and isinstance(value, list):
            return ArrayReference(name, self._converted(key, value, number), number)
        return self._converted(key, value, number)

    def _reference(self, key: Key, value: Any, number: int) -> Reference:
        if isinstance(value, list):
            return ListReference([self._reference(key, each, number) for each in value])
        if isinstance(value, str) and key.type == "path":
            return PathReference(os.path.join(self._folder, value))
        if isinstance(value, str) and key.type == "fits":
            return FitsReference(FileCapture(os.path.join(self._folder, value)))
        if isinstance(value, str) and value.lstrip().startswith("<"):
            return InlineTable(value)
        raise bad_value(key, value, number, "OPset channel")

    def _cell(self, name: str, value: Any, number: int) -> Any:
        """A value of a row."""
        key = self._keys.get(name)
        if key is None or type(value) is _EXACT.get(key.type):
            return value
        if value is None:
            return missing(key)
        if key.type in ("table", "fits") or (key.array and isinstance(value, list)):
            raise bad_value(key, value, number, "OPset channel")
        return (
            self._reference(key, value, number).resolve() if key.type == "path" else self._converted(key, value, number)
        )

    def _converted(self, key: Key, value: Any, number: int) -> Any:
        """The value in the type of its key; lists of such values, too."""
        if isinstance(value, list) and key.type not in ("list", "dict", "data", "any"):
            return [self._converted(key, each, number) for each in value]
        try:
            if key.type == "text" and not isinstance(value, str | None):
                raise ValueError(value)
            return from_json(key, value)
        except (ValueError, OverflowError):
            raise bad_value(key, value, number, "OPset channel") from None


def wrong_declaration(name: Any, fields: Any) -> str:
    """What is wrong with the declaration of a key; nothing, if nothing is. Members not known are passed over."""
    if not name or not isinstance(fields, dict):
        return f"declares the key {_shown(name)} as {_shown(fields)}, which is no object"
    for field, kind in DECLARED.items():
        value = fields.get(field)
        if value is not None and not isinstance(value, kind):
            return f"declares the key {_shown(name)} with {field} {_shown(value)}"
    if fields.get("type", "any") not in (None, *KEY_TYPES):
        return f"declares the key {_shown(name)} of type {_shown(fields['type'])}; there are {', '.join(KEY_TYPES)}"
    return ""


def _progress(fraction: Any, text: Any) -> Progress:
    """It is advice: what is wrong in it is passed over, and no run fails for it."""
    known = isinstance(fraction, (int, float)) and not isinstance(fraction, bool) and fraction == fraction
    return Progress(float(min(max(fraction, 0), 1)) if known else None, text if isinstance(text, str) else "")


def _wrong(number: int, what: str) -> ResultError:
    return ResultError(f"line {number} of the OPset channel {what}", line=number)


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
