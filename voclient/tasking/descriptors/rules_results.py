"""What must agree within a section of `results`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .checking import Checker
from .schema_results import sections_of
from .template import placeholders, sound_placeholders
from .yamlfile import Path

_DELIMITED = ("columns", "csv", "tsv", "bsv", "asv")
_REFERENCES = ("table", "text", "path", "fits")
WHOLE = {"lines": "lines", "text": "text", "votable": "table", "fits": "table"}
"""What the whole of an output is called where it bears no name."""
_ONLY_IN = {
    "pattern": ("regex",), "multiline": ("regex",), "separator": ("keyword",), "widths": ("columns",),
    "columns": _DELIMITED, "header": _DELIMITED,
}  # fmt: skip


def check_section(checker: Checker, path: Path, data: dict[str, Any]) -> None:
    """Check one section in normal form."""
    form = data["format"]
    keys = data.setdefault("keys", [])
    if not keys and "key" not in data:
        _name_by_itself(data, keys)
    for key, formats in _ONLY_IN.items():
        if key in data and form not in formats:
            checker.problem((*path, key), f"{key!r} belongs to {', '.join(formats)}, not to {form}", at_key=True)
    columns = data.get("columns", [])
    if "widths" in data and columns and len(data["widths"]) > len(columns):
        checker.problem((*path, "widths"), f"{len(data['widths'])} widths for {len(columns)} columns")
    if form in _DELIMITED and columns:
        _check_columns(checker, path, keys, columns)
    if form == "regex":
        _check_groups(checker, path, data, keys)
    for key in keys:
        # Text has no structure, tables no single values, and only JSON has lists and objects.
        where, kind = (*path, "keys", key["name"]), key.get("type", "string")
        if kind in ("list", "dict", "data", "any") and form not in ("json", "jsonl"):
            checker.problem(where, f"{kind} comes from json, jsonl and the channel, not from {form}")
        if kind == "fits" and form != "fits" and not form.startswith("{"):
            checker.problem(where, f"a key of type fits needs 'format: fits', not {form}")
        if kind not in _REFERENCES and (form in ("text", "lines", "votable", "fits") or form.startswith("{")):
            checker.problem(where, f"{form} gives no single values: {key['name']!r} can be {', '.join(_REFERENCES)}")
    if "path" in data:
        try:
            placeholders(data["path"])
        except ValueError as error:
            checker.problem((*path, "path"), str(error))
    elif "optional" in data:
        checker.problem((*path, "optional"), "'optional' is for a file, which has a 'path'", at_key=True)


def _name_by_itself(data: dict[str, Any], keys: list[dict[str, Any]]) -> None:
    """What is given where nothing is named: the groups of a pattern, or the whole."""
    if data["format"] == "regex" and data.get("pattern") is not None:
        keys += [{"name": group} for group in re.compile(data["pattern"]).groupindex]
    elif data["format"] in WHOLE:
        data["key"] = WHOLE[data["format"]]


def _check_columns(checker: Checker, path: Path, keys: list[dict[str, Any]], columns: list[str]) -> None:
    for where, group, is_own in _sources(path, keys):
        if not isinstance(group, int):
            checker.refer(where, group, columns, "column", at_key=is_own)
        elif not 1 <= group <= len(columns):
            checker.problem(where, f"no column {group}: they are 1 to {len(columns)}")


def _check_groups(checker: Checker, path: Path, data: dict[str, Any], keys: list[dict[str, Any]]) -> None:
    if "pattern" not in data:
        checker.problem(path, "regex needs 'pattern'")
        return
    compiled = re.compile(data["pattern"])
    if not keys and "key" not in data:
        checker.problem((*path, "pattern"), "the pattern gives nothing: it has no group with a name, (?P<name>…)")
    for where, group, is_own in _sources(path, keys):
        if not isinstance(group, int):
            checker.refer(where, group, compiled.groupindex, "group", at_key=is_own)
        elif not 0 <= group <= compiled.groups:
            checker.problem(where, f"the pattern has {compiled.groups} groups, none with number {group}")


def _sources(path: Path, keys: list[dict[str, Any]]) -> Iterator[tuple[Path, str | int, bool]]:
    """Of each key with single values: its path, what it is found by, and whether that is its own name."""
    for key in keys:
        if key.get("type") not in _REFERENCES:
            yield (*path, "keys", key["name"]), key.get("group", key["name"]), "group" not in key


def key_names(results: dict[str, Any]) -> list[str] | None:
    """Names of all keys that are declared; None: the format names them by itself."""
    sections = [section for _, section in sections_of(results)]
    if any(not section.get("keys") and "key" not in section for section in sections):
        return None
    names = [key["name"] for section in sections for key in section.get("keys", [])]
    names += [section["key"] for section in sections if "key" in section]
    return names + [key["name"] for key in results.get("channel", [])]


def names_of(template: str) -> list[str]:
    return [name.removesuffix(".name") for name in sound_placeholders(template)]
