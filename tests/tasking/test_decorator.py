"""`@task`: Python functions as tasks, each call in a process of its own."""

from __future__ import annotations

import inspect
import math
import pickle
from pathlib import Path
from typing import Any

import pytest

from voclient.tasking import (
    DescriptorError,
    TaskError,
    TaskParameterError,
    TaskTimeoutError,
    report_progress,
    task,
)
from voclient.tasking.functions.docstring import read_docstring

from .functions import Importer, make_nested
from .programs import is_alive, open_files

# What a function is given.


def test_parameters_have_the_types_of_their_annotations(written: Importer, tmp_path: Path) -> None:
    from astropy import units as u
    from astropy.table import Table

    module = written("""
        from enum import Enum
        from pathlib import Path
        import numpy as np
        from astropy.coordinates import SkyCoord
        from astropy.table import QTable, Table
        from astropy.time import Time
        from astropy import units as u

        class Band(Enum):
            VISUAL = "v"
            RED = "r"

        class Size(Enum):
            SMALL = 1
            LARGE = 2

        @task
        def f(a: int = 0, b: float = 0, c: str = "", d: bool = False, e: Path = Path("x"), g: Literal["p", "q"] = "p",
              h: Literal[1, 2] = 1, i: Band = Band.RED, j: list[float] = [], k: tuple[int, ...] = (),
              l: np.ndarray | None = None, m: Annotated[float, "deg"] = 0, n: Annotated[u.Quantity, "deg"] = 0 * u.deg,
              o: u.Quantity[u.m] | None = None,
              p: Table | str = "", q: QTable | None = None, r: list[Band] = [], s: float | list[float] = 0,
              t: Sequence[Path] = (), v: str | Path = "", w: Size = Size.SMALL, x: Optional[int] = 3,
              y: list[Table] = [], z: SkyCoord = None, u: Time | None = None, aa: list[SkyCoord] = []):
            return {name: repr(value) for name, value in locals().items()}
    """)
    band, size = module.Band, module.Size
    given = {
        "a": ("12", "12"), "b": (3, "3.0"), "c": ("'\n;$HOME \udcff", repr("'\n;$HOME \udcff")), "d": ("yes", "True"),
        "e": ("file", "PosixPath('file')"), "g": ("q", "'q'"), "h": (2, "2"), "i": (band.VISUAL, "<Band.VISUAL: 'v'>"),
        "j": ([1, 2.5], "[1.0, 2.5]"), "k": ([1, 2], "(1, 2)"), "l": ([1, 2], "array([1., 2.])"),
        "m": (30 * u.arcmin, "0.5"), "n": (30 * u.arcmin, "<Quantity 0.5 deg>"), "o": (1 * u.km, "<Quantity 1000. m>"),
        "p": ("stars.xml", "'stars.xml'"), "r": ([band.RED, "v"], "[<Band.RED: 'r'>, <Band.VISUAL: 'v'>]"),
        "s": (1, "1.0"), "t": (["a"], "[PosixPath('a')]"), "v": (Path("b"), "'b'"), "w": ("LARGE", "<Size.LARGE: 2>"),
        "x": (None, "None"), "z": ((10.5, -3), "<SkyCoord (ICRS): (ra, dec) in deg\n    (10.5, -3.)>"),
        "u": ("2026-01-31", "<Time object: scale='utc' format='isot' value=2026-01-31T00:00:00.000>"),
    }  # fmt: skip
    result = module.f(**{name: value for name, (value, _) in given.items()})
    assert result.exitstatus == result.SUCCESS, result.stderr
    assert {name: result[name] for name in given} == {name: expected for name, (_, expected) in given.items()}
    given = {
        "b": (math.inf, "inf"), "i": ("v", "<Band.VISUAL: 'v'>"), "j": (4, "[4.0]"), "m": ("30 arcmin", "0.5"),
        "s": ([1], "[1.0]"), "w": (size.SMALL, "<Size.SMALL: 1>"), "k": ([], "()"),
    }  # fmt: skip
    tables = {"p": Table({"n": [7]}), "q": Table({"n": [1.5] * u.Jy}), "y": [Table({"n": [1]}), Table({"n": [2]})]}
    result = module.f(**{name: value for name, (value, _) in given.items()}, **tables)
    assert {name: result[name] for name in given} == {name: expected for name, (_, expected) in given.items()}
    assert "<Table length=1>" in result["p"]
    assert "<QTable length=1>" in result["q"]
    assert result["y"].count("<Table length=1>") == 2
    # What is not given is the function's own default.
    assert (result["x"], result["n"], result["a"], result["l"]) == ("3", "<Quantity 0. deg>", "0", "None")


