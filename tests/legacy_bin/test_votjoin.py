"""votjoin: keys, positions, rows, columns and the document around them, line by line of its page."""

from __future__ import annotations

import gzip
import io
import os
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import pytest
from astropy.io.votable import parse
from astropy.table import Table

from .votables import csv_rows, refused, succeeded, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
RA = 'ucd="pos.eq.ra;meta.main"'
DEC = 'ucd="pos.eq.dec;meta.main"'
MISSING = "openVOTable(): Invalid input arg 'missing.xml'\nError opening VOTable 'missing.xml'\n"


def field(words: str) -> str:
    """`name type [arraysize] [more]`: a FIELD."""
    name, datatype, *more = words.split(" ", 2)
    rest = more[0] if more else ""
    size, _, rest = rest.partition(" ") if re.match(r"[\dx*]", rest) else ("", "", rest)
    arraysize = f" arraysize={quoteattr(size)}" if size else ""
    named = f" name={quoteattr(name)}" if name else ""
    attributes, _, inside = rest.partition("<")
    return f'<FIELD{named} datatype="{datatype}"{arraysize} {attributes}>{"<" + inside if inside else ""}</FIELD>'


def doc(
    fields: Sequence[str], rows: Sequence[Sequence[str]], *, table: str = "", around: str = "", more: str = ""
) -> str:
    cells = "".join("<TR>" + "".join(f"<TD>{escape(cell)}</TD>" for cell in row) + "</TR>" for row in rows)
    return (
        f'<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"{more}><RESOURCE>{around}<TABLE>'
        f"{''.join(map(field, fields))}{table}<DATA><TABLEDATA>{cells}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
    )


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    """Stars and what is measured of them: twice of one, not of all, and of one that is no star."""
    stars = doc(
        ["id long", "star char *", "mag float"], [["1", "Vega", "0.03"], ["2", "Deneb", "1.25"], ["3", "Mira", ""]]
    )
    measured = doc(["value double", "id long"], [["2.50", "2"], ["1e1", "1"], ["", "9"], ["20", "1"]])
    return write(tmp_path / "stars.xml", stars), write(tmp_path / "measured.xml", measured)


def joined(run: Run, *words: str | Path) -> tuple[list[str], list[list[str]]]:
    """The header and the rows."""
    done = succeeded(run("votjoin", "-f", "csv", *words))
    return done.lines[0].removeprefix("# ").split(","), csv_rows(done)


def pairs(run: Run, *words: str | Path) -> list[tuple[str, str]]:
    """The numbers of the rows that are joined."""
    return [(row[-2], row[-1]) for row in csv_rows(run("votjoin", "-f", "csv", "-n", *words))]


def keys(run: Run, first: tuple[str, Sequence[str]], second: tuple[str, Sequence[str]], *words: str) -> list[str]:
    """The pairs of rows with equal keys, as `01` for rows 0 and 1, of columns given by type and cells."""
    texts = [doc([f"k {kind}"], [[cell] for cell in cells]) for kind, cells in (first, second)]
    return [a + b for a, b in pairs(run, *words, *texts)]


def tree(done: Finished) -> ElementTree.Element:
    """The document, without namespaces."""
    return ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", succeeded(done).stdout))


# Which rows, and in which order.


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], [("0", "1"), ("0", "3"), ("1", "0")]),
        (["-j", "inner"], [("0", "1"), ("0", "3"), ("1", "0")]),
        (["--join=left"], [("0", "1"), ("0", "3"), ("1", "0"), ("2", "")]),
        (["join=right"], [("0", "1"), ("0", "3"), ("1", "0"), ("", "2")]),
        (["-jfull"], [("0", "1"), ("0", "3"), ("1", "0"), ("2", ""), ("", "2")]),
        (["-b"], [("0", "1"), ("1", "0")]),
        (["--best", "-j", "full"], [("0", "1"), ("1", "0"), ("2", ""), ("", "2"), ("", "3")]),
    ],
)
def test_rows_of_table_1_with_their_matches_then_those_of_table_2_alone(
    run: Run, tables: tuple[Path, Path], words: list[str], expected: list[tuple[str, str]]
) -> None:
    assert pairs(run, *words, *tables) == expected


def test_each_row_of_one_meets_each_of_the_other(run: Run) -> None:
    found = keys(run, ("int", ["5", "7", "5"]), ("int", ["5", "5", "6", "5"]))
    assert found == ["00", "01", "03", "20", "21", "23"]


