"""Descriptors are read wholly, or refused with file, line, column, what is wrong and what is allowed."""

from __future__ import annotations

import json
import os
import textwrap
from pathlib import Path

import pytest

from voclient.tasking.descriptors.descriptor import PARAMETER_TYPES, Descriptor
from voclient.tasking.descriptors.loading import check_units, load_descriptor, load_package_file
from voclient.tasking.descriptors.schema import DESCRIPTOR
from voclient.tasking.descriptors.schema_parameter import PARAMETER
from voclient.tasking.errors import DescriptorError

HEAD = "task: t\nsummary: A task\nexecutable: prog\n"
# As it stands in the design.
VOSESAME = """\
task: vosesame
summary: Resolve object names to sky positions
executable: vosesame
parameters:
  target:
    type: string
    repeated: true
    required: true
    help: Object name, or a file with one name a line
    argv: "{}"                 # an operand; order of declaration is order on the command line
  force:
    type: bool
    help: Ask the service even if the answer is cached
    argv: --force              # present when true
arguments: [-T, -d, -n]        # always there: fields in this order, TAB between them; flags the original has too
results:
  stdout:
    format: tsv
    header: false              # its header line comes only when the first name resolves
    columns: [ra, dec, name]
    keys:
      ra:  {type: float, unit: deg, help: Right ascension, ICRS}
      dec: {type: float, unit: deg, help: Declination, ICRS}
examples:                      # documentation and self-test at once
  - call: {target: m31}
    expect: {ra: 10.6847}
"""


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, text: str, name: str = "t.yaml") -> Descriptor:
        (self.path / name).write_text(text)
        return load_descriptor(self.path / name)

    def problems(self, text: str, name: str = "t.yaml") -> list[str]:
        """Every message, without the file's name."""
        with pytest.raises(DescriptorError) as info:
            self.load(text, name)
        error = info.value
        lines = str(error).splitlines()
        assert all(line.startswith(f"{self.path / name}:") for line in lines)
        assert lines[0].startswith(f"{error.file}:{error.line}:{error.column}: ")
        return [line.removeprefix(f"{self.path / name}:") for line in lines]

    def problem(self, text: str) -> str:
        (only,) = self.problems(text)
        return only


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def parameter(text: str) -> str:
    """A descriptor with one parameter `p`, whose lines begin at line 6, column 5."""
    return f"{HEAD}parameters:\n  p:\n" + textwrap.indent(textwrap.dedent(text), "    ")


def results(text: str) -> str:
    """A descriptor with one section, whose lines begin at line 6, column 5."""
    return f"{HEAD}results:\n  stdout:\n" + textwrap.indent(textwrap.dedent(text), "    ")


def test_the_example_of_the_design_is_read_as_it_stands(folder: Folder) -> None:
    task = folder.load(VOSESAME)
    target, force = task.parameters
    assert (target.argv, target.repeated, target.required, target.operand) == (("{}",), True, True, True)
    assert (force.argv, force.type, force.operand) == (("--force",), "bool", False)
    assert task.arguments == ("-T", "-d", "-n")
    assert task.results.stdout is not None
    assert [key.help for key in task.results.stdout.keys] == ["Right ascension, ICRS", "Declination, ICRS"]
    assert task.examples[0].call == {"target": "m31"}


def test_three_lines_are_a_descriptor(folder: Folder) -> None:
    task = folder.load(HEAD)
    assert (task.task, task.summary, task.executable, task.parameters) == ("t", "A task", "prog", ())
    assert str(task.place) == f"{folder.path}/t.yaml:1:1"


