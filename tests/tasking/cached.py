"""A task whose runs are counted, for tests of `cache=`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voclient.tasking import OPset, Task, import_task

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
WRITER = """
for word; do case $word in --output=*) output=${word#--output=};; *) content=$word;; esac; done
printf '%s' "$content" > "$output"
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
