"""Astropy tables out of the JSON and the JSON Lines that the VO tools write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy
from astropy.table import Column, MaskedColumn, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

DTYPES = {
    "boolean": "bool", "bit": "bool", "unsignedByte": "u1", "short": "i2", "int": "i4", "long": "i8", "char": "str",
    "unicodeChar": "str", "float": "f4", "double": "f8", "floatComplex": "c8", "doubleComplex": "c16",
}  # fmt: skip
NOT_FINITE = ("NaN", "Infinity", "-Infinity")
"""What stands for numbers that JSON does not have; `float()` reads them."""


def read_json(file: BinaryIO) -> Table:
    """A table with its metadata, types and masks. Lists of variable length make a column of arrays."""
    document = json.load(file)
    fields, rows = document.pop("fields"), document.pop("rows")
    names = _distinct([field.get("name") or field.get("ID") or field.get("ucd") or f"col{i}"
                       for i, field in enumerate(fields)])  # fmt: skip
    columns = []
    for place, (name, field) in enumerate(zip(names, fields, strict=True)):
        column = _column([row[place] for row in rows], field["datatype"], field.get("arraysize", ""))
        column.name = name
        column.unit = field.get("unit")
        column.description = field.get("description")
        column.meta.update((key, field[key]) for key in ("ID", "ref", "ucd", "utype", "xtype") if key in field)
        columns.append(column)
    return Table(columns, meta=document, copy=False)


def read_json_lines(file: BinaryIO) -> Table:
    """A table of the objects, typed by their values."""
    rows = [json.loads(line) for line in file]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return Table({name: _guessed([row.get(name) for row in rows]) for name in names}, copy=False)


def _distinct(names: Sequence[str]) -> list[str]:
    taken: dict[str, None] = {}
    for name in names:
        unique, serial = name, 1
        while unique in taken:
            serial += 1
            unique = f"{name}_{serial}"
        taken[unique] = None
    return list(taken)


def _column(values: list[Any], datatype: str, arraysize: str) -> Column:
    dtype = numpy.dtype(DTYPES[datatype])
    sizes = [size for size in arraysize.strip().split("x") if size] if arraysize.strip() != "1" else []
    if dtype.kind == "U":
        del sizes[:1]
    if sizes and sizes[-1].endswith("*"):
        return _objects([None if value is None else _array(value, dtype) for value in values])
    shape = tuple(int(size) for size in reversed(sizes)) + ((2,) if dtype.kind == "c" else ())
    objects = numpy.empty((len(values), *shape), dtype=object)
    for place, value in enumerate(values):
        objects[place] = value
    return _plain_or_masked(_typed(objects, dtype))


def _array(value: list[Any], dtype: numpy.dtype[Any]) -> Any:
    """One cell of any length; a masked array where something in it is null."""
    objects = numpy.array(value, dtype=object)
    if dtype.kind == "c" and not value:
        objects = objects.reshape(0, 2)
    data = _typed(objects, dtype)
    return data if data.mask.any() else data.data


def _typed(objects: Any, dtype: numpy.dtype[Any]) -> Any:
    """A masked array of what JSON had; None is masked."""
    mask: Any = numpy.array(objects == None, dtype=bool)  # noqa: E711 - item by item
    objects[mask] = "" if dtype.kind == "U" else 0
    if dtype.kind != "c":
        return numpy.ma.MaskedArray(objects.astype(dtype), mask=mask)
    parts = objects.astype("f8")
    complex_numbers = numpy.empty(parts.shape[:-1], dtype=dtype)
    complex_numbers.real, complex_numbers.imag = parts[..., 0], parts[..., 1]
    return numpy.ma.MaskedArray(complex_numbers, mask=mask.any(axis=-1))


def _objects(values: list[Any]) -> Column:
    objects = numpy.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        objects[place] = value
    mask = [value is None for value in values]
    return MaskedColumn(objects, mask=mask) if any(mask) else Column(objects)


def _plain_or_masked(data: Any) -> Column:
    return MaskedColumn(data) if data.mask.any() else Column(data.data)


def _guessed(values: list[Any]) -> Column:
    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present if value not in NOT_FINITE}
    if list in kinds:
        return _objects(values)
    if kinds <= {int, float} and present:
        has_fraction = len(kinds) != 1 or float in kinds or any(value in NOT_FINITE for value in present)
        dtype = numpy.dtype("f8" if has_fraction else "i8")
    else:
        dtype = numpy.dtype("bool" if kinds == {bool} else "str")
    objects = numpy.empty(len(values), dtype=object)
    objects[:] = values
    return _plain_or_masked(_typed(objects, dtype))
