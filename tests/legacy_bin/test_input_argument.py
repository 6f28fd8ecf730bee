"""What an input argument may be, and what is said when it cannot be read."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .golden_case import INPUTS, serve
from .votables import refused, succeeded

Run = Callable[..., object]
STARS = (INPUTS / "stars.xml").read_bytes()


@pytest.mark.parametrize("argument", [None, "-", "stdin"])
def test_standard_input_has_three_names(run: Run, argument: str | None) -> None:
    done = succeeded(run("votinfo", *([argument] if argument else []), stdin=STARS))
    assert done.lines[0] == "stdin"


@pytest.mark.parametrize(
    "argument", ["stdin.xml", "./stdin.xml", "file://stdin.xml", "file://{here}/stdin.xml", "FILE://localhost{here}/stdin.xml"]
)  # fmt: skip
def test_a_file_is_named_in_several_ways(run: Run, tmp_path: Path, argument: str) -> None:
    (tmp_path / "stdin.xml").write_bytes(STARS)
    assert succeeded(run("votinfo", "-s", argument.format(here=tmp_path))).text == "5 6\n"


@pytest.mark.parametrize("blanks", ["", " \n\t"])
def test_xml_text_is_an_argument_too(run: Run, blanks: str) -> None:
    assert succeeded(run("votinfo", "-s", blanks + STARS.decode())).text == "5 6\n"


def test_gzip_is_undone(run: Run, tmp_path: Path) -> None:
    half = len(STARS) // 2
    packed = gzip.compress(STARS[:half]) + gzip.compress(STARS[half:]) + b"\0" * 100
    (tmp_path / "stars.xml.gz").write_bytes(packed)
    assert succeeded(run("votinfo", "-s", "stars.xml.gz")).text == "5 6\n"
    assert succeeded(run("votinfo", "-s", stdin=packed)).text == "5 6\n"
    with serve(tmp_path) as port:
        assert succeeded(run("votinfo", "-s", f"http://127.0.0.1:{port}/stars.xml.gz")).text == "5 6\n"


def test_spoilt_gzip_is_refused(run: Run) -> None:
    packed = gzip.compress(STARS)
    assert "end too early" in refused(run("votinfo", "-s", stdin=packed[:200]))
    assert "damaged" in refused(run("votinfo", "-s", stdin=packed[:100] + b"\xff" * 50 + packed[150:]))


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ("missing_votable.xml", "openVOTable(): Invalid input arg 'missing_votable.xml'"),
        ("", "openVOTable(): Invalid input arg ''"),
        ("folder", "openVOTable(): Invalid input arg 'folder': Is a directory"),
        ("stars.xml/x", "openVOTable(): Invalid input arg 'stars.xml/x'"),
        ("x" * 5000, f"openVOTable(): Invalid input arg '{'x' * 5000}'"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(run: Run, tmp_path: Path, argument: str, line: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "stars.xml").write_bytes(STARS)
    done = run("votinfo", "-s", argument)
    assert (done.status, done.stdout) == (1, b"")
    assert done.stderr == f"{line}\nError opening VOTable '{argument}'\n"


def test_an_error_page_is_not_read_as_data(run: Run, tmp_path: Path) -> None:
    with serve(tmp_path) as port:
        url = f"http://127.0.0.1:{port}/none.xml"
        done = run("votinfo", url)
    assert done.status == 1
    assert done.stderr.endswith(f"openVOTable(): Invalid input arg '{url}'\nError opening VOTable '{url}'\n")


@pytest.fixture
def with_helper(bindir: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A votinfo of the test's own beside a voclient-fetch that is a shell script."""

    def make(script: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        shutil.copy(bindir / "votinfo", folder)
        helper = folder / "voclient-fetch"
        helper.write_text(f"#!/bin/sh\n{script}\n")
        helper.chmod(0o755)
        return folder / "votinfo"

    return make


def test_a_transfer_that_breaks_off_is_no_end_of_input(with_helper: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "stars.xml").write_bytes(STARS)
    votinfo = with_helper(f'test "$1 $2" = "-- http://h/x y" && cat {tmp_path}/stars.xml; exit 1')
    done = subprocess.run([votinfo, "http://h/x y"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("openVOTable(): Invalid input arg 'http://h/x y'\n")


def test_a_helper_nobody_reads_from_is_ended(with_helper: Callable[[str], Path], tmp_path: Path) -> None:
    votinfo = with_helper(f"echo $$ > {tmp_path}/pid; printf '<wrong/>'; exec sleep 1000")
    done = subprocess.run([votinfo, "http://h/x"], capture_output=True, check=False, timeout=30)
    assert done.returncode == 1
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_missing_helper_is_named(bindir: Path, tmp_path: Path) -> None:
    shutil.copy(bindir / "votinfo", tmp_path)
    environment = {**os.environ, "PATH": str(tmp_path)}
    command = [tmp_path / "votinfo", "http://h/x"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: cannot start 'voclient-fetch', which reads URLs: No such file")
