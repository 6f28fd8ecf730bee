"""`@task`: Python functions as tasks, each call in a process of its own."""

from __future__ import annotations

import inspect
import itertools
import math
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from voclient.tasking import (
    DescriptorError,
    ResultError,
    TaskError,
    TaskParameterError,
    TaskTimeoutError,
    report_progress,
    task,
)
from voclient.tasking.functions.docstring import read_docstring
from voclient.tasking.functions.encoding import encode

from .programs import eventually, is_alive, open_files

Importer = Callable[[str], ModuleType]
PREAMBLE = (
    "from __future__ import annotations\nfrom typing import *\nfrom voclient.tasking import report_progress, task\n"
)
_numbers = itertools.count()


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Importer:
    """A module of these lines, imported."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(text: str) -> ModuleType:
        name = f"functions_{next(_numbers)}"
        (tmp_path / f"{name}.py").write_text(PREAMBLE + textwrap.dedent(text))
        return __import__(name)

    return write


def run_script(text: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A script of these lines, run as a user does."""
    (folder / "script.py").write_text(PREAMBLE + textwrap.dedent(text))
    return subprocess.run([sys.executable, *(words or ["script.py"])], cwd=folder, capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip


# What a function gives.


def test_the_members_of_the_dict_are_the_results(written: Importer) -> None:
    module = written("""
        @task
        def star(name: str, magnitude: float = 1.5):
            print("looking at", name)
            return {"name": name, "half": magnitude / 2, "bands": ["V", "R"], "nothing": None, "inner": {"a": [1]}}
    """)
    result = module.star("Vega", magnitude=3)
    assert result.exitstatus == result.SUCCESS, result.exitmsg
    expected = {"name": "Vega", "half": 1.5, "bands": ["V", "R"], "nothing": None, "inner": {"a": [1]}}
    assert result == expected
    assert list(result) == list(expected)
    assert (result.stdout, result.stderr) == ("looking at Vega\n", "")
    assert module.star.function("Vega")["half"] == 0.75


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 5", {"result": 5}),
        ("return [1, 2]", {"result": [1, 2]}),
        ("return 1.5, math.inf", {"result": [1.5, math.inf]}),
        ("return None", {}),
        ("pass", {}),
        ("return {}", {}),
        ("return NamedTuple('Pair', [('a', int), ('b', int)])(1, 2)", {"a": 1, "b": 2}),
        ("return True", {"result": True}),
    ],
)
def test_other_values_are_the_result(written: Importer, body: str, expected: dict[str, Any]) -> None:
    result = written(f"import math\n@task\ndef f():\n    {body}").f()
    assert (dict(result), result.exitmsg) == (expected, "")


def test_a_generator_gives_rows_and_single_values_as_it_goes(written: Importer, tmp_path: Path) -> None:
    module = written(f"""
        import os, time
        @task
        def scan(steps: int):
            for step in range(steps):
                report_progress(step / steps, f"step {{step}}")
                yield {{"step": step, "value": step / 2 if step else float("nan")}}
                while step == 1 and not os.path.exists({str(tmp_path / "go")!r}):
                    time.sleep(0.01)
            yield "total", steps
            return {{"done": True}}
    """)
    result = module.scan(3, async_=True)
    assert eventually(lambda: result.get("step") == [0, 1])
    assert result.progress == (1 / 3, "step 1")
    assert not result.exitstatus
    (tmp_path / "go").touch()
    assert result.wait(timeout=60)
    assert result["step"] == [0, 1, 2]
    assert repr(result["value"]) == "[nan, 0.5, 1.0]"
    assert (result["total"], result["done"]) == (3, True)


def test_quantities_arrays_tables_and_paths_arrive_as_such(written: Importer, tmp_path: Path) -> None:
    module = written("""
        import numpy as np
        from pathlib import Path
        from astropy import units as u
        from astropy.table import Table

        @task
        def everything():
            return {
                "angle": 5 * u.arcmin, "flux": np.array([1.0, np.nan]) * u.Jy, "counts": np.array([[1, 2], [3, 4]]),
                "masked": np.ma.masked_array([1.5, 2.5], [False, True]), "names": np.array(["a", "b"]),
                "scalar": np.float32(0.5), "integer": np.int64(7), "file": Path("out.fits"),
                "files": [Path("a"), Path("/b")],
                "stars": Table({"n": [1, 2], "s": ["x", "y"]}, units={"n": "s"}),
            }
    """)
    result = module.everything(cwd=tmp_path)
    assert result.exitstatus == result.SUCCESS, result.stderr
    assert (result["angle"], result.unit("angle"), str(result.quantity("angle"))) == (5.0, "arcmin", "5.0 arcmin")
    assert repr(result["flux"]) == "array([ 1., nan])"
    assert result.unit("flux") == "Jy"
    assert result["counts"].tolist() == [[1, 2], [3, 4]]
    assert result["counts"].dtype == int
    assert repr(result["masked"]) == "array([1.5, nan])"
    assert result["names"].tolist() == ["a", "b"]
    assert (result["scalar"], result["integer"]) == (0.5, 7)
    assert (result["file"], result["files"]) == (tmp_path / "out.fits", [tmp_path / "a", Path("/b")])
    assert result["stars"]["n"].tolist() == [1, 2]
    assert str(result["stars"]["n"].unit) == "s"


