"""The local archive itself: what other tests rely on."""

from __future__ import annotations

import gzip
import http.client
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from .fixture import RunningArchive


def get(
    archive: RunningArchive, path: str, method: str = "GET", **fields: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """One request, redirects not followed; `_` in a field's name stands for `-`."""
    connection = http.client.HTTPConnection(urlsplit(archive.http).netloc, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): text for name, text in fields.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_requests_are_logged_and_forgotten(archive: RunningArchive) -> None:
    get(archive, "/files/hello.txt?a=1&b=x%20y", User_Agent="me")
    (request,) = archive.log()
    assert request["method"] == "GET"
    assert request["path"] == "/files/hello.txt"
    assert request["query"] == "a=1&b=x%20y"
    assert request["parameters"] == {"a": ["1"], "b": ["x y"]}
    assert request["headers"]["user-agent"] == "me"
    archive.forget()
    assert archive.log() == []


def test_connections_at_once_are_counted_by_route(archive: RunningArchive) -> None:
    def ask() -> None:
        get(archive, "/fault/slow/files/hello.txt?plain")

    threads = [threading.Thread(target=ask) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert archive.highest()["/files"] == 64


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [("bytes=2-", 206, b"llo\n"), ("bytes=1-2", 206, b"el"), ("bytes=-3", 206, b"lo\n"), ("bytes=6-", 416, b"")],
)
def test_ranges(archive: RunningArchive, asked: str, status: int, body: bytes) -> None:
    found, headers, content = get(archive, "/files/hello.txt", Range=asked)
    assert (found, content) == (status, body)
    assert headers["Content-Range"].endswith("/6")


def test_conditions(archive: RunningArchive) -> None:
    etag = get(archive, "/files/hello.txt")[1]["ETag"]
    assert get(archive, "/files/hello.txt", If_None_Match=etag)[0] == 304
    assert get(archive, "/files/hello.txt", If_Range=etag, Range="bytes=1-")[0] == 206
    assert get(archive, "/files/hello.txt", If_Range='"other"', Range="bytes=1-")[0] == 200


def test_head_gzip_and_chunks(archive: RunningArchive) -> None:
    status, headers, body = get(archive, "/files/lines.txt", method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, "200000", b"")
    plain = get(archive, "/files/lines.txt")[2]
    _, headers, body = get(archive, "/files/lines.txt", Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == plain
    _, headers, body = get(archive, "/files/lines.txt?chunked")
    assert headers["Transfer-Encoding"] == "chunked"
    assert body == plain


def test_a_fault_with_a_count_ends(archive: RunningArchive) -> None:
    assert [get(archive, "/fault/500x2/files/hello.txt")[0] for _ in range(3)] == [500, 500, 200]
    archive.forget()
    assert get(archive, "/fault/500x2/files/hello.txt")[0] == 500


def test_what_is_not_there_is_said(archive: RunningArchive) -> None:
    for path in ("/nowhere", "/files/none", "/files/../server.py", "/fault/none/files/hello.txt"):
        assert get(archive, path)[0] == 404


def test_every_name_of_the_data_set_resolves(archive: RunningArchive) -> None:
    table = (Path(__file__).parent / "data" / "objects.psv").read_text(encoding="utf-8")
    for line in table.splitlines()[1:]:
        name, _, ra, *_ = line.split("|")
        body = get(archive, "/sesame/-oxp/SNV?" + urllib.request.quote(name))[2].decode()
        assert f"<jradeg>{ra}</jradeg>" in body


def test_sesame_answers_in_text_too(archive: RunningArchive) -> None:
    body = get(archive, "/viz-bin/nph-sesame/-oI/A?m31")[2].decode()
    assert "%J 10.684708 41.26875 = 00:42:44.33 +41:16:07.5" in body
    assert "%I ngc 224" in body
    assert "#! *** Nothing found ***" in get(archive, "/sesame?nothing")[2].decode()


def test_the_demo_prints_lines_for_a_shell() -> None:
    command = [sys.executable, str(Path(__file__).parent), "--demo", "--until-eof"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
    assert line.startswith("export VOC_SESAME_URL=http://127.0.0.1:")
    assert process.returncode == 0


def test_it_runs_as_a_module_and_ends_with_its_input() -> None:
    checkout = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.archive", "--until-eof"]
    done = subprocess.run(command, cwd=checkout, input="", capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(done.stdout)["http"].startswith("http://127.0.0.1:")
