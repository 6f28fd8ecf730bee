"""Ctrl-C, and other signals that raise, held back for the moment in which a new process belongs to nobody yet."""

from __future__ import annotations

import signal
import threading
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PostponedInterrupt:
    """A `with` block that Ctrl-C does not break: what its handler does, raise as a rule, comes at the end of the block.

    Only the main thread is ever interrupted, so elsewhere this does nothing.
    """

    __slots__ = ("_came", "_handlers")

    def __init__(self) -> None:
        self._handlers: dict[int, Any] = {}
        self._came: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.get_ident() != threading.main_thread().ident:
            return
        try:
            for number in _SIGNALS:
                handler = signal.getsignal(number)
                if callable(handler):
                    self._handlers[number] = handler
                    signal.signal(number, self._note)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        for number, frame in self._came.items():
            self._handlers[number](number, frame)

    def _note(self, number: int, frame: Any) -> None:
        self._came[number] = frame
