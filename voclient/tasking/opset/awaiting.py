"""Waiting in asyncio: no thread waits, nothing polls. Imported when something is awaited, as asyncio is dear."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..running.callbacks import in_callback_thread
from ..running.record import pairs

if TYPE_CHECKING:
    from ..results import Item
    from .waiting import Waiting


class _Bell:
    """Wakes one coroutine from any thread; rung twice before it woke, it wakes once."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._rung = False

    def ring(self) -> None:
        if not self._rung:
            self._rung = True
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        await self._event.wait()
        self._event.clear()
        self._rung = False


async def until(opset: Waiting, ready: Callable[[], bool]) -> None:
    """Wait until something holds that can only change when something arrives or ends."""
    record, bell = opset._record, _Bell()

    def look(_: list[Item]) -> None:
        if ready() or record.orphaned:
            bell.ring()

    record.subscribe(look)
    try:
        while not ready():
            opset._expect_news()
            await bell.wait()
    finally:
        record.unfollow(look)


async def any_over(opsets: Sequence[Waiting]) -> None:
    """Wait for the end of one of several runs, and of its callbacks; who is cancelled meanwhile ends none."""
    bell = _Bell()

    def look(items: list[Item]) -> None:
        if not items:
            bell.ring()

    for opset in opsets:
        opset._record.subscribe(look)
    try:
        while not any(opset._record.finished and not opset._record.delivering for opset in opsets):
            for opset in opsets:
                opset._expect_news()
            await bell.wait()
    finally:
        for opset in opsets:
            opset._record.unfollow(look)


async def over(opset: Waiting) -> None:
    """Wait for the end of the run and of its callbacks; who is cancelled meanwhile ends the run first."""
    record, delivered = opset._record, not in_callback_thread()
    try:
        await until(opset, lambda: record.finished and not (delivered and record.delivering))
    except asyncio.CancelledError:
        await end(opset, "aborted: who awaited it was cancelled")
        raise


async def end(opset: Waiting, message: str) -> None:
    """End the process group, and wait until it is dead."""
    if opset._ask_to_end(message):
        await until(opset, lambda: opset._record.finished)


async def stream(opset: Waiting) -> AsyncIterator[tuple[str, Any]]:
    """What `Stream` gives, as it arrives."""
    record, bell = opset._record, _Bell()
    news: deque[Iterable[Item]] = deque()

    def take(items: list[Item]) -> None:
        news.append(items)
        bell.ring()

    if not record.finished:
        opset._expect_news()
    news.append(record.follow(take))
    try:
        while not (record.finished and not news):
            if news:
                for item in news.popleft():
                    for pair in pairs([item]):
                        yield pair
                    await asyncio.sleep(0)  # others have their turn between pieces, also when much lies ready
            else:
                opset._expect_news()
                await bell.wait()
    finally:
        record.unfollow(take)
