"""`NamedTuple` as that of `typing`, which compiles each annotation: half the time that a task takes to import."""

from __future__ import annotations

from collections import namedtuple
from typing import Any


class _Maker(type):
    """Makes a named tuple of what a class statement says."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        fields = body["__annotations__"]
        defaults = [body[field] for field in fields if field in body]
        made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # type: ignore[misc]
        for member, value in body.items():
            if member not in fields and member not in ("__module__", "__qualname__"):
                setattr(made, member, value)
        return made


NamedTuple: Any = type.__new__(_Maker, "NamedTuple", (), {})
