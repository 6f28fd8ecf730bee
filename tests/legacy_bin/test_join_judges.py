"""Joins of made-up tables, judged by exact arithmetic, by astropy and by STILTS; and of tables that do not fit."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io.votable import parse
from astropy.table import Table, join
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .test_serializations import COLUMNS, NULLS, VARIABLE, stilts
from .test_votjoin import DEC, RA, doc, pairs
from .votables import csv_rows, stream_bytes, succeeded, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
Pair = tuple[int | None, int | None]
LEAST = "--memory=64k"
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

# What cells are worth, by the types of their columns; None: nothing.


def of_integer(text: str) -> Any:
    try:
        return int(text.strip(), 16) if "x" in text else Fraction(text.strip())
    except ValueError:
        return None


def of_real(text: str, kind: type[np.floating[Any]]) -> Any:
    try:
        value = float(kind(text.strip()))
    except ValueError:
        return None
    return None if np.isnan(value) else value if np.isinf(value) else Fraction(value)


VALUES: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("unsignedByte", "short", "int", "long"), of_integer),
    "float": lambda text: of_real(text, np.float32),
    "double": lambda text: of_real(text, np.float64),
    "char *": lambda text: text.strip() or None,
    "unicodeChar *": lambda text: text.strip() or None,
}
BIG = [str(n) for n in (2**53, 2**53 + 1, 2**63 - 1, -(2**63), 2**24 + 1)]
CELLS = {
    "unsignedByte": ["0", "7", "255", " 7 ", ""],
    "short": ["0", "7", "-7", "+7", "", "0x10", "16"],
    "int": ["0", "7", "-7", "16777217", "1e1", "10", "", "7.0"],
    "long": ["0", "7", *BIG, "", "10"],
    "float": ["0", "-0", "7", "0.1", "16777217", "0.5", "NaN", "", "inf", "1e1"],
    "double": ["0", "7.0", "0.1", "0.10000000149011612", *BIG, "0.5", "NaN", "", "+Inf", "1E+1", "x"],
    "char *": ["a", " a", "A", "", " ", "7", "0.1", "ab"],
    "unicodeChar *": ["a", "é", " é ", "日本", "", "7", "7.0"],
}


def expected_pairs(first: list[Any], second: list[Any], kind: str, best: bool) -> list[Pair]:
    found: list[Pair] = []
    for i, value in enumerate(first):
        matches = [j for j, other in enumerate(second) if value is not None and value == other]
        found += [(i, j) for j in (matches[:1] if best else matches)]
        if not matches and kind in ("left", "full"):
            found.append((i, None))
    if kind in ("right", "full"):
        taken = {j for _, j in found}
        found += [(None, j) for j in range(len(second)) if j not in taken]
    return found


def found_pairs(run: Run, *words: str | Path) -> list[Pair]:
    return [(int(a) if a else None, int(b) if b else None) for a, b in pairs(run, *words)]


@given(data=st.data())
@SLOW
def test_keys_are_joined_as_exact_arithmetic_has_it(run: Run, tmp_path: Path, data: st.DataObject) -> None:
    types = [data.draw(st.sampled_from(sorted(CELLS)), label="type") for _ in range(2)]
    cells = [data.draw(st.lists(st.sampled_from(CELLS[t]), max_size=9), label="cells") for t in types]
    kind = data.draw(st.sampled_from(["inner", "left", "right", "full"]))
    best, as_text = data.draw(st.booleans()), data.draw(st.booleans())
    is_text = as_text or any("har" in t for t in types)
    readers = [VALUES["char *"] if is_text else VALUES[t] for t in types]
    values = [[reader(cell) for cell in column] for reader, column in zip(readers, cells, strict=True)]
    paths = [
        write(tmp_path / f"{n}.xml", doc([f"k {t}"], [[cell] for cell in column]))
        for n, (t, column) in enumerate(zip(types, cells, strict=True))
    ]
    words = ["-j", kind, *["-b"] * best, *["-s"] * as_text, *paths]
    assert found_pairs(run, *words) == expected_pairs(*values, kind, best)


# Positions.


def scattered(seed: int, count: int) -> list[tuple[float, float]]:
    """Over the sky, and close to each other at the poles, where right ascension begins, and elsewhere."""
    dice = random.Random(seed)
    places = [(0.0, 90.0), (0.0, -90.0), (0.0, 0.0), (0.0, 89.9999), (123.0, -45.0)]
    points = []
    for _ in range(count):
        if dice.random() < 0.3:
            points.append((dice.uniform(0, 360), np.degrees(np.arcsin(dice.uniform(-1, 1)))))
            continue
        ra, dec = dice.choice(places)
        scale = 10 ** dice.uniform(-5, 0)
        turn = dice.choice([0, 0, 180, dice.uniform(0, 360)]) if abs(dec) > 89 else 0
        up = dec + scale * dice.uniform(-1, 1)
        points.append(((ra + turn + scale * dice.uniform(-1, 1)) % 360, max(-90.0, min(90.0, up))))
    return [*points, *points[:3], (0.0, 90.0), (200.0, 90.0), (360.0, 0.0), (0.0, -90.0)]


def sky_table(path: Path, points: Sequence[tuple[float, float]]) -> Path:
    return write(
        path, doc([f"r double {RA}", f"d double {DEC}"], [[repr(float(x)) for x in point] for point in points])
    )


def by_astropy(first: Sequence[tuple[float, float]], second: Sequence[tuple[float, float]], radius: float) -> Any:
    """Rows and separations (arcsec) of all pairs, and of those that rounding may take for farther or nearer."""
    skies = [SkyCoord(np.array(points) * u.deg) for points in (first, second)]
    i, j = (index.ravel() for index in np.mgrid[: len(first), : len(second)])
    separation = skies[0][i].separation(skies[1][j])
    near = separation.deg <= radius
    return i, j, separation.arcsec, near, abs(separation.deg - radius) < 1e-9


@pytest.mark.parametrize("radius", [0, 1e-6, 0.3 / 3600, 2 / 3600, 0.01, 0.5, 5, 60, 89.9, 90, 120, 179.9, 180])
def test_positions_are_joined_as_astropy_finds_them(run: Run, tmp_path: Path, radius: float) -> None:
    first, second = scattered(1, 150), scattered(2, 130)
    second += first[::7]
    paths = sky_table(tmp_path / "1.xml", first), sky_table(tmp_path / "2.xml", second)
    i, j, separation, near, unsure = by_astropy(first, second, radius)
    judged = {(int(a), int(b)): s for a, b, s, n, o in zip(i, j, separation, near, unsure, strict=True) if n and not o}
    doubtful = {(int(a), int(b)) for a, b, o in zip(i, j, unsure, strict=True) if o}
    option = f"--pos={radius!r}"
    mine = found_pairs(run, option, *paths)
    assert set(mine) - doubtful == set(judged)
    assert len(mine) == len(set(mine))
    rows = csv_rows(run("votjoin", "-f", "csv", option, *paths))
    found = [float(row[-1]) for row in rows]
    for pair, value in zip(mine, found, strict=True):
        assert value <= radius * 3600
        assert pair not in judged or value == pytest.approx(judged[pair], rel=1e-9, abs=1e-9)  # type: ignore[index]
    order = [(pair[0], value, pair[1]) for pair, value in zip(mine, found, strict=True)]
    assert order == sorted(order)  # type: ignore[type-var]
    best = {pair[0]: pair for pair in reversed(mine)}
    assert found_pairs(run, option, "-b", *paths) == [best[row] for row in sorted(best)]  # type: ignore[type-var]
    assert (
        succeeded(run("votjoin", LEAST, "-f", "csv", option, *paths)).stdout
        == "".join(["# r_1,d_1,r_2,d_2,separation\n", *(",".join(row) + "\n" for row in rows)]).encode()
    )


def test_so_many_pairs_that_they_are_found_part_by_part(run: Run, tmp_path: Path) -> None:
    """Each of 750 is near each: more than are looked up together."""
    path = sky_table(tmp_path / "1.xml", [(10 + 0.001 * (n % 30), 20 + 0.001 * (n // 30)) for n in range(750)])
    numbers = succeeded(run("votjoin", "-f", "votb2", "-n", "-p", "1", path, path)).stdout
    rows = np.frombuffer(stream_bytes(numbers), np.dtype([("mask", "u1"), ("position", ">f8", 4), ("row", ">i8", 2)]))
    assert (rows["row"][:, 0] == np.repeat(np.arange(750), 750)).all()
    assert (rows["row"][::750, 1] == np.arange(750)).all()
    assert (np.sort(rows["row"][:, 1].reshape(750, 750)) == np.arange(750)).all()


# The same judged by STILTS and astropy, all cells.


@pytest.fixture
def catalogues(tmp_path: Path) -> tuple[Path, Path]:
    """Two tables of 300 rows: keys that repeat, keys that are missing, positions half of which are close."""
    dice = random.Random(5)
    fields = ["k long", "name char *", "x float", f"ra double {RA}", f"dec double {DEC}"]
    rows: list[list[list[str]]] = [[], []]
    for number in range(300):
        ra, dec = dice.uniform(0, 360), np.degrees(np.arcsin(dice.uniform(-1, 1)))
        for table in rows:
            ra, dec = (ra + dice.gauss(0, 3e-4)) % 360, max(-90.0, min(90.0, dec + dice.gauss(0, 3e-4)))
            key = "" if dice.random() < 0.1 else str(2**60 + dice.randrange(200))
            table.append([key, f"n{number}", str(np.float32(dice.random())), repr(float(ra)), repr(float(dec))])
    dice.shuffle(rows[1])
    one, two = (write(tmp_path / f"{n}.xml", doc(fields, table)) for n, table in enumerate(rows))
    return one, two


def table_of(path: Path) -> Table:
    return parse(path).get_first_table().to_table(use_names_over_ids=True)


def cells_of(table: Table, names: list[str]) -> list[tuple[Any, ...]]:
    """The rows, in an order of their own; None where there is no value."""

    def plain(value: Any) -> Any:
        if np.ma.is_masked(value) or value == "" or (isinstance(value, float | np.floating) and np.isnan(value)):
            return None
        return str(value) if isinstance(value, str) else value.item()

    rows = [tuple(plain(row[name]) for name in names) for row in table]
    return sorted(rows, key=lambda row: [(value is None, value if value is not None else 0) for value in row])


def test_joins_by_column_are_those_of_stilts(run: Run, catalogues: tuple[Path, Path], tmp_path: Path) -> None:
    common = [f"in1={catalogues[0]}", f"in2={catalogues[1]}", "ifmt1=votable", "ifmt2=votable", "values1=k",
              "values2=k", "matcher=exact", "find=all", "fixcols=all", "suffix1=_1", "suffix2=_2",
              "ofmt=votable"]  # fmt: skip
    stilts("tmatch2", *common, "join=1or2", "out=theirs.xml", cwd=tmp_path)
    succeeded(run("votjoin", "-N", "k", "-j", "full", "-o", "mine.xml", *catalogues))
    names = [f"{name}_{n}" for n in (1, 2) for name in ("k", "name", "x", "ra", "dec")]
    mine, theirs = (table_of(tmp_path / name) for name in ("mine.xml", "theirs.xml"))
    alone = mine["k_2"].mask | (mine["name_1"] == "")
    mine["k_1"].mask[mine["name_1"] == ""] = True  # which we fill from table 2
    assert alone.any()
    assert cells_of(mine, names) == cells_of(theirs, names)


def test_joins_by_position_are_those_of_stilts(run: Run, catalogues: tuple[Path, Path], tmp_path: Path) -> None:
    common = [f"in1={catalogues[0]}", f"in2={catalogues[1]}", "ifmt1=votable", "ifmt2=votable", "values1=ra dec",
              "values2=ra dec", "matcher=sky", "params=2", "fixcols=all", "suffix1=_1", "suffix2=_2", "ofmt=votable",
              "find=all", "join=1or2", "out=theirs.xml"]  # fmt: skip
    stilts("tmatch2", *common, cwd=tmp_path)
    succeeded(run("votjoin", "-p", "2s", "-j", "full", "-o", "mine.xml", *catalogues))
    names = [f"{name}_{n}" for n in (1, 2) for name in ("k", "name", "x", "ra", "dec")]
    mine, theirs = (table_of(tmp_path / name) for name in ("mine.xml", "theirs.xml"))
    assert 100 < np.sum(~mine["separation"].mask) < 300
    assert cells_of(mine, names) == cells_of(theirs, names)
    for (*row, value), (*other, judged) in zip(cells_of(mine, [*names, "separation"]),
                                               cells_of(theirs, [*names, "Separation"]), strict=True):  # fmt: skip
        assert row == other
        assert (value, judged) == (None, None) or value == pytest.approx(judged, rel=1e-6)


@pytest.mark.parametrize(
    ("kind", "theirs"), [("inner", "inner"), ("left", "left"), ("right", "right"), ("full", "outer")]
)
def test_joins_are_those_of_astropy(
    run: Run, catalogues: tuple[Path, Path], tmp_path: Path, kind: str, theirs: str
) -> None:
    succeeded(run("votjoin", "-N", "k", "-j", kind, "-o", "mine.xml", "-f", "votb2", *catalogues))
    mine = table_of(tmp_path / "mine.xml")
    tables = [table_of(path) for path in catalogues]
    for number, table in enumerate(tables):  # to astropy masked keys are equal to each other
        table["k"] = np.where(table["k"].mask, -1 - np.arange(len(table)) - 1000 * number, table["k"].data)
    judged = join(*tables, keys="k", join_type=theirs, table_names=["1", "2"])
    judged = Table(judged, masked=True)
    judged["k"].mask = judged["k"] < 0
    names = [f"{name}_{n}" for n in (1, 2) for name in ("name", "x", "ra", "dec")]
    key = "k" if "k" in mine.colnames else "k_1"
    mine.rename_column(key, "k")
    assert cells_of(mine, ["k", *names]) == cells_of(judged, ["k", *names])


# Cells of every kind come through, in every serialisation, in memory and out of it.


@pytest.mark.parametrize("form", ["vot", "votb", "votb2", "votfits"])
@pytest.mark.parametrize("kind", ["inner", "full"])
def test_cells_of_every_kind_come_through(run: Run, tmp_path: Path, form: str, kind: str) -> None:
    columns = [*COLUMNS, *NULLS, *(VARIABLE if form != "votfits" else [])]
    fields = ["key int"] + [
        f"{n}{datatype} {datatype}{f' {size}' if size else ''} {f'<VALUES null={null[0]!r}/>' if null else ''}"
        for n, ((datatype, size, *null), _) in enumerate(columns)
    ]
    rows = [list(row) for row in zip(*(cells for _, cells in columns), strict=True)]
    first = [[str(n), *row] for n, row in enumerate(rows)]
    second = [[str(n), *row] for n, row in zip((2, 0, 0, 5), [*rows, rows[0]], strict=True)]
    for name, table in (("1", first), ("2", second)):
        write(tmp_path / f"{name}.vot", doc(fields, table))
        succeeded(run("votcnv", "-f", form, "-o", f"{name}.xml", f"{name}.vot"))
    expected = [first[0] + second[1], first[0] + second[2], first[2] + second[0]]
    empty = [""] * len(fields)
    if kind == "full":
        expected += [first[1] + empty, ["5", *empty[1:], *second[3]]]
        expected = expected[:2] + expected[3:4] + expected[2:3] + expected[4:]
    else:
        expected = [row[: len(fields)] + row[len(fields) + 1 :] for row in expected]
    assert csv_rows(run("votcnv", "-f", "csv", "1.xml")) == first
    for memory in ([], [LEAST]):
        done = succeeded(run("votjoin", *memory, "-j", kind, "-f", form.replace("votfits", "vot"), "1.xml", "2.xml"))
        found = csv_rows(run("votcnv", "-f", "csv", stdin=done.stdout))
        for mine, row in zip(found, expected, strict=True):
            for cell, wanted in zip(mine, row, strict=True):  # BINARY has NaN for no number, arrays have ? or 0
                assert cell == wanted or (wanted == "" and set(cell) <= set("NaN? 0")), (cell, wanted)


@pytest.mark.parametrize("words", [["-N", "k"], ["-N", "name"], ["-p", "2s"], ["-p", "3"]], ids=" ".join)
@pytest.mark.parametrize("kind", ["inner", "left", "right", "full"])
def test_the_output_is_the_same_when_table_2_does_not_fit(
    run: Run, catalogues: tuple[Path, Path], words: list[str], kind: str
) -> None:
    wide = catalogues[1].read_text().replace("<TD>n", "<TD>" + " " * 900 + "n")  # some five pieces
    write(catalogues[1], wide)
    for more in ([], ["-b"], ["-n"]):
        common = ["-f", "csv", "-j", kind, *words, *more]
        whole = succeeded(run("votjoin", *common, *catalogues)).stdout
        assert succeeded(run("votjoin", LEAST, *common, *catalogues)).stdout == whole
        assert whole.count(b"\n") > 50
    piped = run("votjoin", LEAST, *common, "-", catalogues[1], stdin=catalogues[0].read_bytes())
    assert succeeded(piped).stdout == whole
    piped = run("votjoin", LEAST, *common, catalogues[0], "-", stdin=wide)
    assert succeeded(piped).stdout == whole


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Tables of more rows than are read before a second thread is made."""
    dice = random.Random(7)
    folder = tmp_path_factory.mktemp("large")
    fields = ["k int", "name char *", f"ra double {RA}", f"dec double {DEC}"]
    rows = [[str(n), f"object {n % 9000}", f"{n * 0.01:.2f}", f"{dice.uniform(-1, 1):.4f}"] for n in range(30_000)]
    first = write(folder / "1.xml", doc(fields, rows))
    dice.shuffle(rows)
    return first, write(folder / "2.xml", doc(fields, [*rows[:25_000], *([["x", "", "", ""]] * 10)]))


@pytest.mark.parametrize("words", [["-N", "k"], ["-N", "name", "-b"], ["-p", "0.5s"]], ids=" ".join)
def test_the_output_is_the_same_whatever_the_number_of_threads(
    run: Run, large: tuple[Path, Path], words: list[str]
) -> None:
    common = ["-f", "csv", "-j", "full", *words, *large]
    alone = succeeded(run("votjoin", "--threads=1", *common)).stdout
    assert alone.count(b"\n") > 30_000
    for more in (["--threads=2"], ["--threads=3"], ["--threads=2", "--memory=1M"]):
        assert succeeded(run("votjoin", *more, *common)).stdout == alone
    broken = large[1].read_text().removesuffix("</VOTABLE>")
    for inputs in ([large[0], "-"], ["-", large[1]]):
        done = run("votjoin", "--threads=2", *words, *inputs, stdin=broken)
        assert (done.status, done.stdout) == (1, b"")
        assert done.stderr.splitlines()[-1] == "Error opening VOTable 'stdin'"
