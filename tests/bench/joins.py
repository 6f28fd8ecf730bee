"""votjoin beside STILTS, astropy, polars and duckdb: two tables of which half of the objects are in both."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from data import BIN, FOLDER, cpu, table
from gates import instructions

OUT = FOLDER / "out"

ASTROPY = """
import sys, warnings
warnings.simplefilter("ignore")
from astropy.io.votable import parse
from astropy.table import join
tables = [parse(name).get_first_table().to_table() for name in sys.argv[1:3]]
for one in tables:
    one.remove_column("mags")
join(*tables, keys="source_id").write(sys.argv[3], format="ascii.csv", overwrite=True)
"""
POLARS = """
import sys
import polars
first, second = (polars.read_csv(name, infer_schema_length=None) for name in sys.argv[1:3])
first.join(second, on="source_id").write_csv(sys.argv[3])
"""
DUCKDB = """
import sys
import duckdb
first, second = (f"read_csv('{name}', sample_size=-1)" for name in sys.argv[1:3])
duckdb.sql(f"COPY (SELECT * FROM {first} a JOIN {second} b USING (source_id)) TO '{sys.argv[3]}' (HEADER)")
"""


def ours(words: list[str], names: list[Path]) -> list[str]:
    return [str(BIN / "votjoin"), *words, "-f", "csv", "-o", f"{OUT}/v.csv", *map(str, names)]


def stilts(words: list[str], names: list[Path]) -> list[str]:
    common = [f"in1={names[0]}", f"in2={names[1]}", "ifmt1=votable", "ifmt2=votable", "find=all", "join=1and2"]
    return ["stilts", "tmatch2", *common, *words, f"out={OUT}/s.csv", "ofmt=csv"]


def delimited(name: Path) -> Path:
    """The same as CSV, for those that read no VOTable."""
    target = name.with_suffix(".csv")
    if not target.exists():
        cpu([str(BIN / "votcnv"), "-f", "csv", "-o", str(target), str(name)], 1)
    return target


def by_frames(names: list[Path], mine: float) -> list[str]:
    """The ratios of the Python packages; empty for one that is not there."""
    ratios = []
    csv = [delimited(name) for name in names]
    for package, program, inputs in (("astropy", ASTROPY, names), ("polars", POLARS, csv), ("duckdb", DUCKDB, csv)):
        if importlib.util.find_spec(package):
            words = [sys.executable, "-c", program, *map(str, inputs), f"{OUT}/f.csv"]
            ratios.append(f"{cpu(words, 1)[0] / mine:.1f}")
        else:
            ratios.append("")
    return ratios


def report(rows: int = 1_000_000, peers: bool = True) -> list[str]:
    """The table, as Markdown lines."""
    OUT.mkdir(parents=True, exist_ok=True)
    pairs = [[table(count), table(count, "tabledata", "other")] for count in (10_000, 100_000, rows)]
    lines = [
        f"### Joins of {rows} rows with {rows}, 20 columns each, half of the objects in both; to CSV",
        "",
        "astropy reads the VOTables, polars and duckdb the same tables as CSV.",
        "",
        "| joined by | instructions a byte | CPU s | wall s | peak MB | STILTS ÷ ours | astropy ÷ ours | polars ÷ ours "
        "| duckdb ÷ ours |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    key = ["matcher=exact", "values1=source_id", "values2=source_id"]
    sky = ["matcher=sky", "params=1", "values1=ra dec", "values2=ra dec"]
    for label, words, theirs in (
        ("a long", ["-N", "source_id"], key),
        ("position, 1 arcsec", ["-p", "1s"], sky),
        ("a long, `--memory=100M`", ["-N", "source_id", "--memory=100M"], []),
    ):
        counts = [instructions(ours(words, names)) for names in pairs[:2]]
        sizes = [sum(name.stat().st_size for name in names) for names in pairs[:2]]
        mine, wall, memory = cpu(ours(words, pairs[2]), 3)
        ratios = [""] * 4
        if peers and theirs:
            ratios[0] = f"{cpu(stilts(theirs, pairs[2]), 1)[0] / mine:.0f}"
        if peers and theirs is key:
            ratios[1:] = by_frames(pairs[2], mine)
        per_byte = (counts[1] - counts[0]) / (sizes[1] - sizes[0])
        lines.append(f"| {label} | {per_byte:.1f} | {mine:.2f} | {wall:.2f} | {memory:.0f} | {' | '.join(ratios)} |")
    return lines
