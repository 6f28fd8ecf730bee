"""Parameter values: what is accepted becomes a plain value, what is not is refused with what would be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import Angle, SkyCoord
from astropy.table import Table

from voclient.tasking.calls.values import check, describe, spell
from voclient.tasking.descriptors.descriptor import PARAMETER_TYPES, Parameter
from voclient.tasking.errors import TaskParameterError


def make(kind: str, **more: Any) -> Parameter:
    return Parameter("p", kind, **more)


@pytest.mark.parametrize(
    ("parameter", "given", "value"),
    [
        (make("bool"), True, True),
        (make("bool"), np.False_, False),
        (make("bool"), "Yes", True),
        (make("bool"), 0, False),
        (make("int"), 3, 3),
        (make("int"), " -12 ", -12),
        (make("int"), 4.0, 4),
        (make("int"), np.int16(7), 7),
        (make("float"), 2.5, 2.5),
        (make("float"), "1e-8", 1e-8),
        (make("float"), np.float32(0.5), 0.5),
        (make("float"), float("inf"), float("inf")),
        (make("float", unit="deg"), 90 * u.arcmin, 1.5),
        (make("string"), "", ""),
        (make("string"), np.str_("a"), "a"),
        (make("choice", choices=("1", "2")), 1, "1"),
        (make("path"), Path("a/b"), "a/b"),
        (make("path"), b"caf\xe9", "caf\udce9"),
        (make("url"), "https://h/p?q=1", "https://h/p?q=1"),
        (make("angle"), Angle("0d30m"), 0.5),
        (make("angle"), "0d30m", 0.5),
        (make("quantity", unit="s"), 2 * u.min, 120.0),
        (make("quantity", unit="s"), "2 min", 120.0),
        (make("range"), (1, 2.5), (1, 2.5)),
        (make("range"), "1,", (1, None)),
        (make("range", unit="m"), (1 * u.km, 2 * u.km), (1000.0, 2000.0)),
        (make("int", repeated=True), [1, "2"], [1, 2]),
        (make("int", repeated=True), 1, 1),
        (make("int", repeated=True), np.array([1, 2]), [1, 2]),
        (make("int", repeated=True, separator=","), "1,2", [1, 2]),
        (make("float", repeated=True, unit="deg"), [60, 120] * u.arcmin, [1.0, 2.0]),
        (make("string", repeated=True), ("a", "b"), ["a", "b"]),
        (make("range", repeated=True), [(1, 2), (3, 4)], [(1, 2), (3, 4)]),
        (make("range", repeated=True), (1, 2), (1, 2)),
    ],
)
def test_what_is_accepted_becomes_a_plain_value(parameter: Parameter, given: Any, value: Any) -> None:
    result = check(parameter, given)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("parameter", "given", "message"),
    [
        (make("bool"), "maybe", "'maybe' (str) is not True or False; accepted: True or False"),
        (make("bool"), 2, "2 (int) is not True or False; accepted: True or False"),
        (make("int"), True, "True (bool) is not an integer; accepted: an integer"),
        (make("int"), 2.5, "2.5 (float) is not an integer; accepted: an integer"),
        (make("int"), "1_000", "'1_000' (str) is not an integer; accepted: an integer"),
        (make("int"), None, "None (NoneType) is not an integer; accepted: an integer"),
        (make("int", minimum=0), -1, "-1 is below the minimum 0; accepted: an integer not below 0"),
        (make("float", maximum=90, unit="deg"), 91,
         "91 deg is above the maximum 90 deg; accepted: a number not above 90 (deg)"),
        (make("float", minimum=0), float("nan"), "nan is below the minimum 0; accepted: a number not below 0"),
        (make("float"), "1e999", "'1e999' (str) is not a number; accepted: a number"),
        (make("float"), 1j, "1j (complex) is not a number; accepted: a number"),
        (make("float"), np.ma.masked, "a masked value is no value; accepted: a number"),
        (make("float", unit="deg"), 3 * u.m, "<Quantity 3. m> cannot be expressed in deg; accepted: a number (deg)"),
        (make("float"), 3 * u.m, "<Quantity 3. m> has a unit, the parameter has none; accepted: a number"),
        (make("quantity", unit="s"), "2 parrots", "'2 parrots' (str) is not a quantity; accepted: a quantity (s)"),
        (make("string"), 5, "5 (int) is not text; accepted: text"),
        (make("string", pattern="[a-z]+"), "A", "'A' does not have the form [a-z]+; accepted: text of the form [a-z]+"),
        (make("choice", choices=("csv", "tsv")), "cvs", "'cvs' is none of its choices; did you mean 'csv'?; "
                                                        "accepted: csv, tsv"),
        (make("path"), 3, "3 (int) is not a file name; accepted: a file name"),
        (make("url"), "example.org", "'example.org' does not begin with a scheme such as https:; accepted: a URL"),
        (make("table"), [1], "[1] (list) is not an astropy Table, a file name or a URL; "
                             "accepted: an astropy Table, a file name or a URL"),
        (make("range"), (2, 1), "the low end of (2, 1) is above the high end; accepted: a pair (low, high) of numbers"),
        (make("range"), 3, "3 (int) is not a pair (low, high) of numbers; accepted: a pair (low, high) of numbers"),
        (make("range", minimum=0), (-1, 1), "-1 is below the minimum 0; "
                                            "accepted: a pair (low, high) of numbers not below 0"),
        (make("int", repeated=True), [1, None], "None in a list; accepted: an integer, or a list of them"),
        (make("int", repeated=True), {"a": 1}, "a mapping is not a list; accepted: an integer, or a list of them"),
        (make("int"), [1], "[1] (list) is not an integer; accepted: an integer"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_with_what_is_accepted(parameter: Parameter, given: Any, message: str) -> None:
    with pytest.raises(TaskParameterError) as info:
        check(parameter, given, "task")
    assert str(info.value) == f"task: parameter 'p': {message}"
    assert (info.value.task, info.value.parameter) == ("task", "p")
    assert info.value.value is given


STRANGE = [
    10**400, 10**9999, -(10**400), 1j, b"\xff", "\0", "\ud800", [[]], [None], {"a": 1}, {1, 2}, range(3), object(), int,
    len, np.array([1, 2]), np.array([[1, 2]]), np.ma.masked, np.ma.array([1], mask=[1]), np.datetime64("2020-01-01"),
    5 * u.m, [1, 2] * u.deg, Angle("1d"), SkyCoord(1, 2, unit="deg"), Table({"a": [1]}), Table(), memoryview(b"a"), ...,
]  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("repeated", [False, True])
@pytest.mark.parametrize("kind", [kind for kind in PARAMETER_TYPES if kind != "choice"])
def test_no_value_makes_another_error_or_a_message_of_many_lines(kind: str, repeated: bool) -> None:
    errors = []
    for value in STRANGE:
        try:
            check(make(kind, repeated=repeated), value, "task")
        except TaskParameterError as error:
            errors.append(error)
    assert errors
    assert {(error.task, error.parameter) for error in errors} == {("task", "p")}
    assert not any("\n" in str(error) for error in errors)


def test_a_long_value_is_shown_in_part() -> None:
    with pytest.raises(TaskParameterError) as info:
        check(make("int"), "x" * 10_000)
    assert len(str(info.value)) < 200


def test_a_table_is_passed_as_it_is() -> None:
    table = Table({"a": [1]})
    assert check(make("table"), table) is table
    assert check(make("table", repeated=True), table) is table
    assert check(make("table", repeated=True), [table, "b.xml"])[1] == "b.xml"


@pytest.mark.parametrize("number", [0.1, 1e-8, 1e300, 10.684708, -0.0, 2.5, 1 / 3])
def test_numbers_are_spelt_so_that_they_read_back(number: float) -> None:
    assert float(spell(number)) == number


def test_what_is_accepted_can_be_put_in_words() -> None:
    assert describe(make("float", minimum=0, maximum=90, unit="deg")) == "a number from 0 to 90 (deg)"
    assert describe(make("choice", choices=("a", "b"), repeated=True)) == "a, b, or a list of them"


def test_plain_values_do_not_import_astropy_or_numpy() -> None:
    code = (
        "import sys\n"
        "from voclient.tasking.calls.values import check\n"
        "from voclient.tasking.descriptors.descriptor import Parameter\n"
        "check(Parameter('p', 'angle', unit='deg'), '12.5'); check(Parameter('p', 'table'), 'a.xml')\n"
        "check(Parameter('p', 'quantity', unit='s', repeated=True), [1, 2.5])\n"
        "assert not {'astropy', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
