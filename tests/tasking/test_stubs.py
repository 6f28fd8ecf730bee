"""Type stubs of task packages, judged by mypy and pyright as a user runs them."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import voclient
from voclient.tasking import find_packages, load_package
from voclient.tasking.calls.stubs import make_stub
from voclient.tasking.packages.searchpath import find_package

HERE = Path(voclient.__file__).parent
EVERY = """\
summary: Take "everything" with a \\ in it
executable: cat
aliases: [old_everything]
parameters:
  operand: {argv: "{}", type: table, repeated: true, required: true, help: Tables}
  second: {argv: "{}"}
  third: {argv: "{}", required: true}
  count: {argv: "-n {}", type: int, required: true}
  mode: {argv: "-o {}", choices: [fast, good], default: fast, aliases: [how, what-not]}
  size: {argv: "-s {}", type: float, unit: arcsec, default: .inf, repeated: true}
  band: {argv: "-r {}", type: range}
  place: {argv: "-p {}", type: position}
  epoch: {argv: "-t {}", type: time}
"""
RIGHT = """\
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import Table
from astropy.time import Time

from every import everything, nothing, old_everything, older
from voclient.tasking import OPset, import_package
from voclient.vaopackage import votcnv, vosesame, votsort

from fluxes import flux

result: OPset = votcnv("stars.xml", format="csv", header=None, check=True, timeout=3)
votcnv(Table({"a": [1]}), fmt="tsv", output=Path("x"), callback={"ra*": print})
rows: int = result["rows"]
vosesame(["m31", "m51"], async_=True).wait(timeout=3)
brightest = votsort.pset(name="vmag")
brightest("stars.xml", top=3)["rows"]
for found in vosesame.map(["m31"], as_finished=True):
    print(found.exitstatus == found.SUCCESS, found["ra"])
vosesame(np.array(["m31"]))
for found in vosesame.map(Table({"target": ["m31"]}), {"target": "target"}):
    found.check()
everything(["a.xml", Path("b.xml")], "x", "y", count=3, mode="good", size=[3 * u.arcmin, 1.5], band=(1, None))
everything("a.xml", count=1, how="fast")
everything("a.xml", count=1, place=SkyCoord(1, 2, unit="deg"), epoch=Time(2026, format="jyear"))
everything("a.xml", count=1, place=(1.5, 2 * u.deg), epoch="2026-01-31")
old_everything("a.xml", count=1)
older()
nothing(cwd=Path("/"))
fluxes: OPset = flux([1.5, 2], zero=3)
flux([1.5], zero=3, check=True, timeout=10)
flux(flux.pset(zero=3), [1.5])
brightness: dict[str, float] = flux.function([1.5])
import_package("vao").votcnv
"""
WRONG = {
    'votcnv("stars.xml", fromat="csv")': "fromat",
    'votcnv("stars.xml", format="cvs")': "cvs",
    "votcnv(3)": "TableLike",
    "votcnv()": "table",
    'votcnv("stars.xml", timeout="long")': "timeout",
    'votcnv("stars.xml", "csv")': "",
    'votsort("stars.xml", top="three")': "top",
    'everything("a.xml")': "count",
    'everything("a.xml", count=1, size=["x"])': "",
    'everything("a.xml", count=1, band=(1, 2, 3))': "",
    "votcnv.mapp([])": "mapp",
    "flux([1.5], zro=3)": "",
    "flux(['bright'])": "",
    "flux()": "",
    "from voclient.vaopackage import votcvn": "votcvn",
}


FLUXES = """\
from voclient.tasking import task


@task
def flux(magnitude: list[float], *, zero: float = 1) -> dict[str, float]:
    return {"flux": zero}
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder: VOClient found as an installed package, a package with its stub, and two scripts."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "library").mkdir()
    (folder / "library" / "voclient").symlink_to(HERE)
    package = folder / "package"
    package.mkdir()
    (package / "package.yaml").write_text(
        "package: every\nversion: 1\nsummary: A package\naliases: {older: nothing, gone: away}\n"
    )
    (package / "everything.yaml").write_text(f"task: everything\n{EVERY}")
    (package / "nothing.yaml").write_text("task: nothing\nsummary: Take nothing\nexecutable: cat\n")
    done = stubs(str(package), "-o", str(folder), "--module")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}/every.pyi\n{folder}/every.py\n", "")
    (folder / "right.py").write_text(RIGHT)
    (folder / "fluxes.py").write_text(FLUXES)
    lines = [
        "from every import everything",
        "from fluxes import flux",
        "from voclient.vaopackage import votcnv, votsort",
        *WRONG,
    ]
    (folder / "wrong.py").write_text("\n".join(lines) + "\n")
    (folder / "mypy.ini").write_text(
        "[mypy]\nstrict = true\nmypy_path = library\n[mypy-voclient.*]\nfollow_imports = silent\n"
        "[mypy-astropy.*]\nignore_missing_imports = true\n"
    )
    settings = {"extraPaths": ["library"], "typeCheckingMode": "standard", "reportMissingTypeStubs": False,
                "include": ["*.py", "*.pyi"], "pythonVersion": "3.11"}  # fmt: skip
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    return folder