def test_positions_come_nearest_first_and_the_separation_is_told(run: Run, tmp_path: Path) -> None:
    fields = [f"ra double {RA}", f"dec double {DEC}"]
    one = write(tmp_path / "one.xml", doc(fields, [["10", "0"], ["200", "-45"]]))
    near = [["10", "0.0005"], ["10.0001", "0"], ["10", "-0.0001"], ["10", "1"]]
    two = write(tmp_path / "two.xml", doc(fields, near))
    names, rows = joined(run, "-p", "2s", one, two)
    assert names == ["ra_1", "dec_1", "ra_2", "dec_2", "separation"]
    assert [row[:4] for row in rows] == [["10", "0", *near[1]], ["10", "0", *near[2]], ["10", "0", *near[0]]]
    assert [float(row[4]) for row in rows] == pytest.approx([0.36, 0.36, 1.8], rel=1e-10)
    assert pairs(run, "-p", "2s", one, two) == [("0", "1"), ("0", "2"), ("0", "0")]
    assert pairs(run, "-p", "2s", "-b", "-j", "left", one, two) == [("0", "1"), ("1", "")]
    assert joined(run, "-p", "0.05m", "-j", "full", one, two)[1][3:] == [
        ["200", "-45", "", "", ""],
        ["", "", "10", "1", ""],
    ]


@pytest.mark.parametrize(
    ("radius", "count"),
    [
        ("1s", 1), ("1.1s", 1), ("3.61s", 2), ("0.00101", 2), ("0.00101d", 2), ("0.0599m", 1), ("0.0601m", 2), ("0", 1),
        ("180", 4), ("180d", 4),
    ],
)  # fmt: skip
def test_a_radius_has_a_unit_and_is_reached(run: Run, radius: str, count: int) -> None:
    fields = [f"ra double {RA}", f"dec double {DEC}"]
    one = doc(fields, [["0", "0"]])
    two = doc(fields, [["360", "0"], ["0", "0.001"], ["180", "0"], ["90", "-60"]])
    assert len(pairs(run, "-p", radius, one, two)) == count


@pytest.mark.parametrize("radius", ["-1s", "", "s", "1x", "181", "10801m", "nan", "inf", "1 2", "1ss"])
def test_what_is_no_radius_is_told(run: Run, inputs: Path, radius: str) -> None:
    expected = f"Error: invalid radius '{radius}': 0 to 180 degrees, or a number followed by s, m or d\n"
    assert refused(run("votjoin", f"--pos={radius}", "stars.xml", "stars.xml")) == expected


def test_positions_are_found_and_read_as_by_votpos(run: Run, inputs: Path) -> None:
    """Sexagesimal, old UCDs, other serialisations; what is no position matches nothing."""
    degrees = doc([f"r double {RA}", f"d double {DEC}"], [["187.5", "10.341666667"]])
    assert pairs(run, "-p", "0.1s", "pos_sexa.xml", degrees) == [("0", "0")]
    cells = [["10.6847", "41.269"], ["", "41"], ["x", "1"], ["NaN", "1"], ["1", "90.1"], ["1e300", "90"]]
    old = doc(['a double ucd="POS_EQ_RA_MAIN"', 'd double ucd="POS_EQ_DEC_MAIN"'], cells)
    assert pairs(run, "-p", "1s", "-j", "full", old, "stars.xml") == [
        ("0", "0"), ("1", ""), ("2", ""), ("3", ""), ("4", ""), ("5", ""), ("", "1"), ("", "2"), ("", "3"), ("", "4"),
    ]  # fmt: skip
    binary = inputs / "binary.xml"
    succeeded(run("votcnv", "-f", "votb2", "-o", binary, "stars.xml"))
    assert pairs(run, "-p", "0", "stars.xml", binary) == [(str(n), str(n)) for n in range(5)]
    message = "Error: Cannot find position columns in table.\n"
    assert refused(run("votjoin", "-p", "1s", "stars.xml", "enc_binary.xml")) == message


@pytest.mark.usefixtures("inputs")
@pytest.mark.parametrize(
    "fields",
    [
        ("ra double", "Dec double"),
        ("RAJ2000 double", "DEJ2000 double"),
        ("RA_ICRS double", "DE_ICRS double"),
        ('x double ucd="pos.eq.ra"', 'y double ucd="POS.EQ.DEC"'),
        ('ra double unit="deg"', 'dec double unit="deg"'),
        ('ra double ucd="pos.eq.ra;meta.main"', 'dec double ucd="pos.eq.dec;meta.main"'),
    ],
)
def test_without_main_positions_those_of_usual_ucds_and_names_are_taken(run: Run, fields: tuple[str, str]) -> None:
    table = doc(['dec float unit="rad"', *fields], [["7", "10.6847", "41.269"]])
    assert pairs(run, "-p", "0.1s", "stars.xml", table) == [("0", "0")]
    assert pairs(run, "-p", "0.1s", table, "stars.xml") == [("0", "0")]


