"""The HTTP server: connections, routes, Range and gzip, the request log and the counts of requests at once."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import select
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from . import faults, services
from .exchange import Headers, Request, Response, not_found, repr_digest


class Archive:
    """What all ports share: the services, the log, the counts."""

    def __init__(self) -> None:
        self.services = services.find()
        self.lock = threading.Lock()
        self.log: list[str] = []
        self.now: Counter[str] = Counter()  # requests under way per route
        self.highest: Counter[str] = Counter()
        self.fault_counts: Counter[str] = Counter()

    def forget(self) -> None:
        """Empty the log and set every count back."""
        with self.lock:
            self.log.clear()
            self.highest.clear()
            self.fault_counts.clear()

    def record(self, request: Request, path: str) -> None:
        """Add a request to the log."""
        entry = {
            "method": request.method,
            "path": path,
            "query": request.query,
            "parameters": request.parameters,
            "headers": dict(request.headers),
            "body": request.body.decode("utf-8", "replace"),
        }
        with self.lock:
            self.log.append(json.dumps(entry))

    @contextlib.contextmanager
    def counted(self, route: str) -> Iterator[None]:
        """Count a request as under way on its route."""
        with self.lock:
            self.now[route] += 1
            self.highest[route] = max(self.highest[route], self.now[route])
        try:
            yield
        finally:
            with self.lock:
                self.now[route] -= 1

    def answer(self, request: Request) -> Response:
        """Find the service of a path, let faults have their way, return what is to be sent."""
        fault = re.fullmatch(r"/fault/([^/]+)(/.*)", request.path)
        if fault:
            with self.lock:
                key = f"{request.path}?{request.query}"
                self.fault_counts[key] += 1
                count = self.fault_counts[key]
            inner = replace(request, path=fault[2])
            return faults.apply(fault[1], faults.Call(inner, count, self.answer))
        for service in self.services:
            for prefix in service.PREFIXES:
                if request.path == prefix or request.path.startswith(prefix + "/"):
                    found = service.answer(replace(request, path=request.path[len(prefix) :]))
                    return finish(request, found)
        return not_found(request.path)

    def administer(self, request: Request) -> Response | None:
        """Answer the server's own routes; None: not one of them."""
        if request.path == "/_log" and request.method == "DELETE":
            self.forget()
            return Response(status=204)
        with self.lock:
            if request.path == "/_log":
                return Response("".join(line + "\n" for line in self.log).encode(), "application/jsonl")
            if request.path == "/_stats":
                return Response(json.dumps({"highest": self.highest}).encode(), "application/json")
        return None


def finish(request: Request, response: Response) -> Response:
    """Apply what HTTP itself offers to a complete answer: conditions, ranges, content coding (RFC 9110)."""
    if response.status != 200 or response.send or request.method not in ("GET", "HEAD"):
        return response
    headers = Headers(response.headers)
    etag = headers.setdefault("etag", f'"{hashlib.sha256(response.body).hexdigest()[:16]}"')
    headers.setdefault("accept-ranges", "bytes")
    if not etag:  # a service that wants none
        del headers["etag"]
    if etag and etag in request.headers.get("if-none-match", ""):
        return replace(response, status=304, body=b"", headers=headers)
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    unchanged = request.headers.get("if-range", etag) in (etag, headers.get("last-modified"))
    if wanted and any(wanted.groups()) and unchanged:
        size = len(response.body)
        first = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
        last = min(size - 1, int(wanted[2])) if wanted[1] and wanted[2] else size - 1
        if first >= size or first > last:
            headers["content-range"] = f"bytes */{size}"
            return replace(response, status=416, body=b"", headers=headers)
        headers["content-range"] = f"bytes {first}-{last}/{size}"
        return replace(response, status=206, body=response.body[first : last + 1], headers=headers)
    packable = response.content_type.startswith(("text/", "application/x-votable"))
    if packable and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        headers["vary"] = "Accept-Encoding"
        packed = gzip.compress(response.body, 6, mtime=0)
        if (
            "repr-digest" in headers
        ):  # of what is sent (RFC 9530); Content-MD5 stays that of the plain bytes, as often seen
            headers["repr-digest"] = repr_digest(packed)
        if etag:
            headers["etag"] = etag[:-1] + '-gzip"'
        return replace(response, body=packed, headers=headers)
    return replace(response, headers=headers)


class Connection(BaseHTTPRequestHandler):
    """One client's connection; also the `Wire` that faults write to."""

    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        address = urlsplit(self.path)
        path = unquote(address.path)
        headers = Headers(dict(self.headers.items()))
        body = self.rfile.read(int(headers.get("content-length", "0")))
        parameters = parse_qs(address.query, keep_blank_values=True)
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            parameters |= parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        root = f"{self.server.scheme}://{headers.get('host', '127.0.0.1')}"
        request = Request(self.command, path, address.query, parameters, headers, body, root)
        archive = self.server.archive
        response = archive.administer(request)
        if response:
            self._send(response)
            return
        archive.record(request, path)
        route = "/" + re.sub(r"^(/fault/[^/]+)+", "", path).strip("/").split("/")[0]
        with archive.counted(route):
            try:
                response = archive.answer(request)
            except Exception as error:  # a fault of the archive itself must be seen by the test
                response = Response(f"archive: {error!r}\n".encode(), status=501)
            self._send(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve

    def _send(self, response: Response) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
            if response.send and self.command != "HEAD":
                response.send(self, response)
            elif response.chunked and self.command != "HEAD":
                self.head(response, length=None, chunked=True)
                for start in range(0, len(response.body), 8192):
                    piece = response.body[start : start + 8192]
                    self.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.write(b"0\r\n\r\n")
            else:
                self.head(response, length=len(response.body))
                if self.command != "HEAD" and response.status not in (204, 304):
                    self.write(response.body)
            return
        self.close_connection = True

    def head(self, response: Response, *, length: int | None, chunked: bool = False) -> None:
        """Send status line and header fields."""
        self.send_response(response.status)
        if response.status not in (204, 304):
            self.send_header("Content-Type", response.content_type)
            if length is not None:
                self.send_header("Content-Length", str(length))
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        for name, value in response.headers.items():
            self.send_header(name.title(), value)
        self.end_headers()

    def write(self, data: bytes) -> None:
        """Send bytes at once."""
        self.wfile.write(data)

    def close(self, *, reset: bool = False) -> None:
        """End the connection after this response."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def wait_for_close(self, seconds: float) -> None:
        """Wait until the client has gone, or the time is over."""
        self.close_connection = True
        select.select([self.connection], [], [], seconds)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the log is at /_log."""


class Server(ThreadingHTTPServer):
    """One listening port, plain or with TLS."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, archive: Archive, port: int = 0, certificate: str | None = None) -> None:
        super().__init__(("127.0.0.1", port), Connection)
        self.archive = archive
        self.scheme = "https" if certificate else "http"
        self.tls: ssl.SSLContext | None = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)

    @property
    def url(self) -> str:
        """Where this port is reached."""
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def finish_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Serve one connection (in its own thread, where a slow handshake stops nobody else)."""
        if self.tls:
            request = self.tls.wrap_socket(request, server_side=True)
        try:
            super().finish_request(request, client_address)  # type: ignore[arg-type]
        finally:
            if self.tls:
                request.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""

    def start(self) -> None:
        """Serve in a thread of its own until the process ends."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 3600}, daemon=True).start()
