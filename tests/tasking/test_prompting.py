"""`prompt=True`: missing parameters are asked for at a real terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from voclient import tasking
from voclient.tasking import Task, TaskParameterError

TASK = """\
summary: Show what was given
executable: {program}
parameters:
  name: {{argv: "{{}}", repeated: true, required: true, help: Names of objects}}
  count: {{argv: "-n {{}}", type: int, min: 1, required: true, help: How many}}
  format: {{argv: "-f {{}}", choices: [csv, tsv], default: csv, help: How it is written}}
  user: {{argv: "-u {{}}", needs: [key], help: Who}}
  key: {{environment: KEY, secret: true, help: Password}}
  flag: {{argv: --flag, type: bool}}
at_least_one: [[format, flag]]
results:
  stdout: {{format: json, keys: {{argv: list, key: string}}}}
"""
PROGRAM = (
    "#!{python}\nimport json, os, sys\nprint(json.dumps({{'argv': sys.argv[1:], 'key': os.environ.get('KEY')}}))\n"
)


@pytest.fixture
def ask(make_package: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    program = tmp_path / "show"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    folder = make_package("demo", ask=TASK.format(program=program))
    monkeypatch.setenv("VOCLIENT_TASKPATH", str(folder))
    tasking.set_task_path(None)
    return tasking.import_task("demo.ask")


def in_python(call: str) -> pexpect.spawn[str]:
    code = f"from voclient.tasking import import_task; ask = import_task('demo.ask')\nprint(dict({call}))"
    return pexpect.spawn(sys.executable, ["-c", code], encoding="utf-8", timeout=30)


def command(*words: str) -> pexpect.spawn[str]:
    return pexpect.spawn(sys.executable, ["-m", "voclient.cli", "run", "ask", *words], encoding="utf-8", timeout=30)


def test_all_that_is_missing_is_asked_for_until_it_is_right(ask: Task) -> None:
    child = in_python("ask(user='me', prompt=True)")
    child.expect_exact(
        "Names of objects\r\n  accepted: text, or a list of them; one a line, an empty line ends\r\nname: "
    )
    child.sendline("")
    child.expect_exact("  a value is needed\r\nname: ")
    child.sendline("HD 1")
    child.expect_exact("name: ")
    child.sendline("m31")
    child.expect_exact("name: ")
    child.sendline("")
    child.expect_exact("How many\r\n  accepted: an integer not below 1\r\ncount: ")
    child.sendline("0")
    child.expect_exact("  parameter 'count': 0 is below the minimum 1; accepted: an integer not below 1\r\ncount: ")
    child.sendline(" 3 ")
    child.expect_exact("How it is written\r\n  accepted: csv, tsv; default csv\r\nformat: ")
    child.sendline("tvs")
    child.expect_exact("parameter 'format': 'tvs' is none of its choices; did you mean 'tsv'?")
    child.expect_exact("format: ")
    child.sendline("tsv")
    child.expect_exact("Password\r\n  accepted: text\r\nkey: ")
    child.waitnoecho()
    child.sendline("abracadabra")
    child.expect(pexpect.EOF)
    assert child.before is not None
    shown = child.before
    assert "argv': ['HD 1', 'm31', '-n', '3', '-f', 'tsv', '-u', 'me'], 'key': 'abracadabra'" in shown
    assert shown.count("abracadabra") == 1
    child.close()
    assert child.exitstatus == 0


def test_nothing_is_asked_when_nothing_is_missing(ask: Task) -> None:
    child = in_python("ask('m31', count=1, flag=True, prompt=True)")
    child.expect(pexpect.EOF)
    assert child.before == "{'argv': ['m31', '-n', '1', '--flag'], 'key': None}\r\n"
    child.close()


def test_one_value_for_a_list_is_one_value(ask: Task) -> None:
    child = command("count=1", "format=csv", "--prompt")
    child.expect_exact("name: ")
    child.sendline("m31")
    child.expect_exact("name: ")
    child.sendline("")
    child.expect(pexpect.EOF)
    assert "m31\r\n-n\r\n1\r\n-f\r\ncsv\r\n" in str(child.before)
    child.close()
    assert child.exitstatus == 0


def test_the_end_of_the_terminals_input_is_an_error_in_one_line(ask: Task) -> None:
    child = command("m31", "--prompt")
    child.expect_exact("count: ")
    child.sendeof()
    child.expect(pexpect.EOF)
    last = str(child.before).splitlines()[-1]
    assert last == "voclient: ask: the terminal was closed before parameter 'count' was given"
    child.close()
    assert child.exitstatus == 2


@pytest.mark.parametrize("parameter", ["count", "key"])
def test_ctrl_c_ends_it_and_leaves_the_terminal_as_it_was(ask: Task, parameter: str) -> None:
    words = ["m31", "flag=yes", *(["count=1", "user=me"] if parameter == "key" else [])]
    child = command(*words, "--prompt")
    child.expect_exact(f"{parameter}: ")
    if parameter == "key":
        child.waitnoecho()
    child.sendintr()
    child.expect(pexpect.EOF)
    assert "Traceback" not in str(child.before)
    child.close()
    assert child.exitstatus == 130


def test_results_in_a_pipe_hold_no_questions(ask: Task, tmp_path: Path) -> None:
    line = f"{sys.executable} -m voclient.cli run ask m31 --prompt --json flag=yes > {tmp_path}/out"
    child = pexpect.spawn("sh", ["-c", line], encoding="utf-8", timeout=30)
    child.expect_exact("count: ")
    child.sendline("7")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert json.loads((tmp_path / "out").read_text())["argv"] == ["m31", "-n", "7", "--flag"]


def test_without_a_terminal_it_is_a_wrong_call_as_ever(ask: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(TaskParameterError, match="ask: parameter 'count' is required"):
            ask("m31", prompt=True)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(TaskParameterError, match="ask: parameter 'name' is required"):
        ask(prompt=True)
    done = subprocess.run(
        [sys.executable, "-m", "voclient.cli", "run", "ask", "--prompt"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "voclient: ask: parameter 'name' is required (Names of objects)\n")


def test_a_notebook_asks_by_its_own_input(ask: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"name: ": iter(["m31", ""]), "count: ": iter(["2"]), "format: ": iter(["csv"])}
    monkeypatch.setattr("builtins.input", lambda label: next(answers[label]))
    assert ask(prompt=True)["argv"] == ["m31", "-n", "2", "-f", "csv"]


def test_a_map_does_not_ask(ask: Task) -> None:
    with pytest.raises(TaskParameterError, match="ask: prompt asks for one call; a map has many"):
        ask.map(["a"], prompt=True)


def test_what_the_call_makes_necessary_is_asked_for(
    make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "summary: A task\nexecutable: echo\nparameters:\n  mode: {argv: '{}', choices: [make, show]}\n"
        "  file: {argv: '{}', required: {mode: make}}\n  lines: {argv: '-l{}'}\n  bytes: {argv: '-b{}'}\n"
        "exactly_one: [lines, bytes]\nresults: {stdout: {format: text}}\n"
    )
    task = tasking.load_package(make_package("demo", cut=text)).cut
    asked = []
    monkeypatch.setattr("builtins.input", lambda label: asked.append(label) or "3")
    assert task("make", prompt=True)["text"] == "make 3 -l3\n"
    assert task("show", bytes="1", prompt=True)["text"] == "show -b1\n"
    assert asked == ["file: ", "lines: "]
