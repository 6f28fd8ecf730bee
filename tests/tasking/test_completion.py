"""Completion of the `voclient` command, in the shells themselves."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from voclient.cli import SUBCOMMANDS, make_subparser

NAMES = """\
summary: Positions of names
executable: echo
parameters:
  name: {argv: "{}", repeated: true, required: true, aliases: [obj]}
  precision: {type: int, argv: "-p{}"}
  frame: {choices: [icrs, galactic, "two words"], argv: "-f {}"}
  quiet: {type: bool, argv: -q}
"""
# A voclient that tells what it was called with; what the shell asks it is answered by the real one.
TELLING = {
    "sh": f"""\
voclient() {{
    case "$1" in
        complete) {shlex.quote(sys.executable)} -m voclient.cli "$@" ;;
        *) printf '<%s>' "$@"; echo ' told' ;;
    esac
}}
""",
    "fish": f"""\
function voclient
    {shlex.quote(sys.executable)} -m voclient.cli $argv
end
""",
}


@pytest.fixture
def desk(make_package: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two files, where a package `demo` is found."""
    monkeypatch.setenv("VOCLIENT_TASKPATH", str(make_package("demo", names=NAMES)))
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "stars.xml").write_text("")
    (desk / "galaxies.xml").write_text("")
    monkeypatch.chdir(desk)
    monkeypatch.setenv("HOME", str(desk))
    monkeypatch.setenv("TERM", "dumb")
    return desk


def voclient(*words: str) -> str:
    command = [sys.executable, "-m", "voclient.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("li",), ["list"]),
        (("run", "na"), ["names"]),
        (("run", "demo."), ["demo.names"]),
        (("run", "names", ""), ["name=", "precision=", "frame=", "quiet="]),
        (("run", "names", "name", "=", "m31", "frame", "=", "icrs", ""), ["name=", "precision=", "quiet="]),
        (("run", "names", "frame=g"), ["frame=galactic"]),
        (("run", "names", "quiet="), ["quiet=yes", "quiet=no"]),
        (("run", "--timeout", "5", "--cache", "=", "1d", "names", "prec"), ["precision="]),
        (("run", "names", "--j"), ["--json"]),
        (("run", "names", "--", "pre"), []),
        (("run", "nothing", "x"), []),
        (("show", "dem"), ["demo", "demo.names"]),
        (("stubs", "dem"), ["demo"]),
        (("check", "--schema", ""), ["descriptor", "package"]),
        (("check", "--schema=p"), ["--schema=package"]),
        (("cache", "ve"), ["verify"]),
        (("cache", "clear", "demo"), ["demo.names"]),
        (("completion", "b"), ["bash"]),
        (("nothing", ""), []),
    ],
)
def test_the_next_word_is_completed(desk: Path, words: tuple[str, ...], found: list[str]) -> None:
    assert voclient("complete", *words, "--", words[-1]).split() == found


def test_programs_are_completed_for_a_draft(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("findstars", "findgalaxies"):
        (desk / name).write_text("")
    monkeypatch.setenv("PATH", f"{desk}:/nowhere")
    assert voclient("complete", "new", "finds", "--", "finds") == "findstars\n"


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_every_option_of_every_command_is_completed(command: str) -> None:
    parser, _ = make_subparser(command)
    options = {option for action in parser._actions for option in action.option_strings}
    assert set(voclient("complete", command, "-", "--", "-").split()) == options
    assert "--help" in options


TYPED = [
    ("voclient li\t", "<list>"),
    ("voclient run nam\t", "<run><names>"),
    ("voclient run names fra\tg\t", "<run><names><frame=galactic>"),
    ("voclient run names frame=t\t", "<run><names><frame=two words>"),
    ("voclient run --dry\tnames sta\t", "<run><--dry-run><names><stars.xml>"),
    ("voclient run names name=gal\t", "<run><names><name=galaxies.xml>"),
    ("voclient cache verify --js\t", "<cache><verify><--json>"),
    ("voclient completion z\t", "<completion><zsh>"),
]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_words_are_completed_as_they_are_typed(shell: str, desk: Path) -> None:
    start = "autoload -U compinit; compinit -D; setopt no_beep\n" if shell == "zsh" else ""
    (desk.parent / "start").write_text(f"{start}{TELLING['sh']}{voclient('completion', shell)}PS1='ready> '\n")
    words = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}[shell]
    with pexpect.spawn(shell, words, encoding="utf-8", timeout=60, dimensions=(50, 200)) as child:
        child.sendline(". ../start; echo be''gin")
        child.expect_exact("begin")
        child.expect_exact("ready> ")
        for typed, told in TYPED:
            for part in typed.split("\t"):
                child.send(f"{part}\t" if part else "\r")
            child.expect(r"(<[^\r\n]*>) told")
            assert child.match[1] == told
            child.expect_exact("ready> ")


def test_zsh_finds_the_function_where_it_is_installed(desk: Path) -> None:
    (desk.parent / "functions").mkdir()
    (desk.parent / "functions" / "_voclient").write_text(voclient("completion", "zsh"))
    start = f"fpath=(../functions $fpath); autoload -U compinit; compinit -D\n{TELLING['sh']}PS1='ready> '\n"
    (desk.parent / "start").write_text(start)
    with pexpect.spawn("zsh", ["-f", "-i"], encoding="utf-8", timeout=60, dimensions=(50, 200)) as child:
        child.sendline(". ../start; echo be''gin")
        child.expect_exact("begin")
        child.expect_exact("ready> ")
        child.send("voclient run nam\t")
        child.send("fra\tg\t")
        child.send("\r")
        child.expect(r"(<[^\r\n]*>) told")
        assert child.match[1] == "<run><names><frame=galactic>"


def test_fish_lists_what_may_follow(desk: Path) -> None:
    (desk.parent / "start").write_text(TELLING["fish"] + voclient("completion", "fish"))
    for line, found in (
        ("voclient li", {"list"}),
        ("voclient run demo.", {"demo.names"}),
        ("voclient run names frame=", {"frame=icrs", "frame=galactic", "frame=two words"}),
        ("voclient run names --dry", {"--dry-run"}),
        ("voclient run names sta", {"stars.xml"}),
        ("voclient run names name=gal", {"name=galaxies.xml"}),
        ("voclient completion f", {"fish"}),
    ):
        command = ["fish", "--no-config", "-c", f"source ../start; complete -C {shlex.quote(line)}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.stderr == ""
        assert {candidate.split("\t")[0] for candidate in done.stdout.splitlines()} == found
