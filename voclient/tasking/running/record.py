"""What has become known of one run: its state, its facts and its contents. No processes here."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from copy import copy
from enum import IntEnum
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from ..calls.values import is_table
from ..results import Failure, Item, Progress
from ..results.bulk import BLOCK
from ..results.contents import Contents
from ..results.references import Reference
from .capture import CapturedOutput

if TYPE_CHECKING:
    from ..calls.controls import Controls
    from ..descriptors.descriptor import Descriptor, Invocation
    from ..results import Event


class Status(IntEnum):
    """How a run stands. Falsy until it has ended."""

    RUNNING = 0
    """Not ended: prepared, queued, or running."""
    SUCCESS = 1
    ERROR = 2
    ABORTED = 3
    TIMEOUT = 4


class Record:
    """State, facts and contents of a run: written by the one who runs it, read from any thread."""

    def __init__(self, descriptor: Descriptor, invocation: Invocation) -> None:
        self.descriptor = descriptor
        self.invocation = invocation
        self.controls: Controls | None = None
        self.contents = Contents(descriptor, invocation)
        self.argv: list[str] = [invocation.executable, *invocation.words]
        hidden = {parameter.name for parameter in descriptor.parameters if parameter.secret}
        self.parameters = {
            name: value for name, value in invocation.values.items() if name not in hidden and not is_table(value)
        }
        self.phase = "prepared"
        """For messages: prepared, queued, running, ended."""
        self.status = Status.RUNNING
        self.message = ""
        self.returncode: int | None = None
        self.started: float | None = None
        """Seconds of the epoch at the start of the process."""
        self.began: float | None = None
        self.ended: float | None = None
        self.progress = Progress(None)
        self.tells_progress = False
        """Somebody is called with each of them."""
        self.failure = ""
        """The program's own word on why it failed."""
        self.stdout = CapturedOutput()
        self.stderr = CapturedOutput()
        self.error: BaseException | None = None
        """To be raised once, in the thread of a caller who waits."""
        self.cause: Exception | None = None
        """Why the run failed, where it is more than the program's word."""
        self.delivering = 0
        """How many have callbacks still to be called for things that arrived."""
        self.cached: float | None = None
        """When it was taken from the cache (seconds of the epoch); None: it was run."""
        self.folder = ""
        """Where this process was when the run began."""
        self.host = ""
        """The machine it runs on, if that is another one."""
        self.facts: dict[str, Any] | None = None
        """Its provenance, where that is known from elsewhere."""
        self.orphaned = False
        """Forked away: the run goes on in the parent process, without news for this one."""
        self._make_waiting()

    def _make_waiting(self) -> None:
        lock = threading.RLock()
        self.changed = threading.Condition(lock)
        """Guards the contents; notified after each change."""
        self._over = threading.Condition(lock)
        """Notified at the end only, so that who waits for it is not woken, in vain, by each item."""
        self._followers: list[Callable[[list[Item]], None]] = []
        _records.add(self)

    @property
    def finished(self) -> bool:
        return self.status is not Status.RUNNING

    @property
    def elapsed(self) -> float | None:
        """Seconds that the run took; None if it has not ended, or never began."""
        return None if self.began is None or self.ended is None else self.ended - self.began

    # Writing: by the runner.

    def begin(self, argv: list[str]) -> None:
        self.argv = argv
        with suppress(OSError):
            self.folder = os.getcwd()
        self.phase = "running"
        self.started = time.time()
        self.began = time.monotonic()

    def take(self, events: Iterable[Event]) -> list[Item | Progress]:
        """Take in what the program said, and return, in order, what callbacks are to be told; an exception keeps what
        came before it."""
        items: list[Item] = []
        told: list[Item | Progress] = []
        try:
            for event in events:
                if isinstance(event, Item):
                    with self.changed:
                        self.contents.apply(event)
                    items.append(event)
                    told.append(event)
                elif isinstance(event, Progress):
                    self.progress = event
                    if self.tells_progress:
                        told.append(event)
                elif isinstance(event, Failure):
                    self.failure = event.text
        except Exception as error:
            if self.cause is None:
                self.cause = error
        if items:
            self._tell(items)
        return told

    def finish(self, status: Status, message: str = "", returncode: int | None = None) -> None:
        """The run is over; nothing is added after this."""
        if self.ended is None:
            self.ended = time.monotonic()
        self.message = message
        self.returncode = returncode
        self.phase = "ended"
        self.status = status
        self._tell([])

    def delivered(self) -> None:
        """One of those with callbacks has called them all."""
        with self.changed:
            self.delivering -= 1
        self._tell([])

    def _tell(self, items: list[Item]) -> None:
        with self.changed:
            self.changed.notify_all()
            if not items:
                self._over.notify_all()
            for follower in self._followers:
                follower(items)

    # Waiting.

    def wait_until(self, ready: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait until `ready()` holds, or no news can come any more."""
        return self._wait(self.changed, ready, timeout)

    def wait_over(self, delivered: bool = False, timeout: float | None = None) -> bool:
        """Wait until the run is over, and all callbacks were called if they are to be `delivered`."""
        return self._wait(self._over, lambda: self.finished and not (delivered and self.delivering), timeout)

    def _wait(self, condition: threading.Condition, ready: Callable[[], bool], timeout: float | None) -> bool:
        if not ready():
            with condition:
                condition.wait_for(lambda: ready() or self.orphaned, timeout)
        return ready()

    def subscribe(self, follower: Callable[[list[Item]], None]) -> None:
        """Call `follower` with the items of each change from now on (none: only the state changed).

        It is called under the lock, in the thread that made the change.
        """
        with self.changed:
            self._followers = [*self._followers, follower]

    def unfollow(self, follower: Callable[[list[Item]], None]) -> None:
        # The list is replaced, not changed: a finalizer may come here while its thread goes over it.
        with self.changed:
            self._followers = [each for each in self._followers if each != follower]

    def follow(self, follower: Callable[[list[Item]], None]) -> Iterator[Item]:
        """Subscribe, and get what has come before, as items; they are read as they are taken."""
        with self.changed:
            self.subscribe(follower)
            return self._so_far(self.contents.single, self.contents.row_names, self.contents.row_count)

    def _so_far(self, single: dict[str, Any], names: list[str], count: int) -> Iterator[Item]:
        for key, value in single.items():
            yield Item({key: value})
        for start in range(0, count if names else 0, BLOCK):
            with self.changed:
                rows = {
                    name: self.contents.rows(name, start, min(start + BLOCK, count))
                    for name in names
                    if self.contents.has_rows(name)
                }
            yield Item(rows, rows=True)

    # Copies, also in other processes: of a run that has ended.

    def __reduce__(self) -> tuple[Any, ...]:
        from .portable import pack

        return _unpack, (pack(self), self.descriptor, self.stdout, self.stderr)

    def __copy__(self) -> Record:
        from .portable import pack

        return _unpack(pack(self), self.descriptor, copy(self.stdout), copy(self.stderr))


def _unpack(state: dict[str, Any], descriptor: Descriptor, stdout: CapturedOutput, stderr: CapturedOutput) -> Record:
    from .portable import unpack

    return unpack(state, descriptor, stdout=stdout, stderr=stderr)


def pairs(items: Iterable[Item]) -> Iterator[tuple[str, Any]]:
    """Keys and values in the order they came, row by row, references opened."""
    for item in items:
        if item.rows:
            names = list(item.values)
            for row in zip(*item.values.values(), strict=True):
                yield from zip(names, row, strict=True)
        else:
            for key, value in item.values.items():
                yield key, value.resolve() if isinstance(value, Reference) else value


_records: WeakSet[Record] = WeakSet()


def _renew_locks() -> None:
    """In the child of a fork: locks may be held by threads that are not here."""
    for record in list(_records):
        if record.phase != "prepared":
            record.orphaned = not record.finished
            record.delivering = 0
        record._make_waiting()


os.register_at_fork(after_in_child=_renew_locks)