def test_a_wrong_call_starts_no_process(written: Importer) -> None:
    module = written("""
        @task
        def f(count: Annotated[int, {"min": 1, "max": 9, "help": "How many"}], name: str = "", *, key: bool = False):
            raise SystemExit(99)
    """)
    for call, told in (
        (lambda: module.f(), "f: parameter 'count' is required (How many)"),
        (lambda: module.f("x"), "parameter 'count': 'x' (str) is not an integer; accepted: an integer from 1 to 9"),
        (lambda: module.f(10), "f: parameter 'count': 10 is above the maximum 9"),
        (lambda: module.f(1, nam="x"), "f: no parameter 'nam'; did you mean 'name'?"),
        (lambda: module.f(1, "a", True), "f: 3 values by position, it takes 2 values (count, name)"),
        (lambda: module.f(1, timeout=-1), "f: task control 'timeout' cannot be -1"),
    ):
        with pytest.raises(TaskParameterError) as caught:
            call()
        assert told in str(caught.value)


def test_the_task_looks_like_the_function(written: Importer) -> None:
    module = written('''
        @task
        def brightness(magnitude: float, band: Literal["V", "R"] = "V", *, zero: Annotated[float, "Jy"] = 3640):
            """Flux of a star,
            in its band.

            It says more
            of it.

            Parameters
            ----------
            magnitude : float
                Apparent magnitude.
            band, unused : str
                Of which band.
            zero : float
                Flux of magnitude 0
            """
    ''')
    brightness = module.brightness
    parameters = list(inspect.signature(brightness).parameters.values())[:3]
    assert [str(each) for each in parameters][:2] == ["magnitude: float", "band: Literal['V', 'R'] = 'V'"]
    assert parameters[2].kind is inspect.Parameter.KEYWORD_ONLY
    assert brightness.__doc__.startswith("Flux of a star, in its band.\n\nIt says more\nof it.\n\nParameters\n")
    for text in ("Apparent magnitude.", "Of which band.", "Flux of magnitude 0.", "a quantity (Jy), default: 3640"):
        assert text in brightness.__doc__
    assert (brightness.__name__, brightness.__module__, repr(brightness)) == (
        "brightness", module.__name__, "<task brightness>",
    )  # fmt: skip
    assert pickle.loads(pickle.dumps(brightness)) is brightness
    assert brightness.descriptor.place.file == module.__file__


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("def f(x):", "f: parameter 'x' has no annotation that says what it is: `x: float`, for instance"),
        ("def f(x: dict):", "f: parameter 'x': dict is no type of a parameter; there are bool, int"),
        ("def f(x: list):", "f: parameter 'x': list does not say of what: list[float], for instance"),
        ("def f(x: list[list[int]]):", "f: parameter 'x': lists of lists cannot be given to a task"),
        ("def f(x: int | str):", "f: parameter 'x': int | str is more than one type"),
        ("def f(*x: int):", "f: parameter 'x' is not one that can be given by name"),
        ("def f(x: int, /):", "f: parameter 'x' is not one that can be given by name"),
        ("def f(**x: int):", "f: parameter 'x' is not one that can be given by name"),
        ("def f(timeout: int):", "f: parameter 'timeout' has the name of a task control; call it otherwise"),
        ("def f(x: Nothing):", "f: its annotations cannot be read: name 'Nothing' is not defined"),
        ("def f(x: Annotated[int, {'mim': 1}]):", "Annotated says 'mim'; did you mean 'min'?"),
        ("def f(x: Annotated[int, {'min': 'a'}]):", "Annotated says min: 'a', which is no int"),
        ("async def f():", "f: an `async def` cannot be a task; a function or a generator can"),
    ],
)
def test_what_cannot_be_a_task_is_told_with_its_place(written: Importer, header: str, told: str) -> None:
    module = written(f"@task\n{header}\n    pass")
    with pytest.raises(DescriptorError) as caught:
        module.f(1)
    assert told in str(caught.value)
    assert (caught.value.file, caught.value.line) == (module.__file__, 4)
    assert str(caught.value).startswith(f"{module.__file__}:4:1: ")


