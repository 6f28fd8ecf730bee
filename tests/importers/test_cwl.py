"""CWL tools as descriptors: the same command lines as cwltool's, or a reason why not."""

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
from voclient.tasking.descriptors.loading import load_descriptor

Imported = Callable[..., Descriptor]
CASES = yaml.safe_load((Path(__file__).parent / "cwl_cases.yaml").read_text())


def tool(data: dict[str, Any]) -> dict[str, Any]:
    return {"cwlVersion": "v1.2", "class": "CommandLineTool", "inputs": {}, "outputs": {}} | data


def plain(value: Any) -> Any:
    """A value of a CWL job as it is given to a task."""
    if isinstance(value, dict):
        return value["location"]
    return [plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["rule"])
def test_the_command_line_is_that_of_cwltool(case: dict[str, Any], imported: Imported) -> None:
    task = imported(tool(case["tool"]))
    for call in case["calls"]:
        made = translate(task, {name: plain(value) for name, value in call["job"].items()})
        assert [made.executable, *made.words] == call["argv"]
        assert made.stdin == call.get("stdin")
        assert made.environment == call.get("env", {})


def refused(data: dict[str, Any], tmp_path: Path, imported: Imported) -> str:
    with pytest.raises(ImportRefusedError) as info:
        imported(data)
    return str(info.value).removeprefix(f"{tmp_path}/tool.json:").split(": ", 1)[1]


