"""Parsers: bytes in pieces of any size become the same entries."""

from __future__ import annotations

import io
import itertools
import json
import math
from collections.abc import Iterable
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voclient.tasking.descriptors.descriptor import Descriptor, Invocation, Key, Place, Results, Section
from voclient.tasking.errors import ResultError
from voclient.tasking.results import Item, open_parser
from voclient.tasking.results.contents import Contents

SINGLE = [Key("name"), Key("x", "float"), Key("n", "int")]


class Captured:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)

    def __len__(self) -> int:
        return len(self.data)


def parse(section: Section, pieces: Iterable[bytes], complete: bool = True) -> tuple[dict[str, Any], str]:
    """What the OPset would hold, and the error's text."""
    pieces = list(pieces)
    descriptor = Descriptor("t", "", "t", Place("t", 1, 1), results=Results(stdout=section))
    contents = Contents(descriptor, Invocation("t", []))
    parser = open_parser(section, Captured(b"".join(pieces)))
    trouble = ""
    if parser is not None:
        try:
            for piece in pieces:
                for event in parser.feed(piece):
                    assert isinstance(event, Item)
                    contents.apply(event)
            for event in parser.finish(complete):
                assert isinstance(event, Item)
                contents.apply(event)
        except ResultError as error:
            trouble = str(error)
    return {key: contents.value(key) for key in contents}, trouble


def read(section: Section, text: str) -> dict[str, Any]:
    values, trouble = parse(section, [text.encode()])
    assert trouble == ""
    return values


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in itertools.pairwise(ends)]


def plain(values: dict[str, Any]) -> str:
    return repr({key: value.tolist() if hasattr(value, "tolist") else value for key, value in values.items()})


SECTIONS = {
    "csv": Section("csv", tuple(SINGLE)),
    "tsv without header": Section("tsv", tuple(SINGLE), columns=("name", "x", "n"), header=False),
    "bsv": Section("bsv", (Key("x", "float", array=True, group=2), Key("name"))),
    "asv": Section("asv", tuple(SINGLE)),
    "csv without keys": Section("csv"),
    "columns": Section("columns", tuple(SINGLE), columns=("name", "x", "n"), header=False, comment="#"),
    "fixed columns": Section("columns", tuple(SINGLE), columns=("name", "x", "n"), widths=(4, 5), header=False),
    "keyword": Section("keyword", tuple(SINGLE)),
    "keyword without keys": Section("keyword", separator=":"),
    "regex": Section("regex", tuple(SINGLE), pattern=r"(?P<name>\S*)[ ,\t|=](?P<x>\S*)[ ,\t|](?P<n>\S+)"),
    "single regex": Section("regex", (Key("x", "float"),), pattern=r"(?P<x>\d+)", rows=False),
    "whole regex": Section("regex", (Key("name", group=1),), pattern=r"a(.*?)$\n b", multiline=True),
    "optional groups": Section("regex", (Key("x", "float"), Key("n", "int")), pattern=r"(?P<x>\d+,)?.(?P<n>-\d)?"),
    "jsonl": Section("jsonl", tuple(SINGLE)),
    "lines": Section("lines", key="log"),
}
FRAGMENTS = [
    "name,x,n", "# name x n", "name|x|n", "m 31", "é", "1.5", "-2", "INDEF", "nan", "1e400", "1_0", "7", ",", "|", "\t",
    " ", '"', '""', "\n", "\r\n", "\n\n", "=", ":", "#", "name", "x", "n", '{"name": "a", "x": 1, "n": 2}\n', "'", "\\",
    "\ufeff", "٣", "0x1", "a b\n b",
]  # fmt: skip


@pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)
@given(text=st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join), places=st.lists(st.integers(0, 400)))
def test_any_pieces_of_an_output_give_the_same_entries_and_the_same_error(
    section: Section, text: str, places: list[int]
) -> None:
    data = text.encode()
    whole, trouble = parse(section, [data])
    pieces, trouble_of_pieces = parse(section, cut(data, places))
    assert trouble_of_pieces == trouble
    assert plain(pieces) == plain(whole)


@given(
    rows=st.lists(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r")), min_size=2,
                           max_size=2)),
    delimiter=st.sampled_from([("csv", ","), ("tsv", "\t"), ("bsv", "|"), ("asv", " ")]),
)  # fmt: skip
def test_delimited_text_reads_back_whatever_the_cells_hold(rows: list[list[str]], delimiter: tuple[str, str]) -> None:
    format, mark = delimiter

    def cell(text: str) -> str:
        quoted = any(special in text for special in (mark, '"', "\n")) or (format == "asv" and not text)
        return '"' + text.replace('"', '""') + '"' if quoted else text

    text = "".join(mark.join(map(cell, row)) + "\n" for row in [["# a", "b"] if format == "csv" else ["a", "b"], *rows])
    values = read(Section(format, (Key("a"), Key("b"))), text)
    assert values.get("a", []) == [row[0] for row in rows]
    assert values.get("b", []) == [row[1] for row in rows]


def test_a_quoted_header_keeps_its_labels() -> None:
    assert read(Section("asv"), '# "No." "Object Name"\n1 "m 31"\n') == {"No.": ["1"], "Object Name": ["m 31"]}


def test_missing_values_are_nan_among_floats_and_none_elsewhere() -> None:
    keys = (Key("x", "float", array=True), Key("n", "int"), Key("b", "bool"), Key("s"))
    values = read(Section("csv", keys), "x,n,b,s\nINDEF,,,\n1.5d3,INDEF,yes,INDEF\n")
    assert math.isnan(values["x"][0])
    assert values["x"][1] == 1500
    assert (values["n"], values["b"], values["s"]) == ([None, None], [None, True], ["", "INDEF"])


