"""Requirements and hints of a CWL tool: what is met, what is only noted, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from voclient.tasking.descriptors.yamlfile import Path

from .bindings import read_text

if TYPE_CHECKING:
    from .tool import Tool

_WITHOUT_EFFECT = frozenset((
    "InlineJavascriptRequirement", "SchemaDefRequirement", "EnvVarRequirement", "LoadListingRequirement",
    "ResourceRequirement", "NetworkAccess", "WorkReuse", "SoftwareRequirement", "StepInputExpressionRequirement",
    "MultipleInputFeatureRequirement", "ScatterFeatureRequirement", "SubworkflowFeatureRequirement",
))  # fmt: skip
"""Expressions are refused where they stand, so the permission for them is nothing; the others change no word."""
_REASONS = {
    "DockerRequirement": "the program must run in a container",
    "ShellCommandRequirement": "words go through a shell, here they never do",
    "InitialWorkDirRequirement": "files are made before the run",
    "InplaceUpdateRequirement": "inputs are changed in place",
    "ToolTimeLimit": "a limit of time is the caller's: timeout=",
}
_ALWAYS = ("ShellCommandRequirement", "InitialWorkDirRequirement", "InplaceUpdateRequirement")
"""They have their effect as hints, too."""


def read_requirements(tool: Tool) -> None:
    """Meet the requirements of a tool; refused when one cannot be met."""
    found: dict[str, tuple[Path, dict[str, Any]]] = {}
    for path, name, item, is_hint in _entries(tool):
        if name in _REASONS and (not is_hint or name in _ALWAYS):
            raise tool.source.refuse(path, f"{name}: {_REASONS[name]}")
        if not is_hint and name not in _WITHOUT_EFFECT:
            raise tool.source.refuse(path, f"{name}: not known here")
        if name == "DockerRequirement":
            tool.result.note_container(item.get("dockerPull") or item.get("dockerImageId") or "see there")
        if name == "SoftwareRequirement":
            packages = item.get("packages")
            names = [entry.get("package") if isinstance(entry, dict) else entry for entry in packages or []] if (
                isinstance(packages, (dict, list))) else [packages]  # fmt: skip
            tool.result.comments.append(f"It needs the software {', '.join(map(str, names))}.")
        if not is_hint or name not in found:
            found[name] = path, item
    if "SchemaDefRequirement" in found:
        path, item = found["SchemaDefRequirement"]
        tool.types.define((*path, "types"), item.get("types"))
    if "EnvVarRequirement" in found:
        tool.environment = found["EnvVarRequirement"]


def read_environment(tool: Tool) -> None:
    """An EnvVarRequirement: fixed values, and inputs that are values."""
    if tool.environment is None:
        return
    path, item = tool.environment
    for where, name, value in _definitions((*path, "envDef"), item.get("envDef")):
        text = read_text(tool.source, where, value)
        if isinstance(text, str):
            tool.result.data.setdefault("environment", {})[name] = text
            continue
        known, kind = tool.input(where, text)
        if not text.alone or kind.array or kind.base not in ("string", "choice", "path", "int"):
            raise tool.source.refuse(where, f"{value!r}: a variable is a text, or a whole input")
        if kind.base == "path" and text.member != "path":
            raise tool.source.refuse(where, f"{value!r}: a File is no text")
        if not tool.is_always_given(known):
            raise tool.source.refuse(where, f"without {known!r} there is no value")
        if "environment" in tool.elsewhere.get(known, {}):
            raise tool.source.refuse(where, f"{known!r} is the value of two variables")
        tool.elsewhere.setdefault(known, {})["environment"] = name


def _definitions(path: Path, given: Any) -> Iterator[tuple[Path, str, Any]]:
    if isinstance(given, dict):
        for name, value in given.items():
            value = value.get("envValue") if isinstance(value, dict) else value
            yield (*path, name), str(name), value
    else:
        for i, item in enumerate(given or []):
            yield (*path, i, "envValue"), str(item.get("envName")), item.get("envValue")


def _entries(tool: Tool) -> Iterator[tuple[Path, str, dict[str, Any], bool]]:
    for field in ("requirements", "hints"):
        given = tool.tool.get(field, [])
        if isinstance(given, dict):
            entries = [((*tool.path, field, name), name, item) for name, item in given.items()]
        elif not isinstance(given, list):
            raise tool.refuse((field,), "must be a list or a mapping, of nothing perhaps")
        else:
            entries = [
                ((*tool.path, field, i), item.get("class") if isinstance(item, dict) else None, item)
                for i, item in enumerate(given)
            ]
        for path, name, item in entries:
            yield path, str(name), item if isinstance(item, dict) else {}, field == "hints"
