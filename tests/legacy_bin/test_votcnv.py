"""votcnv: format names, output files, errors in the middle, -r, the OPset channel."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .votables import refused, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
STARTS = {
    "vot": b"<?xml", "asv": b"# ra dec id", "bsv": b"# ra|dec|id", "csv": b"# ra,dec,id", "tsv": b"# ra\tdec\tid",
    "html": b"<!DOCTYPE HTML", "shtml": b"<table", "fits": b"SIMPLE  =",
}  # fmt: skip


@pytest.mark.parametrize("name", ["e", "ecs", "j", "json_", "jsonlines", "votbi"])
def test_the_later_formats_are_spelt_out(run: Run, inputs: Path, name: str) -> None:
    assert refused(run("votcnv", "-f", name, "v13.xml")) == f"Error: invalid format '{name}'\n"


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("ascii", "asv"),
        ("xml", "vot"),
        ("raw", "vot"),
        ("ht", "html"),
        ("c", "csv"),
        ("s", "shtml"),
        ("b", "bsv"),
        ("t", "tsv"),
        ("fi", "fits"),
        ("v", "vot"),
        ("asc", "asv"),
        ("a", "asv"),
        ("x", "vot"),
        ("html", "html"),
    ],
)
def test_an_unambiguous_prefix_means_the_format(run: Run, inputs: Path, name: str, format: str) -> None:
    assert succeeded(run("votcnv", "-f", name, "v13.xml")).stdout.startswith(STARTS[format])


@pytest.mark.parametrize("name", ["", "CSV", "Vot", "csvx", "votf", "votbi", "excel", "z"])
@pytest.mark.parametrize("tool", ["votcnv", "votsort"])
def test_anything_else_is_no_format(run: Run, inputs: Path, name: str, tool: str) -> None:
    done = run(tool, "-f", name, "missing.xml")
    assert refused(done) == f"Error: invalid format '{name}'\n"
    assert done.stdout == b""


@pytest.mark.parametrize("format", ["votb", "votb2", "votfits"])
def test_later_formats_are_spelt_out(run: Run, inputs: Path, format: str) -> None:
    element = {"votb": b"<BINARY>", "votb2": b"<BINARY2>", "votfits": b"<FITS"}[format]
    assert element in succeeded(run("votcnv", "-f", format, "v13.xml")).stdout


@pytest.mark.parametrize("format", STARTS)
def test_an_output_that_cannot_be_opened_is_an_error(run: Run, inputs: Path, format: str) -> None:
    done = run("votcnv", "-f", format, "-o", "no/such/folder.out", "stars.xml")
    assert refused(done) == "Cannot open output file 'no/such/folder.out'\n"


@pytest.mark.parametrize("format", STARTS)
def test_a_full_disk_is_an_error(run: Run, inputs: Path, format: str) -> None:
    done = run("votcnv", "-f", format, "-o", "/dev/full", "stars.xml")
    assert refused(done) == "Cannot write output file '/dev/full': No space left on device\n"


@pytest.mark.parametrize("tool", ["votcnv", "votsort"])
@pytest.mark.parametrize("format", STARTS)
def test_a_failed_run_leaves_the_old_file_alone(run: Run, inputs: Path, tool: str, format: str) -> None:
    (inputs / "out").write_text("precious")
    refused(run(tool, "-f", format, "-o", "out", "bad.xml"))
    assert (inputs / "out").read_text() == "precious"
    assert sorted(path.name for path in inputs.iterdir() if "out" in path.name) == ["out"]


def test_minus_is_standard_output(run: Run, inputs: Path) -> None:
    assert succeeded(run("votcnv", "-f", "csv", "-o", "-", "v13.xml")).text.startswith("# ra,dec,id\n")
    assert succeeded(run("votcnv", "-f", "csv", "-o", "STDOUT", "v13.xml")).text.startswith("# ra,dec,id\n")
    succeeded(run("votcnv", "-f", "csv", "-o", "stdout.csv", "v13.xml"))
    assert (inputs / "stdout.csv").read_text().startswith("# ra,dec,id\n")


def test_fits_without_output_file_goes_to_standard_output(run: Run, inputs: Path) -> None:
    before = set(os.listdir(inputs))
    assert succeeded(run("votcnv", "-f", "fits", "fitsok.xml")).stdout.startswith(b"SIMPLE  =")
    assert set(os.listdir(inputs)) == before


def test_an_early_error_leaves_standard_output_empty(run: Run, tmp_path: Path) -> None:
    text = tabledata([("int", "")], [["1"]] * 1000).replace("</TABLEDATA>", "</OOPS>")
    done = run("votcnv", "-f", "csv", write(tmp_path / "in.xml", text))
    assert "mismatched tag at line" in refused(done)
    assert done.stdout == b""


def test_a_late_error_ends_the_output_with_a_message(run: Run, tmp_path: Path) -> None:
    rows = tabledata([("char", "*")], [["x" * 1000]] * 3000)
    done = run("votcnv", "-f", "csv", write(tmp_path / "in.xml", rows[: len(rows) * 2 // 3]))
    assert refused(done).splitlines()[1] == f"Error opening VOTable '{tmp_path / 'in.xml'}'"
    assert 1_000_000 < len(done.stdout) < 3_000_000


def test_return_prints_nothing_and_writes_no_file(run: Run, inputs: Path) -> None:
    done = succeeded(run("votcnv", "-r", "-f", "csv", "-o", "out.csv", "stars.xml"))
    assert done.stdout == b""
    assert not (inputs / "out.csv").exists()


@pytest.mark.parametrize("option", ["-i", "--indent="])
def test_an_indent_that_is_no_number_is_an_error(run: Run, inputs: Path, option: str) -> None:
    done = run("votcnv", *([option, "two"] if option == "-i" else [option + "two"]), "v13.xml")
    assert refused(done).startswith("Warning: value 'two' is not an integer\n")


def test_an_error_names_the_input_as_it_was_given(run: Run, inputs: Path) -> None:
    assert refused(run("votcnv", "-f", "csv", stdin="<VOTABLE>")).endswith("\nError opening VOTable 'stdin'\n")
    assert refused(run("votcnv", "notvot.xml")) == "Error opening VOTable 'notvot.xml'\n"


def channel(run: Run, tmp_path: Path, *words: str) -> list[dict[str, object]]:
    """The lines that a tool writes to the OPset channel."""
    with (tmp_path / "channel").open("w+") as stream:
        number = stream.fileno()
        succeeded(run(*words, env={"VOCLIENT_OPSET_FD": str(number)}, pass_fds=[number]))
        stream.seek(0)
        return [json.loads(line) for line in stream]


def test_the_channel_tells_format_and_size(run: Run, inputs: Path) -> None:
    assert channel(run, inputs, "votcnv", "-f", "raw", "-o", "out.xml", "stars.xml") == [
        {"opset": 1},
        {"key": "format", "value": "vot"},
        {"key": "rows", "value": 5},
        {"key": "cols", "value": 6},
        {"key": "output", "value": "out.xml"},
    ]
    assert {"key": "rows", "value": 0} in channel(run, inputs, "votcnv", "-f", "html", "nodata.xml")
    assert {"key": "format", "value": "csv"} in channel(run, inputs, "votcnv", "-f", "c", "nested.xml")


@pytest.mark.parametrize("tool", ["votcnv", "votsort", "votpos", "votstat"])
def test_the_self_tests_pass(run: Run, inputs: Path, tool: str) -> None:
    done = run(tool, "--test=stars.xml")
    assert done.status == 0
    assert f"Task: {tool:<12.12s}" in done.text + done.stderr
    assert "Failed: 0" in done.text + done.stderr