def test_a_bad_value_is_reported_with_key_line_and_text_and_the_rows_before_it_stay() -> None:
    section = Section("csv", (Key("x", "float"), Key("n", "int")))
    values, trouble = parse(section, [b'x,n\n1,1\n"2",2\n3,three\nx,4\n'])
    assert trouble == "line 4 of the output: n should be a whole number, not 'three'"
    assert values == {"x": [1.0, 2.0], "n": [1, 2]}


def test_a_row_with_too_few_cells_is_an_error() -> None:
    assert parse(SECTIONS["tsv without header"], [b"a\t1\n"])[1] == (
        "line 1 of the output has 2 cells, at least 3 are needed"
    )


def test_a_column_that_the_header_lacks_is_an_error_naming_those_it_has() -> None:
    assert parse(Section("csv", (Key("ra", "float"),)), [b"a,b\n1,2\n"])[1] == (
        "line 1 of the output: no column 'ra' among a, b"
    )


def test_a_quote_that_never_closes_is_an_error() -> None:
    assert "line 2" in parse(Section("csv"), [b'a\n"x\n\n'])[1]


def test_nothing_is_made_of_a_line_cut_off_by_a_failure() -> None:
    section = Section("csv", (Key("x", "float"),))
    assert parse(section, [b"x\n1\n23"], complete=False) == ({"x": [1.0]}, "")


def test_keywords_are_read_with_quotes_remarks_and_other_separators() -> None:
    text = "SIMPLE  = 'it''s' / remark\n# x = 9\nx = 1.5\nn: 3\nother = 1\nx = 2.5\n"
    section = Section("keyword", (Key("simple", group="SIMPLE"), Key("x", "float")), comment="#")
    assert read(section, text) == {"simple": "it's", "x": 2.5}
    assert read(Section("keyword", separator=":"), text) == {"n": "3"}


def test_a_group_that_no_line_has_is_no_key() -> None:
    section = Section("regex", (Key("row", "int"), Key("x", "float")), pattern=r"^(?:(?P<row>\d+)  )?(?P<x>\S+)$")
    assert read(section, "1.5\n2.5\n") == {"x": [1.5, 2.5]}
    assert read(section, "1.5\n3  2.5\n") == {"row": [None, 3], "x": [1.5, 2.5]}


def test_fixed_columns_hold_blanks_and_may_be_short() -> None:
    section = Section(
        "columns", (Key("name"), Key("x", "float"), Key("y", "float")), columns=("name", "x", "y"), widths=(8,),
        header=False,
    )  # fmt: skip
    values = read(section, "m 31      1.5   -2\nno value\n")
    assert values["name"] == ["m 31", "no value"]
    assert values["x"][0] == 1.5
    assert math.isnan(values["y"][1])


def test_columns_are_found_by_the_words_of_the_header() -> None:
    assert read(Section("columns", (Key("b", "int"),)), "# a  b\n\n 1  2\n 3  4\n") == {"b": [2, 4]}
    assert read(Section("columns"), "a b\n1 2\n") == {"a": ["1"], "b": ["2"]}


def test_a_pattern_over_lines_joins_wrapped_text() -> None:
    section = Section(
        "regex", (Key("title"), Key("n", "int")), pattern=r"(?s)n: (?P<n>\d+).*title: (?P<title>.*?)\n\n",
        multiline=True, rows=False,
    )  # fmt: skip
    assert read(section, "n: 3\nx\ntitle: a long\n       story\n\nend") == {"title": "a long story", "n": 3}


def test_angles_are_degrees_and_sexagesimal_right_ascension_is_hours() -> None:
    section = Section("csv", (Key("ra", "right_ascension", array=True), Key("dec", "angle", array=True)))
    values = read(section, "ra,dec\n12:30:00.0,-00:30\n00 00 01,+10 30 36\n187.5,-5\n")
    assert values["ra"].tolist() == [187.5, 15 / 3600, 187.5]
    assert values["dec"].tolist() == [-0.5, pytest.approx(10.51), -5.0]
    assert "ra should be a right ascension" in parse(section, [b"ra,dec\n12:61,0\n"])[1]


def test_json_gives_members_by_path_the_whole_or_rows() -> None:
    document = '{"a": {"b": [1, 2.5]}, "x": null, "s": "t"}'
    keys = (Key("first", "int", group="a.b.0"), Key("x", "float"), Key("absent"))
    values = read(Section("json", keys), document)
    assert values["first"] == 1
    assert math.isnan(values["x"])
    assert "absent" not in values
    assert read(Section("json", key="all"), document) == {"all": json.loads(document)}
    assert read(Section("json", (Key("n", "int"),)), '[{"n": 1}, {"n": 2}]') == {"n": [1, 2]}


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"n": 1}}', '{"x": ' + "9" * 5000 + "}"])
def test_json_that_is_none_is_an_error_only_when_the_program_succeeded(text: str) -> None:
    assert "is not JSON" in parse(Section("json"), [text.encode()])[1]
    assert parse(Section("json"), [text.encode()], complete=False) == ({}, "")


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    assert "longer than" in parse(Section("lines", key="log"), [b"x" * (1 << 20)] * 18)[1]


def test_bytes_that_are_not_utf8_survive() -> None:
    values, _ = parse(Section("lines", key="log"), [b"a\xff\n"])
    assert values["log"][0].encode("utf-8", "surrogateescape") == b"a\xff"
