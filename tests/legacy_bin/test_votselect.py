"""votselect: rows, columns and the document around them, line by line of its page."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from astropy.io.votable import parse
from astropy.table import Table

from .votables import csv_rows, document, refused, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
NUMBERS = [[str(n), str(n * n)] for n in range(10)]
INTS = [("int", ""), ("long", "")]


def rows_of(run: Run, path: Path | str, *options: str) -> list[int]:
    """The numbers in the first column of the rows selected."""
    return [int(row[0]) for row in csv_rows(run("votselect", "-f", "csv", *options, path))]


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    return write(tmp_path / "numbers.xml", tabledata(INTS, NUMBERS))


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (["-f", "csv", "-w", "vmag < 1 and dec > 0", "stars.xml"],
         "# name,ra,dec,vmag,nobs,var\nVega,279.2347,38.7837,0.03,101,true\n"),
        (["-f", "csv", "-N", "name,vmag", "-w", "name like 'HD%'", "stars.xml"],
         "# name,vmag\nHD 1,3.44\nHD 2,0.13\nHD 10,0.97\n"),
        (["-C", "where=nobs between 5 and 12", "stars.xml"], "3\n"),
        (["-f", "bsv", "-c", "0,3", "-R", "1-2", "stars.xml"], "# name|vmag\nHD 2|0.13\nVega|0.03\n"),
    ],
)  # fmt: skip
def test_the_examples_of_the_page(run: Run, inputs: Path, words: list[str], printed: str) -> None:
    assert succeeded(run("votselect", *words)).text == printed


@pytest.mark.parametrize("name", ["stars.xml", "nulls.xml", "enc_binary.xml", "fitsenc.xml", "twotables.xml",
                                  "nested.xml", "noname.xml", "nodata.xml", "notable.xml", "norsc.xml", "entities.xml",
                                  "cdata.xml", "prefix.xml", "ragged.xml", "empty.xml"])  # fmt: skip
@pytest.mark.parametrize("format", ["vot", "votb2", "csv", "tsv", "html", "shtml", "fits"])
def test_without_options_it_is_votcnv(run: Run, inputs: Path, name: str, format: str) -> None:
    selected, converted = (run(tool, "-f", format, name) for tool in ("votselect", "votcnv"))
    assert (selected.status, selected.stdout) == (converted.status, converted.stdout)


def test_several_conditions_must_all_hold(run: Run, numbers: Path) -> None:
    assert rows_of(run, numbers, "-w", "c1 > 3", "--where", "c1 < 8", "where=c2 != 36") == [4, 5, 7]


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ("3", [3]), ("7,1", [1, 7]), ("2-4", [2, 3, 4]), ("7-", [7, 8, 9]), ("-2", [0, 1, 2]), ("0-9x4", [0, 4, 8]),
        ("1-x3", [1, 4, 7]), ("-8x5", [0, 5]), ("4-6,5-7,5", [4, 5, 6, 7]), ("8-99,1000", [8, 9]), ("77", []),
        (" 1 , 2 ", [1, 2]), ("18446744073709551617", []), ("9-99999999999999999999999", [9]),
    ],
)  # fmt: skip
def test_rows_by_number(run: Run, numbers: Path, ranges: str, expected: list[int]) -> None:
    assert rows_of(run, numbers, "-R", ranges) == expected
    assert rows_of(run, numbers, f"rows={ranges}") == expected


def test_several_lists_of_rows_add_up(run: Run, numbers: Path) -> None:
    assert rows_of(run, numbers, "-R", "8", "-R", "0-1") == [0, 1, 8]


@pytest.mark.parametrize("ranges", ["", "x", "1,,2", "3-1", "-", "1-2x0", "1-2x", "1-2-3", "1.5", "-1-2", "2x2"])
@pytest.mark.parametrize("option", ["-R", "-c"])
def test_what_is_no_range_is_told(run: Run, numbers: Path, option: str, ranges: str) -> None:
    assert refused(run("votselect", option, ranges, "no such file")).startswith("Error: invalid range '")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["-t", "3"], [0, 1, 2]),
        (["-t", "0"], list(range(10))),
        (["-s", "4"], [0, 4, 8]),
        (["-s", "4", "-t", "2"], [0, 4]),
        (["-R", "2-", "-w", "c1 % 2 = 1", "-s", "2", "-t", "2"], [3, 7]),
        (["-R", "1-8", "-w", "$row % 2 = 0"], [2, 4, 6, 8]),
    ],
)
def test_the_order_is_rows_where_sample_top(run: Run, numbers: Path, options: list[str], expected: list[int]) -> None:
    assert rows_of(run, numbers, *options) == expected
    assert succeeded(run("votselect", "-C", *options, numbers)).text == f"{len(expected)}\n"


def test_a_document_is_read_to_its_end_when_no_more_rows_are_wanted(run: Run, numbers: Path) -> None:
    broken = numbers.read_text().replace("<TD>81</TD>", "<TD>81<TD>")
    for options in (["-t", "1"], ["-R", "0"], ["-q"], ["-C"]):
        assert "Error: mismatched tag" in refused(run("votselect", *options, stdin=broken))


def header(run: Run, *words: str | Path) -> list[str]:
    return succeeded(run("votselect", "-f", "csv", *words)).lines[0].removeprefix("# ").split(",")


ALL = ["name", "ra", "dec", "vmag", "nobs", "var"]


@pytest.mark.parametrize(
    ("options", "columns"),
    [
        ([], ALL),
        (["-c", "2,0"], ["dec", "name"]),
        (["-c", "4-,0"], ["nobs", "var", "name"]),
        (["-c", "0-4x2"], ["name", "dec", "nobs"]),
        (["-c", "-1"], ["name", "ra"]),
        (["-N", "VAR,name"], ["var", "name"]),
        (["-I", "col_V,COL_ra"], ["vmag", "ra"]),
        (["-U", "meta.number,pos.eq.dec;meta.main"], ["nobs", "dec"]),
        (["-N", "var", "-c", "0-1", "-U", "meta.number", "-I", "col_ra"], ["var", "name", "ra", "nobs"]),
        (["-x", "-c", "1-3"], ["name", "nobs", "var"]),
        (["-x", "-N", "var,ra"], ["name", "dec", "vmag", "nobs"]),
        (["-x"], ALL),
        (["-N", '"name", vmag '], ["name", "vmag"]),
    ],
)
def test_columns_in_the_order_given_each_once(run: Run, inputs: Path, options: list[str], columns: list[str]) -> None:
    assert header(run, *options, "stars.xml") == columns
    table = Table.read(write(inputs / "out.xml", succeeded(run("votselect", *options, "stars.xml")).text))
    whole = Table.read(inputs / "stars.xml")
    assert [str(c.name) for c in parse(inputs / "out.xml").get_first_table().fields] == columns
    for name, own in zip(table.colnames, columns, strict=True):
        assert table[name].tolist() == whole[f"col_{ {'vmag': 'v', 'nobs': 'n'}.get(own, own) }"].tolist()


def test_all_columns_of_a_ucd_are_taken_and_exact_names_go_first(run: Run, tmp_path: Path) -> None:
    text = (
        '<VOTABLE><RESOURCE><TABLE><FIELD name="V" datatype="int" ucd="m"/><FIELD name="v" datatype="int" ucd="M"/>'
        '<FIELD name="a,b" datatype="int" ucd="m"/><DATA><TABLEDATA><TR><TD>1</TD><TD>2</TD><TD>3</TD></TR>'
        "</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
    )
    assert succeeded(run("votselect", "-f", "csv", "-n", "-U", "m", text)).text == "1,3\n"
    assert succeeded(run("votselect", "-f", "csv", "-n", "-N", "v", text)).text == "2\n"
    assert succeeded(run("votselect", "-f", "csv", "-n", "-N", '"a,b",V', text)).text == "3,1\n"
    assert succeeded(run("votselect", "-f", "csv", "-n", "-w", "v = 2 and V = 1", "-N", "A,b".replace("A,b", "v"), text)
                     ).text == "2\n"  # fmt: skip


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-c", "6"], "Error: Cannot find column '6'"),
        (["-c", "4-9"], "Error: Cannot find column '9'"),
        (["-c", "99-"], "Error: Cannot find column '99'"),
        (["-N", "nothing"], "Error: Cannot find column 'nothing'"),
        (["-N", "name,"], "Error: Cannot find column ''"),
        (["-I", "nothing"], "Error: Cannot find column 'nothing'"),
        (["-U", "nothing"], "Error: Cannot find column 'nothing'"),
        (["-w", "nothing = 1"], "Error: Cannot find column 'nothing'"),
        (["-w", "id:nothing = 1"], "Error: Cannot find column 'id:nothing'"),
        (["-w", "$6 = 1"], "Error: Cannot find column '$6'"),
        (["-w", '"a""b" = 1'], "Error: Cannot find column 'a\"b'"),
        (["-t", "-1"], "Error: invalid number of rows '-1'"),
        (["-s", "0"], "Error: invalid sample '0': a number from 1 is expected"),
        (["-f", "nothing"], "Error: invalid format 'nothing'"),
        (["-a", "x"], "Error: invalid column 'x': NAME=EXPRESSION is expected"),
        (["-a", "=1"], "Error: invalid column '=1': NAME=EXPRESSION is expected"),
        (["-a", "ra=1"], "Error: there is a column 'ra' already"),
        (["-a", "x=1", "-a", "x=2"], "Error: column 'x' is added twice"),
    ],
)
def test_what_cannot_be_is_an_error_without_output(run: Run, inputs: Path, options: list[str], message: str) -> None:
    for more in ([], ["-f", "csv"], ["-C"], ["-q"]):
        if "-f" in options and more:
            continue
        done = run("votselect", *more, *options, "stars.xml")
        assert refused(done) == message + "\n"
        assert done.stdout == b""


def test_columns_are_looked_for_in_a_table_without_rows(run: Run, inputs: Path) -> None:
    assert refused(run("votselect", "-N", "nothing", "nodata.xml")) == "Error: Cannot find column 'nothing'\n"
    text = succeeded(run("votselect", "-c", "0", "nodata.xml")).text
    assert text.count("<FIELD ") == 1
    assert (inputs / "nodata.xml").read_text().count("<FIELD ") > 1


def test_quiet_says_by_its_exit_status_whether_a_row_was_selected(run: Run, numbers: Path) -> None:
    for condition, status in (("c1 = 3", 0), ("c1 = 33", 1), ("c1/0 is null", 0)):
        done = run("votselect", "-q", "-w", condition, numbers)
        assert (done.status, done.stdout, done.stderr) == (status, b"", "")
    done = run("votselect", "-q", "-w", "c1 =", numbers)
    assert (done.status, done.stdout) == (1, b"")
    assert done.stderr.startswith("Error: ")


def test_an_empty_selection_is_success(run: Run, numbers: Path) -> None:
    assert succeeded(run("votselect", "-f", "csv", "-w", "c1 > 99", numbers)).text == "# c1,c2\n"
    assert succeeded(run("votselect", "-C", "-w", "c1 > 99", numbers)).text == "0\n"
    assert "<TABLEDATA></TABLEDATA>" in succeeded(run("votselect", "-w", "c1 > 99", numbers)).text


def test_counts_may_go_to_a_file(run: Run, numbers: Path, tmp_path: Path) -> None:
    assert succeeded(run("votselect", "-C", "-o", "count.txt", numbers)).stdout == b""
    assert (tmp_path / "count.txt").read_text() == "10\n"


def test_return_has_no_effect(run: Run, numbers: Path) -> None:
    assert run("votselect", "-r", "-C", numbers).text == "10\n"


@pytest.mark.parametrize("serialization", ["votb", "votb2", "votfits"])
def test_every_serialization_gives_the_same(run: Run, inputs: Path, serialization: str) -> None:
    succeeded(run("votcnv", "-f", serialization, "-o", "encoded.xml", "stars.xml"))
    for options in (["-w", "vmag < 0.97 or var"], ["-w", "vmag <= 0.97 and nobs in (5, 7)"], ["-w", "vmag = 0.03"],
                    ["-N", "var,ra", "-a", "m=vmag * 2", "-a", "s=concat(name, '!', nobs)"],
                    ["-w", "name ~ '^HD [0-9]+$' and not var"]):  # fmt: skip
        plain = csv_rows(run("votselect", "-f", "csv", *options, "stars.xml"))
        again = csv_rows(run("votselect", "-f", "csv", *options, "encoded.xml"))
        assert len(plain) > 0
        values = [[[float(c) if re.fullmatch(r"[-+.\de]+", c) else c for c in r] for r in x] for x in (plain, again)]
        assert values[0] == values[1]


def test_cells_are_passed_on_as_they_are(run: Run, tmp_path: Path) -> None:
    cells = [["+1.50", " 007 ", "a &amp; b"], ["1e1", "0x1F", "<![CDATA[<b> ]]>"], ["", " ", "&#233;"]]
    body = "".join("<TR>" + "".join(f"<TD>{c}</TD>" for c in row) + "</TR>" for row in cells)
    path = write(tmp_path / "in.xml",
                 document([("double", ""), ("int", ""), ("char", "*")], f"<TABLEDATA>{body}</TABLEDATA>"))  # fmt: skip
    text = succeeded(run("votselect", "-w", "true", path)).text
    assert body.replace("&#233;", "é") in text


def grouped(nrows: str = "") -> str:
    return (
        '<?xml version="1.0"?><VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE>'
        '<GROUP name="outer"><FIELDref ref="a"/></GROUP><GROUP name="mixed"><FIELDref ref="a"/><FIELDref ref="b"/>'
        '</GROUP><GROUP name="was empty"/><GROUP name="with param"><PARAM name="p" datatype="int" value="1"/>'
        f'<FIELDref ref="a"/></GROUP><TABLE{nrows}><DESCRIPTION>d</DESCRIPTION>'
        '<GROUP name="nested"><DESCRIPTION>t</DESCRIPTION><GROUP name="inner"><PARAMref ref="a"/></GROUP></GROUP>'
        '<FIELD ID="a" name="x" datatype="int"/><PARAM name="between" datatype="int" value="2"/>'
        '<FIELD ID="b" name="y" datatype="int"><DESCRIPTION>second</DESCRIPTION></FIELD>'
        '<FIELD ID="c" name="z" datatype="int"/><LINK href="h"/>'
        "<DATA><TABLEDATA><TR><TD>1</TD><TD>2</TD><TD>3</TD></TR><TR><TD>4</TD><TD>5</TD><TD>6</TD></TR></TABLEDATA>"
        '</DATA><INFO name="i" value="late"/></TABLE><GROUP name="late"><FIELDref ref="a"/></GROUP>'
        '<GROUP name="late but kept"><FIELDref ref="c"/></GROUP></RESOURCE></VOTABLE>'
    )


def names_of(text: str, element: str) -> list[str]:
    return re.findall(rf'<{element} [^>]*name="([^"]*)"', text)


def test_references_to_removed_columns_go_with_the_groups_they_leave_empty(run: Run) -> None:
    text = succeeded(run("votselect", "-c", "2,1", stdin=grouped())).text
    assert names_of(text, "GROUP") == ["mixed", "was empty", "with param", "late but kept"]
    assert re.findall(r'<FIELDref ref="(\w)"', text) == ["b", "c"]
    assert names_of(text, "FIELD") == ["z", "y"]
    assert "<PARAMref" not in text
    assert "<TR><TD>3</TD><TD>2</TD></TR>" in text
    order = re.findall(r"<(DESCRIPTION|PARAM|FIELD|LINK|DATA|INFO)[ >]", text.split("<TABLE>")[1])
    assert order == ["DESCRIPTION", "PARAM", "FIELD", "FIELD", "DESCRIPTION", "LINK", "DATA", "INFO"]


def test_without_removed_columns_everything_stays(run: Run) -> None:
    everything = succeeded(run("votcnv", stdin=grouped())).text
    assert succeeded(run("votselect", "-w", "x > 0", stdin=grouped())).text == everything
    fewer = succeeded(run("votselect", "-w", "x > 3", stdin=grouped())).text
    assert fewer == everything.replace("<TR><TD>1</TD><TD>2</TD><TD>3</TD></TR>", "")


@pytest.mark.parametrize("format", ["vot", "votb", "votb2", "votfits"])
@pytest.mark.parametrize(("options", "count"), [(["-w", "y > 2"], 1), (["-R", "7"], 0), (["-t", "1"], 1), ([], 77),
                                                (["-c", "1"], 77), (["-s", "1"], 77), (["-w", "y > 0"], 2)]
)  # fmt: skip
def test_nrows_is_corrected(run: Run, tmp_path: Path, format: str, options: list[str], count: int) -> None:
    text = succeeded(run("votselect", "-f", format, *options, stdin=grouped(' nrows="77"'))).text
    assert re.findall(r'<TABLE nrows="(\d+)"', text) == [str(count)]
    rows = csv_rows(run("votcnv", "-f", "csv", write(tmp_path / "out.xml", text)))
    assert len(rows) == (2 if count == 77 else count)


def test_rows_that_wait_for_nrows_keep_their_bytes(run: Run, tmp_path: Path) -> None:
    body = "".join(f"<TR><TD> {i:07}</TD><TD><![CDATA[<{'x' * (i % 977)}>]]></TD></TR>" for i in range(6000))
    fields = '<FIELD name="n" datatype="int"/><FIELD name="s" datatype="char" arraysize="*"/>'
    one = '<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE{}>{}'
    text = (one + "<DATA><TABLEDATA>{}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>").format(
        ' nrows="1"', fields, body
    )
    path = write(tmp_path / "in.xml", text)
    expected = succeeded(run("votcnv", stdin=text.replace(' nrows="1"', ' nrows="6000"')))
    assert succeeded(run("votselect", "-w", "n >= 0", path)).stdout == expected.stdout


def test_only_the_first_table_is_selected_from(run: Run, inputs: Path) -> None:
    plain = succeeded(run("votcnv", "twotables.xml")).text
    text = succeeded(run("votselect", "-w", "false", "-c", "0", "twotables.xml")).text
    assert text.split("</TABLE>")[1:] == plain.split("</TABLE>")[1:]
    assert text.split("</TABLE>")[0].count("<TD>") == 0


@pytest.mark.parametrize("options", [["-f", "vot"], ["-f", "csv"], ["-C"], ["-q"]])
def test_several_resources_are_an_error_without_output(run: Run, inputs: Path, options: list[str]) -> None:
    done = run("votselect", *options, "multi.xml")
    assert refused(done) == "Error: multiple RESOURCE elements not supported\n"
    assert done.stdout == b""


NESTED_FIRST = (
    '<VOTABLE><RESOURCE><RESOURCE><TABLE><FIELD name="a" datatype="int"/><DATA><TABLEDATA><TR><TD>1</TD></TR>'
    '</TABLEDATA></DATA></TABLE></RESOURCE><TABLE><FIELD name="a" datatype="int"/><FIELD name="b" datatype="int"/>'
    "<DATA><TABLEDATA><TR><TD>5</TD><TD>6</TD></TR><TR><TD>7</TD><TD>8</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
)


def test_a_table_of_a_nested_resource_is_not_the_first_one(run: Run) -> None:
    assert succeeded(run("votselect", "-f", "csv", "-w", "a > 0", NESTED_FIRST)).text == "# a,b\n5,6\n7,8\n"
    assert succeeded(run("votselect", "-C", NESTED_FIRST)).text == "2\n"
    assert succeeded(run("votselect", "-C", "-R", "1-", NESTED_FIRST)).text == "1\n"
    message = refused(run("votselect", "-w", "a > 0", NESTED_FIRST))
    assert message.startswith("Error: a table of a nested RESOURCE stands before the first one")


def test_a_table_too_deep_for_a_page_is_passed_over(run: Run) -> None:
    deep = NESTED_FIRST.split("</RESOURCE>")[0].replace("<RESOURCE>", "<RESOURCE><RESOURCE>", 1)
    deep += "</RESOURCE></RESOURCE></RESOURCE></VOTABLE>"
    assert "<td>1</td>" not in succeeded(run("votselect", "-f", "html", "-w", "a = 1", deep)).text
    assert succeeded(run("votselect", "-f", "csv", "-w", "a = 1", deep)).text == "# a\n1\n"


def test_a_syntax_error_is_told_before_the_input_is_read(run: Run) -> None:
    message = refused(run("votselect", "-w", "a <", "no such file"))
    assert message.startswith("Error: invalid expression at character 4: ''")
    assert "no such file" not in message


@pytest.fixture
def told(run: Run, tmp_path: Path) -> Callable[..., dict[str, object]]:
    """What a run says on the OPset channel."""

    def run_and_listen(*words: str | Path) -> dict[str, object]:
        with open(tmp_path / "channel", "w+b") as channel:
            os.set_inheritable(channel.fileno(), True)
            succeeded(run("votselect", *words, env={"VOCLIENT_OPSET_FD": str(channel.fileno())},
                          pass_fds=[channel.fileno()]))  # fmt: skip
            channel.seek(0)
            lines = [json.loads(line) for line in channel]
        return {line["key"]: line["value"] for line in lines if "key" in line}

    return run_and_listen


def test_the_channel_tells_rows_and_columns(
    told: Callable[..., dict[str, object]], numbers: Path, tmp_path: Path
) -> None:
    keys = told("-f", "csv", "-w", "c1 > 3", "-s", "2", "-N", "c2", "-a", "d=c1+1", "-o", "out.csv", numbers)
    assert keys == {"format": "csv", "rows": 3, "cols": 2, "output": "out.csv", "matched": 6, "read": 10,
                    "columns": ["c2", "d"]}  # fmt: skip
    assert told("-C", "-w", "c1 > 3", numbers) == {"selected": 6, "matched": 6, "read": 10}
    assert told("-C", numbers) == {"selected": 10, "matched": 10, "read": 10}