def test_a_table_alone_is_the_table(written: Importer) -> None:
    from astropy.table import Table

    module = written("""
        from astropy.table import Table
        @task
        def doubled(stars: Table) -> Table:
            stars["n"] *= 2
            return stars
    """)
    result = module.doubled(Table({"n": [1, 2]}))
    assert result["table"]["n"].tolist() == [2, 4]
    assert pickle.loads(pickle.dumps(result))["table"]["n"].tolist() == [2, 4]


def test_the_annotation_of_the_result_declares_keys_and_units(written: Importer) -> None:
    module = written("""
        from astropy import units as u
        class Position(TypedDict):
            ra: Annotated[float, "deg"]
            dec: Annotated[float, "deg"]
            note: NotRequired[str]

        @task
        def position(wrong: bool = False) -> Position:
            '''Say where.

            Returns
            -------
            ra : float
                Right ascension.
            '''
            return {"ra": 1 * u.rad, "dec": "north" if wrong else 5}

        @task(units={"radius": "deg", "area": "deg2"})
        def area(radius: float):
            '''Area of a circle.'''
            return {"area": 3 * radius ** 2, "edge": [float("nan")]}
    """)
    result = module.position()
    assert result["ra"] == pytest.approx(math.degrees(1))
    assert (result["dec"], result.unit("ra"), result.unit("dec")) == (5.0, "deg", "deg")
    assert "``ra`` (float, deg): Right ascension." in module.position.__doc__
    with pytest.raises(ResultError, match=r"dec should be a number, not 'north'"):
        raise module.position(wrong=True)._record.cause  # the cause of the ERROR
    from astropy import units as u

    result = module.area(60 * u.arcmin)
    assert (result["area"], result.unit("area")) == (3.0, "deg2")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{'x': object()}", "TypeError: key 'x': a value of type object cannot be handed over; what can: None, bool"),
        ("{5: 1}", "TypeError: 5 is no name of a key; names are text"),
        ("{'x': {5: 1}}", "TypeError: key 'x': 5 is no name of a key"),
        ("{'x': {'a': float('nan'), 'b': 'NaN'}}", "TypeError: key 'x': it has numbers that are not finite, and texts"),
        ("{'x': 1j}", "TypeError: key 'x': a value of type complex cannot"),
        ("{'x': 'y' * (65 << 20)}", "ValueError: key 'x': its value takes 65 MiB, a line of the OPset channel has 64"),
    ],
)
def test_what_cannot_be_handed_over_is_told(written: Importer, value: str, told: str) -> None:
    result = written(f"@task\ndef f():\n    return {value}").f()
    assert result.exitstatus == result.ERROR
    assert result.exitmsg.startswith(told)


def test_what_a_generator_may_not_yield_is_told(written: Importer) -> None:
    result = written("@task\ndef f():\n    yield 'a', 1\n    yield 5").f()
    assert result["a"] == 1
    assert result.exitmsg.startswith("TypeError: the function yields 5; it may yield (key, value), or a dict")


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
    nested = Task(pickle.loads(pickle.dumps(_nested().descriptor)))
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


# Where a function is found.

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
        _nested()()


def _nested() -> Any:
    @task
    def inner() -> None:
        pass

    return inner


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


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, (None, {})),
        (True, (True, {})),
        (-math.inf, ("-Infinity", {"type": "float"})),
        ([], ([], {})),
        ([1, None], ([1, None], {})),
        ([1, 2.5, None], ([1, 2.5, None], {"type": "float"})),
        ([1, "a", 2.5], ([1, "a", 2.5], {})),
        ([[1.5], [math.nan]], ([[1.5], ["NaN"]], {"type": "float"})),
        ({"a": math.nan}, ({"a": "NaN"}, {"type": "data"})),
        ([{"a": ["x", -math.inf]}], ([{"a": ["x", "-Infinity"]}], {"type": "data"})),
        ({"a": "NaN"}, ({"a": "NaN"}, {})),
        (date(2026, 5, 1), ("2026-05-01", {})),
        (timedelta(minutes=1), (60.0, {"type": "float", "unit": "s"})),
        (Path("/x"), ("/x", {"type": "path"})),
    ],
)
def test_values_become_json_and_a_declaration(value: Any, expected: Any) -> None:
    assert encode(value) == expected


def test_positions_times_and_numbers_in_dicts_arrive(written: Importer) -> None:
    f = written("""
        from astropy.coordinates import SkyCoord
        from astropy.time import Time, TimeDelta
        @task
        def f(place: SkyCoord, when: Time):
            nan = float("nan")
            yield "place", place
            yield "many", SkyCoord([place, place])
            yield "when", when
            yield "whens", when + TimeDelta([0, 1], format="sec")
            yield "took", TimeDelta(90, format="sec")
            yield "told", {"mean": nan, "name": "x", "all": [1, nan, "y"]}
    """).f
    first = f((10.5, -3), "2026-05-01T12:00:00.25").check()
    assert (first["place"], first.unit("place")) == ([10.5, -3.0], "deg")
    assert first["many"].tolist() == [[10.5, -3.0], [10.5, -3.0]]
    assert first["when"] == "2026-05-01T12:00:00.250000000"
    assert first["whens"] == ["2026-05-01T12:00:00.250000000", "2026-05-01T12:00:01.250000000"]
    assert (first["took"], first.unit("took")) == (90.0, "s")
    assert repr(first["told"]) == "{'mean': nan, 'name': 'x', 'all': [1, nan, 'y']}"
    assert f(first["place"], first["when"])["place"] == [10.5, -3.0], "they can be given on"
