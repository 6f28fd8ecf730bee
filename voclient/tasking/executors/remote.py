"""The caller's side of a run elsewhere: bytes come from a worker instead of pipes, orders go to it.

What an engine does is no news: the worker connects when it begins, and the end of the connection is the end. So every
engine is streamed from, aborted and lost in the same way.
"""

from __future__ import annotations

import hmac
import json
import math
import os
import pickle
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from .. import errors
from ..errors import TaskError
from ..log import debug
from ..running.environment import TABLES_VARIABLE, table_rows
from ..running.pursuit import DRAIN, GRACE, PATIENCE
from ..running.record import Status
from ..running.run import Run
from . import Ended, Engine, frames, parcel
from .addresses import listen

if TYPE_CHECKING:
    from ..calls.controls import Controls
    from ..descriptors.descriptor import Descriptor, Invocation

_STRANGERS = 16
"""Connections that have not shown the token yet; more push out the oldest."""
_REASON = 3.0
"""Seconds in which an engine may tell why a worker was lost."""
_SLACK = 30.0
"""Seconds that a worker may be late with what it is bound to do by its time limit, or by order."""


class RemoteRun(Run):
    """A run made by an engine: submitted, begun by its worker, ended. Like `Run` for its pump and its OPset."""

    def __init__(self, descriptor: Descriptor, invocation: Invocation, controls: Controls) -> None:
        super().__init__(descriptor, invocation, controls)
        assert controls.executor is not None
        self._engine: Engine = controls.executor
        self._token = secrets.token_bytes(frames.TOKEN_BYTES)
        self._listener: socket.socket | None = None
        self._strangers: list[socket.socket] = []
        self._link: socket.socket | None = None
        self._reader = frames.FrameReader()
        self._landing: parcel.Landing | None = None
        self._job: Any = None
        self._host = ""
        self._lost_at = math.inf
        self._outcome: Ended | None = None
        self._noted = ""
        """What the worker saw go wrong at the program's terminal."""
        self._trouble = ""
        """Why the connection ended before the run."""

    # The start.

    def launch(self, hand_over: Callable[[Run], object]) -> None:
        """Give the run to the engine and hand it over to its pump. TaskError when that cannot be; it has ended then."""
        task, record = self.descriptor.task, self.record
        try:
            cwd = os.curdir if self.controls.cwd is None else os.fspath(self.controls.cwd)
            folder = os.path.abspath(cwd)
            self._listener = listen(self._engine.host, _STRANGERS)
            call, self._landing = parcel.pack(
                self.descriptor,
                self._invocation,
                environment={
                    TABLES_VARIABLE: table_rows(self.descriptor, self.controls.env),
                    **self._invocation.environment,
                    **self.controls.env,
                },
                folder=folder,
                timeout=self._limit,
                address=self._listener.getsockname()[:2],
                token=self._token,
                stage=self._engine.stage,
            )
            self._intake = self._make_intake(cwd)
            self.release()
            record.phase = "queued"
            self._job = self._engine.submit(pickle.dumps(call), self._engine_ended)
            hand_over(self)
            self.handed_over = True
        except BaseException as error:
            if not self.handed_over:
                self.give_up(Status.ERROR, str(error))
            if isinstance(error, TaskError) or not isinstance(error, Exception):
                raise
            raise TaskError(f"{task}: {self._engine.name} cannot take it: {error}") from error
        debug("%s: submitted to %s", task, self._engine.name)

    def attach(self) -> None:
        if self._listener is None or self.pump is None or self.ended:
            return
        self._attached = True
        self.pump.watch(self._listener.fileno(), self._accept)

    def _engine_ended(self, outcome: Ended) -> None:
        """The engine, from any thread, on the end of its job."""
        if not self.ended and self.pump is not None:
            self.pump.post(partial(self._job_ended, outcome))

    def _job_ended(self, outcome: Ended) -> None:
        if self.ended:
            return
        self._outcome = outcome
        if self._link is not None:
            # The worker's own word, or its silence, counts.
            if self._lost_at < math.inf:
                self.due = 0
        elif outcome.cancelled:
            self.give_up(Status.ABORTED, "cancelled by its executor")
        else:
            reason = outcome.reason or outcome.unreached or "its job is over"
            self.give_up(Status.ERROR, f"{self._engine.name} could not run it: {reason}")

    # The connection.

    def _accept(self) -> None:
        if self._listener is None or self.pump is None:
            return
        try:
            stranger, _ = self._listener.accept()
        except OSError:
            return
        stranger.setblocking(False)
        self._strangers.append(stranger)
        if len(self._strangers) > _STRANGERS:
            self._dismiss(self._strangers[0])
        self.pump.watch(stranger.fileno(), partial(self._hear, stranger))

    def _hear(self, stranger: socket.socket) -> None:
        """The first word of a connection is the token, or its last."""
        try:
            word = stranger.recv(frames.TOKEN_BYTES, socket.MSG_PEEK)
            if 0 < len(word) < frames.TOKEN_BYTES and self._token.startswith(word):
                return
            if not hmac.compare_digest(stranger.recv(frames.TOKEN_BYTES), self._token):
                self._dismiss(stranger)
                return
            frames.watch_over(stranger)
            stranger.send(frames.GO)
        except OSError:
            self._dismiss(stranger)
            return
        self._strangers.remove(stranger)
        self._link = stranger
        self._close_door()
        if self.pump is not None:
            self.pump.unwatch(stranger.fileno())
            self.pump.watch(stranger.fileno(), self._read)

    def _dismiss(self, stranger: socket.socket) -> None:
        if self.pump is not None:
            self.pump.unwatch(stranger.fileno())
        self._strangers.remove(stranger)
        stranger.close()

    def _close_door(self) -> None:
        """Nobody else may come in."""
        listener, self._listener = self._listener, None
        if listener is not None:
            if self.pump is not None:
                self.pump.unwatch(listener.fileno())
            listener.close()
        for stranger in list(self._strangers):
            self._dismiss(stranger)

    def _read(self) -> None:
        if self._link is None:
            return
        try:
            data = self._link.recv(frames.PIECE)
        except BlockingIOError:
            return
        except OSError as error:
            data, self._trouble = b"", str(error)
        if self.due < math.inf:
            self.due = max(self.due, time.monotonic() + _SLACK)
        try:
            for kind, payload in self._reader.feed(data):
                try:
                    self._take(kind, payload)
                except OSError as error:
                    self._stop(Status.ERROR, f"output could not be kept: {error}")
                if self.ended:
                    return
        except (ValueError, KeyError) as error:
            # Not from our worker, or from one of another version.
            data, self._trouble = b"", f"it said what makes no sense: {error}"
        if not data:
            self._lose()

    def _take(self, kind: bytes, payload: bytes) -> None:
        intake, record, landing = self._intake, self.record, self._landing
        if intake is None or landing is None:
            return
        if kind == frames.STDOUT:
            record.stdout.write(payload)
            self.take(intake.feed_stdout(payload))
        elif kind == frames.STDERR:
            record.stderr.write(payload)
            self.take(intake.feed_stderr(payload))
        elif kind == frames.CHANNEL:
            self.take(intake.feed_channel(payload))
        elif kind == frames.BEGUN:
            self._begin(json.loads(payload))
        elif kind == frames.FILE:
            landing.begin(json.loads(payload))
        elif kind == frames.DATA:
            landing.write(payload)
        elif kind == frames.END:
            landing.end()
        elif kind == frames.EXIT:
            self._take_exit(json.loads(payload))

    def _begin(self, told: dict[str, Any]) -> None:
        self._host = self.record.host = told["host"]
        self.record.begin(told["argv"])
        if self._bar is not None:
            self._bar.begin()
        if self._limit is not None:
            self.due = time.monotonic() + self._limit + GRACE + PATIENCE + _SLACK
        debug("%s: start %s on %s", self.descriptor.task, told["argv"], self._host)

    # The end.

    def tick(self, now: float) -> None:
        if self.ended:
            self.due = math.inf
        elif now >= self._lost_at or (self._outcome is not None and self._lost_at < math.inf):
            self._end_lost()
        elif self._lost_at < math.inf:
            self.due = self._lost_at
        elif now >= self.due:
            self._trouble = "it does not answer"
            self._lose()

    def _stop(self, status: Status, message: str) -> None:
        if self.ended or self._stopping is not None:
            return
        self._stopping = (status, message)
        if self._link is None:
            # With the door closed, what the engine may still start finds nobody who wants it.
            self.give_up(status, message)
            return
        with suppress(OSError):
            self._link.send(frames.told(frames.STOP, status=status.name, message=message))
        self.due = time.monotonic() + GRACE + PATIENCE + DRAIN + _SLACK

    def _take_exit(self, told: dict[str, Any]) -> None:
        """The worker's last word."""
        self._let_go()
        if failed := told.get("error"):
            error = _make_error(failed)
            self.record.error = error
            self._end(Status.ERROR, str(error), None)
            return
        if "status" in told:
            if self._stopping is None and told["status"] != Status.TIMEOUT.name:
                self._cancel()
            self._stopping = (Status[told["status"]], told["message"])
        self._noted = told.get("note", "")
        self._conclude(told.get("returncode"))

    def _note(self) -> str:
        return self._noted

    def _lose(self) -> None:
        """The connection ended before the run did. The engine may know why."""
        if self._link is not None and self.pump is not None:
            self.pump.unwatch(self._link.fileno())
        self._lost_at = self.due = time.monotonic() + _REASON
        if self._outcome is not None:
            self.due = 0

    def _end_lost(self) -> None:
        told = self._outcome.reason if self._outcome is not None else ""
        reason = told or self._trouble or "its connection ended"
        self._let_go()
        self._cancel()
        if self._stopping is not None:
            self._end(*self._stopping, None)
        else:
            self._end(Status.ERROR, f"its worker on {self._host or 'another machine'} was lost: {reason}", None)

    def give_up(self, status: Status, message: str) -> None:
        if self.ended:
            return
        self._let_go()
        self.release()
        self._cancel()
        self._end(status, message, None)

    def _cancel(self) -> None:
        """Have the engine begin it no more, nor again."""
        if self._job is not None:
            with suppress(Exception):
                self._engine.cancel(self._job)

    def _end(self, status: Status, message: str, code: int | None) -> None:
        # An engine may keep, and even make again, the result of a job that is held.
        self._job = None
        super()._end(status, message, code)

    def _let_go(self) -> None:
        self._close_door()
        link, self._link = self._link, None
        if link is not None:
            if self.pump is not None:
                self.pump.unwatch(link.fileno())
            link.close()
        if self._landing is not None:
            self._landing.drop()

    def kill(self) -> None:
        """The worker ends what it started when the connection ends."""
        if self._link is not None:
            with suppress(OSError):
                self._link.shutdown(socket.SHUT_RDWR)

    def abandon(self) -> None:
        for connection in (self._listener, self._link, *self._strangers):
            if connection is not None:
                connection.close()
        self.release()


def _make_error(told: dict[str, Any]) -> TaskError:
    kind = getattr(errors, told["kind"], TaskError)
    error = kind(told["message"]) if isinstance(kind, type) and issubclass(kind, TaskError) else None
    if not isinstance(error, TaskError):
        return TaskError(told["message"])
    for name, value in told["data"].items():
        setattr(error, name, tuple(value) if isinstance(value, list) else value)
    return error
