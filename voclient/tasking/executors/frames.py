"""What caller and worker say to each other: frames on a TCP connection, each a kind, a length and that many bytes.

The worker connects and shows the token of its call; the caller answers GO, so that a program starts once at most,
whatever an engine repeats. An end of the connection is an end of the run, for either side. Nothing of it is unpickled.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

GO = b"g"
STOP = b"s"
"""From the caller: end it, as this status, for this reason."""
BEGUN = b"b"
STDOUT = b"o"
STDERR = b"e"
CHANNEL = b"c"
FILE = b"f"
"""An output file of this name begins; DATA of it follow, then END."""
DATA = b"d"
END = b"."
EXIT = b"x"
"""From the worker, the last: how the run ended."""

TOKEN_BYTES = 32
PIECE = 1 << 18
LONGEST = 1 << 24
_HEAD = struct.Struct(">cI")


def frame(kind: bytes, data: bytes = b"") -> bytes:
    """A frame as bytes."""
    return _HEAD.pack(kind, len(data)) + data


def told(kind: bytes, **facts: Any) -> bytes:
    """A frame that tells facts, as JSON."""
    return frame(kind, json.dumps(facts).encode())


class FrameReader:
    """Cuts what arrives into frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Take in bytes; gives the frames that are complete. ValueError: these are no frames."""
        self._rest += data
        while len(self._rest) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._rest)
            if length > LONGEST:
                raise ValueError(f"a frame of {length} bytes")
            end = _HEAD.size + length
            if len(self._rest) < end:
                return
            payload = bytes(memoryview(self._rest)[_HEAD.size : end])
            del self._rest[:end]
            yield kind, payload


def watch_over(connection: socket.socket) -> None:
    """Have the kernel find out, within a minute or so, that the other machine is gone."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("KEEPIDLE", 20), ("KEEPINTVL", 10), ("KEEPCNT", 4), ("USER_TIMEOUT", 60_000), ("NODELAY", 1)):
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_{name}"), value)
