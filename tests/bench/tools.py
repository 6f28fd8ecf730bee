"""The table tools: instructions a byte, start-up, and CPU and memory beside their peers."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import table_peers
from data import BIN, cpu, table
from gates import GATES, per_byte
from table_peers import OUT

SMALL = Path(__file__).resolve().parents[1] / "legacy_bin" / "golden" / "inputs" / "stars.xml"


def ours(task: str, name: Path) -> list[str]:
    task, *keys = task.split()
    words = {
        "count": ["votinfo", "-s"],
        "lint": ["votinfo", "--lint"],
        "csv": ["votcnv", "-f", "csv", "-o", f"{OUT}/v.csv"],
        "vot": ["votcnv", "-o", f"{OUT}/v.xml"],
        "fits": ["votcnv", "-f", "fits", "-o", f"{OUT}/v.fits"],
        "binary2": ["votcnv", "-f", "votb2", "-o", f"{OUT}/v.xml"],
        "sort": ["votsort", "-N", "ra", "-f", "csv", "-o", f"{OUT}/v.csv"],
        "select": ["votselect", "-w", "g_mag < 18", "-f", "csv", "-o", f"{OUT}/v.csv"],
        "stat": ["votstat", "-o", f"{OUT}/v.txt"],
        "by": ["votstat", "--by", ",".join(keys), "--columns=g_mag,ra,parallax", "-f", "csv", "-o", f"{OUT}/v.csv",
               "--statistics=min,max,mean,stddev,median"],
        "cat": ["votcat", "-i", "0", "-o", f"{OUT}/v.xml", str(name)],
    }[task]  # fmt: skip
    if words[0] != "votinfo":
        words.insert(1, "--threads=1")  # what two cost more is a table of its own
    return [str(BIN / words[0]), *words[1:], str(name)]


@dataclass(frozen=True)
class Task:
    """What is done with a table of so many million rows, and the floors and goals: CPU seconds and ratios."""

    name: str
    label: str
    serialization: str = "tabledata"
    seconds: float | None = None
    stilts: str = ""
    astropy: str = ""  # empty: it is not asked
    frames: bool = False


TASKS = [
    Task("count", "votinfo, TABLEDATA", "tabledata", 0.2, "15, 30", "80, 150", True),
    Task("count", "votinfo, BINARY2", "binary2"),
    Task("lint", "votinfo --lint"),
    Task("csv", "votcnv to CSV", "tabledata", 0.45, "12, 28", "40, 85", True),
    Task("vot", "votcnv to VOTable", "tabledata", 0.5, "10, 20", "100, 200"),
    Task("fits", "votcnv to FITS", "tabledata", 0.8, "6, 10", "20, 40"),
    Task("binary2", "votcnv to BINARY2", "tabledata", 0.8, "6, 10", "60, 120"),
    Task("csv", "votcnv BINARY2 to CSV", "binary2", 1.2, "4, 7", "15, 30"),
    Task("sort", "votsort to CSV", "tabledata", 1.2, "8, 14", "20, 33", True),
    Task("select", "votselect to CSV, one row of six", "tabledata", 0.3, "14, 27", "50, 100", True),
    Task("stat", "votstat", "tabledata", 0.6, "7, 12", "30, 50", True),
    Task("by flags", "votstat in 256 groups, with medians", "tabledata", None, "", "", True),
    Task("by flags transits", "votstat in 15 360 groups, with medians", "tabledata", None, "", "", True),
    Task("cat", "votcat -i 0 of two, to VOTable (frames: CSV)", "tabledata", 0.9, "12, 23", "", True),
]


def compare(task: Task, rows: int, peers: bool) -> str:
    """A row of the table."""
    name = table(rows, task.serialization)
    mine, _, memory = cpu(ours(task.name, name), 5)
    goal = "" if task.seconds is None else f"{task.seconds * rows / 1e6:g}"
    ratios = [""] * 4
    if peers:
        ratios[0] = f"{table_peers.stilts(task.name, name) / mine:.0f}"
        if task.astropy:
            ratios[1] = f"{table_peers.astropy(task.name, rows, task.serialization) / mine:.0f}"
        if task.frames:
            ratios[2:] = [f"{table_peers.frames(task.name, each, name) / mine:.1f}" for each in ("polars", "duckdb")]
    cells = [task.label, f"{mine:.2f}", goal, f"{memory:.1f}", ratios[0], task.stilts, ratios[1], task.astropy]
    return f"| {' | '.join([*cells, *ratios[2:]])} |"


def report(rows: int = 1_000_000, peers: bool = True) -> list[str]:
    """The tables, as Markdown lines."""
    OUT.mkdir(parents=True, exist_ok=True)
    lines = [
        "### Instructions a byte",
        "",
        "| command | input | instructions a byte | gate |",
        "| --- | --- | --: | --: |",
    ]
    for words, serialization, gate in GATES:
        found = per_byte(BIN, words, table(10_000, serialization), table(100_000, serialization))
        lines.append(f"| `{' '.join(words)}` | {serialization} | {found:.1f} | {gate:g} |")
    seconds, _, memory = cpu(ours("count", SMALL), 51)
    lines += [
        "",
        "### Start-up, a file of five rows",
        "",
        "| command | CPU ms | peak memory MB |",
        "| --- | --: | --: |",
    ]
    lines.append(f"| `votinfo -s` | {seconds * 1e3:.1f} | {memory:.1f} |")
    lines += ["", f"### CPU against the peers, {rows} rows", ""]
    lines += [
        "| task | CPU s | goal | peak MB | STILTS ÷ ours | floor, goal | astropy ÷ ours | floor, goal | polars ÷ ours "
        "| duckdb ÷ ours |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for task in TASKS:
        lines.append(compare(task, rows, peers))
        print(lines[-1], file=sys.stderr, flush=True)  # it takes a while
    return lines
