"""The HTTP library where no tool shows it yet: many transfers at once, POST, consumers that can start again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

SOURCES = Path(__file__).parents[2] / "legacy_bin"
LINES = "/files/lines.txt?plain"


@dataclass(frozen=True)
class Ended:
    """One transfer's line."""

    url: str
    bytes: int
    status: int
    begun: int
    error: str
    error_body: str


Trial = Callable[..., list[Ended]]


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """The trial program, compiled under the sanitizers."""
    program = tmp_path_factory.mktemp("http") / "trial"
    c_files = [
        *SOURCES.glob("http/*.c"),
        *(SOURCES / name for name in ("base/buffer.c", "base/error.c", "io/reference.c")),
    ]
    flags = [f"-I{SOURCES}", "-std=gnu17", "-D_GNU_SOURCE", '-DVOCLIENT_VERSION="9.8.7"', "-g"]
    flags += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    source = Path(__file__).with_name("trials") / "http.c"
    libraries = ["-lcurl", "-lz", "-lm"]
    subprocess.run([os.environ.get("CC", "cc"), *flags, source, *c_files, *libraries, "-o", program], check=True)

    def run(parallel: int, per_host: int, mode: str, *urls: str) -> list[Ended]:
        command = [program, str(parallel), str(per_host), mode, *urls]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        lines = [line.split("\t") for line in done.stdout.splitlines()]
        return [Ended(url, int(size), int(status), int(begun), *rest) for url, size, status, begun, *rest in lines]

    return run


def test_many_transfers_run_at_once_within_the_limits(trial: Trial, archive: RunningArchive) -> None:
    urls = [f"{archive.http}/fault/slow/files/hello.txt?plain&n={n}" for n in range(12)]
    ended = trial(6, 4, "get", *urls)
    assert [(one.bytes, one.error) for one in ended] == [(6, "-")] * 12
    assert {one.url for one in ended} == set(urls)
    assert archive.highest()["/files"] == 4
    archive.forget()
    trial(3, 12, "get", *urls)
    assert archive.highest()["/files"] == 3


def test_one_bad_transfer_does_not_hold_up_the_others(trial: Trial, archive: RunningArchive) -> None:
    good = [f"{archive.http}{LINES}&n={n}" for n in range(5)]
    bad = [f"{archive.http}/fault/{fault}{LINES}" for fault in ("404", "500", "trunc")]
    ended = {one.url: one for one in trial(4, 4, "get", *bad, *good, f"{archive.http}/fault/resetx1{LINES}")}
    assert all(ended[url].error == "-" and ended[url].bytes == 200_000 for url in good)
    assert all(ended[url].error != "-" for url in bad)
    assert ended[f"{archive.http}/fault/resetx1{LINES}"].bytes == 200_000


def test_a_refusal_comes_with_what_the_server_said(trial: Trial, archive: RunningArchive) -> None:
    (one,) = trial(1, 1, "get", f"{archive.http}/fault/400{LINES}")
    assert (one.status, one.begun) == (400, 0)
    assert "<h1>400</h1>" in one.error_body


def test_a_consumer_that_can_starts_again(trial: Trial, archive: RunningArchive) -> None:
    for fault in ("etagchange", "resetx1"):
        (one,) = trial(1, 1, "restart", f"{archive.http}/fault/{fault}{LINES}")
        assert (one.bytes, one.error) == (200_000, "-")
    (bare,) = trial(1, 1, "restart", f"{archive.http}/fault/resetx1{LINES}&bare")
    assert (bare.bytes, bare.begun, bare.error) == (200_000, 2, "-")


def test_a_form_is_posted(trial: Trial, archive: RunningArchive) -> None:
    (one,) = trial(1, 1, "post", archive.http + LINES)
    assert one.error == "-"
    (request,) = archive.log()
    assert request["method"] == "POST"
    assert request["body"] == "QUERY=select+1&LANG=ADQL"
    assert request["headers"]["content-type"] == "application/x-www-form-urlencoded"


def test_redirects_keep_the_method_where_they_must(trial: Trial, archive: RunningArchive) -> None:
    for code, method in ((303, "GET"), (307, "POST"), (308, "POST")):
        archive.forget()
        (one,) = trial(1, 1, "post", f"{archive.http}/fault/redir{code}{LINES}")
        assert one.error == "-"
        assert [request["method"] for request in archive.log()] == ["POST", method]


def test_a_post_is_sent_again_only_when_it_cannot_have_worked(trial: Trial, archive: RunningArchive) -> None:
    (one,) = trial(1, 1, "post", f"{archive.http}/fault/500x1{LINES}")
    assert "HTTP 500" in one.error
    assert len(archive.log()) == 1
    (one,) = trial(1, 1, "post", f"{archive.http}/fault/503x1{LINES}")
    assert one.error == "-"
