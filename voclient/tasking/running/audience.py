"""Whether a person sees what is drawn. (Nothing is imported to find out.)"""

from __future__ import annotations

import sys


def is_seen() -> bool:
    """On a terminal, or in a notebook."""
    try:
        return (sys.stderr is not None and sys.stderr.isatty()) or in_notebook()
    except ValueError:  # closed
        return in_notebook()


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook; who has only imported such things is none."""
    if "ipykernel" not in sys.modules or "IPython" not in sys.modules:
        return False
    ask = getattr(sys.modules["IPython"], "get_ipython", None)
    return getattr(ask() if ask is not None else None, "kernel", None) is not None
