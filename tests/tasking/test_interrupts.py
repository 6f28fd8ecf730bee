"""Ctrl-C while a run is being started: no process is left over, and no call hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from voclient.tasking import Task, load_package
from voclient.tasking.executors.local import Pump, process_limit
from voclient.tasking.running import run as runs

SLEEP = """\
summary: Sleep
executable: /bin/sleep
parameters: {seconds: {type: int, argv: "{}"}}
"""


@pytest.fixture
def sleep(make_package: Callable[..., Path]) -> Task:
    task: Task = load_package(make_package("demo", sleep=SLEEP)).sleep
    return task


def interrupted(function: Callable[..., object], *, before: bool = False) -> Callable[..., object]:
    """The function, with a Ctrl-C that comes just before or after it."""

    def wrapped(*arguments: object, **more: object) -> object:
        if before:
            signal.raise_signal(signal.SIGINT)
        result = function(*arguments, **more)
        if not before:
            signal.raise_signal(signal.SIGINT)
        return result

    return wrapped


def children(name: str = "sleep") -> list[int]:
    """Processes of that name below this one (zombies count)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        if f"({name})" in text and int(text.rpartition(")")[2].split()[1]) == os.getpid():
            found.append(int(stat.parent.name))
    return found


def gone() -> bool:
    end = time.monotonic() + 20
    while children() and time.monotonic() < end:
        time.sleep(0.01)
    return not children()


MOMENTS = {
    "before the program is looked up": (runs, "find_executable", True),
    "before the process is started": (runs, "launch", True),
    "in Popen, whose process is there already": (subprocess, "Popen", False),
    "when the process is started": (runs, "launch", False),
    "before its pipes are read": (runs, "Streams", True),
    "before the pump has it": (Pump, "add", True),
    "when the pump has it": (Pump, "add", False),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_during_the_start_of_a_synchronous_run_leaves_no_process(
    sleep: Task, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, name, before = MOMENTS[moment]
    monkeypatch.setattr(home, name, interrupted(getattr(home, name), before=before))
    with pytest.raises(KeyboardInterrupt):
        sleep(60)
    assert not children()


def test_a_signal_whose_handler_raises_leaves_no_process_either(sleep: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(number: int, frame: object) -> None:
        raise SystemExit(number)

    def start(*arguments: object, **more: object) -> object:
        process = popen(*arguments, **more)
        signal.raise_signal(signal.SIGTERM)
        return process

    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", start)
    before = signal.signal(signal.SIGTERM, leave)
    try:
        with pytest.raises(SystemExit):
            sleep(60)
        assert signal.getsignal(signal.SIGTERM) is leave
    finally:
        signal.signal(signal.SIGTERM, before)
    assert not children()


@pytest.mark.parametrize("moment", [name for name, (home, _, _) in MOMENTS.items() if home is not Pump])
def test_ctrl_c_during_the_start_of_an_asynchronous_run_leaves_no_process(
    sleep: Task, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, name, before = MOMENTS[moment]
    monkeypatch.setattr(home, name, interrupted(getattr(home, name), before=before))
    with pytest.raises(KeyboardInterrupt):
        sleep(60, async_=True)
    monkeypatch.undo()
    assert gone()
    more = [sleep(0, async_=True) for _ in range(process_limit() + 1)]  # its slot is free again
    assert all(result.wait(20) for result in more)


def test_the_handler_of_ctrl_c_is_the_users_own_again_after_a_run(sleep: Task) -> None:
    before = signal.getsignal(signal.SIGINT)
    sleep(0)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_handler_that_does_not_raise_is_called_and_the_run_goes_on(
    sleep: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        monkeypatch.setattr(runs, "launch", interrupted(runs.launch))
        assert sleep(0).returncode == 0
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [signal.SIGINT]


def test_a_program_that_reads_a_pipe_nobody_writes_to_can_be_interrupted(
    make_package: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "fifo")
    cat = load_package(
        make_package("demo", cat="summary: Copy\nexecutable: cat\nparameters: {file: {type: path, argv: stdin}}\n")
    ).cat
    before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            cat(file=tmp_path / "fifo")
    finally:
        signal.signal(signal.SIGALRM, before)
