"""One run of a task: its process, its limits, its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .controls import Controls
    from .descriptor import Descriptor, Invocation
    from .opset import OPset


def start(descriptor: Descriptor, invocation: Invocation, controls: Controls) -> OPset:
    """Run a task as the controls say, and return its OPset.

    The program is looked up when the process starts: an `invocation.executable` with a slash is a path, any other
    is sought for this descriptor by `executables.find_executable(descriptor)`.
    """
    raise NotImplementedError
