"""What tests of the framework share: folders of their own, and task packages written on the spot."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tasking.cached import tool as tool
from tasking.engines import ENGINES, Engines
from tasking.functions import written as written
from tasking.programs import children, eventually, open_files, shell

from voclient.tasking.executors import Engine, adapt
from voclient.tasking.packages import searchpath

PackageMaker = Callable[..., Path]
SHOW_ARGUMENTS = "#!{python}\nimport sys, json\nprint(json.dumps({{'argv': sys.argv[1:]}}))\n"


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the user's caches, packages or settings."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(home / name))
    monkeypatch.delenv("VOCLIENT_TASKPATH", raising=False)
    searchpath.set_task_path(None)
    yield
    searchpath.set_task_path(None)


@pytest.fixture
def make_package(tmp_path: Path) -> PackageMaker:
    """`make_package("demo", greet="summary: …")`: a folder with package.yaml and a descriptor for each task."""

    def make(name: str, folder: str | None = None, /, more: str = "", **tasks: str) -> Path:
        place = tmp_path / (folder or name)
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.yaml").write_text(f"package: {name}\nversion: 1.10\nsummary: Package {name}\n{more}")
        for task, text in tasks.items():
            (place / f"{task}.yaml").write_text(f"task: {task}\n{text}")
        return place

    return make


@pytest.fixture
def show_arguments(tmp_path: Path) -> Path:
    """A program that prints the words it was given, as JSON."""
    program = tmp_path / "show-arguments"
    program.write_text(SHOW_ARGUMENTS.format(python=sys.executable))
    program.chmod(0o755)
    return program


@pytest.fixture
def gate(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """Lets a script wait (`gate.wait` in it) until `gate.open()`."""

    class Gate:
        folder = tmp_path_factory.mktemp("gate")
        wait = f"while ! [ -e {folder}/open ]; do sleep 0.01; done"

        def open(self) -> None:
            (self.folder / "open").touch()

    return Gate()


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with ExitStack() as stack:
        yield Engines(stack)


@pytest.fixture(params=list(ENGINES))
def executor(request: pytest.FixtureRequest, engines: Engines) -> Any:
    """What a user gives as `executor=`."""
    return engines[request.param]


@pytest.fixture
def engine(executor: Any) -> Engine:
    """The same, for what is started without a task function."""
    found = adapt(executor)
    assert found is not None
    return found


@pytest.fixture
def nothing_left_of_sessions() -> Iterator[None]:
    """After the test there are no more open files, threads and child processes than before it."""
    shell("true", async_=True, callback=lambda key, value: None).wait()
    gc.collect()
    files, threads, others = open_files(), threading.active_count(), set(children())
    yield
    gc.collect()
    assert eventually(lambda: len(open_files()) <= len(files)), sorted(set(open_files().items()) - set(files.items()))
    assert eventually(lambda: threading.active_count() <= threads)
    assert eventually(lambda: set(children()) <= others), set(children()) - others
