"""votstat over made-up tables, of all rows and in groups, judged by astropy and numpy, and by STILTS."""

from __future__ import annotations

import csv
import io
import math
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from astropy.io.votable import parse
from astropy.table import Table
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .made_tables import FIELDS, NAMES, columns_of, optional, tables
from .votables import succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
SLOW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

NUMBERS = ["c1", "c2", "c3", "c4", "c7", "c11"]
COUNTS = ["count", "nulls", "distinct"]
PROBABILITIES = [0.0, 0.1, 0.25, 0.5, 0.999, 1.0]
QUANTILES = [f"q{p:g}" for p in PROBABILITIES]
STATISTICS = [*COUNTS, "min", "max", "sum", "mean", "stddev", "sample_stddev", "median", *QUANTILES]
ASKED = [
    "-a", "--statistics=count,nulls,distinct", "--statistics", "min,max,sum,mean,stddev,sample_stddev,median",
    "--quantiles=0,10%,0.25,50%", "--quantiles", "99.9%,1",
]  # fmt: skip


def expected(values: list[Any]) -> dict[str, Any]:
    """What numpy makes of a column's values; what none of its values can have is left out."""
    there = [value for value in values if value is not None]
    counts = {"count": len(there), "nulls": len(values) - len(there), "distinct": len(set(there))}
    if not there or not isinstance(there[0], (int, float)) or isinstance(there[0], bool):
        return counts
    numbers = np.array(there, dtype=np.longdouble)
    with np.errstate(all="ignore"):
        found = {
            "min": min(there), "max": max(there), "sum": numbers.sum(), "mean": numbers.mean(), "stddev": numbers.std(),
            "median": np.quantile(numbers, 0.5),
        }  # fmt: skip
        if len(there) > 1:
            found["sample_stddev"] = numbers.std(ddof=1)
        found.update(zip(QUANTILES, (np.quantile(numbers, p) for p in PROBABILITIES), strict=True))
    return counts | {name: float(value) for name, value in found.items()}


def agree(ours: Any, theirs: float, values: Sequence[float], name: str) -> bool:
    finite = [abs(value) for value in values if math.isfinite(value)]
    slack = 1e-15 * max(finite, default=0) * (len(values) if name == "sum" else 4)
    if name in COUNTS:
        return int(ours) == theirs
    if name.endswith("stddev"):
        slack = max(slack, 1e-150)  # squares of less are 0
    if math.isnan(theirs):  # of infinities; to numpy a quantile beside one, too
        return math.isnan(ours) or name.startswith("q") or name == "median"
    return float(ours) == theirs or math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=slack)


def check(row: dict[str, Any], values: list[Any], where: str) -> None:
    """One column's statistics against its values."""
    wanted = expected(values)
    for name in STATISTICS:
        if name in row and name not in wanted:
            assert row[name] is None, (where, name, row[name])
        elif name in row:
            assert row[name] is not None, (where, name, wanted[name])
            numbers = [float(v) for v in values if v is not None] if name not in COUNTS else []
            assert agree(row[name], wanted[name], numbers, name), (where, name, row[name], wanted[name])


def table_rows(done: Finished) -> list[dict[str, Any]]:
    """CSV output: its numbers, None for an empty cell; astropy would not tell NaN from null."""

    def cell(name: str, text: str) -> Any:
        statistic = name.partition("_")[2] if name.startswith("c") and "_" in name else name
        is_number = statistic in {"rows", "index", *STATISTICS} or statistic.startswith("q")
        return None if text == "" else float(text) if is_number else text

    lines = succeeded(done).stdout.decode().removeprefix("# ")
    return [{name: cell(name, text) for name, text in row.items()} for row in csv.DictReader(io.StringIO(lines))]


@pytest.mark.parametrize("serialization", ["vot", "votb", "votb2", "votfits"])
@SLOW
@given(rows=tables())
def test_statistics_of_all_rows_are_those_of_numpy(
    run: Run, tmp_path: Path, serialization: str, rows: list[list[str]]
) -> None:
    path = write(tmp_path / "in.xml", tabledata(FIELDS, rows))
    columns = columns_of(path)
    succeeded(run("votcnv", "-f", serialization, "-o", "encoded.xml", path))
    found = table_rows(run("votstat", *ASKED, "-f", "csv", "encoded.xml"))
    assert [(row["index"], row["name"]) for row in found] == list(enumerate(NAMES))
    for row in found:
        if serialization == "vot" or row["name"] != "c4":
            check(row, columns[row["name"]], row["name"])


KEYS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)


@SLOW
@given(rows=tables(60), keys=KEYS, memory=st.sampled_from(["64k", "1G"]))
def test_statistics_of_groups_are_those_of_numpy(
    run: Run, tmp_path: Path, rows: list[list[str]], keys: list[str], memory: str
) -> None:
    path = write(tmp_path / "in.xml", tabledata(FIELDS, rows))
    columns = columns_of(path)
    groups: dict[tuple[Any, ...], list[int]] = {}
    for i in range(len(rows)):
        groups.setdefault(tuple(columns[name][i] for name in keys), []).append(i)
    words = ["--by", ",".join(keys), "-f", "csv", f"--memory={memory}"]
    # Groups with many statistics need more than the least memory.
    words += ["--columns=c2,c3", "--quantiles=median"] if memory == "64k" else ASKED
    found = table_rows(run("votstat", *words, path))
    assert [row["rows"] for row in found] == [len(members) for members in groups.values()]
    measured = ["c2", "c3"] if memory == "64k" else [name for name in NAMES if name not in keys]
    for row, (group, members) in zip(found, groups.items(), strict=True):
        for name, value in zip(keys, group, strict=True):
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                assert type(value)(row[name]) == value
            elif isinstance(value, str):
                assert row[name] == value
        for name in measured:
            statistics = {s: row[f"{name}_{s}"] for s in STATISTICS if f"{name}_{s}" in row}
            assert statistics
            check(statistics, [columns[name][i] for i in members], name)


