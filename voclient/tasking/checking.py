"""Check what a YAML file says, piece by piece, and report everything that is wrong at its line and column.

A *field* is a function `(checker, path, value) -> plain data`: it reports problems and returns the value in its one
normal form (shorthands written out). What descriptors and packages consist of is in `schema`.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from .descriptor import CONTROLS
from .errors import DescriptorError
from .values import suggest
from .yamlfile import Document, Path

Field: TypeAlias = "Callable[[Checker, Path, Any], Any]"


class Checker:
    """The document under examination and what was found wrong in it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems = list(document.problems)

    def problem(self, path: Path, text: str, *, at_key: bool = False) -> None:
        """Report what is wrong with the value (or the key) at a path."""
        places = self.document.keys if at_key else self.document.places
        while path and path not in places:
            path, places = path[:-1], self.document.places
        self.problems.append((*places.get(path, (1, 1)), text))

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
        self, path: Path, value: Any, fields: Mapping[str, Field], what: str, required: Iterable[str] = ()
    ) -> dict[str, Any]:
        """Check a mapping with known keys; gives those that are there and not empty."""
        if not isinstance(value, dict):
            self.problem(path, f"{what} must be a mapping with the keys {', '.join(fields)}")
            return {}
        data = {}
        for key, item in value.items():
            inner = (*path, key)
            if key not in fields:
                hint = suggest(str(key), fields)
                self.problem(inner, f"unknown key {key!r} in {what}{hint} (known: {', '.join(fields)})", at_key=True)
            elif item is None and key != "end_of_options":
                self.problem(inner, f"{key!r} has no value; leave the line out or give one", at_key=True)
            else:
                data[key] = fields[key](self, inner, item)
        for key in required:
            if key not in value:
                self.problem(path, f"{what} needs {key!r}")
        return data

    def named(self, path: Path, value: Any, field: Field, what: str) -> dict[Any, Any]:
        """Check a mapping whose keys are names given by the author."""
        if not isinstance(value, dict):
            self.problem(path, f"{what} must be a mapping from names")
            return {}
        return {name: field(self, (*path, name), item) for name, item in value.items()}

    def refer(self, path: Path, name: Any, names: Iterable[str], what: str, *, at_key: bool = False) -> bool:
        """Check that a name is one of those declared."""
        known = list(names)
        if name in known:
            return True
        listed = f" (there are: {', '.join(known)})" if known else ""
        self.problem(path, f"no {what} {name!r}{suggest(str(name), known)}{listed}", at_key=at_key)
        return False


def text(checker: Checker, path: Path, value: Any) -> str:
    """Any scalar, as it is written: `version: 1.10` is no number."""
    raw = checker.document.raw.get(path)
    if raw is None or value is None:
        checker.problem(path, f"{checker.name(path)} must be text")
        return ""
    if not isinstance(value, str):
        return raw
    return value.strip()


def line(checker: Checker, path: Path, value: Any) -> str:
    """Text of one line, not empty."""
    result = text(checker, path, value)
    if isinstance(value, str) and (not result or "\n" in result):
        checker.problem(path, f"{checker.name(path)} must be one line of text")
    return result


def literal(checker: Checker, path: Path, value: Any) -> str:
    """Text of which every blank counts."""
    raw = checker.document.raw.get(path)
    if raw is None or value is None:
        checker.problem(path, f"{checker.name(path)} must be text")
    return raw or ""


def flag(checker: Checker, path: Path, value: Any) -> bool:
    if not isinstance(value, bool):
        checker.problem(path, f"{checker.name(path)} must be true or false, not {value!r}")
    return value is True


def number(checker: Checker, path: Path, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        checker.problem(path, f"{checker.name(path)} must be a number, not {value!r}")
        return None
    return value


def anything(checker: Checker, path: Path, value: Any) -> Any:
    return value


def scalar(checker: Checker, path: Path, value: Any) -> Any:
    if value is None or isinstance(value, (list, dict)):
        checker.problem(path, f"{checker.name(path)} must be a single value")
        return ""
    return value


def one_of(words: Iterable[str]) -> Field:
    known = tuple(words)

    def field(checker: Checker, path: Path, value: Any) -> Any:
        if value not in known:
            hint = suggest(str(value), known)
            checker.problem(path, f"{checker.name(path)} cannot be {value!r}{hint} (allowed: {', '.join(known)})")
            return known[0]
        return value

    return field


def list_of(field: Field, *, single: bool = False) -> Field:
    """A list; with `single` one value may stand for a list of one."""

    def check(checker: Checker, path: Path, value: Any) -> list[Any]:
        if not isinstance(value, list):
            if single and not isinstance(value, dict):
                return [field(checker, path, value)]
            checker.problem(path, f"{checker.name(path)} must be a list: [a, b, …]")
            return []
        return [field(checker, (*path, i), item) for i, item in enumerate(value)]

    return check


def words(checker: Checker, path: Path, value: Any) -> list[str]:
    """Words of a command line: a text is split at its blanks, a list gives them as they are."""
    if isinstance(value, list):
        return [literal(checker, (*path, i), item) for i, item in enumerate(value)]
    return literal(checker, path, value).split()


def pattern(checker: Checker, path: Path, value: Any) -> str:
    """A regular expression."""
    result = literal(checker, path, value)
    try:
        re.compile(result)
    except re.error as error:
        checker.problem(path, f"{checker.name(path)} is no regular expression: {error}")
    return result


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
