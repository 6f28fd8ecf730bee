"""votsort with less memory than the rows need: the same bytes as in memory, from runs in a temporary file."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .votables import document, fields_xml, refused, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
LITTLE = "--memory=64k"
FIELDS = [("int", ""), ("long", ""), ("double", ""), ("char", "*"), ("short", "", "-1"), ("float", "3")]
FORMATS = ["vot", "votb", "votb2", "votfits", "fits", "csv", "asv", "html", "shtml"]


def make_rows(count: int) -> list[list[str]]:
    """Few and many equal values, cells without one, integers that are none, texts that agree for long."""
    pick = random.Random(count)
    texts = ["", "a", "A", "b", "a text of more than eight bytes", "A text of more than eight bytes, too"]
    return [
        [
            str(row),
            pick.choice([str(pick.randrange(-(2**63), 2**63)), str(2**53 + pick.randrange(3)), "12.5", "1e1", "x", ""]),
            pick.choice([repr(pick.gauss(0, 1)), "NaN", "", "0", "-0"]),
            pick.choice(texts) + pick.choice(["", "é", str(pick.randrange(9))]),
            str(pick.randrange(-1, 4)),
            "1 2 3",
        ]
        for row in range(count)
    ]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 30 times what LITTLE leaves room for."""
    return write(tmp_path_factory.mktemp("table") / "in.xml", tabledata(FIELDS, make_rows(20_000)))


