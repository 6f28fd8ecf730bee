"""Memory of tools that stream does not grow with the table; that of others is bounded by file and rows, or --memory."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROW = b"<TR>" + b"".join(b"<TD>%d.0625</TD>" % (1000 + i) for i in range(20)) + b"</TR>\n"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Tables of 20 columns, by their number of rows."""
    folder = tmp_path_factory.mktemp("tables")
    head = b'<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>'
    ucds = ["pos.eq.ra;meta.main", "pos.eq.dec;meta.main", *[""] * 18]
    fields = "".join(f'<FIELD name="c{i}" ucd="{ucd}" datatype="double"/>' for i, ucd in enumerate(ucds)).encode()
    made = {}
    for rows in (1_000, 150_000):
        made[rows] = folder / f"{rows}.xml"
        with made[rows].open("wb") as stream:
            stream.write(head + fields + b"<DATA><TABLEDATA>\n")
            for _ in range(rows // 1000):
                stream.write(ROW * 1000)
            stream.write(b"</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>")
    yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def measure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A static program that tells the peak memory of another: a child of Python inherits Python's own."""
    program = tmp_path_factory.mktemp("measure") / "measure"
    subprocess.run(["cc", "-O2", "-static", "-o", program, HERE.parent / "bench" / "measure.c"], check=True)
    return program


def peak_mb(measure: Path, *command: str | Path) -> float:
    # The address sanitizer keeps what was freed for a while: memory that the tool itself does not hold.
    environment = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=0"}
    done = subprocess.run([measure, "x", "1", *command], capture_output=True, text=True, check=True, env=environment)
    assert "rc=0" in done.stdout, done.stdout + done.stderr
    return float(done.stdout.split()[4])


@pytest.mark.parametrize(
    "words",
    [
        ["votinfo"],
        ["votinfo", "--lint"],
        ["votstat"],
        ["votstat", "--by=0"],
        ["votpos"],
        ["votselect", "-f", "csv", "-w", "$row % 3 > 0", "-a", "text=concat($row, '!')"],
        ["votselect", "-s", "2"],
        ["votcat", "<VOTABLE><RESOURCE/></VOTABLE>"],
        *[["votcnv", "-f", f] for f in ("csv", "vot", "html", "votb2", "fits")],
    ],
    ids=" ".join,
)
def test_memory_does_not_grow_with_the_table(
    measure: Path, bindir: Path, tables: dict[int, Path], words: list[str]
) -> None:
    small, large = (peak_mb(measure, bindir / words[0], *words[1:], tables[rows]) for rows in (1_000, 150_000))
    assert large - small < 8


@pytest.mark.parametrize("words", [["-n", "500"], ["-c", "0"]], ids=" ".join)
def test_splitting_needs_no_more(
    measure: Path, bindir: Path, tables: dict[int, Path], tmp_path: Path, words: list[str]
) -> None:
    words = [*words, "-o", str(tmp_path / "list")]
    small, large = (
        peak_mb(measure, bindir / "votsplit", *words, "-D", tmp_path / str(rows), tables[rows])
        for rows in (1_000, 150_000)
    )
    assert large - small < 8


def test_sorting_needs_the_file_and_forty_bytes_a_row(measure: Path, bindir: Path, tables: dict[int, Path]) -> None:
    small, large = (peak_mb(measure, bindir / "votsort", "-f", "csv", tables[rows]) for rows in (1_000, 150_000))
    assert large - small < (tables[150_000].stat().st_size + 150_000 * 40) / 2**20


def test_joining_needs_the_second_file_and_sixty_four_bytes_a_row(
    measure: Path, bindir: Path, tables: dict[int, Path]
) -> None:
    words = [bindir / "votjoin", "-b", "-f", "csv", tables[1_000]]
    small, large = (peak_mb(measure, *words, tables[rows]) for rows in (1_000, 150_000))
    assert large - small < (tables[150_000].stat().st_size + 150_000 * 64) / 2**20
    words[-1] = tables[150_000]
    assert peak_mb(measure, *words, tables[1_000]) - small < 8  # the first is not held


@pytest.mark.parametrize("words", [["-c", "0"], ["-p", "1s"]], ids=" ".join)
def test_joining_keeps_within_the_memory_it_is_given(
    measure: Path, bindir: Path, tables: dict[int, Path], words: list[str]
) -> None:
    command = [bindir / "votjoin", "--memory=8M", "-b", "-f", "csv", *words, tables[1_000]]
    small, large = (peak_mb(measure, *command, tables[rows]) for rows in (1_000, 150_000))
    assert large - small < 8 + 6


@pytest.mark.parametrize("form", ["csv", "fits"])
@pytest.mark.parametrize("megabytes", [1, 8])
def test_sorting_keeps_within_the_memory_it_is_given(
    measure: Path, bindir: Path, tables: dict[int, Path], form: str, megabytes: int
) -> None:
    """The whole table needs 30 MB."""
    words = [bindir / "votsort", f"--memory={megabytes}M", "-f", form]
    small, large = (peak_mb(measure, *words, tables[rows]) for rows in (1_000, 150_000))
    assert large - small < megabytes + 6


@pytest.mark.parametrize("words", [[], ["--by=0"]], ids=" ".join)
def test_quantiles_keep_within_the_memory_they_are_given(
    measure: Path, bindir: Path, tables: dict[int, Path], words: list[str]
) -> None:
    """All values need 24 MB."""
    command = [bindir / "votstat", "--memory=2M", "--quantiles=0.1,median", "--statistics=distinct", *words]
    small, large = (peak_mb(measure, *command, tables[rows]) for rows in (1_000, 150_000))
    assert large - small < 2 + 6
