"""The items of a run as they arrive, for `for` and for `async for`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from ..running.record import pairs

if TYPE_CHECKING:
    from ..results import Item
    from .waiting import Waiting

Pair = tuple[str, Any]


class Stream(Iterator[Pair], AsyncIterator[Pair]):
    """Keys and values of a run, from the first one on, until it has ended. It is gone through once.

    Each stream is its own: any number of threads and of event loops may have theirs of one run. Leaving it early, or
    being cancelled in it, does nothing to the run.
    """

    def __init__(self, opset: Waiting) -> None:
        self._opset = opset
        self._blocking: Iterator[Pair] | None = None
        self._asynchronous: AsyncIterator[Pair] | None = None

    def __iter__(self) -> Iterator[Pair]:
        if self._blocking is None:
            self._blocking = _pairs(self._opset)
        return self._blocking

    def __next__(self) -> Pair:
        return next(iter(self))

    def __aiter__(self) -> AsyncIterator[Pair]:
        if self._asynchronous is None:
            from .awaiting import stream

            self._asynchronous = stream(self._opset)
        return self._asynchronous

    async def __anext__(self) -> Pair:
        return await anext(aiter(self))


def _pairs(opset: Waiting) -> Iterator[Pair]:
    record = opset._record
    news: SimpleQueue[list[Item]] = SimpleQueue()
    if not record.finished:
        opset._expect_news()
    before = record.follow(news.put)
    try:
        yield from pairs(before)
        while not (record.finished and news.empty()):
            opset._expect_news()
            yield from pairs(news.get())
    finally:
        record.unfollow(news.put)
