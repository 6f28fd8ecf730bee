"""The environment of a program: that of this process, and what descriptor and call add to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..errors import TaskError
from ..locations import own_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..descriptors.descriptor import Descriptor, Invocation


TABLES_VARIABLE = "VOCLIENT_TABLES"
"""Tells programs how tables go between them and us."""
TABLE_ROWS = ("BINARY2", "TABLEDATA")
"""What it may be: how a VOTable has its rows. The first is meant where nothing is said."""


def table_rows(descriptor: Descriptor, more: Mapping[str, str]) -> str:
    """How a VOTable that goes between us and a program has its rows; `more` as for `added_variables`."""
    variables = {**dict(descriptor.environment), **more}
    rows = variables.get(TABLES_VARIABLE, os.environ.get(TABLES_VARIABLE)) or TABLE_ROWS[0]
    if rows not in TABLE_ROWS:
        raise TaskError(
            f"{descriptor.task}: {TABLES_VARIABLE} is {rows!r} in its environment; accepted: {', '.join(TABLE_ROWS)}"
        )
    return rows


def added_variables(descriptor: Descriptor, invocation: Invocation, more: Mapping[str, str]) -> dict[str, str]:
    """What a program's environment has beside this process's; `more` is the caller's, which wins."""
    variables = {TABLES_VARIABLE: table_rows(descriptor, more)}
    if descriptor.terminal:
        variables["TERM"] = "dumb"
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
