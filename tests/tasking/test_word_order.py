"""Command lines that are not in the order of declaration, defaults that are sent, lists of a given length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voclient.tasking import import_task
from voclient.tasking.calls.arguments import translate
from voclient.tasking.descriptors.loading import load_descriptor
from voclient.tasking.errors import DescriptorError, TaskParameterError

ALIGN = """\
task: align
summary: s
executable: align
command: [mem, "{threads}", "-{{x}}", "{reference}", "{reads}", "{reference}"]
parameters:
  reads: {type: path, repeated: true, argv: "{}", min_items: 0, max_items: 2, required: true}
  reference: {type: path, argv: "{}"}
  threads: {type: int, argv: "-t {}", default: 1, send_default: true}
  prefix: {argv: none, default: out}
"""


def load(folder: Path, text: str) -> Any:
    (folder / "align.yaml").write_text(text)
    return load_descriptor(folder / "align.yaml")


def test_command_says_the_order_of_all_words(tmp_path: Path) -> None:
    task = load(tmp_path, ALIGN)
    assert translate(task, {"reads": ["a", "-b"], "reference": "r", "prefix": "x"}).words == [
        "mem", "-t", "1", "-{x}", "r", "a", "./-b", "r",
    ]  # fmt: skip
    assert translate(task, {"reads": [], "threads": 4}).words == ["mem", "-t", "4", "-{x}"]


def test_a_word_with_values_in_it_is_there_when_they_are_given(tmp_path: Path) -> None:
    text = ALIGN.replace(', "{reference}"]', ', "{prefix}", "o={prefix}_{threads}.x"]')
    task = load(tmp_path, text)
    assert translate(task, {"reads": [], "prefix": "{a} b"}).words == ["mem", "-t", "1", "-{x}", "{a} b", "o={a} b_1.x"]
    assert translate(task, {"reads": []}).words == ["mem", "-t", "1", "-{x}"]
    with pytest.raises(TaskParameterError, match="'-a' begins with '-'"):
        translate(task, {"reads": [], "prefix": "-a"})


def test_a_program_that_knows_no_end_of_options_is_given_negative_numbers_but_no_text_that_looks_like_an_option(
    tmp_path: Path,
) -> None:
    text = 'command: [{}"{{n}}", "{{word}}"]\nparameters: {{n: {{type: int, argv: "{{}}"}}, word: {{argv: "{{}}"}}}}\n'
    head = "task: align\nsummary: s\nexecutable: align\n"
    assert translate(load(tmp_path, head + text.format("")), {"n": -3}).words == ["-3"]
    with pytest.raises(TaskParameterError, match="'-x' begins with '-'"):
        translate(load(tmp_path, head + text.format("")), {"word": "-x"})
    assert translate(load(tmp_path, head + text.format("--, ")), {"word": "-x"}).words == ["--", "-x"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("{threads}", "{thread}"), "no parameter 'thread'; did you mean 'threads'?"),
        (('"{threads}", ', ""), "parameter 'threads' is not in 'command', which has all words in their order"),
        (('"{reads}"', '"-t{reads}"'), "'reads' is no plain value that could stand within a word"),
        (('"{threads}"', '"-t{threads}"'), "parameter 'threads' is not in 'command', which has all words"),
        (('"-{{x}}"', '"-{x"'), "a single '{' in '-{x'"),
        (("command:", "arguments: [x]\ncommand:"), "so there is no 'arguments'"),
        ((", default: 1", ""), "there is no 'default' that could be sent"),
        (("repeated: true, ", ""), "'min_items' counts the values of a 'repeated' parameter"),
        (("max_items: 2", "max_items: 1.5"), "'max_items' of 'reads' must be a whole number, not 1.5"),
    ],
)
def test_a_wrong_order_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(DescriptorError) as info:
        load(tmp_path, ALIGN.replace(*change))
    assert message in str(info.value)


@pytest.mark.parametrize(
    ("more", "value", "reason"),
    [
        ("type: float, above: 0", 0, "0 is not above 0; accepted: a number above 0"),
        ("type: float, below: 1", "1.0", "1.0 is not below 1; accepted: a number below 1"),
        ("repeated: true, min_items: 2", "a", "1 value in the list; accepted: text, a list of 2 or more of them"),
        ("repeated: true, min_items: 2, max_items: 2", list("abc"), "3 values in the list; accepted: text, 2 of them"),
        ("repeated: true, max_items: 1", list("ab"), "2 values in the list; accepted: text, or a list of at most 1 of"),
    ],
)
def test_bounds_of_values_and_lists_are_kept(tmp_path: Path, more: str, value: Any, reason: str) -> None:
    text = f"task: align\nsummary: s\nexecutable: align\nparameters: {{x: {{argv: '-x {{}}', {more}}}}}\n"
    with pytest.raises(TaskParameterError) as info:
        translate(load(tmp_path, text), {"x": value})
    assert reason in str(info.value)


def test_numbers_are_written_without_exponent_where_the_program_reads_none(tmp_path: Path) -> None:
    text = "task: align\nsummary: s\nexecutable: align\nparameters: {x: {type: float, argv: '{}', decimal: true}}\n"
    task = load(tmp_path, text)
    assert [translate(task, {"x": x}).words for x in (1e-7, 2.5, 3, 1e22)] == [
        ["0.0000001"], ["2.5"], ["3"], ["10000000000000000000000"],
    ]  # fmt: skip


def test_one_file_of_a_pattern_is_one_path_and_places_need_no_format(tmp_path: Path) -> None:
    (tmp_path / "align.yaml").write_text(
        "task: align\nsummary: s\nexecutable: sh\narguments: [-c, 'mkdir d; touch a.x a.y b.y']\n"
        "results:\n  files:\n  - {path: '*.x', many: false, keys: {one: path}}\n"
        "  - {path: a.y, many: true, keys: {list: path}}\n  - {path: d, keys: {folder: path}}\n"
        "  - {path: '{of.name}.y', strip: [.gz, .x], keys: {beside: path}}\n"
        "parameters: {of: {type: path, argv: none}}\n"
    )
    (tmp_path / "work").mkdir()
    result = import_task(str(tmp_path / "align.yaml"))(of="in/a.x.gz", cwd=tmp_path / "work", check=True)
    assert (result["one"].name, [path.name for path in result["list"]]) == ("a.x", ["a.y"])
    assert result["folder"].is_dir()
    assert result["beside"].name == "a.y"
    (tmp_path / "align.yaml").write_text((tmp_path / "align.yaml").read_text().replace("*.x", "*.y"))
    result = import_task(str(tmp_path / "align.yaml"))(cwd=tmp_path / "work")
    assert result.exitmsg.startswith("2 files match '*.y', which is one")