@SLOW
@given(rows=st.lists(st.tuples(st.integers(-2, 2), st.sampled_from("aBb"), st.floats(-1e6, 1e6)), min_size=1))
def test_groups_are_those_of_astropy(run: Run, tmp_path: Path, rows: list[tuple[int, str, float]]) -> None:
    table = Table(rows=rows, names=["c1", "c2", "c3"])
    grouped = table.group_by(["c1", "c2"])
    path = write(tmp_path / "in.xml", tabledata([("int", ""), ("char", "*"), ("double", "")], [
        [str(a), b, repr(c)] for a, b, c in rows
    ]))  # fmt: skip
    done = run("votstat", "--by=c1", "--by=c2", "--statistics=min,mean", "-f", "votb2", "-o", "out.xml", path)
    succeeded(done)
    found = parse(tmp_path / "out.xml").get_first_table().to_table(use_names_over_ids=True)
    found.sort(["c1", "c2"])
    for name, function in (("c3_min", np.min), ("c3_mean", np.mean)):
        theirs = grouped.groups.aggregate(function)
        assert [(a, b) for a, b in theirs["c1", "c2"]] == [(a, b) for a, b in found["c1", "c2"]]
        np.testing.assert_allclose(found[name], theirs["c3"], rtol=1e-9, atol=1e-9)
    assert found["rows"].tolist() == [len(group) for group in grouped.groups]


def stilts(*words: str) -> list[dict[str, str]]:
    done = subprocess.run(["stilts", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def number(text: str) -> float:
    return float(text.replace("Infinity", "inf")) if text else math.nan


@settings(parent=SLOW, max_examples=3, phases=[Phase.generate])  # each one starts a Java machine: no shrinking
@given(rows=tables(400))
def test_statistics_of_all_rows_are_those_of_stilts(run: Run, tmp_path: Path, rows: list[list[str]]) -> None:
    # Without infinities, which STILTS takes for bad values, and -0, which it takes for another value than 0.
    rows = [[c.replace("-0.0", "0.0") if "Inf" not in c else "" for c in row] for row in rows]
    path = write(tmp_path / "in.xml", tabledata(FIELDS, rows))
    words = ["Name", "NGood", "NBad", "Cardinality", "Minimum", "Maximum", "Sum", "Mean", "StDev"]
    theirs = stilts("tpipe", f"in={path}", "ifmt=votable", f"cmd=stats -noparallel {' '.join(words)}", "ofmt=csv")
    ours = table_rows(run("votstat", *ASKED, "-f", "csv", path))
    names = dict(zip(words[1:], ["count", "nulls", "distinct", "min", "max", "sum", "mean", "stddev"], strict=True))
    compared = 0
    for other, row in zip(theirs, ours, strict=True):
        assert other["Name"] == row["name"]
        if row["name"] not in NUMBERS:
            continue
        for their_name, name in names.items():
            if not other[their_name] or not row["count"]:  # of many different values; of none, 0 as their sum
                continue
            compared += 1
            value = number(other[their_name])
            mine = math.nan if row[name] is None else row[name]
            rounded = row["name"] == "c4" or name in ("mean", "stddev")  # floats of STILTS
            close = math.isclose(mine, value, rel_tol=1e-6 if rounded else 1e-9, abs_tol=1e-9)
            assert close or (math.isnan(value) and math.isnan(mine)), (row["name"], name, mine, value)
    assert compared >= 6 * sum(row["count"] > 0 for row in ours if row["name"] in NUMBERS)


@settings(parent=SLOW, max_examples=3, phases=[Phase.generate])
@given(rows=st.lists(st.tuples(st.integers(-4, 4), optional(st.floats(-1e3, 1e3).map(repr), "")), min_size=200))
def test_statistics_of_groups_are_those_of_stilts(run: Run, tmp_path: Path, rows: list[tuple[int, str]]) -> None:
    path = write(tmp_path / "in.xml", tabledata([("int", ""), ("double", "")], [[str(k), x] for k, x in rows]))
    combiners = {"count": "count", "sum": "sum", "mean": "mean", "min": "min", "max": "max", "stdev": "sample_stddev",
                 "median": "median", "Q1": "q0.25", "Q3": "q0.75"}  # fmt: skip
    theirs = stilts(
        "tgridmap", f"in={path}", "ifmt=votable", "coords=c1", "binsizes=1", "sparse=true", "ofmt=csv",
        "cols=" + " ".join(f"c2;{combiner};{name}" for combiner, name in combiners.items()),
    )  # fmt: skip
    words = ["--statistics=count,sum,mean,min,max,sample_stddev,median", "--quantiles=0.25,0.75", "-f", "csv"]
    found = table_rows(run("votstat", "--by=c1", *words, path))
    ours = {int(row["c1"]): row for row in found if row["c2_count"]}
    assert len(theirs) == len(ours)
    for other in theirs:
        row = ours[math.floor(number(next(iter(other.values()))))]
        for name in combiners.values():
            assert math.isclose(row[f"c2_{name}"], number(other[name]), rel_tol=1e-9, abs_tol=1e-9), (name, row, other)
