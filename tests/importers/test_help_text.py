"""Drafts of real programs: they pass the check, and what they send is what the program understands."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import voclient
from voclient.importers import Draft
from voclient.importers.help_text import draft_from_program
from voclient.importers.help_text.drafting import draft_from_help, summary_of
from voclient.importers.help_text.options import read_options
from voclient.importers.help_text.program import ask
from voclient.importers.help_text.usage import find_usage, read_usage
from voclient.tasking import Task, import_task
from voclient.tasking.descriptors.descriptor import CONTROLS
from voclient.tasking.errors import ExecutableNotFoundError, TaskError, TaskParameterError

ARGPARSE = """\
import argparse, json
parser = argparse.ArgumentParser(description="Stack images of one field.",
                                 formatter_class=argparse.ArgumentDefaultsHelpFormatter)
parser.add_argument("frames", nargs="+", help="images to stack")
parser.add_argument("result", metavar="OUT", help="where the sum goes")
parser.add_argument("-n", "--iterations", type=int, default=3, metavar="INT", help="how often")
parser.add_argument("-m", "--method", choices=["mean", "median"], default="mean", help="how")
parser.add_argument("--bias", metavar="FILE", help="bias frame")
parser.add_argument("--region", nargs=2, type=int, metavar=("X", "Y"), help="corner")
parser.add_argument("--skip", nargs="*", help="frames to leave out")
parser.add_argument("--key", action="append", help="header key; may be repeated")
parser.add_argument("--verify", action=argparse.BooleanOptionalAction, default=True, help="check sums")
parser.add_argument("--name", required=True, help="of the field")
one = parser.add_mutually_exclusive_group()
one.add_argument("-q", "--quiet", action="store_true", help="say nothing")
one.add_argument("-v", "--verbose", action="store_true", help="say more")
parser.add_argument("--an-option-of-a-very-long-name", action="store_true", help="its help is on the next line")
parser.add_argument("--version", action="version", version="stack 2.1")
print(json.dumps(vars(parser.parse_args())))
"""
CLICK = """\
import click, json
@click.command()
@click.option("-n", "--count", type=int, default=1, show_default=True, help="Number of greetings.")
@click.option("--scale", type=click.FloatRange(0, 10), default=1.5, show_default=True, help="Factor.")
@click.option("--shout/--no-shout", default=False, help="Loud.")
@click.option("-f", "--format", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help="How.")
@click.option("--name", required=True, help="Whom to greet.")
@click.option("--tag", multiple=True, help="Tags; may be repeated.")
@click.option("--point", type=(float, float), help="Where.")
@click.option("-o", "--output", type=click.Path(), help="Where to.")
@click.argument("src", nargs=-1)
@click.argument("dst")
def main(**given):
    '''Greet people. Kindly.'''
    print(json.dumps(given))
