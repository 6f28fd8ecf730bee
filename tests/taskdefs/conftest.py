"""The VAO task package over three sets of programs: ours, ours without the OPset channel, and stand-ins for the
originals."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from tool_names import TASKS

GOLDEN = Path(__file__).parent.parent / "legacy_bin" / "golden"


def write_script(folder: Path, name: str, *lines: str) -> None:
    program = folder / name
    program.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    program.chmod(0o755)


@pytest.fixture
def vao(bindir: Path, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The package, its programs and its user's folder (which holds the golden inputs and is the home as well)."""
    monkeypatch.setenv("VOCLIENT_BINDIR", str(bindir))
    monkeypatch.setenv("HOME", str(inputs))
    monkeypatch.chdir(inputs)
    from voclient import vaopackage

    return vaopackage


@pytest.fixture
def quiet(bindir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of our programs that know nothing of a channel, as the originals."""
    folder = tmp_path_factory.mktemp("quiet")
    for tool in TASKS:
        write_script(folder, tool, "unset VOCLIENT_OPSET_FD", f'exec {shlex.quote(str(bindir / tool))} "$@"')
    return folder


@pytest.fixture
def original(vao: ModuleType, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """`original("votinfo", text)`: from now on the tool is one that prints this text and knows no channel."""
    folder = tmp_path_factory.mktemp("original")
    monkeypatch.setenv("VOCLIENT_BINDIR", str(folder))

    def stand_in(tool: str, printed: str, status: int = 0) -> None:
        (folder / f"{tool}.txt").write_text(printed, encoding="utf-8")
        write_script(folder, tool, f"cat {shlex.quote(str(folder / tool))}.txt", f"exit {status}")

    return stand_in


@pytest.fixture
def golden(original: Callable[..., None]) -> Callable[[str], None]:
    """`golden("votinfo/summary")`: the tool prints what the original printed in that case."""

    def replay(case: str) -> None:
        original(case.split("/")[0], (GOLDEN / case / "stdout").read_text())

    return replay
