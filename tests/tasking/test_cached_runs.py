"""Runs with `cache=`: an earlier run stands for one that would be the same, and for no other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tasking.programs import open_files

from voclient.tasking import OPset, Task, TaskExecutionError, TaskParameterError, cache, import_task
from voclient.tasking.calls.controls import Controls
from voclient.tasking.running.run import Run
from voclient.tasking.storage import cached_runs, store

TOOL = """\
#!/bin/sh
echo run >> "$RUNS"
"""
DESCRIPTOR = """\
summary: A tool
executable: tool
parameters:
  words: {repeated: true, argv: "{}"}
  file: {type: path, argv: "--file={}"}
  output: {type: path, argv: "--output={}"}
  url: {type: url, argv: "--url={}"}
  data: {type: table, argv: "--data={}"}
  text: {argv: stdin}
  key: {secret: true, environment: KEY}
results:
  stdout: {format: keyword, keys: {a: int, b: {type: float, unit: deg}}}
  files: [{path: "{output}", format: text, key: written, keys: {output: path}}]
"""
Maker = Callable[..., Task]


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    """`tool(script)`: a task that says how often it ran, in a file."""
    monkeypatch.setenv("RUNS", str(tmp_path / "runs"))
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.chdir(desk)

    def make(script: str = "echo a = 1; echo b = 2.5; echo warned >&2", more: str = "") -> Task:
        package = tmp_path / "package"
        (package / "bin").mkdir(parents=True, exist_ok=True)
        (package / "tool.yaml").write_text(f"task: tool\n{DESCRIPTOR}{more}")
        (package / "bin" / "tool").write_text(TOOL + script)
        (package / "bin" / "tool").chmod(0o755)
        return import_task(str(package / "tool.yaml"))

    return make


def runs() -> int:
    path = Path(os.environ["RUNS"])
    return len(path.read_text().splitlines()) if path.exists() else 0


def same(first: OPset, second: OPset) -> bool:
    def facts(result: OPset) -> tuple[Any, ...]:
        return (
            dict(result), [result.unit(key) for key in result], result.stdout, result.stderr, result.returncode,
            result.argv, result.started, result.exitmsg, result.exitstatus,
        )  # fmt: skip

    return facts(first) == facts(second)


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


# What a call depends on.


def test_another_content_of_an_input_is_another_call(tool: Maker) -> None:
    task = tool('cat "${1#--file=}"')
    for content in ("a = 1", "a = 2", "a = 1"):
        Path("in").write_text(content)
        assert task(file="in", cache=True)["a"] == int(content[-1])
    assert runs() == 2


def test_files_named_in_other_words_count_as_inputs(tool: Maker) -> None:
    task = tool('cat "${1#@}"')
    for content in ("a = 1", "a = 2"):
        Path("in").write_text(content)
        for word in ("in", "@in"):
            assert task(word, cache=True)["a"] == int(content[-1])
    assert runs() == 4


def test_a_folder_counts_with_all_that_is_in_it(tool: Maker) -> None:
    task = tool('cat "${1#--file=}"/*/in')
    Path("folder/deep").mkdir(parents=True)
    for content in ("a = 1", "a = 2", "a = 1"):
        Path("folder/deep/in").write_text(content)
        assert task(file="folder", cache=True)["a"] == int(content[-1])
    assert runs() == 2


def test_standard_input_and_tables_count_by_content(tool: Maker) -> None:
    from astropy.table import Table

    task = tool("echo a = $(wc -c)")
    for number in (1, 22, 1):
        task(text="x" * number, cache=True)
        task(data=Table({"x": [number]}), cache=True)
    assert runs() == 4


def test_environment_counts_as_far_as_it_matters(tool: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    task = tool()
    task(cache=True)
    monkeypatch.setenv("SOMETHING", "else")
    assert task(cache=True).cached
    monkeypatch.setenv("VOCLIENT_CACHE_ENVIRONMENT", "OTHER, SOMETHING")
    assert not task(cache=True).cached
    monkeypatch.setenv("TZ", "UTC+3")
    assert not task(cache=True).cached
    assert not task(cache=True, env={"X": "1"}).cached
    assert not task(cache=True, key="secret").cached
    assert task(cache=True, key="secret").cached
    assert b"secret" not in b"".join(path.read_bytes() for path in cache.folder().rglob("*") if path.is_file())


def test_another_program_descriptor_or_folder_is_another_call(tool: Maker, tmp_path: Path) -> None:
    tool()(cache=True)
    assert tool()(cache=True).cached
    assert not tool("echo a = 2")(cache=True).cached
    assert not tool(more="description: Another\n")(cache=True).cached
    assert not tool()(cache=True, cwd=tmp_path).cached
    assert tool()(cache=True).cached


def test_a_touched_program_is_the_same_program(tool: Maker) -> None:
    task = tool()
    result = task(cache=True)
    os.utime(result.argv[0], (1, 1))
    assert task(cache=True).cached


words = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(words, words, words), min_size=2, max_size=4))
def test_two_calls_share_a_key_only_when_they_are_equal(
    tool: Maker, calls: list[tuple[list[str], list[str], list[str]]]
) -> None:
    task = tool()

    def key(call: tuple[list[str], list[str], list[str]]) -> str:
        operands, variables, texts = call
        named: dict[str, Any] = {"words": operands, "text": texts[0] if texts else None}
        environment = {f"V{number}": value for number, value in enumerate(variables)}
        run = Run(task.descriptor, task.prepare(**named), Controls(env=environment))
        return cached_runs.CachedRun(run).key

    def told(call: tuple[list[str], list[str], list[str]]) -> tuple[Any, ...]:
        return call[0], call[1], call[2][:1]

    for one in calls:
        assert key(one) == key(one)
        for other in calls:
            assert (key(one) == key(other)) == (told(one) == told(other))


# What it writes.

WRITER = """
for word; do case $word in --output=*) output=${word#--output=};; *) content=$word;; esac; done
printf '%s' "$content" > "$output"
"""


def test_files_are_written_again_where_the_call_says(tool: Maker) -> None:
    task = tool(WRITER)
    first = task("content", output="out", cache=True)
    Path("out").chmod(0o640)
    assert task("content", output="out", cache=True).cached
    Path("out").unlink()
    second = task("content", output="out", cache=True)
    assert (second.cached, second["written"], second["output"]) == (True, "content", first["output"])
    assert Path("out").read_text() == "content"
    assert Path("out").stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert runs() == 1
    assert [path.name for path in Path(".").iterdir()] == ["out"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_file_of_the_user_is_overwritten_by_a_real_run_only(tool: Maker) -> None:
    task = tool(WRITER + '[ "$content" = "$(cat "$output")" ] || exit 1')
    task("content", output="out", cache=True)
    Path("out").write_text("mine")
    assert not task("content", output="out", cache=True).cached
    assert runs() == 2


@pytest.mark.parametrize("parameter", ["file", "output"])
def test_a_file_changed_in_place_is_never_taken_for_a_result(parameter: str, tool: Maker) -> None:
    task = tool(f'printf x >> "${{1#--{parameter}=}}"')
    Path("data").write_text("")
    for _ in range(3):
        assert not task(**{parameter: "data"}, cache=True).cached
    assert Path("data").read_text() == "xxx"


def test_files_the_descriptor_does_not_declare_are_written_again_too(tool: Maker) -> None:
    task = tool('echo new > "${1#--file=}"')
    task(file="new", cache=True)
    Path("new").unlink()
    assert task(file="new", cache=True).cached
    assert Path("new").read_text() == "new\n"


FOLDER = """\
summary: Writes into a folder
executable: tool
parameters: {folder: {type: path, argv: "{}"}, content: {argv: "{}"}}
results: {files: [{path: "{folder}/*.out", keys: {files: path}}]}
"""


def test_output_in_a_folder_is_written_again_and_the_folder_made(tool: Maker, tmp_path: Path) -> None:
    tool('mkdir -p "$1"; for n in 1 2; do printf %s "$2$n" > "$1/$n.out"; done')
    descriptor = tmp_path / "package" / "folder.yaml"
    descriptor.write_text(f"task: folder\n{FOLDER}")
    task = import_task(str(descriptor))
    for number in (1, 2):
        assert task("made", "x", cache=True).cached == (number == 2)
    shutil.rmtree("made")
    again = task("made", "x", cache=True)
    assert (again.cached, [path.read_text() for path in again["files"]]) == (True, ["x1", "x2"])
    Path("made/1.out").unlink()
    assert task("made", "x", cache=True).cached
    assert Path("made/1.out").read_text() == "x1"
    Path("made/other").write_text("what else the program may read")
    assert not task("made", "x", cache=True).cached
    assert task("made", "x", cache=True).cached
    Path("made/3.out").write_text("would be taken for output")
    assert not task("made", "x", cache=True).cached


def test_where_a_file_cannot_be_written_the_run_is_made(tool: Maker) -> None:
    task = tool(WRITER)
    Path("folder").mkdir()
    task("content", output="folder/out", cache=True)
    shutil.rmtree("folder")
    result = task("content", output="folder/out", cache=True)
    assert (result.cached, runs()) == (False, 2)


# Ages and URLs.


def test_a_run_may_be_as_old_as_is_said(tool: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    task = tool()
    task(cache="1h")
    assert task(cache="1h").cached
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 7200)
    assert task(cache=True).cached
    assert not task(cache="1h").cached
    assert task(cache=3600).cached
    assert runs() == 2


def test_refresh_runs_and_keeps(tool: Maker) -> None:
    task = tool("echo a = $(wc -l < $RUNS)")
    assert [task(cache=control)["a"] for control in (True, "refresh", True)] == [1, 2, 2]


@pytest.mark.parametrize("call", [{"url": "https://example.org/x"}, {"words": "in=ftp://example.org"}])
def test_a_url_needs_an_age(call: dict[str, str], tool: Maker) -> None:
    task = tool()
    with pytest.raises(TaskParameterError, match=r"tool: cache=True: what \S+ gives may change.*cache='1d'") as error:
        task(**call, cache=True)
    assert (error.value.parameter, runs()) == ("cache", 0)
    task(**call, cache="1d")
    assert task(**call, cache="1d").cached


def test_a_task_that_asks_a_service_needs_an_age(tool: Maker) -> None:
    task = tool(more="volatile: true\n")
    with pytest.raises(TaskParameterError, match=r"tool: cache=True: what it gives may change.* cache='1d'"):
        task(cache=True)
    assert [task(cache="1d").cached for _ in range(2)] == [False, True]


@pytest.mark.parametrize("mode", ["always", "error"])
def test_what_cannot_be_kept_is_told_once_and_harms_no_run(
    mode: str, tool: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_runs, "_warned", set())
    monkeypatch.setenv("VOCLIENT_CACHE_SIZE", "1 kB")
    task = tool("head -c 2000 /dev/zero; echo; echo a = 1")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter(mode)  # type: ignore[arg-type]
        for call in ({}, {}, {"async_": True}):
            assert task(cache=True, **call).check().exitstatus
    expected = ["tool: cache: not kept: it is larger than the cache"] if mode == "always" else []
    assert [str(warning.message)[:50] for warning in told] == [text[:50] for text in expected]
    assert runs() == 3


def test_the_url_of_a_file_counts_by_its_content(tool: Maker) -> None:
    task = tool()
    for content in ("1", "2", "1"):
        Path("in file").write_text(content)
        task(url=Path("in file").absolute().as_uri(), cache=True)
    assert runs() == 2


@pytest.mark.parametrize("value", ["soon", 0, -1, "0", [1], float("nan"), ""])
def test_what_is_no_age_is_refused(value: object, tool: Maker) -> None:
    with pytest.raises(TaskParameterError, match=r"task control 'cache' cannot be .*; accepted: True, False, how old"):
        tool()(cache=value)


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
