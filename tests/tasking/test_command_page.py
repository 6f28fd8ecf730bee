"""The reference of the `voclient` command, its page and its manual page, is what the command says of itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from voclient.cli import EXIT_STATUSES, SUBCOMMANDS

ROOT = Path(__file__).resolve().parents[2]
MAKER = ROOT / "docs" / "make_command.py"


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made without any package of the environment, as the build does it."""
    page = tmp_path_factory.mktemp("man") / "voclient.1"
    page.write_bytes(subprocess.run([sys.executable, "-I", "-S", MAKER, "--man"], stdout=-1, check=True).stdout)
    return page


def test_the_page_is_the_one_the_parsers_make() -> None:
    code = f"import runpy; print(runpy.run_path({str(MAKER)!r})['make_page'](), end='')"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert (ROOT / "docs" / "command.md").read_text() == made, f"the page is made anew by: python {MAKER}"


def test_the_manual_page_is_without_fault(manual: Path) -> None:
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", manual], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_manual_page_tells_every_command_option_and_status(manual: Path) -> None:
    shown = subprocess.run(["mandoc", "-T", "utf8", manual], capture_output=True, text=True, check=True).stdout
    plain = re.sub(".\b", "", shown)
    for name in SUBCOMMANDS:
        assert f"\n   {name}\n" in plain
        told = subprocess.run([sys.executable, "-m", "voclient.cli", name, "--help"], capture_output=True, text=True)
        assert all(option in plain for option in re.findall(r"--[a-z-]+", told.stdout))
    assert all(re.search(rf"\n     {status}  ", plain) for status in EXIT_STATUSES)


def test_every_variable_that_is_read_is_told() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "voclient").rglob("*.py"))
    names = set(re.findall(r"\b(?:VOCLIENT|XDG)_[A-Z_]*[A-Z]\b", sources))
    page = (ROOT / "docs" / "command.md").read_text()
    assert not [name for name in sorted(names) if f"| `{name}` |" not in page]
