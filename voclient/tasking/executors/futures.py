"""Runs on any executor of `concurrent.futures`: threads, processes, MPI ranks (mpi4py), parsl, one of your own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import Any

from . import Ended, Engine
from .local import end_all
from .worker import work

_known: set[type] = set()


class FuturesExecutor(Engine):
    """An executor of `concurrent.futures`, with settings.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        The executor; `executor=` of a task takes it as it is where the defaults will do.
    stage : bool, optional
        Whether input and output files travel: needed where a worker does not see the caller's files. Default: False.
    host : str, optional
        The address of this machine under which the workers reach it. Default: 127.0.0.1, for workers on this machine.
    limit : int, optional
        How many asynchronous runs are given to it at a time; the others wait. Default: twice its workers, or 64.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from voclient.vaopackage import votinfo
    >>> with ThreadPoolExecutor(2) as pool:
    ...     votinfo("stars.xml", executor=FuturesExecutor(pool, limit=10))["rows"]
    5
    """

    def __init__(self, executor: Executor, **settings: Any) -> None:
        super().__init__(**settings)
        self._executor = executor
        if type(executor) not in _known:
            _known.add(type(executor))
            _end_before_pools()

    def submit(self, call: bytes, ended: Callable[[Ended], object]) -> Future[str]:
        future = self._executor.submit(work, call)
        future.add_done_callback(lambda future: ended(_outcome(future)))
        return future

    def cancel(self, job: Future[str]) -> None:
        job.cancel()

    @property
    def name(self) -> str:
        return type(self._executor).__name__

    def _room(self) -> int:
        workers = getattr(self._executor, "_max_workers", None)
        return 2 * workers if isinstance(workers, int) and workers > 0 else super()._room()


def _outcome(future: Future[Any]) -> Ended:
    if future.cancelled():
        return Ended(cancelled=True)
    error = future.exception()
    if error is not None:
        return Ended(str(error) or type(error).__name__)
    return Ended(unreached=future.result())


def _end_before_pools() -> None:
    """Pools wait for their work before `atexit` has its turn: what runs in them must end still earlier.

    There is no public name for that moment; who registered last is called first.
    """
    register = getattr(threading, "_register_atexit", None)
    if register is not None:
        with suppress(RuntimeError):  # the interpreter is ending already
            register(end_all)
