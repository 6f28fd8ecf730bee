"""All output of one run: which stream or file gives which keys, and when the OPset channel takes over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..descriptor import Descriptor, Invocation
    from . import Capture, Event


class Intake:
    """Feed it the bytes of each stream as they arrive, the channel's before those of stdout.

    Once the channel has said `{"opset": 1}`, plain keys come from it alone. Every method may raise `ResultError`,
    after the events before the error were given; that part of the output is then no longer parsed, the others are.
    """

    def __init__(
        self, descriptor: Descriptor, invocation: Invocation, *, stdout: Capture, stderr: Capture, folder: str
    ) -> None:
        """`folder` is where the program runs: relative names of output files start there."""
        raise NotImplementedError

    def feed_channel(self, data: bytes) -> Iterator[Event]:
        """Bytes from the descriptor that VOCLIENT_OPSET_FD named."""
        raise NotImplementedError

    def feed_stdout(self, data: bytes) -> Iterator[Event]:
        raise NotImplementedError

    def feed_stderr(self, data: bytes) -> Iterator[Event]:
        raise NotImplementedError

    def finish(self, success: bool) -> Iterator[Event]:
        """All streams have ended. References and output files are given for a run that succeeded only."""
        raise NotImplementedError
