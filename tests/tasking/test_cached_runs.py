"""Runs with `cache=`: an earlier run stands for one that would be the same, and for no other."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tasking.cached import WRITER, Maker, runs, same
from tasking.programs import open_files

from voclient.tasking import OPset, TaskExecutionError, cache
from voclient.tasking.storage import cached_runs, store


def test_the_second_of_two_equal_calls_is_not_run_and_looks_like_the_first(tool: Maker) -> None:
    task = tool()
    first, second = task(["x", "y"], cache=True), task(["x", "y"], cache=True)
    assert (runs(), first.cached, second.cached) == (1, False, True)
    assert same(first, second)
    assert second.elapsed == pytest.approx(first.elapsed, abs=0.01)
    assert repr(second) == "<tool succeeded (from the cache): a, b>"


def test_without_the_control_every_call_is_run(tool: Maker) -> None:
    task = tool()
    for control in ({}, {"cache": False}, {"cache": None}):
        task("x", **control)
    assert (runs(), cache.entries()) == (3, [])


def test_the_channel_is_replayed_too(tool: Maker) -> None:
    script = """
say() { echo "$1" > /dev/fd/$VOCLIENT_OPSET_FD; }
say '{"opset": 1}'; say '{"key": "a", "value": 7, "unit": "m"}'; say '{"progress": 0.5, "text": "half"}'
echo a = 1"""
    task = tool(script)
    first, second = task(cache=True), task(cache=True)
    assert (second.cached, second["a"], second.unit("a"), second.progress) == (True, 7, "m", (0.5, "half"))
    assert same(first, second)


def test_large_output_is_not_held_in_memory(tool: Maker) -> None:
    task = tool("head -c 3000000 /dev/zero | tr '\\0' 'x'; echo; echo a = 3")
    first, second = task(cache=True), task(cache=True)
    assert (second.cached, second["a"], len(second.stdout_bytes)) == (True, 3, 3_000_007)
    cache.clear()
    assert second.stdout_bytes == first.stdout_bytes
    second.close()


def test_callbacks_and_streams_get_what_the_earlier_run_gave(tool: Maker) -> None:
    task = tool()
    task(cache=True)
    came: list[tuple[str, Any]] = []
    assert task(cache=True, callback=lambda key, value: came.append((key, value))).cached
    run = task(cache=True, async_=True, callback=lambda key, value: came.append((key, value)))
    assert run.wait(60)
    assert list(run.stream()) == [("a", 1), ("b", 2.5)]
    assert (came, runs()) == ([("a", 1), ("b", 2.5)] * 2, 1)


def test_an_asynchronous_run_is_kept_before_it_ends(tool: Maker) -> None:
    task = tool()
    run = task(async_=True, cache=True)
    assert run.wait(60)
    assert [run.cached, task(cache=True).cached] == [False, True]


def test_a_run_that_is_being_kept_can_be_aborted(tool: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    task = tool()
    began, go_on = threading.Event(), threading.Event()
    put = store.Store.put

    def slow_put(*arguments: Any, **named: Any) -> Any:
        began.set()
        assert go_on.wait(60)
        return put(*arguments, **named)

    monkeypatch.setattr(store.Store, "put", slow_put)
    run = task(async_=True, cache=True)
    assert began.wait(60)
    assert not run.exitstatus
    run.abort()
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "voclient-cache":
            thread.join()
    assert (run.exitstatus, run["a"]) == (run.ABORTED, 1)
    assert task(cache=True).cached


def test_a_run_is_kept_when_the_interpreter_ends_at_once(tool: Maker) -> None:
    tool("sleep 0.1; head -c 3000000 /dev/zero; echo; echo a = 1")
    package = Path(os.environ["RUNS"]).parent / "package" / "tool.yaml"
    script = (
        "import sys; from voclient.tasking import import_task; r = import_task(sys.argv[1])(async_=True, cache=True)"
    )
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", f"{script}; r.wait_for('a')", package], capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert cache.verify()[1:] == ((), 0)


def test_runs_of_a_map_are_kept_and_found(tool: Maker) -> None:
    task = tool("echo a = $1")
    for _ in range(2):
        assert [result["a"] for result in task.map(["1", "2", "3"], cache=True)] == [1, 2, 3]
    assert runs() == 3


def test_runs_elsewhere_are_kept_and_found(tool: Maker) -> None:
    task = tool(WRITER + "echo a = 1")
    with ThreadPoolExecutor(1) as pool:
        first = task("content", output="out", cache=True, executor=pool)
        Path("out").unlink()
        second = task("content", output="out", cache=True, executor=pool)
    assert (first.cached, second.cached, second["a"], second["written"], runs()) == (False, True, 1, "content", 1)
    assert same(first, second)
    assert second.provenance["executor"] == "ThreadPoolExecutor"
    assert [output["parameter"] for output in second.provenance["outputs"][1:]] == ["output"]


def test_a_prepared_run_asks_the_cache_when_it_is_executed(tool: Maker) -> None:
    task = tool()
    prepared = task(cache=True, execute=False)
    task(cache=True)
    assert prepared.execute().cached
    assert runs() == 1


def test_failures_are_not_kept(tool: Maker) -> None:
    task = tool("echo a = 1; exit 3")
    for _ in range(2):
        with pytest.raises(TaskExecutionError):
            task(cache=True, check=True)
    assert (runs(), cache.entries()) == (2, [])


@pytest.mark.parametrize("script", ["echo a = one", "echo a = 1; kill $$"])
def test_what_cannot_be_read_or_was_killed_is_not_kept(script: str, tool: Maker) -> None:
    task = tool(script)
    assert task(cache=True).exitstatus == OPset.ERROR
    assert cache.entries() == []


# A cache that cannot be used.


@pytest.mark.parametrize("fault", ["damaged", "no folder", "a size that is none"])
def test_without_a_usable_cache_runs_are_made_with_one_warning(
    fault: str, tool: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = tool()
    task(cache=True)
    monkeypatch.setattr(cached_runs, "_warned", set())
    if fault == "damaged":
        (cache.folder() / "index.sqlite").write_bytes(b"nonsense" * 1000)
    elif fault == "no folder":
        monkeypatch.setenv("VOCLIENT_CACHE", "/proc/nowhere")
    else:
        monkeypatch.setenv("VOCLIENT_CACHE_SIZE", "x")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(3):
            assert task(cache=True)["a"] == 1
    assert len(told) == 1
    assert str(told[0].message).endswith("; runs are made without the cache")
    assert runs() == 4


def test_a_cache_of_no_size_keeps_nothing(tool: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOCLIENT_CACHE_SIZE", "0")
    task = tool()
    task(cache=True)
    assert not task(cache=True).cached
    assert not cache.folder().exists()


def test_when_the_disk_is_full_the_run_succeeds(tool: Maker) -> None:
    tool("head -c 300000 /dev/zero; echo a = 3")
    script = """