@pytest.mark.usefixtures("inputs")
@pytest.mark.parametrize("fields", [("ra double", "y double"), ('ra double unit="rad"', 'dec double unit="rad"')])
def test_what_may_be_something_else_is_no_position(run: Run, fields: tuple[str, str]) -> None:
    table = doc(list(fields), [["10.6847", "41.269"]])
    assert refused(run("votjoin", "-p", "1s", "stars.xml", table)) == "Error: Cannot find position columns in table.\n"


@pytest.mark.usefixtures("inputs")
@pytest.mark.parametrize(
    ("fields", "cells"),
    [
        (('double unit="rad"', 'double unit="mrad"'), ["3.141592653589793", "100"]),
        (('double unit="h"', 'double unit="deg"'), ["12", "5.729577951308232"]),
        (('double unit="arcmin"', 'double unit="arcsec"'), ["10800", "20626.480624709636"]),
        (('long unit="mas"', 'float unit="degrees"'), ["648000000", "5.729578"]),
        (('char * unit="h:m:s"', 'char * unit="d:m:s"'), ["12 00 00.0", " +05  43 46.4806 "]),
        (('char * unit="h"', 'char * unit="rad"'), ["12:00:00", "0.1"]),
    ],
)
def test_positions_are_in_the_unit_of_their_columns(
    run: Run, tmp_path: Path, fields: tuple[str, str], cells: list[str]
) -> None:
    table = doc([f"r {fields[0]} {RA}", f"d {fields[1]} {DEC}"], [cells, ["", ""]])
    degrees = doc([f"r double {RA}", f"d double {DEC}"], [["0.1", "0"], ["180", "5.729577951308232"]])
    assert pairs(run, "-p", "0.02s", table, degrees) == [("0", "1")]
    binary = write(tmp_path / "binary.xml", succeeded(run("votcnv", "-f", "votb2", table)).text)
    assert pairs(run, "-p", "0.02s", degrees, binary) == [("1", "0")]
    assert run("votselect", "-C", "-w", "within(180, 5.72957795, 5e-6)", table).text == "1\n"


# Keys.


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("int", ["4", "+4", " 4 ", "0x4", "4.0"]), ("double", ["4e0"]), ["00", "10", "20", "30", "40"]),
        (("long", ["9007199254740993", "9007199254740992"]), ("long", ["9007199254740992"]), ["10"]),
        (("long", ["9007199254740993", "9007199254740992"]), ("double", ["9007199254740992"]), ["10"]),
        (("long", ["9223372036854775807", "-9223372036854775808"]),
         ("double", ["9223372036854775807", "-9223372036854775808"]), ["11"]),
        (("double", ["-0", "1e400", "1e-400", "-inf"]), ("unsignedByte", ["0"]), ["00", "20"]),
        (("double", ["Inf", "-inf"]), ("float", ["+Infinity", "1e39"]), ["00", "01"]),
        (("float", ["0.1"]), ("double", ["0.1", "0.10000000149011612"]), ["01"]),
        (("float", ["16777217"]), ("int", ["16777217", "16777216"]), ["01"]),
        (("short", ["1", "", "NaN", "x", "1x"]), ("int", ["", "NaN", "x", "1x", "1"]), ["04"]),
        (("double", ["NaN", "", "nan"]), ("double", ["NaN", "", "nan"]), []),
        (("int <VALUES null='-9'/>", ["-9", "1"]), ("int", ["-9", "1"]), ["11"]),
        (("int", ["-9"]), ("double <VALUES null='-9.0'/>", ["-9"]), []),
        (("char *", ["ab", " ab\t", "AB", "", "  "]), ("char 4", ["ab", "", " ", "AB "]), ["00", "10", "23"]),
        (("char *", ["1", "01", "1.0"]), ("int", ["1", "01"]), ["00", "11"]),
        (("unicodeChar *", ["été", "日本"]), ("char *", ["日本", "été", "e"]), ["01", "10"]),
        (("int 2", ["1 2", "1  2"]), ("int 2", ["1 2"]), ["00"]),
        (("int 1", ["1"]), ("int", ["1.0"]), ["00"]),
        (("boolean", ["T", "true"]), ("boolean", ["true", "t"]), ["10"]),
        (("bit 3", ["101"]), ("char *", ["101"]), ["00"]),
    ],
)  # fmt: skip
def test_keys_that_are_equal(
    run: Run, first: tuple[str, list[str]], second: tuple[str, list[str]], expected: list[str]
) -> None:
    assert keys(run, first, second) == expected
    assert sorted(pair[::-1] for pair in keys(run, second, first)) == sorted(expected)


