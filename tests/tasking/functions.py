"""Python functions as tasks, for their tests: modules and scripts written on the spot."""

from __future__ import annotations

import itertools
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from voclient.tasking import task

Importer = Callable[[str], ModuleType]
PREAMBLE = (
    "from __future__ import annotations\nfrom typing import *\nfrom voclient.tasking import report_progress, task\n"
)
_numbers = itertools.count()


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Importer:
    """A module of these lines, imported."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(text: str) -> ModuleType:
        name = f"functions_{next(_numbers)}"
        (tmp_path / f"{name}.py").write_text(PREAMBLE + textwrap.dedent(text))
        return __import__(name)

    return write


def run_script(text: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A script of these lines, run as a user does."""
    (folder / "script.py").write_text(PREAMBLE + textwrap.dedent(text))
    return subprocess.run([sys.executable, *(words or ["script.py"])], cwd=folder, capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip


def make_nested() -> Any:
    @task
    def inner() -> None:
        pass

    return inner
