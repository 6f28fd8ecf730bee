"""Executors of `concurrent.futures`, and what holds for all engines because it is no engine's."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tasking.engines import ENGINES
from tasking.programs import eventually, in_new_interpreter, is_alive, shell, with_tests_on_path

from voclient.tasking import load_package
from voclient.tasking.errors import TaskError, TaskParameterError
from voclient.tasking.executors import adapt
from voclient.tasking.executors.futures import FuturesExecutor

CAT = "summary: Print a file\nexecutable: cat\nparameters: {file: {type: path, argv: '{}'}}\n"
SLEEP = "echo a = $$; sleep 60"

# Executors themselves.


@pytest.mark.parametrize("value", ["slurm", 3, object(), ThreadPoolExecutor])
def test_what_is_no_executor_is_refused(value: object, make_package: Callable[..., Path]) -> None:
    task = load_package(make_package("wrong", cat=CAT)).cat
    with pytest.raises(TaskParameterError, match=r"'executor' cannot be .* a Client of dask") as caught:
        task("x", executor=value)
    assert caught.value.parameter == "executor"


def test_local_is_this_machine(make_package: Callable[..., Path]) -> None:
    task = load_package(make_package("here", cat=CAT)).cat
    assert "nothing.xml" in task("nothing.xml", executor="local").exitmsg


class Inline(Executor):
    """The smallest executor a user can write: in the caller's thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        threading.Thread(target=lambda: future.set_result(fn(*args, **kwargs))).start()
        return future


def test_an_executor_of_ones_own_will_do() -> None:
    assert shell("echo a = 1", executor=adapt(Inline()))["a"] == 1


def test_an_executor_that_is_shut_down_says_so() -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(TaskError, match=r"ThreadPoolExecutor cannot take it: .*shutdown"):
        shell("echo a = 1", executor=adapt(pool))


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_that_is_not_of_this_machine_says_so(host: str) -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(TaskError, match=rf"cannot be reached at '{host}', the host="):
        shell("echo a = 1", executor=FuturesExecutor(pool, host=host))


def test_runs_that_an_executor_cancels_are_aborted() -> None:
    pool = ThreadPoolExecutor(1)
    engine = adapt(pool)
    first = shell(SLEEP, executor=engine, async_=True)
    first.wait_for("a", 30)
    second = shell("echo a = 1", executor=engine, async_=True)
    pool.shutdown(wait=False, cancel_futures=True)
    assert second.wait(30)
    assert (second.exitstatus, second.exitmsg) == (second.ABORTED, "cancelled by its executor")
    first.abort()


def test_an_executor_that_fails_is_an_error_with_its_reason() -> None:
    class Failing(Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(OSError("no node left"))
            return future

    result = shell("echo a = 1", executor=adapt(Failing()))
    assert result.exitstatus == result.ERROR
    assert result.exitmsg == "Failing could not run it: no node left"


def test_a_job_that_an_engine_repeats_runs_once(tmp_path: Path) -> None:
    again: list[str] = []

    class Twice(Inline):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.repeat = lambda: again.append(fn(*args, **kwargs))
            return super().submit(fn, *args, **kwargs)

    executor = Twice()
    run = shell(f"echo x >> {tmp_path}/times", executor=adapt(executor))
    executor.repeat()
    assert run.exitstatus == run.SUCCESS
    assert "cannot reach its caller" in again[0]
    assert (tmp_path / "times").read_text() == "x\n"


def test_a_worker_that_cannot_reach_its_caller_says_where_it_looked() -> None:
    with ThreadPoolExecutor(1) as pool:
        engine = FuturesExecutor(pool)
        submit = engine.submit

        def elsewhere(call: bytes, ended: Any) -> Any:
            lost = pickle.loads(call)._replace(address=("127.0.0.1", 1))
            return submit(pickle.dumps(lost), ended)

        engine.submit = elsewhere  # type: ignore[method-assign]
        result = shell("echo a = 1", executor=engine)
    assert result.exitstatus == result.ERROR
    assert "cannot reach its caller at 127.0.0.1:1" in result.exitmsg
    assert "host=" in result.exitmsg


def test_a_worker_that_is_interrupted_says_so() -> None:
    with ENGINES["forked"]() as pool:
        run = shell("echo b = $PPID; echo a = $$; sleep 60", executor=adapt(pool), async_=True)
        leader = run.wait_for("a", 30)
        os.kill(int(run["b"]), signal.SIGINT)
        assert run.wait(30)
        assert (run.exitstatus, run.exitmsg) == (run.ABORTED, "its worker was interrupted (KeyboardInterrupt)")
        assert not is_alive(leader)


def test_strangers_are_turned_away() -> None:
    class Visited(Inline):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            address = pickle.loads(args[0]).address
            for word in (b"", b"x", b"x" * 32, b"x" * 100):
                with socket.create_connection(address) as stranger:
                    stranger.sendall(word)
            self.silent = socket.create_connection(address)
            return super().submit(fn, *args, **kwargs)

    executor = Visited()
    assert shell("echo a = 1", executor=adapt(executor))["a"] == 1
    assert executor.silent.recv(1) == b""
    executor.silent.close()


# The caller's end.


def test_the_end_of_the_interpreter_ends_runs_in_pools() -> None:
    for pool in ("ThreadPoolExecutor", "ProcessPoolExecutor"):
        done = in_new_interpreter(
            f"""
            from concurrent.futures import {pool}
            from voclient.tasking.executors import adapt
            pool = {pool}(1)
            run = shell("echo a = $$; sleep 60", executor=adapt(pool), async_=True)
            print(run.wait_for("a", 30), flush=True)
            """
        )
        assert done.returncode == 0, done.stderr
        assert not is_alive(int(done.stdout))


def test_a_killed_caller_takes_its_programs_along() -> None:
    script = """if True:
        from concurrent.futures import ProcessPoolExecutor
        from tasking.programs import *
        from voclient.tasking.executors import adapt
        run = shell("echo b = $PPID; echo a = $$; sleep 60", executor=adapt(ProcessPoolExecutor(1)), async_=True)
        print(run.wait_for("a", 30), run["b"], flush=True)
        time.sleep(60)
        """
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=with_tests_on_path()) as caller:
        assert caller.stdout is not None
        leader, worker = (int(float(word)) for word in caller.stdout.readline().split())
        caller.kill()
        assert eventually(lambda: not is_alive(leader))
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)  # Python leaves it behind


@pytest.mark.parametrize("kind", ["threads", "forked"])
def test_ctrl_c_ends_the_program_there(kind: str) -> None:
    seen: list[int] = []

    def interrupt(key: str, value: int) -> None:
        seen.append(value)
        os.kill(os.getpid(), signal.SIGINT)

    with ENGINES[kind]() as pool:
        with pytest.raises(KeyboardInterrupt):
            shell(SLEEP, executor=adapt(pool), callback=interrupt)
        assert len(seen) == 1
        assert not is_alive(seen[0])
        assert shell("echo a = 1", executor=adapt(pool))["a"] == 1


def test_in_a_forked_child_the_run_is_the_parents() -> None:
    done = in_new_interpreter(
        """
        import warnings; warnings.simplefilter("ignore", DeprecationWarning)
        from concurrent.futures import ThreadPoolExecutor
        from voclient.tasking.executors import adapt
        engine = adapt(ThreadPoolExecutor(2))
        run = shell("echo a = $$; sleep 0.3; echo b = 2", executor=engine, async_=True)
        run.wait_for("a", 30)
        child = os.fork()
        if child == 0:
            del run
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert run.wait(30)
        print(run["b"])
        """
    )
    assert done.stdout == "2.0\n", done.stderr
