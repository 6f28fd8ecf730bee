"""Boutiques descriptors as ours: the same command lines as bosh's, or a reason why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from voclient.importers import ImportRefusedError, import_descriptor
from voclient.tasking import import_task
from voclient.tasking.calls.arguments import translate
from voclient.tasking.descriptors.descriptor import Descriptor
from voclient.tasking.errors import TaskParameterError

Imported = Callable[..., Descriptor]
CASES = yaml.safe_load((Path(__file__).parent / "boutiques_cases.yaml").read_text())
A = {"id": "a", "name": "A", "type": "String", "value-key": "[A]"}


def descriptor(data: dict[str, Any]) -> dict[str, Any]:
    head = {"name": "Tool", "tool-version": "1", "description": "A tool.", "schema-version": "0.5"}
    return head | {"command-line": "tool [A]", "inputs": [A]} | data


def one(**fields: Any) -> dict[str, Any]:
    return {"inputs": [A | {name.replace("_", "-"): value for name, value in fields.items()}]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["rule"])
def test_the_command_line_is_that_of_bosh(case: dict[str, Any], imported: Imported) -> None:
    task = imported(descriptor(case["descriptor"]))
    for call in case["calls"]:
        made = translate(task, call["job"])
        assert [made.executable, *made.words] == call["argv"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"command-line": "tool [A] > out"}, "command-line: '>' is the shell's: no shell runs here"),
        ({"command-line": "cd x && tool [A]"}, "command-line: '&' is the shell's"),
        ({"command-line": "tool $HOME [A]"}, "command-line: '$' is the shell's"),
        ({"command-line": "tool '[A]'"}, "command-line: a value within quotes"),
        ({"command-line": 'tool "$X" [A]'}, "command-line: '$' within quotes is the shell's"),
        ({"command-line": "tool 'a [A]"}, "command-line: a quote without its end"),
        ({"command-line": "tool * [A]"}, "command-line: '*' is the shell's"),
        ({"command-line": "tool {a,b} [A]"}, "command-line: '{' is the shell's"),
        ({"command-line": "tool [A] [B]"}, "command-line: […] is a pattern of the shell's"),
        ({"command-line": "X=1 tool [A]"}, "command-line: 'X=1' sets a variable of the shell"),
        ({"command-line": "export [A]"}, "command-line: 'export' is the shell's"),
        ({"command-line": "./tool [A]"}, "command-line: './tool' is sought where it runs"),
        ({"command-line": "[A] x"}, "command-line: which program runs is not fixed"),
        ({"command-line": "tool [A][A]"}, "command-line: two keys in one word"),
        ({"command-line": "tool x[A]", **one(optional=True)}, "command-line: what stands around '[A]' stays there"),
        ({"inputs": [A, A | {"id": "b"}]}, "command-line: the keys '[A]' and '[A]', one within the other"),
        (one(type={"id": "sub"}), "inputs.0.type.command-line: a command within the command with quotes, or without"),
        (one(type=[{"command-line": "x", "inputs": []}]), "inputs.0.type: a choice of fewer than two commands"),
        (one(type=[1]), "inputs.0.type: a choice of commands within a command"),
        (one(type={"command-line": "x"}, list=True), "inputs.0.list: a list of commands within the command"),
        (one(type={"command-line": "x[B]", "inputs": [A | {"id": "b", "value-key": "[B]"}]}, optional=True),
         "inputs.0: values within a word of a command that may be absent"),
        (one(type={"command-line": "[B] x", "inputs": [A | {"id": "b", "value-key": "[B]"}]}, optional=True),
         "inputs.0: fixed words of a command that may be absent, without a value that is always behind"),
        (one(type="Flag"), "inputs.0: a flag without a command-line-flag"),
        (one(list=True, list_separator=", "), "inputs.0.list-separator: ', ' splits words and is a part of them"),
        (one(list=True, list_separator=";"), "inputs.0.list-separator: ';' is the shell's"),
        (one(uses_absolute_path=True), "inputs.0.uses-absolute-path: names made absolute"),
        (one(value_requires={"x": ["a"]}), "inputs.0.value-requires.x: no rule for one of its value-choices"),
        (one(value_choices=["x"], value_requires={"x": ["b"]}), "inputs.0.value-requires.x: there is no input 'b'"),
        (one(value_choices=["x"], value_requires={"x": [[1]]}), "inputs.0.value-requires.x: there is no input [1]"),
        (one(value_choices=["x"], value_disables={"x": ["a"]}), "inputs.0.value-disables: 'a' is always given"),
        (one(default_value=3), "inputs.0.default-value: 3 is no string"),
        (one(unheard=1), "inputs.0.unheard: is not known here"),
        ({"container-image": {"type": "docker", "image": "x", "entrypoint": True}},
         "container-image.entrypoint: the program is the container's"),
        ({"environment-variables": [{"name": "X", "value": "[A]"}]}, "environment-variables.0.value: an input's value"),
        ({"environment-variables": [{"name": "X", "value": "$Y"}]}, "environment-variables.0.value: '$Y' is read by a"),
        ({"output-files": [{"id": "o", "name": "O", "conditional-path-template": [{"default": "x"}]}]},
         "output-files.0.conditional-path-template: a name that depends on conditions"),
        ({"output-files": [{"id": "o", "name": "O", "path-template": "x", "file-template": ["x"]}]},
         "output-files.0.file-template: a file that is written before the run"),
        ({"output-files": [{"id": "a", "name": "O", "path-template": "[A].x"}]},
         "output-files.0.id: 'a' is an input, too, which this file's name would replace"),
        ({"inputs": 5}, "inputs: 5 is no list"),
        ({"inputs": ["x"]}, "inputs.0: 'x' is no mapping"),
        ({"groups": [{"id": "g", "members": [["a"]]}]}, "groups.0.members: [['a']] is not all texts"),
        (one(value_key=[1]), "inputs.0.value-key: [1] is no text"),
        ({"schema-version": "0.4"}, "schema-version: '0.4' is not read, only 0.5"),
    ],
)  # fmt: skip
def test_what_a_descriptor_cannot_say_is_refused_with_the_reason(
    data: dict[str, Any], reason: str, tmp_path: Path, imported: Imported
) -> None:
    with pytest.raises(ImportRefusedError) as info:
        imported(descriptor(data))
    assert str(info.value).removeprefix(f"{tmp_path}/tool.json:").split(": ", 1)[1].startswith(reason)


@pytest.mark.parametrize(
    ("more", "call", "reason"),
    [
        ({"type": "Number", "minimum": 0, "exclusive-minimum": True}, 0, "0 is not above 0"),
        ({"type": "Number", "maximum": 5}, 6, "6 is above the maximum 5"),
        ({"type": "Number", "integer": True}, 2.5, "2.5 (float) is not an integer"),
        ({"value-choices": ["x", "y"]}, "z", "'z' is none of its choices"),
        ({"list": True, "min-list-entries": 2}, ["x"], "1 value in the list"),
        ({}, None, "parameter 'a' is required"),
    ],
)
def test_what_boutiques_does_not_accept_is_not_accepted(
    more: dict[str, Any], call: Any, reason: str, imported: Imported
) -> None:
    with pytest.raises(TaskParameterError) as info:
        translate(imported(descriptor({"inputs": [A | more]})), {"a": call})
    assert reason in str(info.value)


def test_flags_are_optional_and_outputs_may_be_named_as_inputs(imported: Imported) -> None:
    flag = {"id": "f", "name": "F", "type": "Flag", "value-key": "[F]", "command-line-flag": "-f"}
    outputs = [{"id": "a", "name": "O", "path-template": "[A]", "value-key": "[A]"}]
    task = imported(descriptor({"command-line": "tool [A] [F]", "inputs": [A, flag], "output-files": outputs}))
    assert translate(task, {"a": "x"}).words == ["x"]
    assert translate(task, {"a": "x", "f": True}).words == ["x", "-f"]


def options(*names: str, **more: dict[str, Any]) -> dict[str, Any]:
    items = [{"id": name, "name": name, "type": "String", "value-key": f"[{name}]", "optional": True,
              "command-line-flag": f"-{name}", **more.get(name, {})} for name in names]  # fmt: skip
    return {"command-line": " ".join(["tool", *(f"[{name}]" for name in names)]), "inputs": items}


def test_groups_and_conditions_hold(imported: Imported) -> None:
    def group(**fields: bool) -> dict[str, Any]:
        rules = {name.replace("_", "-"): value for name, value in fields.items()}
        return options("a", "b") | {"groups": [{"id": "g", "name": "G", "members": ["a", "b"], **rules}]}

    for data, call, reason in (
        (group(mutually_exclusive=True), {"a": "1", "b": "2"}, "'a' and 'b' exclude each other"),
        (group(one_is_required=True), {}, "one of 'a' or 'b' must be given"),
        (group(all_or_none=True), {"b": "2"}, "parameter 'b' needs 'a' as well"),
        (options("a", "b", a={"requires-inputs": ["b"]}), {"a": "1"}, "parameter 'a' needs 'b' as well"),
        (options("a", "b", a={"disables-inputs": ["b"]}), {"a": "1", "b": "2"}, "'a' and 'b' exclude each other"),
    ):
        with pytest.raises(TaskParameterError) as info:
            translate(imported(descriptor(data)), call)
        assert reason in str(info.value)


def test_rules_for_single_values_hold(imported: Imported) -> None:
    rules = {"value-requires": {"x": ["b"], "y": [], "z": ["b", "c"]}, "value-disables": {"x": [], "y": ["b"], "z": []}}
    task = imported(descriptor(options("a", "b", "c", a={"value-choices": ["x", "y", "z"], **rules})))
    for call, reason in (
        ({"a": "x"}, "parameter 'b' is required with a='x' or a='z'"),
        ({"a": "z", "b": "1"}, "parameter 'c' is required with a='z'"),
        ({"a": "y", "b": "1"}, "parameter 'b' is for a='x' or a='z' or no a only"),
    ):
        with pytest.raises(TaskParameterError) as info:
            translate(task, call)
        assert reason in str(info.value)
    for call in ({}, {"b": "1"}, {"a": "y", "c": "1"}, {"a": "x", "b": "1"}):
        assert len(translate(task, dict(call)).words) == 2 * len(call)


COMMANDS = """
command-line: dilate [IN] [LEFT] [RANGE] [AREA] [OP]
inputs:
  - {id: in, name: In, type: File, value-key: "[IN]"}
  - {id: left, name: Left, value-key: "[LEFT]", optional: true, type: {id: l, command-line: "-left [FILE] [AREAS]",
      inputs: [
      {id: file, name: F, type: File, value-key: "[FILE]"},
      {id: areas, name: A, type: File, value-key: "[AREAS]", command-line-flag: -areas, optional: true}],
      output-files: [{id: left, name: L, path-template: "[FILE].out"}]}}
  - {id: range, name: R, value-key: "[RANGE]", optional: true, command-line-flag: -range, type: {id: r,
      command-line: "[LOW] to [HIGH]", inputs: [
      {id: low, name: L, type: Number, value-key: "[LOW]", command-line-flag: -l, command-line-flag-separator: "="},
      {id: high, name: H, type: Number, value-key: "[HIGH]"}]}}
  - {id: area, name: Area, value-key: "[AREA]", optional: true, type: {id: a, command-line: "-area [X]", inputs: [
      {id: x, name: X, type: String, value-key: "[X]", command-line-flag: -x, optional: true}]}}
  - {id: op, name: Op, value-key: "[OP]", type: {id: o, command-line: "-op [KIND] [DEEP]", inputs: [
      {id: kind, name: K, type: String, value-key: "[KIND]"},
      {id: deep, name: D, value-key: "[DEEP]", optional: true, type: {id: d, command-line: "-deep [KIND]", inputs: [
        {id: "n", name: "N", type: Number, integer: true, value-key: "[KIND]"}]}}]}}
