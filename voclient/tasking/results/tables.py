"""Astropy tables out of captured output. The only module of results that loads astropy."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import ResultError
from .delimited import DELIMITERS, RecordCutter
from .lines import LineSplitter

if TYPE_CHECKING:
    from ..descriptors.descriptor import Key, Section
    from . import Capture

_PIECE_BYTES = 1 << 20
_INLINE_FITS = re.compile(rb"<(?:\w+:)?FITS\b[^>]*>\s*<(?:\w+:)?STREAM\b[^>]*>([^<]*)<")


def read_table(file: BinaryIO, format: str, section: Section) -> Any:
    """The first table of a document. Raises ResultError when it cannot be read as one."""
    from .json_tables import read_json, read_json_lines
    from .references import JSON_LINES_TABLE, JSON_TABLE

    try:
        if format == "votable":
            return _read_votable(file)
        if format == "fits":
            return _read_fits(file)
        if format == "ecsv":
            return _read_ecsv(file)
        if format == JSON_TABLE:
            return read_json(file)
        if format == JSON_LINES_TABLE:
            return read_json_lines(file)
        return _read_delimited(file, DELIMITERS[format], section)
    except ResultError:
        raise
    except Exception as error:  # whatever astropy's readers raise, and they raise much
        raise ResultError(f"the output cannot be read as a table ({format}): {error}") from error


def open_fits(capture: Capture) -> Any:
    """An HDUList that reads what it is asked for. Raises ResultError when it is no FITS file."""
    from astropy.io import fits

    from .references import FileCapture

    try:
        return fits.open(capture.path if isinstance(capture, FileCapture) else capture.open(), memmap=True)
    except Exception as error:  # as above
        raise ResultError(f"the output cannot be opened as FITS: {error}") from error


def _read_fits(file: BinaryIO) -> Any:
    from astropy.table import Table

    return Table.read(file, format="fits", hdu=1, memmap=False)


def _read_ecsv(file: BinaryIO) -> Any:
    from astropy.table import Table

    return Table.read(file.read().decode("utf-8", "replace"), format="ascii.ecsv")


def _read_votable(file: BinaryIO) -> Any:
    """Also with FITS inside the document, which astropy knows by reference only."""
    from ...votable.reading import read_votable

    try:
        return read_votable(file)
    except KeyError:
        file.seek(0)
        inline = _INLINE_FITS.search(file.read())
        if not inline:
            raise
    return _read_fits(BytesIO(b64decode(inline[1])))


def _read_delimited(file: BinaryIO, delimiter: str, section: Section) -> Any:
    splitter = LineSplitter()
    cutter = RecordCutter(delimiter, header=section.header, comment=section.comment)
    records: list[tuple[int, list[str]]] = []
    while piece := file.read(_PIECE_BYTES):
        records.extend(cutter.cut(splitter.feed(piece), splitter.number))
    records.extend(cutter.cut(splitter.finish(), splitter.number))
    cutter.finish()
    names: Sequence[str] = section.columns
    if section.header and records:
        names = names or records[0][1]
        del records[0]
    if len(names) != 1:
        records = [record for record in records if record[1] != [""]]
    width = len(names) or (len(records[0][1]) if records else 0)
    for number, cells in records:
        if len(cells) != width:
            raise ResultError(f"line {number} of the output has {len(cells)} cells, not {width}", line=number)
    names = names or [f"col{place}" for place in range(1, width + 1)]
    return make_table(
        (name, _typed([cells[place] for _, cells in records]), None, "") for place, name in enumerate(names)
    )


def _typed(texts: list[str]) -> list[Any]:
    """Whole numbers if all are, else numbers, else the texts; an empty cell among numbers is None."""
    if not any(texts):
        return list(texts)
    for read in (int, float):
        try:
            if "_" not in "".join(texts):
                return [read(text) if text else None for text in texts]
        except ValueError:
            continue
    return list(texts)


def make_table(columns: Iterable[tuple[str, Any, str | None, str]]) -> Any:
    """A Table of (name, values, unit, description); None among the values is masked."""
    import numpy
    from astropy.table import Column, MaskedColumn, Table

    made = []
    taken: set[str] = set()
    for name, values, unit, description in columns:
        mask = [value is None for value in values] if isinstance(values, list) else []
        serial = 1
        unique = name
        while unique in taken:
            serial += 1
            unique = f"{name}_{serial}"
        taken.add(unique)
        if any(mask):
            filler = next((type(value)() for value in values if value is not None), 0.0)
            filled = [filler if hidden else value for value, hidden in zip(values, mask, strict=True)]
            column = MaskedColumn(numpy.asarray(filled), mask=mask)
        else:
            column = Column(numpy.asarray(values))
        column.name = unique
        column.description = description or None
        if unit:
            column.unit = unit
        made.append(column)
    return Table(made, copy=False)


def table_of_rows(keys: Sequence[Key], values: Sequence[Any], units: Sequence[str | None]) -> Any:
    """A Table of row keys, one column each."""
    return make_table((key.name, column, unit, key.help) for key, column, unit in zip(keys, values, units, strict=True))
