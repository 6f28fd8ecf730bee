"""The environment of a program: that of this process, and what descriptor and call add to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..locations import own_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..descriptors.descriptor import Descriptor, Invocation


def added_variables(descriptor: Descriptor, invocation: Invocation, more: Mapping[str, str]) -> dict[str, str]:
    """What a program's environment has beside this process's; `more` is the caller's, which wins."""
    variables = {"TERM": "dumb"} if descriptor.terminal else {}
    if descriptor.state:
        from ..storage.state import STATE_VARIABLE, make_state_folder

        variables[STATE_VARIABLE] = make_state_folder(descriptor.task, descriptor.package)
    return {**variables, **dict(descriptor.environment), **invocation.environment, **more}


def whole_environment(added: Mapping[str, str]) -> dict[bytes, bytes]:
    """This process's environment with these variables, in bytes."""
    environment = dict(own_environment())
    for name, value in added.items():
        environment[os.fsencode(name)] = os.fsencode(value)
    return environment
