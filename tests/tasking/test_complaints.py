"""What users of other task frameworks complain about, and that it does not happen here: a test for each.

The name of the project and the number of its issue or pull request stand with each test.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tasking.programs import eventually, in_new_interpreter, is_alive, python, shell

from voclient import tasking
from voclient.tasking import Task, TaskExecutionError, set_process_limit

GRANDCHILD = "sleep 600 & echo a = $!; wait"
"""A child that starts another, says its number, and waits for it; both hold the pipes."""


@pytest.fixture
def make_task(make_package: Callable[..., Path]) -> Callable[..., Task]:
    """`make_task("...", bin="script")`: a task of that descriptor, whose program is the script."""

    def make(text: str, script: str = '#!/bin/sh\nprintf "%s\\n" "$@"\n') -> Task:
        folder = make_package("complaints", tool=f"summary: A tool\nexecutable: tool\n{text}")
        (folder / "bin").mkdir(exist_ok=True)
        (folder / "bin" / "tool").write_text(script)
        (folder / "bin" / "tool").chmod(0o755)
        return tasking.load_package(folder).tool

    return make


def test_a_time_limit_ends_the_process_and_all_it_started() -> None:
    """Parsl 2824."""
    result = shell(GRANDCHILD, timeout=0.3)
    assert result.exitstatus == result.TIMEOUT
    assert not is_alive(result["a"])


@pytest.mark.parametrize("async_", [False, True])
def test_a_grandchild_that_holds_the_pipe_hangs_neither_a_limit_nor_a_wait(async_: bool) -> None:
    """plumbum 685, 840: in a session of its own it is out of reach, and not waited for."""
    started = time.monotonic()
    result = shell("setsid sleep 60 & echo a = $!", timeout=30, async_=async_)
    assert result.wait()
    os.kill(result["a"], 9)
    assert time.monotonic() - started < 25


def test_output_larger_than_any_pipe_does_not_deadlock_a_wait() -> None:
    """plumbum 295, 688."""
    result = python("import sys; print('x' * 5_000_000); print('y' * 5_000_000, file=sys.stderr)", async_=True)
    assert result.wait()
    assert (len(result.stdout), len(result.stderr)) == (5_000_001, 5_000_001)


@pytest.mark.parametrize("how", ["synchronous", "asynchronous", "streamed", "with a callback"])
def test_the_limit_holds_on_every_way_of_calling(how: str) -> None:
    """plumbum 345: there, showing the output while it comes switched the limit off."""
    result = shell(
        "while :; do echo a = 1; sleep 0.02; done", timeout=0.3, async_=how in ("asynchronous", "streamed"),
        callback=(lambda key, value: None) if how == "with a callback" else None,
    )  # fmt: skip
    if how == "streamed":
        assert {key for key, _ in result.stream()} == {"a"}
    result.wait()
    assert result.exitstatus == result.TIMEOUT


def test_the_error_of_a_background_run_is_neither_lost_nor_shown_twice() -> None:
    """sh 349, 771."""
    done = in_new_interpreter("""
        result = shell("echo why >&2; exit 3", async_=True)
        result.wait()
        for _ in range(2):
            try:
                result.check()
            except Exception as error:
                print(type(error).__name__, str(error).splitlines()[0])
    """)
    assert (done.stdout.splitlines(), done.stderr) == (["TaskExecutionError sh: why (exit status 3)"] * 2, "")


def test_waiting_blocks_and_can_be_repeated_from_any_thread() -> None:
    """sh 303, 154."""
    result = shell("sleep 0.2; echo a = 1", async_=True)
    seen: list[Any] = []
    threads = [threading.Thread(target=lambda: seen.append((result.wait(), result["a"]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert (result.wait(), result.wait(), result["a"]) == (True, True, 1)
    for thread in threads:
        thread.join()
    assert seen == [(True, 1)] * 4
    result.close()
    result.close()


def test_parallel_calls_of_one_task_share_no_parameters(make_task: Callable[..., Task]) -> None:
    """ciao-contrib 784: there, parameter files on disk are shared by what runs at the same time."""
    task = make_task("parameters: {word: {argv: '{}'}}\nresults: {stdout: {format: lines, key: words}}")
    results = {word: task(word, async_=True) for word in map(str, range(50))}
    assert all(result.check()["words"] == [word] for word, result in results.items())
    assert task().check()["words"] == [""]


def test_importing_starts_no_program_and_opens_no_connection() -> None:
    """nipype 3293, 2809: there, a version check over the network took ten seconds."""
    script = (
        "import sys\n"
        "def look(event, args):\n"
        "    if event.split('.')[0] in ('socket', 'subprocess') or event in ('os.fork', 'os.posix_spawn', 'os.exec'):\n"
        "        print(event, args)\n"
        "sys.addaudithook(look)\n"
        "from voclient.vaopackage import vosesame\nprint(vosesame)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "<task vao.vosesame>\n"


def test_a_failure_tells_all_that_is_needed_to_understand_it(tmp_path: Path) -> None:
    """nipype 3492, 2123: there, what the program printed was missing."""
    result = shell("echo first; echo cannot open 'm31 fits' >&2; kill -SEGV $$", cwd=tmp_path)
    assert "cannot open m31 fits" in result.exitmsg
    assert "SIGSEGV" in result.exitmsg
    assert result.argv[1:] == ["-c", "echo first; echo cannot open 'm31 fits' >&2; kill -SEGV $$"]
    assert result.stdout == "first\n"
    with pytest.raises(TaskExecutionError) as raised:
        result.check()
    copy = pickle.loads(pickle.dumps(raised.value))
    assert str(copy) == str(raised.value)


def test_tables_on_standard_output_are_results_and_the_text_is_kept(make_task: Callable[..., Task]) -> None:
    """nipype 3727."""
    task = make_task(
        "results: {stdout: {format: columns, keys: {star: string, mag: float}}}",
        "#!/bin/sh\nprintf 'star mag\\nVega 0.03\\nSirius -1.46\\n'\n",
    )
    result = task().check()
    assert (result["star"], result["mag"]) == (["Vega", "Sirius"], [0.03, -1.46])
    assert result.stdout.startswith("star mag\n")


def test_values_are_there_before_the_program_ends(tmp_path: Path) -> None:
    """boutiques 263, dockstore 435: there, output is seen at the end only."""
    go_on = tmp_path / "go on"
    result = shell(f"echo a = 1; while [ ! -e '{go_on}' ]; do sleep 0.02; done; echo b = 2", async_=True)
    assert result.wait_for("a", timeout=30) == 1
    assert not result.exitstatus
    go_on.touch()
    assert result.wait_for("b", timeout=30) == 2


def test_a_process_killed_while_it_writes_to_the_cache_leaves_no_lock(tmp_path: Path) -> None:
    """pydra 546: there, the lock of a dead process has to be removed by hand."""
    script = """
        import os, signal, sqlite3
        from voclient.tasking import cache
        cache.put("key", b"old")
        original = os.replace
        def die(*args, **more):
            os.kill(os.getpid(), signal.SIGKILL)
        os.replace = os.rename = os.link = die
        cache.put("key", b"new" * 100_000)
    """
    done = in_new_interpreter(script)
    assert done.returncode == -9
    from voclient.tasking import cache

    cache.put("another", b"x")
    kept = cache.get("key")
    assert kept is not None
    assert kept.read_bytes() == b"old"


def test_text_is_accepted_where_a_number_is_wanted_and_the_words_can_be_seen_first(
    make_task: Callable[..., Task],
) -> None:
    """pydra 835, 641, 395: there, strict types refuse real tools, and templates surprise."""
    task = make_task("parameters: {top: {type: int, argv: '--top={}'}, radius: {type: float, argv: '-r {}'}}")
    assert task.prepare(top="12", radius="1e-3").words == ["--top=12", "-r", "0.001"]
    assert task.prepare(top=12.0).words == ["--top=12"]


def test_a_hundred_runs_do_not_all_start_at_once(tmp_path: Path) -> None:
    """submitit 1685, pydra 247."""
    set_process_limit(3)
    try:
        script = f"cd '{tmp_path}'; : > run-$$; ls -d run-* | wc -l | sed 's/^ */a = /'; sleep 0.02; rm run-$$"
        results = [shell(script, async_=True) for _ in range(100)]
        assert max(result.check()["a"] for result in results) <= 3
    finally:
        set_process_limit(None)


def test_a_slot_is_free_only_when_the_group_of_an_aborted_run_is_dead(tmp_path: Path) -> None:
    """distributed 2617: there, a cancelled task goes on, while its place looks free."""
    set_process_limit(1)
    try:
        first = shell("trap '' TERM; sh -c 'trap \"\" TERM; while :; do sleep 0.05; done' & echo a = $!; wait; wait",
                      async_=True)  # fmt: skip
        grandchild = first.wait_for("a", timeout=30)
        second = shell(f"grep -qs ' [RSD] ' /proc/{grandchild}/stat && echo a = 1 || echo a = 0", async_=True)
        first.abort()
        assert second.check()["a"] == 0
    finally:
        set_process_limit(None)


def test_runs_work_in_the_child_of_a_fork() -> None:
    """psij-python 387: there, the thread that reaps processes is missing after a fork."""
    done = in_new_interpreter("""
        shell("echo a = 1", async_=True).wait()
        child = os.fork()
        if not child:
            result = shell("echo a = 2", async_=True)
            result.wait()
            os._exit(result["a"])
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """)
    assert (done.stdout, done.stderr) == ("2\n", "")


def test_only_the_descriptor_asked_for_is_read(make_package: Callable[..., Path]) -> None:
    """cwltool 1916, 433, 2155: there, loading is slow and reads everything."""
    text = "summary: A tool\nexecutable: echo\n"
    folder = make_package("large", good=text, **{f"bad{i}": "this is: [no descriptor" for i in range(100)})
    assert tasking.load_package(folder).good().returncode == 0


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("separator: ',', argv: '-c {}'", ["-c", "1,2,3"]),
        ("separator: ' ', argv: '-c={}'", ["-c=1 2 3"]),
        ("argv: '-c {}'", ["-c", "1", "-c", "2", "-c", "3"]),
        ("argv: '-c {...}'", ["-c", "1", "2", "3"]),
        ("argv: '-c{}'", ["-c1", "-c2", "-c3"]),
    ],
)
def test_lists_are_written_in_every_way(way: str, words: list[str], make_task: Callable[..., Task]) -> None:
    """boutiques 76, 29, 70: there, separators were missing for years."""
    task = make_task(f"parameters: {{columns: {{type: int, repeated: true, {way}}}}}")
    assert task.prepare(columns=[1, 2, 3]).words == words


def test_a_task_that_moved_is_found_under_its_old_name(make_package: Callable[..., Path]) -> None:
    """BatAnalysis 34."""
    folder = make_package("moved", None, "aliases: {oldname: newname}\n", newname="summary: A tool\nexecutable: echo\n")
    assert tasking.load_package(folder).oldname().returncode == 0


def test_a_mistake_in_a_descriptor_is_told_with_its_place_and_a_remedy(make_package: Callable[..., Path]) -> None:
    """galaxy 12978, planemo 93."""
    folder = make_package(
        "wrong", tool="summary: A tool\nexecutable: echo\nparameters:\n  x: {tpye: int, argv: '{}'}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "voclient.cli", "check", folder], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert f"{folder}/tool.yaml:5:7: " in done.stderr
    assert "did you mean 'type'?" in done.stderr


def test_nothing_of_these_runs_is_left() -> None:
    assert eventually(
        lambda: not [t for t in threading.enumerate() if not t.daemon and t is not threading.main_thread()]
    )