def test_the_second_reading_gives_the_same_and_needs_no_yaml(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = folder.load(VOSESAME)
    monkeypatch.setattr("voclient.tasking.descriptors.loading._compile", None)
    assert load_descriptor(folder.path / "t.yaml") == first


def test_a_changed_file_is_read_again(folder: Folder) -> None:
    folder.load(HEAD)
    assert folder.load(HEAD.replace("A task", "Another task")).summary == "Another task"


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_cache_is_ignored(folder: Folder, content: bytes) -> None:
    first = folder.load(VOSESAME)
    (entry,) = (Path(os.environ["XDG_CACHE_HOME"]) / "voclient" / "descriptors").iterdir()
    entry.write_bytes(content)
    assert load_descriptor(folder.path / "t.yaml") == first


def test_a_cache_entry_of_wrong_shape_is_compiled_again(folder: Folder) -> None:
    first = folder.load(VOSESAME)
    (entry,) = (Path(os.environ["XDG_CACHE_HOME"]) / "voclient" / "descriptors").iterdir()
    stamp, data = json.loads(entry.read_text())
    for wrong in ({}, {**data, "parameters": 3}, {**data, "parameters": [{"nome": "x"}]}, {**data, "place": None}):
        entry.write_text(json.dumps([stamp, wrong]))
        assert load_descriptor(folder.path / "t.yaml") == first


def test_without_a_place_for_the_cache_all_works(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    assert folder.load(HEAD).task == "t"


def test_text_keeps_its_spelling_and_yaml_is_1_2(folder: Folder) -> None:
    task = folder.load(
        parameter(
            """\
            choices: [no, 12:30:00, 1.10, on, 0x1f]
            argv: [-p, "{}", 1.0]
            """
        )
    )
    assert task.parameters[0].choices == ("no", "12:30:00", "1.10", "on", "0x1f")
    assert task.parameters[0].argv == ("-p", "{}", "1.0")
    assert task.parameters[0].type == "choice"


def test_every_mistake_is_reported_at_once(folder: Folder) -> None:
    text = (
        "tusk: t\nsummary: A task\nexecutable: prog\nparameters:\n  p: {tpye: int, argv: '-p {}'}\n  q: {type: itn}\n"
    )
    assert folder.problems(text) == [
        "1:1: a descriptor needs 'task'",
        f"1:1: unknown key 'tusk' in a descriptor; did you mean 'task'? (known: {', '.join(DESCRIPTOR)})",
        f"5:7: unknown key 'tpye' in parameter 'p'; did you mean 'type'? (known: {', '.join(PARAMETER)})",
        f"6:13: 'type' of 'q' cannot be 'itn'; did you mean 'int'? (allowed: {', '.join(PARAMETER_TYPES)})",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: a descriptor must be a mapping with the keys task, summary, "),
        ("- a\n", "1:1: a descriptor must be a mapping with the keys task, summary, "),
        (HEAD + "task: u\n", "4:1: 'task' is here twice (first in line 1)"),
        (HEAD + "description:\n", "4:1: 'description' has no value; leave the line out or give one"),
        (HEAD + "a: [1\n", "5:1: not YAML: did not find expected ',' or ']' (while parsing a flow sequence)"),
        (HEAD + "arguments: &a [*a]\n", "4:12: nested too deeply, or without end"),
        (HEAD + "description: !!python/name:os.system x\n", "4:14: the tag "),
        (HEAD + "? [a]\n: b\n", "4:3: a key must be a plain word; quote a text that begins with { or ["),
        ("task: t\n\tsummary: x\n", "2:1: not YAML: "),
        (HEAD.replace("A task", "[a]"), "2:10: 'summary' must be text"),
        (HEAD.replace("A task", "'a\n\n  b'"), "2:10: 'summary' must be one line of text"),
        (HEAD.replace("task: t", "task: a-b"), "1:7: task 'a-b' must be letters, digits and _; 'a_b' would do"),
        (HEAD.replace("task: t", "task: class"), "1:7: task 'class' is a word of the Python language"),
        (HEAD.replace("prog", "prog -x"), "3:13: 'prog -x': a program's name only; its words go to 'arguments'"),
        (HEAD + "environment: {A B: x}\n", "4:15: 'A B' is no name of an environment variable"),
        (HEAD + "environment: {A: [x]}\n", "4:18: 'A' of 'environment' must be text"),
        (HEAD + "exit_statuses: {300: error}\n", "4:17: 300 is no exit status: a number from 0 to 255"),
        (HEAD + "exit_statuses: {1: eror}\n", "4:20: 1 of 'exit_statuses' cannot be 'eror'; did you mean 'error'? "),
        (HEAD + "exit_statuses: {1: {message: x}}\n", "4:20: an exit status needs 'status'"),
        (HEAD + "exclusive: [[a, b]]\n", "4:12: no parameter 'a'"),
        (HEAD + "parameters: {a: {argv: -a, type: bool}}\nexclusive: [[a]]\n",
         "5:12: a group of 'exclusive' names at least two parameters: [[a, b], …]"),
        (HEAD + "arguments: {a: b}\n", "4:12: 'arguments' must be text"),
        (HEAD + "parameters: [a]\n", "4:13: 'parameters' must be a mapping from names"),
    ],
)  # fmt: skip
def test_a_wrong_descriptor_is_refused(folder: Folder, text: str, message: str) -> None:
    assert folder.problems(text)[0].startswith(message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("timeout", "'timeout' is a task control, no parameter may have its name; choose a telling one, "
                    "such as 'request_timeout'"),
        ("async", "'async' is a task control, "),
        ("Top", "parameter 'Top' must be in lower case: 'top'"),
        ("in", "parameter 'in' is a word of the Python language; call it in_name or such"),
        ("max-rows", "parameter 'max-rows' must be letters, digits and _; 'max_rows' would do"),
        ("5", "parameter 5 must be letters, digits and _"),
        ("été", "parameter 'été' must be letters, digits and _"),
        ("__class__", "parameter '__class__' must be letters, digits and _"),
    ],
)  # fmt: skip
def test_a_parameter_bears_a_good_name(folder: Folder, name: str, message: str) -> None:
    assert folder.problem(f"{HEAD}parameters:\n  {name}: {{argv: '{{}}'}}\n").startswith(f"5:3: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type: int", "5:3: parameter 'p' never reaches the program: it needs 'argv' (such as '--p {}', or stdin) or "
                      "'environment'"),
        ("argv: ''", "6:11: 'argv' is empty; it says how the value is written, such as '--name {}'"),
        ("argv: --p", "6:11: there is no {} for the value of 'p'; only a bool goes without"),
        ("argv: '{value}'", "6:11: unknown placeholder {value} (allowed here: {})"),
        ("argv: '{low}'", "6:11: unknown placeholder {low} (allowed here: {})"),
        ("argv: '{...}'", "6:11: unknown placeholder {...} (allowed here: {})"),
        ("argv: '-x{...}'\nrepeated: true", "6:11: {...} stands for several words and must be a word of its own"),
        ("argv: '{} {'", "6:11: a single '{' in '{'; write '{{' for the character itself"),
        ("argv: '-f {}'\ntype: bool", "6:11: a bool's words are there when it is true and hold no {}; for words of "
                                      "both values write argv: {true: +x, false: -x}"),
        ("argv: {yes: -y}\ntype: bool", "6:12: the words of a bool are those of true and of false"),
        ("argv: {a: -a}\ntype: path", "6:11: words for each value suit bool, choice, int and float, not path"),
        ("argv: {a: -a, b: -b}\nchoices: [a, c]", "6:11: 'choices' and the values under 'argv' differ: b, c"),
        ("argv: '{}'\ntype: choice", "5:3: parameter 'p' is a choice and needs 'choices'"),
        ("argv: '{}'\nchoices: a", "7:14: 'choices' of 'p' must be a list: [a, b, …]"),
        ("argv: '{}'\nchoices: [[a]]", "7:15: item 1 of 'choices' must be a single value"),
        ("argv: '{}'\ntype: int\nchoices: [1, x]", "8:18: 'x' (str) is not an integer; accepted: an integer"),
        ("argv: '{}'\ntype: int\nmin: 3\nmax: 2", "9:10: 'max' (2) is below 'min' (3)"),
        ("argv: '{}'\nmin: 3", "7:5: 'min' is for numbers (int, float, angle, quantity, range), not for string"),
        ("argv: '{}'\ntype: int\nmin: low", "8:10: 'min' of 'p' must be a number, not 'low'"),
        ("argv: '{}'\ntype: path\nunit: deg", "8:5: 'unit' is for int, float, angle, quantity, range and string, not "
                                              "for path"),
        ("argv: '{}'\npattern: '('", "7:14: 'pattern' of 'p' is no regular expression: missing ), unterminated "
                                     "subpattern at position 0"),
        ("argv: '{}'\ntype: int\npattern: x", "8:5: 'pattern' is for texts (string, path, url, table), not for int"),
        ("argv: '{}'\nseparator: ','", "7:5: 'separator' joins the values of a 'repeated' parameter"),
        ("argv: '{}'\nrequired: maybe", "7:15: 'required' of 'p' must be true or false, not 'maybe'"),
        ("argv: '{}'\nrequired: true\ndefault: x", "8:5: a required parameter has no default"),
        ("argv: '{}'\ntype: int\nmax: 5\ndefault: 7",
         "9:14: 7 is above the maximum 5; accepted: an integer not above 5"),
        ("argv: '{}'\nchoices: [csv, tsv]\ndefault: cvs", "8:14: 'cvs' is none of its choices; did you mean 'csv'?; "
                                                          "accepted: csv, tsv"),
        ("argv: '-k {}'\nsecret: true", "6:11: a secret never goes on the command line, where everybody sees it; use "
                                        "'environment', argv: stdin, as_file, or the answer to a prompt"),
        ("environment: A-B", "6:18: 'A-B' is no name of an environment variable"),
        ("argv: '{}'\nneeds: q", "7:12: no parameter 'q' (there are: p)"),
        ("argv: '{}'\naliases: p", "7:14: 'p' is already a parameter"),
        ("argv: '{}'\naliases: timeout", "7:14: 'timeout' is a task control, no parameter may have it as an alias"),
        ("argv: '{}'\naliases: 'a b'", "7:14: 'a b' cannot be a name: it has a blank or ="),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_refused(folder: Folder, text: str, message: str) -> None:
    assert folder.problem(parameter(text)) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("argv: '{l}'\ntype: position", "6:11: unknown placeholder {l} (allowed here: {}, {dec}, {ra})"),
        ("argv: '{ra}'\ntype: position\nframe: galactic",
         "6:11: unknown placeholder {ra} (allowed here: {}, {b}, {l})"),
        ("argv: '{}'\ntype: position\nframe: galatic", "8:12: 'frame' of 'p' cannot be 'galatic'; did you mean "
                                                       "'galactic'? (allowed: icrs, fk5, fk4, galactic)"),
        ("argv: '{}'\ntype: position\nform: mjd", "8:11: the form of a position cannot be 'mjd' (allowed: degrees, "
                                                  "sexagesimal)"),
        ("argv: '{}'\ntype: position\ndefault: [10, 100]", "8:14: [10, 100] is no place on the sky: dec is from -90 to "
                                                           "90 degrees; accepted: a SkyCoord or a pair of degrees"),
        ("argv: '{}'\nframe: icrs", "7:5: 'frame' is for position and angle, not for string"),
        ("argv: '{}'\ntype: angle\nframe: icrs", "8:5: 'frame' of an angle says what its 'coordinate' belongs to, and "
                                                 "there is none"),
        ("argv: '{}'\ntype: angle\ncoordinate: l", "8:17: 'l' is no coordinate of icrs: it has ra and dec"),
        ("argv: '{}'\ntype: time\nform: degrees", "8:11: the form of a time cannot be 'degrees' (allowed: isot, iso, "
                                                  "date, yday, fits, jyear_str, jd, mjd, jyear, byear, decimalyear, "
                                                  "unix, gps, cxcsec)"),
        ("argv: '{}'\ntype: time\nscale: utx", "8:12: 'scale' of 'p' cannot be 'utx'; did you mean 'utc'? (allowed: "
                                               "utc, tai, tt, tdb, tcb, tcg)"),
        ("argv: '{}'\ntype: time\ndefault: now", "8:14: 'now' (str) is not a time; accepted: a Time or a text such as "
                                                 "2026-01-31T12:30:00"),
        ("argv: '{}'\ntype: path\nformat: fits", "8:5: 'format' is for table, not for path"),
        ("argv: '{}'\ntype: table\nas_file: true", "8:5: 'as_file' is for string, path, url, int, float, angle, "
                                                   "quantity, choice and time, not for table"),
        ("argv: '{}'\ntype: float\nabove: 3\nbelow: 2", "9:12: 'below' (2) is below 'above' (3)"),
        ("argv: '{}'\nrepeated: true\nmin_items: 3\nmax_items: 2", "9:16: 'max_items' (2) is below 'min_items' (3)"),
        ("argv: '{}'\nwhen: {q: 1}", "7:12: no parameter 'q' (there are: p)"),
        ("argv: '{}'\nwhen: {}", "7:11: 'when' of 'p' is empty; a condition is such as {format: csv}"),
        ("argv: '{}'\nwhen: {p: []}", "7:15: 'p' of 'when' must be a value, or a list of values"),
        ("argv: '{}'\nwhen: {p: {a: b}}", "7:15: 'p' of 'when' must be a list: [a, b, …]"),
        ("argv: '{}'\ntype: int\nrequired: {p: x}", "8:19: 'x' (str) is not an integer; accepted: an integer"),
        ("argv: '{}'\ndeprecated: ''", "7:17: 'deprecated' of 'p' must be one line of text"),
        ("argv: '{}'\naliases: {old: [a]}", "7:20: 'old' of 'aliases' must be text"),
        ("argv: {}", "6:11: 'argv' is empty; it says how the value is written, such as '--name {}'"),
    ],
)  # fmt: skip
def test_a_wrong_use_of_frames_forms_and_conditions_is_told(folder: Folder, text: str, message: str) -> None:
    assert folder.problem(parameter(text)) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("exactly_one: [a]\n", "4:14: a group of 'exactly_one' names at least two parameters: [[a, b], …]"),
        ("exactly_one: [a, b]\n", "4:14: no parameter 'a'"),
        ("requires: new\n", "4:11: 'requires' must be numbers between points, such as 3.9, not 'new'"),
        ("requires: {argv: -v}\n", "4:11: 'requires' needs 'version'"),
        ("requires: {version: 1, patern: x}\n", "4:24: unknown key 'patern' in 'requires'; did you mean 'pattern'?"),
        ("results: {stdout: {format: csv, when: {a: 1}}}\n", "4:40: no parameter 'a'"),
        ("results: {stdout: {format: csv, optional: true}}\n", "4:33: 'optional' is for a file, which has a 'path'"),
        ("results: {stdout: {format: columns, widths: [.inf]}}\n", "4:46: inf must be a whole number above 0"),
    ],
)
def test_a_wrong_group_requirement_or_condition_is_told(folder: Folder, text: str, message: str) -> None:
    assert folder.problems(HEAD + text)[0].startswith(message)


