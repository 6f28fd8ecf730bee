"""asv, bsv, csv, tsv: which table is shown, and lines that can be read back."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .golden_case import GOLDEN
from .votables import csv_rows, document, refused, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
DELIMITERS = {"asv": " ", "bsv": "|", "csv": ",", "tsv": "\t"}
TEXT = ("char", "*")


def resource(name: str, rows: str = "<TR><TD>1</TD></TR>") -> str:
    field = f'<FIELD name="{name}" datatype="int"/>'
    return f"<RESOURCE><TABLE>{field}<DATA><TABLEDATA>{rows}</TABLEDATA></DATA></TABLE></RESOURCE>"


def votable(content: str) -> str:
    return f'<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">{content}</VOTABLE>'


@pytest.mark.parametrize("name", ["enc_binary", "enc_binary2", "fitsenc", "fitshref", "enc_tabledata"])
def test_every_serialization_gives_the_same_lines(run: Run, inputs: Path, name: str) -> None:
    expected = (GOLDEN / "votcnv" / "csv-enc-tabledata" / "stdout").read_bytes()
    assert succeeded(run("votcnv", "-f", "csv", f"{name}.xml")).stdout == expected


@pytest.mark.parametrize("format", DELIMITERS)
def test_any_text_reads_back_by_the_rules_of_csv(run: Run, tmp_path: Path, format: str) -> None:
    pick = random.Random(format)
    alphabet = ["a", "é", "漢", " ", ",", "|", "\t", '"', "\n", "\r", ";", "'", "\\", "&", "<", ">", "#"]
    rows = [
        ["".join(pick.choices(alphabet, k=pick.choice((0, 1, 2, 15, 16, 17, 40)))) for _ in range(5)]
        for _ in range(200)
    ]
    text = tabledata([TEXT] * 5, rows).replace("\r", "&#13;")
    done = succeeded(run("votcnv", "-n", "-f", format, write(tmp_path / "in.xml", text)))
    delimiter = DELIMITERS[format]
    assert list(csv.reader(io.StringIO(done.text, newline=""), delimiter=delimiter)) == rows


def test_a_special_byte_anywhere_in_a_cell_is_seen(run: Run, tmp_path: Path) -> None:
    cells = ["x" * place + special + "y" * (17 - place) for place in range(18) for special in ',"\n']
    rows = [[cell, "z", cell] for cell in cells]
    assert csv_rows(run("votcnv", "-f", "csv", write(tmp_path / "in.xml", tabledata([TEXT] * 3, rows)))) == rows


def test_what_stands_behind_a_cell_does_not_quote_it(run: Run, tmp_path: Path) -> None:
    done = run(
        "votcnv", "-n", "-f", "csv", write(tmp_path / "in.xml", tabledata([TEXT, TEXT], [["a", 'b"'], ["c", ","]]))
    )
    assert succeeded(done).text == 'a,"b"""\nc,","\n'


def test_quotes_are_doubled_and_empty_cells_of_asv_keep_their_place(run: Run, inputs: Path) -> None:
    done = succeeded(run("votcnv", "-f", "bsv", "quoting.xml"))
    assert done.lines[1:] == ['a|1,2|"x|y"|two words|t\tt|"say ""hi"""', 'b|,|"|"| |\t|""""', "c|||||"]
    done = succeeded(run("votcnv", "-f", "asv", "quoting.xml"))
    assert done.lines[3] == 'c "" "" "" "" ""'


def test_labels_are_quoted_as_cells_are(run: Run, tmp_path: Path) -> None:
    text = votable(
        '<RESOURCE><TABLE><FIELD name="No., &quot;n&quot;" datatype="int"/><FIELD ID="b" datatype="int"/>'
        '<FIELD ucd="c" datatype="int"/><FIELD datatype="int"/><DATA><TABLEDATA/></DATA></TABLE></RESOURCE>'
    )
    done = succeeded(run("votcnv", "-f", "csv", write(tmp_path / "in.xml", text)))
    assert done.text == '# "No., ""n""",b,c,col3\n'


