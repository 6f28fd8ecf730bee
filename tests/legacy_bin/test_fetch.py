"""voclient-fetch, and with it the HTTP library: what comes, what is tried again, what is refused.

The archive's faults are those of a hostile or broken server; its request log says what the client did about them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

Fetch = Callable[..., "Finished"]

LINES = "/files/lines.txt?plain"  # 200 000 bytes, each line different, sent as they are


def pattern(size: int) -> bytes:
    """The bytes of the archive's generated files."""
    return b"".join(b"%015d\n" % number for number in range(size // 16))


BODY = pattern(200_000)


@pytest.fixture
def fetch(run: Callable[..., Finished]) -> Fetch:
    """voclient-fetch with short waits and no trust in anything but what a test gives."""

    def run_it(*arguments: str, env: dict[str, str] | None = None, **more: object) -> Finished:
        environment = {"CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "", "SSL_CERT_DIR": "", **(env or {})}
        return run("voclient-fetch", "--wait=0.02", *arguments, env=environment, **more)

    return run_it


def ranges(archive: RunningArchive) -> list[str | None]:
    """The Range header of each request."""
    return [request["headers"].get("range") for request in archive.log()]


def fails(done: Finished, reason: str) -> None:
    """Exit status 1 and one line with the reason."""
    assert done.status == 1
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


# What works


@pytest.mark.parametrize(
    "route",
    [
        LINES,
        "/files/lines.txt",  # gzip, Repr-Digest of what is sent
        "/files/lines.txt?md5",  # gzip, Content-MD5 of the plain bytes
        LINES + "&chunked",
        "/files/lines.txt?chunked",
        "/fault/nolen" + LINES,
        *(f"/fault/redir{code}{LINES}" for code in (301, 302, 303, 307, 308)),
    ],
)
def test_the_body_is_written_whole(fetch: Fetch, archive: RunningArchive, route: str) -> None:
    done = fetch(archive.http + route)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == BODY


def test_program_and_version_are_named_and_gzip_is_accepted(fetch: Fetch, archive: RunningArchive) -> None:
    fetch(archive.http + "/files/hello.txt")
    (request,) = archive.log()
    assert request["headers"]["user-agent"].startswith("voclient-fetch/1.")
    assert request["headers"]["accept-encoding"] == "gzip"


def test_a_query_arrives_as_it_was_written(fetch: Fetch, archive: RunningArchive) -> None:
    fetch("--", archive.http + "/files/hello.txt?RA=1.5&DEC=-2&q=a%20b+c")
    assert archive.log()[0]["query"] == "RA=1.5&DEC=-2&q=a%20b+c"


def test_bytes_are_passed_on_as_they_arrive(bindir: Path, archive: RunningArchive) -> None:
    import subprocess

    command = [bindir / "voclient-fetch", archive.http + "/fault/slow" + LINES]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert os.read(process.stdout.fileno(), 1) == BODY[:1]
        assert os.read(process.stdout.fileno(), 1) == BODY[1:2]
        process.terminate()


# Failures that may pass


@pytest.mark.parametrize("code", ["429", "429d", "500", "502", "503", "503after", "504", "partialdown"])
def test_a_failure_that_passes_is_tried_again(fetch: Fetch, archive: RunningArchive, code: str) -> None:
    done = fetch(f"{archive.http}/fault/{code}x1{LINES}")
    assert (done.status, done.stderr, done.stdout) == (0, "", BODY)
    assert len(archive.log()) == 2


@pytest.mark.parametrize("code", ["429", "503after"])
def test_retry_after_is_obeyed(fetch: Fetch, archive: RunningArchive, code: str) -> None:
    before = time.monotonic()
    assert fetch(f"{archive.http}/fault/{code}x1{LINES}").status == 0
    assert time.monotonic() - before >= 1


@pytest.mark.parametrize("code", ["500", "502", "503", "504"])
def test_a_failure_that_stays_ends_after_some_tries(fetch: Fetch, archive: RunningArchive, code: str) -> None:
    done = fetch(f"{archive.http}/fault/{code}{LINES}")
    fails(done, f"HTTP {code}")
    assert "(tried 4 times)" in done.stderr
    assert done.stdout == b""
    assert len(archive.log()) == 4


def test_the_number_of_tries_can_be_chosen(fetch: Fetch, archive: RunningArchive) -> None:
    fails(fetch("--tries=2", f"{archive.http}/fault/500{LINES}"), "(tried 2 times)")
    assert len(archive.log()) == 2


def test_a_server_that_asks_for_a_day_is_left_alone(fetch: Fetch, archive: RunningArchive) -> None:
    fails(fetch(f"{archive.http}/fault/429big{LINES}"), "HTTP 429 Too Many Requests, and asks to wait 86400 s")
    assert len(archive.log()) == 1


def test_nobody_listening_is_a_failure_after_some_tries(fetch: Fetch) -> None:
    fails(fetch("http://127.0.0.1:1/x"), "Couldn't connect to server (tried 4 times)")


# Failures that stay


@pytest.mark.parametrize("code", ["400", "401", "403", "404", "410"])
def test_a_refusal_is_final_and_its_body_is_not_written(fetch: Fetch, archive: RunningArchive, code: str) -> None:
    done = fetch(f"{archive.http}/fault/{code}{LINES}")
    fails(done, f"HTTP {code}")
    assert done.stdout == b""
    assert len(archive.log()) == 1


def test_redirects_end_after_ten(fetch: Fetch, archive: RunningArchive) -> None:
    for name in ("redirloop", "redirmany"):
        archive.forget()
        fails(fetch(f"{archive.http}/fault/{name}{LINES}"), "more than 10 redirects")
        assert len(archive.log()) == 11


@pytest.mark.parametrize(("name", "target"), [("redirfile", "file:///etc/hostname"), ("redirscheme", "gopher://")])
def test_redirects_to_other_protocols_are_refused(
    fetch: Fetch, archive: RunningArchive, name: str, target: str
) -> None:
    done = fetch(f"{archive.http}/fault/{name}{LINES}")
    fails(done, f"redirect to '{target}")
    assert done.stdout == b""


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "/etc/hostname"])
def test_only_http_and_https_are_fetched(fetch: Fetch, url: str) -> None:
    fails(fetch(url), "only http and https addresses can be fetched")


def test_an_empty_body_is_a_failure(fetch: Fetch, archive: RunningArchive) -> None:
    fails(fetch(f"{archive.http}/fault/emptybody{LINES}"), "the answer is empty")
    fails(fetch(f"{archive.http}/files/empty.txt"), "the answer is empty")


# Time


def test_a_server_that_never_answers_is_given_up(fetch: Fetch, archive: RunningArchive) -> None:
    fails(fetch("--idle=0.3", f"{archive.http}/fault/hang{LINES}"), "nothing came for 0.3 s")
    assert len(archive.log()) == 1


def test_a_server_that_stalls_in_the_body_is_asked_for_the_rest(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch("--idle=0.3", f"{archive.http}/fault/stallx1{LINES}")
    assert (done.status, done.stdout) == (0, BODY)
    assert ranges(archive) == [None, "bytes=100000-"]


def test_a_server_that_stalls_for_ever_is_given_up(fetch: Fetch, archive: RunningArchive) -> None:
    fails(fetch("--idle=0.2", f"{archive.http}/fault/stall{LINES}"), "nothing came for 0.2 s (tried 4 times)")


def test_a_slow_server_is_waited_for(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch("--idle=0.5", f"{archive.http}/fault/slow/files/hello.txt?plain")
    assert (done.status, done.stdout) == (0, b"hello\n")


def test_the_time_for_everything_can_be_limited(fetch: Fetch, archive: RunningArchive) -> None:
    fails(fetch("--timeout=0.4", f"{archive.http}/fault/slow{LINES}"), "the time limit of 0.4 s is over")
    done = fetch("--timeout=0.5", "--wait=60", f"{archive.http}/fault/503{LINES}")
    fails(done, "HTTP 503")


# Bodies that break off


def test_a_body_broken_off_is_continued_behind_its_last_byte(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch(f"{archive.http}/fault/resetx1{LINES}")
    assert (done.status, done.stderr, done.stdout) == (0, "", BODY)
    first, second = archive.log()
    assert "range" not in first["headers"]
    assert second["headers"]["range"] == "bytes=100000-"
    assert second["headers"]["if-range"].startswith('"')


def test_a_body_can_be_continued_several_times(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch(f"{archive.http}/fault/resetx3{LINES}")
    assert (done.status, done.stdout) == (0, BODY)
    assert ranges(archive) == [None, "bytes=100000-", "bytes=150000-", "bytes=175000-"]


def test_a_body_that_always_breaks_off_is_a_failure(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch(f"{archive.http}/fault/reset{LINES}")
    assert done.status == 1
    assert BODY.startswith(done.stdout)


@pytest.mark.parametrize("route", [LINES, "/files/lines.txt"], ids=["plain", "gzip"])
def test_a_server_without_ranges_sends_nothing_twice(fetch: Fetch, archive: RunningArchive, route: str) -> None:
    done = fetch(f"{archive.http}/fault/norange{route}")
    assert (done.status, done.stderr, done.stdout) == (0, "", BODY)
    assert len(archive.log()) == 2


def test_a_compressed_body_is_not_continued_by_range(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch(f"{archive.http}/fault/resetx1/files/lines.txt")
    assert (done.status, done.stdout) == (0, BODY)
    assert ranges(archive) == [None, None]


def test_a_body_that_changed_meanwhile_is_not_mixed(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch(f"{archive.http}/fault/etagchange{LINES}")
    fails(done, "broken off after 100000 bytes and cannot be continued: it has changed on the server")
    assert done.stdout == BODY[:100_000]


def test_without_a_strong_validator_nothing_is_continued(fetch: Fetch, archive: RunningArchive) -> None:
    for query in ("&weak", "&bare"):
        archive.forget()
        done = fetch(f"{archive.http}/fault/resetx1{LINES}{query}")
        assert done.status == 1
        assert done.stdout == BODY[:100_000]
        assert len(archive.log()) == 1


# Bodies that are not what they say


@pytest.mark.parametrize(
    ("name", "route", "reason"),
    [
        ("trunc", LINES, "bytes remaining to read"),
        ("longlen", LINES, "longer than its length says"),
        ("badchunk", LINES, "chunked-encoding"),
        ("badgzip", "/files/lines.txt", "the compressed answer is damaged"),
        ("cutgzip", "/files/lines.txt", "the compressed answer is cut short"),
        ("badmd5", LINES, "does not match its SHA-256 digest"),
        ("badmd5", "/files/lines.txt", "does not match its SHA-256 digest"),
        ("hdrbomb", LINES, "header of the answer is larger than 262144 bytes"),
        ("gzipbomb", LINES, "grows more than 200 times"),
    ],
)
def test_a_broken_answer_is_a_failure(
    fetch: Fetch, archive: RunningArchive, name: str, route: str, reason: str
) -> None:
    fails(fetch(f"{archive.http}/fault/{name}{route}"), reason)


def test_the_size_can_be_limited(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch("--maximum=5000", archive.http + LINES)
    fails(done, "the answer is larger than 5000 bytes")
    assert len(done.stdout) <= 5000
    fails(fetch("--maximum=5000", archive.http + "/files/lines.txt"), "larger than 5000 bytes")
    assert fetch("--maximum=200000", archive.http + LINES).status == 0


# Mirrors


def test_mirrors_are_tried_in_turn(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch("http://127.0.0.1:1/x", f"{archive.http}/fault/404{LINES}", archive.http + LINES, archive.http + "/no")
    assert (done.status, done.stderr, done.stdout) == (0, "", BODY)
    assert [request["path"] for request in archive.log()] == ["/fault/404/files/lines.txt", "/files/lines.txt"]


def test_a_failure_tells_the_reason_of_each_mirror(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch(f"{archive.http}/fault/404{LINES}", f"{archive.http}/fault/500{LINES}")
    fails(done, "HTTP 404 Not Found; ")
    assert "HTTP 500" in done.stderr
    # the first is final, the second is not
    assert [request["path"].split("/")[2] for request in archive.log()] == ["404", "500", "500", "500", "500"]


def test_a_body_that_has_begun_is_not_continued_from_another_mirror(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch(f"{archive.http}/fault/reset{LINES}&bare", archive.http + LINES)
    assert done.status == 1
    assert done.stdout == BODY[:100_000]


# TLS


def test_a_certificate_is_verified(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch(archive.https + LINES)
    fails(done, "certificate refused")
    assert done.stdout == b""
    assert archive.log() == []


@pytest.mark.parametrize("variable", ["CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_an_authority_can_be_given(fetch: Fetch, archive: RunningArchive, variable: str) -> None:
    assert fetch(archive.https + LINES, env={variable: archive.ca}).stdout == BODY


def test_wrong_hosts_and_expired_certificates_are_refused(fetch: Fetch, archive: RunningArchive) -> None:
    fails(fetch(archive.https_other + LINES, env={"SSL_CERT_FILE": archive.ca_other}), "certificate refused")
    fails(fetch(archive.https_expired + LINES, env={"SSL_CERT_FILE": archive.ca_expired}), "expired")


def test_https_is_not_left_for_http(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch(f"{archive.https}/fault/redirplain{LINES}", env={"SSL_CERT_FILE": archive.ca})
    fails(done, "redirect to 'http://")


# The rest


def test_proxies_are_used(fetch: Fetch, archive: RunningArchive) -> None:
    done = fetch("http://nowhere.invalid/files/hello.txt", env={"http_proxy": archive.http, "no_proxy": ""})
    assert done.status == 0
    assert archive.log()[0]["path"] == "/files/hello.txt"
    assert archive.log()[0]["headers"]["host"] == "nowhere.invalid"


def test_passwords_in_addresses_are_not_shown(fetch: Fetch, archive: RunningArchive) -> None:
    url = archive.http.replace("//", "//me:secret@") + "/no"
    done = fetch(url)
    fails(done, "HTTP 404")
    assert "secret" not in done.stderr


def test_control_characters_of_a_server_are_not_passed_to_the_terminal(fetch: Fetch) -> None:
    fails(fetch("ftp://\x1b[31mred"), "ftp://\\x1b[31mred")


def test_an_address_is_needed(fetch: Fetch) -> None:
    fails(fetch(), "an address")


def test_a_full_disk_is_an_error(fetch: Fetch, bindir: Path, archive: RunningArchive) -> None:
    import subprocess

    with open("/dev/full", "wb") as full:
        done: Any = subprocess.run(
            [bindir / "voclient-fetch", archive.http + LINES], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert done.stderr == b"cannot write standard output: No space left on device\n"
