"""The `voclient` command, run as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tasking.programs import voclient
from terminal import on_terminal

NAMES = """\
summary: Positions of names
executable: names
parameters:
  name: {argv: "{}", repeated: true, required: true, help: Names of objects, aliases: [obj]}
  precision: {type: int, argv: "-p{}", min: 0, max: 9, default: 4, help: Digits}
  frame: {choices: [icrs, galactic], argv: {icrs: -I, galactic: -G}}
  quiet: {type: bool, argv: -q}
results:
  stdout:
    format: tsv
    header: false
    columns: [name, ra]
    keys: {name: string, ra: {type: float, unit: deg, help: Right ascension, ICRS}}
examples:
  - call: {name: m31}
    expect: {ra: 10.68, name: m31}
  - call: {name: m31}
    expect: {ra: 99}
    needs: network
"""
PROGRAM = """\
#!/bin/sh
for word; do
  case $word in
    slow) exec sleep 60 ;;
    bad) echo "cannot do that" >&2; exit 3 ;;
    -*) ;;
    *) printf '%s\\t10.684708\\n' "$word" ;;
  esac
done
"""


@pytest.fixture
def package(make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_package("demo", more="author: Somebody\n", names=NAMES)
    (folder / "bin").mkdir()
    (folder / "bin" / "names").write_text(PROGRAM)
    (folder / "bin" / "names").chmod(0o755)
    monkeypatch.setenv("VOCLIENT_TASKPATH", str(folder))
    return folder


def shown(*words: str) -> str:
    """What the command shows on a terminal."""
    return on_terminal([sys.executable, "-m", "voclient.cli", *words], env={**os.environ, "TERM": "xterm"})


def test_list_gives_a_line_for_each_task_in_a_pipe(package: Path) -> None:
    done = voclient("list", "demo.*")
    assert (done.returncode, done.stdout, done.stderr) == (0, "demo.names\tPositions of names\n", "")
    (item,) = json.loads(voclient("list", "n?mes", "--json").stdout)
    assert os.access(item.pop("program"), os.X_OK)
    assert item == {"package": "demo", "version": "1.10", "task": "names", "summary": "Positions of names"}


def test_list_tells_which_programs_are_missing(package: Path) -> None:
    (package / "gone.yaml").write_text("task: gone\nsummary: A task\nexecutable: nosuchprogram\n")
    done = voclient("list", "demo.*")
    assert done.stdout == ("demo.gone\tA task (no program 'nosuchprogram' here)\ndemo.names\tPositions of names\n")
    assert json.loads(voclient("list", "demo.gone", "--json").stdout)[0]["program"] is None
    assert "  gone   A task (no program 'nosuchprogram' here)\n" in voclient("show", "demo").stdout


def test_a_table_that_cannot_be_read_is_a_failure_in_one_line(package: Path) -> None:
    (package / "odd.yaml").write_text(
        "task: odd\nsummary: A task\nexecutable: echo\nresults: {stdout: {format: votable}}\n"
    )
    done = voclient("run", "odd")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("voclient: odd: the output cannot be read as a table (votable)")


def test_list_is_laid_out_on_a_terminal(package: Path) -> None:
    assert shown("list", "demo") == "\x1b[1mdemo\x1b[0m \x1b[2m1.10\x1b[0m  Package demo\n" \
        "  \x1b[1mnames\x1b[0m  Positions of names\n"  # fmt: skip


def test_list_says_where_it_searched_for_what_it_did_not_find(package: Path) -> None:
    done = voclient("list", "xyz*")
    assert done.returncode == 1
    assert done.stderr.startswith(f"voclient: no task matches 'xyz*' (searched: {package}")


def test_show_tells_all_of_a_task(package: Path) -> None:
    text = voclient("show", "names").stdout
    for line in (
        "names  Positions of names  (demo)",
        "  names(name, …)",
        "  voclient run names NAME … [name=value …]",
        "  name       text, or a list of them; required",
        "             Names of objects. Also called obj.",
        "  precision  an integer from 0 to 9; default 4",
        "  frame      icrs, galactic",
        "  ra    float (deg)",
        "        Right ascension, ICRS",
        "  names('m31')",
        f"  program     {package}/bin/names",
        f"  descriptor  {package}/names.yaml",
    ):
        assert line in text.splitlines()
    assert "\x1b" not in text
    assert json.loads(voclient("show", "names", "--json").stdout)["task"] == "names"


def test_show_tells_of_a_package(package: Path) -> None:
    text = voclient("show", "demo").stdout
    assert text.startswith("demo 1.10  Package demo\n")
    assert "  author    Somebody\n" in text
    assert "  names  Positions of names\n" in text
    assert json.loads(voclient("show", "demo", "--json").stdout)["author"] == "Somebody"


def test_run_prints_values_lists_and_json(package: Path) -> None:
    assert voclient("run", "names", "m31").stdout == "name\tm31\nra\t10.684708\n"
    assert voclient("run", "names", "m31", "m 51").stdout == "name\tra\nm31\t10.684708\nm 51\t10.684708\n"
    done = voclient("run", "--json", "demo.names", "obj=a=b", "obj=m51", "precision=3", "frame=icrs")
    assert json.loads(done.stdout) == {"name": ["a=b", "m51"], "ra": [10.684708, 10.684708]}
    done = voclient("run", "names", "--json", "quiet=yes", "--", "precision=3")
    assert json.loads(done.stdout) == {"name": "precision=3", "ra": 10.684708}
    assert shown("run", "names", "m31") == "\x1b[1mname\x1b[0m  m31\n\x1b[1mra  \x1b[0m  10.684708\x1b[2m deg\x1b[0m\n"


def test_run_takes_a_descriptor_that_is_in_no_package(tmp_path: Path) -> None:
    file = tmp_path / "echo.yaml"
    file.write_text(
        "task: echo\nsummary: s\nexecutable: echo\nend_of_options: null\n"
        "parameters: {words: {argv: '{}', repeated: true}}\nresults: {stdout: {format: text, key: said}}\n"
    )
    assert voclient("run", str(file), "http://h/p?q=1", "b").stdout == "http://h/p?q=1 b\n"


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("run", "names", "bad"), 1, "voclient: names: cannot do that"),
        (("run", "names"), 2, "voclient: names: parameter 'name' is required (Names of objects)"),
        (("run", "names", "m31", "precison=3"), 2,
         "voclient: names: no parameter 'precison'; did you mean 'precision'?"),
        (("run", "names", "m31", "precision=x"), 2,
         "voclient: names: parameter 'precision': 'x' (str) is not an integer"),
        (("run", "names", "m31", "quiet=1", "quiet=0"), 2, "voclient: names: parameter 'quiet' is given twice"),
        (("run", "nmes"), 2, "voclient: no task 'nmes' in any package; did you mean 'names'?"),
        (("run", "demos.names"), 2, "voclient: no task package 'demos'; did you mean 'demo'?"),
        (("run", "names", "m31", "--timeout", "-1"), 2, "voclient: names: task control 'timeout' cannot be -1.0"),
        (("show", "./nowhere.yaml"), 2, "voclient: "),
        (("run",), 2, "voclient run: which task?"),
        (("lst",), 2, "voclient: no command 'lst'; did you mean 'list'?"),
        (("--nonsense",), 2, "voclient: unrecognized arguments: --nonsense; see `voclient --help`"),
        (("list", "--nonsense"), 2, "voclient list: unrecognized arguments: --nonsense; see `voclient list --help`"),
        (("run", "names", "slow", "--timeout", "0.2"), 124, "voclient: names: "),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_in_one_line_with_its_status(
    package: Path, words: tuple[str, ...], status: int, message: str
) -> None:
    done = voclient(*words)
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1
    assert done.returncode == status
    assert done.stdout == ""


def test_a_missing_program_is_told_with_what_to_install(package: Path) -> None:
    (package / "gone.yaml").write_text("task: gone\nsummary: s\nexecutable: no-such-program\ninstall: apt install x\n")
    done = voclient("run", "gone")
    assert done.returncode == 2
    assert done.stderr.startswith(f"voclient: gone: there is no program 'no-such-program' (searched: {package}/bin, ")
    assert done.stderr.endswith("; apt install x\n")


@pytest.mark.parametrize(
    "words", [("list",), ("--help",), ("list", "--help"), ("show", "names"), ("run", "names", "a")]
)
def test_a_reader_that_has_gone_is_no_error(package: Path, words: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "voclient.cli", *words], stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_output_that_cannot_be_written_is_an_error_of_one_line(package: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "voclient.cli", "list"], stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (1, b"voclient: No space left on device\n")


def test_a_closed_output_is_no_reason_for_a_traceback(package: Path) -> None:
    done = subprocess.run(f"{sys.executable} -m voclient.cli list >&-", shell=True, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_text_that_the_terminal_cannot_show_is_shown_all_the_same(
    package: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    words = [sys.executable, "-m", "voclient.cli", "run", "names", b"\xff\xce\xb1"]
    done = subprocess.run(words, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"10.684708" in done.stdout


def test_a_package_that_is_wrong_hides_no_other(
    package: Path, make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = make_package("wrong")
    (wrong / "package.yaml").write_text("package: [\n")
    monkeypatch.setenv("VOCLIENT_TASKPATH", str(package.parent))
    for words in (("list", "names"), ("show", "names"), ("run", "names", "m31")):
        done = voclient(*words)
        assert done.returncode == 0
        assert done.stderr.startswith(f"voclient: a task package is left out: {wrong}/package.yaml:2:1: not YAML")
        assert done.stderr.count("\n") == 1


def test_show_cuts_long_values_and_wraps_long_phrases(package: Path) -> None:
    table = "<VOTABLE>" + "<TR/>" * 100 + "</VOTABLE>"
    choices = ", ".join(f"choice{i:03}" for i in range(30))
    (package / "long.yaml").write_text(
        "task: long\nsummary: s\nexecutable: 'true'\nparameters:\n"
        f"  table: {{type: table, argv: '{{}}'}}\n  format: {{choices: [{choices}], argv: '-f{{}}'}}\n"
        f"examples: [{{call: {{table: '{table}'}}}}]\n"
    )
    shown = voclient("show", "long").stdout
    assert max(map(len, shown.splitlines())) <= 100
    call = next(line for line in shown.splitlines() if line.startswith("  long('<VOTABLE>"))
    assert call.endswith("</VOTABLE>')")


def wait_for_sleeper(parent: int) -> str:
    """The process id of the task, once it is the program it shall be."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for child in children.read_text().split():
            if Path(f"/proc/{child}/comm").read_text() == "sleep\n":
                return child
        time.sleep(0.02)
    raise AssertionError("the task did not start")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_an_interrupt_ends_the_task_with_its_status(package: Path, number: int, status: int) -> None:
    child = subprocess.Popen([sys.executable, "-m", "voclient.cli", "run", "names", "slow"], stderr=subprocess.PIPE)
    task = wait_for_sleeper(child.pid)
    child.send_signal(number)
    assert child.wait(30) == status
    assert child.stderr is not None
    assert b"Traceback" not in child.stderr.read()
    child.stderr.close()
    assert not Path(f"/proc/{task}").exists()


