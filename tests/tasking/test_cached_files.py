"""Runs with `cache=`: files that a run writes stand again where the call puts them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tasking.cached import WRITER, Maker, runs

from voclient.tasking import import_task


def test_files_are_written_again_where_the_call_says(tool: Maker) -> None:
    task = tool(WRITER)
    first = task("content", output="out", cache=True)
    Path("out").chmod(0o640)
    assert task("content", output="out", cache=True).cached
    Path("out").unlink()
    second = task("content", output="out", cache=True)
    assert (second.cached, second["written"], second["output"]) == (True, "content", first["output"])
    assert Path("out").read_text() == "content"
    assert Path("out").stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert runs() == 1
    assert [path.name for path in Path(".").iterdir()] == ["out"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_file_of_the_user_is_overwritten_by_a_real_run_only(tool: Maker) -> None:
    task = tool(WRITER + '[ "$content" = "$(cat "$output")" ] || exit 1')
    task("content", output="out", cache=True)
    Path("out").write_text("mine")
    assert not task("content", output="out", cache=True).cached
    assert runs() == 2


@pytest.mark.filterwarnings("ignore:tool. cache. not kept")
@pytest.mark.parametrize("parameter", ["file", "output"])
def test_a_file_changed_in_place_is_never_taken_for_a_result(parameter: str, tool: Maker) -> None:
    task = tool(f'printf x >> "${{1#--{parameter}=}}"')
    Path("data").write_text("")
    for _ in range(3):
        assert not task(**{parameter: "data"}, cache=True).cached
    assert Path("data").read_text() == "xxx"


def test_files_the_descriptor_does_not_declare_are_written_again_too(tool: Maker) -> None:
    task = tool('echo new > "${1#--file=}"')
    task(file="new", cache=True)
    Path("new").unlink()
    assert task(file="new", cache=True).cached
    assert Path("new").read_text() == "new\n"


FOLDER = """\
summary: Writes into a folder
executable: tool
parameters: {folder: {type: path, argv: "{}"}, content: {argv: "{}"}}
results: {files: [{path: "{folder}/*.out", keys: {files: path}}]}
"""


def test_output_in_a_folder_is_written_again_and_the_folder_made(tool: Maker, tmp_path: Path) -> None:
    tool('mkdir -p "$1"; for n in 1 2; do printf %s "$2$n" > "$1/$n.out"; done')
    descriptor = tmp_path / "package" / "folder.yaml"
    descriptor.write_text(f"task: folder\n{FOLDER}")
    task = import_task(str(descriptor))
    for number in (1, 2):
        assert task("made", "x", cache=True).cached == (number == 2)
    shutil.rmtree("made")
    again = task("made", "x", cache=True)
    assert (again.cached, [path.read_text() for path in again["files"]]) == (True, ["x1", "x2"])
    Path("made/1.out").unlink()
    assert task("made", "x", cache=True).cached
    assert Path("made/1.out").read_text() == "x1"
    Path("made/other").write_text("what else the program may read")
    assert not task("made", "x", cache=True).cached
    assert task("made", "x", cache=True).cached
    Path("made/3.out").write_text("would be taken for output")
    assert not task("made", "x", cache=True).cached


def test_where_a_file_cannot_be_written_the_run_is_made(tool: Maker) -> None:
    task = tool(WRITER)
    Path("folder").mkdir()
    task("content", output="folder/out", cache=True)
    shutil.rmtree("folder")
    result = task("content", output="folder/out", cache=True)
    assert (result.cached, runs()) == (False, 2)
