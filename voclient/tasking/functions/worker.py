"""Runs one call of a Python function as a task: `python worker.py NAME`, the call itself comes on standard input.

This file is a script, so that not even voclient need be importable before the call has told the search path.
"""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from voclient.tasking.functions.writer import Writer

_ME = __file__


def main() -> None:
    channel = os.environ.pop("VOCLIENT_OPSET_FD", None)
    descriptor = int(channel) if channel else None
    if descriptor is not None:
        os.set_inheritable(descriptor, False)
    with open(0, "rb", closefd=False) as source:
        call = json.loads(source.read())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    call["tables"] = sys.argv[2:]
    sys.path[:] = call["path"]
    sys.argv[:] = call["argv"]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]

    from voclient.tasking.functions import calls, reporting
    from voclient.tasking.functions.writer import Writer

    writer = reporting.channel = Writer(descriptor, call["units"])
    writer.begin()
    try:
        function = calls.find_function(call)
        _give(writer, function(**calls.read_arguments(function, call)))
    except Exception as error:
        _fail(writer, error)
    except SystemExit as error:
        if isinstance(error.code, str):
            writer.error(error.code)
        raise


def _give(writer: Writer, result: Any) -> None:
    """What a function returns, or a generator yields and then returns."""
    if hasattr(result, "__next__") and hasattr(result, "send"):
        result = _follow(writer, result)
    if hasattr(result, "_asdict"):
        result = result._asdict()
    if isinstance(result, dict):
        for key, value in result.items():
            writer.put(key, value)
    elif hasattr(result, "colnames"):
        writer.put("table", result)
    elif result is not None:
        writer.put("result", result)


def _follow(writer: Writer, generator: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            value = next(generator)
        except StopIteration as end:
            return end.value
        if isinstance(value, dict):
            writer.row(value)
        elif isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
            writer.put(*value)
        else:
            raise TypeError(f"the function yields {value!r}; it may yield (key, value), or a dict, which is a row")


def _fail(writer: Writer, error: Exception) -> None:
    """The traceback, from the function on, to stderr; the reason to the channel."""
    import traceback

    trace = error.__traceback__
    while trace is not None and os.path.dirname(trace.tb_frame.f_code.co_filename) == os.path.dirname(_ME):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)
    text = str(error)
    writer.error(f"{type(error).__name__}: {text}" if text else type(error).__name__)
    sys.exit(1)


if __name__ == "__main__":
    main()
