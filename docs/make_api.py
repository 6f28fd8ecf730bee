"""The reference of the Python names, made of their docstrings when the guide is built."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

from voclient import tasking

GROUPS = {
    "Finding and importing": (
        "import_task", "import_package", "load_package", "find_packages", "list_tasks", "load_descriptor",
        "bind_module",
    ),
    "The search path": (
        "get_task_path", "set_task_path", "prepend_task_path", "append_task_path", "rescan", "state_folder",
    ),
    "Calling": ("Task", "ParameterSet", "Map", "Session", "set_process_limit", "process_limit"),
    "Results": ("OPset",),
    "Python functions as tasks": ("task", "report_progress"),
    "The cache": ("cache",),
    "What descriptors say": ("Package", "Descriptor", "Parameter"),
}  # fmt: skip
HEAD = """\
# Names of voclient.tasking

All public names. (This page is made of their docstrings; `help(name)` shows the same. [Calling tasks](../python.md) and
the pages behind it show them at work; the errors are in [a table](../troubleshooting.md#all-errors).)
"""
_SECTION = re.compile(r"^(Parameters|Returns|Raises|Attributes|Notes|Examples)\n-+\n", re.MULTILINE)


def make_page() -> str:
    """The whole page; a public name that is in no group is an error."""
    told = {name for names in GROUPS.values() for name in names}
    errors = {name for name in tasking.__all__ if name.endswith("Error")}
    if missing := set(tasking.__all__) ^ (told | errors):
        raise ValueError(f"not in one group: {', '.join(sorted(missing))}")
    lines = [HEAD]
    for title, names in GROUPS.items():
        lines += [f"## {title}", ""]
        for name in names:
            lines += _tell(name, getattr(tasking, name))
    return "\n".join(lines)


def _tell(name: str, thing: Any) -> Iterator[str]:
    if inspect.ismodule(thing):
        yield from (inspect.getdoc(thing) or "").splitlines()
        for member, value in inspect.getmembers(thing, inspect.isfunction):
            if member in thing.__all__:
                yield from ("", *_tell(f"{name}.{member}", value))
        return
    is_class = inspect.isclass(thing)  # none of which a user makes
    yield from (f"### {name}", "", f"`{name}{'' if is_class else _signature(thing)}`", "", *_body(thing), "")
    if is_class and issubclass(thing, tuple):
        yield from (f"It has {', '.join(f'`{field}`' for field in thing._fields)}.", "")
    elif is_class:
        yield from _members(name, thing)


def _members(name: str, thing: type) -> Iterator[str]:
    """Properties, and the methods that users call: those that are documented in full, or need no argument."""
    for member, value in inspect.getmembers(thing):
        doc = inspect.getdoc(value) or ""
        if member.startswith("_") or not doc:
            continue
        if isinstance(value, property):
            yield from (f"`{name}.{member}`: {' '.join(doc.partition(chr(10) * 2)[0].split())}", "")
        elif inspect.isfunction(value) and value.__module__.startswith("voclient."):
            signature = _signature(value)
            if signature == "()" or _SECTION.search(doc):
                yield from (f"`{name}.{member}{signature}`", "", *_body(value), "")


def _signature(thing: Any) -> str:
    """Names and defaults; the types are told below it."""
    shown = [p for p in inspect.signature(thing).parameters.values() if p.name != "self"]
    return str(inspect.Signature([p.replace(annotation=inspect.Parameter.empty) for p in shown]))


def _body(thing: Any) -> Iterator[str]:
    text, *sections = _SECTION.split(inspect.getdoc(thing) or "")
    yield from text.strip().splitlines()
    for title, content in zip(sections[::2], sections[1::2], strict=True):
        yield ""
        if title == "Examples":
            yield from ("```pycon", *content.strip().splitlines(), "```")
        elif title == "Notes":
            yield content.strip()
        else:
            yield from (f"*{title}*", "")
            for item in re.split(r"\n(?=\S)", content.strip()):
                head, _, rest = item.partition("\n")
                what, _, kind = head.partition(" : ")
                yield f"- `{what}`{f' ({kind})' if kind else ''}: {' '.join(textwrap.dedent(rest).split())}"
