"""What a packager relies on: the wheel alone, in an empty environment, gives the package and the programs."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from tool_names import PROGRAMS

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with nothing but our wheel; its dependencies are lent by this one's site-packages."""
    folder = tmp_path_factory.mktemp("packaging")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder / "wheel", ROOT]
    subprocess.run(build, check=True)
    (wheel,) = (folder / "wheel").glob("voclient-*.whl")
    assert "-py3-none-linux_" in wheel.name
    venv.create(folder / "env", with_pip=True)
    install = [folder / "env/bin/python", "-m", "pip", "install", "--quiet", "--no-deps", wheel]
    subprocess.run(install, check=True)
    # Appended to the path, so that the wheel's own package comes first.
    ours = folder / "env/lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (ours / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "env"


def run(environment: Path, *words: str) -> str:
    clean = {"PATH": f"{environment}/bin:/usr/bin:/bin", "HOME": os.environ.get("HOME", "/")}
    done = subprocess.run(words, env=clean, cwd=environment, capture_output=True, text=True, check=True)
    return done.stdout


def test_every_program_is_on_the_path_of_the_environment(environment: Path) -> None:
    for tool in PROGRAMS:
        assert run(environment, tool, "--version").startswith(tool)


def test_a_task_runs_the_program_of_its_own_environment(environment: Path) -> None:
    code = (
        "import voclient, voclient.vaopackage as vao\n"
        "run = vao.votpos('<VOTABLE/>')\n"
        "print(voclient.__file__)\nprint(run.argv[0])\nprint(run.exitmsg)"
    )
    package, program, message = run(environment, f"{environment}/bin/python", "-c", code).splitlines()
    assert package.startswith(str(environment))
    assert program == f"{environment}/bin/votpos"
    assert "Cannot find position columns" in message


def test_the_command_and_the_descriptors_are_installed(environment: Path) -> None:
    assert "vosesame" in run(environment, "voclient", "list")


def test_type_checkers_find_the_stubs(environment: Path) -> None:
    (package,) = environment.glob("lib/python*/site-packages/voclient")
    assert (package / "py.typed").exists()
    assert "votinfo: _Votinfo" in (package / "vaopackage.pyi").read_text()


def test_man_pages_lie_where_man_looks_for_those_of_its_path(environment: Path) -> None:
    for tool in ("voclient", *PROGRAMS):
        assert (environment / "man/man1" / f"{tool}.1").exists()
