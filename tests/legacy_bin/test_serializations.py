"""The same table in every serialisation, both ways, judged by astropy and STILTS."""

from __future__ import annotations

import csv
import io
import subprocess
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io.votable import parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .votables import Field, csv_rows, stream, succeeded, tabledata, write

Run = Callable[..., object]
Column = tuple[Field, list[str]]

SERIALIZATIONS = ["vot", "votb", "votb2", "votfits"]

# A column of each kind with its cells, spelt as we write them.
COLUMNS: list[Column] = [
    (("boolean", "3"), ["true false true", "false false false", "true true true"]),
    (("bit", "11"), ["10110011101", "00000000000", "11111111111"]),
    (("unsignedByte", ""), ["255", "0", "7"]),
    (("short", ""), ["-32768", "32767", "0"]),
    (("int", ""), ["2147483647", "-2147483648", "5"]),
    (("long", ""), ["9223372036854775807", "-9223372036854775808", "-1"]),
    (("char", ""), ["x", "y", "z"]),
    (("char", "8"), ["abc", "", "12345678"]),
    (("char", "*"), ["hello", "", "a,b <c> & d"]),
    (("unicodeChar", "8"), ["été", "", "日本語"]),
    (("unicodeChar", "*"), ["Ελλάς", "", "x y"]),
    (("float", ""), ["1.5", "-0.1", "1e+10"]),
    (("double", ""), ["-2.25e-10", "+Inf", "0.1"]),
    (("floatComplex", ""), ["1 2", "0 0", "0 1"]),
    (("doubleComplex", ""), ["3 4", "0 0", "-1 1e-300"]),
    (("float", "3"), ["1 2 3", "4 0 -1", "0 0 0"]),
    (("int", "2x2"), ["1 2 3 4", "0 0 0 0", "5 6 7 8"]),
]
# Arrays of variable length: FITS rows keep them only if their cells are equally long.
VARIABLE: list[Column] = [
    (("boolean", "*"), ["true false", "", "true"]),
    (("bit", "*"), ["101", "", "111111111"]),
    (("short", "*"), ["1 2 3", "", "-9"]),
    (("int", "2x*"), ["1 2 3 4 5 6", "", "1 2"]),
    (("double", "*"), ["1.5 2.5", "", "3.5"]),
    (("floatComplex", "*"), ["1 2 3 4", "", "0 2"]),
    (("char", "4x*"), ["abcdefgh", "", "1234"]),
]
# Cells without value.
NULLS: list[Column] = [
    (("boolean", ""), ["true", "", "false"]),
    (("unsignedByte", ""), ["0", "", "255"]),
    (("short", ""), ["-32768", "", "-32767"]),
    (("int", "", "-99"), ["1", "", "3"]),
    (("long", ""), ["", "", ""]),
    (("int", "2"), ["1 2", "", "-2147483648 4"]),
    (("char", "*"), ["", "ab", ""]),
]


def table(columns: list[Column]) -> str:
    return tabledata([field for field, _ in columns], zip(*(cells for _, cells in columns), strict=True))


def converted(run: Run, tmp_path: Path, columns: list[Column], form: str) -> Path:
    source = write(tmp_path / "source.xml", table(columns))
    succeeded(run("votcnv", "-f", form, "-o", f"out.{form}", source))
    return tmp_path / f"out.{form}"


@pytest.mark.parametrize("form", SERIALIZATIONS)
@pytest.mark.parametrize("columns", [COLUMNS, NULLS], ids=["values", "nulls"])
def test_a_table_comes_back_from_every_serialization(
    run: Run, tmp_path: Path, columns: list[Column], form: str
) -> None:
    path = converted(run, tmp_path, columns, form)
    expected = [list(row) for row in zip(*(cells for _, cells in columns), strict=True)]
    assert csv_rows(run("votcnv", "-f", "csv", path)) == expected


@pytest.mark.parametrize("form", ["vot", "votb", "votb2"])
def test_arrays_of_variable_length_keep_their_lengths(run: Run, tmp_path: Path, form: str) -> None:
    path = converted(run, tmp_path, VARIABLE, form)
    expected = [list(row) for row in zip(*(cells for _, cells in VARIABLE), strict=True)]
    assert csv_rows(run("votcnv", "-f", "csv", path)) == expected


@pytest.mark.parametrize("start", SERIALIZATIONS)
def test_any_serialization_converts_to_any_other(run: Run, tmp_path: Path, start: str) -> None:
    first = converted(run, tmp_path, COLUMNS + NULLS, start)
    expected = csv_rows(run("votcnv", "-f", "csv", first))
    for form in SERIALIZATIONS:
        succeeded(run("votcnv", "-f", form, "-o", "second.xml", first))
        assert csv_rows(run("votcnv", "-f", "csv", "second.xml")) == expected, form


