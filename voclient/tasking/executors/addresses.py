"""Under which address other machines reach this one."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def face_towards(host: str, port: int | None = None) -> str:
    """The address that this machine has for another. (A datagram socket sends nothing by connecting.)"""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, port or 9))
        except OSError:
            return LOOPBACK
        return str(probe.getsockname()[0])


def listen(host: str, backlog: int) -> socket.socket:
    """A socket of this machine at that address, at a free port. OSError when it has no such address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, 0), family=family, backlog=backlog)
    except OSError as error:
        raise OSError(f"this machine cannot be reached at {host!r}, the host= of the executor: {error}") from None
    listener.setblocking(False)
    return listener


def is_here(host: str | None) -> bool:
    """Whether an address is one of this machine's; none is."""
    return not host or face_towards(host) == host
