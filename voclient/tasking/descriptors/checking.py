"""Check what a YAML file says, piece by piece, and report everything that is wrong at its line and column.

A `Field` checks one value: it reports problems and returns the value in its one normal form (shorthands written out).
It says the same as JSON Schema, for editors, and in words, for the reference. What descriptors and packages consist
of is in `schema`, what must agree between their keys in `rules`.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from ..calls.values import is_number, suggest
from ..errors import DescriptorError
from .descriptor import CONTROLS
from .yamlfile import Document, Path

Check: TypeAlias = "Callable[[Checker, Path, Any], Any]"


class Field:
    """What a value may be: `field(checker, path, value)` gives its normal form."""

    def __init__(self, check: Check, schema: Mapping[str, Any], noun: str) -> None:
        self.check = check
        self.schema = dict(schema)
        """The same as JSON Schema: never stricter than `check`, and as strict as it can say."""
        self.noun = noun
        """The same in words: `text`, `a list of numbers`."""

    def __call__(self, checker: Checker, path: Path, value: Any) -> Any:
        return self.check(checker, path, value)


class Entry(NamedTuple):
    """A key of a mapping: what its value may be, and what it means."""

    field: Field
    help: str
    example: str = ""
    """A value, as it is written in YAML."""
    default: str = ""
    """In words; nothing: none."""


Entries: TypeAlias = Mapping[str, Entry]


def field(schema: Mapping[str, Any], noun: str) -> Callable[[Check], Field]:
    """Make a field of a function that checks."""
    return lambda check: Field(check, schema, noun)


class Checker:
    """The document under examination and what was found wrong in it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems = list(document.problems)
        self._bad: set[Path] = set()

    def problem(self, path: Path, text: str, *, at_key: bool = False) -> None:
        """Report what is wrong with the value (or the key) at a path."""
        self._bad.add(path)
        places = self.document.keys if at_key else self.document.places
        while path and path not in places:
            path, places = path[:-1], self.document.places
        self.problems.append((*places.get(path, (1, 1)), text))

    def is_sound(self, path: Path) -> bool:
        """Whether nothing is wrong at or below a path."""
        return not any(bad[: len(path)] == path for bad in self._bad)

    def name(self, path: Path) -> str:
        """What a value is called: `'argv' of 'force'`, `item 2 of 'choices'`."""
        steps = [path[: i + 1] for i in range(len(path))]
        names = [repr(step[-1]) if step in self.document.keys else f"item {step[-1] + 1}" for step in steps]
        return " of ".join(names[-1:-3:-1]) if names else "the document"

    def finish(self) -> None:
        """Raise what was found, all of it in one `DescriptorError`."""
        if self.problems:
            problems = sorted(set(self.problems))
            file = self.document.file
            raise DescriptorError(
                "\n".join(f"{file}:{line}:{column}: {text}" for line, column, text in problems),
                file=file, line=problems[0][0], column=problems[0][1],
            )  # fmt: skip

    def mapping(
        self, path: Path, value: Any, entries: Entries, what: str, required: Iterable[str] = ()
    ) -> dict[str, Any]:
        """Check a mapping with known keys; gives those that are there and not empty."""
        if not isinstance(value, dict):
            self.problem(path, f"{what} must be a mapping with the keys {', '.join(entries)}")
            return {}
        data = {}
        for key, item in value.items():
            inner = (*path, key)
            if key not in entries:
                hint = suggest(str(key), entries)
                self.problem(inner, f"unknown key {key!r} in {what}{hint} (known: {', '.join(entries)})", at_key=True)
            elif item is None and key != "end_of_options":
                self.problem(inner, f"{key!r} has no value; leave the line out or give one", at_key=True)
            else:
                data[key] = entries[key].field(self, inner, item)
        for key in required:
            if key not in value:
                self.problem(path, f"{what} needs {key!r}")
        return data

    def named(self, path: Path, value: Any, check: Check, what: str) -> dict[Any, Any]:
        """Check a mapping whose keys are names given by the author."""
        if not isinstance(value, dict):
            self.problem(path, f"{what} must be a mapping from names")
            return {}
        return {name: check(self, (*path, name), item) for name, item in value.items()}

    def refer(self, path: Path, name: Any, names: Iterable[str], what: str, *, at_key: bool = False) -> bool:
        """Check that a name is one of those declared."""
        known = list(names)
        if name in known:
            return True
        listed = f" (there are: {', '.join(known)})" if known else ""
        self.problem(path, f"no {what} {name!r}{suggest(str(name), known)}{listed}", at_key=at_key)
        return False


