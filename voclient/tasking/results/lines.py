"""Bytes to whole lines of text, and the format `lines`."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ResultError
from . import Event, Item

LINE_LIMIT_BYTES = 16 << 20


class LineSplitter:
    """Cuts a stream into lines without their ends; what has no end yet is kept for the next piece.

    A line above the limit is an error, which names the stream.
    """

    def __init__(self, limit_bytes: int = LINE_LIMIT_BYTES, stream: str = "output") -> None:
        self._limit_bytes = limit_bytes
        self._stream = stream
        self._pieces: list[bytes] = []
        self._kept = 0
        self._at_start = True
        self.number = 0
        """How many lines were given before the last call."""
        self._given = 0

    def feed(self, data: bytes) -> list[str]:
        """The lines that `data` completes."""
        self._start()
        end = data.rfind(b"\n")
        if end < 0:
            self._keep(data)
            return []
        block = b"".join((*self._pieces, data[:end]))
        self._pieces.clear()
        self._kept = 0
        self._keep(data[end + 1 :])
        return self._cut(block)

    def finish(self) -> list[str]:
        """The last line, if it had no end."""
        self._start()
        block = b"".join(self._pieces)
        self._pieces.clear()
        return self._cut(block) if block else []

    def _start(self) -> None:
        self.number = self._given
        if self._kept > self._limit_bytes:
            line = self._given + 1
            limit = self._limit_bytes >> 20
            raise ResultError(f"line {line} of the {self._stream} is longer than {limit} MiB", line=line)

    def _keep(self, data: bytes) -> None:
        if data:
            self._pieces.append(data)
            self._kept += len(data)

    def _cut(self, block: bytes) -> list[str]:
        if self._at_start:
            block = block.removeprefix(b"\xef\xbb\xbf")
            self._at_start = False
        lines = block.decode("utf-8", "surrogateescape").split("\n")
        if b"\r" in block:
            lines = [line.removesuffix("\r") for line in lines]
        self._given += len(lines)
        return lines


class LinesParser:
    """Format `lines`: one key, a list of all lines."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._splitter = LineSplitter()

    def feed(self, data: bytes) -> Iterator[Event]:
        return self._items(self._splitter.feed(data))

    def finish(self, complete: bool = True) -> Iterator[Event]:
        return self._items(self._splitter.finish() if complete else [])

    def _items(self, lines: list[str]) -> Iterator[Event]:
        if lines:
            yield Item({self._key: lines}, rows=True)
