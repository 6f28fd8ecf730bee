"""Output files of Boutiques, and captured streams of its dialect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from voclient.tasking.descriptors.yamlfile import Path

from ..draft import literal_word, one_line
from .command_line import split

if TYPE_CHECKING:
    from .tool import Tool

OUTPUT = {
    "id": "text", "name": "text", "description": "text", "value-key": "text", "path-template": "text",
    "conditional-path-template": "list", "path-template-stripped-extensions": "texts", "list": "flag",
    "optional": "flag", "command-line-flag": "text", "command-line-flag-separator": "text",
    "uses-absolute-path": "flag", "file-template": "list",
}  # fmt: skip
STREAM = {"id": "text", "name": "text", "description": "text"}
_IN_NO_NUMBER = re.compile(r"[^0-9.+eainf-]")
_WILD = frozenset("*?[")


def read_outputs(tool: Tool) -> None:
    """Results that are the output files; refused when a name is made by more than putting values in."""
    results: dict[str, Any] = {}
    for stream in ("stdout", "stderr"):
        if item := tool.data.get(f"{stream}-output"):
            tool.source.shaped((f"{stream}-output",), item, STREAM)
            if not item.get("id"):
                raise tool.source.refuse((f"{stream}-output",), "needs an id")
            results[stream] = {"format": "text", "keys": {item["id"]: {"type": "text", **_described(item)}}}
    files = [_file(tool, name) for name in tool.outputs]
    if files:
        results["files"] = files
    if results:
        tool.result.data["results"] = results


def _described(item: dict[str, Any]) -> dict[str, str]:
    text = one_line(item.get("description") or item.get("name") or "")
    return {"help": text} if text else {}


def _file(tool: Tool, name: str) -> dict[str, Any]:
    path, item = tool.outputs[name]
    if item.get("file-template"):
        raise tool.source.refuse((*path, "file-template"), "a file that is written before the run")
    if item.get("conditional-path-template"):
        raise tool.source.refuse((*path, "conditional-path-template"), "a name that depends on conditions")
    template = item.get("path-template")
    if not isinstance(template, str) or not template.strip():
        raise tool.source.refuse(path, "an output file without a path-template")
    where = (*path, "path-template")
    strip = item.get("path-template-stripped-extensions") or []
    text = _template(tool, where, item, template)
    if text != text.strip() or "\n" in text:
        raise tool.source.refuse(where, f"{template!r} is no file's name here")
    fixed = re.sub(r"\{[^}]*\}", "", text)
    section: dict[str, Any] = {"path": text}
    if item.get("optional") is not False:
        # Boutiques tells of a file that is missing; the run is no failure of its own.
        section["optional"] = True
    if strip and "{" in text:
        section["strip"] = strip
    is_list, is_pattern = bool(item.get("list")), bool(_WILD & set(fixed))
    if is_list != is_pattern:
        # Of several files that match, Boutiques gives any one; here it is one or an error.
        section["many"] = is_list
    return section | {"keys": {name: {"type": "path", **_described(item)}}}


def _template(tool: Tool, where: Path, item: dict[str, Any], template: str, *, on_line: bool = False) -> str:
    """A path-template as ours."""
    strip = item.get("path-template-stripped-extensions") or []
    keys = {entry[1].get("value-key"): other for other, entry in tool.inputs.items()}
    for _, entry in tool.outputs.values():
        if entry.get("value-key") and entry["value-key"] not in keys and entry["value-key"] in template:
            raise tool.source.refuse(where, "a name made of another output's")
    pieces = re.split("(" + "|".join(map(re.escape, filter(None, keys))) + ")", template) if any(keys) else [template]
    text = ""
    for i, piece in enumerate(pieces):
        if piece in keys and i % 2:
            text += _placeholder(tool, where, keys[piece], strip, at_start=not text)
            if on_line and (not tool.is_always_given(keys[piece]) or text.endswith(".name}") or strip):
                raise tool.source.refuse(where, f"a word of the command line that is more, or less, than the value of "
                                         f"{keys[piece]!r} put in")  # fmt: skip
        elif set("{}") & set(piece):
            raise tool.source.refuse(where, "braces in a file's name")
        else:
            text += piece
    return text


def _placeholder(tool: Tool, path: tuple[Any, ...], name: str, strip: list[str], *, at_start: bool) -> str:
    _, item = tool.inputs[name]
    parameter = tool.parameters[name]
    if parameter.get("repeated") or item["type"] == "Flag":
        raise tool.source.refuse(path, f"{name!r} in it, a list or a flag")
    if item["type"] == "Number" and not all(_IN_NO_NUMBER.search(text) for text in strip):
        raise tool.source.refuse((*path[:-1], "path-template-stripped-extensions"), f"{name!r} in it, a number")
    if parameter["type"] in ("string", "path"):
        # Boutiques leaves the key in the name when the value is empty.
        parameter["pattern"] = "(?s).+"
    own = tool.names.of[name]
    # A File is named without its folders, except at the beginning.
    return f"{{{own}}}" if item["type"] != "File" or at_start else f"{{{own}.name}}"


def words_of_output(tool: Tool, name: str) -> list[str]:
    """The templates of an output that stands on the command line, in which inputs' values may be."""
    path, item = tool.outputs[name]
    template = item.get("path-template")
    if not isinstance(template, str):
        raise tool.source.refuse(path, "a name on the command line that depends on conditions")
    where = (*path, "path-template")
    template = _template(tool, where, item, template, on_line=True)
    if item.get("uses-absolute-path"):
        raise tool.source.refuse((*path, "uses-absolute-path"), "a name made absolute")
    flag, gap = item.get("command-line-flag"), item.get("command-line-flag-separator")
    try:
        words = split(f"{flag}{' ' if gap is None else gap}\ue000" if flag is not None else "\ue000")
    except ValueError as error:
        raise tool.source.refuse((*path, "command-line-flag"), str(error)) from None
    return [literal_word(word).replace("\ue000", template) for word in words]
