"""--threads: the same bytes, messages and exit statuses for any number; threads only where there is much to do."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .votables import refused, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
FORMATS = ["vot", "votb", "votb2", "votfits", "fits", "csv", "asv", "html", "shtml", "ecsv", "json", "jsonl"]
FIELDS = [("int", ""), ("char", "*"), ("double", ""), ("short", "", "-1"), ("float", "2"), ("boolean", "")] * 4
COLUMNS = len(FIELDS)
ROWS = 9000  # threads begin at 131072 cells, after 5461 rows


def make_row(number: int) -> list[str]:
    pick = random.Random(number)
    some = [
        lambda: str(pick.randrange(-(2**31), 2**31)) if pick.random() < 0.9 else "",
        lambda: pick.choice(["", "a", 'say "<hi>"', "é漢, &", "x" * pick.randrange(40)]),
        lambda: pick.choice([repr(pick.gauss(0, 1)), "NaN", ""]),
        lambda: pick.choice(["-1", "", str(pick.randrange(99))]),
        lambda: f"{pick.random():.4g} {pick.randrange(9)}",
        lambda: pick.choice(["true", "false", ""]),
    ] * 4
    return [str(number), *(make() for make in some[1:])]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = (make_row(number) for number in range(ROWS))
    return write(tmp_path_factory.mktemp("text") / "in.xml", tabledata(FIELDS, rows))


@pytest.fixture(scope="module")
def binary(bindir: Path, text: Path) -> Path:
    path = text.with_name("binary.xml")
    subprocess.run([bindir / "votcnv", "--threads=1", "-f", "votb2", "-o", path, text], check=True)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_conversions_give_the_same_bytes(run: Run, text: Path, binary: Path, name: str) -> None:
    for path in (text, binary):
        expected = succeeded(run("votcnv", "--threads=1", "-f", name, path)).stdout
        assert len(expected) > 1_000_000
        for threads in ("2", "3", "8"):
            assert succeeded(run("votcnv", "--threads", threads, "-f", name, path)).stdout == expected


@pytest.mark.parametrize(
    "words",
    [
        ["votsort", "-N", "c3"],
        ["votsort", "--memory=200k", "-d", "-N", "c2"],
        ["votselect", "-w", "$row % 9 > 0", "-a", "sum=$0 + $2", "-a", "text=concat($1, '!')", "-x", "-N", "c5"],
        ["votselect", "-x", "-c", "1"],
        ["votcat", "<VOTABLE><RESOURCE/></VOTABLE>"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("name", ["vot", "votb2", "fits"])
def test_other_tools_give_the_same_bytes(run: Run, text: Path, binary: Path, words: list[str], name: str) -> None:
    for path in (text, binary):
        expected = succeeded(run(*words, "--threads=1", "-f", name, path)).stdout
        assert len(expected) > 1_000_000
        for threads in ("2", "3"):
            assert succeeded(run(*words, "--threads", threads, "-f", name, path)).stdout == expected


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-a", "--statistics=count,nulls,distinct,sum,mean,sample_stddev", "-f", "votb2"],
        ["--by=c6", "--quantiles=0.1,median", "-f", "csv"],
    ],
    ids=" ".join,
)
def test_statistics_have_the_same_bits(run: Run, text: Path, binary: Path, words: list[str]) -> None:
    for path in (text, binary):
        expected = succeeded(run("votstat", "--threads=1", *words, path)).stdout
        assert expected
        for threads in ("2", "3", "8"):
            assert succeeded(run("votstat", "--threads", threads, *words, path)).stdout == expected


def test_the_files_of_a_split_table_have_the_same_bytes(run: Run, text: Path, tmp_path: Path) -> None:
    for threads in ("1", "2", "3"):
        succeeded(run("votsplit", "--threads", threads, "-n", "5000", "-f", "votb2", "-D", threads, text))
    one, two, three = ({path.name: path.read_bytes() for path in (tmp_path / n).iterdir()} for n in "123")
    assert len(one) > 1
    assert one == two == three


def test_unreadable_numbers_are_told_in_order_and_before_what_comes_after(run: Run, text: Path, tmp_path: Path) -> None:
    path = text
    for row, cell in ((100, "one"), (6000, "two"), (8000, " three"), (8999, "four")):
        path = spoil(path, tmp_path / "in.xml", row, 2, cell)
    one = run("votstat", "--threads=1", path)
    words = ("one", "two", " three", "four")
    assert one.stderr == "".join(f"Warning: value '{word}' is not a floating point value\n" for word in words)
    for threads in ("2", "8"):
        assert run("votstat", "--threads", threads, path) == one
    write(path, path.read_text().replace("</TABLEDATA>", "<TR><TD></TR></TABLEDATA>"))
    one = run("votstat", "--threads=1", path)
    assert "four" in one.stderr
    assert "mismatched tag" in one.stderr
    for threads in ("2", "8"):
        assert run("votstat", "--threads", threads, path) == one


def test_a_row_of_a_megabyte_among_small_ones_is_in_its_place(run: Run, tmp_path: Path) -> None:
    rows = [["7" * (1_000_000 if n == 6000 else 3), *["1.5"] * 23] for n in range(7000)]
    path = write(tmp_path / "in.xml", tabledata([("char", "*"), *[("double", "")] * 23], rows))
    expected = succeeded(run("votcnv", "--threads=1", "-f", "votb2", path)).stdout
    assert len(expected) > 1_000_000
    assert succeeded(run("votcnv", "--threads=3", "-f", "votb2", path)).stdout == expected


def spoil(text: Path, to: Path, row: int, column: int, cell: str) -> Path:
    lines = text.read_text().split("<TR>")
    cells = lines[row + 1].split("<TD>")
    cells[column + 1] = cell + cells[column + 1][cells[column + 1].index("<") :]
    lines[row + 1] = "<TD>".join(cells)
    return write(to, "<TR>".join(lines))


@pytest.mark.parametrize("name", ["votb2", "votb", "fits"])
def test_a_cell_that_cannot_be_written_ends_all_in_the_same_way(
    run: Run, text: Path, tmp_path: Path, name: str
) -> None:
    """Two of them: the first is told, though another thread may meet the second one before."""
    path = spoil(spoil(text, tmp_path / "a.xml", 8300, 3, "many"), tmp_path / "b.xml", 8250, 0, "one")
    one = run("votcnv", "--threads=1", "-f", name, path)
    assert refused(one).startswith("Error: row 8251: field 'c1': 'one' is not")
    for threads in ("2", "3", "8"):
        done = run("votcnv", "--threads", threads, "-f", name, path)
        assert (done.status, done.stderr) == (one.status, one.stderr)
        shorter, longer = sorted((one.stdout, done.stdout), key=len)
        assert longer.startswith(shorter)
        assert run("votcnv", "--threads", threads, "-f", name, "-o", "out", path).stderr == one.stderr
        assert not (tmp_path / "out").exists()


def test_of_a_cell_and_of_the_document_the_first_error_is_told(run: Run, text: Path, tmp_path: Path) -> None:
    path = spoil(text, tmp_path / "in.xml", 8990, 0, "one")
    broken = path.read_text().replace("</TABLEDATA>", "<TR><TD></TR></TABLEDATA>")
    write(path, broken)
    for tool in (["votcnv"], ["votselect", "-t", "9000"], ["votcat", "<VOTABLE><RESOURCE/></VOTABLE>"]):
        one = run(*tool, "--threads=1", "-f", "votb2", path)
        for threads in ("2", "8"):
            done = run(*tool, "--threads", threads, "-f", "votb2", path)
            assert (done.status, done.stderr) == (one.status, one.stderr)
    assert "row 8991" in run("votcnv", "--threads=3", "-f", "votb2", path).stderr
    write(path, broken.replace("<TD>one<", "<TD>1<"))
    assert "mismatched tag at line" in refused(run("votcnv", "--threads=3", "-f", "votb2", path))


def test_a_pipe_that_nobody_reads_ends_it_quietly(bindir: Path, binary: Path) -> None:
    for threads in ("1", "4"):
        words = [bindir / "votcnv", "--threads", threads, "-f", "csv", binary]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stderr
            assert process.stdout.read(1000)
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(20) == -signal.SIGPIPE


def test_a_full_disk_is_told_in_one_line(bindir: Path, binary: Path) -> None:
    for threads in ("1", "4"):
        with open("/dev/full", "wb") as full:
            words = [bindir / "votcnv", "--threads", threads, "-f", "csv", binary]
            done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False, timeout=20)
        message = b"Cannot write standard output: No space left on device\n"
        assert (done.returncode, done.stderr) == (1, message)


def threads_of(process: subprocess.Popen[bytes]) -> int:
    return len(os.listdir(f"/proc/{process.pid}/task"))


def wait_for_threads(process: subprocess.Popen[bytes], count: int) -> None:
    for _ in range(1000):
        if threads_of(process) == count:
            return
        time.sleep(0.01)
    pytest.fail(f"{threads_of(process)} threads, not {count}")


def feed(process: subprocess.Popen[bytes], data: bytes) -> None:
    """All but what fits into the pipe has been read afterwards."""
    assert process.stdin
    process.stdin.write(data)
    process.stdin.flush()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_threads_are_made_for_many_rows_only_and_a_signal_ends_all(
    bindir: Path, text: Path, tmp_path: Path, number: signal.Signals
) -> None:
    document = text.read_bytes()
    few = document.index(b"<TR>", len(document) // 3)
    words = [bindir / "votcnv", "--threads=3", "-f", "votb2", "-o", tmp_path / "out.xml", "-"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)}) as process:
        feed(process, document[:few])
        assert threads_of(process) == 1
        feed(process, document[few:-1000])
        wait_for_threads(process, 3)
        process.send_signal(number)
        assert process.wait(20) == -number
        assert process.stdin
        process.stdin.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["votcnv", "-f", "csv"], ["votcnv", "--threads=1", "-f", "votb2"]], ids=" ".join)
def test_copying_text_and_one_thread_need_no_other(bindir: Path, text: Path, words: list[str]) -> None:
    document = text.read_bytes()
    with subprocess.Popen(
        [bindir / words[0], *words[1:], "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        feed(process, document[:-1000])
        assert threads_of(process) == 1
        feed(process, document[-1000:])
        assert process.stdin
        process.stdin.close()
        assert process.wait(20) == 0


def test_affinity_decides_how_many_there_are(bindir: Path, text: Path) -> None:
    cores = sorted(os.sched_getaffinity(0))
    for given in ({cores[0]}, set(cores)):
        with subprocess.Popen(
            [bindir / "votcnv", "-f", "votb2", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, given),  # noqa: B023
        ) as process:  # fmt: skip
            feed(process, text.read_bytes()[:-1000])
            wait_for_threads(process, min(len(given), 8))
            feed(process, text.read_bytes()[-1000:])
            assert process.stdin
            process.stdin.close()
            assert process.wait(20) == 0
