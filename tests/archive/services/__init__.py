"""One file a service. A file here is a service by being here; it defines

``PREFIXES``
    the paths it answers, each with everything below it: ``("/sesame",)``
``answer(request)``
    an `exchange.Response` for an `exchange.Request`
``ENVIRONMENT``
    optional: variables that point tools to it, with ``{root}`` for the server's address
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, cast

from ..exchange import Request, Response


class Service(Protocol):
    """What a module in this folder looks like."""

    PREFIXES: tuple[str, ...]

    def answer(self, request: Request) -> Response:
        """Answer a request below one of the prefixes."""


def find() -> list[Service]:
    """Import every service of this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [cast(Service, importlib.import_module(f"{__name__}.{name}")) for name in names]


def environment(root: str) -> dict[str, str]:
    """The variables that point the tools to a server at `root`."""
    found: dict[str, str] = {}
    for service in find():
        found |= {name: value.format(root=root) for name, value in getattr(service, "ENVIRONMENT", {}).items()}
    return found