def bound(**fields: Any) -> dict[str, Any]:
    return {"inputs": {"x": {"type": "string", "inputBinding": {}} | fields}}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"class": "Workflow"}, "class: 'Workflow' is no CommandLineTool: it runs no program"),
        ({"cwlVersion": "draft-3"}, "cwlVersion: 'draft-3' is none of the versions read: v1.0, v1.1, v1.2"),
        ({"cwlVersion": "v1.3"}, "cwlVersion: 'v1.3' is none of the versions read: v1.0, v1.1, v1.2"),
        ({"$graph": [{}, {}]}, "$graph: 2 processes; a descriptor is one tool"),
        ({"requirements": {"DockerRequirement": {}}},
         "requirements.DockerRequirement: DockerRequirement: the program must run in a container"),
        ({"hints": [{"class": "ShellCommandRequirement"}]},
         "hints.0: ShellCommandRequirement: words go through a shell, here they never do"),
        ({"requirements": [{"class": "InitialWorkDirRequirement"}]},
         "requirements.0: InitialWorkDirRequirement: files are made before the run"),
        ({"requirements": [{"class": "x:Other"}]}, "requirements.0: x:Other: not known here"),
        ({"requirements": {"SchemaDefRequirement": {"types": [{"$import": "t.yml"}]}}},
         "requirements.SchemaDefRequirement.types.0.$import: another file; put its contents here"),
        (bound(type="Any"), "inputs.x.type: Any: what reaches the command line depends on what is given"),
        (bound(type={"type": "record", "fields": []}), "inputs.x.type: a record: its fields have no counterpart here"),
        (bound(type=["string", "int"]), "inputs.x.type: either string or int: one parameter has one type here"),
        (bound(type={"type": "array", "items": "string[]"}),
         "inputs.x.type.items: a list of lists, or of values that may be null"),
        (bound(type="boolean[]"), "inputs.x.inputBinding: a list of booleans"),
        (bound(type={"type": "enum", "symbols": ["a/b"]}), "inputs.x.type.symbols: a / in a symbol"),
        (bound(type="unknown"), "inputs.x.type: no type 'unknown' is defined in this file"),
        (bound(inputBinding={"position": "${return 1;}"}),
         "inputs.x.inputBinding.position: '${return 1;}': the order must be known before the values"),
        (bound(inputBinding={"separate": False}),
         "inputs.x.inputBinding.separate: there is no prefix to be separate from"),
        (bound(inputBinding={"valueFrom": "constant"}),
         "inputs.x.inputBinding.valueFrom: 'constant' stands there instead of the value"),
        (bound(inputBinding={"valueFrom": "$(self.length)"}),
         "inputs.x.inputBinding.valueFrom: '$(self.length)' is something made of the value"),
        (bound(type={"type": "array", "items": "int", "inputBinding": {"prefix": "-i"}}, inputBinding={"prefix": "-x"}),
         "inputs.x.type.inputBinding: one '-x' ahead of items that have a prefix of their own"),
        ({"arguments": ["a"], "inputs": {"x": {"type": {"type": "array", "items": "int", "inputBinding": {}}}}},
         "inputs.x.type.inputBinding: items without a binding around them: CWL would sort each of them among"),
        (bound(type="File", default={"class": "File", "contents": "x"}),
         "inputs.x.default: a default that is no file in a known place"),
        ({"arguments": ["$(runtime.cores)"]}, "arguments.0: '$(runtime.cores)' asks for CWL's runtime"),
        ({"arguments": ["${return 1;}"]}, "arguments.0: '${return 1;}' is JavaScript"),
        ({"arguments": ["$(inputs.x) ${return 1;}"], "inputs": {"x": "string"}}, "arguments.0: '$(inputs.x) "),
        ({"arguments": ["a$(inputs.x)"], "inputs": {"x": "string?"}}, "arguments.0: without 'x' it reads 'null' there"),
        ({"arguments": ["a$(inputs.x)"], "inputs": {"x": "float"}}, "arguments.0: 'x' within a text is in JSON"),
        ({"arguments": ["$(inputs.x.basename)"], "inputs": {"x": "File"}},
         "arguments.0: the name of 'x' without its folders"),
        ({"arguments": ["$(inputs.x.nameroot)"], "inputs": {"x": "File"}},
         "arguments.0: '$(inputs.x.nameroot)' is an expression that is no plain reference to one input"),
        ({"arguments": ["a\\$(inputs.x)"]}, "arguments.0: 'a\\\\$(inputs.x)' is"),
        ({"arguments": ["$(inputs.y)"]}, "arguments.0: there is no input 'y'"),
        ({"baseCommand": []}, "baseCommand: which program runs is not fixed"),
        ({"baseCommand": "bin/tool"}, "baseCommand: 'bin/tool' is sought where CWL runs it"),
        ({"stdin": "file.txt"}, "stdin: standard input from what is no input File"),
        ({"outputs": {"o": {"type": "int", "outputBinding": {"glob": "x", "outputEval": "$(1)"}}}},
         "outputs.o.outputBinding.outputEval: what is found is changed by an expression"),
        ({"outputs": {"o": "File"}}, "outputs.o.type: an output without outputBinding"),
        ({"outputs": {"o": {"type": "File", "outputBinding": {"glob": ["a", "b"]}}}},
         "outputs.o.outputBinding.glob: several patterns for one output"),
        ({"stdout": "out.txt", "outputs": {"o": {"type": "File", "outputBinding": {"glob": "*.txt"}}}},
         "outputs.o.outputBinding.glob: it may match the file of stdout, which is captured here, not written"),
        ({"outputs": {"o": "stdout", "p": {"type": "File[]", "outputBinding": {"glob": "*"}}}},
         "outputs: '*' would match the file of stdout, too"),
        ({"outputs": None}, "outputs: must be a list or a mapping, of nothing perhaps"),
        ({"hints": None}, "hints: must be a list or a mapping, of nothing perhaps"),
        ({"stderr": ["e"]}, "stderr: must be the name of a file"),
        ({"unheard": 1}, "unheard: is not known here, so what it asks for is not known either"),
        ({"successCodes": [300]}, "successCodes.0: 300 is no exit status"),
    ],
)  # fmt: skip
def test_what_a_descriptor_cannot_say_is_refused_with_the_reason(
    data: dict[str, Any], reason: str, tmp_path: Path, imported: Imported
) -> None:
    assert refused(tool({"baseCommand": "tool"} | data), tmp_path, imported).startswith(reason)


def test_a_refusal_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "t.cwl").write_text(
        "class: CommandLineTool\ncwlVersion: v1.0\nbaseCommand: x\ninputs:\n  a:\n    type: Any\noutputs: []\n"
    )
    with pytest.raises(ImportRefusedError) as info:
        import_descriptor(tmp_path / "t.cwl")
    assert (info.value.line, info.value.column, info.value.field) == (6, 11, "inputs.a.type")


