"""The outputs of a CWL tool: captured streams, files by glob, and `cwl.output.json`."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from voclient.tasking.descriptors.yamlfile import Path

from ..draft import one_line
from .bindings import Reference, is_expression, read_text

if TYPE_CHECKING:
    from .tool import Tool

_OUTPUT = ("id", "label", "doc", "type", "outputBinding", "format", "secondaryFiles", "streamable")
_JSON = {"int": "int", "long": "int", "float": "float", "double": "float", "string": "string", "boolean": "bool"}
_WILD = frozenset("*?[")


def read_outputs(tool: Tool) -> None:
    """Results that are the tool's outputs; refused when one is made by an expression."""
    results: dict[str, Any] = {}
    files: list[dict[str, Any]] = []
    # The name of a captured stream's file, an expression perhaps, matters where a glob may match it.
    streams = {name: tool.tool[name] for name in ("stdout", "stderr") if tool.tool.get(name) is not None}
    for name, stream in streams.items():
        if not isinstance(stream, str):
            raise tool.refuse((name,), "must be the name of a file")
    said: dict[str, Any] = {}
    is_said = False
    for name, path, item in tool.entries("outputs"):
        tool.source.only(path, item, _OUTPUT, extensions=True)
        key = _described(item)
        kind = item.get("type")
        if kind in ("stdout", "stderr"):
            if item.get("outputBinding") is not None:
                raise tool.source.refuse((*path, "outputBinding"), f"{kind} has none")
            _stream(results, kind, name, key)
        elif item.get("outputBinding") is None:
            said[name] = key | {"type": _said(tool, (*path, "type"), kind)}
            is_said = is_said or not _is_optional(kind)
        else:
            _bound(tool, (*path, "outputBinding"), item, name, key, streams, results, files)
    if said:
        section: dict[str, Any] = {"path": "cwl.output.json", "format": "json", "keys": said}
        files.append(section if is_said else section | {"optional": True})
    captured = [kind for kind in ("stdout", "stderr") if kind in results and kind not in streams]
    for section in files:
        # CWL's file of a captured stream has a name of its own invention, which a pattern may match.
        if captured and _WILD & set(section["path"]) and fnmatchcase("0123456789abcdef", section["path"]):
            raise tool.refuse(("outputs",), f"{section['path']!r} would match the file of {captured[0]}, too")
    if files:
        results["files"] = files
    if results:
        tool.result.data["results"] = results


def _is_optional(kind: Any) -> bool:
    return "null" in kind if isinstance(kind, list) else isinstance(kind, str) and kind.endswith("?")


def _described(item: dict[str, Any]) -> dict[str, Any]:
    doc = item.get("doc")
    text = one_line(item.get("label") or (" ".join(map(str, doc)) if isinstance(doc, list) else doc) or "")
    return {"help": text} if text else {}


def _stream(results: dict[str, Any], kind: str, name: str, key: dict[str, Any]) -> None:
    section = results.setdefault(kind, {"format": "text", "keys": {}})
    section["keys"][name] = {"type": "text"} | key


def _said(tool: Tool, path: Path, kind: Any) -> str:
    """The type of an output that the tool writes into `cwl.output.json`."""
    if isinstance(kind, list):
        others = [item for item in kind if item != "null"]
        kind = others[0] if len(others) == 1 else kind
    if isinstance(kind, str):
        kind = kind.removesuffix("?")
        if kind.removesuffix("[]") in _JSON:
            return "list" if kind.endswith("[]") else _JSON[kind]
    elif isinstance(kind, dict) and kind.get("type") == "array" and kind.get("items") in _JSON:
        return "list"
    raise tool.source.refuse(path, "an output without outputBinding, whose value cwl.output.json cannot give here")


