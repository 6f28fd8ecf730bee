"""Batch systems: what can go wrong with a job, on a real Slurm."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tasking.engines import batch_slurm
from tasking.programs import eventually, is_alive, shell

from voclient.tasking.errors import TaskError
from voclient.tasking.executors.psij import BatchExecutor

SLEEP = "echo a = $$; sleep 60"


@pytest.fixture(scope="module")
def batch() -> Iterator[BatchExecutor]:
    with batch_slurm() as executor:
        yield executor


def ask(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def jobs() -> list[str]:
    return ask("squeue", "--noheader", "-t", "PENDING,RUNNING,COMPLETING", "-o", "%i").split()


@pytest.fixture
def whole_node() -> Iterator[None]:
    yield
    subprocess.run(["scontrol", "update", "nodename=node", "state=resume"], check=False, capture_output=True)
    assert eventually(lambda: ask("sinfo", "--noheader", "-o", "%T") == "idle\n")


def test_a_job_that_somebody_cancels_is_an_error_that_says_so(batch: BatchExecutor) -> None:
    run = shell(SLEEP, executor=batch, async_=True)
    leader = run.wait_for("a", 60)
    ask("scancel", *jobs())
    assert run.wait(60)
    assert run.exitstatus == run.ERROR
    assert "told to end (SIGTERM): cancelled" in run.exitmsg
    assert not is_alive(leader)


def test_the_death_of_a_node_is_an_error(batch: BatchExecutor, whole_node: None) -> None:
    run = shell(SLEEP, executor=batch, async_=True)
    leader = run.wait_for("a", 60)
    ask("scontrol", "update", "nodename=node", "state=down", "reason=test")
    assert run.wait(60)
    assert run.exitstatus == run.ERROR
    assert "told to end" in run.exitmsg or "was lost" in run.exitmsg
    assert eventually(lambda: not is_alive(leader))
    assert eventually(lambda: not jobs()), "nor is it to run again"


def test_a_job_that_waits_for_a_node_is_taken_out_of_the_queue(batch: BatchExecutor, whole_node: None) -> None:
    ask("scontrol", "update", "nodename=node", "state=drain", "reason=test")
    run = shell(SLEEP, executor=batch, async_=True)
    assert eventually(jobs)
    assert "is queued" in repr(run)
    run.abort()
    assert run.exitstatus == run.ABORTED
    assert eventually(lambda: not jobs())


def test_a_job_that_waits_and_is_cancelled_by_somebody_is_aborted(batch: BatchExecutor, whole_node: None) -> None:
    ask("scontrol", "update", "nodename=node", "state=drain", "reason=test")
    run = shell(SLEEP, executor=batch, async_=True)
    assert eventually(jobs)
    ask("scancel", *jobs())
    assert run.wait(60)
    assert (run.exitstatus, run.exitmsg) == (run.ABORTED, "cancelled by its executor")


class Outage:
    """A `squeue` that cannot reach Slurm, as while its controller is started anew."""

    def __init__(self, folder: Path) -> None:
        self._down, self._asked = folder / "down", folder / "asked"
        (folder / "squeue").write_text(
            f'#!/bin/sh\necho >> {self._asked}\n[ -e {self._down} ] || exec {shutil.which("squeue")} "$@"\n'
            "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2\nexit 1\n"
        )
        (folder / "squeue").chmod(0o755)

    def begin(self) -> None:
        self._down.touch()
        self._asked.write_text("")

    def end(self) -> None:
        self._down.unlink()

    def has_been_noticed(self, times: int) -> bool:
        return len(self._asked.read_text()) >= times


@pytest.fixture
def outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outage:
    found = Outage(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return found


def test_a_slurm_that_is_started_anew_loses_no_job(batch: BatchExecutor, whole_node: None, outage: Outage) -> None:
    ask("scontrol", "update", "nodename=node", "state=drain", "reason=test")
    run = shell("echo a = 1", executor=batch, async_=True)
    assert eventually(jobs)
    outage.begin()
    assert eventually(lambda: outage.has_been_noticed(5))
    outage.end()
    assert "is queued" in repr(run)
    ask("scontrol", "update", "nodename=node", "state=resume")
    assert run.wait(60)
    assert (run.exitmsg, dict(run)) == ("", {"a": 1})


def test_a_slurm_that_does_not_come_back_is_told(batch: BatchExecutor, whole_node: None, outage: Outage) -> None:
    ask("scontrol", "update", "nodename=node", "state=drain", "reason=test")
    patience = batch._executor.config.queue_polling_error_threshold
    batch._executor.config.queue_polling_error_threshold = 1
    try:
        run = shell("echo a = 1", executor=batch, async_=True)
        assert eventually(jobs)
        outage.begin()
        assert run.wait(60)
    finally:
        batch._executor.config.queue_polling_error_threshold = patience
        outage.end()
    assert run.exitstatus == run.ERROR
    assert run.exitmsg == ("slurm could not run it: squeue: slurm_load_jobs error: Unable to contact slurm controller")
    ask("scontrol", "update", "nodename=node", "state=resume")
    assert eventually(lambda: not jobs()), "it finds nobody who wants it"


def test_a_look_at_the_queue_that_fails_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    BatchExecutor("local")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.root, "handlers", [])  # as in a program that has not set up logging
        logging.getLogger("psij.executors.batch.batch_scheduler_executor").warning("Polling error: Traceback")
    assert "".join(capsys.readouterr()) == ""


def test_a_queue_that_is_not_there_is_told() -> None:
    with batch_slurm() as batch:
        result = shell("echo a = 1", executor=BatchExecutor("slurm", queue="none", host="127.0.0.1"))
        assert result.exitstatus == result.ERROR
        assert "invalid partition" in result.exitmsg
        assert shell("echo a = 1", executor=batch)["a"] == 1


def test_an_interpreter_that_is_not_there_is_told(batch: BatchExecutor, tmp_path: Path) -> None:
    lost = BatchExecutor("slurm", python="/none/python", host="127.0.0.1", folder=tmp_path, poll=1)
    result = shell("echo a = 1", executor=lost)
    assert result.exitstatus == result.ERROR
    assert "/none/python: No such file" in result.exitmsg


def test_the_example_of_the_page_holds(
    batch: BatchExecutor,
    inputs: Path,
    bindir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(inputs)
    monkeypatch.setenv("VOCLIENT_BINDIR", str(bindir))
    (inputs / "more.xml").write_bytes((inputs / "stars.xml").read_bytes())
    page = (Path(__file__).parents[2] / "docs" / "executors.md").read_text()
    example = next(text for text in re.findall(r"```py\n(.*?)```", page, re.DOTALL) if "BatchExecutor(" in text)
    exec("from voclient.vaopackage import votsort\n" + example)
    assert capsys.readouterr().out.count("-1.46") == 2


def test_no_folder_of_a_job_stays_behind(batch: BatchExecutor) -> None:
    assert shell("echo a = 1", executor=batch)["a"] == 1
    assert eventually(lambda: not list(batch._folder.glob("job-*")))


def test_a_machine_without_slurm_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = shell("echo a = 1", executor=BatchExecutor("slurm", folder=tmp_path))
    assert result.exitstatus == result.ERROR
    assert "sbatch" in result.exitmsg


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no executor 'sluurm'; it has: .*slurm"):
        BatchExecutor("sluurm")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"cores": "two"}, "cores is a whole number, at least 1, not 'two'"),
        ({"poll": 0}, "poll is a whole number, at least 1, not 0"),
        ({"duration": -1}, "duration cannot be -1: an age is"),
        ({"duration": "long"}, "duration cannot be 'long': an age is"),
        ({"memory": "much"}, "memory cannot be 'much': a size is"),
        ({"setup": "/none"}, "there is no file '/none'"),
        ({"system": 5}, "a batch system is a name or an executor of PSI/J, not 5"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises((ValueError, TypeError), match=reason):
        BatchExecutor(**{"system": "local", **settings})


def test_durations_and_sizes_may_have_units() -> None:
    executor = BatchExecutor("local", duration="2h", memory="4 GB")
    assert executor._attributes.duration.total_seconds() == 7200
    assert executor._resources.memory == 4 * 10**9


def test_without_psij_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psij", None)
    with pytest.raises(TaskError, match=r"pip install voclient\[psij\]"):
        BatchExecutor()
