"""What programs show on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def on_terminal(command: Sequence[str | Path], stream: str = "stdout", **options: Any) -> str:
    """All that a program that succeeds writes to this stream, which is a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, **{stream: theirs}, **options)
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 4096):
            shown += data
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    assert process.wait(60) == 0
    return shown.decode().replace("\r\n", "\n")
