"""Runs elsewhere: on every executor they behave as on this machine, and come to an end whatever happens there."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tasking.engines import ENGINES, Engines
from tasking.programs import eventually, is_alive, open_files, python, run_program, shell

from voclient.tasking.errors import (
    ExecutableNotFoundError,
    TaskAbortedError,
    TaskExecutionError,
    TaskParameterError,
    TaskTimeoutError,
)
from voclient.tasking.executors import Engine, adapt

SLEEP = "sleep 60 & echo b = $!; echo a = $$; wait"
"""A program that tells its number (a), and that of its child (b)."""


@pytest.fixture(params=[kind for kind in ENGINES if kind != "threads"])
def mortal(request: pytest.FixtureRequest, engines: Engines) -> Iterator[Engine]:
    """An engine whose workers are processes that a test may kill."""
    with ExitStack() as stack:
        # A pool of processes does not survive it.
        is_pool = request.param in ("forked", "spawned")
        found = adapt(stack.enter_context(ENGINES[request.param]()) if is_pool else engines[request.param])
        assert found is not None
        yield found


# What comes back.


def test_values_output_and_facts_are_those_of_a_run_here(engine: Engine) -> None:
    script = "echo a = 1; echo b = 2.5; echo oh >&2; exit 3"
    here, there = shell(script), shell(script, executor=engine)
    assert dict(there) == dict(here) == {"a": 1, "b": 2.5}
    for fact in ("stdout", "stderr", "argv", "returncode", "exitstatus", "exitmsg"):
        assert getattr(there, fact) == getattr(here, fact)
    assert there.unit("b") == "deg"
    assert there.started is not None
    assert there.elapsed > 0


def test_values_arrive_while_the_program_runs(engine: Engine, gate: Any) -> None:
    run = shell(f"echo a = 1; {gate.wait}; echo b = 2", executor=engine, async_=True)
    stream = run.stream()
    assert next(stream) == ("a", 1)
    assert not run.exitstatus
    assert run["a"] == 1
    gate.open()
    assert list(stream) == [("b", 2.0)]
    assert run.exitstatus == run.SUCCESS


def test_the_channel_and_its_progress_come_through(engine: Engine, gate: Any) -> None:
    run = shell(
        'say() { echo "$1" > /dev/fd/$VOCLIENT_OPSET_FD; }; say \'{"opset": 1}\'; '
        'say \'{"progress": 0.5, "text": "half"}\'; say \'{"key": "c", "value": 0.1}\'; '
        f"{gate.wait}; echo a = 9",
        executor=engine,
        async_=True,
    )
    assert run.wait_for("c", 30) == 0.1
    assert run.progress == (0.5, "half")
    gate.open()
    assert run.check().stdout == "a = 9\n"
    assert "a" not in run


def test_ten_megabytes_of_output_come_whole(engine: Engine) -> None:
    result = python("import sys; sys.stdout.write('0123456789' * 1000000)", executor=engine)
    assert result.stdout == "0123456789" * 1000000


def test_arguments_and_environment_are_never_interpreted(engine: Engine) -> None:
    words = [
        "a  b",
        'it\'s "q"',
        "a; echo pwned",
        "$HOME",
        "*",
        "",
        "\u00e9\u2609",
        "a\nb",
        "-n",
        "\udcff",
        "`id`",
        "%(x)s",
    ]
    result = run_program(
        sys.executable,
        "-c",
        "import json, os, sys; print(json.dumps([sys.argv[1:], os.environ['VOCLIENT_TEST']]))",
        *words,
        executor=engine,
        env={"VOCLIENT_TEST": "$(id)\n'\""},
    )
    assert json.loads(result.stdout) == [words, "$(id)\n'\""]
    assert result.argv[3:] == words


def test_it_runs_in_the_callers_folder_or_the_one_asked_for(engine: Engine, tmp_path: Path) -> None:
    assert shell("pwd", executor=engine).stdout.strip() == os.getcwd()
    assert shell("pwd", executor=engine, cwd=tmp_path).stdout.strip() == str(tmp_path)


def test_standard_input_travels(engine: Engine, tmp_path: Path) -> None:
    assert shell("cat", stdin=b"a = 2\n", executor=engine)["a"] == 2
    (tmp_path / "input").write_text("a = 3\n")
    assert shell("cat", stdin=str(tmp_path / "input"), executor=engine)["a"] == 3


def test_a_prepared_run_starts_when_it_is_told_to(engine: Engine) -> None:
    prepared = shell("echo a = 1", executor=engine, execute=False)
    assert "is prepared" in repr(prepared)
    assert prepared.execute()["a"] == 1


def test_it_can_be_awaited(engine: Engine) -> None:
    async def main() -> int:
        result = shell("echo a = 1", executor=engine, async_=True)
        await result
        return int(result["a"])

    assert asyncio.run(main()) == 1


# Who is told.


def test_callbacks_of_a_synchronous_run_are_called_in_the_callers_thread(engine: Engine) -> None:
    seen: list[tuple[str, Any, int]] = []
    shell(
        "echo a = 1; echo b = 2",
        executor=engine,
        callback=lambda key, value: seen.append((key, value, threading.get_ident())),
    )
    assert seen == [("a", 1, threading.get_ident()), ("b", 2.0, threading.get_ident())]


def test_callbacks_of_an_asynchronous_run_are_over_when_wait_returns(engine: Engine) -> None:
    seen: list[str] = []
    shell("echo a = 1; echo b = 2", executor=engine, async_=True, callback=lambda key, value: seen.append(key)).wait()
    assert seen == ["a", "b"]


def test_check_raises_what_went_wrong(engine: Engine) -> None:
    with pytest.raises(TaskExecutionError, match=r"oh no \(exit status 4"):
        shell("echo oh no >&2; exit 4", executor=engine, check=True)


# Ends.


def test_at_its_time_limit_the_whole_group_ends(engine: Engine) -> None:
    result = shell(SLEEP, executor=engine, timeout=0.5)
    assert result.exitstatus == result.TIMEOUT
    assert "0.5 s" in result.exitmsg
    assert not is_alive(result["a"])
    assert not is_alive(int(result["b"]))
    with pytest.raises(TaskTimeoutError):
        result.check()


def test_abort_ends_the_whole_group_and_returns_when_it_is_dead(engine: Engine) -> None:
    result = shell(SLEEP, executor=engine, async_=True)
    leader = result.wait_for("a", 30)
    result.abort()
    assert result.exitstatus == result.ABORTED
    assert not is_alive(leader)
    assert not is_alive(int(result["b"]))
    assert shell("echo a = 5", executor=engine)["a"] == 5
    with pytest.raises(TaskAbortedError):
        result.check()


def test_a_slot_is_free_only_when_the_group_is_dead(engine: Engine) -> None:
    one = copy.copy(engine)
    one._limit, one.queue = 1, None
    first = shell("trap '' TERM; echo a = $$; while :; do sleep 0.05; done", executor=one, async_=True)
    leader = first.wait_for("a", 30)
    second = shell(f"kill -0 {leader} && echo a = 1 || echo a = 0", executor=one, async_=True)
    first.close()
    assert first.returncode == -signal.SIGKILL
    assert not is_alive(leader)
    assert second.check()["a"] == 0


def test_what_was_aborted_before_it_began_never_begins(engine: Engine, tmp_path: Path) -> None:
    busy = [shell(SLEEP, executor=engine, async_=True) for _ in range(engine.limit)]
    late = [shell(f"touch {tmp_path}/{n}", executor=engine, async_=True) for n in range(2)]
    for run in (*late, *busy):
        run.abort()
    assert [run.exitstatus for run in late] == [run.ABORTED for run in late]
    assert shell("echo a = 1", executor=engine)["a"] == 1
    assert not list(tmp_path.iterdir())


def test_no_more_are_given_to_it_than_its_limit(engine: Engine) -> None:
    runs = [shell("echo a = 1; sleep 0.3", executor=engine, async_=True) for _ in range(engine.limit + 2)]
    assert engine.queue._taken <= engine.limit
    assert any(run._record.phase == "queued" and run._run._listener is None for run in runs)  # type: ignore[union-attr]
    for run in runs:
        assert run.wait(60)
        assert run["a"] == 1
    assert eventually(lambda: engine.queue._taken == 0)


def test_a_missing_program_is_an_error_of_the_call(engine: Engine) -> None:
    with pytest.raises(ExecutableNotFoundError, match="no program") as caught:
        run_program("no-such-program", executor=engine)
    assert caught.value.executable == "no-such-program"
    assert caught.value.places
    late = run_program("no-such-program", executor=engine, async_=True)
    with pytest.raises(ExecutableNotFoundError, match="no program"):
        late.wait(60)
    assert late.exitstatus == late.ERROR


def test_an_argument_no_program_can_be_given_is_refused(engine: Engine) -> None:
    with pytest.raises(TaskParameterError, match="null"):
        run_program("/bin/echo", "a\0b", executor=engine)


def test_a_folder_the_worker_has_not_is_told(engine: Engine, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(TaskParameterError, match="gone"):
        shell("echo a = 1", executor=engine, cwd=gone)


def test_a_lost_worker_is_an_error_and_takes_its_program_along(mortal: Engine) -> None:
    run = shell("echo b = $PPID; echo a = $$; sleep 60", executor=mortal, async_=True)
    leader = run.wait_for("a", 60)
    os.kill(int(run["b"]), signal.SIGKILL)
    assert run.wait(60)
    assert run.exitstatus == run.ERROR
    assert "was lost" in run.exitmsg
    assert run["a"] == leader
    assert eventually(lambda: not is_alive(leader))


def test_no_run_leaves_an_open_file(engine: Engine) -> None:
    def run_and_abort() -> None:
        with shell(SLEEP, executor=engine, async_=True) as run:
            run.wait_for("a", 30)

    run_and_abort()
    gc.collect()
    before = open_files()
    for _ in range(3):
        run_and_abort()
    gc.collect()
    # (The other engines of this process may open one meanwhile.)
    assert eventually(lambda: len(open_files()) < len(before) + 3), open_files()
