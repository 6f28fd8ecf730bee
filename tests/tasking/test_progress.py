"""Progress of runs: told to functions, drawn as bars on a real terminal and in a real notebook."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import nbclient
import nbformat
import pexpect
import pytest
import tqdm
from tasking.programs import children, in_new_interpreter, shell

from voclient import tasking
from voclient.tasking.errors import TaskParameterError

SAY = """say() { printf '%s\\n' "$1" > /dev/fd/$VOCLIENT_OPSET_FD; }; """
"""A function of shell scripts that writes to the OPset channel."""
FRACTIONS = SAY + """say '{"progress": null, "text": "begin"}'; say '{"progress": 0.5, "text": "half"}'; """


@pytest.fixture
def folder(tmp_path: Path, gate) -> Path:  # type: ignore[no-untyped-def]
    """Tasks: `slow` says that it is half way and waits for the gate, `silent` waits only, `quick` does neither."""
    for name, script in {
        "slow": FRACTIONS + gate.wait,
        "silent": gate.wait + """; echo "ready" """,
        "quick": FRACTIONS + "echo ready",
    }.items():
        text = textwrap.indent(script, "    ")
        (tmp_path / f"{name}.yaml").write_text(
            f"task: {name}\nsummary: A test\nexecutable: sh\narguments:\n- -c\n- |\n{text}\nresults:\n"
            "  stdout: {format: lines, key: said}\n"
        )
    return tmp_path


# Functions.


@pytest.mark.parametrize("async_", [False, True])
def test_a_function_is_told_each_fraction_and_text_in_order(async_: bool) -> None:
    told: list[object] = []
    threads: set[str] = set()

    def note(fraction: float | None, text: str) -> None:
        told.append((fraction, text))
        threads.add(threading.current_thread().name)

    result = shell(FRACTIONS, async_=async_, progress=note)
    result.wait()
    assert told == [(None, "begin"), (0.5, "half")]
    assert threads == {"voclient-callbacks" if async_ else "MainThread"}
    assert result.progress == (0.5, "half")


@pytest.mark.parametrize("async_", [False, True])
def test_fractions_and_values_of_one_piece_are_told_in_their_order(async_: bool) -> None:
    told: list[object] = []
    lines = ['{"progress": 0.1}', '{"row": {"n": 1}}', '{"progress": 0.5}', '{"row": {"n": 2}}', '{"progress": 1}',
             '{"key": "a", "value": 1}']  # fmt: skip
    script = "printf '%s\\n' " + " ".join(f"'{line}'" for line in lines) + " > /dev/fd/$VOCLIENT_OPSET_FD"
    shell(
        script, async_=async_, progress=lambda fraction, _: told.append(fraction),
        callback=lambda key, value: told.append((key, value)),
    ).wait()  # fmt: skip
    assert told == [0.1, ("n", 1), 0.5, ("n", 2), 1.0, ("a", 1)]


def test_what_a_function_raises_comes_out_of_wait_and_the_run_is_read_on() -> None:
    script = FRACTIONS + """say '{"key": "a", "value": 1}'"""
    result = shell(script, execute=False, progress=lambda fraction, text: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        result.execute()
    assert (result["a"], result.exitstatus) == (1, result.SUCCESS)


# The control.


def test_another_value_is_refused_before_anything_runs(folder: Path) -> None:
    quick = tasking.import_task(str(folder / "quick.yaml"))
    for value in ("always", 3, 0.5):
        with pytest.raises(TaskParameterError, match=r"quick: task control 'progress' cannot be .*; accepted: 'auto'"):
            quick(progress=value)
    for value in ("auto", False, None):
        assert quick(progress=value)["said"] == ["ready"]


def test_without_tqdm_true_is_an_error_that_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, "tqdm", None)
    quick = tasking.import_task(str(folder / "quick.yaml"))
    with pytest.raises(TaskParameterError, match=r"pip install 'voclient\[progress\]'"):
        quick(progress=True)


# Bars.


def test_a_bar_that_was_asked_for_is_left_and_whole_before_the_call_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(children())
    for async_ in (False, True):
        screen = io.StringIO()
        monkeypatch.setattr(sys, "stderr", screen)
        shell(FRACTIONS + "sleep 0.3", async_=async_, progress=True).wait()
        shown = screen.getvalue()
        assert re.search(
            r"sh:  50%\|#* *\| 00:0\d<00:0\d, half", shown.encode("ascii", "replace").decode().replace("?", "#")
        )
        assert shown.endswith("\n")
    assert set(children()) <= before


def test_a_run_made_elsewhere_has_its_bar_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = tasking.import_task(str(folder / "quick.yaml"))
    told: list[object] = []
    monkeypatch.setattr(sys, "stderr", screen := io.StringIO())
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        quick(executor=pool, progress=True)
        quick(executor=pool, progress=lambda fraction, text: told.append((fraction, text)))
    assert "quick:  50%" in screen.getvalue()
    assert told == [(None, "begin"), (0.5, "half")]


def test_a_screen_that_stands_still_does_not_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    writing, go_on = threading.Event(), threading.Event()

    class Screen(io.StringIO):
        def write(self, text: str) -> int:
            writing.set()
            go_on.wait(30)
            return super().write(text)

    monkeypatch.setattr(sys, "stderr", Screen())
    result = shell("read line; yes | head -c 3000000; echo a = 1", async_=True, progress=True)
    assert writing.wait(30)
    assert result.wait_for("a", 30) == 1
    result._record.wait_over(timeout=30)
    assert result.exitstatus == result.SUCCESS
    go_on.set()
    assert result.wait(30)


def test_a_screen_that_is_broken_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    for screen in (Screen(), None):
        monkeypatch.setattr(sys, "stderr", screen)
        assert shell("echo a = 1; sleep 0.2", progress=True)["a"] == 1
    other = threading.Thread(target=lambda: list(tqdm.tqdm("abc", file=io.StringIO())), daemon=True)
    other.start()
    other.join(30)
    assert not other.is_alive(), "tqdm's lock is free for the user's own bars"


def test_a_fork_in_the_middle_of_a_drawing_leaves_the_child_its_own_bars() -> None:
    done = in_new_interpreter("""
        import io, tqdm
        writing, go_on = threading.Event(), threading.Event()
        class Screen(io.StringIO):
            def write(self, text):
                writing.set()
                go_on.wait(30)
                return super().write(text)
        screen, sys.stderr = sys.stderr, Screen()
        run = shell("read line; sleep 0.1", async_=True, progress=True)
        writing.wait(30)
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            os._exit(0 if list(tqdm.tqdm("abc", file=io.StringIO())) == ["a", "b", "c"] else 1)
        go_on.set()
        print(os.waitpid(child, 0)[1], run.wait(30))
        sys.stderr = screen
    """)
    assert (done.stdout, done.stderr) == ("0 True\n", "")


def test_what_a_program_says_of_its_progress_does_nothing_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", screen := io.StringIO())
    shell(SAY + r"""say '{"progress": 7, "text": "\u001b[2J\nhello\u0007"}'; sleep 0.3""", progress=True)
    assert "sh: 100%" in screen.getvalue()
    assert "[2J hello" in screen.getvalue()
    assert not {"\x1b[2J", "\x07"} & set(re.findall(r"\x1b\[2J|\x07", screen.getvalue()))


def environment() -> dict[str, str]:
    paths = [os.path.abspath(path) for path in (*os.environ.get("PYTHONPATH", "").split(os.pathsep), *sys.path) if path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "TERM": "xterm"}


def on_terminal(*words: str) -> pexpect.spawn:
    return pexpect.spawn(
        sys.executable, ["-m", "voclient.cli", *words], env=environment(), encoding="utf-8", timeout=30
    )  # fmt: skip


def test_voclient_run_shows_a_bar_on_a_terminal_and_clears_it(folder: Path, gate) -> None:  # type: ignore[no-untyped-def]
    screen = on_terminal("run", f"{folder}/slow.yaml")
    screen.expect(r"\rslow:  50%\|█+.? +\| 00:0\d<00:0\d, half")
    gate.open()
    screen.expect(pexpect.EOF)
    assert screen.before.endswith("\r"), "the line is empty again"
    screen.close()
    assert screen.exitstatus == 0


def test_a_long_run_that_says_nothing_shows_how_long_and_a_quick_one_nothing(folder: Path, gate) -> None:  # type: ignore[no-untyped-def]
    screen = on_terminal("run", f"{folder}/silent.yaml")
    screen.expect(r"\rsilent: 00:0\d")
    gate.open()
    screen.expect(pexpect.EOF)
    assert "ready" in screen.before
    screen.close()
    quick = on_terminal("run", f"{folder}/quick.yaml")
    quick.expect(pexpect.EOF)
    assert "quick" not in quick.before
    assert "ready" in quick.before
    quick.close()


def test_runs_side_by_side_have_a_bar_each(folder: Path, gate) -> None:  # type: ignore[no-untyped-def]
    script = f"""
        from voclient.tasking import import_task
        runs = [import_task(f"{folder}/{{name}}.yaml")(async_=True, progress=True) for name in ("slow", "silent")]
        for run in runs:
            run.wait()
        print("done")
    """
    screen = pexpect.spawn(
        sys.executable, ["-c", textwrap.dedent(script)], env=environment(), encoding="utf-8", timeout=30
    )  # fmt: skip
    for expected in ("slow:  50%", "silent: 00:0"):
        screen.expect(expected)
    gate.open()
    screen.expect(pexpect.EOF)
    assert screen.before.endswith("done\r\n")
    screen.close()
    assert screen.exitstatus == 0


@pytest.mark.parametrize("loaded", ["sys", "ipykernel.kernelapp"])
def test_nothing_is_drawn_and_nothing_loaded_where_nobody_looks(loaded: str, folder: Path, gate) -> None:  # type: ignore[no-untyped-def]
    gate.open()
    script = f"""
        import sys, {loaded}
        from voclient.tasking import import_task
        run = import_task("{folder}/slow.yaml")(async_=True)
        run.wait()
        print([name for name in ("tqdm", "voclient.tasking.running.progress") if name in sys.modules])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, env=environment(), check=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_notebook_shows_bars_below_the_cells_that_made_the_calls_and_results_as_pages(folder: Path) -> None:
    cells = [
        f"from voclient.tasking import import_task\nquick = import_task({str(folder / 'quick.yaml')!r})",
        "run = quick(progress=True)",
        "print('nothing')",
        "quick(async_=True, progress=True).wait()",
        "run",
        "await quick(async_=True)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = nbclient.NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}})
    client.execute(env=environment())
    texts = ["".join(str(output) for output in cell.outputs) for cell in notebook.cells]
    assert ["quick: " in text for text in texts] == [False, True, False, True, False, False]
    for cell in notebook.cells[4:]:
        assert "succeeded" in cell.outputs[0].data["text/html"]