@pytest.fixture(scope="module")
def proper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, but for the cells that are not of their type: it can be written in binary."""
    rows = [[c if c not in ("12.5", "1e1", "x") else "7" for c in row] for row in make_rows(8_000)]
    return write(tmp_path_factory.mktemp("proper") / "in.xml", tabledata(FIELDS, rows))


@pytest.mark.parametrize("column", range(6))
@pytest.mark.parametrize("options", [[], ["-d"], ["-s", "-t", "1000"], ["-d", "-t", "3"]], ids=" ".join)
def test_the_order_is_the_same_as_in_memory(run: Run, table: Path, column: int, options: list[str]) -> None:
    words = ["-f", "csv", "-c", str(column), *options, table]
    expected = succeeded(run("votsort", *words)).stdout
    assert expected
    for memory in (LITTLE, "--memory=700k"):
        assert succeeded(run("votsort", memory, *words)).stdout == expected


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_the_same(run: Run, proper: Path, name: str) -> None:
    words = ["-f", name, "-N", "c4", proper]
    assert succeeded(run("votsort", LITTLE, *words)).stdout == succeeded(run("votsort", *words)).stdout != b""


def test_rows_that_came_in_binary_are_sorted_the_same(run: Run, proper: Path, tmp_path: Path) -> None:
    for name in ("votb2", "votfits"):
        succeeded(run("votcnv", "-f", name, "-o", "binary.xml", proper))
        words = ["-f", "tsv", "-d", "-c", "3", tmp_path / "binary.xml"]
        assert succeeded(run("votsort", LITTLE, *words)).stdout == succeeded(run("votsort", *words)).stdout != b""


def test_tables_beside_the_sorted_one_stay_as_they_were(run: Run, tmp_path: Path) -> None:
    """One in a nested RESOURCE before it, one behind it; and a nested one alone is the first."""
    rows = "".join(f"<TR><TD>{n * 7919 % 5000}</TD><TD>{n}</TD></TR>" for n in range(5000))
    data = f"<DATA><TABLEDATA>{rows}</TABLEDATA></DATA>"
    one = f"<TABLE>{fields_xml([('int', ''), ('int', '')])}{data}</TABLE>"
    nested = f"<RESOURCE>{one}</RESOURCE>"
    for inside in (nested + one, one + one, nested):
        path = write(tmp_path / "in.xml", f'<VOTABLE version="1.3"><RESOURCE>{inside}</RESOURCE></VOTABLE>')
        expected = succeeded(run("votsort", path)).stdout
        assert expected.count(b"<TR>") == 5000 * inside.count("<TABLE>")
        assert b"<TR><TD>0</TD><TD>0</TD></TR><TR><TD>1</TD>" in expected
        assert succeeded(run("votsort", LITTLE, path)).stdout == expected


@pytest.mark.parametrize("size", ["", "x", "12q", "-5", "63k", "1Mb"])
def test_a_size_that_is_none_is_refused(run: Run, table: Path, size: str) -> None:
    expected = f"Error: invalid memory size '{size}': bytes are expected, or k, M or G of them, and at least 64k\n"
    assert refused(run("votsort", f"--memory={size}", table)) == expected


@pytest.mark.parametrize("size", ["65536", "64k", "64K", "0.5M", "1.5G"])
def test_sizes_are_numbers_with_or_without_a_unit(run: Run, inputs: Path, size: str) -> None:
    succeeded(run("votsort", f"--memory={size}", inputs / "stars.xml"))


# What follows needs more rows than the part of the temporary file that is kept in memory.
@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = "".join(f"<TR><TD>{n * 7919 % 100_003}</TD><TD>{'x' * 40}</TD></TR>\n" for n in range(100_000))
    fields = [("int", ""), ("char", "*")]
    return write(tmp_path_factory.mktemp("large") / "in.xml", document(fields, f"<TABLEDATA>{rows}</TABLEDATA>"))


def test_the_temporary_file_is_made_in_tmpdir_only_where_it_is_needed(run: Run, large: Path, tmp_path: Path) -> None:
    nowhere = {"TMPDIR": str(tmp_path / "missing")}
    expected = succeeded(run("votsort", "-f", "csv", large, env=nowhere)).stdout
    folder = tmp_path / "folder"
    folder.mkdir()
    done = run("votsort", "-f", "csv", "--memory=1M", large, env={"TMPDIR": str(folder)})
    assert succeeded(done).stdout == expected
    assert list(folder.iterdir()) == []
    done = run("votsort", "-f", "csv", "--memory=1M", large, env=nowhere)
    message = f"Cannot make a temporary file in '{tmp_path / 'missing'}': No such file or directory\n"
    assert (refused(done), done.stdout) == (message, b"")


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(run: Run, large: Path, tmp_path: Path) -> None:
    for limit in (100_000, 3_000_000):
        done = run(
            "votsort", "-f", "csv", "--memory=128k", "-o", "out.csv", large, env={"TMPDIR": str(tmp_path)},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),  # noqa: B023
        )  # fmt: skip
        assert refused(done) == f"Cannot write a temporary file in '{tmp_path}': File too large\n"
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_midway_leaves_nothing(bindir: Path, large: Path, tmp_path: Path, number: signal.Signals) -> None:
    words = [bindir / "votsort", "--memory=1M", "-o", tmp_path / "out.xml", "-"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)}) as process:
        assert process.stdin
        process.stdin.write(large.read_bytes()[:-1000])
        process.stdin.flush()
        process.send_signal(number)
        assert process.wait(20) == -number
        process.stdin.close()
    assert list(tmp_path.iterdir()) == []


def test_half_of_what_ulimit_allows_is_the_default(bindir: Path, large: Path, tmp_path: Path) -> None:
    """The rows and their keys need 9 MB: of the 16 that are allowed, half is not enough for them."""
    is_sanitized = b"__asan" in (bindir / "votsort").read_bytes()  # which takes terabytes of addresses
    limit = "unlimited" if is_sanitized else "24000"
    expected = subprocess.run([bindir / "votsort", "-f", "csv", large], capture_output=True, check=True).stdout
    words = ["sh", "-c", f'ulimit -v {limit} && exec "$@"', "sh", bindir / "votsort", "-f", "csv", large]
    done = subprocess.run(words, capture_output=True, check=True)
    assert done.stdout == expected
