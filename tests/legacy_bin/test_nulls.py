"""No value, NaN and what is empty: three things, kept apart as far as each format can (docs/formats.md)."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.io.votable import parse

from .votables import Field, csv_rows, stream, stream_bytes, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
FIELDS: list[Field] = [
    ("boolean", ""), ("bit", ""), ("bit", "9"), ("unsignedByte", ""), ("short", ""), ("int", ""), ("long", ""),
    ("float", ""), ("double", ""), ("floatComplex", ""), ("doubleComplex", ""), ("char", ""), ("char", "4"),
    ("char", "*"), ("unicodeChar", "2"), ("unicodeChar", "8*"), ("int", "2"), ("double", "2"), ("boolean", "2"),
    ("int", "*"), ("double", "4*"), ("boolean", "*"), ("bit", "*"), ("int", "2x*"), ("char", "2x*"), ("int", "", "-1"),
    ("short", "*", "5"), ("double", "", "-99"),
]  # fmt: skip
ITEMS = {
    "boolean": b"T", "unsignedByte": b"\x07", "short": b"\0\4", "int": b"\xff\xff\xff\xfd", "long": b"\x10" + bytes(7),
    "float": struct.pack(">f", 1.5), "double": struct.pack(">d", 2.5), "floatComplex": struct.pack(">2f", 1, 2),
    "doubleComplex": struct.pack(">2d", 1, 2), "char": b"x", "unicodeChar": b"\0y",
}  # fmt: skip
NAN = {
    "float": struct.pack(">f", np.nan), "double": struct.pack(">d", np.nan),
    "floatComplex": struct.pack(">2f", np.nan, np.nan), "doubleComplex": struct.pack(">2d", np.nan, np.nan),
}  # fmt: skip
KINDS = ("value", "nan", "empty", "null")  # a row of each


def cell(field: Field, kind: str) -> bytes:
    datatype, arraysize = field[:2]
    is_text = datatype in ("char", "unicodeChar")
    item = NAN.get(datatype, ITEMS.get(datatype, b"")) if kind == "nan" else ITEMS.get(datatype, b"")
    if "*" in arraysize:
        if kind in ("empty", "null"):
            return bytes(4)
        return struct.pack(">i", 2) + (b"\xc0" if datatype == "bit" else item * 2)
    count = int(arraysize or 1)
    if datatype == "bit":
        return bytes(count // 8 + 1) if kind == "null" else b"\xff\x80"[: count // 8 + 1]
    if kind == "null" or (kind == "empty" and is_text):
        item = NAN.get(datatype, b"?" if datatype == "boolean" else bytes(len(item)))
    return item * count


def made(path: Path, fields: list[Field]) -> Path:
    """A table in BINARY2, which has all of it."""
    content = b""
    for kind in KINDS:
        bits = "".join(str(int(kind == "null")) for _ in fields).ljust((len(fields) + 7) // 8 * 8, "0")
        content += int(bits, 2).to_bytes(len(bits) // 8, "big") + b"".join(cell(field, kind) for field in fields)
    return write(path, stream(fields, "BINARY2", content))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return made(tmp_path / "nulls.xml", FIELDS)


def rows_of(run: Run, path: Path | str) -> list[list[Any]]:
    return list(json.loads(succeeded(run("votcnv", "-f", "json", path)).text)["rows"])


def is_text(field: Field) -> bool:
    return field[0] in ("char", "unicodeChar")


def is_real(field: Field) -> bool:
    return field[0] in NAN and len(field) == 2


def nothing_in(field: Field, zero: Any) -> Any:
    """A fixed array of it, or one."""
    return [zero] * int(field[1]) if field[1] else zero


def by_text(field: Field, kind: str, value: Any) -> Any:
    """TABLEDATA: no value is nothing between the tags, and so is an empty text or array."""
    if kind == "null" and ("*" in field[1] or is_text(field)):
        return "" if is_text(field) and "x" not in field[1] else []
    return value


def by_binary(field: Field, kind: str, value: Any) -> Any:
    """BINARY: integers have their null value; no other type has one, unless its FIELD says so."""
    if kind == "null" and "*" not in field[1]:
        if is_real(field):
            complex_or_real = ["NaN", "NaN"] if field[0].endswith("Complex") else "NaN"
            return nothing_in(field, complex_or_real)
        if field[0] == "bit":
            return nothing_in(field, False)
        if field[0] == "boolean" and field[1]:
            return nothing_in(field, None)
    return by_text(field, kind, value)


def by_fits(field: Field, kind: str, value: Any) -> Any:
    """FITS: the same; and arrays of any length are as long as the longest, filled up; items without value at the end of
    integers and booleans are taken for that."""
    if field[:2] in (("short", "*"), ("boolean", "*")) and value and set(value) == {None}:
        return []
    if "*" in field[1] and not is_text(field) and kind in ("empty", "null"):
        return {"double": ["NaN", "NaN"], "bit": [False, False]}.get(field[0], [])
    return by_binary(field, kind, value)


@pytest.mark.parametrize(
    ("format", "expected"),
    [("vot", by_text), ("votb", by_binary), ("votb2", lambda field, kind, value: value), ("votfits", by_fits)],
)
def test_each_serialization_keeps_what_it_can(
    run: Run, path: Path, format: str, expected: Callable[[Field, str, Any], Any]
) -> None:
    before = rows_of(run, path)
    succeeded(run("votcnv", "-f", format, "-o", "out.xml", path))
    after = rows_of(run, "out.xml")
    for kind, old, new in zip(KINDS, before, after, strict=True):
        for field, one, other in zip(FIELDS, old, new, strict=True):
            assert other == expected(field, kind, one), (field, kind)
    again = succeeded(run("votcnv", "-f", format, "out.xml")).stdout
    assert again == (path.parent / "out.xml").read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ["votsort", "-c", "4"], ["votsort", "-s", "-c", "13"], ["votselect", "-w", "1=1"], ["votselect", "-c", "0-"],
        ["votcat", "none.xml"], ["votsplit"], ["votsplit", "-n", "9"], ["votsplit", "-c", "6"],
    ],
)  # fmt: skip
def test_every_tool_passes_them_on(run: Run, path: Path, words: list[str]) -> None:
    write(path.parent / "none.xml", "<VOTABLE/>")
    done = succeeded(run(*words, "-f", "votb2", path))
    if words[0] == "votsplit":
        rows = [row for name in done.lines for row in rows_of(run, name)]
    else:
        rows = rows_of(run, write(path.parent / "out.xml", done.text))
    assert sorted(map(json.dumps, rows)) == sorted(map(json.dumps, rows_of(run, path)))


def test_astropy_finds_the_same_in_binary2(run: Run, tmp_path: Path) -> None:
    known = [field for field in FIELDS if "x" not in field[1] and field != ("bit", "*")]  # astropy loses count in these
    path = made(tmp_path / "in.xml", known)
    succeeded(run("votcnv", "-f", "votb2", "-o", "out.xml", path))
    ours, original = (parse(tmp_path / name).get_first_table().array for name in ("out.xml", "in.xml"))
    assert len(original) == 4
    for name in original.dtype.names:
        for one, other in zip(ours[name], original[name], strict=True):
            assert np.ma.getmaskarray(one).tolist() == np.ma.getmaskarray(other).tolist(), name
            np.testing.assert_array_equal(np.ma.getdata(one), np.ma.getdata(other), name)
    assert original["c6"].mask.tolist() == [False, False, False, True]
    assert original["c9"].mask.tolist() == [False, True, False, True]  # astropy masks NaN, too


def test_fits_has_tnull_and_nan(run: Run, path: Path) -> None:
    succeeded(run("votcnv", "-f", "fits", "-o", "out.fits", path))
    with fits.open(path.parent / "out.fits") as hdus:
        columns, data = hdus[1].columns, hdus[1].data
        for number, field in enumerate(FIELDS, 1):
            name = f"c{number}"
            if field[0] in ("unsignedByte", "short", "int", "long") and "*" not in field[1]:
                assert (data[name] == columns[name].null).reshape(4, -1).any(axis=1).tolist() == [False] * 3 + [True]
            elif field[0] in ("float", "double") and not field[1]:
                assert np.isnan(data[name]).tolist() == [False, True, False, True]
        assert columns["c26"].null == -1


def test_csv_has_nan_and_nothing(run: Run, path: Path) -> None:
    assert [row[8] for row in csv_rows(run("votcnv", "-f", "csv", path))] == ["2.5", "NaN", "2.5", ""]


def test_the_null_value_of_real_numbers_is_none_in_every_format(run: Run, tmp_path: Path) -> None:
    fields: list[Field] = [("double", "", "-99"), ("float", "", "1e30"), ("double", "", "NaN")]
    path = write(tmp_path / "in.xml", tabledata(fields, [["-99.0", "1E30", "NaN"], ["NaN", "NaN", "1"], ["", "", ""]]))
    expected = [[None, None, "NaN"], ["NaN", "NaN", 1], [None, None, None]]
    assert rows_of(run, path) == expected
    for format in ("vot", "votb2"):
        succeeded(run("votcnv", "-f", format, "-o", "out.xml", path))
        assert rows_of(run, "out.xml") == expected
    binary = succeeded(run("votcnv", "-f", "votb", path))
    assert struct.unpack(">dfd", stream_bytes(binary.stdout)[:20])[:2] == (-99, np.float32(1e30))
    assert rows_of(run, write(tmp_path / "b.xml", binary.text)) == [*expected[:2], [None, None, "NaN"]]
    again = succeeded(run("votcat", write(tmp_path / "none.xml", "<VOTABLE/>"), "b.xml"))  # as it came
    assert stream_bytes(again.stdout) == stream_bytes(binary.stdout)
    succeeded(run("votcnv", "-f", "fits", "-o", "out.fits", path))
    assert np.isnan(fits.getdata(tmp_path / "out.fits")["c1"]).all()


def test_an_array_of_one_null_is_an_array(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.xml", tabledata([("int", "*", "-1")], [["-1"], ["-1 2"], [""]]))
    for format in ("votb", "votb2"):
        succeeded(run("votcnv", "-f", format, "-o", "out.xml", path))
        assert rows_of(run, "out.xml") == rows_of(run, path) == [[[None]], [[None, 2]], [[]]]
