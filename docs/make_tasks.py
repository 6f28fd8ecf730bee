"""The task reference: a page for each task package of VOClient, made of its descriptors when the guide is built."""

from __future__ import annotations

import re
from pathlib import Path

from voclient.cli.show import find_groups, help_text, phrase, python_call, shell_call
from voclient.tasking import find_packages, import_package, set_task_path
from voclient.tasking.calls.binding import result_keys, spell_call
from voclient.tasking.descriptors.descriptor import Descriptor, Package


def make_pages() -> dict[str, str]:
    """The text of each page by the name of its package; packages of the user do not count."""
    set_task_path([Path(__file__).parents[1] / "taskdefs"])
    try:
        return {package.name: make_page(package) for package in find_packages()}
    finally:
        set_task_path(None)


def make_page(package: Package) -> str:
    """A package with all of its tasks."""
    module = import_package(package.name)
    lines = [f"# {package.name}", "", f"{_plain(package.summary)}.", ""]
    lines += [_plain(package.description), ""] if package.description else []
    lines += [f"Its programs: <{package.homepage}>", ""] if package.homepage else []
    lines += ["```text", package.install, "```", ""] if package.install else []
    for name in dir(module):
        lines += _tell(getattr(module, name).descriptor)
    return "\n".join(lines)


def _tell(descriptor: Descriptor) -> list[str]:
    lines = [f"## {descriptor.task}", "", f"{_plain(descriptor.summary)}.", ""]
    lines += [f"*Deprecated: {_plain(descriptor.deprecated)}.*", ""] if descriptor.deprecated else []
    lines += [_plain(descriptor.description), ""] if descriptor.description else []
    lines += ["```text", python_call(descriptor), shell_call(descriptor), "```", ""]
    if descriptor.parameters:
        rows = [(f"`{p.name}`", phrase(p), help_text(p)) for p in descriptor.parameters]
        lines += [*_table(("parameter", "is", "meaning"), rows), ""]
    for group in find_groups(descriptor):
        lines += [f"{group.strip()}.", ""]
    if keys := result_keys(descriptor):
        results = [(f"`{key.name}`", key.type + (f" ({key.unit})" if key.unit else ""), key.help) for key in keys]
        lines += [*_table(("result", "is", "meaning"), results), ""]
    for example in descriptor.examples:
        lines += [f"{_plain(example.help)}:", ""] if example.help else []
        lines += ["```text", f">>> result = {spell_call(descriptor, example.call)}"]
        for name, value in example.expect.items():
            lines += [f'>>> result["{name}"]', repr(value)]
        lines += ["```", ""]
    return lines


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [header, tuple("---" for _ in header), *[tuple(map(_plain, row)) for row in rows]]
    return [f"| {' | '.join(line)} |" for line in lines]


def _plain(text: str) -> str:
    """Text on one line that Markdown shows as it is; what stands between backquotes is code already."""
    pieces = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(
        piece.replace("|", r"\|") if piece.startswith("`") else re.sub(r"([\\*_<>\[\]|{}$])", r"\\\1", piece)
        for piece in pieces
    )
