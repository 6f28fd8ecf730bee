"""Rows with cells of variable size: taken apart, and put together."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNT_BYTES = 4


def take_apart(
    content: bytes, widths: Sequence[int], sizes: Sequence[int | Callable[[int], int]]
) -> tuple[NDArray[Any], list[list[bytes]], list[list[int]]]:
    """Cut rows into what has a fixed size and what has not.

    Parameters
    ----------
    content : bytes
        The rows.
    widths : sequence of int
        How many bytes stand before the count of each variable cell, and behind the last cell.
    sizes : sequence
        For each variable column the bytes of an item, or a function that tells those of so many items.

    Returns
    -------
    tuple
        Bytes of fixed size, a line for each row; contents by column; and counts where sizes are functions.

    Raises
    ------
    ValueError
        The last row is not whole.
    """
    cells: list[list[bytes]] = [[] for _ in sizes]
    counts: list[list[int]] = [[] for _ in sizes]
    *heads, tail = widths
    heads[0] += tail  # of the row before
    plan = [
        (head, size if isinstance(size, int) else 0, column.append, size, count.append)
        for head, size, column, count in zip(heads, sizes, cells, counts, strict=True)
    ]
    read_count = struct.Struct(">I").unpack_from
    at, end = -tail, len(content) - tail
    try:
        while at < end:
            for head, size, add, bytes_of, add_count in plan:
                at += head
                (count,) = read_count(content, at)
                start = at + COUNT_BYTES
                if size:
                    at = start + count * size
                else:
                    at = start + bytes_of(count)  # type: ignore[operator]
                    add_count(count)
                add(content[start:at])
    except struct.error:  # there is no count any more
        at = end + 1
    if at != end:
        raise ValueError("the rows end in the middle of one")
    rows = len(cells[0])
    lengths = [numpy.fromiter(map(len, column), numpy.int64, rows) for column in cells]
    bytes_, fixed = numpy.frombuffer(content, numpy.uint8), numpy.empty((rows, sum(widths)), numpy.uint8)
    places, column = _starts(widths, lengths), 0
    for width, length in zip(widths, [*lengths, numpy.zeros(rows, numpy.int64)], strict=True):
        if width and rows:
            fixed[:, column : column + width] = sliding_window_view(bytes_, width)[places]
        column += width
        places = places + (width + COUNT_BYTES + length)
    return fixed, cells, counts


def put_together(
    fixed: Sequence[NDArray[Any]], contents: Sequence[NDArray[Any]], lengths: Sequence[NDArray[Any]]
) -> NDArray[Any]:
    """Make rows.

    Parameters
    ----------
    fixed : sequence of arrays
        A line for each row: the bytes up to each variable cell, its count included, and behind the last cell.
    contents : sequence of arrays
        For each variable column the bytes of its cells, one behind the other.
    lengths : sequence of arrays
        And how many each cell has.

    Returns
    -------
    array of bytes
        The rows.
    """
    widths = [part.shape[1] for part in fixed]
    places = _starts([width - COUNT_BYTES for width in widths[:-1]] + widths[-1:], lengths)
    rows = numpy.empty(sum(part.size for part in fixed) + sum(content.size for content in contents), numpy.uint8)
    for number, part in enumerate(fixed):
        if part.size:
            sliding_window_view(rows, part.shape[1], writeable=True)[places] = part
        places = places + part.shape[1]
        if number < len(contents):
            length = lengths[number]
            # Each byte as far behind the first of its cell as it is in the contents.
            shift = places - (numpy.cumsum(length) - length)
            rows[numpy.repeat(shift, length) + numpy.arange(contents[number].size)] = contents[number]
            places = places + length
    return rows


def _starts(widths: Sequence[int], lengths: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Where rows begin."""
    sizes = sum(lengths) + (sum(widths) + COUNT_BYTES * len(lengths))
    starts: NDArray[Any] = numpy.cumsum(sizes) - sizes
    return starts
