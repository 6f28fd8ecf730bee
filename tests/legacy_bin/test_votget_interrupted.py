"""votget: interrupted, killed, out of disk; what the next run makes of what is left."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .downloads import LINES, PLAIN, files, wait_for

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

Get = Callable[..., "Finished"]


@pytest.fixture
def interrupt(bindir: Path, tmp_path: Path) -> Callable[..., int]:
    """Run votget until half of the only file is there, then send a signal; the exit status."""

    def run_it(number: int, *words: str) -> int:
        with subprocess.Popen([bindir / "votget", *words], cwd=tmp_path) as process:
            wait_for(tmp_path / "file0000.part", len(LINES) // 2)
            process.send_signal(number)
            return process.wait()

    return run_it


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_file_has_no_name_and_the_next_run_goes_on(
    get: Get, list_of: Callable[..., str], tmp_path: Path, archive: RunningArchive,
    interrupt: Callable[..., int], number: int
) -> None:  # fmt: skip
    urls = list_of("/fault/stallx1" + PLAIN, "/files/absent")
    assert interrupt(number, "-N", "1", "--failed=again", urls) == -number
    assert sorted(files(tmp_path)) == ["again", "file0000.part", "file0000.part.state"]
    assert len((tmp_path / "again").read_text().splitlines()) == 2
    assert get(list_of("/fault/stallx1" + PLAIN)).status == 0
    assert files(tmp_path, "again") == {"file0000": LINES}
    assert archive.log()[-1]["headers"]["range"] == "bytes=100000-"
    assert "if-range" in archive.log()[-1]["headers"]


def test_a_killed_run_leaves_a_lock_that_nobody_heeds(
    get: Get, list_of: Callable[..., str], tmp_path: Path, interrupt: Callable[..., int]
) -> None:
    assert interrupt(signal.SIGKILL, list_of("/fault/stallx1" + PLAIN)) == -signal.SIGKILL
    assert (tmp_path / ".file0000.LOCK").stat().st_mode & 0o777 == 0o600
    assert "file0000" not in files(tmp_path)
    assert get("urls").status == 0
    assert files(tmp_path) == {"file0000": LINES}


def spoil(tmp_path: Path, how: str) -> None:
    part, state = tmp_path / "file0000.part", tmp_path / "file0000.part.state"
    if how == "junk":
        part.write_bytes(b"x" * len(part.read_bytes()))
    elif how == "more":
        part.write_bytes(part.read_bytes() + b"junk behind it")
    elif how == "less":
        part.write_bytes(part.read_bytes()[:-10])
    elif how == "url":
        state.write_text(state.read_text().replace("/files/", "/other/"))
    elif how == "no state":
        state.unlink()
    elif how == "torn state":
        state.write_text(state.read_text()[:-30])
    elif how == "binary state":
        state.write_bytes(os.urandom(3000))
    elif how == "other version":
        state.write_text(state.read_text().replace('validator "', 'validator "x'))
    elif how == "weak":
        state.write_text(state.read_text().replace('validator "', 'validator W/"'))
    elif how == "wrong digest":
        state.write_text(state.read_text().replace("sha-256=:", "sha-256=:AAAA"))
    elif how == "too long":
        part.write_bytes(LINES * 2)


@pytest.mark.parametrize(
    ("how", "resumes"),
    [
        ("nothing", True), ("junk", False), ("more", True), ("less", False), ("url", False), ("no state", False),
        ("torn state", False), ("binary state", False), ("other version", False), ("weak", False),
    ],
)  # fmt: skip
def test_only_what_is_certain_is_continued(
    get: Get, list_of: Callable[..., str], tmp_path: Path, archive: RunningArchive,
    interrupt: Callable[..., int], how: str, resumes: bool
) -> None:  # fmt: skip
    interrupt(signal.SIGTERM, list_of("/fault/stallx1" + PLAIN))
    spoil(tmp_path, how)
    done = get("urls")
    assert (done.status, done.stderr, files(tmp_path)) == (0, "", {"file0000": LINES})
    statuses_of_ranges = [r["headers"].get("range") for r in archive.log()]
    asked = statuses_of_ranges[1]
    assert (asked == "bytes=100000-") == (resumes or how == "other version")


def test_a_continued_file_that_does_not_match_its_digest_is_dropped(
    get: Get, list_of: Callable[..., str], tmp_path: Path, interrupt: Callable[..., int]
) -> None:
    interrupt(signal.SIGTERM, list_of("/fault/stallx1" + PLAIN))
    spoil(tmp_path, "wrong digest")
    done = get("urls")
    assert done.status == 1
    assert "does not match its SHA-256 digest" in done.stderr
    assert files(tmp_path) == {}
    assert get("urls").status == 0
    assert files(tmp_path) == {"file0000": LINES}


def test_a_file_without_validator_is_not_continued(
    get: Get, list_of: Callable[..., str], tmp_path: Path, interrupt: Callable[..., int]
) -> None:
    interrupt(signal.SIGTERM, list_of("/fault/stallx1" + PLAIN + "&bare"))
    assert files(tmp_path) == {}


def test_a_whole_part_is_not_asked_for_again(
    get: Get, list_of: Callable[..., str], tmp_path: Path, archive: RunningArchive, interrupt: Callable[..., int]
) -> None:
    """The run was killed between the last byte and the name."""
    interrupt(signal.SIGTERM, list_of("/fault/stallx1" + PLAIN))
    state = tmp_path / "file0000.part.state"
    lines = state.read_text().splitlines()
    lines[-1] = f"at {len(LINES):020} {hashlib.sha256(LINES).hexdigest()}"
    state.write_text("\n".join(lines) + "\n")
    (tmp_path / "file0000.part").write_bytes(LINES)
    archive.forget()
    assert get("urls").status == 0
    assert (files(tmp_path), archive.log()) == ({"file0000": LINES}, [])


def test_two_runs_do_not_fetch_the_same_file(
    get: Get, list_of: Callable[..., str], tmp_path: Path, bindir: Path, archive: RunningArchive
) -> None:
    urls = list_of("/fault/stallx1" + PLAIN, "/files/hello.txt")
    with subprocess.Popen([bindir / "votget", urls], cwd=tmp_path) as process:
        wait_for(tmp_path / "file0000.part", len(LINES) // 2)
        assert get(urls).status == 0
        assert len([r for r in archive.log() if "fault" in r["path"]]) == 1
        process.terminate()
    assert sorted(files(tmp_path)) == ["file0000.part", "file0000.part.state", "file0001"]


def test_a_full_disk_is_a_failure_that_leaves_nothing(
    bindir: Path, list_of: Callable[..., str], tmp_path: Path
) -> None:
    urls = list_of(PLAIN, "/files/hello.txt")
    done = subprocess.run(
        [bindir / "votget", urls],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    assert done.returncode == 1
    assert "cannot write 'file0000.part': File too large" in done.stderr
    assert files(tmp_path) == {"file0001": b"hello\n"}
