"""Run the examples of a descriptor: its documentation is its self-test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..calls.tasks import Task
from ..descriptors.descriptor import Descriptor, Example


def run_example(descriptor: Descriptor, example: Example, *, timeout: float = 60.0) -> list[str]:
    """Run one example and compare.

    It runs in a folder of its own, which is removed, with copies of the files beside the descriptor that its call
    names: `sky.fits[1]` names `sky.fits`.

    Parameters
    ----------
    descriptor : Descriptor
        The task.
    example : Example
        One of its examples.
    timeout : float, optional
        Seconds it may take.

    Returns
    -------
    list of str
        What is not as expected; empty when all is well.
    """
    with tempfile.TemporaryDirectory(prefix="voclient-") as cwd:
        _copy_named_files(example.call, os.path.dirname(descriptor.place.file), cwd)
        result = Task(descriptor)(**example.call, timeout=timeout, cwd=cwd)
        if result.exitstatus != result.SUCCESS:
            return [f"the run failed: {result.exitmsg}"]
        return [
            f"{key}: {reason}"
            for key, expected in example.expect.items()
            if (reason := compare(expected, result.get(key, ...)))
        ]


def _copy_named_files(call: dict[str, Any], folder: str, target: str) -> None:
    """Copies, as some programs change their files in place."""
    words = repr(list(call.values()))
    for entry in os.scandir(folder or os.curdir):
        if entry.is_file() and entry.name in words:
            shutil.copy(entry.path, target)


def compare(expected: Any, actual: Any) -> str:
    """Why a value is not the expected one, or nothing. Numbers are compared to the digits written.

    >>> compare(10.6847, 10.684708), compare(10.6847, 10.6848)
    ('', 'expected 10.6847, found 10.6848')
    """
    if hasattr(actual, "colnames"):  # a Table, by its columns
        actual = {name: actual[name] for name in actual.colnames}
    actual = actual.tolist() if hasattr(actual, "tolist") else actual
    if isinstance(actual, os.PathLike) and isinstance(expected, str):
        # It ran in a folder of its own.
        actual = os.path.basename(actual) if os.sep not in expected else os.fspath(actual)
    if actual is ...:
        return f"expected {expected!r}, but it is absent"
    if isinstance(expected, list) and isinstance(actual, (list, tuple)):
        if len(expected) != len(actual):
            return f"expected {len(expected)} values, found {len(actual)}"
        found = [f"value {i}: {reason}" for i, pair in enumerate(zip(expected, actual, strict=True), 1)
                 if (reason := compare(*pair))]  # fmt: skip
        return found[0] if found else ""
    if isinstance(expected, dict) and isinstance(actual, Mapping):
        found = [f"{key!r}: {reason}" for key, value in expected.items()
                 if (reason := compare(value, actual.get(key, ...)))]  # fmt: skip
        return found[0] if found else ""
    return "" if _same(expected, actual) else f"expected {expected!r}, found {actual!r}"


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, (int, float)) and isinstance(actual, (int, float)):
        if expected != expected or abs(expected) == float("inf") or actual != actual:
            return expected == actual or (expected != expected and actual != actual)
        step = Decimal(1).scaleb(int(Decimal(repr(expected)).as_tuple().exponent)) if isinstance(expected, float) else 1
        # Half a unit of the last digit, and what binary fractions add to it.
        return abs(float(actual) - float(expected)) <= 0.5000001 * float(step) * isinstance(actual, float)
    return bool(expected == actual)
