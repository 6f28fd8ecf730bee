"""Downloads into the cache: fetched once, asked for again, never kept in part."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from voclient.tasking import cache

DATE = "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            if self.headers["If-None-Match"] == '"one"' or self.headers["If-Modified-Since"] == DATE:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(404 if self.path == "/missing" else 200)
            for name, value in {"/tagged": [("ETag", '"one"')], "/dated": [("Last-Modified", DATE)]}.get(self.path, []):
                self.send_header(name, value)
            self.send_header("Content-Length", "100" if self.path == "/short" else "7")
            self.end_headers()
            self.wfile.write(b"answer%d" % len(asked))

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", asked
        running.shutdown()
        thread.join()


def test_a_url_is_fetched_once_or_when_it_is_too_old(
    server: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = server
    for _ in range(2):
        assert cache.download(f"{address}/data", age="1h").read_bytes() == b"answer1"
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3601)
    assert cache.download(f"{address}/data").read_bytes() == b"answer1"
    assert cache.download(f"{address}/data", age="1h").read_bytes() == b"answer2"
    assert asked == ["/data", "/data"]
    assert [(entry.kind, entry.title) for entry in cache.entries("*/data")] == [("download", f"{address}/data")]


@pytest.mark.parametrize("path", ["/tagged", "/dated"])
def test_what_has_not_changed_is_not_sent_again(
    path: str, server: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = server
    now, later = time.time(), [0.0]
    monkeypatch.setattr(time, "time", lambda: now + later[0])
    for later[0] in (0.0, 4000.0, 5000.0, 8000.0):
        assert cache.download(address + path, age="1h").read_bytes() == b"answer1"
    assert asked == [path] * 3, "at 5000 s what was confirmed at 4000 s is good"
    cache.clear(address + path)
    assert cache.download(address + path, age="1h").read_bytes() == b"answer4"


@pytest.mark.parametrize("path", ["/missing", "/short"])
def test_a_download_that_fails_or_is_cut_short_is_not_kept(path: str, server: tuple[str, list[str]]) -> None:
    with pytest.raises(OSError, match=r"404|ended after 7 of 100 bytes"):
        cache.download(server[0] + path)
    assert cache.entries() == []
    assert list(cache.folder().rglob("drafts/*")) == []
