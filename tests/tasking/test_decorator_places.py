"""Where functions that are tasks are found: in modules, scripts, sessions, in other functions."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from voclient.tasking import (
    TaskError,
    task,
)

from .functions import PREAMBLE, Importer, make_nested, run_script

SCRIPT = """
@task
def f(x: int):
    return {"x": x, "main": __name__}

if __name__ == "__main__":
    result = f(5)
    print(dict(result), result.exitmsg)
"""


@pytest.mark.parametrize("words", [["script.py"], ["-m", "script"], ["./script.py"], ["-W", "error", "script.py"]])
def test_functions_of_a_script_are_found(tmp_path: Path, words: list[str]) -> None:
    done = run_script(SCRIPT, tmp_path, *words)
    name = "script" if "-m" in words else "__voclient_main__"
    assert (done.stdout, done.stderr) == (f"{{'x': 5, 'main': '{name}'}} \n", "")


def test_a_script_without_guard_is_told_what_it_lacks_and_does_not_start_processes_for_ever(tmp_path: Path) -> None:
    done = run_script("@task\ndef f(x: int):\n    return x\n\nprint(f(5).exitmsg)\n", tmp_path)
    assert done.stdout == (
        "TaskError: f: called while the process of a task imports the file it is in; a script calls its tasks under "
        "`if __name__ == '__main__':` (exit status 1)\n"
    )


def test_a_function_behind_the_guard_is_told(tmp_path: Path) -> None:
    done = run_script(
        "if __name__ == '__main__':\n    @task\n    def f():\n        pass\n    print(f().exitmsg)\n", tmp_path
    )
    assert done.stdout.startswith(f"TaskError: f is not there when {tmp_path}/script.py is imported: define it outside")


INTERACTIVE = """
import math
factor = 2
def helper(x): return x * factor
@task
def inner(x: float): return helper(x)

@task
def outer(x: float): return {"value": inner(x)["result"] + math.pi, "again": inner(1)["result"]}

result = outer(1.5)
print(dict(result) or result.stderr)
"""


def test_functions_of_a_session_are_sent_along(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PREAMBLE + INTERACTIVE], cwd=tmp_path, capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    assert (done.stdout, done.stderr) == (f"{{'value': {3 + math.pi}, 'again': 2.0}}\n", "")


def test_functions_in_functions_are_sent_along() -> None:
    offset = 5

    @task
    def inner(x: int) -> int:
        return x + offset

    assert inner(1)["result"] == 6


def test_without_cloudpickle_there_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    with pytest.raises(TaskError, match=r"inner: the function is in no file, or .*`pip install voclient\[functions\]`"):
        make_nested()()


def test_what_cannot_be_sent_along_is_told() -> None:
    import threading

    lock = threading.Lock()

    @task
    def f() -> bool:
        return lock.locked()

    with pytest.raises(TaskError, match="f: the function cannot be handed to a process of its own: cannot pickle"):
        f()


def test_a_file_and_a_name_are_a_task_for_the_command_too(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "voclient.cli", "run"]
    text = "@task\ndef flux(m: list[float]):\n    return {'n': len(m)}\n"
    (tmp_path / "brightness.py").write_text(PREAMBLE + text)
    (tmp_path / "broken.py").write_text("1 / 0")

    def voclient(*words: str) -> tuple[int, str, str]:
        done = subprocess.run([*run, *words], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    assert voclient("./brightness.py:flux", "1", "2.5", "--json")[:2] == (0, '{\n  "n": 2\n}\n')
    assert voclient("brightness.py:flux", "x") == (
        2, "", "voclient: flux: parameter 'm': 'x' (str) is not a number; accepted: a number, or a list of them\n",
    )  # fmt: skip
    for word, told in {
        "brightness.py:flus": "brightness.py has no task 'flus'; did you mean 'flux'? (tasks: flux)",
        "broken.py:f": "broken.py: cannot be imported: ZeroDivisionError: division by zero",
        "nothing.py:f": "nothing.py: cannot be read: No such file or directory",
        "json.py:f": "json.py: there is a module 'json' already, in ",
    }.items():
        status, output, error = voclient(word)
        assert (status, output) == (2, "")
        assert error.startswith(f"voclient: {told}")
        assert error.count("\n") == 1


def test_a_module_that_was_loaded_by_its_path_is_found_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    file = tmp_path / "json.py"  # a name that something else has
    file.write_text(PREAMBLE + "@task\ndef f():\n    return __file__")
    spec = spec_from_file_location("json.mine", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "json.mine", module)
    spec.loader.exec_module(module)
    assert module.f()["result"] == str(file)


def test_its_folder_is_not_searched_for_modules(written: Importer, tmp_path: Path) -> None:
    module = written("@task\ndef f():\n    import json\n    return json.__file__")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "json.py").write_text("raise RuntimeError('not me')")
    assert module.f(cwd=tmp_path / "elsewhere").exitmsg == ""
