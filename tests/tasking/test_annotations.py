"""What tools read of a task function: type hints, the docstring by numpydoc's rules; nothing of it loads astropy."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_type_hints

import pytest
from numpydoc.validate import validate

from voclient import tasking, vaopackage
from voclient.tasking import Parameter
from voclient.tasking.calls.annotations import QuantityLike, TableLike, annotate, control_types, spell_type
from voclient.tasking.calls.controls import SUPPORTED
from voclient.tasking.descriptors.descriptor import PARAMETER_TYPES

EVERY_TYPE = """\
summary: Take everything
executable: cat
parameters:
  operand: {argv: "{}", type: table, repeated: true, required: true, help: Tables to take}
  flag: {argv: -f, type: bool, help: Whether to}
  count: {argv: "-n {}", type: int, min: 1, default: 3, help: How many}
  size: {argv: "-s {}", type: float, unit: arcsec, help: How large}
  name: {argv: "-m {}", help: What it is called}
  mode: {argv: "-o {}", choices: [fast, good], help: How well}
  file: {argv: "-p {}", type: path, help: Where}
  service: {argv: "-u {}", type: url, help: Whom to ask}
  angle: {argv: "-a {}", type: angle, help: Which way}
  flux: {argv: "-q {}", type: quantity, unit: Jy, repeated: true, help: How bright}
  band: {argv: "-r {}", type: range, unit: nm, help: From and to}
results:
  stdout: {format: lines, key: lines}
"""


def test_type_hints_resolve_for_every_task(make_package: Callable[..., Path]) -> None:
    tasks = [getattr(vaopackage, name) for name in dir(vaopackage)]
    tasks.append(tasking.load_package(make_package("every", everything=EVERY_TYPE)).everything)
    for task in tasks:
        hints = get_type_hints(task)
        assert set(hints) == {p.name for p in task.descriptor.parameters} | set(control_types()) | {"return"}
    assert hints["operand"] == TableLike | str | os.PathLike[str] | Iterable[TableLike | str | os.PathLike[str]]
    assert hints["size"] == float | QuantityLike | None
    assert hints["mode"] == Literal["fast", "good"] | None
    assert hints["env"] == Mapping[str, str] | None
    assert hints["return"] is tasking.OPset


def test_every_type_of_parameters_has_an_annotation() -> None:
    for kind in PARAMETER_TYPES:
        assert annotate(Parameter("x", kind, required=True))


def test_the_controls_of_the_signature_are_those_a_task_takes() -> None:
    assert tuple(control_types()) == SUPPORTED


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (str | os.PathLike[str] | None, "str | PathLike[str] | None"),
        (Literal["a", "it's"] | None, "Literal['a', \"it's\"] | None"),
        (Literal["a"] | Iterable[Literal["a"]], "Literal['a'] | Iterable[Literal['a']]"),
        (tuple[float, Any], "tuple[float, Any]"),
        (TableLike, "TableLike"),
    ],
)
def test_types_are_written_short(kind: Any, text: str) -> None:
    assert spell_type(kind) == text


@pytest.mark.parametrize("name", dir(vaopackage))
def test_numpydoc_finds_nothing_to_say(name: str) -> None:
    assert {code for code, _ in validate(f"voclient.vaopackage.{name}")["errors"]} <= {"SA01"}


def test_numpydoc_finds_nothing_to_say_of_any_type(
    make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = tasking.load_package(make_package("every", everything=EVERY_TYPE))
    monkeypatch.setitem(sys.modules, "every", every)
    assert {code for code, _ in validate("every.everything")["errors"]} <= {"SA01", "ES01", "EX01"}


def test_looking_at_a_task_does_not_load_astropy() -> None:
    code = (
        "import inspect, pydoc, sys, typing; from voclient.vaopackage import votcnv\n"
        "typing.get_type_hints(votcnv); inspect.signature(votcnv); pydoc.render_doc(votcnv)\n"
        "assert not {'astropy', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
