"""Waiting for a run: for its end, for a key, for everything as it comes."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Self

from ..errors import TaskAbortedError, TaskError, TaskExecutionError, TaskTimeoutError
from ..running.callbacks import Callbacks, in_callback_thread
from ..running.record import Status
from .entries import Entries
from .stream import Stream

if TYPE_CHECKING:
    from ..calls.controls import Callback
    from ..running.run import Run


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
        self._check_seconds(timeout)
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
        self._check_seconds(timeout)
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

    def stream(self) -> Stream:
        """Keys and values as they arrive, from the first one on, until the run has ended; rows value by value.

        Returns
        -------
        Stream
            An iterator of (key, value), for `for` and for `async for`.

        Examples
        --------
        >>> from voclient.vaopackage import vosesame
        >>> run = vosesame(["m31", "m51"], async_=True)
        >>> [value for key, value in run.stream() if key == "name"]
        ['m31', 'm51']
        """
        return Stream(self)

    def on(self, pattern: str, function: Callback) -> Self:
        """Have a function called with each key and value that fits, those that have come already included.

        It is called in one thread of all such functions, in order; of a run that has ended, here and at once. What it
        raises stops it for this run, and comes out of `wait`.

        Parameters
        ----------
        pattern : str
            Of keys, as of file names: `"ra*"`.
        function : callable
            Is given key and value.

        Returns
        -------
        OPset
            Itself.

        Raises
        ------
        TypeError
            The pattern is no text, or the function none.

        Examples
        --------
        >>> from voclient.vaopackage import vosesame
        >>> result = vosesame("m31").on("ra", lambda key, value: print(key, value))
        ra 10.684708
        """
        record = self._record
        if not isinstance(pattern, str) or not callable(function):
            raise TypeError(
                f"{record.descriptor.task}: on() takes a pattern of keys and a function of (key, value), "
                f"not {pattern!r} and {function!r}"
            )
        callbacks = Callbacks({pattern: function}, record)
        if self._run is not None:
            self._run.is_watched = True
        with record.changed:
            running = not record.finished
            if running:
                callbacks.follow()
        if not running:
            for key, value in self.stream():
                for fitting in callbacks.fitting(key):
                    fitting(key, value)
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        """Wait for the end, in asyncio, as `wait` does; gives the OPset itself.

        Who is cancelled while he awaits (`asyncio.timeout`, a `TaskGroup` that fails) ends the run, as of any future:
        its process group is dead when the cancellation goes on. `asyncio.shield` prevents that.
        """
        if not self._record.finished or self._record.delivering:
            from .awaiting import over

            yield from over(self).__await__()
        self.wait()
        return self

    async def arrival(self, key: str) -> Any:
        """Wait for a key, in asyncio, as `wait_for` does. Being cancelled does nothing to the run.

        Parameters
        ----------
        key : str
            The key.

        Returns
        -------
        object
            Its value as it stands when it has come.

        Raises
        ------
        KeyError
            The run ended without it.

        Examples
        --------
        >>> import asyncio
        >>> from voclient.vaopackage import votinfo
        >>> async def rows(file):
        ...     async with votinfo(file, async_=True) as run:
        ...         return await run.arrival("rows")
        >>> asyncio.run(rows("stars.xml"))
        5
        """
        if key not in self and not self._record.finished:
            from .awaiting import until

            await until(self, lambda: key in self or self._record.finished)
        return self[key]

    def _ask_to_end(self, message: str) -> bool:
        """Tell the process group to end; False when there is nothing to end."""
        run, record = self._run, self._record
        if run is None or record.finished or record.orphaned:
            return False
        run.stop(Status.ABORTED, message)
        return True

    def _check_seconds(self, timeout: object) -> None:
        if timeout is not None and (not hasattr(timeout, "__float__") or timeout != timeout):
            raise TypeError(f"{self._record.descriptor.task}: to wait takes a number of seconds, not {timeout!r}")

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
