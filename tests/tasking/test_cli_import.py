"""`voclient import`, run as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tasking.programs import voclient


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tool = {"cwlVersion": "v1.2", "class": "CommandLineTool", "id": "say-it", "baseCommand": "echo",
            "inputs": {"Word": {"type": "string", "inputBinding": {}}}, "outputs": {"said": "stdout"}}  # fmt: skip
    (tmp_path / "tool.cwl").write_text(json.dumps(tool))
    (tmp_path / "refused.cwl").write_text(json.dumps(tool | {"class": "Workflow"}))
    (tmp_path / "other.json").write_text("{}")
    return tmp_path


def test_what_is_imported_passes_check_and_runs(folder: Path) -> None:
    done = voclient("import", "tool.cwl", "-o", ".", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "./say_it.yaml\n", "")
    assert voclient("check", "say_it.yaml", cwd=folder).returncode == 0
    assert voclient("run", "./say_it.yaml", "Word=a b", cwd=folder).stdout == "a b\n"
    assert voclient("import", "tool.cwl", cwd=folder).stdout == (folder / "say_it.yaml").read_text()


def test_a_file_that_is_there_is_written_over_by_force_only(folder: Path) -> None:
    (folder / "mine.yaml").write_text("mine")
    done = voclient("import", "tool.cwl", "-o", "mine.yaml", cwd=folder)
    assert (done.returncode, done.stderr) == (2, "voclient: mine.yaml: is there already; --force writes over it\n")
    assert (folder / "mine.yaml").read_text() == "mine"
    assert voclient("import", "tool.cwl", "-fo", "mine.yaml", cwd=folder).returncode == 0
    assert (folder / "mine.yaml").read_text().startswith("# Imported from tool.cwl (CWL).\ntask: say_it\n")


@pytest.mark.parametrize(
    ("file", "status", "message"),
    [
        ("refused.cwl", 1, "refused.cwl:1:33: class: 'Workflow' is no CommandLineTool: it runs no program"),
        ("other.json", 2, "other.json: neither a CWL document (no cwlVersion) nor a Boutiques descriptor"),
        ("nothing.cwl", 2, "nothing.cwl: cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_imported_is_told_in_one_line(folder: Path, file: str, status: int, message: str) -> None:
    done = voclient("import", file, "-o", "out.yaml", cwd=folder)
    assert done.returncode == status
    assert done.stderr.startswith(f"voclient: {message}")
    assert done.stderr.count("\n") == 1
    assert not (folder / "out.yaml").exists()
