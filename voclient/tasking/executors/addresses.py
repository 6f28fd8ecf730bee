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


def is_here(host: str | None) -> bool:
    """Whether an address is one of this machine's; none is."""
    return not host or face_towards(host) == host
