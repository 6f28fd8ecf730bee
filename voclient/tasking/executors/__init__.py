"""Where runs are made: on this machine (`local`), or elsewhere.

An *engine* executes `worker.work` somewhere: `futures` on any executor of `concurrent.futures`, `dask` on the workers
of dask.distributed, `psij` in jobs of a batch system. All else is the same for all of them: `remote` is the caller's
side of such a run, `worker` the other side, `parcel` what travels, `frames` what they say to each other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

__all__ = ["Ended", "Engine", "adapt"]


class Ended(NamedTuple):
    """What an engine says of the end of a job."""

    reason: str = ""
    """Why it failed."""
    cancelled: bool = False
    """Somebody took it out of the engine's queue."""
    unreached: str = ""
    """Of a worker that could not reach the caller; perhaps the second one, of an engine that repeats."""


class Engine:
    """Where runs are made elsewhere. Another kind of engine is a subclass with two methods, `submit` and `cancel`.

    Parameters
    ----------
    stage : bool, optional
        Whether input and output files travel. None: as the engine thinks right.
    host : str, optional
        The address of this machine under which the workers reach it.
    limit : int, optional
        How many asynchronous runs the engine is given at a time; the others wait here.
    """

    def __init__(self, *, stage: bool | None = None, host: str | None = None, limit: int | None = None) -> None:
        if limit is not None and limit < 1:
            raise ValueError(f"the limit of runs is at least 1, not {limit}")
        self._stage = stage
        self._host = host
        self._limit = limit
        self.queue: Any = None
        """Of its asynchronous runs; made by `local`."""

    def submit(self, call: bytes, ended: Callable[[Ended], object]) -> Any:
        """Have `worker.work(call)` executed once, in any process.

        Parameters
        ----------
        call : bytes
            What the worker needs to know.
        ended : callable
            To be called, from any thread, when it is over or will never begin.

        Returns
        -------
        object
            The job, for `cancel`.
        """
        raise NotImplementedError

    def cancel(self, job: Any) -> None:
        """Have a job not begin. (One that has begun is told to end by `remote`.)"""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """For messages."""
        return type(self).__name__

    @property
    def limit(self) -> int:
        """How many asynchronous runs it is given at a time."""
        return self._limit or self._room()

    @property
    def host(self) -> str:
        """The address of this machine under which the workers reach it."""
        return self._host or "127.0.0.1"

    @property
    def stage(self) -> bool:
        """Whether files travel."""
        return bool(self._stage)

    def _room(self) -> int:
        return 64


_engines: WeakValueDictionary[int, Engine] = WeakValueDictionary()
"""By the identity of what they were made of, for as long as a run holds them: all its runs share one queue."""

ACCEPTED = (
    "'local', an executor of concurrent.futures, a Client of dask.distributed, or a BatchExecutor of "
    "voclient.tasking.executors.psij"
)


def adapt(value: object) -> Engine | None:
    """The engine that stands for what a user gave as executor; None is this machine.

    Raises
    ------
    TypeError
        It is no executor.
    """
    if value is None or (isinstance(value, str) and value == "local"):
        return None
    if isinstance(value, Engine):
        return value
    if (engine := _engines.get(id(value))) is None:
        engine = _engines[id(value)] = _make(value)
    return engine


def _make(value: object) -> Engine:
    # What is not imported cannot be what a user has an object of.
    distributed = sys.modules.get("distributed")
    if distributed is not None and isinstance(value, distributed.Client):
        from .dask import DaskExecutor

        return DaskExecutor(value)
    psij = sys.modules.get("psij")
    if psij is not None and isinstance(value, psij.JobExecutor):
        from .psij import BatchExecutor

        return BatchExecutor(value)
    futures = sys.modules.get("concurrent.futures")
    if futures is not None and isinstance(value, futures.Executor):
        from .futures import FuturesExecutor

        return FuturesExecutor(value)
    raise TypeError(f"no executor: {value!r}")
