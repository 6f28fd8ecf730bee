"""Runs on this machine: one pump, and its two drivers.

A synchronous run is pumped by its caller, in the caller's thread. Asynchronous ones are pumped by one thread for
them all, which lets no more than a bound run at a time; the others wait in a queue. Synchronous runs never wait: their
callers' threads bound them. Each engine elsewhere has a queue of its own, served by the same thread.
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

from ..running.record import Status

if TYPE_CHECKING:
    from ..running.run import Run

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


class Queue:
    """Asynchronous runs: those that run, and those that wait for a slot; `limit` tells how many slots there are."""

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._pump: Pump | None = None
        self._waiting: deque[Run] = deque()
        self._taken = 0

    def submit(self, run: Run) -> None:
        pump = run.pump = self._pump = _serving_pump()
        run.queue = self
        with self._lock:
            at_once = self._taken < self._limit()
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
                    pump.post(lambda: self.retire(run))
                raise

    def refill(self) -> None:
        """There may be more slots than before."""
        if self._pump is not None:
            self._pump.post(lambda: self.retire(None))

    def retire(self, ended: Run | None) -> None:
        """In the pump's thread: give the slot of a dead group to runs that wait."""
        if ended is not None:
            self._take_back(ended)
        while self._pump is not None and (run := self._next()) is not None:
            try:
                run.launch(self._pump.add)
            except Exception as error:
                # Its caller has left: kept for whoever waits.
                run.record.error = error
                self._take_back(run)

    def _take_back(self, ended: Run) -> None:
        with self._lock:
            self._taken -= 1
            _live.discard(ended)

    def _next(self) -> Run | None:
        with self._lock:
            while self._waiting and self._taken < self._limit():
                run = self._waiting.popleft()
                if not run.ended:
                    self._taken += 1
                    run.record.phase = "starting"
                    return run
                _live.discard(run)
        return None


def _serving_pump() -> Pump:
    """The pump of all asynchronous runs, and its thread: made when first needed."""
    global _pump
    with _lock:
        if _pump is None:
            _pump = Pump(select.epoll())
            threading.Thread(target=_serve, args=(_pump,), name="voclient-runs", daemon=True).start()
        return _pump


def _serve(pump: Pump) -> None:
    pump.thread = threading.get_ident()
    while True:
        _turn(pump)


def _turn(pump: Pump) -> None:
    """One turn. (Nothing of a run that has ended stays in this thread's hands while it waits for the next.)"""
    try:
        ended = pump.turn()
    except Exception as error:
        # A mistake of ours: no run may hang for it, whichever it was.
        ended = list(pump.runs)
        pump.runs.clear()
        for run in ended:
            run.give_up(Status.ERROR, f"internal error: {type(error).__name__}: {error}")
    for run in ended:
        if run.queue is not None:
            run.queue.retire(run)


_process_limit = 0
"""0: as many as there are cores."""
_lock = threading.Lock()
_pump: Pump | None = None
_live: set[Run] = set()
"""All runs that were started or queued and have not ended."""


def submit(run: Run) -> None:
    """Start a run, or queue it, and return. What keeps it from starting is raised here if it need not wait."""
    engine = run.controls.executor
    if engine is None:
        _queue.submit(run)
        return
    with _lock:
        if engine.queue is None:
            engine.queue = Queue(lambda: engine.limit)
    engine.queue.submit(run)


def process_limit() -> int:
    """How many asynchronous runs may have a process at the same time on this machine.

    Returns
    -------
    int
        What `set_process_limit` said, else the number of cores this process may use.

    Examples
    --------
    >>> process_limit() >= 1
    True
    """
    return _process_limit or _cores()


def set_process_limit(limit: int | None) -> None:
    """Bound the processes of asynchronous runs.

    Parameters
    ----------
    limit : int or None
        At most so many at a time; None: as many as this process may use cores.

    Raises
    ------
    ValueError
        It is no whole number, or none of at least 1.

    Examples
    --------
    >>> set_process_limit(8)
    >>> process_limit()
    8
    >>> set_process_limit(None)
    """
    global _process_limit
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise ValueError(f"the limit of processes is a whole number of at least 1, not {limit!r}")
    _process_limit = limit or 0
    _queue.refill()


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def end_all() -> None:
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
    global _queue, _live, _pump, _lock
    for run in _live:
        run.abandon()
        if run.controls.executor is not None:
            run.controls.executor.queue = None
    for pump in {run.pump for run in _live} | {_pump}:
        if pump is not None:
            pump.abandon()
    _queue, _live, _pump, _lock = Queue(process_limit), set(), None, threading.Lock()


_queue = Queue(process_limit)
atexit.register(end_all)
os.register_at_fork(after_in_child=_forget)