_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_LINE = r"^\s*\S([^\n]*\S)?\s*$"


@field(_SCALAR, "text")
def text(checker: Checker, path: Path, value: Any) -> str:
    """Any scalar, as it is written: `version: 1.10` is no number."""
    raw = checker.document.raw.get(path)
    if raw is None or value is None:
        checker.problem(path, f"{checker.name(path)} must be text")
        return ""
    if not isinstance(value, str):
        return raw
    return value.strip()


@field(_SCALAR | {"pattern": _LINE}, "a line of text")
def line(checker: Checker, path: Path, value: Any) -> str:
    """Text of one line, not empty."""
    result = str(text(checker, path, value))
    if isinstance(value, str) and (not result or "\n" in result):
        checker.problem(path, f"{checker.name(path)} must be one line of text")
    return result


@field(_SCALAR, "text, every blank of which counts")
def literal(checker: Checker, path: Path, value: Any) -> str:
    """Text of which every blank counts."""
    raw = checker.document.raw.get(path)
    if raw is None or value is None:
        checker.problem(path, f"{checker.name(path)} must be text")
    return raw or ""


@field({"type": "boolean"}, "true or false")
def flag(checker: Checker, path: Path, value: Any) -> bool:
    if not isinstance(value, bool):
        checker.problem(path, f"{checker.name(path)} must be true or false, not {value!r}")
    return value is True


@field({"type": "number"}, "a number")
def number(checker: Checker, path: Path, value: Any) -> Any:
    if not is_number(value):
        checker.problem(path, f"{checker.name(path)} must be a number, not {value!r}")
        return None
    return value


@field({"type": "integer", "minimum": 1}, "a whole number above 0")
def count(checker: Checker, path: Path, value: Any) -> int:
    if not is_number(value) or value < 1 or not float(value).is_integer():
        checker.problem(path, f"{value!r} must be a whole number above 0")
        return 1
    return int(value)


@field({"type": "integer", "minimum": 0}, "a whole number")
def whole(checker: Checker, path: Path, value: Any) -> int:
    if not is_number(value) or value < 0 or not float(value).is_integer():
        checker.problem(path, f"{checker.name(path)} must be a whole number, not {value!r}")
        return 0
    return int(value)


@field({}, "anything")
def anything(checker: Checker, path: Path, value: Any) -> Any:
    return value


@field(_SCALAR, "a single value")
def scalar(checker: Checker, path: Path, value: Any) -> Any:
    if value is None or isinstance(value, (list, dict)):
        checker.problem(path, f"{checker.name(path)} must be a single value")
        return ""
    return value


def one_of(words: Iterable[str]) -> Field:
    known = tuple(words)

    @field({"enum": list(known)}, ", ".join(f"`{word}`" for word in known))
    def check(checker: Checker, path: Path, value: Any) -> Any:
        if value not in known:
            hint = suggest(str(value), known)
            checker.problem(path, f"{checker.name(path)} cannot be {value!r}{hint} (allowed: {', '.join(known)})")
            return known[0]
        return value

    return check


def list_of(item: Field, *, single: bool = False) -> Field:
    """A list; with `single` one value may stand for a list of one."""
    schema: dict[str, Any] = {"type": "array", "items": item.schema}
    noun = f"a list, each item {item.noun}"

    def check(checker: Checker, path: Path, value: Any) -> list[Any]:
        if not isinstance(value, list):
            if single and not isinstance(value, dict):
                return [item(checker, path, value)]
            checker.problem(path, f"{checker.name(path)} must be a list: [a, b, …]")
            return []
        return [item(checker, (*path, i), entry) for i, entry in enumerate(value)]

    if single:
        return Field(check, {"anyOf": [item.schema, schema]}, f"{item.noun}, or a list of them")
    return Field(check, schema, noun)


