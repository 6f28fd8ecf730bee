"""Files that are written on behalf of a program appear whole, or never."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest
from tasking.programs import in_new_interpreter, open_files

from voclient.tasking.running.whole_file import WholeFile


@pytest.fixture(params=["nameless", "named"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With files that have no name, and on a file system that has none."""
    if request.param == "named":
        real = os.open

        def refuse(path: str, flags: int, mode: int = 0o777) -> int:
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "not supported")
            return real(path, flags, mode)

        monkeypatch.setattr(os, "open", refuse)
    return str(request.param)


@pytest.mark.parametrize("before", [None, b"old"])
def test_it_appears_when_it_is_complete(before: bytes | None, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    if before is not None:
        path.write_bytes(before)
    file = WholeFile(str(path))
    file.write(b"new")
    assert (path.read_bytes() if path.exists() else None) == before
    file.put_in_place(0o640)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert os.listdir(tmp_path) == ["file"]


def test_what_is_dropped_leaves_nothing(kind: str, tmp_path: Path) -> None:
    before = open_files()
    file = WholeFile(str(tmp_path / "file"))
    file.write(b"new")
    file.drop()
    assert os.listdir(tmp_path) == []
    assert open_files() == before


def test_what_cannot_be_put_in_place_leaves_nothing(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    file = WholeFile(str(tmp_path / "file"))
    with pytest.raises(IsADirectoryError):
        file.put_in_place(0o600)
    assert os.listdir(tmp_path) == ["file"]


def test_a_process_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    done = in_new_interpreter(f"""
        from voclient.tasking.running.whole_file import WholeFile
        file = WholeFile({str(tmp_path / "file")!r})
        file.write(bytes(1 << 20))
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert done.returncode == -signal.SIGKILL
    assert os.listdir(tmp_path) == []
