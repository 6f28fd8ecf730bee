"""Runs on this machine: one pump, and its two drivers.

A synchronous run is pumped by its caller, in the caller's thread. Asynchronous ones are pumped by one thread for
them all, which lets no more than a bound run at a time; the others wait in a queue. Synchronous runs never wait: their
callers' threads bound them.
"""

from __future__ import annotations

import atexit
import math
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from ..record import Status

if TYPE_CHECKING:
    from ..run import Run

__all__ = ["process_limit", "run_here", "set_process_limit", "submit"]


class Pump:
    """Moves the bytes and the clocks of the runs given to it, all in the thread that calls `turn`.

    `poll` is that of a single run (no system call to watch a descriptor), `epoll` that of any number. Nothing but
    reading is ever waited for, so `selectors` would only cost time.
    """

    def __init__(self, poll: select.poll | select.epoll) -> None:
        self.thread = threading.get_ident()
        self.process = os.getpid()
        self.runs: set[Run] = set()
        self._poll = poll
        self._second = 1.0 if isinstance(poll, select.epoll) else 1000.0
        self._ready: dict[int, Callable[[], object]] = {}
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self.watch(self._wake, self._awake)
        self._orders: SimpleQueue[Callable[[], None]] = SimpleQueue()
        # Reentrant: a finalizer may post while its thread is posting.
        self._lock = threading.RLock()
        self._closed = False

    def post(self, order: Callable[[], None]) -> None:
        """Have something done in the pump's thread; from any thread or finalizer."""
        with self._lock:
            if not self._closed:
                self._orders.put(order)
                os.eventfd_write(self._wake, 1)

    def watch(self, descriptor: int, ready: Callable[[], object]) -> None:
        """Have `ready` called, here, whenever there is something to read."""
        self._ready[descriptor] = ready
        self._poll.register(descriptor, select.EPOLLIN)

    def unwatch(self, descriptor: int) -> None:
        """To be called before it is closed: a copy in a forked process would keep it in the kernel's list."""
        if self._ready.pop(descriptor, None) is not None:
            self._poll.unregister(descriptor)

    def add(self, run: Run) -> None:
        """Begin to move a run that was launched."""
        self.runs.add(run)
        run.attach()

    def turn(self) -> list[Run]:
        """Wait for the next thing to happen and see to it; returns the runs that ended by it."""
        due = min([run.due for run in self.runs], default=math.inf)
        timeout = None if due == math.inf else max(0.0, due - time.monotonic()) * self._second
        for descriptor, _ in self._poll.poll(timeout):
            # What an earlier one of these closed is not called; what it opened under the number finds nothing yet.
            if ready := self._ready.get(descriptor):
                ready()
        now = time.monotonic()
        ended = []
        for run in self.runs:
            if run.due <= now:
                run.tick(now)
            if run.ended:
                ended.append(run)
        self.runs.difference_update(ended)
        return ended

    def _awake(self) -> None:
        os.eventfd_read(self._wake)
        while True:
            try:
                order = self._orders.get_nowait()
            except Empty:
                return
            order()

    def close(self) -> None:
        with self._lock:
            self.abandon()

    def abandon(self) -> None:
        """Close without the lock, which may be held by a thread that a fork left behind."""
        self._closed = True
        if isinstance(self._poll, select.epoll):
            self._poll.close()
        os.close(self._wake)


def run_here(run: Run) -> None:
    """Run to the end, in this thread. An exception here (Ctrl-C) ends the process group first."""
    pump = run.pump = Pump(select.poll())
    _live.add(run)
    try:
        run.launch(pump.add)
        while not run.ended:
            pump.turn()
    except BaseException:
        try:
            run.stop(Status.ABORTED, "interrupted")
            while pump.runs and not run.ended:
                pump.turn()
        finally:
            run.give_up(Status.ABORTED, "interrupted")
        raise
    finally:
        _live.discard(run)
        pump.close()


