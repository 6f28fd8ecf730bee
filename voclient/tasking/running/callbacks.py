"""Callbacks on results: which are called for a key, and the one thread that calls those of asynchronous runs."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from queue import SimpleQueue
from typing import TYPE_CHECKING

from ..results import Progress
from .record import pairs

if TYPE_CHECKING:
    from ..calls.controls import Callback, ProgressCallback
    from ..results import Item
    from .record import Record


class Callbacks:
    """The callbacks of one run, called in order; the first exception stops them and is kept for whoever waits."""

    def __init__(
        self,
        callback: Callback | Mapping[str, Callback],
        record: Record,
        progress: ProgressCallback | None = None,
    ) -> None:
        """`progress` is called with a fraction and a text, in order with the others."""
        if progress is not None:
            record.tells_progress = True
        self._progress = progress
        self._callbacks = list(callback.items()) if isinstance(callback, Mapping) else [("*", callback)]
        self._record = record
        self._stopped = False

    def call(self, items: Iterable[Item | Progress]) -> None:
        """Call them in this thread. What is no Exception (Ctrl-C) passes through."""
        try:
            for item in () if self._stopped else items:
                if isinstance(item, Progress):
                    if self._progress is not None:
                        self._progress(item.fraction, item.text)
                    continue
                for key, value in pairs([item]):
                    for callback in self.fitting(key):
                        callback(key, value)
        except Exception as error:
            self._stop(error)

    def fitting(self, key: str) -> list[Callback]:
        """Those whose pattern a key fits."""
        return [callback for pattern, callback in self._callbacks if fnmatchcase(key, pattern)]

    def follow(self) -> None:
        """Call them, in the callback thread, for what has come, and for what comes until the run has ended."""
        with self._record.changed:
            self._record.delivering += 1
            self.call_later(self._record.follow(self._take))

    def _take(self, items: list[Item]) -> None:
        if items:
            self.call_later(items)
        elif self._record.finished:
            self._record.unfollow(self._take)
            self.end_later()

    def call_later(self, items: Iterable[Item | Progress]) -> None:
        """Call them in the callback thread, in order."""
        _post(lambda: self._call_guarded(items))

    def end_later(self) -> None:
        """After all calls so far: nothing more is to be delivered."""
        _post(self._record.delivered)

    def _call_guarded(self, items: Iterable[Item | Progress]) -> None:
        try:
            self.call(items)
        except BaseException as error:  # SystemExit and the like cannot leave this thread
            self._stop(error)

    def _stop(self, error: BaseException) -> None:
        self._stopped = True
        if self._record.error is None:
            self._record.error = error


_calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
_thread: threading.Thread | None = None
_lock = threading.Lock()


def in_callback_thread() -> bool:
    return threading.current_thread() is _thread


def _post(call: Callable[[], None]) -> None:
    global _thread
    _calls.put(call)
    with _lock:
        if _thread is None:
            _thread = threading.Thread(target=_serve, args=(_calls,), name="voclient-callbacks", daemon=True)
            _thread.start()


def _serve(calls: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        calls.get()()


def _forget() -> None:
    global _calls, _thread, _lock
    _calls, _thread, _lock = SimpleQueue(), None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
