"""What all tests share: where the programs are, and how to run one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from archive.fixture import archive, archive_process  # noqa: F401  (fixtures)
from hypothesis import settings

HERE = Path(__file__).parent

# A shell starts what runs in the background with these ignored, and programs keep to that; tests send them.
for _number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)


# The same made-up tables on every machine; `--hypothesis-profile=search` looks for others.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile("same")


@dataclass(frozen=True)
class Finished:
    """A program that has ended."""

    status: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout.decode()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@pytest.fixture(scope="session")
def bindir() -> Path:
    """The folder of the programs: VOCLIENT_BINDIR, else that of the running interpreter."""
    given = os.environ.get("VOCLIENT_BINDIR")
    folder = Path(given).absolute() if given else Path(sys.executable).parent
    assert (folder / "votinfo").exists(), f"no votinfo in {folder}: install the package, or set VOCLIENT_BINDIR"
    return folder


def _run(
    program: Path | str,
    *arguments: str | bytes | Path,
    stdin: bytes | str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 60,
    **more: object,
) -> Finished:
    """Run one program to its end; `env` is added to the environment."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [program, *arguments],
        input=b"" if given is None and "stdin" not in more else given,
        capture_output=True,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        timeout=timeout,
        check=False,
        **more,  # type: ignore[call-overload]
    )
    return Finished(done.returncode, done.stdout, done.stderr.decode(errors="backslashreplace"))


@pytest.fixture(scope="session")
def run_program() -> Callable[..., Finished]:
    """`run_program(path, *arguments, stdin=…, env=…, cwd=…)`: any program run to its end."""
    return _run


@pytest.fixture
def run(bindir: Path, tmp_path: Path) -> Callable[..., Finished]:
    """`run("votinfo", "stars.xml", stdin=…, env=…)`: a tool run in the test's own folder."""

    def run_tool(tool: str, *arguments: str | bytes | Path, **more: object) -> Finished:
        return _run(bindir / tool, *arguments, **{"cwd": tmp_path, **more})  # type: ignore[arg-type]

    return run_tool


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """The test's own folder, with a copy of tests/legacy_bin/golden/inputs in it."""
    shutil.copytree(HERE / "legacy_bin" / "golden" / "inputs", tmp_path, dirs_exist_ok=True)
    return tmp_path
