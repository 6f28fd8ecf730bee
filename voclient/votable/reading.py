"""An astropy Table of a VOTable document, as astropy would make it."""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from struct import Struct
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy

from .document import find_stream
from .layout import NUMBERS, Layout, layout_of
from .rows import take_apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TRUE, _FALSE, _UNKNOWN = b"Tt1", b"Ff0", b"\0 ?"
"""What a boolean may be in BINARY2."""


def read_votable(file: BinaryIO) -> Any:
    """The first table of a document.

    Rows that are inline BINARY2 are decoded here, column by column; others, and metadata always, by astropy.

    Parameters
    ----------
    file : binary file
        The document, from its start.

    Returns
    -------
    astropy.table.Table
        With names in preference to IDs.

    Raises
    ------
    Exception
        Whatever astropy's reader raises; ValueError for rows that are none of the table's.
    """
    from astropy.io.votable import parse
    from astropy.table import MaskedColumn, Table

    document = file.read()
    found = find_stream(document)
    layouts = [layout_of(*field) for field in found.fields] if found else []
    columns = [layout for layout in layouts if layout is not None]
    if not found or not columns or len(columns) < len(layouts):
        del document
        file.seek(0)
        return parse(file, verify="ignore").get_first_table().to_table(use_names_over_ids=True)
    rest = BytesIO(document[: found.data[0]] + document[found.data[1] :])
    element = parse(rest, verify="ignore", table_number=0).get_first_table()
    content = binascii.a2b_base64(memoryview(document)[found.start : found.end])
    del document  # it may be large
    rows = _cut(content, columns)
    empty = element.to_table(use_names_over_ids=True)
    table = Table(meta=empty.meta)
    for number, (name, field) in enumerate(zip(empty.colnames, element.fields, strict=True)):
        values, mask = _Cells(rows, number, columns[number], field).decode()
        column = MaskedColumn(values.astype(empty[name].dtype, copy=False), name, mask=mask, copy=False)
        table.add_column(column, copy=False)
        field.to_table_column(table[name])
    return table


class _Rows(NamedTuple):
    """Rows cut into cells."""

    null: NDArray[Any]
    """Whether a cell has no value, by row and column."""
    fixed: dict[int, NDArray[Any]]
    """Bytes of the cells of fixed size, by column."""
    variable: dict[int, tuple[list[bytes], list[int]]]
    """Contents of the others, and where items are bits the counts of these."""


def _cut(content: bytes, columns: Sequence[Layout]) -> _Rows:
    """Rows: null bits, a bit for each column, then the cells."""
    mask_size = (len(columns) + 7) // 8
    offsets, widths, width = [], [mask_size], mask_size
    variable = [number for number, layout in enumerate(columns) if layout.is_variable]
    for layout in columns:
        offsets.append(width)
        if layout.is_variable:
            widths.append(0)
        else:
            widths[-1] += layout.size
            width += layout.size
    if variable:
        sizes = [_size_of_items(columns[number]) for number in variable]
        whole, contents, counts = take_apart(content, widths, sizes)
    elif len(content) % width:
        raise ValueError("the rows end in the middle of one")
    else:
        whole, contents, counts = numpy.frombuffer(content, numpy.uint8).reshape(-1, width), [], []
    null = numpy.unpackbits(whole[:, :mask_size], axis=1, count=len(columns)).astype(bool)
    fixed = {
        number: whole[:, offsets[number] : offsets[number] + layout.size]
        for number, layout in enumerate(columns)
        if not layout.is_variable
    }
    return _Rows(null, fixed, dict(zip(variable, zip(contents, counts, strict=True), strict=True)))


def _size_of_items(layout: Layout) -> int | Callable[[int], int]:
    return layout.bytes_of if layout.datatype == "bit" else layout.bytes_of(1)


