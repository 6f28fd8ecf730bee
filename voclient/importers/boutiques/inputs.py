"""An input of Boutiques as a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voclient.tasking.descriptors.yamlfile import Path

from ..draft import argv_field, literal_word, one_line
from .command_line import split

if TYPE_CHECKING:
    from .tool import Tool

INPUT = {
    "id": "text", "name": "text", "type": "any", "description": "text", "value-key": "text", "list": "flag",
    "list-separator": "text", "optional": "flag", "command-line-flag": "text", "requires-inputs": "texts",
    "disables-inputs": "texts", "command-line-flag-separator": "text", "default-value": "any", "value-choices": "list",
    "value-requires": "mapping", "value-disables": "mapping", "integer": "flag", "minimum": "number",
    "maximum": "number", "exclusive-minimum": "flag", "exclusive-maximum": "flag", "min-list-entries": "number",
    "max-list-entries": "number", "uses-absolute-path": "flag",
    # Of the dialect 0.5+styx; none of them changes a word.
    "resolve-parent": "flag", "mutable": "flag",
}  # fmt: skip
_TYPES = {"String": "string", "File": "path", "Flag": "bool", "Number": "float"}


def read_input(tool: Tool, path: Path, item: dict[str, Any]) -> dict[str, Any]:
    """The parameter without its words; refused when its values cannot be checked as Boutiques does."""
    refuse = tool.source.refuse
    kind = item.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise refuse((*path, "type"), "a choice of commands within a command" if isinstance(kind, list) else
                     f"{kind!r} is none of the types String, File, Flag, Number")  # fmt: skip
    parameter: dict[str, Any] = {"type": "int" if item.get("integer") else _TYPES[kind]}
    if choices := item.get("value-choices"):
        if not all(isinstance(choice, (str, int, float)) and not isinstance(choice, bool) for choice in choices):
            raise refuse((*path, "value-choices"), "choices that are neither texts nor numbers")
        if kind == "String":
            if not all(isinstance(choice, str) for choice in choices):
                raise refuse((*path, "value-choices"), "numbers among the choices of a String")
            parameter["type"] = "choice"
        parameter["choices"] = choices
    for name, ours, strict in (("minimum", "min", "above"), ("maximum", "max", "below")):
        if item.get(name) is not None:
            parameter[strict if item.get(f"exclusive-{name}") else ours] = item[name]
    if item.get("list"):
        if kind == "Flag":
            raise refuse((*path, "list"), "a list of flags")
        parameter["repeated"] = True
        for name, ours in (("min-list-entries", "min_items"), ("max-list-entries", "max_items")):
            if item.get(name):
                if item[name] != int(item[name]):
                    raise refuse((*path, name), f"{item[name]!r} is no number of values")
                parameter[ours] = int(item[name])
    if item.get("uses-absolute-path"):
        raise refuse((*path, "uses-absolute-path"), "names made absolute")
    default = item.get("default-value")
    if default is not None:
        parameter |= _default(tool, (*path, "default-value"), parameter, default)
    elif not item.get("optional") and kind != "Flag":
        parameter["required"] = True
    text = one_line(item.get("description") or "")
    parameter["help"] = text or one_line(item.get("name") or item["id"])
    return parameter


def _default(tool: Tool, path: Path, parameter: dict[str, Any], value: Any) -> dict[str, Any]:
    """Boutiques sends a default-value, whether the input is optional or not."""
    if isinstance(value, list) and not parameter.get("repeated"):
        raise tool.source.refuse(path, "a list where one value is wanted")
    for item in value if isinstance(value, list) else [value]:
        fits = {
            "string": isinstance(item, str), "path": isinstance(item, str), "bool": isinstance(item, bool),
            "choice": isinstance(item, str), "int": isinstance(item, int) and not isinstance(item, bool),
            "float": isinstance(item, (int, float)) and not isinstance(item, bool),
        }[parameter["type"]]  # fmt: skip
        if not fits:
            raise tool.source.refuse(path, f"{item!r} is no {parameter['type']}")
    if value is False:
        return {"default": False}
    return {"min_items": 0} if value == [] else {"default": value, "send_default": True}


def words_of(tool: Tool, path: Path, item: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    """The fields `argv` and `separator`: flag, what separates it, the value, and what stands around its key."""
    flag, gap = item.get("command-line-flag"), item.get("command-line-flag-separator")
    flag = None if flag == "" and item["type"] != "Flag" and gap in ("", None) else flag
    gap = " " if gap is None else gap
    if item["type"] == "Flag":
        if flag is None:
            raise tool.source.refuse(path, "a flag without a command-line-flag")
        if before or after:
            raise tool.source.refuse((*path, "value-key"), "a flag within a word")
        words = _split(tool, (*path, "command-line-flag"), flag)
        if not words:
            raise tool.source.refuse((*path, "command-line-flag"), "a flag without a word")
        return {"argv": argv_field([literal_word(word) for word in words])}
    head = _split(tool, (*path, "command-line-flag"), f"{before}{flag + gap if flag is not None else ''}\ue000{after}")
    words = [literal_word(word).replace("\ue000", "{}") for word in head]
    fields: dict[str, Any] = {}
    if item.get("list"):
        separator = item.get("list-separator")
        separator = " " if separator is None else separator
        if not separator or (separator != separator.strip() and separator.strip(" \t")):
            raise tool.source.refuse((*path, "list-separator"), f"{separator!r} splits words and is a part of them")
        if separator.strip(" \t"):
            if _split(tool, (*path, "list-separator"), separator) != [separator]:
                raise tool.source.refuse((*path, "list-separator"), f"{separator!r} is the shell's")
            fields["separator"] = separator
        else:
            if "{}" not in words:
                raise tool.source.refuse(path, "the first of several words within a word")
            words = ["{...}" if word == "{}" else word for word in words]
            words = ["{}"] if words == ["{...}"] else words
    return {"argv": argv_field(words)} | fields


def _split(tool: Tool, path: Path, text: str) -> list[str]:
    try:
        return split(text)
    except ValueError as error:
        raise tool.source.refuse(path, str(error)) from None
