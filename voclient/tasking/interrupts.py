"""Ctrl-C held back for the moment in which a new process belongs to nobody yet."""

from __future__ import annotations

import signal
import threading
from typing import Any


class PostponedInterrupt:
    """A `with` block that Ctrl-C does not break: it is raised at the end of the block.

    Only the main thread is ever interrupted, so elsewhere this does nothing.
    """

    __slots__ = ("_frame", "_handler", "_interrupted")

    def __init__(self) -> None:
        self._handler: Any = None
        self._frame: Any = None
        self._interrupted = False

    def __enter__(self) -> None:
        if threading.get_ident() == threading.main_thread().ident:
            handler = signal.getsignal(signal.SIGINT)
            if callable(handler):
                signal.signal(signal.SIGINT, self._note)
                self._handler = handler

    def __exit__(self, *_: object) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
            if self._interrupted:
                self._handler(signal.SIGINT, self._frame)

    def _note(self, _: int, frame: Any) -> None:
        self._interrupted, self._frame = True, frame
