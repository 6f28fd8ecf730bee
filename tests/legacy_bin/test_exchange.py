"""Tables for the program that started a tool (VOCLIENT_TABLES): BINARY2 where it can be, on standard output."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .votables import Field, csv_rows, refused, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
EXCHANGE = {"VOCLIENT_TABLES": "BINARY2"}
CALLS = [
    ("votcnv",), ("votsort", "-N", "ra"), ("votselect", "-w", "vmag < 1"), ("votcat", "stars.xml"),
    ("votjoin", "-c", "0", "stars.xml"),
]  # fmt: skip


def rows_of(document: bytes) -> str:
    (element,) = set(re.findall(rb"<(TABLEDATA|BINARY2?|FITS)\b", document))
    return element.decode()


@pytest.fixture(autouse=True)
def _in_inputs(inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(inputs)


@pytest.mark.parametrize("call", CALLS, ids=[call[0] for call in CALLS])
def test_who_asks_gets_binary2_with_the_same_values(run: Run, call: Sequence[str]) -> None:
    usual = succeeded(run(*call, "stars.xml"))
    asked = succeeded(run(*call, "stars.xml", env=EXCHANGE))
    assert (rows_of(usual.stdout), rows_of(asked.stdout)) == ("TABLEDATA", "BINARY2")
    first = ("votselect", "-R", "0-", "-f", "csv") if call[0] != "votcat" else ("votcnv", "-f", "html")
    again, expected = (run(*first, stdin=done.stdout) for done in (asked, usual))
    assert again.text.replace("41.269<", "41.2690<").replace("41.269,", "41.2690,") == expected.text


@pytest.mark.parametrize("call", CALLS, ids=[call[0] for call in CALLS])
@pytest.mark.parametrize("value", ["TABLEDATA", ""])
def test_tabledata_is_asked_for_by_its_name_or_by_nothing(run: Run, call: Sequence[str], value: str) -> None:
    asked = run(*call, "stars.xml", env={"VOCLIENT_TABLES": value})
    assert asked.stdout == succeeded(run(*call, "stars.xml")).stdout


@pytest.mark.parametrize("format", ["vot", "xml", "votb", "csv", "html"])
def test_a_format_that_is_named_is_written(run: Run, format: str) -> None:
    asked = succeeded(run("votcnv", "-f", format, "stars.xml", env=EXCHANGE))
    assert asked.stdout == run("votcnv", "-f", format, "stars.xml").stdout


def test_files_are_what_they_were(run: Run) -> None:
    for name, env in (("a.xml", EXCHANGE), ("b.xml", {}), ("c.xml", {"VOCLIENT_TABLES": "nonsense"})):
        succeeded(run("votcnv", "-o", name, "stars.xml", env=env))
    assert Path("a.xml").read_bytes() == Path("b.xml").read_bytes() == Path("c.xml").read_bytes()
    assert rows_of(succeeded(run("votcnv", "-o", "stdout", "stars.xml", env=EXCHANGE)).stdout) == "BINARY2"
    succeeded(run("votsplit", "-b", "part", "stars.xml", env=EXCHANGE))
    assert rows_of(Path("part0000.xml").read_bytes()) == "TABLEDATA"


def test_another_value_is_refused_in_one_line(run: Run) -> None:
    for tool in ("votcnv", "votsort", "votselect"):
        message = refused(run(tool, "stars.xml", env={"VOCLIENT_TABLES": "binary"}))
        assert message == "Error: VOCLIENT_TABLES is 'binary': TABLEDATA or BINARY2 is expected\n"


GOOD = ["ab", "1.5", "7", "1 2 3"]
MISFITS = {"text": "abcdef", "number": "n/a", "integer": "70000000000", "array": "1 2"}
FIELDS: list[Field] = [("char", "3"), ("double", ""), ("int", ""), ("float", "3")]


@pytest.mark.parametrize("where", [0, 1, 2999])
@pytest.mark.parametrize("misfit", MISFITS)
def test_values_that_do_not_fit_their_fields_come_as_they_are_in_tabledata(
    run: Run, tmp_path: Path, misfit: str, where: int
) -> None:
    rows = [list(GOOD) for _ in range(3000)]
    rows[-1][1] = ""
    rows[where][list(MISFITS).index(misfit)] = MISFITS[misfit]
    path = write(tmp_path / "t.xml", tabledata(FIELDS, rows))
    done = succeeded(run("votcnv", path, env=EXCHANGE))
    assert rows_of(done.stdout) == "TABLEDATA"
    assert csv_rows(run("votcnv", "-f", "csv", stdin=done.stdout)) == rows


def test_every_table_is_judged_by_itself(run: Run, tmp_path: Path) -> None:
    good, bad = (write(tmp_path / f"{name}.xml", tabledata([("int", "")], [[name]])) for name in ("5", "five"))
    done = succeeded(run("votcat", good, bad, good, env=EXCHANGE))
    assert re.findall(rb"<(TABLEDATA|BINARY2)\b", done.stdout) == [b"BINARY2", b"TABLEDATA", b"BINARY2"]


def test_a_table_without_rows_and_one_whose_rows_are_counted_are_whole(run: Run, tmp_path: Path) -> None:
    fields: list[Field] = [("int", ""), ("char", "*")]
    text = tabledata(fields, [["1", "a"], ["2", "b"]]).replace("<TABLE ", '<TABLE nrows="2" ')
    path = write(tmp_path / "t.xml", text)
    for condition, rows in (("c1 > 1", [["2", "b"]]), ("c1 > 2", [])):
        done = succeeded(run("votselect", "-w", condition, path, env=EXCHANGE))
        assert f'nrows="{len(rows)}"' in done.text
        assert rows_of(done.stdout) == "BINARY2"
        assert csv_rows(run("votcnv", "-f", "csv", stdin=done.stdout)) == rows


def test_a_version_without_binary2_becomes_one_that_has_it(run: Run) -> None:
    done = succeeded(run("votcnv", "v12.xml", env=EXCHANGE))
    assert rows_of(done.stdout) == "BINARY2"
    assert 'version="1.3"' in done.text
