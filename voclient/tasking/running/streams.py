"""The pipes of one run, and its terminal: their bytes go to the captures and through the parsers into the record."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..executors.local import Pump
    from ..results import Event, Item, Progress
    from ..results.intake import Intake
    from .interaction import Respondent
    from .process import Process
    from .record import Record

PIECE = 1 << 16
PIPE_PIECES = 17
"""More than a pipe can hold (1 MiB unless an administrator raised it), so that a chatterer cannot keep us."""


class Streams:
    """Reads stdout, stderr and the OPset channel of a process, whichever has something."""

    def __init__(
        self,
        process: Process,
        intake: Intake,
        record: Record,
        deliver: Callable[[list[Item | Progress]], None],
        notice: Callable[[], None],
        respondent: Respondent | None = None,
    ) -> None:
        """`deliver` is called with what the bytes mean, `notice` when a pipe has ended or trouble arose. A `respondent`
        hears all output first, and says what of it is results."""
        self._channel = process.channel
        self._outputs: tuple[int, ...] = (process.stdout, process.stderr)
        self._feeds: dict[int, Callable[[bytes], Iterator[Event]]] = {
            process.channel: intake.feed_channel,
            process.stdout: intake.feed_stdout,
            process.stderr: intake.feed_stderr,
        }
        self._captures = {process.stdout: record.stdout, process.stderr: record.stderr}
        self._respondent = respondent
        self._stdout = process.stdout
        if (terminal := process.terminal) is not None:
            # What is written to it and is no output is said to a person, as are messages.
            self._outputs += (terminal.master,)
            stands_for = process.stdout if "stdout" in terminal.streams else process.stderr
            self._feeds[terminal.master] = self._feeds[stands_for]
            self._captures[terminal.master] = self._captures[stands_for]
        self._open = set(self._feeds)
        self._record = record
        self._deliver = deliver
        self._notice = notice
        self._pump: Pump | None = None
        self._channel_asked = False
        self.last_byte = 0.0
        """When the last one came (monotonic)."""
        self.trouble = ""
        """Why output could not be kept."""

    @property
    def outputs_ended(self) -> bool:
        """The program's stdout and stderr are both at their end. (The channel is nobody's but the program's own.)"""
        return not self._open.intersection(self._outputs)

    def attach(self, pump: Pump) -> None:
        self._pump = pump
        for descriptor in self._feeds:
            pump.watch(descriptor, partial(self._read, descriptor))

    def close(self) -> None:
        """Read what lies in the channel, then let go of all that is still open."""
        for _ in range(PIPE_PIECES):
            if not self._read(self._channel):
                break
        if self._respondent is not None and (data := self._respondent.rest()):
            self._take(self._stdout, data)
        self.drop()

    def drop(self) -> None:
        """Let go of all pipes, unread."""
        for descriptor in tuple(self._open):
            self._end(descriptor)

    def _read(self, descriptor: int) -> bool:
        """Read one piece; False when there is nothing now, or never again."""
        if descriptor not in self._open:
            return False
        try:
            data = os.read(descriptor, PIECE)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""  # a terminal that nobody holds any more
        if not data:
            self._end(descriptor)
            self._notice()
            return False
        self.last_byte = time.monotonic()
        if not self._channel_asked and descriptor != self._channel:
            # A program that speaks on the channel announces itself there before any output, so now it has.
            self._channel_asked = True
            self._read(self._channel)
        if self._respondent is not None and descriptor != self._channel:
            data = self._respondent.hear(data, result=self._captures[descriptor] is self._record.stdout)
            self._notice()
        if data:
            self._take(descriptor, data)
        return True

    def _take(self, descriptor: int, data: bytes) -> None:
        """Keep what a program wrote, and what it means."""
        if (capture := self._captures.get(descriptor)) is not None:
            try:
                capture.write(data)
            except OSError as error:
                self.trouble = self.trouble or f"output could not be kept: {error.strerror}"
                self._notice()
        if items := self._record.take(self._feeds[descriptor](data)):
            self._deliver(items)

    def _end(self, descriptor: int) -> None:
        self._open.discard(descriptor)
        if self._pump is not None:
            self._pump.unwatch(descriptor)
        os.close(descriptor)

    def abandon(self) -> None:
        """In the child of a fork: close our copies; the pump is the parent's."""
        self._pump = None
        self.drop()
