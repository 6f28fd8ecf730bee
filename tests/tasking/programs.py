"""Tasks made of small shell and Python scripts, and what to ask the system about them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from voclient.tasking.calls.controls import Controls
from voclient.tasking.descriptors.descriptor import Descriptor, Invocation, Key, Parameter, Place, Results, Section
from voclient.tasking.opset import OPset
from voclient.tasking.running.run import start

KEYWORDS = Results(stdout=Section("keyword", keys=(Key("a", "int"), Key("b", "float", unit="deg"))))
"""`a = 1` and `b = 2.5` on standard output."""


def run_program(
    program: str,
    *words: str,
    results: Results = KEYWORDS,
    stdin: bytes | str | None = None,
    descriptors: tuple[int, ...] = (),
    exit_statuses: tuple[object, ...] = (),
    **controls: object,
) -> OPset:
    """Run any program as a task; `controls` are the task controls."""
    descriptor = Descriptor(
        task=os.path.basename(program),
        summary="A test",
        executable=program,
        place=Place("", 1, 1),
        parameters=(Parameter("words", repeated=True),),
        results=results,
        exit_statuses=exit_statuses,  # type: ignore[arg-type]
    )
    return start(
        descriptor,
        Invocation(program, list(words), stdin=stdin, descriptors=descriptors),
        Controls(**controls),  # type: ignore[arg-type]
    )


def shell(script: str, **more: object) -> OPset:
    """A script of /bin/sh as a task."""
    return run_program("/bin/sh", "-c", script, **more)  # type: ignore[arg-type]


def python(script: str, **more: object) -> OPset:
    """A Python script as a task."""
    return run_program(sys.executable, "-c", script, **more)  # type: ignore[arg-type]


def voclient(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The `voclient` command, run as a user runs it."""
    command = [sys.executable, "-m", "voclient.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd, check=False)


def in_new_interpreter(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script that has the helpers of these tests; it must not hang."""
    preamble = "import os, sys, signal, threading, time\nfrom tasking.programs import *\n"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", preamble + textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=60,
        env=with_tests_on_path(),
        check=False,
    )


def with_tests_on_path() -> dict[str, str]:
    """The environment of interpreters that import from these tests."""
    folders = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders))}


def open_files() -> dict[str, str]:
    """What this process has open."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[name] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def eventually(holds: Callable[[], object], seconds: float = 20) -> bool:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def children() -> list[int]:
    """The child processes of this one, zombies too."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                parent = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == os.getpid():
                found.append(int(name))
    return found


_Test = TypeVar("_Test", bound=Callable[..., object])


def rule(*names: str) -> Callable[[_Test], _Test]:
    """Marks a test of rules of docs/channel.md; `test_channel_standard` looks for rules without one."""
    return lambda test: test
