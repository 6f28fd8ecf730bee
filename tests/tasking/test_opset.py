"""The OPset: a dict that fills, and the facts of its run."""

from __future__ import annotations

import asyncio
import gc
import io
import pickle
import sys
import threading
import warnings
import weakref
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime

import pytest
from tasking.programs import eventually, run_program, shell

from voclient.tasking.descriptors.descriptor import ExitStatus, Key, Results, Section
from voclient.tasking.errors import TaskError, TaskExecutionError
from voclient.tasking.opset import OPset

ROWS = Results(stdout=Section("csv", header=False, columns=("x", "y"), keys=(Key("x", "float"), Key("y"))))


def test_it_is_a_mapping_with_the_keys_in_it() -> None:
    result = shell("echo a = 1; echo b = 2.5")
    assert isinstance(result, Mapping)
    assert isinstance(result, MutableMapping)
    assert dict(result) == {"a": 1, "b": 2.5}
    assert result == {"a": 1, "b": 2.5}
    assert (len(result), list(result), "a" in result, "c" in result) == (2, ["a", "b"], True, False)
    assert (result.get("c"), result.get("a"), result.unit("b"), result.unit("a")) == (None, 1, "deg", None)


def test_keys_can_be_set_and_deleted_by_the_user() -> None:
    result = shell("echo a = 1; echo b = 2")
    result["note"] = "mine"
    del result["a"]
    assert dict(result) == {"b": 2.0, "note": "mine"}
    with pytest.raises(KeyError):
        del result["a"]


def test_looking_at_a_running_run_never_blocks_and_says_that_it_runs(gate) -> None:  # type: ignore[no-untyped-def]
    result = shell(f"echo a = 1; {gate.wait}; echo b = 2", async_=True)
    assert result.wait_for("a", 30) == 1
    with pytest.raises(KeyError) as caught:
        result["b"]
    assert str(caught.value) == "'b' has not arrived, sh is still running"
    assert not result.exitstatus
    assert result.returncode is None
    gate.open()
    assert result.wait_for("b", 30) == 2.0


def test_a_missing_key_of_a_failed_run_tells_why_it_failed() -> None:
    result = shell("echo no such star >&2; exit 3")
    with pytest.raises(KeyError) as caught:
        result["a"]
    assert str(caught.value) == "'a' is missing: sh: no such star (exit status 3)"


def test_a_missing_key_of_a_run_that_succeeded_says_whether_it_could_ever_come() -> None:
    result = run_program(
        "/bin/echo", "bee = 1", results=Results(stdout=Section("keyword", keys=(Key("bee"), Key("c"))))
    )
    with pytest.raises(KeyError) as caught:
        result["c"]
    assert str(caught.value) == "echo ended without giving 'c'"
    with pytest.raises(KeyError) as caught:
        result["beee"]
    assert str(caught.value) == "echo never gives 'beee'; it gives bee, c; did you mean 'bee'?"


def test_a_prepared_run_says_that_it_was_not_started() -> None:
    result = shell("echo a = 1", execute=False)
    assert repr(result) == "<sh is prepared: no results>"
    with pytest.raises(KeyError, match="has not been started"):
        result["a"]
    for wait in (result.wait, result.check, lambda: result.wait_for("a"), lambda: list(result.stream())):
        with pytest.raises(TaskError, match="execute"):
            wait()
    assert result.execute() is result
    assert result["a"] == 1
    with pytest.raises(TaskError, match="already"):
        result.execute()


def test_the_facts_of_a_run_are_told() -> None:
    before = datetime.now(UTC)
    result = shell("echo a = 1; echo careful >&2; exit 3")
    assert result.argv == ["/bin/sh", "-c", "echo a = 1; echo careful >&2; exit 3"]
    assert (result.returncode, result.exitstatus, result.exitmsg) == (3, result.ERROR, "careful (exit status 3)")
    assert (result.stdout, result.stderr, result.stdout_bytes) == ("a = 1\n", "careful\n", b"a = 1\n")
    assert result.started is not None
    assert before <= result.started <= datetime.now(UTC)
    assert 0 < result.elapsed == result.elapsed
    assert result["a"] == 1


def test_exit_statuses_of_the_descriptor_decide_what_success_is() -> None:
    statuses = ((3, ExitStatus("success", "nothing found")), (0, ExitStatus("error", "it never is")))
    nothing = shell("exit 3", exit_statuses=statuses)
    assert (nothing.exitstatus, nothing.exitmsg) == (nothing.SUCCESS, "nothing found")
    never = shell("exit 0", exit_statuses=statuses)
    assert (never.exitstatus, never.exitmsg) == (never.ERROR, "it never is (exit status 0)")


def test_its_state_is_said_in_words() -> None:
    assert repr(shell("echo a = 1")) == "<sh succeeded: a>"
    assert repr(shell("exit 3")) == "<sh failed (exit status 3): no results>"
    assert repr(shell("sleep 60", timeout=0.1)) == "<sh was ended at its time limit: no results>"
    result = shell("sleep 60", async_=True)
    assert "is running" in repr(result)
    result.abort()
    assert repr(result) == "<sh was aborted: no results>"


def test_check_raises_with_the_command_and_the_result() -> None:
    result = shell("echo 'no luck' >&2; exit 3")
    with pytest.raises(TaskExecutionError) as caught:
        result.check()
    assert caught.value.result is result
    assert "no luck (exit status 3)" in str(caught.value)
    assert "/bin/sh -c" in str(caught.value)
    good = shell("echo a = 1")
    assert good.check() is good


