"""votget: files that come whole, wrong or not at all; what is said of them."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from terminal import on_terminal

from .downloads import LINES, PLAIN, files, wait_for
from .golden_case import serve

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

Get = Callable[..., "Finished"]


def test_files_come_side_by_side_over_few_connections(
    get: Get, list_of: Callable[..., str], tmp_path: Path, archive: RunningArchive
) -> None:
    for parallel, highest in (("1", 1), ("3", 3), ("0", 1), ("1000", 64)):
        folder = f"d{parallel}"
        assert get("-N", parallel, "-D", folder, list_of(*["/files/hello.txt"] * 70)).status == 0
        assert files(tmp_path / folder) == {f"file{n:04}": b"hello\n" for n in range(70)}
        assert archive.highest()["/files"] <= highest
        archive.forget()


def test_a_file_that_is_not_zipped_is_not_asked_for_zipped(
    get: Get, list_of: Callable[..., str], tmp_path: Path, archive: RunningArchive
) -> None:
    assert get(list_of("/files/lines.txt")).status == 0
    assert files(tmp_path) == {"file0000": LINES}
    assert "accept-encoding" not in archive.log()[0]["headers"]


def test_blanks_and_letters_of_all_languages_are_encoded(get: Get, archive: RunningArchive, tmp_path: Path) -> None:
    assert get("-C", stdin=f"{archive.http}/files/hello.txt?a b=\N{GREEK SMALL LETTER ETA}").status == 0
    assert archive.log()[0]["query"] == "a%20b=%CE%B7"
    assert (tmp_path / ".file0000").read_text(encoding="utf-8").endswith("?a b=\N{GREEK SMALL LETTER ETA}\n")


@pytest.mark.parametrize("name", ["file0000", "file0000.fits", "file0000.dat"])
def test_what_exists_is_skipped_unless_forced(
    get: Get, list_of: Callable[..., str], tmp_path: Path, archive: RunningArchive, name: str
) -> None:
    urls = list_of("/files/hello.txt")
    (tmp_path / name).write_text("old")
    words = ["-e", "dat"]
    assert get(*words, urls).status == 0
    assert (files(tmp_path), archive.log()) == ({name: b"old"}, [])
    assert get(*words, "-O", urls).status == 0
    assert files(tmp_path)["file0000.dat"] == b"hello\n"
    (tmp_path / "file0000.dat").write_text("old")
    assert get(*words, "--force", urls).status == 0
    assert files(tmp_path)["file0000.dat"] == b"hello\n"


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        ("/files/absent", "HTTP 404"),
        ("/fault/500/files/hello.txt", "HTTP 500"),
        ("/fault/redirfile/files/hello.txt", "redirect to 'file:///etc/hostname' refused"),
        ("/fault/redirloop/files/hello.txt", "more than 10 redirects"),
        ("/fault/trunc" + PLAIN, "transfer closed with 1000 bytes remaining to read (tried 3 times)"),
        ("/fault/longlen" + PLAIN, "longer than its length"),
        ("/fault/badmd5" + PLAIN, "does not match its SHA-256 digest"),
        ("/fault/badmd5" + PLAIN + "&chunked", "does not match its SHA-256 digest"),
        ("/fault/badchunk" + PLAIN, "hunk"),
        ("/fault/429big/files/hello.txt", "asks to wait 86400 s"),
        ("/fault/hdrbomb/files/hello.txt", "header of the answer is larger"),
    ],
)
def test_a_failure_leaves_nothing_under_a_final_name_and_the_others_come(
    get: Get, list_of: Callable[..., str], tmp_path: Path, archive: RunningArchive, route: str, reason: str
) -> None:
    done = get("-N", "1", list_of("/files/hello.txt", route, "/files/hello.txt"))
    assert done.status == 1
    assert done.stderr.startswith(f"Error: can't download '{archive.http}{route}' : ")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
    left = files(tmp_path, "file0001.part", "file0001.part.state")
    assert left == {"file0000": b"hello\n", "file0002": b"hello\n"}


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/x", "hello", "gopher://x/", "http://", "//x"])
def test_only_http_is_spoken(get: Get, tmp_path: Path, url: str) -> None:
    assert get(stdin=url).status == 1
    assert files(tmp_path) == {}


@pytest.mark.parametrize(
    "fault", ["500x2", "429x1", "503afterx1", "trunc", "resetx2", "norange", "etagchange", "hangx0"]
)
def test_each_url_is_tried_three_times_and_waits_as_told(
    get: Get, list_of: Callable[..., str], tmp_path: Path, archive: RunningArchive, fault: str
) -> None:
    done = get(list_of(f"/fault/{fault}{PLAIN}", "/files/hello.txt"))
    requests = [r for r in archive.log() if "fault" in r["path"]]
    assert len(requests) <= 3
    if fault == "trunc":
        assert (done.status, len(requests)) == (1, 3)
    else:
        assert (done.status, done.stderr) == (0, "")
        assert files(tmp_path)["file0000"] == LINES


def test_a_server_that_stalls_is_given_up_and_what_came_is_kept(
    get: Get, list_of: Callable[..., str], tmp_path: Path, archive: RunningArchive
) -> None:
    urls = list_of("/fault/stallx1" + PLAIN)
    done = get("--idle=0.3", urls)
    assert (done.status, files(tmp_path)) == (0, {"file0000": LINES})
    assert archive.log()[1]["headers"]["range"] == "bytes=100000-"
    done = get("--idle=0.2", "-D", "b", list_of("/fault/hang/files/hello.txt"))
    assert done.status == 1
    assert "nothing came for 0.2 s" in done.stderr


def test_the_parts_and_their_state_are_gone_when_all_is_well(
    get: Get, list_of: Callable[..., str], tmp_path: Path
) -> None:
    get("-C", list_of("/files/hello.txt", "/files/image.fits.gz", "/files/image.fits", "/files/empty.txt"))
    assert sorted(files(tmp_path)) == [
        ".file0000", ".file0001", ".file0002", ".file0003", "file0000", "file0001.fits", "file0002.fits", "file0003",
    ]  # fmt: skip


def test_zipped_data_that_are_damaged_are_a_failure(get: Get, tmp_path: Path) -> None:
    whole = gzip.compress(LINES, mtime=0)
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "cut.gz").write_bytes(whole[:-20])
    (tmp_path / "www" / "bent.gz").write_bytes(whole[:100] + b"\xff" * 20 + whole[120:])
    (tmp_path / "www" / "two.gz").write_bytes(whole + whole)
    with serve(tmp_path / "www") as port:
        done = get("-v", stdin="".join(f"http://127.0.0.1:{port}/{n}.gz\n" for n in ("cut", "bent", "two")))
        kept = get("-e", "gz", stdin=f"http://127.0.0.1:{port}/cut.gz\n")
    assert (done.status, done.stderr.count("Error:")) == (1, 2)
    assert done.stderr.endswith("Downloaded 1 files -- Download complete (Total:  3)\n")
    assert kept.status == 0
    assert files(tmp_path) == {"file0002": LINES + LINES, "file0000.gz": whole[:-20]}


def test_progress_has_the_texts_of_the_original(get: Get, list_of: Callable[..., str]) -> None:
    done = get("-v", "-N", "1", list_of("/files/hello.txt", "/files/hello.txt"))
    assert done.stderr == (
        "Starting download ....\rDownloaded 1 of 2 files ....\rDownloaded 2 of 2 files ....\r"
        "Downloaded 2 files -- Download complete (Total:  2)\n"
    )
    assert get("-v", "urls").stderr.endswith("\rDownloaded 0 files -- Download complete (Total:  2)\n")


def test_a_terminal_is_told_how_fast_it_goes(bindir: Path, list_of: Callable[..., str], tmp_path: Path) -> None:
    shown = on_terminal([bindir / "votget", "-v", list_of("/files/hello.txt")], "stderr", cwd=tmp_path)
    assert "\rDownloaded 1 of 1 files .... 0.0 MB, 0.0 MB/s" in shown
    assert shown.endswith("Downloaded 1 files -- Download complete (Total:  1)\n")


def test_the_input_is_deleted_only_when_nothing_failed(get: Get, list_of: Callable[..., str], tmp_path: Path) -> None:
    assert get("-t", list_of("/files/absent")).status == 1
    assert (tmp_path / "urls").exists()
    assert get("-t", list_of("/files/hello.txt")).status == 0
    assert not (tmp_path / "urls").exists()


def test_what_failed_is_the_input_of_another_run(
    get: Get, list_of: Callable[..., str], tmp_path: Path, archive: RunningArchive
) -> None:
    done = get("-N", "1", "--failed=again", list_of("/files/hello.txt", "/fault/500x3" + PLAIN, "/files/absent"))
    assert done.status == 1
    assert (tmp_path / "again").read_text() == (
        f"{archive.http}/fault/500x3{PLAIN}\tfile0001\n{archive.http}/files/absent\tfile0002\n"
    )
    assert get("--failed=again", "again").status == 1
    assert files(tmp_path, "again") == {"file0000": b"hello\n", "file0001": LINES}
    assert (tmp_path / "again").read_text() == f"{archive.http}/files/absent\tfile0002\n"
    assert get("--failed=again", list_of("/files/hello.txt")).status == 0
    assert (tmp_path / "again").read_text() == ""


def test_a_rate_is_kept(get: Get, list_of: Callable[..., str], tmp_path: Path) -> None:
    begun = time.monotonic()
    assert get("--limit-rate=16M", list_of("/files/large.dat?plain")).status == 0
    assert time.monotonic() - begun > 2  # 50 MB; a lower bound holds on any machine
    assert (tmp_path / "file0000").stat().st_size == 50_000_000


@pytest.mark.parametrize("rate", ["x", "", "-1", "1q", "1kk", "nan", "inf", "0"])
def test_a_rate_that_is_none_is_refused(get: Get, rate: str) -> None:
    done = get("--limit-rate", rate, stdin="http://a/")
    expected = f"Error: invalid rate '{rate}': bytes a second are expected, or k, M or G of them\n"
    assert (done.status, done.stderr) == (1, expected)


def test_the_background_goes_on_when_the_tool_has_returned(
    get: Get, list_of: Callable[..., str], tmp_path: Path
) -> None:
    assert get("-B", list_of("/fault/slow/files/hello.txt")).stderr == ""
    assert not (tmp_path / "file0000").exists()
    wait_for(tmp_path / "file0000")
    assert files(tmp_path)["file0000"] == b"hello\n"
    done = get("-B", "missing")
    assert (done.status, done.stderr) == (1, "Error opening file 'missing'\n")


def test_closed_standard_streams_do_no_harm(bindir: Path, list_of: Callable[..., str], tmp_path: Path) -> None:
    urls = list_of("/files/hello.txt", "/files/absent")
    done = subprocess.run(f"{bindir}/votget -v {urls} <&- >&- 2>&-", shell=True, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert files(tmp_path) == {"file0000": b"hello\n"}


@pytest.fixture
def told(bindir: Path, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """What a run says on the OPset channel."""

    def run_it(*words: str) -> list[dict[str, Any]]:
        read, write = os.pipe()
        with subprocess.Popen(
            [bindir / "votget", *words],
            cwd=tmp_path,
            env={**os.environ, "VOCLIENT_OPSET_FD": str(write)},
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        ):
            os.close(write)
            with os.fdopen(read) as channel:
                return [json.loads(line) for line in channel]

    return run_it


def test_python_is_told_of_files_failures_and_progress(
    told: Callable[..., list[dict[str, Any]]], list_of: Callable[..., str], archive: RunningArchive, tmp_path: Path
) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "file0002").write_text("old")
    lines = told("-N", "1", "-D", "d", list_of("/files/hello.txt", "/files/absent", "/files/hello.txt"))
    assert lines[0] == {"opset": 1}
    assert {"row": {"files": "d/file0000", "urls": archive.http + "/files/hello.txt"}} in lines
    keys = {line["key"]: line["value"] for line in lines if "key" in line}
    assert keys == {"failed": [archive.http + "/files/absent"], "skipped": ["d/file0002"], "bytes": 6}
    assert [line["progress"] for line in lines if "progress" in line][-1] == 1
    assert any("HTTP 404" in line.get("error", "") for line in lines)
    lines = told("-x", "urls")
    assert {"key": "urls", "value": [archive.http + r for r in ("/files/hello.txt", "/files/absent",
                                                                 "/files/hello.txt")]} in lines  # fmt: skip


def test_memory_does_not_grow_with_the_file(bindir: Path, list_of: Callable[..., str], tmp_path: Path) -> None:
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", script, bindir / "votget", list_of("/files/large.dat")]
    peak_kib = int(subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout)
    assert (tmp_path / "file0000").stat().st_size == 50_000_000
    if "asan" not in str(bindir):
        assert peak_kib < 40_000
