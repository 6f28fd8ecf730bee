"""What of the OPset channel's standard (docs/channel.md) the lines of a program break: `voclient check --channel`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from .channel import LINE_LIMIT_BYTES, VERSION, wrong_declaration

KINDS = ("opset", "declare", "key", "row", "progress", "error")


class _Broken(Exception):
    """A rule, and how a line breaks it."""


def violations(lines: Iterable[bytes]) -> Iterator[tuple[int, str]]:
    """Hold what a program wrote on the channel to the standard.

    Parameters
    ----------
    lines : iterable of bytes
        With their line feeds; an open file will do.

    Yields
    ------
    tuple of int and str
        The number of a line, from 1, and the rule it breaks with the reason.

    Examples
    --------
    >>> list(violations([b'{"opset": 1}\\n', b'{"key": "mag", "value": NaN}\\n']))
    [(2, 'L2: NaN is no JSON; it is written "NaN"')]
    """
    examiner = _Examiner()
    for number, line in enumerate(lines, 1):
        try:
            examiner.examine(line, number)
        except _Broken as broken:
            yield number, str(broken)


class _Examiner:
    def __init__(self) -> None:
        self._is_on = False
        self._singles: set[str] = set()
        self._row_keys: set[str] = set()

    def examine(self, line: bytes, number: int) -> None:
        message = _parse(line)
        kinds = [kind for kind in KINDS if kind in message]
        if len(kinds) > 1:
            raise _Broken(f"L3: one line is of two kinds, {' and '.join(kinds)}")
        if not kinds:
            return  # a kind of a later version
        getattr(self, f"_{kinds[0]}")(message, number)

    def _opset(self, message: dict[str, Any], number: int) -> None:
        if type(message["opset"]) is not int or message["opset"] != VERSION:
            raise _Broken(f"K1: the version is {VERSION}, not {message['opset']!r}")
        if not self._is_on and number > 1:
            raise _Broken("K1: it comes first of all lines")
        self._is_on = True

    def _declare(self, message: dict[str, Any], _: int) -> None:
        declared = message["declare"]
        if not isinstance(declared, dict):
            raise _Broken("K2: it declares an object of keys")
        for name, fields in declared.items():
            if trouble := wrong_declaration(name, fields):
                raise _Broken(f"K2: it {trouble}")
        self._need_start()

    def _key(self, message: dict[str, Any], _: int) -> None:
        name, unit = message["key"], message.get("unit")
        if not isinstance(name, str) or not name:
            raise _Broken(f"K3: {name!r} is no name of a key")
        if "value" not in message:
            raise _Broken(f"K3: the key {name!r} has no value")
        if unit is not None and not isinstance(unit, str):
            raise _Broken(f"K3: the unit {unit!r} is no text")
        self._singles.add(name)
        self._need_one_sort({name})
        self._need_start()

    def _row(self, message: dict[str, Any], _: int) -> None:
        if not isinstance(message["row"], dict) or "" in message["row"]:
            raise _Broken("K4: a row is an object of named values")
        self._row_keys.update(message["row"])
        self._need_one_sort(message["row"])
        self._need_start()

    def _progress(self, message: dict[str, Any], _: int) -> None:
        fraction, text = message["progress"], message.get("text", "")
        is_number = isinstance(fraction, (int, float)) and not isinstance(fraction, bool)
        if fraction is not None and not (is_number and 0 <= fraction <= 1):
            raise _Broken(f"K5: {fraction!r} is no fraction from 0 to 1, nor null")
        if not isinstance(text, str):
            raise _Broken(f"K5: {text!r} is no text")

    def _error(self, message: dict[str, Any], _: int) -> None:
        if not isinstance(message["error"], str):
            raise _Broken(f"K6: the error {message['error']!r} is no text")

    def _need_start(self) -> None:
        if not self._is_on:
            self._is_on = True  # told once
            raise _Broken('K1: {"opset": 1} comes before all keys')

    def _need_one_sort(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self._singles and name in self._row_keys:
                raise _Broken(f"K4: {name!r} has a single value and values in rows")


def _parse(line: bytes) -> dict[str, Any]:
    if not line.endswith(b"\n"):
        raise _Broken("L1: the last line has no line feed")
    if len(line) > LINE_LIMIT_BYTES:
        raise _Broken(f"L1: the line has {len(line)} bytes; {LINE_LIMIT_BYTES} are allowed")
    try:
        message = json.loads(line.decode(), parse_constant=_constant, parse_float=_float, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise _Broken(f"L1: byte {error.start + 1} is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise _Broken(f"L1: the line is not JSON: {error}") from None
    if line.endswith(b"\r\n"):
        raise _Broken("L1: the line ends with a carriage return")
    if not isinstance(message, dict):
        raise _Broken("L1: the line is not a JSON object")
    return message


def _constant(word: str) -> None:
    raise _Broken(f'L2: {word} is no JSON; it is written "{word}"')


def _float(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise _Broken(f"L2: the number {text[:40]} is beyond a double")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Broken(f"L3: the member {twice!r} comes twice")
    return found