def test_a_reader_that_goes_away_is_no_error(package: Path) -> None:
    shell = f"{sys.executable} -m voclient.cli show names | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_check_validates_and_runs_the_examples(package: Path) -> None:
    done = voclient("check", str(package))
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"ok      {package}/package.yaml",
        f"ok      {package}/names.yaml",
        "ok        names('m31')",
        "skipped   names('m31')  (needs the network: --network)",
    ]


def test_check_tells_what_an_example_gives_instead(package: Path) -> None:
    done = voclient("check", "--network", str(package / "names.yaml"))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-2:] == ["failed    names('m31')", "          ra: expected 99, found 10.684708"]


def test_check_tells_every_mistake_of_every_file(package: Path) -> None:
    (package / "a.yaml").write_text("task: a\nsumary: s\nexecutable: x\n")
    (package / "b.yaml").write_text("task: c\nsummary: s\nexecutable: x\n")
    done = voclient("check", "--no-examples", str(package.parent))
    assert done.returncode == 2
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok", "wrong", "wrong", "ok"]
    errors = done.stderr.splitlines()
    assert errors[0] == f"{package}/a.yaml:1:1: a descriptor needs 'summary'"
    assert errors[1].startswith(f"{package}/a.yaml:2:1: unknown key 'sumary' in a descriptor; did you mean 'summary'?")
    assert errors[2] == f"{package}/b.yaml:1:1: the task is called 'c', so its file must be c.yaml"


