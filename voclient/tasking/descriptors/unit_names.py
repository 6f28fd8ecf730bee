"""Does astropy know the units of a descriptor? A check of its own, as astropy is not imported to load one."""

from __future__ import annotations

from typing import Any

from .checking import Checker
from .schema_results import sections_of
from .yamlfile import Path


def check_unit_names(checker: Checker, task: dict[str, Any]) -> None:
    """Check all units of a descriptor in normal form."""
    places: list[tuple[Path, dict[str, Any]]] = [(("parameters", p["name"]), p) for p in task.get("parameters", [])]
    results = task.get("results", {})
    groups = [((*path, "keys"), section.get("keys", [])) for path, section in sections_of(results)]
    for path, keys in [*groups, (("results", "channel"), results.get("channel", []))]:
        places += [((*path, key["name"]), key) for key in keys]
    for path, item in places:
        if item.get("unit") and (reason := _trouble(item["unit"])):
            checker.problem((*path, "unit"), reason)


def _trouble(unit: str) -> str:
    """Why astropy does not know a unit; nothing if it does."""
    from astropy.units import Unit

    try:
        Unit(unit)
    except ValueError as error:
        return " ".join(str(error).split(" If this is meant", 1)[0].split())
    return ""
