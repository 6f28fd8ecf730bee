"""`voclient run`: parameters from files and into files, and what would be executed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tasking.programs import voclient

TASK = """\
summary: Show what was given
executable: show-arguments
environment: {MODE: quick and dirty}
parameters:
  name: {argv: "{}", repeated: true, required: true, help: Names}
  radius: {argv: "-r {}", type: float, min: 0}
  text: {argv: stdin, type: TYPE}
  key: {environment: KEY, secret: true}
results:
  stdout: {format: json, keys: {argv: list}}
"""


@pytest.fixture
def show(
    make_package: Callable[..., Path], show_arguments: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    texts = {"show": TASK.replace("TYPE", "string"), "show_file": TASK.replace("TYPE", "path")}
    folder = make_package("demo", **texts)
    monkeypatch.setenv("VOCLIENT_TASKPATH", str(folder))
    monkeypatch.setenv("VOCLIENT_BINDIR", str(show_arguments.parent))
    monkeypatch.chdir(tmp_path)
    return show_arguments


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return voclient("run", *words)


def test_a_dry_run_prints_the_line_a_shell_would_take(show: Path) -> None:
    done = run("show", "m31", "it's $HOME", "radius=2", "--dry-run")
    assert done.stdout == f"MODE='quick and dirty' {show} m31 'it'\"'\"'s $HOME' -r 2\n"
    assert (done.returncode, done.stderr) == (0, "")
    shown = subprocess.run(["bash", "-c", done.stdout], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout) == {"argv": ["m31", "it's $HOME", "-r", "2"]}


def test_a_dry_run_shows_standard_input_and_hides_secrets(show: Path) -> None:
    assert run("show", "a", "text=x y", "key=abracadabra", "--dry-run").stdout == (
        f"MODE='quick and dirty' KEY='***' {show} a <<< 'x y'\n"
    )
    assert run("show_file", "a", "text=my file", "--dry-run").stdout.endswith(" a < 'my file'\n")
    told = json.loads(run("show", "a", "text=x", "key=abracadabra", "--dry-run", "--json").stdout)
    assert told == {
        "argv": [str(show), "a"], "environment": {"MODE": "quick and dirty", "KEY": "***"}, "stdin": {"text": "x"}
    }  # fmt: skip


def test_a_wrong_call_is_wrong_in_a_dry_run_too(show: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("show", "a", "radius=-1", "--dry-run")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    show.unlink()
    done = run("show", "a", "--dry-run")
    assert (done.returncode, done.stdout) == (2, "")
    assert "show-arguments" in done.stderr


def test_parameters_are_saved_without_a_run_and_taken_from_the_file(show: Path, tmp_path: Path) -> None:
    done = run("show", "m31", "m51", "radius=2", "--save", "my.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert '  name: ["m31", "m51"]\n' in (tmp_path / "my.yaml").read_text()
    assert json.loads(run("show", "--pset", "my.yaml", "--json").stdout)["argv"] == ["m31", "m51", "-r", "2"]
    assert json.loads(run("show", "m33", "radius=3", "--pset", "my.yaml", "--json").stdout)["argv"] == [
        "m33",
        "-r",
        "3",
    ]
    run("show", "radius=5", "--pset", "my.yaml", "--save", "my.yaml")
    assert run("show", "--pset", "my.yaml", "--dry-run").stdout.endswith(" m31 m51 -r 5\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--pset", "missing.yaml"), "show: parameter set missing.yaml: cannot be read: No such file or directory"),
        (("radius=-1", "--save", "my.yaml"), "show: parameter 'radius': -1 is below the minimum 0"),
        (("--save", "nowhere/my.yaml"), "nowhere/my.yaml: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_is_told_in_one_line(show: Path, words: tuple[str, ...], message: str) -> None:
    done = run("show", "a", *words)
    assert done.returncode in (1, 2)
    assert done.stderr.startswith(f"voclient: {message}")
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert not Path("my.yaml").exists()