def test_check_says_when_there_is_nothing_to_check(tmp_path: Path) -> None:
    done = voclient("check", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == f"voclient: {tmp_path}: no package.yaml and no descriptor (*.yaml) there\n"


def test_every_command_explains_itself() -> None:
    for command in ("list", "show", "run", "check", "new", "import", "completion"):
        done = voclient(command, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith(f"usage: voclient {command} [-h]")
    assert voclient("--help").returncode == 0
    assert voclient("--version").stdout.startswith("voclient ")


def test_rows_are_printed_once_also_where_a_table_is_made_of_them(package: Path) -> None:
    (package / "rows.yaml").write_text(
        "task: rows\nsummary: s\nexecutable: printf\narguments: ['a 1\\nb 2\\n']\nresults:\n"
        "  stdout: {format: columns, header: false, columns: [x, n], keys: {x: string, n: int, table: table}}\n"
    )
    code = "import sys; from voclient.cli import main; main(['run', 'rows']); print('astropy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "x\tn\na\t1\nb\t2\nFalse\n"


NESTED = """\
task: nested
summary: Lists and objects
executable: printf
arguments:
  - '{"columns": [{"name": "ra", "unit": "deg"}, {"name": "id"}], "infos": {"a": "b"}, "none": [], "mixed": [1, [2.5]]}'
results: {stdout: {format: json, keys: {columns: list, infos: dict, none: list, mixed: list}}}
"""


def test_lists_and_objects_are_a_line_of_json_each_in_a_pipe(package: Path) -> None:
    (package / "nested.yaml").write_text(NESTED)
    lines = [line.split("\t") for line in voclient("run", "nested").stdout.splitlines()]
    assert [name for name, _ in lines] == ["columns", "infos", "none", "mixed"]
    assert json.loads(lines[0][1]) == [{"name": "ra", "unit": "deg"}, {"name": "id"}]


def test_lists_and_objects_are_laid_out_on_a_terminal(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (package / "nested.yaml").write_text(NESTED)
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown("run", "nested") == "columns:\nname  unit\nra    deg\nid\ninfos:\na: b\nmixed:\n1\n[2.5]\n"


def test_help_behind_a_task_is_that_of_the_task(package: Path) -> None:
    assert voclient("run", "names", "--help").stdout == voclient("show", "names").stdout != ""