output-files: [{id: in, name: I, path-template: "[IN].out"}]
groups: [{id: g, name: G, members: [left, range], mutually-exclusive: true}]
"""


def test_commands_within_the_command_are_there_as_a_whole_or_not_at_all(imported: Imported) -> None:
    task = imported(descriptor(yaml.safe_load(COMMANDS)))
    always = {"in": "i", "op_kind": "k"}
    for call, words in (
        ({}, "i -op k"),
        ({"left_file": "f"}, "i -left f -op k"),
        ({"left_file": "f", "left_areas": "a"}, "i -left f -areas a -op k"),
        ({"range_low": 1, "range_high": 2}, "i -range -l=1 to 2 -op k"),
        ({"area": True}, "i -area -op k"),
        ({"area": True, "area_x": "q"}, "i -area -x q -op k"),
        ({"op_deep_n": 3}, "i -op k -deep 3"),
    ):
        assert translate(task, always | call).words == words.split()
    for call, reason in (
        ({"left_areas": "a"}, "'left_areas' needs 'left_file'"),
        ({"range_low": 1}, "'range_low' needs 'range_high'"),
        ({"area_x": "q"}, "'area_x' needs 'area'"),
        ({"left_file": "f", "range_low": 1, "range_high": 2}, "'left_file' and 'range_low' exclude each other"),
    ):
        with pytest.raises(TaskParameterError, match=reason):
            translate(task, always | call)
    assert [section.path for section in task.results.files] == ["{in_}.out", "{left_file}.out"]


@pytest.mark.parametrize("optional", [False, True])
def test_of_commands_to_choose_from_one_is_there(optional: bool, imported: Imported) -> None:
    item = {"id": "how", "name": "How", "value-key": "[HOW]", "optional": optional, "command-line-flag": "--how"}
    size = {"id": "size", "name": "S", "type": "Number", "value-key": "[S]"}
    commands = [
        {"id": "blur", "command-line": "blur [S]", "inputs": [size]},
        {"id": "sharp", "command-line": "sharp [S] [T]", "inputs": [size, size | {"id": "to", "value-key": "[T]"}]},
        {"id": "none", "command-line": "none", "inputs": []},
    ]
    task = imported(descriptor({"command-line": "tool [A] [HOW] end", "inputs": [A, item | {"type": commands}]}))
    for call, words in (
        ({"how_blur_size": 1}, "a --how blur 1 end"),
        ({"how_sharp_size": 1, "how_sharp_to": 2}, "a --how sharp 1 2 end"),
        ({"how_none": True}, "a --how none end"),
    ):
        assert translate(task, {"a": "a"} | call).words == words.split()
    with pytest.raises(TaskParameterError, match="'how_blur_size' and 'how_none' exclude each other"):
        translate(task, {"a": "a", "how_blur_size": 1, "how_none": True})
    if optional:
        assert translate(task, {"a": "a"}).words == ["a", "end"]
    else:
        with pytest.raises(TaskParameterError, match="one of 'how_blur_size' or 'how_sharp_size' or 'how_none' must"):
            translate(task, {"a": "a"})


def test_output_files_and_exit_statuses_are_results(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("""\
name: 3d copy++
description: Copies a file. It does so twice.
tool-version: "2.1"
schema-version: "0.5"
command-line: cp [IN] [PREFIX]_out.nii
inputs:
  - {id: IN, name: In, type: File, value-key: "[IN]", description: The input.}
  - {id: prefix, name: Prefix, type: String, value-key: "[PREFIX]", default-value: p}
output-files:
  - {id: out, name: Out, path-template: "[PREFIX]_out.nii"}
  - {id: like, name: Like, path-template: "./[IN].y", path-template-stripped-extensions: [.gz, .x], optional: true}
  - {id: all, name: All, path-template: "*.nii", list: true}
error-codes: [{code: 1, description: Something is missing.}]
environment-variables: [{name: LEVEL, value: "3"}]
container-image: {type: docker, image: some/image}
""")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.x.gz").write_text("x")
    (tmp_path / "a.y").write_text("y")
    draft = import_descriptor(tmp_path / "t.yaml")
    target = tmp_path / f"{draft.data['task']}.yaml"
    target.write_text(draft.text())
    assert "# The program is meant to run in the container image some/image; here it must be" in target.read_text()
    task = import_task(str(target))
    assert (task.__name__, task.descriptor.summary) == ("x3d_copy", "Copies a file")
    result = task(IN="in/a.x.gz", cwd=tmp_path, check=True)
    assert (result["out"].name, result["like"].name, len(result["all"])) == ("p_out.nii", "a.y", 1)
    assert "Something is missing" in task("nothing", cwd=tmp_path).exitmsg
