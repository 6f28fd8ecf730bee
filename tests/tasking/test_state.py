"""The state of a package: a folder of the user's own, for programs that ask for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tasking.conftest import PackageMaker

from voclient.tasking import TaskError, load_package, state_folder

COUNTS = """\
summary: Counts its calls
executable: sh
arguments: [-c, 'echo x >> "$VOCLIENT_STATE/calls"; echo calls = $(wc -l < "$VOCLIENT_STATE/calls")']
results: {stdout: {format: keyword, keys: {calls: int}}}
"""
SHOWS = """\
summary: Shows the variable
executable: sh
arguments: [-c, 'echo state = ${VOCLIENT_STATE-unset}']
results: {stdout: {format: keyword, keys: {state: string}}}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def test_a_program_keeps_what_it_likes_over_calls(make_package: PackageMaker, home: Path) -> None:
    package = load_package(make_package("counters", more="state: true\n", count=COUNTS))
    assert [package.count()["calls"] for _ in range(3)] == [1, 2, 3]
    folder = state_folder("counters")
    assert folder == home / "voclient" / "counters"
    assert [oct(place.stat().st_mode & 0o777) for place in (folder, folder.parent, home)] == ["0o700"] * 3
    folder.joinpath("calls").unlink()
    folder.rmdir()
    assert package.count()["calls"] == 1


def test_packages_have_folders_of_their_own(make_package: PackageMaker) -> None:
    folders = set()
    for name in ("one", "two"):
        folders.add(load_package(make_package(name, more="state: true\n", show=SHOWS)).show()["state"])
    assert folders == {str(state_folder("one")), str(state_folder("two"))}


def test_a_package_that_does_not_ask_gets_none(make_package: PackageMaker, home: Path) -> None:
    package = load_package(make_package("plain", show=SHOWS))
    assert package.show()["state"] == "unset"
    assert not home.exists()


def test_the_caller_may_give_another_folder(make_package: PackageMaker) -> None:
    package = load_package(make_package("plain", more="state: true\n", show=SHOWS))
    assert package.show(env={"VOCLIENT_STATE": "/else"})["state"] == "/else"


def test_a_relative_home_of_state_is_ignored_as_the_standard_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    for value in ("", "relative/folder"):
        monkeypatch.setenv("XDG_STATE_HOME", value)
        assert state_folder("pack") == Path("/home/somebody/.local/state/voclient/pack")


def test_where_there_can_be_no_folder_the_task_says_so(
    make_package: PackageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = load_package(make_package("counters", more="state: true\n", count=COUNTS))
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    with pytest.raises(TaskError, match=r"count: the folder for its state, /proc/nowhere.* set XDG_STATE_HOME"):
        package.count()


@pytest.mark.parametrize("name", ["", "a/b", "..", None])
def test_what_is_no_package_has_no_folder(name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a task package"):
        state_folder(name)


def test_a_descriptor_names_variables_that_its_outcome_depends_on(
    make_package: PackageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SHOWS.replace("executable", "reads_environment: [CALDB]\nexecutable")
    package = load_package(make_package("calibrated", more="reads_environment: [PFILES]\n", show=text))
    package.show(cache=True)
    assert package.show(cache=True).cached
    for name in ("CALDB", "PFILES"):
        monkeypatch.setenv(name, "/somewhere")
        assert not package.show(cache=True).cached
    assert package.show().provenance["environment"]["CALDB"] == "/somewhere"