def test_only_functions_become_tasks() -> None:
    with pytest.raises(TypeError, match=r"<class 'int'> is no function"):
        task(int)


# How it runs.


def test_an_exception_is_an_error_with_its_name_and_a_traceback(written: Importer) -> None:
    module = written("""
        @task
        def f(name: str):
            print("before")
            raise ValueError(f"no such star {name}")
    """)
    result = module.f("Véga")
    assert (result.exitstatus, result.returncode) == (result.ERROR, 1)
    assert result.exitmsg == "ValueError: no such star Véga (exit status 1)"
    lines = result.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].startswith(f'  File "{module.__file__}", line 8, in f')
    assert lines[-1] == "ValueError: no such star Véga"
    assert result.stdout == "before\n"
    with pytest.raises(TaskError, match="f: ValueError: no such star"):
        module.f("x", check=True)


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("sys.exit('too faint')", 1, "too faint (exit status 1)"),
        ("sys.exit(7)", 7, "exit status 7"),
        ("os.kill(os.getpid(), 11)", -11, "killed by SIGSEGV (Segmentation fault)"),
        ("raise KeyError", 1, "KeyError (exit status 1)"),
        ("import nothing_like_it", 1, "ModuleNotFoundError: No module named 'nothing_like_it' (exit status 1)"),
    ],
)
def test_other_ends_are_told_too(written: Importer, body: str, code: int, message: str) -> None:
    result = written(f"import os, sys\n@task\ndef f():\n    {body}").f()
    assert (result.returncode, result.exitmsg) == (code, message)


def test_controls_steer_it_like_any_task(written: Importer, tmp_path: Path) -> None:
    module = written("""
        import os, subprocess, sys, time
        @task
        def f(seconds: float = 0):
            yield "cwd", os.getcwd()
            yield "variable", os.environ.get("COLOUR")
            yield "input", sys.stdin.read()
            child = subprocess.Popen(["sleep", "60"]) if seconds else None
            yield "child", child.pid if child else None
            time.sleep(seconds)
    """)
    got: list[tuple[str, Any]] = []
    result = module.f(cwd=tmp_path, env={"COLOUR": "red"}, callback=lambda *pair: got.append(pair))
    assert got == [("cwd", str(tmp_path)), ("variable", "red"), ("input", ""), ("child", None)]
    assert not module.f(execute=False).exitstatus
    with pytest.raises(TaskTimeoutError) as caught:
        module.f(60, timeout=1, check=True)
    assert caught.value.result is not None
    assert not is_alive(caught.value.result["child"])
    result = module.f(60, async_=True)
    child = result.wait_for("child", timeout=60)
    result.abort()
    assert result.exitstatus == result.ABORTED
    assert not is_alive(child)


def test_maps_and_parameter_sets_work(written: Importer) -> None:
    module = written("@task\ndef f(x: int, y: int = 1):\n    return x * y")
    assert [result["result"] for result in module.f.map([1, 2, 3], y=2)] == [2, 4, 6]
    assert module.f.pset(y=5)(3)["result"] == 15


def test_the_cache_knows_arguments_tables_and_the_file(written: Importer) -> None:
    from astropy.table import Table

    module = written("""
        import os
        from astropy.table import Table
        @task
        def f(x: int, stars: Table | None = None):
            return {"process": os.getpid(), "x": x, "n": None if stars is None else stars["n"].tolist()}
    """)
    one, two = Table({"n": [1]}), Table({"n": [2]})
    first = dict(module.f(1, one, cache=True))
    assert dict(module.f(1, one, cache=True)) == first
    assert module.f(1, two, cache=True)["n"] == [2]
    assert module.f(2, one, cache=True)["x"] == 2
    file = Path(module.__file__ or "")
    file.write_text(file.read_text() + "# changed\n")
    assert module.f(1, one, cache=True)["process"] != first["process"]


