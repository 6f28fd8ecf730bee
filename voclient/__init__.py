"""VOClient: command-line astronomy tools as Python functions."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .tasking.locations import version

    globals()[name] = version()
    return version()


def load_ipython_extension(shell: object) -> None:
    """`%load_ext voclient`: for an IPython that was started after VOClient was imported."""
    from .tasking.calls.ipython import install

    install(shell)
