"""What a docstring in numpydoc form says: summary, description, and a text for each name in its sections."""

from __future__ import annotations

import inspect
import re
from typing import NamedTuple

_ENTRY = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\w+)*)\s*(?::.*)?\Z")


class Docstring(NamedTuple):
    summary: str = ""
    description: str = ""
    parameters: dict[str, str] = {}  # noqa: RUF012  # never changed
    results: dict[str, str] = {}  # noqa: RUF012


def read_docstring(text: str | None) -> Docstring:
    """Take a docstring apart.

    >>> read_docstring("Say it.\\n\\nParameters\\n----------\\nword, name : str\\n    What.").parameters
    {'word': 'What.', 'name': 'What.'}
    """
    sections = _sections(inspect.cleandoc(text or "").splitlines())
    paragraphs = "\n".join(sections.pop("", [])).strip().split("\n\n", 1)
    summary = " ".join(paragraphs[0].split()).removesuffix(".")
    description = paragraphs[1].strip() if len(paragraphs) > 1 else ""
    parameters = {**_entries(sections.get("Parameters", [])), **_entries(sections.get("Other Parameters", []))}
    results = {**_entries(sections.get("Returns", [])), **_entries(sections.get("Yields", []))}
    return Docstring(summary, description, parameters, results)


def _sections(lines: list[str]) -> dict[str, list[str]]:
    """The lines of each section; those before the first under an empty name."""
    sections: dict[str, list[str]] = {"": []}
    name = ""
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if line.strip() and below and set(below.strip()) in ({"-"}, {"="}) and len(below.strip()) >= 3:
            name = line.strip()
            sections[name] = []
        elif not (sections[name] == [] and name and set(line.strip()) in ({"-"}, {"="})):
            sections[name].append(line)
    return sections


def _entries(lines: list[str]) -> dict[str, str]:
    """The indented text below each `name : type`."""
    found: dict[str, list[str]] = {}
    names: list[str] = []
    for line in lines:
        if line and not line[0].isspace():
            entry = _ENTRY.match(line)
            names = [name.strip(" *") for name in entry[1].split(",")] if entry else []
            found.update({name: [] for name in names})
        else:
            for name in names:
                found[name].append(line.strip())
    return {name: " ".join(" ".join(text).split()) for name, text in found.items()}