class _Queue:
    """The asynchronous runs of this process: those that run, and those that wait for a slot."""

    def __init__(self) -> None:
        self.limit = 0
        """0: as many as there are cores."""
        self._lock = threading.Lock()
        self.pump: Pump | None = None
        self._waiting: deque[Run] = deque()
        self._taken = 0

    def submit(self, run: Run) -> None:
        with self._lock:
            pump = run.pump = self.pump or self._begin()
            at_once = self._taken < (self.limit or _cores())
            _live.add(run)
            if at_once:
                self._taken += 1
            else:
                run.record.phase = "queued"
                self._waiting.append(run)
        if at_once:
            try:
                run.launch(lambda run: pump.post(lambda: pump.add(run)))
            except BaseException:
                if run.handed_over:
                    run.stop(Status.ABORTED, "interrupted")
                else:
                    pump.post(lambda: self._retire([run]))
                raise

    def refill(self) -> None:
        if self.pump is not None:
            self.pump.post(lambda: self._retire([]))

    def _begin(self) -> Pump:
        pump = self.pump = Pump(select.epoll())
        thread = threading.Thread(target=self._serve, args=(pump,), name="voclient-runs", daemon=True)
        thread.start()
        return pump

    def _serve(self, pump: Pump) -> None:
        pump.thread = threading.get_ident()
        while True:
            try:
                ended = pump.turn()
            except Exception as error:
                # A mistake of ours: no run may hang for it, whichever it was.
                ended = list(pump.runs)
                pump.runs.clear()
                for run in ended:
                    run.give_up(Status.ERROR, f"internal error: {type(error).__name__}: {error}")
            if ended:
                self._retire(ended)

    def _retire(self, ended: list[Run]) -> None:
        """In the pump's thread: give the slots of dead groups to runs that wait."""
        self._taken_back(ended)
        while self.pump is not None and (run := self._next()) is not None:
            try:
                run.launch(self.pump.add)
            except Exception as error:
                # Its caller has left: kept for whoever waits.
                run.record.error = error
                self._taken_back([run])

    def _taken_back(self, ended: list[Run]) -> None:
        with self._lock:
            self._taken -= len(ended)
            _live.difference_update(ended)

    def _next(self) -> Run | None:
        with self._lock:
            while self._waiting and self._taken < (self.limit or _cores()):
                run = self._waiting.popleft()
                if not run.ended:
                    self._taken += 1
                    run.record.phase = "starting"
                    return run
                _live.discard(run)
        return None


_queue = _Queue()
_live: set[Run] = set()
"""All runs that were started or queued and have not ended."""


def submit(run: Run) -> None:
    """Start a run, or queue it, and return. What keeps it from starting is raised here if it need not wait."""
    _queue.submit(run)


def process_limit() -> int:
    """How many asynchronous runs may have a process at the same time.

    Returns
    -------
    int
        What `set_process_limit` said, else the number of cores this process may use.

    Examples
    --------
    >>> process_limit() >= 1
    True
    """
    return _queue.limit or _cores()


def set_process_limit(limit: int | None) -> None:
    """Bound the processes of asynchronous runs.

    Parameters
    ----------
    limit : int or None
        At most so many at a time; None: as many as this process may use cores.

    Examples
    --------
    >>> set_process_limit(8)
    >>> process_limit()
    8
    >>> set_process_limit(None)
    """
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise ValueError(f"the limit of processes is a whole number of at least 1, not {limit!r}")
    _queue.limit = limit or 0
    _queue.refill()


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _end_all() -> None:
    """At the interpreter's exit: nothing outlives it."""
    runs = list(_live)
    try:
        for run in runs:
            run.stop(Status.ABORTED, "the interpreter ended")
        for run in runs:
            run.record.wait_over(timeout=10)
    finally:
        for run in runs:
            if not run.ended:
                run.kill()


def _forget() -> None:
    """In the child of a fork: no thread, no runs."""
    global _queue, _live
    for run in _live:
        run.abandon()
    for pump in {run.pump for run in _live} | {_queue.pump}:
        if pump is not None:
            pump.abandon()
    limit = _queue.limit
    _queue, _live = _Queue(), set()
    _queue.limit = limit


atexit.register(_end_all)
os.register_at_fork(after_in_child=_forget)
