"""ECSV as astropy reads it: types, units, what is said of columns and table, no value apart from NaN and "" ."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from astropy.io.votable import parse
from astropy.table import Table

from .votables import Field, stream, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
FULL = """<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE>
<TIMESYS ID="time" timescale="TT"/><INFO name="QUERY_STATUS" value="OK"/>
<TABLE name="t: &quot;x&quot;" ID="T" ucd="u"><DESCRIPTION>Two
lines: # and 'quotes'</DESCRIPTION><PARAM name="p" datatype="double" value="1.5" unit="m"/>
<FIELD name="a: b" ID="i" datatype="int" unit="km.s-1" ucd="phot.mag" utype="x:y" xtype="z" width="5" precision="2">
<DESCRIPTION>An - "a", {x} [y] &#x85;&#x2028; yes</DESCRIPTION><VALUES null="-1"><MIN value="0"/></VALUES>
<LINK href="http://h/"/></FIELD><FIELD name="no" datatype="char" arraysize="8*"/><FIELD name="no" datatype="float"/>
<FIELD name="#n, &quot;q&quot;" datatype="char" arraysize="3"/>
<DATA><TABLEDATA><TR><TD>-1</TD><TD>a</TD><TD>1</TD><TD>#x</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"""


def read(done: Finished) -> Table:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return Table.read(succeeded(done).stdout.decode(), format="ascii.ecsv")


def converted(run: Run, tmp_path: Path, fields: list[Field], rows: list[list[str]]) -> Table:
    return read(run("votcnv", "-f", "ecsv", write(tmp_path / "in.xml", tabledata(fields, rows))))


@pytest.mark.filterwarnings("ignore:.*Implicitly generating an ID")
def test_what_is_said_of_columns_and_table_is_where_astropy_has_it(run: Run, tmp_path: Path) -> None:
    table = read(run("votcnv", "-f", "ecsv", write(tmp_path / "in.xml", FULL)))
    assert table.colnames == ["a: b", "no", "no_2", '#n, "q"']
    column = table["a: b"]
    assert (str(column.unit), column.dtype, column.mask.tolist()) == ("km / s", np.dtype("i4"), [True])
    assert column.description == 'An - "a", {x} [y] \x85\u2028 yes'
    assert column.meta == {
        "ID": "i", "ucd": "phot.mag", "utype": "x:y", "xtype": "z", "width": "5", "precision": "2",
        "values": {"null": -1, "min": {"value": 0, "inclusive": True}}, "links": [{"href": "http://h/"}],
    }  # fmt: skip
    assert table["no"].meta == {"_votable_string_dtype": "char", "_votable_arraysize": "8*"}
    assert table.meta == {
        "name": 't: "x"', "ID": "T", "ucd": "u", "description": "Two\nlines: # and 'quotes'",
        "timesys": [{"ID": "time", "timescale": "TT"}],
        "params": [{"name": "p", "datatype": "double", "unit": "m", "value": 1.5}],
        "infos": [{"name": "QUERY_STATUS", "value": "OK"}],
    }  # fmt: skip
    assert table['#n, "q"'].tolist() == ["#x"]
    table.write(tmp_path / "back.xml", format="votable")  # and from there it finds the way back
    fields = parse(tmp_path / "back.xml").get_first_table().fields
    assert (fields[0].ucd, fields[0].utype, fields[0].values.null, fields[0].links[0].href) == (
        "phot.mag", "x:y", -1, "http://h/",
    )  # fmt: skip
    assert (fields[1].datatype, fields[1].arraysize) == ("char", "8*")


@pytest.mark.parametrize(
    ("datatype", "arraysize", "dtype", "cells"),
    [
        ("boolean", "", "bool", {"T": True, "0": False, "": None, "?": None}),
        ("bit", "", "bool", {"1": True, "0": False, "": None}),
        ("bit", "3", "bool", {"101": [True, False, True], "": [None, None, None]}),
        ("unsignedByte", "", "uint8", {"255": 255, "0x10": 16, "": None}),
        ("short", "", "int16", {"-32768": -32768, "": None}),
        ("int", "", "int32", {"2147483647": 2147483647, "4.0": 4, "": None}),
        ("long", "", "int64", {"9223372036854775807": 9223372036854775807, "": None}),
        ("float", "", "float32", {"0.1": np.float32(0.1), "NaN": np.nan, "+Inf": np.inf, "1D2": 100, "": None}),
        ("double", "", "float64", {"-Inf": -np.inf, "NaN": np.nan, "1e-320": 1e-320, "": None}),
        ("double", "2", "float64", {"1 NaN": [1, np.nan], "": [None, None]}),
        ("int", "2x3", "int32", {"1 2 3 4 5 6": [[1, 2], [3, 4], [5, 6]]}),
        ("floatComplex", "", "float32", {"1 NaN": [1, np.nan], "": [None, None]}),
        ("doubleComplex", "2", "float64", {"1 2 3 4": [[1, 2], [3, 4]]}),
        ("char", "2x2", "U2", {"abc ": ["ab", "c"]}),
    ],
)
def test_cells_have_their_types_and_values(
    run: Run, tmp_path: Path, datatype: str, arraysize: str, dtype: str, cells: dict[str, Any]
) -> None:
    column = converted(run, tmp_path, [(datatype, arraysize)], [[cell] for cell in cells])["c1"]
    assert column.dtype == np.dtype(dtype)
    expected = np.array(list(cells.values()), dtype=object)
    mask = np.equal(expected, None).astype(bool)
    assert np.ma.getmaskarray(column).tolist() == mask.tolist()
    np.testing.assert_array_equal(np.asarray(column)[~mask], expected[~mask].astype(column.dtype))


