"""The end of a process group that is told to stop: TERM, a grace, KILL, until it is dead."""

from __future__ import annotations

import math
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .process import Process

GRACE = 2.0
"""Seconds between TERM and KILL."""
DRAIN = 0.5
"""Seconds that a pipe held open by others is still read: since the last byte, or since the group's end."""
PATIENCE = 5.0
"""Seconds that KILL may take to be obeyed."""
LOOK = 0.03
"""Seconds between looks whether the rest of a stopped group is gone."""


class Pursuit:
    """Of one group; it begins with TERM, and is moved by `is_over`."""

    __slots__ = ("_dead", "_give_up_at", "_kill_at", "_process", "due")

    def __init__(self, process: Process) -> None:
        self._process = process
        process.signal_group(signal.SIGTERM)
        if process.terminal is not None:
            process.signal_group(signal.SIGHUP)  # what ends programs that serve a person
        process.signal_group(signal.SIGCONT)
        self._kill_at = time.monotonic() + GRACE
        self._give_up_at = math.inf
        self._dead: float | None = None
        """When the whole group was (monotonic)."""
        self.due = 0.0
        """When the next step is to be made (monotonic)."""

    def is_over(self, now: float, *, exited: bool, dry: bool) -> bool:
        """One step: whether the group is dead and its pipes dry, or nothing helps. `exited`: its leader has;
        `dry`: its outputs are at their end."""
        if self._dead is None and exited and not self._process.group_lives():
            self._dead = now
        if now >= self._give_up_at or (self._dead is not None and (dry or now >= self._dead + DRAIN)):
            return True
        if self._dead is not None:
            self.due = self._dead + DRAIN
            return False
        if now >= self._kill_at:
            self._process.signal_group(signal.SIGKILL)
            self._kill_at, self._give_up_at = math.inf, now + PATIENCE
        self.due = min(self._kill_at, self._give_up_at, now + LOOK if exited else math.inf)
        return False