def _bound(
    tool: Tool,
    path: Path,
    item: dict[str, Any],
    name: str,
    key: dict[str, Any],
    streams: dict[str, str],
    results: dict[str, Any],
    files: list[dict[str, Any]],
) -> None:
    binding = item["outputBinding"]
    if not isinstance(binding, dict):
        raise tool.source.refuse(path, "must be a mapping")
    tool.source.only(path, binding, ("glob", "loadContents", "loadListing", "outputEval"), extensions=True)
    where = (*path, "glob")
    given = binding.get("glob")
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if given is None and binding.get("outputEval") is not None:
        raise tool.source.refuse((*path, "outputEval"), "an output that an expression makes")
    if given is None or isinstance(given, list):
        raise tool.source.refuse(where, "no pattern" if given is None else "several patterns for one output")
    is_list, is_contents = _kind(tool, path, item, binding)
    for kind, stream in streams.items():
        if stream == given:
            if is_list:
                raise tool.source.refuse(where, f"a list of one file, that of {kind}")
            _stream(results, kind, name, key)
            return
    text = read_text(tool.source, where, given)
    for kind, stream in streams.items():
        if is_expression(stream) or isinstance(text, Reference) or fnmatchcase(stream, text):
            raise tool.source.refuse(where, f"it may match the file of {kind}, which is captured here, not written")
    section: dict[str, Any] = {"path": _template(tool, where, text)}
    if is_list or _is_optional(item.get("type")):
        section["optional"] = True
    is_pattern = isinstance(text, str) and bool(_WILD & set(text))
    if is_contents:
        if is_pattern:
            raise tool.source.refuse(where, "the contents of one of several files")
        files.append(section | {"format": "text", "keys": {name: {"type": "text"} | key}})
        return
    if is_list != is_pattern:
        section["many"] = is_list
    if item.get("secondaryFiles"):
        tool.result.comments.append(f"Files that belong to the output {name} lie beside it (secondaryFiles).")
    files.append(section | {"keys": {name: {"type": "path"} | key}})


def _kind(tool: Tool, path: Path, item: dict[str, Any], binding: dict[str, Any]) -> tuple[bool, bool]:
    """Whether an output is a list of files, and whether it is a file's contents."""
    kind = item.get("type")
    if isinstance(kind, list):
        others = [one for one in kind if one != "null"]
        kind = others[0] if len(others) == 1 else kind
        if set(map(str, others)) == {"File", "Directory"}:
            kind = "File"
    if isinstance(kind, str):
        kind = kind.removesuffix("?")
    is_list = False
    if isinstance(kind, dict) and kind.get("type") == "array":
        is_list, kind = True, kind.get("items")
        if isinstance(kind, list) and set(map(str, kind)) == {"File", "Directory"}:
            kind = "File"
    elif isinstance(kind, str) and kind.endswith("[]"):
        is_list, kind = True, kind[:-2]
    if (made := binding.get("outputEval")) is not None:
        is_text = kind == "string" and not is_list and binding.get("loadContents") is True
        if is_text and str(made).strip() == "$(self[0].contents)":
            return False, True
        raise tool.source.refuse((*path, "outputEval"), "what is found is changed by an expression")
    if kind not in ("File", "Directory"):
        raise tool.source.refuse((*path[:-1], "type"), "a glob finds files, and there is no outputEval")
    return is_list, False


def _template(tool: Tool, path: Path, text: str | Reference) -> str:
    fixed = text if isinstance(text, str) else text.before + text.after
    if set("{}") & set(fixed):
        raise tool.source.refuse(path, "braces in a file's name")
    if isinstance(text, str):
        if not text or "\n" in text or text != text.strip():
            raise tool.source.refuse(path, f"{text!r} is no pattern of files here")
        return text
    name, kind = tool.input(path, text)
    is_text = kind.base in ("string", "choice", "int") or text.member == "basename"
    if kind.array or not is_text or text.member == "path":
        raise tool.source.refuse(path, f"a pattern made of {name!r}, which is no text")
    if not text.alone and not tool.is_always_given(name):
        raise tool.source.refuse(path, f"without {name!r} it reads 'null' there")
    member = ".name" if text.member else ""
    return f"{text.before}{{{tool.names.of[name]}{member}}}{text.after}"
