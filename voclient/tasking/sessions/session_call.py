"""One call of a session: what it types, and what becomes of the answer."""

from __future__ import annotations

import math
import os
import re
import time
from typing import TYPE_CHECKING

from ..calls.controls import Controls
from ..results.intake import Intake
from ..running.callbacks import Callbacks
from ..running.interaction import type_out
from ..running.record import Record, Status
from ..running.verdict import last_lines

if TYPE_CHECKING:
    from ..descriptors.descriptor import Descriptor, Invocation
    from ..executors.local import Pump
    from ..results import Item, Progress
    from .session import Session


class Call:
    """One call of a session: to its OPset what a run is."""

    def __init__(
        self, session: Session, descriptor: Descriptor, invocation: Invocation, controls: Controls, limit: float | None
    ) -> None:
        self.descriptor = descriptor
        self.controls = controls
        self.limit = math.inf if limit is None else limit
        self.record = Record(descriptor, invocation)
        self.record.phase = "queued"
        self.record.controls = Controls(cwd=session.controls.cwd, env=session.controls.env)
        self.pump: Pump | None = None
        form = session.form
        texts = [type_out(descriptor, line, invocation.values) for line in form.command]
        self.lines: list[bytes] | None = [text.encode() for text in texts if text is not None]
        self._error = None if form.error is None else re.compile(form.error, re.MULTILINE)
        self._session: Session | None = session
        """Kept as long as it is needed for this."""
        self._callbacks = Callbacks(controls.callback, self.record) if controls.callback is not None else None
        self.is_watched = self._callbacks is not None
        self.record.delivering += self.is_watched
        self._intake = Intake(
            descriptor, invocation, stdout=self.record.stdout, stderr=self.record.stderr,
            folder=os.fspath(session.controls.cwd or os.curdir),
        )  # fmt: skip

    @property
    def ended(self) -> bool:
        return self.record.finished

    def stop(self, status: Status, message: str) -> None:
        """Ask, from any thread, for its end."""
        session = self._session
        if session is not None and not self.ended and not self.record.orphaned:
            session.stop_call(self, status, message)

    def collected(self) -> None:
        """Nobody holds its result any more."""
        if not self.ended and not self.is_watched and not self.record.orphaned:
            self.stop(Status.ABORTED, "its result was dropped")

    # In the thread that moves the session.

    def begin(self, argv: list[str]) -> float:
        """It is this call's turn; returns when its time is over."""
        self.record.begin(argv)
        return time.monotonic() + self.limit

    def take(self, data: bytes) -> None:
        """Part of the answer."""
        try:
            self.record.stdout.write(data)
        except OSError as error:
            self.stop(Status.ERROR, f"output could not be kept: {error.strerror}")
        self._deliver(self.record.take(self._intake.feed_stdout(data)))

    def last_words(self) -> str:
        return last_lines(self.record.stdout.tail(2000))

    def succeed(self) -> None:
        """The answer is complete. Whether it tells a failure is seen here."""
        told = self._failure()
        if told is None:
            self._deliver(self.record.take(self._intake.finish(True)))
        cause = self.record.cause
        if told is None and cause is None:
            self.finish(Status.SUCCESS, "")
        else:
            self.finish(Status.ERROR, told if told is not None else str(cause))

    def finish(self, status: Status, message: str, code: int | None = None) -> None:
        if self.ended:
            return
        self.record.finish(status, message, code)
        if self._callbacks is not None:
            self._callbacks.end_later()
        self._session = None

    def _failure(self) -> str | None:
        if self._error is None:
            return None
        found = self._error.search(self.record.stdout.tail(1 << 20).decode("utf-8", "replace"))
        if found is None:
            return None
        return (found[1] if found.re.groups and found[1] else found[0]).strip()

    def _deliver(self, items: list[Item | Progress]) -> None:
        if items and self._callbacks is not None:
            self._callbacks.call_later(items)