def astropy_columns(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """The values and masks that astropy finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        array = parse(path).get_first_table().array
    return [(array[name].data, array[name].mask) for name in array.dtype.names]


def same(mine: np.ndarray, theirs: np.ndarray) -> bool:
    if mine.dtype.kind in "fc":
        return np.array_equal(mine, theirs, equal_nan=True)
    if mine.dtype.kind != "O":
        return np.array_equal(mine, theirs)
    return all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in zip(mine, theirs, strict=True))


@pytest.mark.parametrize("form", ["vot", "votb", "votb2"])
def test_astropy_reads_what_we_write(run: Run, tmp_path: Path, form: str) -> None:
    # not its defects: `2x*` counted in steps, arrays of strings refused, empty bit arrays refused
    columns = COLUMNS + [column for column in VARIABLE if column[0][0] in ("boolean", "double")]
    path = converted(run, tmp_path, columns, form)
    expected = astropy_columns(tmp_path / "source.xml")
    found = astropy_columns(path)
    for (field, _), (mine, mask), (theirs, their_mask) in zip(columns, found, expected, strict=True):
        assert mine.dtype == theirs.dtype, field
        assert same(mine, theirs), field
        if mine.dtype.kind != "O":
            assert np.array_equal(mask, their_mask), field


@pytest.mark.parametrize("form", ["votb", "votb2"])
def test_astropy_masks_the_cells_that_have_no_value(run: Run, tmp_path: Path, form: str) -> None:
    columns = [column for column in NULLS if column[0][0] not in ("char",)]
    path = converted(run, tmp_path, columns, form)
    for (field, cells), (values, mask) in zip(columns, astropy_columns(path), strict=True):
        for row, cell in enumerate(cells):
            assert np.all(mask[row]) == (cell == ""), (field, row)
            if cell and field[0] != "boolean":
                assert np.array_equal(np.atleast_1d(values[row]), np.array(cell.split(), values.dtype)), (field, row)


@pytest.mark.parametrize("form", ["binary", "binary2"])
def test_we_read_what_astropy_writes(run: Run, tmp_path: Path, form: str) -> None:
    # not its defects: integers of variable length written as 64 bits, bit arrays of variable length refused
    columns = COLUMNS + [column for column in VARIABLE if column[0][0] in ("boolean", "double")]
    source = write(tmp_path / "source.xml", table(columns))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parse(source).to_xml(str(tmp_path / "astropy.xml"), tabledata_format=form)
    expected = [list(row) for row in zip(*(cells for _, cells in columns), strict=True)]
    assert csv_rows(run("votcnv", "-f", "csv", "astropy.xml")) == expected


def stilts(*arguments: str | Path, cwd: Path) -> str:
    done = subprocess.run(["stilts", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stilts_csv(path: Path) -> list[list[str]]:
    text = stilts("tpipe", f"in={path}", "ifmt=votable", "ofmt=csv", cwd=path.parent)
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture(scope="module")
def stilts_reference(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    path = write(tmp_path_factory.mktemp("reference") / "source.xml", table(stilts_columns()))
    return stilts_csv(path)


def stilts_columns() -> list[Column]:
    # not its defect: bit arrays of TABLEDATA need blanks between the bits
    return [column for column in COLUMNS if column[0][0] != "bit"]


@pytest.mark.parametrize("form", ["votb", "votb2", "votfits"])
def test_stilts_reads_what_we_write(run: Run, tmp_path: Path, form: str, stilts_reference: list[list[str]]) -> None:
    # FITS strings are ASCII to STILTS
    columns = stilts_columns()
    path = converted(run, tmp_path, columns, form)
    kept = [index for index, (field, _) in enumerate(columns) if not (form == "votfits" and field[0] == "unicodeChar")]
    found = stilts_csv(path)
    assert [[row[i] for i in kept] for row in found] == [[row[i] for i in kept] for row in stilts_reference]


def test_votlint_finds_no_fault_with_what_we_write(run: Run, tmp_path: Path) -> None:
    columns = [*stilts_columns(), *NULLS]
    columns = [column for column in columns if column[0] != ("char", "")]  # a remark about a missing arraysize
    for form in ("votb", "votb2", "votfits"):
        path = converted(run, tmp_path, columns, form)
        assert stilts("votlint", str(path), cwd=tmp_path) == "", form


@pytest.mark.parametrize("form", ["BINARY", "BINARY2", "FITS"])
def test_we_read_what_stilts_writes(run: Run, tmp_path: Path, form: str) -> None:
    # STILTS takes the smallest value for null unless told otherwise, writes bits as booleans and FITS strings as ASCII
    columns = [column for column in stilts_columns() if column[0][0] not in ("unsignedByte", "short", "int", "long")]
    if form == "FITS":
        columns = [column for column in columns if column[0][0] != "unicodeChar"]
    columns += [(("short", ""), ["-5", "", "7"]), (("long", ""), ["12345678901", "1", ""])]
    source = write(tmp_path / "source.xml", table(columns))
    stilts("tpipe", f"in={source}", "ifmt=votable", f"ofmt=votable(format={form})", "out=stilts.xml", cwd=tmp_path)
    expected = [list(row) for row in zip(*(cells for _, cells in columns), strict=True)]
    assert csv_rows(run("votcnv", "-f", "csv", "stilts.xml")) == expected


# Generated tables, in the spelling that comes back.

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=9
)
cells_of: dict[str, st.SearchStrategy[str]] = {
    "boolean": st.sampled_from(["true", "false", ""]),
    "unsignedByte": st.integers(0, 255).map(str) | st.just(""),
    "short": st.integers(-(2**15), 2**15 - 1).map(str) | st.just(""),
    "int": st.integers(-(2**31), 2**31 - 1).map(str) | st.just(""),
    "long": st.integers(-(2**63), 2**63 - 1).map(str) | st.just(""),
    "char *": texts,
    "unicodeChar *": texts,
    "short *": st.lists(st.integers(-9, 9).map(str), max_size=5).map(" ".join),
    "bit *": st.text("01", max_size=19),
}


@st.composite
def generated(draw: st.DrawFn) -> list[Column]:
    kinds = draw(st.lists(st.sampled_from(sorted(cells_of)), min_size=1, max_size=11))
    count = draw(st.integers(0, 6))
    columns = []
    for kind in kinds:
        datatype, _, arraysize = kind.partition(" ")
        cells = draw(st.lists(cells_of[kind], min_size=count, max_size=count))
        columns.append(((datatype, arraysize), cells))
    return columns


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(columns=generated())
def test_generated_tables_come_back(run: Run, tmp_path: Path, columns: list[Column]) -> None:
    rows = [list(row) for row in zip(*(cells for _, cells in columns), strict=True)]
    for form in ("votb", "votb2", "votfits"):
        path = converted(run, tmp_path, columns, form)
        found = csv_rows(run("votcnv", "-f", "csv", path))
        for index, ((datatype, arraysize), _) in enumerate(columns):
            got = [row[index] if row else "" for row in found]
            want = [row[index] for row in rows]
            if form == "votfits" and datatype.endswith("har"):
                want = [text.rstrip(" ") for text in want]  # blanks at the end are none of a FITS string
            if form == "votfits" and datatype == "bit":
                longest = max(map(len, want), default=0)
                want = [text.ljust(longest, "0") for text in want]  # every row has the longest's length
            assert got == want, (form, datatype, arraysize)


def test_a_column_that_uses_every_value_of_its_type_cannot_say_null(run: Run, tmp_path: Path) -> None:
    cells = [[str(value)] for value in range(256)] + [[""]]
    source = write(tmp_path / "source.xml", tabledata([("unsignedByte", "")], cells))
    for form in ("votb", "votfits", "fits"):
        done = run("votcnv", "-f", form, source)
        assert done.status == 1
        assert "every value of unsignedByte is used" in done.stderr
    succeeded(run("votcnv", "-f", "votb2", "-o", "out.xml", source))
    assert csv_rows(run("votcnv", "-f", "csv", "out.xml"))[-1] in ([""], [])


def test_binary_null_is_the_smallest_value_no_cell_has(run: Run, tmp_path: Path) -> None:
    source = write(tmp_path / "source.xml", tabledata([("short", "")], [["-32768"], [""], ["-32766"]]))
    assert '<VALUES null="-32767">' in succeeded(run("votcnv", "-f", "votb", source)).text


def test_no_null_value_is_made_up_when_every_cell_has_a_value(run: Run, tmp_path: Path) -> None:
    source = write(tmp_path / "source.xml", tabledata([("short", "")], [["-32768"], ["1"]]))
    assert "VALUES" not in succeeded(run("votcnv", "-f", "votb", source)).text


def test_values_and_links_of_a_field_keep_their_order_around_the_null(run: Run, tmp_path: Path) -> None:
    text = tabledata([("int", "")], [["1"], [""]]).replace(
        "></FIELD>",
        '><DESCRIPTION>d</DESCRIPTION><VALUES><MIN value="0"/></VALUES><LINK href="http://x/"/></FIELD>',
    )
    done = succeeded(run("votcnv", "-f", "votb", write(tmp_path / "in.xml", text)))
    assert (
        '<DESCRIPTION>d</DESCRIPTION><VALUES null="-2147483648"><MIN value="0"></MIN></VALUES>'
        '<LINK href="http://x/"></LINK>'
    ) in done.text


def test_a_prefix_of_the_namespace_is_kept_on_the_elements_made(run: Run, tmp_path: Path) -> None:
    text = """<v:VOTABLE version="1.4" xmlns:v="http://www.ivoa.net/xml/VOTable/v1.3"><v:RESOURCE><v:TABLE>
    <v:FIELD name="a" datatype="int"/><v:DATA><v:TABLEDATA><v:TR><v:TD>1</v:TD></v:TR></v:TABLEDATA></v:DATA>
    </v:TABLE></v:RESOURCE></v:VOTABLE>"""
    for form in ("votb", "votb2", "votfits"):
        done = succeeded(run("votcnv", "-f", form, write(tmp_path / "in.xml", text)))
        assert '<v:STREAM encoding="base64">' in done.text
        assert csv_rows(run("votcnv", "-f", "csv", stdin=done.stdout)) == [["1"]]


@pytest.mark.parametrize("form", SERIALIZATIONS)
def test_tables_without_rows_and_without_columns_convert(run: Run, tmp_path: Path, form: str) -> None:
    for fields in ([("int", ""), ("char", "*")], []):
        source = write(tmp_path / "source.xml", tabledata(fields, []))
        done = succeeded(run("votcnv", "-f", form, source))
        assert succeeded(run("votcnv", "-f", "csv", stdin=done.stdout)).text == (
            "# c1,c2\n" if fields else succeeded(run("votcnv", "-f", "csv", source)).text
        )


def test_an_empty_stream_is_a_table_without_rows(run: Run, tmp_path: Path) -> None:
    for serialization in ("BINARY", "BINARY2"):
        path = write(tmp_path / "in.xml", stream([("int", "")], serialization, b""))
        assert succeeded(run("votcnv", "-f", "csv", path)).text == "# c1\n"


def test_stilts_reads_texts_of_one_letter_from_fits_inside_votable(run: Run, tmp_path: Path) -> None:
    path = converted(run, tmp_path, [(("char", "*"), ["a", "b"]), (("unicodeChar", "*"), ["", ""])], "votfits")
    command = ["stilts", "tcat", f"in={path}", "ifmt=votable", "ofmt=csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "c1,c2\na,\nb,\n"


@pytest.mark.parametrize("form", SERIALIZATIONS)
def test_rows_of_nothing_but_empty_arrays_come_back(run: Run, tmp_path: Path, form: str) -> None:
    path = converted(run, tmp_path, [(("bit", "*"), [""] * 3), (("double", "*"), [""] * 3)], form)
    assert csv_rows(run("votcnv", "-f", "csv", path)) == [["", ""]] * 3
    assert succeeded(run("votinfo", "-s", path)).text == "3 2\n"


BEHIND_THE_ROWS = (
    '<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE nrows="3">'
    '<FIELD name="n" datatype="int"/><FIELD name="t" datatype="char" arraysize="*"/><LINK href="u"/><DATA><TABLEDATA>'
    "<TR><TD>3</TD><TD>c</TD></TR><TR><TD>1</TD></TR><TR><TD/><TD>b</TD></TR></TABLEDATA></DATA>"
    '<INFO name="overflow" value="x"/></TABLE><INFO name="behind" value="y"/></RESOURCE><INFO name="end" value="z"/>'
    "</VOTABLE>"
)


def shape(element: ET.Element) -> tuple[object, ...]:
    """A document without its rows and what says which of their values are null."""
    name = element.tag.split("}")[-1]
    inner = [] if name == "DATA" else [shape(child) for child in element if not child.tag.endswith("VALUES")]
    return name, dict(element.attrib), inner


@pytest.mark.parametrize("format", SERIALIZATIONS[1:])
@pytest.mark.parametrize(
    "command",
    ["votcnv", "votsort", "votsort -d -t 2", "votselect -t 2", "votselect -N t", "votsplit -c 1"],
)
def test_what_stands_behind_the_rows_stays_there(run: Run, tmp_path: Path, command: str, format: str) -> None:
    documents = []
    for name in ("vot", format):
        folder = tmp_path / name
        folder.mkdir()
        write(folder / "t.xml", BEHIND_THE_ROWS)
        output = succeeded(run(*command.split(), "-f", name, "t.xml", cwd=folder)).stdout.decode()
        parts = sorted(folder.glob("t?*.xml"))
        texts = [path.read_text(encoding="utf-8") for path in parts] or [output]
        documents.append([shape(ET.fromstring(text)) for text in texts])
    assert documents[0] == documents[1]