def test_two_parameters_cannot_share_an_alias_or_standard_input(folder: Folder) -> None:
    text = f"{HEAD}parameters:\n  a: {{argv: stdin, aliases: x}}\n  b: {{argv: stdin, aliases: x}}\n"
    assert folder.problems(text) == [
        "6:13: standard input already takes 'a'; it can take one parameter",
        "6:29: 'x' is already an alias of 'a'",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format: cvs", "6:13: 'format' of 'stdout' cannot be 'cvs'; did you mean 'csv'? (allowed: keyword, columns, "
                        "csv, tsv, bsv, asv, votable, fits, json, jsonl, regex, lines, text)"),
        ("keys: {a: int}", "6:5: a section of results needs 'format'"),
        ("format: '{fmt}'", "6:13: no parameter 'fmt'"),
        ("format: csv\nkeys: {a: integer}", "7:15: 'a' of 'keys' cannot be 'integer'; did you mean 'int'? (allowed: "),
        ("format: csv\nkeys: {a: {tipe: int}}", "7:16: unknown key 'tipe' in key 'a'; did you mean 'type'? (known: "),
        ("format: csv\ncolumns: [ra, dec]\nkeys: {rra: int}",
         "8:12: no column 'rra'; did you mean 'ra'? (there are: ra, dec)"),
        ("format: csv\ncolumns: [ra]\nkeys: {x: {group: 2}}", "8:15: no column 2: they are 1 to 1"),
        ("format: csv\npattern: x", "7:5: 'pattern' belongs to regex, not to csv"),
        ("format: columns\nwidths: [3, 0]", "7:17: 0 must be a whole number above 0"),
        ("format: regex", "6:5: regex needs 'pattern'"),
        ("format: regex\npattern: '['", "7:14: 'pattern' of 'stdout' is no regular expression: "),
        ("format: regex\npattern: '(?P<a>.)'\nkeys: {b: int}", "8:12: no group 'b' (there are: a)"),
        ("format: regex\npattern: '(.)'\nkeys: {b: {group: 2}}", "8:15: the pattern has 1 groups, none with number 2"),
        ("format: text\nkeys: {a: int}", "7:15: text gives no single values: 'a' can be table, text, path"),
        ("format: csv\nkeys: {a: dict}", "7:15: dict comes from json, jsonl and the channel, not from csv"),
        ("format: text\npath: '{out}'", "7:11: no parameter 'out'"),
    ],
)  # fmt: skip
def test_wrong_results_are_refused(folder: Folder, text: str, message: str) -> None:
    assert folder.problem(results(text)).startswith(message)


