"""Packages are folders: found on a search path, imported without Python, and nothing is read before it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from voclient import tasking, vaopackage
from voclient.cli import main
from voclient.tasking.errors import (
    DescriptorError,
    ExecutableNotFoundError,
    PackageNotFoundError,
    TaskNotFoundError,
)
from voclient.tasking.packages.executables import find_executable
from voclient.tasking.packages.index import index_package

PackageMaker = Callable[..., Path]

TASK = "summary: A task\nexecutable: prog\n"


def test_a_folder_dropped_anywhere_is_importable(make_package: PackageMaker) -> None:
    folder = make_package("demo", greet=TASK, wave=TASK)
    demo = tasking.load_package(folder)
    assert demo is tasking.load_package("demo") is tasking.import_package("demo")
    assert demo is not tasking.load_package("demo", file=folder / "package.yaml")  # read again
    assert dir(demo) == ["greet", "wave"]
    assert demo.greet.__name__ == "greet"
    assert demo.greet is demo.greet
    assert tasking.import_task("demo.wave").descriptor.task == "wave"
    assert demo.__doc__ == "Package demo"
    assert demo.__version__ == "1.10"


def test_a_folder_of_packages_on_the_path_and_a_package_itself_are_both_found(
    make_package: PackageMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_package("inner", "many/other-name", a=TASK)
    single = make_package("single", b=TASK)
    monkeypatch.setenv("VOCLIENT_TASKPATH", f"{tmp_path / 'many'}:{single}")
    assert {package.name for package in tasking.find_packages()} >= {"inner", "single"}
    assert [package.name for package in tasking.find_packages("in*")] == ["inner"]
    assert tasking.list_tasks("inner.*") == ["inner.a"]
    assert tasking.import_package("inner").a.descriptor.package == "inner"


def test_the_first_on_the_path_wins(
    make_package: PackageMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_package("demo", "one/demo"), make_package("demo", "two/demo")
    make_package("demo", "three/demo")
    monkeypatch.setenv("VOCLIENT_TASKPATH", str(tmp_path / "two"))
    assert tasking.find_packages("demo")[0].folder == str(second)
    tasking.prepend_task_path(tmp_path / "one")
    tasking.append_task_path(tmp_path / "three")
    assert tasking.find_packages("demo")[0].folder == str(first)
    path = tasking.get_task_path()
    assert (path[0], path[1], path[-1]) == tuple(str(tmp_path / name) for name in ("one", "two", "three"))
    tasking.set_task_path([tmp_path / "two"])
    assert tasking.get_task_path() == [str(tmp_path / "two")]
    assert tasking.find_packages("demo")[0].folder == str(second)


def test_the_path_ends_with_the_users_ours_and_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/home/me/data")
    monkeypatch.setenv("XDG_DATA_DIRS", "/opt/share:/usr/share")
    path = tasking.get_task_path()
    assert path[0] == "/home/me/data/voclient/taskdefs"
    assert path[-2:] == ["/opt/share/voclient/taskdefs", "/usr/share/voclient/taskdefs"]


def test_another_distribution_offers_its_packages_by_an_entry_point(
    make_package: PackageMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    make_package("plugged", "site/plug/plugged", greet=TASK)
    (site / "plug" / "__init__.py").write_text("raise SystemExit('nobody needs to import this')\n")
    (site / "plug-1.dist-info").mkdir()
    (site / "plug-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: plug\nVersion: 1\n")
    (site / "plug-1.dist-info" / "entry_points.txt").write_text("[voclient.taskdefs]\nplug = plug\n")
    monkeypatch.syspath_prepend(site)
    assert tasking.import_package("plugged").greet.__name__ == "greet"


def test_a_missing_package_or_task_is_told_with_places_and_a_suggestion(make_package: PackageMaker) -> None:
    folder = make_package("demo", greet=TASK)
    tasking.set_task_path([folder.parent])
    with pytest.raises(PackageNotFoundError, match="no task package 'demos'; did you mean 'demo'") as missing:
        tasking.import_package("demos")
    assert missing.value.searched == (str(folder.parent),)
    demo = tasking.import_package("demo")
    with pytest.raises(TaskNotFoundError) as unknown:
        demo.gret  # noqa: B018
    assert str(unknown.value) == "the package 'demo' has no task 'gret'; did you mean 'greet'? (tasks: greet)"
    assert not hasattr(demo, "nothing")
    with pytest.raises(TaskNotFoundError, match="no task 'gret' in any package; did you mean 'greet'"):
        tasking.import_task("gret")
    with pytest.raises(PackageNotFoundError, match="no task package there"):
        tasking.load_package(file=folder / "nowhere")


def test_a_name_that_is_that_of_a_folder_here_is_told_how_to_say_so(
    make_package: PackageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_package("demo", greet=TASK).parent)
    with pytest.raises(PackageNotFoundError, match=r"the folder 'demo' here is one: load_package\('./demo'\)$"):
        tasking.load_package("demo")
    assert tasking.load_package("./demo").__name__ == "demo"


def test_a_task_alone_and_a_file_are_imported(make_package: PackageMaker) -> None:
    folder = make_package("demo", greet=TASK)
    tasking.set_task_path([folder.parent])
    assert tasking.import_task("greet").descriptor.package == "demo"
    assert tasking.import_task(str(folder / "greet.yaml")).descriptor.package == "demo"


def test_old_names_of_tasks_stay(make_package: PackageMaker) -> None:
    folder = make_package("demo", more="aliases: {hello: greet}\n", greet=TASK + "aliases: [salute]\n")
    tasking.set_task_path([folder.parent])
    demo = tasking.import_package("demo")
    assert demo.hello.__name__ == demo.salute.__name__ == "greet"
    assert dir(demo) == ["greet"]


def test_an_old_name_of_a_task_warns_once_if_it_is_to_use_another(make_package: PackageMaker) -> None:
    folder = make_package("demo", more="aliases: {hello: use greet, hi: greet}\n", greet=TASK)
    demo = tasking.load_package(folder)
    with pytest.warns(FutureWarning, match=r"^demo.hello is deprecated: use demo.greet$") as told:
        assert demo.hello == demo.hello == demo.hi
    assert [item.filename for item in told] == [__file__]


def test_check_tells_of_old_names_that_stand_for_nothing(
    make_package: PackageMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_package(
        "demo", more="aliases: {gone: away, hi: greet, 'o-ld': greet, odd: use 'greet'}\n", greet=TASK
    )
    assert main(["check", str(folder)]) == 2
    told = capsys.readouterr().err
    assert "the old name 'o-ld' must be letters, digits and _; 'o_ld' would do" in told
    assert "\"use 'greet'\" is no name of a task, nor `use` and a name" in told
    folder = make_package("other", more="aliases: {gone: away, hi: greet}\n", greet=TASK)
    assert main(["check", str(folder)]) == 2
    assert "package.yaml:4:17: 'gone' stands for the task 'away', and there is no away.yaml" in capsys.readouterr().err


def test_a_file_is_named_after_its_task(make_package: PackageMaker) -> None:
    folder = make_package("demo", greet=TASK)
    (folder / "greet.yaml").rename(folder / "hello.yaml")
    tasking.set_task_path([folder.parent])
    with pytest.raises(DescriptorError, match=r"hello.yaml:1:1: .* 'greet', so its file must be greet.yaml"):
        tasking.import_package("demo").hello  # noqa: B018


def test_one_wrong_descriptor_spoils_no_other(make_package: PackageMaker) -> None:
    folder = make_package("demo", good=TASK, wrong="summary: [\n")
    make_package("broken")
    (folder.parent / "broken" / "package.yaml").write_text("package: [\n")
    tasking.set_task_path([folder.parent])
    demo = tasking.import_package("demo")
    assert demo.good.__name__ == "good"
    with pytest.raises(DescriptorError, match=r"wrong.yaml:3:1: not YAML"):
        demo.wrong  # noqa: B018
    with pytest.warns(UserWarning, match="a task package is left out"):
        assert [package.name for package in tasking.find_packages()] == ["demo"]
    with pytest.raises(DescriptorError, match=r"broken/package.yaml"):
        tasking.import_package("broken")


def test_changes_are_seen_after_a_rescan(make_package: PackageMaker) -> None:
    folder = make_package("demo", greet=TASK)
    tasking.set_task_path([folder.parent])
    demo = tasking.import_package("demo")
    assert demo.greet.descriptor.summary == "A task"
    (folder / "greet.yaml").write_text("task: greet\nsummary: A better task\nexecutable: prog\n")
    assert demo.greet.descriptor.summary == "A task"
    tasking.rescan()
    assert demo.greet.descriptor.summary == "A better task"


def test_the_index_reads_only_what_changed(make_package: PackageMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_package("demo", a=TASK, b=TASK)
    tasking.load_package(folder)
    (package,) = tasking.find_packages(folder.name)
    assert [(entry.task, entry.summary) for entry in index_package(package)] == [("a", "A task"), ("b", "A task")]
    read: list[str] = []
    monkeypatch.setattr(
        "voclient.tasking.packages.index._read", lambda path, _: read.append(path) or ["b", "New", [], ""]
    )
    (folder / "b.yaml").write_text("task: b\nsummary: A new summary\nexecutable: prog\n")
    assert [entry.summary for entry in index_package(package)] == ["A task", "New"]
    assert read == [str(folder / "b.yaml")]


def test_a_warm_index_reads_no_descriptor(make_package: PackageMaker) -> None:
    folder = make_package("many")
    tasking.load_package(folder)
    (package,) = tasking.find_packages(folder.name)
    for i in range(50):
        (folder / f"t{i}.yaml").write_text(f"task: t{i}\n{TASK}")
    index_package(package)
    opened: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).endswith(".yaml"):
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)
    assert len(index_package(package)) == 50
    assert opened == []


def make_program(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def test_programs_are_sought_from_the_nearest_place_to_the_farthest(
    make_package: PackageMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_package("demo", more="bindir: ../tools\n", greet=TASK)
    monkeypatch.setenv("VOCLIENT_BINDIR", str(tmp_path / "env"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    tasking.set_task_path([folder.parent])
    descriptor = tasking.import_task("demo.greet").descriptor
    for place in ("path", "env", "tools", "demo/bin"):
        program = make_program(tmp_path / place / "prog")
        assert find_executable(descriptor) == str(program)
    program.chmod(0o644)
    assert find_executable(descriptor) == str(tmp_path / "tools" / "prog")


def test_a_missing_program_is_told_with_the_places_and_what_to_install(
    make_package: PackageMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_package("demo", more="install: apt install prog\n", greet=TASK)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    tasking.set_task_path([folder.parent])
    task = tasking.import_task("demo.greet")
    with pytest.raises(ExecutableNotFoundError) as info:
        task()
    assert str(info.value).startswith(f"greet: there is no program 'prog' (searched: {folder}/bin, ")
    assert str(info.value).endswith("; apt install prog")
    assert str(tmp_path / "path") in info.value.places
    make_program(folder / "bin" / "prog", 0o644)
    with pytest.raises(ExecutableNotFoundError, match="bin/prog cannot be executed"):
        task()


def test_importing_a_task_loads_nothing_heavy_and_reads_nothing_but_its_own_files() -> None:
    code = """