def test_numbers_are_compared_as_text_when_asked_to(run: Run) -> None:
    cells = ["1", "01", " 1", "1.0", ""]
    assert keys(run, ("int", cells), ("double", cells)) == ["00", "01", "02", "03", "10", "11", "12", "13", "20", "21",
                                                            "22", "23", "30", "31", "32", "33"]  # fmt: skip
    for flag in ("-s", "--string", "string+"):
        assert keys(run, ("int", cells), ("double", cells), flag) == ["00", "02", "11", "20", "22", "33"]


@pytest.mark.parametrize(
    ("form", "other"), [("vot", "votb"), ("votb2", "vot"), ("votfits", "votb2"), ("vot", "votfits")]
)
def test_keys_are_the_same_in_every_serialisation(run: Run, tmp_path: Path, form: str, other: str) -> None:
    fields = ["i long", "f float", "d double", "c char 5", "u unicodeChar *", "b unsignedByte"]
    rows = [["9007199254740993", "0.1", "0.1", "ab", "été", "200"], ["-5", "2.5", "-1e+300", "abcde", "日本語", "0"]]
    source = write(tmp_path / "source.xml", doc(fields, rows))
    for name in {form, other}:
        succeeded(run("votcnv", "-f", name, "-o", f"{name}.xml", source))
    for column in range(len(fields)):
        for flags in ([], ["-s"]):
            found = pairs(run, *flags, "-c", str(column), f"{form}.xml", f"{other}.xml")
            assert found == [("0", "0"), ("1", "1")], (column, flags)


# How columns are named.


def test_columns_are_named_by_name_id_ucd_or_number_for_both_or_each(run: Run) -> None:
    first = doc(['a int ID="i1" ucd="meta.id"', 'k int ID="key" ucd="u;v"'], [["1", "7"]])
    second = doc(['k int ID="other" ucd="u;v"', 'b int ID="key" ucd="meta.id"'], [["7", "1"]])
    for words, by in (
        (["-N", "k"], "k = k"), (["-N", "K"], "k = k"), (["--name=a,b"], "a = b"), (["name= a , B "], "a = b"),
        (["-I", "key"], "k = b"), (["id=i1,key"], "a = b"), (["-U", "u;v"], "k = k"), (["--ucd", "META.ID"], "a = b"),
        (["ucd=u;v,u;v"], "k = k"), (["-c", "1"], "k = b"), (["-c1,0"], "k = k"), (["--col", "0,1"], "a = b"),
        ([], "k = k"),
    ):  # fmt: skip
        infos = {
            info.get("name"): info.get("value") for info in tree(run("votjoin", *words, first, second)).iter("INFO")
        }
        assert infos["match"] == by, words
        assert infos["rows"] == ("0" if by == "k = b" else "1")


def test_a_name_as_it_is_spelt_goes_first_and_commas_may_be_quoted(run: Run) -> None:
    table = doc(["ID int", "Id int", "id int", "x,y int"], [["1", "2", "3", "4"]])
    for name, label in (("id", "id"), ("Id", "Id"), ("iD", "ID"), ('"x,y"', "x,y"), ('"x,y",id', "x,y")):
        match = [i.get("value") for i in tree(run("votjoin", "-N", name, table, table)).iter("INFO")][2]
        assert match is not None
        assert match.split(" = ")[0] == label


def test_by_default_it_is_the_first_name_that_both_tables_have(run: Run) -> None:
    first = doc(["a int", "B int", "c int"], [["1", "2", "3"]])
    second = doc(["c int", "b int"], [["9", "2"]])
    assert joined(run, first, second) == (["a", "B", "c_1", "c_2"], [["1", "2", "3", "9"]])
    message = "Error: no common column\n"
    assert refused(run("votjoin", first, doc(["x int"], []))) == message
    assert refused(run("votjoin", doc([" int"], []), doc([" int"], []))) == message


