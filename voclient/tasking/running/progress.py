"""Progress bars of runs: one thread draws them all, for those that say how far they are or that take long.

A terminal that stands still (Ctrl-S) stops this thread alone.
"""

from __future__ import annotations

import math
import os
import sys
import threading
import time
import warnings
from contextlib import suppress
from contextvars import copy_context
from typing import Any

from .audience import in_notebook
from .record import Record

PATIENCE = 0.3
"""Seconds after which a run that tells its progress gets a bar: less is not worth one."""
LONG = 1.0
"""Seconds after which any run gets one."""
PERIOD = 0.1
"""Seconds between two drawings."""
_KNOWN = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
_UNKNOWN = "{desc}: {elapsed}{postfix}"


def is_available() -> bool:
    """Whether tqdm, which draws, is installed."""
    if "tqdm" in sys.modules:
        return sys.modules["tqdm"] is not None
    from importlib.util import find_spec

    return find_spec("tqdm") is not None


class Bar:
    """The bar of one run, drawn once it is `due`; in a notebook below the cell that makes it (its context).

    `always`: also for a short run, and left when it has ended.
    """

    def __init__(self, record: Record, *, always: bool) -> None:
        self.record = record
        self.is_drawn = False
        self.is_ended = False
        self.always = always
        self._since = math.inf
        self._context = copy_context()
        self._line: Any = None
        self._is_known = False

    def begin(self) -> None:
        """The run has begun."""
        self._since = time.monotonic()
        if is_available():
            _display.add(self)

    def end(self) -> None:
        """The run is about to end: if there is something on the screen, it goes before anybody who waits goes on."""
        _display.end(self)

    def due(self, now: float) -> float:
        """When it is to be looked at next (monotonic); in the past: draw it."""
        if self.is_ended or (self.always and not self.is_drawn):
            return now
        if self.is_drawn:
            return now + PERIOD
        long = self._since + LONG
        progress = self.record.progress
        if progress.fraction is not None or progress.text:
            long = self._since + PATIENCE
        elif now < self._since + PATIENCE:
            return self._since + PATIENCE
        return long

    def draw(self, *, last: bool) -> None:
        # Where nothing can be drawn (a stream that is closed, a broken front end) the run must not suffer.
        with suppress(Exception):
            self._context.run(self._draw, last)

    def _draw(self, last: bool) -> None:
        fraction, text = self.record.progress.fraction, self.record.progress.text
        if fraction is not None and not 0 <= fraction <= 1:
            fraction = None if fraction != fraction else min(max(fraction, 0.0), 1.0)
        if self._line is None or self._is_known != (fraction is not None):
            self._close(leave=False)
            self._is_known = fraction is not None
            self._line = _tqdm()(
                desc=self.record.descriptor.task,
                total=1.0 if self._is_known else None,
                bar_format=_KNOWN if self._is_known else _UNKNOWN,
                leave=self.always,
                file=sys.stderr,
                dynamic_ncols=True,
            )
        if fraction is not None:
            self._line.n = fraction
        shown = "".join(character if character.isprintable() else " " for character in text[:60])
        self._line.set_postfix_str(shown, refresh=False)
        self._line.refresh()
        if last:
            self._close(leave=self.always)

    def _close(self, *, leave: bool) -> None:
        if self._line is not None:
            self._line.leave = leave
            self._line.close()
            self._line = None


class _Display:
    """All bars of this process, and the thread that draws them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._bars: list[Bar] = []
        self._thread: threading.Thread | None = None
        self._is_idle = False
        self.is_drawing = False

    def add(self, bar: Bar) -> None:
        with self._changed:
            self._bars.append(bar)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="voclient-progress", daemon=True)
                self._thread.start()
            elif self._is_idle or bar.always:
                self._changed.notify()

    def end(self, bar: Bar) -> None:
        with self._changed:
            if bar not in self._bars:
                return
            if not (bar.is_drawn or bar.always):
                self._bars.remove(bar)
            else:
                with bar.record.changed:
                    bar.record.delivering += 1
                bar.is_ended = True
                self._changed.notify()

    def _serve(self) -> None:
        while True:
            self._turn()

    def _turn(self) -> None:
        """Wait until something is to be drawn, and draw it. (This thread keeps no run that has ended.)"""
        with self._changed:
            now = time.monotonic()
            due = {bar: bar.due(now) for bar in self._bars}
            ready = [bar for bar in due if due[bar] <= now or bar.is_drawn]
            if not ready:
                self._is_idle = not due
                self._changed.wait(min(due.values()) - now if due else None)
                return
            for bar in ready:
                bar.is_drawn = True
        for bar in ready:
            ended = bar.is_ended
            self.is_drawing = True
            bar.draw(last=ended)
            self.is_drawing = False
            if ended:
                with self._changed:
                    self._bars.remove(bar)
                bar.record.delivered()
        with self._changed:
            if self._bars and not any(bar.is_ended for bar in self._bars):
                self._changed.wait(PERIOD)


def _tqdm() -> type[Any]:
    """The class of bars for where we are: a widget in a notebook that has them, else a line of text."""
    if in_notebook():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it may change, and that there are no widgets
            from tqdm.autonotebook import tqdm
    else:
        from tqdm.std import tqdm

    class Line(tqdm):  # type: ignore[misc]  # tqdm has no types
        monitor_interval = 0
        """No thread of its own, which it has for bars that nobody updates."""

        def refresh(self, *_: Any, **__: Any) -> None:
            """The lock, which the user's own bars have too, does not stay taken when a drawing fails."""
            with self.get_lock():
                super().refresh(nolock=True)

    return Line


_display = _Display()


def _forget() -> None:
    global _display
    if _display.is_drawing and "tqdm.std" in sys.modules:
        # The thread that has taken tqdm's lock is not in this process, where the user may have bars of his own; and who
        # took the half of it that processes share would count it as taken twice, and never give it back to the parent.
        with suppress(AttributeError):  # it was just being imported
            tqdm, lock = sys.modules["tqdm.std"].tqdm, sys.modules["tqdm.std"].TqdmDefaultWriteLock
            lock.th_lock._at_fork_reinit()
            del lock.mp_lock
            tqdm.set_lock(lock())
    _display = _Display()


os.register_at_fork(after_in_child=_forget)
