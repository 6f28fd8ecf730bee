"""Conditions and computed columns of made-up tables, judged by astropy and numpy, and by STILTS."""

from __future__ import annotations

import csv
import io
import math
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from astropy.coordinates import angular_separation
from astropy.io.votable import parse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .votables import Field, csv_rows, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
SLOW = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

# The columns of every table: c1 … c6.
FIELDS: list[Field] = [("int", "", "-999"), ("long", ""), ("double", ""), ("float", ""), ("char", "*"), ("boolean", "")]
KINDS = dict(zip(("c1", "c2", "c3", "c4", "c5", "c6"), "ildfsb", strict=True))


@dataclass(frozen=True)
class Expression:
    """One expression three times: for votselect, for STILTS, and as a function of a row's values (None: null)."""

    ours: str
    stilts: str
    value: Callable[[dict[str, Any]], Any]
    single: bool = False  # a column of float
    constant: bool = False


def as_written(value: float) -> float:
    return float(str(np.float32(value)))


def number(expression: Expression, row: dict[str, Any]) -> Any:
    value = expression.value(row)
    return as_written(value) if expression.single and value is not None and math.isfinite(value) else value


def finish(value: Any) -> Any:
    """Integers stay in 64 bits, NaN is null."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value)
    return None if isinstance(value, float) and math.isnan(value) else value


def with_numpy(operation: Callable[..., Any], *values: Any) -> Any:
    if any(value is None for value in values):
        return None
    if all(isinstance(value, int) for value in values):
        return finish(operation(*values))
    with np.errstate(all="ignore"):
        return finish(float(operation(*(np.float64(value) for value in values))))


def binary(sign: str, operation: Callable[..., Any], a: Expression, b: Expression) -> Expression:
    return Expression(
        f"({a.ours} {sign} {b.ours})", f"({a.stilts} {sign} {b.stilts})",
        lambda row: with_numpy(operation, number(a, row), number(b, row)),
    )  # fmt: skip


def divide(a: Expression, b: Expression) -> Expression:
    def value(row: dict[str, Any]) -> Any:
        values = number(a, row), number(b, row)
        return with_numpy(np.divide, *(None if v is None else float(v) for v in values))

    return Expression(f"({a.ours} / {b.ours})", f"((double)({a.stilts}) / {b.stilts})", value)


def function(ours: str, stilts: str, operation: Callable[..., Any], *arguments: Expression) -> Expression:
    return Expression(
        f"{ours}({', '.join(a.ours for a in arguments)})", f"{stilts}({', '.join(a.stilts for a in arguments)})",
        lambda row: with_numpy(operation, *(number(a, row) for a in arguments)),
    )  # fmt: skip


RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
IN_JAVA = {"=": "==", "<>": "!="}


def related(relation: str, a: Expression, b: Expression, row: dict[str, Any]) -> Any:
    """A comparison as numpy makes it: of a float column with a constant, in float."""
    left, right = a.value(row), b.value(row)
    if left is None or right is None:
        return None
    if (a.single and b.constant) or (b.single and a.constant):
        left, right = np.float32(left), np.float32(right)
    elif not (isinstance(left, int) and isinstance(right, int)) and not isinstance(left, str):
        left, right = float(left), float(right)
    return bool(RELATIONS[relation](left, right))


def compare(relation: str, a: Expression, b: Expression) -> Expression:
    java = [f"(float)({x.stilts})" if x.constant and y.single else x.stilts for x, y in ((a, b), (b, a))]
    return Expression(
        f"({a.ours} {relation} {b.ours})", f"({java[0]} {IN_JAVA.get(relation, relation)} {java[1]})",
        lambda row: related(relation, a, b, row),
    )  # fmt: skip


def all_of(values: list[Any]) -> Any:
    return False if False in values else None if None in values else True


def opposite(value: Any) -> Any:
    return None if value is None else not value


def any_of(values: list[Any]) -> Any:
    return opposite(all_of([opposite(value) for value in values]))


def between(x: Expression, low: Expression, high: Expression, negated: bool) -> Expression:
    def value(row: dict[str, Any]) -> Any:
        inside = all_of([related(">=", x, low, row), related("<=", x, high, row)])
        return opposite(inside) if negated else inside

    java = f"({compare('>=', x, low).stilts} && {compare('<=', x, high).stilts})"
    word = "not between" if negated else "between"
    return Expression(f"({x.ours} {word} {low.ours} and {high.ours})", f"!{java}" if negated else java, value)


def one_of(x: Expression, items: list[Expression], negated: bool) -> Expression:
    def value(row: dict[str, Any]) -> Any:
        inside = any_of([related("=", x, item, row) for item in items])
        return opposite(inside) if negated else inside

    java = "(" + " || ".join(compare("=", x, item).stilts for item in items) + ")"
    word = "not in" if negated else "in"
    return Expression(f"({x.ours} {word} ({', '.join(i.ours for i in items)}))", f"!{java}" if negated else java, value)


def column(name: str) -> Expression:
    return Expression(name, name, lambda row: row[name], single=KINDS[name] == "f")


def constant(value: float) -> Expression:
    text = repr(value)
    return Expression(text, text, lambda row: value, constant=True)


SMALL = [0, 1, 2, 3, 7, 10, -1, -5, 0.5, 0.1, 0.3, 1.5, -2.25, 1e-3, 99.5]
constants = st.sampled_from(SMALL).map(constant)
INTEGERS = st.sampled_from(["c1", "c2"]).map(column)
DOUBLES = st.sampled_from(["c1", "c2", "c3"]).map(column)


def numbers_over(leaves: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    def extend(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        return st.one_of(
            st.builds(lambda a, b: binary("+", lambda x, y: x + y, a, b), inner, inner),
            st.builds(lambda a, b: binary("-", lambda x, y: x - y, a, b), inner, inner),
            st.builds(lambda a, b: binary("*", lambda x, y: x * y, a, b), leaves, inner),
            st.builds(divide, inner, inner),
            st.builds(lambda a: function("abs", "abs", abs, a), inner),
            st.builds(lambda a: function("sqrt", "sqrt", lambda x: np.sqrt(np.float64(x)) * 1.0, a), DOUBLES_ONLY),
            st.builds(lambda a, b: function("max", "max", max, a, b), inner, inner),
        )

    return st.recursive(leaves, extend, max_leaves=4)


DOUBLES_ONLY = st.just(column("c3"))
NUMBERS = numbers_over(st.one_of(DOUBLES, constants))
ALL_NUMBERS = numbers_over(st.one_of(DOUBLES, constants, st.just(column("c4"))))


def conditions_over(numbers: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    compared = st.one_of(numbers, st.just(column("c4")))
    items = st.lists(constants, min_size=1, max_size=4)
    texts = st.sampled_from(["a", "B", "ab", "é", "x y"])
    leaves = st.one_of(
        st.builds(compare, st.sampled_from(sorted(RELATIONS)), compared, st.one_of(constants, numbers)),
        st.builds(compare, st.sampled_from(sorted(RELATIONS)), constants, compared),
        st.builds(between, compared, constants, constants, st.booleans()),
        st.builds(one_of, compared, items, st.booleans()),
        st.builds(lambda t: Expression(f"(c5 = '{t}')", f'equals(c5, "{t}")',
                                       lambda row: None if row["c5"] is None else row["c5"] == t), texts),
        st.builds(lambda t: Expression(f"(c5 like '%{t}%')", f'contains(c5, "{t}")',
                                       lambda row: None if row["c5"] is None else t in row["c5"]), texts),
        st.builds(lambda t: Expression(f"(c5 ~ '^{t}')", f'startsWith(c5, "{t}")',
                                       lambda row: None if row["c5"] is None else row["c5"].startswith(t)), texts),
        st.just(column("c6")),
    )  # fmt: skip
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda a, b: Expression(f"({a.ours} and {b.ours})", f"({a.stilts} && {b.stilts})",
                                              lambda row: all_of([a.value(row), b.value(row)])), inner, inner),
            st.builds(lambda a, b: Expression(f"({a.ours} or {b.ours})", f"({a.stilts} || {b.stilts})",
                                              lambda row: any_of([a.value(row), b.value(row)])), inner, inner),
            st.builds(lambda a: Expression(f"(not {a.ours})", f"!({a.stilts})",
                                           lambda row: opposite(a.value(row))), inner),
        ),
        max_leaves=4,
    )  # fmt: skip


def null_checks(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.builds(
        lambda e, n: Expression(f"({e.ours} is {'not ' * n}null)", "", lambda row: (e.value(row) is None) != n),
        inner, st.booleans(),
    )  # fmt: skip


def cells(with_nulls: bool) -> st.SearchStrategy[list[list[str]]]:
    def optional(inner: st.SearchStrategy[str], *nulls: str) -> st.SearchStrategy[str]:
        return st.one_of(inner, inner, st.sampled_from(nulls)) if with_nulls else inner

    reals = st.one_of(st.sampled_from([str(x) for x in SMALL if x >= 0 or with_nulls]),
                      st.floats(0, 1e6, allow_nan=False).map(repr))  # fmt: skip
    singles = st.one_of(st.sampled_from([str(x) for x in SMALL]),
                        st.floats(0, 1e6, width=32).map(lambda x: str(np.float32(x))))  # fmt: skip
    long = st.integers(-(2**62), 2**62) if with_nulls else st.integers(-1000, 1000)
    row = st.tuples(
        optional(st.integers(-20, 20).map(str), "", "-999"),
        optional(st.one_of(st.integers(-5, 5), long).map(str), ""),
        optional(reals, "", "NaN"),
        optional(singles, "", "NaN"),
        optional(st.text("aBb é", min_size=1, max_size=5).filter(str.strip).map(str.strip), ""),
        optional(st.sampled_from(["true", "false", "T", "f"] if with_nulls else ["true", "false"]), ""),
    )
    return st.lists(row.map(list), min_size=1, max_size=12)


def rows_by_astropy(path: Path) -> list[dict[str, Any]]:
    """What the cells are, as astropy reads them; masked, empty and NaN are None."""
    array = parse(path).get_first_table().array
    rows = []
    for i in range(len(array)):
        row: dict[str, Any] = {}
        for name, kind in KINDS.items():
            value = array[name][i]
            is_null = np.ma.is_masked(value) or (kind in "fd" and np.isnan(value)) or (kind == "s" and value == "")
            convert: Any = {"i": int, "l": int, "d": float, "f": float, "s": str, "b": bool}[kind]
            row[name] = None if is_null else convert(value)
        rows.append(row)
    return rows


@pytest.mark.parametrize("serialization", ["vot", "votb2"])
@SLOW
@given(rows=cells(True), condition=conditions_over(st.one_of(ALL_NUMBERS)))
def test_rows_selected_are_those_that_numpy_finds(
    run: Run, tmp_path: Path, serialization: str, rows: list[list[str]], condition: Expression
) -> None:
    path = write(tmp_path / "in.xml", tabledata(FIELDS, rows))
    expected = [i for i, row in enumerate(rows_by_astropy(path)) if condition.value(row) is True]
    succeeded(run("votcnv", "-f", serialization, "-o", "encoded.xml", path))
    done = run("votselect", "-f", "csv", "-a", "r=$row", "-w", condition.ours, "encoded.xml")
    assert [int(row[-1]) for row in csv_rows(done)] == expected


@SLOW
@given(rows=cells(True), condition=null_checks(st.one_of(NUMBERS, conditions_over(NUMBERS))))
def test_nulls_are_those_of_numpy(run: Run, tmp_path: Path, rows: list[list[str]], condition: Expression) -> None:
    path = write(tmp_path / "in.xml", tabledata(FIELDS, rows))
    expected = [i for i, row in enumerate(rows_by_astropy(path)) if condition.value(row)]
    done = run("votselect", "-f", "csv", "-a", "r=$row", "-w", condition.ours, path)
    assert [int(row[-1]) for row in csv_rows(done)] == expected


@SLOW
@given(rows=cells(True), expression=ALL_NUMBERS)
def test_computed_values_are_those_of_numpy(
    run: Run, tmp_path: Path, rows: list[list[str]], expression: Expression
) -> None:
    path = write(tmp_path / "in.xml", tabledata(FIELDS, rows))
    done = run("votselect", "-f", "csv", "-c", "0", "-a", f"x={expression.ours}", path)
    found = [row[1] for row in csv_rows(done)]
    for row, cell in zip(rows_by_astropy(path), found, strict=True):
        value = number(expression, row)
        if value is None or (cell == "" and isinstance(value, float) and abs(value) >= 2.0**63):
            assert cell == ""  # an integer that left 64 bits is none
        elif isinstance(value, int):
            assert cell == str(value)
        else:
            assert float(cell) == value


def by_stilts(path: Path, expressions: list[Expression]) -> list[list[str]]:
    commands = "; ".join(f"addcol x{i} '{e.stilts}'" for i, e in enumerate(expressions))
    names = " ".join(f"x{i}" for i in range(len(expressions)))
    script = write(path.with_suffix(".cmd"), f"{commands}; keepcols '{names}'".replace("; ", "\n"))
    printed = subprocess.run(
        ["stilts", "tpipe", f"in={path}", "ifmt=votable", f"cmd=@{script}", "omode=out", "ofmt=csv-noheader"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert printed.returncode == 0, printed.stderr
    return list(csv.reader(io.StringIO(printed.stdout)))


def agrees(ours: str, theirs: str) -> bool:
    """NaN is an empty cell to us; other numbers are the same."""
    if ours in ("true", "false", "") or theirs in ("true", "false", ""):
        return ours == theirs or (ours == "" and theirs == "NaN")
    return float(ours.replace("Inf", "inf")) == float(theirs.replace("Infinity", "inf"))


@settings(parent=SLOW, max_examples=5, phases=[Phase.generate])  # each one starts a Java machine: no shrinking
@given(rows=cells(False), expressions=st.lists(st.one_of(NUMBERS, conditions_over(NUMBERS)), min_size=30, max_size=30))
def test_values_are_those_of_stilts(
    run: Run, tmp_path: Path, rows: list[list[str]], expressions: list[Expression]
) -> None:
    path = write(tmp_path / "in.xml", tabledata(FIELDS, rows))
    theirs = by_stilts(path, expressions)
    words = [w for i, e in enumerate(expressions) for w in ("-a", f"x{i}={e.ours}")]
    ours = [row[6:] for row in csv_rows(run("votselect", "-f", "csv", *words, path))]
    for i, expression in enumerate(expressions):
        for mine, other in zip(ours, theirs, strict=True):
            if other[i] == "NaN" or "/" in expression.ours:
                continue  # Java compares NaN and is false; to us it is null
            assert agrees(mine[i], other[i]), (expression.ours, expression.stilts, mine[i], other[i])


FUNCTIONS = [
    ("sin(c3)", "sinDeg(c3)"), ("cos(c3)", "cosDeg(c3)"), ("tan(c3)", "tanDeg(c3)"), ("exp(c3/100)", "exp(c3/100)"),
    ("log(c3+1)", "ln(c3+1)"), ("log10(c3+1)", "log10(c3+1)"), ("c3 ** 1.5", "pow(c3,1.5)"),
    ("floor(c3)", "roundDown(c3)"), ("ceil(c3)", "roundUp(c3)"), ("c1 % 7", "c1 % 7"), ("c3 % 7", "c3 % 7"),
    ("len(c5)", "length(c5)"), ("lower(c5)", "toLowerCase(c5)"),
    ("dist(c3, c1, c2/10, 45)", "skyDistanceDegrees(c3, c1, c2/10.0, 45)"),
    ("dist(c3, c1, c3+1e-5, c1)", "skyDistanceDegrees(c3, c1, c3+1e-5, c1)"),
    ("hms2deg(concat(abs(c1), ':30:00'))", 'hmsToDegrees(concat(abs(c1), ":30:00"))'),
]  # fmt: skip


def test_functions_are_those_of_stilts(run: Run, tmp_path: Path) -> None:
    rows = [[str(i % 40 - 20), str(i * 7 - 300), repr(i * 3.7), "0", "aBcDeF"[: i % 6 + 1], "true"] for i in range(97)]
    path = write(tmp_path / "in.xml", tabledata(FIELDS, rows))
    theirs = by_stilts(path, [Expression(o, s, lambda row: None) for o, s in FUNCTIONS])
    words = [w for i, (o, _) in enumerate(FUNCTIONS) for w in ("-a", f"x{i}={o}")]
    ours = [row[6:] for row in csv_rows(run("votselect", "-f", "csv", *words, path))]
    for mine, other in zip(ours, theirs, strict=True):
        for (expression, _), a, b in zip(FUNCTIONS, mine, other, strict=True):
            if expression.startswith("lower"):
                assert a == b
            else:
                assert math.isclose(float(a), float(b), rel_tol=1e-10, abs_tol=1e-10), (expression, a, b)


@SLOW
@given(
    positions=st.lists(st.tuples(st.floats(0, 360), st.floats(-90, 90)), min_size=1, max_size=20),
    centre=st.tuples(st.floats(0, 360), st.floats(-90, 90)),
    radius=st.one_of(st.floats(0, 180), st.floats(0, 0.1)),
)
def test_cones_are_those_of_astropy(
    run: Run, tmp_path: Path, positions: list[tuple[float, float]], centre: tuple[float, float], radius: float
) -> None:
    ra, dec = (np.radians(np.array(x)) for x in zip(*positions, strict=True))
    distance = np.degrees(angular_separation(ra, dec, *np.radians(centre)))
    text = tabledata([("double", ""), ("double", "")], [[repr(a), repr(d)] for a, d in positions])
    text = text.replace('name="c1"', 'name="c1" ucd="pos.eq.ra;meta.main"')
    path = write(tmp_path / "in.xml", text.replace('name="c2"', 'name="c2" ucd="POS_EQ_DEC_MAIN"'))
    condition = f"within({centre[0]!r}, {centre[1]!r}, {radius!r})"
    words = ["-a", "r=$row", "-a", f"d=dist(c1, c2, {centre[0]!r}, {centre[1]!r})"]
    found = csv_rows(run("votselect", "-f", "csv", *words, path))
    for row, expected in zip(found, distance, strict=True):
        assert math.isclose(float(row[3]), expected, rel_tol=1e-12, abs_tol=1e-12)
    inside = {int(row[2]) for row in csv_rows(run("votselect", "-f", "csv", *words, "-w", condition, path))}
    assert {i for i, d in enumerate(distance) if d < radius - 1e-12} <= inside
    assert inside <= {i for i, d in enumerate(distance) if d <= radius + 1e-12}


def test_columns_and_rows_are_those_of_stilts(run: Run, tmp_path: Path) -> None:
    rows = [
        [str(i % 9), str(i), repr(i / 7), str(i / 4), f"t{i % 5}", "true" if i % 3 else "false"] for i in range(300)
    ]
    path = write(tmp_path / "in.xml", tabledata(FIELDS, rows))
    steps = ["select c1<5&&c6", "every 3", "head 20", "addcol x c2*2", "keepcols 'c5 x c1'"]
    theirs = subprocess.run(
        ["stilts", "tpipe", f"in={path}", "ifmt=votable", *[f"cmd={s}" for s in steps], "omode=out", "ofmt=csv"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    words = ["-w", "c1 < 5", "-w", "c6", "-s", "3", "-t", "20", "-a", "x=c2*2", "-N", "c5,x,c1"]
    ours = succeeded(run("votselect", "-f", "csv", *words, path)).text
    assert ours == "# " + theirs


def test_what_it_writes_is_valid(run: Run, inputs: Path) -> None:
    words = ["-x", "-N", "ra,name", "-a", "flux [Jy]=10**(-0.4*vmag)", "-a", "label=concat('é', name)", "-w", "var"]
    for format in ("vot", "votb", "votb2"):
        path = write(inputs / "out.xml", succeeded(run("votselect", "-f", format, *words, "stars.xml")).text)
        lint = subprocess.run(["stilts", "votlint", f"{path}"], capture_output=True, text=True, check=True)
        assert lint.stdout + lint.stderr == ""