def test_a_column_that_is_not_there_is_told_with_its_file(run: Run, inputs: Path) -> None:
    for words, column, name in (
        (["-N", "nobody"], "nobody", "stars.xml"), (["-N", "name,nobody"], "nobody", "two.xml"),
        (["-I", "x"], "x", "stars.xml"),
        (["-U", "x"], "x", "stars.xml"), (["-c", "77"], "77", "stars.xml"), (["-c", "0,99"], "99", "two.xml"),
    ):  # fmt: skip
        done = run("votjoin", *words, "stars.xml", "two.xml")
        assert refused(done) == f"Error: Cannot find join column '{column}' in '{name}'\n"
        assert done.stdout == b""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-N", "a,b,c"], "invalid join column 'a,b,c': one is expected, or two separated by a comma"),
        (["-c", "x"], "invalid join column 'x': one is expected, or two separated by a comma"),
        (["-c", "1-2"], "invalid join column '1-2': one is expected, or two separated by a comma"),
        (["-c", "1-"], "invalid join column '1-': one is expected, or two separated by a comma"),
        (["-c", "-1"], "invalid join column '-1': one is expected, or two separated by a comma"),
        (["-c", "0", "-p", "1s"], "only one of -N, -I, -U, -c and -p may be given"),
        (["-N", "a", "-U", "b"], "only one of -N, -I, -U, -c and -p may be given"),
        (["-j", "outer"], "invalid join 'outer': inner, left, right or full is expected"),
        (["-j", ""], "invalid join '': inner, left, right or full is expected"),
        (["-f", "xls"], "invalid format 'xls'"),
    ],
)
def test_options_that_make_no_sense_are_told(run: Run, inputs: Path, words: list[str], message: str) -> None:
    assert refused(run("votjoin", *words, "stars.xml", "stars.xml")) == f"Error: {message}\n"


# The columns of the result.


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("inner", ["id", "star", "mag", "value"]),
        ("left", ["id", "star", "mag", "value"]),
        ("right", ["id_1", "star", "mag", "value", "id_2"]),
        ("full", ["id_1", "star", "mag", "value", "id_2"]),
    ],
)
def test_the_key_of_table_2_stays_where_its_rows_may_be_alone(
    run: Run, tables: tuple[Path, Path], kind: str, columns: list[str]
) -> None:
    names, rows = joined(run, "-j", kind, *tables)
    assert names == columns
    if kind in ("right", "full"):
        assert rows[-1] == ["9", "", "", "", "9"]
    if kind in ("left", "full"):
        assert rows[3][:4] == ["3", "Mira", "", ""]
    assert rows[0][:4] == ["1", "Vega", "0.03", "1e1"]


def test_names_that_both_have_get_a_suffix_in_any_case_and_none_is_taken_twice(run: Run) -> None:
    first = doc(["k int", "x int", "X_1 int", "y int", "separation int"], [])
    second = doc(["k int", "X int", "Y int", "y_2 int", "z int", "Row1 int"], [])
    names = ["k", "x_1_1", "X_1", "y_1", "separation", "X_2", "Y_2_2", "y_2", "z", "Row1"]
    assert joined(run, "-N", "k", first, second)[0] == names
    assert joined(run, "-N", "k", "-n", first, second)[0] == [*names, "row1_1", "row2"]
    there = [f"ra double {RA}", f"dec double {DEC}"]
    assert joined(run, "-p", "1", doc([*there, "separation int"], []), doc(there, []))[0][-1] == "separation_1"


def test_added_columns_say_what_they_are(run: Run, inputs: Path) -> None:
    fields = tree(run("votjoin", "-p", "1s", "stars.xml", "stars.xml")).findall(".//FIELD")
    assert fields[-1].attrib == {
        "name": "separation", "datatype": "double", "unit": "arcsec", "ucd": "pos.angDistance",
    }  # fmt: skip
    fields = tree(run("votjoin", "-p", "1s", "-n", "stars.xml", "stars.xml")).findall(".//FIELD")
    assert [f.attrib for f in fields[-2:]] == [
        {"name": "row1", "datatype": "long"},
        {"name": "row2", "datatype": "long"},
    ]
    assert "separation" not in {f.get("name") for f in fields}


def test_cells_pass_as_they_are_spelt(run: Run) -> None:
    first = doc(["k char *", "a double", "b char *", "c int 2"], [["é<&", "+1.50 ", '  "x", y ', "1  2"]])
    second = doc(["k char *", "d unicodeChar *", "e float"], [["  é<&", "日本\n語", "1e0"]])
    row = tree(run("votjoin", first, second)).findall(".//TD")
    assert [cell.text for cell in row] == ["é<&", "+1.50 ", '  "x", y ', "1  2", "日本\n語", "1e0"]
    assert joined(run, first, second)[1] == [["é<&", "+1.50 ", '  "x", y ', "1  2", "日本\n語", "1e0"]]


