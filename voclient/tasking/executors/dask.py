"""Runs on the workers of dask.distributed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from ..errors import TaskError
from . import Ended, Engine
from .addresses import LOOPBACK, face_towards, is_here
from .worker import work

_FRESH = 10.0
"""Seconds after which it is asked again what workers there are."""


class DaskExecutor(Engine):
    """The workers of a dask cluster, with settings.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster; `executor=` of a task takes it as it is where the defaults will do.
    options : dict, optional
        For each submission: `workers`, `resources`, `priority`, … of `Client.submit`.
    stage : bool, optional
        Whether input and output files travel. Default: if a worker is on another machine than this.
    host : str, optional
        The address of this machine under which the workers reach it. Default: the one that the scheduler sees.
    limit : int, optional
        How many asynchronous runs are given to it at a time; the others wait. Default: twice its threads.
    """

    def __init__(self, client: Any, *, options: dict[str, Any] | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        if not hasattr(client, "asynchronous"):
            raise TypeError(f"a Client of dask.distributed (pip install voclient[dask]), not {client!r}")
        if client.asynchronous:
            raise TypeError("a Client that is not asynchronous: it is spoken to from several threads")
        self._client = client
        self._workers: dict[str, int] = client.nthreads()
        """How many threads each has, by its address; as it was a while ago."""
        self._asked = time.monotonic()
        # Not `pure`, which would make one run of two equal calls.
        self._options = {**(options or {}), "pure": False}

    def submit(self, call: bytes, ended: Callable[[Ended], object]) -> Any:
        if self._client.status != "running":
            raise TaskError(
                f"{self.name} is not reachable (its client is {self._client.status}); make a new distributed.Client"
            )
        future = self._client.submit(work, call, **self._options)
        future.add_done_callback(lambda future: ended(self._outcome(future)))
        return future

    def cancel(self, job: Any) -> None:
        # What nobody holds any more is cancelled. (`cancel` itself waits for the scheduler, which may be gone.)
        job.release()

    @property
    def name(self) -> str:
        return f"the dask scheduler {self._address}"

    @property
    def host(self) -> str:
        if self._host is None:
            there = urlsplit(self._address)
            is_far = there.hostname and there.scheme != "inproc"
            self._host = face_towards(str(there.hostname), there.port) if is_far else LOOPBACK
        return self._host

    @property
    def stage(self) -> bool:
        if self._stage is not None:
            return self._stage
        return any(not is_here(urlsplit(address).hostname) for address in self._threads())

    @property
    def _address(self) -> str:
        scheduler = self._client.scheduler
        return str(scheduler.address) if scheduler is not None else "of a closed client"

    def _threads(self) -> dict[str, int]:
        """Threads of each worker, by its address. Nobody waits for the scheduler's answer here."""
        if time.monotonic() > self._asked + _FRESH:
            self._asked = time.monotonic()
            threading.Thread(target=self._ask, name="voclient-dask", daemon=True).start()
        return self._workers

    def _ask(self) -> None:
        with suppress(Exception):  # it may have gone
            self._workers = self._client.nthreads()
            if self.queue is not None:
                self.queue.refill()

    def _outcome(self, future: Any) -> Ended:
        if future.status == "finished":
            # (Asking for the very result is a request to its worker, in vain for nearly all.)
            return Ended(unreached=f"its worker cannot reach this machine at {self.host}; host= tells another address")
        if future.status == "error":
            error = future.exception()
            return Ended(f"{type(error).__name__}: {error}")
        return Ended(f"it is {future.status} there", cancelled=future.status == "cancelled")

    def _room(self) -> int:
        return max(16, 2 * sum(self._threads().values()))
