"""The table tools: instructions a byte, start-up, and CPU ratios to STILTS and astropy."""

from __future__ import annotations

import sys
from pathlib import Path

from data import BIN, FOLDER, cpu, table
from gates import GATES, per_byte

SMALL = Path(__file__).resolve().parents[1] / "legacy_bin" / "golden" / "inputs" / "stars.xml"
OUT = FOLDER / "out"


ASTROPY = """
import sys, warnings
warnings.simplefilter("ignore")
from astropy.io.votable import parse
from astropy.table import Table
table = parse(sys.argv[1]).get_first_table().to_table()
task = sys.argv[2]
if task == "csv":
    table.remove_column("mags")
    table.write(sys.argv[3], format="ascii.csv", overwrite=True)
elif task == "sort":
    table.remove_column("mags")
    table.sort("ra")
    table.write(sys.argv[3], format="ascii.csv", overwrite=True)
elif task == "select":
    table.remove_column("mags")
    table[table["g_mag"] < 18].write(sys.argv[3], format="ascii.csv", overwrite=True)
elif task == "stat":
    for name in table.colnames:
        if table[name].dtype.kind in "fi" and table[name].ndim == 1:
            table[name].min(), table[name].max(), table[name].mean(), table[name].std()
elif task == "vot":
    table.write(sys.argv[3], format="votable", overwrite=True)
elif task == "fits":
    table.remove_columns(["name", "designation", "var_flag"])
    table.write(sys.argv[3], format="fits", overwrite=True)
"""


def stilts(task: str, name: Path) -> list[str]:
    common = [f"in={name}", "ifmt=votable"]
    return {
        "count": ["stilts", "tpipe", *common, "omode=count"],
        "csv": ["stilts", "tcopy", *common, f"out={OUT}/s.csv", "ofmt=csv"],
        "vot": ["stilts", "tcopy", *common, f"out={OUT}/s.xml", "ofmt=votable-tabledata"],
        "fits": ["stilts", "tcopy", *common, f"out={OUT}/s.fits", "ofmt=fits-basic"],
        "binary2": ["stilts", "tcopy", *common, f"out={OUT}/s.xml", "ofmt=votable-binary2-inline"],
        "sort": ["stilts", "tpipe", *common, "cmd=sort ra", f"out={OUT}/s.csv", "ofmt=csv"],
        "select": ["stilts", "tpipe", *common, "cmd=select g_mag<18", f"out={OUT}/s.csv", "ofmt=csv"],
        "stat": ["stilts", "tpipe", *common, "cmd=stats", f"out={OUT}/s.csv", "ofmt=csv"],
    }[task]


def ours(task: str, name: Path) -> list[str]:
    words = {
        "count": ["votinfo", "-s"],
        "csv": ["votcnv", "-f", "csv", "-o", f"{OUT}/v.csv"],
        "vot": ["votcnv", "-o", f"{OUT}/v.xml"],
        "fits": ["votcnv", "-f", "fits", "-o", f"{OUT}/v.fits"],
        "binary2": ["votcnv", "-f", "votb2", "-o", f"{OUT}/v.xml"],
        "sort": ["votsort", "-N", "ra", "-f", "csv", "-o", f"{OUT}/v.csv"],
        "select": ["votselect", "-w", "g_mag < 18", "-f", "csv", "-o", f"{OUT}/v.csv"],
        "stat": ["votstat", "-o", f"{OUT}/v.txt"],
    }[task]
    return [str(BIN / words[0]), *words[1:], str(name)]


TASKS = [
    # task, serialization read, label, also by astropy
    ("count", "tabledata", "votinfo, TABLEDATA", True),
    ("count", "binary2", "votinfo, BINARY2", False),
    ("csv", "tabledata", "votcnv to CSV", True),
    ("vot", "tabledata", "votcnv to VOTable", True),
    ("fits", "tabledata", "votcnv to FITS", True),
    ("binary2", "tabledata", "votcnv to BINARY2", False),
    ("csv", "binary2", "votcnv BINARY2 to CSV", False),
    ("sort", "tabledata", "votsort to CSV", True),
    ("select", "tabledata", "votselect to CSV, one row of six", True),
    ("stat", "tabledata", "votstat", True),
]


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
    lines += ["| task | CPU s | peak MB | STILTS ÷ ours | astropy ÷ ours |", "| --- | --: | --: | --: | --: |"]
    for task, serialization, label, by_astropy in TASKS:
        name = table(rows, serialization)
        mine, _, memory = cpu(ours(task, name), 5)
        ratios = ["", ""]
        if peers:
            ratios[0] = f"{cpu(stilts(task, name), 1)[0] / mine:.0f}"
            if by_astropy:
                words = [sys.executable, "-c", ASTROPY, str(name), task, f"{OUT}/a.out"]
                ratios[1] = f"{cpu(words, 1)[0] / mine:.0f}"
        lines.append(f"| {label} | {mine:.2f} | {memory:.1f} | {ratios[0]} | {ratios[1]} |")
    return lines