def list_or_one(item: Field) -> Field:
    """One mapping, or a list of them; a list in any case."""
    many = list_of(item)

    @field({"anyOf": [item.schema, {**many.schema, "minItems": 2}]}, f"{item.noun}, or a list of them")
    def check(checker: Checker, path: Path, value: Any) -> list[Any]:
        if not isinstance(value, list):
            return [item(checker, path, value)]
        if len(value) < 2:
            checker.problem(path, f"{checker.name(path)} is a list of one; write it without [ ]")
        return list(many(checker, path, value))

    return check


def map_of(item: Field, what: str, *, key: str = "", noun: str = "") -> Field:
    """A mapping from names given by the author; `key` is a pattern for editors, the caller checks the names."""
    schema: dict[str, Any] = {"type": "object", "additionalProperties": item.schema}
    if key:
        schema["propertyNames"] = {"pattern": key}
    return Field(
        lambda checker, path, value: checker.named(path, value, item, what), schema, noun or f"a mapping: {item.noun}"
    )


def object_of(entries: Entries, what: str, required: Iterable[str] = (), *, noun: str = "") -> Field:
    """A mapping with these keys and no others."""
    needed = tuple(required)
    return Field(
        lambda checker, path, value: checker.mapping(path, value, entries, what, needed),
        object_schema(entries, needed),
        noun or "a mapping",
    )


def object_schema(entries: Entries, required: Iterable[str] = ()) -> dict[str, Any]:
    """The JSON Schema of a mapping with these keys and no others."""
    properties = {name: _property(entry) for name, entry in entries.items()}
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": list(required)} if required else {})


def _property(entry: Entry) -> dict[str, Any]:
    """A key without a value is always wrong, so `anything` is anything but nothing."""
    schema = entry.field.schema or {"type": ["string", "number", "boolean", "array", "object"]}
    return {"description": entry.help, **schema}


@field({"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}, "words: text cut at its blanks, or a list")
def words(checker: Checker, path: Path, value: Any) -> list[str]:
    """Words of a command line: a text is split at its blanks, a list gives them as they are."""
    if isinstance(value, list):
        return [literal(checker, (*path, i), item) for i, item in enumerate(value)]
    return str(literal(checker, path, value)).split()


@field(_SCALAR | {"format": "regex"}, "a regular expression")
def pattern(checker: Checker, path: Path, value: Any) -> str:
    """A regular expression."""
    result = str(literal(checker, path, value))
    try:
        re.compile(result)
    except re.error as error:
        checker.problem(path, f"{checker.name(path)} is no regular expression: {error}")
    return result


IDENTIFIER = r"^\s*(?!__)[A-Za-z_][A-Za-z0-9_]*\s*$"
KEYWORDS = {"enum": list(keyword.kwlist)}


def identifier(what: str) -> Field:
    """A name that becomes one in Python."""

    @field({"type": ["string", "boolean"], "pattern": IDENTIFIER, "not": KEYWORDS}, "a name: letters, digits and _")
    def check(checker: Checker, path: Path, value: Any) -> str:
        name = str(line(checker, path, value))
        if checker.is_sound(path):
            check_identifier(checker, path, name, what, at_key=False)
        return name

    return check


def check_identifier(checker: Checker, path: Path, name: Any, what: str, *, at_key: bool) -> None:
    """Names that become names in Python."""
    if not isinstance(name, str) or not name.isidentifier() or not name.isascii() or name.startswith("__"):
        better = re.sub(r"\W+", "_", str(name).strip().lower()).strip("_")
        hint = f"; {better!r} would do" if better.isidentifier() and not keyword.iskeyword(better) else ""
        checker.problem(path, f"{what} {name!r} must be letters, digits and _{hint}", at_key=at_key)
    elif keyword.iskeyword(name):
        checker.problem(path, f"{what} {name!r} is a word of the Python language; call it {name}_name or such",
                        at_key=at_key)  # fmt: skip


def check_parameter_name(checker: Checker, path: Path, name: Any) -> None:
    """Lower-case identifiers that are neither Python's words nor the framework's."""
    if name in CONTROLS:
        checker.problem(path, f"{name!r} is a task control, no parameter may have its name; "
                        f"choose a telling one, such as 'request_{name}'", at_key=True)  # fmt: skip
    elif isinstance(name, str) and name.isidentifier() and name != name.lower():
        checker.problem(path, f"parameter {name!r} must be in lower case: {name.lower()!r}", at_key=True)
    else:
        check_identifier(checker, path, name, "parameter", at_key=True)
