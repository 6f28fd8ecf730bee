"""One task over many inputs: order, bounds, errors in their place, and an early end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.table import MaskedColumn, QTable, Table
from tasking.programs import children, eventually, in_new_interpreter

from voclient import tasking
from voclient.tasking import Task, TaskExecutionError, TaskParameterError, set_process_limit

# Says what it was given; `wait N` ends when the file N is there.
PROGRAM = """\
#!/bin/sh
case $1 in
  bad) echo "cannot do that" >&2; exit 3 ;;
  wait*) : > "started-$1"; while [ ! -e "${1#wait}" ]; do sleep 0.02; done ;;
esac
for word; do echo "word=$word"; done
"""
TASK = """\
summary: Say what was given
executable: say
parameters:
  name: {argv: "{}", required: true, help: What}
  second: {argv: "{}"}
  size: {argv: "-s {}", type: float, unit: arcsec, aliases: [radius]}
  columns: {argv: -c, type: bool}
  key: {environment: KEY, secret: true}
results:
  stdout: {format: lines, key: words}
"""


@pytest.fixture
def say(make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Task]:
    folder = make_package("talk", say=TASK)
    (folder / "bin").mkdir()
    (folder / "bin" / "say").write_text(PROGRAM)
    (folder / "bin" / "say").chmod(0o755)
    monkeypatch.chdir(folder)
    yield tasking.load_package(folder).say
    set_process_limit(None)


def words(result: tasking.OPset) -> list[str]:
    return [word.removeprefix("word=") for word in result["words"]]


def test_values_are_the_first_operand_and_results_keep_their_order(say: Task) -> None:
    assert [words(result) for result in say.map(["a", "b", "c"], size=2)] == [[x, "-s", "2"] for x in "abc"]


def test_tuples_are_operands_and_dicts_are_parameters(say: Task) -> None:
    items = [("a", "b"), {"name": "c", "radius": 3}, {"name": "d", "timeout": 30}]
    assert [words(result) for result in say.map(items)] == [["a", "b"], ["c", "-s", "3"], ["d"]]


def test_keys_of_dicts_may_have_other_names(say: Task) -> None:
    assert [words(r) for r in say.map([{"star": "a"}], {"star": "name"})] == [["a"]]


def test_a_parameter_may_be_called_as_the_mapping_of_columns_is(say: Task) -> None:
    assert [words(result) for result in say.map(["a"], columns=True)] == [["a", "-c"]]


def test_rows_of_a_table_give_the_parameters_its_columns_are_named_after(say: Task) -> None:
    table = Table({"name": ["a", "b"], "radius": [1.5, 2] * u.arcmin, "vmag": [3, 4]})
    assert [words(result) for result in say.map(table)] == [["a", "-s", "90.0"], ["b", "-s", "120.0"]]
    assert [words(result) for result in say.map(table, size=1)] == [["a", "-s", "1"], ["b", "-s", "1"]]


def test_columns_are_mapped_to_parameters_and_masked_cells_are_left_out(say: Task) -> None:
    sizes = MaskedColumn([1.0, 2.0], mask=[False, True])
    table = Table({"star": np.array([b"a", b"b"]), "how": sizes})
    results = say.map(table, {"star": "name", "how": "size"})
    assert [words(result) for result in results] == [["a", "-s", "1.0"], ["b"]]


def test_rows_with_quantities_and_of_structured_arrays_are_taken(say: Task) -> None:
    table = QTable({"name": ["a", "b"], "size": [1, 2] * u.arcmin})
    assert [words(result) for result in say.map(table)] == [["a", "-s", "60.0"], ["b", "-s", "120.0"]]
    assert [words(result) for result in say.map(list(table[:1]))] == [["a", "-s", "60.0"]]
    rows = np.array([("a", 1.5), ("b", 2.5)], dtype=[("name", "U5"), ("size", "f8")])
    assert [words(result) for result in say.map(rows)] == [["a", "-s", "1.5"], ["b", "-s", "2.5"]]


def test_a_table_that_does_not_fit_is_refused_with_its_columns(say: Task) -> None:
    table = Table({"star": ["a"]})
    with pytest.raises(TaskParameterError, match="say: no column of the table bears the name of a parameter"):
        next(say.map(table))
    with pytest.raises(TaskParameterError, match=r"the table has no column 'stra'; did you mean 'star'\?"):
        next(say.map(table, {"stra": "name"}))
    with pytest.raises(TaskParameterError, match="no parameter 'nmae'; did you mean 'name'"):
        say.map(table, {"star": "nmae"})


def test_results_may_come_as_they_end_and_say_what_they_were_given(say: Task) -> None:
    set_process_limit(3)
    results = say.map(["wait1", "wait2", "b"], as_finished=True, key="secret")
    order = []
    for result in results:
        order.append(result.parameters)
        Path("2" if len(order) == 1 else "1").touch()
    assert order == [{"name": "b"}, {"name": "wait2"}, {"name": "wait1"}]


def test_no_more_is_begun_or_held_than_asked_for(say: Task) -> None:
    taken: list[int] = []

    def endless() -> Iterator[str]:
        for number in range(10**6):
            taken.append(number)
            yield str(number)

    with say.map(endless(), in_flight=3) as results:
        assert taken == []
        for number in range(5):
            assert words(next(results)) == [str(number)]
            assert len(taken) == number + 3
    assert list(results) == []


@pytest.mark.parametrize("as_finished", [False, True])
def test_what_is_wrong_with_one_item_is_raised_in_its_place_and_loses_no_other(say: Task, as_finished: bool) -> None:
    results = say.map(["a", {"nmae": "b"}, "bad", "c"], as_finished=as_finished, check=True)
    seen: list[str] = []
    errors: list[TaskParameterError | TaskExecutionError] = []
    order = ""
    while len(seen) + len(errors) < 4:
        try:
            seen += words(next(results))
            order += seen[-1]
        except (TaskParameterError, TaskExecutionError) as error:
            errors.append(error)
            order += "!"
    assert (sorted(seen), list(results)) == (["a", "c"], [])
    assert as_finished or order == "a!!c"
    wrong, failed = sorted(errors, key=lambda error: type(error).__name__, reverse=True)
    assert wrong.__notes__ == ["item 1 of the map: {'nmae': 'b'}"]
    assert isinstance(failed, TaskExecutionError)
    assert failed.result is not None
    assert failed.result.parameters == {"name": "bad"}


def test_without_check_a_failed_run_is_a_result(say: Task) -> None:
    statuses = [result.exitstatus.name for result in say.map(["a", "bad", "b"])]
    assert statuses == ["SUCCESS", "ERROR", "SUCCESS"]


def test_what_the_callers_generator_raises_comes_after_what_it_gave(say: Task) -> None:
    def breaks() -> Iterator[str]:
        yield "a"
        raise LookupError("no more")

    results = say.map(breaks())
    assert words(next(results)) == ["a"]
    with pytest.raises(LookupError, match="no more"):
        next(results)
    assert list(results) == []


def test_closing_ends_what_runs_and_the_generator(say: Task) -> None:
    closed = threading.Event()

    def items() -> Iterator[str]:
        try:
            yield from ("a", "wait1", "wait2")
        finally:
            closed.set()

    before = set(children())
    set_process_limit(3)
    results = say.map(items(), in_flight=3)
    assert words(next(results)) == ["a"]
    assert eventually(lambda: Path("started-wait1").exists() and Path("started-wait2").exists())
    results.close()
    results.close()
    assert closed.is_set()
    assert set(children()) <= before
    assert list(results) == []


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_map_nobody_holds_ends_its_runs(say: Task) -> None:
    before = set(children())
    for as_finished in (False, True):
        results = say.map(["wait1"], as_finished=as_finished)
        results._begin_more()
        assert eventually(lambda: Path("started-wait1").exists())
        del results
        gc.collect()
        assert eventually(lambda: set(children()) <= before)


def test_ctrl_c_ends_all_that_was_begun(tmp_path: Path, say: Task) -> None:
    done = in_new_interpreter(
        f"""
        from voclient.tasking import load_package, set_process_limit
        say = load_package({os.getcwd()!r}).say
        set_process_limit(2)
        results = say.map(["wait1", "wait2"])
        def interrupt():
            eventually(lambda: os.path.exists("started-wait1") and os.path.exists("started-wait2"))
            os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=interrupt).start()
        try:
            next(results)
        except KeyboardInterrupt:
            print(children(), list(results))
        """
    )
    assert (done.stdout, done.stderr) == ("[] []\n", "")


def test_asyncio_takes_results_in_order_or_as_they_end(say: Task) -> None:
    async def names(as_finished: bool) -> list[str]:
        set_process_limit(3)
        found = []
        async for result in say.map(["wait1", "wait2", "b"], as_finished=as_finished):
            found.append(result.parameters["name"])
            Path("2" if len(found) == 1 else "1").touch()
        return found

    assert asyncio.run(names(as_finished=True)) == ["b", "wait2", "wait1"]
    assert asyncio.run(names(as_finished=False)) == ["wait1", "wait2", "b"]


def test_asyncio_raises_what_is_wrong_in_its_place(say: Task) -> None:
    async def take() -> list[object]:
        results, found = say.map(["a", {"nmae": 1}, "c"]), []
        for _ in range(3):
            try:
                found.append(words(await anext(results)))
            except TaskParameterError:
                found.append(["wrong"])
        async for _ in results:
            found.append(["too many"])
        return found

    assert asyncio.run(take()) == [["a"], ["wrong"], ["c"]]


@pytest.mark.parametrize("as_finished", [False, True])
def test_who_is_cancelled_in_asyncio_ends_what_runs(say: Task, as_finished: bool) -> None:
    before = set(children())

    async def take_for_a_while() -> bool:
        results = say.map(["wait1", "wait2"], as_finished=as_finished)
        waiting = asyncio.ensure_future(anext(results))
        while not Path("started-wait1").exists():
            await asyncio.sleep(0.01)
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        ended = set(children()) <= before
        async with say.map(["wait1"]) as results:
            results._begin_more()
        return ended

    assert asyncio.run(take_for_a_while())
    assert set(children()) <= before


def test_a_file_that_is_mapped_stays_open(say: Task, tmp_path: Path) -> None:
    (tmp_path / "names").write_text("a\nb\n")
    with (tmp_path / "names").open() as names, say.map(names) as results:
        next(results)
        results.close()
        assert not names.closed


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_an_executor_runs_them_all(say: Task, pool: type[Executor]) -> None:
    with pool(2) as executor:
        results = list(say.map(["a", "bad", "b"], executor=executor, size=2))
        assert [result.exitstatus.name for result in results] == ["SUCCESS", "ERROR", "SUCCESS"]
        assert [words(result)[0] for result in (results[0], results[2])] == ["a", "b"]
        assert {result["words"][0] for result in say.map("abc"[i] for i in range(3))} == {f"word={x}" for x in "abc"}
        with say.map(["wait1"] * 3, executor=executor, as_finished=True) as waiting:
            waiting._begin_more()
            assert eventually(lambda: Path("started-wait1").exists())


def test_progress_is_that_of_the_map(say: Task, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[float | None, str]] = []
    list(say.map(["a", "bad", "b", "c"], progress=lambda *what: told.append(what)))
    assert told == [(0.25, "1 of 4"), (0.5, "2 of 4"), (0.75, "3 of 4"), (1.0, "4 of 4")]
    told.clear()
    list(say.map(iter("ab"), progress=lambda *what: told.append(what)))
    assert told == [(None, "1"), (None, "2")]
    list(say.map(["a", "b"]))
    assert capsys.readouterr().err == ""
    list(say.map(["a", "b"], progress=True))
    shown = capsys.readouterr().err
    assert "say: 100%" in shown
    assert "2 of 2" in shown


@pytest.mark.parametrize("as_finished", [False, True])
def test_what_a_function_of_progress_raises_comes_out_and_the_others_follow(say: Task, as_finished: bool) -> None:
    def tell(fraction: float | None, text: str) -> None:
        if text == "3 of 3":
            raise LookupError(text)

    results = say.map(["a", "b", "c"], as_finished=as_finished, progress=tell)
    assert {words(next(results))[0], words(next(results))[0]} < {"a", "b", "c"}
    with pytest.raises(LookupError, match="3 of 3"):
        next(results)
    assert list(results) == []


def test_a_time_limit_is_that_of_each_run_and_callbacks_hear_all(say: Task) -> None:
    heard: list[str] = []
    results = say.map(["a", "waitforever", "b"], timeout=0.5, callback=lambda key, value: heard.append(value))
    assert [result.exitstatus.name for result in results] == ["SUCCESS", "TIMEOUT", "SUCCESS"]
    assert sorted(heard) == ["word=a", "word=b"]


class Frame(list[str]):
    """As a pandas DataFrame: iterated, it gives the names of its columns."""

    def itertuples(self) -> list[str]:
        return []


@pytest.mark.parametrize(
    ("items", "given", "message"),
    [
        ("m31", {}, "say: map takes a list of values, of tuples, of dicts, or a Table, not 'm31'"),
        ({"name": "a"}, {}, "say: map takes a list of values, of tuples, of dicts, or a Table, not {'name': 'a'}"),
        (3, {}, "say: map takes a list of values, of tuples, of dicts, or a Table, not 3"),
        (Frame(["name"]), {}, "say: map takes an astropy Table, not a DataFrame: Table.from_pandas(frame)"),
        (["a"], {"nmae": 1}, "say: no parameter 'nmae'; did you mean 'name'?"),
        (["a"], {"async_": True}, "say: map is asynchronous by itself; async_ and execute are not for it"),
        (["a"], {"execute": False}, "say: map is asynchronous by itself; async_ and execute are not for it"),
        (["a"], {"in_flight": 0}, "say: in_flight is a whole number of at least 1, not 0"),
        (["a"], {"timeout": -1}, "say: task control 'timeout' cannot be -1"),
    ],
)
def test_a_wrong_map_is_refused_before_any_item(
    say: Task, items: object, given: dict[str, object], message: str
) -> None:
    with pytest.raises(TaskParameterError) as info:
        say.map(items, **given)  # type: ignore[arg-type]
    assert str(info.value).startswith(message)
