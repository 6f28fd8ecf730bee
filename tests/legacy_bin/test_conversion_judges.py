"""Made-up tables in every format, read back by astropy, by STILTS and by ourselves: the same values."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
import re
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.io.votable import parse
from astropy.table import Table
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from .made_columns import COMPLEX, INTEGERS, REALS, Column, Columns, as_json, cell_text, flat, tables, votable
from .votables import succeeded, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
SLOW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PARTS = {"floatComplex": "float", "doubleComplex": "double"}
VOTABLES = ("vot", "votb", "votb2", "votfits")


def converted(run: Run, folder: Path, columns: Columns, format: str, *words: str) -> Path:
    write(folder / "in.xml", votable(columns))
    succeeded(run("votcnv", "-f", format, "-o", f"out.{format}", *words, "in.xml"))
    return folder / f"out.{format}"


def expected(format: str, column: Column, value: Any) -> Any:
    """What JSON has for a cell that went through a format: docs/formats.md says what is lost."""
    kept = as_json(value, column.datatype)
    if value is None and format in ("votb", "votfits"):  # never an array of any length
        shape = [int(size) for size in reversed(column.arraysize.split("x")) if size]
        if column.datatype in REALS or column.datatype in COMPLEX:
            kept = np.full(shape + [2] * (column.datatype in COMPLEX), "NaN").tolist()
        elif column.datatype == "bit" or (column.datatype == "boolean" and shape):
            kept = np.full(shape, None if column.datatype == "boolean" else False).tolist()
    return kept


def filled(column: Column) -> list[Any]:
    """FITS: arrays of any length are as long as the longest, but for what integers and booleans are filled with."""
    if column.datatype in INTEGERS or column.datatype == "boolean":
        return column.cells
    longest = max((len(cell) for cell in column.cells), default=0)
    inner = math.prod(int(size) for size in column.arraysize.split("x")[:-1])
    zero: Any = {"bit": False}.get(column.datatype, math.nan if column.datatype in REALS else complex("nan+nanj"))

    def longer(cell: list[Any]) -> list[Any]:
        nothing = [zero] * inner if "x" in column.arraysize else zero
        return cell + [nothing] * (longest - len(cell))

    return [longer(cell) for cell in column.cells]


def nearest(value: Any, column: Column) -> Any:
    """Numbers of single precision: several texts are as short, and read as the same."""
    if isinstance(value, list):
        return [nearest(item, column) for item in value]
    is_single = column.datatype in ("float", "floatComplex") and isinstance(value, float)
    return float(np.float32(value)) if is_single else value


@SLOW
@given(columns=tables())
def test_json_and_every_serialization_have_the_values(run: Run, tmp_path: Path, columns: Columns) -> None:
    for format in VOTABLES:
        path = converted(run, tmp_path, columns, format)
        found = json.loads(succeeded(run("votcnv", "-f", "json", path)).text)
        lines = succeeded(run("votcnv", "-f", "jsonl", path)).lines
        assert [field["name"] for field in found["fields"]] == [column.name for column in columns]
        assert [list(json.loads(line).values()) for line in lines] == found["rows"]
        for place, column in enumerate(columns):
            cells = filled(column) if format == "votfits" and column.is_array and column.is_variable else column.cells
            wanted = [expected(format, column, cell) for cell in cells]
            assert nearest([row[place] for row in found["rows"]], column) == nearest(wanted, column), format


@SLOW
@given(columns=tables(), indent=st.sampled_from(["0", "1", "4"]), format=st.sampled_from(VOTABLES))
def test_what_is_written_is_written_the_same_again(
    run: Run, tmp_path: Path, columns: Columns, indent: str, format: str
) -> None:
    path = converted(run, tmp_path, columns, format, "-i", indent)
    assert succeeded(run("votcnv", "-f", format, "-i", indent, path)).stdout == path.read_bytes()


def same(found: Any, wanted: Any, datatype: str) -> bool:
    """A cell as numpy has it: masked for None, arrays item by item."""
    if wanted is None:
        return bool(np.all(np.ma.getmaskarray(found))) or (
            datatype in (*REALS, *COMPLEX) and bool(np.all(np.isnan(found)))
        )
    items = flat(wanted)
    if datatype == "float":
        items = [np.float32(item) for item in items]
    if datatype == "floatComplex":
        items = [np.complex64(item) for item in items]
    values = np.ma.getdata(found).ravel().tolist()
    return len(items) == len(values) and all(
        bool(a == b) or (a != a and b != b) or (isinstance(a, complex) and repr(complex(b)) == repr(a))
        for a, b in zip(values, items, strict=True)
    )


def is_known_to_astropy(column: Column, format: str) -> bool:
    """It cannot read complex arrays without value and runs of bits of any length in TABLEDATA; in binary it looks for a
    single bit in the middle of its byte, and loses count of some arrays."""
    if format == "vot" and (column.datatype != "bit" or not column.is_variable):
        return not (column.datatype in COMPLEX and column.is_array and None in column.cells)
    return column.datatype != "bit" and not (column.is_variable and "x" in column.arraysize)


def check_array(columns: Columns, array: Any, format: str) -> None:
    for column, name in zip(columns, array.dtype.names, strict=True):
        cells = zip(np.ma.getdata(array[name]), np.ma.getmaskarray(array[name]), column.cells, strict=True)
        for data, mask, wanted in cells:  # it masks NaN, too
            found = np.ma.array(data, mask=mask) if wanted is None else data
            if format == "votb" and wanted is None and column.datatype in ("bit", "boolean"):
                continue  # nothing says so
            assert same(found, wanted, column.datatype), (format, column, found, wanted)


@SLOW
@given(columns=tables())
def test_votables_are_read_by_astropy(run: Run, tmp_path: Path, columns: Columns) -> None:
    for format in VOTABLES[:3]:
        known = [column for column in columns if is_known_to_astropy(column, format)]
        if not known:
            continue
        table = parse(converted(run, tmp_path, known, format)).get_first_table()
        assert [field.name for field in table.fields] == [column.name for column in known]
        check_array(known, table.array, format)


def rounded(value: Any, column: Column) -> list[Any]:
    """Items, for comparison."""
    return flat(nearest(value, column))


@SLOW
@given(columns=tables(), format=st.sampled_from(["vot", "votb2"]))
@example(
    columns=[Column("x", "float", "", None, [math.nan]), Column("y", "float", "2", None, [[math.nan] * 2])],
    format="vot",
)
def test_what_astropy_makes_of_it_is_the_same(run: Run, tmp_path: Path, columns: Columns, format: str) -> None:
    columns = [c for c in columns if is_known_to_astropy(c, format) and is_known_to_astropy(c, "vot")]
    columns = [c for c in columns if c.datatype not in COMPLEX]  # it writes one NaN for a complex number
    if not columns:
        return
    parse(converted(run, tmp_path, columns, format)).to_xml(str(tmp_path / "theirs.xml"), tabledata_format="tabledata")
    theirs = json.loads(succeeded(run("votcnv", "-f", "json", "theirs.xml")).text)
    assert [field["name"] for field in theirs["fields"]] == [column.name for column in columns]
    for place, column in enumerate(columns):
        for row, wanted in zip(theirs["rows"], column.cells, strict=True):
            items = flat(wanted)
            if wanted is None or (items and all(item != item for item in items)):  # it writes NaN alone as nothing
                assert set(flat(row[place])) <= {None, "NaN", False}, (column, row[place])
            else:
                assert rounded(row[place], column) == rounded(as_json(wanted, column.datatype), column), (column, row)


@SLOW
@given(columns=tables())
def test_ecsv_is_read_by_astropy(run: Run, tmp_path: Path, columns: Columns) -> None:
    for source in ("vot", "votb2"):
        succeeded(run("votcnv", "-f", "ecsv", "-o", "out.ecsv", converted(run, tmp_path, columns, source)))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            table = Table.read(tmp_path / "out.ecsv", format="ascii.ecsv")
        assert table.colnames == [column.name for column in columns]
        for column in columns:
            for found, wanted in zip(table[column.name], column.cells, strict=True):
                if column.is_text and source == "vot":  # there "" and none are one
                    wanted = wanted or None
                if column.datatype in COMPLEX and wanted is not None:
                    wanted = [part for item in flat(wanted) for part in (item.real, item.imag)]
                assert same(found, wanted, PARTS.get(column.datatype, column.datatype)), (column, found, wanted)


@pytest.mark.filterwarnings("ignore:.*column names contain only")
@SLOW
@given(columns=tables())
def test_fits_is_read_by_astropy(run: Run, tmp_path: Path, columns: Columns) -> None:
    columns = [
        column for column in columns if column.datatype != "bit" or "x" not in column.arraysize
    ]  # breaks astropy
    if not columns:
        return
    whole = fits.open(converted(run, tmp_path, columns, "fits"), logical_as_bytes=True)
    text = converted(run, tmp_path, columns, "votfits").read_text()
    inline = re.search("<STREAM[^>]*>([^<]*)<", text)
    assert inline
    with whole, fits.open(io.BytesIO(base64.b64decode(inline[1])), logical_as_bytes=True) as inside:
        for hdus in (whole, inside):
            data, described = hdus[1].data, hdus[1].columns
            for number, column in enumerate(columns):
                check_fits(column, data.field(number), described[number])


def check_fits(column: Column, found: Any, described: Any) -> None:
    cells = filled(column) if column.is_array and column.is_variable else column.cells
    for one, wanted in zip(found, cells, strict=True):
        if column.datatype == "boolean":
            items = [{b"T": True, b"F": False, b"": None}[item] for item in np.ravel(one).tolist()]
            wanted = [] if wanted is None else flat(wanted)
            assert items == wanted + [None] * (len(items) - len(wanted)), (column, one, wanted)
            continue
        if column.datatype == "bit" and wanted is None:
            continue  # nothing says so
        if column.datatype in INTEGERS and (wanted is None or column.is_variable):
            values = np.ravel(one).tolist()
            wanted = flat(wanted) if wanted is not None else []
            wanted = wanted + [described.null] * (len(values) - len(wanted))
            assert values == wanted, (column, one, wanted)
            continue
        if column.is_text:
            assert (one.decode() if isinstance(one, bytes) else one) == wanted, (column, one)
            continue
        assert same(one, wanted, column.datatype), (column, one, wanted)


@SLOW
@given(columns=tables())
def test_csv_has_the_cells_as_they_are(run: Run, tmp_path: Path, columns: Columns) -> None:
    write(tmp_path / "in.xml", votable(columns))
    rows = [list(row) for row in zip(*([cell_text(c, v) for v in c.cells] for c in columns), strict=True)]
    for words, delimiter in ((["-f", "csv"], ","), (["-f", "tsv"], "\t"), (["-f", "bsv"], "|"), (["-f", "asv"], " ")):
        text = succeeded(run("votcnv", "-n", *words, "in.xml")).text
        assert [row or [""] for row in csv.reader(io.StringIO(text), delimiter=delimiter)] == rows
    succeeded(run("votcnv", "-f", "votb2", "-o", "out.xml", "in.xml"))
    rows_of_values = list(zip(*(column.cells for column in columns), strict=True))
    text = succeeded(run("votcnv", "-n", "-f", "csv", "out.xml")).text
    for line, row in zip(csv.reader(io.StringIO(text)), rows_of_values, strict=True):
        for column, text, value in zip(columns, line or [""], row, strict=True):
            written = cell_text(column, value)
            if column.datatype in PARTS or column.datatype in REALS:
                assert same(numbers(text), numbers(written), PARTS.get(column.datatype, column.datatype))
            elif column.datatype == "boolean":
                assert text == written.replace("T", "true").replace("F", "false")
            else:
                assert text == written


def numbers(text: str) -> list[float]:
    return [float(word.replace("Inf", "inf")) for word in text.split()]


def by_stilts(path: Path, inputs: list[str]) -> Path:
    """All tables as STILTS has them, in one document; one Java machine for all of them."""
    write(path.with_suffix(".list"), "\n".join(inputs) + "\n")
    done = subprocess.run(
        ["stilts", "tmulti", f"in=@{path.with_suffix('.list')}", f"out={path}", "ofmt=votable-tabledata"],
        cwd=path.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return path


MANY = st.lists(tables("numbers", sizes=("3", "*", "2x2", "2x*")), min_size=25, max_size=25)


def known_to_stilts(columns: Columns, format: str) -> Columns:
    """It breaks at single bits in BINARY, reads one bit of a run, and loses count of complex numbers in arrays of any
    length; its lint questions single characters."""
    columns = [c for c in columns if c.datatype not in COMPLEX or not c.is_variable]
    if "fits" in format:  # where arrays of any length are filled up
        columns = [c for c in columns if not c.is_array or not c.is_variable]
    return [c for c in columns if c.datatype != "bit" and (c.datatype != "char" or c.arraysize)]


@settings(parent=SLOW, max_examples=1, derandomize=True, phases=[Phase.generate])  # some Java machines each
@given(made=MANY)
def test_every_serialization_is_read_by_stilts_and_valid_to_its_lint(
    run: Run, tmp_path: Path, made: list[Columns]
) -> None:
    for format in (*VOTABLES, "fits"):
        names = []
        known = [columns for all_columns in made if (columns := known_to_stilts(all_columns, format))]
        for number, columns in enumerate(known):
            write(tmp_path / f"{number}.xml", votable(columns))
            succeeded(run("votcnv", "-f", format, "-o", f"{number}.{format}", f"{number}.xml"))
            names.append(f"{number}.{format}")
        theirs = by_stilts(tmp_path / f"{format}.theirs", names)
        parts = succeeded(run("votsplit", "-f", "json", "-O", "-b", f"{format}-", theirs)).lines
        assert len(parts) == len(known)
        for columns, part in zip(known, parts, strict=True):
            rows = json.loads((tmp_path / part).read_text())["rows"]
            for place, column in enumerate(columns):
                cells = filled(column) if "fits" in format and column.is_array and column.is_variable else column.cells
                for row, cell in zip(rows, cells, strict=True):
                    check_stilts(format, column, row[place], cell)
        if format != "fits":
            succeeded(run("votcat", "-f", format, "-o", "all.xml", *names))
            assert lint(tmp_path / "all.xml") == ""


def check_stilts(format: str, column: Column, found: Any, wanted: Any) -> None:
    if wanted is None or wanted in ("", []):  # an empty text or array is none; it has no reals without value
        assert found == ("NaN" if column.datatype in REALS and wanted is None else None) or found in ("", [])
        return
    kept = as_json(wanted, column.datatype)
    if column.is_text:  # its writer breaks characters beyond the first plane, and it reads FITS as ASCII
        is_known: Callable[[str], bool] = str.isascii if "fits" in format else lambda c: c not in "\U0001d538¿"
        found, kept = ("".join(filter(is_known, text)) for text in (found or "", kept))
    assert rounded(found, column) == rounded(kept, column), (format, column, found, kept)


def lint(path: Path) -> str:
    done = subprocess.run(["stilts", "votlint", f"{path}"], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr
