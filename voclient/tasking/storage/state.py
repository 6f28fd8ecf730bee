"""Where the programs of a package keep what is to outlast a call: `VOCLIENT_STATE`."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import TaskError

STATE_VARIABLE = "VOCLIENT_STATE"


def state_folder(package: str) -> Path:
    """Where a task package keeps its state.

    Programs of packages that say `state: true` find it in `VOCLIENT_STATE`; it is made, for its owner only, when the
    first of them runs.

    Parameters
    ----------
    package : str
        Its name.

    Returns
    -------
    pathlib.Path
        `$XDG_STATE_HOME/voclient/PACKAGE` (`~/.local/state/…`); it may not exist.

    Raises
    ------
    ValueError
        That is no name of a package.

    Examples
    --------
    >>> from voclient.tasking import state_folder
    >>> state_folder("mytasks").parts[-2:]
    ('voclient', 'mytasks')
    """
    if not isinstance(package, str) or not package.isidentifier():
        raise ValueError(f"{package!r} is no name of a task package")
    home = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(home):  # the standard: relative paths are to be ignored
        home = os.path.join(os.path.expanduser("~"), ".local", "state")
    return Path(home, "voclient", package)


def make_state_folder(task: str, package: str) -> str:
    """The same, made if it is not there; TaskError when it cannot be."""
    folder = state_folder(package)
    try:
        for place in (folder.parent.parent, folder.parent, folder):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise TaskError(
            f"{task}: the folder for its state, {folder}, cannot be made: {error.strerror}; set XDG_STATE_HOME"
        ) from error
    return str(folder)