import resource, sys
from voclient.tasking import import_task
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
result = import_task(sys.argv[1])(cache=True)
print(result.exitstatus.name, len(result.stdout_bytes))
"""
    package = Path(os.environ["RUNS"]).parent / "package" / "tool.yaml"
    done = subprocess.run([sys.executable, "-c", script, package], capture_output=True, text=True, check=True)
    assert done.stdout == "SUCCESS 300006\n"
    assert done.stderr.count("cannot be written: File too large; runs are made without the cache") == 1


def test_a_damaged_entry_is_run_again(tool: Maker) -> None:
    task = tool()
    task(cache=True)
    for path in (cache.folder() / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"a = 99")
    assert [task(cache=True)["a"], task(cache=True).cached, runs()] == [1, True, 2]


def test_processes_that_make_the_same_run_at_once_do_no_harm(tool: Maker) -> None:
    tool("echo a = 1")
    package = Path(os.environ["RUNS"]).parent / "package" / "tool.yaml"
    script = """
import sys
from voclient.tasking import import_task
task = import_task(sys.argv[1])
for number in range(20):
    assert task(str(number % 5), cache=True)["a"] == 1
"""
    racers = [subprocess.Popen([sys.executable, "-c", script, package], stderr=subprocess.PIPE) for _ in range(4)]
    assert [racer.communicate(timeout=60)[1] for racer in racers] == [b""] * 4
    assert 5 <= runs() <= 20
    assert cache.verify()[1:] == ((), 0)


def test_nothing_is_left_open(tool: Maker) -> None:
    task = tool("head -c 3000000 /dev/zero; echo; echo a = 1")
    task(cache=True).close()
    before = open_files()
    for control in (True, "refresh"):
        with task(cache=control) as result:
            assert result["a"] == 1
    assert open_files() == before


def test_the_list_names_the_task_and_its_words(tool: Maker) -> None:
    tool()(["one word", "x"], cache=True)
    (entry,) = cache.entries("tool")
    assert (entry.kind, entry.title, entry.info["task"]) == ("run", "tool 'one word' x", "tool")
    assert store.RECENT > 0