def test_of_several_sections_all_but_the_last_have_a_condition(folder: Folder) -> None:
    text = f"{HEAD}results:\n  stdout:\n    - {{format: text, key: a}}\n    - {{format: text, key: b}}\n"
    assert folder.problem(text) == "6:7: each of several sections but the last needs 'when'"
    text = f"{HEAD}results:\n  stdout:\n    - {{format: text, key: a}}\n"
    assert folder.problem(text) == "6:5: 'stdout' of 'results' is a list of one; write it without [ ]"


def test_units_that_astropy_does_not_know_are_told_by_the_check(folder: Folder) -> None:
    text = (
        f"{HEAD}parameters:\n  p: {{type: float, unit: arcminn, argv: '{{}}'}}\n"
        "results:\n  stdout: {format: csv, keys: {a: {type: float, unit: km/s}, b: {type: float, unit: mags}}}\n"
    )
    folder.load(text)
    with pytest.raises(DescriptorError) as info:
        check_units(folder.path / "t.yaml")
    first, second = str(info.value).splitlines()
    assert first.startswith(f"{folder.path}/t.yaml:5:26: 'arcminn' did not parse as unit")
    assert "arcminn is not a valid unit" in first
    assert second.startswith(f"{folder.path}/t.yaml:7:85: 'mags' did not parse as unit")
    assert (info.value.line, info.value.column) == (5, 26)


