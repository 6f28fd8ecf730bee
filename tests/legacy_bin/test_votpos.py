"""votpos: which columns, which table, and what stands for an empty cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .votables import refused, succeeded, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]


def positions(fields: list[str], rows: str, around: str = "{}") -> str:
    columns = "".join(f'<FIELD name="f" datatype="double" ucd="{ucd}"/>' for ucd in fields)
    table = f"<TABLE>{columns}<DATA><TABLEDATA>{rows}</TABLEDATA></DATA></TABLE>"
    resource = around.format(f"<RESOURCE>{table}</RESOURCE>")
    return f'<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">{resource}</VOTABLE>'


RA, DEC = "pos.eq.ra;meta.main", "pos.eq.dec;meta.main"
ROWS = "<TR><TD>1</TD><TD>2</TD></TR><TR><TD/><TD> -3.0 </TD></TR><TR><TD>4</TD></TR><TR/>"


def test_an_empty_cell_is_indef_and_short_rows_do_not_shift(run: Run) -> None:
    done = succeeded(run("votpos", "-n", stdin=positions([RA, DEC], ROWS)))
    assert done.text == "0  1 2\n1  INDEF  -3.0 \n2  4 INDEF\n3  INDEF INDEF\n"


@pytest.mark.parametrize(
    "ra", ["POS.EQ.RA;META.MAIN", "pos.eq.ra ; meta.main", "pos_eq_ra_main", " pos.eq.ra;meta.main"]
)
def test_ucds_are_compared_without_case_and_blanks(run: Run, ra: str) -> None:
    done = succeeded(run("votpos", stdin=positions([ra, "Pos_Eq_Dec_Main"], "<TR><TD>1</TD><TD>2</TD></TR>")))
    assert done.text == "1 2\n"


def test_the_last_column_of_each_kind_wins(run: Run) -> None:
    row = "<TR>" + "".join(f"<TD>{i}</TD>" for i in range(5)) + "</TR>"
    done = succeeded(run("votpos", stdin=positions([RA, DEC, RA, "pos.eq.dec", "POS_EQ_DEC_MAIN"], row)))
    assert done.text == "2 4\n"


@pytest.mark.parametrize("fields", [[], [RA], [DEC], ["pos.eq.ra", "pos.eq.dec"], [RA + ";x", DEC]])
def test_missing_columns_are_an_error(run: Run, fields: list[str]) -> None:
    done = run("votpos", stdin=positions(fields, ""))
    assert refused(done) == "Error: Cannot find position columns in table.\n"
    assert done.stdout == b""


@pytest.mark.parametrize("name", ["norsc.xml", "notable.xml", "sorty.xml"])
def test_no_table_or_no_positions_is_the_same_error(run: Run, inputs: Path, name: str) -> None:
    assert refused(run("votpos", name)) == "Error: Cannot find position columns in table.\n"


def test_columns_without_data_give_nothing(run: Run, inputs: Path) -> None:
    assert succeeded(run("votpos", "nodata.xml")).stdout == b""


def test_of_several_resources_the_first_is_shown(run: Run) -> None:
    second = positions([RA, DEC], "", "{}").split("<RESOURCE>", 1)[1].removesuffix("</VOTABLE>")
    text = positions([RA, DEC], "<TR><TD>1</TD><TD>2</TD></TR>", "{}<RESOURCE>" + second)
    assert succeeded(run("votpos", stdin=text)).text == "1 2\n"


def test_a_nested_table_counts_only_without_one_of_the_outer_resource(run: Run) -> None:
    row = "<TR><TD>1</TD><TD>2</TD></TR>"
    assert succeeded(run("votpos", stdin=positions([RA, DEC], row, "<RESOURCE>{}</RESOURCE>"))).text == "1 2\n"
    without = positions([RA, DEC], row, "<RESOURCE>{}<TABLE><FIELD name='x' datatype='int'/></TABLE></RESOURCE>")
    done = run("votpos", stdin=without)
    assert refused(done) == "Error: Cannot find position columns in table.\n"
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["-n"], "0  1 2"),
        (["-N"], "1 2  0"),
        (["-n", "-N"], "1 2  0"),
        (["-N", "-n"], "0  1 2"),
        (["-n", "number-"], "1 2"),
    ],
)
def test_the_last_of_the_number_options_wins(run: Run, options: list[str], line: str) -> None:
    done = succeeded(run("votpos", *options, stdin=positions([RA, DEC], "<TR><TD>1</TD><TD>2</TD></TR>")))
    assert done.text == line + "\n"


@pytest.mark.parametrize("format", ["votb", "votb2", "votfits"])
def test_binary_tables_give_the_same_positions(run: Run, inputs: Path, format: str) -> None:
    succeeded(run("votcnv", "-f", format, "-o", "binary.xml", "v13.xml"))
    assert succeeded(run("votpos", "binary.xml")).text == "10.5 -20.25\n11.5 -21.25\n"


def test_an_output_file_that_cannot_be_opened_is_named(run: Run, inputs: Path) -> None:
    done = run("votpos", "-o", "no/folder", "stars.xml")
    assert refused(done) == "Error: Cannot open output file 'no/folder'\n"


def test_only_the_exact_words_mean_standard_output(run: Run, inputs: Path) -> None:
    assert succeeded(run("votpos", "-o", "-", "v13.xml")).text == "10.5 -20.25\n11.5 -21.25\n"
    assert succeeded(run("votpos", "-o", "stdout.txt", "v13.xml")).stdout == b""
    assert write(inputs / "copy", (inputs / "stdout.txt").read_text()).read_text() == "10.5 -20.25\n11.5 -21.25\n"
