"""votsort: the order, judged by Python and STILTS; the choice of the column; the document around the rows."""

from __future__ import annotations

import math
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .votables import csv_rows, document, refused, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
TEXT = ("char", "*")


def lowered(text: str) -> bytes:
    """What votsort compares: bytes with the ASCII letters in lower case."""
    return text.encode().lower()


def expected_order(cells: list[str], *, by_text: bool, descending: bool) -> list[int]:
    """Row numbers: values in order, equal ones as they came, then the rows without a value."""

    def value(cell: str) -> bytes | float | int | None:
        if by_text:
            return lowered(cell) or None
        try:
            return int(cell)
        except ValueError:
            number = float(cell) if cell else math.nan
            return None if math.isnan(number) else number

    valued = [row for row, cell in enumerate(cells) if value(cell) is not None]
    valued.sort(key=lambda row: value(cells[row]), reverse=descending)
    if descending:  # Python's reverse keeps equal ones in their order too
        assert sorted(valued) == sorted(set(valued))
    return valued + [row for row, cell in enumerate(cells) if value(cell) is None]


def sorted_rows(run: Run, path: Path, *options: str) -> list[int]:
    return [int(row[1]) for row in csv_rows(run("votsort", "-f", "csv", *options, path))]


def number_cells(kind: str, pick: random.Random) -> str:
    if kind == "long":
        return str(
            pick.choice((0, 1, -1, 2**62, 2**62 + 1, -(2**62) - 1, 2**63 - 1, -(2**63), pick.randrange(-99, 99)))
        )
    if kind == "short":
        return pick.choice(("", str(pick.randrange(-300, 300))))
    if kind == "unsignedByte":
        return pick.choice(("", str(pick.randrange(256))))
    some = (
        str(pick.gauss(0, 1e3)),
        f"{pick.gauss(0, 1e-30):.3e}",
        "NaN",
        "",
        "0",
        "-0",
        "inf",
        "-inf",
        "1e300",
        "+5.5",
    )
    return pick.choice(some)


@pytest.mark.parametrize("options", [[], ["-d"], ["-s"], ["-s", "-d"]])
@pytest.mark.parametrize("kind", ["long", "short", "unsignedByte", "double", "float"])
def test_numbers_are_in_order_and_equal_ones_as_they_came(
    run: Run, tmp_path: Path, kind: str, options: list[str]
) -> None:
    pick = random.Random(kind)
    cells = [number_cells(kind, pick) for _ in range(3000)]
    path = write(tmp_path / "in.xml", tabledata([(kind, ""), ("int", "")], [[c, str(i)] for i, c in enumerate(cells)]))
    expected = expected_order(cells, by_text="-s" in options, descending="-d" in options)
    assert sorted_rows(run, path, *options) == expected


@pytest.mark.parametrize("options", [[], ["-d"]])
@pytest.mark.parametrize("prefix", ["", "Gaia DR3 ", "a prefix of more than one step of eight bytes: "])
def test_texts_are_in_order_of_their_lower_case_bytes(
    run: Run, tmp_path: Path, prefix: str, options: list[str]
) -> None:
    pick = random.Random(prefix)
    cells = ["" if pick.random() < 0.05 else prefix + "".join(pick.choices("aAbBzé漢 _9", k=pick.randrange(12)))
             for _ in range(3000)]  # fmt: skip
    path = write(tmp_path / "in.xml", tabledata([TEXT, ("int", "")], [[c, str(i)] for i, c in enumerate(cells)]))
    assert sorted_rows(run, path, *options) == expected_order(cells, by_text=True, descending="-d" in options)


@pytest.mark.parametrize("serialization", ["votb", "votb2", "votfits"])
@pytest.mark.parametrize("options", [["-c", "0"], ["-c", "2"], ["-d", "-c", "0"], ["-s", "-c", "0"]])
def test_binary_rows_are_sorted_as_their_text_is(
    run: Run, tmp_path: Path, serialization: str, options: list[str]
) -> None:
    pick = random.Random(5)
    rows = [[str(pick.randrange(-(2**63), 2**63)), str(i), pick.choice(("x", "Y", "yy", ""))] for i in range(500)]
    path = write(tmp_path / "in.xml", tabledata([("long", ""), ("int", ""), TEXT], rows))
    succeeded(run("votcnv", "-f", serialization, "-o", "binary.xml", path))
    assert sorted_rows(run, tmp_path / "binary.xml", *options) == sorted_rows(run, path, *options)