def test_a_file_of_the_results_needs_a_name(folder: Folder) -> None:
    text = f"{HEAD}results:\n  files:\n    - {{format: text, key: log}}\n"
    assert folder.problem(text) == "6:7: a file needs 'path', such as '{output}' for the value of a parameter"


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (
            "{call: {target: x, tarqet: x}}",
            "parameter 'tarqet'; did you mean 'target'? (there are: target, force, count)",
        ),
        ("{call: {target: m31, count: x}}", "'x' (str) is not an integer; accepted: an integer"),
        ("{call: {force: true}}", "the example does not give the required parameter 'target'"),
        ("{call: {target: x}, expect: {raa: 1}}", "no result key 'raa'; did you mean 'ra'? (there are: ra, dec)"),
        ("{call: {target: x}, needs: netwrok}", "'needs' of item 2 cannot be 'netwrok'; did you mean 'network'?"),
    ],
)
def test_examples_are_checked_against_the_rest(folder: Folder, example: str, message: str) -> None:
    text = VOSESAME.replace("arguments:", "  count: {type: int, argv: '-c{}'}\narguments:") + f"  - {example}\n"
    assert message in folder.problem(text)


def test_bytes_that_are_no_text_are_named_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_bytes(b"task: t\nsummary: caf\xe9\n")
    with pytest.raises(DescriptorError, match=r"t.yaml:2:13: byte 0xe9 is not UTF-8"):
        load_descriptor(file)


