"""Pytest's way to the local archive: a separate process for the whole session.

``archive`` gives its addresses, its environment for tools, its request log; the log, the counts of faults
and the counts of connections are empty at the start of each test that asks for it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from . import services


@dataclass(frozen=True)
class RunningArchive:
    """A running archive, seen from a test."""

    http: str
    https: str
    https_other: str  # its certificate is for another host
    https_expired: str  # its certificate has expired
    ca: str
    ca_other: str
    ca_expired: str

    @property
    def environment(self) -> dict[str, str]:
        """Variables that point the tools to this archive."""
        return services.environment(self.http)

    def log(self) -> list[dict[str, Any]]:
        """The requests since the test began, oldest first."""
        with urllib.request.urlopen(f"{self.http}/_log") as answer:
            return [json.loads(line) for line in answer.read().splitlines()]

    def highest(self) -> dict[str, int]:
        """The highest number of requests at once, by route."""
        with urllib.request.urlopen(f"{self.http}/_stats") as answer:
            return cast("dict[str, int]", json.load(answer)["highest"])

    def forget(self) -> None:
        """Empty the log and set the counts back."""
        urllib.request.urlopen(urllib.request.Request(f"{self.http}/_log", method="DELETE")).close()


@pytest.fixture(scope="session")
def archive_process() -> Iterator[RunningArchive]:
    """The archive's process."""
    command = [sys.executable, str(Path(__file__).parent), "--until-eof"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield RunningArchive(**json.loads(process.stdout.readline()))
        process.terminate()


@pytest.fixture
def archive(archive_process: RunningArchive) -> RunningArchive:
    """The running archive, with an empty log."""
    archive_process.forget()
    return archive_process
