"""An astropy Table as a VOTable document with BINARY2 rows."""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy

from .layout import NUMBERS, Layout, layout_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PIECE_BYTES = 57 << 12
"""Of rows, for a line of base64."""
_WIDER = {"i1": "i2", "u2": "i4", "u4": "i8", "f2": "f4"}
"""Types that VOTable lacks, and those that hold their values."""
_DATATYPES = {code[1:]: datatype for datatype, code in NUMBERS.items()} | {"b1": "bit"}
_LARGEST_LONG = (1 << 63) - 1


class Sink(Protocol):
    """What is written to."""

    def write(self, data: bytes, /) -> Any: ...


def write_votable(table: Any, sink: Sink) -> None:
    """Write a table.

    Metadata are written by astropy, and so is everything when a column is of objects that are neither texts nor
    arrays. Texts are `char` if all of a column are ASCII, else `unicodeChar`.

    Parameters
    ----------
    table : astropy.table.Table
        The table.
    sink : binary file
        Where to.

    Raises
    ------
    Exception
        Whatever astropy's writer raises for what a VOTable has not.
    """
    from astropy.table.column import BaseColumn
    from astropy.units import Quantity

    mixed = [column.info.name for column in table.columns.not_isinstance((BaseColumn, Quantity))]
    if mixed:
        raise ValueError(f"a VOTable has numbers and texts only, not what is in {', '.join(mixed)}")
    columns = [_prepare(table[name]) for name in table.colnames]
    known = [column for column in columns if column is not None]
    if not known or len(known) < len(columns):
        table.write(sink, format="votable")
        return
    head, tail = _metadata(table, known)
    sink.write(head + b"<DATA><BINARY2><STREAM encoding='base64'>\n")
    rows = memoryview(_rows(known, len(table)))
    for place in range(0, len(rows), _PIECE_BYTES):
        sink.write(binascii.b2a_base64(rows[place : place + _PIECE_BYTES]))
    sink.write(b"</STREAM></BINARY2></DATA>\n" + tail)


class _Column(NamedTuple):
    """A column, ready to be written."""

    layout: Layout
    arraysize: str | None
    null: NDArray[Any] | None
    """Which cells have no value."""
    cells: NDArray[Any] | list[bytes]
    """Bytes by row, or for a variable column the contents of each cell."""
    counts: Sequence[int] | None = None
    """Of a variable column."""


def _prepare(column: Any) -> _Column | None:
    """None: astropy is to write it."""
    mask = getattr(column, "mask", None)
    values = numpy.asarray(getattr(column, "unmasked", column))
    items = values.shape[1:]
    null = None
    if mask is not None and numpy.any(mask):
        mask = numpy.broadcast_to(mask, values.shape)
        null = mask.all(axis=tuple(range(1, mask.ndim)))
    kind = values.dtype.kind
    declared = (column.info.meta or {}).get("_votable_arraysize")
    if kind == "O":
        return _objects(values, null, declared)
    if kind in "US":
        if items:
            raise ValueError(f"column {column.info.name!r} has arrays of texts, which astropy cannot read in a VOTable")
        if declared and declared.endswith("*"):
            return _texts(values.tolist(), null, declared)
        return _fixed_texts(values, null)
    return _numbers(values, null, mask, column)


def _numbers(values: NDArray[Any], null: Any, mask: Any, column: Any) -> _Column | None:
    arraysize = "x".join(map(str, reversed(values.shape[1:]))) or None
    values = _as_known(values)
    layout = layout_of(_DATATYPES.get(values.dtype.str[1:], ""), arraysize)
    if layout is None:
        return None
    if layout.datatype == "bit":
        return _Column(layout, arraysize, null, numpy.packbits(values.reshape(-1, layout.items), axis=1))
    if null is not None:
        values = _without_masked(values, null, mask, column)
    cells = numpy.ascontiguousarray(values, NUMBERS[layout.datatype]).reshape(-1, layout.items)
    return _Column(layout, arraysize, null, cells.view(numpy.uint8))


def _as_known(values: NDArray[Any]) -> NDArray[Any]:
    """In a type that VOTable has, if there is one for these values."""
    code = values.dtype.str[1:]
    if code == "u8" and (values.size == 0 or values.max() <= _LARGEST_LONG):
        return values.astype("i8")
    return values.astype(_WIDER[code]) if code in _WIDER else values


def _without_masked(values: NDArray[Any], null: NDArray[Any], mask: Any, column: Any) -> NDArray[Any]:
    """Masked numbers are NaN, or the null value; where a whole cell is masked its null bit says so as well."""
    if values.dtype.kind in "fc":
        return numpy.where(mask, numpy.array(numpy.nan, values.dtype), values)
    stated = ((column.info.meta or {}).get("values") or {}).get("null")
    if stated is None and values.ndim > 1 and (mask & ~null.reshape(-1, *(1 for _ in values.shape[1:]))).any():
        raise ValueError(
            f"column {column.info.name!r} has arrays with some of their whole numbers masked, and no null value"
        )
    return numpy.where(mask, numpy.array(0 if stated is None else stated, values.dtype), values)


