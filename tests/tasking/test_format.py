"""What a descriptor can say, from the YAML to the program and back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from astropy.io import fits
from astropy.table import Table

from voclient.cli import main
from voclient.tasking import OPset, Task, TaskParameterError, load_descriptor, load_package
from voclient.tasking.errors import ExecutableVersionError

from .conftest import PackageMaker


class Maker:
    """Writes a descriptor, with `sh` as its program where it names none."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder = folder
        self.program = program

    def __call__(self, text: str, executable: str | None = None) -> Task:
        (self.folder / "t.yaml").write_text(
            f"task: t\nsummary: A task\nexecutable: {executable or self.program}\n{text}"
        )
        return Task(load_descriptor(self.folder / "t.yaml"))


@pytest.fixture
def make(tmp_path: Path, show_arguments: Path) -> Maker:
    return Maker(tmp_path, show_arguments)


ARGV = "results: {stdout: {format: json}}\n"


def argv(result: OPset) -> list[str]:
    result.check()
    words: list[str] = result["argv"]
    return words


# Groups and conditions.

GROUPS = (
    "parameters:\n"
    "  a: {argv: '-a{}'}\n"
    "  b: {argv: '-b{}', type: bool}\n"
    "  format: {argv: '-f{}', choices: [csv, vot, fits], default: csv}\n"
    "  delimiter: {argv: '-d{}', when: {format: csv}}\n"
    "  indent: {argv: '-i{}', type: int, when: {format: [vot, fits], a: true}}\n"
    "  level: {argv: '-l{}', type: int}\n"
    "  deep: {argv: '-d{}', when: {level: [1, 2]}}\n"
    "  extension: {argv: '-x{}', type: int, required: {format: fits, b: false}}\n"
).replace("-b{}", "-b")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"a": 1, "delimiter": ";"}, ["-a1", "-d;"]),
        ({"a": 1, "format": "vot", "indent": 2}, ["-a1", "-fvot", "-i2"]),
        ({"format": "fits", "extension": 1, "a": "x"}, ["-ax", "-ffits", "-x1"]),
        ({"format": "fits", "b": True}, ["-b", "-ffits"]),
        ({"b": True, "level": 2, "deep": "x"}, ["-b", "-l2", "-dx"]),
        ({"b": True, "level": 1.0, "deep": "x"}, ["-b", "-l1", "-dx"]),
        ({"b": True, "level": 3, "deep": "x"}, "t: parameter 'deep' is for level=1 or level=2 only"),
        ({"b": True, "deep": "x"}, "t: parameter 'deep' is for level=1 or level=2 only"),
        ({}, "t: one of 'a' or 'b' must be given"),
        ({"b": False}, "t: one of 'a' or 'b' must be given"),
        ({"a": "x", "b": True}, "t: 'a' and 'b' exclude each other; give one of them"),
        ({"a": "x", "format": "vot", "delimiter": ";"}, "t: parameter 'delimiter' is for format='csv' only"),
        ({"b": True, "format": "vot", "indent": 1},
         "t: parameter 'indent' is for format='vot' or format='fits', and a only"),
        ({"a": "x", "format": "fits"}, "t: parameter 'extension' is required with format='fits', and no b"),
    ],
)  # fmt: skip
def test_parameters_depend_on_each_other(make: Maker, given: dict[str, Any], expected: Any) -> None:
    task = make(GROUPS.replace("'-a{}'", "'-a{}'") + "exactly_one: [a, b]\n" + ARGV)
    given = {name: str(value) if name == "a" else value for name, value in given.items()}
    if isinstance(expected, str):
        with pytest.raises(TaskParameterError) as info:
            task(**given)
        assert str(info.value) == expected
    else:
        assert argv(task(**given)) == expected


