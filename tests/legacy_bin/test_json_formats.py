"""JSON and JSON Lines: every value as what it is, valid whatever comes, and what is said of the table with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .votables import Field, document, refused, stream, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]


def strict(text: str) -> Any:
    """By RFC 8259: NaN and Infinity, which Python would read, are refused."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    return json.loads(text, parse_constant=refuse)


def converted(run: Run, tmp_path: Path, fields: list[Field], rows: list[list[str]], *words: str) -> list[list[Any]]:
    """The cells, the same in both formats."""
    path = write(tmp_path / "in.xml", tabledata(fields, rows))
    whole = strict(succeeded(run("votcnv", "-f", "json", *words, path)).text)
    lines = succeeded(run("votcnv", "-f", "jsonl", *words, path)).lines
    assert [list(strict(line).values()) for line in lines] == whole["rows"]
    assert [list(strict(line)) for line in lines] == [[field["name"] for field in whole["fields"]]] * len(lines)
    return list(whole["rows"])


@pytest.mark.parametrize(
    ("datatype", "arraysize", "cells"),
    [
        ("boolean", "", {"T": True, "false": False, "1": True, "?": None, "": None}),
        ("bit", "", {"1": True, "0": False, "": None}),
        ("bit", "3", {"101": [True, False, True]}),
        ("unsignedByte", "", {"255": 255, "0x1F": 31, "007": 7, "+5": 5, "": None}),
        ("short", "", {"-32768": -32768, "4.0": 4, "": None}),
        ("int", "", {"-2147483648": -2147483648, " 1 ": 1}),
        ("long", "", {"9223372036854775807": 9223372036854775807, "-9223372036854775808": -9223372036854775808}),
        ("float", "", {"0.1": 0.1, "1e39": "Infinity", "NaN": "NaN", "-Inf": "-Infinity", "": None, ".5": 0.5}),
        ("double", "", {"1.": 1.0, "1D5": 1e5, "-0": 0, "+1.5": 1.5, "1e400": "Infinity", "0010.5": 10.5, "": None}),
        ("double", "2", {"1 NaN": [1.0, "NaN"], "": None}),
        ("double", "*", {"": [], "1.5 -Inf": [1.5, "-Infinity"]}),
        ("int", "2x*", {"1 2 3 4": [[1, 2], [3, 4]], "": []}),
        ("int", "2x2x2", {"1 2 3 4 5 6 7 8": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]}),
        ("floatComplex", "", {"1 -2.5": [1.0, -2.5], "": None}),
        ("doubleComplex", "2", {"1 2 3 NaN": [[1.0, 2.0], [3.0, "NaN"]]}),
        ("char", "*", {"": "", " a\tb ": " a\tb ", 'q"\\é': 'q"\\é', "\u2028\u0085": "\u2028\u0085"}),
        ("char", "3x*", {"ab cd ": ["ab", "cd"], "": []}),
        ("char", "2x2", {"abcd": ["ab", "cd"], "ab": ["ab", ""]}),
        ("unicodeChar", "*", {"𝔸é": "𝔸é", "": ""}),
        ("unicodeChar", "1x2", {"éa": ["é", "a"]}),
        ("boolean", "2", {"T ?": [True, None], "": None}),
    ],
)
def test_cells_are_typed_as_their_field_says(
    run: Run, tmp_path: Path, datatype: str, arraysize: str, cells: dict[str, Any]
) -> None:
    rows = converted(run, tmp_path, [(datatype, arraysize)], [[cell] for cell in cells])
    assert [(type(row[0]), row[0]) for row in rows] == [
        (type(value) if value not in (0, 1.0) or type(value) is bool else type(row[0]), value)
        for row, value in zip(rows, cells.values(), strict=True)
    ]


def test_a_value_that_does_not_fit_is_refused_with_its_row(run: Run, tmp_path: Path) -> None:
    for cell in ("256", "-1", "abc"):
        path = write(tmp_path / "in.xml", tabledata([("unsignedByte", "")], [["1"], [cell]]))
        for format in ("json", "jsonl", "ecsv"):
            message = refused(run("votcnv", "-f", format, path))
            assert f"row 2: field 'c1': '{cell}' is not an unsignedByte" in message