def test_a_control_character_is_named_with_its_place(folder: Folder) -> None:
    assert folder.problem("task: t\nsummary: a\x01b\n").startswith("2:11: not YAML: control characters are not allowed")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(DescriptorError, match=r"nothing.yaml: cannot be read: No such file"):
        load_descriptor(tmp_path / "nothing.yaml")
    with pytest.raises(DescriptorError, match=r"cannot be read: Is a directory"):
        load_descriptor(tmp_path)


def test_aliases_in_yaml_do_not_multiply_without_end(folder: Folder) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    assert "nested too deeply, or without end" in folder.problem("\n".join(lines) + "\n")


def test_flow_mappings_keep_their_meaning_where_a_colon_stands(folder: Folder) -> None:
    task = folder.load(f"{HEAD}parameters:\n  p: {{argv: '{{}}', help: one, two, three, type: int}}\n")
    assert (task.parameters[0].help, task.parameters[0].type) == ("one, two, three", "int")


def test_shorthands_are_written_out(folder: Folder) -> None:
    task = folder.load(
        f"{HEAD}exclusive: [a, b]\nat_least_one: [[a, b], [b, c]]\nexit_statuses: {{1-3: success, 4: error}}\n"
        "arguments: -x  -y\nend_of_options: null\n"
        "parameters:\n  a: {argv: '-a {}', aliases: alpha}\n  b: {argv: [-b, 'x y{}']}\n"
        "  c: {argv: {1: -v, 2: -v -v}, type: int}\n"
    )
    assert task.exclusive == (("a", "b"),)
    assert task.at_least_one == (("a", "b"), ("b", "c"))
    assert [(number, status.status) for number, status in task.exit_statuses] == [
        (1, "success"), (2, "success"), (3, "success"), (4, "error"),
    ]  # fmt: skip
    assert task.arguments == ("-x", "-y")
    assert task.end_of_options is None
    a, b, c = task.parameters
    assert (a.argv, a.aliases, b.argv) == (("-a", "{}"), ("alpha",), ("-b", "x y{}"))
    assert (c.flags, c.choices) == (((1, ("-v",)), (2, ("-v", "-v"))), (1, 2))


