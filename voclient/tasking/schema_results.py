"""What `results` of a descriptor consists of: sections, their formats, and keys."""

from __future__ import annotations

import re
from typing import Any

from . import checking as c
from .checking import Checker
from .descriptor import FORMATS, KEY_TYPES
from .template import placeholders
from .values import is_number
from .yamlfile import Path

_DELIMITED = ("columns", "csv", "tsv", "bsv", "asv")
_REFERENCES = ("table", "text", "path")
_BY_PARAMETER = re.compile(r"\{([^{}]*)\}")
_ONLY_IN = {
    "pattern": ("regex",), "multiline": ("regex",), "separator": ("keyword",), "widths": ("columns",),
    "columns": _DELIMITED, "header": _DELIMITED,
}  # fmt: skip


def results_field(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    return checker.mapping(path, value, _RESULTS, "'results'")


def _files(checker: Checker, path: Path, value: Any) -> list[dict[str, Any]]:
    sections: list[dict[str, Any]] = c.list_of(_section)(checker, path, value)
    for i, section in enumerate(sections):
        if "path" not in section:
            checker.problem((*path, i), "a file needs 'path', such as '{output}' for the value of a parameter")
    return sections


def _format(checker: Checker, path: Path, value: Any) -> str:
    """One of the formats, or `{parameter}`: as that parameter says."""
    if isinstance(value, str) and _BY_PARAMETER.fullmatch(value):
        return value
    return str(c.one_of(FORMATS)(checker, path, value))


def _section(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    data = checker.mapping(path, value, _SECTION, "a section of results")
    if "format" not in data and "format" not in value:
        # Where a file is needs no format.
        if "path" in data and data.get("keys") and all(key.get("type") == "path" for key in data["keys"]):
            data["format"] = "text"
            return data
        checker.problem(path, "a section of results needs 'format'")
    form = data.get("format")
    if form is None or form != value["format"]:
        return data
    keys = data.setdefault("keys", [])
    for key, formats in _ONLY_IN.items():
        if key in data and form not in formats:
            checker.problem((*path, key), f"{key!r} belongs to {', '.join(formats)}, not to {form}", at_key=True)
    columns = data.get("columns", [])
    if "widths" in data and columns and len(data["widths"]) > len(columns):
        checker.problem((*path, "widths"), f"{len(data['widths'])} widths for {len(columns)} columns")
    if form in _DELIMITED and columns:
        for key in keys:
            group = key.get("group", key["name"])
            if key.get("type") in _REFERENCES:
                continue
            if isinstance(group, int):
                if not 1 <= group <= len(columns):
                    checker.problem((*path, "keys", key["name"]), f"no column {group}: they are 1 to {len(columns)}")
            else:
                checker.refer((*path, "keys", key["name"]), group, columns, "column", at_key="group" not in key)
    if form == "regex":
        _check_groups(checker, path, data, keys)
    _check_key_types(checker, path, form, keys)
    if "path" in data:
        try:
            placeholders(data["path"])
        except ValueError as error:
            checker.problem((*path, "path"), str(error))
    return data


def _check_key_types(checker: Checker, path: Path, form: str, keys: list[dict[str, Any]]) -> None:
    """Text has no structure, tables no single values, and only JSON has lists and objects."""
    for key in keys:
        where, kind = (*path, "keys", key["name"]), key.get("type", "string")
        if kind in ("list", "dict", "any") and form not in ("json", "jsonl"):
            checker.problem(where, f"{kind} comes from json, jsonl and the channel, not from {form}")
        if kind not in _REFERENCES and (form in ("text", "lines", "votable", "fits") or form.startswith("{")):
            checker.problem(where, f"{form} gives no single values: {key['name']!r} can be {', '.join(_REFERENCES)}")


def _check_groups(checker: Checker, path: Path, data: dict[str, Any], keys: list[dict[str, Any]]) -> None:
    if "pattern" not in data:
        checker.problem(path, "regex needs 'pattern'")
        return
    try:
        compiled = re.compile(data["pattern"])
    except re.error:
        return
    for key in keys:
        group = key.get("group", key["name"])
        where = (*path, "keys", key["name"])
        if key.get("type") in _REFERENCES:
            continue
        if isinstance(group, int):
            if not 0 <= group <= compiled.groups:
                checker.problem(where, f"the pattern has {compiled.groups} groups, none with number {group}")
        else:
            checker.refer(where, group, compiled.groupindex, "group", at_key="group" not in key)


def _keys(checker: Checker, path: Path, value: Any) -> list[dict[str, Any]]:
    items = checker.named(path, value, _key, "'keys'")
    return [{"name": str(name), **item} for name, item in items.items()]


def _key(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    """`ra: float` is short for `ra: {type: float}`."""
    if isinstance(value, str):
        return {"type": c.one_of(KEY_TYPES)(checker, path, value)}
    return checker.mapping(path, value, _KEY, f"key {path[-1]!r}")


def _group(checker: Checker, path: Path, value: Any) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else c.line(checker, path, value)


def _integer(checker: Checker, path: Path, value: Any) -> int:
    if not is_number(value) or value != int(value) or value < 1:
        checker.problem(path, f"{value!r} must be a whole number above 0")
        return 1
    return int(value)


def sections_of(results: dict[str, Any]) -> list[tuple[Path, dict[str, Any]]]:
    """The sections of `results`, each with its path."""
    streams: list[tuple[Path, dict[str, Any]]] = [
        (("results", name), results[name]) for name in ("stdout", "stderr") if name in results
    ]
    return streams + [(("results", "files", i), section) for i, section in enumerate(results.get("files", []))]


def names_of(template: str) -> list[str]:
    try:
        return placeholders(template)
    except ValueError:
        return []


_KEY: dict[str, c.Field] = {
    "type": c.one_of(KEY_TYPES), "unit": c.line, "help": c.text, "array": c.flag, "group": _group,
}  # fmt: skip
_SECTION: dict[str, c.Field] = {
    "format": _format, "keys": _keys, "key": c.line, "columns": c.list_of(c.line),
    "widths": c.list_of(_integer), "header": c.flag, "comment": c.literal, "pattern": c.pattern, "multiline": c.flag,
    "rows": c.flag, "path": c.line, "separator": c.literal,
    "many": c.flag,
}  # fmt: skip
_RESULTS: dict[str, c.Field] = {"stdout": _section, "stderr": _section, "files": _files, "channel": _keys}
