"""Values that are opened on first use: tables, texts, paths."""

from __future__ import annotations

from typing import Any


class Reference:
    """A value not read yet. `resolve` reads it once, from any thread, and keeps it."""

    def resolve(self) -> Any:
        """The value: an astropy Table, a str, a path."""
        raise NotImplementedError
