"""What a parameter of a descriptor consists of: its keys, their values, their normal form."""

from __future__ import annotations

from typing import Any

from . import checking as c
from .checking import Checker, Entry, Field
from .descriptor import CONTROLS, FRAMES, PARAMETER_TYPES, TABLE_FORMATS, TIME_FORMS, TIME_SCALES
from .yamlfile import Path

NUMBERS = ("int", "float", "angle", "quantity", "range")
"""Types that have bounds and units."""
COORDINATES = tuple(dict.fromkeys(name for names in FRAMES.values() for name in names))
VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
_WORDS = c.words.schema["anyOf"]


def check_variable(checker: Checker, path: Path, name: Any, *, at_key: bool = False) -> None:
    import re

    if not isinstance(name, str) or not re.fullmatch(VARIABLE, name):
        checker.problem(path, f"{name!r} is no name of an environment variable", at_key=at_key)


@c.field({"type": ["string", "boolean"], "pattern": rf"^\s*{VARIABLE}\s*$"}, "the name of a variable")
def _variable(checker: Checker, path: Path, value: Any) -> str:
    name = str(c.text(checker, path, value))
    check_variable(checker, path, name)
    return name


@c.field(
    {
        "anyOf": [
            {**_WORDS[0], "pattern": r"\S"},
            {**_WORDS[1], "minItems": 1},
            {
                "type": "object",
                "additionalProperties": {"anyOf": [*_WORDS, {"type": "null"}]},
                "minProperties": 1,
            },
        ]
    },
    "a template of words, a mapping from values to words, `stdin`, or `none`",
)
def _argv(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    """`stdin`, `none`, a template, or for each value its words."""
    if value == "stdin":
        return {"stdin": True}
    if value == "none":
        return {"unsent": True}
    if isinstance(value, dict) and value:
        flags = [[key, [] if item is None else c.words(checker, (*path, key), item)] for key, item in value.items()]
        return {"flags": flags}
    words = c.words(checker, path, value) if value != {} else []
    if not words:
        checker.problem(path, "'argv' is empty; it says how the value is written, such as '--name {}'")
    return {"argv": words}


@c.field(
    {
        "type": "object",
        "additionalProperties": {
            "anyOf": [c.scalar.schema, {"type": "array", "items": c.scalar.schema, "minItems": 1}],
        },
        "minProperties": 1,
    },
    "a condition: a mapping from parameters to values",
)
def condition(checker: Checker, path: Path, value: Any) -> list[list[Any]]:
    """`{format: csv}`, `{format: [vot, fits], output: true}`: all must hold."""
    one_or_more = c.list_of(c.scalar, single=True)
    found = checker.named(path, value, one_or_more, "a condition")
    if isinstance(value, dict):
        for name, values in found.items():
            if not values and checker.is_sound((*path, name)):
                checker.problem((*path, name), f"{checker.name((*path, name))} must be a value, or a list of values")
        if not value:
            checker.problem(path, f"{checker.name(path)} is empty; a condition is such as {{format: csv}}")
    return [[str(name), values] for name, values in found.items()]


@c.field(
    {
        "anyOf": [
            c.text.schema,
            {"type": "array", "items": c.text.schema},
            {"type": "object", "additionalProperties": {"anyOf": [c.line.schema, {"type": "null"}]}},
        ]
    },
    "text, a list of them, or a mapping to what to use instead",
)
def _aliases(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    """`{old: use 'new'}`: an alias that warns; null does not."""
    if not isinstance(value, dict):
        return {"aliases": c.list_of(c.text, single=True)(checker, path, value)}
    told = [[str(name), c.line(checker, (*path, name), text)] for name, text in value.items() if text is not None]
    return {"aliases": list(map(str, value)), "deprecated_aliases": told}


@c.field({"anyOf": [c.flag.schema, condition.schema]}, "true, false, or a condition")
def _required(checker: Checker, path: Path, value: Any) -> Any:
    return condition(checker, path, value) if isinstance(value, dict) else c.flag(checker, path, value)


def _parameter(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    name = path[-1]
    c.check_parameter_name(checker, path, name)
    if not isinstance(value, dict):
        checker.problem(path, f"parameter {name!r} must be a mapping, such as {{argv: '--{name} {{}}', help: …}}")
        return {}
    data = checker.mapping(path, value, PARAMETER, f"parameter {name!r}")
    for word, meaning in (("min", "minimum"), ("max", "maximum")):
        if word in data:
            data[meaning] = data.pop(word)
    if isinstance(data.get("required"), list):
        data["required_when"] = data.pop("required")
    for word in ("argv", "aliases"):
        data |= data.pop(word, {})
    if "type" not in data and data.get("choices"):
        data["type"] = "choice"
    kind = data.setdefault("type", "string")
    if "choices" in data and kind in ("choice", "string", "path", "url"):
        raw = checker.document.raw
        data["choices"] = [raw.get((*path, "choices", i), item) for i, item in enumerate(data["choices"])]
    return data


PARAMETER: dict[str, Entry] = {
    "type": Entry(
        c.one_of(PARAMETER_TYPES), "What values it takes", "float", "`choice` where there are `choices`, else `string`"
    ),
    "help": Entry(c.text, "What it is for, in a phrase", "Radius of the cone"),
    "argv": Entry(
        _argv,
        "How it reaches the command line: a template in which `{}` is the value, words for each value, `stdin`, or "
        "`none` for one that names output files only",
        "--radius={}",
    ),
    "required": Entry(
        _required, "Must be given: always, or when the condition holds", "true", "false"
    ),
    "repeated": Entry(c.flag, "May be a list", "true", "false"),
    "default": Entry(c.anything, "What the program does by itself when it is left out; it is not sent", "0.5"),
    "send_default": Entry(c.flag, "The default is sent: the program has none of its own", "true", "false"),
    "choices": Entry(c.list_of(c.scalar), "The values that are accepted, and no others", "[fast, good]"),
    "min": Entry(c.number, "The lowest number that is accepted", "0"),
    "max": Entry(c.number, "The highest number that is accepted", "90"),
    "above": Entry(c.number, "Numbers above this one are accepted, it is not", "0"),
    "below": Entry(c.number, "Numbers below this one are accepted, it is not", "360"),
    "decimal": Entry(c.flag, "Numbers are written without exponent", "true", "false"),
    "pattern": Entry(c.pattern, "A regular expression that fits the whole text", "'[A-Z]+[0-9]*'"),
    "unit": Entry(
        c.line,
        "The unit the program wants, as astropy writes it; a Quantity is converted to it",
        "arcmin",
        "of an `angle` deg, else none",
    ),
    "frame": Entry(
        c.one_of(FRAMES), "Of a `position`, and of an angle with `coordinate`: what a SkyCoord is transformed to",
        "galactic", "icrs",
    ),
    "coordinate": Entry(
        c.one_of(COORDINATES), "Of an `angle`: which one a SkyCoord gives it", "ra",
    ),
    "form": Entry(
        c.one_of((*TIME_FORMS, "degrees", "sexagesimal")),
        "How the program wants a `time` (an astropy format, or `date`), or a `position` (`degrees`, `sexagesimal`)",
        "mjd", "isot; degrees",
    ),
    "scale": Entry(c.one_of(TIME_SCALES), "Of a `time`: its scale", "tdb", "utc"),
    "format": Entry(
        c.one_of(TABLE_FORMATS), "Of a `table`: how a Table object is written for the program", "fits", "votable"
    ),
    "separator": Entry(
        c.literal, "Joins the values of a list into one word, or the two of a range or position", "','",
        "none; a comma within a range or position",
    ),
    "min_items": Entry(c.whole, "How many values a list has at least; 0: an empty list is a value, too", "2", "1"),
    "max_items": Entry(c.whole, "How many values a list has at most", "16", "no limit"),
    "as_file": Entry(
        c.flag, "The values are written to a file, a line each, and its name goes on the command line", "true", "false"
    ),
    "aliases": Entry(_aliases, "Other names that are accepted; in a mapping those that warn", "{sr: use 'radius'}"),
    "environment": Entry(_variable, "The environment variable that carries it", "TOOL_KEY"),
    "secret": Entry(
        c.flag, "It is shown nowhere, and never put on the command line: it goes through `environment` or stdin",
        "true", "false",
    ),
    "needs": Entry(c.list_of(c.line, single=True), "Parameters that must be given with this one", "[output]"),
    "when": Entry(condition, "It may be given only when the condition holds", "{format: [csv, tsv]}"),
    "deprecated": Entry(c.line, "What to use instead; every use warns", "use 'radius'"),
}  # fmt: skip

PARAMETERS = Field(
    lambda checker, path, value: [
        {"name": str(name), **item} for name, item in checker.named(path, value, _parameter, "'parameters'").items()
    ],
    {
        "type": "object",
        "propertyNames": {
            "pattern": "^(?!__)[a-z_][a-z0-9_]*$",
            "not": {"enum": [*c.KEYWORDS["enum"], *CONTROLS]},
        },
        "additionalProperties": c.object_schema(PARAMETER),
    },
    "a mapping from names to parameters",
)
