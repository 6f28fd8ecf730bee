"""Waiting for a run: for its end, for a key, for everything as it comes."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self

from ..callbacks import in_callback_thread
from ..errors import TaskAbortedError, TaskError, TaskExecutionError, TaskTimeoutError
from ..record import Status, pairs
from ..results import Item
from .entries import Entries

if TYPE_CHECKING:
    from ..run import Run


class Waiting(Entries):
    """What blocks until something has arrived or ended."""

    _run: Run | None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end of the run, and of its callbacks.

        Parameters
        ----------
        timeout : float, optional
            Give up waiting after so many seconds; the run goes on.

        Returns
        -------
        bool
            Whether it has ended.

        Raises
        ------
        TaskError
            What kept a queued run from starting; once.
        TaskExecutionError
            It failed, and was called with `check=True`.
        Exception
            What a callback raised; once.

        Examples
        --------
        >>> from voclient.vaopackage import votinfo
        >>> votinfo("stars.xml", async_=True).wait(timeout=60)
        True
        """
        record = self._record
        self._expect_news()
        in_callback = in_callback_thread()  # it would wait for itself
        if not record.wait_over(not in_callback, timeout):
            self._expect_news()
            return False
        with record.changed:
            error, record.error = record.error, None
        if error is not None:
            raise error
        if self._run is not None and self._run.controls.check:
            self._raise_for_status()
        return True

    def wait_for(self, key: str, timeout: float | None = None) -> Any:
        """Wait for a key.

        Parameters
        ----------
        key : str
            The key.
        timeout : float, optional
            Give up waiting after so many seconds; the run goes on.

        Returns
        -------
        object
            Its value as it stands when it has come.

        Raises
        ------
        KeyError
            The run ended without it.
        TimeoutError
            It has not come in `timeout` seconds.

        Examples
        --------
        >>> from voclient.vaopackage import votinfo
        >>> votinfo("stars.xml", async_=True).wait_for("rows", timeout=60)
        5
        """
        if key not in self:
            self._expect_news()
            if not self._record.wait_until(lambda: key in self or self._record.finished, timeout):
                self._expect_news()
                raise TimeoutError(f"{self._why_missing(key)} after {timeout:g} s")
        return self[key]

    def check(self) -> Self:
        """Wait for the end, which must be success.

        Returns
        -------
        OPset
            Itself.

        Raises
        ------
        TaskExecutionError
            The run failed; `TaskTimeoutError` at its time limit, `TaskAbortedError` when it was aborted.

        Examples
        --------
        >>> from voclient.vaopackage import votinfo
        >>> votinfo("stars.xml").check()["rows"]
        5
        """
        self.wait()
        self._raise_for_status()
        return self

    def stream(self) -> Iterator[tuple[str, Any]]:
        """Keys and values as they arrive, from the first one on, until the run has ended; rows value by value.

        Yields
        ------
        tuple of str and object
            A key and its value.

        Examples
        --------
        >>> from voclient.vaopackage import vosesame
        >>> run = vosesame(["m31", "m51"], async_=True)
        >>> [value for key, value in run.stream() if key == "name"]
        ['m31', 'm51']
        """
        record = self._record
        news: SimpleQueue[list[Item]] = SimpleQueue()
        if not record.finished:
            self._expect_news()
        before = record.follow(news.put)
        try:
            yield from pairs(before)
            while not (record.finished and news.empty()):
                self._expect_news()
                yield from pairs(news.get())
        finally:
            record.unfollow(news.put)

    def _moves_here(self) -> bool:
        """Whether the run is moved by this very thread (in a callback of a synchronous run)."""
        pump = self._run.pump if self._run is not None else None
        return pump is not None and not self._record.finished and pump.thread == threading.get_ident()

    def _expect_news(self) -> None:
        """Waiting makes sense, or TaskError."""
        record = self._record
        if record.finished:
            return
        task = record.descriptor.task
        if record.orphaned:
            raise TaskError(f"{task}: this run belongs to the process that was forked, no news of it come here")
        if record.phase == "prepared" and (self._run is None or self._run.pump is None):
            raise TaskError(f"{task}: this run was prepared, but not started; call execute()")
        if self._moves_here():
            raise TaskError(f"{task}: a callback of a synchronous run cannot wait for that run")

    def _raise_for_status(self) -> None:
        record = self._record
        if record.status is Status.SUCCESS:
            return
        kinds = {Status.TIMEOUT: TaskTimeoutError, Status.ABORTED: TaskAbortedError}
        kind = kinds.get(record.status, TaskExecutionError)
        text = f"{record.descriptor.task}: {record.message}\n  command: {shlex.join(record.argv)}"
        raise kind(text, result=self) from record.cause  # type: ignore[arg-type]  # self is an OPset
