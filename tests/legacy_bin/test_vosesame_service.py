"""vosesame and its service: requests, mirrors, answers of every kind, and what the framework is told."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

Sesame = Callable[..., "Finished"]


@pytest.fixture
def vosesame(run: Callable[..., Finished], archive: RunningArchive) -> Sesame:
    """vosesame with its service in the archive and no cache."""

    def run_it(*arguments: str, env: dict[str, str] | None = None, **more: object) -> Finished:
        return run("vosesame", *arguments, env={**archive.environment, "VOC_NO_CACHE": "1", **(env or {})}, **more)

    return run_it


def test_names_are_percent_encoded(vosesame: Sesame, archive: RunningArchive) -> None:
    vosesame("-q", "a b+c&d#e/f?g", "η Car", "100%")
    (request,) = archive.log()
    assert request["method"] == "GET"
    assert request["path"] == "/sesame/-oxp/SNV"
    assert request["query"] == "a%20b%2Bc%26d%23e%2Ff%3Fg&%CE%B7%20Car&100%25"
    assert request["headers"]["user-agent"].startswith("vosesame/1.")


def test_names_go_in_batches_of_fifty(vosesame: Sesame, archive: RunningArchive, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("".join(f"nothing {n}\n" for n in range(49)) + "m31\nm51\n")
    done = vosesame("-qn", "list", "m83")
    assert (done.lines, done.status) == (["m31", "m51", "m83"], 49)
    assert [request["query"].count("&") + 1 for request in archive.log()] == [50, 2]


def test_blank_names_are_never_asked_for(vosesame: Sesame, archive: RunningArchive) -> None:
    done = vosesame("-n", "m31", "", " ", "m51")
    assert (done.lines, done.status) == (["m31", "m51"], 2)
    assert done.stderr == "Warning: Cannot resolve target ''\nWarning: Cannot resolve target ' '\n"
    assert [request["query"] for request in archive.log()] == ["m31&m51"]


def test_long_names_make_small_batches(vosesame: Sesame, archive: RunningArchive) -> None:
    done = vosesame("-qn", *(f"{'x' * 1500} {n}" for n in range(5)), "m31")
    assert (done.lines, done.status) == (["m31"], 5)
    assert all(len(request["query"]) < 5000 for request in archive.log())


def test_names_from_stdin_are_answered_before_the_next_is_typed(bindir: Path, archive: RunningArchive) -> None:
    with subprocess.Popen(
        [bindir / "vosesame", "-n"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **archive.environment, "VOC_NO_CACHE": "1"},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name in (b"m31\n", b"ngc 4258\n"):
            process.stdin.write(name)
            process.stdin.flush()
            assert process.stdout.readline() == name
        process.stdin.write(b"m51")  # without an end of line
        process.stdin.close()
        assert process.stdout.read() == b"m51\n"
        assert process.wait() == 0


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("SNV", "vega 279.234735 38.783689 16.820000 22.020000 dS* 18:36:56.34 +38:47:01.3"),
        ("V", "vega 279.234735 38.783689 0.000000 0.000000 Unknown 18:36:56.34 +38:47:01.3"),
        ("NV", "vega 279.234735 38.783689 0.000000 0.000000 Unknown 18:36:56.34 +38:47:01.3"),
        ("VSA", "vega 279.234735 38.783689 0.000000 0.000000 Unknown 18:36:56.34 +38:47:01.3"),
    ],
)
def test_the_order_of_resolvers_can_be_chosen(vosesame: Sesame, letters: str, expected: str) -> None:
    assert vosesame("-ndets", f"--resolver={letters}", "vega").lines == [expected]
    assert vosesame("--resolver=N", "vega").status == 1


def test_what_a_resolver_leaves_out_is_filled_in(vosesame: Sesame) -> None:
    assert vosesame("-dets", "NED Only").lines == ["150.000042 2.200000 0.000000 0.000000 G 10:00:00.01 +02:12:00.0"]
    assert vosesame("-t", "VizieR Only").lines == ["Unknown"]


# Mirrors and failures


def test_the_next_base_is_tried(vosesame: Sesame, archive: RunningArchive) -> None:
    bases = ["http://127.0.0.1:1/none"]
    bases += [f"{archive.http}/fault/{fault}/sesame" for fault in ("404", "html200", "badxml", "emptybody", "lol")]
    done = vosesame("m31", env={"VOC_SESAME_URL": " ".join([*bases, archive.http + "/sesame/"])})
    assert (done.status, done.text, done.stderr) == (0, "10.684708 41.268750\n", "")
    assert [request["path"] for request in archive.log()][-1] == "/sesame/-oxp/SNV"
    assert len(archive.log()) == 6


def test_services_on_the_command_line_come_before_the_environment(vosesame: Sesame, archive: RunningArchive) -> None:
    first, second = f"{archive.http}/fault/404/sesame", f"{archive.http}/cgi-bin/nph-sesame"
    done = vosesame("--service", first, f"--service={second}", "m31", env={"VOC_SESAME_URL": "http://127.0.0.1:1/"})
    assert done.status == 0
    assert len(archive.log()) == 2


def test_a_service_out_of_reach_is_told_once_and_not_asked_again(vosesame: Sesame, archive: RunningArchive) -> None:
    base = f"{archive.http}/fault/404/sesame"
    done = vosesame("-n", "-p", "1,2", stdin="", env={"VOC_SESAME_URL": base})
    assert done.status == 0
    done = vosesame("-n", stdin="m31\nm51\nm83\n", env={"VOC_SESAME_URL": base})
    assert (done.status, done.text) == (3, "")
    first, *others = done.stderr.splitlines()
    assert first.startswith("Error: name resolver not reachable: ")
    assert first.endswith("HTTP 404 Not Found")
    assert others == [f"Warning: cannot resolve target/access file '{name}'" for name in ("m31", "m51", "m83")]
    assert len(archive.log()) == 1


def test_a_service_that_hangs_is_given_up(vosesame: Sesame, archive: RunningArchive) -> None:
    base = f"{archive.http}/fault/hang/sesame {archive.http}/sesame"
    assert vosesame("--timeout=0.3", "m31", env={"VOC_SESAME_URL": base}).status == 0
    done = vosesame("--timeout=0.3", "m31", env={"VOC_SESAME_URL": base.split()[0]})
    assert done.status == 1
    assert "Error: name resolver not reachable: " in done.stderr


@pytest.mark.parametrize(
    "fault", ["resetx1", "500x1", "503x1", "norange", "etagchange", "redir302", "bom", "latin1", "utf16"]
)
def test_trouble_that_passes_is_survived(vosesame: Sesame, archive: RunningArchive, fault: str) -> None:
    done = vosesame("-nd", "m31", "η Car", env={"VOC_SESAME_URL": f"{archive.http}/fault/{fault}/sesame"})
    assert (done.status, done.stderr) == (0, "")
    assert done.lines == ["m31 10.684708 41.268750", "η Car 161.264774 -59.684477"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("html200", "the answer is not from Sesame: its root element is not Sesame"),
        ("badxml", "the answer is not from Sesame: mismatched tag at line "),
        ("emptybody", "the answer is not from Sesame: no element found at line 1"),
        ("badutf8", "the answer is not from Sesame: not well-formed (invalid token) at line "),
        ("lol", "the answer is not from Sesame: it declares entities"),
        ("xxe", "the answer is not from Sesame: it declares entities"),
        ("deep", "the answer is not from Sesame: its elements are nested too deeply"),
        ("hugecell", "the answer is larger than 16777216 bytes"),
        ("cutgzip", "the compressed answer is cut short"),
        ("gzipbomb", "the answer is not from Sesame"),
        ("trunc", "bytes remaining to read"),
        ("redirloop", "more than 10 redirects"),
        ("hdrbomb", "the header of the answer is larger"),
    ],
)
def test_a_bad_answer_is_one_clear_line(vosesame: Sesame, archive: RunningArchive, fault: str, reason: str) -> None:
    done = vosesame("-q", "m31", env={"VOC_SESAME_URL": f"{archive.http}/fault/{fault}/sesame"})
    assert (done.status, done.text) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Error: name resolver not reachable: ")
    assert reason in done.stderr
    # nothing that the answer refers to is fetched
    assert all("xxe." not in request["path"] for request in archive.log())


def test_control_characters_of_the_service_are_shown_not_sent(vosesame: Sesame, archive: RunningArchive) -> None:
    done = vosesame("-t", "m31", env={"VOC_SESAME_URL": f"{archive.http}/fault/ctrl/sesame"})
    assert done.lines == ["\\x9b31m\\x7fAGN"]


def test_tls_is_verified(vosesame: Sesame, archive: RunningArchive) -> None:
    secure = {"VOC_SESAME_URL": f"{archive.https}/sesame"}
    assert vosesame("m31", env={**secure, "CURL_CA_BUNDLE": archive.ca}).text == "10.684708 41.268750\n"
    assert "certificate refused" in vosesame("m31", env={**secure, "CURL_CA_BUNDLE": archive.ca_other}).stderr


# What the framework is told


def channel(bindir: Path, archive: RunningArchive, *arguments: str, base: str = "/sesame") -> list[dict[str, Any]]:
    """The lines on the OPset channel."""
    reading, writing = os.pipe()
    environment = {"VOC_SESAME_URL": archive.http + base, "VOC_NO_CACHE": "1", "VOCLIENT_OPSET_FD": str(writing)}
    subprocess.run(
        [bindir / "vosesame", *arguments], env={**os.environ, **environment}, pass_fds=[writing], capture_output=True
    )
    os.close(writing)
    with os.fdopen(reading) as lines:
        return [json.loads(line) for line in lines]


def test_the_channel_has_a_typed_row_for_each_name(bindir: Path, archive: RunningArchive) -> None:
    lines = channel(bindir, archive, "-Tdnets", "ngc 4258", "PSR B1919+21", "no such thing")
    assert lines[0] == {"opset": 1}
    assert lines[1] == {
        "row": {
            "name": "ngc 4258",
            "ra": 184.7396033,
            "dec": 47.3039789,
            "ra_error": 0.5,
            "dec_error": 0.4,
            "type": "Sy2",
            "ra_hms": "12:18:57.50",
            "dec_dms": "+47:18:14.3",
        }
    }
    assert lines[2]["row"]["name"] == "PSR B1919+21"
    assert lines[3:] == [{"key": "unresolved", "value": ["no such thing"]}]


def test_the_channel_tells_that_all_was_resolved(bindir: Path, archive: RunningArchive) -> None:
    assert channel(bindir, archive, "m31")[-1] == {"key": "unresolved", "value": []}


def test_the_channel_tells_why_nothing_came(bindir: Path, archive: RunningArchive) -> None:
    lines = channel(bindir, archive, "m31", base="/fault/404/sesame")
    assert lines[1]["error"].startswith("Error: name resolver not reachable: ")
    assert lines[2] == {"key": "unresolved", "value": ["m31"]}
