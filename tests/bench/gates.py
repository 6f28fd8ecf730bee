"""Instructions a byte of the table tools, by callgrind, and how many they may be (tests/test_instructions.py)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

# Words of the command, the serialization of its input (named where there is an @, else at the end), and the limit;
# @.out is a file to write to.
GATES: list[tuple[list[str], str, float]] = [
    (["votinfo", "-s"], "tabledata", 8),
    (["votinfo", "-s"], "binary2", 8),
    (["votinfo", "--lint"], "tabledata", 14),
    (["votcnv", "-f", "csv"], "tabledata", 12),
    (["votcnv"], "tabledata", 6),
    (["votcnv", "--threads=1", "-f", "votb2"], "tabledata", 21),
    (["votcnv", "--threads=1", "-f", "fits"], "tabledata", 19),
    (["votcnv", "--threads=1", "-f", "csv"], "binary2", 30),
    (["votsort", "-N", "ra", "-f", "csv"], "tabledata", 25),
    (["votselect", "-f", "csv", "-w", "g_mag < 18"], "tabledata", 8),
    (["votselect", "-C", "-w", "g_mag < 18"], "tabledata", 7),
    (["votselect", "-C", "-w", "within(10.68, 41.27, 0.5)"], "tabledata", 9),
    (["votcat", "@", "@"], "tabledata", 12),
    (["votcat", "-i", "0", "@", "@"], "tabledata", 8),
    (["votcat", "-i", "0", "-o", "@.out", "@", "@"], "tabledata", 6.8),
    (["votjoin", "-N", "source_id", "-f", "csv", "@", "@"], "tabledata", 14),
    (["votjoin", "-p", "1s", "-f", "csv", "@", "@"], "tabledata", 18),
    (["votstat", "--threads=1"], "tabledata", 14.5),
    (
        ["votstat", "--threads=1", "--by", "flags", "--columns", "g_mag,ra,parallax", "--quantiles", "median"],
        "tabledata",
        11.5,
    ),
]


def instructions(command: Sequence[str | Path]) -> int:
    """Of a whole process: they do not move with the load of the machine."""
    report = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True,
    ).stderr  # fmt: skip
    found = re.search(r"Collected : (\d+)", report)
    if found is None:
        raise RuntimeError(f"no count from callgrind:\n{report}")
    return int(found[1])


def per_byte(bindir: Path, words: Sequence[str], small: Path, large: Path) -> float:
    """Of two tables that differ in nothing but rows, so that start-up cancels. Bytes are those of all inputs."""

    def command(table: Path) -> list[str | Path]:
        named = [table if word == "@" else word.replace("@", str(table)) for word in words[1:]]
        return [bindir / words[0], *named, *([] if "@" in words else [table])]

    counts = [instructions(command(table)) for table in (small, large)]
    inputs = max(words.count("@"), 1)
    return (counts[1] - counts[0]) / (large.stat().st_size - small.stat().st_size) / inputs