@pytest.mark.parametrize(
    ("first", "second", "datatype", "filled"),
    [
        ("short", "int", "int", ["1", "70000"]),
        ("long", "unsignedByte", "long", ["1", "200"]),
        ("int", "float", "double", ["1", "2.5"]),
        ("unsignedByte", "float", "float", ["1", "2.5"]),
        ("float", "double", "double", ["1", "1e300"]),
        ("long", "double", "long", ["1", ""]),
        ("double", "long", "double", ["1", "70000"]),
        ("char 2", "char 7", "char", ["1", "abcdefg"]),
        ("char 2", "unicodeChar 7", "unicodeChar", ["1", "日本"]),
        ("int", "char 3", "int", ["1", ""]),
        ("char *", "int", "char", ["1", "70000"]),
        ("boolean", "char *", "boolean", ["true", ""]),
    ],
)
def test_the_key_of_table_1_is_filled_in_a_datatype_that_holds_both(
    run: Run, tmp_path: Path, first: str, second: str, datatype: str, filled: list[str]
) -> None:
    key, value = ("true", "tr") if first == "boolean" else ("1", filled[1])
    if first == "long" and second == "double":
        value = "2.5"
    if first == "int" and second == "char 3":
        value = "xyz"
    paths = (
        write(tmp_path / "1.xml", doc([f"k {first}"], [[key]])),
        write(tmp_path / "2.xml", doc([f"k {second}"], [[value]])),
    )
    for form, out in (("vot", "vot"), ("votb2", "votb2"), ("votfits", "vot")):
        for path in paths:
            succeeded(run("votcnv", "-f", form, "-o", f"{form}{path.name}", path))
        done = succeeded(run("votjoin", "-f", out, "-j", "full", *(f"{form}{path.name}" for path in paths)))
        found = tree(done).find(".//FIELD")
        assert found is not None
        assert found.get("datatype") == datatype
        cells = [row[0] for row in csv_rows(run("votcnv", "-f", "csv", stdin=done.stdout))]
        assert [cell.replace("e+300", "e300") for cell in cells] == filled, (form, out)


# The document.


def test_the_document_says_what_it_was_made_of(run: Run, tables: tuple[Path, Path]) -> None:
    root = tree(run("votjoin", "-j", "left", "stars.xml", "measured.xml"))
    assert [child.tag for child in root] == ["RESOURCE"]
    resource = root[0]
    assert resource.attrib == {"name": "join"}
    assert [child.tag for child in resource] == ["DESCRIPTION", "INFO", "INFO", "INFO", "INFO", "TABLE"]
    assert resource[0].text == "votjoin of stars.xml and measured.xml"
    assert [tuple(info.attrib.values()) for info in resource[1:5]] == [
        ("input1", "stars.xml"), ("input2", "measured.xml"), ("match", "id = id"), ("rows", "4"),
    ]  # fmt: skip
    text = tables[1].read_text()
    root = tree(run("votjoin", "-", text, stdin=tables[0].read_bytes()))
    assert [info.get("value") for info in root.iter("INFO")] == ["stdin", "XML text", "id = id", "3"]
    there = [f"r double {RA}", f"d double {DEC}"]
    root = tree(run("votjoin", "-p", "0.5m", doc(there, []), doc(there, [])))
    assert [info.get("value") for info in root.iter("INFO")][2] == "r, d = r, d within 30 arcsec"


def test_what_fields_refer_to_is_carried_over_and_nothing_else(run: Run) -> None:
    around = (
        '<INFO name="secret" value="no"/><COOSYS ID="sys" system="ICRS"/><COOSYS ID="unused" system="FK4"/>'
        '<TIMESYS ID="time" timescale="TDB" timeorigin="0" refposition="BARYCENTER"/><PARAM ID="zero" name="zp" '
        'datatype="float" value="25"/><PARAM ID="other" name="o" datatype="float" value="1"/>'
        '<GROUP ID="group" name="g"><PARAMref ref="zero"/></GROUP><GROUP ID="lone" name="lone"/>'
    )
    fields = ['k int ID="k"', 'x double ID="x" ref="sys"', 't double ref="time"', 'm float ref="group"']
    inside = (
        '<GROUP name="both"><FIELDref ref="k"/><FIELDref ref="x"/></GROUP><PARAM name="p" datatype="int" value="1"/>'
    )
    text = doc(fields, [["1", "2", "3", "4"]], table=inside, around=around)
    root = tree(run("votjoin", "-N", "k", text, text))
    resource = root.find("RESOURCE")
    assert resource is not None
    shape = [(child.tag, child.get("ID") or child.get("name")) for child in resource]
    assert sorted(shape[5:-1]) == [("COOSYS", "sys"), ("TIMESYS", "time")]
    table = resource.find("TABLE")
    assert table is not None
    inner = [
        (child.tag, child.get("name"), child.get("ID"), child.get("ref")) for child in table if child.tag != "DATA"
    ]
    assert inner == [
        ("FIELD", "k", "k", None),
        ("FIELD", "x_1", "x", "sys"), ("FIELD", "t_1", None, "time"), ("FIELD", "m_1", None, "group"),
        ("FIELD", "x_2", "x_2", "sys"), ("FIELD", "t_2", None, "time"), ("FIELD", "m_2", None, "group_2"),
        ("GROUP", "both", None, None), ("PARAM", "zp", "zero", None), ("GROUP", "g", "group", None),
        ("GROUP", "both", None, None), ("PARAM", "zp", "zero_2", None), ("GROUP", "g", "group_2", None),
    ]  # fmt: skip
    references = [[ref.get("ref") for ref in group] for group in table.findall("GROUP")]
    assert references == [["k", "x"], ["zero"], ["x_2"], ["zero_2"]]