def test_an_executable_with_a_slash_is_relative_to_its_descriptor(folder: Folder) -> None:
    assert folder.load(HEAD.replace("prog", "./run me")).executable == str(folder.path / "run me")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "format: 2\nwhat: ever\n",
            "1:9: format 2 is not known to this voclient, which reads 1; a newer voclient reads it",
        ),
        ("package: p\nversion: 1\n", "1:1: a package needs 'summary'"),
        (
            "package: p\nversion: 1\nsummary: s\nautor: me\n",
            "4:1: unknown key 'autor' in a package; did you mean 'author'?",
        ),
        (
            "package: my-p\nversion: 1\nsummary: s\n",
            "1:10: package 'my-p' must be letters, digits and _; 'my_p' would do",
        ),
    ],
)
def test_a_wrong_package_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "package.yaml").write_text(text)
    with pytest.raises(DescriptorError) as info:
        load_package_file(tmp_path / "package.yaml")
    assert str(info.value).removeprefix(f"{tmp_path}/package.yaml:").startswith(message)


def test_a_package_gives_defaults_to_its_tasks(folder: Folder) -> None:
    (folder.path / "package.yaml").write_text(
        "format: 1\npackage: p\nversion: 1.10\nsummary: s\nbindir: ../tools\nenvironment: {A: 1, B: 2}\n"
        "install: apt install x\n"
    )
    package = load_package_file(folder.path / "package.yaml")
    folder.load(HEAD + "environment: {B: 3}\n")
    task = load_descriptor(folder.path / "t.yaml", package)
    assert (package.version, task.package, task.install) == ("1.10", "p", "apt install x")
    assert task.bindir == str(folder.path.parent / "tools")
    assert dict(task.environment) == {"A": "1", "B": "3"}


def test_a_pattern_that_names_nothing_gives_nothing_and_is_refused(folder: Folder) -> None:
    told = folder.problems(f"{HEAD}results: {{stdout: {{format: regex, pattern: '([0-9]+)'}}}}\n")
    assert told == ["4:44: the pattern gives nothing: it has no group with a name, (?P<name>…)"]