def test_arrays_of_any_length_are_read_as_such(run: Run, tmp_path: Path) -> None:
    fields: list[Field] = [("double", "*"), ("short", "2x*"), ("floatComplex", "*"), ("char", "3x*")]
    table = converted(run, tmp_path, fields, [["1 NaN", "1 2 3 4", "1 2", "ab cd "], ["", "", "", ""]])
    np.testing.assert_array_equal(table["c1"][0], [1, np.nan])
    assert [len(cell) for cell in table["c1"]] == [2, 0]
    assert table["c2"].tolist() == [[[1, 2], [3, 4]], []]
    assert table["c3"].tolist() == [[[1.0, 2.0]], []]
    assert [cell.tolist() for cell in table["c4"]] == [["ab", "cd"], []]


def test_text_of_any_kind_is_a_cell(run: Run, tmp_path: Path) -> None:
    texts = ["a,b", 'say "x"', "#no comment", "two\nlines", "é 漢", "null", "NaN", "[1]", "'", "\\", "True"]
    done = run("votcnv", "-f", "ecsv", write(tmp_path / "in.xml", tabledata([("char", "*")], [[t] for t in texts])))
    assert read(done)["c1"].tolist() == texts
    edges = [" blank ", "\ttab", "", " "]  # these astropy's reader strips, but they are there
    done = run("votcnv", "-f", "ecsv", write(tmp_path / "in.xml", tabledata([("char", "*")], [[t] for t in edges])))
    lines = [line for line in succeeded(done).lines if not line.startswith("#")]
    assert list(csv.reader(lines)) == [["c1"], *([text] for text in edges)]
    assert lines[3:5] == ['""', '" "']


def test_a_row_of_nothing_is_a_row(run: Run, tmp_path: Path) -> None:
    column = converted(run, tmp_path, [("int", "")], [["1"], [""], ["2"]])["c1"]
    assert column.mask.tolist() == [False, True, False]


def test_no_value_nan_and_empty_text_are_three_things(run: Run, tmp_path: Path) -> None:
    fields: list[Field] = [("char", "*"), ("double", ""), ("unicodeChar", "*"), ("char", "*")]
    nan, no_text, text = bytes.fromhex("7ff8000000000000"), bytes(4), bytes([0, 0, 0, 1]) + b"x"
    content = b"\x00" + no_text + nan + bytes([0, 0, 0, 1, 0, 65]) + text
    content += b"\xd0" + no_text + nan + bytes([0, 0, 0, 1, 0, 66]) + no_text
    table = read(run("votcnv", "-f", "ecsv", write(tmp_path / "in.xml", stream(fields, "BINARY2", content))))
    assert table.colnames == ["c1", "c2", "c3", "c4"]
    assert [np.ma.getmaskarray(table[name]).tolist() for name in ("c1", "c2", "c4")] == [[False, True]] * 3
    assert (table["c1"][0], table["c4"][0]) == ("", "x")
    assert np.isnan(table["c2"][0])
    done = run("votcnv", "-f", "ecsv", tmp_path / "in.xml")
    assert done.lines[-3:] == ["c1,c2,c3,c4,c1.mask", '"",NaN,A,x,False', ",,B,,True"]  # c4 needs no mask


def test_a_mask_has_a_name_of_its_own(run: Run, tmp_path: Path) -> None:
    text = stream([("char", "*"), ("int", "")], "BINARY2", b"\x00" + bytes(8)).replace('"c2"', '"c1.mask"')
    table = read(run("votcnv", "-f", "ecsv", write(tmp_path / "in.xml", text)))
    assert (table.colnames, table["c1"].tolist(), table["c1.mask"].tolist()) == (["c1", "c1.mask"], [""], [0])


def test_tables_without_rows_have_their_columns(run: Run, inputs: Path, tmp_path: Path) -> None:
    fields = [("double", "*"), ("int", "2x*"), ("char", "*"), ("short", ""), ("boolean", "")]
    for text in (tabledata(fields, []), tabledata(fields, []).replace("<DATA><TABLEDATA>\n\n</TABLEDATA></DATA>", "")):
        table = read(run("votcnv", "-f", "ecsv", write(tmp_path / "in.xml", text)))
        assert (table.colnames, len(table)) == (["c1", "c2", "c3", "c4", "c5"], 0)
