"""A session's program in your own hands: a pexpect object, for what no descriptor says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from pexpect.exceptions import EOF, TIMEOUT
from pexpect.spawnbase import SpawnBase

from ..running.record import Status


class Talk(SpawnBase):  # type: ignore[misc]  # pexpect has no types
    """All of pexpect's `expect` and its kin, on what the session hears. In the session's queue it stands as a call."""

    lines = None

    def __init__(self, type: Callable[[bytes], None], timeout: float | None) -> None:
        super().__init__(timeout=timeout, encoding="utf-8", codec_errors="replace")
        self.granted = threading.Event()
        self.failure = ""
        self.ended = False
        self.limit = float("inf")
        self._type = type
        self._heard: SimpleQueue[bytes | None] = SimpleQueue()

    # For its user.

    def read_nonblocking(self, size: int = 1, timeout: float | None = -1) -> str:
        """What comes next, as pexpect wants it."""
        seconds = self.timeout if timeout == -1 else timeout
        try:
            data = self._heard.get(timeout=None if seconds is None else max(0.0, seconds))
        except Empty:
            raise TIMEOUT(f"nothing came in {seconds} s") from None
        if data is None:
            self._heard.put(None)
            raise EOF(self.failure or "the session was given back")
        text: str = self._decoder.decode(data, final=False)
        self._log(text, "read")
        return text

    def send(self, text: str) -> int:
        """Type some keys."""
        if self.ended:
            raise EOF(self.failure or "the session was given back")
        self._log(text, "send")
        data = text.encode()
        self._type(data)
        return len(data)

    def sendline(self, text: str = "") -> int:
        """Type a line."""
        return self.send(f"{text}\r")

    def sendintr(self) -> None:
        """Type Ctrl-C."""
        self.send("\x03")

    # For the conversation.

    def begin(self, argv: list[str]) -> float:
        self.granted.set()
        return time.monotonic() + self.limit

    def last_words(self) -> str:
        return ""

    def take(self, data: bytes) -> None:
        self._heard.put(data)

    def finish(self, status: Status, message: str, code: Any = None) -> None:
        self.ended = True
        self.failure = message
        self._heard.put(None)
        self.granted.set()
