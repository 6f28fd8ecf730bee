"""One task over many inputs: runs are started as results are taken, a bounded number ahead."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self

from ..descriptors.descriptor import Invocation
from ..errors import TaskParameterError
from ..executors.local import process_limit
from ..results import Progress
from ..running.audience import is_seen
from ..running.record import Record, Status
from .arguments import resolve_names
from .values import show, suggest

if TYPE_CHECKING:
    from ..opset import OPset
    from ..results import Item
    from ..running.progress import Bar
    from .tasks import Task

AHEAD = 4
"""Runs begun and not taken, for each process there may be: a slow one must not keep the others waiting."""
_CLOSED = "the map was closed"


class Map(Iterator["OPset"]):
    """The runs of `Task.map`, one for each item: an iterator of their results, each finished.

    What goes wrong with an item is raised in its place, and the next item follows if the iteration is continued.
    `close`, or the end of a `with` block, ends what still runs. In asyncio `async for` and `async with` do the same.
    For one thread at a time.
    """

    def __init__(
        self,
        task: Task,
        items: Iterable[Any],
        columns: Mapping[str, str] | None,
        given: Mapping[str, Any],
        *,
        as_finished: bool,
        in_flight: int,
        progress: Any = False,
    ) -> None:
        self._task = task
        self._items = iter(items)
        self._columns = columns
        self._given = given
        self._as_finished = as_finished
        self._in_flight = in_flight
        self._count = 0
        self._counter = _Counter(task, items, progress)
        self._exhausted = False
        self._begun: dict[int, OPset | Exception] = {}
        """By number, in their order: what was begun and not yet taken."""
        self._over: SimpleQueue[int] = SimpleQueue()
        self._process = os.getpid()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> OPset:
        number = -1
        try:
            self._counter.begin()
            self._begin_more()
            if not self._begun:
                self._counter.close()
                raise StopIteration
            number = self._next_number()
            result = self._begun[number]
            if isinstance(result, Exception):
                raise result
            result.wait()
        except BaseException as error:
            if not isinstance(error, Exception):
                self.close()
            elif self._begun.pop(number, None) is not None:
                self._counter.count()
            raise
        del self._begun[number]
        self._counter.count()
        return result

    def close(self) -> None:
        """End the runs that were begun and not taken, and begin no more."""
        for result in self._tell_to_end():
            result.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The same in asyncio.

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> OPset:
        from asyncio import CancelledError

        from ..opset.awaiting import any_over

        self._begin_more()
        awaited = list(self._begun.values())[: None if self._as_finished else 1]
        runs = [result for result in awaited if not isinstance(result, Exception)]
        if awaited and len(runs) == len(awaited):
            try:
                await any_over(runs)
            except CancelledError:
                await self.__aexit__()
                raise
        try:
            return next(self)  # without waiting
        except StopIteration:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        from ..opset.awaiting import end

        for result in self._tell_to_end():
            await end(result, _CLOSED)
            result.close()

    def _tell_to_end(self) -> list[OPset]:
        """All are told before any is waited for."""
        self._exhausted = True
        self._counter.close()
        runs = [result for result in self._begun.values() if not isinstance(result, Exception)]
        self._begun.clear()
        for result in runs:
            result._ask_to_end(_CLOSED)
        if isinstance(self._items, Generator):
            with suppress(ValueError):  # it is running: it closed us
                self._items.close()
        return runs

    def __repr__(self) -> str:
        return f"<map of {self._task.__name__}: {self._count} begun, {len(self._begun)} of them not taken>"

    def _begin_more(self) -> None:
        while not self._exhausted and len(self._begun) < self._in_flight:
            number = self._count
            try:
                item = next(self._items)
            except StopIteration:
                self._exhausted = True
                return
            except Exception as error:  # of the caller's generator, which is over
                self._exhausted = True
                self._keep(number, error)
                return
            self._count += 1
            try:
                operands, named = self._arguments(item)
                result = self._task(*operands, **{**self._given, **named}, async_=True)
            except Exception as error:
                error.add_note(f"item {number} of the map: {show(item)}")
                self._keep(number, error)
            else:
                self._keep(number, result)

    def _keep(self, number: int, result: OPset | Exception) -> None:
        self._begun[number] = result
        if not self._as_finished:
            return
        if not isinstance(result, Exception):
            result._record.subscribe(partial(_tell, self._over, number))
        self._over.put(number)  # it may have ended before it was followed

    def _next_number(self) -> int:
        if not self._as_finished or os.getpid() != self._process:  # in the child of a fork no news come
            return next(iter(self._begun))
        while True:
            number = self._over.get()
            result = self._begun.get(number)
            if result is None:  # told twice
                continue
            if isinstance(result, Exception) or (result.exitstatus and not result._record.delivering):
                return number

    def _arguments(self, item: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """An item as operands and named values."""
        columns = self._columns or {}
        if isinstance(item, Mapping):
            return (), {columns.get(name, name): value for name, value in item.items()}
        names = getattr(item, "colnames", None) or getattr(getattr(item, "dtype", None), "names", None)
        if names:  # a row of an astropy Table, or of a structured array
            return (), self._row(item, names, self._columns)
        return (item if isinstance(item, tuple) else (item,)), {}

    def _row(self, row: Any, names: Sequence[str], columns: Mapping[str, str] | None) -> dict[str, Any]:
        parameters = self._task.descriptor.by_name
        if columns is None:
            fixed = {parameters[name].name for name in self._given if name in parameters}
            columns = {name: name for name in names if name in parameters and parameters[name].name not in fixed}
            if not columns:
                raise self._refusal(
                    f"no column of the table bears the name of a parameter (columns: {', '.join(names)}; "
                    f"parameters: {', '.join(parameters)}); say which is which: map(table, {{column: parameter}})"
                )
        values = {}
        for column, name in columns.items():
            if column not in names:
                hint = suggest(column, names)
                raise self._refusal(f"the table has no column {column!r}{hint} (columns: {', '.join(names)})")
            value = row[column]
            mask = getattr(value, "mask", None)
            if getattr(mask, "shape", None) == () and mask:
                continue
            unit = getattr(row.table[column], "unit", None) if hasattr(row, "table") else None
            parameter = parameters.get(name)
            takes_units = parameter is not None and (parameter.unit or parameter.type in ("angle", "quantity"))
            if unit is not None and takes_units and getattr(value, "dtype", None) is not None:
                from astropy.units import Quantity

                value = Quantity(value, unit)
            values[name] = value
        return values

    def _refusal(self, text: str) -> TaskParameterError:
        return TaskParameterError(f"{self._task.__name__}: {text}", task=self._task.__name__, parameter="items")


class _Counter:
    """Says how many results were taken: to a function, or by a bar, as a run says how far it is."""

    def __init__(self, task: Task, items: Any, wanted: Any) -> None:
        self._task = task
        self._total = len(items) if isinstance(items, Sized) else None
        self._wanted = wanted
        self._count = 0
        self._bar: Bar | None = None

    def begin(self) -> None:
        if self._bar is None and (self._wanted is True or (self._wanted == "auto" and is_seen())):
            from ..running.progress import Bar

            descriptor = self._task.descriptor
            record = Record(descriptor, Invocation(descriptor.executable, []))
            self._bar = Bar(record, always=self._wanted is True)
            self._bar.begin()

    def count(self) -> None:
        self._count += 1
        fraction = self._count / self._total if self._total else None
        text = f"{self._count} of {self._total}" if self._total else str(self._count)
        if self._bar is not None:
            self._bar.record.progress = Progress(fraction, text)
        elif callable(self._wanted):
            self._wanted(fraction, text)

    def close(self) -> None:
        bar, self._bar, self._wanted = self._bar, None, False
        if bar is not None:
            bar.end()
            bar.record.finish(Status.SUCCESS)
            bar.record.wait_over(delivered=True, timeout=1)  # a screen that stands still holds nobody


def _tell(over: SimpleQueue[int], number: int, items: list[Item]) -> None:
    """The state of that run has changed. (It knows neither run nor map: who drops the map drops the results.)"""
    if not items:
        over.put(number)


def begin_map(
    task: Task,
    items: Any,
    columns: Mapping[str, str] | None,
    given: dict[str, Any],
    *,
    as_finished: bool,
    in_flight: int | None,
) -> Map:
    """Check what can be checked before the first item, and make the map; nothing is begun yet."""
    name = task.__name__

    def refuse(parameter: str, value: Any, text: str) -> TaskParameterError:
        return TaskParameterError(f"{name}: {text}", task=name, parameter=parameter, value=value)

    if isinstance(items, (str, bytes, os.PathLike, Mapping)) or not _is_iterable(items):
        raise refuse("items", items, f"map takes a list of values, of tuples, of dicts, or a Table, not {show(items)}")
    if hasattr(items, "itertuples"):  # it would give the names of its columns
        raise refuse("items", items, "map takes an astropy Table, not a DataFrame: Table.from_pandas(frame)")
    controls, values = task.split_controls(dict(given))
    if controls.async_ or not controls.execute:
        raise refuse("async_", True, "map is asynchronous by itself; async_ and execute are not for it")
    if controls.prompt:
        raise refuse("prompt", True, "prompt asks for one call; a map has many")
    resolve_names(task.descriptor, values)
    for parameter in dict(columns or {}).values():
        resolve_names(task.descriptor, {parameter: None})
    if in_flight is None:
        in_flight = 2 * controls.executor.limit if controls.executor else AHEAD * process_limit()
    elif isinstance(in_flight, bool) or not isinstance(in_flight, int) or in_flight < 1:
        raise refuse("in_flight", in_flight, f"in_flight is a whole number of at least 1, not {show(in_flight)}")
    # The engine is kept: its runs share one queue for as long as one holds it. The runs draw no bars, the map does.
    given = {**given, "executor": controls.executor, "progress": False}
    return Map(
        task, items, columns, given, as_finished=as_finished, in_flight=in_flight, progress=controls.progress
    )  # fmt: skip


def _is_iterable(items: Any) -> bool:
    try:
        iter(items)  # a Table is no Iterable, but can be iterated
    except TypeError:
        return False
    return True
