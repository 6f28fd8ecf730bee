"""What a function that runs as a task can say while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .writer import Writer

channel: Writer | None = None
"""Of the task that this process is, if it is one."""


def report_progress(fraction: float | None, text: str = "") -> None:
    """Say how far a function that runs as a task has come; elsewhere this does nothing.

    Parameters
    ----------
    fraction : float or None
        From 0 to 1; None when it is not known.
    text : str, optional
        What is being done.

    Examples
    --------
    >>> from voclient.tasking import report_progress
    >>> report_progress(0.5, "half way")
    """
    if channel is not None:
        channel.progress(fraction, text)
