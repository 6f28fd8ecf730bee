"""Debugging lines: to the logger `voclient` if this program logs, to stderr if VOCLIENT_DEBUG is set."""

from __future__ import annotations

import sys

from .locations import own_environment


def debug(text: str, *values: object) -> None:
    """Say something about a run. Loads no logging: where nobody did, nobody listens."""
    if own_environment().get(b"VOCLIENT_DEBUG", b"0") not in (b"", b"0"):
        print("voclient:", text % values, file=sys.stderr)
    get_logger = getattr(sys.modules.get("logging"), "getLogger", None)
    if get_logger is not None:
        get_logger("voclient").debug(text, *values)


def warn_deprecated(text: str) -> None:
    """A FutureWarning at the line of the caller outside this package, as its author is to change it."""
    import warnings

    level = 2
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("voclient."):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, FutureWarning, stacklevel=level)
