"""Runs elsewhere whose files travel: input files to the worker, output files back, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voclient.tasking import load_package
from voclient.tasking.errors import TaskParameterError
from voclient.tasking.executors import Engine, adapt
from voclient.tasking.executors.parcel import Landing

COUNT = """
summary: Count lines
executable: /bin/sh
arguments: [-c, 'pwd; cat "$1" "$2" > "$3"; for n in 1 2; do echo $n > "$3.$n"; done; echo > surplus', sh]
parameters:
  first: {type: path, required: true, argv: "{}"}
  second: {type: path, required: true, argv: "{}"}
  output: {type: path, required: true, argv: "{}"}
results:
  stdout: {format: lines, key: folder}
  files:
    - {path: "{output}", format: text, keys: {text: text, written: path}}
    - {path: "{output}.[0-9]", format: text, keys: {parts: path}}
"""
TABLE = """
summary: Copy a table
executable: cat
parameters:
  table: {type: table, required: true, argv: "{}"}
results:
  stdout: {format: votable, key: table}
"""


@pytest.fixture
def travelling(executor: Any) -> Engine:
    """The same executor, whose workers see none of our files."""
    engine = copy.copy(adapt(executor))
    assert engine is not None
    engine._stage, engine.queue = True, None
    return engine


@pytest.mark.parametrize("absolute", [False, True])
def test_input_files_travel_and_output_files_come_back(
    travelling: Engine,
    absolute: bool,
    make_package: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = load_package(make_package("travel", count=COUNT)).count
    desk = tmp_path / "desk"
    (desk / "data").mkdir(parents=True)
    (desk / "data" / "one $x").write_text("1\n")
    (desk / "two").write_text("2\n")
    monkeypatch.chdir(desk)
    base = f"{desk}/" if absolute else ""
    result = count(f"{base}data/one $x", Path("../desk/two"), f"{base}data/out", executor=travelling, check=True)
    folder = Path(result["folder"][0])
    assert folder != desk
    assert not folder.exists()
    assert result["text"] == "1\n2\n"
    assert result["written"] == Path(f"{desk}/data/out" if absolute else "./data/out")
    assert [path.name for path in result["parts"]] == ["out.1", "out.2"]
    assert sorted(str(path.relative_to(desk)) for path in desk.rglob("*") if path.is_file()) == [
        "data/one $x", "data/out", "data/out.1", "data/out.2", "two",
    ]  # fmt: skip


def test_tables_travel(executor: Any, travelling: Engine, make_package: Callable[..., Path]) -> None:
    from astropy.table import Table

    again = load_package(make_package("tables", again=TABLE)).again
    for where in (executor, travelling):
        given = Table({"star": ["Vega", "Sirius"], "vmag": [0.03, -1.46]})
        assert list(again(given, executor=where, check=True)["table"]["vmag"]) == [0.03, -1.46]


def test_a_missing_input_file_is_the_programs_to_tell(
    travelling: Engine, make_package: Callable[..., Path], tmp_path: Path
) -> None:
    count = load_package(make_package("missing", count=COUNT)).count
    result = count("nothing", "/none/at all", "out", executor=travelling, cwd=tmp_path)
    assert "nothing: No such file" in result.stderr


def test_a_folder_does_not_travel(travelling: Engine, make_package: Callable[..., Path], tmp_path: Path) -> None:
    count = load_package(make_package("folders", count=COUNT)).count
    with pytest.raises(TaskParameterError, match="is a folder"):
        count(tmp_path, tmp_path, "out", executor=travelling)


FOLDER = """
summary: Fill a folder
executable: /bin/sh
arguments: [-c, 'mkdir -p "$1/deep"; echo 1 > "$1/one"; echo 2 > "$1/deep/two"; echo > "$2"', sh]
parameters:
  folder: {type: path, required: true, argv: "{}"}
  log: {type: path, required: true, argv: "{}"}
results:
  files:
    - {path: "{folder}", format: text, keys: {place: path}}
    - {path: "{log}", format: text, keys: {written: path}}
"""


def test_a_folder_of_output_comes_back(travelling: Engine, make_package: Callable[..., Path], tmp_path: Path) -> None:
    fill = load_package(make_package("fill", fill=FOLDER)).fill
    result = fill(tmp_path / "new", "/dev/null", executor=travelling, check=True)
    assert result["place"] == tmp_path / "new"
    assert (tmp_path / "new" / "deep" / "two").read_text() == "2\n"
    assert not Path("/dev/null").is_file()


def test_a_file_that_cannot_be_kept_is_an_error(
    travelling: Engine, make_package: Callable[..., Path], tmp_path: Path
) -> None:
    count = load_package(make_package("vanish", count=COUNT)).count
    desk = tmp_path / "desk"
    desk.mkdir()
    run = count(
        "/dev/null", "/dev/null", "out", executor=travelling, cwd=desk, callback={"folder": lambda *_: desk.rmdir()}
    )
    assert run.exitstatus == run.ERROR
    assert run.exitmsg.startswith("output could not be kept: ")


def test_a_file_goes_where_a_link_points(travelling: Engine, make_package: Callable[..., Path], tmp_path: Path) -> None:
    count = load_package(make_package("links", count=COUNT)).count
    (tmp_path / "link").symlink_to("real")
    count("/dev/null", "/dev/null", "link", executor=travelling, cwd=tmp_path, check=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").is_file()


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "a/../../x", "./x", "a//x", "", "other", ".voclient/0/y", ".voclient/1/x", "out/../x", "x/out"],
)
def test_no_file_comes_back_that_was_not_asked_for(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    landing = Landing(str(tmp_path / "folder"), {".voclient/0": str(tmp_path)}, ("out", "*.fits", ".voclient/0/x"))
    with pytest.raises(ValueError, match="not asked for"):
        landing.begin(name)
    assert list(tmp_path.rglob("*")) == [tmp_path / "folder"]
