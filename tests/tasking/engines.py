"""Executors of every kind, for tests that hold for all of them."""

from __future__ import annotations

import logging
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@contextmanager
def forked() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        yield pool


@contextmanager
def spawned() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@contextmanager
def dask() -> Iterator[Any]:
    """A scheduler and two workers, all in processes of their own."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=2, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield client


@contextmanager
def batch_local() -> Iterator[Any]:
    """Jobs of PSI/J on this machine."""
    from voclient.tasking.executors.psij import BatchExecutor

    yield BatchExecutor("local", limit=3)


@contextmanager
def batch_slurm() -> Iterator[Any]:
    """Jobs of a Slurm of one node."""
    from tasking.slurm import slurm

    from voclient.tasking.executors.psij import BatchExecutor

    with tempfile.TemporaryDirectory(prefix="slurm-") as folder, slurm(Path(folder)):
        yield BatchExecutor("slurm", queue="work", duration=300, host="127.0.0.1", folder=folder, poll=1, limit=3)


ENGINES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "threads": threads,
    "forked": forked,
    "spawned": spawned,
    "dask": dask,
    "psij": batch_local,
    "slurm": batch_slurm,
}


class Engines:
    """One executor of each kind, made when first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._made: dict[str, Any] = {}

    def __getitem__(self, kind: str) -> Any:
        if kind not in self._made:
            self._made[kind] = self._stack.enter_context(ENGINES[kind]())
        return self._made[kind]
