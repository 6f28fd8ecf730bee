"""The generated tables and the two small C programs of the benchmark, made once in build/bench; CPU and memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "build" / "bench"
BIN = Path(os.environ.get("VOCLIENT_BINDIR", Path(sys.executable).parent))


def program(name: str) -> Path:
    """Compile ``name``.c of this folder; the measuring parent is static, so that its own memory stays small."""
    target = FOLDER / name
    source = HERE / f"{name}.c"
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        FOLDER.mkdir(parents=True, exist_ok=True)
        flags = ["-static"] if name == "measure" else []
        subprocess.run(["cc", "-O2", *flags, "-o", target, source, "-lm"], check=True)
    return target


def table(rows: int, serialization: str = "tabledata", *more: str) -> Path:
    """A Gaia-like table of 20 columns and so many rows; `other`: one that shares half of its objects."""
    target = FOLDER / ".".join([str(rows), serialization, *more, "xml"])
    if not target.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        with part.open("wb") as stream:
            subprocess.run([program("generate"), str(rows), serialization, *more], stdout=stream, check=True)
        part.rename(target)
    return target


def cpu(command: list[str], repeats: int) -> tuple[float, float, float]:
    """Median CPU seconds (user and system), wall seconds, peak memory in MB."""
    line = subprocess.run(
        [program("measure"), "x", str(repeats), *map(str, command)],
        capture_output=True, text=True, check=True, env={**os.environ, "JAVA_TOOL_OPTIONS": "-Xmx4g"},
    ).stdout  # fmt: skip
    user, system, wall, memory = (float(word) for word in line.split()[1:5])
    if "rc=0" not in line:
        sys.exit(f"{command} failed: {line}")
    return user + system, wall, memory
