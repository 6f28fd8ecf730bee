"""What the pages show is so: their Python examples, their YAML files and their shell lines, run in order."""

from __future__ import annotations

import doctest
import importlib
import inspect
import os
import pkgutil
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from archive.fixture import RunningArchive

import voclient
from voclient import tasking
from voclient.tasking import set_task_path

ROOT = Path(__file__).parent.parent
LANGUAGES = ROOT / "docs" / "examples" / "languages"
TABLES = ROOT / "tests" / "legacy_bin" / "golden" / "inputs"
PAGES = ("README.md", *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\S+/\S+\.yaml|\w+\.py)\n")
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(page: str) -> Iterator[tuple[int, str, str]]:
    """Line, language and text of each fenced block."""
    text = (ROOT / page).read_text()
    for found in BLOCK.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, found[1], found[2]


@pytest.fixture
def reader(bindir: Path, tmp_path: Path, archive: RunningArchive, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Somebody with VOClient on the PATH, two tables, one of images, a list of names, and the archive."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "voclient").write_text(f'#!/bin/sh\nexec {sys.executable} -m voclient.cli "$@"\n')
    (programs / "voclient").chmod(0o755)
    desk = tmp_path / "desk"
    desk.mkdir()
    for table in ("stars.xml", "psc.xml"):
        shutil.copy(TABLES / table, desk)
    shutil.copytree(LANGUAGES, desk / "languages")
    (desk / "names.txt").write_text("m31\nm51\n")
    urls = "".join(f"<TR><TD>{archive.http}/files/{name}</TD></TR>" for name in ("hello.txt", "image.fits"))
    field = '<FIELD name="url" datatype="char" arraysize="*" ucd="VOX:Image_AccessReference"/>'
    (desk / "images.xml").write_text(
        f"<VOTABLE><RESOURCE><TABLE>{field}<DATA><TABLEDATA>{urls}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
    )
    monkeypatch.chdir(desk)
    monkeypatch.syspath_prepend(desk)
    for name, value in archive.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{programs}:{bindir}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(voclient.__file__).parents[1]))
    monkeypatch.setenv("VOCLIENT_BINDIR", str(bindir))
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "VOCLIENT_TASKPATH"):
        monkeypatch.delenv(name, raising=False)
    set_task_path(None)
    yield desk
    set_task_path(None)


def run_python(text: str, names: dict[str, object], page: str, line: int) -> None:
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    told: list[str] = []
    test = doctest.DocTestParser().get_doctest(text, names, page, page, line)
    runner.run(test, out=told.append, clear_globs=False)
    names.update(test.globs)
    assert not told, "".join(told)
    assert runner.summarize(verbose=False).attempted, f"{page}:{line}: no example"


def write_file(text: str) -> None:
    """A block whose first line is a comment with a path is that file."""
    if found := FILE.match(text):
        Path(found[1]).parent.mkdir(exist_ok=True)
        Path(found[1]).write_text(text)


def run_shell(text: str, page: str, line: int) -> None:
    for number, command in enumerate(text.splitlines(), line + 1):
        done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True)
        assert done.returncode == 0, f"{page}:{number}: {command}\n{done.stdout}{done.stderr}"


def modules() -> list[str]:
    """All modules of the framework."""
    found = pkgutil.walk_packages(voclient.__path__, "voclient.")
    return [module.name for module in found if not module.name.endswith("__main__")]


def test_the_examples_of_the_docstrings_hold(reader: Path) -> None:
    for page in ("docs/packager.md", "docs/outputs.md"):
        for _, language, text in blocks(page):
            if language == "yaml":
                write_file(text)
    told: list[str] = []
    attempted = 0
    for name in modules():
        module = importlib.import_module(name)
        for test in doctest.DocTestFinder(exclude_empty=True).find(module, name):
            runner = doctest.DocTestRunner(optionflags=OPTIONS)
            attempted += runner.run(test, out=told.append).attempted
    assert not told, "".join(told)
    assert attempted > 50


