"""What single values of an input ask for: `value-requires` and `value-disables`, as conditions of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voclient.tasking.descriptors.yamlfile import Path

if TYPE_CHECKING:
    from .tool import Tool


def read_value_rules(tool: Tool) -> None:
    """Inputs that are required, or not allowed, when another has a certain value; refused where a condition cannot say
    it."""
    for name, (path, item) in tool.inputs.items():
        for field, read in (("value-requires", _require), ("value-disables", _disable)):
            targets = _targets(tool, (*path, field), item)
            for target, values in targets.items():
                read(tool, (*path, field), name, target, values)


def _targets(tool: Tool, path: Path, item: dict[str, Any]) -> dict[str, list[Any]]:
    """For each input that is named, the values that name it."""
    choices = {str(choice): choice for choice in item.get("value-choices") or []}
    found: dict[str, list[Any]] = {}
    for value, names in (item.get(path[-1]) or {}).items():
        if not isinstance(names, list) or (names and value not in choices):
            raise tool.source.refuse((*path, value), "no rule for one of its value-choices")
        for target in names:
            if not isinstance(target, str) or target not in tool.inputs:
                raise tool.source.refuse((*path, value), f"there is no input {target!r}")
            found.setdefault(target, []).append(choices[value])
    return found


def _require(tool: Tool, path: Path, name: str, target: str, values: list[Any]) -> None:
    parameter = tool.result.parameters[tool.names.of[target]]
    if parameter.get("required") is True or parameter.get("send_default"):
        return
    if "required" in parameter:
        raise tool.source.refuse(path, f"{target!r} is required by values of several inputs")
    parameter["required"] = {tool.names.of[name]: values}


def _disable(tool: Tool, path: Path, name: str, target: str, values: list[Any]) -> None:
    parameter, item = tool.result.parameters[tool.names.of[target]], tool.inputs[name][1]
    if parameter.get("required") is True or parameter.get("send_default"):
        raise tool.source.refuse(path, f"{target!r} is always given, and not allowed with some values of {name!r}")
    if item.get("list"):
        raise tool.source.refuse(path, f"one of several values of {name!r}")
    allowed = [choice for choice in item["value-choices"] if choice not in values]
    if not tool.is_always_given(name):
        allowed.append(False)
    if not allowed:
        raise tool.source.refuse(path, f"{target!r} is never allowed")
    parameter.setdefault("when", {})[tool.names.of[name]] = allowed
