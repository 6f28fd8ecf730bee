"""What `results` of a descriptor consists of: sections, their formats, and keys."""

from __future__ import annotations

import re
from typing import Any

from . import checking as c
from .checking import Checker, Entry, Field
from .descriptor import FORMATS, KEY_TYPES
from .schema_parameter import condition
from .yamlfile import Path

_BY_PARAMETER = re.compile(r"\{([^{}]*)\}")


@c.field(
    {"anyOf": [{"enum": list(FORMATS)}, {"type": "string", "pattern": r"^\{[^{}]*\}$"}]},
    ", ".join(f"`{word}`" for word in FORMATS) + ", or `{parameter}`",
)
def _format(checker: Checker, path: Path, value: Any) -> str:
    """One of the formats, or `{parameter}`: as that parameter says."""
    if isinstance(value, str) and _BY_PARAMETER.fullmatch(value):
        return value
    return str(c.one_of(FORMATS)(checker, path, value))


@c.field({"type": ["string", "number", "boolean"], "pattern": c.line.schema["pattern"]}, "a name, or a number")
def _group(checker: Checker, path: Path, value: Any) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else c.line(checker, path, value)


def _key(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    """`ra: float` is short for `ra: {type: float}`."""
    if isinstance(value, str):
        return {"type": c.one_of(KEY_TYPES)(checker, path, value)}
    return checker.mapping(path, value, KEY, f"key {path[-1]!r}")


KEY: dict[str, Entry] = {
    "type": Entry(c.one_of(KEY_TYPES), "What its values are", "float", "string"),
    "unit": Entry(c.line, "Their unit, as astropy writes it", "mag"),
    "help": Entry(c.text, "What it is, in a phrase", "Brightness in V"),
    "array": Entry(c.flag, "The values of all rows are a numpy array instead of a list", "true", "false"),
    "group": Entry(
        _group,
        "Where it is found: a group of the pattern, a column by name or number from 1, a word, a dotted path in JSON",
        "V mag",
        "under its own name",
    ),
}
KEYS = Field(
    lambda checker, path, value: [
        {"name": str(name), **item} for name, item in checker.named(path, value, _key, "'keys'").items()
    ],
    {
        "type": "object",
        "additionalProperties": {"anyOf": [{"enum": list(KEY_TYPES)}, c.object_schema(KEY)]},
    },
    "a mapping from names to keys, or to their types",
)
SECTION: dict[str, Entry] = {
    "format": Entry(_format, "How it is read; not needed where all keys are paths", "csv"),
    "keys": Entry(KEYS, "What it gives, by name", "{star: string, vmag: {type: float, unit: mag}}",
                  "what the format names by itself"),
    "key": Entry(c.line, "The one key that holds a whole text, list of lines, table or document", "log",
                 "where there are no `keys`: `text`, `lines` or `table`, as the format is"),
    "columns": Entry(c.list_of(c.line), "Names of the columns, in order", "[ra, dec]", "from the header"),
    "widths": Entry(c.list_of(c.count), "Widths of the first columns, in characters", "[12, 8]",
                    "separated by blanks"),
    "header": Entry(c.flag, "The first line is one of names", "false", "true"),
    "comment": Entry(c.literal, "Lines that begin so are passed over", "'#'"),
    "separator": Entry(c.literal, "What stands between name and value", "':'", "="),
    "pattern": Entry(c.pattern, "The regular expression that is sought; its groups are the keys",
                     "'(?P<n>[0-9]+) stars'"),
    "multiline": Entry(c.flag, "The pattern is sought in the whole text, not in each line", "true", "false"),
    "rows": Entry(c.flag, "Each line is a row, and keys grow; without, the last value of a key wins", "false", "true"),
    "path": Entry(c.line, "The file's name, with `{parameter}` for a value, `{parameter.name}` for one without its "
                          "folders, and `*`; of stdout: where the output goes instead when that parameter is given",
                  "'{output}.log'"),
    "strip": Entry(c.list_of(c.literal, single=True), "Texts that are left out of the values in `path`, one after the "
                   "other", "[.fits.gz, .fits]"),
    "many": Entry(c.flag, "The keys are lists, of one file, too; false: there is one file", "false",
                  "true where `path` is a pattern"),
    "optional": Entry(c.flag, "That the file is missing is no error", "true", "false"),
    "when": Entry(condition, "It applies only when the condition holds", "{format: csv}"),
}  # fmt: skip
_PATH_KEY = {"type": "object", "required": ["type"], "properties": {"type": {"const": "path"}}}
_PATHS_ONLY = {
    "required": ["path", "keys"],
    "properties": {
        "keys": {
            "minProperties": 1,
            "additionalProperties": {"anyOf": [{"const": "path"}, _PATH_KEY]},
        }
    },
}
_SECTION_SCHEMA = c.object_schema(SECTION) | {"anyOf": [{"required": ["format"]}, _PATHS_ONLY]}


@c.field(_SECTION_SCHEMA, "a section")
def _section(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    data = checker.mapping(path, value, SECTION, "a section of results")
    if isinstance(value, dict) and "format" not in value:
        # Where a file is needs no format.
        if "path" in data and data.get("keys") and all(key.get("type") == "path" for key in data["keys"]):
            data["format"] = "text"
        else:
            checker.problem(path, "a section of results needs 'format'")
    return data


def _files(checker: Checker, path: Path, value: Any) -> list[dict[str, Any]]:
    sections: list[dict[str, Any]] = c.list_of(_section)(checker, path, value)
    for i, section in enumerate(sections):
        if "path" not in section and checker.is_sound((*path, i)):
            checker.problem((*path, i), "a file needs 'path', such as '{output}' for the value of a parameter")
    return sections


RESULTS: dict[str, Entry] = {
    "stdout": Entry(
        c.list_or_one(_section),
        "What the program prints; of several the first whose condition holds",
        "{format: csv}",
    ),
    "stderr": Entry(_section, "What it prints as messages", "{format: text, key: log}"),
    "files": Entry(
        Field(_files, {"type": "array", "items": {**_SECTION_SCHEMA, "required": ["path"]}}, "a list of sections"),
        "Files it writes, each with a `path`",
        "[{path: '{output}', format: fits, key: table}]",
    ),
    "channel": Entry(KEYS, "Keys that a program written for VOClient gives on its own channel", "{seeing: float}"),
}
results = c.object_of(RESULTS, "'results'")


def sections_of(results: dict[str, Any]) -> list[tuple[Path, dict[str, Any]]]:
    """The sections of `results` in normal form, each with its path."""
    several = results.get("stdout", [])
    sections: list[tuple[Path, dict[str, Any]]] = [
        (("results", "stdout", i) if len(several) > 1 else ("results", "stdout"), section)
        for i, section in enumerate(several)
    ]
    if "stderr" in results:
        sections.append((("results", "stderr"), results["stderr"]))
    return sections + [(("results", "files", i), section) for i, section in enumerate(results.get("files", []))]