def test_help_tells_of_groups_conditions_and_what_is_deprecated(
    make: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    task = make(
        GROUPS + "  old: {argv: '-o{}', help: An option, deprecated: use 'a'}\nexactly_one: [a, b]\n"
        "deprecated: use 'newtask' of the package more\n"
    )
    assert main(["show", task.descriptor.place.file]) == 0
    for text in (" ".join(shown.split()) for shown in (task.__doc__, capsys.readouterr().out)):
        assert "Deprecated: use 'newtask' of the package more" in text
        assert "An option. Deprecated: use 'a'." in text
        assert "Only for format='csv'." in text
        assert "Required with format='fits', and no b." in text
        assert "xactly one of" in text


# Files, tables, lists and secrets go in.


def test_a_list_goes_into_a_file_with_a_line_for_each(make: Maker) -> None:
    script = "cat $1; echo $2; cat $3"
    task = make(
        f"arguments: [-c, '{script}', sh]\n"
        "parameters:\n  names: {repeated: true, as_file: true, argv: '{}'}\n  other: {argv: '{}'}\n"
        "  query: {as_file: true, argv: '{}'}\n",
        "sh",
    )
    assert task(["a b", "c"], "-", "SELECT *\nFROM x").stdout == "a b\nc\n-\nSELECT *\nFROM x\n"
    with pytest.raises(TaskParameterError, match=r"'a\\nb' has two lines, but its list is a file with a line for each"):
        task(["a\nb", "c"])


def test_a_file_of_values_may_be_named_as_the_program_likes(make: Maker) -> None:
    task = make(
        'arguments: [-c, \'printf %s "$1" | head -c 5; cat "${1#@}"\', sh]\n'
        "parameters: {n: {repeated: true, type: int, as_file: true, separator: ' ', argv: '@{}'}}\n",
        "sh",
    )
    assert task(n=[1, 2]).stdout == "@/dev1 2\n"


@pytest.mark.parametrize("format", ["votable", "fits", "csv", "tsv"])
def test_a_table_is_written_as_the_program_wants_it(make: Maker, format: str, tmp_path: Path) -> None:
    table = Table({"name": ["Vega", "é" if format != "fits" else "e"], "vmag": [0.03, -1.5]})
    task = make(
        "parameters:\n"
        f"  table: {{type: table, format: {format}, argv: '{{}}', required: true}}\n"
        "  output: {type: path, argv: '{}', required: true}\n"
        f"results: {{files: [{{path: '{{output}}', format: {format}, keys: {{table: table, file: path}}}}]}}\n",
        "cp",
    )
    result = task(table, tmp_path / "out", cwd=tmp_path)
    result.check()
    assert result["table"]["vmag"].tolist() == [0.03, -1.5]
    assert list(result["table"]["name"]) == list(table["name"])
    assert result["file"].read_bytes()[:6] == {"fits": b"SIMPLE", "csv": b"name,v", "tsv": b"name\tv"}.get(
        format, b"<?xml "
    )


def test_a_secret_may_go_into_a_file(make: Maker) -> None:
    task = make(
        "arguments: [-c, 'cat $1', sh]\nparameters: {key: {argv: '{}', as_file: true, secret: true}}\n",
        "sh",
    )
    result = task("geheim")
    assert result.stdout == "geheim\n"
    assert "geheim" not in " ".join(result.argv)


def test_an_example_tells_of_files_and_tables(make: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "arguments: [-c, 'printf \"a,b\\n1,x\\n2,y\\n\" > $1', sh]\n"
        "parameters: {output: {type: path, argv: '{}', required: true}}\n"
        "results: {files: [{path: '{output}', format: csv, keys: {table: table, file: path}}]}\n"
        "examples: [{call: {output: out.csv}, expect: {file: out.csv, table: {a: [1, 2], b: [x, y]}}}]\n"
    )
    assert main(["check", make(text, "sh").descriptor.place.file]) == 0
    assert main(["check", make(text.replace("[x, y]", "[x, z]"), "sh").descriptor.place.file]) == 1
    assert "table: 'b': value 2: expected 'z', found 'y'" in capsys.readouterr().out


def test_a_table_that_cannot_be_written_is_refused(make: Maker) -> None:
    task = make("parameters: {table: {type: table, format: fits, argv: '{}'}}\n", "true")
    before = os.listdir("/proc/self/fd")
    with pytest.raises(TaskParameterError, match=r"t: parameter 'table': <Table .* cannot be written as fits: "):
        task(Table({"name": ["é"]}))
    assert os.listdir("/proc/self/fd") == before


def test_a_secret_is_shown_nowhere(make: Maker) -> None:
    task = make(
        "parameters:\n  key: {environment: KEY, secret: true, pattern: '[a-z]+'}\n"
        "results: {stdout: {format: text, key: text}}\narguments: [-c, 'echo ${KEY}']\n",
        "sh",
    )
    result = task(key="geheim")
    assert result["text"] == "geheim\n"
    assert "geheim" not in repr(result) + " ".join(result.argv)
    for wrong in ("GEHEIM", 12, "geheim\0"):
        with pytest.raises(TaskParameterError) as info:
            task(key=wrong)
        assert str(wrong) not in str(info.value)
        assert info.value.value is None


# Files and streams come out.


def test_a_missing_output_file_is_an_error_unless_it_is_optional(make: Maker, tmp_path: Path) -> None:
    text = (
        "parameters: {output: {type: path, argv: '{}'}}\n"
        "results:\n  files:\n    - {path: '{output}.log', format: text, key: log, optional: false}\n"
    )
    task = make(text, "true")
    failed = task("x", cwd=tmp_path)
    assert failed.exitstatus == failed.ERROR
    assert failed.exitmsg == f"the output file {tmp_path}/x.log was not written"
    assert task(cwd=tmp_path).exitstatus == failed.SUCCESS
    optional = make(text.replace("optional: false", "optional: true"), "true")
    assert dict(optional("x", cwd=tmp_path)) == {}
    assert optional("x", cwd=tmp_path).exitstatus == failed.SUCCESS
    (tmp_path / "x.log").write_text("done")
    assert task("x", cwd=tmp_path)["log"] == "done"


def test_files_by_pattern_are_a_list_or_missing(make: Maker, tmp_path: Path) -> None:
    text = (
        "results:\n  files:\n    - {path: 'x*.txt', format: text, keys: {texts: text, files: path}, optional: false}\n"
    )
    task = make(text, "true")
    assert task(cwd=tmp_path).exitmsg == "the output file x*.txt was not written"
    assert make(text.replace("false", "true"), "true")(cwd=tmp_path)["files"] == []
    for name in ("x2.txt", "x1.txt", "y.txt"):
        (tmp_path / name).write_text(name)
    result = make(text, "true")(cwd=tmp_path)
    assert result["texts"] == ["x1.txt", "x2.txt"]
    assert [file.name for file in result["files"]] == ["x1.txt", "x2.txt"]


def test_each_of_several_names_is_a_file(make: Maker, tmp_path: Path) -> None:
    task = make(
        "parameters: {file: {type: path, repeated: true, argv: '{}'}}\n"
        "results: {files: [{path: '{file}', format: text, keys: {file_names: path}}]}\n",
        "touch",
    )
    assert [file.name for file in task(["a", "b"], cwd=tmp_path)["file_names"]] == ["a", "b"]
    assert task("c", cwd=tmp_path)["file_names"].name == "c"


@pytest.mark.parametrize("output", ["/dev/null", "-"])
def test_an_output_that_is_no_file_is_not_missing(make: Maker, output: str) -> None:
    task = make(
        "parameters: {output: {argv: '{}'}}\nresults: {stdout: {format: text, path: '{output}', key: text}}\n",
        "true",
    )
    assert task(output).exitstatus == OPset.SUCCESS


def test_a_section_applies_only_when_its_condition_holds(make: Maker, tmp_path: Path) -> None:
    task = make(
        "parameters:\n"
        "  format: {argv: '{}', choices: [plain, full], default: plain}\n"
        "  log: {type: bool, argv: --log}\n"
        "results:\n"
        "  stdout: {format: json, when: {format: full}, keys: {argv: list}}\n"
        "  files:\n    - {path: run.log, format: text, key: log_text, when: {log: true}}\n"
    )
    assert dict(task(cwd=tmp_path)) == {}
    assert task("full", cwd=tmp_path)["argv"] == ["full"]
    assert task(log=True, cwd=tmp_path).exitmsg == f"the output file {tmp_path}/run.log was not written"
    (tmp_path / "run.log").write_text("x")
    assert dict(task(log=True, cwd=tmp_path)) == {"log_text": "x"}


def test_the_first_section_of_stdout_that_applies_is_taken(make: Maker) -> None:
    task = make(
        "arguments: [-c, 'case $1 in json) echo \\{\\\"n\\\": 1\\};; csv) echo n; echo 2;; *) echo 3;; esac', sh]\n"
        "parameters: {form: {argv: '{}', choices: [json, csv, plain], default: plain}}\n"
        "results:\n  stdout:\n"
        "    - {format: json, when: {form: json}, keys: {n: int}}\n"
        "    - {format: csv, when: {form: csv}, keys: {n: int}}\n"
        "    - {format: text, key: text}\n",
        "sh",
    )
    assert dict(task("json")) == {"n": 1}
    assert dict(task("csv")) == {"n": [2]}
    assert dict(task()) == {"text": "3\n"}


def test_fits_and_json_lines_are_read(make: Maker, tmp_path: Path) -> None:
    fits.BinTableHDU(Table({"ra": [1.5, 2.5]})).writeto(tmp_path / "t.fits")
    task = make("arguments: [t.fits]\nresults: {stdout: {format: fits, key: table}}\n", "cat")
    assert task(cwd=tmp_path)["table"]["ra"].tolist() == [1.5, 2.5]
    task = make(
        'arguments: [\'{"a": {"b": 1}}\\n{"a": {"b": 2}}\\n\']\n'
        "results: {stdout: {format: jsonl, keys: {b: {type: int, group: a.b}}}}\n",
        "printf",
    )
    assert task()["b"] == [1, 2]


# What is deprecated, and what is too old.


def test_what_is_deprecated_warns_once_a_call_with_what_to_use_instead(make: Maker) -> None:
    task = make(
        "deprecated: use 'u' of the package v\n"
        "parameters:\n  old: {argv: '-o{}', deprecated: use 'new'}\n  new: {argv: '-n{}'}\n" + ARGV
    )
    for _ in range(2):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            assert argv(task(old="x")) == ["-ox"]
        assert [(str(item.message), item.category, item.filename) for item in told] == [
            ("t is deprecated: use 'u' of the package v", FutureWarning, __file__),
            ("t: parameter 'old' is deprecated: use 'new'", FutureWarning, __file__),
        ]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        task.prepare(new="x")
    assert [str(item.message) for item in told] == ["t is deprecated: use 'u' of the package v"]


def test_an_old_name_of_a_parameter_warns(make: Maker) -> None:
    task = make("parameters: {radius: {argv: '-r{}', aliases: {sr: null, rad: use 'radius'}}}\n" + ARGV)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert [argv(task(**{name: "1"})) for name in ("radius", "sr", "rad")] == [["-r1"]] * 3
    assert [str(item.message) for item in told] == ["t: parameter 'rad' is deprecated: use 'radius'"]
    assert "Also called `sr`, `rad`." in task.__doc__


def test_the_command_tells_what_is_deprecated(make: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    task = make("parameters:\n  old: {argv: '-o{}', deprecated: use 'new'}\n")
    assert main(["run", task.descriptor.place.file, "old=x"]) == 0
    assert capsys.readouterr().err == "voclient: t: parameter 'old' is deprecated: use 'new'\n"
    task = make("parameters: {radius: {argv: '-r{}', aliases: {rad: use 'radius'}}}\n" + ARGV)
    assert main(["run", "--json", task.descriptor.place.file, "rad=1"]) == 0
    assert capsys.readouterr().err == "voclient: t: parameter 'rad' is deprecated: use 'radius'\n"


def test_an_old_name_of_a_parameter_warns_wherever_it_is_last_seen(make: Maker, tmp_path: Path) -> None:
    task = make("parameters: {radius: {argv: '-r{}', aliases: {rad: use 'radius'}}}\n" + ARGV)
    (tmp_path / "set.yaml").write_text("parameters: {rad: 1}\n")
    for use in (
        lambda: task.pset(rad="1"), lambda: task.pset(tmp_path / "set.yaml"), lambda: task.pset().update(rad="1"),
        lambda: task(rad="1", prompt=True), lambda: task.prepare(rad="1"),
    ):  # fmt: skip
        with pytest.warns(FutureWarning) as told:
            use()
        assert [str(item.message) for item in told] == ["t: parameter 'rad' is deprecated: use 'radius'"]


def test_a_warning_that_is_an_error_leaves_nothing_open(make: Maker) -> None:
    task = make("deprecated: use 'u'\nparameters: {table: {argv: '{}', type: table}}\n" + ARGV)
    before = os.listdir("/proc/self/fd")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FutureWarning):
            task(Table({"a": [1]}))
    assert os.listdir("/proc/self/fd") == before


def test_what_is_named_nowhere_is_named_by_its_format(make: Maker) -> None:
    task = make(
        "arguments: [sky 12]\nresults: {stdout: {format: regex, pattern: '(?P<x>[a-z]+) (?P<n>[0-9]+)'}}\n", "echo"
    )
    assert dict(task()) == {"x": ["sky"], "n": ["12"]}
    assert "``x`` (string)" in task.__doc__
    for form, key in (("text", "text"), ("lines", "lines")):
        task = make(f"arguments: [a b]\nresults: {{stdout: {{format: {form}}}}}\n", "echo")
        assert list(task()) == [key]
        assert f"``{key}`` " in task.__doc__


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """A program that counts how often it was asked for its version."""
    program = tmp_path / "tool"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo >> {tmp_path}/asked; echo Tool release 3.10.1 >&2; exit 1\n'
        "fi\necho '{\"argv\": []}'\n"
    )
    program.chmod(0o755)
    return program


