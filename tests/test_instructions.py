"""What the table tools cost: instructions a byte, by callgrind, and start-up. Only of optimised programs, so this does
not stand with the tests that are repeated under the sanitizers."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from bench.gates import GATES, instructions, per_byte

HERE = Path(__file__).parent
OTHER = 1 if platform.machine() == "x86_64" else 1.5  # the limits are those of x86-64
SMALL = HERE / "legacy_bin" / "golden" / "inputs" / "stars.xml"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, str], Path]:
    """The benchmark's table with so many rows."""
    folder = tmp_path_factory.mktemp("tables")
    subprocess.run(["cc", "-O2", HERE / "bench" / "generate.c", "-o", folder / "generate", "-lm"], check=True)

    def make(rows: int, serialization: str) -> Path:
        path = folder / f"{rows}.{serialization}.xml"
        if not path.exists():
            with path.open("wb") as stream:
                subprocess.run([folder / "generate", str(rows), serialization], stdout=stream, check=True)
        return path

    return make


@pytest.mark.parametrize(("words", "serialization", "limit"), GATES, ids=[" ".join(gate[0]) for gate in GATES])
def test_a_byte_takes_few_instructions(
    bindir: Path, table: Callable[[int, str], Path], words: list[str], serialization: str, limit: float
) -> None:
    found = per_byte(bindir, words, table(1000, serialization), table(8000, serialization))
    assert 1 < found <= limit * OTHER


def test_a_tool_starts_with_few_instructions_and_little_memory(bindir: Path, tmp_path: Path) -> None:
    # a million instructions are less than half a millisecond
    assert 100_000 < instructions([bindir / "votinfo", SMALL]) <= 1_000_000 * OTHER
    # the parent must be small: a child's peak begins with what its parent had
    measure = tmp_path / "measure"
    subprocess.run(["cc", "-O2", "-static", HERE / "bench" / "measure.c", "-o", measure], check=True)
    line = subprocess.run(
        [measure, "x", "5", bindir / "votinfo", SMALL], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "rc=0" in line
    assert 0.5 < float(line[4]) <= 4
