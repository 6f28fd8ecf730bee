"""Columns of many rows: blocks of them in a file, the last values in memory."""

from __future__ import annotations

import marshal
from collections.abc import Sequence
from typing import Any

from ..running.capture import CapturedOutput

BLOCK = 1 << 15
"""Rows of a block; a column of fewer is a plain list."""


class BulkColumn:
    """Values of a row key, appended to and read in ranges. Columns of one run share a store, in which they only add.

    They are values of JSON, so marshal has them, and quickly: the store is read by the process that wrote it. Paths,
    which it has not, are pickled.
    """

    __slots__ = ("_blocks", "_last", "_store")

    def __init__(self, store: CapturedOutput, values: list[Any]) -> None:
        self._store = store
        self._blocks: list[tuple[int, int]] = []
        self._last: list[Any] = []
        self.extend(values)

    def __len__(self) -> int:
        return len(self._blocks) * BLOCK + len(self._last)

    def extend(self, values: Sequence[Any]) -> None:
        self._last.extend(values)
        while len(self._last) >= BLOCK:
            data = _dump(self._last[:BLOCK])
            start = len(self._store)
            self._store.write(data)
            self._blocks.append((start, len(data)))
            del self._last[:BLOCK]

    def __getitem__(self, place: slice) -> list[Any]:
        """Some of them as a list; what is not asked for is not read."""
        start, stop, _ = place.indices(len(self))
        found: list[Any] = []
        for block in range(start // BLOCK, min(-(-stop // BLOCK), len(self._blocks))):
            first = block * BLOCK
            values = _load(self._store.piece(*self._blocks[block]))
            whole = start <= first and stop >= first + BLOCK
            found += values if whole else values[max(0, start - first) : stop - first]
        first = len(self._blocks) * BLOCK
        if stop > first:
            found += self._last[max(0, start - first) : stop - first]
        return found


_PICKLED = b"\x80"
"""How a pickle begins, and no list of marshal."""


def _dump(values: list[Any]) -> bytes:
    try:
        return marshal.dumps(values)
    except ValueError:
        import pickle

        return pickle.dumps(values, 5)


def _load(data: bytes) -> list[Any]:
    values: list[Any]
    if data.startswith(_PICKLED):
        import pickle

        values = pickle.loads(data)
    else:
        values = marshal.loads(data)
    return values