def _fixed_texts(values: NDArray[Any], null: Any) -> _Column:
    """Padded with NUL, in the width that the column has."""
    width = values.dtype.itemsize // (4 if values.dtype.kind == "U" else 1)
    if width == 0:
        return _texts(values.tolist(), null, None)
    if null is not None:
        values = numpy.where(null, numpy.array("", values.dtype), values)
    cells = numpy.ascontiguousarray(values)
    if values.dtype.kind == "S":
        return _Column(_text_layout("char", width), str(width), null, cells.view(numpy.uint8).reshape(-1, width))
    codes = cells.view(numpy.uint32).reshape(-1, width)
    if not codes.size or codes.max() < 0x80:
        return _Column(_text_layout("char", width), str(width), null, codes.astype(numpy.uint8))
    if codes.max() < 0x10000:
        wide = codes.astype(">u2").view(numpy.uint8)
    else:
        encoded = numpy.array([text.encode("utf-16-be", "replace") for text in values.tolist()])
        width = encoded.dtype.itemsize // 2
        wide = encoded.view(numpy.uint8).reshape(-1, 2 * width)
    return _Column(_text_layout("unicodeChar", width), str(width), null, wide)


def _text_layout(datatype: str, width: int) -> Layout:
    return Layout(datatype, (), width, False)


def _objects(values: NDArray[Any], null: Any, declared: str | None) -> _Column | None:
    cells = values.tolist()
    is_none = [cell is None for cell in cells]
    if any(is_none):
        null = numpy.array(is_none) | (False if null is None else null)
    if any(isinstance(cell, numpy.ndarray) for cell in cells):
        return _arrays(cells, null)
    return _texts(cells, null, declared)


def _arrays(cells: list[Any], null: Any) -> _Column | None:
    """Of numbers, all of one type and without masked ones."""
    hidden = [False] * len(cells) if null is None else null.tolist()
    shown = [None if is_hidden else cell for cell, is_hidden in zip(cells, hidden, strict=True)]
    codes = {cell.dtype.str[1:] for cell in shown if isinstance(cell, numpy.ndarray) and cell.size}
    datatype = _DATATYPES.get(next(iter(codes), "f8"))
    for cell in shown:
        if cell is not None and (not isinstance(cell, numpy.ndarray) or cell.ndim != 1 or numpy.ma.is_masked(cell)):
            return None
    if len(codes) > 1 or datatype not in NUMBERS:
        return None
    contents = [b"" if cell is None else numpy.asarray(cell, NUMBERS[datatype]).tobytes() for cell in shown]
    counts = [0 if cell is None else len(cell) for cell in shown]
    return _Column(Layout(datatype, (), 1, True), "*", null, contents, counts)


def _texts(cells: list[Any], null: Any, declared: str | None) -> _Column:
    """Of any length. A declared bound is kept as far as it holds."""
    hidden = [False] * len(cells) if null is None else null.tolist()
    texts = [
        "" if is_hidden else cell if type(cell) is str else _as_text(cell)
        for cell, is_hidden in zip(cells, hidden, strict=True)
    ]
    whole = "\0".join(texts)
    if whole.isascii():
        datatype, contents = "char", whole.encode().split(b"\0")
    else:
        datatype, contents = "unicodeChar", [text.encode("utf-16-be", "replace") for text in texts]
    if len(contents) != len(texts):  # one has a NUL in it, or there is none
        contents = [text.encode() for text in texts]
    layout = Layout(datatype, (), 1, True)
    item = layout.bytes_of(1)
    counts = [len(content) // item for content in contents]
    bound = (declared or "").rstrip("*")
    arraysize = declared if bound.isdigit() and int(bound) >= max(counts, default=0) else "*"
    return _Column(layout, arraysize, null, contents, counts)


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def _metadata(table: Any, columns: Sequence[_Column]) -> tuple[bytes, bytes]:
    """The document of a table without rows, up to where they go and behind."""
    from astropy.io.votable import from_table

    head = table[:1].copy()
    for name in head.colnames:
        column = head[name]
        if column.dtype.kind == "O":  # its cells are looked at, and there may be none
            column[...] = ""
            head.replace_column(name, column.astype("U1"))
        elif column.dtype.kind in "iuf":
            head.replace_column(name, column.astype(_as_known(numpy.asarray(table[name])).dtype))
    votable = from_table(head)
    element = votable.get_first_table()
    for field, column in zip(element.fields, columns, strict=True):
        field.datatype, field.arraysize = column.layout.datatype, column.arraysize
    element.array = element.array[:0]
    document = BytesIO()
    votable.to_xml(document)
    before, end, after = document.getvalue().rpartition(b"</TABLE>")
    return before, end + after


def _rows(columns: Sequence[_Column], count: int) -> bytes:
    """Null bits, a bit for each column, then the cells."""
    parts: list[tuple[str, Any, NDArray[Any]]] = []
    null = numpy.zeros((count, len(columns)), bool)
    variable: list[tuple[int, list[bytes]]] = []
    parts.append(("null", (numpy.uint8, ((len(columns) + 7) // 8,)), null))
    at = (len(columns) + 7) // 8
    for number, column in enumerate(columns):
        if column.null is not None:
            null[:, number] = column.null
        at += column.layout.size
        if isinstance(column.cells, list):
            parts.append((str(number), ">u4", numpy.array(column.counts, ">u4")))
            variable.append((at, column.cells))
        else:
            parts.append((str(number), (numpy.uint8, (column.cells.shape[1],)), column.cells))
    parts[0] = (*parts[0][:2], numpy.packbits(null, axis=1))
    rows = numpy.empty(count, [(name, form) if isinstance(form, str) else (name, *form) for name, form, _ in parts])
    for name, _, cells in parts:
        rows[name] = cells
    whole = rows.tobytes()
    if not variable:
        return whole
    pieces: list[list[bytes]] = []
    before = 0
    for place, contents in [*variable, (at, [])]:
        if place > before:
            pieces.append([whole[i + before : i + place] for i in range(0, len(whole), at)])
        pieces += [contents] if contents else []
        before = place
    return b"".join(chain.from_iterable(zip(*pieces, strict=True)))
