"""How a run went, by the exit status of its program and what that said. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .process import describe_signal
from .record import Status

if TYPE_CHECKING:
    from ..descriptors.descriptor import Descriptor
    from .record import Record


def is_success(descriptor: Descriptor, code: int | None) -> bool:
    """Whether a program with this exit status has done what it was to do."""
    known = dict(descriptor.exit_statuses).get(code) if code is not None else None
    return known.status == "success" if known is not None else code == 0


def judge(record: Record, code: int | None, noted: str = "") -> tuple[Status, str]:
    """Status and message of a run that ended by itself; `noted` is what was seen to go wrong at its terminal."""
    descriptor = record.descriptor
    known = dict(descriptor.exit_statuses).get(code) if code is not None else None
    told = known.message if known is not None else ""
    if is_success(descriptor, code):
        if record.cause is not None:
            return Status.ERROR, str(record.cause)
        return Status.SUCCESS, record.failure or told
    if code is None:
        how = "its exit status was taken by another wait() of this program"
    elif code < 0:
        how = f"killed by {describe_signal(-code)}"
    else:
        how = f"exit status {code}"
    heard = record.stdout if "stderr" in descriptor.terminal else record.stderr
    said = last_lines(heard.tail(2000))
    text = record.failure or ": ".join(part for part in (told, noted, said) if part)
    return Status.ERROR, f"{text} ({how})" if text else how


def last_lines(output: bytes) -> str:
    """The last few lines of an output that say something."""
    text = output[-2000:].decode("utf-8", "replace")
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-5:])
