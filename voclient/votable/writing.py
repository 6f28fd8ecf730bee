"""An astropy Table as a VOTable document with BINARY2 rows."""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy

from .layout import NUMBERS, Layout, layout_of
from .mixins import System, add_systems, has_mixins, plain_columns
from .rows import COUNT_BYTES, put_together

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PIECE = 1 << 15
"""Rows that are made at a time."""
_WIDER = {"i1": "i2", "u2": "i4", "u4": "i8", "f2": "f4"}
"""Types that VOTable lacks, and those that hold their values."""
_DATATYPES = {code[1:]: datatype for datatype, code in NUMBERS.items()} | {"b1": "bit"}
_LARGEST_LONG = (1 << 63) - 1


class Sink(Protocol):
    """What is written to."""

    def write(self, data: bytes, /) -> Any: ...


def write_votable(table: Any, sink: Sink, rows: str = "BINARY2") -> None:
    """Write a table.

    Metadata are written by astropy, and so is everything when a column is of objects that are neither texts nor
    arrays. Texts are `char` if all of a column are ASCII, else `unicodeChar`. Coordinates and times become columns of
    numbers and texts (`mixins`).

    Parameters
    ----------
    table : astropy.table.Table
        The table.
    sink : binary file
        Where to.
    rows : str, optional
        What they are to be: BINARY2 or TABLEDATA.

    Raises
    ------
    Exception
        Whatever astropy's writer raises for what a VOTable has not.
    """
    systems: list[System] = []
    if has_mixins(table):
        table, systems = plain_columns(table)
    columns = [_prepare(table[name]) for name in table.colnames] if rows == "BINARY2" else []
    known = [column for column in columns if column is not None]
    if not known or len(known) < len(columns):
        _document_of(table, systems).to_xml(sink)
        return
    head, tail = _metadata(table, systems, known)
    sink.write(head + b"<DATA><BINARY2><STREAM encoding='base64'>\n")
    rest = b""
    for piece in _rows(known, len(table)):
        content = rest + piece.tobytes()
        whole = len(content) // 3 * 3
        sink.write(binascii.b2a_base64(memoryview(content)[:whole]))
        rest = content[whole:]
    sink.write(binascii.b2a_base64(rest) + b"</STREAM></BINARY2></DATA>\n" + tail)


class _Column(NamedTuple):
    """A column, ready to be written."""

    layout: Layout
    arraysize: str | None
    null: NDArray[Any] | None
    """Which cells have no value."""
    cells: NDArray[Any]
    """Bytes by row; for a variable column those of all cells, one behind the other."""
    counts: NDArray[Any] | None = None
    """Items of the cells of a variable column."""


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
            return _texts(values.tolist(), null, declared, is_plain=kind == "U")
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
    is_bytes = values.dtype.kind == "S"
    width = values.dtype.itemsize // (1 if is_bytes else 4)
    if width == 0:
        return _texts(values.tolist(), null, None, is_plain=not is_bytes)
    if null is not None:
        values = numpy.where(null, numpy.array("", values.dtype), values)
    cells = numpy.ascontiguousarray(values, values.dtype.newbyteorder("="))
    if is_bytes:
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
    kinds = set(map(type, cells))
    if type(None) in kinds:
        null = numpy.array([cell is None for cell in cells]) | (False if null is None else null)
    if any(issubclass(kind, numpy.ndarray) for kind in kinds):
        return _arrays(cells, null)
    return _texts(cells, null, declared, is_plain=kinds <= {str})


def _arrays(cells: list[Any], null: Any) -> _Column | None:
    """Of numbers, all of one type and without masked ones."""
    nothing = numpy.empty(0)
    hidden = [False] * len(cells) if null is None else null.tolist()
    shown = [nothing if is_hidden else cell for cell, is_hidden in zip(cells, hidden, strict=True)]
    if any(not isinstance(cell, numpy.ndarray) or cell.ndim != 1 or numpy.ma.is_masked(cell) for cell in shown):
        return None
    codes = {cell.dtype.str[1:] for cell in shown if cell.size} or {"f8"}
    datatype = _DATATYPES.get(codes.pop())
    if codes or datatype not in NUMBERS:
        return None
    contents = numpy.concatenate([nothing, *(cell for cell in shown if cell.size)]).astype(NUMBERS[datatype])
    return _Column(
        Layout(datatype, (), 1, True), "*", null, contents.view(numpy.uint8), numpy.array([len(cell) for cell in shown])
    )


