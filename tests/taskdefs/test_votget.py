"""votget from Python: the files, what failed, and a download that goes on where it was stopped."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from archive.fixture import RunningArchive

LINES = b"".join(b"%015d\n" % number for number in range(200_000 // 16))  # /files/lines.txt


def list_of(archive: RunningArchive, *routes: str) -> Path:
    path = Path("urls.of.archive")
    path.write_text("".join(archive.http + route + "\n" for route in routes))
    return path


def test_files_are_paths_and_failures_are_told(vao: ModuleType, archive: RunningArchive) -> None:
    urls = list_of(archive, "/files/image.fits", "/files/absent")
    result = vao.votget(urls, folder="images", base="m31_")
    assert result["files"] == [Path("images/m31_0000.fits")]
    assert result["urls"] == [archive.http + "/files/image.fits"]
    assert (result["failed"], result["bytes"]) == ([archive.http + "/files/absent"], 2880)
    assert result.exitstatus == result.ERROR
    assert "HTTP 404" in result.exitmsg
    again = vao.votget(urls, folder="images", base="m31_")
    assert (again["files"], again["skipped"]) == ([], ["images/m31_0000.fits"])


def test_tables_give_the_urls(vao: ModuleType, archive: RunningArchive) -> None:
    from astropy.table import Table

    column = {"url": [archive.http + "/files/hello.txt"] * 2}
    assert vao.votget(Table(column), column=0, list_only=True)["urls"] == column["url"]
    result = vao.votget(Table(column), column=0, output=None, parallel=1)
    assert [path.read_bytes() for path in result["files"]] == [b"hello\n"] * 2
    assert vao.votget("acref.xml", list_only=True, format="fits")["urls"] == ["http://127.0.0.1:18765/img.fits"]


@pytest.mark.parametrize("how", ["abort", "timeout"])
def test_a_download_that_was_stopped_goes_on(vao: ModuleType, archive: RunningArchive, how: str) -> None:
    urls = list_of(archive, "/files/hello.txt", "/fault/stallx1/files/lines.txt?plain")
    if how == "abort":
        run = vao.votget(urls, async_=True)
        assert run.wait_for("files", timeout=30) == [Path("file0000")]
        while not Path("file0001.part").exists() or Path("file0001.part").stat().st_size < len(LINES) // 2:
            assert not run.wait(0.05)
        run.abort()
    else:
        vao.votget(urls, timeout=1)
    assert not Path("file0001").exists()
    assert vao.votget(urls).check()["files"] == [Path("file0001")]
    assert Path("file0001").read_bytes() == LINES
    assert archive.log()[-1]["headers"]["range"] == "bytes=100000-"