class _Cells:
    """The cells of one column: values and what is masked of them, as astropy's converters have it."""

    def __init__(self, rows: _Rows, number: int, layout: Layout, field: Any) -> None:
        self._layout = layout
        self._null = rows.null[:, number]
        self._field = field
        if layout.is_variable:
            self._contents, self._bit_counts = rows.variable[number]
        else:
            self._bytes = rows.fixed[number]

    def decode(self) -> tuple[Any, Any]:
        layout = self._layout
        if layout.is_text:
            # Those without a value are empty texts to astropy.
            return (self._texts() if layout.is_variable else self._fixed_texts()), False
        if layout.is_variable:
            return self._arrays(), self._null
        values, mask = self._numbers()
        null = self._null.reshape(-1, *(1 for _ in layout.shape))
        return values, mask | numpy.broadcast_to(null, values.shape)

    def _numbers(self) -> tuple[Any, Any]:
        layout, count = self._layout, len(self._bytes)
        shape = (count, *layout.shape)
        if layout.datatype == "bit":
            bits = numpy.unpackbits(self._bytes, axis=1, count=layout.items if layout.shape else None).astype(bool)
            # A single bit: astropy writes another one of the eight than the standard has.
            return (bits.reshape(shape) if layout.shape else bits.any(axis=1)), False
        if layout.datatype == "boolean":
            kinds = numpy.full(256, 3, numpy.uint8)
            for kind, characters in enumerate((_FALSE, _TRUE, _UNKNOWN)):
                kinds[list(characters)] = kind
            found = kinds[self._bytes].reshape(shape)
            if (found == 3).any():
                raise ValueError(f"column {self._field.name!r}: a boolean is T, F or ?")
            return found == 1, found == 2
        code = NUMBERS[layout.datatype]
        values = self._bytes.view(code).astype(code[1:]).reshape(shape)
        null = self._field.values.null
        if null is not None:
            return values, values == numpy.asarray(null).astype(values.dtype)
        return values, numpy.isnan(values) if values.dtype.kind in "fc" else False

    def _fixed_texts(self) -> NDArray[Any]:
        """A text ends at its first NUL."""
        is_wide = self._layout.datatype == "unicodeChar"
        codes = self._bytes.view(">u2") if is_wide else self._bytes
        is_over = numpy.logical_or.accumulate(codes == 0, axis=1)
        is_plain = not ((codes & 0xF800) == 0xD800).any() if is_wide else not (codes > 127).any()
        if is_plain:
            wide = numpy.where(is_over, 0, codes).astype(numpy.uint32)
            return wide.view(f"U{codes.shape[1]}")[:, 0]
        lengths = ((~is_over).sum(axis=1) * codes.itemsize).tolist()
        cells = [bytes(cell[:length]) for cell, length in zip(self._bytes, lengths, strict=True)]
        return numpy.array(list(_decoded(cells, is_wide)), f"U{codes.shape[1]}")

    def _texts(self) -> Any:
        texts = _decoded(self._contents, self._layout.datatype == "unicodeChar")
        result = numpy.empty(len(self._contents), object)
        result[:] = list(texts)
        return result

    def _arrays(self) -> NDArray[Any]:
        """By astropy's own converter, which makes masked arrays, except for bits, which it does not unpack."""
        result = numpy.empty(len(self._contents), object)
        layout = self._layout
        if layout.datatype == "bit":
            for place, (content, count) in enumerate(zip(self._contents, self._bit_counts, strict=True)):
                bits = numpy.unpackbits(numpy.frombuffer(content, numpy.uint8), count=count)
                shaped = bits.astype(bool).reshape(-1, *layout.shape)
                result[place] = numpy.ma.array(shaped, mask=numpy.zeros(shaped.shape, bool))
            return result
        size, count_bytes = layout.bytes_of(layout.items), Struct(">I").pack  # astropy counts the parts
        for place, content in enumerate(self._contents):
            whole = count_bytes(len(content) // size) + content
            result[place] = self._field.converter.binparse(BytesIO(whole).read)[0]
        return result


def _decoded(cells: list[bytes], is_wide: bool) -> Sequence[str] | Iterator[str]:
    """Texts of bytes; what is no text of its encoding has the replacement character in it."""
    encoding, nul = ("utf-16-be", b"\0\0") if is_wide else ("utf-8", b"\0")
    # At once, as NULs stand between them only.
    texts = nul.join(cells).decode(encoding, "replace").split("\0")
    return texts if len(texts) == len(cells) else (cell.decode(encoding, "replace") for cell in cells)