def stubs(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voclient.cli", "stubs", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def complaints_of_mypy(desk: Path) -> dict[tuple[str, int], str]:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--no-error-summary",
        "--hide-error-context",
        "every.pyi",
        "right.py",
        "wrong.py",
    ]
    done = subprocess.run(command, cwd=desk, capture_output=True, text=True, timeout=300, check=False)
    assert not done.stderr
    found = re.findall(r"^(\w+\.pyi?):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    return {(file, int(line)): text for file, line, text in found}


def complaints_of_pyright(desk: Path) -> dict[tuple[str, int], str]:
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=desk, capture_output=True, text=True, timeout=300, check=False)
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {
        (Path(item["file"]).name, item["range"]["start"]["line"] + 1): item["message"]
        for item in found if item["severity"] == "error"
    }  # fmt: skip


@pytest.mark.parametrize("checker", [complaints_of_mypy, complaints_of_pyright])
def test_checkers_accept_right_calls_and_report_each_wrong_one(
    desk: Path, checker: Callable[[Path], dict[tuple[str, int], str]]
) -> None:
    found = checker(desk)
    assert {place: text for place, text in found.items() if place[0] != "wrong.py"} == {}
    for line, (call, word) in enumerate(WRONG.items(), 4):
        assert ("wrong.py", line) in found, call
        assert word in found["wrong.py", line], call
    assert len(found) == len(WRONG)


def test_the_module_beside_the_stub_has_the_tasks(desk: Path) -> None:
    code = (
        "from voclient.tasking import load_package; load_package('./package')\n"
        "import every; print(every.everything, every.old_everything, every.older, dir(every))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=desk, capture_output=True, text=True, check=True)
    assert done.stdout == (
        "<task every.everything> <task every.everything> <task every.nothing> ['everything', 'nothing']\n"
    )


def test_the_stub_of_the_vao_package_is_current() -> None:
    (package,) = find_packages("vao")
    assert (HERE / "vaopackage.pyi").read_text() == make_stub(package), (
        "run: python -m voclient.cli stubs vao -o voclient/vaopackage.pyi"
    )
    assert (HERE / "py.typed").exists()


def test_any_text_of_a_descriptor_makes_a_stub_that_is_python(make_package: Callable[..., Path]) -> None:
    hostile = 'summary: "a \\"\\"\\" b \\\\"\nexecutable: cat\ndescription: "\\\\N{x} \\"\\"\\""\n'
    hostile += "parameters: {x: {argv: '-x {}', choices: ['\"', \"it's\", '\\'], help: 'ends with \"'}}\n"
    load_package(make_package("hostile", hostile=hostile))
    tree = ast.parse(make_stub(find_package("hostile")))
    (kind,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert '"""' in str(ast.get_docstring(kind.body[0]))  # type: ignore[arg-type]


def test_a_file_may_be_named_and_what_is_wrong_is_told_in_one_line(
    make_package: Callable[..., Path], tmp_path: Path
) -> None:
    folder = str(make_package("tiny", one="summary: One\nexecutable: cat\n"))
    assert stubs(folder, "-o", str(tmp_path / "other.pyi")).stdout == f"{tmp_path}/other.pyi\n"
    assert "one: _One" in (tmp_path / "other.pyi").read_text()
    for words, status, message in [
        (["nosuch"], 2, "voclient: no task package 'nosuch'"),
        ([folder, "-o", "/proc/nowhere"], 1, "voclient: /proc/nowhere: "),
        ([], 2, "voclient stubs: the following arguments are required: PACKAGE"),
    ]:
        done = stubs(*words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1)
        assert done.stderr.startswith(message)
    (tmp_path / "tiny" / "one.yaml").write_text("task: one\nsummary: One\n")
    done = stubs(folder)
    assert done.returncode == 2
    assert "executable" in done.stderr