def test_the_order_is_that_of_stilts(run: Run, tmp_path: Path) -> None:
    pick = random.Random(6)
    rows = [[repr(pick.gauss(0, 100)), str(i)] for i in range(2000)]
    path = write(tmp_path / "in.xml", tabledata([("double", ""), ("int", "")], rows))
    stilts = subprocess.run(
        ["stilts", "tpipe", f"in={path}", "ifmt=votable", "cmd=sort c1", "omode=out", "ofmt=csv-noheader"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert sorted_rows(run, path) == [int(line.split(",")[1]) for line in stilts.splitlines()]


def test_cells_of_an_integer_column_that_are_no_integers_are_compared_by_value(run: Run, tmp_path: Path) -> None:
    rows = [[cell, str(i)] for i, cell in enumerate(["12.5", "13", "12", "oops", "1e1", "0x0b"])]
    path = write(tmp_path / "in.xml", tabledata([("int", ""), ("int", "")], rows))
    assert sorted_rows(run, path) == [4, 5, 2, 0, 1, 3]


def test_a_stated_null_comes_last_in_both_directions(run: Run, inputs: Path) -> None:
    for options in ([], ["-d"]):
        rows = csv_rows(run("votsort", "-f", "csv", "-N", "n", *options, "nulls.xml"))
        assert rows[-1] == ["b", "-99", ""]


def test_without_a_column_a_text_column_is_sorted_as_text(run: Run, inputs: Path) -> None:
    rows = csv_rows(run("votsort", "-f", "csv", "sorty.xml"))
    assert [row[0] for row in rows] == ["Alpha", "Bravo", "charlie", "delta", "echo"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-N", "nothing"], "Error: Cannot find sort column 'nothing'"),
        (["-I", "nothing"], "Error: Cannot find sort column 'nothing'"),
        (["-U", "nothing"], "Error: Cannot find sort column 'nothing'"),
        (["-c", "4"], "Error: invalid sort column '4'"),
        (["-c", "-1"], "Error: invalid sort column '-1'"),
        (["-t", "-5"], "Error: invalid number of rows '-5'"),
    ],
)
def test_a_column_or_count_that_cannot_be_is_an_error(run: Run, inputs: Path, options: list[str], message: str) -> None:
    done = run("votsort", "-f", "csv", *options, "sorty.xml")
    assert refused(done) == message + "\n"
    assert done.stdout == b""


@pytest.mark.parametrize("option", ["-c", "-t", "-i"])
def test_a_word_is_no_number(run: Run, inputs: Path, option: str) -> None:
    assert refused(run("votsort", option, "x", "sorty.xml")).startswith("Warning: value 'x' is not an integer\n")


def test_the_first_field_that_matches_any_is_taken_and_a_number_wins(run: Run, inputs: Path) -> None:
    by_second = csv_rows(run("votsort", "-f", "csv", "-c", "1", "sorty.xml"))
    assert csv_rows(run("votsort", "-f", "csv", "-I", "C3", "-N", "NUM", "sorty.xml")) == by_second
    assert csv_rows(run("votsort", "-f", "csv", "-N", "cnt", "-c", "1", "sorty.xml")) == by_second


@pytest.mark.parametrize(("top", "count"), [(0, 5), (1, 1), (5, 5), (99, 5)])
def test_top_keeps_the_first_rows_and_nrows_says_how_many(run: Run, inputs: Path, top: int, count: int) -> None:
    text = (inputs / "sorty.xml").read_text().replace("<TABLE>", '<TABLE nrows="77" name="t">')
    done = succeeded(run("votsort", "-t", str(top), stdin=text))
    assert f'<TABLE nrows="{count}" name="t">' in done.text
    assert done.text.count("<TR>") == count


@pytest.mark.parametrize("format", ["vot", "csv", "html"])
def test_several_resources_are_an_error_without_output(run: Run, inputs: Path, format: str) -> None:
    done = run("votsort", "-f", format, "multi.xml")
    assert refused(done) == "Error: multiple RESOURCE elements not supported\n"
    assert done.stdout == b""


def test_only_the_first_table_is_sorted_and_all_else_stays(run: Run, tmp_path: Path) -> None:
    table = (
        '<TABLE><FIELD name="a" datatype="int"/><DATA><TABLEDATA>{}</TABLEDATA><INFO name="i" value=""/></DATA></TABLE>'
    )
    rows = "<TR><TD>3</TD></TR><TR><TD><![CDATA[1]]></TD></TR><TR><TD>2</TD></TR>"
    one = '<?xml version="1.0"?><VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE>'
    text = f"{one}{table.format(rows)}{table.format(rows)}<INFO name='end' value='x'>t</INFO></RESOURCE></VOTABLE>"
    done = succeeded(run("votsort", "-d", write(tmp_path / "in.xml", text)))
    plain = succeeded(run("votcnv", stdin=text)).text
    wanted = plain.replace("<TD><![CDATA[1]]></TD></TR><TR><TD>2</TD>", "<TD>2</TD></TR><TR><TD><![CDATA[1]]></TD>", 1)
    assert done.text == wanted


@pytest.mark.parametrize("name", ["nodata.xml", "notable.xml", "norsc.xml"])
def test_a_document_without_rows_passes_unchanged(run: Run, inputs: Path, name: str) -> None:
    for format in ("vot", "html", "fits", "csv"):
        sorted_bytes = succeeded(run("votsort", "-f", format, name)).stdout
        assert sorted_bytes == succeeded(run("votcnv", "-f", format, name)).stdout


def test_rows_without_columns_pass(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.xml", document([], "<TABLEDATA><TR/><TR/></TABLEDATA>"))
    assert succeeded(run("votsort", path)).text.count("<TR></TR>") == 2
