"""The task controls: what steers a run, not the task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from ..executors import Engine

Callback: TypeAlias = Callable[[str, Any], object]
ProgressCallback: TypeAlias = Callable[[float | None, str], object]


@dataclass(frozen=True, slots=True)
class Controls:
    """How a run is to be made. The defaults are a plain synchronous call."""

    async_: bool = False
    """Return at once; the run goes on."""
    execute: bool = True
    """False: prepare only; `OPset.execute` starts it."""
    timeout: float | None = None
    """Seconds from the start of the process to the end of its group."""
    check: bool = False
    """Raise `TaskExecutionError` when the run fails (asynchronous: in `wait`)."""
    cwd: str | PathLike[str] | None = None
    """Working directory of the process."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables added to this process's environment; they win over the descriptor's."""
    cache: bool | float | str = False
    """True: an earlier run of the same call stands for this one; a number: one that is no more seconds old; `refresh`:
    none does, but this one is kept."""
    callback: Callback | Mapping[str, Callback] | None = None
    """Called with each key and value as it arrives; a mapping chooses by patterns of keys (`{"ra*": f}`)."""
    executor: Engine | None = None
    """Where it runs; None: on this machine."""
    progress: bool | Literal["auto"] | ProgressCallback = "auto"
    """A progress bar: on a terminal and in a notebook when it takes a while; always; never; or a function that is
    called with the fraction and the text whenever the program tells them."""
    prompt: bool = False
    """Ask at the terminal for what the call lacks."""


SUPPORTED = tuple(Controls.__dataclass_fields__)
"""Their names."""
