"""Task functions look and behave as functions: signature, docstring, help, and controls."""

from __future__ import annotations

import inspect
import json
import pickle
import pydoc
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from voclient import tasking
from voclient.tasking.calls.annotations import QuantityLike
from voclient.tasking.calls.controls import SUPPORTED
from voclient.tasking.calls.tasks import Task
from voclient.tasking.errors import TaskParameterError

TEXT = """\
task: resolve
summary: Resolve names
description: Asks a service.
executable: {program}
parameters:
  target: {{argv: "{{}}", repeated: true, required: true, help: Names of objects, aliases: [obj]}}
  second: {{argv: "{{}}", type: path}}
  radius: {{argv: "-r {{}}", type: float, unit: deg, default: 0.5, min: 0, help: How far}}
  fmt: {{argv: "-f {{}}", choices: [csv, vot]}}
  table: {{argv: "--table={{}}", type: table}}
  force: {{argv: --force, type: bool}}
exclusive: [[fmt, force]]
results:
  stdout:
    format: json
    keys:
      argv: {{type: list, help: The words}}
examples:
  - call: {{target: m31, radius: 2}}
    expect: {{argv: [m31, -r, "2"]}}
"""


@pytest.fixture
def resolve(tmp_path: Path, show_arguments: Path) -> Task:
    (tmp_path / "resolve.yaml").write_text(TEXT.format(program=show_arguments))
    return tasking.import_task(str(tmp_path / "resolve.yaml"))


def test_the_signature_has_operands_first_then_names_then_controls(resolve: Task) -> None:
    signature = inspect.signature(resolve)
    assert list(signature.parameters) == ["target", "second", "radius", "fmt", "table", "force", *SUPPORTED]
    kinds = [parameter.kind.name for parameter in signature.parameters.values()]
    assert kinds == ["POSITIONAL_OR_KEYWORD"] * 2 + ["KEYWORD_ONLY"] * (4 + len(SUPPORTED))
    parameters = signature.parameters
    assert parameters["target"].annotation == str | Iterable[str]
    assert parameters["target"].default is inspect.Parameter.empty
    assert (parameters["radius"].annotation, parameters["radius"].default) == (float | QuantityLike, 0.5)
    assert parameters["fmt"].annotation == Literal["csv", "vot"] | None
    assert (parameters["force"].annotation, parameters["force"].default) == (bool, False)
    assert signature.return_annotation is tasking.OPset
    assert resolve.__annotations__["radius"] == float | QuantityLike


def test_the_docstring_is_numpydoc(resolve: Task) -> None:
    text = resolve.__doc__
    assert text.startswith(
        "Resolve names.\n\nAsks a service.\n\nParameters\n----------\ntarget : text, or a list of them\n"
    )
    assert "    Names of objects. Also called `obj`.\n" in text
    assert "radius : a number not below 0 (deg), default: 0.5\n    How far.\n" in text
    assert "fmt : {'csv', 'vot'}, optional\n    Not together with `force`.\n" in text
    assert "Returns\n-------\nOPset\n" in text
    assert "``argv`` (list): The words" in text
    assert ">>> result = resolve('m31', radius=2)" in text


def test_help_shows_a_function(resolve: Task) -> None:
    text = pydoc.plain(pydoc.render_doc(resolve))
    assert "\nresolve(target: " in text
    assert "Resolve names." in text
    assert inspect.isroutine(resolve)
    assert repr(resolve) == "<task resolve>"


def test_a_task_kept_in_a_class_is_no_method(resolve: Task) -> None:
    class Holder:
        tool = resolve

    assert Holder().tool is resolve


def test_calls_by_position_and_by_name_run_the_program(resolve: Task) -> None:
    assert resolve("m31")["argv"] == ["m31"]
    assert resolve(["m31", "m51"], "x", radius="2", force=True)["argv"] == ["m31", "m51", "x", "-r", "2", "--force"]
    assert resolve(obj="m31")["argv"] == ["m31"]