def asked(folder: Path) -> int:
    file = folder / "asked"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_the_version_of_a_program_is_asked_for_once(make: Maker, tool: Path, tmp_path: Path) -> None:
    task = make("requires: 3.9\n" + ARGV, str(tool))
    prepared = task(execute=False)
    assert asked(tmp_path) == 0
    prepared.execute().check()
    assert argv(task()) == []
    run = task(async_=True)
    assert run.wait(60)
    assert run["argv"] == []
    assert asked(tmp_path) == 1
    os.utime(tool, (1, 1))
    assert argv(task()) == []
    assert asked(tmp_path) == 2


@pytest.mark.parametrize(
    ("requires", "message"),
    [
        ("3.11", "t: {tool} is version 3.10.1, and 3.11 or later is required; apt install tool"),
        ("{version: 4, pattern: 'release ([0-9.]+)'}", "t: {tool} is version 3.10.1, and 4 or later is required; "
                                                       "apt install tool"),
        ("{version: 3, argv: [--nothing, -x]}", "t: `tool --nothing -x` does not tell the version of {tool} "
                                              r"(\d+(?:\.\d+)+), and 3 or later is required"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("async_", [False, True])
def test_a_program_that_is_too_old_is_not_run(
    make: Maker, tool: Path, requires: str, message: str, async_: bool
) -> None:
    task = make(f"requires: {requires}\ninstall: apt install tool\n", str(tool))
    prepared = task(execute=False, async_=async_)
    with pytest.raises(ExecutableVersionError) as info:
        prepared.execute()
    assert str(info.value) == message.replace("{tool}", str(tool))
    assert prepared.exitstatus == prepared.ERROR
    assert info.value.executable == str(tool)


def test_a_program_that_hangs_when_it_is_asked_is_ended(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voclient.tasking.packages.requirements.PATIENCE", 0.2)
    program = tmp_path / "hangs"
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    program.chmod(0o755)
    with pytest.raises(ExecutableVersionError, match="`hangs --version` does not tell the version of"):
        make("requires: 1\n", str(program))()


def test_check_tells_the_version(make: Maker, tool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = make("requires: 3.9\n", str(tool)).descriptor.place.file
    assert main(["check", file]) == 0
    assert f"version 3.10.1 of {tool} (3.9 or later will do)" in capsys.readouterr().out
    file = make("requires: 10\n", str(tool)).descriptor.place.file
    assert main(["check", file]) == 1
    assert f"t: {tool} is version 3.10.1, and 10 or later is required" in capsys.readouterr().out


def test_a_package_requires_a_version_for_its_tasks(make_package: PackageMaker, tool: Path) -> None:
    folder = make_package(
        "demo", more="requires: 4\n", a=f"summary: A\nexecutable: {tool}\n",
        b=f"summary: B\nexecutable: {tool}\nrequires: 3\n",
    )  # fmt: skip
    demo = load_package(folder)
    with pytest.raises(ExecutableVersionError, match=r"a: .* is version 3\.10\.1, and 4 or later is required"):
        demo.a()
    assert demo.b().exitstatus == OPset.SUCCESS


def test_the_command_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["required"] == ["task", "summary", "executable"]
    assert main(["check", "--schema=package"]) == 0
    assert json.loads(capsys.readouterr().out)["required"] == ["package", "version", "summary"]
    with pytest.raises(SystemExit, match="2"):
        main(["check"])
    assert "which descriptor" in capsys.readouterr().err


def test_nothing_is_asked_or_imported_for_a_plain_task(make: Maker) -> None:
    assert argv(make(ARGV)()) == []
    code = (
        "import sys; from voclient.tasking import Task, load_descriptor; Task(load_descriptor(sys.argv[1]))();"
        "names = {'requirements', 'conditions', 'quantities', 'schema', 'rules'};"
        "sys.exit(str([n for n in names if 'voclient.tasking.' + n in sys.modules] or ''))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(make.folder / "t.yaml")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) in ((0, ""), (1, "\n"))


def test_the_version_is_asked_for_where_the_task_runs(make: Maker, tool: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        assert argv(make("requires: 3.9\n" + ARGV, str(tool))(executor=pool)) == []
        with pytest.raises(ExecutableVersionError, match="and 4 or later is required") as info:
            make("requires: 4\n" + ARGV, str(tool))(executor=pool)
    assert (info.value.version, info.value.required) == ("3.10.1", "4")


def test_the_version_is_asked_for_before_a_session(make: Maker, tmp_path: Path) -> None:
    program = tmp_path / "talker"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo talker 3.10 && exit\n'
        "printf '> '\nwhile read word; do echo \"said $word\"; printf '> '; done\n"
    )
    program.chmod(0o755)
    text = (
        "parameters: {word: {required: true}}\nsession: {prompt: '> $', command: '{word}'}\n"
        "results: {stdout: {format: text, key: text}}\n"
    )
    assert "said hello" in make(f"requires: 3.9\n{text}", str(program))(word="hello")["text"]
    with pytest.raises(ExecutableVersionError, match=r"is version 3\.10, and 4 or later is required"):
        make(f"requires: 4\n{text}", str(program))(word="hello")
