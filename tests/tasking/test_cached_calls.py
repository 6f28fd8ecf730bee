"""Runs with `cache=`: which calls are the same, and how old a run may be."""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tasking.cached import Maker, runs

from voclient.tasking import TaskParameterError, cache
from voclient.tasking.calls.controls import Controls
from voclient.tasking.running.run import Run
from voclient.tasking.storage import cached_runs


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
