"""votstat: the numbers, judged by numpy; what is left out; the layout."""

from __future__ import annotations

import json
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
