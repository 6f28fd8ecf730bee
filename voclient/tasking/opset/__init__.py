"""The output parameter set: what a task function returns. Here its life; the rest by subject in its bases."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from ..errors import TaskError
from ..executors import local
from ..running.record import Record, Status
from .views import Views
from .waiting import Waiting

if TYPE_CHECKING:
    from ..running.run import Run

__all__ = ["OPset", "Status"]


class OPset(Waiting, Views):
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
        if run.controls.cache:
            from ..storage.cached_runs import recall

            run.keeper = recall(run)
        if run.controls.executor is None and not run.ended:
            run.check_program()
        if run.ended:
            if not run.controls.async_:
                self.wait()
        elif run.controls.async_:
            local.submit(run)
        else:
            local.run_here(run)
            self.wait()
        return self

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
        with self._record.changed:
            self._record.contents.close()
        self._record.stdout.close()
        self._record.stderr.close()

    def __enter__(self) -> OPset:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> OPset:
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._record.finished:
            from .awaiting import end

            await end(self, "closed before its end")
        self.close()

    def __del__(self) -> None:
        run = getattr(self, "_run", None)
        if run is not None:
            run.collected()

    def _stop(self, message: str) -> None:
        if self._ask_to_end(message) and not self._moves_here():
            self._record.wait_over()

    def __repr__(self) -> str:
        return f"<{self._record.descriptor.task} {self.state}: {', '.join(self) or 'no results'}>"

    # Copies: of a run that has ended, everything but the process.

    @classmethod
    def of(cls, record: Record) -> OPset:
        """The OPset of a run that has ended, from its record (`portable.unpack`)."""
        result = cls.__new__(cls)
        result._run = None
        result._record = record
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        if not self._record.finished:
            raise TypeError(f"{self._record.descriptor.task}: a run that has not ended cannot be pickled or copied")
        return OPset.of, (self._record,)

    def __copy__(self) -> OPset:
        return OPset.of(copy(self._record))
