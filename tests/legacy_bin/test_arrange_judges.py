"""votsort, votcat and votsplit over made-up tables, judged by astropy and by STILTS, value for value and in order."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from astropy.io.votable import parse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .made_tables import FIELDS, NAMES, columns_of, plain, tables
from .votables import succeeded, tabledata

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
SLOW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
# Each of these starts a Java machine: no shrinking. The first example is hypothesis's simplest.
JAVA = settings(parent=SLOW, max_examples=3, phases=[Phase.generate])
SERIALIZATIONS = ["vot", "votb", "votb2"]  # astropy does not read FITS inside of VOTables
COMMON = ["ifmt=votable", "ofmt=votable-binary2-inline"]
Rows = list[tuple[Any, ...]]


def rows_of(path: Path) -> list[Rows]:
    """The rows of each table, as astropy reads them."""
    found = []
    for table in parse(path).iter_tables():
        names = table.array.dtype.names or ()
        found.append([tuple(plain(table.array[name][i]) for name in names) for i in range(len(table.array))])
    return found


def encoded(run: Run, path: Path, rows: list[list[str]], serialization: str) -> Path:
    succeeded(run("votcnv", "-f", serialization, "-o", path, stdin=tabledata(FIELDS, rows)))
    return path


def stilts(*words: str) -> str:
    done = subprocess.run(["stilts", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def processed(out: Path, steps: list[tuple[Path, str]]) -> list[Rows]:
    """Tables after the commands of each, all of them by one Java machine."""
    words = [f"{name}{i}={value}" for i, (path, command) in enumerate(steps, 1)
             for name, value in (("in", path), ("ifmt", "votable"), ("icmd", command))]  # fmt: skip
    stilts("tmultin", f"nin={len(steps)}", *words, f"out={out}", "ofmt=votable-binary2-inline")
    return rows_of(out)


def in_order(rows: Rows, column: int, *, descending: bool, by_text: bool) -> Rows:
    """By value, or by the bytes of the text in lower case; equal ones as they were, those without value last."""

    def key(row: tuple[Any, ...]) -> Any:
        value = row[column]
        if not by_text:
            return value
        if isinstance(value, tuple):  # bits stand together, integers apart
            value = " ".join(map(str, value)).replace("True", "1").replace("False", "0")
        return "".join(c.lower() if c.isascii() else c for c in str(value)).encode()

    valued = [row for row in rows if row[column] is not None]
    return sorted(valued, key=key, reverse=descending) + [row for row in rows if row[column] is None]


IS_TEXT = {name: kind in ("char", "unicodeChar", "boolean", "bit") or bool(size) for name, (kind, size, *_)
           in zip(NAMES, FIELDS, strict=True)}  # fmt: skip


@pytest.mark.parametrize("serialization", SERIALIZATIONS)
@SLOW
@given(rows=tables(), name=st.sampled_from(NAMES), descending=st.booleans(), format=st.sampled_from(SERIALIZATIONS))
def test_rows_are_sorted_as_python_sorts_what_astropy_reads(
    run: Run, tmp_path: Path, serialization: str, rows: list[list[str]], name: str, descending: bool, format: str
) -> None:
    path = encoded(run, tmp_path / "in.xml", rows, serialization)
    (before,) = rows_of(path)
    if name == "c6":  # booleans are compared as their texts: false before true, t, …
        before = rows_of(path := encoded(run, tmp_path / "binary.xml", rows, "votb2"))[0]
    words = ["-N", name, *["-d"] * descending]
    succeeded(run("votsort", *words, "-f", format, "-o", "out.xml", path))
    column = NAMES.index(name)
    expected = in_order(before, column, descending=descending, by_text=IS_TEXT[name])
    (found,) = rows_of(tmp_path / "out.xml")
    for i, (mine, theirs) in enumerate(zip(found, expected, strict=True)):
        assert mine == theirs, i


@JAVA
@given(rows=tables(200).filter(lambda rows: len(rows) > 20))
def test_rows_are_sorted_as_stilts_sorts_them(run: Run, tmp_path: Path, rows: list[list[str]]) -> None:
    path = encoded(run, tmp_path / "in.xml", [[c.replace("-0.0", "0.0") for c in row] for row in rows], "votb2")
    ours, steps = [], []
    for name in NAMES:
        if name in ("c6", "c9", "c10"):  # to it arrays have no order, and booleans one of their own
            continue
        for down in ("", "-down -nullsfirst"):
            succeeded(run("votsort", "-N", name, *["-d"] * bool(down), "-o", "out.xml", path))
            ours.append(rows_of(tmp_path / "out.xml")[0])
            key = f"toLowerCase({name})" if name == "c5" else name
            steps.append((path, f"sort {down} {key}"))
    for mine, theirs, (_, command) in zip(ours, processed(tmp_path / "s.xml", steps), steps, strict=True):
        assert mine == theirs, command


@JAVA
@given(parts=st.lists(st.tuples(tables(20), st.sampled_from(SERIALIZATIONS)), min_size=2, max_size=6))
def test_tables_are_put_together_as_stilts_does(
    run: Run, tmp_path: Path, parts: list[tuple[list[list[str]], str]]
) -> None:
    paths = [encoded(run, tmp_path / f"{i}.xml", rows, kind) for i, (rows, kind) in enumerate(parts)]
    wanted = [row for path in paths for table in rows_of(path) for row in table]
    succeeded(run("votcat", "-o", "all.xml", *paths))
    assert [row for table in rows_of(tmp_path / "all.xml") for row in table] == wanted
    stilts("tcat", f"in={tmp_path}/all.xml", *COMMON, "multi=true", f"out={tmp_path}/of-ours.xml")
    stilts("tcat", *[f"in={path}" for path in paths], *COMMON, f"out={tmp_path}/of-parts.xml")
    bits = NAMES.index("c10")  # STILTS takes those of TABLEDATA for 0
    for name in ("of-ours.xml", "of-parts.xml"):
        (found,) = rows_of(tmp_path / name)
        for i, (mine, theirs) in enumerate(zip(wanted, found, strict=True)):
            assert mine[:bits] + mine[bits + 1 :] == theirs[:bits] + theirs[bits + 1 :], (name, i)
    assert stilts("votlint", f"{tmp_path}/all.xml") == ""


def in_java(name: str, value: Any) -> str:
    """A condition that holds for the rows of one group."""
    if value is None:
        return f"NULL_{name}"
    if isinstance(value, str):
        quoted = value.replace('"', '\\\\"')
        return f'equals({name},"{quoted}")'
    return {True: name, False: f"!{name}"}[value] if isinstance(value, bool) else f"{name}=={value}"


@pytest.mark.parametrize("name", ["c1", "c5", "c6"])
@settings(parent=JAVA, max_examples=2)
@given(rows=tables(80).filter(lambda rows: len(rows) > 20), format=st.sampled_from(SERIALIZATIONS))
def test_groups_of_rows_are_split_as_stilts_selects_them(
    run: Run, tmp_path: Path, name: str, rows: list[list[str]], format: str
) -> None:
    path = encoded(run, tmp_path / "in.xml", rows, "votb2")
    values = list(dict.fromkeys(columns_of(path)[name]))
    files = succeeded(run("votsplit", "-O", "-N", name, "-D", "parts", "-f", format, path)).lines
    assert len(files) == len(values)
    ours = [table for file in files for table in rows_of(tmp_path / file)]
    steps = [(path, f"select '{in_java(name, value)}'") for value in values]
    assert ours == processed(tmp_path / "s.xml", steps)
    if len(files) > 1:  # all of them in one, for a Java machine less
        succeeded(run("votcat", "-o", "all.xml", *files))
        assert stilts("votlint", f"{tmp_path}/all.xml") == ""


@SLOW
@given(rows=tables(40), size=st.integers(1, 50), serialization=st.sampled_from(SERIALIZATIONS))
def test_blocks_of_rows_are_put_together_again(
    run: Run, tmp_path: Path, rows: list[list[str]], size: int, serialization: str
) -> None:
    path = encoded(run, tmp_path / "in.xml", rows, serialization)
    files = succeeded(run("votsplit", "-O", "-n", str(size), "-D", "parts", "-f", serialization, path)).lines
    parts = [table for file in files for table in rows_of(tmp_path / file)]
    assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
    assert [[row for part in parts for row in part]] == rows_of(path)


def test_sorted_tables_of_every_serialization_are_valid(run: Run, tmp_path: Path) -> None:
    fields = [field for field in FIELDS if field[0] != "bit"]  # to votlint those in FITS are of another type
    rows = [["", "2", "NaN", "", "b", "?", "3", "é", "1 2", "7"], ["-3", "", "1", "0.1", "", "T", "0", "", "3 4", ""]]
    names = [f"{format}.xml" for format in (*SERIALIZATIONS, "votfits")]
    for name in names:
        words = ["-N", "c3", "-f", name.removesuffix(".xml"), "-o", name]
        succeeded(run("votsort", *words, stdin=tabledata(fields, rows)))
    succeeded(run("votcat", "-o", "all.xml", *names))
    assert stilts("votlint", f"{tmp_path}/all.xml") == ""