@pytest.mark.parametrize("name", tasking.__all__)
def test_every_public_function_and_class_is_documented(name: str) -> None:
    thing = getattr(tasking, name)
    assert thing.__doc__
    if inspect.isfunction(thing):
        assert "Examples\n" in thing.__doc__
        assert bool(inspect.signature(thing).parameters) == ("Parameters\n" in thing.__doc__)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_says_what_is_so(page: str, reader: Path) -> None:
    names: dict[str, object] = {}
    for line, language, text in blocks(page):
        if FILE.match(text):
            write_file(text)
        elif language == "python":
            run_python(text, names, page, line)
        elif language == "sh":
            run_shell(text, page, line)


def test_the_messages_that_are_explained_are_ones_that_are_given() -> None:
    paths = [*(ROOT / "voclient").rglob("*.py"), *(ROOT / "legacy_bin").rglob("*.[ch]")]
    sources = "".join(path.read_text() for path in paths)
    sources = re.sub(r'"\s*\n\s*f?"', "", sources)  # texts over several lines
    page = (ROOT / "docs" / "troubleshooting.md").read_text().partition("## Questions")[0]
    messages = [
        text for cell in re.findall(r"^\| (.*?) \|", page, re.MULTILINE) for text in re.findall("`(.+?)`", cell)
    ]
    assert len(messages) > 30
    assert not [message for message in messages if not said(message, sources)]


def said(message: str, sources: str) -> bool:
    """Whether a run of three words of it (of two, if it has no more), without a value between them, is in the sources;
    what has no two words is no message."""
    found = []
    for part in re.split(r"'[^']*'|votinfo|SIG\w+|…|\b\d[\d.]*\b", message):
        words = part.split()
        found += [" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2)) if len(words) > 1]
    return not found or any(piece in sources for piece in found)


def test_every_page_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    pages = [page for page in PAGES if page not in ("README.md", "docs/index.md")]
    assert not [page for page in pages if f"]({page})" not in readme]
    assert not [path for path in re.findall(r"\]\((docs/[^)#]+)", readme) if not (ROOT / path).exists()]


def test_the_task_reference_tells_every_parameter_and_result(reader: Path) -> None:
    pages = runpy.run_path(str(ROOT / "docs" / "make_tasks.py"))["make_pages"]()
    assert {"vao", "cfitsio", "stilts"} <= set(pages)
    for package, page in pages.items():
        module = tasking.import_package(package)
        for task in map(module.__getattr__, dir(module)):
            part = page.partition(f"\n## {task.__name__}\n")[2].partition("\n## ")[0]
            keys = [key["name"] for key in (task.attributes["results"]["stdout"] or {"keys": ()})["keys"]]
            assert not [name for name in [*task.pset().names(), *keys] if f"\n| `{name}` |" not in part]


def test_the_reference_of_names_tells_every_public_name() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "make_api.py"))["make_page"]()
    assert not [
        name for name in tasking.__all__ if not name.endswith(("Error", "cache")) and f"\n### {name}\n" not in page
    ]
    errors = (ROOT / "docs" / "troubleshooting.md").read_text().partition("## All errors")[2]
    assert not [name for name in tasking.__all__ if name.endswith("Error") and f"`{name}`" not in errors]
    for told in (
        "OPset.wait_for(key, timeout=None)",
        "OPset.exitmsg",
        "ParameterSet.update(",
        "cache.download(url, age=None)",
    ):
        assert f"`{told}" in page


def anchors(page: Path) -> set[str]:
    """What a link may name: the headings, in small letters and hyphens."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_between_pages_lead_somewhere() -> None:
    wrong = []
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "developer").glob("*.md")]:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            file, _, anchor = link.partition("#")
            target = page.parent / file if file else page
            if not link.startswith("http") and (not target.exists() or (anchor and anchor not in anchors(target))):
                wrong.append(f"{page.relative_to(ROOT)}: {link}")
    assert not wrong