def test_outputs_are_results(tmp_path: Path) -> None:
    (tmp_path / "make.cwl").write_text("""\
cwlVersion: v1.1
class: CommandLineTool
label: Make files
doc: |
  Makes some files.

  With a doc of two paragraphs.
baseCommand: [sh, -c]
arguments:
  - |
    touch "$1".log a.x; mkdir d; printf inner > text; echo said; echo warned >&2
    echo '{"n": 3}' > cwl.output.json
    exit 3
  - sh
inputs:
  name: {type: string, inputBinding: {position: 1}, doc: [The name, of all]}
  of: File?
outputs:
  log: {type: File, outputBinding: {glob: $(inputs.name).log}, doc: The log}
  one: {type: File, outputBinding: {glob: "*.x"}}
  many: {type: "File[]", outputBinding: {glob: a.x}}
  folder: {type: Directory, outputBinding: {glob: d}}
  contents: {type: string, outputBinding: {glob: text, loadContents: true, outputEval: "$(self[0].contents)"}}
  none: {type: File?, outputBinding: {glob: nothing}}
  said: stdout
  beside: {type: File?, outputBinding: {glob: $(inputs.of.basename)}}
  warned: stderr
  n: int
successCodes: [3]
permanentFailCodes: [4]
""")
    target = tmp_path / "make.yaml"
    target.write_text(import_descriptor(tmp_path / "make.cwl").text())
    task = import_task(str(target))
    result = task("run", cwd=tmp_path, check=True)
    assert "beside" not in result
    assert result["log"].name == "run.log"
    assert (result["one"].name, [path.name for path in result["many"]]) == ("a.x", ["a.x"])
    assert result["folder"].is_dir()
    assert (result["contents"], result["said"], result["warned"]) == ("inner", "said\n", "warned\n")
    assert result["n"] == 3
    assert "none" not in result
    assert task.descriptor.summary == "Make files"
    assert task.descriptor.description == "Makes some files.\n\nWith a doc of two paragraphs."
    assert task.descriptor.parameters[0].help == "The name of all"


def test_the_name_of_a_captured_stream_may_be_any_expression(imported: Imported) -> None:
    output = {"type": "File", "outputBinding": {"glob": "$(inputs.x.nameroot).txt"}}
    data = {"baseCommand": "cat", "stdout": "$(inputs.x.nameroot).txt", "outputs": {"said": output}}
    task = imported(tool(data | {"inputs": {"x": {"type": "File", "inputBinding": {}}}}))
    assert task.results.stdout is not None
    assert [(key.name, key.type) for key in task.results.stdout.keys] == [("said", "text")]


def test_a_default_file_is_found_from_anywhere(tmp_path: Path, imported: Imported) -> None:
    data = {"type": "File", "default": {"class": "File", "location": "sub/a.py"}, "inputBinding": {}}
    task = imported(tool({"baseCommand": "python", "inputs": {"script": data}}))
    assert translate(task, {}).words == [f"{tmp_path}/sub/a.py"]


def test_a_default_number_is_sent_as_cwl_writes_it(tmp_path: Path) -> None:
    (tmp_path / "t.cwl").write_text(
        "{class: CommandLineTool, cwlVersion: v1.2, baseCommand: x, outputs: [], inputs: [\n"
        "{id: a, type: float, default: 1.23e5, inputBinding: {}},\n"
        "{id: b, type: float, default: 1e-5, inputBinding: {}},\n"
        "{id: c, type: double, inputBinding: {}}]}\n"
    )
    (tmp_path / "t.yaml").write_text(import_descriptor(tmp_path / "t.cwl").text())
    assert translate(load_descriptor(tmp_path / "t.yaml"), {"c": 1.5e20}).words == [
        "123000", "0.00001", "150000000000000000000",
    ]  # fmt: skip


def test_an_input_of_the_type_stdin_is_standard_input(imported: Imported) -> None:
    task = imported(tool({"baseCommand": "cat", "inputs": {"a-file": {"type": "stdin"}}}))
    assert translate(task, {"a-file": "/x"}).stdin == "/x"


def test_a_graph_of_one_tool_is_that_tool(imported: Imported) -> None:
    data = tool({"id": "#main/say-it", "baseCommand": "echo"})
    task = imported({"cwlVersion": data.pop("cwlVersion"), "$graph": [data]})
    assert (task.task, task.executable) == ("say_it", "echo")