def test_check_as_a_control_raises_at_the_call_or_in_wait() -> None:
    with pytest.raises(TaskExecutionError):
        shell("exit 1", check=True)
    result = shell("exit 1", check=True, async_=True)
    with pytest.raises(TaskExecutionError):
        result.wait()


def test_waiting_for_a_key_ends_with_the_run_or_its_time(gate) -> None:  # type: ignore[no-untyped-def]
    result = shell(f"{gate.wait}; echo a = 1", async_=True)
    with pytest.raises(TimeoutError, match="'a'"):
        result.wait_for("a", 0.05)
    gate.open()
    with pytest.raises(KeyError, match="without giving 'b'"):
        result.wait_for("b", 30)


def test_items_stream_before_the_end_and_again_after_it(gate) -> None:  # type: ignore[no-untyped-def]
    result = shell(f"echo 1,p; echo 2,q; {gate.wait}; echo 3,r", results=ROWS, async_=True)
    stream = result.stream()
    first = [next(stream) for _ in range(4)]
    assert first == [("x", 1.0), ("y", "p"), ("x", 2.0), ("y", "q")]
    assert not result.exitstatus
    assert result["x"] == [1.0, 2.0]
    gate.open()
    assert list(stream) == [("x", 3.0), ("y", "r")]
    assert list(result.stream()) == [*first, ("x", 3.0), ("y", "r")]
    assert result["x"] == [1.0, 2.0, 3.0]


def test_several_threads_can_stream_one_run() -> None:
    result = shell("for i in 1 2 3 4 5 6; do echo $i,p; sleep 0.01; done", results=ROWS, async_=True)
    seen: list[list[tuple[str, object]]] = []
    readers = [threading.Thread(target=lambda: seen.append(list(result.stream()))) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(30)
    assert len(seen) == 4
    assert all([value for key, value in pairs if key == "x"] == [1, 2, 3, 4, 5, 6] for pairs in seen)


def test_functions_can_be_added_for_patterns_of_keys_before_during_and_after_a_run(gate) -> None:  # type: ignore[no-untyped-def]
    seen: list[object] = []

    def note(key: str, value: object) -> None:
        seen.append((key, value, threading.current_thread().name))

    result = shell(f"echo a = 1; {gate.wait}; echo b = 2", async_=True, execute=False)
    assert result.on("a", note) is result
    result.execute().wait_for("a", 30)
    result.on("[bc]", note).on("a*", note)
    gate.open()
    result.wait(30)
    there = "voclient-callbacks"
    assert sorted(seen) == [("a", 1, there), ("a", 1, there), ("b", 2.0, there)]  # type: ignore[type-var]
    result.on("b", note)
    assert seen[-1] == ("b", 2.0, "MainThread")


def test_what_an_added_function_raises_comes_out_of_wait_once() -> None:
    result = shell("echo a = 1; echo b = 2", async_=True, execute=False)
    calls: list[str] = []
    result.on("*", lambda key, value: (calls.append(key), 1 / 0))  # type: ignore[func-returns-value]
    with pytest.raises(ZeroDivisionError):
        result.execute().wait()
    assert result.wait()
    assert calls == ["a"]


def test_a_run_that_only_functions_watch_goes_on(gate) -> None:  # type: ignore[no-untyped-def]
    seen: list[object] = []
    done = threading.Event()
    shell(f"{gate.wait}; echo a = 1", async_=True).on("a", lambda key, value: (seen.append(value), done.set()))
    gate.open()
    assert done.wait(30)
    assert seen == [1]


def test_a_value_becomes_a_quantity_in_its_unit() -> None:
    quantity = shell("echo b = 2.5").quantity("b")
    assert (quantity.value, str(quantity.unit)) == (2.5, "deg")


def _streamed(run: OPset) -> None:
    list(run.stream())


def _left(run: OPset) -> None:
    next(run.stream())


async def _awaited(run: OPset) -> None:
    async for _ in run.stream():
        pass
    await run


def _failed(run: OPset) -> None:
    with pytest.raises(KeyError):
        run.wait_for("c")


@pytest.mark.parametrize(
    "use",
    [
        OPset.wait,
        OPset.abort,
        _streamed,
        _left,
        _failed,
        lambda run: asyncio.run(_awaited(run)),
        lambda run: run.on("a", lambda key, value: None).wait(),
        lambda run: pickle.dumps(run.check()),
        lambda run: run.check()._repr_html_(),
    ],
)
@pytest.mark.parametrize("progress", [False, True, lambda fraction, text: None])
def test_nothing_of_a_run_that_nobody_holds_waits_for_the_garbage_collector(use, progress, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    gc.collect()
    gc.disable()
    try:
        with warnings.catch_warnings(action="ignore"):
            run = shell("echo a = 1; echo b = 2", async_=True, progress=progress)
            record = weakref.ref(run._record)
            use(run)
            del run
            assert eventually(lambda: record() is None)
    finally:
        gc.enable()


def test_nothing_of_a_run_that_was_never_started_waits_for_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        record = weakref.ref(shell("true", execute=False, progress=lambda fraction, text: None)._record)
        assert record() is None
    finally:
        gc.enable()


def test_what_cannot_be_waited_for_or_called_is_told_by_its_name() -> None:
    result = shell("echo a = 1")
    for wrong in ("soon", float("nan"), []):
        with pytest.raises(TypeError, match="sh: to wait takes a number of seconds, not"):
            result.wait(wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="sh: to wait takes a number of seconds, not"):
            result.wait_for("a", wrong)  # type: ignore[arg-type]
    with pytest.raises(
        TypeError, match=r"sh: on\(\) takes a pattern of keys and a function of \(key, value\), not 'a' and 5"
    ):
        result.on("a", 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"sh: on\(\) takes"):
        result.on(print, "a")  # type: ignore[arg-type]