def test_null_values_are_null_in_cells_and_in_arrays(run: Run, tmp_path: Path) -> None:
    fields: list[Field] = [("int", "", "-1"), ("short", "3", "-1"), ("double", "", "-99"), ("char", "*", "N/A")]
    rows = converted(run, tmp_path, fields, [["-1", "1 -1 2", "-99.0", "N/A"], ["0", "0 0 0", "9", "-1"]])
    assert rows == [[None, [1, None, 2], None, None], [0, [0, 0, 0], 9, "-1"]]


def test_nulls_of_binary2_are_kept_apart_from_empty_and_nan(run: Run, tmp_path: Path) -> None:
    fields: list[Field] = [("float", ""), ("char", "*"), ("short", "*"), ("short", "")]
    nan, empty, five = bytes.fromhex("7fc00000"), bytes(4), bytes([0, 5])
    content = b"\x00" + nan + empty + empty + five + b"\xf0" + nan + empty + empty + five
    path = write(tmp_path / "in.xml", stream(fields, "BINARY2", content))
    lines = succeeded(run("votcnv", "-f", "jsonl", path)).lines
    assert [list(strict(line).values()) for line in lines] == [["NaN", "", [], 5], [None, None, None, None]]


def test_text_is_valid_json_on_one_line_whatever_is_in_it(run: Run, tmp_path: Path) -> None:
    text = "".join(map(chr, [9, 10, 13, *range(0x20, 0xD800, 37), 0x7F, 0x85, 0x2028, 0x2029, 0xFEFF, 0x10FFFF]))
    path = write(tmp_path / "in.xml", tabledata([("char", "*")], [[text]]).replace("\r", "&#13;"))
    done = succeeded(run("votcnv", "-f", "jsonl", path))
    assert len(done.stdout.decode().splitlines()) == 1
    assert strict(done.text) == {"c1": text}