main()
"""


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Path]:
    """`program("name", text)`: a Python program, or one of another interpreter."""

    def write(name: str, text: str, interpreter: str = sys.executable) -> Path:
        path = tmp_path / name
        path.write_text(f"#!{interpreter}\n{text}")
        path.chmod(0o755)
        return path

    return write


def made(draft: Draft, folder: Path) -> Task:
    """The task of a draft: its text is loaded, which checks it."""
    file = folder / f"{draft.data['task']}.yaml"
    file.write_text(draft.text())
    return import_task(str(file))


def understood(task: Task, **call: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(task(**call, check=True)["text"])
    return result


def test_an_argparse_program_understands_its_draft(program: Callable[..., Path], tmp_path: Path) -> None:
    task = made(draft_from_program(str(program("stack", ARGPARSE))), tmp_path)
    assert task.descriptor.summary == "Stack images of one field"
    found = understood(
        task, frames=["a", "b c"], out="o", iterations=5, method="median", bias="b", region=["1", "-2"], skip=["x"],
        key=["k1", "k2"], verify=False, name="n", verbose=True, an_option_of_a_very_long_name=True,
    )  # fmt: skip
    assert found == {
        "frames": ["a", "b c"], "result": "o", "iterations": 5, "method": "median", "bias": "b", "region": [1, -2],
        "skip": ["x"], "key": ["k1", "k2"], "verify": False, "name": "n", "quiet": False, "verbose": True,
        "an_option_of_a_very_long_name": True,
    }  # fmt: skip
    assert understood(task, frames=["-a"], out="o", name="n")["frames"] == ["-a"]
    defaults = {
        parameter.name: parameter.default for parameter in task.descriptor.parameters if parameter.default is not None
    }
    assert defaults == {"iterations": 3, "method": "mean"}
    for call, reason in (
        ({"frames": ["a"], "out": "o"}, "parameter 'name' is required"),
        ({"frames": ["a"], "out": "o", "name": "n", "quiet": True, "verbose": True}, "exclude each other"),
        ({"frames": ["a"], "out": "o", "name": "n", "method": "mode"}, "none of its choices"),
        ({"frames": ["a"], "out": "o", "name": "n", "iterations": "x"}, "is not an integer"),
        ({"frames": ["a"], "out": "o", "name": "n", "region": ["1"]}, "1 value in the list"),
    ):
        with pytest.raises(TaskParameterError, match=reason):
            task(**call)


def test_a_click_program_understands_its_draft(program: Callable[..., Path], tmp_path: Path) -> None:
    task = made(draft_from_program(str(program("greet", CLICK))), tmp_path)
    assert task.descriptor.summary == "Greet people"
    assert understood(
        task, count=2, scale=2.5, shout=True, format="json", name="n", tag=["a", "b"], point=[1.5, -2], output="o",
        src=["x", "y"], dst="z",
    ) == {
        "count": 2, "scale": 2.5, "shout": True, "format": "json", "name": "n", "tag": ["a", "b"],
        "point": [1.5, -2.0], "output": "o", "src": ["x", "y"], "dst": "z",
    }  # fmt: skip
    assert understood(task, name="n", dst="z", shout=False)["src"] == []
    with pytest.raises(TaskParameterError, match="parameter 'name' is required"):
        task(dst="z")


def test_gnu_programs_understand_their_drafts(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("b 2\na 10\nc 1\n")
    folder = {"cwd": tmp_path, "check": True}
    sort = made(draft_from_program("sort"), tmp_path)
    assert sort("list", **folder)["text"] == "a 10\nb 2\nc 1\n"
    assert sort("list", key="2", numeric_sort=True, reverse=True, **folder)["text"] == "a 10\nb 2\nc 1\n"
    cut = made(draft_from_program("cut"), tmp_path)
    assert cut("list", delimiter=" ", fields="2", **folder)["text"] == "2\n10\n1\n"
    head = made(draft_from_program("head"), tmp_path)
    assert head(["list"], lines="-2", **folder)["text"] == "b 2\n"
    wc = made(draft_from_program("wc"), tmp_path)
    assert wc("list", lines=True, **folder)["text"] == "3 list\n"
    grep = made(draft_from_program("grep"), tmp_path)
    assert grep("^[ab]", "list", line_number=True, invert_match=True, **folder)["text"] == "3:c 1\n"
    ls = made(draft_from_program("ls"), tmp_path)
    assert ls("list", format="single-column", **folder)["text"] == "list\n"
    tar = made(draft_from_program("tar"), tmp_path)
    tar("list", create=True, file="x.tar", **folder)
    assert tar(list=True, file="x.tar", **folder)["text"] == "list\n"
    gzip = made(draft_from_program("gzip"), tmp_path)
    gzip("list", keep=True, **folder)
    assert (tmp_path / "list.gz").exists()


@pytest.mark.parametrize("tool", ["votinfo", "votcnv", "votsort", "votpos", "votstat", "votget", "vosesame"])
def test_our_own_tools_describe_themselves(tool: str, bindir: Path, tmp_path: Path) -> None:
    draft = draft_from_program(str(bindir / tool))
    task = made(draft, tmp_path)
    options = subprocess.run([bindir / tool, "--describe"], capture_output=True, text=True, check=True).stdout
    described = [line.split('"')[1] for line in options.splitlines() if line.startswith("    name: ")]
    asked = {"help", "version", "describe", "man-page", "completion", *CONTROLS}
    aliases = {alias for p in task.descriptor.parameters for alias in (p.name, *p.aliases)}
    assert {name.replace("-", "_") for name in described if name not in asked} <= aliases


def test_voclient_drafts_itself(program: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program("voclient", "from voclient.cli import main\nraise SystemExit(main())\n")
    monkeypatch.setenv("PYTHONPATH", str(Path(voclient.__file__).parents[1]))
    task = made(draft_from_program(str(path)), tmp_path)
    assert task(["list", "vao"])["text"].startswith("vao.")


def test_help_may_come_from_h_and_on_stderr(program: Callable[..., Path], tmp_path: Path) -> None:
    text = '[ "$1" = -h ] || exit 1\necho "usage: old [-ab] [-o file] in ..." >&2\nexit 2\n'
    task = made(draft_from_program(str(program("old", text, "/bin/sh"))), tmp_path)
    assert [(p.name, p.type, p.argv) for p in task.descriptor.parameters] == [
        ("a", "bool", ("-a",)), ("b", "bool", ("-b",)), ("o", "path", ("-o", "{}")), ("in_", "string", ("{}",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "names", "value", "help"),
    [
        ("  -k, --key=KEYDEF  sort via a key", ["-k", "--key"], "KEYDEF", "sort via a key"),
        ("      --color[=WHEN]  colours", ["--color"], "WHEN", "colours"),
        (" -d, --data <data>          HTTP POST data", ["-d", "--data"], "<data>", "HTTP POST data"),
        ("     --sig <a[:b]> Use it", ["--sig"], "<a[:b]>", "Use it"),
        ("  -n INT, --number INT  how many", ["-n", "--number"], "INT", "how many"),
        ("  -f, --format [csv|json]  How. [default: csv]", ["-f", "--format"], "[csv|json]", "How. [default: csv]"),
        ("  --shout / --no-shout  Loud", ["--shout", "--no-shout"], "", "Loud"),
        ("\u2502 *  --name  -n  TEXT  Who [required] \u2502", ["--name", "-n"], "TEXT", "[required] Who [required]"),
        ("  -h display this help", ["-h"], "", "display this help"),
        ("  -b n  Blanks", ["-b"], "n", "Blanks"),
        ("  -CATALOG_NAME <file>   the catalogue", ["-CATALOG_NAME"], "<file>", "the catalogue"),
        ("  -j<n>    jobs", ["-j"], "<n>", "jobs"),
        ("  +i: Append the primary header", ["+i"], "", "Append the primary header"),
        ("   -A ARGS...   run it", ["-A"], "ARGS", "run it"),
        ("  -D setting=value, --define setting=value  override", ["-D", "--define"], "setting=value", "override"),
        ("  -F FILTER[:options]  add a filter", ["-F"], "FILTER[:options]", "add a filter"),
        ("-c cmd : program as text", ["-c"], "cmd", "program as text"),
        ("-b     : warn", ["-b"], "", "warn"),
        ("  --arg a v      set $a to <v>", ["--arg"], "a v", "set $a to <v>"),
        (" --proxy-cacert <file> CA certificate", ["--proxy-cacert"], "<file>", "CA certificate"),
        (" --disallow-user Disallow it in URLs", ["--disallow-user"], "", "Disallow it in URLs"),
        ("  -e  ........  --quit-at-end   Quit", ["-e", "--quit-at-end"], "", "Quit"),
    ],
)
def test_the_styles_of_options_are_read(line: str, names: list[str], value: str, help: str) -> None:
    (option,) = read_options(line)
    assert (option.names, option.value, option.help) == (names, value, help)


def test_usage_lines_are_joined_and_end_where_options_begin() -> None:
    text = "Usage: cp [OPTION]... [-T] SOURCE DEST\n  or:  cp [OPTION]... SOURCE... DIRECTORY\nCopy.\n"
    assert find_usage(text) == ["cp [OPTION]... [-T] SOURCE DEST", "cp [OPTION]... SOURCE... DIRECTORY"]
    text = "usage: p [-h] [--alpha A]\n         --beta B\n         file\n -x, --xx   other\n"
    usage = read_usage(text)
    assert ([operand.name for operand in usage.operands], usage.required) == (["file"], {"--beta"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("usage: p [-fz] in.fit ...\n  -f: exact\n  -z: Set it to 0\n", {"f": "-f", "z": "-z", "in_fit": "{}"}),
        ("usage: p [-help] [-debug] [-batch] [-out <file>] task\n",
         {"debug": "-debug", "batch": "-batch", "out": "-out {}", "task": "{}"}),
        ("usage: p name   or   p @list.txt\n", {"name": "{}"}),
        ("Usage: p NUMBER[SUFFIX]...\n", {"number": "{}"}),
        ("usage: p [flags and input files in any order]\n -k --keep   keep\n", {"keep": "--keep", "files": "{}"}),
        ("usage: p [-i addr] [-s]\n -i\tthe address\n -s\tsilent\n", {"i": "-i {}", "s": "-s"}),
        ("usage: p [-i]\n  -i: without\n  +i: with\n", {"i": "-i", "plus_i": "+i"}),
        ("usage: p [-v | --version] [-p | --paginate | -P] [--bare] [--git-dir=<path>]\n"
         "         [--exec-path[=<path>]] [-c <name>=<value>] <command>\n\nUsual commands\n",
         {"p": "-p", "paginate": "--paginate", "p_2": "-P", "bare": "--bare", "git_dir": "--git-dir={}",
          "exec_path": "--exec-path={}", "c": "-c {}", "command": "{}"}),
        ("usage: python3 -m p [-m TEXT] [word ...]\n  -m TEXT  text\n", {"m": "-m {}", "word": "{}"}),
        ("usage: p [-a] [more options; see below] file\n", {"a": "-a", "file": "{}"}),
        ("usage: p [-a] DIR [PATTERN, ...]\n", {"a": "-a", "dir": "{}", "pattern": "{}"}),
        ("usage: p [-a]\n         dir inputs [inputs ...]\n", {"a": "-a", "dir": "{}", "inputs": "{}"}),
        ("Usage: p [-a] file[.zip] [list]\n  Default action is to take all files, except those left out;\n"
         "  -a  archive all of it    -b  back it up\n  -c  copy all of it       -d  delete it\n"
         "  -e  erase what is there  -f  free it\n",
         {letter: f"-{letter}" for letter in "abcdef"} | {"file": "{}", "list": "{}"}),
        ("Usage: p [path...]\nTests:\n  -amin N -empty -size N[bck]\n",
         {"amin": "-amin {}", "empty": "-empty", "size": "-size {}", "path": "{}"}),
        ("Usage: p [-r|-g] [-q <level>] -v <FITS>\nmore:   [-T] [-O <file>]\n",
         {"r": "-r", "g": "-g", "q": "-q {}", "v": "-v", "t": "-T", "o": "-O {}", "fits": "{}"}),
        ("Usage: p [options] <the filter> [file...]\n", {"the_filter": "{}", "file": "{}"}),
    ],
)  # fmt: skip
def test_the_usage_lines_of_older_programs_are_read(text: str, words: dict[str, str]) -> None:
    assert {name: item["argv"] for name, item in draft_from_help("p", "p", text).parameters.items()} == words


@pytest.mark.parametrize(
    "text",
    ["prog - do it well\n\nUsage: prog name\n", "prog, do it well.  Version 1.0.\n usage: prog\n",
     "Do it well\nusage: prog [-f] file\n", "Error: no such option\nprog: do it well\n"],
)  # fmt: skip
def test_a_summary_is_what_the_program_is_for(text: str) -> None:
    assert summary_of(text, "prog") == "Do it well"


def test_what_is_a_part_of_the_help_only_is_asked_for_again(program: Callable[..., Path]) -> None:
    text = """case $1-$2 in --help-all) printf ' -a  one\\n -b  two\\n';;
    *) printf 'Usage: part [options] url\\n -a  one\\nFor all options "--help all".\\n';; esac\n"""
    draft = draft_from_program(str(program("part", text, "/bin/sh")))
    assert set(draft.parameters) == {"a", "b", "url"}


def test_bold_letters_of_a_terminal_are_letters(program: Callable[..., Path]) -> None:
    path = program("bold", "printf 'usage: bold [-a]\\n  -\\b-a\\ba  _\\ba_\\bl_\\bl\\n'\n", "/bin/sh")
    assert draft_from_program(str(path)).parameters["a"]["help"] == "All"


def test_a_line_without_end_is_read_for_a_while(program: Callable[..., Path]) -> None:
    text = 'print("Usage: long [-a] " + " " * 500000 + "x\\n  -a  one  " + "B  " * 300000 + "b")\n'
    assert list(draft_from_program(str(program("long", text, sys.executable))).parameters) == ["a"]


def test_an_answer_that_repeats_the_question_is_no_help(program: Callable[..., Path]) -> None:
    text = "case $1 in -h) echo 'usage: odd [-k] file';; *) echo 'no file'; echo \"   $1\"; echo;; esac\n"
    path = program("odd", text, "/bin/sh")
    assert list(draft_from_program(str(path)).parameters) == ["k", "file"]


def test_a_program_that_hangs_or_never_ends_is_ended(program: Callable[..., Path], tmp_path: Path) -> None:
    path = program("hang", f"echo 'Usage: hang [-x]'; sleep 1000 & echo $! > {tmp_path}/pid; wait\n", "/bin/sh")
    assert ask(str(path), "--help", timeout=1.0)[0] == "Usage: hang [-x]\n"
    with contextlib.suppress(ProcessLookupError):
        grandchild = os.pidfd_open(int((tmp_path / "pid").read_text()))
        ended = select.select([grandchild], [], [], 30)[0]
        os.close(grandchild)
        assert ended
    out, _ = ask(str(program("endless", "while :; do echo yes; done\n", "/bin/sh")), "--help")
    assert (1 << 20) < len(out) < (2 << 20)


def test_the_program_has_no_input_no_terminal_and_a_folder_of_its_own(program: Callable[..., Path]) -> None:
    path = program("look", "cat; [ -t 0 ] || [ -t 1 ] || echo no terminal; ls; touch left; pwd\n", "/bin/sh")
    said = ask(str(path), "--help")[0].split("\n")
    assert said[0] == "no terminal"
    assert not Path(said[1]).exists()


def test_what_gives_no_help_is_told(program: Callable[..., Path]) -> None:
    with pytest.raises(TaskError, match="mute: gives no help when asked with --help or -h; give --help-option WORD"):
        draft_from_program(str(program("mute", "exit 0\n", "/bin/sh")))
    with pytest.raises(ExecutableNotFoundError, match="there is no program 'no-such-program'"):
        draft_from_program("no-such-program")


def test_new_writes_a_draft_that_passes_check(tmp_path: Path) -> None:
    def command(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "voclient.cli", *words]
        return subprocess.run(line, capture_output=True, text=True, timeout=60, cwd=tmp_path)

    done = command("new", "wc", "-o", ".")
    assert (done.returncode, done.stdout, done.stderr) == (0, "./wc.yaml\n", "")
    assert command("check", "wc.yaml").returncode == 0
    assert command("new", "wc").stdout == (tmp_path / "wc.yaml").read_text()
    done = command("new", "no-such-program")
    assert done.returncode == 2
    assert done.stderr.startswith("voclient: there is no program 'no-such-program' (searched: ")
    assert done.stderr.count("\n") == 1