def _texts(cells: list[Any], null: Any, declared: str | None, *, is_plain: bool) -> _Column:
    """Of any length. A declared bound is kept as far as it holds."""
    texts = cells if is_plain else [_as_text(cell) for cell in cells]
    if null is not None:
        texts = ["" if is_hidden else text for text, is_hidden in zip(texts, null.tolist(), strict=True)]
    whole = "\0".join(texts)
    if whole.count("\0") >= max(1, len(texts)):  # in a text it would end it
        texts = [text.partition("\0")[0] for text in texts]
        whole = "\0".join(texts)
    datatype = "char" if whole.isascii() else "unicodeChar"
    units = (
        numpy.frombuffer(whole.encode(), numpy.uint8)
        if datatype == "char"
        else numpy.frombuffer(whole.encode("utf-16-be", "replace"), ">u2")
    )
    ends = numpy.append(numpy.flatnonzero(units == 0), len(units))[: len(texts)]
    counts = numpy.diff(ends, prepend=-1) - 1
    bound = (declared or "").rstrip("*")
    arraysize = declared if bound.isdigit() and int(bound) >= counts.max(initial=0) else "*"
    return _Column(Layout(datatype, (), 1, True), arraysize, null, units[units != 0].view(numpy.uint8), counts)


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def _document_of(table: Any, systems: list[System]) -> Any:
    from astropy.io.votable import from_table

    votable = from_table(table)
    add_systems(votable, systems)
    return votable


def _metadata(table: Any, systems: list[System], columns: Sequence[_Column]) -> tuple[bytes, bytes]:
    """The document of a table without rows, up to where they go and behind."""
    head = table[:1].copy()
    for name in head.colnames:
        column = head[name]
        if column.dtype.kind == "O":  # its cells are looked at, and there may be none
            column[...] = ""
            head.replace_column(name, column.astype("U1"))
        elif (known := _as_known(numpy.asarray(table[name])).dtype) != column.dtype:
            head.replace_column(name, column.astype(known))
    votable = _document_of(head, systems)
    element = votable.get_first_table()
    for field, column in zip(element.fields, columns, strict=True):
        field.datatype, field.arraysize = column.layout.datatype, column.arraysize
    element.array = element.array[:0]
    document = BytesIO()
    votable.to_xml(document)
    before, end, after = document.getvalue().rpartition(b"</TABLE>")
    return before, end + after


def _rows(columns: Sequence[_Column], count: int) -> Iterator[NDArray[Any]]:
    """Some at a time: null bits, a bit for each column, then the cells."""
    variable = {
        number: column.counts * column.layout.bytes_of(1)
        for number, column in enumerate(columns)
        if column.counts is not None
    }
    ends = {number: numpy.cumsum(lengths) for number, lengths in variable.items()}
    for start in range(0, count, _PIECE):
        rows = slice(start, start + _PIECE)
        null = numpy.zeros((min(_PIECE, count - start), len(columns)), bool)
        parts: list[list[NDArray[Any]]] = [[null]]
        contents, lengths = [], []
        for number, column in enumerate(columns):
            if column.null is not None:
                null[:, number] = column.null[rows]
            if column.counts is None:
                parts[-1].append(column.cells[rows])
                continue
            parts[-1].append(column.counts[rows].astype(">u4").view(numpy.uint8).reshape(-1, COUNT_BYTES))
            parts.append([])
            lengths.append(variable[number][rows])
            last = ends[number][rows]
            contents.append(column.cells[last[0] - lengths[-1][0] : last[-1]])
        parts[0][0] = numpy.packbits(null, axis=1)
        fixed = [numpy.hstack(part) if part else numpy.empty((len(null), 0), numpy.uint8) for part in parts]
        yield put_together(fixed, contents, lengths) if variable else fixed[0]