def test_it_runs_by_any_executor(written: Importer) -> None:
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
    from multiprocessing import get_context

    from astropy.table import Table

    module = written("""
        from astropy.table import Table
        @task
        def f(x: int, stars: Table):
            yield {"x": x}
            yield "n", stars["n"].tolist()
    """)
    with ThreadPoolExecutor(1) as threads, ProcessPoolExecutor(1, get_context("spawn")) as processes:
        for pool in (threads, processes):
            result = module.f(5, Table({"n": [1, 2]}), executor=pool)
            assert (result.exitmsg, result["x"], result["n"]) == ("", [5], [1, 2])


def test_a_task_made_again_of_the_descriptor_runs_the_same_function(written: Importer) -> None:
    from voclient.tasking import Task

    module = written("@task\ndef f(x: int):\n    return x + 1")
    again = Task(pickle.loads(pickle.dumps(module.f.descriptor)))
    assert again(1)["result"] == 2
    nested = Task(pickle.loads(pickle.dumps(make_nested().descriptor)))
    with pytest.raises(TaskError, match="inner: the function is in no file, so only the process"):
        nested()


def test_a_function_may_call_other_tasks_and_programs_which_are_not_taken_for_it(written: Importer) -> None:
    module = written("""
        import subprocess
        @task
        def inner(x: int):
            return x + 1
        @task
        def outer(x: int):
            shell = "test -z \\"$VOCLIENT_OPSET_FD\\" && ls /proc/self/fd | wc -l"
            return {"inner": inner(x)["result"], "files": int(subprocess.check_output(["sh", "-c", shell]))}
    """)
    result = module.outer(1)
    assert result["inner"] == 2
    assert result["files"] <= 4


def test_its_process_is_light(written: Importer) -> None:
    module = written("import sys\n@task\ndef f(x: float):\n    return {'loaded': sorted(sys.modules)}")
    heavy = {
        "astropy",
        "numpy",
        "inspect",
        "dataclasses",
        "yaml",
        "subprocess",
        "asyncio",
        "voclient.tasking.running.run",
    }
    assert sorted(heavy & set(module.f(1)["loaded"])) == []


def test_nothing_stays_open(written: Importer) -> None:
    from astropy.table import Table

    module = written("""
        from astropy.table import Table
        @task
        def f(stars: Table, others: list[Table] = [], x: int = 0):
            return len(stars)
    """)
    table = Table({"n": [1, 2]})
    module.f(table)
    before = open_files()
    assert module.f(table, [table, table])["result"] == 2
    for wrong in (lambda: module.f(table, x="y"), lambda: module.f([table])):
        with pytest.raises(TaskParameterError):
            wrong()
    module.f(table, execute=False).close()
    assert open_files() == before


def test_report_progress_is_silent_elsewhere(capfd: pytest.CaptureFixture[str]) -> None:
    report_progress(0.5, "half")
    assert capfd.readouterr() == ("", "")


# The pieces.


def test_docstrings_are_taken_apart() -> None:
    told = read_docstring("""Say it
        in two lines.

        More.

        Even more.

        Parameters
        ----------
        a : int
            The first,
            of two lines.

            And a paragraph.
        *b, c
            Others.

        Returns
        -------
        x : float
            A result.

        Notes
        -----
        d : not a parameter
        """)
    assert told.summary == "Say it in two lines"
    assert told.description == "More.\n\nEven more."
    assert told.parameters == {"a": "The first, of two lines. And a paragraph.", "b": "Others.", "c": "Others."}
    assert told.results == {"x": "A result."}
    assert read_docstring(None).summary == read_docstring("").summary == ""
    assert read_docstring("Parameters\n----------\n").parameters == {}