def test_systems_that_differ_stay_apart(run: Run) -> None:
    texts = [
        doc(["k int", 'x double ref="s"'], [], around=f'<COOSYS ID="s" system="{name}"/>') for name in ("ICRS", "FK5")
    ]
    root = tree(run("votjoin", "-N", "k", *texts))
    assert [(c.get("ID"), c.get("system")) for c in root.iter("COOSYS")] == [("s", "ICRS"), ("s_2", "FK5")]
    assert [f.get("ref") for f in root.iter("FIELD")] == [None, "s", "s_2"]


def test_versions_and_prefixes_of_both_go_together(run: Run, inputs: Path) -> None:
    old = succeeded(run("votjoin", "-c", "0", "v10.xml", "v10.xml")).text
    new = succeeded(run("votjoin", "-c", "0", "v10.xml", "v15.xml")).text
    assert re.search(r'<VOTABLE version="1\.0"[ >]', old)
    assert '<VOTABLE version="1.5" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"' in new
    assert "vot:" not in succeeded(run("votjoin", "-c", "0", "prefix.xml", "stars.xml")).text
    binary2 = succeeded(run("votjoin", "-f", "votb2", "-c", "0", "v10.xml", "v10.xml")).text
    assert '<VOTABLE version="1.3"' in binary2


def test_the_first_table_of_each_is_joined(run: Run, inputs: Path) -> None:
    for name in ("multi.xml", "twotables.xml", "nested.xml", "prefix.xml", "ragged.xml", "v13.xml"):
        first = csv_rows(run("votjoin", "-f", "csv", "-n", "-c", "0", "-s", "-j", "left", "-b", name, name))
        expected = csv_rows(run("votselect", "-f", "csv", name)) if name != "multi.xml" else None
        assert [row[-2] for row in first] == [str(n) for n in range(len(first))], name
        if expected is not None:
            assert [row[: len(expected[0])] for row in first] == expected, name
    deep = doc(["k int"], [["1"]]).replace("<RESOURCE>", "<RESOURCE><RESOURCE>").replace(
        "</RESOURCE>", "</RESOURCE><TABLE><FIELD name='k' datatype='int'/><DATA><TABLEDATA><TR><TD>2</TD></TR>"
        "</TABLEDATA></DATA></TABLE></RESOURCE>")  # fmt: skip
    assert joined(run, deep, doc(["k int", "x int"], [["1", "10"], ["2", "20"]])) == (["k", "x"], [["2", "20"]])
    empty = deep.replace("<DATA><TABLEDATA><TR><TD>2</TD></TR></TABLEDATA></DATA>", "")
    assert joined(run, empty, deep)[1] == []


@pytest.mark.parametrize("form", ["xml", "votb", "votb2", "votfits", "fits"])
def test_every_format_has_the_same_rows(run: Run, tables: tuple[Path, Path], form: str) -> None:
    succeeded(run("votjoin", "-f", form, "-j", "full", "-o", "out", *tables))
    expected = joined(run, "-j", "full", *tables)
    if form == "fits":
        table = Table.read(tables[0].parent / "out", format="fits")
    else:
        plain = succeeded(run("votcnv", "out")).stdout  # astropy reads no FITS inside a VOTable
        table = parse(io.BytesIO(plain)).get_first_table().to_table(use_names_over_ids=True)
    assert table.colnames == expected[0]
    for name, cells in zip(table.colnames, zip(*expected[1], strict=True), strict=True):
        for mine, cell in zip(table[name].tolist(), cells, strict=True):
            if cell == "" and name != "star":
                assert mine is None or mine != mine, name
            else:
                assert str(mine) == cell or mine == pytest.approx(float(cell), rel=1e-6), name


def test_text_html_and_indentation_as_in_votcnv(run: Run, tables: tuple[Path, Path]) -> None:
    assert succeeded(run("votjoin", "-H", "-f", "tsv", *tables)).lines[0] == "1\tVega\t0.03\t1e1"
    assert succeeded(run("votjoin", "noheader+", "-f", "bsv", *tables)).lines[0] == "1|Vega|0.03|1e1"
    page = succeeded(run("votjoin", "-f", "html", "stars.xml", "measured.xml")).text
    assert "<title>File: stars.xml and measured.xml</title>" in page
    assert page.count("<td><b>INFO</b></td>") == 4
    assert '\n   <RESOURCE name="join">\n' in succeeded(run("votjoin", "-i", "3", *tables)).text
    assert succeeded(run("votjoin", *tables)).text.count("\n") == 1


