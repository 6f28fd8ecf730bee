"""votstat: the numbers, judged by numpy; what is left out; the layout; groups and tables."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from .votables import refused, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]


def channel_rows(run: Run, tmp_path: Path, text: str, *options: str) -> list[dict[str, object]]:
    """The rows of full precision on the OPset channel."""
    with (tmp_path / "channel").open("w+") as stream:
        number = stream.fileno()
        succeeded(run("votstat", *options, stdin=text, env={"VOCLIENT_OPSET_FD": str(number)}, pass_fds=[number]))
        stream.seek(0)
        return [line["row"] for line in map(json.loads, stream) if "row" in line]


@pytest.mark.parametrize(
    ("mean", "spread"),
    [(0, 1), (1e9, 1e-3), (-5e15, 1), (1e-20, 1e-25), (1e150, 1e149)],
    ids=lambda value: f"{value:g}",
)
def test_the_numbers_are_those_of_numpy(run: Run, tmp_path: Path, mean: float, spread: float) -> None:
    values = np.random.default_rng(1).normal(mean, spread, 5000)
    (row,) = channel_rows(run, tmp_path, tabledata([("double", "")], [[repr(float(v))] for v in values]))
    assert row["count"] == values.size
    assert (row["min"], row["max"]) == (values.min(), values.max())
    assert row["mean"] == pytest.approx(values.mean(), rel=1e-12, abs=1e-12 * spread)
    wide = values.astype(np.longdouble)
    assert row["stddev"] == pytest.approx(float(wide.std()), rel=1e-6)


def test_every_numeric_scalar_counts_and_nothing_else(run: Run, tmp_path: Path) -> None:
    kinds = ["unsignedByte", "short", "int", "long", "float", "double"]
    others = [("boolean", ""), ("bit", ""), ("char", ""), ("unicodeChar", "*"), ("floatComplex", ""), ("int", "2")]
    fields = [(kind, "") for kind in kinds] + [("int", "1")] + others
    row = ["7"] * 7 + ["true", "1", "c", "u", "1 2", "3 4"]
    rows = channel_rows(run, tmp_path, tabledata(fields, [row, row]), "-a")
    assert [line["count"] for line in rows] == [2] * 7 + [0] * 6
    assert [line["index"] for line in rows] == list(range(13))
    assert len(channel_rows(run, tmp_path, tabledata(fields, [row]))) == 7


def test_what_is_no_value_is_left_out(run: Run, tmp_path: Path) -> None:
    cells = ["1", "", "NaN", " nan ", "-99", "-99.0", "3", "1.5d3", "0x10", " "]
    text = tabledata([("double", "", "-99"), ("int", "", "-99")], [[c, c if "." not in c else ""] for c in cells])
    rows = channel_rows(run, tmp_path, text.replace("0x10</TD><TD>0x10", "</TD><TD>0x10"))
    assert (rows[0]["count"], rows[0]["max"]) == (3, 1500)
    assert (rows[1]["count"], rows[1]["max"]) == (3, 16)


def test_an_unreadable_value_is_reported_and_left_out(run: Run) -> None:
    done = run("votstat", stdin=tabledata([("double", "")], [["1"], ["oops"], ["2x"], ["3"]]))
    assert done.status == 0
    assert done.stderr == (
        "Warning: value 'oops' is not a floating point value\nWarning: value '2x' is not a floating point value\n"
    )
    assert done.lines[2].split() == ["0", "c1", "1.00", "3.00", "2.00", "1.00"]


def test_infinities_are_values(run: Run, tmp_path: Path) -> None:
    cells = [["1", "+Inf", "-Inf"], ["+Inf", "-Infinity", "-inf"], ["2", "3", "4"]]
    rows = channel_rows(run, tmp_path, tabledata([("double", "")] * 3, cells))
    assert [(row["min"], row["max"], row["mean"]) for row in rows] == [
        (1, "Infinity", "Infinity"),
        ("-Infinity", "Infinity", "NaN"),
        ("-Infinity", 4, "-Infinity"),
    ]


def test_a_constant_column_has_no_deviation(run: Run, tmp_path: Path) -> None:
    (row,) = channel_rows(run, tmp_path, tabledata([("double", "")], [["0.1"]] * 1000))
    assert (row["mean"], row["stddev"]) == (0.1, 0)


def test_columns_without_values_show_indef(run: Run, inputs: Path) -> None:
    done = succeeded(run("votstat", "empty.xml"))
    assert done.lines[2] == f"    0  {'ra':<20}  {'INDEF':>9}  {'INDEF':>9}  {'INDEF':>9}  {'INDEF':>9}"


def test_names_are_cut_at_twenty_characters(run: Run) -> None:
    text = tabledata([("int", "")], [["1"]]).replace('name="c1"', f'name="{"é" * 30}"')
    assert succeeded(run("votstat", stdin=text)).lines[2].startswith(f"    0  {'é' * 20}       1.00")


def test_the_header_can_be_left_out(run: Run, inputs: Path) -> None:
    whole = succeeded(run("votstat", "stats_ok.xml")).lines
    assert succeeded(run("votstat", "-n", "stats_ok.xml")).lines == whole[2:]
    assert succeeded(run("votstat", "noheader+", "stats_ok.xml")).lines == whole[2:]


def test_no_data_gives_no_output(run: Run, inputs: Path) -> None:
    for name in ("nodata.xml", "notable.xml", "norsc.xml"):
        assert succeeded(run("votstat", name)).stdout == b""


def test_several_resources_are_an_error(run: Run, inputs: Path) -> None:
    done = run("votstat", "multi.xml")
    assert refused(done) == "Error: multiple RESOURCE elements not supported\n"
    assert done.stdout == b""


def test_a_bad_input_does_not_touch_the_output_file(run: Run, inputs: Path) -> None:
    write(inputs / "out", "precious")
    refused(run("votstat", "-o", "out", "bad.xml"))
    assert (inputs / "out").read_text() == "precious"
    assert refused(run("votstat", "-o", "no/folder", "stars.xml")) == "Cannot open output file 'no/folder'\n"


@pytest.mark.parametrize("format", ["votb", "votb2", "votfits"])
def test_binary_tables_have_the_same_statistics(run: Run, inputs: Path, format: str) -> None:
    succeeded(run("votcnv", "-f", format, "-o", "binary.xml", "nulls.xml"))
    assert succeeded(run("votstat", "binary.xml")).text == succeeded(run("votstat", "nulls.xml")).text


KINDS = [("char", "*"), ("double", ""), ("int", "")]
GROUPED = [["b", "1", "10"], ["a", "2", ""], ["b", "4", "30"], ["", "8", "40"], [" a ", "NaN", "50"]]


def csv_lines(done: Finished) -> list[str]:
    return succeeded(done).text.removeprefix("# ").splitlines()


def test_groups_stand_in_the_order_of_their_first_rows(run: Run) -> None:
    done = run("votstat", "--by=c1", "--statistics=sum", "-f", "csv", stdin=tabledata(KINDS, GROUPED))
    assert csv_lines(done) == ["c1,rows,c2_sum,c3_sum", "b,2,5,40", "a,2,2,50", ",1,8,40"]


def test_lines_of_a_group_stand_below_its_values(run: Run) -> None:
    done = succeeded(run("votstat", "--by=c1,c3", "--statistics=count,mean", stdin=tabledata(KINDS, GROUPED)))
    assert done.lines[:6] == [
        "# Col  Name                      Count       Mean",
        "#",
        "# c1 = b, c3 = 10 (1 row)",
        "    1  c2                            1       1.00",
        "# c1 = a, c3 = INDEF (1 row)",
        "    1  c2                            1       2.00",
    ]


def test_lines_keep_their_layout_with_groups(run: Run, inputs: Path) -> None:
    whole = succeeded(run("votstat", "stars.xml")).lines
    grouped = succeeded(run("votstat", "--by=name", "stars.xml")).lines
    assert grouped[:2] == whole[:2]
    assert grouped[3].startswith(whole[2][:29])
    assert succeeded(run("votstat", "-n", "--by=name", "stars.xml")).lines == grouped[2:]


@pytest.mark.parametrize("column", ["var", "VAR", "col_var", "meta.code", "5", '"var"'])
def test_columns_are_named_in_every_way(run: Run, inputs: Path, column: str) -> None:
    for option in ("--by", "--columns"):
        done = run("votstat", option, column, "--statistics=count", "-a", "-f", "csv", "stars.xml")
        assert done.stdout == run("votstat", f"{option}=var", "--statistics=count", "-afcsv", "stars.xml").stdout
    assert csv_lines(run("votstat", "--by", column, "--columns=vmag", "-f", "csv", "stars.xml"))[1][:7] == "true,3,"


def test_a_name_goes_before_a_number(run: Run) -> None:
    text = tabledata(KINDS, GROUPED).replace('name="c3"', 'name="1"')
    assert csv_lines(run("votstat", "--columns=1,2", "--statistics=max", "-f", "csv", stdin=text))[1:] == ["2,1,,50"]


def test_columns_of_groups_are_measured_only_when_named(run: Run) -> None:
    text = tabledata(KINDS, GROUPED)
    done = run("votstat", "--by=c3", "--statistics=count", "-f", "csv", "-n", "-a", stdin=text)
    assert csv_lines(done)[0] == "10,1,1,1"
    done = run("votstat", "--by=c3", "--columns=c3,c1", "--statistics=count", "-f", "csv", stdin=text)
    assert csv_lines(done)[:2] == ["c3,rows,c3_count,c1_count", "10,1,1,1"]


def test_values_that_are_equal_make_one_group(run: Run) -> None:
    fields = [("double", ""), ("boolean", ""), ("int", "", "-1"), ("float", ""), ("unicodeChar", "*")]
    rows = [
        ["1", "true", "7", "0.1", "é"],
        ["1.0", "T", "07", "0.10", " é"],
        [" 1e0 ", "1", "0x7", "0.100000001", "é"],
        ["0", "f", "-1", "", ""],
        ["-0.0", "false", "", "NaN", " "],
    ]
    for serialization in ("vot", "votb2"):
        text = succeeded(run("votcnv", "-f", serialization, stdin=tabledata(fields, rows))).text
        for column in range(5):
            done = run("votstat", f"--by={column}", "--columns=0", "-f", "csv", "-n", stdin=text)
            assert [line.split(",")[1] for line in csv_lines(done)] == ["3", "2"], (serialization, column)


def test_rows_without_a_value_are_one_group_with_an_empty_key(run: Run) -> None:
    fields = [("double", ""), ("int", "", "-9"), ("boolean", ""), ("char", "*")]
    rows = [["NaN", "-9", "?", "  "], ["", "", "", ""], ["1", "1", "T", "a"]]
    for column, value in enumerate(["1", "1", "T", "a"]):
        done = run(
            "votstat", f"--by={column}", "--columns=1", "--statistics=count", "-nfcsv", stdin=tabledata(fields, rows)
        )
        assert csv_lines(done) == [",2,0", f"{value},1,1"]


def test_integers_are_different_to_their_last_digit(run: Run) -> None:
    big = ["9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775806", "9007199254740993"]
    text = tabledata([("long", "")], [[n] for n in big])
    words = ["--statistics=distinct,count", "-f", "csv", "-n"]
    assert csv_lines(run("votstat", *words, stdin=text)) == ["0,c1,,4,5"]
    done = run("votstat", "--by=c1", "--statistics=count", "-f", "csv", "-n", stdin=text)
    assert csv_lines(done) == [f"{n},{c}" for n, c in zip(big[:4], [1, 2, 1, 1], strict=True)]


def test_a_number_among_integers_that_is_none_counts_as_it_is(run: Run) -> None:
    text = tabledata([("int", "")], [["1"], ["3"], ["1.5"], ["2"], [""]])
    done = run("votstat", "--statistics=distinct", "--quantiles=0,median,1", "-f", "csv", "-n", stdin=text)
    assert csv_lines(done) == ["0,c1,,4,1,1.75,3"]


def test_quantiles_are_spelt_as_parts_percentages_or_median(run: Run) -> None:
    text = tabledata([("int", "")], [[str(n)] for n in range(101)])
    done = run("votstat", "--quantiles", "0.25,25%, 99.9%,median", "--quantiles=12.5%", "-f", "csv", stdin=text)
    assert csv_lines(done) == [
        "index,name,unit,min,max,mean,stddev,q0.25,q0.999,median,q0.125",
        f"0,c1,,0,100,50,{float(np.arange(101).std())!r},25,99.9,50,12.5",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--quantiles=1.1"], "Error: invalid quantile '1.1': numbers from 0 to 1 or 0% to 100%, or median"),
        (["--quantiles=0.5,-1%"], "Error: invalid quantile '-1%'"),
        (["--quantiles=nan"], "Error: invalid quantile 'nan'"),
        (["--quantiles="], "Error: invalid quantile ''"),
        (["--quantiles=0.5x"], "Error: invalid quantile '0.5x'"),
        (["--statistics=mean,mode"], "Error: unknown statistic 'mode': some of count nulls distinct min max sum mean"),
        (["--by=colour"], "Error: Cannot find column 'colour'\n"),
        (["--by="], "Error: Cannot find column ''\n"),
        (["--columns=6"], "Error: Cannot find column '6'\n"),
        (["-f", "jpeg"], "Error: invalid format 'jpeg'\n"),
        (["--memory=1"], "Error: invalid memory size '1'"),
    ],
)
def test_a_wrong_request_is_one_line(run: Run, inputs: Path, words: list[str], message: str) -> None:
    write(inputs / "out", "precious")
    done = run("votstat", *words, "-o", "out", "stars.xml")
    assert refused(done).startswith(message)
    assert (inputs / "out").read_text() == "precious"


def test_what_has_no_value_is_null_in_a_table(run: Run) -> None:
    fields = [("double", ""), ("double", ""), ("char", "*")]
    text = tabledata(fields, [["+Inf", "", "x"], ["-Inf", "NaN", ""]])
    words = ["-a", "--statistics=count,nulls,min,sum,mean,sample_stddev,median", "-f", "csv", "-n"]
    assert csv_lines(run("votstat", *words, stdin=text)) == [
        "0,c1,,2,0,-Inf,NaN,NaN,NaN,NaN", "1,c2,,0,2,,,,,", "2,c3,,1,1,,,,,",
    ]  # fmt: skip


@pytest.mark.parametrize("format", ["vot", "votb", "votb2", "votfits", "fits", "tsv", "html"])
def test_a_result_is_the_same_table_in_every_format(run: Run, inputs: Path, format: str) -> None:
    words = ["--by=var,name", "--quantiles=0.1", "stars.xml"]
    succeeded(run("votstat", "-f", format, "-o", "out", *words))
    if format in ("fits", "tsv", "html"):
        assert (inputs / "out").stat().st_size > 500
    else:
        assert run("votcnv", "-f", "csv", "out").stdout == run("votstat", "-f", "csv", *words).stdout


def test_a_table_of_groups_is_sorted_by_votsort(run: Run, inputs: Path) -> None:
    done = run("votstat", "--by=var", "--columns=vmag", "-f", "vot", "stars.xml")
    ordered = run("votsort", "-N", "vmag_mean", "-f", "csv", stdin=succeeded(done).text)
    assert [line.split(",")[0] for line in csv_lines(ordered)[1:]] == ["false", "true"]


def test_a_table_without_rows_has_no_groups_and_one_line_a_column(run: Run, inputs: Path) -> None:
    for name in ("nodata.xml", "empty.xml"):
        lines = csv_lines(run("votstat", "--statistics=count,sum,median", "-f", "csv", name))
        assert lines[0] == "index,name,unit,count,sum,median"
        assert all(line.endswith(",0,,") for line in lines[1:])
        assert len(csv_lines(run("votstat", "--by=0", "-f", "csv", name))) == 1
    assert succeeded(run("votstat", "--by=0", "nodata.xml")).stdout == b""
    assert len(csv_lines(run("votstat", "-f", "csv", "notable.xml"))) == 1


def test_groups_and_their_values_are_told_on_the_channel(run: Run, tmp_path: Path) -> None:
    text = tabledata([*KINDS, ("boolean", "")], [["x", "1", "5", "T"], ["x", "3", "", "1"], ["y", "2", "5", ""]])
    words = ["--by=c1,c4,c3", "--columns=c2", "--statistics=mean,nulls", "--quantiles=0.5"]
    rows = channel_rows(run, tmp_path, text, *words)
    assert rows[0] == {
        "group": {"c1": "x", "c4": True, "c3": 5}, "rows": 1, "index": 1, "name": "c2", "count": 1, "mean": 1,
        "nulls": 0, "quantiles": {"q0.5": 1}, "unit": "",
    }  # fmt: skip
    assert [row["group"] for row in rows[1:]] == [{"c1": "x", "c4": True, "c3": None}, {"c1": "y", "c4": None, "c3": 5}]


def test_values_wait_in_temporary_files_when_memory_is_short(run: Run, tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    values, groups = generator.normal(size=40000), generator.integers(0, 5, 40000)
    rows = [[str(g), repr(float(v)), str(int(v * 1e6))] for g, v in zip(groups, values, strict=True)]
    path = write(tmp_path / "in.xml", tabledata([("int", ""), ("double", ""), ("long", "")], rows))
    for words in (["--by=c1"], []):
        words += ["--statistics=distinct,median", "--quantiles=1%,0.25,0.999", "-f", "csv"]
        small = csv_lines(run("votstat", "--memory=64k", *words, path))
        assert small == csv_lines(run("votstat", *words, path))
    row = [float(text) for text in small[2].split(",")[3:]]
    assert row[1:] == [float(np.quantile(values, q)) for q in (0.5, 0.01, 0.25, 0.999)]


def test_groups_that_need_more_than_the_memory_are_refused(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.xml", tabledata([("int", ""), ("char", "*")], [[str(n), f"t{n}"] for n in range(5000)]))
    for words in (["--by=c1", "--columns=c1"], ["--columns=c2", "--statistics=distinct"]):
        succeeded(run("votstat", *words, path))
        assert "--memory=SIZE allows more" in refused(run("votstat", "--memory=64k", *words, path))


def test_the_result_in_every_format_is_valid(run: Run, inputs: Path) -> None:
    text = (inputs / "stars.xml").read_text().replace("<FIELD ", '<FIELD ref="sys" ', 1)
    write(inputs / "in.xml", text.replace("<TABLE", '<COOSYS ID="sys" system="ICRS"/><TABLE', 1))
    for format, words in (("vot", ["--by=name,var"]), ("votb2", ["-a", "--quantiles=median"])):
        succeeded(run("votstat", "-f", format, "-o", "out.xml", *words, "in.xml"))
        lint = subprocess.run(["stilts", "votlint", "out.xml"], cwd=inputs, capture_output=True, text=True, check=True)
        assert lint.stdout + lint.stderr == ""
