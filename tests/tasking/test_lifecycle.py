"""The life of a run: every way it can end, and that nothing is left of it."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tasking.programs import (
    children,
    eventually,
    in_new_interpreter,
    is_alive,
    open_files,
    run_program,
    shell,
)

from voclient.tasking.errors import (
    ExecutableNotFoundError,
    TaskAbortedError,
    TaskError,
    TaskExecutionError,
    TaskParameterError,
    TaskTimeoutError,
)
from voclient.tasking.executors import local

pytestmark = pytest.mark.usefixtures("nothing_left")

STUBBORN = "trap '' TERM; echo a = 1; while :; do sleep 0.05; done"


@pytest.fixture(scope="session")
def threads_made() -> None:
    """The threads of asynchronous runs and of callbacks are made once, with two open files."""
    run_program("/bin/echo", "a = 1", async_=True, callback=lambda key, value: None).wait()


@pytest.fixture
def nothing_left(threads_made: None) -> Iterator[None]:
    """After the test there are no more open files, threads and child processes than before it."""
    gc.collect()
    files, threads, others = open_files(), threading.active_count(), set(children())
    yield
    gc.collect()
    assert eventually(lambda: len(open_files()) <= len(files)), sorted(set(open_files().items()) - set(files.items()))
    assert threading.active_count() <= threads
    assert eventually(lambda: set(children()) <= others), set(children()) - others


# Waiting.


def test_a_run_can_be_waited_for_twice() -> None:
    result = shell("echo a = 1", async_=True)
    assert result.wait()
    assert result.wait()
    assert result["a"] == 1


def test_several_threads_can_wait_for_one_run() -> None:
    result = shell("read line; echo a = 1", stdin=b"go\n", async_=True)
    seen: list[object] = []
    waiters = [threading.Thread(target=lambda: seen.append(result.wait() and result["a"])) for _ in range(8)]
    for waiter in waiters:
        waiter.start()
    for waiter in waiters:
        waiter.join(30)
    assert seen == [1] * 8


def test_waiting_gives_up_after_its_time_and_the_run_goes_on() -> None:
    result = shell("sleep 60", async_=True)
    assert not result.wait(0.05)
    assert result.exitstatus == result.RUNNING
    result.abort()


# Ends that are asked for.


def test_abort_ends_the_whole_group_and_returns_when_it_is_dead() -> None:
    result = shell("sleep 60 & echo a = $!; wait", async_=True)
    grandchild = result.wait_for("a", 30)
    result.abort()
    assert result.exitstatus == result.ABORTED
    assert not is_alive(grandchild)
    with pytest.raises(TaskAbortedError):
        result.check()


def test_abort_of_an_ended_run_changes_nothing() -> None:
    result = shell("echo a = 1")
    result.abort()
    assert result.exitstatus == result.SUCCESS


def test_abort_of_a_queued_run_keeps_it_from_starting(tmp_path: Path) -> None:
    busy = [shell("sleep 60", async_=True) for _ in range(local.process_limit())]
    queued = shell(f"touch {tmp_path}/started", async_=True)
    queued.abort()
    for result in busy:
        result.abort()
    assert queued.exitstatus == queued.ABORTED
    assert not (tmp_path / "started").exists()


def test_close_ends_the_run_and_may_come_twice() -> None:
    result = shell("echo a = $$; exec sleep 60", async_=True)
    pid = result.wait_for("a", 30)
    result.close()
    result.close()
    assert not is_alive(pid)
    assert result["a"] == pid
    assert result.exitstatus == result.ABORTED


def test_the_end_of_a_with_block_closes() -> None:
    with shell("echo a = $$; exec sleep 60", async_=True) as result:
        pid = result.wait_for("a", 30)
    assert not is_alive(pid)


def test_output_that_went_to_a_file_is_gone_after_close_and_says_so() -> None:
    result = run_program("/usr/bin/head", "-c", "3000000", "/dev/zero")
    result.close()
    with pytest.raises(ValueError, match="closed"):
        _ = result.stdout


def test_a_child_that_ignores_term_is_killed_at_the_limit() -> None:
    result = shell(f"echo b = $$; {STUBBORN}", timeout=0.2)
    assert result.exitstatus == result.TIMEOUT
    assert result.returncode == -signal.SIGKILL
    assert "0.2 s" in result.exitmsg
    assert not is_alive(int(result["b"]))


def test_a_grandchild_that_ignores_term_is_killed_with_its_polite_parent() -> None:
    result = shell(f"({STUBBORN}) & echo b = $!; wait", timeout=0.3)
    assert result.exitstatus == result.TIMEOUT
    assert not is_alive(int(result["b"]))


def test_a_stopped_child_can_be_ended() -> None:
    result = shell("kill -STOP $$", timeout=0.2)
    assert result.exitstatus == result.TIMEOUT
    assert result.returncode == -signal.SIGTERM


def test_the_limit_raises_with_check_and_what_came_stays_readable() -> None:
    with pytest.raises(TaskTimeoutError) as caught:
        shell("echo a = 1; sleep 60", timeout=0.3, check=True)
    assert caught.value.result is not None
    assert caught.value.result["a"] == 1
    assert isinstance(caught.value, TimeoutError)


def test_a_value_cut_short_by_the_limit_is_no_value() -> None:
    result = shell("echo a = 1; printf 'b = 12'; sleep 60", timeout=0.3)
    assert dict(result) == {"a": 1}


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "5", True])
def test_a_limit_that_is_no_positive_number_is_refused(timeout: object) -> None:
    with pytest.raises(TaskParameterError, match="timeout"):
        shell("true", timeout=timeout)


def test_ctrl_c_ends_the_group_of_a_synchronous_call_and_raises() -> None:
    done = in_new_interpreter("""
        def interrupt(key, value):
            if key == "a":
                print(value, flush=True)
                threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            shell("echo a = $$; exec sleep 60", callback=interrupt)
        except KeyboardInterrupt:
            print("interrupted")
    """)
    pid, text = done.stdout.split()
    assert text == "interrupted"
    assert done.stderr == ""
    assert not is_alive(int(pid))


# Ends of the holder.


def test_a_run_whose_result_is_dropped_ends_with_a_warning() -> None:
    result = shell("echo a = $$; exec sleep 60", async_=True)
    pid = result.wait_for("a", 30)
    holder = [result]
    del result
    with pytest.warns(ResourceWarning, match="dropped"):
        holder.clear()
    assert eventually(lambda: not is_alive(pid))


def test_a_run_with_callbacks_needs_no_holder() -> None:
    arrived = threading.Event()
    shell("sleep 0.1; echo a = 1", async_=True, callback=lambda key, value: arrived.set())
    gc.collect()
    assert arrived.wait(30)


def test_what_was_staged_for_a_prepared_run_is_closed_with_it() -> None:
    staged = os.memfd_create("staged")
    result = shell("true", execute=False, descriptors=(staged,))
    del result
    gc.collect()
    assert not [target for target in open_files().values() if "memfd:staged" in target]


def test_nothing_outlives_the_interpreter() -> None:
    done = in_new_interpreter("""
        results = [shell(f"echo a = $$; exec sleep {60 + i}", async_=True) for i in range(5)]
        print(results[0].wait_for("a", 30), flush=True)
    """)
    assert (done.returncode, done.stderr) == (0, "")
    assert not is_alive(int(done.stdout))


def test_a_synchronous_run_in_a_daemon_thread_ends_with_the_interpreter() -> None:
    done = in_new_interpreter("""
        started = threading.Event()
        def show(key, value):
            print(value, flush=True)
            started.set()
        threading.Thread(target=lambda: shell("echo a = $$; exec sleep 60", callback=show), daemon=True).start()
        started.wait(30)
    """)
    assert done.returncode == 0
    assert not is_alive(int(done.stdout))


def test_after_a_fork_the_child_has_no_runs_but_can_make_its_own() -> None:
    done = in_new_interpreter("""
        from voclient.tasking.errors import TaskError
        with shell("echo a = 1; exec sleep 60", async_=True) as result:
            result.wait_for("a", 30)
            child = os.fork()
            if child == 0:
                try:
                    assert result["a"] == 1 and not result.exitstatus
                    try:
                        result.wait()
                    except TaskError as error:
                        assert "forked" in str(error)
                    else:
                        raise AssertionError("no news can come")
                    result.abort()
                    assert shell("echo a = 2")["a"] == 2
                    own = shell("echo a = 3", async_=True, callback=lambda *_: None)
                    assert own.wait(30) and own["a"] == 3
                    del result
                except BaseException as error:
                    print(repr(error), flush=True)
                    os._exit(1)
                os._exit(0)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(result.exitstatus))
    """)
    assert (done.stdout, done.stderr) == ("0 0\n", "")


def test_a_fork_while_other_threads_run_tasks_leaves_a_child_that_works() -> None:
    done = in_new_interpreter("""
        shell("echo a = 1")  # a module whose import a fork interrupts is lost to the child: Python's, not ours
        stop = threading.Event()
        def work():
            while not stop.is_set():
                shell("echo a = 1")["a"]
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        codes = []
        for _ in range(10):
            child = os.fork()
            if child == 0:
                os._exit(0 if shell("echo a = 2", async_=True).wait(30) and shell("echo a = 3")["a"] == 3 else 1)
            codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        stop.set()
        for thread in threads:
            thread.join()
        print(codes)
    """)
    assert done.stdout == f"{[0] * 10}\n"


# Pipes.


def test_a_grandchild_that_holds_the_pipe_does_not_hold_the_caller() -> None:
    result = shell("sleep 60 & echo a = $!")
    assert result.exitstatus == result.SUCCESS
    assert is_alive(result["a"])  # a daemon is left alone
    os.kill(result["a"], signal.SIGKILL)


def test_a_grandchild_that_left_the_group_does_not_hold_the_limit() -> None:
    result = shell("setsid sleep 60 & echo a = $!; wait", timeout=0.3)
    assert result.exitstatus == result.TIMEOUT
    os.kill(result["a"], signal.SIGKILL)


def test_a_program_that_closes_its_output_is_still_waited_for(tmp_path: Path) -> None:
    result = shell(f"exec >&- 2>&-; sleep 0.2; touch {tmp_path}/end")
    assert result.exitstatus == result.SUCCESS
    assert (tmp_path / "end").exists()


# Ends of the program's own.


def test_a_missing_program_raises_in_the_callers_thread() -> None:
    for async_ in (False, True):
        with pytest.raises(ExecutableNotFoundError, match="nowhere"):
            run_program("/nowhere/at/all", async_=async_)


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [("#!/bin/sh\n", 0o644, "cannot be executed"), ("plain", 0o755, "#!"), ("#!/no/such/sh\n", 0o755, "interpreter")],
)
def test_a_file_that_is_no_program_raises_and_says_why(tmp_path: Path, content: str, mode: int, words: str) -> None:
    path = tmp_path / "tool"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(TaskError, match=words):
        run_program(str(path))


def test_a_queued_run_that_cannot_start_says_so_once_to_whoever_waits(tmp_path: Path) -> None:
    path = tmp_path / "tool"
    path.write_text("plain")
    path.chmod(0o755)
    busy = [shell("sleep 0.2", async_=True) for _ in range(local.process_limit())]
    result = run_program(str(path), async_=True)
    with pytest.raises(TaskError, match="#!"):
        result.wait()
    assert result.wait()
    assert result.exitstatus == result.ERROR
    with pytest.raises(TaskExecutionError, match="#!"):
        result.check()
    for other in busy:
        other.wait()


def test_a_missing_working_directory_raises() -> None:
    with pytest.raises(TaskParameterError, match="/no/such/folder"):
        shell("true", cwd="/no/such/folder")


def test_a_signals_death_is_named() -> None:
    result = shell("echo oops >&2; kill -SEGV $$")
    assert result.exitstatus == result.ERROR
    assert result.returncode == -signal.SIGSEGV
    assert result.exitmsg == "oops (killed by SIGSEGV (Segmentation fault))"


# Many.


def test_a_thousand_runs_at_once_take_one_thread_and_no_more_processes_than_allowed(tmp_path: Path) -> None:
    threads = threading.active_count()
    limit = local.process_limit()
    most = 0
    results = [run_program("/bin/echo", f"a = {i}", async_=True) for i in range(1000)]
    for i, result in enumerate(results):
        most = max(most, sum(1 for run in list(local._live) if run.record.phase == "running"))
        assert result.wait(60)
        assert result["a"] == i
    assert threading.active_count() <= threads
    assert 0 < most <= limit


def test_the_bound_on_processes_can_be_set() -> None:
    local.set_process_limit(20)
    try:
        results = [shell("echo a = 1; exec sleep 60", async_=True) for _ in range(20)]
        assert [result.wait_for("a", 30) for result in results] == [1] * 20
        for result in results:
            result.abort()
    finally:
        local.set_process_limit(None)
    with pytest.raises(ValueError, match="at least 1"):
        local.set_process_limit(0)


def test_synchronous_runs_of_many_threads_do_not_mix() -> None:
    wrong: list[int] = []

    def work(number: int) -> None:
        for i in range(20):
            if shell(f"echo a = {number * 100 + i}")["a"] != number * 100 + i:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