@pytest.mark.parametrize("size", [65_000, 65_536, 70_000, 3_000_000])
@pytest.mark.parametrize("format", ["csv", "vot", "html"])
def test_cells_longer_than_any_buffer_arrive_whole(run: Run, tmp_path: Path, size: int, format: str) -> None:
    cells = [["<" + "y" * size, "x" * size, "end"]]
    path = write(tmp_path / "in.xml", tabledata([TEXT] * 3, cells))
    done = succeeded(run("votcnv", "-f", format, path))
    assert f"{'x' * size}{',end' if format == 'csv' else '</'}" in done.text
    assert ("<" if format == "csv" else "&lt;") + "y" * size in done.text


def test_no_header_twice_is_still_no_header(run: Run, inputs: Path) -> None:
    assert succeeded(run("votcnv", "-n", "-n", "-f", "csv", "v13.xml")).text == "10.5,-20.25,a\n11.5,-21.25,b\n"
    assert succeeded(run("votcnv", "noheader-", "-f", "csv", "v13.xml")).text.startswith("# ra,dec,id\n")


def test_rows_too_short_are_padded_and_cells_too_many_dropped(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.xml", tabledata([TEXT] * 3, [["1"], [], ["1", "2", "3", "4"], ["5", "6", "7"]]))
    assert csv_rows(run("votcnv", "-f", "csv", path)) == [["1", "", ""], ["", "", ""], ["1", "2", "3"], ["5", "6", "7"]]


def test_any_namespace_prefix_is_accepted(run: Run, inputs: Path) -> None:
    assert succeeded(run("votcnv", "-f", "csv", "prefix.xml")).text == "# a\n1\n"


@pytest.mark.parametrize("format", ["csv", "tsv", "asv", "bsv"])
def test_several_resources_are_an_error_without_output(run: Run, inputs: Path, format: str) -> None:
    done = run("votcnv", "-f", format, "multi.xml")
    assert refused(done) == "Error: multiple RESOURCES not supported\n"
    assert done.stdout == b""


@pytest.mark.parametrize("name", ["norsc.xml", "notable.xml", "nodata.xml"])
@pytest.mark.parametrize("format", ["csv", "shtml"])
def test_without_data_there_is_no_output(run: Run, inputs: Path, name: str, format: str) -> None:
    assert succeeded(run("votcnv", "-f", format, name)).stdout == b""


def test_a_nested_table_is_shown_when_the_outer_resource_has_none(run: Run, tmp_path: Path) -> None:
    text = votable(f"<RESOURCE>{resource('first')}{resource('second')}</RESOURCE>")
    assert succeeded(run("votcnv", "-f", "csv", write(tmp_path / "in.xml", text))).text == "# first\n1\n"


@pytest.mark.parametrize("tool", ["votcnv", "votsort"])
@pytest.mark.parametrize("format", ["csv", "shtml"])
def test_a_table_of_the_outer_resource_wins_though_it_comes_later(
    run: Run, tmp_path: Path, tool: str, format: str
) -> None:
    outer = '<TABLE><FIELD name="outer" datatype="int"/><DATA><TABLEDATA><TR><TD>2</TD></TR></TABLEDATA></DATA></TABLE>'
    text = votable(f"<RESOURCE>{resource('nested')}{outer}</RESOURCE>")
    done = succeeded(run(tool, "-f", format, write(tmp_path / "in.xml", text)))
    assert "outer" in done.text
    assert "nested" not in done.text


def test_a_later_table_without_data_hides_the_nested_one(run: Run, tmp_path: Path) -> None:
    text = votable(f"<RESOURCE>{resource('nested')}<TABLE><FIELD name='x' datatype='int'/></TABLE></RESOURCE>")
    assert succeeded(run("votcnv", "-f", "csv", write(tmp_path / "in.xml", text))).stdout == b""


def test_a_table_without_columns_has_an_empty_line_for_each_row(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.xml", document([], "<TABLEDATA><TR/><TR></TR></TABLEDATA>"))
    assert succeeded(run("votcnv", "-f", "csv", path)).text == "# \n\n\n"


def test_binary_text_is_quoted_too(run: Run, tmp_path: Path) -> None:
    rows = [["a,b", "1"], ['say "hi"', "2"]]
    path = write(tmp_path / "in.xml", tabledata([TEXT, ("int", "")], rows))
    binary = succeeded(run("votcnv", "-f", "votb2", path)).stdout
    assert csv_rows(run("votcnv", "-f", "csv", stdin=binary)) == rows