def test_bytes_that_are_no_utf_8_become_replacement_characters(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.xml", stream([("char", "4")], "BINARY", b"a\xffb\x01"))
    assert strict(succeeded(run("votcnv", "-f", "json", path)).text)["rows"] == [["a\ufffdb\ufffd"]]


FULL = """<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE>
<COOSYS ID="sys" system="ICRS"/><INFO name="QUERY_STATUS" value="OK">fine</INFO>
<TABLE name="t" ID="T" ucd="u" nrows="7"><DESCRIPTION> Some "text" </DESCRIPTION>
<PARAM name="p" datatype="int" arraysize="2" value="1 2" unit="m"><DESCRIPTION>two</DESCRIPTION></PARAM>
<PARAM name="odd" datatype="int" value="many"/>
<FIELD name="a" ID="i" datatype="int" unit="mag" ucd="phot.mag" utype="x:y" xtype="z" ref="sys"><DESCRIPTION>An a
</DESCRIPTION><VALUES null="-1"><MIN value="0" inclusive="no"/><MAX value="9"/><OPTION name="n" value="5"/></VALUES>
<LINK href="http://h/"/></FIELD><FIELD name="a" datatype="double"/>
<DATA><TABLEDATA><TR><TD>-1</TD><TD>2</TD></TR></TABLEDATA></DATA></TABLE>
<INFO name="QUERY_STATUS" value="OVERFLOW"/></RESOURCE></VOTABLE>"""


def test_all_that_is_said_of_the_table_comes_with_it(run: Run, tmp_path: Path) -> None:
    assert strict(succeeded(run("votcnv", "-f", "json", write(tmp_path / "in.xml", FULL))).text) == {
        "name": "t", "ID": "T", "ucd": "u", "description": 'Some "text"', "coosys": [{"ID": "sys", "system": "ICRS"}],
        "fields": [
            {
                "name": "a", "ID": "i", "datatype": "int", "unit": "mag", "ucd": "phot.mag", "utype": "x:y",
                "xtype": "z", "ref": "sys", "description": "An a",
                "values": {"null": -1, "min": {"value": 0, "inclusive": False}, "max": {"value": 9, "inclusive": True},
                           "options": {"n": "5"}},
                "links": [{"href": "http://h/"}],
            },
            {"name": "a", "datatype": "double"},
        ],
        "rows": [[None, 2]],
        "params": [{"name": "p", "datatype": "int", "arraysize": "2", "unit": "m", "value": [1, 2],
                    "description": "two"}, {"name": "odd", "datatype": "int", "value": "many"}],
        "infos": [{"name": "QUERY_STATUS", "value": "OK", "text": "fine"},
                  {"name": "QUERY_STATUS", "value": "OVERFLOW"}],
    }  # fmt: skip


def test_members_of_a_line_have_names_of_their_own(run: Run, tmp_path: Path) -> None:
    names = ["a", "a_2", "a", " a\tb ", "a"]
    fields = "".join(f'<FIELD name="{name}" datatype="int"/>'.replace("\t", "&#9;") for name in names)
    text = document([], "<TABLEDATA><TR>" + "<TD>1</TD>" * 5 + "</TR></TABLEDATA>").replace("<DATA>", fields + "<DATA>")
    done = succeeded(run("votcnv", "-f", "jsonl", write(tmp_path / "in.xml", text)))
    assert list(strict(done.text)) == ["a", "a_2", "a_3", "a b", "a_4"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", {"fields": [], "rows": []}),
        ('<RESOURCE><INFO name="QUERY_STATUS" value="ERROR">no</INFO></RESOURCE>',
         {"fields": [], "rows": [], "infos": [{"name": "QUERY_STATUS", "value": "ERROR", "text": "no"}]}),
        ('<RESOURCE><TABLE><FIELD name="a" datatype="int"/></TABLE></RESOURCE>',
         {"fields": [{"name": "a", "datatype": "int"}], "rows": []}),
        ("<RESOURCE><RESOURCE><TABLE><DATA><TABLEDATA><TR/></TABLEDATA></DATA></TABLE></RESOURCE></RESOURCE>",
         {"fields": [], "rows": [[]]}),
    ],
)  # fmt: skip
def test_a_document_without_rows_is_json_too(run: Run, tmp_path: Path, content: str, expected: object) -> None:
    path = write(tmp_path / "in.xml", f'<VOTABLE version="1.3">{content}</VOTABLE>')
    assert strict(succeeded(run("votcnv", "-f", "json", path)).text) == expected
    assert len(succeeded(run("votcnv", "-f", "jsonl", path)).lines) == len(expected["rows"])  # type: ignore[index]


@pytest.mark.parametrize("format", ["ecsv", "json", "jsonl"])
def test_what_they_cannot_hold_is_refused(run: Run, inputs: Path, tmp_path: Path, format: str) -> None:
    assert "multiple RESOURCES not supported" in refused(run("votcnv", "-f", format, "multi.xml"))
    assert "multiple RESOURCES not supported" in refused(run("votcat", "-f", format, "stars.xml", "stars.xml"))
    deep = write(tmp_path / "deep.xml", tabledata([("int", "x".join(["1"] * 33))], [["1"]]))
    assert "an array of 33 dimensions cannot be written, 32 can" in refused(run("votcnv", "-f", format, deep))


@pytest.mark.parametrize("format", ["ecsv", "json", "jsonl"])
def test_every_tool_that_writes_tables_writes_them(run: Run, inputs: Path, format: str) -> None:
    whole = succeeded(run("votcnv", "-f", format, "stars.xml")).lines
    is_row = [("Vega" in line, "Sirius" in line) for line in whole]
    assert sum(a for a, _ in is_row) == sum(b for _, b in is_row) == 1
    for tool, *words in (["votsort", "-N", "vmag"], ["votselect", "-w", "1=1"], ["votsplit", "-D", "d"]):
        done = succeeded(run(tool, "-f", format, *words, "stars.xml"))
        lines = done.lines
        if tool == "votsplit":
            assert lines == [f"d/stars0000.{format}"]
            lines = (inputs / lines[0]).read_text().splitlines()
        assert sorted(line.rstrip(",") for line in lines) == sorted(line.rstrip(",") for line in whole), tool
    write(inputs / "none.xml", "<VOTABLE/>")
    assert succeeded(run("votcat", "-f", format, "none.xml", "stars.xml")).lines == whole
