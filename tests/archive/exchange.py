"""What passes between the server, its services and its faults: one request, one response."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol


class Headers(dict[str, str]):
    """Header fields under lower-case names."""

    def __init__(self, pairs: dict[str, str] | None = None) -> None:
        super().__init__({name.lower(): value for name, value in (pairs or {}).items()})

    def __setitem__(self, name: str, value: str) -> None:
        super().__setitem__(name.lower(), value)


@dataclass(frozen=True)
class Request:
    """One request as a service sees it."""

    method: str
    path: str  # decoded, below the service's prefix, with its leading "/"; "" for the prefix itself
    query: str  # as sent, without "?"
    parameters: dict[str, list[str]]  # of the query and, for a form, of the body
    headers: Headers
    body: bytes
    root: str  # "http://127.0.0.1:8080", for links to other routes

    def with_headers(self, **changes: str | None) -> Request:
        """The same request with header fields set or (None) removed; `_` stands for `-`."""
        headers = Headers(self.headers)
        for name, value in changes.items():
            key = name.replace("_", "-")
            if value is None:
                headers.pop(key, None)
            else:
                headers[key] = value
        return replace(self, headers=headers)


class Wire(Protocol):
    """The connection below a response, for those that bring their own way of being sent."""

    def head(self, response: Response, *, length: int | None, chunked: bool = False) -> None:
        """Send status line and header fields; `length` None: no Content-Length."""

    def write(self, data: bytes) -> None:
        """Send bytes at once."""

    def close(self, *, reset: bool = False) -> None:
        """End the connection after this response; `reset`: at once and rudely."""

    def wait_for_close(self, seconds: float) -> None:
        """Wait until the client has gone, or the time is over."""


@dataclass
class Response:
    """An answer; the server adds Content-Length, Date, ETag and answers HEAD, Range and gzip itself."""

    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: Headers = field(default_factory=Headers)
    chunked: bool = False
    send: Callable[[Wire, Response], None] | None = None  # None: the ordinary way


def repr_digest(body: bytes) -> str:
    """The Repr-Digest field of a body (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def not_found(what: str) -> Response:
    """The answer for a route or name that does not exist."""
    return Response(f"{what}: not found\n".encode(), status=404)