@pytest.mark.parametrize(
    ("operands", "given", "message"),
    [
        ((), {}, "resolve: parameter 'target' is required (Names of objects)"),
        (("a",), {"target": "b"}, "resolve: parameter 'target' is given twice, by position and by name"),
        (("a", "b", "c"), {}, "resolve: 3 values by position, it takes 2 values (target, second); "
                              "give the others by name"),
        (("a",), {"raduis": 1}, "resolve: no parameter 'raduis'; did you mean 'radius'? "
                                "(parameters: target, second, radius, fmt, table, force)"),
        (("a",), {"timeout": 0}, "resolve: task control 'timeout' cannot be 0; accepted: a number of seconds above 0"),
        (("a",), {"timeout": "5"}, "resolve: task control 'timeout' cannot be '5'; "
                                   "accepted: a number of seconds above 0"),
        (("a",), {"check": "yes"}, "resolve: task control 'check' cannot be 'yes'; accepted: True or False"),
        (("a",), {"cwd": "/nowhere"}, "resolve: task control 'cwd' cannot be '/nowhere'; accepted: an existing folder"),
        (("a",), {"env": {"A": 1}}, "resolve: task control 'env' cannot be {'A': 1}; "
                                    "accepted: a mapping of variable names to text"),
        (("a",), {"callback": 3}, "resolve: task control 'callback' cannot be 3; "
                                  "accepted: a function of (key, value), or a mapping of patterns to them"),
        (("a",), {"as_finished": True}, "resolve: the task control 'as_finished' is not supported "
                                        f"(there are: {', '.join(SUPPORTED)})"),
        (("a",), {"async": True, "async_": True}, "resolve: task control 'async' cannot be True; "
                                                  "accepted: given once, as async_ or as async"),
    ],
)  # fmt: skip
def test_a_wrong_call_raises_before_anything_runs(
    resolve: Task, operands: tuple[Any, ...], given: dict[str, Any], message: str
) -> None:
    with pytest.raises(TaskParameterError) as info:
        resolve(*operands, **given)
    assert str(info.value) == message
    assert info.value.task == "resolve"


@pytest.mark.parametrize("control", ["async_", "execute", "timeout", "check", "cwd", "env", "callback"])
@pytest.mark.parametrize("value", [10**400, object(), np.array([1, 2]), [], "x", 1j], ids=lambda v: type(v).__name__)
def test_a_control_that_cannot_be_is_told(resolve: Task, control: str, value: object) -> None:
    with pytest.raises(TaskParameterError, match=f"resolve: task control '{control}' cannot be ") as caught:
        resolve("m31", **{control: value})
    assert caught.value.parameter == control


def test_async_is_accepted_by_both_its_names(resolve: Task) -> None:
    for name in ("async", "async_"):
        result = resolve("m31", **{name: True})
        assert result.wait(30)
        assert result["argv"] == ["m31"]


def test_a_prepared_run_starts_when_told_to(resolve: Task) -> None:
    result = resolve("m31", execute=False)
    assert "argv" not in result
    assert result.execute()["argv"] == ["m31"]


def test_callbacks_are_called_by_pattern(resolve: Task) -> None:
    seen: list[tuple[str, Any]] = []
    resolve(
        "m31", callback={"arg*": lambda key, value: seen.append((key, value)), "x*": lambda *_: seen.append(("x", 0))}
    )
    assert seen == [("argv", ["m31"])]


def test_a_table_object_reaches_the_program_as_a_file(resolve: Task) -> None:
    from astropy.table import Table

    (name,) = resolve("m31", table=Table({"a": [1]}))["argv"][1:]
    assert name.startswith("--table=/dev/fd/")


def test_the_call_can_be_looked_at_without_a_run(resolve: Task) -> None:
    assert resolve.prepare("-5", radius=1).words == ["-r", "1", "--", "-5"]


def test_tasks_and_their_errors_pickle(resolve: Task) -> None:
    assert pickle.loads(pickle.dumps(resolve)) == resolve
    with pytest.raises(TaskParameterError) as info:
        resolve()
    again = pickle.loads(pickle.dumps(info.value))
    assert (str(again), again.task, again.parameter) == (str(info.value), "resolve", "target")


def test_an_error_about_a_value_that_cannot_be_pickled_pickles(resolve: Task) -> None:
    with pytest.raises(tasking.TaskParameterError) as caught:
        resolve(lambda: None)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert (copy.task, copy.parameter) == (caught.value.task, caught.value.parameter)
    assert "lambda" in copy.value


def test_attributes_are_plain_data(resolve: Task) -> None:
    assert json.loads(json.dumps(resolve.attributes))["parameters"][0]["name"] == "target"


def test_an_operand_that_may_be_left_out_can_stand_before_one_that_may_not(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        "task: t\nsummary: s\nexecutable: prog\nparameters:\n  a: {argv: '{}'}\n  b: {argv: '{}', required: true}\n"
    )
    task = tasking.import_task(str(tmp_path / "t.yaml"))
    assert str(inspect.signature(task)).startswith("(a: str | None = None, b: str = None, *, ")
    with pytest.raises(TaskParameterError, match="'b' is required"):
        task("x")


def test_the_class_of_tasks_explains_itself_as_any_class() -> None:
    assert inspect.getdoc(Task).startswith("A task function: call it")  # type: ignore[union-attr]
    assert list(inspect.signature(Task).parameters) == ["descriptor"]
    assert "A task function" in pydoc.render_doc(Task)