import os, sys
opened = []
import voclient.vaopackage
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)
os.environ["VOCLIENT_TASKPATH"] = sys.argv[1]
from voclient.vaopackage import solve
heavy = {"astropy", "numpy", "yaml", "asyncio", "importlib.metadata", "logging", "dataclasses", "inspect", "subprocess"}
print(sorted(heavy & set(sys.modules)))
print(sorted(os.path.basename(name) for name in opened if name.endswith(".yaml")))
"""
    with_yaml, without = (run_import(code) for _ in range(2))
    assert with_yaml[1] == "['package.yaml', 'solve.yaml']"
    assert without == ["[]", "[]"]


def run_import(code: str) -> list[str]:
    folder = Path(os.environ["XDG_CACHE_HOME"]).parent / "vao"
    folder.mkdir(exist_ok=True)
    for name, text in (("package", "package: vao\nversion: 1\nsummary: s\n"), ("solve", f"task: solve\n{TASK}")):
        if not (folder / f"{name}.yaml").exists():
            (folder / f"{name}.yaml").write_text(text)
    (folder / "other.yaml").write_text("this is [ no YAML and nobody asks for it")
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_a_task_misspelt_on_import_is_an_import_error_that_suggests() -> None:
    with pytest.raises(ImportError, match=r"'vosesme' from 'voclient\.vaopackage': .*did you mean 'vosesame'"):
        from voclient.vaopackage import vosesme  # noqa: F401
    with pytest.raises(AttributeError, match="did you mean 'vosesame'"):
        _ = vaopackage.vosesme
    assert not hasattr(vaopackage, "vosesme")


def test_a_folder_that_cannot_be_read_is_left_out(
    make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_package("locked")
    listdir = os.listdir

    def refuse(path: str) -> list[str]:
        if os.fspath(path) == str(folder):
            raise PermissionError(13, "Permission denied", path)
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    tasking.set_task_path([folder])
    with pytest.warns(UserWarning, match="locked: cannot be read: Permission denied"):
        assert tasking.find_packages() == []
    with pytest.raises(tasking.DescriptorError, match="cannot be read"):
        dir(tasking.import_package("locked"))


@pytest.mark.parametrize(
    "function", [tasking.import_package, tasking.import_task, tasking.find_packages, tasking.list_tasks,
                 tasking.set_task_path],
)  # fmt: skip
def test_what_is_no_text_is_refused_in_words(function: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match=r"not 3$"):
        function(3)


def test_an_import_that_misses_names_the_module() -> None:
    code = "from voclient.vaopackage import nothing_of_that_name"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "cannot import name 'nothing_of_that_name' from 'voclient.vaopackage'" in done.stderr


def test_the_public_names_are_all_there() -> None:
    for name in tasking.__all__:
        assert getattr(tasking, name) is not None
    assert dir(tasking) == tasking.__all__
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        tasking.nothing  # noqa: B018


def test_the_version_is_known() -> None:
    import voclient

    assert voclient.__version__[0].isdigit()


def test_this_folder_is_a_package_too(make_package: PackageMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_package("here", hello="summary: Hello\nexecutable: echo\n"))
    assert dir(tasking.load_package(".")) == ["hello"]


def test_a_package_says_for_all_its_tasks_what_ends_options(make_package: PackageMaker) -> None:
    text = "summary: A tool\nexecutable: echo\nparameters: {x: {argv: '{}', type: int}}\n"
    package = tasking.load_package(
        make_package("old", None, "end_of_options: null\n", none=text, own=text + "end_of_options: '--'\n")
    )
    assert package.none.prepare(-1).words == ["-1"]
    assert package.own.prepare(-1).words == ["--", "-1"]
