"""The output parameter set: what a task function returns."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Iterator, MutableMapping
from difflib import get_close_matches
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, BinaryIO

from .callbacks import in_callback_thread
from .errors import TaskAbortedError, TaskError, TaskExecutionError, TaskTimeoutError
from .executors import local
from .record import Record, Status, pairs
from .results import Item
from .results.contents import declared_keys
from .results.references import Reference

if TYPE_CHECKING:
    from datetime import datetime

    from .run import Run

__all__ = ["OPset", "Status"]


class MissingKeyError(KeyError):
    """A key that an OPset has not, or not yet; the message says which."""

    def __str__(self) -> str:
        return str(self.args[0])


class OPset(MutableMapping[str, Any]):
    """Results of one run of a task: a dict that fills as output arrives, and the facts of the run.

    Looking never blocks; `wait`, `wait_for`, `check`, `stream` do. Any thread may use it.

    Examples
    --------
    >>> from voclient.vaopackage import vosesame
    >>> result = vosesame("m31")
    >>> result["ra"], result.exitstatus == result.SUCCESS
    (10.684708, True)
    """

    RUNNING = Status.RUNNING
    SUCCESS = Status.SUCCESS
    ERROR = Status.ERROR
    ABORTED = Status.ABORTED
    TIMEOUT = Status.TIMEOUT

    def __init__(self, run: Run) -> None:
        self._run: Run | None = run
        self._record: Record = run.record
        self._closed = False

    # What has arrived.

    def __getitem__(self, key: str) -> Any:
        with self._record.changed:
            try:
                value = self._record.contents.value(key)
            except KeyError:
                raise MissingKeyError(self._why_missing(key)) from None
        return value.resolve() if isinstance(value, Reference) else value

    def __setitem__(self, key: str, value: Any) -> None:
        with self._record.changed:
            self._record.row_keys.discard(key)
            self._record.contents.apply(Item({key: value}))

    def __delitem__(self, key: str) -> None:
        with self._record.changed:
            if key not in self._record.contents:
                raise MissingKeyError(self._why_missing(key))
            self._record.row_keys.discard(key)
            self._record.contents.remove(key)

    def __contains__(self, key: object) -> bool:
        with self._record.changed:
            return key in self._record.contents

    def __iter__(self) -> Iterator[str]:
        with self._record.changed:
            return iter(list(self._record.contents))

    def __len__(self) -> int:
        with self._record.changed:
            return len(self._record.contents)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other if isinstance(other, OPset) else super().__eq__(other)

    def unit(self, key: str) -> str | None:
        """The unit of a key's value.

        Parameters
        ----------
        key : str
            One that has arrived, or is declared.

        Returns
        -------
        str or None
            As the program or the descriptor says; None: it has none.

        Raises
        ------
        KeyError
            There is no such key.

        Examples
        --------
        >>> from voclient.vaopackage import vosesame
        >>> vosesame("m31").unit("ra")
        'deg'
        """
        with self._record.changed:
            if key not in self._record.contents and key not in declared_keys(self._record.descriptor):
                raise MissingKeyError(self._why_missing(key))
            return self._record.contents.unit(key)

    def quantity(self, key: str) -> Any:
        """The value of a key in its unit.

        Parameters
        ----------
        key : str
            One that has arrived.

        Returns
        -------
        astropy.units.Quantity
            A number or an array of them.

        Raises
        ------
        KeyError
            There is no such key, or not yet.
        TypeError
            Its value is no number.

        Examples
        --------
        >>> from voclient.vaopackage import vosesame
        >>> vosesame("m31").quantity("ra")
        <Quantity 10.684708 deg>
        """
        from astropy.units import Quantity

        value = self[key]
        try:
            return Quantity(value, self.unit(key))
        except (TypeError, ValueError) as error:
            raise TypeError(f"{self._record.descriptor.task}: {key!r} has no numeric value: {value!r}") from error

    def _why_missing(self, key: object) -> str:
        record = self._record
        task, names = record.descriptor.task, declared_keys(record.descriptor)
        if record.orphaned:
            return f"{key!r} had not arrived when this process was forked; {task} runs for its parent"
        if record.status is Status.SUCCESS:
            if key in names:
                return f"{task} ended without giving {key!r}"
            text = f"{task} never gives {key!r}; it gives {', '.join(names) or 'nothing by name'}"
        elif record.finished:
            return f"{key!r} is missing: {self._failure()}"
        else:
            going = "has not been started" if record.phase == "prepared" else "is still running"
            text = f"{key!r} has not arrived, {task} {going}"
            if not names or key in names:
                return text
            text += f" (it declares {', '.join(names)})"
        near = get_close_matches(str(key), list(names), 1)
        return f"{text}; did you mean {near[0]!r}?" if near else text

    # The facts.

    @property
    def exitstatus(self) -> Status:
        """Falsy until the run has ended."""
        return self._record.status

    @property
    def exitmsg(self) -> str:
        """Why it failed, in words; empty while it runs and after plain success."""
        return self._record.message

    @property
    def returncode(self) -> int | None:
        """The exit status of the program, negative for a signal; None while it runs."""
        return self._record.returncode

    @property
    def argv(self) -> list[str]:
        """The command line, as a list of words."""
        return list(self._record.argv)

    @property
    def stdout(self) -> str:
        """What the program has written to standard output; bytes that are no UTF-8 as surrogate escapes."""
        return self.stdout_bytes.decode("utf-8", "surrogateescape")

    @property
    def stderr(self) -> str:
        """What the program has written to standard error."""
        return self._record.stderr.read().decode("utf-8", "surrogateescape")

    @property
    def stdout_bytes(self) -> bytes:
        """Standard output as it came."""
        return self._record.stdout.read()

    def open_stdout(self) -> BinaryIO:
        """Standard output as a file, from its start: for outputs too large to be held in memory."""
        return self._record.stdout.open()

    @property
    def started(self) -> datetime | None:
        """When the process was started, UTC; None before."""
        from datetime import UTC, datetime

        return None if self._record.started is None else datetime.fromtimestamp(self._record.started, UTC)

    @property
    def elapsed(self) -> float:
        """Seconds from the start of the process to the end of the run, or to now."""
        record = self._record
        if record.began is None:
            return 0.0
        return (time.monotonic() if record.ended is None else record.ended) - record.began

    @property
    def progress(self) -> tuple[float | None, str]:
        """How far the program says it is: a fraction (None: unknown) and a text."""
        return self._record.progress.fraction, self._record.progress.text

    def __repr__(self) -> str:
        record = self._record
        words = {
            Status.SUCCESS: "succeeded",
            Status.ERROR: "failed",
            Status.ABORTED: "was aborted",
            Status.TIMEOUT: "was ended at its time limit",
        }
        state = words.get(record.status) or {"prepared": "is prepared", "queued": "is queued"}.get(
            record.phase, "is running"
        )
        if record.status is Status.ERROR:
            state += f" ({record.message.splitlines()[-1]})" if record.message else ""
        return f"<{record.descriptor.task} {state}: {', '.join(self) or 'no results'}>"

    # Running and waiting.

    def execute(self) -> OPset:
        """Start a prepared run (`execute=False`); once.

        Returns
        -------
        OPset
            Itself.

        Raises
        ------
        TaskError
            It was started already, or its program cannot be; with `check`, it failed.

        Examples
        --------
        >>> from voclient.vaopackage import votinfo
        >>> result = votinfo("stars.xml", execute=False)
        >>> result.execute()["rows"]
        5
        """
        run = self._run
        if run is None or run.pump is not None or run.ended:
            raise TaskError(f"{self._record.descriptor.task}: this run was started already")
        if run.controls.async_:
            local.submit(run)
        else:
            local.run_here(run)
            self.wait()
        return self

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

    def check(self) -> OPset:
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

    def abort(self) -> None:
        """End the process group, and wait until it is dead. Nothing happens when the run has ended.

        Examples
        --------
        >>> from voclient.vaopackage import votinfo
        >>> result = votinfo("stars.xml", execute=False)
        >>> result.abort()
        >>> result.exitstatus.name
        'ABORTED'
        """
        self._stop("aborted")

    def close(self) -> None:
        """End the run if it goes on, and release its files; values and output kept in memory stay readable.

        Examples
        --------
        >>> from voclient.vaopackage import votinfo
        >>> with votinfo("stars.xml", async_=True) as result:       # closed at the end of the block
        ...     result.wait_for("rows")
        5
        """
        self._stop("closed before its end")
        self._closed = True
        self._record.stdout.close()
        self._record.stderr.close()

    def __enter__(self) -> OPset:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        run = getattr(self, "_run", None)
        if run is not None:
            run.collected()

    def _stop(self, message: str) -> None:
        run, record = self._run, self._record
        if run is None or record.finished or record.orphaned:
            return
        run.stop(Status.ABORTED, message)
        if not self._moves_here():
            record.wait_over()

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

    def _failure(self) -> str:
        return f"{self._record.descriptor.task}: {self._record.message}"

    def _raise_for_status(self) -> None:
        record = self._record
        if record.status is Status.SUCCESS:
            return
        kinds = {Status.TIMEOUT: TaskTimeoutError, Status.ABORTED: TaskAbortedError}
        kind = kinds.get(record.status, TaskExecutionError)
        text = f"{self._failure()}\n  command: {shlex.join(record.argv)}"
        raise kind(text, result=self) from record.cause

    # Copies: of a run that has ended, everything but the process.

    def __reduce__(self) -> tuple[Any, ...]:
        if not self._record.finished:
            raise TypeError(f"{self._record.descriptor.task}: a run that has not ended cannot be pickled")
        return _remake, (self._record,)


def _remake(record: Record) -> OPset:
    result = OPset.__new__(OPset)
    result._run = None
    result._record = record
    result._closed = False
    return result