# Inputs and ends.


@pytest.mark.parametrize(
    "words", [[], ["stars.xml"], ["a.xml", "b.xml", "c.xml"], ["-", "-"], ["stdin", "-"], ["-n", "-"]]
)
def test_exactly_two_inputs_and_standard_input_once(run: Run, inputs: Path, words: list[str]) -> None:
    done = run("votjoin", *words)
    assert refused(done).startswith("Usage:  votjoin [options] votable1 votable2")
    assert done.stdout == b""


def test_an_input_may_be_anything_that_is_read_once(run: Run, tables: tuple[Path, Path], tmp_path: Path) -> None:
    expected = succeeded(run("votjoin", "-H", "-f", "csv", "-j", "full", *tables)).stdout
    words = ["-H", "-f", "csv", "-j", "full"]
    first, second = (path.read_bytes() for path in tables)
    assert succeeded(run("votjoin", *words, "-", tables[1], stdin=first)).stdout == expected
    assert succeeded(run("votjoin", *words, tables[0], "stdin", stdin=second)).stdout == expected
    assert succeeded(run("votjoin", *words, first, second)).stdout == expected
    (tmp_path / "s.gz").write_bytes(gzip.compress(first))
    assert succeeded(run("votjoin", *words, "s.gz", f"file://{tables[1]}")).stdout == expected
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(second,))
    writer.start()
    assert succeeded(run("votjoin", *words, "-", "pipe", stdin=first)).stdout == expected
    writer.join()


def test_a_table_is_joined_with_itself(run: Run, inputs: Path) -> None:
    names, rows = joined(run, "-c", "0", "stars.xml", "stars.xml")
    assert names == ["name", "ra_1", "dec_1", "vmag_1", "nobs_1", "var_1", "ra_2", "dec_2", "vmag_2", "nobs_2", "var_2"]
    assert all(row[1:6] == row[6:] for row in rows)
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing.xml", "stars.xml"], MISSING),
        (["stars.xml", "missing.xml"], MISSING),
        (["stars.xml", "notvot.xml"], "Error opening VOTable 'notvot.xml'\n"),
    ],
)
def test_an_input_that_cannot_be_read_is_named(run: Run, inputs: Path, words: list[str], message: str) -> None:
    done = run("votjoin", *words)
    assert refused(done) == message
    assert done.stdout == b""


def test_an_input_that_is_broken_behind_its_rows_gives_nothing(run: Run, tables: tuple[Path, Path]) -> None:
    broken = tables[0].read_text().replace("</RESOURCE>", "</RESOURCES>")
    for words in ([broken, tables[1]], [tables[1], broken]):
        done = run("votjoin", *words)
        assert "Error: mismatched tag at line 1" in refused(done)
        assert done.stdout == b""


def test_a_cell_that_does_not_fit_its_column_is_told(run: Run) -> None:
    text = doc(["k int", "x int"], [["1", "abc"]])
    done = run("votjoin", "-f", "votb2", "-N", "k", text, text)
    assert "field 'x_1': 'abc' is not an int" in refused(done)
    assert done.stdout == b""


@pytest.mark.parametrize("kind", ["inner", "left", "right", "full"])
def test_tables_without_rows_or_matches_give_a_header(run: Run, inputs: Path, kind: str) -> None:
    empty, full = doc(["k int", "x int"], []), doc(["k int", "y int"], [["1", "2"]])
    bare = empty.replace("<DATA><TABLEDATA></TABLEDATA></DATA>", "")
    for first in (empty, bare):
        done = succeeded(run("votjoin", "-f", "csv", "-N", "k", first, first))
        assert done.text == "# k,x_1,x_2\n"
        rows = joined(run, "-j", kind, "-N", "k", first, full)[1]
        assert rows == ([["1", "", "1", "2"]] if kind in ("right", "full") else [])
        rows = joined(run, "-j", kind, "-N", "k", full, first)[1]
        assert rows == ([["1", "2", "", ""][: 4 if kind == "full" else 3]] if kind in ("left", "full") else [])
    no_match = doc(["k int"], [["5"]])
    done = succeeded(run("votjoin", no_match, full))
    assert "<TABLEDATA></TABLEDATA>" in done.text


def test_return_has_no_effect_and_help_needs_no_input(run: Run, tables: tuple[Path, Path]) -> None:
    assert succeeded(run("votjoin", "-r", *tables)).stdout == succeeded(run("votjoin", *tables)).stdout
    assert succeeded(run("votjoin", "-h")).text.startswith("votjoin - join the rows of two VOTables\n")
