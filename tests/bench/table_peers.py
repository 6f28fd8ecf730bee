"""What the table tools' peers are told: STILTS and astropy read VOTables, polars and duckdb the same rows as CSV."""

from __future__ import annotations

import sys
from pathlib import Path

from data import BIN, FOLDER, cpu, table

OUT = FOLDER / "out"

ASTROPY = """
import sys, warnings
import numpy
warnings.simplefilter("ignore")
from astropy.io.votable import parse
from astropy.table import Table
if len(sys.argv) == 1:
    sys.exit()
name, task, out = sys.argv[1:]
table = parse(name).get_first_table().to_table()
if task in ("csv", "sort", "select"):
    table.remove_column("mags")
    if task == "sort":
        table.sort("ra")
    if task == "select":
        table = table[table["g_mag"] < 18]
    table.write(out, format="ascii.csv", overwrite=True)
elif task == "stat":
    for name in table.colnames:
        if table[name].dtype.kind in "fi" and table[name].ndim == 1:
            table[name].min(), table[name].max(), table[name].mean(), table[name].std()
elif task.startswith("by"):
    keys = task.split()[1:]
    grouped = table[[*keys, "g_mag", "ra", "parallax"]].group_by(keys).groups
    for function in (numpy.min, numpy.max, numpy.mean, numpy.std, numpy.median):
        grouped.aggregate(function)
elif task == "vot":
    table.write(out, format="votable", overwrite=True)
elif task == "binary2":
    table.write(out, format="votable", tabledata_format="binary2", overwrite=True)
elif task == "fits":
    table.remove_columns(["name", "designation", "var_flag"])
    table.write(out, format="fits", overwrite=True)
"""

POLARS = """
import sys
import polars
name, task, out = sys.argv[1:]
table = polars.scan_csv(name, infer_schema_length=10_000)
if task == "count":
    print(table.select(polars.len()).collect())
elif task == "stat":
    numbers = [polars.col(name) for name, kind in table.collect_schema().items() if kind.is_numeric()]
    table.select(
        function.name.suffix(suffix)
        for number in numbers
        for suffix, function in (
            ("_min", number.min()), ("_max", number.max()), ("_mean", number.mean()), ("_std", number.std())
        )
    ).collect()
elif task.startswith("by"):
    number = polars.col("g_mag", "ra", "parallax")
    functions = number.min(), number.max(), number.mean(), number.std(), number.median()
    named = (function.name.suffix(str(i)) for i, function in enumerate(functions))
    table.group_by(task.split()[1:]).agg(*named).collect().write_csv(out)
else:
    if task == "sort":
        table = table.sort("ra")
    if task == "select":
        table = table.filter(polars.col("g_mag") < 18)
    if task == "cat":
        table = polars.concat([table, table])
    table.collect().write_csv(out)
"""

DUCKDB = """
import sys
import duckdb
name, task, out = sys.argv[1:]
table = f"read_csv('{name}')"
columns = duckdb.sql(f"DESCRIBE SELECT * FROM {table}").fetchall()
numbers = [column for column, kind, *_ in columns if kind in ("DOUBLE", "BIGINT")]
functions = ", ".join(f'min("{n}"), max("{n}"), avg("{n}"), stddev("{n}")' for n in numbers)
grouped = ", ".join(f"min({n}), max({n}), avg({n}), stddev({n}), median({n})" for n in ("g_mag", "ra", "parallax"))
keys = ", ".join(task.split()[1:])
query = f"SELECT {keys}, {grouped} FROM {table} GROUP BY {keys}" if keys else {
    "count": f"SELECT count(*) FROM {table}",
    "stat": f"SELECT {functions} FROM {table}",
    "csv": f"SELECT * FROM {table}",
    "sort": f"SELECT * FROM {table} ORDER BY ra",
    "select": f"SELECT * FROM {table} WHERE g_mag < 18",
    "cat": f"SELECT * FROM {table} UNION ALL SELECT * FROM {table}",
}[task]
if task in ("count", "stat"):
    duckdb.sql(query).fetchall()
else:
    duckdb.sql(f"COPY ({query}) TO '{out}' (HEADER)")
"""

GRIDS = ["tgridmap", "ifmt=votable", "sparse=true", f"out={OUT}/s.csv", "ofmt=csv", "cols=" + " ".join(
    f"{column};{combiner};{column}_{combiner}"
    for column in ("g_mag", "ra", "parallax") for combiner in ("min", "max", "mean", "stdev", "median")
)]  # fmt: skip
FRAMES = {"polars": POLARS, "duckdb": DUCKDB}
ASTROPY_PART = 5  # astropy's time is linear in rows, and long: it gets so much less of them


def stilts(task: str, name: Path) -> float:
    """CPU seconds."""
    common = [f"in={name}", "ifmt=votable"]
    command = {
        "lint": ["votlint", str(name)],
        "count": ["tpipe", *common, "omode=count"],
        "csv": ["tcopy", *common, f"out={OUT}/s.csv", "ofmt=csv"],
        "vot": ["tcopy", *common, f"out={OUT}/s.xml", "ofmt=votable-tabledata"],
        "fits": ["tcopy", *common, f"out={OUT}/s.fits", "ofmt=fits-basic"],
        "binary2": ["tcopy", *common, f"out={OUT}/s.xml", "ofmt=votable-binary2-inline"],
        "sort": ["tpipe", *common, "cmd=sort ra", f"out={OUT}/s.csv", "ofmt=csv"],
        "select": ["tpipe", *common, "cmd=select g_mag<18", f"out={OUT}/s.csv", "ofmt=csv"],
        "stat": ["tpipe", *common, "cmd=stats", f"out={OUT}/s.csv", "ofmt=csv"],
        "by flags": [*GRIDS, f"in={name}", "coords=flags", "binsizes=1"],
        "by flags transits": [*GRIDS, f"in={name}", "coords=flags transits", "binsizes=1 1"],
        "cat": ["tcat", f"in={name}", f"in={name}", "ifmt=votable", f"out={OUT}/s.xml", "ofmt=votable-tabledata"],
    }[task]
    return cpu(["stilts", *command], 1)[0]


def astropy(task: str, rows: int, serialization: str) -> float:
    """CPU seconds for so many rows, start-up included, from a part of them."""
    start = [sys.executable, "-c", ASTROPY]
    whole = cpu([*start, str(table(rows // ASTROPY_PART, serialization)), task, f"{OUT}/a.out"], 1)[0]
    begin = cpu(start, 1)[0]
    return begin + ASTROPY_PART * (whole - begin)


def frames(task: str, package: str, name: Path) -> float:
    """CPU seconds of a package that reads CSV."""
    target = name.with_suffix(".csv")
    if not target.exists():
        cpu([str(BIN / "votcnv"), "-f", "csv", "-o", str(target), str(name)], 1)
    return cpu([sys.executable, "-c", FRAMES[package], str(target), task, f"{OUT}/p.csv"], 1)[0]
